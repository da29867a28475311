/* The store on any engine: opening, versions, transactions and listeners. What it keeps:
 * store_<subject>.c. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_definitions.h"

extern const unsigned char pm_embed_schema_1_sql[];
extern const unsigned char pm_embed_schema_2_sql[];
extern const unsigned char pm_embed_schema_3_sql[];
extern const unsigned char pm_embed_schema_4_sql[];
extern const unsigned char pm_embed_schema_5_sql[];

/* What makes each version of the schema from the one before it. A new store goes all the way. */
static const unsigned char *const versions[] = {
    pm_embed_schema_1_sql, pm_embed_schema_2_sql, pm_embed_schema_3_sql,
    pm_embed_schema_4_sql, pm_embed_schema_5_sql,
};

#define VERSION_MAX ((int)(sizeof(versions) / sizeof(versions[0])))

const char *fa_store_message(const struct fa_store *store)
{
    return store->message;
}

static int failed(struct fa_store *store)
{
    snprintf(store->message, sizeof(store->message), "%s", store->db->message);
    return FA_STORE_FAILED;
}

int fa_store_out_of_memory(struct fa_store *store)
{
    snprintf(store->message, sizeof(store->message), "out of memory");
    return FA_STORE_FAILED;
}

/* Transactions */

/* Before each write. */
static int open_transaction(struct fa_store *store)
{
    if (store->is_open)
        return 0;
    if (store->engine->begin(store->db) < 0)
        return failed(store);
    store->is_open = true;
    return 0;
}

bool fa_store_is_dirty(const struct fa_store *store)
{
    return store->is_open;
}

int fa_store_begin(struct fa_store *store)
{
    if (open_transaction(store) < 0)
        return FA_STORE_FAILED;
    return store->engine->save(store->db) < 0 ? failed(store) : 0;
}

int fa_store_done(struct fa_store *store)
{
    return store->engine->release(store->db) < 0 ? failed(store) : 0;
}

void fa_store_undo(struct fa_store *store)
{
    (void)store->engine->undo(store->db); /* when even this fails, so will the commit */
    if (store->has_defined)
        fa_store_definitions_forget(store->definitions);
}

/* Changes and who is told */

void fa_store_note_change(struct fa_store *store, int64_t monitor_id)
{
    size_t i;

    for (i = 0; i < store->change_count; i++)
        if (store->changes[i] == monitor_id)
            return;
    if (monitor_id != 0 && store->change_count < FA_STORE_CHANGES_MAX)
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
    store->is_accounts_changed = false;
}

void fa_store_note_accounts(struct fa_store *store)
{
    store->is_accounts_changed = true;
}

/* What other servers must know of this transaction: `a` if accounts changed, then the monitors, 0
 * for all. */
static void write_news(const struct fa_store *store, char news[FA_DB_NEWS_MAX])
{
    size_t len =
        (size_t)snprintf(news, FA_DB_NEWS_MAX, "%s", store->is_accounts_changed ? "a" : "");
    size_t i;

    if (store->is_overflown)
        snprintf(news + len, FA_DB_NEWS_MAX - len, " 0");
    for (i = 0; !store->is_overflown && i < store->change_count; i++)
        len += (size_t)snprintf(news + len, FA_DB_NEWS_MAX - len, " %" PRId64, store->changes[i]);
}

static int notify_others(struct fa_store *store)
{
    char news[FA_DB_NEWS_MAX];

    if (!store->engine->notify)
        return 0;
    write_news(store, news);
    return news[0] == '\0' ? 0 : store->engine->notify(store->db, news);
}

/* What other servers remember of monitors is old when this is committed. */
static int mark_definitions(struct fa_store *store)
{
    if (!store->has_defined || !fa_store_is_shared(store))
        return 0;
    return store->engine->run(store->db, FA_SQL_MARK_DEFINITIONS, NULL, NULL);
}

int fa_store_commit(struct fa_store *store)
{
    int r;

    if (!store->is_open)
        return 0;
    /* When the others cannot be told, the transaction is doomed, and so is the commit. */
    r = mark_definitions(store) < 0 ? -1 : notify_others(store);
    store->is_open = store->has_defined = false;
    if (r < 0 || store->engine->commit(store->db) < 0) {
        store->engine->rollback(store->db);
        fa_store_definitions_forget(store->definitions);
        forget_changes(store);
        return failed(store);
    }
    tell_changes(store);
    forget_changes(store);
    return 0;
}

int fa_store_listen(struct fa_store *store, void (*changed)(void *context, int64_t monitor_id),
                    void *context)
{
    if (store->listener_count == FA_STORE_LISTENERS_MAX)
        return -1;
    store->listeners[store->listener_count++] =
        (struct fa_store_listener){.changed = changed, .context = context};
    return 0;
}

