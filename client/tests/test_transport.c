/* transport: addresses, deadlines, limits, cancellation, and what the environment cannot change. */
#include "suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "stub.h"
#include "transport.h"

#define OK STUB_HEAD("200 OK", "2") "{}"

static struct pm_client_options options = PM_CLIENT_OPTIONS_INIT;
static struct pm_error err;

/* ---- addresses ---- */

START_TEST(test_transport_takes_https_and_http_to_loopback)
{
    static const struct {
        const char *url, *base;
    } rows[] = {
        {"https://www.monitis.com", "https://www.monitis.com"},
        {"https://www.monitis.com///", "https://www.monitis.com"},
        {"https://[2001:db8::1]:8443/prefix/", "https://[2001:db8::1]:8443/prefix"},
        {"HTTPS://x.example", "HTTPS://x.example"},
        {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
        {"http://127.9.9.9", "http://127.9.9.9"},
        {"http://localhost:1", "http://localhost:1"},
        {"http://[::1]:1", "http://[::1]:1"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *base = NULL;

        ck_assert_msg(pm_transport_check_url(rows[i].url, false, &base, &err) == 0, "%s: %s",
                      rows[i].url, err.message);
        ck_assert_str_eq(base, rows[i].base);
        free(base);
    }
}
END_TEST

START_TEST(test_transport_refuses_other_addresses)
{
    static const char *const rows[] = {
        NULL,
        "",
        "www.monitis.com",
        "/etc/passwd",
        "file:///etc/passwd",
        "ftp://x.example",
        "gopher://127.0.0.1",
        "https://",
        "https://user@x.example",
        "https://user:pass@x.example",
        "https://x.example/?a=b",
        "https://x.example/#f",
        "https://x.example:99999",
        "https://x\r\n.example",
        "http://x.example",
        "http://127.0.0.1.x.example",
        "http://localhost.x.example",
        "http://128.0.0.1",
        "http://[::2]",
        "http://0.0.0.0",
    };
    char *base;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(pm_transport_check_url(rows[i], false, &base, &err) == PM_ERR_CONFIG,
                      "'%s' was taken", rows[i]);
}
END_TEST

START_TEST(test_transport_takes_plain_http_elsewhere_when_allowed)
{
    char *base = NULL;

    ck_assert_int_eq(pm_transport_check_url("http://x.example", true, &base, &err), 0);
    free(base);
    ck_assert_int_eq(pm_transport_check_url("ftp://x.example", true, &base, &err), PM_ERR_CONFIG);
}
END_TEST

START_TEST(test_transport_reads_retry_after)
{
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"0", 0},
        {"120", 120000},
        {"900", 900000},
        {"901", PM_RETRY_AFTER_MAX_MS},
        {"99999999999999999999999999", PM_RETRY_AFTER_MAX_MS},
        {"Wed, 01 Jun 2011 12:00:30 GMT", 30000},
        {"Wed, 01 Jun 2011 11:00:00 GMT", 0},
        {"Wed, 01 Jun 2033 12:00:00 GMT", PM_RETRY_AFTER_MAX_MS},
        {"", -1},
        {"-5", -1},
        {"1.5", -1},
        {"5 s", -1},
        {" 5", -1},
        {"soon", -1},
        {"Soon", -1},
        {"0x10", -1},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(pm_transport_retry_after(rows[i].text, 1306929600000) == rows[i].ms, "'%s'",
                      rows[i].text);
}
END_TEST

START_TEST(test_transport_refuses_odd_options)
{
    struct pm_transport *transport;

    options.timeout_ms = 0;
    ck_assert_int_eq(pm_transport_new(&options, &transport, &err), PM_ERR_CONFIG);
    options.timeout_ms = 1000;
    options.connect_timeout_ms = -1;
    ck_assert_int_eq(pm_transport_new(&options, &transport, &err), PM_ERR_CONFIG);
    options.connect_timeout_ms = 1000;
    options.ca_file = "/nonexistent";
    ck_assert_int_eq(pm_transport_new(&options, &transport, &err), PM_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "/nonexistent"));
}
END_TEST

/* ---- requests ---- */

static struct pm_transport *transport;
static struct stub *stub;

static void start(const char *const *replies, size_t count)
{
    stub = stub_start(replies, count);
    ck_assert_int_eq(pm_transport_new(&options, &transport, &err), 0);
}

static int send_body(const char *body, struct pm_answer *answer)
{
    return pm_transport_send(transport, stub_url(stub), body, body ? strlen(body) : 0, answer,
                             &err);
}

static void stop(void)
{
    pm_transport_free(transport);
    stub_stop(stub);
}

