/* Every fault, seen on the wire by a raw client: what arrives, byte by byte, and how it ends. */
#include "suite.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "site.h"

#define DEADLINE_MS 10000

/* How a connection ended. */
enum ending {
    OPEN,   /* it did not */
    CLOSED, /* FIN */
    RESET,  /* RST */
};

static struct {
    char bytes[4096];
    size_t len;
    enum ending ending;
    int64_t took_ms;
} got;

static char monitor[32]; /* the id of one to which results can be added */

static void fault(const char *json)
{
    char message[512] = "";

    ck_assert_msg(fa_server_fault(site, json, message, sizeof(message)) == 0, "%s", message);
}

static void start(void)
{
    struct peer_form form = site_form("addMonitor");

    site_start(FA_PROFILE_STRICT, NULL);
    peer_form_set(&form, "name", "Logins");
    peer_form_set(&form, "tag", "t");
    peer_form_set(&form, "resultParams", "user:User:N/A:3;");
    site_sign_and_post(&form);
    ck_assert_int_eq(site_reply.status, 200);
    ck_assert_int_eq(sscanf(site_reply.body, "{\"status\":\"ok\",\"data\":%31[0-9]}", monitor), 1);
}

/* A result signed anew, as bytes of a whole request. The caller frees it. */
static char *result_request(int second)
{
    struct peer_form form = site_form("addResult");
    char checktime[32];
    char *body;
    char *bytes;

    snprintf(checktime, sizeof(checktime), "%lld", (long long)pm_clock_wall_ms() + second);
    peer_form_set(&form, "monitorId", monitor);
    peer_form_set(&form, "checktime", checktime);
    peer_form_set(&form, "results", "user:alice;");
    peer_form_sign(&form, SITE_SECRET);
    body = peer_form_encode(&form);
    ck_assert_int_gt(asprintf(&bytes,
                              "POST /customMonitorApi HTTP/1.1\r\nHost: h\r\n"
                              "Content-Type: application/x-www-form-urlencoded\r\n"
                              "Content-Length: %zu\r\n\r\n%s",
                              strlen(body), body),
                     0);
    free(body);
    return bytes;
}

/* Wait until there is something to read, or the end. */
static void await(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    ck_assert_msg(poll(&ready, 1, DEADLINE_MS) == 1, "neither bytes nor an end within %d ms",
                  DEADLINE_MS);
}

/* Read to the end. */
static void read_all(int fd)
{
    int64_t began_ms = pm_clock_mono_ms();
    ssize_t len;

    got.len = 0;
    do {
        await(fd);
        len = recv(fd, got.bytes + got.len, sizeof(got.bytes) - 1 - got.len, 0);
        if (len > 0)
            got.len += (size_t)len;
    } while (len > 0);
    got.ending = len == 0 ? CLOSED : RESET;
    got.took_ms = pm_clock_mono_ms() - began_ms;
    got.bytes[got.len] = '\0';
}

static int send_request(const char *bytes)
{
    int fd = peer_connect(fa_server_port(site));

    peer_send(fd, bytes, strlen(bytes));
    return fd;
}

/* Send, and read until the server ends it. */
static void exchange(const char *bytes)
{
    int fd = send_request(bytes);

    read_all(fd);
    (void)close(fd);
}

static void add_result(int second)
{
    char *bytes = result_request(second);

    exchange(bytes);
    free(bytes);
}

#define GET                                                                                     \
    "GET /customMonitorApi?action=getMonitors&apikey=" SITE_KEY "&version=2 HTTP/1.1\r\nHost: " \
    "h\r\n\r\n"

/* What a GET of the monitors is answered with when nothing is wrong. */
static void read_whole(char *bytes, size_t size)
{
    int fd = send_request(GET);

    peer_read(fd, &site_reply);
    (void)close(fd);
    ck_assert_uint_lt(site_reply.len, size);
    strcpy(bytes, site_reply.bytes);
}

