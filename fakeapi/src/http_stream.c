/* Live streams; see http.h. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "http_private.h"

#define PING_TIME_MS 15000

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

static void resume_stream(struct fa_http_stream *stream)
{
    if (!stream->is_suspended)
        return;
    stream->is_suspended = false;
    stream->http->is_behind = true;
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

void fa_http_stream_free(struct fa_http_stream *stream)
{
    if (stream)
        free_stream(stream);
}

/* A stream begins with the reply's body, whatever was written to it in the meantime. */
static void put_body_first(struct fa_http_stream *stream, struct pm_buf *body)
{
    if (stream->out.len > 0 && pm_buf_add(body, stream->out.data, stream->out.len) < 0)
        stream->is_dead = true;
    pm_buf_reset(&stream->out);
    if (body->len > 0 && pm_buf_add(&stream->out, body->data, body->len) < 0)
        stream->is_dead = true;
}

struct MHD_Response *fa_http_stream_response(struct fa_http_reply *reply)
{
    struct MHD_Response *response;

    put_body_first(reply->stream, &reply->body);
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, reply->stream,
                                                 free_stream);
    if (response)
        reply->stream = NULL; /* the response's from now on */
    return response;
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

/* A suspended connection is not watched by libmicrohttpd: ask the socket. */
static bool is_gone(int fd)
{
    struct pollfd socket = {.fd = fd, .events = POLLRDHUP};

    return poll(&socket, 1, 0) == 1;
}

void fa_http_stream_tick(struct fa_http *http, int64_t now_ms)
{
    struct fa_http_stream *stream;

    for (stream = http->streams; stream; stream = stream->next) {
        if (is_gone(stream->fd)) {
            stream->is_dead = true;
            resume_stream(stream);
        } else if (now_ms - stream->written_ms >= PING_TIME_MS) {
            (void)fa_http_stream_write(stream, ": ping\n\n", 8);
        }
    }
}

void fa_http_streams_end(struct fa_http *http)
{
    struct fa_http_stream *stream;

    for (stream = http->streams; stream; stream = stream->next)
        fa_http_stream_end(stream);
}

size_t fa_http_stream_count(const struct fa_http *http)
{
    const struct fa_http_stream *stream;
    size_t count = 0;

    for (stream = http->streams; stream; stream = stream->next)
        count++;
    return count;
}
