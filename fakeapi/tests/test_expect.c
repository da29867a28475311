/* Expectations and waits: counted as requests arrive, true whatever the journal has forgotten. */
#include "suite.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "expect.h"
#include "journal.h"
#include "match.h"
#include "params.h"
#include "reply.h"

#define ACCOUNT 5

static struct fa_journal *journal;
static struct fa_expects *expects;
static int64_t now_ms;

static int64_t read_ms(void)
{
    return now_ms;
}

/* @size: requests that the journal remembers */
static void open_all(size_t size)
{
    now_ms = 1000;
    journal = fa_journal_new(size, 0);
    expects = fa_expects_new(journal, read_ms);
    ck_assert(journal && expects);
}

static void close_all(void)
{
    fa_expects_free(expects);
    fa_journal_free(journal);
}

/* One request of an account comes, with a body; @is_held: it waits for a commit. */
static void come_to(int64_t account_id, const char *body, bool is_held)
{
    struct fa_arena arena;
    struct fa_params params;
    const struct fa_param *action;
    struct fa_journal_entry entry = {
        .account_id = account_id,
        .status = 200,
        .verdict = FA_VERDICT_ACCEPTED,
        .is_held = is_held,
        .committed_us = -1,
        .body = {body, (uint32_t)strlen(body), (uint32_t)strlen(body)},
    };

    fa_arena_init(&arena, 1 << 20);
    ck_assert_int_eq(fa_params_parse(&arena, "", 0, body, strlen(body), &params), 0);
    action = fa_params_find(&params, "action");
    entry.action = action ? action->value : "";
    fa_expects_note(expects, fa_journal_get(journal, fa_journal_add(journal, &entry)), &params);
    fa_arena_clear(&arena);
}

static void come(const char *body)
{
    come_to(ACCOUNT, body, false);
}

static void settle(bool has_failed)
{
    fa_journal_settle(journal, has_failed, 0);
    fa_expects_settle(expects, has_failed);
}

static int try_expect(const char *json, bool in_order, char *message, size_t size)
{
    cJSON *parsed = cJSON_Parse(json);
    int r;

    ck_assert_msg(parsed != NULL, "%s", json);
    r = fa_expects_declare(expects, ACCOUNT, parsed, in_order, NULL, message, size);
    cJSON_Delete(parsed);
    return r;
}

static void expect(const char *json)
{
    char message[512] = "";

    ck_assert_msg(try_expect(json, false, message, sizeof(message)) == 0, "%s: %s", json, message);
}

/* Ask, and hold the answer and a part of the report for people against what should be. */
static void check_verify(bool nothing_else, enum fa_answer answer, const char *part)
{
    struct pm_buf json;
    struct pm_buf text;
    struct fa_writer *out;
    enum fa_answer got;
    cJSON *parsed;

    pm_buf_init(&json, 1 << 20);
    pm_buf_init(&text, 1 << 20);
    out = fa_writer_new(&json, false);
    fa_write_object(out, "");
    got = fa_expects_verify(expects, ACCOUNT, NULL, nothing_else, out, &text);
    fa_write_end(out);
    ck_assert_int_eq(fa_writer_finish(out), 0);
    parsed = cJSON_Parse(json.data);
    ck_assert_msg(parsed != NULL, "%s", json.data);
    ck_assert_msg(got == answer, "answered %s:\n%s", fa_answer_text(got), text.data);
    ck_assert_str_eq(cJSON_GetObjectItem(parsed, "answer")->valuestring, fa_answer_text(answer));
    ck_assert_msg(strstr(text.data, part) != NULL, "no \"%s\" in\n%s", part, text.data);
    cJSON_Delete(parsed);
    pm_buf_clear(&json);
    pm_buf_clear(&text);
}

static void check(enum fa_answer answer, const char *part)
{
    check_verify(false, answer, part);
}

