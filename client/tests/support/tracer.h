/*
 * Running a process under ptrace(2), to end it by SIGKILL before a certain system call, or to let
 * that call fail. Linux on x86-64 and arm64.
 */
#ifndef TEST_TRACER_H
#define TEST_TRACER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct tracer_plan {
    unsigned long at;    /* the system call, counted from 1; 0: none */
    int error;           /* what it returns; 0: the process is killed before it */
    int64_t deadline_ms; /* after which the victim is killed */
};

struct tracer_report {
    unsigned long calls; /* that were begun, of all threads */
    bool was_hit;        /* the plan was carried out */
    bool was_late;       /* the deadline passed */
    int status;          /* exit status of what ended it, or minus the signal */
};

/** Can this machine do it? */
bool tracer_works(void);

/** Stop all threads of a child until tracer_watch(). Returns false when that cannot be. */
bool tracer_attach(pid_t victim);

/**
 * Watch an attached child until it ends, or until another child does.
 *
 * @until: the other child, not traced; the victim is killed when it ends. 0: none
 */
struct tracer_report tracer_watch(pid_t victim, pid_t until, const struct tracer_plan *plan);

#endif
