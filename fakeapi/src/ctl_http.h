/*
 * Calls of the control API over HTTP, by libcurl. The library is loaded when the first call is
 * made, so that a server, which needs none of it, starts without.
 */
#ifndef CTL_HTTP_H
#define CTL_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct ctl_http;

/* Which server, and how to show that one may. */
struct ctl_server {
    char *url;        /* without a slash at the end */
    char *token_file; /* NULL for none */
    char *ca_file;    /* NULL for the host's */
};

struct ctl_call {
    const char *method;
    const char *target;       /* path and query */
    const char *content_type; /* NULL without a body */
    const char *body;
    size_t body_len;
    bool is_patient; /* may take for ever */
    /* Called with the bytes of a good answer (2xx) as they come; -1 ends the call. */
    int (*take)(void *context, const char *bytes, size_t len);
    void *context;
};

/**
 * Errors: -1 with one line in @message: no libcurl, or no such token file
 */
int ctl_http_new(const struct ctl_server *server, struct ctl_http **ret_http, char *message,
                 size_t size);
void ctl_http_free(struct ctl_http *http);

/**
 * Make one call.
 *
 * @ret_error: the body of a refusal (status 400 and more); started by the caller
 *
 * Returns the status. Errors: -1 with one line in @message: no answer
 */
int ctl_http_call(struct ctl_http *http, const struct ctl_call *call, struct pm_buf *ret_error,
                  char *message, size_t size);

#endif
