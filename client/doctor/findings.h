/* What the doctor found: a list, in the order of the examination. */
#ifndef DOCTOR_FINDINGS_H
#define DOCTOR_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

enum severity {
    FINDING_OK,
    FINDING_NOTE,    /* worth knowing */
    FINDING_WARNING, /* something is missed, or may go wrong */
    FINDING_PROBLEM, /* logins are lost, forged, held up, or let in */
    FINDING_SEVERITY_MAX,
};

struct finding {
    enum severity severity;
    const char *code; /* a constant, for programs */
    char *place;      /* a file, `file:line`, or "" */
    char *text;
    const char *remedy; /* a constant; NULL: none */
};

struct findings {
    struct finding *items;
    size_t count;
    bool failed; /* out of memory */
};

/** Add one, unless the same code was found at the same place before. */
void findings_add(struct findings *findings, enum severity severity, const char *code,
                  const char *place, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/** How many there are of a severity. */
size_t findings_count(const struct findings *findings, enum severity severity);

/** The name of a severity: "ok", "note", "warning", "problem". */
const char *findings_severity_name(enum severity severity);

void findings_clear(struct findings *findings);

#endif
