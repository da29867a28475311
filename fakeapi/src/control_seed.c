/*
 * What an account has, brought about and looked at without signing anything: monitors, results, and
 * whatever an action of the API does.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control_call.h"
#include "json.h"
#include "percent.h"

#define FORM_MAX   (4 * 1024 * 1024)
#define VALUES_MAX 200 /* of one row; more than a monitor can have parameters */

/* Actions */

static void add_encoded(struct pm_buf *form, const char *text)
{
    char piece[1024];
    size_t left = strlen(text);

    while (left > 0 && !form->failed) {
        size_t done = pm_percent_encode(text, left, "", piece, sizeof(piece));

        (void)pm_buf_adds(form, piece); /* failures stick */
        text += done;
        left -= done;
    }
}

static void add_pair(struct pm_buf *form, const char *name, const char *value)
{
    (void)pm_buf_adds(form, form->len > 0 ? "&" : "");
    add_encoded(form, name);
    (void)pm_buf_addc(form, '=');
    add_encoded(form, value);
}

/* Text as it is, anything else as JSON writes it. */
static void add_json_pair(struct pm_buf *form, const cJSON *member)
{
    char *text = cJSON_IsString(member) ? NULL : cJSON_PrintUnformatted(member);

    if (text || cJSON_IsString(member))
        add_pair(form, member->string, text ? text : member->valuestring);
    else
        form->failed = true;
    free(text);
}

/* The answer's `data`, or all of it if it has none. */
static void write_answer(struct fa_control_call *call, const struct pm_buf *answer)
{
    const struct fa_json *json;

    if (fa_json_parse(&call->arena, answer->data ? answer->data : "null", &json) < 0)
        return fa_control_fail(call, 500, NULL, "out of memory");
    fa_write_json(call->out, "result", json);
}

static void act(struct fa_control_call *call, const struct pm_buf *form)
{
    char reason[FA_REASON_MAX];
    struct pm_buf answer;
    enum fa_error error;

    if (form->failed)
        return fa_control_fail(call, 500, NULL, "out of memory");
    pm_buf_init(&answer, FA_HTTP_REPLY_MAX);
    error = fa_app_act(call->app, fa_control_account(call, "apikey"), form->data, &answer, reason);
    if (error != FA_OK)
        fa_control_fail(call, error == FA_E_STORE || error == FA_E_INTERNAL ? 500 : 400, NULL, "%s",
                        reason);
    else
        write_answer(call, &answer);
    pm_buf_clear(&answer);
}

void fa_control_act(struct fa_control_call *call)
{
    const cJSON *params = fa_control_json(call, "params");
    const cJSON *member;
    struct pm_buf form;

    if (params && !cJSON_IsObject(params))
        return fa_control_fail(call, 400, NULL, "the body must be an object: name and value");
    pm_buf_init(&form, FORM_MAX);
    cJSON_ArrayForEach(member, params)
    {
        if (strcmp(member->string, "action") != 0)
            add_json_pair(&form, member);
    }
    add_pair(&form, "action", fa_control_text(call, "action"));
    act(call, &form);
    pm_buf_clear(&form);
}

void fa_control_monitor_create(struct fa_control_call *call)
{
    const struct fa_control_route *route = call->route;
    struct pm_buf form;
    size_t i;

    pm_buf_init(&form, FORM_MAX);
    add_pair(&form, "action", "addMonitor");
    for (i = 0; i < route->param_count; i++)
        if (route->params[i].place == FA_IN_BODY && call->values[i].text)
            add_pair(&form, route->params[i].name, call->values[i].text);
    act(call, &form);
    pm_buf_clear(&form);
}

/* Monitors */

/* fa_monitor_fn */
static int write_monitor(void *context, const struct fa_monitor *monitor)
{
    struct fa_control_call *call = context;
    int64_t rows;

    if (fa_store_row_count(call->app->store, monitor->id, &rows) < 0)
        return FA_STORE_FAILED;
    fa_write_object(call->out, "");
    fa_write_integer(call->out, "id", monitor->id);
    fa_write_text(call->out, "name", monitor->name);
    fa_write_text(call->out, "tag", monitor->tag);
    fa_write_text(call->out, "type", monitor->type);
    fa_write_integer(call->out, "rows", rows);
    fa_write_end(call->out);
    return 0;
}

void fa_control_monitors_list(struct fa_control_call *call)
{
    const struct fa_monitor_filter filter = {
        .account_id = fa_control_account(call, "apikey")->account.id,
        .name = fa_control_text(call, "name"),
        .tag = fa_control_text(call, "tag"),
    };

    fa_write_list(call->out, "monitors");
    if (fa_store_monitors(call->app->store, &filter, write_monitor, call) < 0)
        return fa_control_fail_store(call);
    fa_write_end(call->out);
}

/* fa_monitor_fn */
static int do_nothing(void *context, const struct fa_monitor *monitor)
{
    (void)context;
    (void)monitor;
    return 0;
}

