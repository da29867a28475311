/*
 * What the server keeps: accounts, tokens, monitors with their parameters, results, and the simple
 * objects of the other actions. One interface, whatever the engine; nothing here knows about HTTP
 * or the protocol's texts.
 *
 * Its parts: store_sql.c has every statement, in SQL that all engines share; store_<subject>.c the
 * functions, which name a statement and its values (store_run.h); db.h the driver beneath; and
 * schema_<version>.sql what makes each version from the one before.
 *
 * Writes collect in one transaction that fa_store_commit() ends; reads see them at once. All
 * functions belong to one thread. Those that return int give 0, or FA_STORE_FAILED after writing
 * the reason to fa_store_message(), or FA_STORE_ABSENT where that is said.
 */
#ifndef FA_STORE_H
#define FA_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FA_STORE_FAILED (-1) /* the engine could not; nothing of this call was stored */
#define FA_STORE_ABSENT (-2) /* no such thing */

struct fa_store;
struct fa_db_link;

struct fa_account {
    int64_t id;
    int64_t reseller_id;   /* account that may act for this one; 0 for none */
    int64_t expires_at_ms; /* when it ends (lifetime.h); 0: never */
    const char *apikey;
    const char *secretkey;
    const char *name;            /* for people; "" if unnamed */
    const char *user;            /* "" if it cannot sign in by password */
    const char *password_md5;    /* lower-case hexadecimal, or "" */
    const char *password_sha256; /* likewise */
};

enum fa_param_kind {
    FA_PARAM_RESULT,
    FA_PARAM_ADDITIONAL,
    FA_PARAM_MONITOR,
    FA_PARAM_KIND_MAX,
};

/* One entry of resultParams, additionalResultParams or monitorParams; PROTOCOL.md §3.0. */
struct fa_monitor_param {
    int64_t id;
    enum fa_param_kind kind;
    int data_type; /* 1 boolean, 2 integer, 3 string, 4 float */
    bool is_hidden;
    bool has_fixed_values;
    const char *name;
    const char *display_name;
    const char *uom;   /* "" for monitorParams */
    const char *value; /* monitorParams only, else "" */
    const char *groups;
    const char *aggregate; /* avg, sum, min, max, last, or "" */
};

struct fa_monitor {
    int64_t id;
    int64_t account_id;
    int64_t agent_id; /* 0 for none */
    bool is_multi_value;
    const char *name;
    const char *tag;
    const char *type;
    const char *agent_name;
    const char *plugin_id;
    const char *order_id;
    const char *gui_style;
};

/* Which monitors to list. NULL and 0 mean any; text must match exactly. */
struct fa_monitor_filter {
    int64_t account_id;
    int64_t agent_id;
    const char *name;
    const char *tag;
    const char *type;
};

struct fa_value {
    const char *name;
    const char *text;
};

/* One row of results. Names without a value are not there. */
struct fa_row {
    int64_t id; /* grows with every new row; a merged row keeps its id */
    int64_t monitor_id;
    int64_t checktime_ms;
    int64_t number; /* 0, or the place among the rows of one checktime */
    size_t value_count;
    const struct fa_value *values;
};

/* Things of which only the fields matter: agents, jobs, pages, contacts … */
struct fa_object {
    int64_t id;
    int64_t account_id;
    int64_t parent_id; /* the object it belongs to; 0 for none */
    const char *kind;
    const char *data; /* JSON object */
};

/* Visitors. What they are shown lives until they return. Not 0 ends the visit, and is what the
 * visit returns. */
typedef int (*fa_account_fn)(void *context, const struct fa_account *account);
typedef int (*fa_monitor_fn)(void *context, const struct fa_monitor *monitor);
typedef int (*fa_monitor_param_fn)(void *context, const struct fa_monitor_param *param);
typedef int (*fa_row_fn)(void *context, const struct fa_row *row);
typedef int (*fa_object_fn)(void *context, const struct fa_object *object);
typedef int (*fa_additional_fn)(void *context, int64_t checktime_ms, const char *json);

/**
 * Open, and create the schema if it is new.
 *
 * @where:    `memory`, the path of a file, whose directory must exist, or the address of a
 * PostgreSQL: `postgresql://…` or `postgres://…`
 * @message:  on failure one line for a person, at most @size bytes
 *
 * Errors: -1 no such place, not writable, open in another server, no database, or of a newer
 * version
 */
int fa_store_open(const char *where, struct fa_store **ret_store, char *message, size_t size);

/** Roll back what was not committed, and close. NULL is allowed. */
void fa_store_close(struct fa_store *store);

/** Why the last call failed; one line. */
const char *fa_store_message(const struct fa_store *store);

