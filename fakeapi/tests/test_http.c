/* The HTTP server on a raw socket: framing, limits, keep-alive, and one commit before the answers.
 */
#include "suite.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fakeapi.h"
#include "http.h"
#include "http_head.h"
#include "peer.h"

static struct fa_server *server;
static struct peer_reply reply;

static void start(void)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[256];

    ck_assert_msg(fa_server_start(&options, &server, message, sizeof(message)) == 0, "%s", message);
    ck_assert_int_eq(fa_server_account_add(server, "KEY", "SECRET"), 0);
}

static void send_all(const char *bytes)
{
    peer_exchange(fa_server_port(server), bytes, strlen(bytes), &reply);
}

#define GET  "GET /__fake/ready HTTP/1.1\r\n"
#define HALF "POST /api HTTP/1.1\r\nHo"
#define POST "POST /customMonitorApi HTTP/1.1\r\nHost: h\r\n"

START_TEST(test_ambiguous_heads_are_refused_and_the_connection_closed)
{
    static const struct {
        const char *bytes;
        int status;
    } rows[] = {
        {GET "\r\n", 400}, /* no Host */
        {GET "Host: a\r\nHost: b\r\n\r\n", 400},
        {POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400},
        {POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400},
        {POST "Content-Length: +1\r\n\r\nx", 400},
        {POST "Content-Length: 0x1\r\n\r\nx", 400},
        {POST "Content-Length: 1, 1\r\n\r\nx", 400},
        {POST "Content-Length: -1\r\n\r\n", 400},
        {POST "Content-Length: 18446744073709551616\r\n\r\n", 413},
        {POST "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 411},
        {POST "Transfer-Encoding: gzip\r\n\r\n", 411},
        {POST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n", 400},
        {GET "Host: h\r\nBad Name: x\r\n\r\n", 400},
        {GET "Host: h\r\nX: a\x01"
             "b\r\n\r\n",
         400},
        {"GET noslash HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET /a\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {POST "Content-Length: 99999999999\r\n\r\n", 413},
        {GET "Host: h\r\nX: a\r\n b\r\n\r\n", 400}, /* folded */
        {GET "Host: h\r\nX: a\r\n\tb\r\n\r\n", 400},
        {GET "Host: h\r\nX:\r\n \r\n\r\n", 400},
        {"GET /__fake/ready HTTP/1.1\nHost: h\r\n\r\n", 400}, /* bare LF */
        {GET "Host: h\nX: a\r\n\r\n", 400},
        {GET "Host: h\n\r\n", 400},
        {GET "Host: h\r\n\n", 400},
        {"GET  /__fake/ready HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET /__fake/ready\r\n\r\n", 400},
        {GET "Host: h\r\nno colon\r\n\r\n", 400},
    };
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int fd = peer_connect(fa_server_port(server));

        peer_send(fd, rows[i].bytes, strlen(rows[i].bytes));
        peer_read(fd, &reply);
        ck_assert_msg(reply.status == rows[i].status, "row %zu: %d", i, reply.status);
        ck_assert_msg(peer_is_closed(fd), "row %zu stays open", i);
        (void)close(fd);
    }
    ck_assert_uint_eq(fa_server_journal_count(server, NULL, FA_VERDICT_ACCEPTED), 0);
    fa_server_stop(server);
}
END_TEST

START_TEST(test_a_nul_in_a_head_is_refused)
{
#define ROW(text)              \
    {                          \
        text, sizeof(text) - 1 \
    }
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
        ROW(GET "Host: h\r\nX: a\0b\r\n\r\n"),
        ROW(GET "Host: h\0\r\n\r\n"),
        ROW(GET "Host: h\r\nX\0Y: a\r\n\r\n"),
        ROW(GET "Host: h\r\nX: \0\r\n\r\n"),
        ROW("GET /__fake/ready\0 HTTP/1.1\r\nHost: h\r\n\r\n"),
        ROW("GET /__fake/ready\0x HTTP/1.1\r\nHost: h\r\n\r\n"),
        ROW("GET\0 /__fake/ready HTTP/1.1\r\nHost: h\r\n\r\n"),
    };
#undef ROW
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        peer_exchange(fa_server_port(server), rows[i].bytes, rows[i].len, &reply);
        ck_assert_msg(reply.status == 400, "row %zu: %d", i, reply.status);
    }
    fa_server_stop(server);
}
END_TEST

