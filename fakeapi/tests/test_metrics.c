/* /metrics: well formed to the letter, counting what happened, and bounded whatever is sent. */
#include "suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "exposition.h"
#include "prom.h"
#include "site.h"

static void start(void)
{
    site_start(FA_PROFILE_STRICT, NULL);
}

static double value_of(const char *sample)
{
    site_get_target("/metrics");
    ck_assert_int_eq(site_reply.status, 200);
    exposition_check(site_reply.body);
    return exposition_value(site_reply.body, sample);
}

static double requests(const char *action, const char *verdict, int status)
{
    char sample[200];
    double value;

    snprintf(sample, sizeof(sample),
             "paidmonitor_fakeapi_requests_total{action=\"%s\",verdict=\"%s\",status=\"%d\"}",
             action, verdict, status);
    value = value_of(sample);
    return isnan(value) ? 0 : value;
}

static void add_monitor(const char *name)
{
    site_do("/customMonitorApi", "addMonitor", "name", name, "resultParams", "a:A::3", "tag", "t",
            NULL);
    ck_assert_int_eq(site_reply.status, 200);
}

/* The writer */

START_TEST(test_prom_escapes_what_the_format_reserves)
{
    struct pm_buf text;

    pm_buf_init(&text, 4096);
    pm_prom_family(&text, "a", "gauge", "one\nline, a \\ and a \"quote\"");
    pm_prom_integer(&text, "a", -3, "b", "x\ny\\z\"", "c", "", NULL);
    pm_prom_seconds(&text, "a", 1500001, NULL);
    pm_prom_seconds(&text, "a", -1, "b", "", NULL);
    ck_assert_str_eq(text.data, "# HELP a one\\nline, a \\\\ and a \"quote\"\n"
                                "# TYPE a gauge\n"
                                "a{b=\"x\\ny\\\\z\\\"\",c=\"\"} -3\n"
                                "a 1.500001\n"
                                "a{b=\"\"} -0.000001\n");
    exposition_check(text.data);
    pm_buf_clear(&text);
}
END_TEST

START_TEST(test_prom_counts_a_duration_up_to_its_bound)
{
    struct pm_prom_histogram histogram = {0};
    struct pm_buf text;

    pm_prom_observe(&histogram, 25);
    pm_prom_observe(&histogram, 26);
    pm_prom_observe(&histogram, 10000001);
    pm_buf_init(&text, 4096);
    pm_prom_histogram(&text, "h_seconds", "Help.", &histogram);
    exposition_check(text.data);
    ck_assert_double_eq(exposition_value(text.data, "h_seconds_bucket{le=\"2.5e-05\"}"), 1);
    ck_assert_double_eq(exposition_value(text.data, "h_seconds_bucket{le=\"5e-05\"}"), 2);
    ck_assert_double_eq(exposition_value(text.data, "h_seconds_bucket{le=\"10\"}"), 2);
    ck_assert_double_eq(exposition_value(text.data, "h_seconds_bucket{le=\"+Inf\"}"), 3);
    ck_assert_double_eq(exposition_value(text.data, "h_seconds_count"), 3);
    ck_assert_double_eq(exposition_value(text.data, "h_seconds_sum"), 10.000052);
    pm_buf_clear(&text);
}
END_TEST

