/*
 * New rows as they come, by server-sent events: of one monitor, of all with a tag, or of all of an
 * account. Each change is looked up and written down once, whoever follows, and the same bytes go
 * to all of them.
 *
 *     data: {"monitor":{"id","name","path"},"rows":[…]}   as in dashboard_model.h; id: the last
 * row's event: reload                                       too many to send event: gone the
 * monitor was deleted
 */
#ifndef FA_DASHBOARD_EVENTS_H
#define FA_DASHBOARD_EVENTS_H

struct fa_events;
struct fa_sessions;
struct fa_store;
struct fa_visit;

/** Listens to the store. @sessions: borrowed; a stream ends with its session. Errors: -1 out of
 * memory, too many listeners */
int fa_events_new(struct fa_store *store, const struct fa_sessions *sessions,
                  struct fa_events **ret_events);

/** When all streams are over. NULL is allowed. */
void fa_events_free(struct fa_events *events);

/*
 * Answer with a stream. `?after=ID` names the last row that the page knows; a browser that comes
 * back names the last it was sent. Errors: as a page's (dashboard_page.h)
 */
int fa_events_of_monitor(struct fa_visit *visit);
int fa_events_of_tag(struct fa_visit *visit);
int fa_events_of_account(struct fa_visit *visit);

#endif
