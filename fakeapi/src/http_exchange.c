/* One request and its reply, from the first byte of its head; see http_private.h. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "http_head.h"
#include "http_private.h"

#define IDLE_TIME_MS 75000             /* from one request to the next on the same connection */
#define BODY_RATE    100               /* bytes a second */
#define DRAIN_MAX    (8 * 1024 * 1024) /* a larger body is not read to its end before 413 */

const char *fa_http_header(const struct fa_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->exchange->connection, MHD_HEADER_KIND, name);
}

struct each {
    void (*each)(void *context, const char *name, size_t name_len, const char *value,
                 size_t value_len);
    void *context;
};

static enum MHD_Result pass_field(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_len, const char *value, size_t value_len)
{
    const struct each *each = context;

    (void)kind;
    each->each(each->context, name, name_len, value ? value : "", value ? value_len : 0);
    return MHD_YES;
}

void fa_http_each_field(const struct fa_http_request *request,
                        void (*each)(void *context, const char *name, size_t name_len,
                                     const char *value, size_t value_len),
                        void *context)
{
    struct each all = {.each = each, .context = context};

    if (request->exchange)
        MHD_get_connection_values_n(request->exchange->connection, MHD_HEADER_KIND, pass_field,
                                    &all);
}

int fa_http_cookie(const struct fa_http_request *request, const char *name, char *value,
                   size_t size)
{
    const char *found =
        MHD_lookup_connection_value(request->exchange->connection, MHD_COOKIE_KIND, name);

    if (!found || strlen(found) >= size)
        return -1;
    memcpy(value, found, strlen(found) + 1);
    return 0;
}

void fa_http_reply_init(struct fa_http_reply *reply)
{
    memset(reply, 0, sizeof(*reply));
    reply->status = MHD_HTTP_OK;
    pm_buf_init(&reply->body, FA_HTTP_REPLY_MAX);
    pm_buf_init(&reply->headers, FA_HTTP_HEADERS_MAX);
}

void fa_http_reply_clear(struct fa_http_reply *reply)
{
    fa_http_stream_free(reply->stream);
    reply->stream = NULL;
    pm_buf_clear(&reply->body);
    pm_buf_clear(&reply->headers);
}

int fa_http_reply_header(struct fa_http_reply *reply, const char *name, const char *value)
{
    const char *at;

    for (at = value; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return -1;
    return pm_buf_addf(&reply->headers, "%s%c%s%c", name, '\0', value, '\0');
}

/* The only sight of the target as it was sent. */
/* A head that has begun has no longer than the first one, however long the connection may idle. */
static void hurry(const struct fa_http_exchange *exchange)
{
    int64_t end_ms = pm_clock_mono_ms() + exchange->http->options.head_time_ms;

    if (exchange->peer && exchange->peer->deadline_ms > end_ms)
        exchange->peer->deadline_ms = end_ms;
}

void *fa_http_exchange_begin(void *context, const char *target, struct MHD_Connection *connection)
{
    struct fa_http *http = context;
    struct fa_http_exchange *exchange = calloc(1, sizeof(*exchange));
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    if (!exchange)
        return NULL;
    exchange->http = http;
    exchange->connection = connection;
    exchange->peer = info ? info->socket_context : NULL;
    exchange->received_us = pm_clock_mono_us();
    hurry(exchange);
    exchange->target = strdup(fa_http_head_origin(target));
    exchange->target_len = strlen(target);
    pm_buf_init(&exchange->body, FA_HTTP_BODY_MAX);
    fa_http_reply_init(&exchange->reply);
    http->exchange_count++;
    return exchange;
}

static void note_library_refusal(struct fa_http_exchange *exchange);

void fa_http_exchange_end(void *context, struct MHD_Connection *connection, void **request_context,
                          enum MHD_RequestTerminationCode code)
{
    struct fa_http *http = context;
    struct fa_http_exchange *exchange = *request_context;

    (void)connection;
    if (!exchange)
        return;
    if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK && exchange->reply.tag != 0 &&
        http->options.sent)
        http->options.sent(http->options.context, exchange->reply.tag);
    if (!exchange->is_begun)
        note_library_refusal(exchange);
    if (exchange->peer) {
        exchange->peer->owes_request = true;
        exchange->peer->owes_since_ms = pm_clock_mono_ms();
        exchange->peer->deadline_ms = exchange->peer->owes_since_ms + IDLE_TIME_MS;
    }
    fa_http_reply_clear(&exchange->reply);
    pm_buf_clear(&exchange->body);
    free(exchange->target);
    free(exchange);
    http->exchange_count--;
    *request_context = NULL;
}

static bool is_below(const char *path, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(path, prefix, len) == 0 && (len == 0 || path[len] == '\0' || path[len] == '/');
}

