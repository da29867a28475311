/* Windows of the overview; see dashboard_windows.h. */
#include "dashboard_windows.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "store.h"

#define KIND "dashboardWindow"

/* ---- as objects ---- */

static int64_t integer_of(const cJSON *data, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(data, name);

    return cJSON_IsNumber(member) ? (int64_t)member->valuedouble : 0;
}

/* fa_object_fn */
static int add_window(void *context, const struct fa_object *object)
{
    struct fa_windows *windows = context;
    cJSON *data;

    if (windows->count == FA_WINDOWS_MAX)
        return 1;
    data = cJSON_Parse(object->data);
    windows->list[windows->count++] = (struct fa_window){
        .id = object->id,
        .monitor_id = integer_of(data, "monitor"),
        .order = integer_of(data, "order"),
        .is_chart = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(data, "isChart")),
        .is_wide = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(data, "isWide")),
    };
    cJSON_Delete(data);
    return 0;
}

static int compare_order(const void *a, const void *b)
{
    const struct fa_window *x = a, *y = b;

    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return x->id < y->id ? -1 : 1;
}

int fa_windows_read(struct fa_store *store, int64_t account_id, struct fa_windows *ret_windows)
{
    int r;

    memset(ret_windows, 0, sizeof(*ret_windows));
    r = fa_store_objects(store, account_id, KIND, 0, 0, add_window, ret_windows);
    if (r < 0)
        return r;
    qsort(ret_windows->list, ret_windows->count, sizeof(ret_windows->list[0]), compare_order);
    return 0;
}

static int write_window(struct fa_store *store, int64_t account_id, struct fa_window *window)
{
    cJSON *data = cJSON_CreateObject();
    PM_AUTO_FREE char *text = NULL;
    struct fa_object object = {.id = window->id, .account_id = account_id, .kind = KIND};

    cJSON_AddNumberToObject(data, "monitor", (double)window->monitor_id);
    cJSON_AddNumberToObject(data, "order", (double)window->order);
    cJSON_AddBoolToObject(data, "isChart", window->is_chart);
    cJSON_AddBoolToObject(data, "isWide", window->is_wide);
    text = cJSON_PrintUnformatted(data);
    cJSON_Delete(data);
    if (!text)
        return FA_STORE_FAILED;
    object.data = text;
    return window->id != 0 ? fa_store_object_set(store, &object)
                           : fa_store_object_add(store, &object, &window->id);
}

/* ---- changes ---- */

int fa_windows_add(struct fa_store *store, int64_t account_id, int64_t monitor_id, bool is_chart)
{
    struct fa_window window = {.monitor_id = monitor_id, .is_chart = is_chart, .order = 1};
    struct fa_windows windows;
    int r = fa_windows_read(store, account_id, &windows);
    size_t i;

    if (r < 0)
        return r;
    for (i = 0; i < windows.count; i++) {
        if (windows.list[i].monitor_id == monitor_id && windows.list[i].is_chart == is_chart)
            return 0;
        window.order = windows.list[i].order + 1;
    }
    return windows.count < FA_WINDOWS_MAX ? write_window(store, account_id, &window)
                                          : FA_WINDOWS_FULL;
}

static void set_wide(struct fa_window *window)
{
    window->is_wide = true;
}

static void set_narrow(struct fa_window *window)
{
    window->is_wide = false;
}

static void set_chart(struct fa_window *window)
{
    window->is_chart = true;
}

static void set_table(struct fa_window *window)
{
    window->is_chart = false;
}

static const struct {
    const char *name;
    int move; /* places up or down */
    void (*set)(struct fa_window *window);
} changes[] = {
    {"up", -1, NULL},          {"down", 1, NULL},       {"wide", 0, set_wide},
    {"narrow", 0, set_narrow}, {"chart", 0, set_chart}, {"table", 0, set_table},
};

/* Two windows change places: each takes the order of the other, all others get their place. */
static int move(struct fa_store *store, int64_t account_id, struct fa_windows *windows, size_t at,
                int by)
{
    size_t other = at + (size_t)by, i; /* beyond the first it wraps, and is beyond the last */
    struct fa_window window = windows->list[at];
    int r = 0;

    if (other >= windows->count)
        return 0;
    windows->list[at] = windows->list[other];
    windows->list[other] = window;
    for (i = 0; i < windows->count && r == 0; i++) {
        windows->list[i].order = (int64_t)i + 1;
        r = write_window(store, account_id, &windows->list[i]);
    }
    return r;
}

int fa_windows_change(struct fa_store *store, int64_t account_id, int64_t window_id,
                      const char *change)
{
    struct fa_windows windows;
    size_t at = 0, i;
    int r;

    if (strcmp(change, "remove") == 0)
        return fa_store_object_delete(store, account_id, KIND, window_id);
    r = fa_windows_read(store, account_id, &windows);
    if (r < 0)
        return r;
    while (at < windows.count && windows.list[at].id != window_id)
        at++;
    if (at == windows.count)
        return FA_STORE_ABSENT;
    for (i = 0; i < PM_ARRAY_LEN(changes); i++) {
        if (strcmp(changes[i].name, change) != 0)
            continue;
        if (!changes[i].set)
            return move(store, account_id, &windows, at, changes[i].move);
        changes[i].set(&windows.list[at]);
        return write_window(store, account_id, &windows.list[at]);
    }
    return FA_STORE_ABSENT;
}
