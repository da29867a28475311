/* Timers without a clock: when they go off, in which order, and what they may do meanwhile. */
#include "suite.h"

#include <stdlib.h>

#include "timers.h"

static struct fa_timers timers;
static char order[32]; /* the names of those that went off */
static size_t order_len;

static void note(void *name)
{
    order[order_len++] = *(const char *)name;
    order[order_len] = '\0';
}

static struct fa_timer *start(int64_t due_ms, const char *name)
{
    struct fa_timer *timer = fa_timers_start(&timers, due_ms, note, (void *)(uintptr_t)name);

    ck_assert_ptr_nonnull(timer);
    return timer;
}

START_TEST(test_timers_go_off_when_due_and_only_once)
{
    start(10, "a");
    fa_timers_run(&timers, 9);
    ck_assert_str_eq(order, "");
    fa_timers_run(&timers, 10);
    fa_timers_run(&timers, 11);
    ck_assert_str_eq(order, "a");
    fa_timers_clear(&timers);
}
END_TEST

START_TEST(test_timers_go_off_in_the_order_of_their_times_then_of_starting)
{
    start(30, "d");
    start(10, "a");
    start(20, "b");
    start(20, "c");
    start(-5, "0");
    ck_assert_int_eq(fa_timers_next_ms(&timers), -5);
    fa_timers_run(&timers, 30);
    ck_assert_str_eq(order, "0abcd");
    ck_assert_int_eq(fa_timers_next_ms(&timers), INT64_MAX);
    fa_timers_clear(&timers);
}
END_TEST

START_TEST(test_cancelled_timers_stay_silent)
{
    struct fa_timer *first = start(1, "a");
    struct fa_timer *middle;
    struct fa_timer *last;

    start(2, "b");
    middle = start(3, "c");
    start(4, "d");
    last = start(5, "e");
    fa_timers_cancel(&timers, middle);
    fa_timers_cancel(&timers, first);
    fa_timers_cancel(&timers, last);
    fa_timers_cancel(&timers, NULL);
    fa_timers_run(&timers, 100);
    ck_assert_str_eq(order, "bd");
    fa_timers_clear(&timers);
}
END_TEST

static void start_again(void *name)
{
    note(name);
    ck_assert_ptr_nonnull(fa_timers_start(&timers, 0, start_again, name));
}

START_TEST(test_a_timer_that_starts_another_does_not_hold_up_the_loop)
{
    static char name[] = "a";

    ck_assert_ptr_nonnull(fa_timers_start(&timers, 0, start_again, name));
    fa_timers_run(&timers, 100);
    ck_assert_str_eq(order, "a");
    fa_timers_run(&timers, 100);
    ck_assert_str_eq(order, "aa");
    fa_timers_clear(&timers);
}
END_TEST

static struct fa_timer *victim;

static void cancel_victim(void *name)
{
    note(name);
    fa_timers_cancel(&timers, victim);
}

START_TEST(test_a_timer_may_cancel_one_that_is_due_as_well)
{
    static char name[] = "a";

    ck_assert_ptr_nonnull(fa_timers_start(&timers, 1, cancel_victim, name));
    victim = start(2, "b");
    start(3, "c");
    fa_timers_run(&timers, 3);
    ck_assert_str_eq(order, "ac");
    fa_timers_clear(&timers);
}
END_TEST

static int64_t last_due;

static void check_order(void *due)
{
    ck_assert_int_ge(*(int64_t *)due, last_due);
    last_due = *(int64_t *)due;
    order_len++;
}

START_TEST(test_many_timers_started_and_cancelled_at_random_keep_their_order)
{
    enum { COUNT = 5000 };
    static int64_t dues[COUNT];
    static struct fa_timer *started[COUNT];
    size_t cancelled = 0;
    size_t i;

    srand(1);
    for (i = 0; i < COUNT; i++) {
        dues[i] = rand() % 1000;
        started[i] = fa_timers_start(&timers, dues[i], check_order, &dues[i]);
        ck_assert_ptr_nonnull(started[i]);
    }
    for (i = 0; i < COUNT; i += 3, cancelled++)
        fa_timers_cancel(&timers, started[i]);
    fa_timers_run(&timers, 499);
    ck_assert_int_le(last_due, 499);
    fa_timers_run(&timers, 1000);
    ck_assert_uint_eq(order_len, COUNT - cancelled);
    fa_timers_clear(&timers);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_timers_go_off_when_due_and_only_once),
    TEST(test_timers_go_off_in_the_order_of_their_times_then_of_starting),
    TEST(test_cancelled_timers_stay_silent),
    TEST(test_a_timer_that_starts_another_does_not_hold_up_the_loop),
    TEST(test_a_timer_may_cancel_one_that_is_due_as_well),
    TEST(test_many_timers_started_and_cancelled_at_random_keep_their_order),
};

TEST_MAIN("timers", cases)
