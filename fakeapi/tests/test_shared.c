/*
 * Several servers on one PostgreSQL are as one: what one has answered, all know. Run by
 * `ci/postgresql run`.
 */
#include "suite.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "clock.h"
#include "fakeapi.h"
#include "peer.h"
#include "site.h"
#include "store.h"
#include "stores.h"

static struct fa_server *first, *second;
static char address[512];

static struct fa_server *start_server(const char *const *checks)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    struct fa_server *server;
    char message[512];

    options.store = address;
    options.checks = checks;
    ck_assert_msg(fa_server_start(&options, &server, message, sizeof(message)) == 0, "%s", message);
    return server;
}

/* Requests of site.h go to the server that `site` is. The account is made on the first alone. */
static void start_both(const char *const *checks)
{
    snprintf(address, sizeof(address), "%s", stores_new());
    first = start_server(checks);
    second = start_server(checks);
    site = first;
    ck_assert_int_eq(fa_server_account_add(first, SITE_KEY, SITE_SECRET), 0);
}

static void stop_both(void)
{
    fa_server_stop(first);
    fa_server_stop(second);
}

static void add_monitor(const char *name, const char *multi_value)
{
    site_do("/customMonitorApi", "addMonitor", "name", name, "tag", "t", "type", "custom",
            "resultParams", "user:User:N/A:3;", "multiValue", multi_value, NULL);
}

static void add_result(const char *monitor, const char *checktime, const char *results)
{
    site_do("/customMonitorApi", "addResult", "monitorId", monitor, "checktime", checktime,
            "results", results, NULL);
}

static void *start_one(void *context)
{
    *(struct fa_server **)context = start_server(NULL);
    return NULL;
}

START_TEST(test_servers_that_start_at_once_make_one_schema)
{
    struct fa_server *servers[4] = {NULL};
    pthread_t threads[4];
    size_t i;

    snprintf(address, sizeof(address), "%s", stores_new());
    for (i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, start_one, &servers[i]), 0);
    for (i = 0; i < 4; i++)
        (void)pthread_join(threads[i], NULL);
    for (i = 0; i < 4; i++)
        fa_server_stop(servers[i]);
}
END_TEST

START_TEST(test_an_account_made_on_one_can_call_another_at_once)
{
    start_both(NULL);
    site = second;
    add_monitor("m", "0");
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    stop_both();
}
END_TEST

START_TEST(test_the_control_api_knows_accounts_of_other_servers)
{
    start_both(NULL);
    site_control("POST", "/accounts", "{\"apikey\":\"K\",\"ttl\":\"1h\"}");
    ck_assert_int_eq(site_reply.status, 201);
    site = second;
    site_control("GET", "/accounts/K", NULL);
    ck_assert_msg(site_reply.status == 200, "%s", site_reply.body);
    site_control("POST", "/accounts", "{\"apikey\":\"K\"}");
    ck_assert_int_eq(site_reply.status, 409);
    site = first;
    site_control("POST", "/accounts", "{\"apikey\":\"L\"}");
    site = second;
    site_control("GET", "/accounts", NULL);
    site_expect_part("\"apikey\":\"L\"");
    site_control("DELETE", "/accounts/L", NULL);
    site = first;
    site_control("GET", "/accounts", NULL);
    ck_assert_ptr_null(strstr(site_reply.body, "\"apikey\":\"L\""));
    stop_both();
}
END_TEST

START_TEST(test_a_new_secret_key_counts_everywhere_at_once)
{
    struct peer_form form;

    start_both(NULL);
    site = second;
    site_get("action=getMonitors");
    site_expect(200, "[]");
    ck_assert_int_eq(fa_server_account_add(first, SITE_KEY, "ANOTHERSECRETKEY0123456789"), 0);
    form = site_form("addMonitor");
    peer_form_add(&form, "name", "m");
    peer_form_add(&form, "tag", "t");
    peer_form_add(&form, "type", "custom");
    peer_form_add(&form, "resultParams", "user:User:N/A:3;");
    peer_form_sign(&form, "ANOTHERSECRETKEY0123456789");
    site_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    stop_both();
}
END_TEST

START_TEST(test_a_token_of_one_is_good_for_another)
{
    char query[256];
    char token[128];
    const char *begin;

    start_both(NULL);
    site_get("action=authToken&secretkey=" SITE_SECRET);
    ck_assert_int_eq(site_reply.status, 200);
    begin = strstr(site_reply.body, "\"authToken\":\"");
    ck_assert_ptr_nonnull(begin);
    begin += strlen("\"authToken\":\"");
    snprintf(token, sizeof(token), "%.*s", (int)strcspn(begin, "\""), begin);
    site = second;
    snprintf(query, sizeof(query), "action=getMonitors&version=3&validation=token&authToken=%s",
             token);
    site_get(query);
    site_expect_part("[]");
    token[0] = token[0] == 'A' ? 'B' : 'A';
    snprintf(query, sizeof(query), "action=getMonitors&version=3&validation=token&authToken=%s",
             token);
    site_get(query);
    ck_assert_int_ne(site_reply.status, 200);
    stop_both();
}
END_TEST

