/*
 * The rows of one monitor or several, newest first, that a view takes. However many there are, a
 * scan ends soon: it stops when it has looked at enough rows or for long enough, and tells where,
 * so that the next one can go on from there.
 */
#ifndef FA_DASHBOARD_SCAN_H
#define FA_DASHBOARD_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dashboard_view.h"

#define FA_SCAN_MONITORS_MAX 1000

struct fa_scan {
    struct fa_store *store;
    const int64_t *monitor_ids; /* borrowed; ascending, at most FA_SCAN_MONITORS_MAX */
    size_t monitor_count;
    const struct fa_view *view; /* borrowed; its place is not looked at: */
    struct fa_place before;
    size_t rows_max;     /* to look at, whether or not the view takes them */
    int64_t time_max_ms; /* to look for; a thousand rows are looked at in any case */

    /* What became of it: */
    struct fa_place reached; /* the last row looked at */
    size_t looked;
    bool is_complete; /* nothing is left */
};

/**
 * Show the rows; not 0 from the visitor ends the scan, and is returned.
 *
 * Errors: FA_STORE_FAILED
 */
int fa_scan_rows(struct fa_scan *scan, fa_row_fn visit, void *context);

#endif
