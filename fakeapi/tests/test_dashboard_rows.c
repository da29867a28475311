/* Which rows the dashboard shows: filters, search, range, tags, figures, exports, and how long. */
#include "dashboard_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "dashboard_export.h"
#include "dashboard_figures.h"
#include "dashboard_model.h"
#include "dashboard_view.h"

static void add_login(int64_t monitor_id, int64_t time_ms, const char *user, const char *host,
                      const char *service)
{
    const struct fa_value values[] = {{"user", user}, {"host", host}, {"srv", service}};

    ck_assert_int_eq(fa_store_row_merge(site.store, monitor_id, time_ms, 0, values, 3), 0);
}

static void add_column(int64_t monitor_id, const char *name)
{
    const struct fa_monitor_param param = {.kind = FA_PARAM_RESULT,
                                           .data_type = 3,
                                           .name = name,
                                           .display_name = "",
                                           .uom = "",
                                           .value = "",
                                           .groups = "",
                                           .aggregate = ""};

    ck_assert_int_eq(fa_store_param_set(site.store, monitor_id, &param), 0);
}

static int64_t add_login_monitor(int64_t account_id, const char *name)
{
    int64_t id = add_monitor(account_id, name);

    add_column(id, "host");
    add_column(id, "srv");
    return id;
}

/* An hour's logins at two hosts with one tag, one each ten minutes. */
static void fill_logins(struct site *unused)
{
    static const struct {
        const char *user, *host, *service;
    } logins[] = {{"alice", "192.0.2.7", "sshd"}, {"bob", "192.0.2.8", "sshd"},
                  {"alice", "192.0.2.7", "sudo"}, {"Carol+Ann", "2001:db8::1", "sshd"},
                  {"root", "", "cron"},           {"alicia", "192.0.2.77", "su"}};
    size_t i;

    (void)unused;
    add_account("KEYONE", "first account");
    add_login_monitor(1, "web-1");
    add_login_monitor(1, "db-1");
    for (i = 0; i < PM_ARRAY_LEN(logins); i++) {
        add_login(1, T0 + (int64_t)i * 600000, logins[i].user, logins[i].host, logins[i].service);
        add_login(2, T0 + (int64_t)i * 600000 + 1, "db-user", "192.0.2.9", "login");
    }
}

#define HOUR_MS 3600000

/* ---- which rows ---- */

/* How many rows an address gives, as JSON. */
static int count_rows(const char *path)
{
    struct answer answer = get(path);
    cJSON *json = cJSON_Parse(answer.body);
    int count = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(json, "rows"));

    ck_assert_msg(answer.status == 200, "%s: %d", path, answer.status);
    cJSON_Delete(json);
    free(answer.text);
    return count;
}

START_TEST(test_rows_are_filtered_searched_and_ranged)
{
    static const struct {
        const char *query;
        int count;
    } rows[] = {
        {"", 6},
        {"?q=ALICE", 2},
        {"?q=192.0.2.7", 3},
        {"?f.user=ali", 3},
        {"?f.user=%3Dalice", 2},
        {"?f.user=%3DAlice", 0},
        {"?f.user=%21ali", 3},
        {"?f.user=ali&f.srv=su", 2},
        {"?f.user=ali&f.srv=%3Dsu", 1},
        {"?f.user=Carol%2BAnn", 1},
        {"?f.user=&q=", 6},
        {"?f.nothing=x", 0},
        {"?f.host=%3D", 1},
        {"?from=1306930200000", 5},
        {"?to=1306930200000", 1},
        {"?from=1306930200000&to=1306930200001", 1},
        {"?from=2011-06-01T12:10", 5},
        {"?from=2011-06-01T12:10:01", 4},
        {"?from=junk&to=", 6},
        {"?from=99999999999999999999", 6},
        {"?last=1h", 0},
        {"?last=junk", 6},
        {"?before=1306930200000.0", 1},
        {"?before=1306930200000.0.1", 1},
        {"?q=%zz", 6},
    };
    char path[200];
    size_t i;

    open_site(fill_logins);
    sign_in();
    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        (void)snprintf(path, sizeof(path), "/dashboard/monitors/1/rows.json%s", rows[i].query);
        ck_assert_msg(count_rows(path) == rows[i].count, "%s: not %d", path, rows[i].count);
        (void)snprintf(path, sizeof(path), "/dashboard/monitors/1%s", rows[i].query);
        check_page(path, rows[i].count > 0 ? "<tr data-id=" : "No row fits",
                   rows[i].count > 0 ? "No row fits" : "<tr data-id=");
    }
    close_site();
}
END_TEST

