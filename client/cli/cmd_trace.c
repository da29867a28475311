/*
 * paidmonitor trace: follow one event over every hop and name the one where it is, or where it
 * vanished. It asks the drop directory, the journal and the server; none of them is changed.
 */
#include "commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "clock.h"
#include "history.h"
#include "json.h"
#include "moment.h"
#include "spool.h"
#include "text.h"

#define OUTPUT_MAX (128u * 1024u)
#define TEXT_MAX   (8u * 1024u)
#define DAY_MS     (INT64_C(24) * 60 * 60 * 1000)

enum hop {
    HOP_RECORD,   /* the module left it */
    HOP_JOURNAL,  /* the agent took it over */
    HOP_ATTEMPTS, /* it was sent */
    HOP_SERVER,   /* the server took it */
    HOP_ROW,      /* it is among the monitor's results */
    HOP_MAX,
};

enum state {
    UNKNOWN, /* nothing tells, or it did not come so far */
    PASSED,
    WAITING,  /* it is here */
    LOST,     /* it goes no further than this */
    LEFT_OUT, /* nor does this, as the configuration says */
};

static const char *const hop_names[HOP_MAX] = {"record", "journal", "attempts", "server", "row"};
static const char *const state_names[] = {"unknown", "passed", "waiting", "lost", "left out"};
static const char *const marks[] = {"-", "ok", "..", "!!", "--"};

struct trace {
    char id[PM_EVENT_ID_SIZE];
    int64_t now_ms;
    enum state states[HOP_MAX];
    struct pm_buf texts[HOP_MAX];
    struct pm_history *history; /* NULL: there is no journal */
    struct pm_history_event event;
    bool in_journal;
    char record[PM_EVENT_RECORD_SIZE]; /* "" none was found */
};

static void set(struct trace *trace, enum hop hop, enum state state, const char *text)
{
    trace->states[hop] = state;
    (void)pm_buf_adds(&trace->texts[hop], text);
}

/* With a time and, where there is one, a reason from elsewhere. */
static void add_time(struct trace *trace, enum hop hop, int64_t ms)
{
    (void)pm_buf_addc(&trace->texts[hop], ' ');
    moment_add(&trace->texts[hop], ms, trace->now_ms);
}

static void add_reason(struct trace *trace, enum hop hop, const char *reason)
{
    (void)pm_buf_adds(&trace->texts[hop], ": ");
    (void)pm_text_add_visible(&trace->texts[hop], reason, strlen(reason));
}

/* ---- which event ---- */

static int take_newest(struct cli *cli, struct trace *trace)
{
    struct pm_history_event event = {.checktime_ms = -1};
    char id[PM_EVENT_ID_SIZE] = "";
    struct pm_error err;
    struct spool spool;

    spool_look(cli->config.drop_dir, &spool);
    if (trace->history &&
        (pm_history_newest(trace->history, id, &err) < 0 ||
         (id[0] != '\0' && pm_history_find(trace->history, id, &event, &err) < 0)))
        return cli_fail(cli, &err);
    if (spool.newest_ms < 0 && id[0] == '\0')
        return cli_error(cli, CLI_REFUSED,
                         "neither the drop directory %s nor the journal has any event",
                         cli->config.drop_dir);
    memcpy(trace->id, spool.newest_ms > event.checktime_ms ? spool.newest : id, sizeof(trace->id));
    return 0;
}

static int take_id(struct cli *cli, struct trace *trace)
{
    const char *id = cli->operand_count > 0 ? cli->operands[0] : "";

    if (cli->operand_count > 1)
        return cli_usage(cli, "'%s' is one word too many", cli->operands[1]);
    if (cli_get(cli, "last"))
        return id[0] == '\0' ? take_newest(cli, trace)
                             : cli_usage(cli, "give an id or --last, not both");
    if (id[0] == '\0')
        return cli_usage(cli, "which event? Give its id, or --last");
    if (strlen(id) != PM_EVENT_ID_SIZE - 1 || strspn(id, "0123456789abcdef") != strlen(id))
        return cli_usage(cli, "'%s' is no event's id: those have %d digits of 0-9a-f", id,
                         PM_EVENT_ID_SIZE - 1);
    memcpy(trace->id, id, PM_EVENT_ID_SIZE);
    return 0;
}

/* ---- the hops ---- */

/* Left, but not taken over. */
static void follow_record(const struct cli *cli, struct trace *trace)
{
    int64_t left_ms;

    if (spool_find(cli->config.drop_dir, trace->id, trace->record, &left_ms) < 0)
        return;
    set(trace, HOP_RECORD, WAITING, "in the drop directory since");
    add_time(trace, HOP_RECORD, left_ms);
    (void)pm_buf_adds(&trace->texts[HOP_RECORD],
                      "; the agent has not taken it over: does paidmonitor-agent run?");
}