START_TEST(test_unusual_heads_with_one_meaning_are_taken)
{
    static const char *const rows[] = {
        "\r\n\r\n" GET "Host: h\r\n\r\n",
        GET "Host:h\r\nX:\r\nY: \r\nZ: a  \r\n\r\n",
        "GET /__fake/ready?a b=c d HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /__fake/ready?a=%00%0d%0a HTTP/1.1\r\nHost: h\r\nCookie: a=b; c=d\r\n\r\n",
    };
    size_t i;
    int fd;

    start();
    fd = peer_connect(fa_server_port(server));
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        peer_send(fd, rows[i], strlen(rows[i]));
        peer_read(fd, &reply);
        ck_assert_msg(reply.status == 200, "row %zu: %d", i, reply.status);
    }
    (void)close(fd);
    send_all("GET /__fake/ready HTTP/1.0\r\n\r\n");
    ck_assert_int_eq(reply.status, 200);
    fa_server_stop(server);
}
END_TEST

/* Heads that libmicrohttpd must take in bit by bit, into a buffer that grows. */
START_TEST(test_large_heads_are_read_up_to_a_limit)
{
    static const struct {
        size_t count; /* of fields with 1000 bytes */
        int status;
    } rows[] = {{1, 200}, {15, 200}, {31, 200}, {50, 431}, {80, 431}};
    static char bytes[128 * 1024];
    size_t i;
    size_t k;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t len = (size_t)sprintf(bytes, GET "Host: h\r\nConnection: close\r\n");

        for (k = 0; k < rows[i].count; k++)
            len += (size_t)sprintf(bytes + len, "X-%zu: %0990d\r\n", k, 0);
        strcpy(bytes + len, "\r\n");
        send_all(bytes);
        ck_assert_msg(reply.status == rows[i].status, "%zu: %d", rows[i].count, reply.status);
    }
    fa_server_stop(server);
}
END_TEST

struct lines {
    char text[4096];
    size_t len;
};

static void collect_line(void *context, const struct fa_log_record *record)
{
    struct lines *lines = context;

    lines->len += (size_t)snprintf(lines->text + lines->len, sizeof(lines->text) - lines->len,
                                   "%s\n", record->line);
}

START_TEST(test_refusals_are_logged_with_their_reason)
{
    static const struct {
        const char *bytes;
        const char *line;
    } rows[] = {
        {GET "\r\n", "refused GET /__fake/ready -: 400: Host is missing (PROTOCOL.md §4);"
                     " from 127.0.0.1\n"},
        {POST "Transfer-Encoding: chunked\r\n\r\n",
         "refused POST /customMonitorApi -: 411: the body has a Transfer-Encoding and no"
         " Content-Length (PROTOCOL.md §4); from 127.0.0.1\n"},
        {POST "Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n",
         "413: the body is larger than 1 MiB"},
        {"GET /a?secret=b HTTP/1.2\r\n\r\n", "refused GET /a -: 505: the HTTP version is neither"},
        {"GET /a HTTP/2.0\r\n\r\n", "refused - - -: 505: the HTTP version is neither"},
        {GET "Host: h\r\nno colon\r\n\r\n",
         "refused - /__fake/ready -: 400: a header field has no colon, or Content-Length is no"
         " number (PROTOCOL.md §4); from 127.0.0.1\n"},
        {POST "Content-Length: x\r\n\r\n", "refused - /customMonitorApi -: 400: a header field"},
        {"GET /none HTTP/1.0\r\n\r\n", "refused GET /none -: 404: Not found"},
        {"GET /customMonitorApi?action=x&apikey=NONE HTTP/1.0\r\n\r\n",
         "(PROTOCOL.md §4); from 127.0.0.1; apikey NONE\n"},
    };
    struct lines lines = {.len = 0};
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[256];
    size_t i;

    options.log = collect_line;
    options.log_context = &lines;
    ck_assert_int_eq(fa_server_start(&options, &server, message, sizeof(message)), 0);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int fd = peer_connect(fa_server_port(server));

        peer_send(fd, rows[i].bytes, strlen(rows[i].bytes));
        while (!peer_is_closed(fd))
            continue;
        (void)close(fd);
    }
    ck_assert_uint_eq(fa_server_journal_count(server, NULL, FA_VERDICT_REFUSED), i);
    fa_server_stop(server);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(strstr(lines.text, rows[i].line) != NULL, "no \"%s\" in\n%s", rows[i].line,
                      lines.text);
}
END_TEST

