/*
 * The agent's journal as other programs see it: read only, while the agent may be writing. For
 * status, flush, trace and doctor.
 */
#ifndef PM_HISTORY_H
#define PM_HISTORY_H

#include <stdint.h>

#include "event.h"
#include "paidmonitor.h"

struct pm_history;

/**
 * Open a journal that pm_journal_open() has made. Nothing is created or changed.
 *
 * Errors: PM_ERR_CONFIG no such file, not readable, or no journal
 */
int pm_history_open(const char *path, struct pm_history **ret_history, struct pm_error *err);
void pm_history_free(struct pm_history *history);

/* States of an event; the numbers are those of journal.sql. Others may be added there. */
enum pm_history_state {
    PM_HISTORY_WAITING = 0,
    PM_HISTORY_DONE = 1,
    PM_HISTORY_SET_ASIDE = 2,
};

#define PM_HISTORY_TEXT_SIZE (2 * PM_ERROR_TEXT_SIZE)

struct pm_history_overview {
    int64_t waiting, done, set_aside, bad;
    int64_t oldest_ms;    /* time of the event that waits longest; -1 none */
    int64_t next_ms;      /* when one is tried next; -1 none waits; in the past: now */
    int64_t last_done_ms; /* -1 never, or forgotten */
    int64_t done_lately;  /* in the hour before */
    int64_t error_ms;     /* when last_error happened; -1 unknown */
    char last_error[PM_HISTORY_TEXT_SIZE]; /* of what waits, the newest; "" none */
};

/** Errors, here and below: PM_ERR_SYSTEM, with a text in @err where there is one */
int pm_history_overview(struct pm_history *history, int64_t now_ms,
                        struct pm_history_overview *ret_overview, struct pm_error *err);

struct pm_history_event {
    char id[PM_EVENT_ID_SIZE];
    char record[PM_EVENT_RECORD_SIZE];
    char monitor[512];
    int64_t checktime_ms;
    int state; /* enum pm_history_state */
    int64_t attempts;
    int64_t next_ms; /* waiting: not before then; 0 at once */
    int64_t done_ms; /* -1 not done */
    char reason[PM_HISTORY_TEXT_SIZE];
};

/** Returns 1 when the event is there, 0 when it is not. */
int pm_history_find(struct pm_history *history, const char *id, struct pm_history_event *ret_event,
                    struct pm_error *err);

/** The id of the newest event. Returns 1, or 0 when there is none. */
int pm_history_newest(struct pm_history *history, char *ret_id, struct pm_error *err);

/** Why a record of that id was none and was put away. Returns 1, or 0 when there is no such. */
int pm_history_find_bad(struct pm_history *history, const char *id, int64_t *ret_at_ms,
                        char *ret_reason, size_t size, struct pm_error *err);

/**
 * Why an event is not sent by itself: a filter, a full queue, or another event that counts it.
 * Returns 1, or 0 when there is no such.
 */
int pm_history_find_unsent(struct pm_history *history, const char *id, int64_t *ret_at_ms,
                           char *ret_reason, size_t size, struct pm_error *err);

struct pm_history_attempt {
    int64_t at_ms;
    int state; /* of the event afterwards */
    char reason[PM_HISTORY_TEXT_SIZE];
};

#define PM_HISTORY_ATTEMPTS_MAX 24

/** The newest attempts, oldest first. Returns how many. None where the journal predates them. */
int pm_history_attempts(struct pm_history *history, const char *id,
                        struct pm_history_attempt *ret_attempts, struct pm_error *err);

#endif
