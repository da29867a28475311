/* The journal, where it is kept. */
#include "store_run.h"

int fa_store_journal_add(struct fa_store *store, const struct fa_kept *kept)
{
    return fa_store_write(store, FA_SQL_JOURNAL_ADD, kept->account_id, kept->time_ms, kept->status,
                          kept->monitor_id, kept->verdict, kept->action, kept->data);
}

struct journal_visit {
    int (*visit)(void *context, const struct fa_kept *kept);
    void *context;
};

/* fa_db_row_fn */
static int show_kept(void *context, const struct fa_db_row *row)
{
    const struct journal_visit *each = context;
    const struct fa_kept kept = {
        .id = fa_db_integer(row, 0),
        .account_id = fa_db_integer(row, 1),
        .time_ms = fa_db_integer(row, 2),
        .status = fa_db_integer(row, 3),
        .monitor_id = fa_db_integer(row, 4),
        .verdict = fa_db_text(row, 5),
        .action = fa_db_text(row, 6),
        .data = fa_db_text(row, 7),
    };

    return each->visit(each->context, &kept);
}

int fa_store_journal(struct fa_store *store, const struct fa_kept_filter *filter,
                     int (*visit)(void *context, const struct fa_kept *kept), void *context)
{
    struct journal_visit each = {.visit = visit, .context = context};

    return fa_store_visit(store, show_kept, &each,
                          filter->oldest_first ? FA_SQL_JOURNAL_OLDEST : FA_SQL_JOURNAL_NEWEST,
                          filter->account_id, filter->after_id, filter->before_id, filter->verdict,
                          filter->action, filter->monitor_id, filter->status, filter->from_ms,
                          filter->to_ms, filter->limit);
}

int fa_store_journal_clear(struct fa_store *store, int64_t account_id)
{
    return fa_store_write(store, FA_SQL_JOURNAL_CLEAR, account_id);
}
