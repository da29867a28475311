#include "ctl_show.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "control_routes.h"
#include "text.h"

#define COLUMNS_MAX 16
#define CELL_MAX    (64 * 1024)

/* Values */

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* Milliseconds since 1970 are for machines. */
static void add_time(struct pm_buf *buf, double ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[40];

    if (!gmtime_r(&seconds, &tm) || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
        return;
    (void)pm_buf_addf(buf, "%s.%03dZ", text, (int)((int64_t)ms % 1000));
}

/* Is it a moment, by its name? */
static bool is_time(const char *name)
{
    return ends_with(name, "at_ms") || ends_with(name, "time_ms") || strcmp(name, "now_ms") == 0;
}

static void add_value(struct pm_buf *buf, const char *name, const cJSON *value)
{
    char *text;

    if (cJSON_IsString(value)) {
        (void)pm_text_add_visible(buf, value->valuestring, strlen(value->valuestring));
        return;
    }
    if (cJSON_IsNumber(value) && is_time(name) && value->valuedouble > 0) {
        add_time(buf, value->valuedouble);
        return;
    }
    if (!value || cJSON_IsNull(value))
        return;
    text = cJSON_PrintUnformatted(value);
    if (text)
        (void)pm_text_add_visible(buf, text, strlen(text));
    free(text);
}

/* Tables */

struct table {
    char *columns[COLUMNS_MAX];
    size_t widths[COLUMNS_MAX];
    size_t count;
};

static size_t width_of(const char *text)
{
    size_t width = 0;

    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80; /* characters, not bytes */
    return width;
}

static void fit(struct table *table, size_t at, const char *text)
{
    size_t width = width_of(text);

    if (width > table->widths[at])
        table->widths[at] = width;
}

/* The cell as text; the caller frees it. NULL for nothing. */
static char *cell_of(const cJSON *row, const char *column)
{
    struct pm_buf cell;

    pm_buf_init(&cell, CELL_MAX);
    add_value(&cell, column, cJSON_GetObjectItemCaseSensitive(row, column));
    return pm_buf_take(&cell);
}

static void measure(struct table *table, const cJSON *rows)
{
    const cJSON *row;
    size_t i;

    for (i = 0; i < table->count; i++)
        fit(table, i, table->columns[i]);
    cJSON_ArrayForEach(row, rows)
    {
        for (i = 0; i < table->count; i++) {
            char *cell = cell_of(row, table->columns[i]);

            fit(table, i, cell ? cell : "");
            free(cell);
        }
    }
}

/* At least two blanks stand between cells, also where a row was not measured. */
static void add_cell(struct pm_buf *buf, const struct table *table, size_t at, const char *text)
{
    size_t width = width_of(text);
    size_t wanted = table->widths[at] > width ? table->widths[at] : width;

    (void)pm_buf_adds(buf, text);
    if (at + 1 < table->count)
        for (; width < wanted + 2; width++)
            (void)pm_buf_addc(buf, ' ');
}

static void add_row(struct pm_buf *buf, const struct table *table, const cJSON *row)
{
    size_t i;

    for (i = 0; i < table->count; i++) {
        char *cell = cell_of(row, table->columns[i]);

        add_cell(buf, table, i, cell ? cell : "");
        free(cell);
    }
    (void)pm_buf_addc(buf, '\n');
}

static void add_head(struct pm_buf *buf, const struct table *table)
{
    size_t i;

    for (i = 0; i < table->count; i++)
        add_cell(buf, table, i, table->columns[i]);
    (void)pm_buf_addc(buf, '\n');
}

/* @names: a copy of the route's columns, cut up */
static void split(struct table *table, char *names)
{
    char *rest = NULL;
    char *name;

    for (name = strtok_r(names, " ", &rest); name && table->count < COLUMNS_MAX;
         name = strtok_r(NULL, " ", &rest))
        table->columns[table->count++] = name;
}

static void add_table(struct pm_buf *buf, const char *columns, const cJSON *rows)
{
    struct table table = {0};
    char *names = strdup(columns);
    const cJSON *row;

    if (!names) {
        buf->failed = true;
        return;
    }
    split(&table, names);
    measure(&table, rows);
    add_head(buf, &table);
    cJSON_ArrayForEach(row, rows)
    {
        add_row(buf, &table, row);
    }
    free(names);
}

/* Answers */

static void add_line(struct pm_buf *buf, const cJSON *member)
{
    (void)pm_buf_addf(buf, "%-21s ", member->string);
    add_value(buf, member->string, member);
    (void)pm_buf_addc(buf, '\n');
}

static void add_lines(struct pm_buf *buf, const cJSON *object)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, object)
    {
        if (member->string)
            add_line(buf, member);
    }
}

/* A report that is made for people stands for all the rest. */
static int show_text(struct pm_buf *buf, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");

        (void)pm_text_add_marked(buf, text, len);
        (void)pm_buf_addc(buf, '\n');
        text += len + (text[len] == '\n');
    }
    return buf->failed ? -1 : 0;
}

int ctl_show(struct pm_buf *buf, const struct fa_control_route *route, const cJSON *answer)
{
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(answer, "text");
    const cJSON *list = route->list ? cJSON_GetObjectItemCaseSensitive(answer, route->list) : NULL;
    const cJSON *member;

    if (cJSON_IsString(text))
        return show_text(buf, text->valuestring);
    if (cJSON_IsArray(list) && route->columns)
        add_table(buf, route->columns, list);
    else
        add_lines(buf, list);
    cJSON_ArrayForEach(member, answer)
    {
        if (member != list && member->string)
            add_line(buf, member);
    }
    return buf->failed ? -1 : 0;
}

int ctl_show_event(struct pm_buf *buf, const struct fa_control_route *route, const cJSON *event)
{
    struct table table = {0};
    char *names;

    if (!route->columns) {
        add_value(buf, "", event);
        return pm_buf_addc(buf, '\n');
    }
    names = strdup(route->columns);
    if (!names)
        return -1;
    split(&table, names);
    add_row(buf, &table, event);
    free(names);
    return buf->failed ? -1 : 0;
}