static void expect_status(const char *bytes, int status)
{
    int fd = send_request(bytes);

    peer_read(fd, &site_reply);
    (void)close(fd);
    ck_assert_int_eq(site_reply.status, status);
}

/* The answer to the GET is the same as ever: whatever happened to the server, it has recovered. */
static void expect_recovered(void)
{
    fa_server_faults_clear(site);
    expect_status(GET, 200);
}

/* An open connection on which nothing has arrived, though a later request was answered. */
static void expect_silence(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN | POLLRDHUP};

    expect_status("GET /__fake/ready HTTP/1.1\r\nHost: h\r\n\r\n", 200);
    ck_assert_int_eq(poll(&ready, 1, 0), 0);
}

static int64_t rows(void)
{
    return fa_server_rows(site, strtoll(monitor, NULL, 10));
}

/* Answers of the fault's own */

START_TEST(test_a_status_keeps_the_request_from_being_handled)
{
    char *bytes;

    start();
    fault("{\"effect\":{\"status\":503,\"retry_after\":7}}");
    bytes = result_request(0);
    expect_status(bytes, 503);
    free(bytes);
    ck_assert_int_eq(rows(), 0);
    ck_assert_uint_eq(fa_server_journal_count(site, "addResult", FA_VERDICT_FAILED), 1);
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_statuses_and_bodies_are_sent_as_given)
{
    static const struct {
        const char *effect;
        int status;
        const char *part;
        const char *body;
    } table[] = {
        {"\"status\":503,\"retry_after\":7", 503, "\r\nRetry-After: 7\r\n",
         "{\"error\":\"Service Unavailable\"}"},
        {"\"status\":429,\"retry_after\":-1", 429, "\r\nRetry-After: -1\r\n",
         "{\"error\":\"Too Many Requests\"}"},
        {"\"status\":503,\"retry_after\":\"Fri, 31 Dec 1999 23:59:59 GMT\"", 503,
         "\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", NULL},
        {"\"status\":500", 500, "HTTP/1.1 500 ", "{\"error\":\"Internal Server Error\"}"},
        {"\"status\":200,\"body\":\"<html>login</html>\",\"content_type\":\"text/html\"", 200,
         "\r\nContent-Type: text/html\r\n", "<html>login</html>"},
        {"\"error\":\"token\"", 403, "HTTP/1.1 403 ",
         "{\"error\":\"Invalid or expired authToken\",\"errorCode\":4}"},
        {"\"error\":\"invalid\",\"detail\":\"results\"", 400, "HTTP/1.1 400 ",
         "{\"error\":\"Invalid results\"}"},
        {"\"error\":\"authentication\",\"status\":401", 401, "HTTP/1.1 401 ",
         "{\"error\":\"Authentication failure\"}"},
    };
    size_t i;

    start();
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char json[512];

        snprintf(json, sizeof(json), "{\"id\":\"x\",\"effect\":{%s}}", table[i].effect);
        fault(json);
        expect_status(GET, table[i].status);
        ck_assert_msg(strstr(site_reply.bytes, table[i].part) != NULL, "row %zu: %s", i,
                      site_reply.bytes);
        if (table[i].body)
            ck_assert_str_eq(site_reply.body, table[i].body);
    }
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_errors_come_in_the_form_the_request_asks_for)
{
    start();
    fault("{\"effect\":{\"error\":\"invalid\",\"detail\":\"tag\"}}");
    site_get("action=getMonitors&output=xml");
    site_expect(400, "<error>Invalid tag</error>");
    site_get("action=getMonitors&version=3");
    site_expect(400, "{\"error\":\"Invalid tag\",\"errorCode\":106}");
    site_stop();
}
END_TEST

START_TEST(test_500_after_storing_keeps_what_was_stored)
{
    char *bytes;

    start();
    fault("{\"times\":1,\"effect\":{\"status\":500,\"when\":\"after\"}}");
    bytes = result_request(0);
    expect_status(bytes, 500);
    free(bytes);
    ck_assert_int_eq(rows(), 1);
    ck_assert_uint_eq(fa_server_journal_count(site, "addResult", FA_VERDICT_ACCEPTED), 1);
    expect_recovered();
    site_stop();
}
END_TEST