START_TEST(test_the_date_is_that_of_the_servers_clock)
{
    static const int64_t offsets_ms[] = {0, 3600000, -86400000};
    size_t i;

    start();
    for (i = 0; i < sizeof(offsets_ms) / sizeof(offsets_ms[0]); i++) {
        time_t before = time(NULL);
        struct tm date = {0};
        int64_t said;

        fa_server_clock_offset(server, offsets_ms[i]);
        send_all(GET "Host: h\r\n\r\n");
        ck_assert_ptr_nonnull(strptime(strstr(reply.bytes, "\r\nDate: "),
                                       "\r\nDate: %a, %d %b %Y %T GMT\r\n", &date));
        said = (int64_t)timegm(&date) - offsets_ms[i] / 1000;
        ck_assert_int_ge(said, before);
        ck_assert_int_le(said, time(NULL));
    }
    fa_server_stop(server);
}
END_TEST

START_TEST(test_head_check_is_exact)
{
    static const struct {
        const char *version;
        const char *length;
        size_t hosts;
        size_t lengths;
        unsigned int status;
    } rows[] = {
        {"HTTP/1.1", NULL, 1, 0, 0},      {"HTTP/1.0", NULL, 0, 0, 0},
        {"HTTP/1.1", NULL, 0, 0, 400},    {"HTTP/1.1", "0", 1, 1, 0},
        {"HTTP/1.1", "1048576", 1, 1, 0}, {"HTTP/1.1", "1048577", 1, 1, 413},
        {"HTTP/1.1", "", 1, 1, 400},      {"HTTP/1.1", "1 ", 1, 1, 400},
        {"HTTP/1.1", " 1", 1, 1, 400},    {"HTTP/1.1", "1a", 1, 1, 400},
        {"HTTP/1.2", NULL, 1, 0, 505},    {"HTTP/2.0", NULL, 1, 0, 505},
        {"http/1.1", NULL, 1, 0, 505},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fa_http_head head = {.method = "GET",
                                    .version = rows[i].version,
                                    .length = rows[i].length,
                                    .host_count = rows[i].hosts,
                                    .length_count = rows[i].lengths};
        uint64_t length;

        ck_assert_msg(fa_http_head_check(&head, "/", &length) == rows[i].status, "row %zu", i);
        ck_assert_msg(!head.reason == (rows[i].status == 0), "row %zu", i);
    }
}
END_TEST

START_TEST(test_replies_are_exact_bytes)
{
    const char *date;

    start();
    send_all(GET "Host: h\r\n\r\n");
    date = strstr(reply.bytes, "Date: ");
    ck_assert_ptr_nonnull(date);
    ck_assert_int_eq(strncmp(reply.bytes, "HTTP/1.1 200 OK\r\n", 17), 0);
    ck_assert_str_eq(strstr(date, "\r\n"), "\r\nContent-Type: application/json;charset=UTF-8\r\n"
                                           "Cache-Control: no-store\r\n"
                                           "X-Content-Type-Options: nosniff\r\n"
                                           "Content-Length: 14\r\n\r\n{\"ready\":true}");
    fa_server_stop(server);
}
END_TEST

START_TEST(test_a_connection_serves_many_requests)
{
    int fd;
    int i;

    start();
    fd = peer_connect(fa_server_port(server));
    for (i = 0; i < 5; i++) {
        peer_send(fd, GET "Host: h\r\n\r\n", strlen(GET "Host: h\r\n\r\n"));
        peer_read(fd, &reply);
        ck_assert_int_eq(reply.status, 200);
    }
    (void)close(fd);
    fa_server_stop(server);
}
END_TEST

START_TEST(test_head_is_answered_without_a_body)
{
    start();
    send_all("HEAD /customMonitorApi?action=getMonitors&apikey=KEY HTTP/1.1\r\nHost: h\r\n"
             "Connection: close\r\n\r\n");
    ck_assert_int_eq(reply.status, 200);
    ck_assert_ptr_nonnull(strstr(reply.bytes, "Content-Length: 2\r\n"));
    ck_assert_str_eq(reply.body, "");
    fa_server_stop(server);
}
END_TEST

