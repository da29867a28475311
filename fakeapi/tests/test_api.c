/* The protocol over HTTP: every action's answer as bytes, and every refusal with its reason. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "site.h"

#define KEY    SITE_KEY
#define SECRET SITE_SECRET
#define PARAMS "user_login:Login Name:logins:3;count:Count:n:2;load:Load::4;ok:Fine::1"
#define TIME   "1306929600000" /* 2011-06-01 12:00:00 */

static void start(void)
{
    site_start(FA_PROFILE_STRICT, NULL);
}

static struct peer_form monitor_form(const char *name)
{
    struct peer_form form = site_form("addMonitor");

    peer_form_add(&form, "name", name);
    peer_form_add(&form, "tag", "loginMonitor");
    peer_form_add(&form, "resultParams", PARAMS);
    return form;
}

static void add_monitor(const char *name)
{
    struct peer_form form = monitor_form(name);

    site_sign_and_post(&form);
    ck_assert_int_eq(site_reply.status, 200);
}

static struct peer_form result_form(const char *results)
{
    struct peer_form form = site_form("addResult");

    peer_form_add(&form, "monitorId", "1");
    peer_form_add(&form, "checktime", TIME);
    peer_form_add(&form, "results", results);
    return form;
}

static void add_result(const char *results)
{
    struct peer_form form = result_form(results);

    site_sign_and_post(&form);
}

#define OF_DAY "monitorId=1&year=2011&month=6&day=1"

/* Successes */

START_TEST(test_the_articles_steps_give_the_documented_bytes)
{
    start();
    add_monitor("login monitor");
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    site_get("output=xml&version=2&action=getMonitors&tag=loginMonitor");
    site_expect(200,
                "<monitors><monitor><id>1</id><tag>loginMonitor</tag><name>login monitor</name>"
                "<type>custom</type></monitor></monitors>");
    site_get("action=getMonitors");
    site_expect(
        200,
        "[{\"id\":\"1\",\"tag\":\"loginMonitor\",\"name\":\"login monitor\",\"type\":\"custom\"}]");
    site_get("action=getMonitors&version=2&tag=other");
    site_expect(200, "[]");
    site_get("action=getMonitors&output=XML&tag=other");
    site_expect(200, "<monitors></monitors>");
    add_result("user_login:root;count:3;load:0.5;ok:true");
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    site_get("action=getMonitorResults&" OF_DAY);
    site_expect(200, "[{\"user_login\":\"root\",\"count\":\"3\",\"load\":\"0.5\",\"ok\":\"true\","
                     "\"checkTime\":\"2011-06-01 12:00\",\"checkTimeInGMT\":1306929600000}]");
    site_get("action=getMonitorResults&output=xml&" OF_DAY);
    site_expect(200,
                "<results><result><user_login>root</user_login><count>3</count><load>0.5</load>"
                "<ok>true</ok><checkTime>12:00</checkTime>"
                "<checkTimeInGMT>1306929600000</checkTimeInGMT></result></results>");
    site_stop();
}
END_TEST

START_TEST(test_xml_answers_of_writing_actions)
{
    struct peer_form form;

    start();
    form = monitor_form("m");
    peer_form_add(&form, "output", "xml");
    site_sign_and_post(&form);
    site_expect(200, "<result><status>ok</status><data>1</data></result>");
    form = result_form("user_login:x");
    peer_form_add(&form, "output", "XML");
    site_sign_and_post(&form);
    site_expect(200, "<result><status>ok</status></result>");
    form = site_form("deleteMonitor");
    peer_form_add(&form, "monitorId", "9");
    peer_form_add(&form, "output", "Xml");
    site_sign_and_post(&form);
    site_expect(400, "<error>Invalid monitorId</error>");
    site_stop();
}
END_TEST

START_TEST(test_monitor_info_has_all_three_lists)
{
    struct peer_form form = monitor_form("m");

    start();
    peer_form_add(&form, "monitorParams", "bar::5:2;secret:S:x:3:true");
    peer_form_add(&form, "additionalResultParams", "details:Details::3");
    site_sign_and_post(&form);
    site_get("action=getMonitorInfo&monitorId=1&excludeHidden=True");
    site_expect(
        200,
        "{\"id\":\"1\",\"name\":\"m\",\"tag\":\"loginMonitor\",\"type\":\"custom\","
        "\"resultParams\":["
        "{\"id\":\"1\",\"name\":\"user_login\",\"displayName\":\"Login "
        "Name\",\"uom\":\"logins\",\"dataType\":\"3\"},"
        "{\"id\":\"2\",\"name\":\"count\",\"displayName\":\"Count\",\"uom\":\"n\",\"dataType\":"
        "\"2\"},"
        "{\"id\":\"3\",\"name\":\"load\",\"displayName\":\"Load\",\"uom\":\"\",\"dataType\":\"4\"},"
        "{\"id\":\"4\",\"name\":\"ok\",\"displayName\":\"Fine\",\"uom\":\"\",\"dataType\":\"1\"}],"
        "\"additionalResultParams\":[{\"id\":\"5\",\"name\":\"details\",\"displayName\":"
        "\"Details\",\"uom\":\"\",\"dataType\":\"3\"}],"
        "\"monitorParams\":[{\"id\":\"6\",\"name\":\"bar\",\"displayName\":\"\",\"value\":\"5\","
        "\"dataType\":\"2\"}]}");
    site_get("action=getMonitorInfo&monitorId=1");
    ck_assert_ptr_nonnull(strstr(site_reply.body, "\"name\":\"secret\""));
    site_get("action=getMonitorInfo&monitorId=1&isExcludeHidden=1");
    ck_assert_ptr_null(strstr(site_reply.body, "\"name\":\"secret\""));
    site_stop();
}
END_TEST