START_TEST(test_transport_sends_and_takes_bytes)
{
    static const char *const replies[] = {
        "HTTP/1.1 403 Forbidden\r\nDate: Wed, 01 Jun 2011 12:00:00 GMT\r\nRetry-After: 7\r\n"
        "Location: https://x.example/\x1b[0m\r\nContent-Length: 5\r\n\r\na\nb\nc"};
    struct pm_answer answer;
    char expected[200];

    start(replies, 1);
    ck_assert_int_eq(send_body("a=1", &answer), 0);
    ck_assert_int_eq(answer.status, 403);
    ck_assert_uint_eq(answer.len, 5);
    ck_assert_str_eq(answer.body, "a\nb\nc");
    ck_assert_int_eq(answer.date_ms, 1306929600000);
    ck_assert_int_eq(answer.retry_after_ms, 7000);
    ck_assert_str_eq(answer.location, "https://x.example/\\x1b[0m");
    (void)snprintf(expected, sizeof(expected),
                   "POST / HTTP/1.1\r\nHost: %s\r\nUser-Agent: paidmonitor/" PM_VERSION
                   "\r\nAccept: */*\r\nContent-Length: 3\r\n"
                   "Content-Type: application/x-www-form-urlencoded\r\n\r\na=1",
                   stub_url(stub) + strlen("http://"));
    ck_assert_str_eq(stub_request(stub, 0), expected);
    pm_answer_clear(&answer);
    stop();
}
END_TEST

START_TEST(test_transport_keeps_the_connection)
{
    static const char *const replies[] = {OK};
    struct pm_answer answer;
    int i;

    start(replies, 1);
    for (i = 0; i < 5; i++) {
        ck_assert_int_eq(send_body(i % 2 ? "a=1" : NULL, &answer), 0);
        pm_answer_clear(&answer);
    }
    ck_assert_uint_eq(stub_requests(stub), 5);
    ck_assert_uint_eq(stub_connections(stub), 1);
    ck_assert_mem_eq(stub_request(stub, 4), "GET /", 5); /* no body is left from the POST before */
    stop();
}
END_TEST

START_TEST(test_transport_connects_again_after_a_close)
{
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"};
    struct pm_answer answer;

    start(replies, 1);
    ck_assert_int_eq(send_body("a=1", &answer), 0);
    pm_answer_clear(&answer);
    ck_assert_int_eq(send_body("a=1", &answer), 0);
    pm_answer_clear(&answer);
    ck_assert_uint_eq(stub_connections(stub), 2);
    stop();
}
END_TEST

START_TEST(test_transport_gives_up_on_a_silent_server)
{
    static const char *const replies[] = {STUB_SILENT};
    int64_t before = pm_clock_mono_ms();
    struct pm_answer answer;

    options.timeout_ms = 200;
    start(replies, 1);
    ck_assert_int_eq(send_body("a=1", &answer), PM_ERR_NETWORK);
    ck_assert_int_lt(pm_clock_mono_ms() - before, 8000);
    ck_assert(err.maybe_done);
    ck_assert_ptr_nonnull(strstr(err.message, "in time"));
    stop();
}
END_TEST

START_TEST(test_transport_tells_when_nothing_was_sent)
{
    static const char *const replies[] = {OK};
    struct pm_answer answer;
    char url[100];

    start(replies, 1);
    (void)snprintf(url, sizeof(url), "%s", stub_url(stub));
    stop();
    ck_assert_int_eq(pm_transport_new(&options, &transport, &err), 0);
    ck_assert_int_eq(pm_transport_send(transport, url, "a=1", 3, &answer, &err), PM_ERR_NETWORK);
    ck_assert(!err.maybe_done);
    pm_transport_free(transport);
}
END_TEST

START_TEST(test_transport_reports_broken_answers)
{
    static const struct {
        const char *reply;
        int code;
    } rows[] = {
        {STUB_CLOSE, PM_ERR_NETWORK},
        {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{}", PM_ERR_NETWORK},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nab",
         PM_ERR_NETWORK},
        {"SSH-2.0-OpenSSH_9.2\r\n", PM_ERR_REPLY},
        {"\x15\x03\x01\x02\x02", PM_ERR_REPLY},
    };
    struct pm_answer answer;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start(&rows[i].reply, 1);
        ck_assert_msg(send_body("a=1", &answer) == rows[i].code, "row %zu: %s", i, err.message);
        ck_assert(err.maybe_done);
        stop();
    }
}
END_TEST

START_TEST(test_transport_refuses_long_answers)
{
    char *reply = malloc(PM_ANSWER_MAX + 200);
    const char *const replies[] = {reply, OK};
    struct pm_answer answer;
    size_t head;

    ck_assert_ptr_nonnull(reply);
    head = (size_t)sprintf(reply, STUB_HEAD("200 OK", "%u"), PM_ANSWER_MAX + 1);
    memset(reply + head, 'x', PM_ANSWER_MAX + 1);
    reply[head + PM_ANSWER_MAX + 1] = '\0';
    start(replies, 2);
    ck_assert_int_eq(send_body("a=1", &answer), PM_ERR_LIMIT);
    ck_assert_int_eq(send_body("a=1", &answer), 0); /* and is fit for the next request */
    pm_answer_clear(&answer);
    stop();
    free(reply);
}
END_TEST