START_TEST(test_rows_of_a_tag_are_those_of_all_its_monitors_newest_first)
{
    struct answer answer;
    cJSON *json, *row;
    double last = 0;
    int monitors[3] = {0};

    open_site(fill_logins);
    sign_in();
    answer = get("/dashboard/accounts/KEYONE/tags/loginMonitor/rows.json");
    json = cJSON_Parse(answer.body);
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(json, "rows"))
    {
        double time = cJSON_GetObjectItemCaseSensitive(row, "checktime")->valuedouble;

        ck_assert(last == 0 || time <= last);
        last = time;
        monitors[(int)cJSON_GetObjectItemCaseSensitive(row, "monitorId")->valuedouble]++;
    }
    ck_assert_int_eq(monitors[1], 6);
    ck_assert_int_eq(monitors[2], 6);
    cJSON_Delete(json);
    free(answer.text);
    ck_assert_int_eq(count_rows("/dashboard/accounts/KEYONE/tags/loginMonitor/rows.json?q=db-user"),
                     6);
    check_page("/dashboard/accounts/KEYONE/tags/loginMonitor", ">web-1</a>", NULL);
    check_status("/dashboard/accounts/KEYONE/tags/none", 404);
    close_site();
}
END_TEST

/* 300 rows at one millisecond in three monitors: every place in them occurs. */
static void fill_ties(struct site *unused)
{
    int64_t monitor, i;

    (void)unused;
    add_account("KEYONE", "first account");
    for (monitor = 1; monitor <= 3; monitor++) {
        add_monitor(1, "tie");
        for (i = 0; i < 100; i++)
            add_row(monitor, T0 + i / 50, i % 50, "tied");
    }
}

START_TEST(test_rows_of_a_tag_are_paged_without_loss_or_doubles)
{
    static bool seen[400];
    char path[300] = "/dashboard/accounts/KEYONE/tags/loginMonitor";
    int pages = 0, count = 0;
    bool is_last = false;

    open_site(fill_ties);
    sign_in();
    while (!is_last) {
        struct answer answer = get(path);
        const char *at = strstr(answer.body, "id=\"rows\""), *older;

        while ((at = strstr(at, "<tr data-id=\""))) {
            int id = atoi(at + strlen("<tr data-id=\""));

            ck_assert(!seen[id]);
            seen[id] = true;
            count++;
            at++;
        }
        older = strstr(answer.body, "id=\"older\" href=\"") + strlen("id=\"older\" href=\"");
        (void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(older, "\""), older);
        is_last = strncmp(older + strcspn(older, "\""), "\" hidden", 8) == 0;
        free(answer.text);
        ck_assert_int_lt(++pages, 10);
    }
    ck_assert_int_eq(count, 300);
    ck_assert_int_eq(pages, 6);
    close_site();
}
END_TEST

START_TEST(test_rows_page_keeps_its_view_in_every_link)
{
    open_site(fill_logins);
    sign_in();
    check_page("/dashboard/monitors/1?q=ali&f.srv=s&last=30d&by=host",
               "href=\"/dashboard/monitors/1/rows.csv?q=ali&#38;f.srv=s&#38;last=30d&#38;by=host\"",
               NULL);
    check_page("/dashboard/monitors/1?q=ali&f.srv=s",
               "Any column has \xe2\x80\x9c"
               "ali\xe2\x80\x9d",
               NULL);
    check_page("/dashboard/monitors/1?q=ali&f.srv=s",
               "href=\"/dashboard/monitors/1?q=ali\" aria-label=\"Remove the filter srv\"", NULL);
    check_page("/dashboard/monitors/1?q=%22%3E%3Cscript%3E", "value=\"&#34;&#62;&#60;script&#62;\"",
               "<script>");
    close_site();
}
END_TEST

/* ---- figures ---- */

