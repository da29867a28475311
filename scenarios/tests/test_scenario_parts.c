/* Small parts of the runner: words, durations, guesses, checksums, text for XML. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "complaint.h"
#include "report_escape.h"
#include "shape.h"
#include "sign.h"
#include "suite.h"
#include "words.h"

START_TEST(test_words_are_split_as_a_shell_splits_them)
{
    static const struct {
        const char *line, *words; /* joined by | */
    } rows[] = {
        {"", ""},
        {"  a  b\tc\n", "a|b|c"},
        {"'a b' \"c d\"", "a b|c d"},
        {"a'b'\"c\"", "abc"},
        {"''", ""},
        {"\"a\\\"b\" 'a\\b'", "a\"b|a\\b"},
        {"a\\ b", "a b"},
        {"$HOME *", "$HOME|*"},
    };
    const char *words[8];
    size_t i;
    int n, k;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64], joined[64] = "";

        (void)snprintf(text, sizeof(text), "%s", rows[i].line);
        n = sc_words_split(text, words, 8);
        ck_assert_int_ge(n, 0);
        for (k = 0; k < n; k++)
            (void)snprintf(joined + strlen(joined), sizeof(joined) - strlen(joined), "%s%s",
                           k > 0 ? "|" : "", words[k]);
        ck_assert_str_eq(joined, rows[i].words);
    }
}
END_TEST

START_TEST(test_words_need_both_quotes_and_a_place)
{
    char unclosed[] = "a 'b", many[] = "a b c";
    const char *words[2];

    ck_assert_int_lt(sc_words_split(unclosed, words, 2), 0);
    ck_assert_int_lt(sc_words_split(many, words, 2), 0);
}
END_TEST

START_TEST(test_shape_reads_durations)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: none */
    } rows[] = {
        {"200ms", 200},   {"5s", 5000},
        {"2m", 120000},   {"1h", 3600000},
        {"1d", 86400000}, {"0s", 0},
        {"5", -1},        {"s", -1},
        {"-5s", -1},      {"5 s", -1},
        {"1.5s", -1},     {"5s5s", -1},
        {"", -1},         {"99999999999999999999s", -1},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t ms = -1;
        int r = sc_shape_duration(rows[i].text, &ms);

        ck_assert_msg(r == (rows[i].ms < 0 ? -1 : 0) && ms == rows[i].ms, "%s", rows[i].text);
    }
}
END_TEST

START_TEST(test_nearest_guesses_slips_and_nothing_else)
{
    static const char *const names[] = {"login", "expect", "fakeapi", NULL};

    ck_assert_str_eq(sc_nearest("logn", names), "login");
    ck_assert_str_eq(sc_nearest("fakapi", names), "fakeapi");
    ck_assert_str_eq(sc_nearest("exepct", names), "expect");
    ck_assert_ptr_null(sc_nearest("barrier", names));
    ck_assert_ptr_null(sc_nearest("", names));
}
END_TEST

static char *checksum(const char *params, const char *how)
{
    cJSON *map = cJSON_Parse(params), *knobs = how ? cJSON_Parse(how) : NULL;
    char *sum = sc_sign(map, "notReallyASecret", knobs);

    cJSON_Delete(map);
    cJSON_Delete(knobs);
    return sum;
}

/* The example of PROTOCOL.md, section 2.2; the digests by openssl dgst -hmac. */
START_TEST(test_sign_makes_right_checksums_and_wrong_ones)
{
    static const struct {
        const char *how, *checksum;
    } rows[] = {
        {NULL, "ML1TdJ/wQc06CdIREtddB19wsKM="},
        {"{}", "ML1TdJ/wQc06CdIREtddB19wsKM="},
        {"{\"checksum\":\"as it is\"}", "as it is"},
        {"{\"output\":\"hex\"}", "30bd53749ff041cd3a09d21112d75d075f70b0a3"},
        {"{\"order\":\"bytes\",\"without\":[]}", "ML1TdJ/wQc06CdIREtddB19wsKM="},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *sum = checksum("{\"key2\":\"foo\",\"key1\":\"bar\"}", rows[i].how);

        ck_assert_str_eq(sum, rows[i].checksum);
        free(sum);
    }
}
END_TEST

START_TEST(test_sign_leaves_out_and_adds_what_it_is_told)
{
    char *plain = checksum("{\"a\":\"1\"}", NULL);
    char *without = checksum("{\"a\":\"1\",\"b\":\"2\"}", "{\"without\":[\"b\"]}");
    char *with = checksum("{}", "{\"with\":{\"a\":\"1\"}}");
    char *given = checksum("{\"b\":\"2\",\"a\":\"1\"}", "{\"order\":\"given\"}");
    char *sorted = checksum("{\"b\":\"2\",\"a\":\"1\"}", NULL);

    ck_assert_str_eq(plain, without);
    ck_assert_str_eq(plain, with);
    ck_assert_str_ne(given, sorted);
    free(plain);
    free(without);
    free(with);
    free(given);
    free(sorted);
}
END_TEST

START_TEST(test_xml_gets_nothing_that_it_cannot_carry)
{
    static const char text[] = "<a href='x'>&\"\n\t\x01\x1b[31m\xff\xc3\xa4\xed\xa0\x80";
    char *out = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&out, &len);

    ck_assert_ptr_nonnull(file);
    sc_print_xml(file, text, sizeof(text) - 1);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_str_eq(out, "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\n\t??[31m?\xc3\xa4???");
    free(out);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_words_are_split_as_a_shell_splits_them),
    TEST(test_words_need_both_quotes_and_a_place),
    TEST(test_shape_reads_durations),
    TEST(test_nearest_guesses_slips_and_nothing_else),
    TEST(test_sign_makes_right_checksums_and_wrong_ones),
    TEST(test_sign_leaves_out_and_adds_what_it_is_told),
    TEST(test_xml_gets_nothing_that_it_cannot_carry),
};

TEST_MAIN("scenario parts", cases)