START_TEST(test_edit_changes_what_is_mentioned_and_nothing_else)
{
    struct peer_form form = monitor_form("m");

    start();
    peer_form_add(&form, "monitorParams", "bar:B:5:2");
    site_sign_and_post(&form);
    form = site_form("editMonitor");
    peer_form_add(&form, "monitorId", "1");
    peer_form_add(&form, "tag", "new tag");
    peer_form_add(&form, "monitorParams", "bar:B:6:3;new:N:7:2");
    site_sign_and_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    site_get("action=getMonitorInfo&monitorId=1");
    ck_assert_ptr_nonnull(strstr(site_reply.body, "\"name\":\"m\",\"tag\":\"new tag\""));
    ck_assert_ptr_nonnull(strstr(site_reply.body, "\"value\":\"6\",\"dataType\":\"2\""));
    ck_assert_ptr_nonnull(strstr(site_reply.body, "\"value\":\"7\",\"dataType\":\"2\""));
    ck_assert_ptr_nonnull(strstr(site_reply.body, "\"name\":\"user_login\""));
    site_stop();
}
END_TEST

START_TEST(test_delete_is_all_or_nothing)
{
    struct peer_form form = site_form("deleteMonitor");

    start();
    add_monitor("a");
    add_monitor("b");
    peer_form_add(&form, "monitorId", "1,99");
    site_sign_and_post(&form);
    site_expect(400, "{\"status\":\"Invalid monitorId\"}");
    site_get("action=getMonitors&name=a");
    ck_assert_ptr_nonnull(strstr(site_reply.body, "\"id\":\"1\""));
    peer_form_set(&form, "monitorId", "1,2");
    site_sign_and_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    site_get("action=getMonitors");
    site_expect(200, "[]");
    site_stop();
}
END_TEST

START_TEST(test_repeated_ids_in_brackets_are_a_list)
{
    struct peer_form form = site_form("deleteMonitor");

    start();
    add_monitor("a");
    add_monitor("b");
    peer_form_add(&form, "monitorId[]", "1");
    peer_form_add(&form, "monitorId[]", "2");
    site_sign_and_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    site_stop();
}
END_TEST

START_TEST(test_one_checktime_is_one_row)
{
    start();
    add_monitor("m");
    add_result("user_login:root");
    add_result("count:1");
    add_result("user_login:root;count:2");
    ck_assert_int_eq(fa_server_rows(site, 1), 1);
    site_get("action=getMonitorResults&" OF_DAY);
    site_expect(200, "[{\"user_login\":\"root\",\"count\":\"2\",\"load\":\"\",\"ok\":\"\","
                     "\"checkTime\":\"2011-06-01 12:00\",\"checkTimeInGMT\":1306929600000}]");
    site_stop();
}
END_TEST

START_TEST(test_seconds_are_taken_for_milliseconds)
{
    struct peer_form form = result_form("user_login:x");

    start();
    add_monitor("m");
    peer_form_set(&form, "checktime", "1306929600");
    site_sign_and_post(&form);
    site_get("action=getMonitorResults&" OF_DAY);
    ck_assert_ptr_nonnull(strstr(site_reply.body, "\"checkTimeInGMT\":1306929600000"));
    site_stop();
}
END_TEST

START_TEST(test_a_day_is_the_zones_day)
{
    static const struct {
        const char *query;
        const char *part;
    } rows[] = {
        {"year=2011&month=06&day=01&timezone=300", "\"checkTime\":\"2011-06-01 17:00\""},
        {"year=2011&month=6&day=1&timezone=+060", "\"checkTime\":\"2011-06-01 13:00\""},
        {"year=2011&month=6&day=1&timezone=-60", "\"checkTime\":\"2011-06-01 11:00\""},
        {"year=2011&month=6&day=2&timezone=720", "\"checkTime\":\"2011-06-02 00:00\""},
        {"year=2011&month=6&day=2", "[]"},
        {"year=2011&month=6&day=1&timezone=720", "[]"},
    };
    size_t i;

    start();
    add_monitor("m");
    add_result("user_login:x");
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char query[256];

        snprintf(query, sizeof(query), "action=getMonitorResults&monitorId=1&%s", rows[i].query);
        site_get(query);
        ck_assert_msg(strstr(site_reply.body, rows[i].part) != NULL, "%s: %s", rows[i].query,
                      site_reply.body);
    }
    site_stop();
}
END_TEST

