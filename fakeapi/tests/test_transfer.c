/* An account as lines, and back: nothing is lost, nothing is half there. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "site.h"

#define ACCOUNT   "/accounts/" SITE_KEY
#define OTHER     "OTHERKEY"
#define LINES_MAX (64 * 1024 * 1024)

static void start_site(void)
{
    site_start(FA_PROFILE_STRICT, NULL);
}

static void control(const char *method, const char *path, const char *json)
{
    site_control(method, path, json);
    ck_assert_msg(site_reply.status == 200 || site_reply.status == 201, "%s: %s", path,
                  site_reply.body);
}

/* Everything that can be had, with values that could go wrong. */
static void furnish(void)
{
    control("POST", ACCOUNT "/actions/addPage", "{\"title\":\"gone\"}");
    control("POST", ACCOUNT "/actions/deletePage", "{\"pageId\":1}"); /* ids and places differ */
    control("POST", ACCOUNT "/actions/addPage", "{\"title\":\"p\\u00e4ge\"}");
    control("POST", ACCOUNT "/actions/addPageModule",
            "{\"moduleName\":\"External\",\"pageId\":2,\"column\":1,\"row\":1,\"dataModuleId\":1,"
            "\"height\":5}");
    control("POST", ACCOUNT "/actions/addContact",
            "{\"firstName\":\"a\",\"lastName\":\"b\",\"account\":\"a@b\",\"contactType\":1,"
            "\"timezone\":0}");
    control("POST", ACCOUNT "/monitors",
            "{\"name\":\"first\",\"tag\":\"t\",\"resultParams\":\"u:User::3;n:Number:ms:2\","
            "\"monitorParams\":\"host:Host:x:3:false\",\"additionalResultParams\":\"d:Data::3\"}");
    control(
        "POST", ACCOUNT "/monitors",
        "{\"name\":\"\\\"second\\\" \\\\ \\u2028\",\"tag\":\"t\",\"resultParams\":\"u:User::3\"}");
    control("POST", ACCOUNT "/results",
            "{\"monitor\":2,\"rows\":[{\"time\":5,\"values\":{\"u\":\"line\\nfeed \\u001b[31m\"}},"
            "{\"time\":3,\"values\":{\"u\":\"\"}},{\"time\":5,\"values\":{\"u\":\"again\"}},"
            "{\"time\":4,\"values\":{}}]}");
    control("POST", ACCOUNT "/results",
            "{\"monitor\":1,\"rows\":[{\"time\":1306929600000,\"values\":{\"u\":\"\\u00e9\","
            "\"n\":\"5\"}}]}");
    control("POST", ACCOUNT "/actions/addAdditionalResults",
            "{\"monitorId\":1,\"checktime\":1306929600000,\"results\":\"[{d:one},{d:two}]\"}");
}

/* All pages of an export; the caller frees it. */
static char *export_of(const char *apikey)
{
    struct pm_buf lines;
    char path[1024];
    char *next = NULL;

    pm_buf_init(&lines, LINES_MAX);
    do {
        const char *at;

        snprintf(path, sizeof(path), "/export?account=%s%s%s", apikey, next ? "&after=" : "",
                 next ? next : "");
        free(next);
        next = NULL;
        control("GET", path, NULL);
        at = strstr(site_reply.body, "{\"next\":\"");
        ck_assert_int_eq(pm_buf_add(&lines, site_reply.body,
                                    at ? (size_t)(at - site_reply.body) : strlen(site_reply.body)),
                         0);
        if (!at)
            continue;
        next = site_text("next");
        for (at = next; *at; at++)
            if (*at == ' ')
                next[at - next] = '+';
    } while (next);
    return pm_buf_take(&lines);
}

/* Says where they differ: the texts are too long to be shown. */
static void check_same(const char *text, const char *expected)
{
    size_t at = 0;
    size_t begin;

    while (text[at] && text[at] == expected[at])
        at++;
    begin = at > 80 ? at - 80 : 0;
    ck_assert_msg(text[at] == expected[at], "byte %zu: %.160s\ninstead of: %.160s", at,
                  text + begin, expected + begin);
}

static void import_into(const char *query, const char *lines)
{
    char path[256];

    snprintf(path, sizeof(path), "/import%s", query);
    site_control("POST", path, lines);
}

