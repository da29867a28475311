/*
 * A thin driver over SQL databases. It opens, runs statements and brackets them in transactions;
 * what is stored and why is the business of store.c. One `struct fa_db_engine` for each database,
 * all of which run the same SQL; an engine is the only file that knows its library.
 *
 * Statements come in one table at opening and are called by their place in it. Their text is SQL
 * that all engines share, with two conventions: parameters are `?1`, `?2`, … and a word in braces
 * stands for what the engine's dialect says instead (`fa_db_engine.words`). They are prepared when
 * first used, and stay so.
 *
 * Functions that return int give a negative number after writing the reason to `message`: one
 * line, without secrets.
 */
#ifndef FA_DB_H
#define FA_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FA_DB_VALUES_MAX 16   /* parameters of one statement */
#define FA_DB_NEWS_MAX   7900 /* what PostgreSQL's NOTIFY carries, and a little less */
#define FA_DB_SHOWN_SIZE 256  /* of what fa_db_show() writes, with its NUL */

struct fa_db;
struct fa_db_engine;
struct fa_db_link;
struct pm_buf;

/*
 * When a statement of a transaction must run. An engine may ignore it, and run all in order.
 *
 * LATE statements write what only some read; together they run as near to the commit as these
 * allow, so that the order in which servers of one database run them is that of their commits.
 * What they write cannot be refused, so that nobody asks how many rows they changed.
 */
enum fa_db_order {
    FA_DB_IN_ORDER, /* what was to run before has run; what writes is done alone */
    FA_DB_LATE,
    FA_DB_APART, /* reads nothing, and within a point writes nothing, that LATE ones write */
    FA_DB_ALONE, /* no other server may change what it reads before the commit: see alone() */
};

/* Types: a letter per parameter; I an integer, t a text or NULL, j a JSON text. */
struct fa_db_sql {
    const char *text;
    const char *types;
    enum fa_db_order order;
};

/* Which of the two it is, the statement's types say. */
union fa_db_value {
    int64_t integer;
    const char *text;
};

/* One row of an answer; its insides are the engine's. Read with fa_db_integer(), fa_db_text(). */
struct fa_db_row {
    const struct fa_db_engine *engine;
    void *result;
    int number;
};

/* Shown one row, which lives until it returns. Not 0 ends the visit. */
typedef int (*fa_db_row_fn)(void *context, const struct fa_db_row *row);

struct fa_db_word {
    const char *word; /* without its braces */
    const char *text;
};

struct fa_db_engine {
    const struct fa_db_word *words; /* ends with a NULL word */
    char mark;                      /* what parameters begin with */

    /** @message: on failure why, and what to do, at most @size bytes */
    int (*open)(const char *where, const struct fa_db_sql *sql, size_t sql_count,
                struct fa_db **ret_db, char *message, size_t size);
    void (*close)(struct fa_db *db); /* rolls back what is open */

    /* Transactions. Within one, save() marks a point that release() forgets or undo() goes back
     * to; points do not nest. A failure without a point may spoil the whole transaction, which its
     * commit() then tells. After a failed commit() nothing of the transaction is there, unless the
     * connection broke while it ran: then nobody knows. */
    int (*begin)(struct fa_db *db);
    int (*commit)(struct fa_db *db);
    void (*rollback)(struct fa_db *db);
    int (*save)(struct fa_db *db);
    int (*release)(struct fa_db *db);
    int (*undo)(struct fa_db *db);
    /** Have other servers wait with LATE statements, and with what is done alone, until the
     * transaction ends: for who looks first and then writes. NULL where there can be none. */
    int (*alone)(struct fa_db *db);

    /** Run a statement that gives no rows. @ret_changed: how many it changed; NULL if it does not
     * matter, and then an engine may tell of its failure by the next function that can. */
    int (*run)(struct fa_db *db, size_t which, const union fa_db_value *values,
               int64_t *ret_changed);
    /** Show each row of a statement. The visitor may use the database, this statement included.
     * Returns what the visitor said last, else 0. */
    int (*visit)(struct fa_db *db, size_t which, const union fa_db_value *values, fa_db_row_fn show,
                 void *context);
    int64_t (*integer)(const struct fa_db_row *row, int column);
    const char *(*text)(const struct fa_db_row *row, int column);

    /** Run any number of statements, without parameters. */
    int (*execute)(struct fa_db *db, const char *script);
    /** Which version the schema has, 0 for a new database; others wait with the same question
     * until the transaction it is asked in has ended. */
    int (*get_version)(struct fa_db *db, int *ret_version);
    int (*set_version)(struct fa_db *db, int version);

    /*
     * Other servers of the same database. All are NULL where there can be none.
     *
     * notify() has the others receive a text, at most FA_DB_NEWS_MAX bytes, when the transaction is
     * committed. receive() connects if there is no connection, and calls @take for each text, or
     * with NULL if some may have been missed. link() names who tends the connection.
     */
    int (*notify)(struct fa_db *db, const char *news);
    int (*receive)(struct fa_db *db, void (*take)(void *context, const char *news), void *context);
    void (*link)(struct fa_db *db, const struct fa_db_link *link);
};

/* Who has the loop watch a connection, and calls receive() when there is something to read. */
struct fa_db_link {
    /* This is its descriptor from now on; -1: there is none, what was watched is about to close. */
    void (*connected)(void *context, int fd);
    /* Something to receive came together with other answers: the descriptor will not tell. */
    void (*has_news)(void *context);
    void *context;
};

/* The part of a connection that all engines share; theirs begins with it. */
struct fa_db {
    const struct fa_db_engine *engine;
    const struct fa_db_sql *sql;
    size_t sql_count;
    char message[512];
};

extern const struct fa_db_engine fa_db_sqlite;
extern const struct fa_db_engine fa_db_postgresql;

/** A column of a row, the first is 0. A text lives as long as the row; NULL is 0 and "". */
static inline int64_t fa_db_integer(const struct fa_db_row *row, int column)
{
    return row->engine->integer(row, column);
}

static inline const char *fa_db_text(const struct fa_db_row *row, int column)
{
    return row->engine->text(row, column);
}

/** The engine that a `--store` names. */
const struct fa_db_engine *fa_db_engine_of(const char *where);

/** Write a `--store` as messages may show it: without the password, cut if need be. */
void fa_db_show(const char *where, char shown[FA_DB_SHOWN_SIZE]);

/** Make a message fit for people: one line, without the password that @where may hold. */
void fa_db_tidy(const char *where, char *message);

/** Write SQL as an engine wants it: words replaced, parameters marked. Errors: -1 no memory */
int fa_db_translate(const struct fa_db_engine *engine, const char *sql, struct pm_buf *ret_text);

#endif