START_TEST(test_a_replay_is_refused_wherever_it_was_seen_first)
{
    static const char *const checks[] = {"replay=refuse", NULL};
    struct peer_form form;

    start_both(checks);
    add_monitor("m", "0");
    form = site_form("addResult");
    peer_form_add(&form, "monitorId", "1");
    peer_form_add(&form, "checktime", "1700000000000");
    peer_form_add(&form, "results", "user:alice");
    site_sign_and_post(&form);
    site_expect_part("ok");
    site = second;
    site_post(&form);
    ck_assert_int_ne(site_reply.status, 200);
    site_expect_reason("were seen before");
    stop_both();
}
END_TEST

START_TEST(test_results_of_one_checktime_are_one_row_whoever_took_them)
{
    start_both(NULL);
    add_monitor("m", "0");
    add_result("1", "1700000000000", "user:alice");
    site = second;
    add_result("1", "1700000000000", "user:bob");
    add_result("1", "1700000000001", "user:carol");
    ck_assert_int_eq(fa_server_rows(first, 1), 2);
    ck_assert_int_eq(fa_server_rows(second, 1), 2);
    stop_both();
}
END_TEST

START_TEST(test_what_one_changes_of_a_monitor_counts_for_others_at_once)
{
    int i;

    start_both(NULL);
    add_monitor("m", "0");
    site = second;
    add_result("1", "1700000000000", "user:alice"); /* now it knows the monitor */
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    for (i = 0; i < 20; i++) {
        char definition[64];
        char results[64];

        snprintf(definition, sizeof(definition), "p%d:P:N/A:3;", i);
        snprintf(results, sizeof(results), "p%d:x", i);
        site = second;
        add_result("1", "1700000000001", results);
        ck_assert_int_ne(site_reply.status, 200);
        site = first;
        site_do("/customMonitorApi", "editMonitor", "monitorId", "1", "resultParams", definition,
                NULL);
        ck_assert_int_eq(site_reply.status, 200);
        site = second;
        add_result("1", "1700000000001", results);
        site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    }
    site = first;
    site_do("/customMonitorApi", "deleteMonitor", "monitorId", "1", NULL);
    ck_assert_int_eq(site_reply.status, 200);
    site = second;
    add_result("1", "1700000000002", "user:alice");
    site_expect_reason("no monitor");
    stop_both();
}
END_TEST

/* What several clients do at once, each at one of the servers. */

#define CLIENTS  6
#define ANSWERS  15
#define MONITORS "3"

struct client {
    pthread_t thread;
    struct fa_server *server;
    const char *const *form; /* name, value, …, NULL; a %d in a value becomes the number */
    int good;
};

static void post_number(struct client *client, int number, struct peer_reply *reply)
{
    struct peer_form form = {0};
    char values[FORM_MAX][256];
    const char *const *pair;
    char *body;

    peer_form_add(&form, "apikey", SITE_KEY);
    peer_form_add(&form, "version", "2");
    for (pair = client->form; *pair; pair += 2) {
        const char *mark = strstr(pair[1], "%d");

        snprintf(values[form.count], sizeof(values[0]), "%.*s", mark ? (int)(mark - pair[1]) : 255,
                 pair[1]);
        if (mark)
            snprintf(values[form.count] + strlen(values[form.count]), 16, "%d", number);
        peer_form_add(&form, pair[0], values[form.count]);
    }
    peer_form_sign(&form, SITE_SECRET);
    body = peer_form_encode(&form);
    peer_post(fa_server_port(client->server), "/customMonitorApi", body, strlen(body), reply);
    free(body);
}

static void *run_client(void *context)
{
    struct client *client = context;
    struct peer_reply *reply = malloc(sizeof(*reply));
    int number;

    for (number = 0; reply && number < ANSWERS; number++) {
        post_number(client, number, reply);
        client->good += reply->status == 200;
    }
    free(reply);
    return NULL;
}

/* Returns how many requests succeeded. */
static int run_clients(const char *const *form)
{
    struct client clients[CLIENTS];
    int good = 0;
    size_t i;

    for (i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){.server = i % 2 == 0 ? first : second, .form = form};
        ck_assert_int_eq(pthread_create(&clients[i].thread, NULL, run_client, &clients[i]), 0);
    }
    for (i = 0; i < CLIENTS; i++) {
        (void)pthread_join(clients[i].thread, NULL);
        good += clients[i].good;
    }
    return good;
}