START_TEST(test_expect_100_continue_is_answered)
{
    static const char head[] =
        POST "Content-Length: 8\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n";
    int fd;

    start();
    fd = peer_connect(fa_server_port(server));
    peer_send(fd, head, strlen(head));
    peer_read(fd, &reply);
    ck_assert_int_eq(reply.status, 100);
    peer_send(fd, "action=x", 8);
    peer_read(fd, &reply);
    ck_assert_int_eq(reply.status, 403);
    (void)close(fd);
    fa_server_stop(server);
}
END_TEST

START_TEST(test_bodies_up_to_the_limit_are_read_and_larger_ones_refused)
{
    size_t max = 1024 * 1024;
    char *body = malloc(max + 1);

    memset(body, 'x', max + 1);
    start();
    peer_post(fa_server_port(server), "/customMonitorApi", body, max, &reply);
    ck_assert_int_eq(reply.status, 403);
    peer_post(fa_server_port(server), "/customMonitorApi", body, max + 1, &reply);
    ck_assert_int_eq(reply.status, 413);
    ck_assert_str_eq(reply.body, "{\"error\":\"Request too large\"}");
    free(body);
    fa_server_stop(server);
}
END_TEST

START_TEST(test_half_requests_are_nobodys_business)
{
    static const char *const halves[] = {
        "",
        "G",
        "GET / HT",
        GET,
        GET "Host: h\r\n",
        POST "Content-Length: 10\r\n\r\n",
        POST "Content-Length: 10\r\n\r\naction=",
    };
    size_t i;

    start();
    for (i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
        int fd = peer_connect(fa_server_port(server));

        peer_send(fd, halves[i], strlen(halves[i]));
        (void)close(fd);
    }
    peer_get(fa_server_port(server), "/__fake/health", &reply);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_uint_eq(fa_server_journal_count(server, NULL, FA_VERDICT_ACCEPTED), 0);
    fa_server_stop(server);
}
END_TEST

START_TEST(test_stopping_does_not_wait_for_open_connections)
{
    static const char part[] = POST "Content-Length: 10\r\n\r\nact";
    int idle;
    int half;

    start();
    idle = peer_connect(fa_server_port(server));
    half = peer_connect(fa_server_port(server));
    peer_send(half, part, strlen(part));
    peer_get(fa_server_port(server), "/__fake/ready", &reply);
    fa_server_stop(server);
    ck_assert(peer_is_closed(idle));
    (void)close(idle);
    (void)close(half);
}
END_TEST

START_TEST(test_the_server_can_be_a_clients_proxy)
{
    static const struct {
        const char *target;
        int status;
    } rows[] = {
        {"http://www.monitis.com/__fake/ready", 200},
        {"HTTP://www.monitis.com:80/__fake/ready?x", 200},
        {"http://www.monitis.com/none", 404},
        {"http://www.monitis.com", 200},
        {"http://www.monitis.com?x", 400},
        {"https://www.monitis.com/__fake/ready", 400},
        {"www.monitis.com:443", 400},
    };
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        peer_get(fa_server_port(server), rows[i].target, &reply);
        ck_assert_msg(reply.status == rows[i].status, "%s: %d", rows[i].target, reply.status);
    }
    fa_server_stop(server);
}
END_TEST

START_TEST(test_paths_and_methods_outside_the_protocol)
{
    static const struct {
        const char *line;
        int status;
    } rows[] = {
        {"GET /", 200},
        {"POST /", 405},
        {"GET //", 404},
        {"GET //__fake/ready", 404},
        {"GET /nope", 404},
        {"GET /apix", 404},
        {"GET /api/x", 404},
        {"GET /API", 404},
        {"PUT /api", 405},
        {"DELETE /customMonitorApi/", 405},
        {"OPTIONS /api", 405},
        {"GET /__fake/none", 404},
        {"POST /__fake/ready", 405},
        {"FOO /api", 405},
    };
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char bytes[128];

        snprintf(bytes, sizeof(bytes), "%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                 rows[i].line);
        send_all(bytes);
        ck_assert_msg(reply.status == rows[i].status, "%s: %d", rows[i].line, reply.status);
    }
    fa_server_stop(server);
}
END_TEST

/* A bare server, for what the whole one has no switch for. */
struct bare {
    struct fa_http *http;
    pthread_t thread;
    int commits;
    int commit_result;
    atomic_int ended_streams;
    size_t flood; /* bytes that /stream writes at once */
    int flood_result;
    int64_t head_time_ms;
    int64_t body_time_ms;
    int wake_commits; /* how many there were when the loop looked up from them */
};

