/* The overview of an account; see dashboard_overview.h. */
#include "dashboard_overview.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "dashboard.h"
#include "dashboard_counts.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_query.h"
#include "dashboard_scan.h"
#include "dashboard_subject.h"
#include "dashboard_visit.h"
#include "dashboard_windows.h"

#define ROWS_PER_WINDOW  8
#define COLUMNS_OF_TABLE 4 /* of a window; a wide one has them all */

/* ---- totals ---- */

struct totals {
    int64_t monitors;
    int64_t newest_ms;
    bool has_newest;
    struct fa_store *store;
};

static int see_newest(void *context, const struct fa_row *row)
{
    struct totals *totals = context;

    if (!totals->has_newest || row->checktime_ms > totals->newest_ms)
        totals->newest_ms = row->checktime_ms;
    totals->has_newest = true;
    return 0;
}

static int count_monitor(void *context, const struct fa_monitor *monitor)
{
    struct totals *totals = context;

    totals->monitors++;
    return fa_store_rows_before(totals->store, monitor->id, INT64_MAX, 0, 1, see_newest, totals);
}

/* What the journal remembers of an account, by verdict. */
static void add_requests(cJSON *data, const struct fa_journal *journal, int64_t account_id)
{
    static const char *const names[FA_VERDICT_MAX] = {"accepted", "refused", "failed"};
    size_t counts[FA_VERDICT_MAX] = {0}, i;
    int64_t id;

    for (id = fa_journal_oldest(journal); id <= fa_journal_newest(journal); id++) {
        const struct fa_journal_entry *entry = fa_journal_get(journal, id);

        if (entry && entry->account_id == account_id)
            counts[entry->verdict]++;
    }
    for (i = 0; i < FA_VERDICT_MAX; i++)
        cJSON_AddNumberToObject(data, names[i], (double)counts[i]);
}

static int add_totals(struct fa_visit *visit, const struct fa_account *account, cJSON *data)
{
    const struct fa_monitor_filter filter = {.account_id = account->id};
    struct totals totals = {.store = fa_visit_store(visit)};
    int r = fa_store_monitors(totals.store, &filter, count_monitor, &totals);

    if (r < 0)
        return r;
    cJSON_AddNumberToObject(data, "monitor_count", (double)totals.monitors);
    cJSON_AddBoolToObject(data, "is_empty", totals.monitors == 0);
    if (totals.has_newest)
        fa_model_add_time(data, "newest", totals.newest_ms);
    add_requests(data, visit->dashboard->app->journal, account->id);
    return 0;
}

/* ---- windows ---- */

struct table {
    const cJSON *columns;
    cJSON *rows;
};

/* fa_row_fn */
static int add_row(void *context, const struct fa_row *row)
{
    struct table *table = context;

    cJSON_AddItemToArray(table->rows, fa_model_row(table->columns, row));
    return cJSON_GetArraySize(table->rows) == ROWS_PER_WINDOW ? 1 : 0;
}

/* The first columns, as many as a window shows. */
static cJSON *some_columns(const cJSON *columns, bool is_wide)
{
    cJSON *some = cJSON_Duplicate(columns, true);

    while (!is_wide && cJSON_GetArraySize(some) > COLUMNS_OF_TABLE)
        cJSON_DeleteItemFromArray(some, COLUMNS_OF_TABLE);
    return some;
}

static int add_table(struct fa_visit *visit, const struct fa_subject *subject,
                     const struct fa_window *window, cJSON *item)
{
    struct table table = {.columns = some_columns(subject->columns, window->is_wide),
                          .rows = cJSON_AddArrayToObject(item, "rows")};
    int r;

    cJSON_AddItemToObject(item, "columns", (cJSON *)(uintptr_t)table.columns);
    r = fa_store_rows_before(fa_visit_store(visit), window->monitor_id, INT64_MAX, 0,
                             ROWS_PER_WINDOW, add_row, &table);
    cJSON_AddBoolToObject(item, "has_rows", table.rows->child != NULL);
    cJSON_AddNumberToObject(item, "rows_max", ROWS_PER_WINDOW);
    return r < 0 ? r : 0;
}

static int add_chart(struct fa_visit *visit, const struct fa_subject *subject, cJSON *item)
{
    const struct fa_view view = {.from_ms = INT64_MIN, .to_ms = INT64_MAX};
    struct fa_counts counts;
    char path[sizeof(subject->path) + sizeof("/counts.json")];
    int r = fa_counts_make(fa_visit_store(visit), subject, &view, &counts);

    if (r < 0)
        return r;
    cJSON_AddBoolToObject(item, "has_rows",
                          cJSON_GetObjectItemCaseSensitive(counts.chart, "buckets") != NULL);
    cJSON_AddItemToObject(item, "chart", counts.chart);
    cJSON_AddStringToObject(item, "by", counts.by);
    cJSON_AddNumberToObject(item, "counted", (double)counts.total);
    if (!counts.is_complete) {
        (void)snprintf(path, sizeof(path), "%s/counts.json", subject->path);
        cJSON_AddStringToObject(item, "counts_path", path);
        fa_model_add_time(item, "counted_to", counts.reached.checktime_ms);
    }
    cJSON_Delete(counts.tops);
    return 0;
}

