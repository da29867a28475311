/* paidmonitor status: what the agent has to deliver, and how that goes. */
#include "commands.h"

#include <inttypes.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "history.h"
#include "json.h"
#include "moment.h"
#include "spool.h"
#include "text.h"

#define OUTPUT_MAX (64u * 1024u)

struct status {
    struct spool spool;
    struct pm_history_overview journal;
    int64_t now_ms;
};

static int read_status(struct cli *cli, struct status *status)
{
    struct pm_history *history;
    struct pm_error err;
    int r;

    if (pm_history_open(cli->config.journal, &history, &err) < 0)
        return cli_fail(cli, &err);
    status->now_ms = pm_clock_wall_ms();
    r = pm_history_overview(history, status->now_ms, &status->journal, &err);
    pm_history_free(history);
    spool_look(cli->config.drop_dir, &status->spool);
    return r < 0 ? cli_fail(cli, &err) : 0;
}

/* The event that waits longest, wherever it waits. */
static int64_t oldest(const struct status *status)
{
    int64_t journal = status->journal.oldest_ms, spool = status->spool.oldest_ms;

    if (journal < 0 || spool < 0)
        return journal < 0 ? spool : journal;
    return journal < spool ? journal : spool;
}

static void add_time(struct pm_buf *buf, const char *label, int64_t ms, const struct status *status)
{
    if (ms < 0)
        return;
    (void)pm_buf_adds(buf, label);
    moment_add(buf, ms, status->now_ms);
}

static void compose(struct pm_buf *buf, const struct cli *cli, const struct status *status)
{
    const struct pm_history_overview *journal = &status->journal;

    (void)pm_buf_addf(buf, "waiting     %" PRId64, journal->waiting);
    if (status->spool.count < 0)
        (void)pm_buf_addf(buf, "; the drop directory %s cannot be read", cli->config.drop_dir);
    else if (status->spool.count > 0)
        (void)pm_buf_addf(buf, ", and %" PRId64 " in the drop directory", status->spool.count);
    add_time(buf, "\noldest      ", oldest(status), status);
    if (journal->next_ms >= 0 && journal->next_ms <= status->now_ms)
        (void)pm_buf_adds(buf, "\nnext try    now");
    else
        add_time(buf, "\nnext try    ", journal->next_ms, status);
    if (journal->last_error[0] != '\0') {
        add_time(buf, "\nlast error  ", journal->error_ms, status);
        (void)pm_buf_adds(buf, journal->error_ms < 0 ? "\nlast error  " : "\n            ");
        (void)pm_text_add_visible(buf, journal->last_error, strlen(journal->last_error));
    }
    (void)pm_buf_addf(buf, "\ndelivered   %" PRId64 " in the last hour", journal->done_lately);
    add_time(buf, "\nlast one    ", journal->last_done_ms, status);
    (void)pm_buf_addf(buf, "\nset aside   %" PRId64 ", and %" PRId64 " that were no records",
                      journal->set_aside, journal->bad);
}

static void compose_json(struct pm_buf *buf, const struct status *status)
{
    const struct pm_history_overview *journal = &status->journal;
    const struct {
        const char *name;
        int64_t value;
    } members[] = {
        {"waiting", journal->waiting},
        {"dropped", status->spool.count},
        {"oldest", oldest(status)},
        {"nextTry", journal->next_ms},
        {"deliveredLastHour", journal->done_lately},
        {"lastDelivered", journal->last_done_ms},
        {"setAside", journal->set_aside},
        {"badRecords", journal->bad},
        {"lastErrorAt", journal->error_ms},
    };
    size_t i;

    json_open(buf, '{');
    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (members[i].value >= 0)
            json_int_member(buf, members[i].name, members[i].value);
    json_text_member(buf, "lastError", journal->last_error);
    json_close(buf, '}');
}

static int run(struct cli *cli)
{
    struct status status;
    struct pm_buf buf;
    int r = cli_load(cli);

    if (r == 0)
        r = read_status(cli, &status);
    if (r != 0)
        return r;
    pm_buf_init(&buf, OUTPUT_MAX);
    if (cli->is_json)
        compose_json(&buf, &status);
    else
        compose(&buf, cli, &status);
    return json_print(&buf);
}

const struct cli_command cmd_status = {
    .name = "status",
    .summary = "Show what waits to be delivered, and how delivery goes",
    .details = "Reads the agent's journal and the drop directory; the agent need not run.",
    .run = run,
};
