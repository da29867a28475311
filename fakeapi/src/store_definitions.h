/*
 * Monitors and what is declared of them, remembered by the store: each result asks for both, and
 * they hardly ever change. Whatever is written but results and tokens makes the store forget all.
 * Where other servers can change them, they count only for requests that were found to be current
 * (fa_store_definitions_check()). Private to store*.c.
 */
#ifndef FA_STORE_DEFINITIONS_H
#define FA_STORE_DEFINITIONS_H

#include "store_run.h"

struct fa_store_definitions;

/** Errors: NULL out of memory */
struct fa_store_definitions *fa_store_definitions_new(void);
/** NULL is allowed. */
void fa_store_definitions_free(struct fa_store_definitions *definitions);

/**
 * Show what is remembered, after reading it from the database if need be. Returns what @visit said.
 *
 * @ret_is_known: false, and nobody was shown anything: ask the database itself
 */
int fa_store_definitions_monitor(struct fa_store *store, int64_t account_id, int64_t monitor_id,
                                 fa_monitor_fn visit, void *context, bool *ret_is_known);
int fa_store_definitions_params(struct fa_store *store, int64_t monitor_id, enum fa_param_kind kind,
                                fa_monitor_param_fn visit, void *context, bool *ret_is_known);

/**
 * Now, for the request that is handled, the shared store has this mark: what is remembered from
 * another one is forgotten, and all else may be used until fa_store_end_request().
 */
void fa_store_definitions_check(struct fa_store *store, int64_t mark);

/** What was written may be something else now. */
void fa_store_definitions_forget(struct fa_store_definitions *definitions);

/** Read from the database. In store_monitors.c. */
int fa_store_read_monitor(struct fa_store *store, int64_t account_id, int64_t monitor_id,
                          fa_monitor_fn visit, void *context);
int fa_store_read_params(struct fa_store *store, int64_t monitor_id, enum fa_param_kind kind,
                         fa_monitor_param_fn visit, void *context);

#endif
