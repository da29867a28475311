/* Results and additional results: PROTOCOL.md §3.6–§3.9. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api.h"
#include "clock.h"
#include "json.h"
#include "routes.h"

#define ADDITIONAL_NAME "additionalResults"
#define MINUTE_MS       INT64_C(60000)
#define DAY_MS          INT64_C(86400000)

/* addResult */

/* What one report brings: for each declared parameter its values, one per row. */
struct report {
    struct fa_call *call;
    const struct fa_monitor *monitor;
    struct fa_monitor_params declared;
    const struct fa_json *additional; /* that rode along, or NULL */
    struct column {
        const char *name;
        const char **values;
        size_t count;
    } * columns;
    size_t column_count;
    size_t row_count;
};

static bool is_float(const char *text)
{
    char *end;
    double number;

    if (strspn(text, "+-.0123456789eE") != strlen(text))
        return false; /* strtod also takes names and hexadecimal numbers */
    number = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(number); /* not 1e999 */
}

static bool is_integer(const char *text)
{
    size_t sign = *text == '-' || *text == '+';
    size_t digits = strspn(text + sign, "0123456789");

    return digits > 0 && text[sign + digits] == '\0';
}

static bool is_boolean(const char *text)
{
    return fa_is_true(text) || strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

static bool fits(int data_type, const char *text)
{
    switch (data_type) {
    case 1:
        return is_boolean(text);
    case 2:
        return is_integer(text);
    case 4:
        return is_float(text);
    default:
        return true;
    }
}

static enum fa_error check_value(struct fa_call *call, const struct fa_monitor_param *param,
                                 const char *text)
{
    static const char *const words[] = {"", "a boolean", "an integer", "a string", "a number"};

    if (text[0] == '\0' || fits(param->data_type, text))
        return FA_OK;
    if (call->checks->results_are_typed)
        return fa_refuse(call, FA_E_INVALID, "results", "the value of \"%.64s\" is not %s",
                         param->name, words[param->data_type]);
    fa_deviate(call, "3.0", "the value of \"%.64s\" is not %s", param->name,
               words[param->data_type]);
    return FA_OK;
}

static enum fa_error check_column(struct report *report, const struct fa_monitor_param *param,
                                  const struct column *column)
{
    enum fa_error error = FA_OK;
    size_t i;

    for (i = 0; i < column->count && error == FA_OK; i++)
        error = check_value(report->call, param, column->values[i]);
    return error;
}

static enum fa_error undeclared(struct report *report, const char *name)
{
    if (report->call->checks->results_are_declared)
        return fa_refuse(report->call, FA_E_INVALID, "results",
                         "monitor %" PRId64 " has no result parameter \"%.64s\"",
                         report->monitor->id, name);
    fa_deviate(report->call, "3.0", "\"%.64s\" is no result parameter of the monitor; not stored",
               name);
    return FA_OK;
}

static enum fa_error no_memory(struct fa_call *call)
{
    return fa_refuse(call, FA_E_INTERNAL, NULL, "out of memory");
}

static enum fa_error read_values(struct report *report, const char *text, struct column *column)
{
    struct fa_arena *arena = &report->call->arena;

    if (report->monitor->is_multi_value)
        return fa_elements_parse(arena, text, &column->values, &column->count) < 0
                   ? no_memory(report->call)
                   : FA_OK;
    column->values = fa_arena_alloc(arena, sizeof(*column->values));
    if (!column->values)
        return no_memory(report->call);
    column->values[0] = text;
    column->count = 1;
    return FA_OK;
}

/* Of a name that comes twice the last counts. */
static struct column *column_named(struct report *report, const char *name)
{
    size_t i;

    for (i = 0; i < report->column_count; i++)
        if (strcmp(report->columns[i].name, name) == 0)
            return &report->columns[i];
    return &report->columns[report->column_count++];
}

static enum fa_error read_additional(struct report *report, const char *text)
{
    if (fa_json_parse(&report->call->arena, text, &report->additional) < 0)
        return fa_refuse(report->call, FA_E_INVALID, "results",
                         "additionalResults in results is no JSON");
    return FA_OK;
}

static enum fa_error read_item(struct report *report, const struct fa_item *item)
{
    const char *name = item->fields[0];
    const struct fa_monitor_param *param = fa_param_named(&report->declared, name);
    struct column *column;
    enum fa_error error;

    if (!param && strcmp(name, ADDITIONAL_NAME) == 0)
        return read_additional(report, item->fields[1]);
    if (!param)
        return undeclared(report, name);
    column = column_named(report, name);
    column->name = name;
    error = read_values(report, item->fields[1], column);
    if (error == FA_OK)
        error = check_column(report, param, column);
    if (column->count > report->row_count)
        report->row_count = column->count;
    return error;
}

static enum fa_error read_report(struct report *report)
{
    const struct fa_arg *results = fa_arg(report->call, "results");
    enum fa_error error =
        fa_find_params(report->call, report->monitor->id, FA_PARAM_RESULT, &report->declared);
    size_t i;

    report->additional = fa_arg(report->call, ADDITIONAL_NAME)->json;
    report->columns =
        fa_arena_alloc(&report->call->arena, results->count * sizeof(*report->columns));
    if (!report->columns)
        return no_memory(report->call);
    for (i = 0; i < results->count && error == FA_OK; i++)
        error = read_item(report, &results->items[i]);
    return error;
}

static enum fa_error store_row(struct report *report, size_t row, int64_t number)
{
    struct fa_value *values =
        fa_arena_alloc(&report->call->arena, (report->column_count + 1) * sizeof(*values));
    size_t count = 0;
    size_t i;

    if (!values)
        return no_memory(report->call);
    for (i = 0; i < report->column_count; i++)
        if (row < report->columns[i].count)
            values[count++] = (struct fa_value){
                .name = report->columns[i].name,
                .text = report->columns[i].values[row],
            };
    if (fa_store_row_merge(report->call->app->store, report->monitor->id,
                           fa_arg_number(report->call, "checktime"), number, values, count) < 0)
        return fa_refuse_store(report->call);
    return FA_OK;
}

/* §3.6: one row is merged into what that checktime has; the rows of a multi-value monitor are
 * appended. */
static enum fa_error store_rows(struct report *report)
{
    int64_t number = 0;
    enum fa_error error = FA_OK;
    size_t row;

    if (report->monitor->is_multi_value &&
        fa_store_row_next(report->call->app->store, report->monitor->id,
                          fa_arg_number(report->call, "checktime"), &number) < 0)
        return fa_refuse_store(report->call);
    for (row = 0; row < report->row_count && error == FA_OK; row++)
        error = store_row(report, row, number + (int64_t)row);
    return error;
}

/* Additional results */

static enum fa_error store_object(struct fa_call *call, const struct fa_json *object)
{
    struct pm_buf text;
    int r;

    pm_buf_init(&text, 2 * FA_HTTP_BODY_MAX);
    r = fa_json_write(&text, object);
    if (r == 0)
        r = fa_store_additional_add(call->app->store, call->monitor_id,
                                    fa_arg_number(call, "checktime"), text.data);
    pm_buf_clear(&text);
    return r < 0 ? fa_refuse_store(call) : FA_OK;
}

/* Objects, and lists of them to any depth: multi-value monitors send one list per row. */
static enum fa_error store_objects(struct fa_call *call, const struct fa_json *json)
{
    enum fa_error error = FA_OK;
    const struct fa_json *entry;

    if (json->type == FA_JSON_OBJECT)
        return store_object(call, json);
    if (json->type != FA_JSON_ARRAY)
        return fa_refuse(call, FA_E_INVALID, "results",
                         "additional results are no list of objects");
    for (entry = json->first; entry && error == FA_OK; entry = entry->next)
        error = store_objects(call, entry);
    return error;
}

enum fa_error fa_api_add_result(struct fa_call *call)
{
    struct fa_monitor monitor;
    struct report report = {.call = call, .monitor = &monitor};
    enum fa_error error = fa_find_monitor(call, &monitor);

    if (error == FA_OK)
        error = read_report(&report);
    if (error == FA_OK)
        error = store_rows(&report);
    if (error == FA_OK && report.additional)
        error = store_objects(call, report.additional);
    return error == FA_OK ? fa_answer_ok(call) : error;
}

enum fa_error fa_api_add_additional_results(struct fa_call *call)
{
    struct fa_monitor monitor;
    enum fa_error error = fa_find_monitor(call, &monitor);
    const struct fa_json *json = fa_arg(call, "results")->json;

    if (error == FA_OK && json->type != FA_JSON_ARRAY)
        error = fa_refuse(call, FA_E_INVALID, "results", "results is no list");
    if (error == FA_OK)
        error = store_objects(call, json);
    return error == FA_OK ? fa_answer_ok(call) : error;
}

struct additional_list {
    struct fa_call *call;
    const char *name; /* XML element of an entry */
};

/* fa_additional_fn */
static int write_additional(void *context, int64_t checktime_ms, const char *text)
{
    struct additional_list *list = context;
    const struct fa_json *json;

    (void)checktime_ms;
    if (fa_json_parse(&list->call->arena, text, &json) < 0)
        return FA_STORE_FAILED;
    fa_write_json(list->call->out, list->name, json);
    return 0;
}

enum fa_error fa_write_additionals(struct fa_call *call, int64_t from_ms, int64_t to_ms)
{
    struct additional_list list = {.call = call, .name = "result"};

    fa_write_list(call->out, "results");
    if (fa_store_additional(call->app->store, call->monitor_id, from_ms, to_ms, write_additional,
                            &list) < 0)
        return fa_refuse_store(call);
    fa_write_end(call->out);
    return FA_OK;
}

enum fa_error fa_api_get_additional_results(struct fa_call *call)
{
    struct fa_monitor monitor;
    enum fa_error error = fa_find_monitor(call, &monitor);
    int64_t checktime_ms = fa_arg_number(call, "checktime");

    return error == FA_OK ? fa_write_additionals(call, checktime_ms, checktime_ms + 1) : error;
}

/* getMonitorResults */

const char *fa_row_value(const struct fa_row *row, const char *name)
{
    size_t i;

    for (i = 0; i < row->value_count; i++)
        if (strcmp(row->values[i].name, name) == 0)
            return row->values[i].text;
    return "";
}

/* Local time: `yyyy-MM-dd HH:mm` in JSON, `HH:mm` in XML; §3.7. */
static void write_check_time(const struct fa_row_list *list, int64_t checktime_ms)
{
    char text[PM_CLOCK_TIMESTAMP_SIZE];
    size_t len;

    pm_clock_timestamp(checktime_ms + list->timezone_min * MINUTE_MS, text, sizeof(text));
    len = strlen(text);
    text[len - strlen(":ss")] = '\0';
    fa_write_text(list->call->out, "checkTime",
                  list->call->is_xml ? text + len - strlen("HH:mm:ss") : text);
    fa_write_integer(list->call->out, "checkTimeInGMT", checktime_ms);
}

int fa_write_row(const struct fa_row_list *list, const struct fa_row *row)
{
    size_t i;

    fa_write_object(list->call->out, "result");
    for (i = 0; i < list->declared.count; i++) {
        const char *name = list->declared.items[i].name;

        fa_write_text(list->call->out, name, fa_row_value(row, name));
    }
    write_check_time(list, row->checktime_ms);
    fa_write_end(list->call->out);
    return 0;
}

enum fa_error fa_begin_rows(struct fa_call *call, struct fa_row_list *list)
{
    struct fa_monitor monitor;
    enum fa_error error = fa_find_monitor(call, &monitor);

    list->call = call;
    list->timezone_min = fa_arg_number(call, "timezone");
    return error == FA_OK ? fa_find_params(call, monitor.id, FA_PARAM_RESULT, &list->declared)
                          : error;
}

/* fa_row_fn */
static int show_row(void *context, const struct fa_row *row)
{
    return fa_write_row(context, row);
}

enum fa_error fa_write_rows(struct fa_row_list *list, int64_t from_ms, int64_t to_ms)
{
    struct fa_call *call = list->call;

    fa_write_list(call->out, "results");
    if (fa_store_rows(call->app->store, call->monitor_id, from_ms, to_ms, show_row, list) < 0)
        return fa_refuse_store(call);
    fa_write_end(call->out);
    return FA_OK;
}

/* Midnight of the day wanted, in the zone wanted. */
static enum fa_error read_day(struct fa_call *call, int64_t *ret_from_ms)
{
    char text[PM_CLOCK_TIMESTAMP_SIZE];

    snprintf(text, sizeof(text), "%04d-%02d-%02d 00:00:00", (int)fa_arg_number(call, "year"),
             (int)fa_arg_number(call, "month"), (int)fa_arg_number(call, "day"));
    if (pm_clock_parse_timestamp(text, ret_from_ms) < 0)
        return fa_refuse(call, FA_E_INVALID, "day", "that month has no such day");
    *ret_from_ms -= fa_arg_number(call, "timezone") * MINUTE_MS;
    return FA_OK;
}

enum fa_error fa_api_get_monitor_results(struct fa_call *call)
{
    struct fa_row_list list;
    int64_t from_ms = 0;
    enum fa_error error = read_day(call, &from_ms);

    if (error == FA_OK)
        error = fa_begin_rows(call, &list);
    return error == FA_OK ? fa_write_rows(&list, from_ms, from_ms + DAY_MS) : error;
}
