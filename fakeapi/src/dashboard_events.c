/* Live rows; see dashboard_events.h. */
#include "dashboard_events.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "dashboard.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_visit.h"
#include "log.h"

#define ROWS_MAX  200          /* more at once: the page is loaded again instead */
#define EVENT_MAX (256 * 1024) /* likewise, in bytes; less than FA_HTTP_STREAM_MAX */
#define TOLD_MAX  1024         /* monitors remembered; beyond that rows may be told twice */
/*
 * Where servers share a store, a row may become visible after rows with greater ids: so far back is
 * looked for such, among those that were told already, of which so many ids are remembered.
 */
#define LATE_MAX 64
#define SEEN_MAX 4096
#define RELOAD   "event: reload\ndata: {}\n\n"
#define GONE     "event: gone\ndata: {}\n\n"
#define BEGIN    "retry: 1000\n\n" /* ms until a browser that lost the connection comes back */

/* What is followed. */
struct topic {
    int64_t account_id;
    int64_t monitor_id;               /* 0: any of the account … */
    char tag[FA_VISIT_ARGUMENT_SIZE]; /* … with this tag; "": whatever its tag */
};

struct viewer {
    struct viewer *next, *previous;
    struct fa_events *events;
    struct fa_http_stream *stream;
    struct topic topic;
    int64_t since_id; /* it has all rows up to this one */
    char session[FA_SESSION_ID_SIZE];
};

/* The last row of a monitor that its viewers were told. */
struct told {
    int64_t monitor_id, last_id;
};

/* What the viewers of a monitor who have all rows up to `after_id` need to know. */
struct news {
    int64_t monitor_id, after_id, last_id;
    int64_t account_id;
    char tag[FA_VISIT_ARGUMENT_SIZE];
    cJSON *monitor; /* {"id","name","path"} */
    bool is_gone;
    struct pm_buf text; /* empty: nothing new */
};

struct fa_events {
    struct fa_store *store;
    const struct fa_sessions *sessions;
    struct viewer *viewers;
    struct told told[TOLD_MAX];
    size_t told_count;
    int64_t seen[SEEN_MAX]; /* ids told of late, each at its remainder; shared stores only */
};

/* ---- what is new ---- */

static int describe_monitor(void *context, const struct fa_monitor *monitor)
{
    struct news *news = context;
    char path[100];

    news->account_id = monitor->account_id;
    (void)snprintf(news->tag, sizeof(news->tag), "%s", monitor->tag);
    (void)snprintf(path, sizeof(path), FA_DASHBOARD_PATH "/monitors/%" PRId64, monitor->id);
    news->monitor = cJSON_CreateObject();
    cJSON_AddNumberToObject(news->monitor, "id", (double)monitor->id);
    fa_model_add_text(news->monitor, "name", monitor->name[0] ? monitor->name : "(no name)");
    cJSON_AddStringToObject(news->monitor, "path", path);
    return 0;
}

