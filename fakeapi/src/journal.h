/*
 * What became of each request, in memory: the last so many, oldest forgotten first. Secrets are
 * masked before they get here.
 */
#ifndef FA_JOURNAL_H
#define FA_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fakeapi.h"

struct fa_journal;

/* No text is NULL. What is lent stays valid until the next fa_journal_add(). */
struct fa_journal_entry {
    int64_t id; /* 1, 2, 3 … */
    int64_t time_ms;
    int64_t duration_us;
    int64_t monitor_id; /* 0 for none */
    int64_t account_id; /* 0 when unknown */
    unsigned int status;
    enum fa_verdict verdict;
    bool is_held; /* its answer waits for a commit that may still fail */
    const char *peer;
    const char *method;
    const char *path;
    const char *action;
    const char *apikey;
    const char *params;     /* `name=value&…`, percent-encoded, secrets masked */
    const char *checksum;   /* as received */
    const char *reason;     /* why it was refused; "" if it was not */
    const char *section;    /* of PROTOCOL.md, for the reason */
    const char *deviations; /* what was let pass, one per line, each with its section */
    const char *diagnosis;  /* the doctor's words on a wrong checksum; "" if not asked */
};

/** @size: entries remembered, at least 1. Errors: NULL out of memory */
struct fa_journal *fa_journal_new(size_t size);
void fa_journal_free(struct fa_journal *journal);

/** Copy an entry; its id is given here. Errors: -1 out of memory; counted as forgotten */
int fa_journal_add(struct fa_journal *journal, const struct fa_journal_entry *entry);

/**
 * The commit failed: turn the entries held since the last call into failures. Call it after a
 * commit that succeeded as well, to begin anew.
 */
void fa_journal_settle(struct fa_journal *journal, bool has_failed);

/** The entry with this id; NULL if it is forgotten or still to come. */
const struct fa_journal_entry *fa_journal_get(const struct fa_journal *journal, int64_t id);

/** The newest id given, 0 before the first; and the oldest that is remembered. */
int64_t fa_journal_newest(const struct fa_journal *journal);
int64_t fa_journal_oldest(const struct fa_journal *journal);

/** `accepted`, `refused`, `failed` */
const char *fa_verdict_text(enum fa_verdict verdict);

#endif
