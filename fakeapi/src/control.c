#include "control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app.h"
#include "cleanup.h"
#include "control_call.h"
#include "dashboard.h"
#include "describe.h"
#include "mac.h"

#define ARENA_MAX    (4 * 1024 * 1024)
#define SEGMENTS_MAX 4
#define METHODS_MAX  64

struct fa_control {
    struct fa_app *app;
    struct fa_http *http;
    char *token; /* NULL: none is needed */
    bool is_loopback;
};

/* Calls about the server as such */

void fa_control_ready(struct fa_control_call *call)
{
    fa_write_literal(call->out, "ready", "true");
}

/* Alive means that the store answers. */
void fa_control_health(struct fa_control_call *call)
{
    int64_t id;
    bool is_well = fa_store_last_row_id(call->app->store, &id) == 0;

    call->reply->status = is_well ? 200 : 500;
    fa_write_text(call->out, "health", is_well ? "ok" : "store");
}

static void show_document(struct fa_control_call *call, int (*describe)(struct pm_buf *buf))
{
    fa_control_raw(call, FA_CONTENT_JSON);
    if (describe(&call->reply->body) < 0)
        fa_control_fail(call, 500, NULL, "out of memory");
}

void fa_control_openapi(struct fa_control_call *call)
{
    show_document(call, fa_describe_openapi);
}

void fa_control_document(struct fa_control_call *call)
{
    show_document(call, fa_describe_control);
}

/* The gate */

static void refuse(struct fa_http_reply *reply, unsigned int status, const char *error,
                   const char *hint)
{
    struct fa_writer *out = fa_writer_new(&reply->body, false);

    reply->status = status;
    reply->content_type = FA_CONTENT_JSON;
    if (!out)
        return; /* the status tells */
    fa_write_object(out, "");
    fa_write_text(out, "error", error);
    fa_write_text(out, "hint", hint);
    (void)fa_writer_finish(out);
}

/* `Authorization: Bearer <token>`, RFC 6750 §2.1. */
static bool has_token(const struct fa_control *control, const struct fa_http_request *request)
{
    static const char scheme[] = "Bearer ";
    const char *sent = fa_http_header(request, "Authorization");

    if (!sent || strncasecmp(sent, scheme, sizeof(scheme) - 1) != 0)
        return false;
    sent += sizeof(scheme) - 1;
    return fa_is_same(sent, strlen(sent), control->token, strlen(control->token));
}

/* A name that anybody's DNS may point at 127.0.0.1 is none of this machine's own. */
static bool is_local_name(const char *host)
{
    size_t len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    size_t digits = strspn(host, "0123456789.");

    if (len == strlen("localhost") && strncasecmp(host, "localhost", len) == 0)
        return true;
    if (strncmp(host, "127.", 4) == 0)
        return digits == len;
    return strncmp(host, "[::1]", 5) == 0;
}

/* Is the page that sent it one of this server's own? */
static bool is_same_origin(const char *origin, const char *host)
{
    const char *after_scheme = strstr(origin, "://");

    return host && after_scheme && strcasecmp(after_scheme + 3, host) == 0;
}

static bool is_from_browser_elsewhere(const struct fa_http_request *request)
{
    const char *host = fa_http_header(request, "Host");
    const char *origin = fa_http_header(request, "Origin");
    const char *site = fa_http_header(request, "Sec-Fetch-Site");

    if (origin && !is_same_origin(origin, host))
        return true;
    return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
}