START_TEST(test_counts_decide)
{
    static const struct {
        const char *json;
        enum fa_answer after[4]; /* 0, 1, 2, 3 requests */
    } rows[] = {
        {"{\"must\":{\"action\":\"a\"}}", {0, 1, 1, 1}},
        {"{\"must\":{\"action\":\"a\"},\"at_least\":2}", {0, 0, 1, 1}},
        {"{\"must\":{\"action\":\"a\"},\"exactly\":2}", {0, 0, 1, 0}},
        {"{\"must\":{\"action\":\"a\"},\"at_most\":1}", {0, 1, 0, 0}},
        {"{\"must\":{\"action\":\"a\"},\"at_least\":1,\"at_most\":2}", {0, 1, 1, 0}},
        {"{\"must\":{\"action\":\"a\"},\"exactly\":0}", {1, 0, 0, 0}},
        {"{\"may\":{\"action\":\"a\"}}", {1, 1, 1, 1}},
        {"{\"may\":{\"action\":\"a\"},\"at_most\":1}", {1, 1, 0, 0}},
        {"{\"must_not\":{\"action\":\"a\"}}", {1, 0, 0, 0}},
    };
    size_t i;
    size_t k;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        open_all(100);
        expect(rows[i].json);
        for (k = 0; k < 4; k++) {
            check(rows[i].after[k], "came");
            come("action=b");
            come("action=a");
        }
        close_all();
    }
}
END_TEST

START_TEST(test_what_came_before_is_counted_unless_since_says_otherwise)
{
    open_all(100);
    come("action=a");
    come("action=a");
    expect("{\"id\":\"all\",\"must\":{\"action\":\"a\"},\"exactly\":2}");
    expect("{\"id\":\"from-2\",\"must\":{\"action\":\"a\"},\"exactly\":1,\"since\":1}");
    expect("{\"id\":\"now\",\"must_not\":{\"action\":\"a\"},\"since\":\"now\"}");
    check(FA_ANSWER_YES, "exactly 2 must come, and 2 came");
    come("action=a");
    check(FA_ANSWER_NO, "must not come, and 1 came");
    close_all();
}
END_TEST

START_TEST(test_what_was_forgotten_before_it_was_counted_is_not_known)
{
    int i;

    open_all(10);
    for (i = 0; i < 25; i++)
        come("action=a");
    expect("{\"id\":\"enough\",\"must\":{\"action\":\"a\"},\"at_least\":10}");
    check(FA_ANSWER_YES, "10 to 25 came: 15 requests were forgotten");
    expect("{\"id\":\"more\",\"must\":{\"action\":\"a\"},\"at_least\":11}");
    check(FA_ANSWER_UNKNOWN, "cannot know");
    expect("{\"id\":\"other\",\"must\":{\"action\":\"b\"}}");
    check(FA_ANSWER_UNKNOWN, "0 to 15 came");
    expect("{\"id\":\"impossible\",\"must\":{\"action\":\"a\"},\"at_least\":26}");
    check(FA_ANSWER_NO, "at least 26 must come");
    close_all();
}
END_TEST

START_TEST(test_what_was_counted_stays_known_when_it_is_forgotten)
{
    int i;

    open_all(3);
    expect("{\"must\":{\"action\":\"a\"},\"exactly\":500}");
    expect("{\"must_not\":{\"action\":\"c\"}}");
    for (i = 0; i < 500; i++) {
        come("action=a");
        come_to(ACCOUNT + 1, "action=a", false);
    }
    check(FA_ANSWER_YES, "exactly 500 must come, and 500 came");
    close_all();
}
END_TEST

START_TEST(test_others_requests_are_neither_counted_nor_missed)
{
    int i;

    open_all(5);
    for (i = 0; i < 50; i++)
        come_to(ACCOUNT + 1, "action=a", false);
    expect("{\"must_not\":{\"action\":\"a\"}}");
    check(FA_ANSWER_YES, "0 came");
    check_verify(true, FA_ANSWER_YES, "nothing else: 0 came");
    close_all();
}
END_TEST

