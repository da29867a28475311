/* Paths, sessions and header fields of the dashboard; see dashboard.h. */
#include "dashboard.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "dashboard_assets.h"
#include "dashboard_events.h"
#include "dashboard_page.h"
#include "dashboard_pages.h"
#include "dashboard_requests.h"
#include "dashboard_session.h"
#include "http.h"
#include "log.h"
#include "percent.h"
#include "store.h"

#define ARGUMENT_SIZE 512

struct fa_dashboard {
    struct fa_store *store;
    const struct fa_journal *journal;
    struct fa_sessions sessions;
    struct fa_events *events;
    char cookie[48]; /* its name tells the port: browsers share cookies among the ports of a host */
};

/* A page function (dashboard_page.h). @argument: what stands for `*` in the path, decoded */
typedef int (*page_fn)(struct fa_dashboard *dashboard, const char *argument,
                       const struct fa_http_request *request, struct fa_http_reply *reply);

/* ---- pages ---- */

static int say_how_to_sign_in(struct fa_http_reply *reply)
{
    return fa_page_message(
        401, "Sign in",
        "Open the dashboard address that paidmonitor-fakeapi printed when it started. It ends in "
        "/dashboard/signin?token=\u2026 and is good until that server is stopped. A session lasts "
        "12 hours.",
        reply);
}

static int signin(struct fa_dashboard *dashboard, const char *argument,
                  const struct fa_http_request *request, struct fa_http_reply *reply)
{
    char token[FA_SESSION_ID_SIZE], id[FA_SESSION_ID_SIZE], cookie[200];

    (void)argument;
    if (fa_page_query(request, "token", token, sizeof(token)) < 0 ||
        fa_sessions_begin(&dashboard->sessions, token, pm_clock_mono_ms(), id) < 0)
        return say_how_to_sign_in(reply);
    (void)snprintf(cookie, sizeof(cookie),
                   "%s=%s; Path=" FA_DASHBOARD_PATH "; Max-Age=%" PRId64
                   "; HttpOnly; SameSite=Strict",
                   dashboard->cookie, id, FA_SESSION_LIFETIME_MS / 1000);
    if (fa_http_reply_header(reply, "Set-Cookie", cookie) < 0)
        return FA_PAGE_BROKEN;
    return fa_page_redirect(FA_DASHBOARD_PATH, reply);
}

static int accounts(struct fa_dashboard *dashboard, const char *argument,
                    const struct fa_http_request *request, struct fa_http_reply *reply)
{
    (void)argument;
    return fa_page_accounts(dashboard->store, request, reply);
}

static int account(struct fa_dashboard *dashboard, const char *apikey,
                   const struct fa_http_request *request, struct fa_http_reply *reply)
{
    return fa_page_account(dashboard->store, apikey, request, reply);
}

/* An id is digits and nothing else. */
static int read_id(const char *text, int64_t *ret_id)
{
    size_t len = strspn(text, "0123456789");

    if (len == 0 || len > 18 || text[len] != '\0')
        return FA_STORE_ABSENT;
    *ret_id = strtoll(text, NULL, 10);
    return 0;
}

static int monitor(struct fa_dashboard *dashboard, const char *argument,
                   const struct fa_http_request *request, struct fa_http_reply *reply)
{
    int64_t id;

    if (read_id(argument, &id) < 0)
        return FA_STORE_ABSENT;
    return fa_page_monitor(dashboard->store, id, request, reply);
}

/* A browser that comes back names the last event it saw; that is newer than what its page knew. */
static int events(struct fa_dashboard *dashboard, const char *argument,
                  const struct fa_http_request *request, struct fa_http_reply *reply)
{
    const char *last = fa_http_header(request, "Last-Event-ID");
    char after[24] = "0";
    int64_t id, after_id = 0;

    if (!last && fa_page_query(request, "after", after, sizeof(after)) == 0)
        last = after;
    if (read_id(argument, &id) < 0 || (last && read_id(last, &after_id) < 0))
        return FA_STORE_ABSENT;
    return fa_events_start(dashboard->events, id, after_id, request, reply);
}

static int requests(struct fa_dashboard *dashboard, const char *argument,
                    const struct fa_http_request *request, struct fa_http_reply *reply)
{
    (void)argument;
    return fa_page_requests(dashboard->journal, request, reply);
}

static int one_request(struct fa_dashboard *dashboard, const char *argument,
                       const struct fa_http_request *request, struct fa_http_reply *reply)
{
    int64_t id;

    (void)request;
    if (read_id(argument, &id) < 0)
        return FA_STORE_ABSENT;
    return fa_page_request(dashboard->journal, id, reply);
}

static int asset(struct fa_dashboard *dashboard, const char *name,
                 const struct fa_http_request *request, struct fa_http_reply *reply)
{
    const struct fa_asset *found = fa_asset_find(name);

    (void)dashboard;
    (void)request;
    if (!found)
        return FA_STORE_ABSENT;
    reply->content_type = found->content_type;
    return pm_buf_add(&reply->body, found->bytes, *found->len) < 0 ? FA_PAGE_BROKEN : 0;
}

