/* Reading what people type; see values.h. */
#include "values.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "percent.h"
#include "pool.h"

#define FIELDS_MAX 8
#define DAY_MIN    (24 * 60)

int values_read_int(const char *text, int64_t min, int64_t max, int64_t *ret_value)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    long long value;
    char *end;

    if (digits[0] < '0' || digits[0] > '9')
        return -1;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (*end != '\0' || errno != 0 || value < min || value > max)
        return -1;
    *ret_value = value;
    return 0;
}

int values_read_day(const char *text, struct pm_day *day)
{
    char timestamp[sizeof("2011-06-01 00:00:00")];
    int64_t ignored;

    if (strlen(text) != strlen("2011-06-01"))
        return -1;
    (void)snprintf(timestamp, sizeof(timestamp), "%s 00:00:00", text);
    if (pm_clock_parse_timestamp(timestamp, &ignored) < 0)
        return -1;
    day->year = atoi(text); /* the form was checked */
    day->month = atoi(text + 5);
    day->day = atoi(text + 8);
    return 0;
}

int values_read_time(const char *text, int timezone_min, int64_t *ret_ms)
{
    char timestamp[sizeof("2011-06-01 00:00:00")];
    bool is_day = strlen(text) == strlen("2011-06-01");
    int64_t ms;

    if (snprintf(timestamp, sizeof(timestamp), "%s%s", text, is_day ? " 00:00:00" : "") >=
            (int)sizeof(timestamp) ||
        pm_clock_parse_timestamp(timestamp, &ms) < 0)
        return -1;
    *ret_ms = ms - (int64_t)timezone_min * 60 * 1000;
    return *ret_ms >= 0 ? 0 : -1;
}

int values_read_timezone(const char *text, int *ret_minutes)
{
    int hours, minutes, end = 0;
    int64_t plain;

    if (strcmp(text, "Z") == 0) {
        *ret_minutes = 0;
        return 0;
    }
    if ((text[0] == '+' || text[0] == '-') && strlen(text) >= 5) {
        if (strspn(text + 1, "0123456789:") != strlen(text + 1) ||
            (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &end) != 2 &&
             sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &end) != 2) ||
            text[1 + end] != '\0' || hours > 23 || minutes > 59)
            return -1;
        *ret_minutes = (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
        return 0;
    }
    if (values_read_int(text[0] == '+' ? text + 1 : text, 1 - DAY_MIN, DAY_MIN - 1, &plain) < 0)
        return -1;
    *ret_minutes = (int)plain;
    return 0;
}

/* ---- structured texts ---- */

/* How long the item at @text is: up to the next `;` outside of brackets. */
static size_t item_len(const char *text)
{
    size_t len;
    int depth = 0;

    for (len = 0; text[len] != '\0' && (text[len] != ';' || depth > 0); len++) {
        if (text[len] == '[' || text[len] == '{')
            depth++;
        else if ((text[len] == ']' || text[len] == '}') && depth > 0)
            depth--;
    }
    return depth == 0 ? len : strcspn(text, ";"); /* unbalanced brackets are plain text */
}

/* A copy with %XX decoded; NULL for a broken %XX, a NUL, or without memory. */
static const char *read_field(struct pm_pool *pool, const char *text, size_t len)
{
    char *field = pm_pool_copy(pool, text, len);
    size_t decoded;

    if (!field || pm_percent_decode(field, len, field, &decoded) < 0)
        return NULL;
    field[decoded] = '\0';
    return strlen(field) == decoded ? field : NULL;
}

static int read_result(struct pm_pool *pool, const char *text, size_t len, void *item)
{
    struct pm_value *value = item;
    const char *colon = memchr(text, ':', len);

    if (!colon || colon == text)
        return -1;
    value->name = read_field(pool, text, (size_t)(colon - text));
    value->value = read_field(pool, colon + 1, len - (size_t)(colon - text) - 1);
    return value->name && value->value ? 0 : -1;
}

/* Split at every colon. Returns the number of fields, or -1. */
static int split_fields(struct pm_pool *pool, const char *text, size_t len, const char **fields)
{
    const char *end = text + len, *colon;
    int count = 0;

    do {
        colon = memchr(text, ':', (size_t)(end - text));
        if (count == FIELDS_MAX)
            return -1;
        fields[count] = read_field(pool, text, (size_t)((colon ? colon : end) - text));
        if (!fields[count++])
            return -1;
        text = colon ? colon + 1 : end;
    } while (colon);
    return count;
}

static int read_param(struct pm_pool *pool, const char *text, size_t len, enum values_params kind,
                      struct pm_param *param)
{
    const char *fields[FIELDS_MAX] = {NULL};
    int count = split_fields(pool, text, len, fields);
    bool flag = count > 4 && strcasecmp(fields[4], "true") == 0;
    int64_t type;

    if (count < 4 || fields[0][0] == '\0' ||
        values_read_int(fields[3], PM_TYPE_BOOLEAN, PM_TYPE_FLOAT, &type) < 0)
        return -1;
    *param = (struct pm_param){.name = fields[0], .display_name = fields[1]};
    param->data_type = (int)type;
    if (kind == VALUES_RESULT_PARAMS) {
        param->uom = fields[2];
        param->is_master = flag;
        param->aggregate = fields[6] && fields[6][0] ? fields[6] : NULL;
    } else {
        param->value = fields[2];
        param->is_hidden = flag;
    }
    return 0;
}

static int read_result_param(struct pm_pool *pool, const char *text, size_t len, void *item)
{
    return read_param(pool, text, len, VALUES_RESULT_PARAMS, item);
}

static int read_monitor_param(struct pm_pool *pool, const char *text, size_t len, void *item)
{
    return read_param(pool, text, len, VALUES_MONITOR_PARAMS, item);
}

typedef int read_item_fn(struct pm_pool *pool, const char *text, size_t len, void *item);

/* Read every item into an array; empty ones are skipped. */
static int read_items(struct pm_pool *pool, const char *text, size_t size, read_item_fn *read,
                      char **ret_items, size_t *ret_count, const char **ret_bad)
{
    char *items = pm_pool_alloc(pool, strlen(text) / 2 + 1, size);
    size_t count = 0, len;

    *ret_bad = NULL;
    for (; items && *text != '\0'; text += len + (text[len] == ';')) {
        len = item_len(text);
        if (len == 0)
            continue;
        *ret_bad = text;
        if (read(pool, text, len, items + count * size) < 0)
            return -1;
        count++;
    }
    if (count == 0) {
        *ret_bad = items ? text : NULL;
        return -1;
    }
    *ret_items = items;
    *ret_count = count;
    return 0;
}

int values_read_results(struct pm_pool *pool, const char *text, struct values_results *ret_results,
                        const char **ret_bad)
{
    char *items;
    size_t count;

    if (read_items(pool, text, sizeof(struct pm_value), read_result, &items, &count, ret_bad) < 0)
        return -1;
    *ret_results = (struct values_results){(const struct pm_value *)(void *)items, count};
    return 0;
}

int values_read_params(struct pm_pool *pool, enum values_params kind, const char *text,
                       struct pm_param_list *ret_list, const char **ret_bad)
{
    char *items;
    size_t count;

    if (read_items(pool, text, sizeof(struct pm_param),
                   kind == VALUES_RESULT_PARAMS ? read_result_param : read_monitor_param, &items,
                   &count, ret_bad) < 0)
        return -1;
    *ret_list = (struct pm_param_list){(const struct pm_param *)(void *)items, count};
    return 0;
}
