/*
 * A server that hands out instructions to an HTTP client and judges the signed requests that come
 * of them: see client/conformance/README.md for what it says.
 */
#ifndef PM_SERVE_H
#define PM_SERVE_H

#include <stddef.h>

struct pm_error;
struct pm_outcome;
struct pm_vectors;

struct pm_serve_options {
    unsigned int port;              /* 0: any free one; on the loopback interface */
    const char *port_file;          /* written once it listens; NULL for none */
    int timeout_ms;                 /* without any request */
    void (*ready)(const char *url); /* called once it listens */
};

/**
 * Serve until every test was asked for and judged, or the client is silent, or SIGINT or SIGTERM
 * comes. Only valid tests that HTTP can carry are handed out.
 *
 * @ret_outcomes: one per test handed out or not reached; each to be cleared, then freed
 *
 * Errors: PM_ERR_CONFIG  the port is taken, the port file cannot be written
 *         PM_ERR_SYSTEM
 */
int pm_serve(const struct pm_vectors *vectors, const struct pm_serve_options *options,
             struct pm_outcome **ret_outcomes, size_t *ret_count, struct pm_error *err);

#endif
