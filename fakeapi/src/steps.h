/*
 * The checks that a request goes through, in the order of PROTOCOL.md §4, and what came of each.
 * While it is handled this costs a few bytes; the words are made when somebody asks
 * (fa_step_evidence).
 */
#ifndef FA_STEPS_H
#define FA_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fa_journal_entry;
struct pm_buf;

enum fa_step {
    FA_STEP_HEAD,       /* HTTP itself */
    FA_STEP_PATH,       /* is anything served there */
    FA_STEP_METHOD,     /* with this method */
    FA_STEP_FORM,       /* can the parameters be read */
    FA_STEP_PUBLIC_KEY, /* a stored bundle of parameters */
    FA_STEP_ACCOUNT,    /* who calls */
    FA_STEP_CLIENT,     /* for whom */
    FA_STEP_TOKEN,
    FA_STEP_CHECKSUM,
    FA_STEP_TIMESTAMP,
    FA_STEP_REPLAY,
    FA_STEP_ACTION,
    FA_STEP_NAMES,  /* no parameter unknown or twice */
    FA_STEP_VALUES, /* each there and of its type */
    FA_STEP_EFFECT, /* what the action itself looks at: do its objects exist */
    FA_STEP_COMMIT, /* is it durable; entered by nobody, see fa_step_verdict() */
    FA_STEP_MAX,
};

enum fa_step_verdict {
    FA_STEP_SKIPPED, /* not reached, or not needed */
    FA_STEP_OK,
    FA_STEP_FORGIVEN, /* against the documentation, but a switch lets it pass */
    FA_STEP_FAILED,
    FA_STEP_VERDICT_MAX,
};

#define FA_STEPS_FORGIVEN_MAX 16

struct fa_steps {
    int64_t numbers[FA_STEP_MAX]; /* what was found; what it means says steps.c */
    uint8_t verdicts[FA_STEP_MAX];
    uint8_t current;
    bool signs_raw; /* the checksum that was accepted, in forms that were forgiven */
    bool signs_without_case;
    uint8_t forgiven_count;
    uint8_t forgiven[FA_STEPS_FORGIVEN_MAX]; /* the step of each line of `deviations` */
};

/** Go on to a step: the one before has passed. Begins with all zero, at FA_STEP_HEAD. */
void fa_steps_enter(struct fa_steps *steps, enum fa_step step);

/** The current step finds something that it lets pass. */
void fa_steps_forgive(struct fa_steps *steps);

/** The current step is the last: it has failed, or all have passed. */
void fa_steps_end(struct fa_steps *steps, bool has_failed);

/** What came of a step; the commit's is known once it has happened. */
enum fa_step_verdict fa_step_verdict(const struct fa_journal_entry *entry, enum fa_step step);

/** `head`, `path`, …; stable. And the section of PROTOCOL.md. */
const char *fa_step_name(enum fa_step step);
const char *fa_step_section(enum fa_step step);

/** `skipped`, `ok`, `forgiven`, `failed` */
const char *fa_step_verdict_text(enum fa_step_verdict verdict);

/** Append what speaks for the verdict, in a sentence; nothing for a skipped step. Failures stick to
 * the buffer. */
void fa_step_evidence(const struct fa_journal_entry *entry, enum fa_step step, struct pm_buf *buf);

#endif
