/* The actions beyond the article's: reports, agents and jobs, public keys, resellers, pages. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "routes.h"
#include "app.h"
#include "server.h"
#include "site.h"

#define CUSTOM "/customMonitorApi"
#define API    "/api"
#define OK     "{\"status\":\"ok\",\"data\":null}"

static void start(void)
{
    site_start(FA_PROFILE_STRICT, NULL);
}

static void add_monitor(const char *params)
{
    site_do(CUSTOM, "addMonitor", "name", "m", "tag", "t", "resultParams", params, NULL);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
}

static void add_result(const char *checktime, const char *results)
{
    site_do(CUSTOM, "addResult", "monitorId", "1", "checktime", checktime, "results", results,
            NULL);
    site_expect(200, OK);
}

/* Reports */

#define SPAN "monitorId=1&dateFrom=1306886400000&dateTo=1306972800000" /* 2011-06-01 */

START_TEST(test_reports_list_a_span)
{
    start();
    add_monitor("a:A::2;s:S::3");
    add_result("1306886400000", "a:1;s:x");
    add_result("1306972799999", "a:3");
    add_result("1306972800000", "a:5");
    site_get("action=getReport&" SPAN);
    site_expect(200, "[{\"a\":\"1\",\"s\":\"x\",\"checkTime\":\"2011-06-01 "
                     "00:00\",\"checkTimeInGMT\":1306886400000},"
                     "{\"a\":\"3\",\"s\":\"\",\"checkTime\":\"2011-06-01 "
                     "23:59\",\"checkTimeInGMT\":1306972799999}]");
    site_get("action=getReport&output=xml&timezone=60&monitorId=1&dateFrom=1306886400000&dateTo="
             "1306886400001");
    site_expect(200, "<results><result><a>1</a><s>x</s><checkTime>01:00</checkTime>"
                     "<checkTimeInGMT>1306886400000</checkTimeInGMT></result></results>");
    site_get("action=getReport&monitorId=1&dateFrom=2&dateTo=1");
    site_expect(400, "{\"error\":\"Invalid dateTo\"}");
    site_get("action=getReport&monitorId=1&dateFrom=1");
    site_expect(400, "{\"error\":\"Missing parameter: dateTo\"}");
    site_stop();
}
END_TEST

START_TEST(test_reports_aggregate_buckets)
{
    static const struct {
        const char *interval;
        const char *want;
    } rows[] = {
        {"interval=1&intervalType=day",
         "[{\"avg\":\"2.5\",\"sum\":\"10\",\"low\":\"1\",\"high\":\"4\",\"last\":\"d\",\"text\":"
         "\"w\","
         "\"checkTime\":\"2011-06-01 00:00\",\"checkTimeInGMT\":1306886400000}]"},
        {"interval=2&intervalType=HOUR",
         "[{\"avg\":\"1.5\",\"sum\":\"3\",\"low\":\"1\",\"high\":\"2\",\"last\":\"b\",\"text\":"
         "\"w\","
         "\"checkTime\":\"2011-06-01 00:00\",\"checkTimeInGMT\":1306886400000},"
         "{\"avg\":\"3.5\",\"sum\":\"7\",\"low\":\"3\",\"high\":\"4\",\"last\":\"d\",\"text\":\"\","
         "\"checkTime\":\"2011-06-01 02:00\",\"checkTimeInGMT\":1306893600000}]"},
        {"interval=1&intervalType=month&timezone=-60",
         "[{\"avg\":\"1\",\"sum\":\"1\",\"low\":\"1\",\"high\":\"1\",\"last\":\"a\",\"text\":\"w\","
         "\"checkTime\":\"2011-05-01 00:00\",\"checkTimeInGMT\":1304211600000},"
         "{\"avg\":\"3\",\"sum\":\"9\",\"low\":\"2\",\"high\":\"4\",\"last\":\"d\",\"text\":\"\","
         "\"checkTime\":\"2011-06-01 00:00\",\"checkTimeInGMT\":1306890000000}]"},
    };
    size_t i;

    start();
    add_monitor("avg:A::4;sum:S::2:false::sum;low:L::2:false::min;high:H::2:false::MAX;"
                "last:Z::3;text:T::3");
    add_result("1306886400000", "avg:1;sum:1;low:1;high:1;last:a;text:w");
    add_result("1306890000000", "avg:2;sum:2;low:2;high:2;last:b");
    add_result("1306893600000", "avg:3;sum:3;low:3;high:3;last:c");
    add_result("1306897200000", "avg:4;sum:4;low:4;high:4;last:d");
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char query[256];

        snprintf(query, sizeof(query), "action=getReport&" SPAN "&%s", rows[i].interval);
        site_get(query);
        site_expect(200, rows[i].want);
    }
    site_get("action=getReport&" SPAN "&interval=0");
    site_expect(400, "{\"error\":\"Invalid interval\"}");
    site_get("action=getReport&" SPAN "&interval=1&intervalType=week");
    site_expect(400, "{\"error\":\"Invalid intervalType\"}");
    site_get("action=getReport&" SPAN "&interval=90");
    ck_assert_int_eq(site_reply.status, 200);
    site_stop();
}
END_TEST

