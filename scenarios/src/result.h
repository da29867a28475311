/* What became of the cases: what the reports are made of. */
#ifndef SC_RESULT_H
#define SC_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "actor.h"

struct sc_case;

struct sc_step_result {
    int number;
    char *file, *text, *message;
    int line;
    int64_t begin_ms, end_ms; /* from the begin of the case; end -1: it never ended */
    size_t end_order;         /* 1 is the first that ended; 0: it never did */
    enum sc_verdict verdict;
};

struct sc_result {
    const struct sc_case *scase;
    int round; /* 1, 2 … with --repeat */
    enum sc_verdict verdict;
    char *message; /* why it was skipped, or what went wrong outside of its steps */
    int64_t begin_ms, duration_ms;
    struct sc_step_result *steps;
    size_t step_count, ended_count;
    char *dir; /* where its evidence is; NULL: nothing was kept */
    bool has_ended;
};

/** Take one line of events (event.h) in. */
void sc_result_take(struct sc_result *result, const char *line);

/** The step that failed; NULL: none did. */
const struct sc_step_result *sc_result_failed_step(const struct sc_result *result);

/** The words of a failure or a skip: of the step, or of the case. Never NULL. */
const char *sc_result_message(const struct sc_result *result);

void sc_result_clear(struct sc_result *result);

#endif