static int bare_commit(void *context)
{
    struct bare *bare = context;

    if (bare->commits++ == 0)
        fa_http_wake(bare->http);
    return bare->commit_result;
}

static void bare_woken(void *context)
{
    struct bare *bare = context;

    if (bare->wake_commits == 0)
        bare->wake_commits = bare->commits;
}

static void bare_fail(void *context, const struct fa_http_request *request,
                      struct fa_http_reply *answer)
{
    (void)context;
    (void)request;
    (void)pm_buf_adds(&answer->body, "failed");
}

static void bare_ended(void *context, struct fa_http_stream *stream)
{
    struct bare *bare = context;

    (void)stream;
    bare->ended_streams++;
}

static void bare_stream(struct bare *bare, const struct fa_http_request *request,
                        struct fa_http_reply *answer)
{
    struct fa_http_stream *stream = fa_http_stream_start(request, answer, bare_ended, bare);
    char *flood = calloc(1, bare->flood + 1);

    answer->content_type = "text/event-stream";
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(fa_http_stream_write(stream, "second", 6), 0);
    (void)pm_buf_adds(&answer->body, "first ");
    memset(flood, 'x', bare->flood);
    bare->flood_result = fa_http_stream_write(stream, flood, bare->flood);
    free(flood);
    answer->after_commit = strcmp(request->query, "write") == 0;
    if (strcmp(request->query, "end") == 0)
        fa_http_stream_end(stream);
}

static void bare_handle(void *context, const struct fa_http_request *request,
                        struct fa_http_reply *answer)
{
    if (strcmp(request->path, "/stream") == 0) {
        bare_stream(context, request, answer);
        return;
    }
    answer->after_commit = strcmp(request->path, "/write") == 0;
    (void)pm_buf_add(&answer->body, request->body, request->body_len);
}

static void *bare_run(void *context)
{
    fa_http_run(((struct bare *)context)->http);
    return NULL;
}

static int64_t or_short(int64_t time_ms)
{
    return time_ms > 0 ? time_ms : 100;
}

static void bare_start(struct bare *bare)
{
    const struct fa_http_options options = {.address = "127.0.0.1",
                                            .head_time_ms = or_short(bare->head_time_ms),
                                            .body_time_ms = or_short(bare->body_time_ms),
                                            .commit = bare_commit,
                                            .fail = bare_fail,
                                            .woken = bare_woken,
                                            .context = bare};
    char message[256];

    ck_assert_int_eq(fa_http_new(&options, &bare->http, message, sizeof(message)), 0);
    ck_assert_int_eq(fa_http_mount(bare->http, "", bare_handle, bare), 0);
    ck_assert_int_eq(pthread_create(&bare->thread, NULL, bare_run, bare), 0);
}

static void bare_stop(struct bare *bare)
{
    fa_http_stop(bare->http);
    ck_assert_int_eq(pthread_join(bare->thread, NULL), 0);
    fa_http_free(bare->http);
}

START_TEST(test_slow_clients_are_cut_off_however_busy_they_look)
{
    static const char *const beginnings[] = {"GET / HTTP/1.1\r\nX: ",
                                             POST "Content-Length: 1000\r\n\r\n"};
    struct bare bare = {0};
    size_t i;

    bare_start(&bare);
    for (i = 0; i < 2; i++) {
        int fd = peer_connect(fa_http_port(bare.http));
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int drips = 0;

        peer_send(fd, beginnings[i], strlen(beginnings[i]));
        while (poll(&ready, 1, 50) == 0 && drips++ < 200)
            peer_send(fd, "x", 1);
        ck_assert_int_lt(drips, 200);
        (void)close(fd);
    }
    bare_stop(&bare);
}
END_TEST

/* libmicrohttpd alone would wait for the rest. */
START_TEST(test_half_requests_end_with_those_who_sent_them)
{
    static const char *const halves[] = {GET "Host: h\r\n", POST "Content-Length: 10\r\n\r\nact"};
    struct bare bare = {.head_time_ms = 60000, .body_time_ms = 60000};
    size_t i;

    bare_start(&bare);
    for (i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
        int fd = peer_connect(fa_http_port(bare.http));

        peer_send(fd, halves[i], strlen(halves[i]));
        ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
        ck_assert(peer_is_closed(fd));
        (void)close(fd);
    }
    bare_stop(&bare);
}
END_TEST