START_TEST(test_figures_count_by_time_and_value)
{
    open_site(fill_logins);
    sign_in();
    check_page("/dashboard/monitors/1", "<span class=\"count\" id=\"row-count\">6</span> rows",
               NULL);
    check_page("/dashboard/monitors/1", "data-by=\"srv\" data-step=\"60000\"", NULL);
    check_page("/dashboard/monitors/1?by=user", "data-by=\"user\"", NULL);
    check_page("/dashboard/monitors/1?by=-", "data-by=\"\"", NULL);
    check_page("/dashboard/monitors/1",
               "href=\"/dashboard/monitors/1?f.user=%3Dalice\">alice</a>"
               "<meter min=\"0\" max=\"2\" value=\"2\"",
               NULL);
    check_page("/dashboard/monitors/1?q=sshd", "id=\"row-count\">3</span> rows", NULL);
    close_site();
}
END_TEST

START_TEST(test_figures_stay_small_whatever_is_counted)
{
    static const char *const columns[] = {"user"};
    struct fa_figures *figures = fa_figures_new(columns, 1);
    cJSON *chart, *buckets, *series;
    char user[40];
    int i;

    ck_assert_ptr_nonnull(figures);
    for (i = 0; i < 5000; i++) {
        (void)snprintf(user, sizeof(user), "user-%d", i);
        ck_assert_int_eq(fa_figures_add(figures, 0, i % 2 ? INT64_MAX : INT64_MIN, user, 1), 0);
        ck_assert_int_eq(fa_figures_add(figures, 0, T0 + i, "often", 1), 0);
    }
    chart = fa_figures_chart(figures, INT64_MIN, INT64_MAX);
    buckets = cJSON_GetObjectItemCaseSensitive(chart, "buckets");
    series = cJSON_GetObjectItemCaseSensitive(chart, "series");
    ck_assert_int_le(cJSON_GetArraySize(buckets), 62);
    ck_assert_int_eq(cJSON_GetArraySize(series), FA_FIGURES_SERIES + 1);
    ck_assert_str_eq(fa_model_text(series->child, "name"), "often");
    cJSON_Delete(chart);
    chart = fa_figures_chart(figures, T0 + 100, T0);
    ck_assert_ptr_null(cJSON_GetObjectItemCaseSensitive(chart, "buckets"));
    cJSON_Delete(chart);
    ck_assert_uint_eq(fa_figures_total(figures), 10000);
    fa_figures_free(figures);
}
END_TEST

START_TEST(test_figures_of_every_range_fit_their_steps)
{
    static const char *const columns[] = {"user"};
    int64_t span;

    for (span = 1; span < INT64_C(400000000000000); span = span * 3 + 1) {
        struct fa_figures *figures = fa_figures_new(columns, 1);
        cJSON *chart, *bucket;
        double total = 0;

        ck_assert_ptr_nonnull(figures);
        ck_assert_int_eq(fa_figures_add(figures, 0, -span / 2, "a", 1), 0);
        ck_assert_int_eq(fa_figures_add(figures, 0, span - span / 2, "a", 2), 0);
        chart = fa_figures_chart(figures, INT64_MIN, INT64_MAX);
        cJSON_ArrayForEach(bucket, cJSON_GetObjectItemCaseSensitive(chart, "buckets"))
        {
            cJSON *counts = cJSON_GetObjectItemCaseSensitive(bucket, "counts");

            total += cJSON_GetObjectItemCaseSensitive(counts->child, "count")->valuedouble;
        }
        ck_assert_msg(total == 3, "span %lld: %g", (long long)span, total);
        cJSON_Delete(chart);
        fa_figures_free(figures);
    }
}
END_TEST

/* ---- exports ---- */

START_TEST(test_export_csv_has_all_columns)
{
    struct answer answer;
    char *field;

    open_site(fill_logins);
    sign_in();
    answer = get("/dashboard/monitors/1/rows.csv?f.user=bob");
    ck_assert_str_eq(answer.body,
                     "\"time\",\"monitor\",\"user\",\"time\",\"host\",\"srv\"\r\n"
                     "2011-06-01T12:10:00.000Z,\"web-1\",\"bob\",\"\",\"192.0.2.8\",\"sshd\"\r\n");
    field = field_of(&answer, "Content-Disposition");
    ck_assert_str_eq(field, "attachment; filename=\"monitor-1.csv\"");
    free(field);
    field = field_of(&answer, "Content-Type");
    ck_assert_str_eq(field, "text/csv;charset=UTF-8;header=present");
    free(field);
    free(answer.text);
    close_site();
}
END_TEST

