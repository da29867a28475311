#include "log_request.h"

#include <stdio.h>

#include "app.h"

#define LINE_MAX_BYTES 2048

static void add_line(struct pm_buf *line, const struct fa_journal_entry *entry)
{
    (void)pm_buf_addf(line, "%s %.16s %.200s %.64s: %u", fa_verdict_text(entry->verdict),
                      entry->method, entry->path, entry->action[0] ? entry->action : "-",
                      entry->status);
    if (entry->reason[0])
        (void)pm_buf_addf(line, ": %.600s (PROTOCOL.md §%s)", entry->reason, entry->section);
    if (entry->fault[0])
        (void)pm_buf_addf(line, "; fault %.400s", entry->fault);
    if (entry->peer[0])
        (void)pm_buf_addf(line, "; from %.64s", entry->peer);
    if (entry->apikey[0])
        (void)pm_buf_addf(line, "; apikey %.64s", entry->apikey);
}

void fa_log_request(const struct fa_app *app, const struct fa_journal_entry *entry)
{
    struct fa_log_record record = {
        .verdict = entry->verdict,
        .journal_id = fa_journal_newest(app->journal),
        .duration_us = entry->duration_us,
        .monitor_id = entry->monitor_id,
        .status = entry->status,
        .method = entry->method,
        .path = entry->path,
        .action = entry->action,
        .apikey = entry->apikey,
        .peer = entry->peer,
        .reason = entry->reason,
        .section = entry->section,
        .fault = entry->fault,
    };
    struct pm_buf line;

    if (!app->log ||
        (entry->verdict == FA_VERDICT_ACCEPTED && !app->logs_accepted && !entry->fault[0]))
        return;
    pm_buf_init(&line, LINE_MAX_BYTES);
    add_line(&line, entry);
    record.line = line.data;
    if (!line.failed)
        app->log(app->log_context, &record);
    pm_buf_clear(&line);
}

void fa_log_failed_commit(const struct fa_app *app)
{
    char line[400];
    const struct fa_log_record record = {
        .verdict = FA_VERDICT_FAILED,
        .line = line,
        .method = "",
        .path = "",
        .action = "",
        .apikey = "",
        .peer = "",
        .reason = "",
        .section = "",
        .fault = "",
    };

    if (!app->log)
        return;
    snprintf(line, sizeof(line), "the store failed, what came last is refused: %s",
             fa_store_message(app->store));
    app->log(app->log_context, &record);
}

void fa_log_connection(const struct fa_app *app, const char *peer,
                       const struct fa_fault_welcome *welcome)
{
    char line[400];
    const struct fa_log_record record = {
        .verdict = FA_VERDICT_FAILED,
        .line = line,
        .method = "",
        .path = "",
        .action = "",
        .apikey = "",
        .peer = peer,
        .reason = "",
        .section = "",
        .fault = welcome->names,
    };

    if (!app->log)
        return;
    snprintf(line, sizeof(line), "connection from %.64s: fault %.256s", peer, welcome->names);
    app->log(app->log_context, &record);
}
