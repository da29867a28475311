/* What `paidmonitor-fakeapi exec` says when the command has ended. */
#ifndef EXEC_REPORT_H
#define EXEC_REPORT_H

#include <stdbool.h>

#include "fakeapi.h"

struct exec_asked {
    struct fa_server *server;
    const char *apikey; /* whose expectations */
    bool expects;       /* something was declared */
    bool nothing_else;
    bool is_json;
    bool is_quiet;    /* nothing unless something is wrong */
    const char *file; /* NULL for standard error */
};

/**
 * Report on all requests, and on the expectations if there are any.
 *
 * @ret_is_refused: a request was refused or failed, other than by a fault
 * @ret_is_unmet:   an expectation was not met, or nobody can know
 *
 * Errors: -1 no memory, or the file cannot be written; that was logged
 */
int exec_report(const struct exec_asked *asked, bool *ret_is_refused, bool *ret_is_unmet);

#endif
