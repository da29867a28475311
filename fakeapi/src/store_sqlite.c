/* The store on SQLite: the only file of the server that knows it. Schema: schema.sql. */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "json.h"
#include "text.h"

#define SCHEMA_VERSION 1
#define LISTENERS_MAX  4
#define CHANGES_MAX    256 /* monitors remembered between two commits */
#define ROW_DATA_MAX   (4 * 1024 * 1024)

extern const unsigned char pm_embed_schema_sql[];

#define MONITOR_COLUMNS                                                                            \
    "id, account_id, agent_id, is_multi_value, name, tag, type, agent_name, plugin_id, order_id, " \
    "gui_style"
#define ROW_COLUMNS "id, monitor_id, checktime_ms, number, data"

enum statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    SAVE,
    SAVE_DONE,
    SAVE_UNDO,
    ACCOUNT_ADD,
    ACCOUNT_SET,
    ACCOUNTS,
    TOKEN_ADD,
    TOKEN_CHECK,
    TOKENS_EXPIRE,
    MONITOR_ADD,
    MONITOR_SET,
    MONITOR_DELETE,
    MONITOR_GET,
    MONITORS,
    PARAM_SET,
    PARAMS,
    ROW_MERGE,
    ROW_NEXT,
    ROWS,
    ROWS_BEFORE,
    ROWS_AFTER_ID,
    LAST_ROW_ID,
    ROW_COUNT,
    ADDITIONAL_ADD,
    ADDITIONAL,
    OBJECT_ADD,
    OBJECT_SET,
    OBJECT_DELETE,
    OBJECT_DELETE_CHILDREN,
    OBJECTS,
    STATEMENT_MAX,
};

