/*
 * The doctor of signatures: given a request whose checksum is wrong, find the mistake that made it.
 * It signs the request again in every wrong way it knows (doctor_catalogue.c), one mistake at a
 * time, then two, then three, until one of them gives the checksum that came. Pure: no I/O, no
 * clock; work is bounded by counts, and by the caller, who may look at a clock. The server calls it
 * for refused requests only, and `paidmonitor sign --explain` for whoever asks.
 */
#ifndef FA_DOCTOR_H
#define FA_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pm_buf;

#define FA_DIAGNOSIS_MISTAKES_MAX 6   /* ours: three of the signing, three of the sending */
#define FA_DIAGNOSIS_ALSO_MAX     4   /* ours */
#define FA_DIAGNOSIS_HEADER_MAX   500 /* ours: what proxies and consoles show without cutting */

/* Borrowed bytes, any of them, not terminated; NULL may stand for none. */
struct fa_bytes {
    const char *at;
    size_t len;
};

/* One parameter as it came. */
struct fa_doctor_param {
    struct fa_bytes name, value;         /* decoded once (PROTOCOL.md §2.3) */
    struct fa_bytes raw_name, raw_value; /* as on the wire; empty `at` when unknown */
    bool in_query;                       /* in the URL, not in the body */
};

struct fa_doctor_case {
    const struct fa_doctor_param *params; /* in the order sent; one named checksum is passed over */
    size_t count;
    struct fa_bytes secret, apikey;
    struct fa_bytes checksum;         /* as received, decoded once */
    size_t hypotheses_max;            /* checksums to try; 0 means FA_DOCTOR_HYPOTHESES */
    size_t bytes_max;                 /* bytes to sign while trying; 0 means FA_DOCTOR_BYTES */
    bool (*must_stop)(void *context); /* asked now and then: enough? May be NULL */
    void *context;                    /* for must_stop */
};

/*
 * Ours: milliseconds of one core. Enough for every single mistake, every pair of everyday ones, and
 * a part of the rest.
 */
#define FA_DOCTOR_HYPOTHESES 20000
#define FA_DOCTOR_BYTES      (16u << 20)

/* Ours: what a person waits for without noticing, a third of a second. Enough for all pairs.
 * The server asks for it under a deadline (diagnose.c). */
#define FA_DOCTOR_HYPOTHESES_PATIENT 200000
#define FA_DOCTOR_BYTES_PATIENT      (128u << 20)

enum fa_diagnosis_verdict {
    FA_DIAGNOSIS_RIGHT,     /* the checksum is the right one: nothing to explain */
    FA_DIAGNOSIS_EXPLAINED, /* `mistakes` together give exactly the checksum received */
    FA_DIAGNOSIS_KEY,       /* unexplained; nothing in the text could be altered: another key? */
    FA_DIAGNOSIS_TEXT, /* unexplained; another key, or the text was altered in an unknown way */
    FA_DIAGNOSIS_FORM, /* unexplained; no checksum of any known kind has this form */
    FA_DIAGNOSIS_VERDICT_MAX,
};

struct fa_diagnosis_mistake {
    const char *id;   /* stable, such as "values-encoded" */
    char title[160];  /* what was done, as a clause: "the values were …"; no control characters */
    const char *rule; /* what the protocol wants, a sentence */
    const char *mend; /* what to do, a sentence */
};

struct fa_diagnosis {
    enum fa_diagnosis_verdict verdict;
    struct fa_diagnosis_mistake mistakes[FA_DIAGNOSIS_MISTAKES_MAX];
    size_t mistake_count;
    struct fa_diagnosis_mistake also[FA_DIAGNOSIS_ALSO_MAX]; /* single mistakes that would have
                                                                given the same for this request */
    size_t also_count;
    char expected_checksum[29];
    char *expected_text; /* what should have been signed; the secret key is shown as <secretkey>, */
    size_t expected_len; /* a token or password sent along likewise; any bytes, NUL-terminated */
    char *client_text;   /* what was signed, when explained; otherwise NULL */
    size_t client_len;
    bool texts_differ;
    size_t first_difference; /* byte offset in both, at the start of a UTF-8 character */
    char *received;          /* the checksum received, any bytes; masked as above */
    size_t received_len;
    size_t tried;   /* hypotheses */
    bool exhausted; /* stopped by a limit before every hypothesis was tried */
};

/**
 * Examine one request. A hypothesis that gives the received bytes is right beyond doubt, save for
 * checksums cut short (at least 8 bytes of digest must agree).
 *
 * @ret_diagnosis: on success to be cleared by the caller
 *
 * Ownership:  titles, rules and texts are the diagnosis' own or static; nothing of the case is kept
 * Errors:     -1  out of memory, or the crypto library failed
 */
int fa_doctor_examine(const struct fa_doctor_case *request, struct fa_diagnosis *ret_diagnosis);

/** Free what a diagnosis holds. A zeroed one is fine. */
void fa_diagnosis_clear(struct fa_diagnosis *diagnosis);

/** The verdict in a word, for machines: right, explained, key, text, form. */
const char *fa_diagnosis_verdict_name(enum fa_diagnosis_verdict verdict);

/** The diagnosis in one sentence, for a log line. Errors: -1 as pm_buf_add() */
int fa_diagnosis_sentence(const struct fa_diagnosis *diagnosis, struct pm_buf *out);

/**
 * Several lines for a terminal or a journal: what, why, how to mend it, both texts one below the
 * other around the first difference with a caret under it. Hidden characters are made visible.
 *
 * @width: columns of the widest line, at least 60 (as far as texts are concerned)
 *
 * Errors: -1 as pm_buf_add()
 */
int fa_diagnosis_text(const struct fa_diagnosis *diagnosis, size_t width, struct pm_buf *out);

/** One JSON object. Errors: -1 as pm_buf_add() */
int fa_diagnosis_json(const struct fa_diagnosis *diagnosis, struct pm_buf *out);

/** A header value: one line, printable ASCII, at most FA_DIAGNOSIS_HEADER_MAX bytes. Errors: -1 */
int fa_diagnosis_header(const struct fa_diagnosis *diagnosis, struct pm_buf *out);

#endif