START_TEST(test_multi_value_monitors_append_rows)
{
    struct peer_form form = site_form("addMonitor");

    start();
    peer_form_add(&form, "name", "m");
    peer_form_add(&form, "tag", "t");
    peer_form_add(&form, "resultParams", "status:Status::3;pid:pid::2:true");
    peer_form_add(&form, "isMultiValue", "true");
    site_sign_and_post(&form);
    add_result("status:[OK,NOK];pid:[11,12];additionalResults:[[{%22d%22:1}],[{\"d\":2}]]");
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    add_result("status:LAST");
    site_get("action=getMonitorResults&" OF_DAY);
    site_expect(200, "[{\"status\":\"OK\",\"pid\":\"11\",\"checkTime\":\"2011-06-01 "
                     "12:00\",\"checkTimeInGMT\":1306929600000},"
                     "{\"status\":\"NOK\",\"pid\":\"12\",\"checkTime\":\"2011-06-01 "
                     "12:00\",\"checkTimeInGMT\":1306929600000},"
                     "{\"status\":\"LAST\",\"pid\":\"\",\"checkTime\":\"2011-06-01 "
                     "12:00\",\"checkTimeInGMT\":1306929600000}]");
    site_get("action=getAdditionalResults&monitorId=1&checktime=" TIME);
    site_expect(200, "[{\"d\":1},{\"d\":2}]");
    site_stop();
}
END_TEST

START_TEST(test_additional_results_keep_their_numbers)
{
    struct peer_form form = site_form("addAdditionalResults");

    start();
    add_monitor("m");
    peer_form_add(&form, "monitorId", "1");
    peer_form_add(&form, "checktime", TIME);
    peer_form_add(&form, "results", "[ {\"bar\": 90} ]");
    site_sign_and_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    site_get("action=getAdditionalResults&monitorId=1&checktime=" TIME);
    site_expect(200, "[{\"bar\":90}]");
    site_get("action=getAdditionalResults&monitorId=1&checktime=1306929601000");
    site_expect(200, "[]");
    site_get("action=getAdditionalResults&output=xml&monitorId=1&checktime=" TIME);
    site_expect(200, "<results><result><bar>90</bar></result></results>");
    peer_form_set(&form, "results", "[{details:DOWN}]");
    site_sign_and_post(&form);
    site_get("action=getAdditionalResults&monitorId=1&checktime=" TIME);
    site_expect(200, "[{\"bar\":90},{\"details\":\"DOWN\"}]");
    site_stop();
}
END_TEST

START_TEST(test_a_post_may_have_everything_in_the_query)
{
    struct peer_form form = monitor_form("m");
    char *query;
    char target[4096];

    start();
    peer_form_sign(&form, SECRET);
    query = peer_form_encode(&form);
    snprintf(target, sizeof(target), "/customMonitorApi/?&%s&", query);
    peer_post(fa_server_port(site), target, "", 0, &site_reply);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    free(query);
    site_stop();
}
END_TEST

/* Tokens */

static void fetch_token(char *token)
{
    site_get_target("/api?action=authToken&apikey=" KEY "&secretkey=" SECRET);
    ck_assert_int_eq(site_reply.status, 200);
    ck_assert_int_eq(sscanf(site_reply.body, "{\"authToken\":\"%26[0-9A-V]\"}", token), 1);
    ck_assert_uint_eq(strlen(site_reply.body), strlen("{\"authToken\":\"\"}") + 26);
}

START_TEST(test_tokens_authenticate_for_a_day)
{
    struct peer_form form = monitor_form("m");
    char token[32];

    start();
    fetch_token(token);
    peer_form_add(&form, "validation", "token");
    peer_form_add(&form, "authToken", token);
    site_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    peer_form_set(&form, "validation", NULL);
    peer_form_set(&form, "name", "n");
    site_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":2}");
    fa_server_clock_offset(site, INT64_C(24) * 3600 * 1000);
    peer_form_set(&form, "name", "o");
    site_post(&form);
    site_expect(403, "{\"error\":\"Invalid or expired authToken\",\"errorCode\":4}");
    site_stop();
}
END_TEST

static void set_clock(const char *apikey, const char *setting)
{
    char message[256];

    ck_assert_msg(fa_server_clock_set(site, apikey, setting, message, sizeof(message)) == 0, "%s",
                  message);
}

START_TEST(test_an_accounts_clock_is_its_own)
{
    struct peer_form form = monitor_form("m");
    char token[32];

    start();
    ck_assert_int_eq(fa_server_account_add(site, "OTHER", "OTHERSECRET"), 0);
    fetch_token(token);
    set_clock("OTHER", "+25h");
    site_get_target("/api?action=authToken&apikey=OTHER&secretkey=OTHERSECRET");
    ck_assert_int_eq(site_reply.status, 200);
    peer_form_add(&form, "validation", "token");
    peer_form_add(&form, "authToken", token);
    site_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    set_clock(SITE_KEY, "+24h");
    peer_form_set(&form, "name", "n");
    site_post(&form);
    site_expect(403, "{\"error\":\"Invalid or expired authToken\",\"errorCode\":4}");
    set_clock(SITE_KEY, "server");
    site_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":2}");
    site_stop();
}
END_TEST

