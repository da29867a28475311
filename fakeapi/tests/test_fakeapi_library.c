/* libfakeapi as a test of another project uses it. */
#include "suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "site.h"

#define MANY 40

static void start_site(void)
{
    site_start(FA_PROFILE_STRICT, NULL);
}

/* A signed request of an account; the status. */
static int add_agent(const struct fa_account_keys *keys, const char *name, const char *secretkey)
{
    struct peer_form form = site_form("addAgent");

    peer_form_set(&form, "apikey", keys->apikey);
    peer_form_add(&form, "name", name);
    peer_form_sign(&form, secretkey);
    site_post(&form);
    return site_reply.status;
}

START_TEST(test_new_accounts_work_and_are_isolated)
{
    struct fa_account_keys one;
    struct fa_account_keys two;
    char message[512];

    start_site();
    ck_assert_int_eq(fa_server_account_new(site, 0, &one), 0);
    ck_assert_int_eq(fa_server_account_new(site, 0, &two), 0);
    ck_assert_int_eq(add_agent(&one, "a", one.secretkey), 200);
    ck_assert_int_eq(add_agent(&one, "a", two.secretkey), 403);
    ck_assert_int_eq(fa_server_check_nothing_left(site, two.apikey, message, sizeof(message)), 0);
    ck_assert_str_eq(message, "");
    ck_assert_int_eq(fa_server_check_nothing_left(site, one.apikey, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "request 2, addAgent, was answered 403: "));
    site_stop();
}
END_TEST

START_TEST(test_leftovers_of_all_are_everybodys)
{
    char message[4096];

    start_site();
    site_get_target("/customMonitorApi?action=getMonitors&apikey=NOBODY");
    ck_assert_int_eq(fa_server_check_nothing_left(site, SITE_KEY, message, sizeof(message)), 0);
    ck_assert_int_eq(fa_server_check_nothing_left(site, NULL, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "NOBODY"));
    ck_assert_int_eq(fa_server_check_nothing_left(site, "NOBODY", message, sizeof(message)), -1);
    ck_assert_str_eq(message, "there is no account \"NOBODY\"\n");
    site_stop();
}
END_TEST

START_TEST(test_what_is_forgotten_is_not_called_clean)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[512];
    int i;

    options.journal_size = 5;
    ck_assert_int_eq(fa_server_start(&options, &site, message, sizeof(message)), 0);
    ck_assert_int_eq(fa_server_account_add(site, SITE_KEY, SITE_SECRET), 0);
    for (i = 0; i < 8; i++)
        site_get("action=getMonitors");
    ck_assert_int_eq(fa_server_check_nothing_left(site, SITE_KEY, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "3 requests are forgotten"));
    /* of all together it is known that none of them was refused */
    ck_assert_int_eq(fa_server_check_nothing_left(site, NULL, message, sizeof(message)), 0);
    site_get_target("/customMonitorApi?action=getMonitors&apikey=NOBODY");
    for (i = 0; i < 8; i++)
        site_get("action=getMonitors");
    ck_assert_int_eq(fa_server_check_nothing_left(site, NULL, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "requests are forgotten"));
    site_stop();
}
END_TEST

START_TEST(test_a_reset_leaves_the_keys)
{
    struct fa_account_keys keys;
    char message[512];
    int64_t id;

    start_site();
    ck_assert_int_eq(fa_server_account_new(site, 0, &keys), 0);
    id = fa_server_monitor_add(site, keys.apikey, "m", "t", "user_login:Login::3", message,
                               sizeof(message));
    ck_assert_msg(id > 0, "%s", message);
    ck_assert_int_eq(add_agent(&keys, "a", "wrong"), 403);
    ck_assert_int_eq(fa_server_reset(site, keys.apikey), 0);
    ck_assert_int_eq(fa_server_check_nothing_left(site, keys.apikey, message, sizeof(message)), 0);
    ck_assert_int_eq(add_agent(&keys, "a", keys.secretkey), 200);
    ck_assert_int_eq(fa_server_reset(site, "NOBODY"), -1);
    ck_assert_int_eq(fa_server_reset(site, NULL), 0);
    site_stop();
}
END_TEST

