/* Outcomes as a report: for a person, as TAP, or as JUnit XML. Pure. */
#ifndef PM_REPORT_H
#define PM_REPORT_H

#include <stddef.h>

struct pm_buf;
struct pm_outcome;

enum pm_report_format {
    PM_REPORT_TEXT,  /* failures, then a count */
    PM_REPORT_TAP,   /* Test Anything Protocol, version 13 */
    PM_REPORT_JUNIT, /* the XML that continuous integration servers read */
    PM_REPORT_FORMAT_MAX,
};

/** "text", "tap" or "junit". */
const char *pm_report_format_name(enum pm_report_format format);

/** Errors: -1 no such format */
int pm_report_format_by_name(const char *name, enum pm_report_format *ret_format);

size_t pm_report_failures(const struct pm_outcome *outcomes, size_t count);

/**
 * Append a whole report.
 *
 * @subject: what was tested, such as a command line; any bytes
 *
 * Errors: -1 over the ceiling of @out, or out of memory
 */
int pm_report_write(enum pm_report_format format, const char *subject,
                    const struct pm_outcome *outcomes, size_t count, struct pm_buf *out);

#endif
