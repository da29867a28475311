/* conformance: reading known answers, talking to signers, judging, reporting. */
#include "suite.h"

#include <libxml/parser.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "judge.h"
#include "paidmonitor.h"
#include "peer.h"
#include "report.h"
#include "vectors.h"

/* ---- vectors ---- */

#define HEAD(count) "{\"algorithm\":\"HMACSHA1\",\"numberOfTests\":" count ",\"tests\":["
#define TEST_JSON                                                                                 \
    "{\"id\":7,\"comment\":\"c\",\"secret\":\"k\",\"params\":[[\"b\",\"2\"],[\"apikey\",\"K\"]]," \
    "\"text\":\"apikeyKb2\",\"checksum\":\"abc\",\"result\":\"valid\"}"
#define TEXT_JSON                                                               \
    "{\"id\":8,\"secretHex\":\"0b00ff\",\"textHex\":\"00\",\"checksum\":\"x\"," \
    "\"result\":\"invalid\"}"

START_TEST(test_vectors_are_read_with_the_line_for_the_signer)
{
    static const char json[] = HEAD("2") TEST_JSON "," TEXT_JSON "]}";
    struct pm_vectors *vectors;
    const struct pm_vector *vector;

    ck_assert_int_eq(pm_vectors_read(json, strlen(json), &vectors, NULL), 0);
    ck_assert_uint_eq(vectors->count, 2);
    vector = &vectors->items[0];
    ck_assert_int_eq(vector->id, 7);
    ck_assert_int_eq(vector->result, PM_VECTOR_VALID);
    ck_assert_uint_eq(vector->param_count, 2);
    ck_assert_str_eq(vector->apikey, "K");
    ck_assert(vector->is_secret_text);
    ck_assert_str_eq(vector->request,
                     "{\"secret\":\"k\",\"params\":[[\"b\",\"2\"],[\"apikey\",\"K\"]]}");
    vector = &vectors->items[1];
    ck_assert_int_eq(vector->result, PM_VECTOR_INVALID);
    ck_assert_uint_eq(vector->secret_len, 3);
    ck_assert_mem_eq(vector->secret, "\x0b\0\xff", 3);
    ck_assert_ptr_null(vector->params);
    ck_assert_uint_eq(vector->text_len, 1);
    ck_assert(!vector->is_secret_text);
    ck_assert_str_eq(vector->request, "{\"secretHex\":\"0b00ff\",\"textHex\":\"00\"}");
    pm_vectors_free(vectors);
}
END_TEST

START_TEST(test_vectors_refuse_other_files)
{
    static const struct {
        const char *json, *says;
    } rows[] = {
        {"", "JSON"},
        {"[", "JSON"},
        {"[]", "algorithm"},
        {"{\"algorithm\":\"HMACSHA256\"}", "algorithm"},
        {"{\"algorithm\":\"HMACSHA1\"}", "no tests"},
        {HEAD("0") "]}", "no tests"},
        {HEAD("2") TEST_JSON "]}", "numberOfTests"},
        {HEAD("\"1\"") TEST_JSON "]} x", "JSON"},
        {HEAD("1") "{}]}", "without an id"},
        {HEAD("1") "{\"id\":1,\"result\":\"maybe\"}]}", "test 1: result"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\"}]}", "needs secret"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\",\"secretHex\":\"0\"}]}", "needs secret"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\",\"secretHex\":\"zz\"}]}", "needs secret"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\",\"secret\":\"k\",\"secretHex\":\"00\"}]}",
         "needs secret"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\",\"secret\":1,\"text\":\"\"}]}", "needs secret"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\",\"secret\":\"k\"}]}", "needs text"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\",\"secret\":\"k\",\"text\":\"\"}]}",
         "needs a checksum"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\",\"secret\":\"k\",\"text\":\"\","
                   "\"params\":{\"a\":\"b\"},\"checksum\":\"\"}]}",
         "params"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\",\"secret\":\"k\",\"text\":\"\","
                   "\"params\":[[\"a\"]],\"checksum\":\"\"}]}",
         "params"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\",\"secret\":\"k\",\"text\":\"\","
                   "\"params\":[[\"a\",1]],\"checksum\":\"\"}]}",
         "params"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\",\"secret\":\"k\",\"text\":\"\","
                   "\"params\":[[\"\",\"b\"]],\"checksum\":\"\"}]}",
         "params"},
        {HEAD("1") "{\"id\":1,\"result\":\"valid\",\"secret\":\"a\\u0000b\",\"text\":\"\"}]}",
         "JSON"},
    };
    struct pm_vectors *vectors;
    struct pm_error err;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_int_eq(pm_vectors_read(rows[i].json, strlen(rows[i].json), &vectors, &err),
                         PM_ERR_CONFIG);
        ck_assert_msg(strstr(err.message, rows[i].says), "row %zu says: %s", i, err.message);
    }
}
END_TEST