START_TEST(test_seeds_come_from_an_export)
{
    char message[512];
    char *lines;
    unsigned int status;

    start_site();
    ck_assert_int_gt(fa_server_monitor_add(site, SITE_KEY, "m", "t", "user_login:Login::3", message,
                                           sizeof(message)),
                     0);
    lines = fa_server_control(site, "GET", "/export?account=" SITE_KEY, NULL, &status);
    ck_assert_uint_eq(status, 200);
    site_stop();
    start_site();
    ck_assert_int_eq(fa_server_seed(site, SITE_KEY, lines, message, sizeof(message)), 0);
    site_get("action=getMonitors");
    site_expect_part("\"name\":\"m\"");
    ck_assert_int_eq(fa_server_seed(site, NULL, "{\"row\":{}}\n", message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "line 1: "));
    ck_assert_int_eq(fa_server_seed(site, "NOBODY", lines, message, sizeof(message)), -1);
    ck_assert_int_lt(
        fa_server_monitor_add(site, SITE_KEY, "", "t", "x:X::3", message, sizeof(message)), 0);
    ck_assert_str_ne(message, "");
    free(lines);
    site_stop();
}
END_TEST

START_TEST(test_every_call_of_the_control_api_is_there)
{
    unsigned int status = 0;
    char *text;

    start_site();
    text = fa_server_control(site, "GET", "/health", NULL, &status);
    ck_assert_uint_eq(status, 200);
    ck_assert_str_eq(text, "{\"health\":\"ok\"}");
    free(text);
    text = fa_server_control(site, "POST", "/accounts", "{\"apikey\":\"A\"}", &status);
    ck_assert_uint_eq(status, 201);
    free(text);
    text = fa_server_control(site, "DELETE", "/accounts/A", NULL, &status);
    ck_assert_uint_eq(status, 200);
    free(text);
    text = fa_server_control(site, "DELETE", "/accounts/A", NULL, &status);
    ck_assert_uint_eq(status, 404);
    free(text);
    text = fa_server_control(site, "GET", "/nothing", NULL, NULL);
    ck_assert_ptr_nonnull(strstr(text, "there is no such call"));
    free(text);
    site_stop();
}
END_TEST

/* fa_server_requests: how many, and which was the last */
struct seen {
    int count;
    int stop_at;
    char last[64];
};

static int see(void *context, const struct fa_request *request)
{
    struct seen *seen = context;

    snprintf(seen->last, sizeof(seen->last), "%s %s %u", request->method, request->action,
             request->status);
    return ++seen->count == seen->stop_at ? 7 : 0;
}

START_TEST(test_requests_are_shown_oldest_first)
{
    struct seen seen = {0};

    start_site();
    site_get("action=getMonitors");
    site_get("action=nothing");
    ck_assert_int_eq(fa_server_requests(site, NULL, see, &seen), 0);
    ck_assert_int_eq(seen.count, 2);
    ck_assert_str_eq(seen.last, "GET nothing 400");
    seen = (struct seen){.stop_at = 1};
    ck_assert_int_eq(fa_server_requests(site, SITE_KEY, see, &seen), 7);
    ck_assert_str_eq(seen.last, "GET getMonitors 200");
    ck_assert_int_eq(fa_server_requests(site, "NOBODY", see, &seen), -1);
    site_stop();
}
END_TEST

START_TEST(test_expectations_are_declared_and_asked_for)
{
    char message[2048];
    char *report;

    start_site();
    ck_assert_int_eq(fa_server_expect(site, SITE_KEY,
                                      "{\"must\":{\"action\":\"getMonitors\"},\"exactly\":1}",
                                      message, sizeof(message)),
                     0);
    ck_assert_int_eq(fa_server_verify(site, SITE_KEY, false, &report), FA_ANSWER_NO);
    ck_assert_msg(strstr(report, "getMonitors") != NULL, "%s", report);
    free(report);
    ck_assert_int_eq(fa_server_check_nothing_left(site, SITE_KEY, message, sizeof(message)), -1);
    ck_assert_msg(strstr(message, "getMonitors") != NULL, "%s", message);
    site_get("action=getMonitors");
    ck_assert_int_eq(fa_server_verify(site, SITE_KEY, true, NULL), FA_ANSWER_YES);
    ck_assert_int_eq(fa_server_check_nothing_left(site, NULL, message, sizeof(message)), 0);
    site_get_target("/api?action=pages&apikey=" SITE_KEY);
    ck_assert_int_eq(fa_server_verify(site, SITE_KEY, false, NULL), FA_ANSWER_YES);
    ck_assert_int_eq(fa_server_verify(site, SITE_KEY, true, NULL), FA_ANSWER_NO);
    site_stop();
}
END_TEST

