/*
 * The library against the fake server, over every way of proving who one is and both formats of
 * answers: what is sent arrives, what is stored comes back.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "clock.h"
#include "fakeapi.h"
#include "paidmonitor.h"

#define APIKEY    "1234567890ABCDEFGHIJKLMNOP"
#define SECRET    "PONMLKJIHGFEDCBA0987654321"
#define CHECKTIME INT64_C(1306929600123)

static struct fa_server *server;
static struct pm_client *client;
static struct pm_error err;

/* Every way to speak to the server. */
static const struct way {
    const char *name;
    enum pm_auth auth;
    enum pm_output output;
    int version;
} ways[] = {
    {"checksum json 2", PM_AUTH_CHECKSUM, PM_OUTPUT_JSON, 2},
    {"checksum json 3", PM_AUTH_CHECKSUM, PM_OUTPUT_JSON, 3},
    {"checksum xml 2", PM_AUTH_CHECKSUM, PM_OUTPUT_XML, 2},
    {"checksum xml 3", PM_AUTH_CHECKSUM, PM_OUTPUT_XML, 3},
    {"token json 2", PM_AUTH_TOKEN, PM_OUTPUT_JSON, 2},
    {"token json 3", PM_AUTH_TOKEN, PM_OUTPUT_JSON, 3},
    {"token xml 2", PM_AUTH_TOKEN, PM_OUTPUT_XML, 2},
    {"token xml 3", PM_AUTH_TOKEN, PM_OUTPUT_XML, 3},
};

static struct pm_client_options options_of(const struct way *way)
{
    struct pm_client_options options = PM_CLIENT_OPTIONS_INIT;

    options.url = fa_server_url(server);
    options.apikey = APIKEY;
    options.secret = SECRET;
    options.secret_len = strlen(SECRET);
    options.auth = way->auth;
    options.output = way->output;
    options.version = way->version;
    return options;
}

static void connect_with(const struct pm_client_options *options)
{
    pm_client_free(client);
    client = NULL;
    ck_assert_msg(pm_client_new(options, &client, &err) == 0, "%s", err.message);
}

static void start_server(void)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[256];

    ck_assert_msg(fa_server_start(&options, &server, message, sizeof(message)) == 0, "%s", message);
    ck_assert_int_eq(fa_server_account_add(server, APIKEY, SECRET), 0);
}

static void stop_server(void)
{
    pm_client_free(client);
    client = NULL;
    fa_server_stop(server);
}

/* The call must succeed; its way and message are told otherwise. */
#define MUST(way, call) ck_assert_msg((call) == 0, "%s: %s", (way)->name, err.message)

static int64_t add_monitor(const struct way *way, const char *name)
{
    static const struct pm_param results[] = {
        {.name = "user_login",
         .display_name = "Login: Name; %41+",
         .uom = "logins",
         .data_type = 3},
        {.name = "load", .display_name = "", .uom = "%", .data_type = 4, .aggregate = "max"},
    };
    static const struct pm_param additional[] = {{.name = "details", .data_type = 3}};
    static const struct pm_param own[] = {
        {.name = "bar", .display_name = "B", .value = "a;b:c+d", .data_type = 3},
        {.name = "hidden", .value = "x", .data_type = 3, .is_hidden = true},
    };
    const struct pm_monitor monitor = {
        .name = name,
        .tag = "tag +%2B",
        .result_params = {results, 2},
        .additional_params = {additional, 1},
        .monitor_params = {own, 2},
    };
    int64_t id = 0;

    MUST(way, pm_monitor_add(client, &monitor, &id, &err));
    return id;
}

static void check_monitor(const struct way *way, int64_t id)
{
    const struct pm_monitor *monitor;
    struct pm_monitor_list list;

    MUST(way, pm_monitor_info(client, id, true, &list, &err));
    monitor = list.items;
    ck_assert_int_eq(monitor->id, id);
    ck_assert_str_eq(monitor->name, way->name);
    ck_assert_str_eq(monitor->tag, "tag +%2B");
    ck_assert_str_eq(monitor->type, "custom");
    ck_assert_uint_eq(monitor->result_params.count, 2);
    ck_assert_str_eq(monitor->result_params.items[0].display_name, "Login: Name; %41+");
    ck_assert_str_eq(monitor->result_params.items[1].uom, "%");
    ck_assert_int_eq(monitor->result_params.items[1].data_type, PM_TYPE_FLOAT);
    ck_assert_uint_eq(monitor->additional_params.count, 1);
    ck_assert_uint_eq(monitor->monitor_params.count, 1);
    ck_assert_str_eq(monitor->monitor_params.items[0].value, "a;b:c+d");
    pm_monitor_list_clear(&list);
    MUST(way, pm_monitor_info(client, id, false, &list, &err));
    ck_assert_uint_eq(list.items->monitor_params.count, 2);
    pm_monitor_list_clear(&list);
}

