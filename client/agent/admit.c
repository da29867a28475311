/* What becomes of an event that arrives; see admit.h. */
#include "admit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "clock.h"
#include "config.h"
#include "event.h"
#include "filter.h"
#include "journal.h"
#include "log.h"

#define SOURCE_SIZE 640

/* An audit session that is none; Source: audit_setloginuid(3), AUDIT_UID_UNSET. */
#define NO_SESSION INT64_C(4294967295)

int pm_admit_begin(struct pm_admit *admit)
{
    int waiting = pm_journal_waiting(admit->journal, admit->config->max_waiting);

    if (waiting < 0)
        return waiting;
    admit->waiting = waiting;
    if (waiting < admit->config->max_waiting)
        admit->is_full = false;
    return 0;
}

/* Let another event count this one. Returns 0, or 1 when that event is sent already. */
static int count_in(struct pm_admit *admit, const struct pm_event *event, const char *record,
                    const char *reason, const char *counting)
{
    int r = pm_journal_count_up(admit->journal, counting);

    if (r <= 0)
        return r < 0 ? r : 1;
    return pm_journal_add_unsent(admit->journal, event->id, record, reason, counting,
                                 pm_clock_wall_ms());
}

static int add(struct pm_admit *admit, const struct pm_event *event, const char *record,
               enum pm_journal_kind kind, int64_t next_ms)
{
    int r = pm_journal_add(admit->journal, event, record, admit->monitor);

    if (r == 1 && kind != PM_JOURNAL_EVENT)
        r = pm_journal_set_kind(admit->journal, event->id, kind, next_ms) < 0 ? -1 : 1;
    if (r == 1)
        admit->waiting++;
    return r;
}

/* The queue is full: the first event stands for all that follow. */
static int drop(struct pm_admit *admit, const struct pm_event *event, const char *record)
{
    char counting[PM_EVENT_ID_SIZE];
    int r = pm_journal_find_dropped(admit->journal, counting);

    if (!admit->is_full)
        pm_log_error("%d events wait already; further ones are dropped and counted",
                     admit->waiting);
    admit->is_full = true;
    if (r < 0)
        return r;
    r = r == 1 ? count_in(admit, event, record, "dropped: the queue was full", counting) : 1;
    return r == 1 ? add(admit, event, record, PM_JOURNAL_DROPPED, 0) : r;
}

static int add_or_drop(struct pm_admit *admit, const struct pm_event *event, const char *record,
                       enum pm_journal_kind kind, int64_t next_ms)
{
    if (admit->waiting >= admit->config->max_waiting)
        return drop(admit, event, record);
    return add(admit, event, record, kind, next_ms);
}

/* ---- bursts of failures ---- */

/* Failures of one service from one host, or of one user where there is no host. */
static void name_source(const struct pm_event *event, char source[SOURCE_SIZE])
{
    const struct pm_event_view *service = &event->texts[PM_EVENT_SERVICE];
    const struct pm_event_view *from = &event->texts[PM_EVENT_RHOST];

    if (from->len == 0)
        from = &event->texts[PM_EVENT_USER];
    (void)snprintf(source, SOURCE_SIZE, "%.*s %.*s", (int)service->len,
                   service->bytes ? service->bytes : "", (int)from->len,
                   from->bytes ? from->bytes : "");
}

/* One failure too many for a row of its own. */
static int add_to_burst(struct pm_admit *admit, const struct pm_event *event, const char *record,
                        struct pm_journal_burst *burst)
{
    int r = 1;

    if (burst->id[0] != '\0')
        r = count_in(admit, event, record, "counted as one of several failures", burst->id);
    if (r != 1)
        return r;
    memcpy(burst->id, event->id, sizeof(burst->id));
    return add_or_drop(admit, event, record, PM_JOURNAL_FAILURES,
                       pm_clock_wall_ms() + PM_ADMIT_BURST_MS);
}

static int add_failure(struct pm_admit *admit, const struct pm_event *event, const char *record)
{
    struct pm_journal_burst burst;
    char source[SOURCE_SIZE];
    int added, r;

    name_source(event, source);
    r = pm_journal_find_burst(admit->journal, source, &burst);
    if (r < 0)
        return r;
    if (r == 0 || event->wall_ms - burst.began_ms >= PM_ADMIT_BURST_MS ||
        burst.began_ms - event->wall_ms >= PM_ADMIT_BURST_MS) /* records come in any order */
        burst = (struct pm_journal_burst){.began_ms = event->wall_ms};
    burst.failures++;
    if (burst.failures <= admit->config->failure_burst)
        added = add_or_drop(admit, event, record, PM_JOURNAL_EVENT, 0);
    else
        added = add_to_burst(admit, event, record, &burst);
    r = added < 0 ? added : pm_journal_set_burst(admit->journal, source, &burst);
    return r < 0 ? r : added;
}

/* ---- audit sessions ---- */

/* Services that change the user inside a session that began with another one's login. */
static bool is_inside_session(const struct pm_event *event)
{
    static const char *const services[] = {"su",        "su-l", "sudo",   "sudo-i",  "runuser",
                                           "runuser-l", "doas", "pkexec", "polkit-1"};
    const struct pm_event_view *service = &event->texts[PM_EVENT_SERVICE];
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(services); i++) {
        if (strlen(services[i]) == service->len &&
            memcmp(services[i], service->bytes, service->len) == 0)
            return true;
    }
    return false;
}

static int tie_to_session(struct pm_admit *admit, const struct pm_event *event)
{
    int64_t session = event->numbers[PM_EVENT_SESSION];
    char login[PM_EVENT_ID_SIZE];
    int r;

    if (session < 0 || session == NO_SESSION)
        return 0;
    if (!is_inside_session(event))
        return event->phase == PM_EVENT_OPEN
                   ? pm_journal_begin_session(admit->journal, session, event->id,
                                              pm_clock_wall_ms())
                   : 0;
    r = pm_journal_find_session(admit->journal, session, login);
    return r == 1 ? pm_journal_set_login(admit->journal, event->id, login) : r;
}

int pm_admit_event(struct pm_admit *admit, const struct pm_event *event, const char *record)
{
    const char *rule;
    int added, r = pm_journal_knows(admit->journal, event->id);
    char reason[64];

    if (r != 0)
        return r < 0 ? r : 0;
    rule = pm_filter_rule(admit->config, event);
    if (rule) {
        pm_log_debug("event %s is left out by %s", event->id, rule);
        (void)snprintf(reason, sizeof(reason), "left out by %s", rule);
        return pm_journal_add_unsent(admit->journal, event->id, record, reason, NULL,
                                     pm_clock_wall_ms());
    }
    if (event->phase == PM_EVENT_AUTH && admit->config->failure_burst > 0)
        added = add_failure(admit, event, record);
    else
        added = add_or_drop(admit, event, record, PM_JOURNAL_EVENT, 0);
    r = added < 0 ? added : tie_to_session(admit, event);
    return r < 0 ? r : added;
}
