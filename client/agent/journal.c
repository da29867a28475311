/* The agent's memory; see journal.h. Only this file and history.c know SQLite. */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "cleanup.h"
#include "error.h"
#include "fs.h"

#define BUSY_TIMEOUT_MS 10000

/*
 * Event ids are random, so neighbours in time are strangers in the file: with SQLite's own settings
 * a backlog reads and writes each page again and again. Ours: 4 MiB of pages for each connection,
 * and 16 MiB written to the log before it is copied back.
 */
#define TUNING "PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 2048"

extern const unsigned char pm_embed_journal_sql[], pm_embed_journal_attempts_sql[],
    pm_embed_journal_unsent_sql[];

/* Step n takes a file from schema n to n + 1. */
static const unsigned char *const schema_steps[] = {
    pm_embed_journal_sql,
    pm_embed_journal_attempts_sql,
    pm_embed_journal_unsent_sql,
};

#define SCHEMA_VERSION ((int)PM_ARRAY_LEN(schema_steps))

enum statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    ADD,
    SET_KIND,
    SET_LOGIN,
    KNOWS,
    COUNT_UP,
    ADD_UNSENT,
    WAITING,
    FIND_DROPPED,
    BEGIN_SESSION,
    FIND_SESSION,
    FIND_BURST,
    SET_BURST,
    ADD_BAD,
    NEXT,
    NEXT_NEWEST,
    NEXT_TIME,
    DONE,
    RETRY,
    SET_ASIDE,
    WAKE,
    PRUNE,
    PRUNE_UNSENT,
    BOUND_UNSENT,
    PRUNE_SESSIONS,
    PRUNE_BURSTS,
    COUNT,
    STATEMENT_MAX,
};

#define ENTRY "id, record, monitor, checktime, attempts, kind, count, login"