/* The reader of this test must refuse, or its consent says nothing. */
static const struct {
    const char *name;
    const char *text;
} malformed[] = {
    {"no end of line", "# HELP a b\n# TYPE a gauge\na 1"},
    {"no TYPE", "# HELP a b\na 1\n"},
    {"no HELP", "# TYPE a gauge\na 1\n"},
    {"TYPE behind", "# HELP a b\na 1\n# TYPE a gauge\n"},
    {"torn", "# HELP a b\n# TYPE a gauge\n# HELP c b\n# TYPE c gauge\nc 1\na 1\n"},
    {"family twice", "# HELP a b\n# TYPE a gauge\na 1\n# HELP a b\n# TYPE a gauge\na{x=\"\"} 1\n"},
    {"sample twice", "# HELP a b\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"1\"} 2\n"},
    {"bad name", "# HELP 1a b\n# TYPE 1a gauge\n1a 1\n"},
    {"bad label", "# HELP a b\n# TYPE a gauge\na{x-y=\"1\"} 1\n"},
    {"bad escape", "# HELP a b\n# TYPE a gauge\na{x=\"\\t\"} 1\n"},
    {"open quote", "# HELP a b\n# TYPE a gauge\na{x=\"1} 1\n"},
    {"not UTF-8", "# HELP a b\n# TYPE a gauge\na{x=\"\xff\"} 1\n"},
    {"no number", "# HELP a b\n# TYPE a gauge\na x\n"},
    {"two blanks", "# HELP a b\n# TYPE a gauge\na  1\n"},
    {"time", "# HELP a b\n# TYPE a gauge\na 1 2\n"},
    {"counter", "# HELP a b\n# TYPE a counter\na 1\n"},
    {"total", "# HELP a_total b\n# TYPE a_total gauge\na_total 1\n"},
    {"below 0", "# HELP a_total b\n# TYPE a_total counter\na_total -1\n"},
    {"no +Inf", "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n"},
    {"count", "# HELP a b\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n"},
    {"not cumulated", "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1\"} 2\n"
                      "a_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n"},
};

START_TEST(test_exposition_refuses_what_a_scraper_would)
{
    size_t i;
    size_t line;

    for (i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
        ck_assert_msg(exposition_fault(malformed[i].text, &line) != NULL, "%s: taken",
                      malformed[i].name);
}
END_TEST

/* The page */

START_TEST(test_metrics_are_well_formed_before_the_first_request)
{
    start();
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_build_info{version=\"" PM_VERSION "\"}"), 1);
    ck_assert_ptr_nonnull(strstr(site_reply.bytes, "text/plain; version=0.0.4; charset=utf-8"));
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_accounts"), 1);
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_request_duration_seconds_count"), 0);
    site_stop();
}
END_TEST

START_TEST(test_metrics_count_requests_by_action_verdict_and_status)
{
    int status;

    start();
    add_monitor("m");
    site_get("action=getMonitors");
    site_get("action=nonsense");
    site_get("action=getMonitorInfo");
    site_get("action=getMonitorInfo");
    status = site_reply.status;
    ck_assert_double_eq(requests("addMonitor", "accepted", 200), 1);
    ck_assert_double_eq(requests("getMonitors", "accepted", 200), 1);
    ck_assert_double_eq(requests("getMonitorInfo", "refused", status), 2);
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_request_duration_seconds_count"), 5);
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_journal_requests_total"), 5);
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_journal_requests"), 5);
    site_stop();
}
END_TEST

START_TEST(test_metrics_count_commits_and_rows)
{
    double before;

    start();
    before = value_of("paidmonitor_fakeapi_commit_duration_seconds_count");
    add_monitor("m");
    site_do("/customMonitorApi", "addResult", "monitorId", "1", "checktime", "1306929600000",
            "results", "a:x", NULL);
    ck_assert_int_eq(site_reply.status, 200);
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_commit_duration_seconds_count"), before + 2);
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_store_newest_row"), 1);
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_commits_failed_total"), 0);
    site_stop();
}
END_TEST

START_TEST(test_metrics_count_connections)
{
    double before;
    int fd;

    start();
    before = value_of("paidmonitor_fakeapi_connections_total");
    fd = peer_connect(fa_server_port(site));
    ck_assert_double_ge(value_of("paidmonitor_fakeapi_connections_total"), before + 2);
    ck_assert_double_ge(value_of("paidmonitor_fakeapi_connections"), 2);
    (void)close(fd);
    site_stop();
}
END_TEST

