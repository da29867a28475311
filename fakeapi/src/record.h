/*
 * The journal's entry of a request: put together once its answer is made, with every secret masked.
 * The journal keeps it, the counters and the expectations see it, the log gets its line.
 */
#ifndef FA_RECORD_H
#define FA_RECORD_H

#include <stdint.h>

#include "errors.h"

struct fa_app;
struct fa_call;
struct fa_http_reply;
struct fa_http_request;

/**
 * Write down a request that was handled.
 *
 * @error:     FA_OK, or why it was refused
 * @began_us:  monotonic, when handling it began
 * @reply:     what it gets; receives the tag by which fa_record_sent() knows it
 */
void fa_record(struct fa_call *call, enum fa_error error, int64_t began_us,
               struct fa_http_reply *reply);

/** Write down one that no handler saw. */
void fa_record_failure(struct fa_app *app, const struct fa_http_request *request,
                       enum fa_error error, struct fa_http_reply *reply);

/** fa_http_options.sent with a struct fa_app. */
void fa_record_sent(void *app, int64_t tag);

#endif
