/* Results: rows, and what is added to their checktimes. */
#include <string.h>

#include "arena.h"
#include "json.h"
#include "store_run.h"
#include "text.h"

#define ROWS_AT_ONCE 1000

/* Rows */

static const char *as_object(struct fa_store *store, const struct fa_value *values, size_t count)
{
    struct pm_buf *buf = &store->scratch;
    size_t i;

    pm_buf_reset(buf);
    (void)pm_buf_addc(buf, '{'); /* failures stick */
    for (i = 0; i < count; i++) {
        if (i > 0)
            (void)pm_buf_addc(buf, ',');
        (void)pm_text_add_json(buf, values[i].name, strlen(values[i].name));
        (void)pm_buf_addc(buf, ':');
        (void)pm_text_add_json(buf, values[i].text, strlen(values[i].text));
    }
    (void)pm_buf_addc(buf, '}');
    return buf->failed ? NULL : buf->data;
}

int fa_store_row_merge(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                       int64_t number, const struct fa_value *values, size_t count)
{
    const char *data = as_object(store, values, count);

    if (!data)
        return fa_store_out_of_memory(store);
    fa_store_note_change(store, monitor_id);
    return fa_store_write(store, FA_SQL_ROW_MERGE, monitor_id, checktime_ms, number, data);
}

int fa_store_row_next(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                      int64_t *ret_number)
{
    return fa_store_read_integer(store, ret_number, FA_SQL_ROW_NEXT, monitor_id, checktime_ms);
}

/* Make the values of a row from its JSON object of strings. */
static int read_values(struct fa_arena *arena, const char *data, struct fa_row *row)
{
    const struct fa_json *object;
    const struct fa_json *member;
    struct fa_value *values;
    size_t count = 0;

    if (fa_json_parse(arena, data, &object) < 0)
        return -1;
    for (member = object->first; member; member = member->next)
        count++;
    values = fa_arena_alloc(arena, count * sizeof(*values) + 1);
    if (!values)
        return -1;
    for (member = object->first; member; member = member->next)
        values[row->value_count++] = (struct fa_value){
            .name = member->name,
            .text = member->text ? member->text : "",
        };
    row->values = values;
    return 0;
}

struct rows_visit {
    struct fa_store *store;
    fa_row_fn visit;
    void *context;
    size_t count; /* how many were shown, and the place of the last */
    int64_t checktime_ms, number;
};

/* fa_db_row_fn */
static int show_row(void *context, const struct fa_db_row *columns)
{
    struct rows_visit *each = context;
    struct fa_row row = {
        .id = fa_db_integer(columns, 0),
        .monitor_id = fa_db_integer(columns, 1),
        .checktime_ms = fa_db_integer(columns, 2),
        .number = fa_db_integer(columns, 3),
    };
    struct fa_arena arena;
    int r;

    each->count++;
    each->checktime_ms = row.checktime_ms;
    each->number = row.number;
    fa_arena_init(&arena, 4 * (size_t)FA_STORE_ROW_MAX);
    r = read_values(&arena, fa_db_text(columns, 4), &row);
    r = r < 0 ? fa_store_out_of_memory(each->store) : each->visit(each->context, &row);
    fa_arena_clear(&arena);
    return r;
}

/* Some at a time: an engine may hold all of an answer in memory. */
int fa_store_rows(struct fa_store *store, int64_t monitor_id, int64_t from_ms, int64_t to_ms,
                  fa_row_fn visit, void *context)
{
    struct rows_visit each = {
        .store = store, .visit = visit, .context = context, .checktime_ms = from_ms, .number = -1};
    int r;

    do {
        each.count = 0;
        r = fa_store_visit(store, show_row, &each, FA_SQL_ROWS, monitor_id, each.checktime_ms,
                           each.number + 1, to_ms, (int64_t)ROWS_AT_ONCE);
    } while (r == 0 && each.count == ROWS_AT_ONCE);
    return r;
}

int fa_store_rows_before(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                         int64_t number, size_t limit, fa_row_fn visit, void *context)
{
    struct rows_visit each = {.store = store, .visit = visit, .context = context};

    return fa_store_visit(store, show_row, &each, FA_SQL_ROWS_BEFORE, monitor_id, checktime_ms,
                          number, (int64_t)limit);
}

int fa_store_rows_after_id(struct fa_store *store, int64_t monitor_id, int64_t after_id,
                           size_t limit, fa_row_fn visit, void *context)
{
    struct rows_visit each = {.store = store, .visit = visit, .context = context};

    return fa_store_visit(store, show_row, &each, FA_SQL_ROWS_AFTER_ID, monitor_id, after_id,
                          (int64_t)limit);
}

int fa_store_row_ends(struct fa_store *store, int64_t monitor_id, int64_t *ret_first_ms,
                      int64_t *ret_last_ms)
{
    int r = fa_store_read_integer(store, ret_first_ms, FA_SQL_ROW_FIRST, monitor_id, INT64_MAX);

    return r < 0
               ? r
               : fa_store_read_integer(store, ret_last_ms, FA_SQL_ROW_LAST, monitor_id, INT64_MIN);
}

int fa_store_last_row_id(struct fa_store *store, int64_t *ret_id)
{
    return fa_store_read_integer(store, ret_id, FA_SQL_LAST_ROW_ID);
}

int fa_store_size(struct fa_store *store, int64_t *ret_bytes)
{
    return fa_store_read_integer(store, ret_bytes, FA_SQL_SIZE);
}

int fa_store_row_count(struct fa_store *store, int64_t monitor_id, int64_t *ret_count)
{
    return fa_store_read_integer(store, ret_count, FA_SQL_ROW_COUNT, monitor_id);
}

int fa_store_row_count_upto(struct fa_store *store, int64_t monitor_id, int64_t max,
                            int64_t *ret_count)
{
    return fa_store_read_integer(store, ret_count, FA_SQL_ROW_COUNT_UPTO, monitor_id, max);
}

/* Additional results */

int fa_store_additional_add(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                            const char *json)
{
    fa_store_note_change(store, monitor_id);
    return fa_store_write(store, FA_SQL_ADDITIONAL_ADD, monitor_id, checktime_ms, json);
}

struct additional_visit {
    fa_additional_fn visit;
    void *context;
};

/* fa_db_row_fn */
static int show_additional(void *context, const struct fa_db_row *row)
{
    const struct additional_visit *each = context;

    return each->visit(each->context, fa_db_integer(row, 0), fa_db_text(row, 1));
}

int fa_store_additional(struct fa_store *store, int64_t monitor_id, int64_t from_ms, int64_t to_ms,
                        fa_additional_fn visit, void *context)
{
    struct additional_visit each = {.visit = visit, .context = context};

    return fa_store_visit(store, show_additional, &each, FA_SQL_ADDITIONAL, monitor_id, from_ms,
                          to_ms);
}
