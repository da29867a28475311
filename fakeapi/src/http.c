#include "http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "http_private.h"

#define HEAD_TIME_MS    12000
#define BODY_TIME_MS    60000
#define STOP_TIME_MS    2000 /* for replies still being written when the server stops */
#define TICK_MS         1000
#define HEAD_MAX        (40 * 1024) /* memory of one connection: a head of 32 KiB, and what MHD adds */
#define CONNECTIONS_MAX 16000
#define ROUNDS_MAX      8 /* commits in one turn of the loop */

/* Commits */

static void fail_held(struct fa_http *http)
{
    struct fa_http_exchange *exchange;

    for (exchange = http->held; exchange; exchange = exchange->next_held)
        fa_http_exchange_fail(exchange);
}

static void release_held(struct fa_http *http)
{
    struct fa_http_exchange *exchange = http->held;

    http->held = NULL;
    while (exchange) {
        struct fa_http_exchange *next = exchange->next_held;

        exchange->is_held = false;
        fa_http_exchange_depart(exchange);
        exchange = next;
    }
}

/* Whoever is resumed in the midst of it waits for the next time. */
static void run_library(struct fa_http *http)
{
    http->is_behind = false;
    MHD_run(http->daemon);
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
        release_held(http);
        if (round < ROUNDS_MAX)
            run_library(http);
    }
}

/* Connections */

static struct fa_peer *take_in(struct fa_http *http, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    int64_t now_ms = pm_clock_mono_ms();

    fa_http_tls_started(http, connection, info->connect_fd);
    return fa_peers_add(&http->peers, info->connect_fd, address ? address->client_addr : NULL,
                        now_ms, now_ms + http->options.head_time_ms);
}

/* MHD_OPTION_NOTIFY_CONNECTION */
static void note_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                            enum MHD_ConnectionNotificationCode code)
{
    struct fa_http *http = context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        http->accepted_count++;
        *socket_context = take_in(http, connection);
    } else if (*socket_context) {
        fa_peers_remove(&http->peers, *socket_context);
        *socket_context = NULL;
    }
}

/* The loop */

/* Never for ever, even when nobody comes: deadlines pass without an event. */
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
    fa_http_stream_tick(http, now_ms);
}

/* fa_watch_ready of the three descriptors of the server itself */

static void note_stop(void *context, unsigned int readiness)
{
    struct fa_http *http = context;

    (void)readiness;
    drain(http->stop_fd);
    http->must_stop = true;
}

static void note_wake(void *context, unsigned int readiness)
{
    struct fa_http *http = context;

    (void)readiness;
    drain(http->wake_fd);
    if (http->options.woken)
        http->options.woken(http->options.context);
}

/* libmicrohttpd has its turn in any case. */
static void note_library(void *context, unsigned int readiness)
{
    (void)context;
    (void)readiness;
}

static void turn(struct fa_http *http, int timeout_ms)
{
    fa_loop_turn(&http->loop, timeout_ms);
    run_library(http);
    settle(http);
}

/* Send what is left to send. Idle connections and half requests are nobody's loss. */
static void finish(struct fa_http *http)
{
    int64_t end_ms = pm_clock_mono_ms() + STOP_TIME_MS;

    fa_http_streams_end(http);
    fa_http_defer_end(http);
    fa_http_spoil_end(http);
    fa_http_guests_end(http);
    fa_peers_stop_reading(&http->peers);
    while (http->exchange_count > 0 && pm_clock_mono_ms() < end_ms) {
        turn(http, http->is_behind ? 0 : 10);
        fa_http_defer_end(http); /* what a last request has begun */
        fa_http_spoil_end(http);
    }
}

void fa_http_run(struct fa_http *http)
{
    int64_t last_tick_ms = pm_clock_mono_ms();

    while (!http->must_stop) {
        turn(http, wait_ms(http));
        tick(http, &last_tick_ms);
    }
    fa_http_accept_end(http);
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

/* A connection is a descriptor: accept no more than there are, and keep some for the rest. */
static size_t count_peers_max(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
        limit.rlim_cur > CONNECTIONS_MAX + FA_HTTP_SPARE_MAX)
        return CONNECTIONS_MAX;
    return limit.rlim_cur > 3 * FA_HTTP_SPARE_MAX ? limit.rlim_cur - FA_HTTP_SPARE_MAX
                                                  : 2 * FA_HTTP_SPARE_MAX;
}