static const struct fa_http_mount *find_mount(const struct fa_http *http, const char *path)
{
    size_t i;

    for (i = 0; i < http->mount_count; i++)
        if (is_below(path, http->mounts[i].prefix))
            return &http->mounts[i];
    return NULL;
}

struct fa_http_request fa_http_exchange_request(struct fa_http_exchange *exchange)
{
    return (struct fa_http_request){
        .method = exchange->method,
        .path = exchange->target,
        .query = exchange->query,
        .query_len = strlen(exchange->query),
        .body = exchange->body.data ? exchange->body.data : "",
        .body_len = exchange->body.len,
        .peer = exchange->peer ? exchange->peer->address : "",
        .received_us = exchange->received_us,
        .reason = exchange->reason,
        .exchange = exchange,
    };
}

static enum MHD_Result send_refusal(struct fa_http_exchange *exchange)
{
    struct fa_http_request request = fa_http_exchange_request(exchange);

    exchange->reply.status = exchange->refusal;
    exchange->reply.close = true;
    exchange->http->options.fail(exchange->http->options.context, &request, &exchange->reply);
    return fa_http_send(exchange);
}

static void call_handler(struct fa_http_exchange *exchange)
{
    struct fa_http *http = exchange->http;
    struct fa_http_request request = fa_http_exchange_request(exchange);
    const struct fa_http_mount *mount = find_mount(http, request.path);

    if (mount) {
        mount->handler(mount->context, &request, &exchange->reply);
        return;
    }
    exchange->reply.status = MHD_HTTP_NOT_FOUND;
    http->options.fail(http->options.context, &request, &exchange->reply);
}

void fa_http_exchange_suspend(struct fa_http_exchange *exchange)
{
    exchange->is_suspended = true;
    if (exchange->peer) {
        exchange->peer->owes_request = false;
        exchange->peer->deadline_ms = INT64_MAX;
    }
    MHD_suspend_connection(exchange->connection);
}

void fa_http_exchange_resume(struct fa_http_exchange *exchange)
{
    exchange->is_suspended = false;
    exchange->http->is_behind = true;
    MHD_resume_connection(exchange->connection);
}

void fa_http_exchange_hold(struct fa_http_exchange *exchange)
{
    exchange->is_held = true;
    exchange->next_held = exchange->http->held;
    exchange->http->held = exchange;
}

void fa_http_exchange_depart(struct fa_http_exchange *exchange)
{
    if (!exchange->is_suspended || exchange->reply.deferred)
        return;
    if (exchange->is_lost || !fa_http_is_spoiled(&exchange->reply) ||
        fa_http_spoil_start(exchange) < 0)
        fa_http_exchange_resume(exchange);
}

void fa_http_exchange_fail(struct fa_http_exchange *exchange)
{
    struct fa_http *http = exchange->http;
    struct fa_http_request request = fa_http_exchange_request(exchange);

    struct fa_http_deferred *deferred = exchange->reply.deferred; /* still to come, for nothing */

    exchange->has_failed = true;
    fa_http_reply_clear(&exchange->reply);
    fa_http_reply_init(&exchange->reply);
    exchange->reply.deferred = deferred;
    exchange->reply.status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    http->options.fail(http->options.context, &request, &exchange->reply);
}

static enum MHD_Result wait_for_reply(struct fa_http_exchange *exchange)
{
    fa_http_exchange_suspend(exchange);
    if (exchange->reply.deferred)
        fa_http_defer_watch(exchange);
    if (exchange->reply.after_commit)
        fa_http_exchange_hold(exchange);
    else
        fa_http_exchange_depart(exchange);
    return MHD_YES;
}

static enum MHD_Result answer(struct fa_http_exchange *exchange)
{
    if (exchange->refusal)
        return send_refusal(exchange);
    if (exchange->is_lost)
        return MHD_NO;
    if (!exchange->is_handled) {
        exchange->is_handled = true;
        call_handler(exchange);
        if (exchange->reply.after_commit || exchange->reply.deferred ||
            fa_http_is_spoiled(&exchange->reply))
            return wait_for_reply(exchange);
    }
    return fa_http_send(exchange);
}

/*
 * libmicrohttpd joins folded lines, takes a bare LF for a line's end, and stops reading a line at a
 * NUL, without a word. But names and values stay where they were received: unless each begins right
 * behind the CR LF of the line before, something of that has happened.
 */
struct reading {
    struct fa_http_head head;
    const char *next; /* where the next line must begin */
};

static enum MHD_Result note_field(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_len, const char *value, size_t value_len)
{
    struct reading *reading = context;

    (void)kind;
    fa_http_head_field(&reading->head, name, name_len, value ? value : "", value_len);
    if (name != reading->next || !value)
        reading->head.is_torn = true;
    else
        reading->next = value + value_len + strlen("\r\n");
    return MHD_YES;
}