START_TEST(test_a_commit_that_fails_takes_its_requests_back)
{
    open_all(100);
    expect("{\"id\":\"good\",\"must\":{\"action\":\"a\",\"verdict\":\"accepted\"},\"exactly\":1}");
    expect("{\"id\":\"lost\",\"must\":{\"verdict\":\"failed\",\"status\":500},\"exactly\":2}");
    come_to(ACCOUNT, "action=a", true);
    come_to(ACCOUNT, "action=a", true);
    settle(true);
    check(FA_ANSWER_NO, "exactly 2 must come, and 2 came");
    come_to(ACCOUNT, "action=a", true);
    settle(false);
    check(FA_ANSWER_YES, "exactly 1 must come, and 1 came");
    close_all();
}
END_TEST

START_TEST(test_a_failed_commit_is_counted_right_even_if_the_ring_has_lost_it)
{
    int i;

    open_all(2);
    expect("{\"id\":\"good\",\"must_not\":{\"verdict\":\"accepted\"}}");
    expect("{\"id\":\"lost\",\"must\":{\"verdict\":\"failed\"},\"exactly\":9}");
    for (i = 0; i < 9; i++)
        come_to(ACCOUNT, "action=a", true);
    settle(true);
    check(FA_ANSWER_YES, "exactly 9 must come, and 9 came");
    close_all();
}
END_TEST

START_TEST(test_order_is_kept)
{
    static const char list[] = "[{\"id\":\"login\",\"must\":{\"action\":\"a\"}},"
                               "{\"id\":\"report\",\"must\":{\"action\":\"b\"}}]";
    char message[256];

    open_all(100);
    ck_assert_int_eq(try_expect(list, true, message, sizeof(message)), 0);
    come("action=a");
    come("action=b");
    check(FA_ANSWER_YES, "yes");
    close_all();

    open_all(100);
    ck_assert_int_eq(try_expect(list, true, message, sizeof(message)), 0);
    come("action=b");
    come("action=a");
    come("action=b");
    check(FA_ANSWER_NO, "request 1 came before \"login\" was met");
    close_all();
}
END_TEST

START_TEST(test_order_is_kept_by_what_came_before_it_was_declared)
{
    open_all(100);
    come("action=b");
    come("action=a");
    expect("{\"id\":\"first\",\"must\":{\"action\":\"a\"}}");
    expect("{\"id\":\"second\",\"must\":{\"action\":\"b\"},\"after\":\"first\"}");
    check(FA_ANSWER_NO, "request 1 came before \"first\" was met");
    close_all();
}
END_TEST

START_TEST(test_what_must_not_come_after_something_may_come_before_it)
{
    open_all(100);
    expect("{\"id\":\"deleted\",\"must\":{\"action\":\"delete\"}}");
    expect("{\"must_not\":{\"action\":\"add\"},\"after\":[\"deleted\"]}");
    come("action=add");
    come("action=delete");
    check(FA_ANSWER_YES, "yes");
    come("action=add");
    check(FA_ANSWER_NO, "must not come, and 1 came");
    close_all();
}
END_TEST

START_TEST(test_order_is_not_guessed_when_what_comes_first_is_forgotten)
{
    int i;

    open_all(5);
    come("action=a");
    for (i = 0; i < 5; i++)
        come("action=x");
    expect("{\"id\":\"first\",\"may\":{\"action\":\"a\"}}");
    expect("{\"id\":\"never\",\"must_not\":{\"action\":\"b\"},\"after\":\"first\","
           "\"since\":\"now\"}");
    come("action=b");
    check(FA_ANSWER_UNKNOWN, "when what it comes after was met is not known");
    come("action=a");
    come("action=b");
    check(FA_ANSWER_NO, "must not come, and 1 came");
    close_all();
}
END_TEST

START_TEST(test_what_comes_too_late_does_not_count)
{
    open_all(100);
    expect("{\"must\":{\"action\":\"a\"},\"at_least\":2,\"within\":\"5s\"}");
    now_ms += 5000;
    come("action=a");
    now_ms += 1;
    come("action=a");
    check(FA_ANSWER_NO, "at least 2 must come, and 1 came; 1 came after the time was over");
    close_all();
}
END_TEST