/* ---- judging ---- */

static const struct pm_vector_param two_params[] = {{"key2", "foo"}, {"key1", "bar"}};
static const struct pm_vector two = {
    .id = 1,
    .result = PM_VECTOR_VALID,
    .comment = "two <parameters> # \x1b & more",
    .secret = "notReallyASecret",
    .secret_len = 16,
    .params = two_params,
    .param_count = 2,
    .text = "key1barkey2foo",
    .text_len = 14,
    .checksum = "ML1TdJ/wQc06CdIREtddB19wsKM=",
    .request = "{}",
    .apikey = "",
};

START_TEST(test_judge_wants_exactly_the_checksum)
{
    static const char *const wrong[] = {
        "",
        "ML1TdJ/wQc06CdIREtddB19wsKM",
        "ML1TdJ/wQc06CdIREtddB19wsKM=\n",
        " ML1TdJ/wQc06CdIREtddB19wsKM=",
        "ML1TdJ_wQc06CdIREtddB19wsKM=",
        "ml1tdj/wqc06cdireTddb19wskm=",
    };
    struct pm_outcome outcome;
    size_t i;

    ck_assert_int_eq(pm_judge_answer(&two, two.checksum, 28, &outcome), 0);
    ck_assert(outcome.passed);
    ck_assert_str_eq(outcome.reason, "");
    pm_outcome_clear(&outcome);
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ck_assert_int_eq(pm_judge_answer(&two, wrong[i], strlen(wrong[i]), &outcome), 0);
        ck_assert_msg(!outcome.passed, "accepted '%s'", wrong[i]);
        ck_assert_str_eq(outcome.reason, "wrong checksum");
        pm_outcome_clear(&outcome);
    }
}
END_TEST

START_TEST(test_judge_wants_anything_but_a_mistake)
{
    struct pm_vector vector = two;
    struct pm_outcome outcome;

    for (vector.result = PM_VECTOR_INVALID; vector.result <= PM_VECTOR_ACCEPTABLE;
         vector.result++) {
        ck_assert_int_eq(pm_judge_answer(&vector, vector.checksum, 28, &outcome), 0);
        ck_assert(!outcome.passed);
        ck_assert_str_eq(outcome.expected, "anything but ML1TdJ/wQc06CdIREtddB19wsKM=");
        pm_outcome_clear(&outcome);
        ck_assert_int_eq(pm_judge_answer(&vector, "other", 5, &outcome), 0);
        ck_assert(outcome.passed);
        pm_outcome_clear(&outcome);
    }
}
END_TEST

START_TEST(test_judge_names_the_mistake)
{
    static const struct {
        const char *answer, *hint;
    } rows[] = {
        {"J1r84ah49pLqvzuMUN7Syc5voGs=", "not sorted"},
        {"30bd53749ff041cd3a09d21112d75d075f70b0a3", "hexadecimal"},
        {"AAAAAAAAAAAAAAAAAAAAAAAAAAA=", ""},
        {"hello", ""},
    };
    struct pm_outcome outcome;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_int_eq(pm_judge_answer(&two, rows[i].answer, strlen(rows[i].answer), &outcome),
                         0);
        ck_assert_msg(rows[i].hint[0] ? !!strstr(outcome.hint, rows[i].hint) : !outcome.hint[0],
                      "row %zu says: %s", i, outcome.hint);
        pm_outcome_clear(&outcome);
    }
}
END_TEST

/* ---- reports ---- */

/* A passed and a failed outcome, both with hostile text in it. */
static void make_outcomes(struct pm_outcome *outcomes)
{
    static const char hostile[] = "]]>\x1b[31m\xff\xef\xbf\xbf<&\"'\n...\n";

    ck_assert_int_eq(pm_judge_answer(&two, two.checksum, 28, &outcomes[0]), 0);
    ck_assert_int_eq(pm_judge_answer(&two, hostile, strlen(hostile), &outcomes[1]), 0);
}

static char *report(enum pm_report_format format)
{
    struct pm_outcome outcomes[2];
    struct pm_buf buf;

    make_outcomes(outcomes);
    pm_buf_init(&buf, 1 << 20);
    ck_assert_int_eq(pm_report_write(format, "signer\x1b\n", outcomes, 2, &buf), 0);
    pm_outcome_clear(&outcomes[0]);
    pm_outcome_clear(&outcomes[1]);
    return pm_buf_take(&buf);
}

