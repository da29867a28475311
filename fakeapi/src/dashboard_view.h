/*
 * Which rows a page shows, and how: search, a filter per column, a range of time, the column that
 * the chart is drawn by, and where the page begins. It is read from the query of an address and
 * written into addresses, so that whatever is on the screen can be kept and passed on.
 *
 *     q=TEXT            in any column
 *     f.NAME=TEXT       in that column; `=TEXT` for exactly that, `!TEXT` for anything else
 *     last=24h          the time up to now: a number and m, h or d; or
 *     from=T, to=T      ms since the epoch, or 2011-06-01T12:00 in UTC; from inclusive, to
 * exclusive by=NAME           the column that splits the chart before=T.N[.M]    rows before that
 * one (checktime, number, monitor)
 *
 * Letters match in either case, as far as they are ASCII.
 */
#ifndef FA_DASHBOARD_VIEW_H
#define FA_DASHBOARD_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

struct pm_buf;

#define FA_VIEW_FILTERS   8
#define FA_VIEW_TEXT_SIZE 160

/* A row's place: newest first, then by greater monitor, then by greater number. */
struct fa_place {
    int64_t checktime_ms, number, monitor_id;
};

#define FA_PLACE_NEWEST ((struct fa_place){INT64_MAX, 0, 0})

struct fa_view_filter {
    char name[FA_VIEW_TEXT_SIZE];
    char value[FA_VIEW_TEXT_SIZE]; /* not empty */
};

struct fa_view {
    char search[FA_VIEW_TEXT_SIZE];
    struct fa_view_filter filters[FA_VIEW_FILTERS];
    size_t filter_count;
    char last[8];           /* "" if the range is not up to now */
    int64_t from_ms, to_ms; /* INT64_MIN and INT64_MAX if open */
    char by[FA_VIEW_TEXT_SIZE];
    bool is_placed; /* rows before a certain one, not the newest */
    struct fa_place before;
};

/** Read it from a query; what makes no sense is left out. @now_ms: where `last` ends */
void fa_view_read(struct fa_view *view, const char *query, int64_t now_ms);

/** Append the query of this view to the path in @address, from its `?` on. */
void fa_view_write(const struct fa_view *view, struct pm_buf *address);

/** Set or replace the filter of a column; without room it stays as it was. "" removes it. */
void fa_view_set_filter(struct fa_view *view, const char *name, const char *value);
const char *fa_view_filter(const struct fa_view *view, const char *name); /* "" if there is none */

/** Is anything left out besides what the range leaves out? */
bool fa_view_is_picky(const struct fa_view *view);
bool fa_view_has_range(const struct fa_view *view);

/** Are the newest rows of all time among those shown, so that new ones belong there too? */
bool fa_view_is_newest(const struct fa_view *view);

/** Does a row belong, its time aside? */
bool fa_view_takes(const struct fa_view *view, const struct fa_row *row);

#endif