/* One text in place of another of the same length. */
static void rename_all(char *lines, const char *from, const char *to)
{
    char *at = lines;

    ck_assert_uint_eq(strlen(from), strlen(to));
    while ((at = strstr(at, from)) != NULL)
        memcpy(at, to, strlen(to));
}

START_TEST(test_an_import_gives_the_same_export)
{
    char *first;
    char *second;

    start_site();
    furnish();
    first = export_of(SITE_KEY);
    import_into("", first);
    site_expect(200, "{\"accounts\":1,\"monitors\":2,\"rows\":5}");
    second = export_of(SITE_KEY);
    check_same(second, first);
    site_stop();

    start_site(); /* another server, where nothing has the same id */
    control("POST", ACCOUNT "/monitors",
            "{\"name\":\"x\",\"tag\":\"t\",\"resultParams\":\"u:User::3\"}");
    control("POST", ACCOUNT "/actions/addPage", "{\"title\":\"x\"}");
    import_into("", first);
    ck_assert_int_eq(site_reply.status, 200);
    free(second);
    second = export_of(SITE_KEY);
    check_same(second, first);
    site_get("action=getMonitors");
    site_expect_part("first");
    free(second);
    free(first);
    site_stop();
}
END_TEST

START_TEST(test_an_import_can_go_to_another_account)
{
    static const char other[] = "PNOMLKJIHGFEDCBA0987654321";
    char *first;
    char *second;

    start_site();
    furnish();
    control("POST", "/accounts",
            "{\"apikey\":\"PNOMLKJIHGFEDCBA0987654321\",\"secretkey\":\"KEPT\"}");
    first = export_of(SITE_KEY);
    import_into("?account=PNOMLKJIHGFEDCBA0987654321", first);
    ck_assert_int_eq(site_reply.status, 200);
    second = export_of(other);
    ck_assert_ptr_nonnull(strstr(second, "\"secretkey\":\"KEPT\""));
    rename_all(second, other, SITE_KEY);
    check_same(strchr(second, '\n'), strchr(first, '\n'));
    free(second);
    second = export_of(SITE_KEY);
    check_same(second, first);
    free(second);
    free(first);
    site_stop();
}
END_TEST

/* References between things are theirs wherever they are. */
START_TEST(test_references_lead_to_the_same_things)
{
    char *lines;

    start_site();
    furnish();
    lines = export_of(SITE_KEY);
    ck_assert_ptr_nonnull(strstr(lines, "\"kind\":\"page module\",\"parent\":1,"));
    ck_assert_ptr_nonnull(strstr(lines, "\"pageId\":1"));
    ck_assert_ptr_nonnull(strstr(lines, "\"dataModuleId\":1"));
    import_into("", lines);
    control("POST", ACCOUNT "/actions/pageModules", "{\"pageName\":\"p\\u00e4ge\"}");
    site_expect_part("External");
    free(lines);
    site_stop();
}
END_TEST

START_TEST(test_a_large_account_comes_in_pages_that_stand_alone)
{
    struct pm_buf json;
    char *lines;
    char *again;
    int i;

    start_site();
    control("POST", ACCOUNT "/monitors",
            "{\"name\":\"m\",\"tag\":\"t\",\"resultParams\":\"u:User::3\"}");
    pm_buf_init(&json, 1024 * 1024);
    (void)pm_buf_adds(&json, "{\"monitor\":1,\"rows\":[");
    for (i = 0; i < 5000; i++)
        (void)pm_buf_addf(&json,
                          "%s{\"time\":%d,\"values\":{\"u\":\"user number %d of many %0100d\"}}",
                          i > 0 ? "," : "", i, i, i);
    ck_assert_int_eq(pm_buf_adds(&json, "]}"), 0);
    control("POST", ACCOUNT "/results", json.data);
    pm_buf_clear(&json);
    site_control("GET", "/export", NULL);
    ck_assert_ptr_nonnull(strstr(site_reply.bytes, "application/x-ndjson"));
    lines = export_of(SITE_KEY);
    ck_assert_uint_gt(strlen(lines), 1024 * 1024);
    /* in two pieces, cut at a line in the middle */
    again = strchr(lines + strlen(lines) / 2, '\n');
    *again = '\0';
    import_into("", lines);
    ck_assert_int_eq(site_reply.status, 200);
    *again = '\n';
    import_into("", again + 1);
    ck_assert_int_eq(site_reply.status, 200);
    again = export_of(SITE_KEY);
    check_same(again, lines);
    ck_assert_int_eq(fa_server_rows(site, 2), 5000);
    free(again);
    free(lines);
    site_stop();
}
END_TEST

