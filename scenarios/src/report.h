/* Reports about a run, in several formats: a row of the table in report.c and a file
 * report_<name>.c. */
#ifndef SC_REPORT_H
#define SC_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct sc_result;

struct sc_report {
    void (*print)(FILE *out, const struct sc_result *results, size_t count);
    const char *path; /* `-`: standard output */
    bool wants_evidence;
};

/** Read FORMAT=FILE. Errors: -1 */
int sc_report_parse(const char *text, struct sc_report *ret_report);

/** Errors: -1 with errno */
int sc_report_write(const struct sc_report *report, const struct sc_result *results, size_t count);

void sc_report_text(FILE *out, const struct sc_result *results, size_t count);
void sc_report_tap(FILE *out, const struct sc_result *results, size_t count);
void sc_report_junit(FILE *out, const struct sc_result *results, size_t count);
void sc_report_json(FILE *out, const struct sc_result *results, size_t count);
void sc_report_html(FILE *out, const struct sc_result *results, size_t count);

#endif
