/* The control API as such: its table, its gate, its documents. What its calls do is tested with
 * what they steer. */
#include "suite.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "control_call.h"
#include "describe.h"
#include "site.h"

#define SEGMENTS_MAX 4

static void start_site(void)
{
    site_start(FA_PROFILE_STRICT, NULL);
}

/* The table */

static size_t count_place(const struct fa_control_route *route, enum fa_control_place place)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < route->param_count; i++)
        count += route->params[i].place == place;
    return count;
}

static void check_param(const struct fa_control_route *route, const struct fa_control_param *param)
{
    char braces[64];

    ck_assert_msg(param->about && param->about[0], "%s: %s", route->path, param->name);
    ck_assert_msg((param->type == FA_CONTROL_WORD) == (param->words != NULL), "%s: %s", route->path,
                  param->name);
    ck_assert_msg(param->place != FA_IN_QUERY || param->type != FA_CONTROL_JSON, "%s: %s",
                  route->path, param->name);
    ck_assert_msg((param->type == FA_CONTROL_LINES) <= (param->place == FA_IN_WHOLE), "%s: %s",
                  route->path, param->name);
    snprintf(braces, sizeof(braces), "{%s}", param->name);
    ck_assert_msg((strstr(route->path, braces) != NULL) == (param->place == FA_IN_PATH), "%s: %s",
                  route->path, param->name);
}

START_TEST(test_table_says_everything_about_each_call)
{
    size_t count;
    const struct fa_control_route *routes = fa_control_routes(&count);
    size_t i;
    size_t k;

    for (i = 0; i < count; i++) {
        const struct fa_control_route *route = &routes[i];
        size_t braces = 0;
        const char *at;

        for (at = route->path; *at; at++)
            braces += *at == '{';
        ck_assert_uint_eq(braces, count_place(route, FA_IN_PATH));
        ck_assert_uint_le(count_place(route, FA_IN_WHOLE), 1);
        ck_assert_msg(count_place(route, FA_IN_WHOLE) == 0 || count_place(route, FA_IN_BODY) == 0,
                      "%s: members of a body that is read as a whole", route->path);
        ck_assert_msg(route->about && route->answers && route->handle, "%s", route->path);
        ck_assert_uint_le(route->param_count, FA_CONTROL_PARAMS_MAX);
        for (k = 0; k < route->param_count; k++)
            check_param(route, &route->params[k]);
    }
}
END_TEST

START_TEST(test_no_two_calls_are_the_same)
{
    size_t count;
    const struct fa_control_route *routes = fa_control_routes(&count);
    size_t i;
    size_t k;

    for (i = 0; i < count; i++)
        for (k = 0; k < i; k++) {
            ck_assert_msg(strcmp(routes[i].path, routes[k].path) != 0 ||
                              strcmp(routes[i].method, routes[k].method) != 0,
                          "%s %s", routes[i].method, routes[i].path);
            ck_assert_msg(!routes[i].words || !routes[k].words ||
                              strcmp(routes[i].words, routes[k].words) != 0,
                          "%s", routes[i].words);
        }
}
END_TEST

START_TEST(test_path_fits_its_template_only)
{
    static const struct {
        const char *pattern;
        const char *path;
        bool fits;
    } rows[] = {
        {"/a", "/a", true},
        {"/a", "/a/", false},
        {"/a", "/ab", false},
        {"/a", "/", false},
        {"/a", "", false},
        {"/a/{x}", "/a/b", true},
        {"/a/{x}", "/a/", false},
        {"/a/{x}", "/a/b/c", false},
        {"/a/{x}/c", "/a/b/c", true},
        {"/a/{x}/c", "/a/b", false},
        {"/a/{x}/c", "/a/b/cd", false},
        {"/{x}/{y}", "/1/2", true},
        {"/a/{x}/c", "/a//c", false},
    };
    const char *segments[SEGMENTS_MAX];
    size_t lens[SEGMENTS_MAX];
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(rows); i++)
        ck_assert_msg(fa_control_path_fits(rows[i].pattern, rows[i].path, segments, lens,
                                           SEGMENTS_MAX) == rows[i].fits,
                      "%s %s", rows[i].pattern, rows[i].path);
    ck_assert(fa_control_path_fits("/{x}/k/{y}", "/one/k/two", segments, lens, SEGMENTS_MAX));
    ck_assert(lens[0] == 3 && memcmp(segments[0], "one", 3) == 0);
    ck_assert(lens[1] == 3 && memcmp(segments[1], "two", 3) == 0);
}
END_TEST