START_TEST(test_nothing_else_finds_what_nobody_expected)
{
    open_all(100);
    expect("{\"may\":{\"action\":\"a\"}}");
    come("action=a");
    check_verify(true, FA_ANSWER_YES, "nothing else: 0 came");
    come("action=b");
    check_verify(true, FA_ANSWER_NO, "nothing else: 1 came that nothing expects");
    check_verify(true, FA_ANSWER_NO, "request 2, b, accepted");
    check(FA_ANSWER_YES, "yes");
    expect("{\"may\":{\"action\":\"b\"}}");
    check_verify(true, FA_ANSWER_YES, "nothing else: 0 came");
    close_all();
}
END_TEST

START_TEST(test_without_expectations_everything_is_unexpected)
{
    open_all(2);
    check_verify(true, FA_ANSWER_YES, "nothing else: 0 came");
    come("action=a");
    come("action=b");
    come("action=c");
    check_verify(true, FA_ANSWER_NO, "nothing else: 3 came");
    check(FA_ANSWER_UNKNOWN, "nothing was declared");
    close_all();
}
END_TEST

START_TEST(test_nothing_else_does_not_guess_about_what_is_forgotten)
{
    int i;

    open_all(5);
    expect("{\"may\":{\"action\":\"a\"}}");
    for (i = 0; i < 20; i++)
        come("action=a");
    check_verify(true, FA_ANSWER_YES, "nothing else: 0 came");
    come("action=b");
    for (i = 0; i < 20; i++)
        come("action=a");
    check_verify(true, FA_ANSWER_NO, "nothing else: 1 came");
    expect("{\"may\":{\"action\":\"b\"}}");
    check_verify(true, FA_ANSWER_UNKNOWN, "1 were forgotten before this was asked");
    close_all();
}
END_TEST

START_TEST(test_nearest_misses_show_what_differs)
{
    open_all(100);
    expect("{\"must\":{\"action\":\"a\",\"params\":{\"tag\":\"login\",\"monitorId\":2}}}");
    come("action=b&tag=logout&monitorId=3");
    come("action=a&tag=login&monitorId=1");
    come("action=a&tag=logout&monitorId=1");
    check(FA_ANSWER_NO, "        near: request 2, a, accepted\n"
                        "            params.monitorId: wanted 2\n"
                        "                              found 1\n"
                        "        near: request 3, a, accepted\n");
    close_all();
}
END_TEST

START_TEST(test_clearing_starts_anew)
{
    open_all(100);
    expect("{\"must_not\":{\"action\":\"a\"}}");
    come("action=a");
    come("action=z");
    (void)fa_journal_clear(journal, ACCOUNT);
    fa_expects_clear(expects, ACCOUNT);
    check_verify(true, FA_ANSWER_YES, "nothing else: 0 came");
    expect("{\"must\":{\"action\":\"a\"},\"since\":1}");
    check(FA_ANSWER_UNKNOWN, "forgotten, cleared or cut");
    close_all();
}
END_TEST