/* In the journal, but not as something to send. */
static int follow_refused(struct trace *trace, struct pm_error *err)
{
    char reason[PM_HISTORY_TEXT_SIZE];
    const char *what = "was put away, because it is no record";
    enum state state = LOST;
    int64_t at_ms = 0;
    int r = pm_history_find_bad(trace->history, trace->id, &at_ms, reason, sizeof(reason), err);

    if (r == 0) {
        what = "is not sent by itself";
        state = LEFT_OUT;
        r = pm_history_find_unsent(trace->history, trace->id, &at_ms, reason, sizeof(reason), err);
    }
    if (r <= 0)
        return r;
    set(trace, HOP_RECORD, PASSED, "the agent took it over");
    set(trace, HOP_JOURNAL, state, what);
    add_reason(trace, HOP_JOURNAL, reason);
    add_time(trace, HOP_JOURNAL, at_ms);
    return 1;
}

static void describe_attempts(struct trace *trace, const struct pm_history_attempt *attempts,
                              int count)
{
    struct pm_buf *text = &trace->texts[HOP_ATTEMPTS];
    int i;

    (void)pm_buf_addf(text, "%" PRId64 " failed", trace->event.attempts);
    for (i = 0; i < count; i++) {
        (void)pm_buf_adds(text, "\n");
        moment_add(text, attempts[i].at_ms, trace->now_ms);
        add_reason(trace, HOP_ATTEMPTS,
                   attempts[i].state == PM_HISTORY_DONE ? "accepted" : attempts[i].reason);
    }
}

static int follow_attempts(struct trace *trace, struct pm_error *err)
{
    struct pm_history_attempt attempts[PM_HISTORY_ATTEMPTS_MAX];
    int count = pm_history_attempts(trace->history, trace->id, attempts, err);

    if (count < 0)
        return count;
    describe_attempts(trace, attempts, count);
    if (trace->event.state != PM_HISTORY_WAITING) {
        trace->states[HOP_ATTEMPTS] = PASSED;
    } else if (trace->event.attempts > 0) {
        trace->states[HOP_ATTEMPTS] = WAITING;
        (void)pm_buf_adds(&trace->texts[HOP_ATTEMPTS], "\nnext try");
        add_time(trace, HOP_ATTEMPTS, trace->event.next_ms);
    }
    return 0;
}

static void follow_verdict(struct trace *trace)
{
    if (trace->event.state == PM_HISTORY_DONE) {
        set(trace, HOP_SERVER, PASSED, "took it");
        add_time(trace, HOP_SERVER, trace->event.done_ms);
    } else if (trace->event.state == PM_HISTORY_SET_ASIDE) {
        set(trace, HOP_SERVER, LOST, "refused it for good, so it was set aside");
        add_reason(trace, HOP_SERVER, trace->event.reason);
    }
}

static int follow_journal(struct trace *trace, struct pm_error *err)
{
    int r = pm_history_find(trace->history, trace->id, &trace->event, err);

    if (r <= 0)
        return r < 0 ? r : follow_refused(trace, err);
    trace->in_journal = true;
    memcpy(trace->record, trace->event.record, sizeof(trace->record));
    if (trace->states[HOP_RECORD] == UNKNOWN)
        set(trace, HOP_RECORD, PASSED, "the agent took it over");
    trace->states[HOP_JOURNAL] =
        trace->event.state == PM_HISTORY_WAITING && trace->event.attempts == 0 ? WAITING : PASSED;
    (void)pm_buf_addf(
        &trace->texts[HOP_JOURNAL], "%sfor monitor '",
        trace->states[HOP_JOURNAL] == WAITING
            ? "no attempt to send it has ended yet: does paidmonitor-agent run? It is "
            : "");
    (void)pm_text_add_visible(&trace->texts[HOP_JOURNAL], trace->event.monitor,
                              strlen(trace->event.monitor));
    (void)pm_buf_addf(&trace->texts[HOP_JOURNAL], "', checktime %" PRId64,
                      trace->event.checktime_ms);
    r = follow_attempts(trace, err);
    follow_verdict(trace);
    return r < 0 ? r : 1;
}

/* ---- the row ---- */

static bool is_ours(const struct trace *trace, const struct pm_row *row)
{
    size_t i;

    for (i = 0; i < row->count; i++)
        if (strcmp(row->values[i].name, "id") == 0)
            return strcmp(row->values[i].value, trace->id) == 0;
    return trace->in_journal && row->checktime_ms == trace->event.checktime_ms;
}

