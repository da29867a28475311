/* Times for people. */
#ifndef CLI_MOMENT_H
#define CLI_MOMENT_H

#include <stdint.h>

struct pm_buf;

/** Append `2026-11-22 19:00:00 GMT (3 min ago)`, or `(in 5 s)`. */
void moment_add(struct pm_buf *buf, int64_t wall_ms, int64_t now_ms);

/** Append a span of time in its two largest units, such as `1 h 2 min`. */
void moment_add_span(struct pm_buf *buf, int64_t ms);

#endif