START_TEST(test_additional_data_reports_list_a_span)
{
    start();
    add_monitor("a:A::3");
    site_do(CUSTOM, "addAdditionalResults", "monitorId", "1", "checktime", "1306886400000",
            "results", "[{\"x\":1},{\"x\":2}]", NULL);
    site_do(CUSTOM, "addAdditionalResults", "monitorId", "1", "checktime", "1306972800000",
            "results", "[{\"x\":3}]", NULL);
    site_get("action=getAdditionalDataReport&" SPAN);
    site_expect(200, "[{\"x\":1},{\"x\":2}]");
    site_stop();
}
END_TEST

START_TEST(test_additional_results_refuse_what_is_no_list_of_objects)
{
    static const char *const bad[] = {"x", "{\"a\":1}", "[1]", "[[1]]", "[", "[{]", "%5B"};
    size_t i;

    start();
    add_monitor("a:A::3");
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        site_do(CUSTOM, "addAdditionalResults", "monitorId", "1", "checktime", "1306886400000",
                "results", bad[i], NULL);
        site_expect(400, "{\"status\":\"Invalid results\"}");
    }
    site_get("action=getAdditionalResults&monitorId=1&checktime=1306886400000");
    site_expect(200, "[]");
    site_stop();
}
END_TEST

START_TEST(test_colorize_takes_json)
{
    start();
    add_monitor("a:A::3");
    site_do(CUSTOM, "colorizeMonitors", "monitorId", "1", "guiStyle",
            "[{\"name\":\"a\",\"colors\":[{\"condition\":\"<3\",\"color\":\"green\"}]}]", NULL);
    site_expect(200, OK);
    site_do(CUSTOM, "colorizeMonitors", "monitorId", "1", "guiStyle", "[{", NULL);
    site_expect(400, "{\"status\":\"Invalid guiStyle\"}");
    site_do(CUSTOM, "colorizeMonitors", "monitorId", "2", "guiStyle", "[]", NULL);
    site_expect(400, "{\"status\":\"Invalid monitorId\"}");
    site_stop();
}
END_TEST

/* Agents and jobs */

START_TEST(test_agents_are_kept_with_their_monitors_and_settings)
{
    char *date;

    start();
    site_do(CUSTOM, "addAgent", "name", "agent1", "type", "internal", "params",
            "{\"drivelist\":\"C,D\",\"n\":5}", "jobPollingInterval", "5", NULL);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    site_do(CUSTOM, "addAgent", "name", "agent2", NULL);
    site_do(CUSTOM, "addMonitor", "name", "m", "tag", "t", "resultParams", "a:A::3", "agentId", "1",
            NULL);
    site_get("action=getAgents");
    date = strstr(site_reply.body, "\"createdOn\":\"");
    ck_assert_ptr_nonnull(date);
    memcpy(date + 13, "0000-00-00 00:00", 16);
    date = strstr(date + 13, "\"createdOn\":\"");
    memcpy(date + 13, "0000-00-00 00:00", 16);
    site_expect(200,
                "[{\"id\":\"1\",\"name\":\"agent1\",\"type\":\"internal\",\"jobPollingInterval\":5,"
                "\"createdOn\":\"0000-00-00 00:00\",\"lastAccess\":\"\"},"
                "{\"id\":\"2\",\"name\":\"agent2\",\"type\":\"custom\",\"jobPollingInterval\":0,"
                "\"createdOn\":\"0000-00-00 00:00\",\"lastAccess\":\"\"}]");
    site_get("action=agentInfo&agentId=1");
    site_expect_part(
        "\"monitors\":[{\"id\":\"1\",\"name\":\"m\",\"tag\":\"t\",\"type\":\"custom\"}],"
        "\"params\":[{\"id\":\"1\",\"name\":\"drivelist\",\"value\":\"C,D\"},"
        "{\"id\":\"2\",\"name\":\"n\",\"value\":\"5\"}]}");
    site_get("action=getAgents&type=internal&loadTest=true&loadParametrs=1&output=xml");
    site_expect_part("<agents><agent><id>1</id><name>agent1</name>");
    site_expect_part("<monitors><monitor><id>1</id>");
    site_expect_part("</params></agent></agents>");
    site_get("action=getMonitors&agentId=1");
    site_expect_part("\"id\":\"1\"");
    site_get("action=getMonitors&agentId=2");
    site_expect(200, "[]");
    site_get("action=getMonitors&customUserAgentId=2");
    site_expect(200, "[]");
    site_get("action=agentInfo&customUserAgentId=1");
    site_expect_part("{\"id\":\"1\",\"name\":\"agent1\"");
    site_stop();
}
END_TEST

