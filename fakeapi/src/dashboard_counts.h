/*
 * The figures of a subject's rows: its chart and its lists of those that come most often. All rows
 * of the view are counted if they are few; of more, the newest, and the rest in slices that follow
 * (dashboard_slices.h).
 */
#ifndef FA_DASHBOARD_COUNTS_H
#define FA_DASHBOARD_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dashboard_figures.h"
#include "dashboard_view.h"

struct cJSON;
struct fa_store;
struct fa_subject;

struct fa_counts {
    struct cJSON *chart; /* see fa_figures_chart(); the caller takes or deletes it */
    struct cJSON *tops;  /* [{"title","name","items":[{"text","count","most","path"}]}]; likewise */
    const char *by;      /* the column that splits the chart; "" for none */
    size_t total;        /* rows counted */
    bool is_complete;    /* those are all rows of the view; else: */
    struct fa_place reached; /* the last one looked at */
};

/** Errors: FA_STORE_FAILED, FA_PAGE_BROKEN */
int fa_counts_make(struct fa_store *store, const struct fa_subject *subject,
                   const struct fa_view *view, struct fa_counts *ret_counts);

/* What the slices of one count have in common. */
struct fa_count_frame {
    struct fa_grid grid;
    int64_t upto_id; /* rows with greater ids came later */
};

/**
 * Count the rows of the view before its place, as many as there is time for.
 *
 * @data: gets "by", "total", "values", "others" and "tops", see dashboard_slices.h
 *
 * Errors: FA_STORE_FAILED, FA_PAGE_BROKEN
 */
int fa_counts_slice(struct fa_store *store, const struct fa_subject *subject,
                    const struct fa_view *view, const struct fa_count_frame *frame,
                    struct cJSON *data, struct fa_place *ret_reached, bool *ret_complete);

#endif