static void read_head(const struct fa_http_exchange *exchange, struct reading *reading)
{
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    const char *version = reading->head.version;

    reading->next = version + strlen(version) + strlen("\r\n");
    reading->head.is_torn = exchange->method + strlen(exchange->method) + strlen(" ") +
                                exchange->target_len + strlen(" ") !=
                            version;
    MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, note_field, reading);
    if (!size || reading->next + strlen("\r\n") != exchange->method + size->header_size)
        reading->head.is_torn = true;
}

static void split_target(struct fa_http_exchange *exchange)
{
    char *mark = strchr(exchange->target, '?');

    exchange->query = mark ? mark + 1 : "";
    if (mark)
        *mark = '\0';
}

/* Half the time for a body is everybody's; whoever is faster than BODY_RATE gets to the whole. */
static void give_time(const struct fa_http_exchange *exchange)
{
    int64_t whole_ms = exchange->http->options.body_time_ms;
    int64_t earned_ms = whole_ms / 2 + (int64_t)exchange->body_received * 1000 / BODY_RATE;

    if (exchange->peer)
        exchange->peer->deadline_ms =
            exchange->body_began_ms + (earned_ms < whole_ms ? earned_ms : whole_ms);
}

static enum MHD_Result begin(struct fa_http_exchange *exchange, const char *method,
                             const char *version)
{
    struct reading reading = {.head = {.method = method, .version = version}};
    uint64_t length = 0;

    exchange->is_begun = true;
    exchange->method = method;
    exchange->body_began_ms = pm_clock_mono_ms();
    give_time(exchange);
    read_head(exchange, &reading);
    exchange->refusal = fa_http_head_check(&reading.head, exchange->target, &length);
    exchange->reason = reading.head.reason;
    split_target(exchange);
    if (exchange->refusal == 0)
        return MHD_YES;
    /* Read what a client sends too much, so that it gets to read our answer; but trust no framing.
     */
    if (exchange->refusal == MHD_HTTP_CONTENT_TOO_LARGE && length <= DRAIN_MAX &&
        !MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, "Expect"))
        return MHD_YES;
    return send_refusal(exchange);
}

/* Once for the head, then for each part of the body, then for its end. */
enum MHD_Result fa_http_exchange_handle(void *context, struct MHD_Connection *connection,
                                        const char *url, const char *method, const char *version,
                                        const char *upload, size_t *upload_len,
                                        void **request_context)
{
    struct fa_http_exchange *exchange = *request_context;

    (void)context;
    (void)connection;
    (void)url; /* decoded and cut at a NUL; the raw target is what counts */
    if (!exchange || !exchange->target)
        return MHD_NO;
    if (!exchange->is_begun)
        return begin(exchange, method, version);
    if (*upload_len > 0) {
        if (!exchange->refusal && pm_buf_add(&exchange->body, upload, *upload_len) < 0) {
            exchange->refusal = MHD_HTTP_CONTENT_TOO_LARGE;
            exchange->reason = "no memory for the body";
        }
        exchange->body_received += *upload_len;
        give_time(exchange);
        *upload_len = 0;
        return MHD_YES;
    }
    return answer(exchange);
}

/* Refusals of the library's own: it has answered already, but they must not go unnoticed. */

static void note_refusal(struct fa_http *http, const struct fa_http_request *request,
                         unsigned int status)
{
    struct fa_http_reply unsent;

    fa_http_reply_init(&unsent);
    unsent.status = status;
    http->options.fail(http->options.context, request, &unsent);
    fa_http_reply_clear(&unsent);
}

static void note_library_refusal(struct fa_http_exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_HTTP_STATUS);
    struct fa_http_request request;

    if (!info || !exchange->target) /* the client went away in the middle of its head */
        return;
    split_target(exchange);
    exchange->method = "-";
    exchange->reason = info->http_status == MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE
                           ? "the head is too large"
                           : "a header field has no colon, or Content-Length is no number";
    request = fa_http_exchange_request(exchange);
    note_refusal(exchange->http, &request, info->http_status);
}

void fa_http_hear_library(void *context, const char *format, va_list arguments)
{
    static const char refused[] = "Error processing request (HTTP response code is %u";
    struct fa_http_request request = {
        .method = "-", .path = "-", .query = "", .body = "", .peer = ""};
    unsigned int status;

    if (strncmp(format, refused, strlen(refused)) != 0)
        return;
    status = va_arg(arguments, unsigned int);
    if (status == MHD_HTTP_URI_TOO_LONG)
        request.reason = "the request line is too long";
    else if (status == MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED)
        request.reason = "the HTTP version is neither 1.0 nor 1.1";
    if (request.reason)
        note_refusal(context, &request, status);
}
