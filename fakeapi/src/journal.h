/*
 * What became of each request, in memory: the last so many, in so many bytes at most, oldest
 * forgotten first. Its memory is one ring that is taken at the start and never grows. Secrets are
 * masked before they get here (record.c).
 */
#ifndef FA_JOURNAL_H
#define FA_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fakeapi.h"
#include "steps.h"

struct fa_arena;
struct fa_journal;
struct fa_params;

#define FA_JOURNAL_BYTES_MIN     (512 * 1024)
#define FA_JOURNAL_BYTES         (8 * 1024 * 1024) /* unless the options say otherwise */
#define FA_JOURNAL_HEAD_MAX      (4 * 1024)        /* kept of one request */
#define FA_JOURNAL_QUERY_MAX     (16 * 1024)
#define FA_JOURNAL_BODY_MAX      (16 * 1024)
#define FA_JOURNAL_REPLY_MAX     (8 * 1024)
#define FA_JOURNAL_TEXT_MAX      (16 * 1024) /* of each text, the diagnosis among them */
#define FA_JOURNAL_MASKS_MAX     32
#define FA_JOURNAL_MASK          "***"
#define FA_JOURNAL_INSTANCE_SIZE 27

/* The beginning of some bytes: `len` were kept of `whole`. */
struct fa_journal_bytes {
    const char *at;
    uint32_t len;
    uint32_t whole;
};

/* What stood where FA_JOURNAL_MASK stands now. */
enum fa_mask_kind {
    FA_MASK_SECRETKEY,
    FA_MASK_PASSWORD,
    FA_MASK_TOKEN,
};

struct fa_mask {
    uint32_t at; /* in the query or the body as they are kept */
    uint8_t kind;
    bool is_in_body;
};

/*
 * One request and its answer. No text is NULL, and all lengths are those of what is kept. What is
 * lent stays valid until the next fa_journal_add().
 */
struct fa_journal_entry {
    int64_t id;           /* 1, 2, 3 … */
    int64_t time_ms;      /* by the clock that judged it */
    int64_t wall_ms;      /* by the host's */
    int64_t received_us;  /* monotonic, when its head was read; all that follows since then */
    int64_t body_us;      /* its body was there */
    int64_t duration_us;  /* of handling it; not since received_us */
    int64_t committed_us; /* -1: not, or not yet */
    int64_t sent_us;      /* its last byte was handed to the host; -1: not, or not yet */
    int64_t monitor_id;   /* 0 for none */
    int64_t account_id;   /* 0 when unknown */
    unsigned int status;
    enum fa_verdict verdict;
    bool is_held;         /* its answer waits for a commit */
    bool has_lost_commit; /* which has failed */
    bool is_cleared;
    uint8_t mask_count;
    const char *peer;
    const char *method;
    const char *path;
    const char *action;
    const char *apikey;
    const char *checksum;   /* as received */
    const char *reason;     /* why it was refused; "" if it was not */
    const char *section;    /* of PROTOCOL.md, for the reason */
    const char *deviations; /* what was let pass, one per line, each with its section */
    const char *diagnosis;  /* the doctor's words on a wrong checksum; "" if not asked */
    const char *mistake;    /* the same in one sentence */
    const char *expected;  /* the text that should have been signed, hidden characters marked … */
    const char *signed_as; /* … and the one that was, as far as the doctor knows; else "" */
    const char *fault;     /* the rule that spoiled the answer; "" for none */
    const char *reply_type;
    struct fa_journal_bytes head;  /* header fields, each `Name: value` CR LF */
    struct fa_journal_bytes query; /* as sent, but for the masks */
    struct fa_journal_bytes added; /* what a public key has added to it, in the same form */
    struct fa_journal_bytes body;
    struct fa_journal_bytes reply_head; /* further fields of the answer, as `head` */
    struct fa_journal_bytes reply_body;
    const struct fa_mask *masks;
    struct fa_steps steps;
};

/**
 * @size:   entries remembered, at least 1
 * @bytes:  in which they have to fit; at least FA_JOURNAL_BYTES_MIN, 0 for FA_JOURNAL_BYTES
 *
 * Errors: NULL out of memory
 */
struct fa_journal *fa_journal_new(size_t size, size_t bytes);
void fa_journal_free(struct fa_journal *journal);

/**
 * Copy an entry, clipped to the limits above. Returns its id, which is given here.
 */
int64_t fa_journal_add(struct fa_journal *journal, const struct fa_journal_entry *entry);

/**
 * A commit has succeeded or failed: the entries added since the last one are final now, and those
 * whose answer waited for it are committed, or have failed.
 *
 * @now_us: monotonic
 */
void fa_journal_settle(struct fa_journal *journal, bool has_failed, int64_t now_us);

/** The answer of an entry has been sent. One that is forgotten is passed over. */
void fa_journal_sent(struct fa_journal *journal, int64_t id, int64_t now_us);

/** The entry with this id; NULL if it is forgotten, cleared or still to come. */
const struct fa_journal_entry *fa_journal_get(const struct fa_journal *journal, int64_t id);

/** The newest id given, 0 before the first; and the oldest that is remembered. */
int64_t fa_journal_newest(const struct fa_journal *journal);
int64_t fa_journal_oldest(const struct fa_journal *journal);

/** Up to this id entries are final: no commit can change them any more. */
int64_t fa_journal_settled(const struct fa_journal *journal);

/* What is known of an account's requests, however many there were. */
struct fa_journal_counts {
    int64_t total;      /* since it was cleared, or since the server started */
    int64_t forgotten;  /* so many of them are not remembered any more */
    int64_t cleared_id; /* up to this id everything of it was cleared */
};

/** @account_id: 0 for the requests that named no account */
struct fa_journal_counts fa_journal_count(const struct fa_journal *journal, int64_t account_id);

/** Forget the entries of an account; FA_JOURNAL_ALL: of everybody. Returns how many there were. */
int64_t fa_journal_clear(struct fa_journal *journal, int64_t account_id);
#define FA_JOURNAL_ALL (-1)

/** Forget all about an account that is deleted; its id must not come again. */
void fa_journal_drop(struct fa_journal *journal, int64_t account_id);

/**
 * Have somebody told when entries become final.
 *
 * @seen: called with the ids from the first to the last; may not add entries
 *
 * Errors: -1 too many
 */
int fa_journal_watch(struct fa_journal *journal,
                     void (*seen)(void *context, int64_t first_id, int64_t last_id), void *context);

/** A random word, another one after each start of the server; and when it was (host's clock). */
const char *fa_journal_instance(const struct fa_journal *journal);
int64_t fa_journal_started_ms(const struct fa_journal *journal);

/**
 * The parameters of a kept request, those that a public key has added among them.
 *
 * @ret_is_whole: false when some were cut off
 *
 * Errors: an enum fa_params_error
 */
int fa_journal_params(const struct fa_journal_entry *entry, struct fa_arena *arena,
                      struct fa_params *ret_params, bool *ret_is_whole);

/** What a commit that failed makes of an entry. */
void fa_journal_fail(struct fa_journal_entry *entry);

/** `accepted`, `refused`, `failed` */
const char *fa_verdict_text(enum fa_verdict verdict);

#endif