/* Types: a letter per argument of run(), in order; I an int64_t, t a text. */
static const struct {
    const char *sql;
    const char *types;
} statements[STATEMENT_MAX] = {
    [BEGIN] = {"BEGIN IMMEDIATE", ""},
    [COMMIT] = {"COMMIT", ""},
    [ROLLBACK] = {"ROLLBACK", ""},
    [SAVE] = {"SAVEPOINT request", ""},
    [SAVE_DONE] = {"RELEASE request", ""},
    [SAVE_UNDO] = {"ROLLBACK TO request", ""},
    [ACCOUNT_ADD] = {"INSERT INTO accounts (apikey, secretkey, name, user, password_md5,"
                     " password_sha256, reseller_id) VALUES (?,?,?,?,?,?,?)",
                     "ttttttI"},
    [ACCOUNT_SET] = {"UPDATE accounts SET secretkey = ?2, name = ?3, user = ?4, password_md5 = ?5,"
                     " password_sha256 = ?6, reseller_id = ?7 WHERE apikey = ?1",
                     "ttttttI"},
    [ACCOUNTS] = {"SELECT id, reseller_id, apikey, secretkey, name, user, password_md5,"
                  " password_sha256 FROM accounts ORDER BY id",
                  ""},
    [TOKEN_ADD] = {"INSERT INTO tokens (account_id, token, expires_at_ms) VALUES (?,?,?)", "ItI"},
    [TOKEN_CHECK] =
        {"SELECT 1 FROM tokens WHERE account_id = ? AND token = ? AND expires_at_ms > ?", "ItI"},
    [TOKENS_EXPIRE] = {"DELETE FROM tokens WHERE expires_at_ms <= ?", "I"},
    [MONITOR_ADD] = {"INSERT INTO monitors (account_id, agent_id, is_multi_value, name, tag, type,"
                     " agent_name, plugin_id, order_id, gui_style) VALUES (?,?,?,?,?,?,?,?,?,?)",
                     "IIIttttttt"},
    [MONITOR_SET] = {"UPDATE monitors SET agent_id = ?2, is_multi_value = ?3, name = ?4, tag = ?5,"
                     " type = ?6, agent_name = ?7, plugin_id = ?8, order_id = ?9, gui_style = ?10"
                     " WHERE id = ?1",
                     "IIIttttttt"},
    [MONITOR_DELETE] = {"DELETE FROM monitors WHERE account_id = ? AND id = ?", "II"},
    [MONITOR_GET] = {"SELECT " MONITOR_COLUMNS " FROM monitors"
                     " WHERE (?1 = 0 OR account_id = ?1) AND id = ?2",
                     "II"},
    [MONITORS] = {"SELECT " MONITOR_COLUMNS " FROM monitors WHERE (?1 = 0 OR account_id = ?1)"
                  " AND (?2 = 0 OR agent_id = ?2) AND (?3 IS NULL OR name = ?3)"
                  " AND (?4 IS NULL OR tag = ?4) AND (?5 IS NULL OR type = ?5) ORDER BY id",
                  "IIttt"},
    [PARAM_SET] = {"INSERT INTO params (monitor_id, kind, data_type, is_hidden, has_fixed_values,"
                   " name, display_name, uom, value, groups, aggregate)"
                   " VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (monitor_id, kind, name) DO UPDATE"
                   " SET data_type = excluded.data_type, is_hidden = excluded.is_hidden,"
                   " has_fixed_values = excluded.has_fixed_values,"
                   " display_name = excluded.display_name, uom = excluded.uom,"
                   " value = excluded.value, groups = excluded.groups,"
                   " aggregate = excluded.aggregate",
                   "IIIIItttttt"},
    [PARAMS] = {"SELECT id, kind, data_type, is_hidden, has_fixed_values, name, display_name, uom,"
                " value, groups, aggregate FROM params WHERE monitor_id = ? AND kind = ?"
                " ORDER BY id",
                "II"},
    [ROW_MERGE] = {"INSERT INTO results (monitor_id, checktime_ms, number, data) VALUES (?,?,?,?)"
                   " ON CONFLICT (monitor_id, checktime_ms, number)"
                   " DO UPDATE SET data = json_patch(data, excluded.data)",
                   "IIIt"},
    [ROW_NEXT] = {"SELECT coalesce(max(number) + 1, 0) FROM results"
                  " WHERE monitor_id = ? AND checktime_ms = ?",
                  "II"},
    [ROWS] = {"SELECT " ROW_COLUMNS " FROM results WHERE monitor_id = ? AND checktime_ms >= ?"
              " AND checktime_ms < ? ORDER BY checktime_ms, number",
              "III"},
    [ROWS_BEFORE] = {"SELECT " ROW_COLUMNS " FROM results WHERE monitor_id = ?"
                     " AND (checktime_ms, number) < (?, ?)"
                     " ORDER BY checktime_ms DESC, number DESC LIMIT ?",
                     "IIII"},
    [ROWS_AFTER_ID] = {"SELECT " ROW_COLUMNS " FROM results NOT INDEXED WHERE monitor_id = ?"
                       " AND id > ? ORDER BY id LIMIT ?",
                       "III"},
    [LAST_ROW_ID] = {"SELECT coalesce(max(id), 0) FROM results", ""},
    [ROW_COUNT] = {"SELECT count(*) FROM results WHERE monitor_id = ?", "I"},
    [ADDITIONAL_ADD] = {"INSERT INTO additional (monitor_id, checktime_ms, data) VALUES (?,?,?)",
                        "IIt"},
    [ADDITIONAL] = {"SELECT checktime_ms, data FROM additional WHERE monitor_id = ?"
                    " AND checktime_ms >= ? AND checktime_ms < ? ORDER BY checktime_ms, id",
                    "III"},
    [OBJECT_ADD] = {"INSERT INTO objects (account_id, parent_id, kind, data) VALUES (?,?,?,?)",
                    "IItt"},
    [OBJECT_SET] = {"UPDATE objects SET data = ?4 WHERE account_id = ?1 AND id = ?2 AND kind = ?3",
                    "IItt"},
    [OBJECT_DELETE] = {"DELETE FROM objects WHERE account_id = ? AND kind = ? AND id = ?", "ItI"},
    [OBJECT_DELETE_CHILDREN] = {"DELETE FROM objects WHERE account_id = ? AND parent_id = ?", "II"},
    [OBJECTS] = {"SELECT id, account_id, parent_id, kind, data FROM objects WHERE (?1 = 0 OR "
                 "account_id = ?1)"
                 " AND kind = ?2 AND (?3 = 0 OR parent_id = ?3) AND (?4 = 0 OR id = ?4)"
                 " ORDER BY id",
                 "ItII"},
};

