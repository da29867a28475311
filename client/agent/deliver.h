/*
 * Sending the journal's events and noting what became of each. Several lanes, each with a
 * kept-alive connection of its own, send different events at once; the first lane is the pilot: it
 * alone looks for the monitor and tries whether a server that failed is back, and the others work
 * only while all goes well. Which of two rows the server gets first does not matter: rows are
 * ordered by their checktime.
 */
#ifndef PM_DELIVER_H
#define PM_DELIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "paidmonitor.h"
#include "verdict.h"

struct pm_config;
struct pm_deliver;

#define PM_DELIVER_LANES_MAX 16
#define PM_DELIVER_PILOT     0

/**
 * Prepare, with a journal handle and clients of its own. Nothing is sent yet.
 *
 * @config: borrowed for its life
 *
 * Errors: PM_ERR_CONFIG also when the secret key cannot be read; PM_ERR_SYSTEM
 */
int pm_deliver_new(const struct pm_config *config, struct pm_deliver **ret_deliver,
                   struct pm_error *err);
void pm_deliver_free(struct pm_deliver *deliver);

/** How many lanes there are, from 1 to PM_DELIVER_LANES_MAX. */
int pm_deliver_lanes(const struct pm_deliver *deliver);

#define PM_DELIVER_IDLE (-1)

/**
 * Send the next event that is due, if any; blocks for one request, or three when the monitor has to
 * be found or created. Each lane from one thread at a time.
 *
 * @ret_tried: was something sent? Then other lanes may have something to do as well. May be NULL.
 *
 * Returns in how many ms to call again: 0 at once, PM_DELIVER_IDLE when there is something new
 */
int64_t pm_deliver_step(struct pm_deliver *deliver, int lane, bool *ret_tried);

/** End the running steps soon and let every later one do nothing. From any thread. */
void pm_deliver_cancel(struct pm_deliver *deliver);

struct pm_deliver_stats {
    int64_t verdicts[PM_VERDICT_MAX]; /* how often, since the start */
    int64_t last_done_ms;             /* wall clock; -1 never */
    int last_failure;                 /* its code, 0 if there was none */
};

/** From any thread. */
struct pm_deliver_stats pm_deliver_stats(struct pm_deliver *deliver);

#endif
