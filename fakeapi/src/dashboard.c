/* Paths, sessions and header fields of the dashboard; see dashboard.h. */
#include "dashboard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "clock.h"
#include "dashboard_accounts.h"
#include "dashboard_assets.h"
#include "dashboard_clock.h"
#include "dashboard_confirm.h"
#include "dashboard_events.h"
#include "dashboard_expectations.h"
#include "dashboard_export.h"
#include "dashboard_faults.h"
#include "dashboard_gzip.h"
#include "dashboard_monitors.h"
#include "dashboard_overview.h"
#include "dashboard_page.h"
#include "dashboard_requests.h"
#include "dashboard_requests_live.h"
#include "dashboard_rows.h"
#include "dashboard_signin.h"
#include "dashboard_slices.h"
#include "dashboard_visit.h"
#include "log.h"
#include "percent.h"

#define FOREVER "public, max-age=31536000, immutable"

/* Who may ask. */
enum access {
    FOR_ALL,     /* no session needed */
    FOR_VIEWERS, /* any session; the page itself asks what may be seen */
    FOR_ADMINS,
};

/* ---- assets ---- */

/* Under the address that tells their version they may be kept for ever. */
static int asset(struct fa_visit *visit)
{
    bool is_versioned = visit->arguments[1][0] != '\0';
    const char *accepted = fa_http_header(visit->request, "Accept-Encoding");
    struct fa_http_reply *reply = visit->reply;
    struct fa_asset found;

    if (fa_asset_find(visit->arguments[is_versioned ? 1 : 0], accepted && strstr(accepted, "gzip"),
                      &found) < 0)
        return FA_STORE_ABSENT;
    reply->content_type = found.content_type;
    if (found.is_gzip)
        (void)fa_http_reply_header(reply, "Content-Encoding", "gzip");
    (void)fa_http_reply_header(reply, "Vary", "Accept-Encoding");
    if (is_versioned && strcmp(visit->arguments[0], fa_asset_version()) == 0)
        visit->is_lasting = true;
    return pm_buf_add(&reply->body, found.bytes, found.len) < 0 ? FA_PAGE_BROKEN : 0;
}

/* ---- dispatch ---- */

static const struct route {
    const char *method;  /* GET stands for HEAD as well */
    const char *pattern; /* below FA_DASHBOARD_PATH; `*` is one segment */
    enum access access;
    fa_page_fn page;
} routes[] = {
    {"GET", "", FOR_VIEWERS, fa_page_home},
    {"GET", "/", FOR_VIEWERS, fa_page_home},
    {"GET", "/signin", FOR_ALL, fa_page_signin},
    {"POST", "/signin", FOR_ALL, fa_page_signin_password},
    {"POST", "/signout", FOR_VIEWERS, fa_page_signout},
    {"GET", "/signins", FOR_VIEWERS, fa_page_signins},
    {"GET", "/assets/*", FOR_ALL, asset},
    {"GET", "/assets/*/*", FOR_ALL, asset},
    {"GET", "/accounts", FOR_ADMINS, fa_page_accounts},
    {"POST", "/accounts", FOR_ADMINS, fa_page_account_add},
    {"GET", "/accounts/*", FOR_VIEWERS, fa_page_overview},
    {"POST", "/accounts/*/windows", FOR_VIEWERS, fa_page_windows_add},
    {"POST", "/accounts/*/windows/*", FOR_VIEWERS, fa_page_window_change},
    {"GET", "/accounts/*/events", FOR_VIEWERS, fa_events_of_account},
    {"GET", "/accounts/*/monitors", FOR_VIEWERS, fa_page_monitors},
    {"GET", "/accounts/*/tags/*", FOR_VIEWERS, fa_page_tag},
    {"GET", "/accounts/*/tags/*/events", FOR_VIEWERS, fa_events_of_tag},
    {"GET", "/accounts/*/tags/*/rows.csv", FOR_VIEWERS, fa_export_tag_csv},
    {"GET", "/accounts/*/tags/*/rows.json", FOR_VIEWERS, fa_export_tag_json},
    {"GET", "/accounts/*/tags/*/counts.json", FOR_VIEWERS, fa_slice_of_tag},
    {"GET", "/monitors/*", FOR_VIEWERS, fa_page_monitor},
    {"GET", "/monitors/*/events", FOR_VIEWERS, fa_events_of_monitor},
    {"GET", "/monitors/*/rows.csv", FOR_VIEWERS, fa_export_monitor_csv},
    {"GET", "/monitors/*/rows.json", FOR_VIEWERS, fa_export_monitor_json},
    {"GET", "/monitors/*/counts.json", FOR_VIEWERS, fa_slice_of_monitor},
    {"GET", "/requests", FOR_VIEWERS, fa_page_requests},
    {"GET", "/requests/events", FOR_VIEWERS, fa_requests_live_start},
    {"GET", "/requests/*", FOR_VIEWERS, fa_page_request},
    {"GET", "/requests/*/curl", FOR_VIEWERS, fa_page_request_curl},
    {"GET", "/requests/*/vector", FOR_VIEWERS, fa_page_request_vector},
    {"GET", "/expectations", FOR_VIEWERS, fa_page_expectations},
    {"GET", "/faults", FOR_ADMINS, fa_page_faults},
    {"POST", "/faults", FOR_ADMINS, fa_page_fault_add},
    {"POST", "/faults/change", FOR_ADMINS, fa_page_fault_change},
    {"GET", "/clock", FOR_ADMINS, fa_page_clock},
    {"POST", "/clock", FOR_ADMINS, fa_page_clock_set},
    {"GET", "/confirm/*", FOR_ADMINS, fa_page_confirm},
    {"POST", "/confirm/*", FOR_ADMINS, fa_page_confirmed},
};

