/* Sending the journal's events; see deliver.h. What an outcome means is decided in verdict.c. */
#include "deliver.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backoff.h"
#include "clock.h"
#include "compose.h"
#include "config.h"
#include "event.h"
#include "journal.h"
#include "log.h"
#include "login_monitor.h"
#include "secret.h"
#include "verdict.h"

/* Source: ours. The server refuses timestamps that are some minutes off; the Date header of its
 * answer tells how far, to a second or two. */
#define CLOCK_TOLERANCE_MS 30000

#define FIND_MONITOR_MAX 3 /* in a row, before somebody has to look */

struct pm_deliver {
    const struct pm_config *config;
    struct pm_journal *journal;
    pthread_mutex_t lock; /* of the next two */
    struct pm_client *client;
    bool is_cancelled;

    char monitor[PM_JOURNAL_MONITOR_SIZE]; /* whose id is known; "" none */
    int64_t monitor_id;
    unsigned monitor_searches; /* in a row without an event delivered */
    int64_t clock_offset_ms;
    bool has_learned_clock;  /* since the last event that was delivered */
    int64_t paused_until_ms; /* monotonic */
    bool must_renew;         /* the client, with the secret read anew */
    unsigned failures;       /* pauses in a row */
    uint64_t seed;
    int last_failure;
};

/* ---- the client ---- */

static void install_client(struct pm_deliver *deliver, struct pm_client *client)
{
    struct pm_client *old;

    (void)pthread_mutex_lock(&deliver->lock);
    old = deliver->client;
    deliver->client = client;
    if (deliver->is_cancelled && client)
        pm_client_cancel(client);
    (void)pthread_mutex_unlock(&deliver->lock);
    pm_client_free(old);
}

static int renew_client(struct pm_deliver *deliver, struct pm_error *err)
{
    struct pm_client_options options;
    struct pm_client *client = NULL;
    struct pm_secret secret;
    int r;

    r = pm_config_read_secret(deliver->config, &secret, err);
    if (r < 0)
        return r;
    options = pm_config_client_options(deliver->config, &secret);
    options.clock_offset_ms = deliver->clock_offset_ms;
    r = pm_client_new(&options, &client, err);
    pm_secret_clear(&secret);
    if (r < 0)
        return r;

    install_client(deliver, client);
    deliver->must_renew = false;
    return 0;
}

void pm_deliver_cancel(struct pm_deliver *deliver)
{
    (void)pthread_mutex_lock(&deliver->lock);
    deliver->is_cancelled = true;
    if (deliver->client)
        pm_client_cancel(deliver->client);
    (void)pthread_mutex_unlock(&deliver->lock);
}

int pm_deliver_new(const struct pm_config *config, struct pm_deliver **ret_deliver,
                   struct pm_error *err)
{
    struct pm_deliver *deliver = calloc(1, sizeof(*deliver));
    int r;

    if (!deliver)
        return PM_ERR_SYSTEM;
    deliver->config = config;
    deliver->seed = (uint64_t)pm_clock_wall_ms() ^ (uintptr_t)deliver;
    (void)pthread_mutex_init(&deliver->lock, NULL); /* cannot fail without attributes */
    r = pm_journal_open(config->journal, PM_JOURNAL_SYNC_LATE, &deliver->journal, err);
    if (r == 0)
        r = renew_client(deliver, err);
    if (r < 0) {
        pm_deliver_free(deliver);
        return r;
    }
    *ret_deliver = deliver;
    return 0;
}

void pm_deliver_free(struct pm_deliver *deliver)
{
    if (!deliver)
        return;
    pm_client_free(deliver->client);
    pm_journal_free(deliver->journal);
    (void)pthread_mutex_destroy(&deliver->lock);
    free(deliver);
}

int pm_deliver_last_failure(const struct pm_deliver *deliver)
{
    return deliver->last_failure;
}

/* ---- one event ---- */

/* Know the id of the event's monitor. */
static int find_monitor(struct pm_deliver *deliver, const char *monitor, struct pm_error *err)
{
    bool created = false;
    int r;

    if (strcmp(deliver->monitor, monitor) == 0)
        return 0;
    r = pm_login_monitor_ensure(deliver->client, monitor, deliver->config->monitor_tag,
                                &deliver->monitor_id, &created, err);
    if (r < 0)
        return r;
    pm_log_info("%s monitor '%s', id %lld", created ? "created" : "found", monitor,
                (long long)deliver->monitor_id);
    (void)snprintf(deliver->monitor, sizeof(deliver->monitor), "%s", monitor);
    return 0;
}

