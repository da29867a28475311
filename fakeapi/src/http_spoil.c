/*
 * Replies spoiled on purpose. A script takes a suspended connection, waits, writes the bytes itself
 * (libmicrohttpd would never send a wrong one), and ends the connection as it was told.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "http_private.h"
#include "random.h"

#define COPIES_MAX 16

struct fa_http_script {
    struct fa_http_script *next;
    struct fa_http_script *previous;
    struct fa_http_exchange *exchange;
    struct pm_buf bytes;
    size_t sent;
    size_t drip_left; /* may be sent before the next pause */
    struct fa_timer *timer;
    struct fa_watch *watch; /* while the socket takes no more, or nothing is left to do */
};

/* Is more to be done than to wait? */
static bool is_raw(const struct fa_http_spoil *spoil)
{
    return spoil->is_cut || spoil->drip_bytes > 0 || spoil->length_offset != 0 ||
           spoil->copies > 1 || spoil->noise > 0 || spoil->end != FA_HTTP_END_NORMAL;
}

bool fa_http_is_spoiled(const struct fa_http_reply *reply)
{
    return reply->spoil.delay_ms > 0 || is_raw(&reply->spoil);
}

void fa_http_reset(int fd)
{
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};

    /* Linux resets a connection that is "connected" to nobody. Failing, it has ended already. */
    (void)connect(fd, &nobody, sizeof(nobody));
}

/* The bytes */

static void add_header(void *context, const char *name, const char *value)
{
    (void)pm_buf_addf(context, "%s: %s\r\n", name, value); /* a failure sticks to the buffer */
}

/* RFC 9110, sections 9.3.2, 15.3.5 and 15.4.5 */
static bool has_body(const struct fa_http_exchange *exchange)
{
    return strcmp(exchange->method, MHD_HTTP_METHOD_HEAD) != 0 &&
           exchange->reply.status != MHD_HTTP_NO_CONTENT &&
           exchange->reply.status != MHD_HTTP_NOT_MODIFIED;
}

/* Its head as libmicrohttpd would write it, but for the lie. */
static void add_reply(struct pm_buf *bytes, const struct fa_http_exchange *exchange)
{
    const struct fa_http_reply *reply = &exchange->reply;
    int64_t length = (int64_t)reply->body.len + reply->spoil.length_offset;
    const char *date = fa_http_date(exchange);

    (void)pm_buf_addf(bytes, "HTTP/1.1 %u %s\r\n", reply->status,
                      MHD_get_reason_phrase_for(reply->status));
    if (date[0] != '\0')
        add_header(bytes, MHD_HTTP_HEADER_DATE, date);
    fa_http_each_header(reply, add_header, bytes);
    if (reply->status != MHD_HTTP_NO_CONTENT)
        (void)pm_buf_addf(bytes, "Content-Length: %" PRId64 "\r\n", length > 0 ? length : 0);
    (void)pm_buf_adds(bytes, "\r\n");
    if (has_body(exchange))
        (void)pm_buf_add(bytes, reply->body.data, reply->body.len);
}

static void add_noise(struct pm_buf *bytes, const struct fa_http_spoil *spoil)
{
    struct fa_random random = {.state = spoil->noise_seed};
    size_t i;

    for (i = 0; i < spoil->noise && !bytes->failed; i++)
        (void)pm_buf_addc(bytes, (char)fa_random_next(&random));
}

static size_t cut_len(const struct fa_http_spoil *spoil, size_t len)
{
    int64_t cut = spoil->cut;

    if (spoil->is_cut_by_percent)
        cut = (int64_t)len * cut / 100;
    else if (cut < 0)
        cut += (int64_t)len;
    if (cut < 0)
        return 0;
    return (size_t)cut < len ? (size_t)cut : len;
}

static int make_bytes(struct fa_http_script *script)
{
    const struct fa_http_spoil *spoil = &script->exchange->reply.spoil;
    size_t copies = spoil->copies > 1 ? spoil->copies : 1;

    if (spoil->noise > 0)
        add_noise(&script->bytes, spoil);
    for (; spoil->noise == 0 && copies > 0; copies--)
        add_reply(&script->bytes, script->exchange);
    if (spoil->is_cut)
        script->bytes.len = cut_len(spoil, script->bytes.len);
    return script->bytes.failed ? -1 : 0;
}

/* The end */

static void remove_script(struct fa_http_script *script)
{
    struct fa_http *http = script->exchange->http;

    if (script->previous)
        script->previous->next = script->next;
    else
        http->scripts = script->next;
    if (script->next)
        script->next->previous = script->previous;
    fa_loop_unwatch(&http->loop, script->watch);
    fa_timers_cancel(&http->loop.timers, script->timer);
    pm_buf_clear(&script->bytes);
    free(script);
}

/* Give the connection back to libmicrohttpd, which closes it unless its reply is still to be sent.
 */
static void give_back(struct fa_http_script *script, bool is_lost)
{
    struct fa_http_exchange *exchange = script->exchange;

    remove_script(script);
    exchange->is_lost = is_lost;
    fa_http_exchange_resume(exchange);
}