static int start_daemon(struct fa_http *http)
{
    struct MHD_OptionItem tls[FA_HTTP_TLS_OPTIONS];

    fa_http_tls_options(http, tls);
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK |
            MHD_USE_ERROR_LOG | MHD_USE_NO_LISTEN_SOCKET | fa_http_tls_flags(http),
        0, NULL, NULL, fa_http_exchange_handle, http, MHD_OPTION_EXTERNAL_LOGGER,
        fa_http_hear_library, http, MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_URI_LOG_CALLBACK,
        fa_http_exchange_begin, http, MHD_OPTION_NOTIFY_COMPLETED, fa_http_exchange_end, http,
        MHD_OPTION_NOTIFY_CONNECTION, note_connection, http, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEAD_MAX, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)http->peers_max,
        MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    return http->daemon ? 0 : -1;
}

static int watch(struct fa_http *http, int fd, fa_watch_ready ready)
{
    return fa_loop_watch(&http->loop, fd, FA_LOOP_READ, ready, http) ? 0 : -1;
}

static int start_loop(struct fa_http *http)
{
    http->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    http->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fa_loop_init(&http->loop) < 0 || watch(http, http->wake_fd, note_wake) < 0 ||
        watch(http, http->stop_fd, note_stop) < 0 || start_daemon(http) < 0 ||
        fa_http_accept_start(http) < 0)
        return -1;
    return watch(http, MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
                 note_library);
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
    http->loop.fd = http->wake_fd = http->stop_fd = http->listen_fd = -1;
    if (fa_http_listen(options, &http->listen_fd, message, size) < 0)
        goto fail;
    if (fa_http_listen_address(http->listen_fd, &http->address) < 0 || start_loop(http) < 0) {
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
    fa_http_accept_end(http);
    if (http->daemon)
        MHD_stop_daemon(http->daemon);
    fa_http_tls_end(http);
    close_fd(http->wake_fd);
    close_fd(http->stop_fd);
    fa_loop_clear(&http->loop);
    free(http);
}

const char *fa_http_host(const struct fa_http *http)
{
    return http->address.host;
}

unsigned int fa_http_port(const struct fa_http *http)
{
    return http->address.port;
}

int fa_http_mount(struct fa_http *http, const char *prefix, fa_http_handler handler, void *context)
{
    if (http->mount_count == FA_HTTP_MOUNTS_MAX)
        return -1;
    http->mounts[http->mount_count++] =
        (struct fa_http_mount){.prefix = prefix, .handler = handler, .context = context};
    return 0;
}

/* Counting */

void fa_http_counts(const struct fa_http_request *request, struct fa_http_counts *ret_counts)
{
    const struct fa_http *http = request->exchange->http;

    *ret_counts = (struct fa_http_counts){
        .accepted = http->accepted_count,
        .connections = http->peers.count,
        .connections_max = http->peers_max,
        .streams = fa_http_stream_count(http),
    };
}

/* Timers and further descriptors */

struct fa_timer *fa_http_timer_start(struct fa_http *http, int64_t delay_ms,
                                     void (*run)(void *context), void *context)
{
    return fa_loop_timer(&http->loop, delay_ms, run, context);
}

void fa_http_timer_cancel(struct fa_http *http, struct fa_timer *timer)
{
    fa_timers_cancel(&http->loop.timers, timer);
}

struct fa_watch *fa_http_watch(struct fa_http *http, int fd, fa_watch_ready ready, void *context)
{
    return fa_loop_watch(&http->loop, fd, FA_LOOP_READ, ready, context);
}

int fa_http_rewatch(struct fa_http *http, struct fa_watch *watch, unsigned int wanted)
{
    return fa_loop_rewatch(&http->loop, watch, wanted);
}

void fa_http_unwatch(struct fa_http *http, struct fa_watch *watch)
{
    fa_loop_unwatch(&http->loop, watch);
}
