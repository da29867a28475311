/* What the outcome of a request means for the event that was to be delivered: one table, no I/O. */
#ifndef PM_VERDICT_H
#define PM_VERDICT_H

struct pm_error;

enum pm_verdict {
    PM_VERDICT_DONE,         /* on the server */
    PM_VERDICT_RETRY,        /* this event later; others meanwhile */
    PM_VERDICT_PAUSE,        /* everything later: the server cannot be had now */
    PM_VERDICT_HOLD,         /* everything later, and somebody has to mend something: alarm */
    PM_VERDICT_FIND_MONITOR, /* the monitor is gone: look it up or create it, then again */
    PM_VERDICT_SET_ASIDE,    /* this event never: the server will not have it */
    PM_VERDICT_CANCELLED,    /* we were told to stop: as if nothing had happened */
    PM_VERDICT_MAX,
};

enum pm_step {
    PM_STEP_MONITOR, /* finding or creating the monitor: a refusal is not the event's fault */
    PM_STEP_RESULT,  /* sending the event */
};

/**
 * @code: what the call returned: 0 or enum pm_err
 * @err:  its detail
 */
enum pm_verdict pm_verdict_of(enum pm_step step, int code, const struct pm_error *err);

/** One word for the log. A constant. */
const char *pm_verdict_name(enum pm_verdict verdict);

#endif
