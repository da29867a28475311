/* The program that a line of pam_exec or pam_script runs: what it would do to the host. */
#ifndef DOCTOR_PROGRAM_H
#define DOCTOR_PROGRAM_H

#include <stdbool.h>

#include "stack.h"

struct program {
    char path[512]; /* "" the line runs none */
    bool is_ours;   /* paidmonitor-hook */
    bool is_missing;
    bool is_runnable;   /* by everybody, as pam_script demands of its scripts */
    bool is_writable;   /* by others than the system's owner */
    bool uses_network;  /* and so may wait for it */
    bool uses_eval;     /* on texts that came from outside */
    bool passes_secret; /* as an argument, where ps shows it */
    bool holds_secret;  /* and others may read it */
};

/** Look at the program of a line, and at the scripts that it names. */
void program_examine(const struct view *view, const struct stack_line *line,
                     struct program *ret_program);

#endif
