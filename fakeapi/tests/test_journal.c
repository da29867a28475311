/* The journal: a ring that forgets the oldest, and never calls a lost request accepted. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "journal.h"

static void add(struct fa_journal *journal, const char *action, bool is_held)
{
    const struct fa_journal_entry entry = {
        .action = action, .status = 200, .is_held = is_held, .committed_us = -1};

    ck_assert_int_gt(fa_journal_add(journal, &entry), 0);
}

START_TEST(test_journal_forgets_the_oldest)
{
    struct fa_journal *journal = fa_journal_new(3, 0);
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
    struct fa_journal *journal = fa_journal_new(10, 0);

    add(journal, "committed", true);
    fa_journal_settle(journal, false, 0);
    add(journal, "read", false);
    add(journal, "lost", true);
    fa_journal_settle(journal, true, 0);
    add(journal, "next", true);
    fa_journal_settle(journal, false, 0);
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
    struct fa_journal *journal = fa_journal_new(2, 0);
    int i;

    for (i = 0; i < 5; i++)
        add(journal, "x", true);
    fa_journal_settle(journal, true, 0);
    ck_assert_int_eq(fa_journal_get(journal, 4)->verdict, FA_VERDICT_FAILED);
    ck_assert_int_eq(fa_journal_get(journal, 5)->verdict, FA_VERDICT_FAILED);
    fa_journal_free(journal);
}
END_TEST

/* An entry of an account with a body of so many bytes. */
static int64_t add_body(struct fa_journal *journal, int64_t account_id, const char *body,
                        size_t len)
{
    const struct fa_journal_entry entry = {.account_id = account_id,
                                           .body = {body, (uint32_t)len, (uint32_t)len}};

    return fa_journal_add(journal, &entry);
}

START_TEST(test_journal_stays_within_its_bytes)
{
    static char body[64 * 1024];
    struct fa_journal *journal = fa_journal_new(100000, 0);
    int64_t i;

    memset(body, 'b', sizeof(body));
    for (i = 1; i <= 20000; i++) {
        size_t len = (size_t)(i * 7919) % sizeof(body);
        const struct fa_journal_entry *entry;

        ck_assert_int_eq(add_body(journal, 1, body, len), i);
        entry = fa_journal_get(journal, i);
        ck_assert_uint_eq(entry->body.whole, len);
        ck_assert_uint_eq(entry->body.len, len < FA_JOURNAL_BODY_MAX ? len : FA_JOURNAL_BODY_MAX);
        ck_assert_int_eq(memcmp(entry->body.at, body, entry->body.len), 0);
        entry = fa_journal_get(journal, fa_journal_oldest(journal));
        ck_assert_int_eq(entry->id, fa_journal_oldest(journal));
    }
    ck_assert_int_gt(fa_journal_oldest(journal), 20000 - 2000);
    ck_assert_int_lt(fa_journal_oldest(journal), 20000 - 400);
    fa_journal_free(journal);
}
END_TEST

START_TEST(test_journal_counts_what_it_forgets)
{
    struct fa_journal *journal = fa_journal_new(10, 0);
    struct fa_journal_counts counts;
    int i;

    for (i = 0; i < 30; i++)
        (void)add_body(journal, i % 3, "x", 1);
    counts = fa_journal_count(journal, 1);
    ck_assert_int_eq(counts.total, 10);
    ck_assert_int_eq(counts.forgotten, 7);
    ck_assert_int_eq(fa_journal_clear(journal, 1), 3);
    counts = fa_journal_count(journal, 1);
    ck_assert_int_eq(counts.total, 0);
    ck_assert_int_eq(counts.forgotten, 0);
    ck_assert_int_eq(counts.cleared_id, 30);
    for (i = 0; i < 20; i++)
        (void)add_body(journal, 1, "x", 1);
    counts = fa_journal_count(journal, 1);
    ck_assert_int_eq(counts.total, 20);
    ck_assert_int_eq(counts.forgotten, 10);
    ck_assert_int_eq(fa_journal_count(journal, 2).forgotten, 10);
    ck_assert_int_eq(fa_journal_count(journal, 3).total, 0);
    fa_journal_free(journal);
}
END_TEST

START_TEST(test_journal_clears_one_account_or_all)
{
    struct fa_journal *journal = fa_journal_new(10, 0);

    (void)add_body(journal, 1, "x", 1);
    (void)add_body(journal, 2, "x", 1);
    ck_assert_int_eq(fa_journal_clear(journal, 1), 1);
    ck_assert_ptr_null(fa_journal_get(journal, 1));
    ck_assert_ptr_nonnull(fa_journal_get(journal, 2));
    ck_assert_int_eq(fa_journal_clear(journal, FA_JOURNAL_ALL), 1);
    ck_assert_ptr_null(fa_journal_get(journal, 2));
    ck_assert_int_eq(add_body(journal, 2, "x", 1), 3);
    ck_assert_ptr_nonnull(fa_journal_get(journal, 3));
    fa_journal_free(journal);
}
END_TEST

static void note_range(void *context, int64_t first_id, int64_t last_id)
{
    char *text = context;

    snprintf(text + strlen(text), 100 - strlen(text), "%d-%d ", (int)first_id, (int)last_id);
}

START_TEST(test_journal_tells_when_entries_are_final)
{
    struct fa_journal *journal = fa_journal_new(10, 0);
    char text[100] = "";

    ck_assert_int_eq(fa_journal_watch(journal, note_range, text), 0);
    add(journal, "read", false);
    add(journal, "written", true);
    add(journal, "read behind it", false);
    ck_assert_str_eq(text, "1-1 ");
    fa_journal_settle(journal, false, 0);
    ck_assert_str_eq(text, "1-1 2-3 ");
    fa_journal_settle(journal, false, 0);
    add(journal, "read", false);
    ck_assert_str_eq(text, "1-1 2-3 4-4 ");
    ck_assert_int_eq(fa_journal_settled(journal), 4);
    fa_journal_free(journal);
}
END_TEST

START_TEST(test_journal_times_commit_and_sending)
{
    struct fa_journal *journal = fa_journal_new(10, 0);
    const struct fa_journal_entry entry = {
        .received_us = 1000, .status = 200, .is_held = true, .committed_us = -1, .sent_us = -1};

    (void)fa_journal_add(journal, &entry);
    ck_assert_int_eq(fa_step_verdict(fa_journal_get(journal, 1), FA_STEP_COMMIT), FA_STEP_SKIPPED);
    fa_journal_settle(journal, false, 1500);
    fa_journal_sent(journal, 1, 1700);
    fa_journal_sent(journal, 2, 1700);
    ck_assert_int_eq(fa_journal_get(journal, 1)->committed_us, 500);
    ck_assert_int_eq(fa_journal_get(journal, 1)->sent_us, 700);
    ck_assert_int_eq(fa_step_verdict(fa_journal_get(journal, 1), FA_STEP_COMMIT), FA_STEP_OK);
    fa_journal_free(journal);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_journal_forgets_the_oldest),
    TEST(test_journal_fails_what_a_commit_lost),
    TEST(test_journal_settles_what_the_ring_still_has),
    TEST(test_journal_stays_within_its_bytes),
    TEST(test_journal_counts_what_it_forgets),
    TEST(test_journal_clears_one_account_or_all),
    TEST(test_journal_tells_when_entries_are_final),
    TEST(test_journal_times_commit_and_sending),
};

TEST_MAIN("journal", cases)