START_TEST(test_export_csv_runs_nothing_in_a_spreadsheet)
{
    static const struct {
        const char *text, *field;
    } rows[] = {
        {"alice", "\"alice\""},
        {"", "\"\""},
        {"=1+1", "\"'=1+1\""},
        {"=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""},
        {"@SUM(1)", "\"'@SUM(1)\""},
        {"+49 30 1234", "\"'+49 30 1234\""},
        {"-1+cmd", "\"'-1+cmd\""},
        {"-12.5", "\"-12.5\""},
        {"+1", "\"+1\""},
        {"-", "\"'-\""},
        {"-.5", "\"'-.5\""},
        {"\t=1", "\"'\u27e8U+0009\u27e9=1\""},
        {"\r=1", "\"'\u27e8U+000D\u27e9=1\""},
        {"a\"b", "\"a\"\"b\""},
        {"\"=1", "\"\"\"=1\""},
        {"a,b;c", "\"a,b;c\""},
        {"\x1b]0;x\x07", "\"\u27e8U+001B\u27e9]0;x\u27e8U+0007\u27e9\""},
        {"\u202etxt", "\"\u27e8U+202E\u27e9txt\""},
    };
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        struct pm_buf out;

        pm_buf_init(&out, 1000);
        fa_export_add_csv(&out, rows[i].text);
        ck_assert_str_eq(out.data, rows[i].field);
        pm_buf_clear(&out);
    }
}
END_TEST

static void fill_thousands(struct site *unused)
{
    int64_t i;

    (void)unused;
    add_account("KEYONE", "first account");
    add_monitor(1, "busy");
    for (i = 0; i < 25000; i++)
        add_row(1, T0 + i, 0, i == 3 ? "needle" : "hay");
}

/* A file ends, and says where the next one begins. */
START_TEST(test_export_goes_on_where_it_ended)
{
    char path[200] = "/dashboard/monitors/1/rows.json";
    int files = 0, count = 0;

    open_site(fill_thousands);
    sign_in();
    while (path[0]) {
        struct answer answer = get(path);
        cJSON *json = cJSON_Parse(answer.body);

        count += cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(json, "rows"));
        (void)snprintf(path, sizeof(path), "%s", fa_model_text(json, "older"));
        cJSON_Delete(json);
        free(answer.text);
        files++;
    }
    ck_assert_int_eq(count, 25000);
    ck_assert_int_ge(files, 3);
    close_site();
}
END_TEST

/* The search gives up before its end, tells how far it came, and goes on from there when asked. */
START_TEST(test_search_goes_further_back_when_asked)
{
    char path[200] = "/dashboard/monitors/1?f.user=needle";
    int pages = 0;
    bool is_found = false;

    open_site(fill_thousands);
    sign_in();
    while (!is_found) {
        struct answer answer = get(path);
        const char *further = strstr(answer.body, "id=\"further\" href=\"");

        is_found = strstr(answer.body, "<span class=\"value\">needle</span></td>") != NULL;
        ck_assert(is_found || further);
        if (further) {
            further += strlen("id=\"further\" href=\"");
            (void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(further, "\""), further);
            for (further = path; (further = strstr(further, "&#38;")); further++)
                memmove((char *)(uintptr_t)further + 1, further + 5, strlen(further + 5) + 1);
        }
        free(answer.text);
        ck_assert_int_lt(++pages, 100);
    }
    close_site();
}
END_TEST

/* ---- figures in slices ---- */

/* All slices of one count, added up. */
struct counted {
    int slices;
    double total, steps, alice, others, top_alice;
    double from, step, count; /* of the first */
};

static double number_of(const cJSON *object, const char *name)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* [step,count,…] */
static double sum_of(const cJSON *pairs)
{
    const cJSON *step;
    double sum = 0;

    for (step = pairs ? pairs->child : NULL; step; step = step->next->next)
        sum += step->next->valuedouble;
    return sum;
}