struct listener {
    void (*changed)(void *context, int64_t monitor_id);
    void *context;
};

struct fa_store {
    sqlite3 *db;
    int lock_fd; /* -1 in memory */
    sqlite3_stmt *prepared[STATEMENT_MAX];
    bool is_open; /* a transaction is */
    struct listener listeners[LISTENERS_MAX];
    size_t listener_count;
    int64_t changes[CHANGES_MAX];
    size_t change_count;
    bool is_overflown; /* more monitors changed than could be remembered */
    struct pm_buf scratch;
    char message[256];
};

static int failed(struct fa_store *store)
{
    snprintf(store->message, sizeof(store->message), "%s", sqlite3_errmsg(store->db));
    return FA_STORE_FAILED;
}

const char *fa_store_message(const struct fa_store *store)
{
    return store->message;
}

/* Statements */

static int bind(sqlite3_stmt *statement, const char *types, va_list arguments)
{
    int result = SQLITE_OK;
    int i;

    for (i = 0; types[i] && result == SQLITE_OK; i++) {
        if (types[i] == 'I') {
            result = sqlite3_bind_int64(statement, i + 1, va_arg(arguments, int64_t));
        } else {
            const char *text = va_arg(arguments, const char *);

            result = sqlite3_bind_text(statement, i + 1, text, -1, SQLITE_STATIC);
        }
    }
    return result;
}

static sqlite3_stmt *bound(struct fa_store *store, enum statement which, va_list arguments)
{
    sqlite3_stmt *statement = store->prepared[which];

    if (bind(statement, statements[which].types, arguments) == SQLITE_OK)
        return statement;
    (void)failed(store);
    return NULL;
}

static void finish(sqlite3_stmt *statement)
{
    (void)sqlite3_reset(statement); /* repeats the error of the step, which was looked at */
    (void)sqlite3_clear_bindings(statement);
}

/* Run a statement that gives no rows. */
static int run(struct fa_store *store, enum statement which, ...)
{
    va_list arguments;
    sqlite3_stmt *statement;
    int r = 0;

    va_start(arguments, which);
    statement = bound(store, which, arguments);
    va_end(arguments);
    if (!statement)
        return FA_STORE_FAILED;
    if (sqlite3_step(statement) != SQLITE_DONE)
        r = failed(store);
    finish(statement);
    return r;
}

/* Run a statement that gives one integer. */
static int get_integer(struct fa_store *store, int64_t *ret_value, enum statement which, ...)
{
    va_list arguments;
    sqlite3_stmt *statement;
    int step;

    va_start(arguments, which);
    statement = bound(store, which, arguments);
    va_end(arguments);
    if (!statement)
        return FA_STORE_FAILED;
    step = sqlite3_step(statement);
    if (step == SQLITE_ROW)
        *ret_value = sqlite3_column_int64(statement, 0);
    else if (step != SQLITE_DONE)
        (void)failed(store);
    finish(statement);
    if (step == SQLITE_ROW)
        return 0;
    return step == SQLITE_DONE ? FA_STORE_ABSENT : FA_STORE_FAILED;
}

/* How the rows of a statement reach a visitor. */
struct visit {
    int (*show)(const struct visit *visit, sqlite3_stmt *row);
    union {
        fa_account_fn account;
        fa_monitor_fn monitor;
        fa_monitor_param_fn param;
        fa_row_fn row;
        fa_object_fn object;
        fa_additional_fn additional;
    };
    void *context;
};

/*
 * Show every row of a statement. The visitor may use the store, even this statement: each visit
 * works on a statement of its own when the prepared one is busy.
 */
