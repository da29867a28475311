/*
 * An entry of the journal for those who want to read it or do it again: as JSON, as a curl command,
 * as a known answer for `paidmonitor conformance`. Pure but for memory.
 */
#ifndef FA_JOURNAL_SHOW_H
#define FA_JOURNAL_SHOW_H

#include <stdbool.h>
#include <stddef.h>

struct fa_journal_entry;
struct fa_writer;
struct pm_buf;

/** Whose key signs known answers in place of the account's, which is nobody's business. */
#define FA_VECTOR_SECRET "notReallyASecret"

enum fa_journal_show_error {
    FA_SHOW_FAILED = -1,      /* no memory */
    FA_SHOW_NOT_KEPT = -2,    /* not all of the request was kept */
    FA_SHOW_NO_CHECKSUM = -3, /* no checksum was verified */
};

/**
 * Write the members of an entry into the object that is open.
 *
 * @is_whole: all that is known; else what a list shows
 */
void fa_journal_show(const struct fa_journal_entry *entry, bool is_whole, struct fa_writer *out);

/**
 * Append a command for the shell that sends the same request once more: the same bytes, but for the
 * host and for secrets, for which it has the variables PAIDMONITOR_URL, PAIDMONITOR_TOKEN,
 * PAIDMONITOR_SECRETKEY, PAIDMONITOR_PASSWORD and PAIDMONITOR_AUTHORIZATION. Their values must be
 * form-encoded.
 *
 * Errors: an enum fa_journal_show_error
 */
int fa_journal_curl(const struct fa_journal_entry *entry, struct pm_buf *buf);

/**
 * Append one test in the form of scenarios/vectors/signing.schema.json. It is signed with
 * FA_VECTOR_SECRET: a right checksum is made anew with that key, a wrong one stays as it was
 * received, which is wrong under that key as well.
 *
 * @id: of the test in its file, from 1
 *
 * Errors: an enum fa_journal_show_error
 */
int fa_journal_vector(const struct fa_journal_entry *entry, size_t id, struct pm_buf *buf);

/** Append the beginning of a file of @count tests, and its end; commas between tests are the
 * caller's. Errors: -1 as pm_buf_add() */
int fa_journal_vectors_begin(size_t count, struct pm_buf *buf);
int fa_journal_vectors_end(struct pm_buf *buf);

#endif
