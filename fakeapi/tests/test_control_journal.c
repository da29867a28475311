/* Journal, expectations, waits and clocks through the control API, as a test's author uses them. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "clock.h"
#include "site.h"

#define SECOND_KEY    "SECONDKEYSECONDKEYSECONDKE"
#define SECOND_SECRET "SECONDSECRETSECONDSECRETSE"
#define MONITOR \
    "name", "m", "tag", "t", "resultParams", "user_login:Login::3;host:Host::3", "type", "custom"
#define RESULT(user) \
    "monitorId", "1", "checktime", "1306929600000", "results", "user_login:" user ";host:h"

static void start(void)
{
    site_start(FA_PROFILE_STRICT, NULL);
}

static void add_monitor(void)
{
    site_do("/customMonitorApi", "addMonitor", MONITOR, NULL);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
}

static void add_result(void)
{
    site_do("/customMonitorApi", "addResult", RESULT("alice"), NULL);
    ck_assert_int_eq(site_reply.status, 200);
}

/* The answer of the last call; the caller deletes it. */
static cJSON *answer(void)
{
    cJSON *json = cJSON_Parse(site_reply.body);

    ck_assert_msg(json != NULL, "%s", site_reply.bytes);
    return json;
}

static void check_text(const cJSON *json, const char *name, const char *text)
{
    const char *found = cJSON_GetStringValue(cJSON_GetObjectItem(json, name));

    ck_assert_msg(found && strcmp(found, text) == 0, "%s is \"%s\", not \"%s\"", name,
                  found ? found : "absent", text);
}

static void check_answer(const char *text)
{
    cJSON *json = answer();

    check_text(json, "answer", text);
    cJSON_Delete(json);
}

/* The check of this name of the request that was asked for last. */
static void check_step(const cJSON *entry, const char *name, const char *verdict, const char *part)
{
    const cJSON *check;

    cJSON_ArrayForEach(check, cJSON_GetObjectItem(entry, "checks"))
    {
        const char *evidence = cJSON_GetObjectItem(check, "evidence")->valuestring;

        if (strcmp(cJSON_GetObjectItem(check, "check")->valuestring, name) != 0)
            continue;
        check_text(check, "verdict", verdict);
        ck_assert_msg(strstr(evidence, part) != NULL, "%s: no \"%s\" in \"%s\"", name, part,
                      evidence);
        return;
    }
    ck_abort_msg("there is no check %s", name);
}

START_TEST(test_an_entry_tells_every_check_with_its_evidence)
{
    cJSON *entry;
    const cJSON *timing;

    start();
    add_monitor();
    site_control("GET", "/journal/1", NULL);
    ck_assert_int_eq(site_reply.status, 200);
    entry = answer();
    check_step(entry, "head", "ok", "well-formed HTTP, a body of");
    check_step(entry, "path", "ok", "/customMonitorApi");
    check_step(entry, "method", "ok", "POST");
    check_step(entry, "form", "ok", "9 parameters");
    check_step(entry, "public key", "skipped", "");
    check_step(entry, "account", "ok", "account 1");
    check_step(entry, "token", "skipped", "");
    check_step(entry, "checksum", "ok", "is the HMAC-SHA1 of 8 parameters");
    check_step(entry, "timestamp", "ok", "s before the server's clock");
    check_step(entry, "replay", "ok", "not seen before");
    check_step(entry, "action", "ok", "addMonitor");
    check_step(entry, "names", "ok", "");
    check_step(entry, "values", "ok", "");
    check_step(entry, "effect", "ok", "on monitor 1");
    check_step(entry, "commit", "ok", "durable after");
    timing = cJSON_GetObjectItem(entry, "timing_us");
    ck_assert_double_le(cJSON_GetObjectItem(timing, "complete")->valuedouble,
                        cJSON_GetObjectItem(timing, "handled")->valuedouble);
    ck_assert_double_le(cJSON_GetObjectItem(timing, "handled")->valuedouble,
                        cJSON_GetObjectItem(timing, "committed")->valuedouble);
    ck_assert_double_le(cJSON_GetObjectItem(timing, "committed")->valuedouble,
                        cJSON_GetObjectItem(timing, "sent")->valuedouble);
    check_text(cJSON_GetObjectItem(entry, "reply"), "body", "{\"status\":\"ok\",\"data\":1}");
    ck_assert_msg(
        strstr(cJSON_GetObjectItem(cJSON_GetObjectItem(entry, "request"), "body")->valuestring,
               "=%61%64%64%4D%6F%6E%69%74%6F%72&") != NULL, /* addMonitor */
        "%s", site_reply.body);
    cJSON_Delete(entry);
    site_stop();
}
END_TEST