/** Was anything written since the last commit? */
bool fa_store_is_dirty(const struct fa_store *store);

/** Make the writes durable. On failure all of them since the last commit are undone. */
int fa_store_commit(struct fa_store *store);

/**
 * Bracket the writes of one request: they all happen, or after fa_store_undo() none of them. Each
 * begin is followed by exactly one of the others.
 */
int fa_store_begin(struct fa_store *store);
int fa_store_done(struct fa_store *store);
void fa_store_undo(struct fa_store *store);

/**
 * Be told, after each commit, which monitors changed: results or the monitor itself. Once per
 * monitor and commit; monitor 0 when there were too many to remember: all may have changed.
 *
 * Errors: -1 too many listeners
 */
int fa_store_listen(struct fa_store *store, void (*changed)(void *context, int64_t monitor_id),
                    void *context);

/*
 * Sharing: several servers on one PostgreSQL. Listeners are told of the others' commits as well, by
 * fa_store_receive(), which who tends the loop calls when the connection has something to say
 * (shared.h).
 */

/** Can there be other servers? The functions after this one, but fa_store_alone(), are for these.
 */
bool fa_store_is_shared(const struct fa_store *store);

/**
 * Between fa_store_begin() and the writes that depend on what was read before: from here to the
 * commit no other server writes anything that is read so. Whoever adds what depends on nothing does
 * without.
 */
int fa_store_alone(struct fa_store *store);

/** What was found out for a request, along with whether it was seen before, counts no more. */
void fa_store_end_request(struct fa_store *store);

/** @link: is copied; its functions are called by any function of the store */
void fa_store_link(struct fa_store *store, const struct fa_db_link *link);

/** Connect if there is no connection, and tell the listeners what others have committed. */
int fa_store_receive(struct fa_store *store);

/** Be told by fa_store_receive() that another server has changed accounts. There is one listener.
 */
void fa_store_listen_accounts(struct fa_store *store, void (*changed)(void *context),
                              void *context);

/** Remember a request, at once and whatever becomes of its writes. @ret_is_new: it was not there */
int fa_store_replay_add(struct fa_store *store, int64_t account_id, const char *checksum,
                        int64_t now_ms, bool *ret_is_new);
int fa_store_replay_forget(struct fa_store *store, int64_t account_id, const char *checksum);
/** Forget those that were seen before a time. */
int fa_store_replays_expire(struct fa_store *store, int64_t before_ms);

/* Accounts and tokens */

/** @account: id is ignored; keys must be new. */
int fa_store_account_add(struct fa_store *store, const struct fa_account *account, int64_t *ret_id);
/** Change everything but the keys' identity: found by apikey. Errors: FA_STORE_ABSENT */
int fa_store_account_set(struct fa_store *store, const struct fa_account *account);
/** With all that belongs to it. Its clients stay, and are nobody's. Errors: FA_STORE_ABSENT */
int fa_store_account_delete(struct fa_store *store, int64_t account_id);
/** Delete all that belongs to an account, or to any, but no account. Ids are not given again. */
int fa_store_account_reset(struct fa_store *store, int64_t account_id);
int fa_store_reset_all(struct fa_store *store);
int fa_store_accounts(struct fa_store *store, fa_account_fn visit, void *context);
/** Is there an account with this apikey? And is this account still as it was, keys and id? */
int fa_store_account_known(struct fa_store *store, const char *apikey, bool *ret_is);
int fa_store_account_current(struct fa_store *store, const struct fa_account *account,
                             bool *ret_is);
int fa_store_token_add(struct fa_store *store, int64_t account_id, const char *token,
                       int64_t expires_at_ms);
/** Errors: FA_STORE_ABSENT unknown, expired at @now_ms, or of another account */
int fa_store_token_check(struct fa_store *store, int64_t account_id, const char *token,
                         int64_t now_ms);
/** Forget one before its time, if there is such a one. */
int fa_store_token_remove(struct fa_store *store, int64_t account_id, const char *token);
/** Forget tokens that expired before @now_ms. */
int fa_store_tokens_expire(struct fa_store *store, int64_t now_ms);

/* Monitors */

int fa_store_monitor_add(struct fa_store *store, const struct fa_monitor *monitor, int64_t *ret_id);
/** Everything but the account. Errors: FA_STORE_ABSENT */
int fa_store_monitor_set(struct fa_store *store, const struct fa_monitor *monitor);
/** Delete it with all that belongs to it. Errors: FA_STORE_ABSENT no such monitor of the account */
int fa_store_monitor_delete(struct fa_store *store, int64_t account_id, int64_t monitor_id);
/** Show one monitor. @account_id: 0 for any. Errors: FA_STORE_ABSENT the account has none such */
int fa_store_monitor_get(struct fa_store *store, int64_t account_id, int64_t monitor_id,
                         fa_monitor_fn visit, void *context);