START_TEST(test_server_keeps_monitors)
{
    const struct way *way = &ways[_i];
    const struct pm_client_options options = options_of(way);
    const struct pm_monitor_filter filter = {.tag = "tag +%2B"};
    struct pm_monitor edited = {.name = "100 % new"};
    struct pm_monitor_list list;
    int64_t ids[2];

    connect_with(&options);
    ids[0] = add_monitor(way, way->name);
    ids[1] = add_monitor(way, "another");
    check_monitor(way, ids[0]);

    edited.id = ids[1];
    MUST(way, pm_monitor_edit(client, &edited, &err));
    MUST(way, pm_monitor_list(client, &filter, &list, &err));
    ck_assert_uint_eq(list.count, 2);
    ck_assert_str_eq(list.items[1].name, "100 % new");
    pm_monitor_list_clear(&list);

    MUST(way, pm_monitor_delete(client, ids, 2, &err));
    MUST(way, pm_monitor_list(client, NULL, &list, &err));
    ck_assert_uint_eq(list.count, 0);
    pm_monitor_list_clear(&list);
    ck_assert_uint_eq(fa_server_journal_count(server, NULL, FA_VERDICT_REFUSED), 0);
}
END_TEST

START_TEST(test_server_keeps_results)
{
    static const struct pm_value values[] = {{"user_login", "a;b:c %3B+d [x] Z\xc3\xbcrich <&>\""},
                                             {"load", "0.5"}};
    static const struct pm_value more[] = {{"load", "0.75"}};
    const struct way *way = &ways[_i];
    const struct pm_client_options options = options_of(way);
    const struct pm_day day = {.year = 2011, .month = 6, .day = 1, .timezone_min = 120};
    struct pm_row_list list;
    int64_t id;

    connect_with(&options);
    id = add_monitor(way, way->name);
    MUST(way, pm_result_add(client, id, CHECKTIME, values, 2, &err));
    MUST(way, pm_result_add(client, id, CHECKTIME, values, 2, &err)); /* the same row */
    MUST(way, pm_result_add(client, id, CHECKTIME + 1, more, 1, &err));
    ck_assert_int_eq(fa_server_rows(server, id), 2);

    MUST(way, pm_result_list(client, id, &day, &list, &err));
    ck_assert_uint_eq(list.count, 2);
    ck_assert_int_eq(list.items[0].checktime_ms, CHECKTIME);
    ck_assert_str_eq(list.items[0].checktime_text,
                     way->output == PM_OUTPUT_XML ? "14:00" : "2011-06-01 14:00");
    ck_assert_str_eq(list.items[0].values[0].name, "user_login");
    ck_assert_str_eq(list.items[0].values[0].value, values[0].value);
    ck_assert_str_eq(list.items[1].values[0].value, "");
    ck_assert_str_eq(list.items[1].values[1].value, "0.75");
    pm_row_list_clear(&list);
}
END_TEST

START_TEST(test_server_keeps_additional_results)
{
    static const struct pm_value first[] = {{"details", "x\"y\\z; a:b\n"}, {"undeclared", "1"}};
    static const struct pm_value second[] = {{"details", ""}};
    static const struct pm_row rows[] = {{.values = first, .count = 2},
                                         {.values = second, .count = 1}};
    const struct way *way = &ways[_i];
    const struct pm_client_options options = options_of(way);
    struct pm_row_list list;
    int64_t id;

    connect_with(&options);
    id = add_monitor(way, way->name);
    MUST(way, pm_additional_add(client, id, CHECKTIME, rows, 2, &err));
    MUST(way, pm_additional_list(client, id, CHECKTIME, &list, &err));
    ck_assert_uint_eq(list.count, 2);
    ck_assert_str_eq(list.items[0].values[0].value, first[0].value);
    ck_assert_str_eq(list.items[0].values[1].name, "undeclared");
    ck_assert_str_eq(list.items[1].values[0].value, "");
    pm_row_list_clear(&list);
    MUST(way, pm_additional_list(client, id, CHECKTIME + 1, &list, &err));
    ck_assert_uint_eq(list.count, 0);
    pm_row_list_clear(&list);
}
END_TEST

