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

/* What a list of rows needs to be written. */
struct fa_row_list {
    struct fa_call *call;
    struct fa_monitor_params declared;
    int64_t timezone_min;
};

/** Find the monitor of `monitorId`, its parameters and `timezone`. Errors: as fa_find_monitor() */
enum fa_error fa_begin_rows(struct fa_call *call, struct fa_row_list *list);

/** Write all rows of a span, from inclusive, to exclusive, as §3.7 has them. Errors: FA_E_STORE */
enum fa_error fa_write_rows(struct fa_row_list *list, int64_t from_ms, int64_t to_ms);

/** Write one row. Returns 0. */
int fa_write_row(const struct fa_row_list *list, const struct fa_row *row);

/** The value of that name; "" if the row has none. */
const char *fa_row_value(const struct fa_row *row, const char *name);

/** Write the additional results of a span of the call's monitor. Errors: FA_E_STORE */
enum fa_error fa_write_additionals(struct fa_call *call, int64_t from_ms, int64_t to_ms);

/** Turn `true`, `1` and the like into true. */
bool fa_is_true(const char *text);

#endif
