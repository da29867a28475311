/* All rows counted, a slice at a time; see dashboard_slices.h. */
#include "dashboard_slices.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "dashboard_counts.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_subject.h"
#include "dashboard_visit.h"

#define FRAME_SIZE  100
#define ADDRESS_MAX (16 * 1024)

/* ---- what all slices share ---- */

/* The whole text is a list of numbers with dots between them. */
static bool read_numbers(const char *text, int64_t *numbers, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        char *end;

        numbers[i] = strtoll(text, &end, 10);
        if (end == text || *end != (i + 1 < count ? '.' : '\0'))
            return false;
        text = end + 1;
    }
    return true;
}

static bool read_frame(const struct fa_visit *visit, struct fa_count_frame *frame)
{
    char text[FRAME_SIZE];
    int64_t numbers[4];

    if (fa_page_query(visit, "frame", text, sizeof(text)) < 0 || !read_numbers(text, numbers, 4))
        return false;
    *frame = (struct fa_count_frame){
        .grid = {.from_ms = numbers[0], .step_ms = numbers[1], .count = (size_t)numbers[2]},
        .upto_id = numbers[3]};
    return fa_grid_is_sane(&frame->grid);
}

/* The ends of the rows of all monitors. */
static int find_ends(struct fa_store *store, const struct fa_subject *subject, int64_t *from_ms,
                     int64_t *to_ms)
{
    int64_t first = INT64_MAX, last = INT64_MIN;
    size_t i;
    int r = 0;

    for (i = 0; i < subject->monitor_count && r == 0; i++) {
        int64_t oldest, newest;

        r = fa_store_row_ends(store, subject->monitor_ids[i], &oldest, &newest);
        if (r < 0)
            break;
        first = oldest < first ? oldest : first;
        last = newest > last ? newest : last;
    }
    if (*from_ms == INT64_MIN)
        *from_ms = first;
    if (*to_ms == INT64_MAX)
        *to_ms = last < INT64_MAX ? last + 1 : last;
    return r;
}

static int make_frame(struct fa_store *store, const struct fa_subject *subject,
                      const struct fa_view *view, struct fa_count_frame *frame)
{
    int64_t from_ms = view->from_ms, to_ms = view->to_ms;
    int r = 0;

    if (from_ms == INT64_MIN || to_ms == INT64_MAX)
        r = find_ends(store, subject, &from_ms, &to_ms);
    frame->grid = fa_grid_choose(from_ms, to_ms);
    return r < 0 ? r : fa_store_last_row_id(store, &frame->upto_id);
}

/* ---- one slice ---- */

/* The range as times, also where it was "the last hour", which moves on from slice to slice. */
static void add_next(cJSON *data, const struct fa_subject *subject, const struct fa_view *view,
                     const struct fa_count_frame *frame, struct fa_place reached)
{
    struct fa_view next = *view;
    struct pm_buf path;

    next.last[0] = '\0';
    next.is_placed = true;
    next.before = reached;
    pm_buf_init(&path, ADDRESS_MAX);
    (void)pm_buf_addf(&path, "%s/counts.json", subject->path);
    fa_view_write(&next, &path);
    (void)pm_buf_addf(&path, "&frame=%" PRId64 ".%" PRId64 ".%zu.%" PRId64, frame->grid.from_ms,
                      frame->grid.step_ms, frame->grid.count, frame->upto_id);
    if (!path.failed)
        cJSON_AddStringToObject(data, "next", path.data);
    pm_buf_clear(&path);
}

static int add_slice(struct fa_visit *visit, const struct fa_subject *subject, cJSON *data)
{
    struct fa_store *store = fa_visit_store(visit);
    struct fa_count_frame frame;
    struct fa_place reached;
    struct fa_view view;
    bool is_complete = false;
    int r = 0;

    fa_view_read(&view, visit->request->query, fa_visit_now_ms(visit));
    if (!read_frame(visit, &frame))
        r = make_frame(store, subject, &view, &frame);
    if (r == 0)
        r = fa_counts_slice(store, subject, &view, &frame, data, &reached, &is_complete);
    if (r < 0)
        return r;
    cJSON_AddNumberToObject(data, "from", (double)frame.grid.from_ms);
    cJSON_AddNumberToObject(data, "step", (double)frame.grid.step_ms);
    cJSON_AddNumberToObject(data, "count", (double)frame.grid.count);
    cJSON_AddNumberToObject(data, "upto", (double)frame.upto_id);
    fa_model_add_time(data, "reached", reached.checktime_ms);
    if (is_complete)
        cJSON_AddNullToObject(data, "next");
    else
        add_next(data, subject, &view, &frame, reached);
    return 0;
}

static int answer(struct fa_visit *visit, int (*find)(struct fa_visit *, struct fa_subject *))
{
    PM_AUTO_FREE char *text = NULL;
    struct fa_subject subject;
    cJSON *data = cJSON_CreateObject();
    int r = find(visit, &subject);

    if (r == 0)
        r = add_slice(visit, &subject, data);
    text = r == 0 ? cJSON_PrintUnformatted(data) : NULL;
    if (r == 0 && (!text || pm_buf_adds(&visit->reply->body, text) < 0))
        r = FA_PAGE_BROKEN;
    if (r == 0)
        visit->reply->content_type = "application/json;charset=UTF-8";
    cJSON_Delete(data);
    fa_subject_clear(&subject);
    return r;
}

int fa_slice_of_monitor(struct fa_visit *visit)
{
    return answer(visit, fa_subject_monitor);
}

int fa_slice_of_tag(struct fa_visit *visit)
{
    return answer(visit, fa_subject_tag);
}