START_TEST(test_server_reports_and_aggregates)
{
    const struct way *way = &ways[_i];
    const struct pm_client_options options = options_of(way);
    struct pm_report report = {.from_ms = CHECKTIME, .to_ms = CHECKTIME + 3};
    const struct pm_color_rule rules[] = {{"load", ">5", "red"}, {"load", "<1", "green"}};
    struct pm_row_list list;
    int64_t id;
    int i;

    connect_with(&options);
    id = add_monitor(way, way->name);
    MUST(way, pm_monitor_colorize(client, id, rules, 2, &err));
    for (i = 0; i < 4; i++) {
        const char text[] = {(char)('1' + i), '\0'};
        const struct pm_value value = {"load", text};

        MUST(way, pm_result_add(client, id, CHECKTIME + i, &value, 1, &err));
    }
    MUST(way, pm_report(client, id, &report, &list, &err));
    ck_assert_uint_eq(list.count, 3); /* the end is exclusive */
    pm_row_list_clear(&list);

    report.interval = 1;
    report.unit = "hour";
    MUST(way, pm_report(client, id, &report, &list, &err));
    ck_assert_uint_eq(list.count, 1);
    ck_assert_str_eq(list.items[0].values[1].name, "load");
    ck_assert_double_eq(strtod(list.items[0].values[1].value, NULL), 3); /* the greatest */
    pm_row_list_clear(&list);

    report.interval = 0;
    MUST(way, pm_additional_report(client, id, &report, &list, &err));
    ck_assert_uint_eq(list.count, 0);
    pm_row_list_clear(&list);
}
END_TEST

START_TEST(test_server_keeps_agents_and_jobs)
{
    static const struct pm_value params[] = {{"drivelist", "C,D;\"E\""}};
    const struct way *way = &ways[_i];
    const struct pm_client_options options = options_of(way);
    struct pm_agent agent = {.name = "a1",
                             .type = "internal",
                             .polling_interval = 5,
                             .params = params,
                             .param_count = 1};
    struct pm_job job = {.name = "j", .type = "x", .interval = "3", .params = "x:ms"};
    struct pm_agent_list agents;
    struct pm_job_list jobs;

    connect_with(&options);
    MUST(way, pm_agent_add(client, &agent, &agent.id, &err));
    agent.name = "a2";
    MUST(way, pm_agent_edit(client, &agent, &err));
    MUST(way, pm_agent_list(client, NULL, false, false, &agents, &err));
    ck_assert_uint_ge(agents.count, 1);
    pm_agent_list_clear(&agents);
    MUST(way, pm_agent_info(client, agent.id, &agents, &err));
    ck_assert_str_eq(agents.items[0].name, "a2");
    ck_assert_str_eq(agents.items[0].type, "internal");
    ck_assert_int_eq(agents.items[0].polling_interval, 5);
    ck_assert_uint_eq(agents.items[0].param_count, 1);
    ck_assert_str_eq(agents.items[0].params[0].name, "drivelist");
    ck_assert_str_eq(agents.items[0].params[0].value, "C,D;\"E\"");
    pm_agent_list_clear(&agents);

    job.agent_id = agent.id;
    MUST(way, pm_job_add(client, &job, &job.id, &err));
    job.interval = "4";
    job.state = PM_JOB_ACTIVE;
    MUST(way, pm_job_edit(client, &job, &err));
    MUST(way, pm_job_list(client, agent.id, 0, &jobs, &err));
    ck_assert_uint_eq(jobs.count, 1);
    ck_assert_int_eq(jobs.items[0].id, job.id);
    ck_assert_str_eq(jobs.items[0].interval, "4");
    ck_assert_str_eq(jobs.items[0].params, "x:ms");
    pm_job_list_clear(&jobs);
    MUST(way, pm_job_list(client, agent.id, job.id, &jobs, &err));
    ck_assert_uint_eq(jobs.count, 0);
    pm_job_list_clear(&jobs);
    MUST(way, pm_job_delete(client, &job.id, 1, &err));
    MUST(way, pm_agent_delete(client, &agent.id, 1, true, &err));
}
END_TEST

