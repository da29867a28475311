/*
 * One HTTP request and its answer: TLS verified, deadlines kept, sizes limited, no redirects, no
 * proxy and no credentials from the environment, the connection kept for the next request. Knows
 * nothing of the API. The only user of libcurl.
 */
#ifndef PM_TRANSPORT_H
#define PM_TRANSPORT_H

#include "paidmonitor.h"

struct pm_transport;

#define PM_ANSWER_MAX (1u << 20u) /* bytes of an answer's body */

struct pm_answer {
    int status;
    char *body; /* NUL-terminated */
    size_t len;
    int64_t date_ms;        /* of the Date header; -1: none */
    int64_t retry_after_ms; /* of the Retry-After header, clamped; -1: none */
    char location[PM_ERROR_TEXT_SIZE];
};

void pm_answer_clear(struct pm_answer *answer);

/**
 * Check a base URL: https, or http to loopback (or anywhere when allowed); a host; no user, query
 * or fragment.
 *
 * @ret_base: the URL without trailing slashes; the caller frees it
 *
 * Errors: PM_ERR_CONFIG, PM_ERR_SYSTEM
 */
int pm_transport_check_url(const char *url, bool allow_plain_http, char **ret_base,
                           struct pm_error *err);

/**
 * Read a Retry-After value: seconds or a date.
 *
 * @now_ms: what the date is relative to
 *
 * Returns 0 to PM_RETRY_AFTER_MAX_MS, or -1 for what is neither.
 * Source: RFC 9110, section 10.2.3
 */
int64_t pm_transport_retry_after(const char *text, int64_t now_ms);

/** @options: the members about the connection are used. Errors: PM_ERR_CONFIG, PM_ERR_SYSTEM */
int pm_transport_new(const struct pm_client_options *options, struct pm_transport **ret_transport,
                     struct pm_error *err);
void pm_transport_free(struct pm_transport *transport);

/** See pm_client_cancel(). Thread-safe. */
void pm_transport_cancel(struct pm_transport *transport);
void pm_transport_resume(struct pm_transport *transport);

/**
 * Send a request and wait for the whole answer, whatever its status.
 *
 * @url:  complete, with the query
 * @body: form-encoded; NULL for a GET
 *
 * Errors: PM_ERR_NETWORK, PM_ERR_CONFIG (certificates), PM_ERR_LIMIT, PM_ERR_REPLY (not HTTP),
 *         PM_ERR_CANCELLED, PM_ERR_SYSTEM; maybe_done of @err tells whether anything was sent
 */
int pm_transport_send(struct pm_transport *transport, const char *url, const char *body,
                      size_t body_len, struct pm_answer *ret_answer, struct pm_error *err);

#endif
