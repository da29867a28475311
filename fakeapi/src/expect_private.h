/*
 * What the files of the expectations share; nobody else includes it:
 *
 *     expect.c         counting and waiting
 *     expect_read.c    expectations out of JSON
 *     expect_report.c  what became of them
 */
#ifndef FA_EXPECT_PRIVATE_H
#define FA_EXPECT_PRIVATE_H

#include "expect.h"
#include "match.h"

enum fa_expect_kind {
    FA_EXPECT_MUST,
    FA_EXPECT_MAY,
    FA_EXPECT_MUST_NOT,
    FA_EXPECT_KIND_MAX,
};

struct fa_tally {
    int64_t count;
    int64_t unknown; /* so many more may have been among those that were forgotten */
    int64_t first_id;
    int64_t last_id;
    int64_t met_id;   /* the one with which it was met; 0 while it is not */
    int64_t early;    /* so many came before what they should come after */
    int64_t early_id; /* the first of them */
    int64_t late;     /* so many came after the time was over, and are not counted */
};

#define FA_UNLIMITED INT64_MAX

struct fa_expectation {
    struct fa_expectation *next;
    char name[FA_EXPECT_NAME_MAX + 1];
    enum fa_expect_kind kind;
    struct fa_match *match;
    int64_t at_least;
    int64_t at_most;     /* FA_UNLIMITED */
    int64_t within_ms;   /* 0: any time */
    int64_t declared_ms; /* by mono_ms */
    int64_t since_id;
    struct fa_expectation *after[FA_EXPECT_AFTER_MAX];
    size_t after_count;
    struct fa_tally tallies[2]; /* if the commit succeeds, if it fails */
};

struct fa_wait {
    struct fa_wait *next;
    struct fa_wait *previous;
    struct fa_group *group;
    struct fa_expectation expectation; /* what it waits for */
    bool is_done;
    void (*done)(void *context, struct fa_wait *wait);
    void *context;
};

/* Everything about one account. */
struct fa_group {
    int64_t account_id;
    struct fa_expects *expects;
    struct fa_group *next_pending;
    bool is_pending;
    struct fa_expectation *first; /* in the order declared */
    size_t count;
    int64_t named;                 /* names made so far */
    struct fa_tally unexpected[2]; /* of what fits none of them */
    struct fa_wait *waits;
};

struct fa_expects {
    struct fa_journal *journal;
    int64_t (*mono_ms)(void);
    struct fa_group **groups; /* sorted by account */
    size_t count;
    size_t size;
    struct fa_group *pending;
};

/** NULL if nothing was ever expected of it. */
struct fa_group *fa_group_find(const struct fa_expects *expects, int64_t account_id);
/** Errors: NULL out of memory */
struct fa_group *fa_group_make(struct fa_expects *expects, int64_t account_id);

struct fa_expectation *fa_expectation_find(const struct fa_group *group, const char *name);
void fa_expectation_free(struct fa_expectation *expectation);

/** Put those of a chain, in their order, at the end of the group's, and count. */
void fa_group_add(struct fa_group *group, struct fa_expectation *chain);

/**
 * Read a list.
 *
 * @ret_chain: in their order; the caller's
 *
 * Errors: -1 with a message
 */
int fa_expectations_read(struct fa_group *group, const struct cJSON *json, bool in_order,
                         struct fa_expectation **ret_chain, char *message, size_t size);

/** Does it hold, by what was counted? */
enum fa_answer fa_expectation_answer(const struct fa_expectation *expectation);

#endif
