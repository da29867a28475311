#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "http_head.h"
#include "http_peers.h"

#define MOUNTS_MAX      8
#define HEAD_TIME_MS    30000
#define BODY_TIME_MS    60000
#define SEND_TIME_MS    60000 /* for a reader to take the whole reply */
#define IDLE_TIME_MS    75000 /* from one request to the next on the same connection */
#define STOP_TIME_MS    2000  /* for replies still being written when the server stops */
#define PING_TIME_MS    15000
#define TICK_MS         1000
#define DRAIN_MAX       (8 * 1024 * 1024) /* a larger body is not read to its end before 413 */
#define HEAD_MAX        (64 * 1024)       /* memory of one connection, the head in it */
#define CONNECTIONS_MAX 4000
#define SPARE_MAX       32 /* descriptors for all else, and connections kept free for newcomers */
#define ROUNDS_MAX      8  /* commits in one turn of the loop */

struct mount {
    const char *prefix;
    fa_http_handler handler;
    void *context;
};

struct fa_http_stream {
    struct fa_http_stream *next;
    struct fa_http_stream *previous;
    struct fa_http *http;
    struct MHD_Connection *connection;
    struct pm_buf out;
    size_t sent;
    int64_t written_ms; /* monotonic */
    bool is_suspended;
    bool is_ended;
    bool is_dead; /* the peer has gone, or reads too slowly */
    int fd;
    void (*closed)(void *context, struct fa_http_stream *stream);
    void *context;
};

/* A request and its reply. */
struct fa_http_exchange {
    struct fa_http *http;
    struct MHD_Connection *connection;
    struct fa_peer *peer;
    struct fa_http_exchange *next_held;
    char *target; /* raw; cut at the `?` once the head was checked */
    size_t target_len;
    const char *query;
    struct pm_buf body;
    unsigned int refusal; /* status, or 0 */
    const char *reason;   /* of the refusal */
    bool is_begun;        /* the head was checked */
    bool is_answered;     /* the reply is ready to be sent */
    struct fa_http_reply reply;
    const char *method; /* libmicrohttpd's, as long as the request */
};

struct fa_http {
    struct fa_http_options options;
    struct MHD_Daemon *daemon;
    int loop_fd;
    int wake_fd;
    int stop_fd;
    int listen_fd;
    unsigned int port;
    struct mount mounts[MOUNTS_MAX];
    size_t mount_count;
    struct fa_peers peers;
    size_t peers_max;
    struct fa_http_stream *streams;
    struct fa_http_exchange *held; /* wait for the commit, newest first */
    bool is_behind;                /* there are committed answers that were not sent yet */
    size_t exchange_count;
    int64_t accepted_count;
};

static int64_t now_ms(const struct fa_http *http)
{
    return http->options.now_ms ? http->options.now_ms(http->options.context) : pm_clock_wall_ms();
}

/* Requests */

const char *fa_http_header(const struct fa_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->exchange->connection, MHD_HEADER_KIND, name);
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

static void reply_init(struct fa_http_reply *reply)
{
    memset(reply, 0, sizeof(*reply));
    reply->status = MHD_HTTP_OK;
    pm_buf_init(&reply->body, FA_HTTP_REPLY_MAX);
    pm_buf_init(&reply->headers, FA_HTTP_HEADERS_MAX);
}

static void free_stream(void *context);

/* With its stream, as long as that was not handed over to libmicrohttpd. */
static void reply_clear(struct fa_http_reply *reply)
{
    if (reply->stream)
        free_stream(reply->stream);
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

/* MHD_OPTION_URI_LOG_CALLBACK: the only sight of the target as it was sent. */
static void *begin_exchange(void *context, const char *target, struct MHD_Connection *connection)
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
    exchange->target = strdup(fa_http_head_origin(target));
    exchange->target_len = strlen(target);
    pm_buf_init(&exchange->body, FA_HTTP_BODY_MAX);
    reply_init(&exchange->reply);
    http->exchange_count++;
    return exchange;
}

static void note_library_refusal(struct fa_http_exchange *exchange);

