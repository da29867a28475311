/* What several handlers need of a monitor. */
#ifndef FA_API_H
#define FA_API_H

#include <stddef.h>

#include "app.h"
#include "store.h"

/**
 * The monitor named by `monitorId`, copied into the call's arena.
 *
 * Errors: FA_E_INVALID unknown, or another account's; FA_E_STORE
 */
enum fa_error fa_find_monitor(struct fa_call *call, struct fa_monitor *ret_monitor);

struct fa_monitor_params {
    struct fa_monitor_param *items;
    size_t count;
};

/** A monitor's parameters of one kind in their order, copied into the call's arena. Errors:
 * FA_E_STORE */
enum fa_error fa_find_params(struct fa_call *call, int64_t monitor_id, enum fa_param_kind kind,
                             struct fa_monitor_params *ret_params);

/** One of them by exact name; NULL if there is none. */
const struct fa_monitor_param *fa_param_named(const struct fa_monitor_params *params,
                                              const char *name);

/** Turn `true`, `1` and the like into true. */
bool fa_is_true(const char *text);

#endif
