/* Live rows; see dashboard_events.h. */
#include "dashboard_events.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "http.h"
#include "log.h"

#define ROWS_MAX  200          /* more at once: the page is loaded again instead */
#define EVENT_MAX (256 * 1024) /* likewise, in bytes; less than FA_HTTP_STREAM_MAX */
#define RELOAD    "event: reload\ndata: {}\n\n"
#define GONE      "event: gone\ndata: {}\n\n"
#define BEGIN     "retry: 2000\n\n" /* ms until a browser that lost the connection comes back */

struct viewer {
    struct viewer *next, *previous;
    struct fa_events *events;
    struct fa_http_stream *stream;
    int64_t monitor_id, last_id;
};

/* What a viewer of a monitor who has all rows up to `after_id` needs to know. */
struct news {
    int64_t monitor_id, after_id, last_id;
    bool is_gone;
    struct pm_buf text; /* empty: nothing new */
};

struct fa_events {
    struct fa_store *store;
    struct viewer *viewers;
};

/* ---- what is new ---- */

static int ignore_monitor(void *context, const struct fa_monitor *monitor)
{
    (void)context;
    (void)monitor;
    return 0;
}

static void tell_rows(struct news *news, cJSON *rows, bool more)
{
    const cJSON *last = cJSON_GetArrayItem(rows, cJSON_GetArraySize(rows) - 1);
    cJSON *data = cJSON_CreateObject();
    PM_AUTO_FREE char *text = NULL;

    news->last_id = (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(last, "id"));
    cJSON_AddItemReferenceToObject(data, "rows", rows);
    text = more ? NULL : cJSON_PrintUnformatted(data);
    cJSON_Delete(data);
    if (text)
        (void)pm_buf_addf(&news->text, "id: %" PRId64 "\ndata: %s\n\n", news->last_id, text);
    if (!text || news->text.failed) {
        pm_buf_reset(&news->text);
        (void)pm_buf_adds(&news->text, RELOAD);
    }
}

static int find_rows(struct fa_store *store, struct news *news)
{
    cJSON *columns = NULL, *rows = NULL;
    bool more = false;
    int r = fa_model_columns(store, news->monitor_id, &columns);

    if (r < 0)
        return r;
    r = fa_model_rows_after(store, news->monitor_id, columns, news->after_id, ROWS_MAX, &rows,
                            &more);
    if (r == 0 && cJSON_GetArraySize(rows) > 0)
        tell_rows(news, rows, more);
    cJSON_Delete(rows);
    cJSON_Delete(columns);
    return r;
}

/* Fill `news`, which the caller clears. */
static int find_news(struct fa_store *store, int64_t monitor_id, int64_t after_id,
                     struct news *news)
{
    int r;

    *news = (struct news){.monitor_id = monitor_id, .after_id = after_id, .last_id = after_id};
    pm_buf_init(&news->text, EVENT_MAX);
    r = fa_store_monitor_get(store, 0, monitor_id, ignore_monitor, NULL);
    news->is_gone = r == FA_STORE_ABSENT;
    if (r == 0)
        r = find_rows(store, news);
    if (r == FA_STORE_FAILED)
        pm_log_error("dashboard: cannot read new rows: %s", fa_store_message(store));
    return r;
}

/* ---- viewers ---- */

static void viewer_closed(void *context, struct fa_http_stream *stream)
{
    struct viewer *viewer = context;

    (void)stream;
    if (viewer->previous)
        viewer->previous->next = viewer->next;
    else
        viewer->events->viewers = viewer->next;
    if (viewer->next)
        viewer->next->previous = viewer->previous;
    free(viewer);
}

static void tell(struct viewer *viewer, const struct news *news)
{
    if (news->is_gone) {
        (void)fa_http_stream_write(viewer->stream, GONE, strlen(GONE));
        fa_http_stream_end(viewer->stream);
        return;
    }
    viewer->last_id = news->last_id;
    if (news->text.len > 0) /* a reader that is too slow is closed, and comes back */
        (void)fa_http_stream_write(viewer->stream, news->text.data, news->text.len);
    else
        (void)fa_http_stream_write(viewer->stream, RELOAD, strlen(RELOAD));
}

/* Viewers that have seen the same need the same: it is looked up once for all of them in a row. */
static void store_changed(void *context, int64_t monitor_id)
{
    struct fa_events *events = context;
    struct news news = {0};
    struct viewer *viewer, *next;

    for (viewer = events->viewers; viewer; viewer = next) {
        next = viewer->next;
        if (monitor_id != 0 && viewer->monitor_id != monitor_id)
            continue;
        if (news.monitor_id != viewer->monitor_id || news.after_id != viewer->last_id) {
            pm_buf_clear(&news.text);
            if (find_news(events->store, viewer->monitor_id, viewer->last_id, &news) ==
                FA_STORE_FAILED)
                break;
        }
        tell(viewer, &news);
    }
    pm_buf_clear(&news.text);
}

int fa_events_start(struct fa_events *events, int64_t monitor_id, int64_t after_id,
                    const struct fa_http_request *request, struct fa_http_reply *reply)
{
    struct viewer *viewer = NULL;
    struct news news;
    int r = find_news(events->store, monitor_id, after_id, &news);

    if (r < 0)
        goto done;
    viewer = calloc(1, sizeof(*viewer));
    r = FA_PAGE_BROKEN;
    if (!viewer)
        goto done;
    viewer->stream = fa_http_stream_start(request, reply, viewer_closed, viewer);
    if (!viewer->stream) {
        free(viewer);
        goto done;
    }
    viewer->events = events;
    viewer->monitor_id = monitor_id;
    viewer->last_id = news.last_id;
    viewer->next = events->viewers;
    if (viewer->next)
        viewer->next->previous = viewer;
    events->viewers = viewer;
    reply->content_type = "text/event-stream";
    (void)pm_buf_adds(&reply->body, BEGIN);
    (void)pm_buf_add(&reply->body, news.text.data, news.text.len);
    r = 0;

done:
    pm_buf_clear(&news.text);
    return r;
}

int fa_events_new(struct fa_store *store, struct fa_events **ret_events)
{
    struct fa_events *events = calloc(1, sizeof(*events));

    if (!events)
        return -1;
    events->store = store;
    if (fa_store_listen(store, store_changed, events) < 0) {
        free(events);
        return -1;
    }
    *ret_events = events;
    return 0;
}

void fa_events_free(struct fa_events *events)
{
    free(events);
}
