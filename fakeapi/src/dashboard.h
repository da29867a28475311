/*
 * The dashboard: what the server has stored, for a person with a browser. It only reads. Whoever
 * opens the sign-in address, which the server prints when it starts, gets a session; without one
 * nothing but how to sign in is shown.
 *
 * dashboard.c            paths, sessions checked, header fields of every reply
 * dashboard_session.c    the sign-in token and who has a session
 * dashboard_model.c      what the store has, as the JSON that pages and events are made of
 * dashboard_page.c       what all pages share
 * dashboard_pages.c      accounts, monitors, rows
 * dashboard_requests.c   the journal: which requests came, and why they were refused
 * dashboard_events.c     new rows as they come (server-sent events)
 * dashboard_assets.c     the files of www/, embedded
 */
#ifndef FA_DASHBOARD_H
#define FA_DASHBOARD_H

#include <stddef.h>

struct fa_dashboard;
struct fa_http;
struct fa_journal;
struct fa_store;

#define FA_DASHBOARD_PATH        "/dashboard"
#define FA_DASHBOARD_SIGNIN_SIZE 80

/**
 * Serve the dashboard below FA_DASHBOARD_PATH: mounts itself and listens to the store.
 *
 * @http, @store, @journal: borrowed; they must outlive the dashboard's last call
 *
 * Errors: -1 out of memory, no random bytes, no free mount or listener
 */
int fa_dashboard_new(struct fa_http *http, struct fa_store *store, const struct fa_journal *journal,
                     struct fa_dashboard **ret_dashboard);

/** After fa_http_free(), which ends the live streams, and before fa_store_close(). NULL is allowed.
 */
void fa_dashboard_free(struct fa_dashboard *dashboard);

/**
 * The path and query that sign in, `/dashboard/signin?token=…`. Whoever has it can read everything:
 * it is for the person who started the server, and good until that server ends.
 *
 * @path: FA_DASHBOARD_SIGNIN_SIZE bytes
 */
void fa_dashboard_signin_path(const struct fa_dashboard *dashboard, char *path, size_t size);

#endif