START_TEST(test_wrong_expectations_are_refused)
{
    char message[600];
    char *report;

    start_site();
    ck_assert_int_eq(fa_server_expect(site, SITE_KEY, "{", message, sizeof(message)), -1);
    ck_assert_int_eq(
        fa_server_expect(site, SITE_KEY, "{\"must\":{\"nothing\":1}}", message, sizeof(message)),
        -1);
    ck_assert_ptr_nonnull(strstr(message, "nothing"));
    ck_assert_int_eq(fa_server_expect(site, "NOBODY", "{\"must\":{}}", message, sizeof(message)),
                     -1);
    ck_assert_str_eq(message, "there is no account \"NOBODY\"");
    ck_assert_int_eq(fa_server_verify(site, "NOBODY", false, &report), FA_ANSWER_UNKNOWN);
    ck_assert_str_eq(report, "there is no account \"NOBODY\"");
    free(report);
    ck_assert_int_eq(fa_server_wait(site, "NOBODY", "{}", 1, 0, NULL), FA_ANSWER_UNKNOWN);
    ck_assert_int_eq(fa_server_wait(site, SITE_KEY, "{\"x\":1}", 1, 0, &report), FA_ANSWER_UNKNOWN);
    ck_assert_ptr_nonnull(strstr(report, "x"));
    free(report);
    site_stop();
}
END_TEST

static void *get_later(void *context)
{
    (void)context;
    site_get("action=getMonitors");
    return NULL;
}

START_TEST(test_a_wait_ends_when_it_happens)
{
    pthread_t thread;
    int64_t began_ms;
    char *report;

    start_site();
    ck_assert_int_eq(fa_server_wait(site, SITE_KEY, "{\"action\":\"getMonitors\"}", 1, 0, &report),
                     FA_ANSWER_NO);
    free(report);
    began_ms = pm_clock_mono_ms();
    ck_assert_int_eq(fa_server_wait(site, SITE_KEY, "{\"action\":\"getMonitors\"}", 1, 30, NULL),
                     FA_ANSWER_NO);
    ck_assert_int_ge(pm_clock_mono_ms() - began_ms, 30);
    ck_assert_int_eq(pthread_create(&thread, NULL, get_later, NULL), 0);
    ck_assert_int_eq(fa_server_wait(site, SITE_KEY, "{\"action\":\"getMonitors\"}", 1, 60000, NULL),
                     FA_ANSWER_YES);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_lt(pm_clock_mono_ms() - began_ms, 50000);
    ck_assert_int_eq(fa_server_wait(site, SITE_KEY, "{\"action\":\"getMonitors\"}", 1, 0, NULL),
                     FA_ANSWER_YES);
    site_stop();
}
END_TEST

START_TEST(test_many_servers_run_at_once)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    struct fa_server *servers[MANY];
    struct peer_reply *reply = malloc(sizeof(*reply));
    char message[512];
    int i;

    ck_assert_ptr_nonnull(reply);
    for (i = 0; i < MANY; i++)
        ck_assert_msg(fa_server_start(&options, &servers[i], message, sizeof(message)) == 0, "%s",
                      message);
    for (i = 0; i < MANY; i++) {
        peer_get(fa_server_port(servers[i]), "/__fake/health", reply);
        ck_assert_int_eq(reply->status, 200);
    }
    for (i = 0; i < MANY; i++)
        fa_server_stop(servers[i]);
    free(reply);
}
END_TEST

/* Many threads at one server, each with an account of its own. */
static void *use_server(void *context)
{
    struct fa_account_keys keys;
    char message[512];
    int i;

    (void)context;
    if (fa_server_account_new(site, 60000, &keys) < 0)
        return NULL;
    for (i = 0; i < 20; i++)
        if (fa_server_monitor_add(site, keys.apikey, "m", i % 2 ? "t" : "u", "x:X::3", message,
                                  sizeof(message)) < 0 ||
            fa_server_reset(site, keys.apikey) < 0)
            return NULL;
    return site;
}

START_TEST(test_threads_share_a_server)
{
    pthread_t threads[8];
    void *result;
    size_t i;

    start_site();
    for (i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, use_server, NULL), 0);
    for (i = 0; i < 8; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_eq(result, site);
    }
    site_stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_new_accounts_work_and_are_isolated),
    TEST(test_leftovers_of_all_are_everybodys),
    TEST(test_what_is_forgotten_is_not_called_clean),
    TEST(test_a_reset_leaves_the_keys),
    TEST(test_seeds_come_from_an_export),
    TEST(test_every_call_of_the_control_api_is_there),
    TEST(test_requests_are_shown_oldest_first),
    TEST(test_expectations_are_declared_and_asked_for),
    TEST(test_wrong_expectations_are_refused),
    TEST(test_a_wait_ends_when_it_happens),
    TEST(test_many_servers_run_at_once),
    TEST(test_threads_share_a_server),
};

TEST_MAIN("library", cases)
