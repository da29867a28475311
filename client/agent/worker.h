/* The thread that delivers, so that a hanging request never keeps records out of the journal. */
#ifndef PM_WORKER_H
#define PM_WORKER_H

struct pm_deliver;
struct pm_worker;

/**
 * Start it. Signals should be blocked already: the thread inherits the mask.
 *
 * @deliver: borrowed, and the thread's alone until pm_worker_stop()
 *
 * Returns NULL when there is no memory or no thread
 */
struct pm_worker *pm_worker_start(struct pm_deliver *deliver);

/** There are new events in the journal. */
void pm_worker_wake(struct pm_worker *worker);

/** Read the secret key anew and try everything again. */
void pm_worker_reload(struct pm_worker *worker);

/** End the running request, wait for the thread, and free. NULL is fine. */
void pm_worker_stop(struct pm_worker *worker);

#endif
