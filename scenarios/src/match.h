/*
 * Does a value look as expected? The expectation is JSON as it was written in the scenario:
 *
 *   text, number, true …   the same; 5 and "5" are the same, because the API gives numbers as texts
 *   a list                 a list of as many, each as expected, in this order
 *   a map of names         an object whose members of these names are as expected; others may be
 * there a map of operators     all of them hold, see the table in match.c
 */
#ifndef SC_MATCH_H
#define SC_MATCH_H

#include <stdbool.h>

struct cJSON;
struct pm_buf;

/**
 * @actual: NULL: there is no such value
 * @path:   what the value is called in @why
 * @why:    gets a line for each difference; NULL: not wanted
 */
bool sc_match(const struct cJSON *expected, const struct cJSON *actual, const char *path,
              struct pm_buf *why);

/** The names of the operators, with what they mean, for the reference; ends with an empty one. */
struct sc_operator {
    const char *name;
    const char *about;
    bool (*holds)(const struct cJSON *operand, const struct cJSON *actual);
};
const struct sc_operator *sc_match_operators(void);

#endif
