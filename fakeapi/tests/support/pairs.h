/*
 * Every pair of mistakes that can be made with one request, for the test and the benchmark of the
 * doctor: made with its own catalogue, since here it is the search that is asked, not the mistakes.
 */
#ifndef FA_TEST_PAIRS_H
#define FA_TEST_PAIRS_H

#include "doctor.h"

struct pairs;

enum pair_outcome {
    PAIR_NAMED,      /* exactly the two mistakes made */
    PAIR_EQUIVALENT, /* other ones, no more of them, that come to the same */
    PAIR_LONGER,     /* explained by more mistakes than were made */
    PAIR_MISSED,     /* not explained */
    PAIR_OUTCOME_MAX,
};

/** The request has UTF-8, blanks, quotes, escapes and the like, so that mistakes show. */
struct pairs *pairs_new(void);
void pairs_free(struct pairs *pairs);

/** How many single mistakes have an effect of their own, and how many pairs. */
size_t pairs_single_count(const struct pairs *pairs);
size_t pairs_count(const struct pairs *pairs);

/**
 * Make one single mistake or one pair, and have it examined.
 *
 * @ret_tried: how many hypotheses it took
 */
enum pair_outcome pairs_examine_single(struct pairs *pairs, size_t index, size_t *ret_tried);
enum pair_outcome pairs_examine(struct pairs *pairs, size_t index, size_t hypotheses_max,
                                size_t *ret_tried);

/** What the last one was made of, for messages; borrowed until the next. */
const char *pairs_last(const struct pairs *pairs);

#endif