static cJSON *make_item(const struct fa_account *account, const struct fa_window *window,
                        const struct fa_subject *subject)
{
    cJSON *item = cJSON_CreateObject();
    char below[60], path[FA_PAGE_PATH_SIZE];

    (void)snprintf(below, sizeof(below), "/windows/%" PRId64, window->id);
    fa_page_account_path(account, below, path, sizeof(path));
    cJSON_AddNumberToObject(item, "id", (double)window->id);
    cJSON_AddNumberToObject(item, "monitor_id", (double)window->monitor_id);
    cJSON_AddStringToObject(item, "path", path);
    cJSON_AddStringToObject(item, "rows_path", subject->path);
    fa_model_add_text(item, "name", subject->name);
    cJSON_AddBoolToObject(item, "is_chart", window->is_chart);
    cJSON_AddBoolToObject(item, "is_wide", window->is_wide);
    return item;
}

/* One window; of a monitor that was deleted, none. */
static int add_window(struct fa_visit *visit, const struct fa_account *account,
                      const struct fa_window *window, cJSON *list)
{
    struct fa_subject subject;
    int r = fa_subject_of(visit, window->monitor_id, &subject);
    cJSON *item;

    if (r == 0 && subject.account->id == account->id) {
        item = make_item(account, window, &subject);
        cJSON_AddItemToArray(list, item);
        r = window->is_chart ? add_chart(visit, &subject, item)
                             : add_table(visit, &subject, window, item);
    }
    fa_subject_clear(&subject);
    return r == FA_STORE_ABSENT ? 0 : r;
}

static int add_windows(struct fa_visit *visit, const struct fa_account *account, cJSON *data)
{
    cJSON *list = cJSON_AddArrayToObject(data, "windows");
    struct fa_windows windows;
    size_t i;
    int r = fa_windows_read(fa_visit_store(visit), account->id, &windows);

    for (i = 0; r == 0 && i < windows.count; i++)
        r = add_window(visit, account, &windows.list[i], list);
    return r;
}

/* ---- the page ---- */

static int add_ways(struct fa_visit *visit, const struct fa_account *account, cJSON *data)
{
    char below[60], path[FA_PAGE_PATH_SIZE];
    int64_t last_id = 0;
    int r = fa_store_last_row_id(fa_visit_store(visit), &last_id);

    (void)snprintf(below, sizeof(below), "/events?after=%" PRId64, last_id);
    fa_page_account_path(account, below, path, sizeof(path));
    cJSON_AddStringToObject(data, "events_path", path);
    fa_page_account_path(account, "/monitors", path, sizeof(path));
    cJSON_AddStringToObject(data, "monitors_path", path);
    fa_model_add_text(data, "apikey", account->apikey);
    fa_page_add_api_url(data, visit);
    return r;
}

int fa_page_overview(struct fa_visit *visit)
{
    const struct fa_account *account;
    cJSON *data;
    int r = fa_visit_account(visit, visit->arguments[0], &account);

    if (r < 0)
        return r;
    data = fa_page_data(visit, fa_page_account_label(account));
    fa_page_set_account(data, account);
    fa_page_set_section(data, "in_overview");
    r = add_totals(visit, account, data);
    if (r == 0)
        r = add_windows(visit, account, data);
    if (r == 0)
        r = add_ways(visit, account, data);
    if (r < 0) {
        cJSON_Delete(data);
        return r;
    }
    return fa_page_render("overview", data, visit);
}

/* ---- forms ---- */

struct adding {
    struct fa_visit *visit;
    int64_t account_id;
    bool is_chart;
    int r;
};

static int ignore_monitor(void *context, const struct fa_monitor *monitor)
{
    (void)context;
    (void)monitor;
    return 0;
}

/* One field of the form; a monitor that is not the account's is not added. */
static int add_ticked(void *context, const char *name, const char *value)
{
    struct adding *adding = context;
    struct fa_store *store = fa_visit_store(adding->visit);
    int64_t id = strtoll(value, NULL, 10);

    if (strcmp(name, "monitor") != 0)
        return 0;
    adding->r = fa_store_monitor_get(store, adding->account_id, id, ignore_monitor, NULL);
    if (adding->r == 0)
        adding->r = fa_windows_add(store, adding->account_id, id, adding->is_chart);
    return adding->r;
}

static int go_to_overview(const struct fa_visit *visit, const struct fa_account *account)
{
    char path[FA_PAGE_PATH_SIZE];

    fa_page_account_path(account, "", path, sizeof(path));
    return fa_page_redirect(path, visit);
}

int fa_page_windows_add(struct fa_visit *visit)
{
    struct adding adding = {.visit = visit};
    const struct fa_account *account;
    char as[10] = "";
    int r = fa_visit_account(visit, visit->arguments[0], &account);

    if (r < 0)
        return r;
    (void)fa_page_form(visit, "as", as, sizeof(as)); /* absent: a table */
    adding.account_id = account->id;
    adding.is_chart = strcmp(as, "chart") == 0;
    r = fa_query_each(visit->request->body, add_ticked, &adding);
    if (r == FA_WINDOWS_FULL)
        return fa_page_message(409, "No room for more windows",
                               "The overview holds 24 windows. Remove one there, then add again.",
                               visit);
    return r < 0 ? r : go_to_overview(visit, account);
}

int fa_page_window_change(struct fa_visit *visit)
{
    const struct fa_account *account;
    char change[16] = "";
    int64_t id;
    int r = fa_visit_account(visit, visit->arguments[0], &account);

    if (r == 0)
        r = fa_visit_id(visit, 1, &id);
    if (r < 0)
        return r;
    (void)fa_page_form(visit, "change", change, sizeof(change)); /* absent: no such change */
    r = fa_windows_change(fa_visit_store(visit), account->id, id, change);
    return r < 0 ? r : go_to_overview(visit, account);
}
