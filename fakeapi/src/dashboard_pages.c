/* The pages; see dashboard_pages.h. */
#include "dashboard_pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "dashboard.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "http.h"
#include "percent.h"

#define MONITORS_PER_PAGE 200
#define ROWS_PER_PAGE     50

/* ---- accounts ---- */

static void account_path(const char *apikey, char *path, size_t size)
{
    size_t len = (size_t)snprintf(path, size, FA_DASHBOARD_PATH "/accounts/");

    (void)pm_percent_encode(apikey, strlen(apikey), "", path + len, size - len);
}

/* Where clients reach the API: as the browser reached us. */
static void add_api_url(cJSON *data, const struct fa_http_request *request)
{
    const char *host = fa_http_header(request, "Host");
    char url[FA_PAGE_PATH_SIZE];

    (void)snprintf(url, sizeof(url), "http://%s", host ? host : "127.0.0.1");
    fa_model_add_text(data, "api_url", url);
}

struct found_account {
    const char *apikey; /* NULL: any */
    int64_t id;         /* 0: any */
    int64_t found_id;
    char label[200];
    char path[FA_PAGE_PATH_SIZE];
};

static void label_account(const struct fa_account *account, char *label, size_t size)
{
    (void)snprintf(label, size, "%s", account->name[0] ? account->name : account->apikey);
}

static int match_account(void *context, const struct fa_account *account)
{
    struct found_account *found = context;

    if ((found->apikey && strcmp(found->apikey, account->apikey) != 0) ||
        (found->id != 0 && found->id != account->id))
        return 0;
    found->found_id = account->id;
    label_account(account, found->label, sizeof(found->label));
    account_path(account->apikey, found->path, sizeof(found->path));
    return 1;
}

static int find_account(struct fa_store *store, struct found_account *found)
{
    int r = fa_store_accounts(store, match_account, found);

    if (r < 0)
        return r;
    return found->found_id != 0 ? 0 : FA_STORE_ABSENT;
}

static int add_account(void *list, const struct fa_account *account)
{
    char label[200], path[FA_PAGE_PATH_SIZE];
    cJSON *item = cJSON_CreateObject();

    label_account(account, label, sizeof(label));
    account_path(account->apikey, path, sizeof(path));
    fa_model_add_text(item, "label", label);
    fa_model_add_text(item, "apikey", account->apikey);
    cJSON_AddStringToObject(item, "path", path);
    cJSON_AddItemToArray(list, item);
    return 0;
}

int fa_page_accounts(struct fa_store *store, const struct fa_http_request *request,
                     struct fa_http_reply *reply)
{
    cJSON *data = fa_page_data("Accounts");
    cJSON *list = cJSON_AddArrayToObject(data, "accounts");
    int r = fa_store_accounts(store, add_account, list);

    if (r == 0 && cJSON_GetArraySize(list) == 1)
        r = fa_page_redirect(cJSON_GetObjectItemCaseSensitive(list->child, "path")->valuestring,
                             reply);
    if (r < 0 || reply->status == 303) {
        cJSON_Delete(data);
        return r;
    }
    add_api_url(data, request);
    return fa_page_render("accounts", data, reply);
}

/* ---- one account ---- */

struct monitors {
    cJSON *list;
    int64_t after_id; /* only those with greater ids */
    size_t count;
};

static int add_monitor(void *context, const struct fa_monitor *monitor)
{
    struct monitors *monitors = context;
    char path[FA_PAGE_PATH_SIZE];
    cJSON *item;

    if (monitor->id <= monitors->after_id)
        return 0;
    if (++monitors->count > MONITORS_PER_PAGE)
        return 1;
    item = cJSON_CreateObject();
    (void)snprintf(path, sizeof(path), FA_DASHBOARD_PATH "/monitors/%" PRId64, monitor->id);
    cJSON_AddNumberToObject(item, "id", (double)monitor->id);
    cJSON_AddStringToObject(item, "path", path);
    fa_model_add_text(item, "name", monitor->name[0] ? monitor->name : "(no name)");
    fa_model_add_text(item, "tag", monitor->tag);
    fa_model_add_text(item, "type", monitor->type);
    cJSON_AddItemToArray(monitors->list, item);
    return 0;
}

static int add_newest(void *item, const struct fa_row *row)
{
    fa_model_add_time(item, "newest", row->checktime_ms);
    return 0;
}

/* How many rows a monitor has, and when the newest was. */
static int add_totals(struct fa_store *store, int64_t monitor_id, cJSON *item)
{
    int64_t count = 0;
    int r = fa_store_row_count(store, monitor_id, &count);

    if (r < 0)
        return r;
    cJSON_AddNumberToObject(item, "row_count", (double)count);
    return fa_store_rows_before(store, monitor_id, INT64_MAX, 0, 1, add_newest, item);
}

static int list_monitors(struct fa_store *store, int64_t account_id, struct monitors *monitors)
{
    const struct fa_monitor_filter filter = {.account_id = account_id};
    cJSON *item;
    int r = fa_store_monitors(store, &filter, add_monitor, monitors);

    cJSON_ArrayForEach(item, monitors->list)
    {
        if (r < 0)
            break;
        r = add_totals(store, (int64_t)cJSON_GetObjectItemCaseSensitive(item, "id")->valuedouble,
                       item);
    }
    return r < 0 ? r : 0;
}

/* The address of what follows the last monitor shown, if anything does. */
static void add_next_path(cJSON *data, const char *account, const struct monitors *monitors)
{
    const cJSON *last = cJSON_GetArrayItem(monitors->list, MONITORS_PER_PAGE - 1);
    char path[FA_PAGE_PATH_SIZE + 40];

    if (monitors->count <= MONITORS_PER_PAGE || !last)
        return;
    (void)snprintf(path, sizeof(path), "%s?after=%.0f", account,
                   cJSON_GetObjectItemCaseSensitive(last, "id")->valuedouble);
    cJSON_AddStringToObject(data, "next_path", path);
}

