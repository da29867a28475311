/*
 * The dashboard: what the server has stored, for a person with a browser, and its controls. Whoever
 * opens a sign-in link (signin_links.h), of which the server prints one when it starts, sees
 * everything, or the account that the link is for; whoever knows the user and password of an
 * account sees that account. Without a session nothing but how to sign
 * in is shown.
 *
 * dashboard.c            paths, sessions checked, header fields of every reply
 * dashboard_visit.c      one request of a browser: who asks, and what may they see
 * dashboard_session.c    who is signed in, how often one may guess, who tried
 * dashboard_signin.c     signing in and out
 * dashboard_query.c      names and values as browsers send them
 * dashboard_page.c       what all pages share
 * dashboard_model.c      what the store has, as the JSON that pages and events are made of
 * dashboard_view.c       which rows a page shows: filters, search, range; as an address
 * dashboard_subject.c    one monitor, or all of a tag
 * dashboard_scan.c       those rows, newest first, without ever looking at too many
 * dashboard_figures.c    rows counted over time and by value: charts and top lists
 * dashboard_counts.c     the figures of a subject's rows
 * dashboard_slices.c     the same of all rows, a slice after the other
 * dashboard_overview.c   an account's windows and totals
 * dashboard_windows.c    which monitors are pinned there, and how
 * dashboard_monitors.c   the monitors of an account
 * dashboard_rows.c       the rows of a monitor or a tag
 * dashboard_export.c     the same as CSV and JSON
 * dashboard_requests.c   the journal: which requests came, as a list,
 * dashboard_requests_live.c, dashboard_request.c    as they come, and each with all that is known
 * dashboard_ask.c        the control API, asked by the pages that steer:
 * dashboard_accounts.c, dashboard_faults.c, dashboard_clock.c, dashboard_expectations.c,
 * dashboard_confirm.c    questions before what destroys
 * dashboard_events.c     new rows as they come (server-sent events)
 * dashboard_gzip.c       pages compressed on their way
 * dashboard_assets.c     the files of www/, embedded or from disk
 */
#ifndef FA_DASHBOARD_H
#define FA_DASHBOARD_H

#include <stdbool.h>

struct fa_app;
struct fa_control;
struct fa_dashboard;
struct fa_http;

#define FA_DASHBOARD_PATH "/dashboard"

/**
 * Serve the dashboard below FA_DASHBOARD_PATH: mounts itself and listens to the store.
 *
 * @http, @app: borrowed; they must outlive the dashboard's last call
 * @is_tls:     browsers reach us over TLS: their cookies never travel without
 *
 * Errors: -1 out of memory, no free mount or listener
 */
int fa_dashboard_new(struct fa_http *http, struct fa_app *app, bool is_tls,
                     struct fa_dashboard **ret_dashboard);

/** Let admins steer the server. @control: borrowed, as the app */
void fa_dashboard_set_control(struct fa_dashboard *dashboard, const struct fa_control *control);

/** After fa_http_free(), which ends the live streams, and before fa_store_close(). NULL is allowed.
 */
void fa_dashboard_free(struct fa_dashboard *dashboard);

#endif
