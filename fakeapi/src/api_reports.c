/* Rows over a span of time, one by one or in buckets: PROTOCOL.md §3.10. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "api.h"
#include "routes.h"

#define MINUTE_MS INT64_C(60000)

enum aggregate {
    AVG,
    SUM,
    MIN,
    MAX,
    LAST,
    AGGREGATE_MAX,
};

/* What one parameter of the open bucket has come to. */
struct sum {
    size_t count;
    double sum;
    double min;
    double max;
    const char *last; /* in the call's arena */
};

struct buckets {
    struct fa_call *call;
    const struct fa_row_list *list;
    int64_t (*start_of)(int64_t local_ms, int64_t interval);
    int64_t interval;
    struct sum *sums; /* one per declared parameter */
    struct fa_value *values;
    int64_t start_ms; /* of the open bucket, GMT */
    bool is_open;
};

/* Buckets */

static int64_t floor_to(int64_t value, int64_t step)
{
    int64_t rest = value % step;

    return value - (rest < 0 ? rest + step : rest);
}

static int64_t minute_start(int64_t local_ms, int64_t interval)
{
    return floor_to(local_ms, interval * MINUTE_MS);
}

static int64_t hour_start(int64_t local_ms, int64_t interval)
{
    return floor_to(local_ms, interval * 60 * MINUTE_MS);
}

static int64_t day_start(int64_t local_ms, int64_t interval)
{
    return floor_to(local_ms, interval * 24 * 60 * MINUTE_MS);
}

/* Months have no length: count them from 1970. */
static int64_t month_start(int64_t local_ms, int64_t interval)
{
    time_t seconds = (time_t)(floor_to(local_ms, 1000) / 1000);
    struct tm parts = {0};
    int64_t months;

    (void)gmtime_r(&seconds, &parts); /* the time is within what read_time() lets through */
    months = floor_to((parts.tm_year - 70) * INT64_C(12) + parts.tm_mon, interval);
    parts = (struct tm){
        .tm_year = (int)(70 + floor_to(months, 12) / 12),
        .tm_mon = (int)(months - floor_to(months, 12)),
        .tm_mday = 1,
    };
    return (int64_t)timegm(&parts) * 1000;
}

static const struct {
    const char *name;
    int64_t (*start_of)(int64_t local_ms, int64_t interval);
} interval_types[] = {
    {"min", minute_start},
    {"hour", hour_start},
    {"day", day_start},
    {"month", month_start},
};

/* Aggregates */

static enum aggregate aggregate_of(const struct fa_monitor_param *param)
{
    static const char *const names[AGGREGATE_MAX] = {"avg", "sum", "min", "max", "last"};
    int i;

    for (i = 0; i < AGGREGATE_MAX; i++)
        if (strcasecmp(names[i], param->aggregate) == 0)
            return (enum aggregate)i;
    return param->data_type == 2 || param->data_type == 4 ? AVG : LAST;
}

static void add_number(struct sum *sum, const char *text)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end != '\0')
        return;
    if (sum->count == 0 || value < sum->min)
        sum->min = value;
    if (sum->count == 0 || value > sum->max)
        sum->max = value;
    sum->sum += value;
    sum->count++;
}

static const char *result_of(struct fa_call *call, const struct sum *sum, enum aggregate aggregate)
{
    const double results[] = {
        [AVG] = sum->count > 0 ? sum->sum / (double)sum->count : 0,
        [SUM] = sum->sum,
        [MIN] = sum->min,
        [MAX] = sum->max,
    };
    char text[40];

    if (aggregate == LAST)
        return sum->last ? sum->last : "";
    if (sum->count == 0)
        return "";
    snprintf(text, sizeof(text), "%.10g", results[aggregate]);
    return fa_arena_copy(&call->arena, text, strlen(text));
}

static void add_value(struct buckets *buckets, size_t i, const char *text)
{
    struct sum *sum = &buckets->sums[i];

    if (text[0] == '\0')
        return;
    if (aggregate_of(&buckets->list->declared.items[i]) == LAST)
        sum->last = fa_arena_copy(&buckets->call->arena, text, strlen(text));
    else
        add_number(sum, text);
}

