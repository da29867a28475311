/*
 * Matchers and expectations out of any JSON, held against a request. Input: the JSON in a line, a
 * query in a line, and a body.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "expect.h"
#include "fuzz.h"
#include "journal.h"
#include "match.h"
#include "params.h"
#include "reply.h"

#define ARENA_MAX    (8u << 20)
#define REPORT_MAX   (8u << 20)
#define MESSAGE_SIZE 512
#define ACCOUNT      1

/* What a request may look like, besides its parameters. */
static struct fa_journal_entry make_entry(const char *query, size_t query_len, const char *body,
                                          size_t body_len)
{
    return (struct fa_journal_entry){
        .time_ms = 1306929600000,
        .account_id = ACCOUNT,
        .monitor_id = 7,
        .status = 200,
        .verdict = FA_VERDICT_ACCEPTED,
        .committed_us = -1,
        .method = "POST",
        .path = "/customMonitorApi",
        .action = "addResult",
        .apikey = "KEY",
        .query = {query, (uint32_t)query_len, (uint32_t)query_len},
        .body = {body, (uint32_t)body_len, (uint32_t)body_len},
    };
}

static void count_difference(void *context, const char *field, const char *wanted,
                             const char *found)
{
    FUZZ_REQUIRE(field[0] && wanted && found);
    ++*(size_t *)context;
}

/* Both ways of asking agree, and so does the matcher that its text makes. */
static void require_consistent(const struct fa_match *match, const struct fa_match_subject *subject)
{
    enum fa_match_answer answer = fa_match_run(match, subject);
    const char *text = fa_match_text(match);
    char message[MESSAGE_SIZE];
    struct fa_match *again;
    size_t told = 0;

    FUZZ_REQUIRE(answer != FA_MATCH_UNKNOWN);
    FUZZ_REQUIRE((answer == FA_MATCH_YES) ==
                 (fa_match_differences(match, subject, count_difference, &told) == 0));
    FUZZ_REQUIRE(fa_match_differences(match, subject, NULL, NULL) == told);
    FUZZ_REQUIRE(told <= fa_match_field_count(match));
    FUZZ_REQUIRE(fa_match_parse(text, strlen(text), &again, message, sizeof(message)) == 0);
    FUZZ_REQUIRE(fa_match_run(again, subject) == answer);
    fa_match_free(again);
}

static void try_match(const char *json, size_t len, const struct fa_match_subject *subject)
{
    char message[MESSAGE_SIZE] = "";
    struct fa_match *match;

    if (fa_match_parse(json, len, &match, message, sizeof(message)) == 0) {
        require_consistent(match, subject);
        fa_match_free(match);
        return;
    }
    FUZZ_REQUIRE(message[0]);
    fuzz_require_one_line(message);
}

/* The report is JSON, whatever it tells of. */
static void require_report(struct fa_expects *expects)
{
    struct pm_buf json;
    struct pm_buf text;
    struct fa_writer *out;
    cJSON *parsed;

    pm_buf_init(&json, REPORT_MAX);
    pm_buf_init(&text, REPORT_MAX);
    out = fa_writer_new(&json, false);
    FUZZ_REQUIRE(out);
    fa_write_object(out, "");
    (void)fa_expects_verify(expects, ACCOUNT, NULL, true, out, &text);
    fa_write_end(out);
    if (fa_writer_finish(out) == 0) {
        parsed = cJSON_Parse(json.data);
        FUZZ_REQUIRE(parsed);
        cJSON_Delete(parsed);
    }
    pm_buf_clear(&json);
    pm_buf_clear(&text);
}

static void try_expect(const char *json, size_t len, const struct fa_match_subject *subject)
{
    struct fa_journal *journal = fa_journal_new(4, FA_JOURNAL_BYTES_MIN);
    struct fa_expects *expects = fa_expects_new(journal, NULL);
    cJSON *parsed = fa_is_text(json, len) ? cJSON_Parse(json) : NULL;
    char message[MESSAGE_SIZE] = "";

    FUZZ_REQUIRE(journal && expects);
    if (parsed &&
        fa_expects_declare(expects, ACCOUNT, parsed, true, NULL, message, sizeof(message)) == 0) {
        int64_t id = fa_journal_add(journal, subject->entry);

        fa_expects_note(expects, fa_journal_get(journal, id), subject->params);
        require_report(expects);
    }
    fuzz_require_one_line(message);
    cJSON_Delete(parsed);
    fa_expects_free(expects);
    fa_journal_free(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    size_t json_len, query_len, body_len;
    char *json = fuzz_line(&input, &json_len);
    char *query = fuzz_line(&input, &query_len);
    char *body = fuzz_rest(&input, &body_len);
    const struct fa_journal_entry entry = make_entry(query, query_len, body, body_len);
    struct fa_arena arena;
    struct fa_params params;
    const struct fa_match_subject subject = {
        .entry = &entry, .params = &params, .params_are_whole = true, .arena = &arena};

    fa_arena_init(&arena, ARENA_MAX);
    if (fa_params_parse(&arena, query, query_len, body, body_len, &params) == 0) {
        struct fa_journal_entry whole = entry;
        struct fa_match_subject full = subject;

        whole.peer = whole.reason = whole.fault = ""; /* the journal sets them */
        full.entry = &whole;
        try_match(json, json_len, &full);
        try_expect(json, json_len, &full);
    }
    fa_arena_clear(&arena);
    free(body);
    free(query);
    free(json);
    return 0;
}