START_TEST(test_all_accounts_come_one_after_the_other)
{
    const char *first;
    const char *second;

    start_site();
    control("POST", "/accounts", "{\"apikey\":\"" OTHER "\",\"name\":\"other\"}");
    control("GET", "/export", NULL);
    first = strstr(site_reply.body, "{\"account\":{\"apikey\":\"" SITE_KEY);
    second = strstr(site_reply.body, "{\"account\":{\"apikey\":\"" OTHER);
    ck_assert(first && second && first < second);
    site_stop();
}
END_TEST

START_TEST(test_a_wrong_line_leaves_everything_as_it_was)
{
    static const struct {
        const char *line;
        const char *part;
    } rows[] = {
        {"nonsense", "line 3: no JSON"},
        {"{}", "line 3: not an object with one member"},
        {"[]", "line 3: not an object"},
        {"{\"thing\":{}}", "line 3: unknown kind"},
        {"{\"row\":{\"of\":\"NOBODY\"}}", "line 3: there is no account"},
        {"{\"row\":{\"of\":\"" OTHER "\",\"monitor\":2}}", "line 3: the account has no monitor 2"},
        {"{\"row\":{\"of\":\"" OTHER "\",\"monitor\":1,\"values\":{\"a\":1}}}",
         "line 3: more than"},
        {"{\"monitor\":{\"of\":\"" OTHER "\"}}", "line 3: a monitor without a name"},
        {"{\"monitor\":{\"of\":\"" OTHER "\",\"name\":\"x\",\"params\":[{\"kind\":7}]}}",
         "line 3: a parameter of an unknown kind"},
        {"{\"object\":{\"of\":\"" OTHER "\",\"kind\":\"job\",\"data\":{}}}",
         "line 3: what this job belongs to"},
        {"{\"object\":{\"of\":\"" OTHER "\",\"kind\":\"x\",\"data\":{}}}",
         "line 3: an object of an"},
        {"{\"account\":{\"apikey\":\"a b\",\"secretkey\":\"x\"}}", "line 3: apikey must be"},
    };
    char lines[1024];
    char *before;
    char *after;
    size_t i;

    start_site();
    furnish();
    before = export_of(SITE_KEY);
    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        snprintf(lines, sizeof(lines),
                 "{\"account\":{\"apikey\":\"" OTHER "\",\"secretkey\":\"S\"}}\n"
                 "{\"monitor\":{\"of\":\"" OTHER "\",\"name\":\"m\"}}\n%s\n",
                 rows[i].line);
        import_into("", lines);
        ck_assert_msg(site_reply.status == 400 && strstr(site_reply.body, rows[i].part), "%s: %s",
                      rows[i].line, site_reply.body);
    }
    after = export_of(SITE_KEY);
    check_same(after, before);
    site_control("GET", "/accounts/" OTHER, NULL);
    ck_assert_int_eq(site_reply.status, 404);
    free(before);
    free(after);
    site_stop();
}
END_TEST

START_TEST(test_wrong_cursors_are_refused)
{
    static const char *const cursors[] = {"x", "NOBODY+0+0+0", SITE_KEY "+7+1+1", SITE_KEY "+1",
                                          ""};
    char path[256];
    size_t i;

    start_site();
    for (i = 0; i < PM_ARRAY_LEN(cursors); i++) {
        snprintf(path, sizeof(path), "/export?after=%s", cursors[i]);
        site_control("GET", path, NULL);
        ck_assert_msg(site_reply.status == 400, "%s: %d", cursors[i], site_reply.status);
    }
    site_stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_an_import_gives_the_same_export),
    TEST(test_an_import_can_go_to_another_account),
    TEST(test_references_lead_to_the_same_things),
    TEST(test_a_large_account_comes_in_pages_that_stand_alone),
    TEST(test_all_accounts_come_one_after_the_other),
    TEST(test_a_wrong_line_leaves_everything_as_it_was),
    TEST(test_wrong_cursors_are_refused),
};

TEST_MAIN("transfer", cases)