START_TEST(test_a_frozen_clock_judges_timestamps_and_is_the_date)
{
    struct peer_form form = monitor_form("m");

    start();
    set_clock(NULL, "frozen@2011-06-01 12:00:00");
    peer_form_add(&form, "timestamp", "2011-06-01 12:04:59");
    site_sign_and_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    ck_assert_ptr_nonnull(strstr(site_reply.bytes, "\r\nDate: Wed, 01 Jun 2011 12:00:00 GMT\r\n"));
    ck_assert_int_eq(fa_server_clock_advance(site, SITE_KEY, 600000), 0);
    peer_form_set(&form, "name", "n");
    site_sign_and_post(&form);
    site_expect(400, "{\"status\":\"Invalid timestamp\"}");
    ck_assert_ptr_nonnull(strstr(site_reply.bytes, "\r\nDate: Wed, 01 Jun 2011 12:10:00 GMT\r\n"));
    ck_assert_int_eq(fa_server_clock_ms(site, NULL), INT64_C(1306929600000));
    ck_assert_int_eq(fa_server_clock_ms(site, SITE_KEY), INT64_C(1306930200000));
    ck_assert_int_eq(fa_server_clock_ms(site, "nobody"), -1);
    site_stop();
}
END_TEST

START_TEST(test_tokens_on_the_custom_path_and_in_xml)
{
    start();
    site_get("action=authToken&output=xml&secretkey=" SECRET);
    ck_assert_int_eq(strncmp(site_reply.body, "<result><authToken>", 19), 0);
    site_get("action=authToken&secretkey=wrong");
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_get("action=authToken");
    site_expect(400, "{\"error\":\"Missing parameter: secretkey\"}");
    site_get_target("/api?action=authToken&apikey=none&secretkey=x");
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_stop();
}
END_TEST

START_TEST(test_wrong_tokens_are_refused_with_code_four)
{
    static const char *const tokens[] = {"3TVQN32TIP1DN71OB4GOML1D7N", "x", " ", "'; --"};
    size_t i;

    start();
    for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        struct peer_form form = monitor_form("m");

        peer_form_add(&form, "authToken", tokens[i]);
        site_post(&form);
        site_expect(403, "{\"error\":\"Invalid or expired authToken\",\"errorCode\":4}");
    }
    site_stop();
}
END_TEST

/* Refusals of the checksum */

START_TEST(test_wrong_checksums_are_refused_and_store_nothing)
{
    static const char *const wrong[] = {
        "dexfAwt5is7TkVH+td+9mMoNgck=",
        "",
        " ",
        "x",
        "====",
        "ML1TdJ/wQc06CdIREtddB19wsKM",
        "\xff\xfe",
        "dexfAwt5is7TkVH+td+9mMoNgck=\n",
    };
    size_t i;

    start();
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct peer_form form = monitor_form("m");

        peer_form_sign(&form, SECRET);
        peer_form_set(&form, "checksum", wrong[i]);
        site_post(&form);
        site_expect(403, "{\"error\":\"Authentication failure\"}");
        site_expect_reason("checksum");
    }
    site_get("action=getMonitors");
    site_expect(200, "[]");
    site_stop();
}
END_TEST

START_TEST(test_altered_requests_are_refused)
{
    static const char *const names[] = {"name",    "tag",       "resultParams",
                                        "version", "timestamp", "action"};
    size_t i;

    start();
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct peer_form form = monitor_form("m");

        peer_form_sign(&form, SECRET);
        peer_form_set(&form, names[i], "altered");
        site_post(&form);
        site_expect(403, "{\"error\":\"Authentication failure\"}");
        peer_form_set(&form, names[i], NULL);
        site_post(&form);
        ck_assert_int_eq(site_reply.status, 403);
    }
    site_stop();
}
END_TEST

START_TEST(test_nothing_to_authenticate_with)
{
    struct peer_form form = monitor_form("m");

    start();
    site_post(&form);
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_expect_reason("checksum is missing");
    peer_form_add(&form, "validation", "token");
    site_post(&form);
    site_expect(403, "{\"error\":\"Invalid or expired authToken\",\"errorCode\":4}");
    site_stop();
}
END_TEST

START_TEST(test_unknown_keys_are_told_apart_by_action)
{
    struct peer_form form = monitor_form("m");

    start();
    site_get_target("/customMonitorApi?action=getMonitors&apikey=none");
    site_expect(403, "{\"error\":\"Invalid api key\"}");
    site_get_target("/customMonitorApi?action=getMonitors");
    site_expect(403, "{\"error\":\"Invalid api key\"}");
    site_get_target("/api?action=secretkey&apikey=");
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_get_target("/api?action=secretkey&apikey=none&version=2");
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_get_target("/api?action=secretkey&apikey=" KEY);
    site_expect(200, "{\"secretkey\":\"" SECRET "\"}");
    peer_form_set(&form, "apikey", "none");
    site_sign_and_post(&form);
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_expect_reason("\"none\"");
    peer_form_set(&form, "apikey", SECRET);
    site_sign_and_post(&form);
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_expect_reason("swapped");
    site_stop();
}
END_TEST

/* PROTOCOL.md §2.4 */
static void at_offset(struct peer_form *form, long seconds)
{
    static char text[32];
    time_t now = time(NULL) + seconds;
    struct tm parts;

    gmtime_r(&now, &parts);
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
    peer_form_set(form, "timestamp", text);
}