/* MHD_OPTION_NOTIFY_COMPLETED */
static void end_exchange(void *context, struct MHD_Connection *connection, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    struct fa_http *http = context;
    struct fa_http_exchange *exchange = *request_context;

    (void)connection;
    (void)code; /* whatever ended it, nothing of it is needed any more */
    if (!exchange)
        return;
    if (!exchange->is_begun)
        note_library_refusal(exchange);
    if (exchange->peer) {
        exchange->peer->owes_request = true;
        exchange->peer->deadline_ms = pm_clock_mono_ms() + IDLE_TIME_MS;
    }
    reply_clear(&exchange->reply);
    pm_buf_clear(&exchange->body);
    free(exchange->target);
    free(exchange);
    http->exchange_count--;
    *request_context = NULL;
}

/* Sending */

static ssize_t read_stream(void *context, uint64_t position, char *bytes, size_t max);

/* A stream begins with the reply's body, whatever was written to it in the meantime. */
static void put_body_first(struct fa_http_stream *stream, struct pm_buf *body)
{
    if (stream->out.len > 0 && pm_buf_add(body, stream->out.data, stream->out.len) < 0)
        stream->is_dead = true;
    pm_buf_reset(&stream->out);
    if (body->len > 0 && pm_buf_add(&stream->out, body->data, body->len) < 0)
        stream->is_dead = true;
}

static struct MHD_Response *make_stream_response(struct fa_http_reply *reply)
{
    struct MHD_Response *response;

    put_body_first(reply->stream, &reply->body);
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, reply->stream,
                                                 free_stream);
    if (response)
        reply->stream = NULL; /* the response's from now on */
    return response;
}

static struct MHD_Response *make_response(struct fa_http_reply *reply)
{
    size_t len = reply->body.len;
    char *bytes;
    struct MHD_Response *response;

    if (reply->stream)
        return make_stream_response(reply);
    bytes = pm_buf_take(&reply->body);
    if (!bytes)
        return NULL;
    response = MHD_create_response_from_buffer(len, bytes, MHD_RESPMEM_MUST_FREE);
    if (!response)
        free(bytes);
    return response;
}

/* RFC 9110, section 5.6.7; strftime() would ask the locale. */
static void add_date(struct MHD_Response *response, int64_t now_ms)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t now = (time_t)(now_ms / 1000);
    struct tm utc;
    char text[64];

    if (!gmtime_r(&now, &utc))
        return;
    snprintf(text, sizeof(text), "%.3s, %02d %.3s %d %02d:%02d:%02d GMT", days + 3 * utc.tm_wday,
             utc.tm_mday, months + 3 * utc.tm_mon, utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
             utc.tm_sec);
    MHD_add_response_header(response, MHD_HTTP_HEADER_DATE, text);
}

