/* Two mistakes at once: the doctor finds both, or as few that come to the same. */
#include "suite.h"

#include <stdio.h>

#include "pairs.h"

#define SAMPLE 120 /* of all pairs; `bench_doctor 1` examines every one */

START_TEST(test_doctor_explains_every_single_mistake)
{
    struct pairs *pairs = pairs_new();
    size_t tried, i;

    ck_assert_ptr_nonnull(pairs);
    for (i = 0; i < pairs_single_count(pairs); i++)
        ck_assert_msg(pairs_examine_single(pairs, i, &tried) == PAIR_NAMED, "%s",
                      pairs_last(pairs));
    printf("%zu single mistakes, all named\n", i);
    pairs_free(pairs);
}
END_TEST

START_TEST(test_doctor_explains_pairs_of_mistakes_by_no_more_than_two)
{
    struct pairs *pairs = pairs_new();
    size_t outcomes[PAIR_OUTCOME_MAX] = {0}, tried, step, i;

    ck_assert_ptr_nonnull(pairs);
    step = pairs_count(pairs) / SAMPLE;
    for (i = step / 2; i < pairs_count(pairs); i += step) {
        enum pair_outcome outcome = pairs_examine(pairs, i, FA_DOCTOR_HYPOTHESES_PATIENT, &tried);

        outcomes[outcome]++;
        ck_assert_msg(outcome == PAIR_NAMED || outcome == PAIR_EQUIVALENT, "%s: outcome %d",
                      pairs_last(pairs), (int)outcome);
    }
    printf("of %zu pairs %zu were named exactly, %zu by others that come to the same\n",
           pairs_count(pairs), outcomes[PAIR_NAMED], outcomes[PAIR_EQUIVALENT]);
    pairs_free(pairs);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_doctor_explains_every_single_mistake),
    TEST(test_doctor_explains_pairs_of_mistakes_by_no_more_than_two),
};

TEST_MAIN("doctor pairs", cases)
