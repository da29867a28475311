/* Reading the journal beside the agent; see history.h. */
#include "history.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "error.h"

#define BUSY_TIMEOUT_MS 5000
#define HOUR_MS         (INT64_C(60) * 60 * 1000)

struct pm_history {
    sqlite3 *db;
};

static int fail(const struct pm_history *history, struct pm_error *err)
{
    pm_error_init(err);
    return pm_error_set(err, PM_ERR_SYSTEM, "cannot read the journal: %s",
                        sqlite3_errmsg(history->db));
}

int pm_history_open(const char *path, struct pm_history **ret_history, struct pm_error *err)
{
    struct pm_history *history = calloc(1, sizeof(*history));
    sqlite3_stmt *probe = NULL;
    int r;

    if (!history)
        return PM_ERR_SYSTEM;
    r = sqlite3_open_v2(path, &history->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_busy_timeout(history->db, BUSY_TIMEOUT_MS);
    if (r == SQLITE_OK)
        r = sqlite3_prepare_v2(history->db, "SELECT 1 FROM events", -1, &probe, NULL);
    (void)sqlite3_finalize(probe);
    if (r != SQLITE_OK) {
        pm_error_init(err);
        (void)pm_error_set(err, PM_ERR_CONFIG, "cannot read the journal '%s': %s", path,
                           access(path, R_OK) != 0 ? "it is missing, or only the agent may read it"
                                                   : sqlite3_errmsg(history->db));
        pm_history_free(history);
        return PM_ERR_CONFIG;
    }
    *ret_history = history;
    return 0;
}

void pm_history_free(struct pm_history *history)
{
    if (!history)
        return;
    (void)sqlite3_close(history->db);
    free(history);
}

/* ---- queries ---- */

static void copy_text(sqlite3_stmt *row, int column, char *to, size_t size)
{
    const unsigned char *text = sqlite3_column_text(row, column);

    (void)snprintf(to, size, "%s", text ? (const char *)text : "");
}

/* A number, or -1 where there is none. */
static int64_t number_or_none(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, column);
}

/* Ready to be stepped, with an id or a number as its only parameter; NULL when it cannot be. */
static sqlite3_stmt *ask(struct pm_history *history, const char *sql, const char *id,
                         int64_t number)
{
    sqlite3_stmt *query = NULL;

    if (sqlite3_prepare_v2(history->db, sql, -1, &query, NULL) == SQLITE_OK &&
        sqlite3_bind_parameter_count(query) > 0) {
        if (id)
            (void)sqlite3_bind_text(query, 1, id, -1, SQLITE_STATIC);
        else
            (void)sqlite3_bind_int64(query, 1, number);
    }
    return query;
}

/* The first row. Returns 1, 0 when there is none, or a failure; finalize *ret_row in any case. */
static int ask_one(struct pm_history *history, const char *sql, const char *id, int64_t number,
                   sqlite3_stmt **ret_row, struct pm_error *err)
{
    sqlite3_stmt *query = ask(history, sql, id, number);
    int r = query ? sqlite3_step(query) : SQLITE_ERROR;

    *ret_row = query;
    if (r == SQLITE_ROW)
        return 1;
    return r == SQLITE_DONE ? 0 : fail(history, err);
}