START_TEST(test_agents_are_edited_and_deleted)
{
    start();
    site_do(CUSTOM, "addAgent", "name", "a", "type", "x", "params", "{\"p\":\"1\"}", NULL);
    site_do(CUSTOM, "addAgent", "name", "b", NULL);
    site_do(CUSTOM, "addMonitor", "name", "m", "tag", "t", "resultParams", "a:A::3",
            "customUserAgentId", "1", NULL);
    site_do(CUSTOM, "addMonitor", "name", "n", "tag", "t", "resultParams", "a:A::3",
            "customUserAgentId", "2", NULL);
    site_do(CUSTOM, "editAgent", "agentId", "1", "name", "renamed", NULL);
    site_expect(200, OK);
    site_get("action=agentInfo&agentId=1");
    site_expect_part("\"name\":\"renamed\",\"type\":\"x\"");
    site_expect_part("\"name\":\"p\",\"value\":\"1\"");
    site_do(CUSTOM, "editAgent", "agentId", "9", "name", "x", NULL);
    site_expect(400, "{\"status\":\"Invalid agentId\"}");
    site_do(CUSTOM, "deleteAgent", "agentIds", "1,9", NULL);
    site_expect(400, "{\"status\":\"Invalid agentIds\"}");
    site_do(CUSTOM, "deleteAgent", "agentIds", "1", NULL);
    site_expect(200, OK);
    site_get("action=agentInfo&agentId=1");
    site_expect(400, "{\"error\":\"Invalid agentId\"}");
    site_get("action=getMonitors&name=m");
    site_expect_part("\"id\":\"1\"");
    site_do(CUSTOM, "deleteAgent", "agentIds", "2", "deleteMonitors", "True", NULL);
    site_get("action=getMonitors&name=n");
    site_expect(200, "[]");
    site_get("action=getAgents");
    site_expect(200, "[]");
    site_get("action=getAgents&output=xml");
    site_expect(200, "<agents></agents>");
    site_stop();
}
END_TEST

START_TEST(test_jobs_belong_to_their_agent)
{
    start();
    site_do(CUSTOM, "addAgent", "name", "a", NULL);
    site_do(CUSTOM, "addJob", "agentId", "1", "type", "custom", "periodicity", "3", "params",
            "x:ms", NULL);
    site_expect(200, "{\"status\":\"ok\",\"data\":2}");
    site_do(CUSTOM, "addJob", "agentId", "1", NULL);
    site_get("action=getJobs&agentId=1");
    site_expect(200, "[{\"id\":\"2\",\"interval\":\"3\",\"params\":\"x:ms\",\"type\":\"custom\"},"
                     "{\"id\":\"3\",\"interval\":\"\",\"params\":\"\",\"type\":\"\"}]");
    site_do(CUSTOM, "editJob", "jobId", "3", "interval", "7", NULL);
    site_expect(200, OK);
    site_get("action=getJobs&agentId=1&lastJobId=2&output=xml");
    site_expect(
        200,
        "<jobs><job><id>3</id><interval>7</interval><params></params><type></type></job></jobs>");
    site_do(CUSTOM, "addJob", "agentId", "2", NULL); /* that is a job */
    site_expect(400, "{\"status\":\"Invalid agentId\"}");
    site_do(CUSTOM, "deleteJob", "jobIds", "2,3,4", NULL);
    site_expect(400, "{\"status\":\"Invalid jobIds\"}");
    site_do(CUSTOM, "deleteJob", "jobIds", "2,3", NULL);
    site_expect(200, OK);
    site_get("action=getJobs&agentId=1");
    site_expect(200, "[]");
    site_get("action=getJobs&agentId=5");
    site_expect(400, "{\"error\":\"Invalid agentId\"}");
    site_stop();
}
END_TEST