static void add_headers(struct MHD_Response *response, const struct fa_http_reply *reply)
{
    const char *at = reply->headers.data;
    const char *end = at ? at + reply->headers.len : NULL;

    if (reply->content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    if (reply->close)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    while (at < end) {
        const char *value = at + strlen(at) + 1;

        MHD_add_response_header(response, at, value);
        at = value + strlen(value) + 1;
    }
}

/* MHD_NO makes libmicrohttpd close the connection, all that is left when memory is short. */
static enum MHD_Result send_reply(struct fa_http_exchange *exchange)
{
    bool is_stream = exchange->reply.stream != NULL;
    struct MHD_Response *response = make_response(&exchange->reply);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    add_date(response, exchange->reply.date_ms ? exchange->reply.date_ms : now_ms(exchange->http));
    add_headers(response, &exchange->reply);
    result = MHD_queue_response(exchange->connection, exchange->reply.status, response);
    MHD_destroy_response(response);
    if (exchange->peer) {
        exchange->peer->owes_request = false;
        exchange->peer->deadline_ms = is_stream ? INT64_MAX : pm_clock_mono_ms() + SEND_TIME_MS;
    }
    return result;
}

/* Answering */

static bool is_below(const char *path, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(path, prefix, len) == 0 && (len == 0 || path[len] == '\0' || path[len] == '/');
}

static const struct mount *find_mount(const struct fa_http *http, const char *path)
{
    size_t i;

    for (i = 0; i < http->mount_count; i++)
        if (is_below(path, http->mounts[i].prefix))
            return &http->mounts[i];
    return NULL;
}

static struct fa_http_request as_request(struct fa_http_exchange *exchange)
{
    return (struct fa_http_request){
        .method = exchange->method,
        .path = exchange->target,
        .query = exchange->query,
        .query_len = strlen(exchange->query),
        .body = exchange->body.data ? exchange->body.data : "",
        .body_len = exchange->body.len,
        .peer = exchange->peer ? exchange->peer->address : "",
        .reason = exchange->reason,
        .exchange = exchange,
    };
}

static enum MHD_Result send_refusal(struct fa_http_exchange *exchange)
{
    struct fa_http_request request = as_request(exchange);

    exchange->reply.status = exchange->refusal;
    exchange->reply.close = true;
    exchange->http->options.fail(exchange->http->options.context, &request, &exchange->reply);
    return send_reply(exchange);
}

static void call_handler(struct fa_http_exchange *exchange)
{
    struct fa_http *http = exchange->http;
    struct fa_http_request request = as_request(exchange);
    const struct mount *mount = find_mount(http, request.path);

    if (mount) {
        mount->handler(mount->context, &request, &exchange->reply);
        return;
    }
    exchange->reply.status = MHD_HTTP_NOT_FOUND;
    http->options.fail(http->options.context, &request, &exchange->reply);
}

static enum MHD_Result answer(struct fa_http_exchange *exchange)
{
    if (exchange->refusal)
        return send_refusal(exchange);
    if (!exchange->is_answered) {
        call_handler(exchange);
        exchange->is_answered = true;
        if (exchange->reply.after_commit) {
            exchange->next_held = exchange->http->held;
            exchange->http->held = exchange;
            if (exchange->peer)
                exchange->peer->owes_request = false;
            MHD_suspend_connection(exchange->connection);
            return MHD_YES;
        }
    }
    return send_reply(exchange);
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

static enum MHD_Result begin(struct fa_http_exchange *exchange, const char *method,
                             const char *version)
{
    struct reading reading = {.head.version = version};
    uint64_t length = 0;

    exchange->is_begun = true;
    exchange->method = method;
    if (exchange->peer)
        exchange->peer->deadline_ms = pm_clock_mono_ms() + exchange->http->options.body_time_ms;
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

/* The MHD_AccessHandlerCallback: once for the head, then for each part of the body, then for its
 * end. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_len, void **request_context)
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

    reply_init(&unsent);
    unsent.status = status;
    http->options.fail(http->options.context, request, &unsent);
    reply_clear(&unsent);
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
    request = as_request(exchange);
    note_refusal(exchange->http, &request, info->http_status);
}

/* MHD_OPTION_EXTERNAL_LOGGER. Only this tells of request lines that the library refuses. */
static void hear_library(void *context, const char *format, va_list arguments)
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

/* Replace what the handlers answered: nothing of it was stored. */
static void fail_held(struct fa_http *http)
{
    struct fa_http_exchange *exchange;

    for (exchange = http->held; exchange; exchange = exchange->next_held) {
        struct fa_http_request request = as_request(exchange);

        reply_clear(&exchange->reply);
        reply_init(&exchange->reply);
        exchange->reply.status = MHD_HTTP_INTERNAL_SERVER_ERROR;
        http->options.fail(http->options.context, &request, &exchange->reply);
    }
}

static void resume_held(struct fa_http *http)
{
    struct fa_http_exchange *exchange = http->held;

    http->held = NULL;
    while (exchange) {
        struct fa_http_exchange *next = exchange->next_held;

        MHD_resume_connection(exchange->connection);
        exchange = next;
    }
}

/*
 * End a turn of the loop: one commit for all that was written in it, then the answers. Sending them
 * may bring further requests. After ROUNDS_MAX the answers are left to the next turn, so that
 * whoever sends without a pause does not hold up signals, deadlines and streams; but no turn leaves
 * anything uncommitted behind.
 */
static void settle(struct fa_http *http)
{
    int round;

    for (round = 0; http->held; round++) {
        if (http->options.commit(http->options.context) < 0)
            fail_held(http);
        resume_held(http);
        if (round < ROUNDS_MAX)
            MHD_run(http->daemon);
    }
    http->is_behind = round > ROUNDS_MAX;
}

/* Connections */

static struct fa_peer *new_peer(struct fa_http *http, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    return fa_peers_add(&http->peers, info->connect_fd, address ? address->client_addr : NULL,
                        pm_clock_mono_ms() + http->options.head_time_ms);
}

/* MHD_OPTION_NOTIFY_CONNECTION. When it gets tight, who keeps us waiting makes room for others. */
static void note_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                            enum MHD_ConnectionNotificationCode code)
{
    struct fa_http *http = context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        http->accepted_count++;
        *socket_context = new_peer(http, connection);
        if (http->peers.count + SPARE_MAX > http->peers_max)
            fa_peers_evict(&http->peers);
    } else if (*socket_context) {
        fa_peers_remove(&http->peers, *socket_context);
        *socket_context = NULL;
    }
}

/* Streams */

static void resume_stream(struct fa_http_stream *stream)
{
    if (!stream->is_suspended)
        return;
    stream->is_suspended = false;
    MHD_resume_connection(stream->connection);
}

struct fa_http_stream *fa_http_stream_start(
    const struct fa_http_request *request, struct fa_http_reply *reply,
    void (*closed)(void *context, struct fa_http_stream *stream), void *context)
{
    struct fa_http *http = request->exchange->http;
    struct fa_http_stream *stream = calloc(1, sizeof(*stream));

    if (!stream)
        return NULL;
    stream->http = http;
    stream->connection = request->exchange->connection;
    stream->fd = request->exchange->peer ? request->exchange->peer->fd : -1;
    stream->written_ms = pm_clock_mono_ms();
    stream->closed = closed;
    stream->context = context;
    pm_buf_init(&stream->out, FA_HTTP_STREAM_MAX);
    stream->next = http->streams;
    if (http->streams)
        http->streams->previous = stream;
    http->streams = stream;
    reply->stream = stream;
    return stream;
}

/* The MHD_ContentReaderCallback: suspends the connection when there is nothing to send. */
static ssize_t read_stream(void *context, uint64_t position, char *bytes, size_t max)
{
    struct fa_http_stream *stream = context;
    size_t len = stream->out.len - stream->sent;

    (void)position;
    if (stream->is_dead)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (len == 0 && stream->is_ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (len == 0) {
        stream->is_suspended = true;
        MHD_suspend_connection(stream->connection);
        return 0;
    }
    if (len > max)
        len = max;
    memcpy(bytes, stream->out.data + stream->sent, len);
    stream->sent += len;
    if (stream->sent == stream->out.len) {
        pm_buf_reset(&stream->out);
        stream->sent = 0;
    }
    return (ssize_t)len;
}

static void free_stream(void *context)
{
    struct fa_http_stream *stream = context;

    if (stream->previous)
        stream->previous->next = stream->next;
    else
        stream->http->streams = stream->next;
    if (stream->next)
        stream->next->previous = stream->previous;
    if (stream->closed)
        stream->closed(stream->context, stream);
    pm_buf_clear(&stream->out);
    free(stream);
}

/* A connection that waits for a reader who does not read is not asked any more: end it from
 * outside. */
static void kill_stream(struct fa_http_stream *stream)
{
    stream->is_dead = true;
    if (stream->fd >= 0)
        (void)shutdown(stream->fd, SHUT_RDWR); /* fails only when it is closed already */
}

int fa_http_stream_write(struct fa_http_stream *stream, const void *bytes, size_t len)
{
    int r = pm_buf_add(&stream->out, bytes, len);

    if (r < 0)
        kill_stream(stream);
    stream->written_ms = pm_clock_mono_ms();
    resume_stream(stream);
    return r;
}

void fa_http_stream_end(struct fa_http_stream *stream)
{
    stream->is_ended = true;
    resume_stream(stream);
}

/* A suspended connection is not watched by libmicrohttpd: ask the socket whether the peer has gone.
 */
static bool is_gone(const struct fa_http_stream *stream)
{
    char byte;
    ssize_t len;

    if (stream->fd < 0)
        return false;
    len = recv(stream->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR);
}

static void tick_streams(struct fa_http *http, int64_t now_ms)
{
    struct fa_http_stream *stream;

    for (stream = http->streams; stream; stream = stream->next) {
        if (is_gone(stream)) {
            stream->is_dead = true;
            resume_stream(stream);
        } else if (now_ms - stream->written_ms >= PING_TIME_MS) {
            (void)fa_http_stream_write(stream, ": ping\n\n", 8);
        }
    }
}

void fa_http_counts(const struct fa_http_request *request, struct fa_http_counts *ret_counts)
{
    const struct fa_http *http = request->exchange->http;
    const struct fa_http_stream *stream;

    *ret_counts = (struct fa_http_counts){
        .accepted = http->accepted_count,
        .connections = http->peers.count,
        .connections_max = http->peers_max,
    };
    for (stream = http->streams; stream; stream = stream->next)
        ret_counts->streams++;
}

static void end_streams(struct fa_http *http)
{
    struct fa_http_stream *stream;

    for (stream = http->streams; stream; stream = stream->next)
        fa_http_stream_end(stream);
}

/* The loop */

/*
 * Never for ever, even when there is nobody: out of descriptors libmicrohttpd puts its listener
 * aside and takes it up again in a later MHD_run(), which no event may ask for.
 */
static int wait_ms(const struct fa_http *http)
{
    MHD_UNSIGNED_LONG_LONG timeout;

    if (http->is_behind)
        return 0;
    if (MHD_get_timeout(http->daemon, &timeout) != MHD_YES || timeout > TICK_MS)
        return TICK_MS;
    return (int)timeout;
}

static void drain(int fd)
{
    uint64_t count;

    (void)!read(fd, &count, sizeof(count)); /* only its readiness means something */
}

static void tick(struct fa_http *http, int64_t *last_ms)
{
    int64_t now_ms = pm_clock_mono_ms();

    if (now_ms - *last_ms < TICK_MS)
        return;
    *last_ms = now_ms;
    /* libmicrohttpd's own time-out starts anew with every byte; these deadlines do not. */
    fa_peers_reap(&http->peers, now_ms);
    tick_streams(http, now_ms);
}

/* One turn. Returns false once fa_http_stop() was called. */
static bool turn(struct fa_http *http, int timeout_ms)
{
    struct epoll_event events[3];
    bool stop = false;
    int count;
    int i;

    count = epoll_wait(http->loop_fd, events, PM_ARRAY_LEN(events), timeout_ms);
    for (i = 0; i < count; i++) {
        if (events[i].data.fd == http->stop_fd)
            stop = true;
        if (events[i].data.fd == http->wake_fd) {
            drain(http->wake_fd);
            if (http->options.woken)
                http->options.woken(http->options.context);
        }
    }
    MHD_run(http->daemon);
    settle(http);
    return !stop;
}

/* Send what is left to send. Idle connections and half requests are nobody's loss. */
static void finish(struct fa_http *http)
{
    int64_t end_ms = pm_clock_mono_ms() + STOP_TIME_MS;

    drain(http->stop_fd);
    end_streams(http);
    fa_peers_stop_reading(&http->peers);
    while (http->exchange_count > 0 && pm_clock_mono_ms() < end_ms)
        (void)turn(http, http->is_behind ? 0 : 10);
}

void fa_http_run(struct fa_http *http)
{
    int64_t last_tick_ms = pm_clock_mono_ms();

    while (turn(http, wait_ms(http)))
        tick(http, &last_tick_ms);
    http->listen_fd = MHD_quiesce_daemon(http->daemon);
    finish(http);
}

static void poke(int fd)
{
    uint64_t one = 1;

    (void)!write(fd, &one,
                 sizeof(one)); /* fails only when the counter is full: then it is set anyway */
}

void fa_http_stop(struct fa_http *http)
{
    poke(http->stop_fd);
}

void fa_http_wake(struct fa_http *http)
{
    poke(http->wake_fd);
}

/* Setting up */

static int listen_failed(const struct fa_http_options *options, char *message, size_t size)
{
    const char *hint = "";

    if (errno == EADDRINUSE)
        hint = ": choose another --port, or 0 for any free one";
    else if (errno == EACCES)
        hint = ": ports below 1024 need root";
    snprintf(message, size, "cannot listen on %s port %u: %s%s", options->address, options->port,
             strerror(errno), hint);
    return -1;
}

static int open_socket(const struct addrinfo *address, int *ret_fd)
{
    int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, SOMAXCONN) < 0) {
        int error = errno;

        (void)close(fd);
        errno = error;
        return -1;
    }
    *ret_fd = fd;
    return 0;
}

