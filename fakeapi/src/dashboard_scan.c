/* Rows newest first, within bounds; see dashboard_scan.h. */
#include "dashboard_scan.h"

#include <stdlib.h>

#include "clock.h"

#define CHUNK_FIRST   64   /* rows asked of the store at first: often that is all … */
#define CHUNK         500  /* … then many, with one monitor */
#define CHUNK_OF_MANY 16   /* with several, since others may come in between */
#define CLOCK_EVERY   64   /* rows between two looks at the clock */
#define LOOK_MIN      1000 /* rows to look at, however long that takes */
#define ENOUGH        1    /* how the visit ends when the bounds are reached … */
#define NEXT_HEAD     2    /* … and when another monitor has the next row */

/* The newest row of a monitor that was not looked at yet. */
struct head {
    int64_t monitor_id;
    int64_t checktime_ms, number;
    bool is_known; /* else: rows before this place may be there */
    bool is_over;
};

struct scanning {
    struct fa_scan *scan;
    struct head *heads;
    struct head *own;         /* whose rows are shown now */
    const struct head *other; /* the next of the others; NULL if there is none */
    int64_t ends_at_ms;
    size_t shown; /* in this chunk */
    fa_row_fn visit;
    void *context;
    int visited; /* what the visitor returned */
};

/* Does a row of monitor a come before (is it newer than) one of monitor b? */
static bool is_newer(const struct head *a, const struct head *b)
{
    if (a->checktime_ms != b->checktime_ms)
        return a->checktime_ms > b->checktime_ms;
    return a->monitor_id > b->monitor_id;
}

static bool has_time(const struct scanning *scanning)
{
    const struct fa_scan *scan = scanning->scan;

    if (scan->looked >= scan->rows_max)
        return false;
    return scan->looked < LOOK_MIN || scan->looked % CLOCK_EVERY != 0 ||
           pm_clock_mono_ms() < scanning->ends_at_ms;
}

/* fa_row_fn: one row of the monitor whose turn it is. */
static int look(void *context, const struct fa_row *row)
{
    struct scanning *scanning = context;
    struct fa_scan *scan = scanning->scan;
    struct head *own = scanning->own;

    own->checktime_ms = row->checktime_ms;
    own->number = row->number;
    own->is_known = true;
    if (row->checktime_ms < scan->view->from_ms) {
        own->is_over = true;
        return NEXT_HEAD;
    }
    if (scanning->other && is_newer(scanning->other, own))
        return NEXT_HEAD;
    if (!has_time(scanning))
        return ENOUGH;
    own->is_known = false; /* from now on it is the one before that counts */
    scanning->shown++;
    scan->looked++;
    scan->reached = (struct fa_place){row->checktime_ms, row->number, row->monitor_id};
    if (!fa_view_takes(scan->view, row))
        return 0;
    scanning->visited = scanning->visit(scanning->context, row);
    return scanning->visited != 0 ? ENOUGH : 0;
}

/* The first of the rows: only find out where they begin. */
static int peek(void *context, const struct fa_row *row)
{
    struct head *head = context;

    head->checktime_ms = row->checktime_ms;
    head->number = row->number;
    head->is_known = true;
    return 0;
}

/* Rows strictly before a head's place; a known head is itself among them. */
static int ask(struct scanning *scanning, struct head *head, size_t limit)
{
    return fa_store_rows_before(scanning->scan->store, head->monitor_id, head->checktime_ms,
                                head->number + (head->is_known ? 1 : 0), limit, look, scanning);
}

/* Where the rows of a monitor begin, given the place that all of them come before. */
static void place_head(struct head *head, int64_t monitor_id, struct fa_place before, int64_t to_ms)
{
    *head = (struct head){monitor_id, before.checktime_ms, 0, false, false};
    if (monitor_id == before.monitor_id || before.monitor_id == 0)
        head->number = before.number;
    else if (monitor_id < before.monitor_id && before.checktime_ms < INT64_MAX)
        head->checktime_ms = before.checktime_ms + 1;
    if (to_ms < head->checktime_ms) {
        head->checktime_ms = to_ms;
        head->number = 0;
    }
}

static int find_heads(struct scanning *scanning)
{
    struct fa_scan *scan = scanning->scan;
    size_t i;
    int r = 0;

    for (i = 0; i < scan->monitor_count && r == 0; i++) {
        struct head *head = &scanning->heads[i];

        place_head(head, scan->monitor_ids[i], scan->before, scan->view->to_ms);
        if (scan->monitor_count == 1)
            break; /* nobody else to compare with */
        r = fa_store_rows_before(scan->store, head->monitor_id, head->checktime_ms, head->number, 1,
                                 peek, head);
        head->is_over = !head->is_known || head->checktime_ms < scan->view->from_ms;
    }
    return r;
}

/* Whose turn it is, and who follows. */
static bool choose(struct scanning *scanning)
{
    size_t i;

    scanning->own = NULL;
    scanning->other = NULL;
    for (i = 0; i < scanning->scan->monitor_count; i++) {
        struct head *head = &scanning->heads[i];

        if (head->is_over)
            continue;
        if (!scanning->own || is_newer(head, scanning->own)) {
            scanning->other = scanning->own;
            scanning->own = head;
        } else if (!scanning->other || is_newer(head, scanning->other)) {
            scanning->other = head;
        }
    }
    return scanning->own != NULL;
}

/* Show rows of one monitor until another one is next. 0: go on */
static int run_turn(struct scanning *scanning)
{
    size_t limit = scanning->scan->looked < CHUNK_FIRST ? CHUNK_FIRST : CHUNK;
    int r;

    if (scanning->scan->monitor_count > 1)
        limit = CHUNK_OF_MANY;
    scanning->shown = 0;
    r = ask(scanning, scanning->own, limit);
    if (r == 0 && scanning->shown < limit)
        scanning->own->is_over = true;
    return r == NEXT_HEAD ? 0 : r;
}

int fa_scan_rows(struct fa_scan *scan, fa_row_fn visit, void *context)
{
    struct scanning scanning = {.scan = scan, .visit = visit, .context = context};
    int r;

    scan->reached = scan->before;
    scan->looked = 0;
    scan->is_complete = scan->monitor_count == 0;
    if (scan->is_complete)
        return 0;
    scanning.heads = calloc(scan->monitor_count, sizeof(*scanning.heads));
    if (!scanning.heads)
        return FA_STORE_FAILED;
    scanning.ends_at_ms = pm_clock_mono_ms() + scan->time_max_ms;
    r = find_heads(&scanning);
    while (r == 0 && choose(&scanning))
        r = run_turn(&scanning);
    free(scanning.heads);
    scan->is_complete = r == 0;
    return r == ENOUGH ? scanning.visited : r;
}
