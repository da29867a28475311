#include "exec_report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "cmd.h"
#include "expect.h"
#include "fs.h"
#include "journal.h"
#include "log.h"
#include "reply.h"
#include "server.h"
#include "text.h"

#define REPORT_MAX (256 * 1024)
#define JSON_MAX   (64 * 1024 * 1024)
#define SHOWN_MAX  20 /* refused requests that are described */

struct report {
    size_t counts[FA_VERDICT_MAX];
    size_t spoiled; /* by faults, which were asked for */
    size_t bad;     /* refused or failed, and not spoiled */
    bool is_unmet;  /* an expectation */
    int64_t hidden; /* refused or failed, and forgotten before it could be told */
    struct pm_buf head;
    struct pm_buf lines;
    struct pm_buf json;
    struct fa_writer *out; /* in the list of the bad ones */
};

static void add_text(struct pm_buf *buf, const char *before, const char *text, const char *after)
{
    if (text[0] == '\0')
        return;
    (void)pm_buf_adds(buf, before); /* failures stick */
    (void)pm_text_add_visible(buf, text, strlen(text));
    (void)pm_buf_adds(buf, after);
}

static void add_line(struct pm_buf *lines, const struct fa_request *request)
{
    add_text(lines, "  ", request->action[0] ? request->action : request->path, "");
    (void)pm_buf_addf(lines, ": %u", request->status);
    add_text(lines, ": ", request->reason, "");
    add_text(lines, " (PROTOCOL.md \302\247", request->section, ")");
    add_text(lines, "\n    ", request->diagnosis, "");
    (void)pm_buf_addc(lines, '\n');
}

static void add_object(struct fa_writer *out, const struct fa_request *request)
{
    fa_write_object(out, "");
    fa_write_integer(out, "id", request->id);
    fa_write_text(out, "verdict", fa_verdict_text(request->verdict));
    fa_write_integer(out, "status", request->status);
    fa_write_text(out, "action", request->action);
    fa_write_text(out, "reason", request->reason);
    fa_write_text(out, "section", request->section);
    fa_write_text(out, "diagnosis", request->diagnosis);
    fa_write_end(out);
}

static int add_request(void *context, const struct fa_request *request)
{
    struct report *report = context;

    report->counts[request->verdict]++;
    if (request->verdict == FA_VERDICT_ACCEPTED)
        return 0;
    if (request->fault[0]) {
        report->spoiled++;
        return 0;
    }
    if (report->bad++ < SHOWN_MAX)
        add_line(&report->lines, request);
    add_object(report->out, request);
    return 0;
}

static void add_counts(struct report *report)
{
    int verdict;

    fa_write_end(report->out);
    for (verdict = 0; verdict < FA_VERDICT_MAX; verdict++)
        fa_write_integer(report->out, fa_verdict_text((enum fa_verdict)verdict),
                         (int64_t)report->counts[verdict]);
    fa_write_integer(report->out, "spoiled", (int64_t)report->spoiled);
    fa_write_integer(report->out, "forgotten", report->hidden);
    if (report->bad > SHOWN_MAX)
        (void)pm_buf_addf(&report->lines, "  and %zu more\n", report->bad - SHOWN_MAX);
    (void)pm_buf_addf(&report->head, "%zu accepted, %zu refused, %zu failed",
                      report->counts[FA_VERDICT_ACCEPTED], report->counts[FA_VERDICT_REFUSED],
                      report->counts[FA_VERDICT_FAILED]);
    if (report->spoiled > 0)
        (void)pm_buf_addf(&report->head, "; %zu of them spoiled by faults", report->spoiled);
    (void)pm_buf_addc(&report->head, '\n');
    if (report->lines.data)
        (void)pm_buf_adds(&report->head, report->lines.data);
}

/* Were the expectations met? If not, what was wrong follows the requests. */
static void add_expectations(const struct exec_asked *asked, struct report *report)
{
    PM_AUTO_FREE char *text = NULL;
    enum fa_answer answer;

    if (!asked->expects && !asked->nothing_else)
        return;
    answer = fa_server_verify(asked->server, asked->apikey, asked->nothing_else, &text);
    report->is_unmet = answer != FA_ANSWER_YES;
    fa_write_text(report->out, "answer", fa_answer_text(answer));
    fa_write_text(report->out, "expectations", text ? text : "");
    if (report->is_unmet && text)
        (void)pm_buf_adds(&report->head, text); /* failures stick */
}

/* Counts of all verdicts are exact, however few requests are remembered. */
static void add_forgotten(const struct exec_asked *asked, struct report *report)
{
    int64_t forgotten = fa_server_forgotten(asked->server);
    int verdict;

    for (verdict = 0; verdict < FA_VERDICT_MAX && forgotten > 0; verdict++) {
        int64_t total = fa_server_total(asked->server, (enum fa_verdict)verdict);
        int64_t seen = (int64_t)report->counts[verdict];

        if (total <= seen)
            continue;
        report->counts[verdict] = (size_t)total;
        if (verdict != FA_VERDICT_ACCEPTED)
            report->hidden += total - seen;
    }
    if (report->hidden > 0)
        (void)pm_buf_addf(&report->lines, "  and %" PRId64 " that are forgotten; see --journal\n",
                          report->hidden);
}

static int collect(const struct exec_asked *asked, struct report *report)
{
    pm_buf_init(&report->head, 2 * REPORT_MAX);
    pm_buf_init(&report->lines, REPORT_MAX);
    pm_buf_init(&report->json, JSON_MAX);
    report->out = fa_writer_new(&report->json, false);
    if (!report->out)
        return -1;
    fa_write_object(report->out, "");
    fa_write_list(report->out, "bad");
    (void)fa_server_requests(asked->server, NULL, add_request, report); /* cannot fail for all */
    add_forgotten(asked, report);
    add_counts(report);
    add_expectations(asked, report);
    if (fa_writer_finish(report->out) < 0 || report->head.failed)
        return -1;
    return pm_buf_addc(&report->json, '\n');
}

static int print_report(const struct exec_asked *asked, const struct report *report)
{
    const struct pm_buf *text = asked->is_json ? &report->json : &report->head;

    if (asked->file) {
        if (pm_fs_replace(asked->file, text->data, text->len, 0644) == 0)
            return 0;
        pm_log_error("cannot write \"%s\": %s", asked->file, strerror(errno));
        return -1;
    }
    if (asked->is_quiet && report->bad == 0 && report->hidden == 0 && !report->is_unmet)
        return 0;
    if (!asked->is_json)
        fputs(CMD_PROGRAM ": exec: ", stderr);
    (void)fwrite(text->data, 1, text->len, stderr); /* nowhere else to complain */
    return 0;
}

int exec_report(const struct exec_asked *asked, bool *ret_is_refused, bool *ret_is_unmet)
{
    struct report report = {0};
    int r = collect(asked, &report);

    if (r < 0)
        pm_log_error("no memory for the report");
    else
        r = print_report(asked, &report);
    *ret_is_refused = report.bad > 0 || report.hidden > 0;
    *ret_is_unmet = report.is_unmet;
    pm_buf_clear(&report.head);
    pm_buf_clear(&report.lines);
    pm_buf_clear(&report.json);
    return r;
}