/* The document */

static const cJSON *at(const cJSON *json, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);

    ck_assert_msg(item != NULL, "no member \"%s\"", name);
    return item;
}

static void check_operation(const cJSON *paths, const struct fa_control_route *route)
{
    char path[128] = "/__fake";
    char method[16] = "";
    const cJSON *operation;
    size_t i;

    strncat(path, route->path, sizeof(path) - strlen(path) - 1);
    for (i = 0; route->method[i]; i++)
        method[i] = (char)(route->method[i] | 0x20);
    operation = at(at(paths, path), method);
    ck_assert_str_eq(cJSON_GetStringValue(at(operation, "summary")), route->about);
    ck_assert_int_eq(cJSON_GetArraySize(at(operation, "parameters")),
                     (int)(count_place(route, FA_IN_PATH) + count_place(route, FA_IN_QUERY)));
    ck_assert_int_eq(cJSON_HasObjectItem(operation, "requestBody"),
                     count_place(route, FA_IN_BODY) + count_place(route, FA_IN_WHOLE) > 0);
}

START_TEST(test_document_has_every_call)
{
    size_t count;
    const struct fa_control_route *routes = fa_control_routes(&count);
    cJSON *document;
    size_t i;

    start_site();
    site_control("GET", "/control.json", NULL);
    ck_assert_int_eq(site_reply.status, 200);
    document = cJSON_Parse(site_reply.body);
    ck_assert_ptr_nonnull(document);
    ck_assert_str_eq(cJSON_GetStringValue(at(document, "openapi")), "3.0.3");
    for (i = 0; i < count; i++)
        check_operation(at(document, "paths"), &routes[i]);
    cJSON_Delete(document);
    site_stop();
}
END_TEST

/* The gate */

#define GUARDED "/accounts" /* GET: 200; POST without a body, as here: 201 */

static void send_head(const char *method, const char *path, const char *fields)
{
    char text[1024];
    int len = snprintf(text, sizeof(text), "%s /__fake%s HTTP/1.1\r\nConnection: close\r\n%s\r\n",
                       method, path, fields);

    peer_exchange(fa_server_port(site), text, (size_t)len, &site_reply);
}

START_TEST(test_loopback_needs_no_token_but_no_browser_from_elsewhere)
{
    static const struct {
        const char *fields;
        int status;
    } rows[] = {
        {"Host: 127.0.0.1:8080\r\n", 200},
        {"Host: localhost\r\n", 200},
        {"Host: LOCALHOST:1\r\n", 200},
        {"Host: [::1]:8080\r\n", 200},
        {"Host: 127.0.0.1.example.org\r\n", 403},
        {"Host: 127.evil.example.org\r\n", 403},
        {"Host: localhost.example.org\r\n", 403},
        {"Host: example.org\r\n", 403},
        {"Host: 10.0.0.1\r\n", 403},
        {"Host: localhost\r\nOrigin: http://example.org\r\n", 403},
        {"Host: localhost\r\nOrigin: null\r\n", 403},
        {"Host: localhost:80\r\nOrigin: http://localhost:81\r\n", 403},
        {"Host: localhost:80\r\nOrigin: http://localhost:80\r\n", 200},
        {"Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", 403},
        {"Host: localhost\r\nSec-Fetch-Site: same-site\r\n", 403},
        {"Host: localhost\r\nSec-Fetch-Site: same-origin\r\n", 200},
        {"Host: localhost\r\nSec-Fetch-Site: none\r\n", 200},
    };
    size_t i;

    start_site();
    ck_assert_ptr_null(fa_server_control_token(site));
    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        send_head("GET", GUARDED, rows[i].fields);
        ck_assert_msg(site_reply.status == rows[i].status, "%s: %d", rows[i].fields,
                      site_reply.status);
    }
    site_stop();
}
END_TEST