/* Replies that are lost */

START_TEST(test_close_before_handling_sends_nothing_and_stores_nothing)
{
    start();
    fault("{\"effect\":{\"close\":\"before\"}}");
    add_result(0);
    ck_assert_uint_eq(got.len, 0);
    ck_assert_int_eq(got.ending, CLOSED);
    ck_assert_int_eq(rows(), 0);
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_close_after_commit_loses_the_reply_but_not_the_row)
{
    start();
    fault("{\"match\":{\"action\":\"addResult\"},\"effect\":{\"close\":\"after\"}}");
    add_result(0);
    ck_assert_uint_eq(got.len, 0);
    ck_assert_int_eq(got.ending, CLOSED);
    ck_assert_int_eq(rows(), 1);
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_reset_after_commit_is_a_reset_and_keeps_the_row)
{
    start();
    fault("{\"effect\":{\"reset\":\"after\"}}");
    add_result(0);
    ck_assert_uint_eq(got.len, 0);
    ck_assert_int_eq(got.ending, RESET);
    ck_assert_int_eq(rows(), 1);
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_a_black_hole_takes_the_request_and_never_answers)
{
    char *bytes;
    int fd;

    start();
    fault("{\"match\":{\"action\":\"addResult\"},\"effect\":{\"black_hole\":\"after\"}}");
    bytes = result_request(0);
    fd = send_request(bytes);
    while (rows() == 0)
        continue;
    expect_silence(fd);
    (void)close(fd);
    fault("{\"id\":\"b\",\"match\":{\"action\":\"getMonitors\"},\"effect\":{\"black_hole\":true}}");
    fd = send_request(GET);
    expect_silence(fd);
    site_stop(); /* which lets go of it */
    read_all(fd);
    ck_assert_uint_eq(got.len, 0);
    (void)close(fd);
    free(bytes);
}
END_TEST

/* Replies that are spoiled */