/* ---- refusals ---- */

START_TEST(test_server_refuses_a_wrong_secret)
{
    struct pm_client_options options = options_of(&ways[_i]);
    const int64_t id = 1;

    options.secret = "WRONG";
    options.secret_len = strlen("WRONG");
    connect_with(&options);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), PM_ERR_REFUSED);
    ck_assert_int_eq(err.http_status, 403);
    ck_assert_str_eq(err.vendor_text, "Authentication failure");
    ck_assert_int_ge(err.server_date_ms, INT64_C(1700000000000));
}
END_TEST

START_TEST(test_server_refuses_unknown_monitors_and_doubled_names)
{
    const struct way *way = &ways[_i];
    const struct pm_client_options options = options_of(way);
    const struct pm_value value = {"load", "1"};
    const struct pm_param param = {.name = "a", .data_type = 3};
    const struct pm_monitor again = {
        .name = way->name, .tag = "tag +%2B", .result_params = {&param, 1}};
    int64_t id;

    connect_with(&options);
    (void)add_monitor(way, way->name);
    ck_assert_int_eq(pm_monitor_add(client, &again, &id, &err), PM_ERR_REFUSED);
    ck_assert_str_eq(err.vendor_text, "Monitor with that name already exists");
    ck_assert_int_eq(pm_result_add(client, 99999, CHECKTIME, &value, 1, &err), PM_ERR_REFUSED);
    ck_assert_str_eq(err.vendor_text, "Invalid monitorId");
    ck_assert_int_eq(err.http_status, 400);
}
END_TEST

/* A machine whose clock is an hour slow. */
static int64_t slow_clock(void)
{
    return pm_clock_wall_ms() - 3600 * 1000;
}

START_TEST(test_server_tells_a_wrong_clock_which_can_be_corrected)
{
    struct pm_client_options options = options_of(&ways[0]);
    const struct pm_value value = {"load", "1"};
    int64_t id;

    connect_with(&options);
    id = add_monitor(&ways[0], "clock");
    options.wall_ms = slow_clock;
    connect_with(&options);
    ck_assert_int_eq(pm_result_add(client, id, CHECKTIME, &value, 1, &err), PM_ERR_REFUSED);
    pm_client_set_clock_offset(client, err.server_date_ms - slow_clock());
    MUST(&ways[0], pm_result_add(client, id, CHECKTIME, &value, 1, &err));
}
END_TEST

START_TEST(test_server_lets_tokens_expire_and_the_client_renews_them)
{
    const struct pm_client_options options = options_of(&ways[4]);
    const struct pm_value value = {"load", "1"};
    int64_t id;

    connect_with(&options);
    id = add_monitor(&ways[4], "token");
    fa_server_clock_offset(server, INT64_C(25) * 3600 * 1000);
    MUST(&ways[4], pm_result_add(client, id, CHECKTIME, &value, 1, &err));
    ck_assert_uint_eq(fa_server_journal_count(server, "authToken", FA_VERDICT_ACCEPTED), 2);
}
END_TEST

/* The shared helper knows no loops, and each case wants a server of its own. */
int main(void)
{
    static const TTest *const *const looped[] = {
        &test_server_keeps_monitors,
        &test_server_keeps_results,
        &test_server_keeps_additional_results,
        &test_server_reports_and_aggregates,
        &test_server_keeps_agents_and_jobs,
        &test_server_refuses_a_wrong_secret,
        &test_server_refuses_unknown_monitors_and_doubled_names,
    };
    Suite *suite = suite_create("client and server");
    TCase *group = tcase_create("every way");
    SRunner *runner;
    size_t i;
    int failed;

    tcase_set_timeout(group, 0); /* ctest holds the deadline */
    tcase_add_checked_fixture(group, start_server, stop_server);
    for (i = 0; i < PM_ARRAY_LEN(looped); i++)
        tcase_add_loop_test(group, *looped[i], 0, (int)PM_ARRAY_LEN(ways));
    tcase_add_test(group, test_server_tells_a_wrong_clock_which_can_be_corrected);
    tcase_add_test(group, test_server_lets_tokens_expire_and_the_client_renews_them);
    suite_add_tcase(suite, group);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