START_TEST(test_malformed_expectations_are_refused_and_declare_nothing)
{
    static const struct {
        const char *json;
        const char *part;
    } rows[] = {
        {"1", "must be a JSON object"},
        {"[]", "declares nothing"},
        {"{}", "needs one of must, may and must_not"},
        {"{\"must\":{},\"may\":{}}", "one of must, may and must_not"},
        {"{\"must\":{\"acton\":1}}", "must: a matcher has no member \"acton\""},
        {"{\"mst\":{}}", "no member \"mst\"; there are id, must"},
        {"{\"must\":{},\"must\":{}}", "is there twice"},
        {"{\"id\":\"\",\"must\":{}}", "\"id\" must be 1 to 64"},
        {"{\"id\":\"a b\",\"must\":{}}", "\"id\" must be 1 to 64"},
        {"[{\"id\":\"x\",\"must\":{}},{\"id\":\"x\",\"must\":{}}]", "an expectation \"x\" already"},
        {"{\"must\":{},\"at_least\":-1}", "\"at_least\" must be a number"},
        {"{\"must\":{},\"at_least\":1.5}", "\"at_least\" must be a number"},
        {"{\"must\":{},\"at_least\":3,\"at_most\":2}", "at_least is more than at_most"},
        {"{\"must\":{},\"at_least\":3,\"exactly\":3}", "\"exactly\" stands alone"},
        {"{\"must_not\":{},\"at_most\":3}", "must_not takes no counts"},
        {"{\"may\":{},\"at_least\":3}", "may takes no at_least"},
        {"{\"must\":{},\"within\":\"soon\"}", "\"within\" must be a duration"},
        {"{\"must\":{},\"within\":0}", "\"within\" must be a duration"},
        {"{\"must\":{},\"after\":\"nobody\"}", "\"nobody\" was not"},
        {"{\"id\":\"x\",\"must\":{},\"after\":\"x\"}", "\"x\" was not"},
        {"{\"must\":{},\"since\":7}", "no request 7 since this server was started"},
        {"{\"must\":{},\"since\":\"then\"}", "\"since\" must be"},
        {"[{\"must\":{}},{\"may\":1}]", "may: a matcher must be a JSON object"},
    };
    size_t i;

    open_all(10);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char message[512] = "";

        ck_assert_msg(try_expect(rows[i].json, false, message, sizeof(message)) < 0, "%s",
                      rows[i].json);
        ck_assert_msg(strstr(message, rows[i].part) != NULL, "%s: %s", rows[i].json, message);
        ck_assert_uint_eq(fa_expects_count(expects, ACCOUNT), 0);
    }
    close_all();
}
END_TEST

START_TEST(test_what_others_come_after_cannot_be_taken_back)
{
    char message[256];

    open_all(10);
    expect("{\"id\":\"a\",\"must\":{}}");
    expect("{\"id\":\"b\",\"must\":{},\"after\":\"a\"}");
    ck_assert_int_eq(fa_expects_remove(expects, ACCOUNT, "a", message, sizeof(message)), -1);
    ck_assert_str_eq(message, "\"b\" comes after it");
    ck_assert_int_eq(fa_expects_remove(expects, ACCOUNT, "b", message, sizeof(message)), 0);
    ck_assert_int_eq(fa_expects_remove(expects, ACCOUNT, "a", message, sizeof(message)), 0);
    ck_assert_int_eq(fa_expects_remove(expects, ACCOUNT, "a", message, sizeof(message)), -1);
    ck_assert_uint_eq(fa_expects_forget(expects, ACCOUNT), 0);
    close_all();
}
END_TEST

/* The page about all this */

/* Read each block of JSON: it declares something, or is a matcher. */
START_TEST(test_the_page_tells_what_is_so)
{
    char path[512];
    static char page[64 * 1024];
    FILE *file;
    char *block;
    size_t len;
    int count = 0;

    snprintf(path, sizeof(path), "%s/fakeapi/TESTING.md", PM_SOURCE_DIR);
    file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    len = fread(page, 1, sizeof(page) - 1, file);
    (void)fclose(file);
    ck_assert_uint_lt(len, sizeof(page) - 1);
    open_all(10);
    for (block = strstr(page, "```json\n"); block; block = strstr(block, "```json\n")) {
        char message[512] = "";
        struct fa_match *match = NULL;
        char *end;

        block += strlen("```json\n");
        end = strstr(block, "```");
        ck_assert_ptr_nonnull(end);
        *end = '\0';
        if (fa_match_parse(block, strlen(block), &match, message, sizeof(message)) < 0) {
            (void)fa_expects_forget(expects, ACCOUNT);
            expect(block);
        }
        fa_match_free(match);
        block = end + 1;
        count++;
    }
    ck_assert_int_eq(count, 4);
    close_all();
}
END_TEST

/* Waiting */

static void note_done(void *context, struct fa_wait *wait)
{
    (void)wait;
    ++*(int *)context;
}

static struct fa_wait *start_wait(int64_t at_least, int64_t since_id, int *done)
{
    static const char json[] = "{\"action\":\"a\"}";
    struct fa_match *match;
    char message[256];

