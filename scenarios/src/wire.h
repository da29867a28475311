/* Bytes to a port of this machine, and what comes back, without any knowledge of HTTP. */
#ifndef SC_WIRE_H
#define SC_WIRE_H

#include <stdint.h>

struct pm_buf;
struct sc_error;

/**
 * Send, and take what comes until the other side closes.
 *
 * Errors: -1 no connection, or it was not closed within @timeout_ms; @answer holds what came
 */
int sc_wire_talk(int port, const char *bytes, int64_t timeout_ms, struct pm_buf *answer,
                 struct sc_error *err);

#endif