START_TEST(test_report_text_shows_failures_and_counts)
{
    char *text = report(PM_REPORT_TEXT);

    ck_assert_str_eq(text, "FAIL 1  two <parameters> # \\x1b & more\n"
                           "    expected  ML1TdJ/wQc06CdIREtddB19wsKM=\n"
                           "    got       ]]>\\x1b[31m\\xff\xef\xbf\xbf<&\"'\\x0a...\\x0a\n"
                           "    because   wrong checksum\n"
                           "signer\\x1b\\x0a: 2 tests, 1 passed, 1 failed\n");
    free(text);
}
END_TEST

START_TEST(test_report_text_stops_after_twenty_failures)
{
    struct pm_outcome outcomes[25];
    struct pm_buf buf;
    size_t i;

    pm_buf_init(&buf, 1 << 20);
    for (i = 0; i < 25; i++)
        ck_assert_int_eq(pm_judge_answer(&two, "J1r84ah49pLqvzuMUN7Syc5voGs=", 28, &outcomes[i]),
                         0);
    ck_assert_int_eq(pm_report_write(PM_REPORT_TEXT, "x", outcomes, 25, &buf), 0);
    ck_assert_ptr_nonnull(strstr(buf.data, "\xe2\x80\xa6 and 5 more"));
    ck_assert_ptr_nonnull(strstr(buf.data, "25 of 25 failures have one explanation: "));
    for (i = 0; i < 25; i++)
        pm_outcome_clear(&outcomes[i]);
    pm_buf_clear(&buf);
}
END_TEST

START_TEST(test_report_tap_is_one_line_per_test)
{
    char *text = report(PM_REPORT_TAP);

    ck_assert_str_eq(text, "TAP version 13\n# signer\\x1b\\x0a\n1..2\n"
                           "ok 1 - 1 two <parameters> \\# \\x1b & more\n"
                           "not ok 2 - 1 two <parameters> \\# \\x1b & more\n"
                           "  ---\n  message: \"wrong checksum\"\n"
                           "  expected: \"ML1TdJ/wQc06CdIREtddB19wsKM=\"\n"
                           "  got: \"]]>\\\\x1b[31m\\\\xff\xef\xbf\xbf<&\\\"'\\\\x0a...\\\\x0a\"\n"
                           "  hint: \"\"\n  ...\n");
    free(text);
}
END_TEST

START_TEST(test_report_junit_is_well_formed_whatever_it_shows)
{
    char *text = report(PM_REPORT_JUNIT);
    xmlDoc *document = xmlReadMemory(text, (int)strlen(text), NULL, NULL, XML_PARSE_NONET);
    xmlChar *tests, *failures;
    xmlNode *suite;

    ck_assert_ptr_nonnull(document);
    suite = xmlFirstElementChild(xmlDocGetRootElement(document));
    tests = xmlGetProp(suite, (const xmlChar *)"tests");
    failures = xmlGetProp(suite, (const xmlChar *)"failures");
    ck_assert_str_eq((const char *)tests, "2");
    ck_assert_str_eq((const char *)failures, "1");
    ck_assert_uint_eq(xmlChildElementCount(suite), 2);
    ck_assert_uint_eq(xmlChildElementCount(xmlLastElementChild(suite)), 1);
    xmlFree(tests);
    xmlFree(failures);
    xmlFreeDoc(document);
    xmlCleanupParser();
    free(text);
}
END_TEST

START_TEST(test_report_formats_have_names)
{
    enum pm_report_format format, found;

    for (format = 0; format < PM_REPORT_FORMAT_MAX; format++) {
        ck_assert_int_eq(pm_report_format_by_name(pm_report_format_name(format), &found), 0);
        ck_assert_int_eq(found, format);
    }
    ck_assert_int_eq(pm_report_format_by_name("xml", &found), -1);
    ck_assert_int_eq(pm_report_format_by_name("", &found), -1);
}
END_TEST

/* ---- peers ---- */

/* A shell that runs a script, with what it borrows. */
struct shell {
    char path[8], option[4], script[200];
    char *argv[4];
    struct pm_peer *peer;
};