static bool is_reading(const struct fa_http_request *request)
{
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

/* Media types that a form cannot send: a page elsewhere cannot either, without being asked first.
 */
static bool is_json_body(const struct fa_http_request *request)
{
    static const char *const types[] = {"application/json", "application/x-ndjson"};
    const char *sent = fa_http_header(request, "Content-Type");
    size_t i;

    if (!sent)
        return request->body_len == 0;
    for (i = 0; i < PM_ARRAY_LEN(types); i++) {
        size_t len = strlen(types[i]);

        if (strncasecmp(sent, types[i], len) == 0 && strchr("; \t", sent[len]))
            return true;
    }
    return false;
}

bool fa_control_admits(const struct fa_control *control, const struct fa_http_request *request,
                       struct fa_http_reply *reply)
{
    const char *host = fa_http_header(request, "Host");

    if (control->token && !has_token(control, request)) {
        (void)fa_http_reply_header(reply, "WWW-Authenticate", "Bearer");
        refuse(reply, 401, "the token is missing or wrong",
               "send Authorization: Bearer TOKEN; the server said where its token is when it "
               "started");
        return false;
    }
    if (is_from_browser_elsewhere(request)) {
        refuse(reply, 403, "this comes from a page of another site",
               "call it from a program, or from a page of this server");
        return false;
    }
    if (!control->token && host && !is_local_name(host)) {
        refuse(reply, 403, "the host name is none of this machine's own",
               "use 127.0.0.1 or localhost, or start the server with a token");
        return false;
    }
    if (!is_reading(request) && !is_json_body(request)) {
        refuse(reply, 415, "the body must be JSON", "send Content-Type: application/json");
        return false;
    }
    return true;
}

/* Routing */

static bool is_method(const struct fa_control_route *route, const struct fa_http_request *request)
{
    return strcmp(route->method, request->method) == 0 ||
           (strcmp(route->method, "GET") == 0 && is_reading(request));
}

struct match {
    const struct fa_control_route *route; /* NULL: none, or not with this method */
    char methods[METHODS_MAX];            /* what the path takes; "" if there is no such path */
    const char *segments[SEGMENTS_MAX];
    size_t lens[SEGMENTS_MAX];
};

static void find_route(const struct fa_http_request *request, struct match *match)
{
    const char *path = request->path + strlen(FA_CONTROL_PATH);
    size_t count;
    const struct fa_control_route *routes = fa_control_routes(&count);
    size_t i;

    for (i = 0; i < count && !match->route; i++) {
        size_t len = strlen(match->methods);

        if (!fa_control_path_fits(routes[i].path, path, match->segments, match->lens, SEGMENTS_MAX))
            continue;
        if (is_method(&routes[i], request))
            match->route = &routes[i];
        (void)snprintf(match->methods + len, sizeof(match->methods) - len, "%s%s",
                       len > 0 ? ", " : "", routes[i].method);
    }
}

static void refuse_route(const struct match *match, struct fa_http_reply *reply)
{
    if (match->methods[0] == '\0') {
        refuse(reply, 404, "there is no such call", "GET /__fake/control.json describes them all");
        return;
    }
    (void)fa_http_reply_header(reply, "Allow", match->methods);
    refuse(reply, 405, "the path does not take this method", match->methods);
}

static void run(struct fa_control_call *call, const struct match *match)
{
    call->reply->content_type = FA_CONTENT_JSON;
    call->reply->status = call->route->status > 0 ? call->route->status : 200;
    fa_write_object(call->out, "");
    if (fa_control_read(call, match->segments, match->lens) == 0)
        call->route->handle(call);
    if (call->is_raw)
        fa_writer_free(call->out);
    else if (fa_writer_finish(call->out) < 0)
        fa_control_fail(call, 500, "ask for less at a time", "the answer is too large");
    /* As for the API: nobody sees what may still be undone. */
    call->reply->after_commit = fa_store_is_dirty(call->app->store);
}

static void answer(const struct fa_control *control, const struct match *match,
                   const struct fa_http_request *request, struct fa_http_reply *reply)
{
    struct fa_control_call call = {
        .app = control->app,
        .loop = control->http,
        .route = match->route,
        .http = request,
        .reply = reply,
        .out = fa_writer_new(&reply->body, false),
    };

    if (!call.out) {
        reply->status = 500;
        return;
    }
    fa_arena_init(&call.arena, ARENA_MAX);
    run(&call, match);
    cJSON_Delete(call.body);
    fa_arena_clear(&call.arena);
}

/* An fa_http_handler */
static void handle(void *context, const struct fa_http_request *request,
                   struct fa_http_reply *reply)
{
    const struct fa_control *control = context;
    struct match match = {0};

    (void)fa_http_reply_header(reply, "Cache-Control", "no-store");
    (void)fa_http_reply_header(reply, "X-Content-Type-Options", "nosniff");
    find_route(request, &match);
    if (!match.route)
        refuse_route(&match, reply);
    else if (match.route->flags & FA_CONTROL_PUBLIC || fa_control_admits(control, request, reply))
        answer(control, &match, request, reply);
}

static void commit(const struct fa_control *control, struct fa_http_reply *reply)
{
    if (!reply->after_commit || fa_app_commit(control->app) == 0)
        return;
    pm_buf_clear(&reply->body);
    refuse(reply, 500, "the store failed", fa_store_message(control->app->store));
}

void fa_control_perform(const struct fa_control *control, const char *method, const char *target,
                        const char *body, struct fa_http_reply *reply)
{
    struct pm_buf path;
    size_t len = strcspn(target, "?");
    struct fa_http_request request = {.method = method,
                                      .query = target[len] ? target + len + 1 : "",
                                      .query_len = target[len] ? strlen(target + len + 1) : 0,
                                      .body = body,
                                      .body_len = strlen(body),
                                      .peer = ""};
    struct match match = {0};

    pm_buf_init(&path, strlen(FA_CONTROL_PATH) + len + 1);
    (void)pm_buf_adds(&path, FA_CONTROL_PATH); /* failures stick */
    if (pm_buf_add(&path, target, len) < 0) {
        reply->status = 500;
        return;
    }
    request.path = path.data;
    find_route(&request, &match);
    if (!match.route)
        refuse_route(&match, reply);
    else if (match.route->flags & (FA_CONTROL_EVENTS | FA_CONTROL_WAITS))
        refuse(reply, 400, "this call answers over HTTP only", "there are functions that wait");
    else
        answer(control, &match, &request, reply);
    commit(control, reply);
    pm_buf_clear(&path);
}

/* An fa_http_handler: for somebody who types the address into a browser. */
static void handle_root(void *context, const struct fa_http_request *request,
                        struct fa_http_reply *reply)
{
    const struct fa_control *control = context;
    bool is_page = strcmp(request->path, FA_ROOT_PATH) == 0;

    if (!is_page || !is_reading(request)) {
        reply->status = is_page ? 405 : 404;
        fa_app_fail(control->app, request, reply);
        return;
    }
    reply->content_type = "text/plain;charset=UTF-8";
    (void)pm_buf_adds(&reply->body,
                      "This is a fake of the Paid Monitor API: " FA_API_PATH " and " FA_CUSTOM_PATH
                      ".\n"
                      "Its dashboard is " FA_DASHBOARD_PATH "; to sign in, open the"
                      " address that the server\nprinted when it started, or that"
                      " paidmonitor-fakeapi ctl signin prints.\n"
                      "Its control API is described in " FA_CONTROL_PATH "/control.json.\n");
}

/* Beginning and end */

static int set_token(struct fa_control *control, const char *token)
{
    char made[FA_KEY_SIZE];

    if (!token && control->is_loopback)
        return 0;
    if (!token && fa_random_key(made) < 0)
        return -1;
    control->token = strdup(token ? token : made);
    return control->token ? 0 : -1;
}

int fa_control_new(struct fa_app *app, struct fa_http *http, const char *token, bool is_loopback,
                   struct fa_control **ret_control)
{
    struct fa_control *control = calloc(1, sizeof(*control));

    if (!control)
        return -1;
    *control = (struct fa_control){.app = app, .http = http, .is_loopback = is_loopback};
    if (set_token(control, token) < 0 ||
        fa_http_mount(http, FA_CONTROL_PATH, handle, control) < 0 ||
        fa_http_mount(http, FA_ROOT_PATH, handle_root, control) < 0) {
        fa_control_free(control);
        return -1;
    }
    *ret_control = control;
    return 0;
}

void fa_control_free(struct fa_control *control)
{
    if (!control)
        return;
    free(control->token);
    free(control);
}

const char *fa_control_token(const struct fa_control *control)
{
    return control->token;
}
