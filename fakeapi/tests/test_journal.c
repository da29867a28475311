/* The journal: a ring that forgets the oldest, and never calls a lost request accepted. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "journal.h"

static void add(struct fa_journal *journal, const char *action, bool is_held)
{
    const struct fa_journal_entry entry = {.action = action, .status = 200, .is_held = is_held};

    ck_assert_int_eq(fa_journal_add(journal, &entry), 0);
}

START_TEST(test_journal_forgets_the_oldest)
{
    struct fa_journal *journal = fa_journal_new(3);
    int i;

    ck_assert_int_eq(fa_journal_newest(journal), 0);
    ck_assert_ptr_null(fa_journal_get(journal, 1));
    for (i = 1; i <= 5; i++) {
        char action[8];

        snprintf(action, sizeof(action), "a%d", i);
        add(journal, action, false);
    }
    ck_assert_int_eq(fa_journal_oldest(journal), 3);
    ck_assert_int_eq(fa_journal_newest(journal), 5);
    ck_assert_ptr_null(fa_journal_get(journal, 2));
    ck_assert_str_eq(fa_journal_get(journal, 3)->action, "a3");
    ck_assert_str_eq(fa_journal_get(journal, 5)->action, "a5");
    ck_assert_str_eq(fa_journal_get(journal, 5)->reason, "");
    ck_assert_ptr_null(fa_journal_get(journal, 6));
    ck_assert_ptr_null(fa_journal_get(journal, -1));
    fa_journal_free(journal);
}
END_TEST

START_TEST(test_journal_fails_what_a_commit_lost)
{
    struct fa_journal *journal = fa_journal_new(10);

    add(journal, "committed", true);
    fa_journal_settle(journal, false);
    add(journal, "read", false);
    add(journal, "lost", true);
    fa_journal_settle(journal, true);
    add(journal, "next", true);
    fa_journal_settle(journal, false);
    ck_assert_int_eq(fa_journal_get(journal, 1)->verdict, FA_VERDICT_ACCEPTED);
    ck_assert_int_eq(fa_journal_get(journal, 2)->verdict, FA_VERDICT_ACCEPTED);
    ck_assert_int_eq(fa_journal_get(journal, 3)->verdict, FA_VERDICT_FAILED);
    ck_assert_uint_eq(fa_journal_get(journal, 3)->status, 500);
    ck_assert_int_eq(fa_journal_get(journal, 4)->verdict, FA_VERDICT_ACCEPTED);
    fa_journal_free(journal);
}
END_TEST

START_TEST(test_journal_settles_what_the_ring_still_has)
{
    struct fa_journal *journal = fa_journal_new(2);
    int i;

    for (i = 0; i < 5; i++)
        add(journal, "x", true);
    fa_journal_settle(journal, true);
    ck_assert_int_eq(fa_journal_get(journal, 4)->verdict, FA_VERDICT_FAILED);
    ck_assert_int_eq(fa_journal_get(journal, 5)->verdict, FA_VERDICT_FAILED);
    fa_journal_free(journal);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_journal_forgets_the_oldest),
    TEST(test_journal_fails_what_a_commit_lost),
    TEST(test_journal_settles_what_the_ring_still_has),
};

TEST_MAIN("journal", cases)