/* Read one segment of the path for a `*`. Returns what follows it, or NULL. */
static const char *read_segment(const char *path, char *argument)
{
    size_t len = strcspn(path, "/"), size = len;

    if (len == 0 || len >= FA_VISIT_ARGUMENT_SIZE ||
        pm_percent_decode(path, len, argument, &size) < 0 || memchr(argument, '\0', size))
        return NULL;
    argument[size] = '\0';
    return path + len;
}

/* Does the path fit? The segments that stand for `*` are decoded into the visit's arguments. */
static bool fits(const char *pattern, const char *path, struct fa_visit *visit)
{
    int count = 0;

    memset(visit->arguments, 0, sizeof(visit->arguments));
    for (; *pattern; pattern++)
        if (*pattern == '*') {
            path = read_segment(path, visit->arguments[count++]);
            if (!path)
                return false;
        } else if (*pattern != *path++) {
            return false;
        }
    return *path == '\0';
}

static const char *plain_method(const struct fa_http_request *request)
{
    return strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;
}

/* @ret_allowed: the methods that the path takes, if it takes any */
static const struct route *find_route(struct fa_visit *visit, const char *path, char *ret_allowed,
                                      size_t size)
{
    const char *method = plain_method(visit->request);
    size_t i, len;

    ret_allowed[0] = '\0';
    for (i = 0; i < PM_ARRAY_LEN(routes); i++) {
        if (!fits(routes[i].pattern, path, visit))
            continue;
        if (strcmp(routes[i].method, method) == 0)
            return &routes[i];
        len = strlen(ret_allowed);
        (void)snprintf(ret_allowed + len, size - len, "%s%s", len > 0 ? ", " : "",
                       strcmp(routes[i].method, "GET") == 0 ? "GET, HEAD" : routes[i].method);
    }
    return NULL;
}

/* ---- who asks ---- */

static const struct fa_session *find_session(const struct fa_dashboard *dashboard,
                                             const struct fa_http_request *request)
{
    const struct fa_session *session;
    char id[FA_SESSION_ID_SIZE];

    if (fa_http_cookie(request, dashboard->cookie, id, sizeof(id)) < 0)
        return NULL;
    session = fa_sessions_find(&dashboard->sessions, id, pm_clock_mono_ms());
    if (session && session->account_id != 0 &&
        !fa_accounts_find_id(dashboard->app->accounts, session->account_id))
        return NULL; /* the account was deleted */
    return session;
}

/*
 * Did a page of ours send this form? Browsers say where a form comes from; what they do not say is
 * not held against them, the session's own mark must be there in any case.
 */
static bool is_ours(const struct fa_visit *visit)
{
    const char *site = fa_http_header(visit->request, "Sec-Fetch-Site");
    const char *origin = fa_http_header(visit->request, "Origin");
    const char *host = fa_http_header(visit->request, "Host");
    const char *origin_host = origin ? strstr(origin, "://") : NULL;
    char csrf[FA_SESSION_ID_SIZE];

    if (site && strcmp(site, "same-origin") != 0)
        return false;
    if (origin && (!origin_host || !host || strcmp(origin_host + 3, host) != 0))
        return false;
    return !visit->session || (fa_page_form(visit, "csrf", csrf, sizeof(csrf)) == 0 &&
                               fa_session_has_csrf(visit->session, csrf));
}

