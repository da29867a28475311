/* The agent's main loop: arriving records and signals. */
#ifndef PM_LOOP_H
#define PM_LOOP_H

struct pm_pickup;

/* What the loop calls; all on its thread. */
struct pm_loop_calls {
    void (*wake)(void *context);   /* there are new events in the journal */
    void (*reload)(void *context); /* SIGHUP */
    void (*tick)(void *context);   /* now and then */
    void *context;
};

/**
 * Block the signals that the loop takes. Before any thread is started.
 *
 * Returns a descriptor for pm_loop_run(), or -1
 */
int pm_loop_signals(void);

/**
 * Take records over as they arrive, until SIGTERM or SIGINT. Tells the service manager when it is
 * ready and when it stops.
 *
 * Errors: PM_ERR_SYSTEM
 */
int pm_loop_run(int signal_fd, struct pm_pickup *pickup, const struct pm_loop_calls *calls);

#endif
