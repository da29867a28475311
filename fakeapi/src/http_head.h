/*
 * The second look at a request's head: what libmicrohttpd 0.9.75 lets through although RFC 9112
 * calls it ambiguous or malformed. Pure, so that it can be tested without a socket.
 */
#ifndef FA_HTTP_HEAD_H
#define FA_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fa_http_head {
    const char *method;  /* "GET" */
    const char *version; /* "HTTP/1.1" */
    size_t host_count;
    size_t length_count;
    size_t encoding_count;
    size_t bad_count;   /* fields with a malformed name or value */
    const char *length; /* value of Content-Length, or NULL */
    bool is_torn;       /* the lines are not those that were sent */
    const char *reason; /* set by fa_http_head_check(): which rule it breaks; NULL for none */
};

/**
 * Where path and query begin in a raw target: a client that uses the server as its proxy, because
 * its host name is built in, sends `http://host/path`. What is neither that nor a path is returned
 * as it is.
 */
const char *fa_http_head_origin(const char *target);

/** Take note of one header field. */
void fa_http_head_field(struct fa_http_head *head, const char *name, size_t name_len,
                        const char *value, size_t value_len);

/**
 * Judge the head.
 *
 * @target:      as fa_http_head_origin() returns it
 * @ret_length:  of the body in bytes; 0 without one. Set when the status is 0 or 413.
 *
 * Returns 0, or the status to refuse it with: 400 malformed or ambiguous, 411 no Content-Length but
 * a transfer coding, 413 body larger than FA_HTTP_BODY_MAX, 505 not HTTP/1.0 or 1.1
 */
unsigned int fa_http_head_check(struct fa_http_head *head, const char *target,
                                uint64_t *ret_length);

#endif