static int send_event(struct pm_deliver *deliver, struct pm_journal_entry *entry,
                      struct pm_error *err)
{
    struct pm_result result;
    struct pm_event event;
    const char *reason;
    int r;

    if (pm_event_decode(entry->record, strlen(entry->record), &event, &reason) < 0) {
        (void)snprintf(err->message, sizeof(err->message), "%s in the record", reason);
        return PM_ERR_USAGE;
    }
    r = pm_compose(&event, &result);
    if (r < 0)
        return r;
    r = pm_result_add(deliver->client, deliver->monitor_id, entry->checktime_ms, result.values,
                      result.count, err);
    pm_result_clear(&result);
    return r;
}

static enum pm_verdict attempt(struct pm_deliver *deliver, struct pm_journal_entry *entry,
                               struct pm_error *err)
{
    enum pm_step step = PM_STEP_MONITOR;
    int r;

    *err = (struct pm_error){.retry_after_ms = -1, .server_date_ms = -1};
    r = deliver->must_renew ? renew_client(deliver, err) : 0;
    if (r == 0)
        r = find_monitor(deliver, entry->monitor, err);
    if (r == 0) {
        step = PM_STEP_RESULT;
        r = send_event(deliver, entry, err);
    }
    if (r < 0 && r != PM_ERR_CANCELLED)
        deliver->last_failure = r;
    if (r < 0 && err->message[0] == '\0')
        (void)snprintf(err->message, sizeof(err->message), "%s", pm_err_text(r));
    return pm_verdict_of(step, r, err);
}

/* A refusal may come from nothing but a wrong clock here. Returns true when it was corrected. */
static bool learn_clock(struct pm_deliver *deliver, const struct pm_error *err)
{
    int64_t drift_ms;

    if (err->server_date_ms < 0 || deliver->has_learned_clock)
        return false;
    drift_ms = err->server_date_ms - (pm_clock_wall_ms() + deliver->clock_offset_ms);
    if (drift_ms > -CLOCK_TOLERANCE_MS && drift_ms < CLOCK_TOLERANCE_MS)
        return false;

    deliver->has_learned_clock = true;
    deliver->clock_offset_ms += drift_ms;
    pm_client_set_clock_offset(deliver->client, deliver->clock_offset_ms);
    pm_log_warning("the clocks of server and host differ by %lld s; signing with the server's",
                   (long long)(deliver->clock_offset_ms / 1000));
    return true;
}

/* ---- verdicts ---- */

struct outcome {
    const struct pm_journal_entry *entry;
    const struct pm_error *err;
    int journal; /* result of the last change of the journal */
};

static int64_t settle_done(struct pm_deliver *deliver, struct outcome *outcome)
{
    if (deliver->failures > 0)
        pm_log_info("delivering again after %u failures", deliver->failures);
    deliver->failures = 0;
    deliver->monitor_searches = 0;
    deliver->has_learned_clock = false;
    pm_log_debug("delivered event %s", outcome->entry->id);
    outcome->journal = pm_journal_done(deliver->journal, outcome->entry->id, pm_clock_wall_ms());
    return 0;
}

static int64_t settle_retry(struct pm_deliver *deliver, struct outcome *outcome)
{
    const struct pm_journal_entry *entry = outcome->entry;
    int64_t wait_ms =
        pm_backoff_ms(entry->attempts + 1, &deliver->seed, outcome->err->retry_after_ms);

    pm_log_warning("event %s: %s; retrying it in %lld ms", entry->id, outcome->err->message,
                   (long long)wait_ms);
    outcome->journal = pm_journal_retry(deliver->journal, entry->id, pm_clock_wall_ms() + wait_ms,
                                        outcome->err->message);
    return 0;
}

static int64_t pause_all(struct pm_deliver *deliver, struct outcome *outcome,
                         enum pm_log_level level)
{
    int64_t wait_ms =
        pm_backoff_ms(++deliver->failures, &deliver->seed, outcome->err->retry_after_ms);

    pm_log(level, "%s; events wait, trying again in %lld ms", outcome->err->message,
           (long long)wait_ms);
    deliver->paused_until_ms = pm_clock_mono_ms() + wait_ms;
    outcome->journal = pm_journal_retry(deliver->journal, outcome->entry->id,
                                        pm_clock_wall_ms() + wait_ms, outcome->err->message);
    return wait_ms;
}