static int visit_all(struct fa_store *store, const struct visit *visit, enum statement which, ...)
{
    va_list arguments;
    sqlite3_stmt *statement = store->prepared[which];
    sqlite3_stmt *own = NULL;
    int step = SQLITE_ERROR;
    int r = 0;

    if (sqlite3_stmt_busy(statement)) {
        if (sqlite3_prepare_v2(store->db, statements[which].sql, -1, &own, NULL) != SQLITE_OK)
            return failed(store);
        statement = own;
    }
    va_start(arguments, which);
    if (bind(statement, statements[which].types, arguments) == SQLITE_OK)
        while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW)
            r = visit->show(visit, statement);
    va_end(arguments);
    if (r == 0 && step != SQLITE_DONE)
        r = failed(store);
    finish(statement);
    (void)sqlite3_finalize(own);
    return r;
}

static const char *text_at(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);

    return text ? text : "";
}

/* Transactions */

static void note_change(struct fa_store *store, int64_t monitor_id)
{
    size_t i;

    for (i = 0; i < store->change_count; i++)
        if (store->changes[i] == monitor_id)
            return;
    if (store->change_count < CHANGES_MAX)
        store->changes[store->change_count++] = monitor_id;
    else
        store->is_overflown = true;
}

static void tell(struct fa_store *store, int64_t monitor_id)
{
    size_t i;

    for (i = 0; i < store->listener_count; i++)
        store->listeners[i].changed(store->listeners[i].context, monitor_id);
}

static void tell_changes(struct fa_store *store)
{
    size_t i;

    if (store->is_overflown)
        tell(store, 0);
    else
        for (i = 0; i < store->change_count; i++)
            tell(store, store->changes[i]);
}

static void forget_changes(struct fa_store *store)
{
    store->change_count = 0;
    store->is_overflown = false;
}

/* Before each write. */
static int open_transaction(struct fa_store *store)
{
    if (store->is_open)
        return 0;
    if (run(store, BEGIN) < 0)
        return FA_STORE_FAILED;
    store->is_open = true;
    return 0;
}

bool fa_store_is_dirty(const struct fa_store *store)
{
    return store->is_open;
}

int fa_store_commit(struct fa_store *store)
{
    if (!store->is_open)
        return 0;
    store->is_open = false;
    if (run(store, COMMIT) < 0) {
        if (!sqlite3_get_autocommit(store->db))
            (void)run(store, ROLLBACK); /* the commit's message is the one that matters */
        forget_changes(store);
        return FA_STORE_FAILED;
    }
    tell_changes(store);
    forget_changes(store);
    return 0;
}

int fa_store_begin(struct fa_store *store)
{
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    return run(store, SAVE);
}

int fa_store_done(struct fa_store *store)
{
    return run(store, SAVE_DONE);
}

void fa_store_undo(struct fa_store *store)
{
    (void)run(store, SAVE_UNDO); /* when even this fails, so will the commit */
    (void)run(store, SAVE_DONE);
}

int fa_store_listen(struct fa_store *store, void (*changed)(void *context, int64_t monitor_id),
                    void *context)
{
    if (store->listener_count == LISTENERS_MAX)
        return -1;
    store->listeners[store->listener_count++] =
        (struct listener){.changed = changed, .context = context};
    return 0;
}

/* Opening */

static int unusable(const char *where, const char *why, const char *hint, char *message,
                    size_t size)
{
    snprintf(message, size, "cannot use the store \"%s\": %s; %sor choose another --store", where,
             why, hint);
    return -1;
}

static int explain(struct fa_store *store, const char *where, char *message, size_t size)
{
    int code = store->db ? sqlite3_errcode(store->db) : SQLITE_NOMEM;
    int error = store->db ? sqlite3_system_errno(store->db) : 0;
    char why[256];

    snprintf(why, sizeof(why), "%s%s%s", store->db ? sqlite3_errmsg(store->db) : "out of memory",
             error != 0 ? ": " : "", error != 0 ? strerror(error) : "");
    return unusable(where, why, code == SQLITE_FULL ? "make room " : "", message, size);
}

