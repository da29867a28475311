/*
 * POSIX extended regular expressions, held against text in time and memory that are bounded: all
 * places in the expression that may fit so far are followed at once, so a byte of text costs at
 * most as much as the expression is long. The host's regexec() makes a state for each combination
 * of them, and begins anew at each byte: a line of text can take it minutes and gigabytes.
 *
 * Bytes are characters, whatever the locale. There are no sub-matches and no back-references.
 */
#ifndef FA_PATTERN_H
#define FA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#define FA_PATTERN_STEPS_MAX 2000 /* of an expression, repetitions written out */

struct fa_pattern;

/**
 * @text:      an expression that the host's regcomp() takes
 * @ret_wrong: on failure what this one cannot do with it, to stand behind its name
 *
 * Errors: NULL
 */
struct fa_pattern *fa_pattern_new(const char *text, const char **ret_wrong);

/** NULL is allowed. */
void fa_pattern_free(struct fa_pattern *pattern);

/** Does it fit anywhere in the text? Uses memory of the pattern's own: one thread at a time. */
bool fa_pattern_fits(struct fa_pattern *pattern, const char *text, size_t len);

#endif