START_TEST(test_truncated_replies_stop_at_the_byte)
{
    char whole[4096];
    static const struct {
        const char *truncate;
        int from_start; /* or, negative, from the end; or percent */
        int percent;
    } table[] = {{"0", 0, -1},     {"1", 1, -1},         {"20", 20, -1},
                 {"-1", -1, -1},   {"-10", -10, -1},     {"\"50%\"", 0, 50},
                 {"\"0%\"", 0, 0}, {"\"100%\"", 0, 100}, {"1000000", 1000000, -1}};
    int64_t began_ms = pm_clock_mono_ms();
    size_t i;

    start();
    read_whole(whole, sizeof(whole));
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        size_t len = strlen(whole);
        size_t wanted = (size_t)table[i].from_start;
        char json[128];

        if (table[i].percent >= 0)
            wanted = len * (size_t)table[i].percent / 100;
        else if (table[i].from_start < 0)
            wanted = len - (size_t)-table[i].from_start;
        snprintf(json, sizeof(json), "{\"id\":\"x\",\"effect\":{\"truncate\":%s}}",
                 table[i].truncate);
        fault(json);
        exchange(GET);
        ck_assert_int_eq(got.ending, CLOSED);
        ck_assert_uint_eq(got.len, wanted < len ? wanted : len);
        ck_assert_int_eq(strncmp(got.bytes, whole, 17 < got.len ? 17 : got.len), 0);
    }
    ck_assert_int_lt(pm_clock_mono_ms() - began_ms, 5000); /* nobody waits for the next event */
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_half_a_reply_can_end_in_a_reset_or_in_silence)
{
    int fd;

    start();
    fault("{\"id\":\"x\",\"effect\":{\"truncate\":15,\"then\":\"reset\"}}");
    exchange(GET);
    ck_assert_int_eq(got.ending, RESET);
    fault("{\"id\":\"x\",\"effect\":{\"truncate\":15,\"then\":\"hang\"}}");
    fd = send_request(GET);
    for (got.len = 0; got.len < 15;) {
        await(fd);
        got.len += (size_t)recv(fd, got.bytes + got.len, sizeof(got.bytes) - got.len, 0);
    }
    ck_assert_int_eq(strncmp(got.bytes, "HTTP/1.1 200 OK", 15), 0);
    expect_silence(fd);
    (void)close(fd);
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_a_wrong_content_length_lies_in_both_directions)
{
    static const int offsets[] = {-1, -1000000, 1, 1000};
    char whole[4096];
    size_t i;

    start();
    read_whole(whole, sizeof(whole));
    for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        size_t body_len = strlen(site_reply.body);
        long wanted = (long)body_len + offsets[i];
        char json[128];
        const char *said;

        snprintf(json, sizeof(json), "{\"id\":\"x\",\"effect\":{\"content_length\":%d}}",
                 offsets[i]);
        fault(json);
        exchange(GET);
        said = strstr(got.bytes, "\r\nContent-Length: ");
        ck_assert_ptr_nonnull(said);
        ck_assert_int_eq(atol(said + strlen("\r\nContent-Length: ")), wanted > 0 ? wanted : 0);
        ck_assert_str_eq(strstr(got.bytes, "\r\n\r\n") + 4, site_reply.body);
        ck_assert_int_eq(got.ending, CLOSED);
    }
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_a_drip_fed_reply_is_whole_but_slow)
{
    char whole[4096];

    start();
    read_whole(whole, sizeof(whole));
    fault("{\"effect\":{\"drip\":{\"bytes\":16,\"every_ms\":10}}}");
    exchange(GET);
    ck_assert_str_eq(strstr(got.bytes, "\r\n\r\n"), strstr(whole, "\r\n\r\n"));
    ck_assert_int_ge(got.took_ms, (int64_t)(strlen(whole) / 16 - 1) * 10);
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_a_drip_fed_reply_without_a_body_has_none)
{
    start();
    fault("{\"effect\":{\"status\":204,\"drip\":{\"bytes\":16,\"every_ms\":1}}}");
    exchange(GET);
    ck_assert_ptr_nonnull(strstr(got.bytes, "HTTP/1.1 204 No Content\r\n"));
    ck_assert_ptr_null(strstr(got.bytes, "Content-Length"));
    ck_assert_str_eq(strstr(got.bytes, "\r\n\r\n"), "\r\n\r\n");
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_one_byte_at_a_time)
{
    int64_t last_ms;
    int fd;
    int i;

    start();
    fault("{\"effect\":{\"drip\":{\"bytes\":1,\"every_ms\":30},\"truncate\":5}}");
    fd = send_request(GET);
    await(fd);
    last_ms = pm_clock_mono_ms();
    ck_assert_int_ge(recv(fd, got.bytes, 5, 0), 1);
    for (i = 0; i < 4; i++)
        await(fd);
    read_all(fd);
    ck_assert_int_ge(pm_clock_mono_ms() - last_ms, 3 * 30);
    (void)close(fd);
    site_stop();
}
END_TEST

START_TEST(test_garbage_is_no_http_and_the_same_for_the_same_seed)
{
    char first[100];
    int i;

    start();
    for (i = 0; i < 2; i++) {
        fault("{\"id\":\"x\",\"seed\":42,\"effect\":{\"garbage\":100}}");
        exchange(GET);
        ck_assert_uint_eq(got.len, 100);
        ck_assert_int_ne(strncmp(got.bytes, "HTTP", 4), 0);
        if (i == 0)
            memcpy(first, got.bytes, 100);
        ck_assert_mem_eq(got.bytes, first, 100);
    }
    fault("{\"id\":\"x\",\"seed\":43,\"effect\":{\"garbage\":100}}");
    exchange(GET);
    ck_assert_mem_ne(got.bytes, first, 100);
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_bodies_of_garbage_and_malformed_ones_are_framed_well)
{
    char whole[4096];
    size_t len;

    start();
    read_whole(whole, sizeof(whole));
    len = strlen(site_reply.body);
    strcpy(whole, site_reply.body);
    fault("{\"id\":\"x\",\"effect\":{\"malformed\":true}}");
    expect_status(GET, 200);
    ck_assert_uint_eq(strlen(site_reply.body), len / 2);
    ck_assert_int_eq(strncmp(site_reply.body, whole, len / 2), 0);
    site_get("action=getMonitors&output=xml");
    ck_assert_ptr_null(strstr(site_reply.body, "</monitors>"));
    ck_assert_ptr_nonnull(strstr(site_reply.body, "<monitors>"));
    fault("{\"id\":\"x\",\"effect\":{\"garbage_body\":33}}");
    expect_status(GET, 200);
    ck_assert_ptr_nonnull(strstr(site_reply.bytes, "\r\nContent-Length: 33\r\n"));
    ck_assert_uint_eq(site_reply.len - (size_t)(site_reply.body - site_reply.bytes), 33);
    expect_recovered();
    site_stop();
}
END_TEST