static void write_rows(struct news *news, cJSON *rows, bool more)
{
    const cJSON *last = cJSON_GetArrayItem(rows, cJSON_GetArraySize(rows) - 1);
    int64_t last_id = (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(last, "id"));
    cJSON *data = cJSON_CreateObject();
    PM_AUTO_FREE char *text = NULL;

    news->last_id = last_id > news->last_id ? last_id : news->last_id;
    cJSON_AddItemReferenceToObject(data, "monitor", news->monitor);
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

static bool note_seen(struct fa_events *events, int64_t id)
{
    bool is_new = events->seen[id % SEEN_MAX] != id;

    events->seen[id % SEEN_MAX] = id;
    return is_new;
}

/* Take away what was told before; all is remembered. */
static void drop_seen(struct fa_events *events, cJSON *rows)
{
    cJSON *row = rows->child, *next;

    for (; row; row = next) {
        next = row->next;
        if (!note_seen(events,
                       (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(row, "id"))))
            cJSON_Delete(cJSON_DetachItemViaPointer(rows, row));
    }
}

/* @is_first: for one viewer that begins, who may not have what others were told */
static int find_rows(struct fa_events *events, struct news *news, bool is_first)
{
    int64_t late = fa_store_is_shared(events->store) ? LATE_MAX : 0;
    int64_t after_id = news->after_id > late ? news->after_id - late : 0;
    cJSON *columns = NULL, *rows = NULL;
    bool more = false;
    int r = fa_model_columns(events->store, news->monitor_id, &columns);

    if (r < 0)
        return r;
    r = fa_model_rows_after(events->store, news->monitor_id, columns, after_id,
                            ROWS_MAX + (size_t)late, &rows, &more);
    if (r == 0 && late > 0 && !is_first)
        drop_seen(events, rows);
    if (r == 0 && cJSON_GetArraySize(rows) > 0)
        write_rows(news, rows, more);
    cJSON_Delete(rows);
    cJSON_Delete(columns);
    return r;
}

static void begin_news(struct news *news, int64_t monitor_id)
{
    memset(news, 0, sizeof(*news));
    news->monitor_id = monitor_id;
    pm_buf_init(&news->text, EVENT_MAX);
}

static void end_news(struct news *news)
{
    cJSON_Delete(news->monitor);
    pm_buf_clear(&news->text);
}

/* Whose monitor it is, if it is there still. */
static int find_monitor(struct fa_store *store, struct news *news)
{
    int r = fa_store_monitor_get(store, 0, news->monitor_id, describe_monitor, news);

    news->is_gone = r == FA_STORE_ABSENT;
    return r;
}

/* ---- who was told what ---- */

static struct told *find_told(struct fa_events *events, int64_t monitor_id)
{
    size_t i;

    for (i = 0; i < events->told_count; i++)
        if (events->told[i].monitor_id == monitor_id)
            return &events->told[i];
    if (events->told_count == TOLD_MAX)
        events->told_count = 0; /* begin anew: who was told twice sees it by the row's id */
    events->told[events->told_count] = (struct told){monitor_id, 0};
    return &events->told[events->told_count++];
}

static bool follows(const struct viewer *viewer, const struct news *news)
{
    const struct topic *topic = &viewer->topic;

    if (topic->monitor_id != 0)
        return topic->monitor_id == news->monitor_id;
    return topic->account_id == news->account_id &&
           (topic->tag[0] == '\0' || strcmp(topic->tag, news->tag) == 0);
}

/* The last row that all followers of a monitor have; -1 if there is none of them. */
static int64_t known_to_all(const struct fa_events *events, const struct news *news)
{
    const struct viewer *viewer;
    int64_t known = -1;

    for (viewer = events->viewers; viewer; viewer = viewer->next)
        if (follows(viewer, news) && (known < 0 || viewer->since_id < known))
            known = viewer->since_id;
    return known;
}

/* ---- telling ---- */

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

/* A reader that is too slow is closed by the server, and comes back. */
static void tell(struct viewer *viewer, const struct news *news)
{
    if (news->is_gone && viewer->topic.monitor_id != 0) {
        (void)fa_http_stream_write(viewer->stream, GONE, strlen(GONE));
        fa_http_stream_end(viewer->stream);
        return;
    }
    if (news->text.len > 0)
        (void)fa_http_stream_write(viewer->stream, news->text.data, news->text.len);
    else if (viewer->topic.monitor_id != 0 || news->is_gone) /* the monitor itself has changed */
        (void)fa_http_stream_write(viewer->stream, RELOAD, strlen(RELOAD));
}

/* A stream is over with the session that opened it. */
static bool is_signed_in(const struct viewer *viewer)
{
    if (fa_sessions_find(viewer->events->sessions, viewer->session, pm_clock_mono_ms()))
        return true;
    fa_http_stream_end(viewer->stream);
    return false;
}

static void tell_all(struct fa_events *events, const struct news *news)
{
    struct viewer *viewer, *next;

    for (viewer = events->viewers; viewer; viewer = next) {
        next = viewer->next;
        if (follows(viewer, news) && is_signed_in(viewer))
            tell(viewer, news);
    }
}

static void reload_all(struct fa_events *events)
{
    struct viewer *viewer, *next;

    for (viewer = events->viewers; viewer; viewer = next) {
        next = viewer->next;
        if (is_signed_in(viewer))
            (void)fa_http_stream_write(viewer->stream, RELOAD, strlen(RELOAD));
    }
}

static int tell_rows(struct fa_events *events, struct news *news)
{
    int64_t known = known_to_all(events, news);
    struct told *told;
    int r;

    if (known < 0)
        return 0;
    told = find_told(events, news->monitor_id);
    news->after_id = told->last_id > known ? told->last_id : known;
    news->last_id = news->after_id;
    r = find_rows(events, news, false);
    if (r < 0)
        return r;
    told->last_id = news->last_id;
    tell_all(events, news);
    return 0;
}

static void store_changed(void *context, int64_t monitor_id)
{
    struct fa_events *events = context;
    struct news news;
    int r;

    if (!events->viewers)
        return;
    if (monitor_id == 0) { /* too many to say which */
        reload_all(events);
        return;
    }
    begin_news(&news, monitor_id);
    r = find_monitor(events->store, &news);
    if (r == 0)
        r = tell_rows(events, &news);
    else if (news.is_gone)
        tell_all(events, &news);
    if (r == FA_STORE_FAILED)
        pm_log_error("dashboard: cannot read new rows: %s", fa_store_message(events->store));
    end_news(&news);
}

/* ---- beginning to follow ---- */

/* What came between the page and its stream. */
struct catching_up {
    struct fa_events *events;
    const struct topic *topic;
    int64_t after_id;
    struct pm_buf *out;
};

static int catch_up_with(struct catching_up *catching_up, int64_t monitor_id)
{
    struct news news;
    int r;

    begin_news(&news, monitor_id);
    news.after_id = catching_up->after_id;
    r = find_monitor(catching_up->events->store, &news);
    if (r == 0)
        r = find_rows(catching_up->events, &news, true);
    if (r == 0)
        (void)pm_buf_add(catching_up->out, news.text.data, news.text.len);
    end_news(&news);
    return r;
}

/* fa_monitor_fn */
static int catch_up_monitor(void *context, const struct fa_monitor *monitor)
{
    return catch_up_with(context, monitor->id);
}

static int catch_up(struct fa_events *events, const struct topic *topic, int64_t after_id,
                    int64_t last_id, struct pm_buf *out)
{
    const struct fa_monitor_filter filter = {
        .account_id = topic->account_id,
        .tag = topic->tag[0] ? topic->tag : NULL,
    };
    struct catching_up catching_up = {events, topic, after_id, out};

    (void)pm_buf_adds(out, BEGIN);
    if (after_id >= last_id)
        return 0;
    if (topic->monitor_id != 0)
        return catch_up_with(&catching_up, topic->monitor_id);
    return fa_store_monitors(events->store, &filter, catch_up_monitor, &catching_up);
}

static int add_viewer(struct fa_visit *visit, const struct topic *topic, int64_t since_id)
{
    struct fa_events *events = visit->dashboard->events;
    struct viewer *viewer = calloc(1, sizeof(*viewer));

    if (!viewer)
        return FA_PAGE_BROKEN;
    viewer->stream = fa_http_stream_start(visit->request, visit->reply, viewer_closed, viewer);
    if (!viewer->stream) {
        free(viewer);
        return FA_PAGE_BROKEN;
    }
    viewer->events = events;
    viewer->topic = *topic;
    viewer->since_id = since_id;
    memcpy(viewer->session, visit->session->id, sizeof(viewer->session));
    viewer->next = events->viewers;
    if (viewer->next)
        viewer->next->previous = viewer;
    events->viewers = viewer;
    visit->reply->content_type = "text/event-stream";
    return 0;
}

/* The last row that the page knows. Errors: FA_STORE_ABSENT, it is no number */
static int read_after(const struct fa_visit *visit, int64_t *ret_id)
{
    const char *last = fa_http_header(visit->request, "Last-Event-ID");
    char after[24] = "0";

    if (!last && fa_page_query(visit, "after", after, sizeof(after)) == 0)
        last = after;
    if (!last)
        last = "0";
    if (last[0] == '\0' || strlen(last) > 18 || last[strspn(last, "0123456789")] != '\0')
        return FA_STORE_ABSENT;
    *ret_id = strtoll(last, NULL, 10);
    return 0;
}

static int start(struct fa_visit *visit, const struct topic *topic)
{
    struct fa_events *events = visit->dashboard->events;
    int64_t after_id = 0, last_id = 0;
    int r = read_after(visit, &after_id);

    if (r == 0)
        r = fa_store_last_row_id(events->store, &last_id);
    if (r == 0)
        r = catch_up(events, topic, after_id, last_id, &visit->reply->body);
    if (r < 0)
        return r;
    return add_viewer(visit, topic, last_id);
}

int fa_events_of_account(struct fa_visit *visit)
{
    const struct fa_account *account;
    struct topic topic = {0};
    int r = fa_visit_account(visit, visit->arguments[0], &account);

    if (r < 0)
        return r;
    topic.account_id = account->id;
    return start(visit, &topic);
}

int fa_events_of_tag(struct fa_visit *visit)
{
    const struct fa_account *account;
    struct topic topic = {0};
    int r = fa_visit_account(visit, visit->arguments[0], &account);

    if (r < 0)
        return r;
    topic.account_id = account->id;
    (void)snprintf(topic.tag, sizeof(topic.tag), "%s", visit->arguments[1]);
    return start(visit, &topic);
}

int fa_events_of_monitor(struct fa_visit *visit)
{
    struct topic topic = {0};
    struct news news;
    int r = fa_visit_id(visit, 0, &topic.monitor_id);

    if (r < 0)
        return r;
    begin_news(&news, topic.monitor_id);
    r = find_monitor(fa_visit_store(visit), &news);
    topic.account_id = news.account_id;
    end_news(&news);
    if (r == 0 && !fa_visit_may_see(visit, topic.account_id))
        r = FA_STORE_ABSENT;
    return r < 0 ? r : start(visit, &topic);
}

/* ---- begin and end ---- */

int fa_events_new(struct fa_store *store, const struct fa_sessions *sessions,
                  struct fa_events **ret_events)
{
    struct fa_events *events = calloc(1, sizeof(*events));

    if (!events)
        return -1;
    events->store = store;
    events->sessions = sessions;
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
