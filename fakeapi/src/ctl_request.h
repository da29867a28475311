/*
 * From the words of `paidmonitor-fakeapi ctl` to a request of the control API, by its table
 * (control_routes.h). Pure, but for the files that arguments name.
 */
#ifndef CTL_REQUEST_H
#define CTL_REQUEST_H

#include <stddef.h>

#include "buf.h"
#include "control_routes.h"

#define CTL_LINES_MAX (512 * 1024) /* of NDJSON in one request; the rest goes in further ones */

struct ctl_request {
    const struct fa_control_route *route;
    struct pm_buf target;     /* path and query */
    struct pm_buf body;       /* JSON, or the lines of a file */
    const char *content_type; /* NULL without a body */
};

/**
 * The call whose words the arguments begin with; the one with the most words.
 *
 * @ret_used: how many arguments they are
 *
 * Errors: NULL no such call
 */
const struct fa_control_route *ctl_route_find(int argc, char **argv, int *ret_used);

/**
 * Make a request of the arguments after the words: those of the path in their order, options for
 * the others, a file or JSON itself for a body that is read as a whole. `--name @FILE` takes a JSON
 * value from a file.
 *
 * @message: on failure one line
 *
 * Errors: -1 the table takes no such thing, or a file cannot be read; nothing to clear
 */
int ctl_request_make(const struct fa_control_route *route, int argc, char **argv,
                     struct ctl_request *ret_request, char *message, size_t size);
void ctl_request_clear(struct ctl_request *request);

/**
 * Set a parameter of the query besides those that were given.
 *
 * @target_len: how long the target was without it
 *
 * Errors: -1 no memory
 */
int ctl_request_set(struct ctl_request *request, size_t target_len, const char *name,
                    const char *value);

/** Append the lines of help for one call. */
void ctl_help_route(struct pm_buf *buf, const struct fa_control_route *route);
/**
 * Append a line for each call whose words begin with the arguments.
 *
 * Returns how many there are.
 */
size_t ctl_help_routes(struct pm_buf *buf, int argc, char **argv);

#endif