START_TEST(test_timestamps_must_be_of_now)
{
    static const long near[] = {0, -290, 290};
    static const long far[] = {-310, 310, -3600, 86400};
    struct peer_form form;
    size_t i;

    start();
    add_monitor("m");
    for (i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
        form = result_form("user_login:x");
        at_offset(&form, near[i]);
        site_sign_and_post(&form);
        ck_assert_int_eq(site_reply.status, 200);
    }
    for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
        form = result_form("user_login:x");
        at_offset(&form, far[i]);
        site_sign_and_post(&form);
        site_expect(400, "{\"status\":\"Invalid timestamp\"}");
        site_expect_reason("server's clock");
    }
    site_stop();
}
END_TEST

START_TEST(test_timestamps_must_have_their_form)
{
    static const char *const bad[] = {
        "2011-06-01T12:00:00",     "2011-06-01 12:00",
        "2011-6-1 12:00:00",       "now",
        "1306929600000",           "2011-06-01%2012:00:00",
        "2011-06-01 12:00:00 GMT", "2011-02-30 12:00:00",
    };
    struct peer_form form = result_form("user_login:x");
    size_t i;

    start();
    add_monitor("m");
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        peer_form_set(&form, "timestamp", bad[i]);
        site_sign_and_post(&form);
        site_expect(400, "{\"status\":\"Invalid timestamp\"}");
    }
    peer_form_set(&form, "timestamp", "");
    site_sign_and_post(&form);
    site_expect(400, "{\"status\":\"Missing parameter: timestamp\"}");
    site_stop();
}
END_TEST

/* Refusals of parameters */

START_TEST(test_missing_and_empty_parameters_are_named)
{
    static const char *const required[] = {"name", "tag", "resultParams"};
    static const char *const of_result[] = {"monitorId", "checktime", "results"};
    struct peer_form form;
    char want[100];
    size_t i;

    start();
    add_monitor("m");
    for (i = 0; i < 6; i++) {
        const char *name = i < 3 ? required[i] : of_result[i - 3];

        form = i < 3 ? monitor_form("n") : result_form("user_login:x");
        snprintf(want, sizeof(want), "{\"status\":\"Missing parameter: %s\"}", name);
        peer_form_set(&form, name, "");
        site_sign_and_post(&form);
        site_expect(400, want);
        peer_form_set(&form, name, NULL);
        site_sign_and_post(&form);
        site_expect(400, want);
    }
    site_get("action=getMonitorInfo");
    site_expect(400, "{\"error\":\"Missing parameter: monitorId\"}");
    site_get("action=");
    site_expect(400, "{\"error\":\"Missing parameter: action\"}");
    site_get("version=3x");
    site_expect(400, "{\"error\":\"Missing parameter: action\"}");
    ck_assert_int_eq(fa_server_rows(site, 1), 0);
    site_stop();
}
END_TEST

START_TEST(test_malformed_parameters_are_named)
{
    static const struct {
        const char *action;
        const char *name;
        const char *value;
    } rows[] = {
        {"addMonitor", "resultParams", "a"},
        {"addMonitor", "resultParams", "a:b:c"},
        {"addMonitor", "resultParams", "a:b:c:5"},
        {"addMonitor", "resultParams", "a:b:c:0"},
        {"addMonitor", "resultParams", "a:b:c:x"},
        {"addMonitor", "resultParams", ":b:c:3"},
        {"addMonitor", "resultParams", ";;"},
        {"addMonitor", "resultParams", "a:b:c:3;d"},
        {"addMonitor", "monitorParams", "a:b:c"},
        {"addMonitor", "additionalResultParams", "junk"},
        {"addMonitor", "multiValue", "maybe"},
        {"addMonitor", "customUserAgentId", "x"},
        {"addMonitor", "customUserAgentId", "-1"},
        {"addMonitor", "orderId", "1e3"},
        {"addMonitor", "name", "\xff\xfe"},
        {"addMonitor", "tag", "a\xc3"},
        {"addResult", "monitorId", "1x"},
        {"addResult", "monitorId", "+1"},
        {"addResult", "monitorId", " 1"},
        {"addResult", "monitorId", "0"},
        {"addResult", "monitorId", "-1"},
        {"addResult", "monitorId", "99999999999999999999"},
        {"addResult", "monitorId", "2"},
        {"addResult", "monitorId", "1,2"},
        {"addResult", "checktime", "now"},
        {"addResult", "checktime", "-5"},
        {"addResult", "checktime", "1.5"},
        {"addResult", "checktime", "0x10"},
        {"addResult", "checktime", "99999999999999999"},
        {"addResult", "results", "user_login"},
        {"addResult", "results", ":x"},
        {"addResult", "results", ";"},
        {"addResult", "results", "nobody:x"},
        {"addResult", "results", "user_login:x;nobody:y"},
        {"addResult", "results", "count:many"},
        {"addResult", "results", "count:1.5"},
        {"addResult", "results", "load:0x1"},
        {"addResult", "results", "load:nan"},
        {"addResult", "results", "load:1e999"},
        {"addResult", "results", "load:-1e999"},
        {"addResult", "results", "ok:yes"},
        {"addResult", "results", "user_login:\xff"},
        {"addResult", "results", "additionalResults:[}"},
        {"addResult", "results", "additionalResults:[1]"},
        {"addResult", "additionalResults", "[{"},
    };
    size_t i;

    start();
    add_monitor("m");
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct peer_form form = strcmp(rows[i].action, "addMonitor") == 0
                                    ? monitor_form("n")
                                    : result_form("user_login:x");
        char want[100];
        const char *name = rows[i].name;

        peer_form_set(&form, name, rows[i].value);
        site_sign_and_post(&form);
        snprintf(want, sizeof(want), "{\"status\":\"Invalid %s\"}", name);
        ck_assert_msg(strcmp(site_reply.body, want) == 0, "%s=%s: %s", name, rows[i].value,
                      site_reply.body);
        ck_assert_int_eq(site_reply.status, 400);
    }
    ck_assert_int_eq(fa_server_rows(site, 1), 0);
    site_get("action=getMonitors&name=n");
    site_expect(200, "[]");
    site_stop();
}
END_TEST