    ck_assert_int_eq(fa_match_parse(json, strlen(json), &match, message, sizeof(message)), 0);
    return fa_wait_start(expects, ACCOUNT, match, at_least, since_id, note_done, done);
}

START_TEST(test_a_wait_ends_with_the_commit)
{
    int done = 0;
    struct fa_wait *wait;

    open_all(10);
    wait = start_wait(2, -1, &done);
    come_to(ACCOUNT, "action=a", true);
    come_to(ACCOUNT, "action=a", true);
    ck_assert_int_eq(done, 0);
    settle(false);
    ck_assert_int_eq(done, 1);
    come("action=a");
    ck_assert_int_eq(done, 1);
    fa_wait_end(wait);
    close_all();
}
END_TEST

START_TEST(test_a_wait_for_what_is_there_ends_at_once)
{
    int done = 0;

    open_all(10);
    come("action=a");
    fa_wait_end(start_wait(1, -1, &done));
    ck_assert_int_eq(done, 1);
    fa_wait_end(start_wait(1, 1, &done));
    ck_assert_int_eq(done, 1);
    close_all();
}
END_TEST

START_TEST(test_a_wait_does_not_guess)
{
    int done = 0;
    struct fa_wait *wait;
    int i;

    open_all(5);
    for (i = 0; i < 9; i++)
        come("action=b");
    wait = start_wait(1, -1, &done);
    ck_assert_int_eq(fa_wait_answer(wait), FA_ANSWER_UNKNOWN);
    fa_wait_end(wait);
    wait = start_wait(1, 9, &done);
    ck_assert_int_eq(fa_wait_answer(wait), FA_ANSWER_NO);
    come("action=a");
    ck_assert_int_eq(done, 1);
    fa_wait_end(wait);
    close_all();
}
END_TEST

START_TEST(test_what_is_undone_wakes_nobody)
{
    int done = 0;
    struct fa_wait *wait;
    static const char json[] = "{\"verdict\":\"accepted\"}";
    struct fa_match *match;
    char message[256];

    open_all(10);
    ck_assert_int_eq(fa_match_parse(json, strlen(json), &match, message, sizeof(message)), 0);
    wait = fa_wait_start(expects, ACCOUNT, match, 1, -1, note_done, &done);
    come_to(ACCOUNT, "action=a", true);
    settle(true);
    ck_assert_int_eq(done, 0);
    fa_wait_end(wait);
    close_all();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_counts_decide),
    TEST(test_what_came_before_is_counted_unless_since_says_otherwise),
    TEST(test_what_was_forgotten_before_it_was_counted_is_not_known),
    TEST(test_what_was_counted_stays_known_when_it_is_forgotten),
    TEST(test_others_requests_are_neither_counted_nor_missed),
    TEST(test_a_commit_that_fails_takes_its_requests_back),
    TEST(test_a_failed_commit_is_counted_right_even_if_the_ring_has_lost_it),
    TEST(test_order_is_kept),
    TEST(test_order_is_kept_by_what_came_before_it_was_declared),
    TEST(test_what_must_not_come_after_something_may_come_before_it),
    TEST(test_order_is_not_guessed_when_what_comes_first_is_forgotten),
    TEST(test_what_comes_too_late_does_not_count),
    TEST(test_nothing_else_finds_what_nobody_expected),
    TEST(test_without_expectations_everything_is_unexpected),
    TEST(test_nothing_else_does_not_guess_about_what_is_forgotten),
    TEST(test_nearest_misses_show_what_differs),
    TEST(test_clearing_starts_anew),
    TEST(test_malformed_expectations_are_refused_and_declare_nothing),
    TEST(test_what_others_come_after_cannot_be_taken_back),
    TEST(test_the_page_tells_what_is_so),
    TEST(test_a_wait_ends_with_the_commit),
    TEST(test_a_wait_for_what_is_there_ends_at_once),
    TEST(test_a_wait_does_not_guess),
    TEST(test_what_is_undone_wakes_nobody),
};

TEST_MAIN("expect", cases)