START_TEST(test_a_reply_can_come_twice)
{
    char whole[4096];
    size_t len;

    start();
    read_whole(whole, sizeof(whole));
    len = strlen(whole);
    fault("{\"effect\":{\"duplicate\":2}}");
    exchange(GET);
    ck_assert_uint_eq(got.len, 2 * len);
    ck_assert_mem_eq(got.bytes, got.bytes + len, len);
    expect_recovered();
    site_stop();
}
END_TEST

/* Time */

START_TEST(test_delays_hold_the_reply_back_and_nobody_else)
{
    int64_t began_ms;
    int slow;

    start();
    fault("{\"match\":{\"action\":\"getMonitors\"},\"effect\":{\"delay_ms\":200}}");
    began_ms = pm_clock_mono_ms();
    slow = send_request(GET);
    expect_silence(slow);
    peer_read(slow, &site_reply);
    ck_assert_int_eq(site_reply.status, 200);
    ck_assert_int_ge(pm_clock_mono_ms() - began_ms, 200);
    peer_send(slow, GET, strlen(GET)); /* the connection goes on */
    peer_read(slow, &site_reply);
    ck_assert_int_eq(site_reply.status, 200);
    (void)close(slow);
    site_stop();
}
END_TEST

START_TEST(test_a_delayed_reply_is_committed_at_once)
{
    char *bytes;
    int fd;

    start();
    fault("{\"match\":{\"action\":\"addResult\"},\"effect\":{\"delay_ms\":60000}}");
    bytes = result_request(0);
    fd = send_request(bytes);
    while (rows() == 0)
        continue;
    expect_silence(fd);
    site_stop();
    (void)close(fd);
    free(bytes);
}
END_TEST

START_TEST(test_a_skewed_clock_judges_timestamps_and_dates)
{
    char *bytes;
    struct tm date = {0};
    time_t said;

    start();
    fault("{\"effect\":{\"clock_skew_ms\":3600000}}");
    bytes = result_request(0);
    expect_status(bytes, 400);
    ck_assert_str_eq(site_reply.body, "{\"status\":\"Invalid timestamp\"}");
    ck_assert_ptr_nonnull(strptime(strstr(site_reply.bytes, "\r\nDate: "),
                                   "\r\nDate: %a, %d %b %Y %T GMT\r\n", &date));
    said = timegm(&date);
    ck_assert_int_ge(said, time(NULL) + 3600 - 5);
    free(bytes);
    expect_recovered();
    site_stop();
}
END_TEST

static void get_with_token(const char *token, int status)
{
    char query[256];

    snprintf(query, sizeof(query), "action=getMonitors&version=3&validation=token&authToken=%s",
             token);
    site_get(query);
    ck_assert_int_eq(site_reply.status, status);
}

