/* Sending the journal's events; see deliver.h. What an outcome means is decided in verdict.c. */
#include "deliver.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backoff.h"
#include "clock.h"
#include "columns.h"
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

#define RETRIES_MAX      3 /* events in a row that the server failed at, before all wait */
#define FIND_MONITOR_MAX 3 /* in a row, before somebody has to look */

/* A connection and what is on its way over it. */
struct lane {
    struct pm_client *client;
    bool must_renew;              /* the client, with the secret read anew */
    char event[PM_EVENT_ID_SIZE]; /* "" none */
};

struct pm_deliver {
    const struct pm_config *config;
    struct pm_columns columns;

    pthread_mutex_t lock; /* of all below; never held during a request */
    struct pm_journal *journal;
    struct lane lanes[PM_DELIVER_LANES_MAX];
    int lane_count;
    bool is_cancelled;
    bool is_flowing; /* the last event was delivered: all lanes may work */

    char monitor[PM_JOURNAL_MONITOR_SIZE]; /* whose id is known; "" none */
    int64_t monitor_id;
    unsigned monitor_searches; /* in a row without an event delivered */
    int64_t clock_offset_ms;
    bool has_learned_clock;  /* since the last event that was delivered */
    int64_t paused_until_ms; /* monotonic */
    unsigned pauses;         /* so far: tells which requests began before the last one */
    unsigned failures;       /* pauses in a row */
    unsigned retries;        /* events in a row that have to be retried */
    uint64_t seed;
    struct pm_deliver_stats stats;
};

/* One event on its way, and how things stood when it left. */
struct task {
    struct lane *lane;
    struct pm_journal_entry entry;
    char monitor[PM_JOURNAL_MONITOR_SIZE];
    int64_t monitor_id;
    int64_t clock_offset_ms;
    unsigned pauses;
    bool must_renew;

    struct pm_error err; /* how it went */
    int code;
    int journal; /* result of the last change of the journal */
};

/* ---- clients ---- */

static void install_client(struct pm_deliver *deliver, struct lane *lane, struct pm_client *client)
{
    struct pm_client *old;

    (void)pthread_mutex_lock(&deliver->lock);
    old = lane->client;
    lane->client = client;
    lane->must_renew = false;
    if (deliver->is_cancelled)
        pm_client_cancel(client);
    (void)pthread_mutex_unlock(&deliver->lock);
    pm_client_free(old);
}

static int renew_client(struct pm_deliver *deliver, struct lane *lane, struct pm_error *err)
{
    struct pm_client_options options;
    struct pm_client *client = NULL;
    struct pm_secret secret;
    int r;

    r = pm_config_read_secret(deliver->config, &secret, err);
    if (r < 0)
        return r;
    options = pm_config_client_options(deliver->config, &secret);
    r = pm_client_new(&options, &client, err);
    pm_secret_clear(&secret);
    if (r < 0)
        return r;
    install_client(deliver, lane, client);
    return 0;
}

void pm_deliver_cancel(struct pm_deliver *deliver)
{
    int i;

    (void)pthread_mutex_lock(&deliver->lock);
    deliver->is_cancelled = true;
    for (i = 0; i < deliver->lane_count; i++) {
        if (deliver->lanes[i].client)
            pm_client_cancel(deliver->lanes[i].client);
    }
    (void)pthread_mutex_unlock(&deliver->lock);
}

static int set_up(struct pm_deliver *deliver, struct pm_error *err)
{
    int r = pm_columns_read(deliver->config, &deliver->columns, err), i;

    if (r == 0)
        r = pm_journal_open(deliver->config->journal, PM_JOURNAL_SYNC_LATE, &deliver->journal, err);
    for (i = 0; i < deliver->lane_count && r == 0; i++)
        r = renew_client(deliver, &deliver->lanes[i], err);
    return r;
}

int pm_deliver_new(const struct pm_config *config, struct pm_deliver **ret_deliver,
                   struct pm_error *err)
{
    struct pm_deliver *deliver = calloc(1, sizeof(*deliver));
    int lanes = config->requests, r;