int fa_page_account(struct fa_store *store, const char *apikey,
                    const struct fa_http_request *request, struct fa_http_reply *reply)
{
    struct found_account account = {.apikey = apikey};
    struct monitors monitors = {0};
    char after[24] = "0";
    cJSON *data;
    int r = find_account(store, &account);

    if (r < 0)
        return r;
    (void)fa_page_query(request, "after", after, sizeof(after)); /* absent: from the first */
    data = fa_page_data(account.label);
    monitors.list = cJSON_AddArrayToObject(data, "monitors");
    monitors.after_id = strtoll(after, NULL, 10);
    r = list_monitors(store, account.found_id, &monitors);
    if (r < 0) {
        cJSON_Delete(data);
        return r;
    }
    fa_model_add_text(data, "apikey", apikey);
    add_next_path(data, account.path, &monitors);
    if (monitors.after_id > 0)
        cJSON_AddStringToObject(data, "first_path", account.path);
    add_api_url(data, request);
    return fa_page_render("account", data, reply);
}

/* ---- one monitor ---- */

struct shown_monitor {
    int64_t account_id;
    char name[300];
    cJSON *data;
};

static int show_monitor(void *context, const struct fa_monitor *monitor)
{
    struct shown_monitor *shown = context;

    shown->account_id = monitor->account_id;
    shown->data = fa_page_data(monitor->name[0] ? monitor->name : "(no name)");
    fa_model_add_text(shown->data, "tag", monitor->tag);
    fa_model_add_text(shown->data, "type", monitor->type);
    cJSON_AddNumberToObject(shown->data, "id", (double)monitor->id);
    return 0;
}

/* The monitor and the way to it. */
static int find_monitor(struct fa_store *store, int64_t monitor_id, cJSON **ret_data)
{
    struct found_account account = {0};
    struct shown_monitor shown = {0};
    int r = fa_store_monitor_get(store, 0, monitor_id, show_monitor, &shown);

    if (r < 0)
        return r;
    account.id = shown.account_id;
    r = find_account(store, &account);
    if (r < 0) {
        cJSON_Delete(shown.data);
        return r;
    }
    fa_page_add_crumb(shown.data, account.label, account.path);
    *ret_data = shown.data;
    return 0;
}

/* Read `CHECKTIME.NUMBER`. Returns whether a place other than the newest was asked for. */
static bool read_place(const struct fa_http_request *request, struct fa_model_place *ret_place)
{
    struct fa_model_place place;
    char text[48], *end;

    if (fa_page_query(request, "before", text, sizeof(text)) < 0)
        return false;
    place.checktime_ms = strtoll(text, &end, 10);
    if (*end != '.')
        return false;
    place.number = strtoll(end + 1, &end, 10);
    if (*end != '\0')
        return false;
    *ret_place = place;
    return true;
}

static int add_rows(struct fa_store *store, int64_t monitor_id, struct fa_model_place before,
                    cJSON *data)
{
    cJSON *columns = NULL, *rows = NULL;
    struct fa_model_place last;
    char path[200];
    bool more;
    int r = fa_model_columns(store, monitor_id, &columns);

    if (r < 0)
        return r;
    cJSON_AddItemToObject(data, "columns", columns);
    r = fa_model_rows_before(store, monitor_id, columns, before, ROWS_PER_PAGE, &rows, &last,
                             &more);
    if (r < 0)
        return r;
    cJSON_AddItemToObject(data, "rows", rows);
    cJSON_AddBoolToObject(data, "has_older", more);
    (void)snprintf(path, sizeof(path),
                   FA_DASHBOARD_PATH "/monitors/%" PRId64 "?before=%" PRId64 ".%" PRId64,
                   monitor_id, last.checktime_ms, last.number);
    cJSON_AddStringToObject(data, "older_path", path);
    return 0;
}

/* Addresses that depend on which rows are shown: the newest are followed live. */
static int add_paths(struct fa_store *store, int64_t monitor_id, bool is_older, cJSON *data)
{
    char path[200];
    int64_t last_id = 0;
    int r = fa_store_last_row_id(store, &last_id);

    (void)snprintf(path, sizeof(path), FA_DASHBOARD_PATH "/monitors/%" PRId64, monitor_id);
    cJSON_AddStringToObject(data, "newest_path", path);
    (void)snprintf(path, sizeof(path),
                   FA_DASHBOARD_PATH "/monitors/%" PRId64 "/events?after=%" PRId64, monitor_id,
                   last_id);
    cJSON_AddStringToObject(data, "events_path", path);
    cJSON_AddBoolToObject(data, "is_newest", !is_older);
    cJSON_AddNumberToObject(data, "rows_max", ROWS_PER_PAGE);
    return r;
}

int fa_page_monitor(struct fa_store *store, int64_t monitor_id,
                    const struct fa_http_request *request, struct fa_http_reply *reply)
{
    struct fa_model_place before = FA_MODEL_NEWEST;
    bool is_older = read_place(request, &before);
    cJSON *data = NULL;
    int r = find_monitor(store, monitor_id, &data);

    if (r == 0)
        r = add_totals(store, monitor_id, data);
    if (r == 0)
        r = add_rows(store, monitor_id, before, data);
    if (r == 0)
        r = add_paths(store, monitor_id, is_older, data);
    if (r < 0) {
        cJSON_Delete(data);
        return r;
    }
    add_api_url(data, request);
    return fa_page_render("monitor", data, reply);
}