static const char *const sql[STATEMENT_MAX] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [ADD] =
        "INSERT INTO events (id, record, monitor, checktime)"
        " SELECT ?1, ?2, ?3, CASE"
        "  WHEN NOT EXISTS (SELECT 1 FROM events WHERE monitor = ?3 AND checktime = ?4) THEN ?4"
        "  ELSE (SELECT e.checktime + 1 FROM events e"
        "        WHERE e.monitor = ?3 AND e.checktime >= ?4 AND NOT EXISTS"
        "         (SELECT 1 FROM events f WHERE f.monitor = ?3 AND f.checktime = e.checktime + 1)"
        "        ORDER BY e.checktime LIMIT 1) END"
        " WHERE NOT EXISTS (SELECT 1 FROM events WHERE id = ?1)",
    [SET_KIND] = "UPDATE events SET kind = ?2, next_at = ?3 WHERE id = ?1",
    [SET_LOGIN] = "UPDATE events SET login = ?2 WHERE id = ?1",
    [KNOWS] = "SELECT EXISTS (SELECT 1 FROM events WHERE id = ?1)"
              " OR EXISTS (SELECT 1 FROM unsent WHERE id = ?1)",
    [COUNT_UP] = "UPDATE events SET count = count + 1 WHERE id = ?1 AND state = 0",
    [ADD_UNSENT] = "INSERT OR IGNORE INTO unsent (id, record, reason, counted_in, at)"
                   " VALUES (?1, ?2, ?3, nullif(?4, ''), ?5)",
    [WAITING] = "SELECT count(*) FROM (SELECT 1 FROM events WHERE state = 0 LIMIT ?1)",
    [FIND_DROPPED] = "SELECT id FROM events WHERE state = 0 AND kind > 0 AND kind = 2 LIMIT 1",
    [BEGIN_SESSION] = "INSERT OR REPLACE INTO sessions (session, id, at) VALUES (?1, ?2, ?3)",
    [FIND_SESSION] = "SELECT id FROM sessions WHERE session = ?1",
    [FIND_BURST] = "SELECT id, began, failures FROM bursts WHERE source = ?1",
    [SET_BURST] = "INSERT OR REPLACE INTO bursts (source, began, failures, id)"
                  " VALUES (?1, ?2, ?3, nullif(?4, ''))",
    [ADD_BAD] = "INSERT OR REPLACE INTO bad_records (name, record, reason, at)"
                " VALUES (?1, CAST(?2 AS BLOB), ?3, ?4)",
    /* So many that one is left when the others are on their way. */
    [NEXT] = "SELECT " ENTRY " FROM events WHERE state = 0 AND next_at <= ?1"
             " ORDER BY next_at, checktime LIMIT ?2",
    [NEXT_NEWEST] = "SELECT " ENTRY " FROM events WHERE state = 0 AND next_at <= ?1"
                    " ORDER BY checktime DESC LIMIT ?2",
    [NEXT_TIME] = "SELECT min(next_at) FROM events WHERE state = 0",
    [DONE] = "UPDATE events SET state = 1, done_at = ?2, last_error = NULL"
             " WHERE id = ?1 AND count = ?3",
    [RETRY] = "UPDATE events SET attempts = attempts + 1, next_at = ?2, last_error = ?3"
              " WHERE id = ?1 AND state = 0",
    [SET_ASIDE] = "UPDATE events SET state = 2, attempts = attempts + 1, last_error = ?2"
                  " WHERE id = ?1",
    [WAKE] = "UPDATE events SET next_at = 0 WHERE state = 0 AND next_at > 0",
    [PRUNE] = "DELETE FROM events WHERE state = 1 AND done_at < ?1",
    [PRUNE_UNSENT] = "DELETE FROM unsent WHERE at < ?1",
    [BOUND_UNSENT] = "DELETE FROM unsent WHERE id IN"
                     " (SELECT id FROM unsent ORDER BY at DESC LIMIT -1 OFFSET 100000)",
    /* Sessions may last for months. */
    [PRUNE_SESSIONS] = "DELETE FROM sessions WHERE at < ?1 - 90 * 86400000",
    [PRUNE_BURSTS] = "DELETE FROM bursts WHERE began < ?1",
    [COUNT] = "SELECT (SELECT count(*) FROM events WHERE state = 0),"
              " (SELECT count(*) FROM events WHERE state = 1),"
              " (SELECT count(*) FROM events WHERE state = 2), (SELECT count(*) FROM bad_records),"
              " (SELECT count(*) FROM unsent),"
              " (SELECT coalesce(min(checktime), -1) FROM events WHERE state = 0)",
};

struct pm_journal {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_MAX];
};

static int fail(struct pm_error *err, int code, const char *path, const char *reason)
{
    pm_error_init(err);
    return pm_error_set(err, code, "cannot use the journal '%s': %s", path, reason);
}

/* ---- opening ---- */

/* What passes by itself, such as a full disk, is no fault of the configuration: the agent is to be
 * started again. */
static int fail_with_errno(struct pm_error *err, const char *path)
{
    static const int passing[] = {ENOSPC, EDQUOT, EIO, EROFS, ENOMEM, EMFILE, ENFILE, EINTR};
    int number = errno;
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(passing); i++)
        if (number == passing[i])
            return fail(err, PM_ERR_SYSTEM, path, strerror(number));
    return fail(err, PM_ERR_CONFIG, path, strerror(number));
}

static int fail_with_sqlite(const struct pm_journal *journal, struct pm_error *err,
                            const char *path)
{
    static const int passing[] = {SQLITE_FULL,   SQLITE_IOERR, SQLITE_BUSY,
                                  SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_READONLY};
    int code = sqlite3_errcode(journal->db);
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(passing); i++)
        if ((code & 0xff) == passing[i])
            return fail(err, PM_ERR_SYSTEM, path, sqlite3_errmsg(journal->db));
    return fail(err, PM_ERR_CONFIG, path, sqlite3_errmsg(journal->db));
}

