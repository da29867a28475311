/*
 * What must, may and must not arrive at an account, counted as it arrives, and those who wait for
 * something to arrive. The counters need no memory of the requests themselves, so they stay exact
 * however many there are and however few the journal remembers; where something was forgotten
 * before it could be counted, the answer says so instead of guessing.
 *
 * Of each expectation two counts are kept while a commit is outstanding: what holds if it succeeds,
 * and what if it fails. fa_expects_settle() drops the one that did not come true.
 */
#ifndef FA_EXPECT_H
#define FA_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fakeapi.h"

struct cJSON;
struct fa_expects;
struct fa_journal;
struct fa_journal_entry;
struct fa_match;
struct fa_params;
struct fa_wait;
struct fa_writer;
struct pm_buf;

#define FA_EXPECTS_MAX      200 /* of one account */
#define FA_EXPECT_NAME_MAX  64
#define FA_EXPECT_AFTER_MAX 16
#define FA_EXPECT_NEAR      3    /* nearest misses that are told */
#define FA_EXPECT_SHOWN     10   /* requests of other kinds that are told */
#define FA_EXPECT_NEAR_SCAN 5000 /* remembered requests that are looked at for near misses */

/**
 * @journal:  borrowed; what was there before an expectation is counted from it
 * @mono_ms:  the clock of `within`; NULL for the host's monotonic one
 *
 * Errors: NULL out of memory
 */
struct fa_expects *fa_expects_new(struct fa_journal *journal, int64_t (*mono_ms)(void));
/** Waits that are left are gone without being called. NULL is allowed. */
void fa_expects_free(struct fa_expects *expects);

/**
 * Count a request, which was just added to the journal.
 *
 * @params: all of them, even if the journal has kept less
 */
void fa_expects_note(struct fa_expects *expects, const struct fa_journal_entry *entry,
                     const struct fa_params *params);

/** The commit that entries were held for has come true, or failed; wakes those who wait. */
void fa_expects_settle(struct fa_expects *expects, bool has_failed);

/**
 * Declare what is expected of an account; all of a list, or nothing.
 *
 * @json:      one object, or a list of them, with
 *             `must`, `may` or `must_not`: a matcher (match.h)
 *             `id`: its name, by which others and the report refer to it; made if absent
 *             `at_least`, `at_most`, `exactly`: how often; `must` alone is at least once
 *             `within`: "5s", ms: from now on; what comes later is not counted
 *             `after`: names of those that must be met before; of a `must_not`: only then it counts
 *             `since`: "now", or the id of a request; otherwise all since the account was cleared
 * @in_order:  of a list: each comes after the one before
 * @names:     receives the names as a JSON list; NULL for not
 * @message:   on failure one line for a person
 *
 * Errors: -1
 */
int fa_expects_declare(struct fa_expects *expects, int64_t account_id, const struct cJSON *json,
                       bool in_order, struct pm_buf *names, char *message, size_t size);

/** Errors: -1 there is none of this name, or another one comes after it; with a message */
int fa_expects_remove(struct fa_expects *expects, int64_t account_id, const char *name,
                      char *message, size_t size);

/** Count anew from here on: the journal of the account (FA_JOURNAL_ALL: of all) was cleared. */
void fa_expects_clear(struct fa_expects *expects, int64_t account_id);

/** Take back all expectations of the account, or of all; who waits goes on waiting. Returns how
 * many there were. */
size_t fa_expects_forget(struct fa_expects *expects, int64_t account_id);

/** The same for an account that is deleted. */
void fa_expects_drop(struct fa_expects *expects, int64_t account_id);

/** Is there one of this name? */
bool fa_expects_has(const struct fa_expects *expects, int64_t account_id, const char *name);

/** How many the account has. */
size_t fa_expects_count(const struct fa_expects *expects, int64_t account_id);

/* Reports */

/**
 * Hold the account against what was declared. Writes the members of the report into the object that
 * is open: `answer`, `reason`, `expectations` with counts and nearest misses, and `unexpected`.
 *
 * @name:         of the only one that is asked for; NULL for all
 * @nothing_else: nothing else may have come either
 * @text:         receives the same for a person; NULL for not
 */
enum fa_answer fa_expects_verify(struct fa_expects *expects, int64_t account_id, const char *name,
                                 bool nothing_else, struct fa_writer *out, struct pm_buf *text);

/** `yes`, `no`, `cannot know` */
const char *fa_answer_text(enum fa_answer answer);

/* Waiting */

/**
 * Wait until at least so many requests of the account fit.
 *
 * @match:     taken over, also when this fails
 * @since_id:  only later ones count; -1 for all since the account was cleared
 * @done:      called once when it is so, within the turn of the loop that commits the last of them;
 *             perhaps at once, before this returns. Afterwards the wait is as it was, and the
 *             caller ends it.
 *
 * Errors: NULL out of memory
 */
struct fa_wait *fa_wait_start(struct fa_expects *expects, int64_t account_id,
                              struct fa_match *match, int64_t at_least, int64_t since_id,
                              void (*done)(void *context, struct fa_wait *wait), void *context);

/** NULL is allowed. */
void fa_wait_end(struct fa_wait *wait);

/** Is it so? */
enum fa_answer fa_wait_answer(const struct fa_wait *wait);

/**
 * Write the members of the answer into the object that is open: `answer`, `count`, `reason`, the
 * newest `requests` that fit, the `nearest` misses.
 *
 * @text: receives the same for a person; NULL for not
 */
void fa_wait_report(const struct fa_wait *wait, struct fa_writer *out, struct pm_buf *text);

#endif