    if (!deliver)
        return PM_ERR_SYSTEM;
    deliver->config = config;
    deliver->lane_count = lanes < 1                      ? 1
                          : lanes > PM_DELIVER_LANES_MAX ? PM_DELIVER_LANES_MAX
                                                         : lanes;
    deliver->seed = (uint64_t)pm_clock_wall_ms() ^ (uintptr_t)deliver;
    deliver->stats.last_done_ms = -1;
    (void)pthread_mutex_init(&deliver->lock, NULL); /* cannot fail without attributes */
    r = set_up(deliver, err);
    if (r < 0) {
        pm_deliver_free(deliver);
        return r;
    }
    *ret_deliver = deliver;
    return 0;
}

void pm_deliver_free(struct pm_deliver *deliver)
{
    int i;

    if (!deliver)
        return;
    for (i = 0; i < deliver->lane_count; i++)
        pm_client_free(deliver->lanes[i].client);
    pm_journal_free(deliver->journal);
    pm_columns_clear(&deliver->columns);
    (void)pthread_mutex_destroy(&deliver->lock);
    free(deliver);
}

int pm_deliver_lanes(const struct pm_deliver *deliver)
{
    return deliver->lane_count;
}

struct pm_deliver_stats pm_deliver_stats(struct pm_deliver *deliver)
{
    struct pm_deliver_stats stats;

    (void)pthread_mutex_lock(&deliver->lock);
    stats = deliver->stats;
    (void)pthread_mutex_unlock(&deliver->lock);
    return stats;
}

/* ---- one event, without the lock ---- */

/* Know the id of the event's monitor. Only the pilot gets here without knowing it. */
static int find_monitor(struct pm_deliver *deliver, struct task *task)
{
    const char *monitor = task->entry.monitor;
    bool created = false;
    int r;

    if (strcmp(task->monitor, monitor) == 0)
        return 0;
    r = pm_login_monitor_ensure(task->lane->client, monitor, deliver->config->monitor_tag,
                                pm_columns_params(&deliver->columns), &task->monitor_id, &created,
                                &task->err);
    if (r < 0)
        return r;
    pm_log_info("%s monitor '%s', id %lld", created ? "created" : "found", monitor,
                (long long)task->monitor_id);
    (void)snprintf(task->monitor, sizeof(task->monitor), "%s", monitor);
    return 0;
}

static int send_event(struct pm_deliver *deliver, struct task *task)
{
    struct pm_journal_entry *entry = &task->entry;
    const struct pm_happening happening = {entry->kind, entry->count, entry->login};
    struct pm_result result;
    struct pm_event event;
    const char *reason;
    int r;

    if (pm_event_decode(entry->record, strlen(entry->record), &event, &reason) < 0) {
        (void)snprintf(task->err.message, sizeof(task->err.message), "%s in the record", reason);
        return PM_ERR_USAGE;
    }
    r = pm_compose(&deliver->columns, &event, &happening, &result);
    if (r < 0)
        return r;
    r = pm_result_add(task->lane->client, task->monitor_id, entry->checktime_ms, result.values,
                      result.count, &task->err);
    pm_result_clear(&result);
    return r;
}

static enum pm_verdict attempt(struct pm_deliver *deliver, struct task *task)
{
    enum pm_step step = PM_STEP_MONITOR;
    int r = task->must_renew ? renew_client(deliver, task->lane, &task->err) : 0;

    if (r == 0) {
        pm_client_set_clock_offset(task->lane->client, task->clock_offset_ms);
        r = find_monitor(deliver, task);
    }
    if (r == 0) {
        step = PM_STEP_RESULT;
        r = send_event(deliver, task);
    }
    if (r < 0 && task->err.message[0] == '\0')
        (void)snprintf(task->err.message, sizeof(task->err.message), "%s", pm_err_text(r));
    task->code = r;
    return pm_verdict_of(step, r, &task->err);
}

/* A refusal may come from nothing but a wrong clock here. Returns true when it was corrected: once,
 * and then again after each pause, for a server's clock may have jumped and come back. */
static bool learn_clock(struct pm_deliver *deliver, const struct task *task)
{
    int64_t drift_ms;

    if (task->clock_offset_ms != deliver->clock_offset_ms)
        return true; /* by another lane, meanwhile */
    if (deliver->has_learned_clock) {
        deliver->has_learned_clock = false;
        return false;
    }
    if (task->err.server_date_ms < 0)
        return false;
    drift_ms = task->err.server_date_ms - (pm_clock_wall_ms() + deliver->clock_offset_ms);
    if (drift_ms > -CLOCK_TOLERANCE_MS && drift_ms < CLOCK_TOLERANCE_MS)
        return false;

    deliver->has_learned_clock = true;
    deliver->clock_offset_ms += drift_ms;
    pm_log_warning("the clocks of server and host differ by %lld s; signing with the server's",
                   (long long)(deliver->clock_offset_ms / 1000));
    return true;
}