/* Has the account a monitor of this id? If not, the call has failed. */
static bool has_monitor(struct fa_control_call *call, int64_t id)
{
    int64_t account_id = fa_control_account(call, "apikey")->account.id;
    int r = fa_store_monitor_get(call->app->store, account_id, id, do_nothing, NULL);

    if (r == FA_STORE_ABSENT)
        fa_control_fail(call, 404, "ctl monitor list shows what it has",
                        "the account has no monitor %" PRId64, id);
    else if (r < 0)
        fa_control_fail_store(call);
    return r == 0;
}

/* Results */

/* One row being read: its texts live in the call's arena. */
struct seed_row {
    int64_t time_ms;
    struct fa_value values[VALUES_MAX];
    size_t count;
};

static const char *text_of(struct fa_control_call *call, const cJSON *value)
{
    char *printed;
    const char *text;

    if (cJSON_IsString(value))
        return value->valuestring;
    printed = cJSON_PrintUnformatted(value);
    text = printed ? fa_arena_copy(&call->arena, printed, strlen(printed)) : NULL;
    free(printed);
    return text;
}

static int read_time(const cJSON *time, int64_t now_ms, int64_t *ret_ms)
{
    *ret_ms = now_ms;
    if (!time)
        return 0;
    if (cJSON_IsString(time))
        return fa_time_parse(time->valuestring, ret_ms);
    *ret_ms = (int64_t)time->valuedouble;
    return cJSON_IsNumber(time) && time->valuedouble >= 0 &&
                   time->valuedouble <= (double)FA_VCLOCK_MAX_MS
               ? 0
               : -1;
}

static int read_row(struct fa_control_call *call, const cJSON *json, int64_t now_ms,
                    struct seed_row *row)
{
    const cJSON *values = cJSON_GetObjectItemCaseSensitive(json, "values");
    const cJSON *value;

    if (!cJSON_IsObject(values) ||
        read_time(cJSON_GetObjectItemCaseSensitive(json, "time"), now_ms, &row->time_ms) < 0)
        return -1;
    row->count = 0;
    cJSON_ArrayForEach(value, values)
    {
        if (row->count == VALUES_MAX)
            return -1;
        row->values[row->count] = (struct fa_value){value->string, text_of(call, value)};
        if (!row->values[row->count++].text)
            return -1;
    }
    return 0;
}

/* A row never merges with another here: of those of one time each gets its own number. */
static int keep_row(struct fa_control_call *call, int64_t monitor_id, const struct seed_row *row)
{
    int64_t number;

    if (fa_store_row_next(call->app->store, monitor_id, row->time_ms, &number) < 0 ||
        fa_store_row_merge(call->app->store, monitor_id, row->time_ms, number, row->values,
                           row->count) < 0) {
        fa_control_fail_store(call);
        return -1;
    }
    return 0;
}

static int keep_rows(struct fa_control_call *call, int64_t monitor_id, const cJSON *rows)
{
    int64_t account_id = fa_control_account(call, "apikey")->account.id;
    int64_t now_ms = fa_vclock_now_ms(call->app->clock, account_id);
    struct seed_row row;
    const cJSON *json;
    int64_t count = 0;

    cJSON_ArrayForEach(json, rows)
    {
        if (read_row(call, json, now_ms, &row) < 0) {
            fa_control_fail(call, 400,
                            "{\"time\": ms or \"2026-11-27 10:00:00\", \"values\": {name: value}}",
                            "row %" PRId64 " is none", count + 1);
            return -1;
        }
        if (keep_row(call, monitor_id, &row) < 0)
            return -1;
        count++;
    }
    fa_write_integer(call->out, "added", count);
    return 0;
}

void fa_control_results_add(struct fa_control_call *call)
{
    const cJSON *rows = fa_control_json(call, "rows");
    int64_t monitor_id = fa_control_number(call, "monitor", 0);

    if (!cJSON_IsArray(rows))
        return fa_control_fail(call, 400, NULL, "\"rows\" must be a list");
    if (!has_monitor(call, monitor_id))
        return;
    if (fa_store_begin(call->app->store) < 0)
        return fa_control_fail_store(call);
    if (keep_rows(call, monitor_id, rows) < 0)
        fa_store_undo(call->app->store);
    else if (fa_store_done(call->app->store) < 0)
        fa_control_fail_store(call);
}

/* fa_row_fn */
static int write_row(void *context, const struct fa_row *row)
{
    struct fa_control_call *call = context;
    size_t i;

    fa_write_object(call->out, "");
    fa_write_integer(call->out, "id", row->id);
    fa_write_integer(call->out, "time_ms", row->checktime_ms);
    fa_write_integer(call->out, "number", row->number);
    fa_write_object(call->out, "values");
    for (i = 0; i < row->value_count; i++)
        fa_write_text(call->out, row->values[i].name, row->values[i].text);
    fa_write_end(call->out);
    fa_write_end(call->out);
    return 0;
}

void fa_control_results_list(struct fa_control_call *call)
{
    int64_t monitor_id = fa_control_number(call, "monitor", 0);

    if (!has_monitor(call, monitor_id))
        return;
    fa_write_list(call->out, "results");
    if (fa_store_rows_after_id(call->app->store, monitor_id, fa_control_number(call, "after", 0),
                               (size_t)fa_control_number(call, "limit", 1000), write_row, call) < 0)
        return fa_control_fail_store(call);
    fa_write_end(call->out);
}