/* Public keys */

static void make_key(const char *params, char *key)
{
    site_do(API, "addPublicKey", "params", params, NULL);
    ck_assert_int_eq(sscanf(site_reply.body, "{\"status\":\"ok\",\"data\":\"%26[0-9A-V]\"}", key),
                     1);
}

START_TEST(test_public_keys_stand_for_parameters)
{
    char key[32];
    char target[256];

    start();
    add_monitor("a:A::3");
    make_key("{\"action\":\"getMonitors\",\"output\":\"xml\",\"tag\":\"t\"}", key);
    snprintf(target, sizeof(target), CUSTOM "?publickey=%s", key);
    site_get_target(target);
    site_expect(200, "<monitors><monitor><id>1</id><tag>t</tag><name>m</name><type>custom</type></"
                     "monitor></monitors>");
    snprintf(target, sizeof(target), CUSTOM "?publickey=%s&tag=other&output=json&version=3", key);
    site_get_target(target);
    site_expect(200, "[]");
    snprintf(target, sizeof(target), CUSTOM "?publickey=%s&action=secretkey", key);
    site_get_target(target);
    site_expect(403, "<error>Authentication failure</error>");
    snprintf(target, sizeof(target), CUSTOM "?publickey=%s&action=deleteMonitor&monitorId=1", key);
    site_get_target(target);
    site_expect(403, "<error>Authentication failure</error>");
    site_get_target(CUSTOM "?publickey=none&action=getMonitors");
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_stop();
}
END_TEST

START_TEST(test_public_keys_are_listed_changed_and_deleted)
{
    char key[32];
    char second[32];
    char both[64];
    char part[128];

    start();
    make_key("{\"tag\":\"t\"}", key);
    make_key("{}", second);
    site_do(API, "updatePublicKey", "key", key, "params", "{\"tag\":\"u\"}", NULL);
    site_expect(200, OK);
    site_get("action=getPublicKeys");
    snprintf(part, sizeof(part), "[{\"id\":\"1\",\"key\":\"%s\",\"createdOn\":\"", key);
    site_expect_part(part);
    site_expect_part("\"params\":{\"tag\":\"u\"}}");
    site_do(API, "updatePublicKey", "key", "none", "params", "{}", NULL);
    site_expect(400, "{\"status\":\"Invalid key\"}");
    site_do(API, "updatePublicKey", "key", key, "params", "[]", NULL);
    site_expect(400, "{\"status\":\"Invalid params\"}");
    snprintf(both, sizeof(both), "%s,none", key);
    site_do(API, "deletePublicKeys", "keys", both, NULL);
    site_expect(400, "{\"status\":\"Invalid keys\"}");
    snprintf(both, sizeof(both), "%s,%s", key, second);
    site_do(API, "deletePublicKeys", "keys", both, NULL);
    site_expect(200, OK);
    site_get("action=getPublicKeys");
    site_expect(200, "[]");
    site_stop();
}
END_TEST

/* Accounts with a password, and resellers */

static void read_accounts(const char *text)
{
    char path[] = "/tmp/test_actions.XXXXXX";
    char message[256];
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_msg(fa_server_accounts_file(site, path, message, sizeof(message)) == 0, "%s",
                  message);
    (void)close(fd);
    (void)unlink(path);
}

