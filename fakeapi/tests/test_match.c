/* Matchers: what a request must have been like, in JSON, against entries of the journal. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "journal.h"
#include "match.h"
#include "params.h"

static const char query[] = "output=xml&empty=";
static const char body[] =
    "action=addResult&apikey=KEY&monitorId=1&checktime=1306929600000&tag=login%2Bmonitor&"
    "results=user_login:alice;host:10.0.0.5;ports:[22,80]&timestamp=2011-06-01+12%3A00%3A00";

static struct fa_journal_entry make_entry(void)
{
    return (struct fa_journal_entry){
        .id = 7,
        .time_ms = 1306929601000,
        .monitor_id = 1,
        .status = 200,
        .verdict = FA_VERDICT_ACCEPTED,
        .peer = "127.0.0.1",
        .method = "POST",
        .path = "/customMonitorApi",
        .action = "addResult",
        .apikey = "KEY",
        .reason = "",
        .fault = "",
        .query = {query, sizeof(query) - 1, sizeof(query) - 1},
        .added = {"", 0, 0},
        .body = {body, sizeof(body) - 1, sizeof(body) - 1},
    };
}

static struct fa_match *make_match(const char *json)
{
    struct fa_match *match = NULL;
    char message[512] = "";

    ck_assert_msg(fa_match_parse(json, strlen(json), &match, message, sizeof(message)) == 0,
                  "%s: %s", json, message);
    return match;
}

/* With the params that were kept; @kept of the body's bytes */
static enum fa_match_answer run(const char *json, const struct fa_journal_entry *entry, size_t kept)
{
    struct fa_journal_entry cut = *entry;
    struct fa_match *match = make_match(json);
    struct fa_arena arena;
    struct fa_params params;
    struct fa_match_subject subject = {.entry = &cut, .params = &params, .arena = &arena};
    enum fa_match_answer answer;

    if (kept < cut.body.len)
        cut.body.len = (uint32_t)kept;
    fa_arena_init(&arena, 1 << 20);
    ck_assert_int_eq(fa_journal_params(&cut, &arena, &params, &subject.params_are_whole), 0);
    answer = fa_match_run(match, &subject);
    fa_arena_clear(&arena);
    fa_match_free(match);
    return answer;
}

START_TEST(test_all_that_is_said_must_hold)
{
    static const struct {
        const char *json;
        bool fits;
    } rows[] = {
        {"{}", true},
        {"{\"action\":\"addResult\"}", true},
        {"{\"action\":\"addresult\"}", false},
        {"{\"action\":[\"addMonitor\",\"addResult\"]}", true},
        {"{\"action\":{\"one_of\":[\"a\",\"b\"]}}", false},
        {"{\"action\":{\"contains\":\"Result\"}}", true},
        {"{\"action\":{\"matches\":\"^add(Result|Monitor)$\"}}", true},
        {"{\"action\":{\"matches\":\"^dd\"}}", false},
        {"{\"action\":{\"matches\":\"^[^]()*[:digit:]]+$\"}}", true},
        {"{\"action\":{\"matches\":\"^[]+{(*]*addResult(\\\\)\\\\{)?$\"}}", true},
        {"{\"peer\":{\"matches\":\"^([0-9]{1,3}\\\\.){3}[0-9]{1,3}$\"}}", true},
        {"{\"action\":{\"contains\":\"add\",\"matches\":\"t$\"}}", true},
        {"{\"action\":{\"contains\":\"add\",\"matches\":\"x$\"}}", false},
        {"{\"monitor\":1}", true},
        {"{\"monitor\":[2,1]}", true},
        {"{\"monitor\":2}", false},
        {"{\"status\":200,\"verdict\":\"accepted\",\"method\":\"POST\"}", true},
        {"{\"status\":{\"matches\":\"^2\"}}", true},
        {"{\"verdict\":[\"refused\",\"failed\"]}", false},
        {"{\"account\":\"KEY\",\"path\":\"/customMonitorApi\",\"peer\":\"127.0.0.1\"}", true},
        {"{\"account\":\"key\"}", false},
        {"{\"fault\":false}", true},
        {"{\"fault\":true}", false},
        {"{\"reason\":null}", true},
        {"{\"reason\":{\"contains\":\"x\"}}", false},
        {"{\"time\":{\"from\":1306929601000}}", true},
        {"{\"time\":{\"from\":1306929601001}}", false},
        {"{\"time\":{\"from\":\"2011-06-01T12:00:00Z\",\"to\":\"2011-06-01 12:00:01\"}}", true},
        {"{\"time\":{\"to\":\"2011-06-01 12:00:00\"}}", false},
        {"{\"checktime\":1306929600000}", true},
        {"{\"checktime\":\"2011-06-01T12:00:00Z\"}", true},
        {"{\"checktime\":{\"to\":1}}", false},
        {"{\"params\":{\"monitorId\":1}}", true},
        {"{\"params\":{\"MONITORID\":\"1\"}}", true},
        {"{\"params\":{\"monitorId\":\"01\"}}", false},
        {"{\"params\":{\"output\":\"xml\",\"timestamp\":\"2011-06-01 12:00:00\"}}", true},
        {"{\"params\":{\"checksum\":null}}", true},
        {"{\"params\":{\"checksum\":{\"absent\":true}}}", true},
        {"{\"params\":{\"output\":{\"absent\":true}}}", false},
        {"{\"params\":{\"output\":{\"absent\":false}}}", true},
        {"{\"params\":{\"empty\":null}}", true},
        {"{\"params\":{\"empty\":\"\"}}", true},
        {"{\"params\":{\"nowhere\":\"\"}}", true},
        {"{\"params\":{\"nowhere\":\"x\"}}", false},
        {"{\"params\":{\"authToken\":null}}", true},
        {"{\"params\":{\"tag\":\"login+monitor\"}}", true},
        {"{\"params\":{\"tag\":\"login monitor\"}}", true},
        {"{\"params\":{\"tag\":\"loginmonitor\"}}", false},
        {"{\"results\":{\"user_login\":\"alice\",\"host\":{\"contains\":\"10.0.\"}}}", true},
        {"{\"results\":{\"user_login\":\"bob\"}}", false},
        {"{\"results\":{\"ports\":\"80\"}}", true},
        {"{\"results\":{\"ports\":\"[22,80]\"}}", true},
        {"{\"results\":{\"ports\":\"8\"}}", false},
        {"{\"results\":{\"srv\":null}}", true},
        {"{\"results\":{\"host\":null}}", false},
    };
    struct fa_journal_entry entry = make_entry();
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(run(rows[i].json, &entry, SIZE_MAX) ==
                          (rows[i].fits ? FA_MATCH_YES : FA_MATCH_NO),
                      "%s", rows[i].json);
}
END_TEST

