/* The figures of a subject's rows; see dashboard_counts.h. */
#include "dashboard_counts.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "dashboard_figures.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_scan.h"
#include "dashboard_subject.h"

#define ROWS_MAX    10000
#define TIME_MAX_MS 15
#define PATH_MAX_   8000
#define UNSPLIT     "rows" /* what is counted when no column splits the chart */

/* Which columns are counted by: the one that splits the chart, then those of the lists. */
struct counting {
    struct fa_figures *figures;
    const char *columns[FA_FIGURES_TALLIES];
    size_t count;
    int64_t upto_id; /* of the rows that are counted */
};

static const struct {
    enum fa_role role;
    const char *title;
} lists[] = {{FA_ROLE_USER, "Top users"}, {FA_ROLE_HOST, "Top hosts"}};

static const char *choose_by(const struct fa_subject *subject, const struct fa_view *view)
{
    const cJSON *column;
    const char *service = fa_subject_role(subject, FA_ROLE_SERVICE);

    cJSON_ArrayForEach(column, subject->columns)
    {
        if (strcmp(fa_model_text(column, "name"), view->by) == 0)
            return fa_model_text(column, "name");
    }
    return service && strcmp(view->by, "-") != 0 ? service : "";
}

/* fa_row_fn */
static int count_row(void *context, const struct fa_row *row)
{
    struct counting *counting = context;
    size_t i;

    if (row->id > counting->upto_id)
        return 0;
    for (i = 0; i < counting->count; i++) {
        const char *column = counting->columns[i];
        const char *value = column[0] ? fa_model_value(row, column) : UNSPLIT;

        if (i > 0 && value[0] == '\0')
            continue; /* nobody is on a list by having no name */
        if (fa_figures_add(counting->figures, i, row->checktime_ms, value, 1) < 0)
            return FA_PAGE_BROKEN;
    }
    return 0;
}

/* The filter that takes this value alone; one that is too long for that, by how it begins. */
static void make_filter(const char *raw, char *filter)
{
    bool fits = strlen(raw) + 2 <= FA_VIEW_TEXT_SIZE;

    (void)snprintf(filter, FA_VIEW_TEXT_SIZE, "%s%s", fits ? "=" : "", raw);
}

/* Each entry leads to its rows. */
static void add_paths(cJSON *items, const struct fa_subject *subject, const struct fa_view *view,
                      const char *column)
{
    cJSON *item;

    cJSON_ArrayForEach(item, items)
    {
        struct fa_view narrowed = *view;
        char value[FA_VIEW_TEXT_SIZE];
        struct pm_buf path;

        narrowed.is_placed = false;
        make_filter(fa_model_text(item, "raw"), value);
        fa_view_set_filter(&narrowed, column, value);
        pm_buf_init(&path, PATH_MAX_);
        (void)pm_buf_adds(&path, subject->path);
        fa_view_write(&narrowed, &path);
        cJSON_AddStringToObject(item, "path", path.failed ? subject->path : path.data);
        pm_buf_clear(&path);
    }
}

static cJSON *make_tops(const struct counting *counting, const struct fa_subject *subject,
                        const struct fa_view *view)
{
    cJSON *tops = cJSON_CreateArray();
    size_t i, at = 1;

    for (i = 0; i < PM_ARRAY_LEN(lists); i++) {
        const char *column = fa_subject_role(subject, lists[i].role);
        cJSON *top, *items;

        if (!column)
            continue;
        items = fa_figures_top(counting->figures, at++, FA_FIGURES_TOP);
        add_paths(items, subject, view, column);
        top = cJSON_CreateObject();
        cJSON_AddStringToObject(top, "title", lists[i].title);
        cJSON_AddStringToObject(top, "name", column);
        cJSON_AddItemToObject(top, "items", items);
        cJSON_AddItemToArray(tops, top);
    }
    return tops;
}

/* ---- counting ---- */

static int begin(struct counting *counting, const struct fa_subject *subject,
                 const struct fa_view *view, int64_t upto_id)
{
    size_t i;

    *counting =
        (struct counting){.columns = {choose_by(subject, view)}, .count = 1, .upto_id = upto_id};
    for (i = 0; i < PM_ARRAY_LEN(lists); i++) {
        counting->columns[counting->count] = fa_subject_role(subject, lists[i].role);
        if (counting->columns[counting->count])
            counting->count++;
    }
    counting->figures = fa_figures_new(counting->columns, counting->count);
    return counting->figures ? 0 : FA_PAGE_BROKEN;
}

static struct fa_scan scan_of(struct fa_store *store, const struct fa_subject *subject,
                              const struct fa_view *view, struct fa_place before)
{
    return (struct fa_scan){
        .store = store,
        .monitor_ids = subject->monitor_ids,
        .monitor_count = subject->monitor_count,
        .view = view,
        .before = before,
        .rows_max = ROWS_MAX,
        .time_max_ms = TIME_MAX_MS,
    };
}

int fa_counts_make(struct fa_store *store, const struct fa_subject *subject,
                   const struct fa_view *view, struct fa_counts *ret_counts)
{
    struct fa_scan scan = scan_of(store, subject, view, FA_PLACE_NEWEST);
    struct counting counting;
    int r = begin(&counting, subject, view, INT64_MAX);

    if (r == 0)
        r = fa_scan_rows(&scan, count_row, &counting);
    if (r == 0)
        *ret_counts = (struct fa_counts){
            .chart = fa_figures_chart(counting.figures,
                                      scan.is_complete ? view->from_ms : INT64_MIN, view->to_ms),
            .tops = make_tops(&counting, subject, view),
            .by = counting.columns[0],
            .total = fa_figures_total(counting.figures),
            .is_complete = scan.is_complete,
            .reached = scan.reached,
        };
    fa_figures_free(counting.figures);
    return r;
}

/* Every value of the columns that have lists. */
static void add_lists(const struct counting *counting, cJSON *data)
{
    cJSON *tops = cJSON_AddArrayToObject(data, "tops"), *top;
    size_t i;

    for (i = 1; i < counting->count; i++) {
        top = cJSON_CreateObject();
        cJSON_AddStringToObject(top, "name", counting->columns[i]);
        cJSON_AddItemToObject(top, "values",
                              fa_figures_top(counting->figures, i, FA_FIGURES_VALUES));
        cJSON_AddItemToArray(tops, top);
    }
}

int fa_counts_slice(struct fa_store *store, const struct fa_subject *subject,
                    const struct fa_view *view, const struct fa_count_frame *frame, cJSON *data,
                    struct fa_place *ret_reached, bool *ret_complete)
{
    struct fa_scan scan = scan_of(store, subject, view, view->before);
    struct counting counting;
    int r = begin(&counting, subject, view, frame->upto_id);

    if (r == 0)
        r = fa_scan_rows(&scan, count_row, &counting);
    if (r == 0) {
        cJSON_AddStringToObject(data, "by", counting.columns[0]);
        cJSON_AddNumberToObject(data, "total", (double)fa_figures_total(counting.figures));
        fa_figures_add_steps(counting.figures, &frame->grid, data);
        add_lists(&counting, data);
        *ret_reached = scan.reached;
        *ret_complete = scan.is_complete;
    }
    fa_figures_free(counting.figures);
    return r;
}