START_TEST(test_a_name_is_given_once_whoever_asks_first)
{
    static const char *const form[] = {
        "action",       "addMonitor",       "name", "m%d", "tag", "t", "type", "custom",
        "resultParams", "user:User:N/A:3;", NULL};

    start_both(NULL);
    ck_assert_int_eq(run_clients(form), ANSWERS);
    stop_both();
}
END_TEST

START_TEST(test_rows_of_a_multi_value_monitor_all_have_a_place)
{
    static const char *const form[] = {"action",        "addResult", "monitorId", "1", "checktime",
                                       "1700000000000", "results",   "user:u%d",  NULL};

    start_both(NULL);
    add_monitor("m", "1");
    ck_assert_int_eq(run_clients(form), CLIENTS * ANSWERS);
    ck_assert_int_eq(fa_server_rows(first, 1), CLIENTS * ANSWERS);
    stop_both();
}
END_TEST

START_TEST(test_servers_that_merge_the_same_rows_all_succeed)
{
    static const char *const form[] = {"action",        "addResult", "monitorId", "1", "checktime",
                                       "17000000000%d", "results",   "user:u%d",  NULL};

    start_both(NULL);
    add_monitor("m", "0");
    ck_assert_int_eq(run_clients(form), CLIENTS * ANSWERS);
    ck_assert_int_eq(fa_server_rows(second, 1), ANSWERS);
    stop_both();
}
END_TEST

/* Live pages: a browser at the second server, results at the first. */

static void get_cookie(struct fa_server *server, char *cookie, size_t size)
{
    char url[200];
    const char *found;

    ck_assert_int_eq(fa_server_signin_url(server, NULL, url, sizeof(url)), 0);
    peer_get(fa_server_port(server), strstr(url, "/dashboard"), &site_reply);
    found = strcasestr(site_reply.bytes, "set-cookie: ");
    ck_assert_ptr_nonnull(found);
    found += strlen("set-cookie: ");
    snprintf(cookie, size, "%.*s", (int)strcspn(found, ";"), found);
}

static int open_events(struct fa_server *server, const char *target)
{
    char cookie[256];
    char request[1024];
    int fd = peer_connect(fa_server_port(server));

    get_cookie(server, cookie, sizeof(cookie));
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n\r\n",
             target, cookie);
    peer_send(fd, request, strlen(request));
    return fd;
}

/* What comes after the last that was waited for. */
static void wait_for(int fd, const char *wanted)
{
    static char text[65536];
    static size_t len, seen;
    const struct timeval patience = {.tv_sec = 10};
    const char *found;

    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    while ((found = strstr(text + seen, wanted)) == NULL) {
        ssize_t got = recv(fd, text + len, sizeof(text) - 1 - len, 0);

        ck_assert_msg(got > 0, "\"%s\" is not in \"%s\"", wanted, text + seen);
        len += (size_t)got;
    }
    seen = (size_t)(found - text) + strlen(wanted);
}

START_TEST(test_rows_appear_on_the_open_pages_of_another_server)
{
    int fd;

    start_both(NULL);
    add_monitor("m", "0");
    fd = open_events(second, "/dashboard/monitors/1/events?after=0");
    wait_for(fd, "\nretry: ");
    add_result("1", "1700000000000", "user:alice");
    wait_for(fd, "alice");
    add_result("1", "1700000000001", "user:bob");
    wait_for(fd, "bob");
    stores_cluster_do("stop");
    stores_cluster_do("start");
    wait_for(fd, "event: reload"); /* it may have missed something, and listens again */
    do
        add_result("1", "1700000000002", "user:carol");
    while (site_reply.status != 200);
    wait_for(fd, "carol");
    (void)close(fd);
    stop_both();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_servers_that_start_at_once_make_one_schema),
    TEST(test_an_account_made_on_one_can_call_another_at_once),
    TEST(test_the_control_api_knows_accounts_of_other_servers),
    TEST(test_a_new_secret_key_counts_everywhere_at_once),
    TEST(test_a_token_of_one_is_good_for_another),
    TEST(test_a_replay_is_refused_wherever_it_was_seen_first),
    TEST(test_results_of_one_checktime_are_one_row_whoever_took_them),
    TEST(test_what_one_changes_of_a_monitor_counts_for_others_at_once),
    TEST(test_a_name_is_given_once_whoever_asks_first),
    TEST(test_rows_of_a_multi_value_monitor_all_have_a_place),
    TEST(test_servers_that_merge_the_same_rows_all_succeed),
    TEST(test_rows_appear_on_the_open_pages_of_another_server),
};

int main(void)
{
    if (!stores_on_postgresql()) {
        fputs("test_shared: skipped; run it by ci/postgresql run\n", stderr);
        return 77;
    }
    return test_suite_run("servers that share a store", cases, sizeof(cases) / sizeof(cases[0]));
}