START_TEST(test_faults_are_found_by_each_of_their_ids)
{
    static const struct {
        const char *json;
        bool fits;
    } rows[] = {
        {"{\"fault\":true}", true},        {"{\"fault\":\"slow\"}", true},
        {"{\"fault\":\"lost\"}", true},    {"{\"fault\":\"los\"}", false},
        {"{\"fault\":\"closed\"}", false}, {"{\"fault\":{\"contains\":\"after 5 ms\"}}", true},
    };
    struct fa_journal_entry entry = make_entry();
    size_t i;

    entry.fault = "slow lost, after 5 ms, no byte sent, closed";
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg((run(rows[i].json, &entry, SIZE_MAX) == FA_MATCH_YES) == rows[i].fits, "%s",
                      rows[i].json);
}
END_TEST

START_TEST(test_what_was_not_kept_is_unknown)
{
    struct fa_journal_entry entry = make_entry();

    ck_assert_int_eq(run("{\"action\":\"addResult\"}", &entry, 10), FA_MATCH_YES);
    ck_assert_int_eq(run("{\"params\":{\"monitorId\":1}}", &entry, 10), FA_MATCH_UNKNOWN);
    ck_assert_int_eq(run("{\"results\":{\"a\":null}}", &entry, 10), FA_MATCH_UNKNOWN);
    ck_assert_int_eq(run("{\"checktime\":{\"from\":1}}", &entry, 10), FA_MATCH_UNKNOWN);
    ck_assert_int_eq(run("{\"action\":\"x\",\"params\":{\"monitorId\":1}}", &entry, 10),
                     FA_MATCH_NO);
}
END_TEST