/* ---- verdicts ---- */

static int64_t settle_done(struct pm_deliver *deliver, struct task *task)
{
    if (deliver->failures > 0)
        pm_log_info("delivering again after %u failures", deliver->failures);
    deliver->failures = 0;
    deliver->retries = 0;
    deliver->monitor_searches = 0;
    deliver->has_learned_clock = false;
    deliver->is_flowing = true;
    deliver->stats.last_done_ms = pm_clock_wall_ms();
    pm_log_debug("delivered event %s", task->entry.id);
    task->journal = pm_journal_done(deliver->journal, task->entry.id, task->entry.count,
                                    deliver->stats.last_done_ms);
    return 0;
}

/* Of several requests that fail together only the first counts as a failure. */
static int64_t pause_all(struct pm_deliver *deliver, struct task *task, enum pm_log_level level)
{
    int64_t wait_ms;

    deliver->is_flowing = false;
    if (task->pauses == deliver->pauses) {
        deliver->pauses++;
        wait_ms = pm_backoff_ms(++deliver->failures, &deliver->seed, task->err.retry_after_ms);
        pm_log(level, "%s; events wait, trying again in %lld ms", task->err.message,
               (long long)wait_ms);
        deliver->paused_until_ms = pm_clock_mono_ms() + wait_ms;
    } else {
        wait_ms = deliver->paused_until_ms - pm_clock_mono_ms();
        wait_ms = wait_ms < 0 ? 0 : wait_ms;
    }
    task->journal = pm_journal_retry(deliver->journal, task->entry.id, pm_clock_wall_ms() + wait_ms,
                                     task->err.message);
    return wait_ms;
}

static int64_t settle_retry(struct pm_deliver *deliver, struct task *task)
{
    const struct pm_journal_entry *entry = &task->entry;
    int64_t wait_ms;

    if (++deliver->retries >= RETRIES_MAX) /* it is not this event that upsets the server */
        return pause_all(deliver, task, PM_LOG_WARNING);
    wait_ms = pm_backoff_ms(entry->attempts + 1, &deliver->seed, task->err.retry_after_ms);

    pm_log_warning("event %s: %s; retrying it in %lld ms", entry->id, task->err.message,
                   (long long)wait_ms);
    task->journal = pm_journal_retry(deliver->journal, entry->id, pm_clock_wall_ms() + wait_ms,
                                     task->err.message);
    return 0;
}

static int64_t settle_pause(struct pm_deliver *deliver, struct task *task)
{
    return pause_all(deliver, task, PM_LOG_WARNING);
}

static int64_t settle_hold(struct pm_deliver *deliver, struct task *task)
{
    int i;

    if (learn_clock(deliver, task))
        return 0;
    for (i = 0; i < deliver->lane_count; i++)
        deliver->lanes[i].must_renew = true; /* perhaps the secret file is mended by then */
    return pause_all(deliver, task, PM_LOG_ERROR);
}

static int64_t settle_find_monitor(struct pm_deliver *deliver, struct task *task)
{
    if (strcmp(task->monitor, deliver->monitor) != 0 || task->monitor_id != deliver->monitor_id)
        return 0; /* it was found anew meanwhile */
    pm_log_warning("%s; looking for monitor '%s' again", task->err.message, deliver->monitor);
    deliver->monitor[0] = '\0';
    deliver->is_flowing = false;
    if (++deliver->monitor_searches < FIND_MONITOR_MAX)
        return 0;
    deliver->monitor_searches = 0;
    return pause_all(deliver, task, PM_LOG_ERROR);
}

static int64_t settle_set_aside(struct pm_deliver *deliver, struct task *task)
{
    pm_log_error("setting event %s aside: %s", task->entry.id, task->err.message);
    task->journal = pm_journal_set_aside(deliver->journal, task->entry.id, task->err.message);
    return 0;
}

static int64_t settle_cancelled(struct pm_deliver *deliver, struct task *task)
{
    (void)deliver, (void)task;
    return PM_DELIVER_IDLE;
}

static int64_t (*const settle[PM_VERDICT_MAX])(struct pm_deliver *, struct task *) = {
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
    deliver->stats.last_failure = PM_ERR_SYSTEM;
    deliver->is_flowing = false;
    deliver->paused_until_ms = pm_clock_mono_ms() + wait_ms;
    return wait_ms;
}