START_TEST(test_a_request_line_buys_no_time)
{
    struct bare bare = {.body_time_ms = 60000};
    int fd;

    bare_start(&bare);
    fd = peer_connect(fa_http_port(bare.http));
    peer_send(fd, GET, strlen(GET));
    ck_assert(peer_is_closed(fd));
    (void)close(fd);
    bare_stop(&bare);
}
END_TEST

/* Descriptors this process may have from now on. Returns how many it could before. */
static rlim_t limit_descriptors(rlim_t count)
{
    struct rlimit limit;
    rlim_t before;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    before = limit.rlim_cur;
    limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

static bool begin_request(unsigned int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return false;
    peer_send(fd, HALF, strlen(HALF));
    return true;
}

/* Start a process that begins that many requests, or as many as it may, and ends none until the
 * descriptor returned is closed. */
static int begin_requests(unsigned int port, int count)
{
    int line[2];
    char byte;
    pid_t pid;

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, line), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        (void)close(line[0]);
        (void)limit_descriptors(RLIM_INFINITY);
        while (count > 0 && begin_request(port))
            count--;
        (void)!write(line[1], "x", 1);
        (void)!read(line[1], &byte, 1);
        _exit(0);
    }
    (void)close(line[1]);
    ck_assert_int_eq(read(line[0], &byte, 1), 1);
    return line[0];
}

static void end_requests(int fd)
{
    (void)close(fd);
    ck_assert_int_gt(wait(NULL), 0);
}

START_TEST(test_the_server_hears_again_after_it_ran_out_of_descriptors)
{
    struct bare bare = {0};
    rlim_t before;
    int flood;

    bare_start(&bare);
    before = limit_descriptors(32);
    flood = begin_requests(fa_http_port(bare.http), 100);
    (void)limit_descriptors(before);
    peer_get(fa_http_port(bare.http), "/", &reply);
    ck_assert_int_eq(reply.status, 200);
    end_requests(flood);
    bare_stop(&bare);
}
END_TEST

START_TEST(test_half_requests_make_room_for_whole_ones)
{
    struct bare bare = {.head_time_ms = 60000};
    rlim_t before = limit_descriptors(256);
    int flood;

    bare_start(&bare);
    flood = begin_requests(fa_http_port(bare.http), 2000);
    peer_get(fa_http_port(bare.http), "/", &reply);
    ck_assert_int_eq(reply.status, 200);
    end_requests(flood);
    bare_stop(&bare);
    (void)limit_descriptors(before);
}
END_TEST

START_TEST(test_requests_without_a_pause_do_not_hold_up_the_loop)
{
    static const char request[] = "POST /write HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
    enum { COUNT = 200 };
    struct bare bare = {0};
    char bytes[COUNT * sizeof(request)] = "";
    int i;

    bare_start(&bare);
    for (i = 0; i < COUNT; i++)
        strcat(bytes, request);
    i = peer_connect(fa_http_port(bare.http));
    peer_send(i, bytes, strlen(bytes));
    (void)shutdown(i, SHUT_WR);
    while (recv(i, bytes, sizeof(bytes), 0) > 0)
        continue;
    (void)close(i);
    bare_stop(&bare);
    ck_assert_int_eq(bare.commits, COUNT);
    ck_assert_int_le(bare.wake_commits, 20);
}
END_TEST

START_TEST(test_a_stream_whose_commit_failed_is_freed)
{
    struct bare bare = {.commit_result = -1};

    bare_start(&bare);
    peer_get(fa_http_port(bare.http), "/stream?write", &reply);
    ck_assert_int_eq(reply.status, 500);
    ck_assert_str_eq(reply.body, "failed");
    ck_assert_int_eq(bare.ended_streams, 1);
    bare_stop(&bare);
    ck_assert_int_eq(bare.ended_streams, 1);
}
END_TEST

START_TEST(test_a_failed_commit_replaces_the_answer)
{
    struct bare bare = {.commit_result = -1};

    bare_start(&bare);
    peer_post(fa_http_port(bare.http), "/write", "x", 1, &reply);
    ck_assert_int_eq(reply.status, 500);
    ck_assert_str_eq(reply.body, "failed");
    peer_post(fa_http_port(bare.http), "/read", "x", 1, &reply);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_str_eq(reply.body, "x");
    bare_stop(&bare);
    ck_assert_int_eq(bare.commits, 1);
}
END_TEST