static const cJSON *find_value(const cJSON *values, const char *raw)
{
    const cJSON *value;

    cJSON_ArrayForEach(value, values)
    {
        if (strcmp(fa_model_text(value, "raw"), raw) == 0)
            return value;
    }
    return NULL;
}

static void add_slice(struct counted *counted, const cJSON *slice)
{
    const cJSON *values = cJSON_GetObjectItemCaseSensitive(slice, "values"), *value;
    const cJSON *tops = cJSON_GetObjectItemCaseSensitive(slice, "tops");
    const cJSON *alice = find_value(values, "alice");

    if (counted->slices++ == 0) {
        counted->from = number_of(slice, "from");
        counted->step = number_of(slice, "step");
        counted->count = number_of(slice, "count");
    }
    ck_assert(number_of(slice, "from") == counted->from);
    ck_assert(number_of(slice, "step") == counted->step);
    ck_assert(number_of(slice, "count") == counted->count);
    counted->total += number_of(slice, "total");
    counted->others += sum_of(cJSON_GetObjectItemCaseSensitive(slice, "others"));
    cJSON_ArrayForEach(value, values)
    {
        counted->steps += sum_of(cJSON_GetObjectItemCaseSensitive(value, "counts"));
    }
    if (alice)
        counted->alice += sum_of(cJSON_GetObjectItemCaseSensitive(alice, "counts"));
    value = tops->child ? cJSON_GetObjectItemCaseSensitive(tops->child, "values") : NULL;
    alice = find_value(value, "alice");
    if (alice)
        counted->top_alice += number_of(alice, "count");
}

/* @between: called once, after the first slice; may be NULL */
static struct counted count_all(const char *first, void (*between)(void))
{
    struct counted counted = {0};
    char path[500];

    (void)snprintf(path, sizeof(path), "%s", first);
    while (path[0]) {
        struct answer answer = get(path);
        cJSON *slice = cJSON_Parse(answer.body);

        ck_assert_msg(answer.status == 200 && slice, "%s: %d", path, answer.status);
        add_slice(&counted, slice);
        (void)snprintf(path, sizeof(path), "%s", fa_model_text(slice, "next"));
        cJSON_Delete(slice);
        free(answer.text);
        if (between && counted.slices == 1)
            between();
    }
    return counted;
}

START_TEST(test_slices_add_up_to_all_rows)
{
    struct counted counted;

    open_site(fill_thousands);
    sign_in();
    counted = count_all("/dashboard/monitors/1/counts.json?by=user", NULL);
    ck_assert_int_ge(counted.slices, 3);
    ck_assert(counted.total == 25000 && counted.steps + counted.others == 25000);
    ck_assert(counted.count >= 2 && counted.count <= 62);
    check_page("/dashboard/monitors/1", "data-path=\"/dashboard/monitors/1/counts.json\"", NULL);
    close_site();
}
END_TEST

static void store_more(void)
{
    add_login(1, T0 - 1000, "alice", "192.0.2.7", "sshd"); /* the slices would come to it */
    add_login(1, T0 + 1000, "alice", "192.0.2.7", "sshd");
    add_login(1, T0 + INT64_C(86400000000), "alice", "192.0.2.7", "sshd");
}

static void fill_many_logins(struct site *unused)
{
    static const char *const users[] = {"alice", "bob", "carol"};
    int i;

    (void)unused;
    add_account("KEYONE", "first account");
    add_login_monitor(1, "web-1");
    add_login_monitor(1, "db-1");
    for (i = 0; i < 12000; i++)
        add_login(1 + i % 2, T0 + i * INT64_C(7000), users[i % 3], "192.0.2.7", "sshd");
}

START_TEST(test_slices_count_what_the_view_takes)
{
    static const struct {
        const char *query;
        int total, alice;
    } rows[] = {{"?by=user", 12000, 4000},
                {"?by=user&f.user=alice", 4000, 4000},
                {"?by=user&q=bob", 4000, 0},
                {"?by=-", 12000, 0},
                {"?by=user&from=2011-06-01T13:00&to=2011-06-01T14:00", 514, 171}};
    size_t i;

    open_site(fill_many_logins);
    sign_in();
    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        char path[300];
        struct counted counted;

        (void)snprintf(path, sizeof(path),
                       "/dashboard/accounts/KEYONE/tags/loginMonitor/counts.json%s", rows[i].query);
        counted = count_all(path, NULL);
        ck_assert_msg(counted.total == rows[i].total && counted.steps == rows[i].total &&
                          counted.alice == rows[i].alice,
                      "%s: %g rows, %g in steps, %g of alice", path, counted.total, counted.steps,
                      counted.alice);
    }
    close_site();
}
END_TEST

