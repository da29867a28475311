/* What the store_<subject>.c share: the store itself, and running its statements. Private to them.
 */
#ifndef FA_STORE_RUN_H
#define FA_STORE_RUN_H

#include "buf.h"
#include "store.h"
#include "store_sql.h"

#define FA_STORE_LISTENERS_MAX 8
#define FA_STORE_CHANGES_MAX   256 /* monitors remembered between two commits */
#define FA_STORE_ROW_MAX       (4 * 1024 * 1024)

struct fa_store_listener {
    void (*changed)(void *context, int64_t monitor_id);
    void *context;
};

struct fa_store_definitions;

struct fa_store {
    struct fa_db *db;
    struct fa_db *side; /* another connection, where servers share; NULL else */
    const struct fa_db_engine *engine;
    bool is_open; /* a transaction is */
    struct fa_store_listener listeners[FA_STORE_LISTENERS_MAX];
    size_t listener_count;
    int64_t changes[FA_STORE_CHANGES_MAX];
    size_t change_count;
    bool is_overflown; /* more monitors changed than could be remembered */
    struct fa_store_definitions *definitions;
    bool has_defined;         /* this transaction wrote what they are made from */
    bool is_current;          /* what is remembered was checked for this request */
    int64_t definitions_mark; /* of the shared store, when that was */
    bool is_accounts_changed;
    void (*accounts_changed)(void *context);
    void *accounts_context;
    struct pm_buf scratch;
    char message[512];
};

/* The arguments after the statement are its parameters in their order: int64_t or const char *, as
 * its types say. */

/** Write: open the transaction if none is, and run. Errors: FA_STORE_FAILED */
int fa_store_write(struct fa_store *store, enum fa_sql which, ...);

/** The same when there must be something to change. Errors: also FA_STORE_ABSENT, nothing was */
int fa_store_change(struct fa_store *store, enum fa_sql which, ...);

/** The same for an INSERT … RETURNING id. */
int fa_store_insert(struct fa_store *store, int64_t *ret_id, enum fa_sql which, ...);

/**
 * Write something that is committed by itself, at once, whatever becomes of the transaction, which
 * waits for none. For shared stores only.
 */
int fa_store_write_aside(struct fa_store *store, enum fa_sql which, ...);
/** The same for an INSERT … RETURNING a number. Errors: also FA_STORE_ABSENT, it was there */
int fa_store_insert_aside(struct fa_store *store, int64_t *ret_value, enum fa_sql which, ...);

/** Read one integer. Errors: FA_STORE_FAILED, FA_STORE_ABSENT no row */
int fa_store_read_integer(struct fa_store *store, int64_t *ret_value, enum fa_sql which, ...);

/** Read rows. Returns what @show said last, else 0. Errors: FA_STORE_FAILED */
int fa_store_visit(struct fa_store *store, fa_db_row_fn show, void *context, enum fa_sql which,
                   ...);

/** This monitor, or all for 0, is different after the commit: listeners will be told. */
void fa_store_note_change(struct fa_store *store, int64_t monitor_id);

/** Accounts are different after the commit: other servers will be told. */
void fa_store_note_accounts(struct fa_store *store);

/** Fail for want of memory. Returns FA_STORE_FAILED */
int fa_store_out_of_memory(struct fa_store *store);

#endif
