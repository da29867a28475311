/* Figures about the agent; see metrics.h. */
#include "metrics.h"

#include <errno.h>

#include "cleanup.h"
#include "fs.h"
#include "prom.h"
#include "verdict.h"

#define TEXT_MAX_BYTES 8192

static void add_events(struct pm_buf *to, const struct pm_journal_counts *counts)
{
    const struct {
        const char *state;
        int64_t count;
    } rows[] = {
        {"waiting", counts->waiting}, {"done", counts->done},     {"set_aside", counts->set_aside},
        {"unsent", counts->unsent},   {"no_record", counts->bad},
    };
    size_t i;

    pm_prom_family(to, "paidmonitor_agent_events", "gauge", "Events in the journal by state.");
    for (i = 0; i < PM_ARRAY_LEN(rows); i++)
        pm_prom_integer(to, "paidmonitor_agent_events", rows[i].count, "state", rows[i].state,
                        NULL);
}

static void add_attempts(struct pm_buf *to, const struct pm_deliver_stats *stats)
{
    int i;

    pm_prom_family(to, "paidmonitor_agent_attempts_total", "counter",
                   "Attempts to deliver an event by outcome, since the agent started.");
    for (i = 0; i < PM_VERDICT_MAX; i++)
        pm_prom_integer(to, "paidmonitor_agent_attempts_total", stats->verdicts[i], "outcome",
                        pm_verdict_name((enum pm_verdict)i), NULL);
}

/* A time or an age in seconds. */
static void add_seconds(struct pm_buf *to, const char *name, const char *help, int64_t ms)
{
    pm_prom_family(to, name, "gauge", help);
    pm_prom_seconds(to, name, ms * 1000, NULL);
}

void pm_metrics_format(const struct pm_journal_counts *counts, const struct pm_deliver_stats *stats,
                       int64_t now_ms, struct pm_buf *to)
{
    bool is_waiting = counts->waiting > 0 && counts->oldest_ms < now_ms;

    add_events(to, counts);
    add_attempts(to, stats);
    add_seconds(to, "paidmonitor_agent_oldest_waiting_seconds",
                "Age of the oldest event that waits, 0 when none does.",
                is_waiting ? now_ms - counts->oldest_ms : 0);
    add_seconds(to, "paidmonitor_agent_last_delivery_timestamp_seconds",
                "When an event was last delivered, 0 if none was since the agent started.",
                stats->last_done_ms < 0 ? 0 : stats->last_done_ms);
    add_seconds(to, "paidmonitor_agent_written_timestamp_seconds", "When this file was written.",
                now_ms);
}

int pm_metrics_write(const char *path, const struct pm_journal_counts *counts,
                     const struct pm_deliver_stats *stats, int64_t now_ms)
{
    struct pm_buf text;
    int r = -1;

    pm_buf_init(&text, TEXT_MAX_BYTES);
    pm_metrics_format(counts, stats, now_ms, &text);
    if (text.failed)
        errno = ENOMEM;
    else
        r = pm_fs_replace(path, text.data, text.len, 0644);
    pm_buf_clear(&text);
    return r;
}