/* Other servers */

bool fa_store_is_shared(const struct fa_store *store)
{
    return store->engine->notify != NULL;
}

int fa_store_alone(struct fa_store *store)
{
    if (!store->engine->alone)
        return 0;
    return store->engine->alone(store->db) < 0 ? failed(store) : 0;
}

void fa_store_end_request(struct fa_store *store)
{
    store->is_current = false;
}

void fa_store_link(struct fa_store *store, const struct fa_db_link *link)
{
    store->engine->link(store->db, link);
}

void fa_store_listen_accounts(struct fa_store *store, void (*changed)(void *context), void *context)
{
    store->accounts_changed = changed;
    store->accounts_context = context;
}

/* The opposite of write_news(); NULL: anything may have changed. */
static void take_news(void *context, const char *news)
{
    struct fa_store *store = context;
    bool is_accounts = !news || news[0] == 'a';

    if (is_accounts && store->accounts_changed)
        store->accounts_changed(store->accounts_context);
    if (!news) {
        tell(store, 0);
        return;
    }
    for (news = strchr(news, ' '); news; news = strchr(news + 1, ' '))
        tell(store, strtoll(news + 1, NULL, 10));
}

int fa_store_receive(struct fa_store *store)
{
    return store->engine->receive(store->db, take_news, store) < 0 ? failed(store) : 0;
}

/* Running statements */

static void take_values(enum fa_sql which, va_list arguments, union fa_db_value *values)
{
    const char *types = fa_store_sql[which].types;
    size_t i;

    for (i = 0; types[i]; i++)
        if (types[i] == 'I')
            values[i].integer = va_arg(arguments, int64_t);
        else
            values[i].text = va_arg(arguments, const char *);
}

/* Before each write: what it may make of the definitions. */
static int prepare_write(struct fa_store *store, enum fa_sql which)
{
    bool is_harmless = which == FA_SQL_ROW_MERGE || which == FA_SQL_ADDITIONAL_ADD ||
                       which == FA_SQL_TOKEN_ADD || which == FA_SQL_TOKENS_EXPIRE ||
                       which == FA_SQL_JOURNAL_ADD;

    if (!is_harmless) {
        store->has_defined = true;
        fa_store_definitions_forget(store->definitions);
    }
    return open_transaction(store);
}

int fa_store_write(struct fa_store *store, enum fa_sql which, ...)
{
    union fa_db_value values[FA_DB_VALUES_MAX];
    va_list arguments;

    va_start(arguments, which);
    take_values(which, arguments, values);
    va_end(arguments);
    if (prepare_write(store, which) < 0)
        return FA_STORE_FAILED;
    return store->engine->run(store->db, which, values, NULL) < 0 ? failed(store) : 0;
}

int fa_store_change(struct fa_store *store, enum fa_sql which, ...)
{
    union fa_db_value values[FA_DB_VALUES_MAX];
    va_list arguments;
    int64_t changed;

    va_start(arguments, which);
    take_values(which, arguments, values);
    va_end(arguments);
    if (prepare_write(store, which) < 0)
        return FA_STORE_FAILED;
    if (store->engine->run(store->db, which, values, &changed) < 0)
        return failed(store);
    return changed > 0 ? 0 : FA_STORE_ABSENT;
}

struct one_integer {
    int64_t value;
    bool is_found;
};

/* fa_db_row_fn */
static int take_integer(void *context, const struct fa_db_row *row)
{
    struct one_integer *one = context;

    one->value = fa_db_integer(row, 0);
    one->is_found = true;
    return 0;
}

static int read_one(struct fa_store *store, int64_t *ret_value, enum fa_sql which,
                    const union fa_db_value *values)
{
    struct one_integer one = {0};

    if (store->engine->visit(store->db, which, values, take_integer, &one) < 0)
        return failed(store);
    if (!one.is_found)
        return FA_STORE_ABSENT;
    *ret_value = one.value;
    return 0;
}

static int failed_aside(struct fa_store *store)
{
    snprintf(store->message, sizeof(store->message), "%s", store->side->message);
    return FA_STORE_FAILED;
}

int fa_store_write_aside(struct fa_store *store, enum fa_sql which, ...)
{
    union fa_db_value values[FA_DB_VALUES_MAX];
    va_list arguments;
    int64_t changed;

    va_start(arguments, which);
    take_values(which, arguments, values);
    va_end(arguments);
    return store->engine->run(store->side, which, values, &changed) < 0 ? failed_aside(store) : 0;
}