static int64_t settle_pause(struct pm_deliver *deliver, struct outcome *outcome)
{
    return pause_all(deliver, outcome, PM_LOG_WARNING);
}

static int64_t settle_hold(struct pm_deliver *deliver, struct outcome *outcome)
{
    if (learn_clock(deliver, outcome->err))
        return 0;
    deliver->must_renew = true; /* perhaps the secret file is mended by then */
    return pause_all(deliver, outcome, PM_LOG_ERROR);
}

static int64_t settle_find_monitor(struct pm_deliver *deliver, struct outcome *outcome)
{
    pm_log_warning("%s; looking for monitor '%s' again", outcome->err->message, deliver->monitor);
    deliver->monitor[0] = '\0';
    if (++deliver->monitor_searches < FIND_MONITOR_MAX)
        return 0;
    deliver->monitor_searches = 0;
    return pause_all(deliver, outcome, PM_LOG_ERROR);
}

static int64_t settle_set_aside(struct pm_deliver *deliver, struct outcome *outcome)
{
    pm_log_error("setting event %s aside: %s", outcome->entry->id, outcome->err->message);
    outcome->journal =
        pm_journal_set_aside(deliver->journal, outcome->entry->id, outcome->err->message);
    return 0;
}

static int64_t settle_cancelled(struct pm_deliver *deliver, struct outcome *outcome)
{
    (void)deliver, (void)outcome;
    return PM_DELIVER_IDLE;
}

static int64_t (*const settle[PM_VERDICT_MAX])(struct pm_deliver *, struct outcome *) = {
    [PM_VERDICT_DONE] = settle_done,
    [PM_VERDICT_RETRY] = settle_retry,
    [PM_VERDICT_PAUSE] = settle_pause,
    [PM_VERDICT_HOLD] = settle_hold,
    [PM_VERDICT_FIND_MONITOR] = settle_find_monitor,
    [PM_VERDICT_SET_ASIDE] = settle_set_aside,
    [PM_VERDICT_CANCELLED] = settle_cancelled,
};

/* The disk is full or broken: what was sent is sent again later, onto the same row. */
static int64_t journal_failed(struct pm_deliver *deliver)
{
    int64_t wait_ms = pm_backoff_ms(++deliver->failures, &deliver->seed, -1);

    pm_log_error("the journal fails: %s; trying again in %lld ms",
                 pm_journal_message(deliver->journal), (long long)wait_ms);
    deliver->last_failure = PM_ERR_SYSTEM;
    deliver->paused_until_ms = pm_clock_mono_ms() + wait_ms;
    return wait_ms;
}

/* Nothing is due: when will something be? */
static int64_t until(struct pm_deliver *deliver, int64_t next_ms, int64_t now_ms)
{
    if (next_ms < 0)
        return PM_DELIVER_IDLE;
    if (next_ms - now_ms <= PM_RETRY_AFTER_MAX_MS)
        return next_ms - now_ms;
    /* Nobody waits that long: the clock was set back. */
    return pm_journal_wake(deliver->journal) < 0 ? journal_failed(deliver) : 0;
}

int64_t pm_deliver_step(struct pm_deliver *deliver)
{
    int64_t paused_ms = deliver->paused_until_ms - pm_clock_mono_ms();
    int64_t now_ms = pm_clock_wall_ms(), next_ms = -1, wait_ms;
    struct pm_journal_entry entry;
    struct pm_error err;
    struct outcome outcome = {.entry = &entry, .err = &err};
    int r;

    if (paused_ms > 0)
        return paused_ms;
    r = pm_journal_next(deliver->journal, now_ms, &entry, &next_ms);
    if (r < 0)
        return journal_failed(deliver);
    if (r == 0)
        return until(deliver, next_ms, now_ms);

    wait_ms = settle[attempt(deliver, &entry, &err)](deliver, &outcome);
    return outcome.journal < 0 ? journal_failed(deliver) : wait_ms;
}

void pm_deliver_reload(struct pm_deliver *deliver)
{
    deliver->must_renew = true;
    deliver->paused_until_ms = 0;
    deliver->failures = 0;
    if (pm_journal_wake(deliver->journal) < 0)
        (void)journal_failed(deliver);
}