static int listen_on(const struct fa_http_options *options, int *ret_fd, char *message, size_t size)
{
    struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *address;
    char port[8];
    int r;

    snprintf(port, sizeof(port), "%u", options->port % 65536);
    if (options->port > 65535 || getaddrinfo(options->address, port, &hints, &address) != 0) {
        snprintf(message, size, "cannot listen on \"%s\" port %u: not a numeric address and port",
                 options->address, options->port);
        return -1;
    }
    r = open_socket(address, ret_fd);
    if (r < 0)
        r = listen_failed(options, message, size);
    freeaddrinfo(address);
    return r;
}

static unsigned int port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &len) < 0)
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/* A connection is a descriptor: accept no more than there are, and keep some for the rest. */
static size_t count_peers_max(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > CONNECTIONS_MAX + SPARE_MAX)
        return CONNECTIONS_MAX;
    return limit.rlim_cur > 3 * SPARE_MAX ? limit.rlim_cur - SPARE_MAX : 2 * SPARE_MAX;
}

static int start_daemon(struct fa_http *http)
{
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK |
            MHD_USE_ERROR_LOG,
        0, NULL, NULL, handle, http, MHD_OPTION_EXTERNAL_LOGGER, hear_library, http,
        MHD_OPTION_LISTEN_SOCKET, http->listen_fd, MHD_OPTION_STRICT_FOR_CLIENT, 0,
        MHD_OPTION_URI_LOG_CALLBACK, begin_exchange, http, MHD_OPTION_NOTIFY_COMPLETED,
        end_exchange, http, MHD_OPTION_NOTIFY_CONNECTION, note_connection, http,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MAX, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned int)http->peers_max, MHD_OPTION_END);
    return http->daemon ? 0 : -1;
}