static int explain_errno(const char *where, int error, char *message, size_t size)
{
    static const struct {
        int error;
        const char *hint;
    } hints[] = {
        {ENOENT, "create its folder "},
        {EISDIR, "name a file in that folder "},
        {EACCES, "let this user read and write it "},
        {ENOSPC, "make room "},
        {EDQUOT, "make room "},
        {EWOULDBLOCK, "stop that server "},
    };
    const char *why = error == EWOULDBLOCK ? "another server has it open" : strerror(error);
    size_t i;

    for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
        if (hints[i].error == error)
            return unusable(where, why, hints[i].hint, message, size);
    return unusable(where, why, "", message, size);
}

static int execute(struct fa_store *store, const char *sql)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

static int get_version(struct fa_store *store, int *ret_version)
{
    sqlite3_stmt *statement;

    if (sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &statement, NULL) != SQLITE_OK)
        return -1;
    if (sqlite3_step(statement) == SQLITE_ROW)
        *ret_version = sqlite3_column_int(statement, 0);
    return sqlite3_finalize(statement) == SQLITE_OK ? 0 : -1;
}

static int set_up(struct fa_store *store)
{
    int version = 0;

    /* WAL and NORMAL: what was committed survives the end of the process, also by kill -9. */
    if (execute(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                       "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 2000") < 0 ||
        execute(store, "BEGIN IMMEDIATE") < 0 || get_version(store, &version) < 0)
        return -1;
    if (version == 0 && execute(store, (const char *)pm_embed_schema_sql) < 0)
        return -1;
    if (execute(store, "COMMIT") < 0)
        return -1;
    return version == 0 ? SCHEMA_VERSION : version;
}

static int prepare_all(struct fa_store *store)
{
    size_t i;

    for (i = 0; i < STATEMENT_MAX; i++)
        if (sqlite3_prepare_v3(store->db, statements[i].sql, -1, SQLITE_PREPARE_PERSISTENT,
                               &store->prepared[i], NULL) != SQLITE_OK)
            return -1;
    return 0;
}

/*
 * Create it if it is new, and keep other servers out: each would hold accounts and replies of the
 * other for its own. It holds secret keys: nobody else may read it, nor the files that SQLite puts
 * beside it. The descriptor stays open, and is closed after SQLite's: closing any of them ends
 * SQLite's own locks (fcntl(2)).
 */
static int lock_file(struct fa_store *store, const char *where, char *message, size_t size)
{
    store->lock_fd = open(where, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock_fd < 0 || flock(store->lock_fd, LOCK_EX | LOCK_NB) < 0)
        return explain_errno(where, errno, message, size);
    return 0;
}

static int open_database(struct fa_store *store, const char *where, char *message, size_t size)
{
    bool is_memory = strcmp(where, "memory") == 0;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int version;

    if (!is_memory && lock_file(store, where, message, size) < 0)
        return -1;
    if (sqlite3_open_v2(is_memory ? ":memory:" : where, &store->db, flags, NULL) != SQLITE_OK)
        return explain(store, where, message, size);
    version = set_up(store);
    if (version < 0)
        return explain(store, where, message, size);
    if (version != SCHEMA_VERSION) {
        snprintf(message, size,
                 "cannot use the store \"%s\": its version is %d, this program knows %d", where,
                 version, SCHEMA_VERSION);
        return -1;
    }
    return prepare_all(store) < 0 ? explain(store, where, message, size) : 0;
}

int fa_store_open(const char *where, struct fa_store **ret_store, char *message, size_t size)
{
    struct fa_store *store = calloc(1, sizeof(*store));

    if (!store) {
        snprintf(message, size, "out of memory");
        return -1;
    }
    pm_buf_init(&store->scratch, ROW_DATA_MAX);
    store->lock_fd = -1;
    if (open_database(store, where, message, size) < 0) {
        fa_store_close(store);
        return -1;
    }
    *ret_store = store;
    return 0;
}