/* Returns 1 when the monitor has the row of the event on the day of a time, 0 when it has not. */
static int search_day(struct cli *cli, const struct trace *trace, int64_t monitor_id,
                      int64_t time_ms, struct pm_error *err)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct pm_row_list rows;
    struct pm_day day;
    struct tm tm;
    int found = 0, r;
    size_t i;

    (void)gmtime_r(&seconds, &tm);
    day = (struct pm_day){.year = tm.tm_year + 1900, .month = tm.tm_mon + 1, .day = tm.tm_mday};
    r = pm_result_list(cli->client, monitor_id, &day, &rows, err);
    if (r < 0)
        return r;
    for (i = 0; i < rows.count && !found; i++)
        found = is_ours(trace, &rows.items[i]);
    pm_row_list_clear(&rows);
    return found;
}

static int search(struct cli *cli, const struct trace *trace, int64_t *ret_monitor_id,
                  struct pm_error *err)
{
    const struct pm_monitor_filter filter = {.tag = cli->config.monitor_tag};
    struct pm_monitor_list monitors;
    int found = 0, r;
    size_t i;

    r = pm_monitor_list(cli->client, &filter, &monitors, err);
    for (i = 0; r == 0 && i < monitors.count && found == 0; i++) {
        *ret_monitor_id = monitors.items[i].id;
        if (trace->in_journal) {
            if (strcmp(monitors.items[i].name, trace->event.monitor) == 0)
                found = search_day(cli, trace, *ret_monitor_id, trace->event.checktime_ms, err);
        } else { /* who knows when it was: today, or yesterday */
            found = search_day(cli, trace, *ret_monitor_id, trace->now_ms, err);
            if (found == 0)
                found = search_day(cli, trace, *ret_monitor_id, trace->now_ms - DAY_MS, err);
        }
    }
    if (r == 0)
        pm_monitor_list_clear(&monitors);
    return r < 0 ? r : found;
}

static void follow_row(struct cli *cli, struct trace *trace)
{
    int64_t monitor_id = 0;
    struct pm_error err;
    int found = search(cli, trace, &monitor_id, &err);

    if (found < 0) {
        set(trace, HOP_ROW, UNKNOWN, "cannot ask the server");
        add_reason(trace, HOP_ROW, err.message);
    } else if (found > 0) {
        trace->states[HOP_ROW] = PASSED;
        (void)pm_buf_addf(&trace->texts[HOP_ROW], "monitor %" PRId64 " has it", monitor_id);
    } else if (trace->states[HOP_SERVER] == PASSED) {
        set(trace, HOP_ROW, LOST,
            "the server took it, but the monitor has no such row: was the monitor deleted, or its "
            "results?");
    }
}

/* Nothing is known of it on this host, nor on the server. */
static void conclude_unseen(struct trace *trace)
{
    if (trace->states[HOP_ROW] == PASSED && !trace->in_journal) {
        set(trace, HOP_JOURNAL, UNKNOWN, "the journal has forgotten it, or is another host's");
    } else if (!trace->in_journal && trace->states[HOP_RECORD] == UNKNOWN) {
        set(trace, HOP_RECORD, LOST,
            "neither in the drop directory nor in the journal: the system log says 'not reported' "
            "with this id if the module could not leave it");
    }
}

/* ---- telling ---- */

/* The hop that matters: where it is, was lost, or the last one that it passed. */
static enum hop place(const struct trace *trace)
{
    enum hop hop, at = HOP_RECORD;

    for (hop = HOP_RECORD; hop < HOP_MAX; hop++) {
        if (trace->states[hop] == LOST || trace->states[hop] == LEFT_OUT)
            return hop;
        if (trace->states[hop] != UNKNOWN)
            at = hop;
    }
    return at;
}

static const char *sentence(const struct trace *trace, enum hop at)
{
    static const char *const sentences[HOP_MAX] = {
        [HOP_JOURNAL] = "It is in the journal",
        [HOP_ATTEMPTS] = "It was sent",
        [HOP_SERVER] = "The server has taken it; whether it is a row is not known",
        [HOP_ROW] = "It arrived",
    };

    switch (trace->states[at]) {
    case LOST:
        return "It vanished";
    case LEFT_OUT:
        return "It was left out";
    case WAITING:
        return "It waits";
    case UNKNOWN:
    case PASSED:
        break;
    }
    return sentences[at];
}