START_TEST(test_a_refused_entry_stops_at_the_check_that_failed)
{
    cJSON *entry;

    start();
    site_do("/customMonitorApi", "addResult", RESULT("alice"), NULL);
    ck_assert_int_eq(site_reply.status, 400);
    site_control("GET", "/journal/1", NULL);
    entry = answer();
    check_step(entry, "values", "ok", "");
    check_step(entry, "effect", "failed", "monitor");
    check_step(entry, "commit", "skipped", "");
    cJSON_Delete(entry);
    site_get("action=getMonitors&version=3");
    site_control("GET", "/journal/2", NULL);
    entry = answer();
    check_step(entry, "account", "ok", "");
    check_step(entry, "checksum", "failed", "checksum is missing");
    check_step(entry, "action", "skipped", "");
    cJSON_Delete(entry);
    site_get_target("/nowhere");
    site_control("GET", "/journal/3", NULL);
    entry = answer();
    check_step(entry, "head", "ok", "");
    check_step(entry, "path", "failed", "");
    cJSON_Delete(entry);
    site_stop();
}
END_TEST

START_TEST(test_what_was_forgiven_is_told_at_its_check)
{
    struct peer_form form = site_form("addMonitor");
    cJSON *entry;

    site_start(FA_PROFILE_VENDOR, NULL);
    peer_form_set(&form, "name", "m");
    peer_form_set(&form, "tag", "t");
    peer_form_set(&form, "resultParams", "a:a::3");
    peer_form_set(&form, "timestamp", "yesterday");
    peer_form_set(&form, "unheard", "of");
    site_sign_and_post(&form);
    ck_assert_int_eq(site_reply.status, 200);
    site_control("GET", "/journal/1", NULL);
    entry = answer();
    check_step(entry, "checksum", "ok", "");
    check_step(entry, "timestamp", "forgiven", "not of the form");
    check_step(entry, "names", "forgiven", "unheard is no parameter");
    cJSON_Delete(entry);
    site_stop();
}
END_TEST

START_TEST(test_secrets_are_masked_wherever_they_stand)
{
    start();
    site_get_target("/api?action=authToken&apikey=" SITE_KEY "&secretkey=" SITE_SECRET);
    site_get_target("/api?action=secretkey&apikey=" SITE_KEY);
    site_get("action=getMonitors&tag=" SITE_SECRET "&authToken=TOKEN");
    site_get_target("/nowhere?secretkey=" SITE_SECRET);
    site_control("GET", "/journal/1", NULL);
    ck_assert_ptr_null(strstr(site_reply.body, SITE_SECRET));
    site_expect_part("\"query\":\"action=authToken&apikey=" SITE_KEY "&secretkey=***\"");
    site_expect_part("\"body\":\"***\"");
    site_control("GET", "/journal/2", NULL);
    ck_assert_ptr_null(strstr(site_reply.body, SITE_SECRET));
    site_control("GET", "/journal/3", NULL);
    ck_assert_ptr_null(strstr(site_reply.body, SITE_SECRET));
    site_expect_part("tag=***&authToken=***");
    site_control("GET", "/journal/4", NULL);
    ck_assert_ptr_null(strstr(site_reply.body, SITE_SECRET));
    site_control("GET", "/journal/1?as=curl", NULL);
    site_expect_part("secretkey='\"${PAIDMONITOR_SECRETKEY}\"''");
    site_control("GET", "/journal/3?as=curl", NULL);
    site_expect_part("authToken='\"${PAIDMONITOR_TOKEN}\"''");
    site_stop();
}
END_TEST

static size_t count_listed(void)
{
    cJSON *json = answer();
    const cJSON *list = cJSON_GetObjectItem(json, "requests");
    size_t count = (size_t)cJSON_GetArraySize(list);

    ck_assert_msg(cJSON_IsArray(list), "%s", site_reply.body);
    cJSON_Delete(json);
    return count;
}