START_TEST(test_malformed_queries_are_named)
{
    static const char *const rows[][2] = {
        {"action=getMonitorInfo&monitorId=x", "monitorId"},
        {"action=getMonitorInfo&monitorId=7", "monitorId"},
        {"action=getMonitorInfo&monitorId=%00", "monitorId"},
        {"action=getMonitorInfo&monitorId=1&excludeHidden=2", "excludeHidden"},
        {"action=getMonitors&tag=%ff", "tag"},
        {"action=getMonitors&agentId=a", "agentId"},
        {"action=getMonitors&tag=a&tag=b", "tag"},
        {"action=getMonitorResults&monitorId=1&year=x&month=1&day=1", "year"},
        {"action=getMonitorResults&monitorId=1&year=2011&month=13&day=1", "month"},
        {"action=getMonitorResults&monitorId=1&year=2011&month=0&day=1", "month"},
        {"action=getMonitorResults&monitorId=1&year=2011&month=2&day=30", "day"},
        {"action=getMonitorResults&monitorId=1&year=2011&month=2&day=32", "day"},
        {"action=getMonitorResults&monitorId=1&year=2011&month=1&day=1&timezone=9999", "timezone"},
        {"action=getMonitorResults&monitorId=1&year=1&month=1&day=1", "year"},
        {"action=getAdditionalResults&monitorId=1&checktime=x", "checktime"},
    };
    size_t i;

    start();
    add_monitor("m");
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char want[100];

        site_get(rows[i][0]);
        snprintf(want, sizeof(want), "{\"error\":\"Invalid %s\"}", rows[i][1]);
        ck_assert_msg(strcmp(site_reply.body, want) == 0, "%s: %s", rows[i][0], site_reply.body);
        ck_assert_int_eq(site_reply.status, 400);
    }
    site_stop();
}
END_TEST

START_TEST(test_limits_are_kept)
{
    struct peer_form form = monitor_form("m");
    char *name = calloc(1, 2 * 256 + 1);
    char *value = calloc(1, 65 * 1024);
    char *defined = calloc(1, 20 * 101);
    int i;

    start();
    for (i = 0; i < 255; i++)
        strcat(name, "ü");
    peer_form_set(&form, "name", name);
    site_sign_and_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    strcat(name, "x");
    site_sign_and_post(&form);
    site_expect(400, "{\"status\":\"Invalid name\"}");
    for (i = 0; i < 101; i++)
        sprintf(defined + strlen(defined), "p%d:a:b:3;", i);
    peer_form_set(&form, "name", "n");
    peer_form_set(&form, "resultParams", defined);
    site_sign_and_post(&form);
    site_expect(400, "{\"status\":\"Invalid resultParams\"}");
    site_expect_reason("more than 100");
    strcpy(value, "user_login:");
    memset(value + 11, 'x', 64 * 1024 - 10);
    form = result_form(value);
    site_sign_and_post(&form);
    site_expect(400, "{\"status\":\"Invalid results\"}");
    value[64 * 1024] = '\0';
    site_sign_and_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    free(name);
    free(value);
    free(defined);
    site_stop();
}
END_TEST

START_TEST(test_too_many_parameters_are_refused)
{
    char *body = malloc(40001);
    int i;

    start();
    for (i = 0; i < 10000; i++)
        memcpy(body + 4 * i, "a=1&", 5);
    peer_post(fa_server_port(site), "/customMonitorApi", body, 40000, &site_reply);
    site_expect(400, "{\"status\":\"Too many parameters\"}");
    free(body);
    site_stop();
}
END_TEST

START_TEST(test_unknown_actions_are_quoted)
{
    struct peer_form form = site_form("noSuchAction");

    start();
    site_post(&form);
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_sign_and_post(&form);
    site_expect(400, "{\"status\":\"Action 'noSuchAction' is not supported\"}");
    site_get("action=noSuchAction");
    site_expect(400, "{\"status\":\"Action 'noSuchAction' is not supported\"}");
    site_get("action=getmonitors");
    site_expect(400, "{\"status\":\"Action 'getmonitors' is not supported\"}");
    site_get("action=addMonitor&name=x&tag=y&resultParams=a:b:c:3");
    site_expect(400, "{\"status\":\"Action 'addMonitor' is not supported\"}");
    site_get_target("/api?action=getMonitors&apikey=" KEY);
    site_expect(400, "{\"status\":\"Action 'getMonitors' is not supported\"}");
    site_get("action=%3Cscript%3E%22%0A");
    site_expect(400, "{\"status\":\"Action '<script>\\\"\\u000a' is not supported\"}");
    site_stop();
}
END_TEST

