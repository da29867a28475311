/* Running a program in a test: arguments and input in, output and exit status out. */
#ifndef TEST_PROGRAM_H
#define TEST_PROGRAM_H

#include <stddef.h>

#define PROGRAM_OUTPUT_MAX (1u << 20u)

struct program {
    int status; /* exit status; 128 + signal when killed */
    char *out;  /* all of standard output; NUL-terminated */
    char *err;
};

/**
 * Run a program of the build to its end. It sees none of our PAIDMONITOR_ variables and /dev/null
 * as standard input unless @input says otherwise.
 *
 * @path:   below PM_BUILD_DIR
 * @input:  bytes for standard input, at most a pipe's worth; NULL: none
 * @argv:   without the program; ended by NULL
 * @result: clear with program_clear()
 */
void program_run(const char *path, const char *const *argv, const char *input,
                 struct program *result);

void program_clear(struct program *result);

#endif