START_TEST(test_the_list_is_filtered)
{
    static const struct {
        const char *query;
        size_t count;
    } rows[] = {
        {"", 5},
        {"?account=" SITE_KEY, 3},
        {"?account=" SECOND_KEY, 1},
        {"?action=addResult", 2},
        {"?verdict=refused", 3},
        {"?verdict=accepted&action=addMonitor", 1},
        {"?monitor=1", 2},
        {"?path=/nowhere", 1},
        {"?reason=no+account", 0},
        {"?reason=POST+only", 1},
        {"?status=404", 1},
        {"?method=GET", 3},
        {"?since=2011-06-01T12:00:00Z", 5},
        {"?until=2011-06-01T12:00:00Z", 0},
        {"?after=3", 2},
        {"?before=3", 2},
        {"?after=1&before=4", 2},
        {"?limit=2", 2},
    };
    size_t i;

    start();
    ck_assert_int_eq(fa_server_account_add(site, SECOND_KEY, SECOND_SECRET), 0);
    add_monitor();
    add_result();
    site_get("action=nothing");
    site_get_target("/customMonitorApi?action=addResult&apikey=" SECOND_KEY);
    site_get_target("/nowhere");
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[200];

        snprintf(path, sizeof(path), "/journal%s", rows[i].query);
        site_control("GET", path, NULL);
        ck_assert_msg(count_listed() == rows[i].count, "%s: %s", rows[i].query, site_reply.body);
    }
    site_control("GET", "/journal?limit=2&order=oldest", NULL);
    site_expect_part("{\"requests\":[{\"id\":1,");
    site_expect_part("\"after\":2");
    site_control("GET", "/journal?limit=2", NULL);
    site_expect_part("{\"requests\":[{\"id\":5,");
    site_expect_part("\"before\":4");
    site_control("POST", "/journal/find", "{\"match\":{\"results\":{\"user_login\":\"alice\"}}}");
    ck_assert_uint_eq(count_listed(), 1);
    site_control("POST", "/journal/find", "{\"match\":{\"rsults\":{}}}");
    ck_assert_int_eq(site_reply.status, 400);
    site_expect_part("a matcher has no member \\\"rsults\\\"");
    site_control("GET", "/journal?verdict=maybe", NULL);
    ck_assert_int_eq(site_reply.status, 400);
    site_stop();
}
END_TEST

START_TEST(test_clearing_is_per_account)
{
    start();
    ck_assert_int_eq(fa_server_account_add(site, SECOND_KEY, SECOND_SECRET), 0);
    add_monitor();
    site_get_target("/customMonitorApi?action=getMonitors&apikey=" SECOND_KEY);
    site_control("DELETE", "/journal?account=" SITE_KEY, NULL);
    site_expect_part("{\"cleared\":1");
    site_control("GET", "/journal", NULL);
    ck_assert_uint_eq(count_listed(), 1);
    site_control("GET", "/journal/1", NULL);
    ck_assert_int_eq(site_reply.status, 404);
    site_expect_part("forgotten or cleared");
    site_control("GET", "/journal/9", NULL);
    site_expect_part("there was no request 9 since this server was started");
    site_stop();
}
END_TEST

START_TEST(test_expectations_are_declared_and_verified)
{
    cJSON *json;

    start();
    site_control("POST", "/expectations",
                 "{\"in_order\":true,\"expectations\":["
                 "{\"id\":\"made\",\"must\":{\"action\":\"addMonitor\"},\"exactly\":1},"
                 "{\"id\":\"reported\",\"must\":{\"results\":{\"user_login\":\"bob\"}}}]}");
    ck_assert_int_eq(site_reply.status, 201);
    site_expect_part("{\"ids\":[\"made\",\"reported\"]}");
    add_monitor();
    add_result();
    site_control("GET", "/verify", NULL);
    json = answer();
    check_text(json, "answer", "no");
    ck_assert_ptr_nonnull(
        strstr(cJSON_GetObjectItem(json, "text")->valuestring, "results.user_login: wanted bob"));
    cJSON_Delete(json);
    site_do("/customMonitorApi", "addResult", RESULT("bob"), NULL);
    site_control("GET", "/verify", NULL);
    check_answer("yes");
    site_control("GET", "/verify?nothing_else=true", NULL);
    check_answer("no");
    site_control("DELETE", "/expectations/made", NULL);
    ck_assert_int_eq(site_reply.status, 409);
    site_control("DELETE", "/expectations/reported", NULL);
    ck_assert_int_eq(site_reply.status, 200);
    site_control("GET", "/expectations/made", NULL);
    check_answer("yes");
    site_control("GET", "/expectations/reported", NULL);
    ck_assert_int_eq(site_reply.status, 404);
    site_control("DELETE", "/expectations", NULL);
    site_expect_part("{\"deleted\":1}");
    site_control("GET", "/verify", NULL);
    check_answer("cannot know");
    site_stop();
}
END_TEST

