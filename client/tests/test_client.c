/* client: the exact bytes of each call, authentication, and finding the login monitor. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "login_monitor.h"
#include "paidmonitor.h"
#include "stub.h"

#define APIKEY "1234567890ABCDEFGHIJKLMNOP"
#define SECRET "PONMLKJIHGFEDCBA0987654321"

#define DONE      STUB_HEAD("200 OK", "27") "{\"status\":\"ok\",\"data\":null}"
#define CREATED   STUB_HEAD("200 OK", "26") "{\"status\":\"ok\",\"data\":305}"
#define NONE      STUB_HEAD("200 OK", "2") "[]"
#define TOKEN     STUB_HEAD("200 OK", "18") "{\"authToken\":\"T1\"}"
#define NEW_TOKEN STUB_HEAD("200 OK", "18") "{\"authToken\":\"T2\"}"
#define EXPIRED                      \
    STUB_HEAD("403 Forbidden", "54") \
    "{\"error\":\"Invalid or expired authToken\",\"errorCode\":4}"
#define FOUND \
    STUB_HEAD("200 OK", "49") "[{\"id\":\"7\",\"tag\":\"t\",\"name\":\"n\",\"type\":\"custom\"}]"
#define FOUND_OTHER \
    STUB_HEAD("200 OK", "49") "[{\"id\":\"8\",\"tag\":\"t\",\"name\":\"m\",\"type\":\"custom\"}]"
#define FOUND_TWO             \
    STUB_HEAD("200 OK", "65") \
    "[{\"id\":\"7\",\"tag\":\"t\",\"name\":\"n\"},{\"id\":\"9\",\"tag\":\"t\",\"name\":\"n\"}]"
#define EXISTS \
    STUB_HEAD("400 Bad Request", "50") "{\"status\":\"Monitor with that name already exists\"}"

static struct pm_client_options options = PM_CLIENT_OPTIONS_INIT;
static struct pm_client *client;
static struct stub *stub;
static struct pm_error err;

/* 2011-06-01 12:00:00, when the vectors were made. */
static int64_t fixed_clock(void)
{
    return 1306929600000;
}

static void start(const char *const *replies, size_t count)
{
    stub = stub_start(replies, count);
    options.url = stub_url(stub);
    options.apikey = APIKEY;
    options.secret = SECRET;
    options.secret_len = strlen(SECRET);
    options.wall_ms = fixed_clock;
    options.user_agent = "test";
    ck_assert_msg(pm_client_new(&options, &client, &err) == 0, "%s", err.message);
}

static void stop(void)
{
    pm_client_free(client);
    stub_stop(stub);
}

/* The request's first line up to HTTP/1.1, or its body. */
static void assert_line(size_t index, const char *expected)
{
    const char *request = stub_request(stub, index);
    size_t len = strlen(expected);

    ck_assert_msg(strncmp(request, expected, len) == 0 &&
                      strncmp(request + len, " HTTP/1.1\r\n", 11) == 0,
                  "request %zu is:\n%s", index, request);
}

static void assert_body(size_t index, const char *expected)
{
    ck_assert_str_eq(strstr(stub_request(stub, index), "\r\n\r\n") + 4, expected);
}

/* ---- options ---- */

START_TEST(test_client_refuses_what_cannot_work)
{
    static const struct {
        struct pm_client_options options;
        const char *says;
    } rows[] = {
        {{.url = "https://x", .version = 2, .connect_timeout_ms = 1, .timeout_ms = 1}, "apikey"},
        {{.url = "https://x", .apikey = "", .version = 2, .connect_timeout_ms = 1, .timeout_ms = 1},
         "apikey"},
        {{.apikey = "A", .version = 2, .connect_timeout_ms = 1, .timeout_ms = 1}, "URL"},
        {{.url = "http://x", .apikey = "A", .version = 2, .connect_timeout_ms = 1, .timeout_ms = 1},
         "clear"},
        {{.url = "https://x",
          .apikey = "A",
          .version = 4,
          .connect_timeout_ms = 1,
          .timeout_ms = 1},
         "version"},
        {{.url = "https://x", .apikey = "A", .version = 2}, "timeout"},
        {{.url = "https://x",
          .apikey = "A",
          .secret = "",
          .version = 2,
          .connect_timeout_ms = 1,
          .timeout_ms = 1},
         "secret"},
    };
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        ck_assert_int_eq(pm_client_new(&rows[i].options, &client, &err), PM_ERR_CONFIG);
        ck_assert_msg(strstr(err.message, rows[i].says), "row %zu: %s", i, err.message);
        ck_assert_int_eq(pm_client_new(&rows[i].options, &client, NULL), PM_ERR_CONFIG);
    }
}
END_TEST

