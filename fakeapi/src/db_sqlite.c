/* The driver of SQLite: the only file of the server that knows it. A file belongs to one server. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "buf.h"
#include "db.h"

#define SQL_MAX (64 * 1024)

/* Its own statements. */
enum command {
    BEGIN,
    COMMIT,
    ROLLBACK,
    SAVE,
    RELEASE,
    UNDO,
    COMMAND_MAX,
};

static const char *const commands[COMMAND_MAX] = {
    [BEGIN] = "BEGIN IMMEDIATE",  [COMMIT] = "COMMIT",           [ROLLBACK] = "ROLLBACK",
    [SAVE] = "SAVEPOINT request", [RELEASE] = "RELEASE request", [UNDO] = "ROLLBACK TO request",
};

static const struct fa_db_word words[] = {
    {"id", "INTEGER PRIMARY KEY AUTOINCREMENT"}, /* ids of what was deleted never return */
    {"clustered", "WITHOUT ROWID"},
    {"json", "TEXT"},
    {"unlogged", ""},
    {"by ids", "NOT INDEXED"}, /* else all rows of a monitor are sorted to find the newest */
    {"size", "page_count * page_size FROM pragma_page_count, pragma_page_size"},
    {NULL, NULL},
};

struct sqlite {
    struct fa_db base; /* stays first: the address of one is that of the other */
    sqlite3 *handle;
    int lock_fd; /* -1 in memory */
    sqlite3_stmt *commands[COMMAND_MAX];
    sqlite3_stmt **prepared; /* base.sql_count of them, NULL before their first use */
};

static struct sqlite *of(struct fa_db *db)
{
    return (struct sqlite *)db;
}

static int failed(struct sqlite *sqlite)
{
    snprintf(sqlite->base.message, sizeof(sqlite->base.message), "%s",
             sqlite3_errmsg(sqlite->handle));
    return -1;
}

/* Statements */

static int prepare(struct sqlite *sqlite, const char *text, unsigned int flags,
                   sqlite3_stmt **ret_statement)
{
    struct pm_buf sql;
    int result = SQLITE_NOMEM;

    pm_buf_init(&sql, SQL_MAX);
    if (fa_db_translate(&fa_db_sqlite, text, &sql) == 0)
        result = sqlite3_prepare_v3(sqlite->handle, sql.data, -1, flags, ret_statement, NULL);
    pm_buf_clear(&sql);
    return result == SQLITE_OK ? 0 : failed(sqlite);
}

/* The statement, prepared; NULL if it cannot be. */
static sqlite3_stmt *get(struct sqlite *sqlite, sqlite3_stmt **place, const char *text)
{
    if (*place || prepare(sqlite, text, SQLITE_PREPARE_PERSISTENT, place) == 0)
        return *place;
    return NULL;
}

static int bind(sqlite3_stmt *statement, const char *types, const union fa_db_value *values)
{
    int result = SQLITE_OK;
    int i;

    for (i = 0; types[i] && result == SQLITE_OK; i++)
        result = types[i] == 'I'
                     ? sqlite3_bind_int64(statement, i + 1, values[i].integer)
                     : sqlite3_bind_text(statement, i + 1, values[i].text, -1, SQLITE_STATIC);
    return result;
}

static void finish(sqlite3_stmt *statement)
{
    (void)sqlite3_reset(statement); /* repeats the error of the step, which was looked at */
    (void)sqlite3_clear_bindings(statement);
}

static int run_command(struct sqlite *sqlite, enum command which)
{
    sqlite3_stmt *statement = get(sqlite, &sqlite->commands[which], commands[which]);
    int r = 0;

    if (!statement)
        return -1;
    if (sqlite3_step(statement) != SQLITE_DONE)
        r = failed(sqlite);
    (void)sqlite3_reset(statement);
    return r;
}

static int run_statement(struct fa_db *db, size_t which, const union fa_db_value *values,
                         int64_t *ret_changed)
{
    struct sqlite *sqlite = of(db);
    const struct fa_db_sql *sql = &db->sql[which];
    sqlite3_stmt *statement = get(sqlite, &sqlite->prepared[which], sql->text);
    int r = 0;

    if (!statement)
        return -1;
    if (bind(statement, sql->types, values) != SQLITE_OK || sqlite3_step(statement) != SQLITE_DONE)
        r = failed(sqlite);
    else if (ret_changed)
        *ret_changed = sqlite3_changes64(sqlite->handle);
    finish(statement);
    return r;
}