/* ---- dispatch ---- */

static const struct route {
    const char *pattern; /* below FA_DASHBOARD_PATH; `*` is one segment */
    bool is_public;      /* no session needed */
    page_fn page;
} routes[] = {
    {"", false, accounts},
    {"/", false, accounts},
    {"/signin", true, signin},
    {"/assets/*", true, asset},
    {"/accounts/*", false, account},
    {"/monitors/*", false, monitor},
    {"/monitors/*/events", false, events},
    {"/requests", false, requests},
    {"/requests/*", false, one_request},
};

/* Does the path fit? The segment that stands for `*` is decoded into `argument`. */
static bool fits(const char *pattern, const char *path, char *argument, size_t size)
{
    size_t before = strcspn(pattern, "*"), len;

    if (strncmp(pattern, path, before) != 0)
        return false;
    if (pattern[before] == '\0')
        return path[before] == '\0';
    path += before;
    len = strcspn(path, "/");
    if (strcmp(pattern + before + 1, path + len) != 0 || len == 0 || len >= size ||
        pm_percent_decode(path, len, argument, &len) < 0)
        return false;
    argument[len] = '\0';
    return true;
}

static const struct route *find_route(const char *path, char *argument, size_t size)
{
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(routes); i++)
        if (fits(routes[i].pattern, path, argument, size))
            return &routes[i];
    return NULL;
}

static bool is_signed_in(const struct fa_dashboard *dashboard,
                         const struct fa_http_request *request)
{
    char id[FA_SESSION_ID_SIZE];

    return fa_http_cookie(request, dashboard->cookie, id, sizeof(id)) == 0 &&
           fa_sessions_has(&dashboard->sessions, id, pm_clock_mono_ms());
}

static int answer(struct fa_dashboard *dashboard, const struct fa_http_request *request,
                  struct fa_http_reply *reply)
{
    char argument[ARGUMENT_SIZE] = "";
    const struct route *route =
        find_route(request->path + strlen(FA_DASHBOARD_PATH), argument, sizeof(argument));

    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0) {
        (void)fa_http_reply_header(reply, "Allow", "GET, HEAD");
        return fa_page_message(405, "Not possible", "The dashboard can only be read.", reply);
    }
    if (!(route && route->is_public) && !is_signed_in(dashboard, request))
        return say_how_to_sign_in(reply);
    return route ? route->page(dashboard, argument, request, reply) : FA_STORE_ABSENT;
}

/* A page in place of the one that could not be made. */
static void explain(const struct fa_dashboard *dashboard, int r, struct fa_http_reply *reply)
{
    pm_buf_reset(&reply->body);
    if (r == FA_STORE_ABSENT)
        r = fa_page_message(404, "Not found",
                            "There is nothing at this address. The monitor may have been deleted, "
                            "or the address mistyped.",
                            reply);
    else {
        if (r == FA_STORE_FAILED)
            pm_log_error("dashboard: cannot read the store: %s",
                         fa_store_message(dashboard->store));
        r = fa_page_message(500, "Something went wrong",
                            "The page could not be made; the server's log says why. Try again.",
                            reply);
    }
    if (r < 0)
        reply->status = 500; /* with no body: there is no memory for one */
}

/* Whatever a page shows was sent by a stranger: a browser may run and load our own files only. */
static void secure(struct fa_http_reply *reply)
{
    static const char *const fields[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
         "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
    };
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(fields); i++)
        (void)fa_http_reply_header(reply, fields[i][0], fields[i][1]);
}

static void handle(void *context, const struct fa_http_request *request,
                   struct fa_http_reply *reply)
{
    struct fa_dashboard *dashboard = context;
    int r = answer(dashboard, request, reply);

    if (r < 0)
        explain(dashboard, r, reply);
    secure(reply);
    reply->after_commit = true; /* a page may show what is not durable yet */
}

/* ---- begin and end ---- */

int fa_dashboard_new(struct fa_http *http, struct fa_store *store, const struct fa_journal *journal,
                     struct fa_dashboard **ret_dashboard)
{
    struct fa_dashboard *dashboard = calloc(1, sizeof(*dashboard));

    if (!dashboard)
        return -1;
    dashboard->store = store;
    dashboard->journal = journal;
    (void)snprintf(dashboard->cookie, sizeof(dashboard->cookie), "paidmonitor_%u",
                   fa_http_port(http));
    if (fa_sessions_init(&dashboard->sessions) < 0 ||
        fa_events_new(store, &dashboard->events) < 0 ||
        fa_http_mount(http, FA_DASHBOARD_PATH, handle, dashboard) < 0) {
        fa_dashboard_free(dashboard);
        return -1;
    }
    *ret_dashboard = dashboard;
    return 0;
}

void fa_dashboard_free(struct fa_dashboard *dashboard)
{
    if (!dashboard)
        return;
    fa_events_free(dashboard->events);
    free(dashboard);
}

void fa_dashboard_signin_path(const struct fa_dashboard *dashboard, char *path, size_t size)
{
    (void)snprintf(path, size, FA_DASHBOARD_PATH "/signin?token=%s", dashboard->sessions.token);
}