static int close_bucket(struct buckets *buckets)
{
    size_t count = buckets->list->declared.count;
    struct fa_row row = {
        .checktime_ms = buckets->start_ms, .value_count = count, .values = buckets->values};
    size_t i;

    if (!buckets->is_open)
        return 0;
    for (i = 0; i < count; i++) {
        const struct fa_monitor_param *param = &buckets->list->declared.items[i];

        buckets->values[i].name = param->name;
        buckets->values[i].text = result_of(buckets->call, &buckets->sums[i], aggregate_of(param));
        if (!buckets->values[i].text)
            return FA_STORE_FAILED;
    }
    memset(buckets->sums, 0, count * sizeof(*buckets->sums));
    buckets->is_open = false;
    return fa_write_row(buckets->list, &row);
}

/* fa_row_fn */
static int add_row(void *context, const struct fa_row *row)
{
    struct buckets *buckets = context;
    int64_t zone_ms = buckets->list->timezone_min * MINUTE_MS;
    int64_t start_ms = buckets->start_of(row->checktime_ms + zone_ms, buckets->interval) - zone_ms;
    size_t i;

    if (buckets->is_open && start_ms != buckets->start_ms && close_bucket(buckets) < 0)
        return FA_STORE_FAILED;
    buckets->start_ms = start_ms;
    buckets->is_open = true;
    for (i = 0; i < buckets->list->declared.count; i++)
        add_value(buckets, i, fa_row_value(row, buckets->list->declared.items[i].name));
    return 0;
}

static enum fa_error write_buckets(struct fa_row_list *list, int64_t from_ms, int64_t to_ms)
{
    struct fa_call *call = list->call;
    size_t count = list->declared.count;
    struct buckets buckets = {
        .call = call, .list = list, .interval = fa_arg_number(call, "interval")};
    size_t i;

    for (i = 0; i < sizeof(interval_types) / sizeof(interval_types[0]); i++)
        if (strcasecmp(interval_types[i].name, fa_arg_text(call, "intervalType")) == 0)
            buckets.start_of = interval_types[i].start_of;
    buckets.sums = fa_arena_alloc(&call->arena, (count + 1) * sizeof(*buckets.sums));
    buckets.values = fa_arena_alloc(&call->arena, (count + 1) * sizeof(*buckets.values));
    if (!buckets.sums || !buckets.values)
        return fa_refuse(call, FA_E_INTERNAL, NULL, "out of memory");
    fa_write_list(call->out, "results");
    if (fa_store_rows(call->app->store, call->monitor_id, from_ms, to_ms, add_row, &buckets) < 0 ||
        close_bucket(&buckets) < 0)
        return fa_refuse_store(call);
    fa_write_end(call->out);
    return FA_OK;
}

/* Actions */

static enum fa_error read_span(struct fa_call *call, int64_t *ret_from_ms, int64_t *ret_to_ms)
{
    *ret_from_ms = fa_arg_number(call, "dateFrom");
    *ret_to_ms = fa_arg_number(call, "dateTo");
    if (*ret_to_ms < *ret_from_ms)
        return fa_refuse(call, FA_E_INVALID, "dateTo", "dateTo is before dateFrom");
    return FA_OK;
}

enum fa_error fa_api_get_report(struct fa_call *call)
{
    struct fa_row_list list = {0};
    int64_t from_ms;
    int64_t to_ms;
    enum fa_error error = read_span(call, &from_ms, &to_ms);

    if (error == FA_OK)
        error = fa_begin_rows(call, &list);
    if (error != FA_OK)
        return error;
    return fa_arg_is_sent(call, "interval") ? write_buckets(&list, from_ms, to_ms)
                                            : fa_write_rows(&list, from_ms, to_ms);
}

enum fa_error fa_api_get_additional_data_report(struct fa_call *call)
{
    struct fa_monitor monitor;
    int64_t from_ms;
    int64_t to_ms;
    enum fa_error error = read_span(call, &from_ms, &to_ms);

    if (error == FA_OK)
        error = fa_find_monitor(call, &monitor);
    return error == FA_OK ? fa_write_additionals(call, from_ms, to_ms) : error;
}
