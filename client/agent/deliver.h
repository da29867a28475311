/*
 * Sending the journal's events, one at a time, and noting what became of each. Knows no threads but
 * for pm_deliver_cancel(); worker.h runs it in one.
 */
#ifndef PM_DELIVER_H
#define PM_DELIVER_H

#include <stdint.h>

#include "paidmonitor.h"

struct pm_config;
struct pm_deliver;

/**
 * Prepare, with a journal handle and a client of its own. Nothing is sent yet.
 *
 * @config: borrowed for its life
 *
 * Errors: PM_ERR_CONFIG also when the secret key cannot be read; PM_ERR_SYSTEM
 */
int pm_deliver_new(const struct pm_config *config, struct pm_deliver **ret_deliver,
                   struct pm_error *err);
void pm_deliver_free(struct pm_deliver *deliver);

#define PM_DELIVER_IDLE (-1)

/**
 * Send the next event that is due, if any; blocks for one request, or three when the monitor has to
 * be found or created.
 *
 * Returns in how many ms to call again: 0 at once, PM_DELIVER_IDLE when there is something new
 */
int64_t pm_deliver_step(struct pm_deliver *deliver);

/** Forget all waiting, read the secret key anew, and try everything again with the next step. */
void pm_deliver_reload(struct pm_deliver *deliver);

/** End the running step soon and let every later one do nothing. From any thread. */
void pm_deliver_cancel(struct pm_deliver *deliver);

/** The code of the last failure, 0 if there was none. */
int pm_deliver_last_failure(const struct pm_deliver *deliver);

#endif