static int show_rows(struct sqlite *sqlite, sqlite3_stmt *statement, fa_db_row_fn show,
                     void *context)
{
    const struct fa_db_row row = {.engine = &fa_db_sqlite, .result = statement};
    int step = SQLITE_DONE;
    int r = 0;

    while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW)
        r = show(context, &row);
    return r == 0 && step != SQLITE_DONE ? failed(sqlite) : r;
}

/* A visitor may visit the same rows again: then the prepared statement is busy. */
static int visit(struct fa_db *db, size_t which, const union fa_db_value *values, fa_db_row_fn show,
                 void *context)
{
    struct sqlite *sqlite = of(db);
    const struct fa_db_sql *sql = &db->sql[which];
    sqlite3_stmt *statement = get(sqlite, &sqlite->prepared[which], sql->text);
    sqlite3_stmt *own = NULL;
    int r;

    if (!statement)
        return -1;
    if (sqlite3_stmt_busy(statement)) {
        if (prepare(sqlite, sql->text, 0, &own) < 0)
            return -1;
        statement = own;
    }
    r = bind(statement, sql->types, values) == SQLITE_OK
            ? show_rows(sqlite, statement, show, context)
            : failed(sqlite);
    finish(statement);
    (void)sqlite3_finalize(own);
    return r;
}

static int64_t row_integer(const struct fa_db_row *row, int column)
{
    return sqlite3_column_int64(row->result, column);
}

static const char *row_text(const struct fa_db_row *row, int column)
{
    const char *bytes = (const char *)sqlite3_column_text(row->result, column);

    return bytes ? bytes : "";
}

/* Transactions */

static int begin(struct fa_db *db)
{
    return run_command(of(db), BEGIN);
}

static void rollback(struct fa_db *db)
{
    char kept[sizeof(db->message)];

    if (sqlite3_get_autocommit(of(db)->handle))
        return;
    memcpy(kept, db->message, sizeof(kept)); /* why there is a rollback matters more */
    (void)run_command(of(db), ROLLBACK);
    memcpy(db->message, kept, sizeof(kept));
}

static int commit(struct fa_db *db)
{
    int r = run_command(of(db), COMMIT);

    if (r < 0)
        rollback(db);
    return r;
}

static int save(struct fa_db *db)
{
    return run_command(of(db), SAVE);
}

static int release(struct fa_db *db)
{
    return run_command(of(db), RELEASE);
}

static int undo(struct fa_db *db)
{
    return run_command(of(db), UNDO) < 0 ? -1 : run_command(of(db), RELEASE);
}

/* The schema */

static int execute(struct fa_db *db, const char *script)
{
    struct sqlite *sqlite = of(db);
    struct pm_buf sql;
    int result = SQLITE_NOMEM;

    pm_buf_init(&sql, SQL_MAX);
    if (fa_db_translate(&fa_db_sqlite, script, &sql) == 0)
        result = sqlite3_exec(sqlite->handle, sql.data, NULL, NULL, NULL);
    pm_buf_clear(&sql);
    return result == SQLITE_OK ? 0 : failed(sqlite);
}

static int get_version(struct fa_db *db, int *ret_version)
{
    sqlite3_stmt *statement;

    if (prepare(of(db), "PRAGMA user_version", 0, &statement) < 0)
        return -1;
    if (sqlite3_step(statement) == SQLITE_ROW)
        *ret_version = sqlite3_column_int(statement, 0);
    return sqlite3_finalize(statement) == SQLITE_OK ? 0 : failed(of(db));
}

static int set_version(struct fa_db *db, int version)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", version);
    return execute(db, sql);
}

/* Opening */

