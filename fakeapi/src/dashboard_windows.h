/*
 * Windows: the monitors that somebody pinned to the overview of an account, each as a table or a
 * chart, in an order and size of their own. They are objects of the account in the store, so that
 * every browser and every server shows the same.
 */
#ifndef FA_DASHBOARD_WINDOWS_H
#define FA_DASHBOARD_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fa_store;

#define FA_WINDOWS_MAX  24
#define FA_WINDOWS_FULL (-4)

struct fa_window {
    int64_t id; /* of the object; 0 while it is new */
    int64_t monitor_id;
    bool is_chart;
    bool is_wide;
    int64_t order;
};

struct fa_windows {
    struct fa_window list[FA_WINDOWS_MAX]; /* in their order */
    size_t count;
};

/** Read the windows of an account. Errors: FA_STORE_FAILED */
int fa_windows_read(struct fa_store *store, int64_t account_id, struct fa_windows *ret_windows);

/**
 * Pin a monitor, behind the others. One that is pinned in the same form already stays as it is.
 *
 * Errors: FA_STORE_FAILED, FA_WINDOWS_FULL
 */
int fa_windows_add(struct fa_store *store, int64_t account_id, int64_t monitor_id, bool is_chart);

/**
 * Change one window.
 *
 * @change: `up`, `down`, `wide`, `narrow`, `table`, `chart` or `remove`
 *
 * Errors: FA_STORE_FAILED, FA_STORE_ABSENT no such window or change
 */
int fa_windows_change(struct fa_store *store, int64_t account_id, int64_t window_id,
                      const char *change);

#endif