START_TEST(test_after_a_restart_nothing_is_vouched_for)
{
    char *instance;
    char path[200];

    start();
    site_control("GET", "/verify", NULL);
    instance = site_text("instance");
    site_control("POST", "/expectations", "{\"must_not\":{\"verdict\":\"refused\"}}");
    snprintf(path, sizeof(path), "/verify?instance=%s", instance);
    site_control("GET", path, NULL);
    check_answer("yes");
    site_stop();
    start();
    site_control("GET", path, NULL);
    check_answer("cannot know");
    site_expect_part("the server was restarted");
    free(instance);
    site_stop();
}
END_TEST

START_TEST(test_accounts_expect_apart)
{
    start();
    ck_assert_int_eq(fa_server_account_add(site, SECOND_KEY, SECOND_SECRET), 0);
    site_control("POST", "/expectations", "{\"must\":{\"action\":\"addMonitor\"}}");
    ck_assert_int_eq(site_reply.status, 400);
    site_expect_part("of which account?");
    site_control("POST", "/expectations",
                 "{\"account\":\"" SECOND_KEY "\",\"must_not\":{\"action\":\"addMonitor\"}}");
    ck_assert_int_eq(site_reply.status, 201);
    add_monitor();
    site_control("GET", "/verify?account=" SECOND_KEY "&nothing_else=true", NULL);
    check_answer("yes");
    site_stop();
}
END_TEST

/* A wait on a connection of its own. */
static int begin_wait(const char *json)
{
    char text[1024];
    int fd = peer_connect(fa_server_port(site));
    int len = snprintf(text, sizeof(text),
                       "POST /__fake/wait HTTP/1.1\r\nHost: localhost\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                       strlen(json), json);

    peer_send(fd, text, (size_t)len);
    return fd;
}

START_TEST(test_a_wait_is_answered_when_it_happens)
{
    int fd;

    start();
    add_monitor();
    fd = begin_wait("{\"action\":\"addResult\",\"at_least\":2,\"within\":\"30s\"}");
    add_result();
    add_result();
    peer_read(fd, &site_reply);
    check_answer("yes");
    site_expect_part("\"count\":2");
    (void)close(fd);
    site_control("POST", "/wait", "{\"action\":\"addResult\",\"at_least\":2}");
    check_answer("yes");
    site_stop();
}
END_TEST

START_TEST(test_a_wait_is_answered_by_what_needs_no_commit)
{
    int fd;

    start();
    fd = begin_wait("{\"match\":{\"verdict\":\"refused\",\"status\":400},\"within\":\"30s\"}");
    site_get("action=nothing");
    peer_read(fd, &site_reply);
    check_answer("yes");
    (void)close(fd);
    site_stop();
}
END_TEST

START_TEST(test_several_waits_are_answered_by_one_request)
{
    int fds[20];
    size_t i;

    start();
    for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        fds[i] = begin_wait("{\"action\":\"addMonitor\",\"within\":\"30s\"}");
    add_monitor();
    for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        peer_read(fds[i], &site_reply);
        check_answer("yes");
        (void)close(fds[i]);
    }
    site_stop();
}
END_TEST

START_TEST(test_a_wait_that_is_over_shows_the_nearest_misses)
{
    start();
    add_monitor();
    site_control(
        "POST", "/wait",
        "{\"match\":{\"params\":{\"tag\":\"u\"}},\"action\":\"addMonitor\",\"within\":\"50ms\"}");
    check_answer("no");
    site_expect_part("{\"field\":\"params.tag\",\"wanted\":\"u\",\"found\":\"t\"}");
    site_control("POST", "/wait", "{\"action\":\"addMonitor\",\"since\":\"now\",\"within\":0}");
    check_answer("no");
    site_control("POST", "/wait", "{\"action\":\"addMonitor\",\"since\":\"77\"}");
    ck_assert_int_eq(site_reply.status, 409);
    site_stop();
}
END_TEST