START_TEST(test_writes_take_no_body_that_a_form_can_send)
{
    static const struct {
        const char *fields;
        int status;
    } rows[] = {
        {"Content-Length: 0\r\n", 201},
        {"Content-Type: application/json\r\nContent-Length: 0\r\n", 201},
        {"Content-Type: Application/JSON; charset=utf-8\r\nContent-Length: 0\r\n", 201},
        {"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n", 415},
        {"Content-Type: text/plain\r\nContent-Length: 0\r\n", 415},
        {"Content-Type: multipart/form-data\r\nContent-Length: 0\r\n", 415},
        {"Content-Type: application/jsonp\r\nContent-Length: 0\r\n", 415},
        {"Content-Type: text/plain; application/json\r\nContent-Length: 0\r\n", 415},
    };
    char fields[256];
    size_t i;

    start_site();
    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        snprintf(fields, sizeof(fields), "Host: localhost\r\n%s", rows[i].fields);
        send_head("POST", GUARDED, fields);
        ck_assert_msg(site_reply.status == rows[i].status, "%s: %d", rows[i].fields,
                      site_reply.status);
    }
    site_stop();
}
END_TEST

static void start_elsewhere(const char *token)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[256];

    options.listen = "0.0.0.0";
    options.control_token = token;
    ck_assert_msg(fa_server_start(&options, &site, message, sizeof(message)) == 0, "%s", message);
}

/* Who copies an example must not be refused for the form of its body. */
START_TEST(test_examples_with_a_body_say_that_it_is_json)
{
    static const char *const pages[] = {"fakeapi/FAULTS.md", "fakeapi/TESTING.md"};
    size_t i;
    int count = 0;

    for (i = 0; i < PM_ARRAY_LEN(pages); i++) {
        char path[512];
        char line[2048];
        char next[2048];
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", PM_SOURCE_DIR, pages[i]);
        file = fopen(path, "re");
        ck_assert_ptr_nonnull(file);
        while (fgets(line, sizeof(line), file)) {
            if (!strstr(line, " curl ") || !strstr(line, " -d "))
                continue;
            next[0] = '\0';
            if (strstr(line, "\\\n")) /* the command goes on */
                ck_assert_ptr_nonnull(fgets(next, sizeof(next), file));
            ck_assert_msg(strstr(line, "Content-Type: application/json") ||
                              strstr(next, "Content-Type: application/json"),
                          "%s", line);
            count++;
        }
        (void)fclose(file);
    }
    ck_assert_int_ge(count, 2);
}
END_TEST

START_TEST(test_elsewhere_a_token_is_made_and_needed)
{
    char fields[256];

    start_elsewhere(NULL);
    ck_assert_ptr_nonnull(fa_server_control_token(site));
    ck_assert_uint_eq(strlen(fa_server_control_token(site)), 26);
    send_head("GET", GUARDED, "Host: 127.0.0.1\r\n");
    ck_assert_int_eq(site_reply.status, 401);
    ck_assert_ptr_nonnull(strstr(site_reply.bytes, "WWW-Authenticate: Bearer"));
    snprintf(fields, sizeof(fields), "Host: fake.example.org\r\nAuthorization: Bearer %s\r\n",
             fa_server_control_token(site));
    send_head("GET", GUARDED, fields);
    ck_assert_int_eq(site_reply.status, 200);
    site_stop();
}
END_TEST