START_TEST(test_nobody_need_say_how_to_refuse)
{
    static const char *const rows[] = {GET "\r\n", "GET / HTTP/2.0\r\n\r\n",
                                       GET "Host: h\r\nx\r\n\r\n", GET "Host: h\r\n\r\n"};
    static const int statuses[] = {400, 505, 400, 404};
    const struct fa_http_options options = {.address = "127.0.0.1", .commit = bare_commit};
    struct bare bare = {0};
    char message[256];
    size_t i;

    ck_assert_int_eq(fa_http_new(&options, &bare.http, message, sizeof(message)), 0);
    ck_assert_int_eq(pthread_create(&bare.thread, NULL, bare_run, &bare), 0);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        peer_exchange(fa_http_port(bare.http), rows[i], strlen(rows[i]), &reply);
        ck_assert_int_eq(reply.status, statuses[i]);
    }
    bare_stop(&bare);
}
END_TEST

START_TEST(test_requests_of_one_turn_share_a_commit)
{
    static const char request[] = "POST /write HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx";
    struct bare bare = {0};
    int fds[20];
    int i;

    bare_start(&bare);
    for (i = 0; i < 20; i++)
        fds[i] = peer_connect(fa_http_port(bare.http));
    for (i = 0; i < 20; i++)
        peer_send(fds[i], request, strlen(request));
    for (i = 0; i < 20; i++) {
        peer_read(fds[i], &reply);
        ck_assert_int_eq(reply.status, 200);
        (void)close(fds[i]);
    }
    bare_stop(&bare);
    ck_assert_int_ge(bare.commits, 1);
    ck_assert_int_le(bare.commits, 20);
}
END_TEST

START_TEST(test_streams_send_the_body_first_and_end)
{
    struct bare bare = {0};

    bare_start(&bare);
    peer_get(fa_http_port(bare.http), "/stream?end", &reply);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_ptr_nonnull(strstr(reply.bytes, "first second"));
    bare_stop(&bare);
    ck_assert_int_eq(bare.ended_streams, 1);
}
END_TEST

START_TEST(test_streams_end_when_the_server_stops)
{
    static const char request[] = "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n";
    struct bare bare = {0};
    int fd;

    bare_start(&bare);
    fd = peer_connect(fa_http_port(bare.http));
    peer_send(fd, request, strlen(request));
    while (!strstr(reply.bytes, "second")) {
        ssize_t len = recv(fd, reply.bytes + reply.len, sizeof(reply.bytes) - 1 - reply.len, 0);

        ck_assert_int_gt(len, 0);
        reply.len += (size_t)len;
    }
    bare_stop(&bare);
    ck_assert_int_eq(bare.ended_streams, 1);
    (void)close(fd);
}
END_TEST

START_TEST(test_viewers_that_vanish_are_let_go_of)
{
    enum { COUNT = 300 };
    static const char request[] = "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n";
    struct bare bare = {0};
    time_t end;
    int fds[COUNT];
    int i;

    bare_start(&bare);
    for (i = 0; i < COUNT; i++) {
        fds[i] = peer_connect(fa_http_port(bare.http));
        peer_send(fds[i], request, strlen(request));
    }
    for (i = 0; i < COUNT; i++) {
        ck_assert_int_eq(recv(fds[i], reply.bytes, 1, 0), 1); /* it has begun */
        (void)close(fds[i]);
    }
    end = time(NULL) + 20;
    do
        peer_get(fa_http_port(bare.http), "/", &reply);
    while (bare.ended_streams < COUNT && time(NULL) < end);
    ck_assert_int_eq(bare.ended_streams, COUNT);
    bare_stop(&bare);
}
END_TEST

START_TEST(test_streams_that_nobody_reads_are_closed)
{
    struct bare bare = {.flood = FA_HTTP_STREAM_MAX};

    bare_start(&bare);
    peer_get(fa_http_port(bare.http), "/stream", &reply);
    bare_stop(&bare);
    ck_assert_int_eq(bare.flood_result, -1);
    ck_assert_int_eq(bare.ended_streams, 1);
}
END_TEST