static int refuse_method(const char *allowed, struct fa_visit *visit)
{
    (void)fa_http_reply_header(visit->reply, "Allow", allowed);
    return fa_page_message(405, "Not possible", "This page cannot be used that way. Go back.",
                           visit);
}

static int refuse_form(struct fa_visit *visit)
{
    return fa_page_message(403, "This form is out of date",
                           "It was not sent by a page of this session. Go back, reload the page, "
                           "and try again.",
                           visit);
}

static int answer(struct fa_visit *visit)
{
    char allowed[60];
    const struct route *route = find_route(visit, visit->request->path + strlen(FA_DASHBOARD_PATH),
                                           allowed, sizeof(allowed));

    visit->session = find_session(visit->dashboard, visit->request);
    if (!visit->session && !(route && route->access == FOR_ALL))
        return fa_page_signin_first(visit);
    if (!route)
        return allowed[0] ? refuse_method(allowed, visit) : FA_STORE_ABSENT;
    if (route->access == FOR_ADMINS && !fa_visit_is_admin(visit))
        return FA_STORE_ABSENT;
    if (strcmp(route->method, "POST") == 0 && !is_ours(visit))
        return refuse_form(visit);
    return route->page(visit);
}

/* ---- replies ---- */

/* A page in place of the one that could not be made. */
static void explain(int r, struct fa_visit *visit)
{
    pm_buf_reset(&visit->reply->body);
    if (r == FA_STORE_ABSENT)
        r = fa_page_message(404, "Not found",
                            "There is nothing at this address. The monitor may have been deleted, "
                            "or the address mistyped.",
                            visit);
    else {
        if (r == FA_STORE_FAILED)
            pm_log_error("dashboard: cannot read the store: %s",
                         fa_store_message(fa_visit_store(visit)));
        r = fa_page_message(500, "Something went wrong",
                            "The page could not be made; the server's log says why. Try again.",
                            visit);
    }
    if (r < 0)
        visit->reply->status = 500; /* with no body: there is no memory for one */
}

/* Whatever a page shows was sent by a stranger: a browser may run and load our own files only. */
static void secure(struct fa_http_reply *reply, bool is_lasting)
{
    static const char *const fields[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
         "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
    };
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(fields); i++)
        (void)fa_http_reply_header(reply, fields[i][0], fields[i][1]);
    (void)fa_http_reply_header(reply, "Cache-Control", is_lasting ? FOREVER : "no-store");
}

static void handle(void *context, const struct fa_http_request *request,
                   struct fa_http_reply *reply)
{
    struct fa_visit visit = {.dashboard = context, .request = request, .reply = reply};
    int r = answer(&visit);

    if (r < 0)
        explain(r, &visit);
    fa_gzip_page(request, reply);
    secure(reply, visit.is_lasting);
    reply->after_commit = true; /* a page may show what is not durable yet */
}

/* ---- begin and end ---- */

int fa_dashboard_new(struct fa_http *http, struct fa_app *app, bool is_tls,
                     struct fa_dashboard **ret_dashboard)
{
    struct fa_dashboard *dashboard = calloc(1, sizeof(*dashboard));

    if (!dashboard)
        return -1;
    dashboard->app = app;
    dashboard->is_tls = is_tls;
    (void)snprintf(dashboard->cookie, sizeof(dashboard->cookie), "paidmonitor_%u",
                   fa_http_port(http));
    if (fa_events_new(app->store, &dashboard->sessions, &dashboard->events) < 0 ||
        fa_requests_live_new(app->journal, &dashboard->sessions, &dashboard->requests) < 0 ||
        fa_http_mount(http, FA_DASHBOARD_PATH, handle, dashboard) < 0) {
        fa_dashboard_free(dashboard);
        return -1;
    }
    *ret_dashboard = dashboard;
    return 0;
}

void fa_dashboard_set_control(struct fa_dashboard *dashboard, const struct fa_control *control)
{
    dashboard->control = control;
}

void fa_dashboard_free(struct fa_dashboard *dashboard)
{
    if (!dashboard)
        return;
    fa_requests_live_free(dashboard->requests);
    fa_events_free(dashboard->events);
    free(dashboard);
}