static int run(struct pm_journal *journal, const char *text)
{
    return sqlite3_exec(journal->db, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : PM_ERR_SYSTEM;
}

static int read_version(struct pm_journal *journal, int *ret_version)
{
    sqlite3_stmt *statement = NULL;
    int r = PM_ERR_SYSTEM;

    if (sqlite3_prepare_v2(journal->db, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        *ret_version = sqlite3_column_int(statement, 0);
        r = 0;
    }
    (void)sqlite3_finalize(statement);
    return r;
}

/* Create the tables in an empty file, or add what an older one lacks; two agents may try at once.
 */
static int set_up_schema(struct pm_journal *journal, const char *path, struct pm_error *err)
{
    int version = 0, step, r;

    r = run(journal, "BEGIN IMMEDIATE");
    if (r == 0)
        r = read_version(journal, &version);
    for (step = version; r == 0 && step < SCHEMA_VERSION; step++)
        r = run(journal, (const char *)schema_steps[step]);
    if (r == 0)
        r = run(journal, "COMMIT");
    if (r < 0)
        return fail_with_sqlite(journal, err, path);
    if (version > SCHEMA_VERSION)
        return fail(err, PM_ERR_CONFIG, path, "a newer version of paidmonitor-agent wrote it");
    return 0;
}

static int prepare_all(struct pm_journal *journal, const char *path, struct pm_error *err)
{
    int i;

    for (i = 0; i < STATEMENT_MAX; i++) {
        if (sqlite3_prepare_v3(journal->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &journal->statements[i], NULL) != SQLITE_OK)
            return fail_with_sqlite(journal, err, path);
    }
    return 0;
}

/*
 * The file is made here because SQLite would let others read it, as the umask allows. One that is
 * there is not opened: closing it would drop the locks that other handles of this process have.
 */
static int create_file(const char *path, struct pm_error *err)
{
    char parent[PATH_MAX];
    PM_AUTO_CLOSE int fd = -1;
    struct stat status;

    if (strlen(path) >= sizeof(parent))
        return fail(err, PM_ERR_CONFIG, path, "the path is too long");
    memcpy(parent, path, strlen(path) + 1);
    if (pm_fs_make_dirs(dirname(parent), 0700) != 0)
        return fail_with_errno(err, path);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        return 0;
    if (errno != EEXIST || lstat(path, &status) != 0)
        return fail_with_errno(err, path);
    if (!S_ISREG(status.st_mode))
        return fail(err, PM_ERR_CONFIG, path, "it is not a regular file");
    return 0;
}

int pm_journal_open(const char *path, enum pm_journal_sync sync, struct pm_journal **ret_journal,
                    struct pm_error *err)
{
    static const char *const pragmas[] = {
        [PM_JOURNAL_SYNC] = "PRAGMA synchronous = FULL",
        [PM_JOURNAL_SYNC_LATE] = "PRAGMA synchronous = NORMAL",
    };
    struct pm_journal *journal;
    int r;

    r = create_file(path, err);
    if (r < 0)
        return r;
    journal = calloc(1, sizeof(*journal));
    if (!journal)
        return fail(err, PM_ERR_SYSTEM, path, "out of memory");

    if (sqlite3_open_v2(path, &journal->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
            SQLITE_OK ||
        sqlite3_busy_timeout(journal->db, BUSY_TIMEOUT_MS) != SQLITE_OK ||
        run(journal, "PRAGMA journal_mode = WAL") < 0 || run(journal, pragmas[sync]) < 0 ||
        run(journal, TUNING) < 0) {
        r = fail_with_sqlite(journal, err, path);
        goto fail;
    }
    r = set_up_schema(journal, path, err);
    if (r < 0)
        goto fail;
    r = prepare_all(journal, path, err);
    if (r < 0)
        goto fail;

    *ret_journal = journal;
    return 0;

fail:
    pm_journal_free(journal);
    return r;
}

void pm_journal_free(struct pm_journal *journal)
{
    int i;

    if (!journal)
        return;
    for (i = 0; i < STATEMENT_MAX; i++)
        (void)sqlite3_finalize(journal->statements[i]);
    (void)sqlite3_close(journal->db);
    free(journal);
}

const char *pm_journal_message(const struct pm_journal *journal)
{
    return sqlite3_errmsg(journal->db);
}

/* ---- statements ---- */

/* A value for a statement: text with its length, or a number. */
struct value {
    const char *text; /* NULL: the number */
    size_t len;
    int64_t number;
};

#define TEXT(string)              \
    {                             \
        string, strlen(string), 0 \
    }
#define NUMBER(number)  \
    {                   \
        NULL, 0, number \
    }

static sqlite3_stmt *bind(struct pm_journal *journal, enum statement which,
                          const struct value *values, int count)
{
    sqlite3_stmt *statement = journal->statements[which];
    int i;

    for (i = 0; i < count; i++) {
        int r = values[i].text ? sqlite3_bind_text64(statement, i + 1, values[i].text,
                                                     values[i].len, SQLITE_STATIC, SQLITE_UTF8)
                               : sqlite3_bind_int64(statement, i + 1, values[i].number);

        if (r != SQLITE_OK)
            return NULL;
    }
    return statement;
}

/* Run a statement without rows. Returns how many rows it changed. */
static int execute(struct pm_journal *journal, enum statement which, const struct value *values,
                   int count)
{
    sqlite3_stmt *statement = bind(journal, which, values, count);
    int r;

    if (!statement)
        return PM_ERR_SYSTEM;
    r = sqlite3_step(statement);
    if (sqlite3_reset(statement) != SQLITE_OK || r != SQLITE_DONE)
        return PM_ERR_SYSTEM;
    return sqlite3_changes(journal->db);
}

/* The same where the number of rows tells nothing. */
static int change(struct pm_journal *journal, enum statement which, const struct value *values,
                  int count)
{
    int r = execute(journal, which, values, count);

    return r < 0 ? r : 0;
}

int pm_journal_begin(struct pm_journal *journal)
{
    return change(journal, BEGIN, NULL, 0);
}

int pm_journal_commit(struct pm_journal *journal)
{
    return change(journal, COMMIT, NULL, 0);
}

void pm_journal_rollback(struct pm_journal *journal)
{
    (void)execute(journal, ROLLBACK, NULL, 0); /* fails only when there is nothing to undo */
}

int pm_journal_add(struct pm_journal *journal, const struct pm_event *event, const char *record,
                   const char *monitor)
{
    const struct value values[] = {TEXT(event->id), TEXT(record), TEXT(monitor),
                                   NUMBER(event->wall_ms)};

    return execute(journal, ADD, values, PM_ARRAY_LEN(values));
}

int pm_journal_set_kind(struct pm_journal *journal, const char *id, enum pm_journal_kind kind,
                        int64_t next_ms)
{
    const struct value values[] = {TEXT(id), NUMBER(kind), NUMBER(next_ms)};

    return change(journal, SET_KIND, values, PM_ARRAY_LEN(values));
}

int pm_journal_set_login(struct pm_journal *journal, const char *id, const char *login)
{
    const struct value values[] = {TEXT(id), TEXT(login)};

    return change(journal, SET_LOGIN, values, PM_ARRAY_LEN(values));
}

int pm_journal_count_up(struct pm_journal *journal, const char *id)
{
    const struct value values[] = {TEXT(id)};

    return execute(journal, COUNT_UP, values, PM_ARRAY_LEN(values));
}

int pm_journal_add_unsent(struct pm_journal *journal, const char *id, const char *record,
                          const char *reason, const char *counted_in, int64_t now_ms)
{
    const struct value values[] = {TEXT(id), TEXT(record), TEXT(reason),
                                   TEXT(counted_in ? counted_in : ""), NUMBER(now_ms)};

    return change(journal, ADD_UNSENT, values, PM_ARRAY_LEN(values));
}

int pm_journal_begin_session(struct pm_journal *journal, int64_t session, const char *id,
                             int64_t now_ms)
{
    const struct value values[] = {NUMBER(session), TEXT(id), NUMBER(now_ms)};

    return change(journal, BEGIN_SESSION, values, PM_ARRAY_LEN(values));
}

int pm_journal_set_burst(struct pm_journal *journal, const char *source,
                         const struct pm_journal_burst *burst)
{
    const struct value values[] = {TEXT(source), NUMBER(burst->began_ms), NUMBER(burst->failures),
                                   TEXT(burst->id)};

    return change(journal, SET_BURST, values, PM_ARRAY_LEN(values));
}

int pm_journal_add_bad(struct pm_journal *journal, const char *name, const void *record, size_t len,
                       const char *reason, int64_t now_ms)
{
    const struct value values[] = {TEXT(name), {record, len, 0}, TEXT(reason), NUMBER(now_ms)};

    return change(journal, ADD_BAD, values, PM_ARRAY_LEN(values));
}

static void copy_text(sqlite3_stmt *statement, int column, char *to, size_t size)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    (void)snprintf(to, size, "%s", text ? (const char *)text : "");
}

static void read_entry(sqlite3_stmt *row, void *result)
{
    struct pm_journal_entry *entry = result;

    copy_text(row, 0, entry->id, sizeof(entry->id));
    copy_text(row, 1, entry->record, sizeof(entry->record));
    copy_text(row, 2, entry->monitor, sizeof(entry->monitor));
    entry->checktime_ms = sqlite3_column_int64(row, 3);
    entry->attempts = (unsigned)sqlite3_column_int(row, 4);
    entry->kind = (enum pm_journal_kind)sqlite3_column_int(row, 5);
    entry->count = (unsigned)sqlite3_column_int(row, 6);
    copy_text(row, 7, entry->login, sizeof(entry->login));
}

static void read_number(sqlite3_stmt *row, void *result)
{
    *(int64_t *)result =
        sqlite3_column_type(row, 0) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, 0);
}

static void read_id(sqlite3_stmt *row, void *result)
{
    copy_text(row, 0, result, PM_EVENT_ID_SIZE);
}

static void read_burst(sqlite3_stmt *row, void *result)
{
    struct pm_journal_burst *burst = result;

    copy_text(row, 0, burst->id, sizeof(burst->id));
    burst->began_ms = sqlite3_column_int64(row, 1);
    burst->failures = sqlite3_column_int(row, 2);
}

/* Read the first row of a statement. Returns 1, or 0 when there is none. */
static int look_up(struct pm_journal *journal, enum statement which, const struct value *values,
                   int count, void (*read)(sqlite3_stmt *row, void *result), void *result)
{
    sqlite3_stmt *statement = bind(journal, which, values, count);
    int r = statement ? sqlite3_step(statement) : SQLITE_ERROR;

    if (r == SQLITE_ROW)
        read(statement, result);
    if (statement)
        (void)sqlite3_reset(statement);
    return r == SQLITE_ROW ? 1 : r == SQLITE_DONE ? 0 : PM_ERR_SYSTEM;
}

int pm_journal_knows(struct pm_journal *journal, const char *id)
{
    const struct value values[] = {TEXT(id)};
    int64_t knows = 0;
    int r = look_up(journal, KNOWS, values, PM_ARRAY_LEN(values), read_number, &knows);

    return r < 0 ? r : (int)knows;
}

int pm_journal_waiting(struct pm_journal *journal, int max)
{
    const struct value values[] = {NUMBER(max)};
    int64_t waiting = 0;
    int r = look_up(journal, WAITING, values, PM_ARRAY_LEN(values), read_number, &waiting);

    return r < 0 ? r : (int)waiting;
}

int pm_journal_find_dropped(struct pm_journal *journal, char ret_id[PM_EVENT_ID_SIZE])
{
    return look_up(journal, FIND_DROPPED, NULL, 0, read_id, ret_id);
}

int pm_journal_find_session(struct pm_journal *journal, int64_t session,
                            char ret_id[PM_EVENT_ID_SIZE])
{
    const struct value values[] = {NUMBER(session)};

    return look_up(journal, FIND_SESSION, values, PM_ARRAY_LEN(values), read_id, ret_id);
}

int pm_journal_find_burst(struct pm_journal *journal, const char *source,
                          struct pm_journal_burst *ret_burst)
{
    const struct value values[] = {TEXT(source)};

    return look_up(journal, FIND_BURST, values, PM_ARRAY_LEN(values), read_burst, ret_burst);
}

static bool is_skipped(const struct pm_journal_pick *pick, sqlite3_stmt *row)
{
    const char *id = (const char *)sqlite3_column_text(row, 0);
    size_t i;

    for (i = 0; i < pick->skip_count; i++) {
        if (id && strcmp(pick->skip[i], id) == 0)
            return true;
    }
    return false;
}

int pm_journal_next(struct pm_journal *journal, int64_t now_ms, const struct pm_journal_pick *pick,
                    struct pm_journal_entry *ret_entry, int64_t *ret_next_ms)
{
    static const struct pm_journal_pick longest = {.skip_count = 0};
    const struct value values[] = {NUMBER(now_ms),
                                   NUMBER((int64_t)(pick ? pick->skip_count : 0) + 1)};
    sqlite3_stmt *statement = bind(journal, pick && pick->newest_first ? NEXT_NEWEST : NEXT, values,
                                   PM_ARRAY_LEN(values));
    int r = statement ? sqlite3_step(statement) : SQLITE_ERROR;

    while (r == SQLITE_ROW && is_skipped(pick ? pick : &longest, statement))
        r = sqlite3_step(statement);
    if (r == SQLITE_ROW)
        read_entry(statement, ret_entry);
    if (statement)
        (void)sqlite3_reset(statement);
    if (r == SQLITE_ROW)
        return 1;
    if (r != SQLITE_DONE || look_up(journal, NEXT_TIME, NULL, 0, read_number, ret_next_ms) < 0)
        return PM_ERR_SYSTEM;
    return 0;
}

int pm_journal_done(struct pm_journal *journal, const char *id, unsigned count, int64_t now_ms)
{
    const struct value values[] = {TEXT(id), NUMBER(now_ms), NUMBER(count)};

    return change(journal, DONE, values, PM_ARRAY_LEN(values));
}

int pm_journal_retry(struct pm_journal *journal, const char *id, int64_t next_ms,
                     const char *reason)
{
    const struct value values[] = {TEXT(id), NUMBER(next_ms), TEXT(reason)};

    return change(journal, RETRY, values, PM_ARRAY_LEN(values));
}

int pm_journal_set_aside(struct pm_journal *journal, const char *id, const char *reason)
{
    const struct value values[] = {TEXT(id), TEXT(reason)};

    return change(journal, SET_ASIDE, values, PM_ARRAY_LEN(values));
}

int pm_journal_wake(struct pm_journal *journal)
{
    return change(journal, WAKE, NULL, 0);
}

int pm_journal_prune(struct pm_journal *journal, int64_t before_ms)
{
    static const enum statement statements[] = {PRUNE, PRUNE_UNSENT, PRUNE_SESSIONS, PRUNE_BURSTS};
    const struct value values[] = {NUMBER(before_ms)};
    int r = change(journal, BOUND_UNSENT, NULL, 0);
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(statements) && r == 0; i++)
        r = change(journal, statements[i], values, PM_ARRAY_LEN(values));
    return r;
}

static void read_counts(sqlite3_stmt *row, void *result)
{
    *(struct pm_journal_counts *)result = (struct pm_journal_counts){
        .waiting = sqlite3_column_int64(row, 0),
        .done = sqlite3_column_int64(row, 1),
        .set_aside = sqlite3_column_int64(row, 2),
        .bad = sqlite3_column_int64(row, 3),
        .unsent = sqlite3_column_int64(row, 4),
        .oldest_ms = sqlite3_column_int64(row, 5),
    };
}

int pm_journal_count(struct pm_journal *journal, struct pm_journal_counts *ret_counts)
{
    return look_up(journal, COUNT, NULL, 0, read_counts, ret_counts) == 1 ? 0 : PM_ERR_SYSTEM;
}
