#include "journal_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "clock.h"
#include "journal.h"
#include "params.h"
#include "reply.h"

#define ARENA_MAX    (4 * 1024 * 1024)
#define EVIDENCE_MAX (32 * 1024)

static void show_time(struct fa_writer *out, const char *name, int64_t time_ms)
{
    char stamp[PM_CLOCK_TIMESTAMP_SIZE];
    char text[sizeof(stamp) + 8];

    pm_clock_timestamp(time_ms, stamp, sizeof(stamp));
    stamp[strcspn(stamp, " ")] = 'T';
    snprintf(text, sizeof(text), "%s.%03dZ", stamp, (int)(time_ms % 1000));
    fa_write_text(out, name, text);
}

/* What a list shows */

static void show_line(const struct fa_journal_entry *entry, struct fa_writer *out)
{
    fa_write_integer(out, "id", entry->id);
    show_time(out, "time", entry->time_ms);
    fa_write_text(out, "verdict", fa_verdict_text(entry->verdict));
    fa_write_integer(out, "status", entry->status);
    fa_write_text(out, "method", entry->method);
    fa_write_text(out, "path", entry->path);
    fa_write_text(out, "action", entry->action);
    fa_write_text(out, "apikey", entry->apikey);
    if (entry->monitor_id != 0)
        fa_write_integer(out, "monitor", entry->monitor_id);
    fa_write_text(out, "reason", entry->reason);
    fa_write_text(out, "section", entry->section);
    fa_write_text(out, "fault", entry->fault);
    fa_write_text(out, "peer", entry->peer);
    fa_write_integer(out, "duration_us", entry->duration_us);
}

/* The rest */

static void show_checks(const struct fa_journal_entry *entry, struct fa_writer *out)
{
    struct pm_buf evidence;
    int step;

    pm_buf_init(&evidence, EVIDENCE_MAX);
    fa_write_list(out, "checks");
    for (step = 0; step < FA_STEP_MAX; step++) {
        pm_buf_reset(&evidence);
        fa_step_evidence(entry, (enum fa_step)step, &evidence);
        fa_write_object(out, "");
        fa_write_text(out, "check", fa_step_name((enum fa_step)step));
        fa_write_text(out, "verdict",
                      fa_step_verdict_text(fa_step_verdict(entry, (enum fa_step)step)));
        fa_write_text(out, "evidence", evidence.data ? evidence.data : "");
        fa_write_text(out, "section", fa_step_section((enum fa_step)step));
        fa_write_end(out);
    }
    fa_write_end(out);
    pm_buf_clear(&evidence);
}

static void show_params(const struct fa_journal_entry *entry, struct fa_writer *out)
{
    struct fa_arena arena;
    struct fa_params params = {0};
    bool is_whole = false;
    size_t i;

    fa_arena_init(&arena, ARENA_MAX);
    if (fa_journal_params(entry, &arena, &params, &is_whole) < 0)
        params.count = 0;
    fa_write_list(out, "params");
    for (i = 0; i < params.count; i++) {
        fa_write_object(out, "");
        fa_write_bytes(out, "name", params.items[i].name, params.items[i].name_len);
        fa_write_bytes(out, "value", params.items[i].value, params.items[i].value_len);
        fa_write_text(out, "in", params.items[i].is_from_body ? "body" : "query");
        fa_write_end(out);
    }
    fa_write_end(out);
    fa_write_literal(out, "params_are_whole", is_whole ? "true" : "false");
    fa_arena_clear(&arena);
}

static void show_moment(struct fa_writer *out, const char *name, int64_t us)
{
    if (us < 0)
        fa_write_null(out, name);
    else
        fa_write_integer(out, name, us);
}

/* Everything since the head was read. */
static void show_timing(const struct fa_journal_entry *entry, struct fa_writer *out)
{
    fa_write_object(out, "timing_us");
    fa_write_integer(out, "received", 0);
    fa_write_integer(out, "complete", entry->body_us);
    fa_write_integer(out, "handled", entry->body_us + entry->duration_us);
    show_moment(out, "committed", entry->committed_us);
    show_moment(out, "sent", entry->sent_us);
    fa_write_end(out);
}

static void show_bytes(struct fa_writer *out, const char *name, const char *size_name,
                       const struct fa_journal_bytes *bytes)
{
    fa_write_bytes(out, name, bytes->at, bytes->len);
    fa_write_integer(out, size_name, bytes->whole);
}

static void show_request(const struct fa_journal_entry *entry, struct fa_writer *out)
{
    fa_write_object(out, "request");
    show_bytes(out, "head", "head_bytes", &entry->head);
    show_bytes(out, "query", "query_bytes", &entry->query);
    show_bytes(out, "body", "body_bytes", &entry->body);
    fa_write_bytes(out, "added_by_public_key", entry->added.at, entry->added.len);
    fa_write_end(out);
}

static void show_reply(const struct fa_journal_entry *entry, struct fa_writer *out)
{
    fa_write_object(out, "reply");
    fa_write_text(out, "content_type", entry->reply_type);
    fa_write_bytes(out, "head", entry->reply_head.at, entry->reply_head.len);
    show_bytes(out, "body", "body_bytes", &entry->reply_body);
    fa_write_end(out);
}

static void show_lines(struct fa_writer *out, const char *name, const char *text)
{
    fa_write_list(out, name);
    while (*text) {
        size_t len = strcspn(text, "\n");

        fa_write_bytes(out, "", text, len);
        text += len + (text[len] == '\n');
    }
    fa_write_end(out);
}

void fa_journal_show(const struct fa_journal_entry *entry, bool is_whole, struct fa_writer *out)
{
    show_line(entry, out);
    if (!is_whole)
        return;
    show_time(out, "wall_time", entry->wall_ms);
    show_timing(entry, out);
    show_checks(entry, out);
    show_lines(out, "deviations", entry->deviations);
    fa_write_text(out, "mistake", entry->mistake);
    show_lines(out, "diagnosis", entry->diagnosis);
    show_params(entry, out);
    show_request(entry, out);
    show_reply(entry, out);
}