START_TEST(test_keys_by_password)
{
    static const char *const good[] = {
        "900150983cd24fb0d6963f7d28e17f72",
        "900150983CD24FB0D6963F7D28E17F72",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "00900150983cd24fb0d6963f7d28e17f72",
    };
    static const char *const bad[] = {"abc", "900150983cd24fb0d6963f7d28e17f7", "0",
                                      "d41d8cd98f00b204e9800998ecf8427e"};
    char target[256];
    size_t i;

    start();
    read_accounts("[a]\napikey = A\nsecretkey = S\nuser = a@example.org\npassword = abc\n");
    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(target, sizeof(target), API "?action=apikey&userName=a%%40example.org&password=%s",
                 good[i]);
        site_get_target(target);
        site_expect(200, "{\"apikey\":\"A\",\"secretkey\":\"S\"}");
    }
    site_get_target(API "?action=apikey&output=xml&userName=a@example.org&password="
                        "900150983cd24fb0d6963f7d28e17f72");
    site_expect(200, "<result><apikey>A</apikey><secretkey>S</secretkey></result>");
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(target, sizeof(target), API "?action=apikey&userName=a@example.org&password=%s",
                 bad[i]);
        site_get_target(target);
        site_expect(403, "{\"error\":\"Invalid username or password\"}");
    }
    site_get_target(API "?action=userkey&userName=nobody&password=x");
    site_expect(403, "{\"error\":\"Invalid username or password\"}");
    site_get_target(
        API "?action=userkey&userName=a@example.org&password=900150983cd24fb0d6963f7d28e17f72");
    site_expect(200, "{\"userkey\":\"A\"}");
    site_get_target(API "?action=apikey&userName=a@example.org");
    site_expect(400, "{\"error\":\"Missing parameter: password\"}");
    site_stop();
}
END_TEST

START_TEST(test_resellers_act_for_their_clients_only)
{
    start();
    read_accounts("[r]\napikey = R\nsecretkey = S\n[c]\napikey = C\nsecretkey = T\nreseller = R\n");
    site_get_target(CUSTOM "?action=getMonitors&apikey=R&clientApiKey=C");
    site_expect(200, "[]");
    site_do(CUSTOM, "addMonitor", "name", "m", "tag", "t", "resultParams", "a:A::3", "clientApikey",
            "C", NULL);
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_expect_reason("no client");
    site_get_target(CUSTOM "?action=getMonitors&apikey=C&clientApikey=R");
    site_expect(403, "{\"error\":\"Authentication failure\"}");
    site_stop();
}
END_TEST

/* Pages, contacts, rules */

START_TEST(test_pages_and_modules_run_through)
{
    start();
    site_do(API, "addPage", "title", "My page", "columnCount", "2", NULL);
    site_expect(200, "{\"status\":\"ok\",\"data\":{\"pageId\":1}}");
    site_do(API, "addPageModule", "moduleName", "CustomMonitor", "pageId", "1", "column", "1",
            "row", "2", "dataModuleId", "305", "height", "300", NULL);
    site_expect(200, "{\"status\":\"ok\",\"data\":{\"pageModuleId\":2}}");
    site_get_target(API "?action=pages&apikey=" SITE_KEY);
    site_expect(200, "[{\"id\":\"1\",\"title\":\"My page\",\"columnCount\":\"2\"}]");
    site_get_target(API "?action=pageModules&apikey=" SITE_KEY "&pageName=My+page");
    site_expect_part("[{\"id\":\"2\",\"moduleName\":\"CustomMonitor\"");
    site_get_target(API "?action=pageModules&apikey=" SITE_KEY "&pageId=1&output=xml");
    site_expect_part("<pageModules><pageModule><id>2</id>");
    site_get_target(API "?action=pageModules&apikey=" SITE_KEY);
    site_expect(400, "{\"error\":\"Missing parameter: pageId\"}");
    site_do(API, "deletePageModule", "pageModuleId", "1", NULL);
    site_expect(400, "{\"status\":\"Invalid pageModuleId\"}");
    site_do(API, "deletePageModule", "pageModuleId", "2", NULL);
    site_expect(200, OK);
    site_do(API, "deletePage", "pageId", "1", NULL);
    site_expect(200, OK);
    site_get_target(API "?action=pages&apikey=" SITE_KEY);
    site_expect(200, "[]");
    site_do(CUSTOM, "addPage", "title", "x", NULL);
    site_expect(400, "{\"status\":\"Action 'addPage' is not supported\"}");
    site_stop();
}
END_TEST

