/*
 * Stores for tests, on either engine: in memory, or in the PostgreSQL that `ci/postgresql run` has
 * started for the test program (PM_POSTGRESQL is its folder). No assertions but ck_assert_…
 */
#ifndef TEST_STORES_H
#define TEST_STORES_H

#include <stdbool.h>

/** Is the program run by `ci/postgresql run`? */
bool stores_on_postgresql(void);

/**
 * Where a new and empty store is: `memory`, or an address with a schema of its own. Valid until the
 * next call.
 */
const char *stores_new(void);

/** The folder of the PostgreSQL. */
const char *stores_cluster(void);

/** Have `ci/postgresql` do something with it: start, stop, kill. */
void stores_cluster_do(const char *action);

/** Run SQL there, as its administrator. */
void stores_sql(const char *sql);

#endif