/* Who, from where, through what. */
static void add_description(struct pm_buf *buf, struct trace *trace)
{
    static const struct {
        const char *before;
        enum pm_event_text text;
    } parts[] = {
        {" of ", PM_EVENT_USER}, {" from ", PM_EVENT_RHOST}, {" through ", PM_EVENT_SERVICE}};
    struct pm_event event;
    const char *reason;
    size_t i;

    if (trace->record[0] == '\0' ||
        pm_event_decode(trace->record, strlen(trace->record), &event, &reason) < 0)
        return;
    (void)pm_buf_addf(buf, ": %s", pm_event_phase_name(event.phase));
    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const struct pm_event_view *text = &event.texts[parts[i].text];

        if (text->len == 0)
            continue;
        (void)pm_buf_adds(buf, parts[i].before);
        (void)pm_text_add_visible(buf, text->bytes, text->len);
    }
    (void)pm_buf_adds(buf, ",");
    (void)pm_buf_addc(buf, ' ');
    moment_add(buf, event.wall_ms, trace->now_ms);
}

static void compose(struct pm_buf *buf, struct trace *trace)
{
    enum hop hop, at = place(trace);

    (void)pm_buf_addf(buf, "event %s", trace->id);
    add_description(buf, trace);
    for (hop = HOP_RECORD; hop < HOP_MAX; hop++) {
        const char *text = trace->texts[hop].len > 0 ? trace->texts[hop].data : "";

        (void)pm_buf_addf(buf, "\n  %-8s  %-2s  ", hop_names[hop], marks[trace->states[hop]]);
        for (; *text; text++) { /* further lines stand under the first */
            (void)pm_buf_addc(buf, *text);
            if (*text == '\n')
                (void)pm_buf_adds(buf, "                ");
        }
    }
    (void)pm_buf_addf(buf, "\n%s at hop '%s'.", sentence(trace, at), hop_names[at]);
}

static void compose_json(struct pm_buf *buf, const struct trace *trace)
{
    enum hop hop, at = place(trace);

    json_open(buf, '{');
    json_text_member(buf, "id", trace->id);
    json_text_member(buf, "at", hop_names[at]);
    json_text_member(buf, "state", state_names[trace->states[at]]);
    json_name(buf, "hops");
    json_open(buf, '[');
    for (hop = HOP_RECORD; hop < HOP_MAX; hop++) {
        json_open(buf, '{');
        json_text_member(buf, "hop", hop_names[hop]);
        json_text_member(buf, "state", state_names[trace->states[hop]]);
        json_text_member(buf, "text", trace->texts[hop].len > 0 ? trace->texts[hop].data : "");
        json_close(buf, '}');
    }
    json_close(buf, ']');
    json_close(buf, '}');
}

static int tell(const struct cli *cli, struct trace *trace)
{
    enum state state = trace->states[place(trace)];
    struct pm_buf buf;
    int r;

    pm_buf_init(&buf, OUTPUT_MAX);
    if (cli->is_json)
        compose_json(&buf, trace);
    else
        compose(&buf, trace);
    r = json_print(&buf);
    if (r != CLI_OK || trace->states[HOP_ROW] == PASSED)
        return r;
    return state == LOST || state == LEFT_OUT ? CLI_REFUSED : CLI_NETWORK;
}

/* ---- the command ---- */

static int follow(struct cli *cli, struct trace *trace)
{
    struct pm_error err;

    follow_record(cli, trace);
    if (trace->history && follow_journal(trace, &err) < 0)
        return cli_fail(cli, &err);
    if (trace->states[HOP_SERVER] == PASSED ||
        (!trace->in_journal && trace->states[HOP_RECORD] == UNKNOWN))
        follow_row(cli, trace);
    conclude_unseen(trace);
    return tell(cli, trace);
}

static int run(struct cli *cli)
{
    struct trace trace = {.now_ms = pm_clock_wall_ms()};
    struct pm_error err;
    enum hop hop;
    int r = cli_connect(cli, false);

    if (r != 0)
        return r;
    for (hop = HOP_RECORD; hop < HOP_MAX; hop++)
        pm_buf_init(&trace.texts[hop], TEXT_MAX);
    if (pm_history_open(cli->config.journal, &trace.history, &err) < 0)
        set(&trace, HOP_JOURNAL, UNKNOWN, err.message);
    r = take_id(cli, &trace);
    if (r == 0)
        r = follow(cli, &trace);
    pm_history_free(trace.history);
    for (hop = HOP_RECORD; hop < HOP_MAX; hop++)
        pm_buf_clear(&trace.texts[hop]);
    return r;
}

static const struct cli_option options[] = {
    {.name = "last", .help = "the newest event"},
    {.letter = 0},
};

const struct cli_command cmd_trace = {
    .name = "trace",
    .operands = "[ID]",
    .summary = "Follow one event over every hop, and name the hop where it is",
    .details =
        "The hops: record (left by the module), journal (taken over by the agent), attempts\n"
        "(to send it), server (its verdict), row (among the monitor's results).",
    .options = options,
    .run = run,
};
