/*
 * The agent's memory: every event it has taken over and what became of it, in SQLite. What is
 * committed here survives kill -9, and power cuts where the handle asks for it. A handle is for one
 * thread; several handles, also of several processes, may share a file.
 */
#ifndef PM_JOURNAL_H
#define PM_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "paidmonitor.h"

struct pm_journal;

#define PM_JOURNAL_MONITOR_SIZE 512 /* bytes of a monitor's name with its NUL */

/* Source: ours. An event that is done is remembered so long, in case its link could not go. */
#define PM_JOURNAL_KEEP_MS (INT64_C(7) * 24 * 60 * 60 * 1000)

enum pm_journal_sync {
    PM_JOURNAL_SYNC,      /* what is committed survives a power cut: for taking events over */
    PM_JOURNAL_SYNC_LATE, /* a power cut may undo the last commits: for noting what was delivered,
                             since what is sent again lands on the same row */
};

enum pm_journal_kind {
    PM_JOURNAL_EVENT,    /* what its record says */
    PM_JOURNAL_FAILURES, /* the first of several failures; counts the others */
    PM_JOURNAL_DROPPED,  /* the first event that found the queue full; counts the others */
    PM_JOURNAL_KIND_MAX,
};

/**
 * Open or create a journal, readable by its owner only.
 *
 * Errors: PM_ERR_CONFIG no such directory, not writable, no journal, or one of a newer version;
 *         PM_ERR_SYSTEM
 */
int pm_journal_open(const char *path, enum pm_journal_sync sync, struct pm_journal **ret_journal,
                    struct pm_error *err);
void pm_journal_free(struct pm_journal *journal);

/**
 * Several changes as one: all of them are in the journal after the commit, or none.
 *
 * Errors, here and below: PM_ERR_SYSTEM, with the reason in pm_journal_message()
 */
int pm_journal_begin(struct pm_journal *journal);
int pm_journal_commit(struct pm_journal *journal);
void pm_journal_rollback(struct pm_journal *journal);

/** Why the last call failed: one line, lent until the next call. */
const char *pm_journal_message(const struct pm_journal *journal);

/**
 * Take over an event. It gets the first millisecond at or after its time that no other event of
 * its monitor has: the server merges results of one millisecond into one row.
 *
 * @record:  as it was in the drop directory
 * @monitor: name of the monitor it will be reported to
 *
 * Returns 1 when it is new, 0 when the journal has it already
 * Source: PROTOCOL.md §3.6
 */
int pm_journal_add(struct pm_journal *journal, const struct pm_event *event, const char *record,
                   const char *monitor);

/** Let an event count others besides itself, and wait until @next_ms. */
int pm_journal_set_kind(struct pm_journal *journal, const char *id, enum pm_journal_kind kind,
                        int64_t next_ms);

/** Note which login an event belongs to. */
int pm_journal_set_login(struct pm_journal *journal, const char *id, const char *login);

/** Has it this event already, in whatever state? Returns 1 or 0. */
int pm_journal_knows(struct pm_journal *journal, const char *id);

/** Count one event more in an event. Returns 0 when that is sent already, 1 otherwise. */
int pm_journal_count_up(struct pm_journal *journal, const char *id);

/** Remember an event that will not be sent. @counted_in: the event that counts it, or NULL */
int pm_journal_add_unsent(struct pm_journal *journal, const char *id, const char *record,
                          const char *reason, const char *counted_in, int64_t now_ms);

/** How many events wait, but not more than @max. */
int pm_journal_waiting(struct pm_journal *journal, int max);

/** The waiting event that counts the dropped ones. Returns 1 when there is one, 0 otherwise. */
int pm_journal_find_dropped(struct pm_journal *journal, char ret_id[PM_EVENT_ID_SIZE]);

/** The login that an audit session began with: note it, or find it (1, or 0 when unknown). */
int pm_journal_begin_session(struct pm_journal *journal, int64_t session, const char *id,
                             int64_t now_ms);
int pm_journal_find_session(struct pm_journal *journal, int64_t session,
                            char ret_id[PM_EVENT_ID_SIZE]);

/* Failures of one source since a time. */
struct pm_journal_burst {
    int64_t began_ms;
    int failures;
    char id[PM_EVENT_ID_SIZE]; /* of the event that counts the further ones; "" none yet */
};

/** Returns 1 when there is one, 0 otherwise. */
int pm_journal_find_burst(struct pm_journal *journal, const char *source,
                          struct pm_journal_burst *ret_burst);
int pm_journal_set_burst(struct pm_journal *journal, const char *source,
                         const struct pm_journal_burst *burst);

/** Keep a record that is none, under the name of its link, with the reason. */
int pm_journal_add_bad(struct pm_journal *journal, const char *name, const void *record, size_t len,
                       const char *reason, int64_t now_ms);

struct pm_journal_entry {
    char id[PM_EVENT_ID_SIZE];
    char record[PM_EVENT_RECORD_SIZE];
    char monitor[PM_JOURNAL_MONITOR_SIZE];
    int64_t checktime_ms;
    unsigned attempts; /* that failed so far */
    enum pm_journal_kind kind;
    unsigned count;
    char login[PM_EVENT_ID_SIZE]; /* that it belongs to; "" unknown */
};

#define PM_JOURNAL_SKIP_MAX 16

/* Which of the events that are due is taken. */
struct pm_journal_pick {
    bool newest_first;                     /* rather than the one that waits longest */
    const char *skip[PM_JOURNAL_SKIP_MAX]; /* ids that are on their way already */
    size_t skip_count;
};

/**
 * The event that is to be sent next, of those that are due.
 *
 * @pick:        NULL: the one that waits longest
 * @ret_next_ms: when there is none: the time of the next one, or -1 when nothing waits
 *
 * Returns 1 when there is one, 0 when there is none
 */
int pm_journal_next(struct pm_journal *journal, int64_t now_ms, const struct pm_journal_pick *pick,
                    struct pm_journal_entry *ret_entry, int64_t *ret_next_ms);

/** It is on the server, with that count. If it has counted more meanwhile, it stays waiting. */
int pm_journal_done(struct pm_journal *journal, const char *id, unsigned count, int64_t now_ms);

/** It failed and waits until @next_ms. */
int pm_journal_retry(struct pm_journal *journal, const char *id, int64_t next_ms,
                     const char *reason);

/** The server will never have it. */
int pm_journal_set_aside(struct pm_journal *journal, const char *id, const char *reason);

/** Let everything that waits be due now. */
int pm_journal_wake(struct pm_journal *journal);

/** Forget what was settled before a time; of events that were not sent, also all but the newest. */
int pm_journal_prune(struct pm_journal *journal, int64_t before_ms);

struct pm_journal_counts {
    int64_t waiting, done, set_aside, bad, unsent;
    int64_t oldest_ms; /* checktime of the oldest that waits; -1 none */
};

int pm_journal_count(struct pm_journal *journal, struct pm_journal_counts *ret_counts);

#endif
