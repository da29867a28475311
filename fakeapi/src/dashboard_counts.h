/*
 * The figures of a subject's rows: its chart and its lists of those that come most often. All rows
 * of the view are counted if they are few; of more, the newest.
 */
#ifndef FA_DASHBOARD_COUNTS_H
#define FA_DASHBOARD_COUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct cJSON;
struct fa_store;
struct fa_subject;
struct fa_view;

struct fa_counts {
    struct cJSON *chart; /* see fa_figures_chart(); the caller takes or deletes it */
    struct cJSON *tops;  /* [{"title","name","items":[{"text","count","most","path"}]}]; likewise */
    const char *by;      /* the column that splits the chart; "" for none */
    size_t total;        /* rows counted */
    bool is_complete;    /* those are all rows of the view */
};

/** Errors: FA_STORE_FAILED, FA_PAGE_BROKEN */
int fa_counts_make(struct fa_store *store, const struct fa_subject *subject,
                   const struct fa_view *view, struct fa_counts *ret_counts);

#endif
