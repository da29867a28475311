/*
 * New rows of a monitor for browsers that watch it, by server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html):
 *
 *     id: <id of the last row>, data: {"rows":[…]}   rows as in dashboard_model.h, in order of
 * arrival event: reload   too much changed to tell, or something other than rows: load the page
 * again event: gone     the monitor was deleted; the stream ends
 *
 * Whoever comes back says which row it saw last, so none is lost and none comes twice.
 */
#ifndef FA_DASHBOARD_EVENTS_H
#define FA_DASHBOARD_EVENTS_H

#include <stdint.h>

struct fa_events;
struct fa_http_reply;
struct fa_http_request;
struct fa_store;

/** Errors: -1 out of memory, or the store takes no more listeners */
int fa_events_new(struct fa_store *store, struct fa_events **ret_events);

/** After fa_http_free(), which ends all streams. NULL is allowed. */
void fa_events_free(struct fa_events *events);

/**
 * Answer a request with the stream of one monitor.
 *
 * @after_id: the last row that the browser has
 *
 * Errors: FA_STORE_FAILED, FA_STORE_ABSENT no such monitor, FA_PAGE_BROKEN out of memory
 */
int fa_events_start(struct fa_events *events, int64_t monitor_id, int64_t after_id,
                    const struct fa_http_request *request, struct fa_http_reply *reply);

#endif
