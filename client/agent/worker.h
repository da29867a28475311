/* The threads that deliver, so that a hanging request never keeps records out of the journal. */
#ifndef PM_WORKER_H
#define PM_WORKER_H

struct pm_deliver;
struct pm_worker;

/**
 * Start one for each lane, or as many as can be had. Signals should be blocked already: threads
 * inherit the mask.
 *
 * @deliver: borrowed until pm_worker_stop()
 *
 * Returns NULL when there is no memory or no thread
 */
struct pm_worker *pm_worker_start(struct pm_deliver *deliver);

/** There are new events in the journal. */
void pm_worker_wake(struct pm_worker *worker);

/** End the running requests, wait for the threads, and free. NULL is fine. */
void pm_worker_stop(struct pm_worker *worker);

#endif