/* Nothing is due: when will something be? */
static int64_t until(struct pm_deliver *deliver, int64_t next_ms, int64_t now_ms)
{
    if (next_ms < 0 || next_ms <= now_ms) /* on its way in another lane */
        return PM_DELIVER_IDLE;
    if (next_ms - now_ms <= PM_RETRY_AFTER_MAX_MS)
        return next_ms - now_ms;
    /* Nobody waits that long: the clock was set back. */
    return pm_journal_wake(deliver->journal) < 0 ? journal_failed(deliver) : 0;
}

static int find_next(struct pm_deliver *deliver, struct task *task, int64_t now_ms,
                     int64_t *ret_next_ms)
{
    struct pm_journal_pick pick = {.newest_first = deliver->config->newest_first};
    int i;

    for (i = 0; i < deliver->lane_count; i++) {
        if (deliver->lanes[i].event[0] != '\0')
            pick.skip[pick.skip_count++] = deliver->lanes[i].event;
    }
    return pm_journal_next(deliver->journal, now_ms, &pick, &task->entry, ret_next_ms);
}

/* Take an event onto a lane. Returns true, or false with the time to wait. */
static bool take(struct pm_deliver *deliver, struct lane *lane, struct task *task,
                 int64_t *ret_wait_ms)
{
    bool is_pilot = lane == &deliver->lanes[PM_DELIVER_PILOT];
    int64_t paused_ms = deliver->paused_until_ms - pm_clock_mono_ms();
    int64_t now_ms = pm_clock_wall_ms(), next_ms = -1;
    int r;

    *ret_wait_ms = PM_DELIVER_IDLE;
    if (deliver->is_cancelled || (!is_pilot && (paused_ms > 0 || !deliver->is_flowing)))
        return false;
    if (paused_ms > 0) {
        *ret_wait_ms = paused_ms;
        return false;
    }
    r = find_next(deliver, task, now_ms, &next_ms);
    if (r <= 0) {
        if (is_pilot)
            *ret_wait_ms = r < 0 ? journal_failed(deliver) : until(deliver, next_ms, now_ms);
        return false;
    }
    if (!is_pilot && strcmp(task->entry.monitor, deliver->monitor) != 0)
        return false; /* a monitor to be looked for */
    task->lane = lane;
    (void)snprintf(task->monitor, sizeof(task->monitor), "%s", deliver->monitor);
    task->monitor_id = deliver->monitor_id;
    task->clock_offset_ms = deliver->clock_offset_ms;
    task->pauses = deliver->pauses;
    task->must_renew = lane->must_renew;
    memcpy(lane->event, task->entry.id, sizeof(lane->event));
    return true;
}

static int64_t finish(struct pm_deliver *deliver, struct task *task, enum pm_verdict verdict)
{
    int64_t wait_ms;

    if (task->lane == &deliver->lanes[PM_DELIVER_PILOT]) { /* which may have found it */
        memcpy(deliver->monitor, task->monitor, sizeof(deliver->monitor));
        deliver->monitor_id = task->monitor_id;
    }
    if (task->code < 0 && verdict != PM_VERDICT_CANCELLED)
        deliver->stats.last_failure = task->code;
    deliver->stats.verdicts[verdict]++;
    wait_ms = settle[verdict](deliver, task);
    task->lane->event[0] = '\0';
    return task->journal < 0 ? journal_failed(deliver) : wait_ms;
}

int64_t pm_deliver_step(struct pm_deliver *deliver, int lane, bool *ret_tried)
{
    struct task task = {.err = {.retry_after_ms = -1, .server_date_ms = -1}};
    enum pm_verdict verdict;
    int64_t wait_ms;
    bool taken;

    (void)pthread_mutex_lock(&deliver->lock);
    taken = take(deliver, &deliver->lanes[lane], &task, &wait_ms);
    (void)pthread_mutex_unlock(&deliver->lock);
    if (ret_tried)
        *ret_tried = taken;
    if (!taken)
        return wait_ms;

    verdict = attempt(deliver, &task);
    (void)pthread_mutex_lock(&deliver->lock);
    wait_ms = finish(deliver, &task, verdict);
    (void)pthread_mutex_unlock(&deliver->lock);
    return wait_ms;
}