START_TEST(test_slices_leave_out_what_comes_after_they_began)
{
    struct counted counted;

    open_site(fill_many_logins);
    sign_in();
    counted =
        count_all("/dashboard/accounts/KEYONE/tags/loginMonitor/counts.json?by=user", store_more);
    ck_assert_int_ge(counted.slices, 2);
    ck_assert(counted.total == 12000 && counted.top_alice == 4000);
    close_site();
}
END_TEST

START_TEST(test_slices_of_a_frame_that_makes_no_sense_choose_another)
{
    static const char *const frames[] = {"",
                                         "x",
                                         "1.2.3",
                                         "0.0.5.9",
                                         "0.1000.63.9",
                                         "0.-1000.5.9",
                                         "9223372036854775807.1000.5.9",
                                         "0.9223372036854775807.62.9",
                                         "0.1000.-1.9",
                                         "1.2.3.4.5"};
    size_t i;

    open_site(fill_logins);
    sign_in();
    for (i = 0; i < PM_ARRAY_LEN(frames); i++) {
        char path[200];
        struct counted counted;

        (void)snprintf(path, sizeof(path), "/dashboard/monitors/1/counts.json?frame=%s", frames[i]);
        counted = count_all(path, NULL);
        ck_assert_msg(counted.total == 6 && counted.steps == 6, "%s: %g", frames[i], counted.total);
    }
    close_site();
}
END_TEST

/* ---- assets ---- */

START_TEST(test_assets_are_compressed_and_kept)
{
    struct answer answer;
    const char *at;
    char path[120];
    char *field;

    open_site(fill_logins);
    answer = get("/dashboard/signin");
    at = strstr(answer.body, "/dashboard/assets/");
    (void)snprintf(path, sizeof(path), "%.*s/chart.js", (int)(strcspn(at + 18, "/") + 18), at);
    free(answer.text);
    answer = request("GET", path, "Accept-Encoding: gzip, br\r\n");
    ck_assert_int_eq(answer.status, 200);
    field = field_of(&answer, "Content-Encoding");
    ck_assert_str_eq(field, "gzip");
    free(field);
    field = field_of(&answer, "Cache-Control");
    ck_assert_str_eq(field, "public, max-age=31536000, immutable");
    free(field);
    field = field_of(&answer, "Content-Length");
    ck_assert_int_lt(atoi(field), 75000);
    free(field);
    free(answer.text);
    answer = get(path);
    ck_assert_ptr_nonnull(strstr(answer.body, "Chart.js v"));
    free(answer.text);
    check_status("/dashboard/assets/0123456789abcdef/../../etc/passwd", 401);
    check_status("/dashboard/assets/..%2f..%2fetc%2fpasswd", 404);
    close_site();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_rows_are_filtered_searched_and_ranged),
    TEST(test_rows_of_a_tag_are_those_of_all_its_monitors_newest_first),
    TEST(test_rows_of_a_tag_are_paged_without_loss_or_doubles),
    TEST(test_rows_page_keeps_its_view_in_every_link),
    TEST(test_figures_count_by_time_and_value),
    TEST(test_figures_stay_small_whatever_is_counted),
    TEST(test_figures_of_every_range_fit_their_steps),
    TEST(test_slices_add_up_to_all_rows),
    TEST(test_slices_count_what_the_view_takes),
    TEST(test_slices_leave_out_what_comes_after_they_began),
    TEST(test_slices_of_a_frame_that_makes_no_sense_choose_another),
    TEST(test_export_csv_has_all_columns),
    TEST(test_export_csv_runs_nothing_in_a_spreadsheet),
    TEST(test_export_goes_on_where_it_ended),
    TEST(test_search_goes_further_back_when_asked),
    TEST(test_assets_are_compressed_and_kept),
};

TEST_MAIN("dashboard_rows", cases)