/* ---- exact bytes ---- */

START_TEST(test_client_signs_a_write)
{
    static const char *const replies[] = {DONE};
    static const struct pm_value values[] = {{"user_login", "root"}, {"host", "::1"}};

    start(replies, 1);
    ck_assert_int_eq(pm_result_add(client, 305, 1306929600000, values, 2, &err), 0);
    assert_line(0, "POST /customMonitorApi");
    /* The checksum is openssl's, over the decoded values in the order of their names. */
    assert_body(0, "action=addResult&apikey=" APIKEY "&monitorId=305&checktime=1306929600000"
                   "&results=user_login%3Aroot%3Bhost%3A%253A%253A1&output=json&version=2"
                   "&timestamp=2011-06-01%2012%3A00%3A00&validation=HMACSHA1"
                   "&checksum=nfkrBWYN7pKkVB5SH9h%2B6co4z1I%3D");
    stop();
}
END_TEST

START_TEST(test_client_sends_a_read_unsigned)
{
    static const char *const replies[] = {NONE};
    const struct pm_monitor_filter filter = {.tag = "a b+c", .agent_id = 9};
    struct pm_monitor_list list;

    start(replies, 1);
    ck_assert_int_eq(pm_monitor_list(client, &filter, &list, &err), 0);
    ck_assert_uint_eq(list.count, 0);
    pm_monitor_list_clear(&list);
    assert_line(0, "GET /customMonitorApi?action=getMonitors&apikey=" APIKEY
                   "&tag=a%2520b%252Bc&agentId=9&output=json&version=2");
    stop();
}
END_TEST

START_TEST(test_client_acts_for_a_resellers_client)
{
    static const char *const replies[] = {DONE};
    const int64_t id = 1;

    options.client_apikey = "CLIENT";
    start(replies, 1);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), 0);
    ck_assert_ptr_nonnull(
        strstr(stub_request(stub, 0), "&apikey=" APIKEY "&clientApikey=CLIENT&monitorId=1&"));
    stop();
}
END_TEST

START_TEST(test_client_signs_reads_too_in_version_3)
{
    static const char *const replies[] = {NONE};
    struct pm_monitor_list list;

    options.version = 3;
    start(replies, 1);
    ck_assert_int_eq(pm_monitor_list(client, NULL, &list, &err), 0);
    pm_monitor_list_clear(&list);
    ck_assert_ptr_nonnull(strstr(stub_request(stub, 0), "&version=3&timestamp="));
    ck_assert_ptr_nonnull(strstr(stub_request(stub, 0), "&checksum="));
    stop();
}
END_TEST

START_TEST(test_client_corrects_its_clock)
{
    static const char *const replies[] = {DONE};
    const int64_t id = 1;

    start(replies, 1);
    pm_client_set_clock_offset(client, -3600 * 1000);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), 0);
    ck_assert_ptr_nonnull(strstr(stub_request(stub, 0), "&timestamp=2011-06-01%2011%3A00%3A00&"));
    stop();
}
END_TEST

START_TEST(test_client_adds_and_edits_monitors)
{
    static const char *const replies[] = {CREATED, DONE};
    static const struct pm_param params[] = {{.name = "a", .uom = "s", .data_type = 4}};
    struct pm_monitor monitor = {
        .name = "n", .tag = "t", .type = "x", .is_multi_value = true, .agent_id = 3};
    int64_t id = 0;

    start(replies, 2);
    monitor.result_params = monitor.additional_params = monitor.monitor_params =
        (struct pm_param_list){params, 1};
    ck_assert_int_eq(pm_monitor_add(client, &monitor, &id, &err), 0);
    ck_assert_int_eq(id, 305);
    ck_assert_ptr_nonnull(
        strstr(stub_request(stub, 0),
               "&name=n&tag=t&resultParams=a%3A%3As%3A4&additionalResultParams=a%3A%3As%3A4"
               "&monitorParams=a%3A%3A%3A4%3Afalse&multiValue=true&type=x&customUserAgentId=3"
               "&output="));
    monitor = (struct pm_monitor){.id = 305, .name = "", .tag = "u"};
    ck_assert_int_eq(pm_monitor_edit(client, &monitor, &err), 0);
    ck_assert_ptr_nonnull(strstr(stub_request(stub, 1), "&monitorId=305&tag=u&output="));
    stop();
}
END_TEST

START_TEST(test_client_refuses_calls_that_lack_something)
{
    static const char *const replies[] = {DONE};
    const struct pm_monitor monitor = {.name = "n", .tag = "t"};
    int64_t id;

    start(replies, 1);
    ck_assert_int_eq(pm_monitor_add(client, &monitor, &id, &err), PM_ERR_USAGE);
    ck_assert_int_eq(pm_monitor_delete(client, NULL, 0, &err), PM_ERR_USAGE);
    ck_assert_int_eq(pm_result_add(client, 1, 0, NULL, 0, &err), PM_ERR_USAGE);
    ck_assert_uint_eq(stub_requests(stub), 0);
    stop();
}
END_TEST