START_TEST(test_version_3_authenticates_reads_and_numbers_errors)
{
    struct peer_form form = site_form("getMonitors");
    char *query;
    char target[2048];

    start();
    site_get("action=getMonitors&version=3");
    site_expect(403, "{\"error\":\"Authentication failure\",\"errorCode\":100}");
    peer_form_set(&form, "version", "3");
    peer_form_sign(&form, SECRET);
    query = peer_form_encode(&form);
    snprintf(target, sizeof(target), "/customMonitorApi?%s", query);
    site_get_target(target);
    site_expect(200, "[]");
    free(query);
    add_monitor("m");
    site_get_target(target);
    site_expect(200, "[{\"id\":\"1\",\"tag\":\"loginMonitor\",\"name\":\"m\",\"type\":\"custom\","
                     "\"monitorParams\":[]}]");
    site_stop();
}
END_TEST

START_TEST(test_strict_refuses_what_the_action_does_not_have)
{
    struct peer_form form = monitor_form("m");

    start();
    peer_form_add(&form, "extra", "1");
    site_sign_and_post(&form);
    site_expect(400, "{\"status\":\"Invalid extra\"}");
    form = monitor_form("m");
    peer_form_add(&form, "tag", "second");
    site_sign_and_post(&form);
    ck_assert_int_ge(site_reply.status, 400);
    site_get("action=getMonitors&nocache=0.5&m_type=custom&checksum=x&validation=JSON");
    site_expect(200, "[]");
    site_stop();
}
END_TEST

/* Accounts do not see each other. */
START_TEST(test_accounts_are_apart)
{
    struct peer_form form = result_form("user_login:x");

    start();
    ck_assert_int_eq(fa_server_account_add(site, "OTHER", "OTHERSECRET"), 0);
    add_monitor("m");
    site_get_target("/customMonitorApi?action=getMonitors&apikey=OTHER");
    site_expect(200, "[]");
    site_get_target("/customMonitorApi?action=getMonitorInfo&monitorId=1&apikey=OTHER");
    site_expect(400, "{\"error\":\"Invalid monitorId\"}");
    peer_form_set(&form, "apikey", "OTHER");
    peer_form_sign(&form, "OTHERSECRET");
    site_post(&form);
    site_expect(400, "{\"status\":\"Invalid monitorId\"}");
    ck_assert_int_eq(fa_server_rows(site, 1), 0);
    site_stop();
}
END_TEST

START_TEST(test_names_are_unique_as_the_switch_says)
{
    static const char *const by_name[] = {"duplicate-names=name", NULL};
    static const char *const allowed[] = {"duplicate-names=allow", NULL};
    struct peer_form form = monitor_form("m");

    start();
    add_monitor("m");
    site_sign_and_post(&form);
    site_expect(400, "{\"status\":\"Monitor with that name already exists\"}");
    peer_form_set(&form, "tag", "other");
    site_sign_and_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":2}");
    form = site_form("editMonitor");
    peer_form_add(&form, "monitorId", "2");
    peer_form_add(&form, "tag", "loginMonitor");
    site_sign_and_post(&form);
    site_expect(400, "{\"status\":\"Monitor with that name already exists\"}");
    site_stop();
    site_start(FA_PROFILE_STRICT, by_name);
    add_monitor("m");
    form = monitor_form("m");
    peer_form_set(&form, "tag", "other");
    site_sign_and_post(&form);
    ck_assert_int_eq(site_reply.status, 400);
    site_stop();
    site_start(FA_PROFILE_STRICT, allowed);
    add_monitor("m");
    add_monitor("m");
    site_stop();
}
END_TEST

START_TEST(test_replays_are_refused_when_asked_for)
{
    static const char *const refuse[] = {"replay=refuse", NULL};
    struct peer_form form = result_form("user_login:x");

    site_start(FA_PROFILE_STRICT, refuse);
    add_monitor("m");
    peer_form_sign(&form, SECRET);
    site_post(&form);
    ck_assert_int_eq(site_reply.status, 200);
    site_post(&form);
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_expect_reason("seen before");
    site_stop();
}
END_TEST

/* Without separators these texts are one, and so are their checksums; §2.3. */
START_TEST(test_a_boundary_that_moved_is_seen)
{
    static const char *const refuse[] = {"replay=refuse", NULL};
    struct peer_form form = site_form("addMonitor");

    site_start(FA_PROFILE_STRICT, refuse);
    peer_form_add(&form, "name", "morderId5");
    peer_form_add(&form, "tag", "t");
    peer_form_add(&form, "resultParams", "a:A::3");
    peer_form_sign(&form, SECRET);
    site_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    peer_form_set(&form, "name", "m");
    peer_form_add(&form, "orderId", "5"); /* a parameter of this action */
    site_post(&form);
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_expect_reason("seen before");
    site_stop();
}
END_TEST