START_TEST(test_contacts_and_rules_run_through)
{
    start();
    add_monitor("a:A::3");
    site_do(API, "addContact", "firstName", "A", "account", "a@example.org", "contactType", "1",
            NULL);
    site_expect_part("{\"status\":\"ok\",\"data\":{\"contactId\":1,\"confirmationKey\":\"");
    site_get_target(API "?action=contactsList&apikey=" SITE_KEY);
    site_expect_part("[{\"contactId\":\"1\"");
    site_do(API, "addNotificationRule", "monitorId", "1", "monitorType", "custom", "contactId", "1",
            "paramName", "a", "paramValue", "5", "comparingMethod", "greater", NULL);
    site_expect(200, OK);
    site_get_target(API
                    "?action=getNotificationRules&monitorId=1&monitorType=custom&apikey=" SITE_KEY);
    site_expect_part("\"paramName\":\"a\"");
    site_do(API, "deleteNotificationRule", "monitorId", "1", "monitorType", "custom", "contactIds",
            "7", NULL);
    site_get_target(API "?action=getNotificationRules&monitorId=1&apikey=" SITE_KEY);
    site_expect_part("\"paramName\":\"a\"");
    site_do(API, "deleteNotificationRule", "monitorId", "1", "contactIds", "1", NULL);
    site_get_target(API "?action=getNotificationRules&monitorId=1&apikey=" SITE_KEY);
    site_expect(200, "[]");
    site_do(API, "deleteContact", "contactId", "1", NULL);
    site_expect(200, OK);
    site_do(API, "deleteContact", "contactId", "1", NULL);
    site_expect(400, "{\"status\":\"Invalid contactId\"}");
    site_stop();
}
END_TEST

/* The tables themselves */

START_TEST(test_tables_are_sound)
{
    size_t count;
    size_t common_count;
    const struct fa_arg_spec *common = fa_common_args(&common_count);
    const struct fa_route *routes = fa_routes(&count);
    size_t i;
    size_t k;
    size_t n;

    ck_assert_uint_gt(common_count, 0);
    for (i = 0; i < count; i++) {
        const struct fa_route *route = &routes[i];

        ck_assert_uint_le(route->arg_count, FA_ARGS_MAX);
        ck_assert(route->handle && route->about && route->section);
        ck_assert_ptr_eq(fa_route_find(route->action, route->paths), route);
        ck_assert_msg(route->is_writing == (route->auth == FA_AUTH_SIGNED), "%s", route->action);
        for (k = 0; k < route->arg_count; k++) {
            ck_assert(route->args[k].about && route->args[k].section);
            ck_assert_int_eq(route->args[k].words != NULL, route->args[k].type == FA_TYPE_WORD);
            for (n = 0; n < common_count; n++)
                ck_assert_str_ne(route->args[k].name, common[n].name);
        }
    }
}
END_TEST

static const char *good_value(const struct fa_arg_spec *spec)
{
    if (spec->type == FA_TYPE_RESULT_PARAMS)
        return "a:A::3";
    return strcmp(spec->name, "year") == 0 ? "2011" : "1";
}

/* Every required parameter of every action, left out and empty. */
START_TEST(test_every_required_parameter_is_required)
{
    size_t count;
    const struct fa_route *routes = fa_routes(&count);
    size_t i;
    size_t k;

    start();
    for (i = 0; i < count; i++)
        for (k = 0; k < routes[i].arg_count; k++) {
            const struct fa_route *route = &routes[i];
            struct peer_form form = site_form(route->action);
            char want[128];
            size_t n;

            if (!route->args[k].is_required || route->auth == FA_AUTH_NONE)
                continue;
            for (n = 0; n < k; n++)
                if (route->args[n].is_required)
                    peer_form_add(&form, route->args[n].name, good_value(&route->args[n]));
            peer_form_add(&form, route->args[k].name, "");
            peer_form_sign(&form, SITE_SECRET);
            site_post_to(route->paths == FA_PATH_API ? API : CUSTOM, &form);
            snprintf(want, sizeof(want), "{\"%s\":\"Missing parameter: %s\"}",
                     route->is_writing ? "status" : "error", route->args[k].name);
            site_expect(400, want);
        }
    ck_assert_uint_eq(fa_server_journal_count(site, NULL, FA_VERDICT_ACCEPTED), 0);
    site_stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_reports_list_a_span),
    TEST(test_reports_aggregate_buckets),
    TEST(test_additional_data_reports_list_a_span),
    TEST(test_additional_results_refuse_what_is_no_list_of_objects),
    TEST(test_colorize_takes_json),
    TEST(test_agents_are_kept_with_their_monitors_and_settings),
    TEST(test_agents_are_edited_and_deleted),
    TEST(test_jobs_belong_to_their_agent),
    TEST(test_public_keys_stand_for_parameters),
    TEST(test_public_keys_are_listed_changed_and_deleted),
    TEST(test_keys_by_password),
    TEST(test_resellers_act_for_their_clients_only),
    TEST(test_pages_and_modules_run_through),
    TEST(test_contacts_and_rules_run_through),
    TEST(test_tables_are_sound),
    TEST(test_every_required_parameter_is_required),
};

TEST_MAIN("actions", cases)
