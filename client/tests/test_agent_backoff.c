/* backoff: waits are random, bounded, and never shorter than the server asked for. */
#include "suite.h"

#include <stddef.h>

#include "backoff.h"
#include "paidmonitor.h"

START_TEST(test_backoff_doubles_its_ceiling_up_to_the_cap)
{
    static const struct {
        unsigned failures;
        int64_t ceiling_ms;
    } rows[] = {
        {0, 1000},  {1, 1000},  {2, 2000},  {3, 4000},        {4, 8000},    {5, 16000},
        {6, 32000}, {7, 60000}, {8, 60000}, {1000000, 60000}, {~0u, 60000},
    };
    uint64_t seed = 1;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t most = 0;

        for (int n = 0; n < 2000; n++) {
            int64_t ms = pm_backoff_ms(rows[i].failures, &seed, -1);

            ck_assert_int_ge(ms, PM_BACKOFF_FLOOR_MS);
            ck_assert_int_le(ms, rows[i].ceiling_ms);
            most = ms > most ? ms : most;
        }
        ck_assert_int_gt(most, rows[i].ceiling_ms * 9 / 10);
    }
}
END_TEST

START_TEST(test_backoff_spreads_hosts_that_failed_together)
{
    int early = 0, late = 0;

    for (uint64_t host = 0; host < 1000; host++) {
        uint64_t seed = host;
        int64_t ms = pm_backoff_ms(10, &seed, -1);

        early += ms < PM_BACKOFF_CAP_MS / 4;
        late += ms > PM_BACKOFF_CAP_MS * 3 / 4;
    }
    ck_assert_int_gt(early, 200);
    ck_assert_int_gt(late, 200);
}
END_TEST

START_TEST(test_backoff_is_repeatable_from_its_seed)
{
    uint64_t one = 42, two = 42;

    for (unsigned i = 1; i < 20; i++)
        ck_assert_int_eq(pm_backoff_ms(i, &one, -1), pm_backoff_ms(i, &two, -1));
}
END_TEST

START_TEST(test_backoff_honours_retry_after_within_reason)
{
    static const struct {
        int64_t wish_ms, least_ms, most_ms;
    } rows[] = {
        {-1, PM_BACKOFF_FLOOR_MS, 1000},
        {0, PM_BACKOFF_FLOOR_MS, 1000},
        {INT64_MIN, PM_BACKOFF_FLOOR_MS, 1000},
        {5000, 5000, 5000},
        {PM_RETRY_AFTER_MAX_MS, PM_RETRY_AFTER_MAX_MS, PM_RETRY_AFTER_MAX_MS},
        {PM_RETRY_AFTER_MAX_MS + 1, PM_RETRY_AFTER_MAX_MS, PM_RETRY_AFTER_MAX_MS},
        {INT64_MAX, PM_RETRY_AFTER_MAX_MS, PM_RETRY_AFTER_MAX_MS},
    };
    uint64_t seed = 7;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t ms = pm_backoff_ms(1, &seed, rows[i].wish_ms);

        ck_assert_int_ge(ms, rows[i].least_ms);
        ck_assert_int_le(ms, rows[i].most_ms);
    }
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_backoff_doubles_its_ceiling_up_to_the_cap),
    TEST(test_backoff_spreads_hosts_that_failed_together),
    TEST(test_backoff_is_repeatable_from_its_seed),
    TEST(test_backoff_honours_retry_after_within_reason),
};

TEST_MAIN("agent_backoff", cases)
