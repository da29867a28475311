/*
 * A strict reader of Prometheus' text format 0.0.4, for tests: whatever a scraper or `promtool
 * check metrics` may stumble over fails the test.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/, "Text format details"
 */
#ifndef TEST_EXPOSITION_H
#define TEST_EXPOSITION_H

#include <stddef.h>

/** Fail the test with the line that breaks a rule. */
void exposition_check(const char *text);

/** What is wrong with a text; NULL if nothing is. @line: on failure the line, from 1 */
const char *exposition_fault(const char *text, size_t *ret_line);

/** The value of one sample, written exactly as `name{label="value",…}`; NAN if there is none. */
double exposition_value(const char *text, const char *sample);

#endif
