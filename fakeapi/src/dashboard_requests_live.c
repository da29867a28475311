/* Requests as they come; see dashboard_requests_live.h. */
#include "dashboard_requests_live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "dashboard_page.h"
#include "dashboard_requests.h"
#include "dashboard_visit.h"

#define LINES_MAX 100 /* more at once: the page is loaded again instead */
#define EVENT_MAX (256 * 1024)
#define RELOAD    "event: reload\ndata: {}\n\n"
#define BEGIN     "retry: 1000\n\n"

struct watcher {
    struct watcher *next, *previous;
    struct fa_requests_live *live;
    struct fa_http_stream *stream;
    int64_t account_id; /* 0: all, as admin */
    char session[FA_SESSION_ID_SIZE];
};

struct fa_requests_live {
    const struct fa_sessions *sessions;
    struct fa_journal *journal;
    struct watcher *watchers;
};

/* The event for those who see one account, or for 0 all. "" when nothing is for them. */
static void write_event(const struct fa_journal *journal, int64_t account_id, int64_t first_id,
                        int64_t last_id, struct pm_buf *out)
{
    cJSON *list = cJSON_CreateArray();
    PM_AUTO_FREE char *text = NULL;
    int64_t id;

    for (id = first_id; id <= last_id; id++) {
        const struct fa_journal_entry *entry = fa_journal_get(journal, id);

        if (entry && (account_id == 0 || entry->account_id == account_id))
            cJSON_AddItemToArray(list, fa_request_line(entry));
    }
    if (list->child)
        text = cJSON_PrintUnformatted(list);
    cJSON_Delete(list);
    if (text)
        (void)pm_buf_addf(out, "id: %" PRId64 "\ndata: %s\n\n", last_id, text);
}

/* Those who see the same get the same bytes; watchers of one account stand in a row mostly. */
static void seen(void *context, int64_t first_id, int64_t last_id)
{
    struct fa_requests_live *live = context;
    struct watcher *watcher, *next;
    struct pm_buf event;
    int64_t written_for = -1;

    if (!live->watchers)
        return;
    pm_buf_init(&event, EVENT_MAX);
    for (watcher = live->watchers; watcher; watcher = next) {
        next = watcher->next;
        if (!fa_sessions_find(live->sessions, watcher->session, pm_clock_mono_ms())) {
            fa_http_stream_end(watcher->stream); /* it is over with its session */
            continue;
        }
        if (written_for != watcher->account_id) {
            pm_buf_clear(&event);
            written_for = watcher->account_id;
            if (last_id - first_id < LINES_MAX)
                write_event(live->journal, written_for, first_id, last_id, &event);
            if (last_id - first_id >= LINES_MAX || event.failed) {
                pm_buf_clear(&event);
                (void)pm_buf_adds(&event, RELOAD);
            }
        }
        if (event.len > 0) /* a reader that is too slow is closed, and comes back */
            (void)fa_http_stream_write(watcher->stream, event.data, event.len);
    }
    pm_buf_clear(&event);
}

static void closed(void *context, struct fa_http_stream *stream)
{
    struct watcher *watcher = context;

    (void)stream;
    if (watcher->previous)
        watcher->previous->next = watcher->next;
    else
        watcher->live->watchers = watcher->next;
    if (watcher->next)
        watcher->next->previous = watcher->previous;
    free(watcher);
}

/* What became final between the page and its stream. */
static void catch_up(const struct fa_visit *visit, const struct fa_journal *journal)
{
    const char *last = fa_http_header(visit->request, "Last-Event-ID");
    char after[24] = "";
    int64_t after_id, settled = fa_journal_settled(journal);

    if (!last && fa_page_query(visit, "after", after, sizeof(after)) == 0)
        last = after;
    after_id = last && last[0] ? strtoll(last, NULL, 10) : settled;
    (void)pm_buf_adds(&visit->reply->body, BEGIN);
    if (after_id < 0 || settled - after_id > LINES_MAX)
        (void)pm_buf_adds(&visit->reply->body, RELOAD);
    else
        write_event(journal, visit->session->account_id, after_id + 1, settled,
                    &visit->reply->body);
}

int fa_requests_live_start(struct fa_visit *visit)
{
    struct fa_requests_live *live = visit->dashboard->requests;
    struct watcher *watcher = calloc(1, sizeof(*watcher));

    if (!watcher)
        return FA_PAGE_BROKEN;
    watcher->stream = fa_http_stream_start(visit->request, visit->reply, closed, watcher);
    if (!watcher->stream) {
        free(watcher);
        return FA_PAGE_BROKEN;
    }
    watcher->live = live;
    watcher->account_id = visit->session->account_id;
    memcpy(watcher->session, visit->session->id, sizeof(watcher->session));
    watcher->next = live->watchers;
    if (watcher->next)
        watcher->next->previous = watcher;
    live->watchers = watcher;
    visit->reply->content_type = "text/event-stream";
    catch_up(visit, live->journal);
    return 0;
}

int fa_requests_live_new(struct fa_journal *journal, const struct fa_sessions *sessions,
                         struct fa_requests_live **ret_live)
{
    struct fa_requests_live *live = calloc(1, sizeof(*live));

    if (!live)
        return -1;
    live->journal = journal;
    live->sessions = sessions;
    if (fa_journal_watch(journal, seen, live) < 0) {
        free(live);
        return -1;
    }
    *ret_live = live;
    return 0;
}

void fa_requests_live_free(struct fa_requests_live *live)
{
    free(live);
}