START_TEST(test_transport_takes_the_longest_answer)
{
    char *reply = malloc(PM_ANSWER_MAX + 200);
    const char *const replies[] = {reply};
    struct pm_answer answer;
    size_t head;

    ck_assert_ptr_nonnull(reply);
    head = (size_t)sprintf(reply, STUB_HEAD("200 OK", "%u"), PM_ANSWER_MAX);
    memset(reply + head, 'x', PM_ANSWER_MAX);
    reply[head + PM_ANSWER_MAX] = '\0';
    start(replies, 1);
    ck_assert_int_eq(send_body("a=1", &answer), 0);
    ck_assert_uint_eq(answer.len, PM_ANSWER_MAX);
    pm_answer_clear(&answer);
    stop();
    free(reply);
}
END_TEST

START_TEST(test_transport_follows_no_redirect)
{
    static const char *const replies[] = {
        "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"};
    struct pm_answer answer;

    start(replies, 1);
    ck_assert_int_eq(send_body("a=1", &answer), 0);
    ck_assert_int_eq(answer.status, 302);
    ck_assert_str_eq(answer.location, "/elsewhere");
    ck_assert_uint_eq(stub_requests(stub), 1);
    pm_answer_clear(&answer);
    stop();
}
END_TEST

START_TEST(test_transport_ignores_the_environment)
{
    static const char *const replies[] = {OK};
    struct pm_answer answer;

    ck_assert_int_eq(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    ck_assert_int_eq(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    start(replies, 1);
    ck_assert_int_eq(send_body("a=1", &answer), 0);
    pm_answer_clear(&answer);
    stop();
}
END_TEST

START_TEST(test_transport_uses_the_proxy_of_its_options_for_every_host)
{
    static const char *const replies[] = {OK};
    struct pm_answer answer;

    ck_assert_int_eq(setenv("no_proxy", "*", 1), 0);
    stub = stub_start(replies, 1);
    options.proxy = stub_url(stub);
    ck_assert_int_eq(pm_transport_new(&options, &transport, &err), 0);
    ck_assert_int_eq(pm_transport_send(transport, "http://x.example/", "a=1", 3, &answer, &err), 0);
    ck_assert_mem_eq(stub_request(stub, 0), "POST http://x.example/ ", 23);
    pm_answer_clear(&answer);
    stop();
}
END_TEST

static void *cancel_when_the_request_is_there(void *user)
{
    (void)user;
    stub_wait(stub, 1);
    pm_transport_cancel(transport);
    return NULL;
}

START_TEST(test_transport_can_be_cancelled)
{
    static const char *const replies[] = {STUB_SILENT, OK};
    int64_t before = pm_clock_mono_ms();
    struct pm_answer answer;
    pthread_t thread;

    options.timeout_ms = 60000;
    start(replies, 2);
    ck_assert_int_eq(pthread_create(&thread, NULL, cancel_when_the_request_is_there, NULL), 0);
    ck_assert_int_eq(send_body("a=1", &answer), PM_ERR_CANCELLED);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(err.maybe_done);
    ck_assert_int_eq(send_body("a=1", &answer), PM_ERR_CANCELLED);
    ck_assert_uint_eq(stub_requests(stub), 1);
    pm_transport_resume(transport);
    ck_assert_int_eq(send_body("a=1", &answer), 0);
    pm_answer_clear(&answer);
    ck_assert_int_lt(pm_clock_mono_ms() - before, 30000);
    stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_transport_takes_https_and_http_to_loopback),
    TEST(test_transport_refuses_other_addresses),
    TEST(test_transport_takes_plain_http_elsewhere_when_allowed),
    TEST(test_transport_reads_retry_after),
    TEST(test_transport_refuses_odd_options),
    TEST(test_transport_sends_and_takes_bytes),
    TEST(test_transport_keeps_the_connection),
    TEST(test_transport_connects_again_after_a_close),
    TEST(test_transport_gives_up_on_a_silent_server),
    TEST(test_transport_tells_when_nothing_was_sent),
    TEST(test_transport_reports_broken_answers),
    TEST(test_transport_refuses_long_answers),
    TEST(test_transport_takes_the_longest_answer),
    TEST(test_transport_follows_no_redirect),
    TEST(test_transport_ignores_the_environment),
    TEST(test_transport_uses_the_proxy_of_its_options_for_every_host),
    TEST(test_transport_can_be_cancelled),
};

TEST_MAIN("transport", cases)
