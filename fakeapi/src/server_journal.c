/* libfakeapi: the journal and the rows, counted. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "server.h"

struct journal_wish {
    const char *action;
    enum fa_verdict verdict;
    size_t count;
    char *reason; /* of the newest, as the next */
    char *deviations;
};

static bool is_wanted(const struct fa_journal_entry *entry, const struct journal_wish *wish)
{
    return entry && (!wish->action || strcmp(entry->action, wish->action) == 0) &&
           (wish->verdict == FA_VERDICT_ANY || entry->verdict == wish->verdict);
}

static void search_journal(struct fa_server *server, void *context)
{
    struct journal_wish *wish = context;
    const struct fa_journal *journal = fa_server_app(server)->journal;
    int64_t id;

    for (id = fa_journal_newest(journal); id >= fa_journal_oldest(journal); id--) {
        const struct fa_journal_entry *entry = fa_journal_get(journal, id);

        if (is_wanted(entry, wish) && wish->count++ == 0) {
            wish->reason = strdup(entry->reason);
            wish->deviations = strdup(entry->deviations);
        }
    }
}

size_t fa_server_journal_count(struct fa_server *server, const char *action,
                               enum fa_verdict verdict)
{
    struct journal_wish wish = {.action = action, .verdict = verdict};

    fa_server_run(server, search_journal, &wish);
    free(wish.reason);
    free(wish.deviations);
    return wish.count;
}

char *fa_server_journal_reason(struct fa_server *server, const char *action)
{
    struct journal_wish wish = {.action = action, .verdict = FA_VERDICT_ANY};

    fa_server_run(server, search_journal, &wish);
    free(wish.deviations);
    return wish.reason;
}

char *fa_server_journal_deviations(struct fa_server *server, const char *action)
{
    struct journal_wish wish = {.action = action, .verdict = FA_VERDICT_ANY};

    fa_server_run(server, search_journal, &wish);
    free(wish.reason);
    return wish.deviations;
}

struct rows_wish {
    int64_t monitor_id;
    int64_t count;
};

static void count_rows(struct fa_server *server, void *context)
{
    struct rows_wish *wish = context;

    if (fa_store_row_count(fa_server_app(server)->store, wish->monitor_id, &wish->count) < 0)
        wish->count = -1;
}

int64_t fa_server_rows(struct fa_server *server, int64_t monitor_id)
{
    struct rows_wish wish = {.monitor_id = monitor_id};

    fa_server_run(server, count_rows, &wish);
    return wish.count;
}
