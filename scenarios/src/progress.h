/* What one sees while cases run: a moving line on a terminal, a line for each case elsewhere. */
#ifndef SC_PROGRESS_H
#define SC_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct sc_result;

struct sc_progress {
    FILE *out;
    bool is_terminal;
    bool is_quiet; /* only what failed */
    size_t total, done, failed, skipped;
};

/** One case is over, and these still run. */
void sc_progress_done(struct sc_progress *progress, const struct sc_result *result,
                      const struct sc_result *const *running, size_t count);

/** One case has begun, or came a step further. */
void sc_progress_show(struct sc_progress *progress, const struct sc_result *const *running,
                      size_t count);

/** All is over: the sum. */
void sc_progress_end(struct sc_progress *progress);

/** Print all about a case that did not pass. */
void sc_progress_explain(FILE *out, const struct sc_result *result);

#endif