void fa_store_close(struct fa_store *store)
{
    size_t i;

    if (!store)
        return;
    for (i = 0; i < STATEMENT_MAX; i++)
        (void)sqlite3_finalize(store->prepared[i]);
    (void)sqlite3_close(store->db); /* rolls back */
    if (store->lock_fd >= 0)
        (void)close(store->lock_fd);
    pm_buf_clear(&store->scratch);
    free(store);
}

static int added(struct fa_store *store, int r, int64_t *ret_id)
{
    if (r == 0)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return r;
}

/* After an UPDATE or DELETE: did it meet anything? */
static int met(struct fa_store *store, int r)
{
    if (r < 0)
        return r;
    return sqlite3_changes(store->db) > 0 ? 0 : FA_STORE_ABSENT;
}

/* Accounts and tokens */

static int write_account(struct fa_store *store, enum statement which,
                         const struct fa_account *account)
{
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    return run(store, which, account->apikey, account->secretkey, account->name, account->user,
               account->password_md5, account->password_sha256, account->reseller_id);
}

int fa_store_account_add(struct fa_store *store, const struct fa_account *account, int64_t *ret_id)
{
    return added(store, write_account(store, ACCOUNT_ADD, account), ret_id);
}

int fa_store_account_set(struct fa_store *store, const struct fa_account *account)
{
    return met(store, write_account(store, ACCOUNT_SET, account));
}

static int show_account(const struct visit *visit, sqlite3_stmt *row)
{
    const struct fa_account account = {
        .id = sqlite3_column_int64(row, 0),
        .reseller_id = sqlite3_column_int64(row, 1),
        .apikey = text_at(row, 2),
        .secretkey = text_at(row, 3),
        .name = text_at(row, 4),
        .user = text_at(row, 5),
        .password_md5 = text_at(row, 6),
        .password_sha256 = text_at(row, 7),
    };

    return visit->account(visit->context, &account);
}

int fa_store_accounts(struct fa_store *store, fa_account_fn visit, void *context)
{
    const struct visit each = {.show = show_account, .account = visit, .context = context};

    return visit_all(store, &each, ACCOUNTS);
}

int fa_store_token_add(struct fa_store *store, int64_t account_id, const char *token,
                       int64_t expires_at_ms)
{
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    return run(store, TOKEN_ADD, account_id, token, expires_at_ms);
}

int fa_store_token_check(struct fa_store *store, int64_t account_id, const char *token,
                         int64_t now_ms)
{
    int64_t one;

    return get_integer(store, &one, TOKEN_CHECK, account_id, token, now_ms);
}

int fa_store_tokens_expire(struct fa_store *store, int64_t now_ms)
{
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    return run(store, TOKENS_EXPIRE, now_ms);
}

/* Monitors */

int fa_store_monitor_add(struct fa_store *store, const struct fa_monitor *monitor, int64_t *ret_id)
{
    int r;

    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    r = run(store, MONITOR_ADD, monitor->account_id, monitor->agent_id,
            (int64_t)monitor->is_multi_value, monitor->name, monitor->tag, monitor->type,
            monitor->agent_name, monitor->plugin_id, monitor->order_id, monitor->gui_style);
    r = added(store, r, ret_id);
    if (r == 0)
        note_change(store, *ret_id);
    return r;
}

int fa_store_monitor_set(struct fa_store *store, const struct fa_monitor *monitor)
{
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    note_change(store, monitor->id);
    return met(store,
               run(store, MONITOR_SET, monitor->id, monitor->agent_id,
                   (int64_t)monitor->is_multi_value, monitor->name, monitor->tag, monitor->type,
                   monitor->agent_name, monitor->plugin_id, monitor->order_id, monitor->gui_style));
}

int fa_store_monitor_delete(struct fa_store *store, int64_t account_id, int64_t monitor_id)
{
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    note_change(store, monitor_id);
    return met(store, run(store, MONITOR_DELETE, account_id, monitor_id));
}

