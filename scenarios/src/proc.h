/*
 * A program that cannot outlive the test that started it, nor can anything that it started itself:
 * a guardian process adopts its orphans (PR_SET_CHILD_SUBREAPER) and ends them all as soon as the
 * test says so, exits or is killed. The program lives in a scratch directory of its own, which goes
 * with it.
 */
#ifndef SC_PROC_H
#define SC_PROC_H

#include <stddef.h>
#include <stdint.h>

struct sc_error;
struct sc_proc;

/**
 * Start a program found through PATH. It sees PATH, LC_ALL, and HOME and TMPDIR that name its
 * scratch directory; its standard input is empty, its standard output is ours to read, and its
 * standard error is ours.
 *
 * @argv:     ends with NULL
 * @ret_proc: the caller ends it with sc_proc_stop()
 *
 * Errors: -1; a program that cannot be executed shows only as an output that ends
 */
int sc_proc_start(const char *const argv[], struct sc_proc **ret_proc, struct sc_error *err);

/** The scratch directory; lent. */
const char *sc_proc_scratch(const struct sc_proc *proc);

/**
 * Read standard output up to and including a line that contains @wanted.
 *
 * @line: receives that line without its end, cut to @size
 *
 * Errors: -1 the output ended or @timeout_ms passed before it came
 */
int sc_proc_wait_line(struct sc_proc *proc, const char *wanted, int64_t timeout_ms, char *line,
                      size_t size, struct sc_error *err);

/** Kill the program and all that it started, wait until they are gone, remove the scratch
 * directory. */
void sc_proc_stop(struct sc_proc *proc);

#endif