START_TEST(test_only_the_very_token_opens)
{
    static const struct {
        const char *field;
        int status;
    } rows[] = {
        {"Authorization: Bearer letmein\r\n", 200},
        {"Authorization: bearer letmein\r\n", 200},
        {"", 401},
        {"Authorization: Bearer letmei\r\n", 401},
        {"Authorization: Bearer letmein2\r\n", 401},
        {"Authorization: Bearer \r\n", 401},
        {"Authorization: Basic letmein\r\n", 401},
        {"Authorization: letmein\r\n", 401},
    };
    char fields[256];
    size_t i;

    start_elsewhere("letmein");
    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        snprintf(fields, sizeof(fields), "Host: fake\r\n%s", rows[i].field);
        send_head("GET", GUARDED, fields);
        ck_assert_msg(site_reply.status == rows[i].status, "%s: %d", rows[i].field,
                      site_reply.status);
    }
    site_stop();
}
END_TEST

START_TEST(test_probes_and_documents_are_for_everybody)
{
    static const char *const paths[] = {"/health", "/ready", "/openapi.json", "/control.json"};
    size_t i;

    start_elsewhere(NULL);
    for (i = 0; i < PM_ARRAY_LEN(paths); i++) {
        send_head("GET", paths[i], "Host: fake.example.org\r\n");
        ck_assert_msg(site_reply.status == 200, "%s", paths[i]);
    }
    site_stop();
}
END_TEST

START_TEST(test_wrong_paths_and_methods_say_what_there_is)
{
    start_site();
    site_control("GET", "/nothing", NULL);
    site_expect(404, "{\"error\":\"there is no such call\",\"hint\":\"GET /__fake/control.json "
                     "describes them all\"}");
    site_control("DELETE", "/health", NULL);
    ck_assert_int_eq(site_reply.status, 405);
    ck_assert_ptr_nonnull(strstr(site_reply.bytes, "\r\nAllow: GET\r\n"));
    site_stop();
}
END_TEST

/* Parameters */

START_TEST(test_parameters_are_held_against_the_table)
{
    static const struct {
        const char *path;
        const char *json;
        const char *error;
    } rows[] = {
        {"/accounts?verbose=1", "{}", "unknown parameter \\\"verbose\\\""},
        {"/accounts", "{\"apiKey\":\"K\"}", "there are: name, apikey, secretkey, user, password"},
        {"/accounts", "{\"name\":[]}", "\\\"name\\\" must be text of at most 255 bytes"},
        {"/accounts", "{\"name\":", "the body is no JSON: byte 7"},
        {"/accounts", "{} {}", "the body is no JSON"},
        {"/accounts", "[]", "the body must be a JSON object"},
        {"/accounts", "{\"name\":\"\xff\"}", "the body is no JSON"},
        {"/accounts", "{\"name\":\"a\\u0000b\"}", "which no text can have"},
        {"/accounts", "{\"name\":\"a\",\"name\":\"b\"}", "\\\"name\\\" is there twice"},
        {"/import", "{\"account\":{\"apikey\":\"a\\u0000b\"}}", "which no text can have"},
        {"/import", "{\"account\":{\"apikey\":\"\xff\"}}", "not UTF-8"},
        {"/faults", "{\"note\":\"a\\u0000b\",\"effect\":{\"close\":true}}",
         "which no text can have"},
        {"/expectations", "{\"must\":{},\"expectations\":[{\"must\":{\"action\":\"a\"}}]}",
         "\\\"must\\\" belongs into the list"},
    };
    size_t i;

    start_site();
    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        site_control("POST", rows[i].path, rows[i].json);
        ck_assert_msg(site_reply.status == 400 && strstr(site_reply.body, rows[i].error), "%s: %s",
                      rows[i].json, site_reply.body);
    }
    site_stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_table_says_everything_about_each_call),
    TEST(test_no_two_calls_are_the_same),
    TEST(test_path_fits_its_template_only),
    TEST(test_document_has_every_call),
    TEST(test_loopback_needs_no_token_but_no_browser_from_elsewhere),
    TEST(test_writes_take_no_body_that_a_form_can_send),
    TEST(test_examples_with_a_body_say_that_it_is_json),
    TEST(test_elsewhere_a_token_is_made_and_needed),
    TEST(test_only_the_very_token_opens),
    TEST(test_probes_and_documents_are_for_everybody),
    TEST(test_parameters_are_held_against_the_table),
    TEST(test_wrong_paths_and_methods_say_what_there_is),
};

TEST_MAIN("control", cases)