static void shell_start(struct shell *shell, const char *script, int timeout_ms)
{
    *shell = (struct shell){.path = "/bin/sh", .option = "-c"};
    (void)snprintf(shell->script, sizeof(shell->script), "%s", script);
    shell->argv[0] = shell->path;
    shell->argv[1] = shell->option;
    shell->argv[2] = shell->script;
    shell->peer = pm_peer_new(shell->argv, timeout_ms);
    ck_assert_ptr_nonnull(shell->peer);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* Ask a script once; returns what pm_peer_ask() returns. */
static int ask(const char *script, int timeout_ms, const char *line, struct pm_buf *answer,
               char *problem)
{
    struct shell shell;
    int r;

    shell_start(&shell, script, timeout_ms);
    pm_buf_init(answer, 0);
    r = pm_peer_ask(shell.peer, line, strlen(line), answer, problem);
    pm_peer_free(shell.peer);
    return r;
}

START_TEST(test_peer_answers_lines_however_long)
{
    char problem[PM_PEER_PROBLEM_MAX];
    struct pm_buf answer;
    char *line = malloc(1000001);

    memset(line, 'x', 1000000);
    line[1000000] = '\0';
    ck_assert_int_eq(ask("read -r line; echo ${#line}", 20000, line, &answer, problem), 0);
    ck_assert_str_eq(answer.data, "1000000");
    pm_buf_clear(&answer);
    free(line);
}
END_TEST

START_TEST(test_peer_tells_what_a_program_does_wrong)
{
    static const struct {
        const char *script;
        int timeout_ms;
        const char *says;
    } rows[] = {
        {"exit 3", 20000, "exited with status 3"},
        {"read -r line; exit 0", 20000, "exited with status 0"},
        {"kill -9 $$", 20000, "ended by signal 9"},
        {"no-such-command", 20000, "exited with status 127"},
        {"read -r line; exec sleep 1000", 100, "did not answer within 100 ms"},
        {"exec sleep 1000", 100, "did not answer within 100 ms"},
        {"read -r line; printf 'no newline'; exec sleep 1000", 100, "did not answer"},
        {"read -r line; printf 'one\\ntwo\\n'; read -r end", 20000, "more than one line: \"one"},
        {"read -r line; printf '%05000d' 1; read -r end", 20000, "does not end"},
        {"read -r line; exec >&-; exec sleep 1000", 20000, "closed its input or output"},
    };
    char problem[PM_PEER_PROBLEM_MAX];
    struct pm_buf answer;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_int_eq(ask(rows[i].script, rows[i].timeout_ms, "{}", &answer, problem), -1);
        ck_assert_msg(strstr(problem, rows[i].says), "row %zu says: %s", i, problem);
        pm_buf_clear(&answer);
    }
}
END_TEST

START_TEST(test_peer_that_cannot_be_started_is_told)
{
    char path[] = "/nonexistent/signer", *const argv[] = {path, NULL};
    struct pm_peer *peer = pm_peer_new(argv, 1000);
    char problem[PM_PEER_PROBLEM_MAX];
    struct pm_buf answer;

    pm_buf_init(&answer, 0);
    ck_assert_int_eq(pm_peer_ask(peer, "", 0, &answer, problem), -1);
    ck_assert_ptr_nonnull(strstr(problem, "cannot be started: No such file"));
    pm_peer_free(peer);
    pm_peer_free(NULL);
}
END_TEST

START_TEST(test_peer_is_started_anew_after_it_died)
{
    char problem[PM_PEER_PROBLEM_MAX];
    struct pm_buf answer;
    struct shell shell;

    shell_start(&shell, "read -r line; [ \"$line\" != die ] && echo \"$line\"", 20000);
    pm_buf_init(&answer, 0);
    ck_assert_int_eq(pm_peer_ask(shell.peer, "die", 3, &answer, problem), -1);
    ck_assert_int_eq(pm_peer_ask(shell.peer, "live", 4, &answer, problem), 0);
    ck_assert_str_eq(answer.data, "live");
    pm_buf_clear(&answer);
    pm_peer_free(shell.peer);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_vectors_are_read_with_the_line_for_the_signer),
    TEST(test_vectors_refuse_other_files),
    TEST(test_judge_wants_exactly_the_checksum),
    TEST(test_judge_wants_anything_but_a_mistake),
    TEST(test_judge_names_the_mistake),
    TEST(test_report_text_shows_failures_and_counts),
    TEST(test_report_text_stops_after_twenty_failures),
    TEST(test_report_tap_is_one_line_per_test),
    TEST(test_report_junit_is_well_formed_whatever_it_shows),
    TEST(test_report_formats_have_names),
    TEST(test_peer_answers_lines_however_long),
    TEST(test_peer_tells_what_a_program_does_wrong),
    TEST(test_peer_that_cannot_be_started_is_told),
    TEST(test_peer_is_started_anew_after_it_died),
};

TEST_MAIN("conformance", cases)
