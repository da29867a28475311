/* The agent's main loop: arriving records and signals. */
#ifndef PM_LOOP_H
#define PM_LOOP_H

struct pm_journal;
struct pm_pickup;
struct pm_worker;

/**
 * Block the signals that the loop takes. Before any thread is started.
 *
 * Returns a descriptor for pm_loop_run(), or -1
 */
int pm_loop_signals(void);

/**
 * Take records over as they arrive and wake the worker, until SIGTERM or SIGINT. SIGHUP makes the
 * worker try everything again at once. Now and then, prune the journal.
 *
 * Errors: PM_ERR_SYSTEM
 */
int pm_loop_run(int signal_fd, struct pm_journal *journal, struct pm_pickup *pickup,
                struct pm_worker *worker);

#endif
