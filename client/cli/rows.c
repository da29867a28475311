/* Printing results; see rows.h. */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "json.h"
#include "table.h"

#define JSON_MAX    (64u << 20u) /* an answer of 1 MiB, written out in full */
#define COLUMNS_MAX 200          /* more would be no table; --json has them all */

/* Additional results have none. */
static bool has_time(const struct pm_row *row)
{
    return row->checktime_ms >= 0 || row->checktime_text[0] != '\0';
}

static int print_json(const struct pm_row_list *list)
{
    struct pm_buf buf;
    size_t i, k;

    pm_buf_init(&buf, JSON_MAX);
    json_open(&buf, '[');
    for (i = 0; i < list->count; i++) {
        const struct pm_row *row = &list->items[i];

        json_open(&buf, '{');
        if (has_time(row)) {
            json_int_member(&buf, "checktime", row->checktime_ms);
            json_text_member(&buf, "checkTime", row->checktime_text);
        }
        json_name(&buf, "values");
        json_open(&buf, '{');
        for (k = 0; k < row->count; k++)
            json_text_member(&buf, row->values[k].name, row->values[k].value);
        json_close(&buf, '}');
        json_close(&buf, '}');
    }
    json_close(&buf, ']');
    return json_print(&buf);
}

static const char *value_of(const struct pm_row *row, const char *name)
{
    size_t i;

    for (i = 0; i < row->count; i++)
        if (strcmp(row->values[i].name, name) == 0)
            return row->values[i].value;
    return "";
}

/* Every name that some row has, in the order of appearance. Returns how many; the caller frees. */
static size_t collect_names(const struct pm_row_list *list, const char ***ret_names)
{
    size_t count = 0, size = 0, i, k, n;
    const char **names = NULL, **more;

    for (i = 0; i < list->count; i++) {
        for (k = 0; k < list->items[i].count; k++) {
            const char *name = list->items[i].values[k].name;

            /* Rows of one monitor have the same names in the same places, so look there first. */
            if (k < count && strcmp(names[k], name) == 0)
                continue;
            for (n = 0; n < count && strcmp(names[n], name) != 0; n++)
                ;
            if (n < count || count == COLUMNS_MAX)
                continue;
            if (count == size) {
                size = size ? 2 * size : 16;
                more = reallocarray(names, size, sizeof(*names));
                if (!more) {
                    free(names);
                    return 0;
                }
                names = more;
            }
            names[count++] = name;
        }
    }
    *ret_names = names;
    return count;
}

/* The server tells the time to the minute in the zone asked for; the rest is the same in any zone.
 */
static void add_time(struct table *table, const struct pm_row *row)
{
    int64_t ms = row->checktime_ms % 60000;
    char text[64];

    if (row->checktime_ms < 0) {
        table_add(table, row->checktime_text);
        return;
    }
    (void)snprintf(text, sizeof(text), "%.40s:%02d.%03d", row->checktime_text, (int)(ms / 1000),
                   (int)(ms % 1000));
    table_add(table, text);
}

static void add_row(struct table *table, const struct pm_row *row, const char *const *names,
                    size_t count, bool with_time)
{
    size_t k;

    if (with_time)
        add_time(table, row);
    for (k = 0; k < count; k++)
        table_add(table, value_of(row, names[k]));
}

static int print_table(const struct pm_row_list *list)
{
    PM_AUTO_FREE const char **names = NULL;
    size_t count = collect_names(list, &names), i;
    bool with_time = has_time(&list->items[0]);
    struct table table;

    table_init(&table, count + with_time > 0 ? count + with_time : 1);
    if (with_time)
        table_add(&table, "CHECKTIME");
    for (i = 0; i < count; i++)
        table_add(&table, names[i]);
    for (i = 0; i < list->count; i++)
        add_row(&table, &list->items[i], names, count, with_time);
    return table_print(&table);
}

int rows_print(const struct cli *cli, const struct pm_row_list *list, const char *empty)
{
    if (cli->is_json)
        return print_json(list);
    if (list->count > 0)
        return print_table(list);
    (void)puts(empty);
    return CLI_OK;
}