int fa_store_insert_aside(struct fa_store *store, int64_t *ret_value, enum fa_sql which, ...)
{
    struct one_integer one = {0};
    union fa_db_value values[FA_DB_VALUES_MAX];
    va_list arguments;

    va_start(arguments, which);
    take_values(which, arguments, values);
    va_end(arguments);
    if (store->engine->visit(store->side, which, values, take_integer, &one) < 0)
        return failed_aside(store);
    *ret_value = one.value;
    return one.is_found ? 0 : FA_STORE_ABSENT;
}

int fa_store_insert(struct fa_store *store, int64_t *ret_id, enum fa_sql which, ...)
{
    union fa_db_value values[FA_DB_VALUES_MAX];
    va_list arguments;

    va_start(arguments, which);
    take_values(which, arguments, values);
    va_end(arguments);
    if (prepare_write(store, which) < 0)
        return FA_STORE_FAILED;
    return read_one(store, ret_id, which, values);
}

int fa_store_read_integer(struct fa_store *store, int64_t *ret_value, enum fa_sql which, ...)
{
    union fa_db_value values[FA_DB_VALUES_MAX];
    va_list arguments;

    va_start(arguments, which);
    take_values(which, arguments, values);
    va_end(arguments);
    return read_one(store, ret_value, which, values);
}

/* Tells a visitor's own negative answer from a failure of the database. */
struct watched {
    fa_db_row_fn show;
    void *context;
    int answer;
};

/* fa_db_row_fn */
static int watch(void *context, const struct fa_db_row *row)
{
    struct watched *watched = context;

    watched->answer = watched->show(watched->context, row);
    return watched->answer;
}

int fa_store_visit(struct fa_store *store, fa_db_row_fn show, void *context, enum fa_sql which, ...)
{
    struct watched watched = {.show = show, .context = context};
    union fa_db_value values[FA_DB_VALUES_MAX];
    va_list arguments;
    int r;

    va_start(arguments, which);
    take_values(which, arguments, values);
    va_end(arguments);
    r = store->engine->visit(store->db, which, values, watch, &watched);
    return r < 0 && watched.answer == 0 ? failed(store) : r;
}

/* Opening */

static int make_version(struct fa_store *store, int version)
{
    const struct fa_db_engine *engine = store->engine;

    if (engine->execute(store->db, (const char *)versions[version - 1]) < 0 ||
        engine->set_version(store->db, version) < 0)
        return failed(store);
    return 0;
}

/* From whichever version it has to the last; in one transaction, so that no half remains. */
static int migrate(struct fa_store *store)
{
    const struct fa_db_engine *engine = store->engine;
    int version = 0;

    if (engine->begin(store->db) < 0 || engine->get_version(store->db, &version) < 0)
        return failed(store);
    if (version > VERSION_MAX) {
        snprintf(store->message, sizeof(store->message), "its version is %d, this program knows %d",
                 version, VERSION_MAX);
        return FA_STORE_FAILED;
    }
    while (version < VERSION_MAX)
        if (make_version(store, ++version) < 0)
            return FA_STORE_FAILED;
    return engine->commit(store->db) < 0 ? failed(store) : 0;
}

static int connect_to(struct fa_store *store, const char *where, struct fa_db **ret_db)
{
    return store->engine->open(where, fa_store_sql, FA_SQL_MAX, ret_db, store->message,
                               sizeof(store->message)) < 0
               ? FA_STORE_FAILED
               : 0;
}

static int open_database(struct fa_store *store, const char *where)
{
    pm_buf_init(&store->scratch, FA_STORE_ROW_MAX);
    store->definitions = fa_store_definitions_new();
    if (!store->definitions)
        return fa_store_out_of_memory(store);
    store->engine = fa_db_engine_of(where);
    if (connect_to(store, where, &store->db) < 0 || migrate(store) < 0)
        return FA_STORE_FAILED;
    return fa_store_is_shared(store) ? connect_to(store, where, &store->side) : 0;
}

int fa_store_open(const char *where, struct fa_store **ret_store, char *message, size_t size)
{
    struct fa_store *store = calloc(1, sizeof(*store));
    char shown[FA_DB_SHOWN_SIZE];

    if (!store) {
        snprintf(message, size, "out of memory");
        return -1;
    }
    if (open_database(store, where) < 0) {
        fa_db_show(where, shown);
        snprintf(message, size, "cannot use the store \"%s\": %s", shown, store->message);
        fa_store_close(store);
        return -1;
    }
    *ret_store = store;
    return 0;
}

void fa_store_close(struct fa_store *store)
{
    if (!store)
        return;
    if (store->side)
        store->engine->close(store->side);
    if (store->db)
        store->engine->close(store->db);
    fa_store_definitions_free(store->definitions);
    pm_buf_clear(&store->scratch);
    free(store);
}
