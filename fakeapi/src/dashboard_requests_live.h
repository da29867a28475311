/*
 * Requests as they become final, by server-sent events: each is written down once, and the same
 * bytes go to all who may see it.
 *
 *     data: [{…}, …]    lines as fa_request_line() makes them, oldest first; id: the last one's
 *     event: reload     too many to send
 */
#ifndef FA_DASHBOARD_REQUESTS_LIVE_H
#define FA_DASHBOARD_REQUESTS_LIVE_H

#include <stdint.h>

struct fa_journal;
struct fa_requests_live;
struct fa_sessions;
struct fa_visit;

/** Watches the journal. @sessions: borrowed; a stream ends with its session. Errors: -1 out of
 * memory, too many watchers */
int fa_requests_live_new(struct fa_journal *journal, const struct fa_sessions *sessions,
                         struct fa_requests_live **ret_live);

/** When all streams are over. NULL is allowed. */
void fa_requests_live_free(struct fa_requests_live *live);

/** Answer with a stream; `?after=ID` names the last request that the page knows. */
int fa_requests_live_start(struct fa_visit *visit);

#endif
