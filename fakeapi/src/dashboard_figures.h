/*
 * Rows counted: over time, split by the values of one column, for a chart; and by the values of
 * columns, for lists of those that come most often. It only counts what it is given.
 */
#ifndef FA_DASHBOARD_FIGURES_H
#define FA_DASHBOARD_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;
struct fa_figures;

/* Equal steps of time. */
struct fa_grid {
    int64_t from_ms, step_ms;
    size_t count;
};

#define FA_FIGURES_SERIES  6    /* values that have a colour of their own; the rest is "others" */
#define FA_FIGURES_TOP     8    /* entries of a list */
#define FA_FIGURES_TALLIES 4    /* columns that are counted by */
#define FA_FIGURES_VALUES  2000 /* different values of a column; what goes beyond is "others" */

/** @columns: names, borrowed; the first splits the chart. Errors: NULL */
struct fa_figures *fa_figures_new(const char *const *columns, size_t count);
void fa_figures_free(struct fa_figures *figures);

/** Count rows of one time by their value in a column (an index into the names). Errors: -1 memory
 */
int fa_figures_add(struct fa_figures *figures, size_t column, int64_t time_ms, const char *value,
                   size_t count);

/** How many were counted by the first column. */
size_t fa_figures_total(const struct fa_figures *figures);

/**
 * The chart, as equal steps of time from @from_ms to @to_ms; where one is open (INT64_MIN,
 * INT64_MAX) the rows' own ends are taken.
 *
 * {"step_ms", "series":[{"name","color"}],
 * "buckets":[{"from","to","time":{…},"counts":[{"count"}]}]}
 */
struct cJSON *fa_figures_chart(const struct fa_figures *figures, int64_t from_ms, int64_t to_ms);

/** The values that come most often: [{"text","raw","count","most"}]. @max: FA_FIGURES_VALUES for
 * all
 */
struct cJSON *fa_figures_top(const struct fa_figures *figures, size_t column, size_t max);

/** Steps that hold a range, of a length that suits it; none if the range is empty. */
struct fa_grid fa_grid_choose(int64_t from_ms, int64_t to_ms);

/** Could fa_grid_choose() have made it? It may come from a stranger. */
bool fa_grid_is_sane(const struct fa_grid *grid);

/**
 * All values of the first column over given steps, so that they can be added to those of other
 * rows: "values": [{"text","raw","counts":[step,count,…]}], and those that had no room: "others":
 * [step,count,…].
 *
 * @data: gets these members
 */
void fa_figures_add_steps(const struct fa_figures *figures, const struct fa_grid *grid,
                          struct cJSON *data);

#endif