START_TEST(test_a_waiter_that_goes_away_is_forgotten)
{
    int fd;

    start();
    fd = begin_wait("{\"action\":\"addMonitor\",\"within\":\"600s\"}");
    (void)close(fd);
    add_monitor();
    fd = begin_wait("{\"action\":\"addResult\",\"within\":\"600s\"}");
    site_stop(); /* does not wait for it */
    ck_assert(peer_is_closed(fd));
    (void)close(fd);
}
END_TEST

START_TEST(test_the_journal_is_followed)
{
    static const char begin[] = "GET /__fake/journal/stream?action=addMonitor HTTP/1.1\r\n"
                                "Host: localhost\r\n\r\n";
    int64_t end_ms;
    char text[16384] = "";
    size_t len = 0;
    int fd;

    start();
    fd = peer_connect(fa_server_port(site));
    peer_send(fd, begin, strlen(begin));
    end_ms = pm_clock_mono_ms() + 10000;
    while (!strstr(text, "the journal") && pm_clock_mono_ms() < end_ms) {
        ssize_t n = read(fd, text + len, sizeof(text) - 1 - len);

        ck_assert_int_gt(n, 0);
        len += (size_t)n;
        text[len] = '\0';
    }
    site_get("action=getMonitors");
    add_monitor();
    while (!strstr(text, "id: 2\ndata: {\"id\":2,") && pm_clock_mono_ms() < end_ms) {
        ssize_t n = read(fd, text + len, sizeof(text) - 1 - len);

        ck_assert_int_gt(n, 0);
        len += (size_t)n;
        text[len] = '\0';
    }
    ck_assert_ptr_nonnull(strstr(text, "\"action\":\"addMonitor\""));
    ck_assert_ptr_null(strstr(text, "getMonitors"));
    (void)close(fd);
    site_stop();
}
END_TEST

START_TEST(test_a_follower_that_comes_back_misses_nothing)
{
    static const char begin[] = "GET /__fake/journal/stream HTTP/1.0\r\n"
                                "Host: localhost\r\nLast-Event-ID: 1\r\n\r\n";
    char text[16384] = "";
    size_t len = 0;
    int fd;

    start();
    add_monitor();
    add_result();
    fd = peer_connect(fa_server_port(site));
    peer_send(fd, begin, strlen(begin));
    while (!strstr(text, "id: 2\n")) {
        ssize_t n = read(fd, text + len, sizeof(text) - 1 - len);

        ck_assert_int_gt(n, 0);
        len += (size_t)n;
        text[len] = '\0';
    }
    ck_assert_ptr_null(strstr(text, "id: 1\n"));
    (void)close(fd);
    site_stop();
}
END_TEST

START_TEST(test_clocks_are_steered)
{
    start();
    site_control("PUT", "/clock", "{\"clock\":\"frozen@2011-06-01 12:00:00\"}");
    site_expect_part("\"clock\":\"frozen@2011-06-01 12:00:00.000\",\"follows_server\":false,"
                     "\"time\":\"2011-06-01 12:00:00.000\",\"time_ms\":1306929600000");
    site_control("POST", "/clock/advance", "{\"by\":\"1h\",\"account\":\"" SITE_KEY "\"}");
    site_expect_part("2011-06-01 13:00:00.000");
    site_control("GET", "/clock", NULL);
    site_expect_part("2011-06-01 12:00:00.000");
    site_control("PUT", "/clock", "{\"clock\":\"server\",\"account\":\"" SITE_KEY "\"}");
    site_expect_part("\"follows_server\":true,\"time\":\"2011-06-01 12:00:00.000\"");
    site_control("PUT", "/clock", "{\"clock\":\"noon\"}");
    ck_assert_int_eq(site_reply.status, 400);
    site_expect_part("is no clock: real");
    site_control("POST", "/clock/advance", "{\"by\":\"tomorrow\"}");
    ck_assert_int_eq(site_reply.status, 400);
    site_stop();
}
END_TEST