/* What only the vendor profile takes. */
START_TEST(test_vendor_profile_forgives_what_the_service_forgave)
{
    struct peer_form form;

    site_start(FA_PROFILE_VENDOR, NULL);
    form = monitor_form("m");
    peer_form_set(&form, "timestamp", "2001-01-01%2001:01:01");
    peer_form_add(&form, "nocache", "1");
    site_sign_and_post(&form);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    add_result("user_login:x;nobody:y;count:many");
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    site_get("action=getMonitorResults&" OF_DAY);
    ck_assert_ptr_nonnull(strstr(site_reply.body, "\"count\":\"many\""));
    ck_assert_ptr_null(strstr(site_reply.body, "nobody"));
    site_stop();
}
END_TEST

static void repair_checksum(const struct peer_form *form, char *checksum, const char *tail)
{
    char *plus;

    strcpy(checksum, form->checksum);
    while ((plus = strchr(checksum, '+')) != NULL)
        *plus = ' ';
    strcat(checksum, tail);
}

START_TEST(test_only_the_vendor_profile_mends_checksums)
{
    static const enum fa_profile profiles[] = {FA_PROFILE_STRICT, FA_PROFILE_VENDOR};
    size_t i;
    int number;

    for (i = 0; i < 2; i++) {
        struct peer_form form;
        char name[16];
        char mended[64];

        site_start(profiles[i], NULL);
        for (number = 0;; number++) { /* until the checksum has a + in it */
            snprintf(name, sizeof(name), "m%d", number);
            form = monitor_form(name);
            peer_form_sign(&form, SECRET);
            if (strchr(form.checksum, '+'))
                break;
        }
        repair_checksum(&form, mended, "");
        peer_form_set(&form, "checksum", mended);
        site_post(&form);
        ck_assert_int_eq(site_reply.status, profiles[i] == FA_PROFILE_STRICT ? 403 : 200);
        form = monitor_form("newline");
        peer_form_sign(&form, SECRET);
        repair_checksum(&form, mended, "\n");
        peer_form_set(&form, "checksum", mended);
        site_post(&form);
        ck_assert_int_eq(site_reply.status, profiles[i] == FA_PROFILE_STRICT ? 403 : 200);
        site_stop();
    }
}
END_TEST

START_TEST(test_a_body_that_is_no_form_is_named)
{
    static const char *const bodies[] = {
        "{\"action\":\"addMonitor\",\"apikey\":\"" KEY "\"}",
        "<action>addMonitor</action>",
        "--b\r\nContent-Disposition: form-data; name=\"action\"\r\n\r\naddMonitor\r\n--b--\r\n",
    };
    size_t i;

    start();
    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        peer_post(fa_server_port(site), "/customMonitorApi", bodies[i], strlen(bodies[i]),
                  &site_reply);
        site_expect(403, "{\"error\":\"Authentication failure\"}");
        site_expect_reason("apikey is missing or empty; the body is not form-encoded");
    }
    peer_post(fa_server_port(site), "/customMonitorApi", "action=addMonitor", 17, &site_reply);
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_expect_reason("apikey is missing or empty");
    site_stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_a_body_that_is_no_form_is_named),
    TEST(test_the_articles_steps_give_the_documented_bytes),
    TEST(test_xml_answers_of_writing_actions),
    TEST(test_monitor_info_has_all_three_lists),
    TEST(test_edit_changes_what_is_mentioned_and_nothing_else),
    TEST(test_delete_is_all_or_nothing),
    TEST(test_repeated_ids_in_brackets_are_a_list),
    TEST(test_one_checktime_is_one_row),
    TEST(test_seconds_are_taken_for_milliseconds),
    TEST(test_a_day_is_the_zones_day),
    TEST(test_multi_value_monitors_append_rows),
    TEST(test_additional_results_keep_their_numbers),
    TEST(test_a_post_may_have_everything_in_the_query),
    TEST(test_tokens_authenticate_for_a_day),
    TEST(test_an_accounts_clock_is_its_own),
    TEST(test_a_frozen_clock_judges_timestamps_and_is_the_date),
    TEST(test_tokens_on_the_custom_path_and_in_xml),
    TEST(test_wrong_tokens_are_refused_with_code_four),
    TEST(test_wrong_checksums_are_refused_and_store_nothing),
    TEST(test_altered_requests_are_refused),
    TEST(test_nothing_to_authenticate_with),
    TEST(test_unknown_keys_are_told_apart_by_action),
    TEST(test_timestamps_must_be_of_now),
    TEST(test_timestamps_must_have_their_form),
    TEST(test_missing_and_empty_parameters_are_named),
    TEST(test_malformed_parameters_are_named),
    TEST(test_malformed_queries_are_named),
    TEST(test_limits_are_kept),
    TEST(test_too_many_parameters_are_refused),
    TEST(test_unknown_actions_are_quoted),
    TEST(test_version_3_authenticates_reads_and_numbers_errors),
    TEST(test_strict_refuses_what_the_action_does_not_have),
    TEST(test_accounts_are_apart),
    TEST(test_names_are_unique_as_the_switch_says),
    TEST(test_replays_are_refused_when_asked_for),
    TEST(test_a_boundary_that_moved_is_seen),
    TEST(test_vendor_profile_forgives_what_the_service_forgave),
    TEST(test_only_the_vendor_profile_mends_checksums),
};

TEST_MAIN("api", cases)
