/*
 * A process that nobody survives: whatever it starts, and whatever that starts, ends with it. A
 * guardian between it and us adopts orphans (PR_SET_CHILD_SUBREAPER) and ends them all as soon as
 * the process ends, we let go, or we are killed.
 */
#ifndef SC_GUARD_H
#define SC_GUARD_H

#include <sys/types.h>

/** Async-signal-safe: kill @pid and all our other children, theirs too as they become ours, and
 * wait until they are gone. Returns the wait status of @pid. */
int sc_guard_end_all(pid_t pid);

/**
 * Fork a guardian, and in its care a process that runs @body and exits with what it returns.
 *
 * @ret_life_fd: closing it ends them; the guardian exits with the status of the body, or with
 *               128 + the signal that killed it
 *
 * Errors: -1 with errno
 */
pid_t sc_guard_fork(int (*body)(void *context), void *context, int *ret_life_fd);

#endif