static int explain(struct sqlite *sqlite, char *message, size_t size)
{
    sqlite3 *handle = sqlite->handle;
    int error = handle ? sqlite3_system_errno(handle) : 0;

    snprintf(message, size, "%s%s%s; %sor choose another --store",
             handle ? sqlite3_errmsg(handle) : "out of memory", error != 0 ? ": " : "",
             error != 0 ? strerror(error) : "",
             handle && sqlite3_errcode(handle) == SQLITE_FULL ? "make room " : "");
    return -1;
}

static int explain_errno(int error, char *message, size_t size)
{
    static const struct {
        int error;
        const char *hint;
    } hints[] = {
        {ENOENT, "create its folder "},
        {EISDIR, "name a file in that folder "},
        {EACCES, "let this user read and write it "},
        {EROFS, "choose a place that can be written "},
        {ENOSPC, "make room "},
        {EDQUOT, "make room "},
        {EWOULDBLOCK, "stop that server "},
        {0, ""},
    };
    size_t i = 0;

    while (hints[i].error != 0 && hints[i].error != error)
        i++;
    snprintf(message, size, "%s; %sor choose another --store",
             error == EWOULDBLOCK ? "another server has it open" : strerror(error), hints[i].hint);
    return -1;
}

/*
 * Create it if it is new, and keep other servers out: each would hold accounts and replies of the
 * other for its own. It holds secret keys: nobody else may read it, nor the files that SQLite puts
 * beside it. The descriptor stays open, and is closed after SQLite's: closing any of them ends
 * SQLite's own locks (fcntl(2)).
 */
static int lock_file(struct sqlite *sqlite, const char *where, char *message, size_t size)
{
    sqlite->lock_fd = open(where, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (sqlite->lock_fd < 0 || flock(sqlite->lock_fd, LOCK_EX | LOCK_NB) < 0)
        return explain_errno(errno, message, size);
    return 0;
}

static int attach(struct sqlite *sqlite, const char *where, char *message, size_t size)
{
    bool is_memory = strcmp(where, "memory") == 0;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

    if (!is_memory && lock_file(sqlite, where, message, size) < 0)
        return -1;
    if (sqlite3_open_v2(is_memory ? ":memory:" : where, &sqlite->handle, flags, NULL) !=
            SQLITE_OK ||
        /* WAL and NORMAL: what was committed survives the end of the process, also by kill -9. */
        execute(&sqlite->base, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                               "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 2000") < 0)
        return explain(sqlite, message, size);
    return 0;
}

static void close_database(struct fa_db *db)
{
    struct sqlite *sqlite = of(db);
    size_t i;

    for (i = 0; i < COMMAND_MAX; i++)
        (void)sqlite3_finalize(sqlite->commands[i]);
    for (i = 0; sqlite->prepared && i < db->sql_count; i++)
        (void)sqlite3_finalize(sqlite->prepared[i]);
    (void)sqlite3_close(sqlite->handle); /* rolls back */
    if (sqlite->lock_fd >= 0)
        (void)close(sqlite->lock_fd);
    free(sqlite->prepared);
    free(sqlite);
}

static int open_database(const char *where, const struct fa_db_sql *sql, size_t sql_count,
                         struct fa_db **ret_db, char *message, size_t size)
{
    struct sqlite *sqlite = calloc(1, sizeof(*sqlite));

    if (!sqlite) {
        snprintf(message, size, "out of memory");
        return -1;
    }
    sqlite->base = (struct fa_db){.engine = &fa_db_sqlite, .sql = sql, .sql_count = sql_count};
    sqlite->lock_fd = -1;
    sqlite->prepared = calloc(sql_count, sizeof(*sqlite->prepared));
    if (!sqlite->prepared) {
        snprintf(message, size, "out of memory");
        goto fail;
    }
    if (attach(sqlite, where, message, size) < 0)
        goto fail;
    *ret_db = &sqlite->base;
    return 0;

fail:
    close_database(&sqlite->base);
    return -1;
}

const struct fa_db_engine fa_db_sqlite = {
    .words = words,
    .mark = '?',
    .open = open_database,
    .close = close_database,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .save = save,
    .release = release,
    .undo = undo,
    .run = run_statement,
    .visit = visit,
    .integer = row_integer,
    .text = row_text,
    .execute = execute,
    .get_version = get_version,
    .set_version = set_version,
};
