/*
 * Programs that a case runs. They see PATH, LC_ALL, and HOME and TMPDIR in the case's directory,
 * and nothing else of our environment; they end with the case (guard.h).
 */
#ifndef SC_CHILD_H
#define SC_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"

struct cJSON;
struct sc_stage;

/* What to run. */
struct sc_launch {
    const char *const *argv; /* ends with NULL; the program is found through PATH */
    const struct cJSON *env; /* further variables, a map; NULL: none */
    const char *input;       /* for standard input; NULL: empty */
    size_t input_len;        /* of it */
    const char *log;         /* a file that takes both outputs; NULL: they are collected */
};

/* How it went. */
struct sc_output {
    int status;        /* exit status, or 128 + signal */
    bool is_timed_out; /* it was killed when its time was up */
    struct pm_buf out, err;
};

/** Start a program in the background, in a process group of its own. Errors: -1 with errno */
pid_t sc_child_start(struct sc_stage *stage, const struct sc_launch *launch);

/**
 * Run a program to its end, or until @deadline_ms, when it is killed with its process group.
 *
 * @ret_output: the caller clears it with sc_output_clear(), after failure too
 *
 * Errors: -1 with errno; a program that is not there ends with 127
 */
int sc_child_run(struct sc_stage *stage, const struct sc_launch *launch, int64_t deadline_ms,
                 struct sc_output *ret_output);

void sc_output_clear(struct sc_output *output);

/** Has it not ended yet? */
bool sc_child_is_alive(pid_t pid);

/** Send a signal and wait for the end, at most until @deadline_ms, then kill. Returns its status as
 * in struct sc_output. */
int sc_child_stop(pid_t pid, int sig, int64_t deadline_ms);

#endif