START_TEST(test_a_reset_takes_expectations_and_journal_along)
{
    start();
    add_monitor();
    site_control("POST", "/expectations", "{\"must\":{\"action\":\"addMonitor\"}}");
    site_control("POST", "/accounts/" SITE_KEY "/reset", NULL);
    ck_assert_int_eq(site_reply.status, 200);
    site_control("GET", "/verify?nothing_else=true", NULL);
    check_answer("yes");
    site_control("GET", "/journal?account=" SITE_KEY, NULL);
    ck_assert_uint_eq(count_listed(), 0);
    site_stop();
}
END_TEST

/* A server of its own on a store that outlives it. */
static void start_keeping(const char *path)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[512];

    options.store = path;
    options.keeps_journal = true;
    options.journal_size = 1;
    ck_assert_msg(fa_server_start(&options, &site, message, sizeof(message)) == 0, "%s", message);
}

START_TEST(test_what_is_kept_outlives_ring_and_server)
{
    char dir[] = "/tmp/test_control_journal.XXXXXX";
    char path[64];
    char *first;
    char *second;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/s.db", dir);
    start_keeping(path);
    ck_assert_int_eq(fa_server_account_add(site, SITE_KEY, SITE_SECRET), 0);
    add_monitor();
    site_get("action=nothing");
    site_get_target("/nowhere");
    site_control("GET", "/journal?kept=true", NULL);
    ck_assert_uint_eq(count_listed(), 3);
    first = site_text("instance");
    site_stop();
    start_keeping(path);
    site_get_target("/api?action=authToken&apikey=" SITE_KEY "&secretkey=" SITE_SECRET);
    site_control("GET", "/journal?kept=true", NULL);
    ck_assert_uint_eq(count_listed(), 4);
    second = site_text("instance");
    ck_assert_str_ne(first, second);
    ck_assert_ptr_null(strstr(site_reply.body, SITE_SECRET));
    site_control("GET", "/journal?kept=true&account=" SITE_KEY "&action=addMonitor", NULL);
    ck_assert_uint_eq(count_listed(), 1);
    site_expect_part("{\"requests\":[{\"kept\":1,\"instance\":");
    site_expect_part("\"check\":\"checksum\",\"verdict\":\"ok\"");
    site_control("GET", "/journal?kept=true&reason=x", NULL);
    ck_assert_int_eq(site_reply.status, 400);
    site_control("DELETE", "/journal", NULL);
    site_control("GET", "/journal?kept=true", NULL);
    ck_assert_uint_eq(count_listed(), 0);
    site_stop();
    free(first);
    free(second);
    (void)unlink(path);
    snprintf(path, sizeof(path), "%s/s.db-wal", dir);
    (void)unlink(path);
    snprintf(path, sizeof(path), "%s/s.db-shm", dir);
    (void)unlink(path);
    (void)rmdir(dir);
}
END_TEST

START_TEST(test_a_server_that_keeps_nothing_says_so)
{
    start();
    site_control("GET", "/journal?kept=true", NULL);
    ck_assert_int_eq(site_reply.status, 409);
    site_expect_part("this server keeps none");
    site_stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_an_entry_tells_every_check_with_its_evidence),
    TEST(test_a_refused_entry_stops_at_the_check_that_failed),
    TEST(test_what_was_forgiven_is_told_at_its_check),
    TEST(test_secrets_are_masked_wherever_they_stand),
    TEST(test_the_list_is_filtered),
    TEST(test_clearing_is_per_account),
    TEST(test_expectations_are_declared_and_verified),
    TEST(test_after_a_restart_nothing_is_vouched_for),
    TEST(test_accounts_expect_apart),
    TEST(test_a_wait_is_answered_when_it_happens),
    TEST(test_a_wait_is_answered_by_what_needs_no_commit),
    TEST(test_several_waits_are_answered_by_one_request),
    TEST(test_a_wait_that_is_over_shows_the_nearest_misses),
    TEST(test_a_waiter_that_goes_away_is_forgotten),
    TEST(test_the_journal_is_followed),
    TEST(test_a_follower_that_comes_back_misses_nothing),
    TEST(test_clocks_are_steered),
    TEST(test_a_reset_takes_expectations_and_journal_along),
    TEST(test_what_is_kept_outlives_ring_and_server),
    TEST(test_a_server_that_keeps_nothing_says_so),
};

TEST_MAIN("control_journal", cases)
