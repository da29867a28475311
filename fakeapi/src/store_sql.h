/*
 * All SQL of the store, the same for every engine (db.h tells its conventions): an enum of
 * statements here, their texts in store_sql.c. To add a query: a name here, its text there, and
 * a function in the store_<subject>.c that it belongs to, with its contract in store.h.
 *
 * What engines share: ON CONFLICT, RETURNING, row values, `data ->> 'name'`, window functions.
 * A query that may wait for nothing of its transaction's rows is FA_DB_APART, which saves time; the
 * default is always right. A new statement has its line in test_store.c, which runs on all engines.
 *
 * Ids come from RETURNING id; the column "user" needs its quotes; after ON CONFLICT the old value
 * is table.column. Integers are 64 bits everywhere, also counts.
 */
#ifndef FA_STORE_SQL_H
#define FA_STORE_SQL_H

#include "db.h"

enum fa_sql {
    FA_SQL_ACCOUNT_ADD,
    FA_SQL_ACCOUNT_SET,
    FA_SQL_ACCOUNT_DELETE,
    FA_SQL_ACCOUNT_DISOWN,
    FA_SQL_ACCOUNTS,
    FA_SQL_ACCOUNT_RESET_TOKENS,
    FA_SQL_ACCOUNT_RESET_MONITORS,
    FA_SQL_ACCOUNT_RESET_OBJECTS,
    FA_SQL_ACCOUNT_KNOWN,
    FA_SQL_ACCOUNT_CURRENT,
    FA_SQL_TOKEN_ADD,
    FA_SQL_TOKEN_CHECK,
    FA_SQL_TOKEN_REMOVE,
    FA_SQL_TOKENS_EXPIRE,
    FA_SQL_REPLAY_ADD,
    FA_SQL_REPLAY_FORGET,
    FA_SQL_REPLAYS_EXPIRE,
    FA_SQL_MARK_DEFINITIONS,
    FA_SQL_MONITOR_ADD,
    FA_SQL_MONITOR_SET,
    FA_SQL_MONITOR_DELETE,
    FA_SQL_MONITOR_GET,
    FA_SQL_MONITORS,
    FA_SQL_PARAM_SET,
    FA_SQL_PARAMS,
    FA_SQL_ROW_MERGE,
    FA_SQL_ROW_NEXT,
    FA_SQL_ROWS,
    FA_SQL_ROWS_BEFORE,
    FA_SQL_ROWS_AFTER_ID,
    FA_SQL_ROW_FIRST,
    FA_SQL_ROW_LAST,
    FA_SQL_LAST_ROW_ID,
    FA_SQL_SIZE,
    FA_SQL_ROW_COUNT,
    FA_SQL_ROW_COUNT_UPTO,
    FA_SQL_ADDITIONAL_ADD,
    FA_SQL_ADDITIONAL,
    FA_SQL_OBJECT_ADD,
    FA_SQL_OBJECT_SET,
    FA_SQL_OBJECT_DELETE,
    FA_SQL_OBJECT_DELETE_CHILDREN,
    FA_SQL_OBJECTS,
    FA_SQL_JOURNAL_ADD,
    FA_SQL_JOURNAL_NEWEST,
    FA_SQL_JOURNAL_OLDEST,
    FA_SQL_JOURNAL_CLEAR,
    FA_SQL_MAX,
};

extern const struct fa_db_sql fa_store_sql[FA_SQL_MAX];

#endif