static int show_monitor(const struct visit *visit, sqlite3_stmt *row)
{
    const struct fa_monitor monitor = {
        .id = sqlite3_column_int64(row, 0),
        .account_id = sqlite3_column_int64(row, 1),
        .agent_id = sqlite3_column_int64(row, 2),
        .is_multi_value = sqlite3_column_int(row, 3) != 0,
        .name = text_at(row, 4),
        .tag = text_at(row, 5),
        .type = text_at(row, 6),
        .agent_name = text_at(row, 7),
        .plugin_id = text_at(row, 8),
        .order_id = text_at(row, 9),
        .gui_style = text_at(row, 10),
    };

    return visit->monitor(visit->context, &monitor);
}

struct one_monitor {
    fa_monitor_fn visit;
    void *context;
    bool is_found;
};

static int show_one(void *context, const struct fa_monitor *monitor)
{
    struct one_monitor *one = context;

    one->is_found = true;
    return one->visit(one->context, monitor);
}

int fa_store_monitor_get(struct fa_store *store, int64_t account_id, int64_t monitor_id,
                         fa_monitor_fn visit, void *context)
{
    struct one_monitor one = {.visit = visit, .context = context};
    const struct visit each = {.show = show_monitor, .monitor = show_one, .context = &one};
    int r = visit_all(store, &each, MONITOR_GET, account_id, monitor_id);

    return r == 0 && !one.is_found ? FA_STORE_ABSENT : r;
}

int fa_store_monitors(struct fa_store *store, const struct fa_monitor_filter *filter,
                      fa_monitor_fn visit, void *context)
{
    const struct visit each = {.show = show_monitor, .monitor = visit, .context = context};

    return visit_all(store, &each, MONITORS, filter->account_id, filter->agent_id, filter->name,
                     filter->tag, filter->type);
}

int fa_store_param_set(struct fa_store *store, int64_t monitor_id,
                       const struct fa_monitor_param *param)
{
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    note_change(store, monitor_id);
    return run(store, PARAM_SET, monitor_id, (int64_t)param->kind, (int64_t)param->data_type,
               (int64_t)param->is_hidden, (int64_t)param->has_fixed_values, param->name,
               param->display_name, param->uom, param->value, param->groups, param->aggregate);
}

static int show_param(const struct visit *visit, sqlite3_stmt *row)
{
    const struct fa_monitor_param param = {
        .id = sqlite3_column_int64(row, 0),
        .kind = (enum fa_param_kind)sqlite3_column_int(row, 1),
        .data_type = sqlite3_column_int(row, 2),
        .is_hidden = sqlite3_column_int(row, 3) != 0,
        .has_fixed_values = sqlite3_column_int(row, 4) != 0,
        .name = text_at(row, 5),
        .display_name = text_at(row, 6),
        .uom = text_at(row, 7),
        .value = text_at(row, 8),
        .groups = text_at(row, 9),
        .aggregate = text_at(row, 10),
    };

    return visit->param(visit->context, &param);
}

int fa_store_params(struct fa_store *store, int64_t monitor_id, enum fa_param_kind kind,
                    fa_monitor_param_fn visit, void *context)
{
    const struct visit each = {.show = show_param, .param = visit, .context = context};

    return visit_all(store, &each, PARAMS, monitor_id, (int64_t)kind);
}

/* Results */

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

static int out_of_memory(struct fa_store *store)
{
    snprintf(store->message, sizeof(store->message), "out of memory");
    return FA_STORE_FAILED;
}

int fa_store_row_merge(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                       int64_t number, const struct fa_value *values, size_t count)
{
    const char *data = as_object(store, values, count);

    if (!data)
        return out_of_memory(store);
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    note_change(store, monitor_id);
    return run(store, ROW_MERGE, monitor_id, checktime_ms, number, data);
}

