/* The dashboard's view of the store; see dashboard_model.h. */
#include "dashboard_model.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "clock.h"
#include "text.h"

/* What a character of one byte may become: `⟨U+0000⟩`. */
#define MARKED_MAX (FA_MODEL_TEXT_MAX * sizeof("\u27e8U+0000\u27e9") + 100)

#define DATA_TYPE_INTEGER 2 /* PROTOCOL.md §3.0 */
#define DATA_TYPE_FLOAT   4

struct rows {
    const cJSON *columns;
    cJSON *list;
    size_t limit, count;
};

/* How much of a text is shown: all, or so much of it that no character is cut. */
static size_t shown_len(const char *text, size_t len)
{
    size_t shown = FA_MODEL_TEXT_MAX;

    if (len <= FA_MODEL_TEXT_MAX)
        return len;
    while (shown > FA_MODEL_TEXT_MAX - 4 && ((unsigned char)text[shown] & 0xc0) == 0x80)
        shown--;
    return shown;
}

void fa_model_add_bytes(cJSON *object, const char *name, const void *bytes, size_t len)
{
    size_t shown = shown_len(bytes, len);
    struct pm_buf marked;

    pm_buf_init(&marked, MARKED_MAX);
    (void)pm_buf_adds(&marked, ""); /* so that there is a text */
    (void)pm_text_add_marked(&marked, bytes, shown);
    if (shown < len)
        (void)pm_buf_addf(&marked, "\u2026 (%zu bytes)", len);
    if (!marked.failed)
        cJSON_AddStringToObject(object, name, marked.data);
    pm_buf_clear(&marked);
}

void fa_model_add_text(cJSON *object, const char *name, const char *text)
{
    fa_model_add_bytes(object, name, text, strlen(text));
}

void fa_model_add_time(cJSON *object, const char *name, int64_t wall_ms)
{
    cJSON *time = cJSON_AddObjectToObject(object, name);
    char text[PM_CLOCK_TIMESTAMP_SIZE], exact[PM_CLOCK_TIMESTAMP_SIZE + sizeof(".000 UTC")];
    int millisecond = (int)((wall_ms % 1000 + 1000) % 1000);

    pm_clock_timestamp(wall_ms, text, sizeof(text));
    cJSON_AddStringToObject(time, "utc", text);
    (void)snprintf(exact, sizeof(exact), "%s.%03d UTC", text, millisecond);
    cJSON_AddStringToObject(time, "exact", exact);
    (void)snprintf(exact, sizeof(exact), "%s.%03dZ", text, millisecond);
    if (strchr(exact, ' '))
        *strchr(exact, ' ') = 'T';
    cJSON_AddStringToObject(time, "iso", exact);
}

/* ---- columns ---- */

static bool has_column(const cJSON *columns, const char *name)
{
    const cJSON *column;

    cJSON_ArrayForEach(column, columns)
    {
        if (strcmp(fa_model_text(column, "name"), name) == 0)
            return true;
    }
    return false;
}

static int add_column(void *columns, const struct fa_monitor_param *param)
{
    cJSON *column;

    if (has_column(columns, param->name))
        return 0;
    column = cJSON_CreateObject();
    cJSON_AddStringToObject(column, "name", param->name);
    fa_model_add_text(column, "label", param->display_name[0] ? param->display_name : param->name);
    fa_model_add_text(column, "unit", param->uom);
    cJSON_AddBoolToObject(column, "is_number",
                          param->data_type == DATA_TYPE_INTEGER ||
                              param->data_type == DATA_TYPE_FLOAT);
    cJSON_AddItemToArray(columns, column);
    return 0;
}

int fa_model_add_columns(struct fa_store *store, int64_t monitor_id, cJSON *columns)
{
    return fa_store_params(store, monitor_id, FA_PARAM_RESULT, add_column, columns);
}

int fa_model_columns(struct fa_store *store, int64_t monitor_id, cJSON **ret_columns)
{
    cJSON *columns = cJSON_CreateArray();
    int r = fa_model_add_columns(store, monitor_id, columns);

    if (r < 0) {
        cJSON_Delete(columns);
        return r;
    }
    *ret_columns = columns;
    return 0;
}

/* ---- rows ---- */

const char *fa_model_value(const struct fa_row *row, const char *name)
{
    size_t i;

    for (i = 0; i < row->value_count; i++)
        if (strcmp(row->values[i].name, name) == 0)
            return row->values[i].text;
    return "";
}

const char *fa_model_text(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    return text ? text : "";
}

cJSON *fa_model_row(const cJSON *columns, const struct fa_row *row)
{
    cJSON *object = cJSON_CreateObject(), *cells;
    const cJSON *column;

    cJSON_AddNumberToObject(object, "id", (double)row->id);
    cJSON_AddNumberToObject(object, "monitor_id", (double)row->monitor_id);
    cJSON_AddNumberToObject(object, "checktime", (double)row->checktime_ms);
    cJSON_AddNumberToObject(object, "number", (double)row->number);
    fa_model_add_time(object, "time", row->checktime_ms);
    cells = cJSON_AddArrayToObject(object, "cells");
    cJSON_ArrayForEach(column, columns)
    {
        const char *name = fa_model_text(column, "name");
        cJSON *cell = cJSON_CreateObject();

        cJSON_AddStringToObject(cell, "name", name);
        fa_model_add_text(cell, "text", fa_model_value(row, name));
        cJSON_AddBoolToObject(cell, "is_number",
                              cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(column, "is_number")));
        cJSON_AddItemToArray(cells, cell);
    }
    return object;
}

/* One row more than the limit is asked for, only to learn whether it is there. */
static int add_row(void *context, const struct fa_row *row)
{
    struct rows *rows = context;

    if (rows->count++ < rows->limit)
        cJSON_AddItemToArray(rows->list, fa_model_row(rows->columns, row));
    return 0;
}

static int give_rows(int r, struct rows *rows, cJSON **ret_rows, bool *ret_more)
{
    if (r < 0) {
        cJSON_Delete(rows->list);
        return r;
    }
    *ret_rows = rows->list;
    *ret_more = rows->count > rows->limit;
    return 0;
}

int fa_model_rows_after(struct fa_store *store, int64_t monitor_id, const cJSON *columns,
                        int64_t after_id, size_t limit, cJSON **ret_rows, bool *ret_more)
{
    struct rows rows = {.columns = columns, .list = cJSON_CreateArray(), .limit = limit};
    int r = fa_store_rows_after_id(store, monitor_id, after_id, limit + 1, add_row, &rows);

    return give_rows(r, &rows, ret_rows, ret_more);
}