static void note_gone(void *script, unsigned int readiness)
{
    (void)readiness;
    give_back(script, true);
}

static void hang(struct fa_http_script *script)
{
    struct fa_peer *peer = script->exchange->peer;

    peer->owes_request = true; /* ending it is no loss */
    script->watch = fa_loop_watch(&script->exchange->http->loop, peer->fd, 0, note_gone, script);
    if (!script->watch)
        give_back(script, true);
}

/* All there was to send is sent: was it the whole reply? */
static void tell_sent(const struct fa_http_exchange *exchange)
{
    const struct fa_http_reply *reply = &exchange->reply;
    const struct fa_http_options *options = &exchange->http->options;

    if (reply->tag != 0 && options->sent && !reply->spoil.is_cut && reply->spoil.noise == 0)
        options->sent(options->context, reply->tag);
}

static void end_script(struct fa_http_script *script)
{
    enum fa_http_end end = script->exchange->reply.spoil.end;
    int fd = script->exchange->peer->fd;

    tell_sent(script->exchange);
    if (end == FA_HTTP_END_HANG) {
        hang(script);
        return;
    }
    if (end == FA_HTTP_END_RESET)
        fa_http_reset(fd);
    else if (end == FA_HTTP_END_CLOSE)
        (void)shutdown(fd, SHUT_WR); /* fails only when the client was faster */
    give_back(script, true);
}

/* Writing */

static void go_on(void *context);

static void note_writable(void *context, unsigned int readiness)
{
    struct fa_http_script *script = context;

    (void)readiness;
    fa_loop_unwatch(&script->exchange->http->loop, script->watch);
    script->watch = NULL;
    script->exchange->peer->deadline_ms = INT64_MAX;
    go_on(script);
}

static void wait_writable(struct fa_http_script *script)
{
    struct fa_loop *loop = &script->exchange->http->loop;
    struct fa_peer *peer = script->exchange->peer;

    peer->deadline_ms = pm_clock_mono_ms() + FA_HTTP_SEND_MS;
    script->watch = fa_loop_watch(loop, peer->fd, FA_LOOP_WRITE, note_writable, script);
    if (!script->watch)
        give_back(script, true);
}

/* Returns whether there is still something to send, after a pause. */
static bool must_pause(struct fa_http_script *script)
{
    const struct fa_http_spoil *spoil = &script->exchange->reply.spoil;

    if (spoil->drip_bytes == 0 || script->drip_left > 0 || script->sent == script->bytes.len)
        return false;
    script->drip_left = spoil->drip_bytes;
    script->timer = fa_loop_timer(&script->exchange->http->loop, spoil->drip_ms, go_on, script);
    return script->timer != NULL;
}

static size_t next_len(const struct fa_http_script *script)
{
    size_t left = script->bytes.len - script->sent;

    if (script->exchange->reply.spoil.drip_bytes == 0)
        return left;
    return left < script->drip_left ? left : script->drip_left;
}

static void write_bytes(struct fa_http_script *script)
{
    while (script->sent < script->bytes.len) {
        ssize_t len = fa_http_wire_send(script->exchange, script->bytes.data + script->sent,
                                        next_len(script));

        if (len < 0 && errno == EAGAIN) {
            wait_writable(script);
            return;
        }
        if (len < 0) { /* the client has gone */
            give_back(script, true);
            return;
        }
        script->sent += (size_t)len;
        script->drip_left -= script->drip_left > 0 ? (size_t)len : 0;
        if (must_pause(script))
            return;
    }
    end_script(script);
}

/* Called when a pause is over, and when the socket takes more. */
static void go_on(void *context)
{
    struct fa_http_script *script = context;

    script->timer = NULL;
    if (!is_raw(&script->exchange->reply.spoil))
        give_back(script, false);
    else if (script->exchange->peer)
        write_bytes(script);
    else
        give_back(script, true);
}

static int start_delay(struct fa_http_script *script)
{
    int64_t delay_ms = script->exchange->reply.spoil.delay_ms;

    if (delay_ms <= 0)
        return -1;
    script->timer = fa_loop_timer(&script->exchange->http->loop, delay_ms, go_on, script);
    return script->timer ? 0 : -1;
}

int fa_http_spoil_start(struct fa_http_exchange *exchange)
{
    struct fa_http *http = exchange->http;
    struct fa_http_script *script = calloc(1, sizeof(*script));

    if (!script)
        return -1;
    script->exchange = exchange;
    script->drip_left = exchange->reply.spoil.drip_bytes;
    pm_buf_init(&script->bytes, COPIES_MAX * (size_t)FA_HTTP_REPLY_MAX);
    script->next = http->scripts;
    if (http->scripts)
        http->scripts->previous = script;
    http->scripts = script;
    if (is_raw(&exchange->reply.spoil) && make_bytes(script) < 0) {
        remove_script(script);
        return -1;
    }
    if (start_delay(script) < 0)
        go_on(script);
    return 0;
}

void fa_http_spoil_end(struct fa_http *http)
{
    while (http->scripts)
        give_back(http->scripts, true);
}
