/* Aligned columns; see table.h. */
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "buf.h"
#include "cleanup.h"
#include "cli.h"
#include "log.h"
#include "text.h"

#define CELL_MAX (8u << 20u) /* an answer's largest text, every byte made visible */

void table_init(struct table *table, size_t columns)
{
    *table = (struct table){.columns = columns};
}

void table_add(struct table *table, const char *text)
{
    struct pm_buf visible;
    char **cells;

    if (table->count == table->size) {
        table->size = table->size ? 2 * table->size : 64;
        cells = reallocarray(table->cells, table->size, sizeof(*cells));
        if (!cells) {
            table->failed = true;
            table->size = table->count;
            return;
        }
        table->cells = cells;
    }
    pm_buf_init(&visible, CELL_MAX);
    if (text)
        (void)pm_text_add_visible(&visible, text, strlen(text));
    table->cells[table->count] = pm_buf_take(&visible);
    if (table->cells[table->count])
        table->count++;
    else
        table->failed = true;
}

void table_add_int(struct table *table, int64_t value)
{
    char text[sizeof("-9223372036854775808")];

    (void)snprintf(text, sizeof(text), "%" PRId64, value);
    table_add(table, text);
}

/* Columns on a terminal; a character that the C library does not know counts as one. */
static size_t width_of(const char *text)
{
    mbstate_t state = {0};
    size_t width = 0, left = strlen(text);

    while (left > 0) {
        wchar_t character;
        size_t len = mbrtowc(&character, text, left, &state);
        int columns = len > 0 && len <= left ? wcwidth(character) : 1;

        if (len == 0 || len > left) {
            len = 1;
            memset(&state, 0, sizeof(state));
        }
        width += columns >= 0 ? (size_t)columns : 1;
        text += len;
        left -= len;
    }
    return width;
}

static void measure(const struct table *table, size_t *widths)
{
    size_t i;

    for (i = 0; i < table->count; i++) {
        size_t width = width_of(table->cells[i]);

        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
}

/* No blanks at the end of a line, where nobody sees them. */
static void print_row(const struct table *table, char *const *cells, const size_t *widths)
{
    size_t end = table->columns, i;

    while (end > 0 && cells[end - 1][0] == '\0')
        end--;
    for (i = 0; i < end; i++) {
        (void)fputs(cells[i], stdout);
        if (i + 1 < end)
            (void)printf("%*s", (int)(widths[i] - width_of(cells[i])) + 2, "");
    }
    (void)fputc('\n', stdout);
}

int table_print(struct table *table)
{
    PM_AUTO_FREE size_t *widths = calloc(table->columns, sizeof(*widths));
    bool failed = table->failed || !widths;
    size_t i;

    if (failed) {
        pm_log_error("out of memory");
    } else {
        measure(table, widths);
        for (i = 0; i + table->columns <= table->count; i += table->columns)
            print_row(table, table->cells + i, widths);
    }
    for (i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    table_init(table, table->columns);
    return failed ? CLI_SYSTEM : CLI_OK;
}