START_TEST(test_a_token_expired_early_stays_expired)
{
    char token[64];

    start();
    site_get_target("/api?action=authToken&apikey=" SITE_KEY "&secretkey=" SITE_SECRET);
    ck_assert_int_eq(sscanf(site_reply.body, "{\"authToken\":\"%63[^\"]\"}", token), 1);
    get_with_token(token, 200);
    fault(
        "{\"times\":1,\"match\":{\"action\":\"getMonitors\"},\"effect\":{\"expire_token\":true}}");
    get_with_token(token, 403);
    ck_assert_str_eq(site_reply.body,
                     "{\"error\":\"Invalid or expired authToken\",\"errorCode\":4}");
    fa_server_faults_clear(site);
    get_with_token(token, 403);
    site_get_target("/api?action=authToken&apikey=" SITE_KEY "&secretkey=" SITE_SECRET);
    ck_assert_int_eq(sscanf(site_reply.body, "{\"authToken\":\"%63[^\"]\"}", token), 1);
    get_with_token(token, 200);
    site_stop();
}
END_TEST

/* Connections */

START_TEST(test_connections_are_let_down_before_their_first_request)
{
    static const struct {
        const char *connection;
        const char *sent; /* nothing, where the end is not to cross with it */
        enum ending ending;
        size_t len;
    } table[] = {{"close", "", CLOSED, 0}, {"reset", "", RESET, 0}, {"garbage", GET, CLOSED, 64}};
    size_t i;

    start();
    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char json[128];

        snprintf(json, sizeof(json), "{\"id\":\"x\",\"effect\":{\"connection\":\"%s\"}}",
                 table[i].connection);
        fault(json);
        exchange(table[i].sent);
        ck_assert_uint_eq(got.len, table[i].len);
        ck_assert_msg(got.ending == table[i].ending, "row %zu", i);
        fa_server_faults_clear(site);
        expect_status(GET, 200);
    }
    ck_assert_int_eq(fa_server_fault_applied(site, "x"), -1);
    site_stop();
}
END_TEST

START_TEST(test_a_silent_connection_is_accepted_and_never_served)
{
    int fd;

    start();
    fault("{\"times\":1,\"effect\":{\"connection\":\"hang\"}}");
    fd = send_request(GET);
    expect_silence(fd);
    ck_assert_int_eq(fa_server_fault_applied(site, "f1"), 1);
    (void)close(fd);
    expect_recovered();
    site_stop();
}
END_TEST

/* Returns 0, or the errno of connect(2). */
static int try_to_connect(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)fa_server_port(site)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int error = connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? errno : 0;

    (void)close(fd);
    return error;
}

START_TEST(test_refused_connections_are_refused_by_the_kernel_until_the_time_is_over)
{
    int64_t began_ms = pm_clock_mono_ms();
    clock_t began_cpu;
    int open;

    start();
    open = send_request(GET); /* what is open already stays */
    peer_read(open, &site_reply);
    fault("{\"times\":1,\"effect\":{\"connection\":\"refuse\",\"refuse_ms\":300}}");
    began_cpu = clock();
    exchange("");
    ck_assert_int_eq(got.ending, RESET);
    ck_assert_int_eq(try_to_connect(), ECONNREFUSED);
    peer_send(open, GET, strlen(GET));
    peer_read(open, &site_reply);
    ck_assert_int_eq(site_reply.status, 200);
    (void)close(open);
    while (try_to_connect() != 0) {
        ck_assert_int_lt(pm_clock_mono_ms() - began_ms, DEADLINE_MS);
        (void)poll(NULL, 0, 10);
    }
    ck_assert_int_ge(pm_clock_mono_ms() - began_ms, 300);
    /* nobody turns in circles over a socket that has ended */
    ck_assert_int_lt((clock() - began_cpu) * 1000 / CLOCKS_PER_SEC, 200);
    expect_recovered();
    site_stop();
}
END_TEST

/* Which requests are hit */

START_TEST(test_accounts_do_not_meet_each_others_faults)
{
    start();
    ck_assert_int_eq(fa_server_account_add(site, "OTHER", "OTHERSECRET"), 0);
    fault("{\"account\":\"OTHER\",\"effect\":{\"status\":503}}");
    expect_status(GET, 200);
    site_get_target("/customMonitorApi?action=getMonitors&apikey=OTHER");
    ck_assert_int_eq(site_reply.status, 503);
    ck_assert_int_eq(fa_server_fault_applied(site, "f1"), 1);
    site_stop();
}
END_TEST