START_TEST(test_client_refuses_too_long_requests)
{
    static const char *const replies[] = {DONE};
    char *text = malloc(PM_PARAMS_BYTES_MAX + 1);
    const struct pm_value value = {"a", text};

    ck_assert_ptr_nonnull(text);
    memset(text, 'x', PM_PARAMS_BYTES_MAX);
    text[PM_PARAMS_BYTES_MAX] = '\0';
    start(replies, 1);
    ck_assert_int_eq(pm_result_add(client, 1, 0, &value, 1, &err), PM_ERR_LIMIT);
    text[PM_PARAMS_BYTES_MAX - 50] = '\0'; /* fits alone, not with the rest */
    ck_assert_int_eq(pm_result_add(client, 1, 0, &value, 1, &err), PM_ERR_LIMIT);
    ck_assert_uint_eq(stub_requests(stub), 0);
    stop();
    free(text);
}
END_TEST

START_TEST(test_client_does_not_write_without_a_secret)
{
    static const char *const replies[] = {DONE};
    const int64_t id = 1;
    char token[PM_TOKEN_SIZE];

    start(replies, 1);
    pm_client_free(client);
    options.secret = NULL;
    ck_assert_int_eq(pm_client_new(&options, &client, &err), 0);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), PM_ERR_CONFIG);
    ck_assert_int_eq(pm_auth_token(client, token, &err), PM_ERR_CONFIG);
    ck_assert_uint_eq(stub_requests(stub), 0);
    stop();
}
END_TEST

START_TEST(test_client_calls_any_action)
{
    static const char *const replies[] = {DONE, EXISTS};
    struct pm_params *params = pm_params_new();
    struct pm_reply reply;

    start(replies, 2);
    ck_assert_int_eq(pm_params_add(params, "title", "x y"), 0);
    ck_assert_int_eq(pm_client_call(client, PM_POST, PM_PATH_API, "addPage", params, &reply, &err),
                     0);
    ck_assert_int_eq(reply.http_status, 200);
    ck_assert_str_eq(reply.body, "{\"status\":\"ok\",\"data\":null}");
    pm_reply_clear(&reply);
    assert_line(0, "POST /api");
    ck_assert_ptr_nonnull(
        strstr(stub_request(stub, 0), "action=addPage&apikey=" APIKEY "&title=x%20y&output=json"));
    ck_assert_int_eq(pm_client_call(client, PM_GET, PM_PATH_API, "pages", NULL, &reply, &err),
                     PM_ERR_REFUSED);
    ck_assert_str_eq(err.vendor_text, "Monitor with that name already exists");
    pm_params_free(params);
    stop();
}
END_TEST

START_TEST(test_client_believes_no_write_that_is_not_confirmed)
{
    static const char *const replies[] = {NONE, TOKEN, CREATED, DONE};
    static const struct pm_param params[] = {{.name = "a", .data_type = 3}};
    const struct pm_monitor monitor = {.name = "n", .tag = "t", .result_params = {params, 1}};
    int64_t id = 1;

    start(replies, 4);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), PM_ERR_REPLY);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), PM_ERR_REPLY);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), 0);
    ck_assert_int_eq(pm_monitor_add(client, &monitor, &id, &err), PM_ERR_REPLY); /* no id */
    ck_assert_int_eq(id, 1);
    stop();
}
END_TEST

/* ---- tokens ---- */

START_TEST(test_client_gets_a_token_for_its_keys)
{
    static const char *const replies[] = {TOKEN};
    char token[PM_TOKEN_SIZE];

    start(replies, 1);
    ck_assert_int_eq(pm_auth_token(client, token, &err), 0);
    ck_assert_str_eq(token, "T1");
    assert_line(0, "GET /api?action=authToken&apikey=" APIKEY "&secretkey=" SECRET
                   "&output=json&version=2");
    stop();
}
END_TEST

START_TEST(test_client_fetches_a_token_once)
{
    static const char *const replies[] = {TOKEN, DONE};
    const int64_t id = 1;

    options.auth = PM_AUTH_TOKEN;
    start(replies, 2);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), 0);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), 0);
    ck_assert_uint_eq(stub_requests(stub), 3);
    assert_body(2, "action=deleteMonitor&apikey=" APIKEY "&monitorId=1&output=json&version=2"
                   "&validation=token&authToken=T1");
    stop();
}
END_TEST