/** Ascending ids. */
int fa_store_monitors(struct fa_store *store, const struct fa_monitor_filter *filter,
                      fa_monitor_fn visit, void *context);
/** Add the entry, or replace the one of the same kind and name, which keeps its place. */
int fa_store_param_set(struct fa_store *store, int64_t monitor_id,
                       const struct fa_monitor_param *param);
/** In the order declared. */
int fa_store_params(struct fa_store *store, int64_t monitor_id, enum fa_param_kind kind,
                    fa_monitor_param_fn visit, void *context);

/* Results */

/**
 * Keep one row. If (monitor, checktime, number) is there, the values are merged by name; what was
 * said last counts.
 */
int fa_store_row_merge(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                       int64_t number, const struct fa_value *values, size_t count);
/** The number after the last row of this checktime; 0 if there is none. */
int fa_store_row_next(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                      int64_t *ret_number);
/** From inclusive, to exclusive; ascending checktime and number. */
int fa_store_rows(struct fa_store *store, int64_t monitor_id, int64_t from_ms, int64_t to_ms,
                  fa_row_fn visit, void *context);
/** A page of rows, newest first, strictly before (checktime, number); INT64_MAX, 0 to begin. */
int fa_store_rows_before(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                         int64_t number, size_t limit, fa_row_fn visit, void *context);
/** New rows in the order of their arrival, with ids greater than @after_id. */
int fa_store_rows_after_id(struct fa_store *store, int64_t monitor_id, int64_t after_id,
                           size_t limit, fa_row_fn visit, void *context);
/** The checktimes of the oldest and the newest row; INT64_MAX and INT64_MIN if there is none. */
int fa_store_row_ends(struct fa_store *store, int64_t monitor_id, int64_t *ret_first_ms,
                      int64_t *ret_last_ms);
/** The greatest row id given so far; 0 if there was none. */
int fa_store_last_row_id(struct fa_store *store, int64_t *ret_id);
/** Bytes of the whole database, without its log. */
int fa_store_size(struct fa_store *store, int64_t *ret_bytes);
int fa_store_row_count(struct fa_store *store, int64_t monitor_id, int64_t *ret_count);
/** The same, but no more than @max are counted, which takes as long as they do. */
int fa_store_row_count_upto(struct fa_store *store, int64_t monitor_id, int64_t max,
                            int64_t *ret_count);
/** @json: one JSON object. Appended to what that checktime has. */
int fa_store_additional_add(struct fa_store *store, int64_t monitor_id, int64_t checktime_ms,
                            const char *json);
/** From inclusive, to exclusive; ascending checktime, then as added. */
int fa_store_additional(struct fa_store *store, int64_t monitor_id, int64_t from_ms, int64_t to_ms,
                        fa_additional_fn visit, void *context);

/* Objects */

int fa_store_object_add(struct fa_store *store, const struct fa_object *object, int64_t *ret_id);
/** Replace the data. Errors: FA_STORE_ABSENT */
int fa_store_object_set(struct fa_store *store, const struct fa_object *object);
/** Delete it and the objects whose parent it is. Errors: FA_STORE_ABSENT none of this account and
 * kind */
int fa_store_object_delete(struct fa_store *store, int64_t account_id, const char *kind,
                           int64_t id);
/** Ascending ids. @account_id, @parent_id, @id: 0 for any */
int fa_store_objects(struct fa_store *store, int64_t account_id, const char *kind,
                     int64_t parent_id, int64_t id, fa_object_fn visit, void *context);

/* One request, where the journal is kept. */
struct fa_kept {
    int64_t id;         /* given by fa_store_journal_add() */
    int64_t account_id; /* 0 for none */
    int64_t time_ms;
    int64_t status;
    int64_t monitor_id; /* 0 for none */
    const char *verdict;
    const char *action;
    const char *data; /* JSON object: everything */
};

/* Which to list. */
struct fa_kept_filter {
    int64_t account_id; /* negative for any */
    int64_t after_id;
    int64_t before_id;
    const char *verdict; /* "" for any */
    const char *action;
    int64_t monitor_id; /* 0 for any */
    int64_t status;
    int64_t from_ms;
    int64_t to_ms;
    int64_t limit;
    bool oldest_first;
};

int fa_store_journal_add(struct fa_store *store, const struct fa_kept *kept);
int fa_store_journal(struct fa_store *store, const struct fa_kept_filter *filter,
                     int (*visit)(void *context, const struct fa_kept *kept), void *context);
/** @account_id: negative for all */
int fa_store_journal_clear(struct fa_store *store, int64_t account_id);

#endif