START_TEST(test_faults_on_other_paths_do_not_reach_the_control_api)
{
    start();
    fault("{\"effect\":{\"status\":503}}");
    expect_status("GET /__fake/ready HTTP/1.1\r\nHost: h\r\n\r\n", 200);
    expect_status(GET, 503);
    site_stop();
}
END_TEST

/* Where it is written down */

struct lines {
    char text[8192];
    size_t len;
};

static void collect(void *context, const struct fa_log_record *record)
{
    struct lines *lines = context;

    lines->len += (size_t)snprintf(lines->text + lines->len, sizeof(lines->text) - lines->len,
                                   "%s|%s\n", record->fault, record->line);
}

START_TEST(test_the_log_tells_which_faults_were_applied_and_what_they_did)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    struct lines lines = {.len = 0};
    char message[256];

    options.log = collect;
    options.log_context = &lines;
    ck_assert_int_eq(fa_server_start(&options, &site, message, sizeof(message)), 0);
    ck_assert_int_eq(fa_server_account_add(site, SITE_KEY, SITE_SECRET), 0);
    fault("[{\"id\":\"slow\",\"times\":1,\"effect\":{\"delay_ms\":1}},"
          "{\"id\":\"cut\",\"times\":1,\"effect\":{\"truncate\":9}}]");
    exchange(GET);
    fault("{\"id\":\"late\",\"times\":1,\"effect\":{\"connection\":\"reset\"}}");
    exchange(GET);
    fa_server_stop(site);
    ck_assert_ptr_nonnull(strstr(lines.text, "slow cut, after 1 ms, cut at 9 bytes|"));
    ck_assert_ptr_nonnull(strstr(lines.text, "; fault slow cut, after 1 ms, cut at 9 bytes"));
    ck_assert_ptr_nonnull(strstr(lines.text, "late|connection from 127.0.0.1: fault late\n"));
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_a_status_keeps_the_request_from_being_handled),
    TEST(test_statuses_and_bodies_are_sent_as_given),
    TEST(test_errors_come_in_the_form_the_request_asks_for),
    TEST(test_500_after_storing_keeps_what_was_stored),
    TEST(test_close_before_handling_sends_nothing_and_stores_nothing),
    TEST(test_close_after_commit_loses_the_reply_but_not_the_row),
    TEST(test_reset_after_commit_is_a_reset_and_keeps_the_row),
    TEST(test_a_black_hole_takes_the_request_and_never_answers),
    TEST(test_truncated_replies_stop_at_the_byte),
    TEST(test_half_a_reply_can_end_in_a_reset_or_in_silence),
    TEST(test_a_wrong_content_length_lies_in_both_directions),
    TEST(test_a_drip_fed_reply_is_whole_but_slow),
    TEST(test_a_drip_fed_reply_without_a_body_has_none),
    TEST(test_one_byte_at_a_time),
    TEST(test_garbage_is_no_http_and_the_same_for_the_same_seed),
    TEST(test_bodies_of_garbage_and_malformed_ones_are_framed_well),
    TEST(test_a_reply_can_come_twice),
    TEST(test_delays_hold_the_reply_back_and_nobody_else),
    TEST(test_a_delayed_reply_is_committed_at_once),
    TEST(test_a_skewed_clock_judges_timestamps_and_dates),
    TEST(test_a_token_expired_early_stays_expired),
    TEST(test_connections_are_let_down_before_their_first_request),
    TEST(test_a_silent_connection_is_accepted_and_never_served),
    TEST(test_refused_connections_are_refused_by_the_kernel_until_the_time_is_over),
    TEST(test_accounts_do_not_meet_each_others_faults),
    TEST(test_faults_on_other_paths_do_not_reach_the_control_api),
    TEST(test_the_log_tells_which_faults_were_applied_and_what_they_did),
};

TEST_MAIN("faults", cases)