static int watch(struct fa_http *http, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    return fd < 0 ? -1 : epoll_ctl(http->loop_fd, EPOLL_CTL_ADD, fd, &event);
}

static int start_loop(struct fa_http *http)
{
    http->loop_fd = epoll_create1(EPOLL_CLOEXEC);
    http->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    http->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (http->loop_fd < 0 || watch(http, http->wake_fd) < 0 || watch(http, http->stop_fd) < 0)
        return -1;
    if (start_daemon(http) < 0)
        return -1;
    return watch(http, MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
}

static void fail_silently(void *context, const struct fa_http_request *request,
                          struct fa_http_reply *reply)
{
    (void)context;
    (void)request;
    (void)reply;
}

static void set_options(struct fa_http *http, const struct fa_http_options *options)
{
    http->options = *options;
    if (http->options.head_time_ms == 0)
        http->options.head_time_ms = HEAD_TIME_MS;
    if (http->options.body_time_ms == 0)
        http->options.body_time_ms = BODY_TIME_MS;
    if (!http->options.fail)
        http->options.fail = fail_silently;
}

int fa_http_new(const struct fa_http_options *options, struct fa_http **ret_http, char *message,
                size_t size)
{
    struct fa_http *http = calloc(1, sizeof(*http));

    if (!http) {
        snprintf(message, size, "out of memory");
        return -1;
    }
    set_options(http, options);
    http->peers_max = count_peers_max();
    http->loop_fd = http->wake_fd = http->stop_fd = http->listen_fd = -1;
    if (listen_on(options, &http->listen_fd, message, size) < 0)
        goto fail;
    http->port = port_of(http->listen_fd);
    if (start_loop(http) < 0) {
        snprintf(message, size, "cannot start the HTTP server: %s", strerror(errno));
        goto fail;
    }
    *ret_http = http;
    return 0;

fail:
    fa_http_free(http);
    return -1;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

void fa_http_free(struct fa_http *http)
{
    if (!http)
        return;
    if (http->daemon) {
        if (http->listen_fd >= 0)
            (void)MHD_quiesce_daemon(http->daemon);
        MHD_stop_daemon(http->daemon);
    }
    close_fd(http->listen_fd);
    close_fd(http->wake_fd);
    close_fd(http->stop_fd);
    close_fd(http->loop_fd);
    free(http);
}

unsigned int fa_http_port(const struct fa_http *http)
{
    return http->port;
}

int fa_http_mount(struct fa_http *http, const char *prefix, fa_http_handler handler, void *context)
{
    if (http->mount_count == MOUNTS_MAX)
        return -1;
    http->mounts[http->mount_count++] =
        (struct mount){.prefix = prefix, .handler = handler, .context = context};
    return 0;
}
