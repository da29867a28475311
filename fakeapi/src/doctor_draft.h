/*
 * A draft is one way a client may have signed the request: the right way, changed by a few mistakes
 * at their stages. Building it gives the text, the key and the algorithm of that way. The stages
 * follow each other as in PROTOCOL.md §2.3; at each, the mistakes act in the catalogue's order.
 */
#ifndef FA_DOCTOR_DRAFT_H
#define FA_DOCTOR_DRAFT_H

#include "buf.h"
#include "doctor.h"
#include "doctor_mac.h"
#include "doctor_maps.h"

enum fa_stage {
    FA_STAGE_KEY,       /* which bytes are the key */
    FA_STAGE_ALGORITHM, /* how key and text become a digest */
    FA_STAGE_PARAMS,    /* which parameters are signed */
    FA_STAGE_NAMES,     /* how their names are written */
    FA_STAGE_CHARSET,   /* in which character set */
    FA_STAGE_VALUES,    /* how their values are written */
    FA_STAGE_TIMESTAMP, /* how the timestamp is written */
    FA_STAGE_ENCODING,  /* percent-encoded or plain */
    FA_STAGE_REPEATED,  /* in which order those of one name are */
    FA_STAGE_ORDER,     /* sorted how */
    FA_STAGE_JOIN,      /* joined how */
    FA_STAGE_TEXT,      /* what happens to the finished text */
    FA_STAGE_WIRE,      /* how the digest is written and sent */
    FA_STAGE_MAX,
};

struct fa_draft;
struct fa_draft_param;

/* How names and values are joined: head, name, middle, value, between, name, …, tail. */
struct fa_join {
    const char *head, *middle, *between, *tail; /* NULL for nothing */
    bool without_names, without_values, values_first;
    fa_map *map; /* over names and values, or NULL */
};

/*
 * One known mistake: what it is called and, by whichever member is set, what it does. A mistake may
 * have variants (a family), such as which parameter was left out.
 */
struct fa_mistake {
    const char *id;
    enum fa_stage stage;
    unsigned char rank; /* 0 everyday, 1 known, 2 rare */
    const char *title;  /* a clause; {} stands for the variant */
    const char *mend;   /* a sentence; NULL: that of the stage */

    fa_map *map;                        /* over the bytes of the stage */
    const struct fa_encoding *encoding; /* the same, as data */
    const char *before, *after;         /* added around them */
    const char *cut;                    /* cut before the first of these bytes */
    const char *only;                   /* stage of values: the parameter's name */
    const struct fa_join *join;
    int (*compare)(const struct fa_draft_param *a, const struct fa_draft_param *b);
    enum fa_doctor_scheme scheme;
    enum fa_doctor_digest digest;

    size_t (*variants)(const struct fa_doctor_case *request);
    void (*apply)(struct fa_draft *draft, size_t variant);
    void (*describe)(const struct fa_doctor_case *request, size_t variant, struct pm_buf *out);
};

/* A mistake in one of its variants. */
struct fa_choice {
    const struct fa_mistake *mistake;
    size_t variant;
};

/* A parameter on its way into the text. Mapped bytes live in its own buffers. */
struct fa_draft_param {
    struct fa_bytes name, value, raw_name, raw_value;
    size_t sent; /* position in the request */
    bool in_query;
    struct pm_buf *buffers; /* four: two for the name, two for the value */
};

struct fa_draft {
    const struct fa_doctor_case *request;
    struct fa_doctor_mac *mac;
    struct fa_draft_param *right; /* the parameters as they should be signed, sorted */
    size_t right_count;
    struct pm_buf *buffers;

    struct fa_draft_param *params; /* as they are signed in this draft */
    size_t count, room;
    const struct fa_join *join;
    int (*compare)(const struct fa_draft_param *a, const struct fa_draft_param *b);
    bool repeated_as_sent; /* not sorted by value */
    struct pm_buf text[2], key_buffers[2];
    unsigned text_at;    /* which of text[] holds the result */
    struct fa_bytes key; /* the result */
    enum fa_doctor_scheme scheme;
    enum fa_doctor_digest digest;
};

/** Prepare. @request, @mac: borrowed until cleared. Errors: -1 out of memory */
int fa_draft_init(struct fa_draft *draft, const struct fa_doctor_case *request,
                  struct fa_doctor_mac *mac);
void fa_draft_clear(struct fa_draft *draft);

/**
 * Sign with these mistakes. The choices must be in the order of the catalogue.
 *
 * Errors: -1 the result would be too large; the draft can be built again with other choices
 */
int fa_draft_build(struct fa_draft *draft, const struct fa_choice *choices, size_t count);

/** The text of the last build, borrowed until the next. */
struct fa_bytes fa_draft_text(const struct fa_draft *draft);

/** Compare as memcmp() does, the shorter one first when it is the beginning of the other. */
int fa_bytes_compare(struct fa_bytes a, struct fa_bytes b);

/** Is it the parameter that carries the checksum, never signed itself (PROTOCOL.md §2.3)? */
bool fa_doctor_is_checksum(struct fa_bytes name);

/** Equal but for the case of ASCII letters? */
bool fa_bytes_equal_nocase(struct fa_bytes a, const char *b);

/* ---- for the catalogue's apply functions ---- */

/** The first parameter of this name (any case), or NULL. */
struct fa_draft_param *fa_draft_find(struct fa_draft *draft, const char *name);

/** Add a parameter at the end. Both strings must outlive the build. */
void fa_draft_add(struct fa_draft *draft, struct fa_bytes name, struct fa_bytes value);
void fa_draft_remove(struct fa_draft *draft, struct fa_draft_param *param);

/** An emptied buffer that does not hold the value; fa_draft_set_value() makes it the value. */
struct pm_buf *fa_draft_new_value(struct fa_draft_param *param);
void fa_draft_set_value(struct fa_draft_param *param, const struct pm_buf *buf);

/** The same for the key. */
struct pm_buf *fa_draft_new_key(struct fa_draft *draft);
void fa_draft_set_key(struct fa_draft *draft, const struct pm_buf *buf);

/** Another emptied buffer, which is the text from now on; the old text is in *ret_old. */
struct pm_buf *fa_draft_new_text(struct fa_draft *draft, struct fa_bytes *ret_old);

/* ---- the catalogue (doctor_catalogue.c) ---- */

extern const struct fa_mistake fa_catalogue[];
extern const size_t fa_catalogue_count;

/** What the protocol says at a stage, and how to mend a mistake there; sentences. */
const char *fa_stage_rule(enum fa_stage stage);
const char *fa_stage_mend(enum fa_stage stage);

/** May two mistakes of this stage be made together? */
bool fa_stage_is_exclusive(enum fa_stage stage);

/** How many variants a mistake has for a request: 1 when it is no family. */
size_t fa_mistake_variants(const struct fa_mistake *mistake, const struct fa_doctor_case *request);

#endif
