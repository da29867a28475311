/*
 * A connection to PostgreSQL, in pipeline mode: what gives no rows is sent without waiting for its
 * answer. fa_pg_settle() waits for all that was sent; then failures come out as well. Private to
 * db_postgresql*.c.
 */
#ifndef FA_DB_POSTGRESQL_H
#define FA_DB_POSTGRESQL_H

#include "arena.h"
#include "buf.h"
#include "db.h"
#include "libpq.h"

#define FA_PG_CHANNEL  "paidmonitor_fakeapi" /* of NOTIFY */
#define FA_PG_SQL_MAX  (64 * 1024)
#define FA_PG_NEWS_MAX (1024 * 1024) /* bytes that wait; beyond, all counts as changed */

/* What was sent and not answered yet. */
enum fa_pg_kind {
    FA_PG_PREPARE,  /* a statement that is used for the first time */
    FA_PG_DEFERRED, /* nobody waits for it; its failure dooms the transaction */
    FA_PG_WANTED,   /* the last of those sent: its answer is waited for */
};

struct fa_pg_pending {
    enum fa_pg_kind kind;
    size_t which; /* FA_PG_PREPARE */
};

struct fa_pg_late {
    struct fa_pg_late *next;
    size_t which;
    union fa_db_value values[]; /* as many as the statement has; texts are copies */
};

struct fa_pg_late_list {
    struct fa_pg_late *first, *last;
};

struct fa_pg {
    struct fa_db base; /* stays first: the address of one is that of the other */
    const struct fa_libpq *pq;
    char *where;
    PGconn *connection; /* NULL while there is none */
    bool *is_prepared;  /* base.sql_count of them */
    struct fa_pg_pending *pending;
    size_t pending_count, pending_size;

    bool is_open;   /* a transaction is */
    bool is_doomed; /* and can only be rolled back; the message says why */
    bool is_locked; /* and holds the lock that servers share */
    bool has_point; /* save() was called, and neither release() nor undo() since */
    bool is_point_sent;
    struct fa_pg_late_list before; /* kept late statements from before the point, */
    struct fa_pg_late_list late;   /* and after it, or all when there is none */
    struct fa_arena arena;         /* their memory */

    struct fa_db_link link; /* its functions may be NULL */
    struct pm_buf news;     /* texts of other servers, each with its NUL */
    bool is_news_missed;
    int64_t retry_at_ms;
};

/** Fail for this reason. Returns -1 */
int fa_pg_fail(struct fa_pg *pg, const char *why);
/** The same for the reason that an answer has. */
int fa_pg_fail_by(struct fa_pg *pg, const PGresult *result);
/** The connection is of no more use. The transaction, if there is one, is doomed. Returns -1 */
int fa_pg_lose(struct fa_pg *pg, const char *why);
/** The same for the reason that libpq has. */
int fa_pg_lose_by_error(struct fa_pg *pg);

/** Before the first statement of a transaction, and before one outside of any. Errors: -1 */
int fa_pg_connect(struct fa_pg *pg);
/** Tell who tends it; see fa_db_link. */
void fa_pg_tell_connected(const struct fa_pg *pg, int fd);

/** Run without the pipeline, while nothing is pending. The caller clears the result. Errors: NULL
 */
PGresult *fa_pg_run_plain(struct fa_pg *pg, const char *sql);
/** The same when only success matters. Errors: -1 */
int fa_pg_execute_plain(struct fa_pg *pg, const char *sql);

/** Send, in this order. Errors: -1 the connection is lost */
int fa_pg_send_text(struct fa_pg *pg, const char *sql, enum fa_pg_kind kind);
int fa_pg_send_statement(struct fa_pg *pg, size_t which, const union fa_db_value *values,
                         enum fa_pg_kind kind);
/** Note something that one of libpq's functions has sent, or not. */
int fa_pg_sent(struct fa_pg *pg, int is_sent, enum fa_pg_kind kind, size_t which);

/**
 * Wait until all that was sent is answered. Succeeds if the last one did, whose answer is given to
 * the caller, and the transaction has a future. Errors: -1
 */
int fa_pg_settle(struct fa_pg *pg, PGresult **ret_result);

/** Keep what other servers said in `news`. */
void fa_pg_collect_news(struct fa_pg *pg);

/** Forget the late statements that are kept. */
void fa_pg_forget_late(struct fa_pg *pg);

#endif