START_TEST(test_client_renews_an_expired_token_once)
{
    static const char *const replies[] = {TOKEN, DONE, EXPIRED, NEW_TOKEN, DONE};
    const int64_t id = 1;

    options.auth = PM_AUTH_TOKEN;
    start(replies, 5);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), 0);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), 0);
    ck_assert_uint_eq(stub_requests(stub), 5);
    ck_assert_ptr_nonnull(strstr(stub_request(stub, 4), "&authToken=T2"));
    stop();
}
END_TEST

START_TEST(test_client_does_not_renew_a_token_for_ever)
{
    static const char *const replies[] = {TOKEN, EXPIRED, NEW_TOKEN, EXPIRED};
    const int64_t id = 1;

    options.auth = PM_AUTH_TOKEN;
    start(replies, 4);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), PM_ERR_REFUSED);
    ck_assert_int_eq(err.vendor_code, 4);
    ck_assert_uint_eq(stub_requests(stub), 2); /* a fresh one that is refused is no old one */
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, NULL), PM_ERR_REFUSED);
    ck_assert_uint_eq(stub_requests(stub), 4);
    stop();
}
END_TEST

/* ---- the login monitor ---- */

static const struct pm_param columns[] = {
    {.name = "user_login", .display_name = "Login Name", .uom = "logins", .data_type = 3},
    {.name = "duration", .display_name = "Duration", .uom = "s", .data_type = 4},
};
static const struct pm_param_list params = {columns, 2};

START_TEST(test_login_monitor_is_found)
{
    static const char *const replies[] = {FOUND};
    bool created = true;
    int64_t id = 0;

    start(replies, 1);
    ck_assert_int_eq(pm_login_monitor_ensure(client, "n", "t", params, &id, &created, &err), 0);
    ck_assert_int_eq(id, 7);
    ck_assert(!created);
    ck_assert_uint_eq(stub_requests(stub), 1);
    stop();
}
END_TEST

START_TEST(test_login_monitor_is_created)
{
    static const char *const replies[] = {FOUND_OTHER, CREATED};
    bool created = false;
    int64_t id = 0;

    start(replies, 2);
    ck_assert_int_eq(pm_login_monitor_ensure(client, "n", "t", params, &id, &created, &err), 0);
    ck_assert_int_eq(id, 305);
    ck_assert(created);
    ck_assert_ptr_nonnull(strstr(
        stub_request(stub, 1),
        "&resultParams=user_login%3ALogin%2520Name%3Alogins%3A3%3Bduration%3ADuration%3As%3A4"
        "&output="));
    stop();
}
END_TEST

START_TEST(test_login_monitor_that_somebody_else_creates_is_found)
{
    static const char *const replies[] = {NONE, EXISTS, FOUND};
    bool created = true;
    int64_t id = 0;

    start(replies, 3);
    ck_assert_int_eq(pm_login_monitor_ensure(client, "n", "t", params, &id, &created, NULL), 0);
    ck_assert_int_eq(id, 7);
    ck_assert(!created);
    stop();
}
END_TEST

START_TEST(test_login_monitor_must_be_the_only_one)
{
    static const char *const replies[] = {FOUND_TWO, NONE, EXISTS, NONE};
    int64_t id = 0;

    start(replies, 4);
    ck_assert_int_eq(pm_login_monitor_ensure(client, "n", "t", params, &id, NULL, &err),
                     PM_ERR_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.message, "2 monitors"));
    ck_assert_int_eq(pm_login_monitor_ensure(client, "n", "t", params, &id, NULL, &err),
                     PM_ERR_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.message, "already exists"));
    ck_assert_int_eq(id, 0);
    stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_client_refuses_what_cannot_work),
    TEST(test_client_signs_a_write),
    TEST(test_client_sends_a_read_unsigned),
    TEST(test_client_acts_for_a_resellers_client),
    TEST(test_client_signs_reads_too_in_version_3),
    TEST(test_client_corrects_its_clock),
    TEST(test_client_adds_and_edits_monitors),
    TEST(test_client_refuses_calls_that_lack_something),
    TEST(test_client_refuses_too_long_requests),
    TEST(test_client_does_not_write_without_a_secret),
    TEST(test_client_calls_any_action),
    TEST(test_client_believes_no_write_that_is_not_confirmed),
    TEST(test_client_gets_a_token_for_its_keys),
    TEST(test_client_fetches_a_token_once),
    TEST(test_client_renews_an_expired_token_once),
    TEST(test_client_does_not_renew_a_token_for_ever),
    TEST(test_login_monitor_is_found),
    TEST(test_login_monitor_is_created),
    TEST(test_login_monitor_that_somebody_else_creates_is_found),
    TEST(test_login_monitor_must_be_the_only_one),
};

TEST_MAIN("client", cases)
