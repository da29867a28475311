#include "journal_stream.h"

#include <inttypes.h>
#include <stdlib.h>

#include "buf.h"
#include "http.h"
#include "journal.h"
#include "journal_show.h"
#include "match.h"
#include "reply.h"

#define EVENT_MAX (1024 * 1024)

struct follower {
    struct follower *next;
    struct follower *previous;
    struct fa_journal_streams *streams;
    struct fa_http_stream *stream;
    struct fa_match *match;
    int64_t account_id;
    int64_t seen_id;
};

struct fa_journal_streams {
    struct fa_journal *journal;
    struct follower *followers;
};

static bool is_wanted(const struct follower *follower, const struct fa_journal_entry *entry)
{
    return entry &&
           (follower->account_id == FA_JOURNAL_ALL || entry->account_id == follower->account_id) &&
           fa_match_kept(follower->match, entry) == FA_MATCH_YES;
}

static void add_event(struct pm_buf *buf, const struct fa_journal_entry *entry)
{
    struct pm_buf json;
    struct fa_writer *out;

    pm_buf_init(&json, EVENT_MAX);
    out = fa_writer_new(&json, false);
    if (!out)
        return; /* without memory one event is left out */
    fa_write_object(out, "");
    fa_journal_show(entry, false, out);
    fa_write_end(out);
    if (fa_writer_finish(out) == 0)
        (void)pm_buf_addf(buf, "id: %" PRId64 "\ndata: %s\n\n", entry->id, json.data);
    pm_buf_clear(&json);
}

/* Append everything up to this id that was not sent yet. */
static void catch_up(struct follower *follower, int64_t last_id, struct pm_buf *buf)
{
    const struct fa_journal *journal = follower->streams->journal;
    int64_t id = follower->seen_id + 1;
    int64_t oldest = fa_journal_oldest(journal);

    if (id < oldest) {
        (void)pm_buf_addf(buf, "event: gap\ndata: {\"forgotten\":%" PRId64 "}\n\n", oldest - id);
        id = oldest;
    }
    for (; id <= last_id; id++)
        if (is_wanted(follower, fa_journal_get(journal, id)))
            add_event(buf, fa_journal_get(journal, id));
    follower->seen_id = last_id;
}

/* See fa_journal_watch(). */
static void seen(void *context, int64_t first_id, int64_t last_id)
{
    struct fa_journal_streams *streams = context;
    struct follower *follower;

    (void)first_id;
    for (follower = streams->followers; follower; follower = follower->next) {
        struct pm_buf events;

        pm_buf_init(&events, FA_HTTP_STREAM_MAX);
        catch_up(follower, last_id, &events);
        if (events.len > 0) /* a reader that is too slow is closed, and may come back */
            (void)fa_http_stream_write(follower->stream, events.data, events.len);
        pm_buf_clear(&events);
    }
}

static void free_follower(struct follower *follower)
{
    fa_match_free(follower->match);
    free(follower);
}

/* See fa_http_stream_start(). */
static void closed(void *context, struct fa_http_stream *stream)
{
    struct follower *follower = context;

    (void)stream;
    if (follower->previous)
        follower->previous->next = follower->next;
    else
        follower->streams->followers = follower->next;
    if (follower->next)
        follower->next->previous = follower->previous;
    free_follower(follower);
}

int fa_journal_follow(struct fa_journal_streams *streams, int64_t account_id,
                      struct fa_match *match, int64_t after_id,
                      const struct fa_http_request *request, struct fa_http_reply *reply)
{
    struct follower *follower = calloc(1, sizeof(*follower));

    if (!follower) {
        fa_match_free(match);
        return -1;
    }
    *follower = (struct follower){
        .streams = streams, .match = match, .account_id = account_id, .seen_id = after_id};
    follower->stream = fa_http_stream_start(request, reply, closed, follower);
    if (!follower->stream) {
        free_follower(follower);
        return -1;
    }
    follower->next = streams->followers;
    if (follower->next)
        follower->next->previous = follower;
    streams->followers = follower;
    (void)pm_buf_adds(&reply->body, ": the journal\n\n");
    catch_up(follower, fa_journal_settled(streams->journal), &reply->body);
    return 0;
}

struct fa_journal_streams *fa_journal_streams_new(struct fa_journal *journal)
{
    struct fa_journal_streams *streams = calloc(1, sizeof(*streams));

    if (!streams)
        return NULL;
    streams->journal = journal;
    if (fa_journal_watch(journal, seen, streams) == 0)
        return streams;
    free(streams);
    return NULL;
}

void fa_journal_streams_free(struct fa_journal_streams *streams)
{
    free(streams);
}
