/*
 * What becomes of an event that arrives: it waits to be sent, or is left out by a filter, or is
 * only counted: further failures of a burst, and whatever comes while the queue is full. Works
 * inside the transaction that pickup.c began.
 */
#ifndef PM_ADMIT_H
#define PM_ADMIT_H

#include <stdbool.h>

struct pm_config;
struct pm_event;
struct pm_journal;

/* Source: ours. A burst is counted for so long, then its count is sent. */
#define PM_ADMIT_BURST_MS (60 * 1000)

struct pm_admit {
    struct pm_journal *journal;
    const struct pm_config *config;
    const char *monitor; /* that events are for */
    int waiting;
    bool is_full; /* said once, not for each event */
};

/** Look how many events wait, once in each transaction. Errors: PM_ERR_SYSTEM */
int pm_admit_begin(struct pm_admit *admit);

/**
 * Take an event.
 *
 * Returns 1 when there is something new to be sent, 0 otherwise
 * Errors: PM_ERR_SYSTEM the journal fails
 */
int pm_admit_event(struct pm_admit *admit, const struct pm_event *event, const char *record);

#endif