int fa_store_row_next(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                      int64_t *ret_number)
{
    return get_integer(store, ret_number, ROW_NEXT, monitor_id, checktime_ms);
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

static int show_row(const struct visit *visit, sqlite3_stmt *statement)
{
    struct fa_row row = {
        .id = sqlite3_column_int64(statement, 0),
        .monitor_id = sqlite3_column_int64(statement, 1),
        .checktime_ms = sqlite3_column_int64(statement, 2),
        .number = sqlite3_column_int64(statement, 3),
    };
    struct fa_arena arena;
    int r;

    fa_arena_init(&arena, 4 * (size_t)ROW_DATA_MAX);
    r = read_values(&arena, text_at(statement, 4), &row);
    r = r < 0 ? FA_STORE_FAILED : visit->row(visit->context, &row);
    fa_arena_clear(&arena);
    return r;
}

int fa_store_rows(struct fa_store *store, int64_t monitor_id, int64_t from_ms, int64_t to_ms,
                  fa_row_fn visit, void *context)
{
    const struct visit each = {.show = show_row, .row = visit, .context = context};

    return visit_all(store, &each, ROWS, monitor_id, from_ms, to_ms);
}

int fa_store_rows_before(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                         int64_t number, size_t limit, fa_row_fn visit, void *context)
{
    const struct visit each = {.show = show_row, .row = visit, .context = context};

    return visit_all(store, &each, ROWS_BEFORE, monitor_id, checktime_ms, number, (int64_t)limit);
}

int fa_store_rows_after_id(struct fa_store *store, int64_t monitor_id, int64_t after_id,
                           size_t limit, fa_row_fn visit, void *context)
{
    const struct visit each = {.show = show_row, .row = visit, .context = context};

    return visit_all(store, &each, ROWS_AFTER_ID, monitor_id, after_id, (int64_t)limit);
}

int fa_store_last_row_id(struct fa_store *store, int64_t *ret_id)
{
    return get_integer(store, ret_id, LAST_ROW_ID);
}

int fa_store_row_count(struct fa_store *store, int64_t monitor_id, int64_t *ret_count)
{
    return get_integer(store, ret_count, ROW_COUNT, monitor_id);
}

int fa_store_additional_add(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                            const char *json)
{
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    note_change(store, monitor_id);
    return run(store, ADDITIONAL_ADD, monitor_id, checktime_ms, json);
}

static int show_additional(const struct visit *visit, sqlite3_stmt *row)
{
    return visit->additional(visit->context, sqlite3_column_int64(row, 0), text_at(row, 1));
}

int fa_store_additional(struct fa_store *store, int64_t monitor_id, int64_t from_ms, int64_t to_ms,
                        fa_additional_fn visit, void *context)
{
    const struct visit each = {.show = show_additional, .additional = visit, .context = context};

    return visit_all(store, &each, ADDITIONAL, monitor_id, from_ms, to_ms);
}

/* Objects */

int fa_store_object_add(struct fa_store *store, const struct fa_object *object, int64_t *ret_id)
{
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    return added(
        store,
        run(store, OBJECT_ADD, object->account_id, object->parent_id, object->kind, object->data),
        ret_id);
}

int fa_store_object_set(struct fa_store *store, const struct fa_object *object)
{
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    return met(store,
               run(store, OBJECT_SET, object->account_id, object->id, object->kind, object->data));
}

int fa_store_object_delete(struct fa_store *store, int64_t account_id, const char *kind, int64_t id)
{
    int r;

    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    r = met(store, run(store, OBJECT_DELETE, account_id, kind, id));
    if (r < 0)
        return r;
    return run(store, OBJECT_DELETE_CHILDREN, account_id, id);
}

static int show_object(const struct visit *visit, sqlite3_stmt *row)
{
    const struct fa_object object = {
        .id = sqlite3_column_int64(row, 0),
        .account_id = sqlite3_column_int64(row, 1),
        .parent_id = sqlite3_column_int64(row, 2),
        .kind = text_at(row, 3),
        .data = text_at(row, 4),
    };

    return visit->object(visit->context, &object);
}

int fa_store_objects(struct fa_store *store, int64_t account_id, const char *kind,
                     int64_t parent_id, int64_t id, fa_object_fn visit, void *context)
{
    const struct visit each = {.show = show_object, .object = visit, .context = context};

    return visit_all(store, &each, OBJECTS, account_id, kind, parent_id, id);
}