START_TEST(test_headers_with_control_characters_are_not_sent)
{
    struct fa_http_reply answer = {0};

    pm_buf_init(&answer.headers, 64);
    ck_assert_int_eq(fa_http_reply_header(&answer, "X", "a\r\nSet-Cookie: b"), -1);
    ck_assert_int_eq(fa_http_reply_header(&answer, "X", "a\nb"), -1);
    ck_assert_int_eq(fa_http_reply_header(&answer, "X", "good"), 0);
    ck_assert_uint_eq(answer.headers.len, 7);
    pm_buf_clear(&answer.headers);
}
END_TEST

/* A full disk: the files may grow no further. */
START_TEST(test_a_full_disk_is_an_internal_error_and_nothing_is_stored)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    struct rlimit before;
    struct rlimit none = {0};
    char dir[] = "/tmp/test_http.XXXXXX";
    char path[64];
    char message[256];
    char command[64];

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/s.db", dir);
    options.store = path;
    ck_assert_int_eq(fa_server_start(&options, &server, message, sizeof(message)), 0);
    ck_assert_int_eq(fa_server_account_add(server, "KEY", "SECRET"), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    none.rlim_max = before.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    peer_get(fa_server_port(server), "/api?action=authToken&apikey=KEY&secretkey=SECRET", &reply);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_int_eq(reply.status, 500);
    ck_assert_str_eq(reply.body, "{\"error\":\"Internal server error\"}");
    ck_assert_uint_eq(fa_server_journal_count(server, "authToken", FA_VERDICT_FAILED), 1);
    ck_assert_uint_eq(fa_server_journal_count(server, NULL, FA_VERDICT_ANY), 1);
    peer_get(fa_server_port(server), "/api?action=authToken&apikey=KEY&secretkey=SECRET", &reply);
    ck_assert_int_eq(reply.status, 200);
    fa_server_stop(server);
    snprintf(command, sizeof(command), "rm -r %s", dir);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(test_a_port_in_use_is_told)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    struct fa_server *second;
    char message[256];

    start();
    options.port = fa_server_port(server);
    ck_assert_int_eq(fa_server_start(&options, &second, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "in use"));
    options.listen = "localhost";
    ck_assert_int_eq(fa_server_start(&options, &second, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "numeric"));
    fa_server_stop(server);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_ambiguous_heads_are_refused_and_the_connection_closed),
    TEST(test_a_nul_in_a_head_is_refused),
    TEST(test_unusual_heads_with_one_meaning_are_taken),
    TEST(test_large_heads_are_read_up_to_a_limit),
    TEST(test_refusals_are_logged_with_their_reason),
    TEST(test_the_date_is_that_of_the_servers_clock),
    TEST(test_head_check_is_exact),
    TEST(test_replies_are_exact_bytes),
    TEST(test_a_connection_serves_many_requests),
    TEST(test_head_is_answered_without_a_body),
    TEST(test_expect_100_continue_is_answered),
    TEST(test_bodies_up_to_the_limit_are_read_and_larger_ones_refused),
    TEST(test_half_requests_are_nobodys_business),
    TEST(test_stopping_does_not_wait_for_open_connections),
    TEST(test_the_server_can_be_a_clients_proxy),
    TEST(test_paths_and_methods_outside_the_protocol),
    TEST(test_slow_clients_are_cut_off_however_busy_they_look),
    TEST(test_half_requests_end_with_those_who_sent_them),
    TEST(test_a_request_line_buys_no_time),
    TEST(test_the_server_hears_again_after_it_ran_out_of_descriptors),
    TEST(test_half_requests_make_room_for_whole_ones),
    TEST(test_requests_without_a_pause_do_not_hold_up_the_loop),
    TEST(test_a_stream_whose_commit_failed_is_freed),
    TEST(test_a_failed_commit_replaces_the_answer),
    TEST(test_nobody_need_say_how_to_refuse),
    TEST(test_requests_of_one_turn_share_a_commit),
    TEST(test_streams_send_the_body_first_and_end),
    TEST(test_streams_end_when_the_server_stops),
    TEST(test_viewers_that_vanish_are_let_go_of),
    TEST(test_streams_that_nobody_reads_are_closed),
    TEST(test_headers_with_control_characters_are_not_sent),
    TEST(test_a_full_disk_is_an_internal_error_and_nothing_is_stored),
    TEST(test_a_port_in_use_is_told),
};

TEST_MAIN("http", cases)