/* Whether the journal's schema knows a table: older ones do not. */
static bool has_table(struct pm_history *history, const char *name)
{
    sqlite3_stmt *row =
        ask(history, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1", name, 0);
    bool has = row && sqlite3_step(row) == SQLITE_ROW;

    (void)sqlite3_finalize(row);
    return has;
}

static int read_last_error(struct pm_history *history, struct pm_history_overview *overview,
                           struct pm_error *err)
{
    const char *sql = has_table(history, "attempts")
                          ? "SELECT reason, at FROM attempts WHERE reason IS NOT NULL"
                            " AND event IN (SELECT id FROM events WHERE state <> 1)"
                            " ORDER BY rowid DESC LIMIT 1"
                          : "SELECT last_error, NULL FROM events WHERE state = 0"
                            " AND last_error IS NOT NULL ORDER BY next_at DESC LIMIT 1";
    sqlite3_stmt *row;
    int r = ask_one(history, sql, NULL, 0, &row, err);

    overview->error_ms = -1;
    overview->last_error[0] = '\0';
    if (r > 0) {
        copy_text(row, 0, overview->last_error, sizeof(overview->last_error));
        overview->error_ms = number_or_none(row, 1);
    }
    (void)sqlite3_finalize(row);
    return r < 0 ? r : 0;
}

int pm_history_overview(struct pm_history *history, int64_t now_ms,
                        struct pm_history_overview *ret_overview, struct pm_error *err)
{
    static const char sql[] =
        "SELECT (SELECT count(*) FROM events WHERE state = 0),"
        " (SELECT count(*) FROM events WHERE state = 1),"
        " (SELECT count(*) FROM events WHERE state = 2), (SELECT count(*) FROM bad_records),"
        " (SELECT min(checktime) FROM events WHERE state = 0),"
        " (SELECT min(next_at) FROM events WHERE state = 0),"
        " (SELECT max(done_at) FROM events WHERE state = 1),"
        " (SELECT count(*) FROM events WHERE state = 1 AND done_at > ?1)";
    sqlite3_stmt *row;
    int r = ask_one(history, sql, NULL, now_ms - HOUR_MS, &row, err);

    if (r > 0)
        *ret_overview = (struct pm_history_overview){
            .waiting = sqlite3_column_int64(row, 0),
            .done = sqlite3_column_int64(row, 1),
            .set_aside = sqlite3_column_int64(row, 2),
            .bad = sqlite3_column_int64(row, 3),
            .oldest_ms = number_or_none(row, 4),
            .next_ms = number_or_none(row, 5),
            .last_done_ms = number_or_none(row, 6),
            .done_lately = sqlite3_column_int64(row, 7),
        };
    (void)sqlite3_finalize(row);
    return r < 0 ? r : read_last_error(history, ret_overview, err);
}

int pm_history_find(struct pm_history *history, const char *id, struct pm_history_event *ret_event,
                    struct pm_error *err)
{
    sqlite3_stmt *row;
    int r = ask_one(history,
                    "SELECT id, record, monitor, checktime, state, attempts, next_at, done_at,"
                    " last_error FROM events WHERE id = ?1",
                    id, 0, &row, err);

    if (r > 0) {
        copy_text(row, 0, ret_event->id, sizeof(ret_event->id));
        copy_text(row, 1, ret_event->record, sizeof(ret_event->record));
        copy_text(row, 2, ret_event->monitor, sizeof(ret_event->monitor));
        ret_event->checktime_ms = sqlite3_column_int64(row, 3);
        ret_event->state = sqlite3_column_int(row, 4);
        ret_event->attempts = sqlite3_column_int64(row, 5);
        ret_event->next_ms = sqlite3_column_int64(row, 6);
        ret_event->done_ms = number_or_none(row, 7);
        copy_text(row, 8, ret_event->reason, sizeof(ret_event->reason));
    }
    (void)sqlite3_finalize(row);
    return r;
}

int pm_history_newest(struct pm_history *history, char *ret_id, struct pm_error *err)
{
    sqlite3_stmt *row;
    int r = ask_one(history, "SELECT id FROM events ORDER BY checktime DESC LIMIT 1", NULL, 0, &row,
                    err);

    if (r > 0)
        copy_text(row, 0, ret_id, PM_EVENT_ID_SIZE);
    (void)sqlite3_finalize(row);
    return r;
}

int pm_history_find_bad(struct pm_history *history, const char *id, int64_t *ret_at_ms,
                        char *ret_reason, size_t size, struct pm_error *err)
{
    sqlite3_stmt *row;
    int r = ask_one(history, "SELECT at, reason FROM bad_records WHERE name LIKE '%-' || ?1", id, 0,
                    &row, err);

    if (r > 0) {
        *ret_at_ms = sqlite3_column_int64(row, 0);
        copy_text(row, 1, ret_reason, size);
    }
    (void)sqlite3_finalize(row);
    return r;
}

int pm_history_find_unsent(struct pm_history *history, const char *id, int64_t *ret_at_ms,
                           char *ret_reason, size_t size, struct pm_error *err)
{
    sqlite3_stmt *row;
    int r;

    if (!has_table(history, "unsent"))
        return 0;
    r = ask_one(history,
                "SELECT at, reason || coalesce('; event ' || counted_in || ' counts it', '')"
                " FROM unsent WHERE id = ?1",
                id, 0, &row, err);
    if (r > 0) {
        *ret_at_ms = sqlite3_column_int64(row, 0);
        copy_text(row, 1, ret_reason, size);
    }
    (void)sqlite3_finalize(row);
    return r;
}

int pm_history_attempts(struct pm_history *history, const char *id,
                        struct pm_history_attempt *ret_attempts, struct pm_error *err)
{
    sqlite3_stmt *row;
    int count = 0, r;

    if (!has_table(history, "attempts"))
        return 0;
    r = ask_one(history, "SELECT at, state, reason FROM attempts WHERE event = ?1 ORDER BY rowid",
                id, 0, &row, err);
    for (; r > 0 && count < PM_HISTORY_ATTEMPTS_MAX; count++) {
        ret_attempts[count].at_ms = sqlite3_column_int64(row, 0);
        ret_attempts[count].state = sqlite3_column_int(row, 1);
        copy_text(row, 2, ret_attempts[count].reason, sizeof(ret_attempts[count].reason));
        r = sqlite3_step(row) == SQLITE_ROW;
    }
    (void)sqlite3_finalize(row);
    return r < 0 ? r : count;
}
