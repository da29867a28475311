/* The monitors of an account; see dashboard_monitors.h. */
#include "dashboard_monitors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "dashboard.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_query.h"
#include "dashboard_visit.h"
#include "percent.h"

#define MONITORS_PER_PAGE 200
#define COUNT_MAX         1000 /* rows that are counted; beyond, there are "1000+" */
#define QUERY_SIZE        160

/* ---- monitors ---- */

struct monitors {
    const struct fa_account *account;
    cJSON *list;
    char search[QUERY_SIZE];
    int64_t after_id; /* only those with greater ids */
    size_t count;
};

static void add_tag_path(cJSON *item, const struct fa_account *account, const char *tag)
{
    char path[4 * FA_PAGE_PATH_SIZE];
    size_t len;

    if (tag[0] == '\0')
        return;
    fa_page_account_path(account, "/tags/", path, sizeof(path));
    len = strlen(path);
    (void)pm_percent_encode(tag, strlen(tag), "", path + len, sizeof(path) - len);
    cJSON_AddStringToObject(item, "tag_path", path);
}

/* fa_monitor_fn */
static int add_monitor(void *context, const struct fa_monitor *monitor)
{
    struct monitors *monitors = context;
    char path[100];
    cJSON *item;

    if (monitor->id <= monitors->after_id || (!strcasestr(monitor->name, monitors->search) &&
                                              !strcasestr(monitor->tag, monitors->search)))
        return 0;
    if (++monitors->count > MONITORS_PER_PAGE)
        return 1;
    item = cJSON_CreateObject();
    (void)snprintf(path, sizeof(path), FA_DASHBOARD_PATH "/monitors/%" PRId64, monitor->id);
    cJSON_AddNumberToObject(item, "id", (double)monitor->id);
    cJSON_AddStringToObject(item, "path", path);
    fa_model_add_text(item, "name", monitor->name[0] ? monitor->name : "(no name)");
    fa_model_add_text(item, "tag", monitor->tag);
    add_tag_path(item, monitors->account, monitor->tag);
    fa_model_add_text(item, "type", monitor->type);
    cJSON_AddItemToArray(monitors->list, item);
    return 0;
}

/* fa_row_fn */
static int add_newest(void *item, const struct fa_row *row)
{
    fa_model_add_time(item, "newest", row->checktime_ms);
    return 0;
}

/* How many rows a monitor has, and when the newest was. */
static int add_totals(struct fa_store *store, cJSON *item)
{
    int64_t id = (int64_t)cJSON_GetObjectItemCaseSensitive(item, "id")->valuedouble, count = 0;
    int r = fa_store_row_count_upto(store, id, COUNT_MAX + 1, &count);

    if (r < 0)
        return r;
    cJSON_AddNumberToObject(item, "row_count", (double)(count > COUNT_MAX ? COUNT_MAX : count));
    cJSON_AddBoolToObject(item, "is_many", count > COUNT_MAX);
    return fa_store_rows_before(store, id, INT64_MAX, 0, 1, add_newest, item);
}

static int list_monitors(struct fa_store *store, struct monitors *monitors)
{
    const struct fa_monitor_filter filter = {.account_id = monitors->account->id};
    cJSON *item;
    int r = fa_store_monitors(store, &filter, add_monitor, monitors);

    cJSON_ArrayForEach(item, monitors->list)
    {
        if (r < 0)
            break;
        r = add_totals(store, item);
    }
    return r < 0 ? r : 0;
}

/* ---- the page ---- */

/* The address of what follows the last monitor shown, if anything does. */
static void add_next_path(cJSON *data, const char *path, const struct monitors *monitors)
{
    const cJSON *last = cJSON_GetArrayItem(monitors->list, MONITORS_PER_PAGE - 1);
    struct pm_buf address;

    if (monitors->count <= MONITORS_PER_PAGE || !last)
        return;
    pm_buf_init(&address, 4 * FA_PAGE_PATH_SIZE);
    (void)pm_buf_adds(&address, path);
    if (monitors->search[0])
        fa_query_add(&address, "q", monitors->search);
    fa_query_add_number(&address, "after",
                        (int64_t)cJSON_GetObjectItemCaseSensitive(last, "id")->valuedouble);
    if (!address.failed)
        cJSON_AddStringToObject(data, "next_path", address.data);
    pm_buf_clear(&address);
}

static void add_ways(struct fa_visit *visit, const struct monitors *monitors, cJSON *data)
{
    char path[FA_PAGE_PATH_SIZE];

    fa_page_account_path(monitors->account, "/monitors", path, sizeof(path));
    add_next_path(data, path, monitors);
    cJSON_AddStringToObject(data, "monitors_path", path);
    cJSON_AddBoolToObject(data, "is_after", monitors->after_id > 0);
    fa_page_account_path(monitors->account, "/windows", path, sizeof(path));
    cJSON_AddStringToObject(data, "windows_path", path);
    fa_page_account_path(monitors->account, "", path, sizeof(path));
    fa_page_add_crumb(data, fa_page_account_label(monitors->account), path);
    fa_model_add_text(data, "search", monitors->search);
    fa_model_add_text(data, "apikey", monitors->account->apikey);
    fa_page_add_api_url(data, visit);
}

int fa_page_monitors(struct fa_visit *visit)
{
    struct monitors monitors = {0};
    char after[24] = "0";
    cJSON *data;
    int r = fa_visit_account(visit, visit->arguments[0], &monitors.account);

    if (r < 0)
        return r;
    (void)fa_page_query(visit, "after", after, sizeof(after)); /* absent: from the first */
    (void)fa_page_query(visit, "q", monitors.search, sizeof(monitors.search)); /* absent: all */
    data = fa_page_data(visit, "Custom Monitors");
    monitors.list = cJSON_AddArrayToObject(data, "monitors");
    monitors.after_id = strtoll(after, NULL, 10);
    r = list_monitors(fa_visit_store(visit), &monitors);
    if (r < 0) {
        cJSON_Delete(data);
        return r;
    }
    fa_page_set_account(data, monitors.account);
    fa_page_set_section(data, "in_monitors");
    add_ways(visit, &monitors, data);
    return fa_page_render("monitors", data, visit);
}