START_TEST(test_metrics_do_not_grow_with_what_is_sent)
{
    size_t len;
    int status;
    int i;

    start();
    site_get("action=x0");
    status = site_reply.status;
    (void)value_of("");
    len = strlen(site_reply.body);
    for (i = 0; i < 200; i++) {
        char query[64];

        snprintf(query, sizeof(query), "action=x%d%%22%%0A%%5C", i);
        site_get(query);
        ck_assert_int_ge(site_reply.status, 400);
    }
    ck_assert_double_eq(requests("none", "refused", status), 201);
    ck_assert_uint_le(strlen(site_reply.body), len + 100);
    ck_assert_ptr_null(strstr(site_reply.body, "x1"));
    site_stop();
}
END_TEST

START_TEST(test_metrics_count_faults_and_expectations)
{
    static const char rule[] =
        "{\"match\":{\"action\":\"getMonitors\"},\"times\":2,\"effect\":{\"status\":503}}";
    char message[256];
    int i;

    start();
    ck_assert_double_gt(value_of("paidmonitor_fakeapi_store_bytes"), 4096);
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_faults"), 0);
    ck_assert_int_eq(fa_server_fault(site, rule, message, sizeof(message)), 0);
    for (i = 0; i < 3; i++)
        site_get("action=getMonitors");
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_faults"), 1);
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_faulted_requests_total"), 2);
    ck_assert_double_eq(requests("getMonitors", "accepted", 200), 1);
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_expectations"), 0);
    ck_assert_int_eq(fa_server_expect(site, SITE_KEY, "{\"must\":{\"action\":\"addResult\"}}",
                                      message, sizeof(message)),
                     0);
    ck_assert_double_eq(value_of("paidmonitor_fakeapi_expectations"), 1);
    site_stop();
}
END_TEST

START_TEST(test_metrics_tell_of_the_process)
{
    start();
    ck_assert_double_gt(value_of("process_resident_memory_bytes"), 1e6);
    ck_assert_double_gt(value_of("process_cpu_seconds_total"), 0);
    ck_assert_double_gt(value_of("process_open_fds"), 3);
    ck_assert_double_gt(value_of("process_max_fds"), 3);
    ck_assert_double_gt(value_of("process_start_time_seconds"), 1e9);
    site_stop();
}
END_TEST

START_TEST(test_metrics_are_read_by_get_at_one_path)
{
    start();
    peer_post(fa_server_port(site), "/metrics", "", 0, &site_reply);
    ck_assert_int_eq(site_reply.status, 405);
    site_get_target("/metrics/more");
    ck_assert_int_eq(site_reply.status, 404);
    site_stop();
}
END_TEST

START_TEST(test_metrics_are_for_whoever_may_steer_the_server)
{
    static const char with_token[] =
        "GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\nAuthorization: Bearer T0KEN\r\n\r\n";
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[256];

    options.control_token = "T0KEN";
    ck_assert_int_eq(fa_server_start(&options, &site, message, sizeof(message)), 0);
    site_get_target("/metrics");
    ck_assert_int_eq(site_reply.status, 401);
    ck_assert_ptr_null(strstr(site_reply.body, "paidmonitor_fakeapi_"));
    peer_exchange(fa_server_port(site), with_token, strlen(with_token), &site_reply);
    ck_assert_int_eq(site_reply.status, 200);
    exposition_check(site_reply.body);
    site_stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_prom_escapes_what_the_format_reserves),
    TEST(test_prom_counts_a_duration_up_to_its_bound),
    TEST(test_exposition_refuses_what_a_scraper_would),
    TEST(test_metrics_are_well_formed_before_the_first_request),
    TEST(test_metrics_count_requests_by_action_verdict_and_status),
    TEST(test_metrics_count_commits_and_rows),
    TEST(test_metrics_count_connections),
    TEST(test_metrics_do_not_grow_with_what_is_sent),
    TEST(test_metrics_count_faults_and_expectations),
    TEST(test_metrics_tell_of_the_process),
    TEST(test_metrics_are_read_by_get_at_one_path),
    TEST(test_metrics_are_for_whoever_may_steer_the_server),
};

TEST_MAIN("metrics", cases)
