/* One HTTP request and its reply. Nothing is taken from the environment: no proxy, no .netrc. */
#ifndef SC_HTTP_H
#define SC_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct cJSON;
struct sc_error;

struct sc_http_request {
    const char *method; /* NULL: GET, or POST with a body */
    const char *url;
    const struct cJSON *headers; /* a map; NULL: none */
    const char *body;            /* NULL: none */
    const char *ca_file;         /* of https; NULL: the machine's */
    int64_t timeout_ms;
};

struct sc_http_reply {
    int status;
    struct pm_buf body;
    struct cJSON *headers; /* names in lower case */
};

/**
 * @ret_reply: the caller clears it with sc_http_reply_clear(), after failure too: it holds what
 * came
 *
 * Errors: -1 no complete reply
 */
int sc_http_do(const struct sc_http_request *request, struct sc_http_reply *ret_reply,
               struct sc_error *err);

void sc_http_reply_clear(struct sc_http_reply *reply);

#endif