START_TEST(test_malformed_matchers_are_refused_by_name)
{
    static const struct {
        const char *json;
        const char *part;
    } rows[] = {
        {"", "one JSON object"},
        {"[]", "must be a JSON object"},
        {"\"action\"", "must be a JSON object"},
        {"{\"action\":\"a\"} x", "byte 15 is wrong"},
        {"{\"action\":\"a\"", "one JSON object"},
        {"{\"action\":{\"contains\":\"\\u0000\"}}", "one JSON object"},
        {"{\"acton\":\"addResult\"}", "no member \"acton\"; there are account, action"},
        {"{\"action\":\"a\",\"action\":\"b\"}", "\"action\" is there twice"},
        {"{\"action\":{}}", "\"action\" tests nothing"},
        {"{\"action\":[]}", "\"action\" must be a list that is not empty"},
        {"{\"action\":[[\"a\"]]}", "\"action\" must be a text or a number"},
        {"{\"action\":{\"like\":\"a\"}}", "unknown test \"like\"; there are equals, one_of"},
        {"{\"action\":{\"equals\":\"a\",\"one_of\":[\"a\"]}}", "both equals and one_of"},
        {"{\"action\":{\"contains\":1}}", "\"action.contains\" must be a text"},
        {"{\"action\":{\"contains\":\"a\",\"contains\":\"b\"}}",
         "\"action.contains\" is there twice"},
        {"{\"action\":{\"absent\":1}}", "\"action.absent\" must be true or false"},
        {"{\"action\":{\"matches\":\"(\"}}", "\"action.matches\" is malformed"},
        {"{\"action\":{\"matches\":\"(a)\\\\1\"}}", "\"action.matches\" has a back-reference"},
        {"{\"action\":{\"matches\":\"((a{50}){50}){50}\"}}", "repeats"},
        {"{\"action\":{\"matches\":\"a{256}\"}}", "repeats too much"},
        {"{\"action\":{\"matches\":\"(a{100}b{100}){100}\"}}", "repeats too much"},
        {"{\"action\":{\"matches\":\"a*+\"}}", "repeats a repetition"},
        {"{\"action\":{\"matches\":\"a{2}{2}\"}}", "repeats a repetition"},
        {"{\"action\":{\"matches\":\"((a|b)+c)+\"}}", "repeats a group that repeats a group"},
        {"{\"action\":{\"matches\":\"(((a|b)+))*\"}}", "repeats a group that repeats a group"},
        {"{\"action\":{\"matches\":\"(((((((((((((((((a)))))))))))))))))\"}}", "nests too deeply"},
        {"{\"verdict\":\"ok\"}", "accepted, refused or failed, not \"ok\""},
        {"{\"params\":1}", "\"params\" must be an object"},
        {"{\"params\":{}}", "\"params\" must be an object"},
        {"{\"params\":{\"a\":{\"b\":1}}}", "\"params.a\" has an unknown test \"b\""},
        {"{\"params\":{\"authToken\":\"X\"}}", "\"params.authToken\" is a secret"},
        {"{\"params\":{\"SecretKey\":{\"contains\":\"X\"}}}", "is a secret"},
        {"{\"time\":{}}", "\"time\" must have from, to or both"},
        {"{\"time\":{\"after\":1}}", "unknown member \"after\"; there are from and to"},
        {"{\"time\":\"noon\"}", "\"time\" must be a time"},
        {"{\"checktime\":{\"from\":-1}}", "\"checktime\" must be a time"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fa_match *match = NULL;
        char message[512] = "";

        ck_assert_msg(fa_match_parse(rows[i].json, strlen(rows[i].json), &match, message,
                                     sizeof(message)) < 0,
                      "%s", rows[i].json);
        ck_assert_msg(strstr(message, rows[i].part) != NULL, "%s: %s", rows[i].json, message);
    }
}
END_TEST

static void collect(void *context, const char *field, const char *wanted, const char *found)
{
    char *text = context;

    snprintf(text + strlen(text), 1024 - strlen(text), "%s: %s / %s\n", field, wanted, found);
}

START_TEST(test_differences_show_both_sides)
{
    struct fa_journal_entry entry = make_entry();
    struct fa_match *match =
        make_match("{\"action\":\"addResult\",\"verdict\":[\"refused\",\"failed\"],\"fault\":true,"
                   "\"time\":{\"to\":\"2011-06-01T12:00:00.5Z\"},"
                   "\"params\":{\"output\":{\"absent\":true},\"version\":\"3\"},"
                   "\"results\":{\"user_login\":{\"contains\":\"bob\",\"matches\":\"^b\"}}}");
    struct fa_arena arena;
    struct fa_params params;
    struct fa_match_subject subject = {.entry = &entry, .params = &params, .arena = &arena};
    char text[1024] = "";

    fa_arena_init(&arena, 1 << 20);
    ck_assert_int_eq(fa_journal_params(&entry, &arena, &params, &subject.params_are_whole), 0);
    ck_assert_uint_eq(fa_match_differences(match, &subject, collect, text), 6);
    ck_assert_uint_eq(fa_match_differences(match, &subject, NULL, NULL), 6);
    ck_assert_uint_eq(fa_match_field_count(match), 7);
    ck_assert_str_eq(text, "verdict: refused or failed / accepted\n"
                           "fault: anything / nothing\n"
                           "time: up to 2011-06-01 12:00:00.500 / 2011-06-01 12:00:01.000\n"
                           "params.output: nothing / xml\n"
                           "params.version: 3 / nothing\n"
                           "results.user_login: something with bob and something like /^b/ / "
                           "alice\n");
    fa_arena_clear(&arena);
    fa_match_free(match);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_all_that_is_said_must_hold),   TEST(test_faults_are_found_by_each_of_their_ids),
    TEST(test_what_was_not_kept_is_unknown), TEST(test_malformed_matchers_are_refused_by_name),
    TEST(test_differences_show_both_sides),
};

TEST_MAIN("match", cases)
