/* One monitor, or all of a tag; see dashboard_subject.h. */
#include "dashboard_subject.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "dashboard.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_scan.h"
#include "dashboard_visit.h"
#include "percent.h"

#define COLUMNS_OF_MAX 50 /* monitors of a tag that are asked for their columns */

struct collecting {
    struct fa_subject *subject;
    int64_t account_id;
};

static cJSON *make_monitor(const struct fa_monitor *monitor)
{
    cJSON *item = cJSON_CreateObject();
    char path[100];

    (void)snprintf(path, sizeof(path), FA_DASHBOARD_PATH "/monitors/%" PRId64, monitor->id);
    cJSON_AddNumberToObject(item, "id", (double)monitor->id);
    fa_model_add_text(item, "name", monitor->name[0] ? monitor->name : "(no name)");
    cJSON_AddStringToObject(item, "path", path);
    cJSON_AddStringToObject(item, "tag", monitor->tag);
    fa_model_add_text(item, "type", monitor->type);
    return item;
}

/* fa_monitor_fn */
static int collect(void *context, const struct fa_monitor *monitor)
{
    struct collecting *collecting = context;
    struct fa_subject *subject = collecting->subject;

    if (subject->monitor_count == FA_SCAN_MONITORS_MAX) {
        subject->is_cut = true;
        return 1;
    }
    collecting->account_id = monitor->account_id;
    subject->monitor_ids[subject->monitor_count++] = monitor->id;
    cJSON_AddItemToArray(subject->monitors, make_monitor(monitor));
    return 0;
}

static int begin(struct fa_subject *subject)
{
    memset(subject, 0, sizeof(*subject));
    subject->monitors = cJSON_CreateArray();
    subject->columns = cJSON_CreateArray();
    subject->monitor_ids = calloc(FA_SCAN_MONITORS_MAX, sizeof(*subject->monitor_ids));
    return subject->monitors && subject->columns && subject->monitor_ids ? 0 : FA_PAGE_BROKEN;
}

static int add_columns(struct fa_store *store, struct fa_subject *subject)
{
    size_t i;
    int r = 0;

    for (i = 0; i < subject->monitor_count && i < COLUMNS_OF_MAX && r == 0; i++)
        r = fa_model_add_columns(store, subject->monitor_ids[i], subject->columns);
    return r;
}

int fa_subject_of(struct fa_visit *visit, int64_t monitor_id, struct fa_subject *subject)
{
    struct fa_store *store = fa_visit_store(visit);
    struct collecting collecting = {subject, 0};
    const struct fa_principal *owner;
    int r = begin(subject);

    if (r == 0)
        r = fa_store_monitor_get(store, 0, monitor_id, collect, &collecting);
    if (r < 0)
        return r;
    owner = fa_accounts_find_id(visit->dashboard->app->accounts, collecting.account_id);
    if (!owner)
        return FA_STORE_ABSENT;
    subject->account = &owner->account;
    (void)snprintf(subject->name, sizeof(subject->name), "%s",
                   fa_model_text(subject->monitors->child, "name"));
    (void)snprintf(subject->path, sizeof(subject->path), "%s",
                   fa_model_text(subject->monitors->child, "path"));
    return add_columns(store, subject);
}

int fa_subject_monitor(struct fa_visit *visit, struct fa_subject *subject)
{
    int64_t id;
    int r;

    memset(subject, 0, sizeof(*subject));
    if (fa_visit_id(visit, 0, &id) < 0)
        return FA_STORE_ABSENT;
    r = fa_subject_of(visit, id, subject);
    if (r == 0 && !fa_visit_may_see(visit, subject->account->id))
        return FA_STORE_ABSENT;
    return r;
}

int fa_subject_tag(struct fa_visit *visit, struct fa_subject *subject)
{
    const char *tag = visit->arguments[1];
    struct collecting collecting = {subject, 0};
    struct fa_monitor_filter filter = {.tag = tag};
    size_t len;
    int r = begin(subject);

    if (r == 0)
        r = fa_visit_account(visit, visit->arguments[0], &subject->account);
    if (r < 0)
        return r;
    filter.account_id = subject->account->id;
    r = fa_store_monitors(fa_visit_store(visit), &filter, collect, &collecting);
    if (r < 0)
        return r;
    if (subject->monitor_count == 0)
        return FA_STORE_ABSENT;
    subject->is_tag = true;
    (void)snprintf(subject->name, sizeof(subject->name), "%s", tag);
    fa_page_account_path(subject->account, "/tags/", subject->path, sizeof(subject->path));
    len = strlen(subject->path);
    (void)pm_percent_encode(tag, strlen(tag), "", subject->path + len, sizeof(subject->path) - len);
    return add_columns(fa_visit_store(visit), subject);
}

void fa_subject_clear(struct fa_subject *subject)
{
    cJSON_Delete(subject->monitors);
    cJSON_Delete(subject->columns);
    free(subject->monitor_ids);
    memset(subject, 0, sizeof(*subject));
}

const cJSON *fa_subject_find(const struct fa_subject *subject, int64_t monitor_id)
{
    const cJSON *monitor;

    cJSON_ArrayForEach(monitor, subject->monitors)
    {
        if ((int64_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(monitor, "id")) ==
            monitor_id)
            return monitor;
    }
    return NULL;
}

const char *fa_subject_role(const struct fa_subject *subject, enum fa_role role)
{
    /* The names that login monitors give their columns, the article's and our client's first. */
    static const char *const names[FA_ROLE_MAX][5] = {
        [FA_ROLE_USER] = {"user_login", "user", "login", "username"},
        [FA_ROLE_HOST] = {"host", "rhost", "ip", "address"},
        [FA_ROLE_SERVICE] = {"srv", "service"},
        [FA_ROLE_EVENT] = {"event", "result"},
    };
    const char *const *name;
    const cJSON *column;

    for (name = names[role]; *name; name++)
        cJSON_ArrayForEach(column, subject->columns)
        {
            if (strcmp(fa_model_text(column, "name"), *name) == 0)
                return *name;
        }
    return NULL;
}
