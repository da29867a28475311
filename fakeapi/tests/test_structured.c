/* Structured values in one, two and three layers, and the lenient JSON that may ride along. */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "json.h"
#include "structured.h"

static struct fa_arena arena;

/* The items as `a|b|c / d|e`, or `refused`. */
static const char *parsed(const char *text, enum fa_structured_form form)
{
    static char shown[8192];
    struct fa_item *items;
    size_t count;
    size_t i;
    size_t k;

    fa_arena_clear(&arena);
    fa_arena_init(&arena, 32 << 20);
    if (fa_structured_parse(&arena, text, form, &items, &count) < 0)
        return "refused";
    shown[0] = '\0';
    for (i = 0; i < count; i++)
        for (k = 0; k < items[i].field_count; k++)
            strcat(strcat(shown, k > 0 ? "|" : i > 0 ? " / " : ""), items[i].fields[k]);
    return shown;
}

START_TEST(test_results_are_read_in_every_layer)
{
    static const struct {
        const char *sender;
        const char *text;
        const char *want;
    } rows[] = {
        {"plain", "user_login:root;host:10.0.0.5;srv:sshd",
         "user_login|root / host|10.0.0.5 / srv|sshd"},
        {"trailing and doubled ;", ";a:1;;b:2; ;", "a|1 / b|2"},
        {"colon in the value", "t:12:30:05", "t|12:30:05"},
        {"empty value", "a:;b:", "a| / b|"},
        {"values escaped (M3)", "k:a%3Bb;msg:x%3Ay", "k|a;b / msg|x:y"},
        {"colon escaped (Python)", "foo%3A10;bar%3A1", "foo|10 / bar|1"},
        {"one result (Python)", "foo%3A10", "foo|10"},
        {"three layers (Java)", "n%3Aa%2Bb", "n|a b"},
        {"three layers, two results (Java)", "n%3Aa%2Bb%3Bm%3AN%252FA", "n|a b / m|N/A"},
        {"lower case", "n%3a1%3bm%3a2", "n|1 / m|2"},
        {"multi-value", "status:[OK,NOK];pid:[11,12]", "status|[OK,NOK] / pid|[11,12]"},
        {"brackets keep their ;", "a:[x;y];b:{p;q}", "a|[x;y] / b|{p;q}"},
        {"brackets that do not match", "a:[x;b:1", "a|[x / b|1"},
        {"brackets the wrong way round", "a:]x[;b:1", "a|]x[ / b|1"},
        {"JSON that rides along", "s:[OK];additionalResults:[[{%22details%22%3A%20%22VmPeak%22}]]",
         "s|[OK] / additionalResults|[[{\"details\": \"VmPeak\"}]]"},
        {"no colon at all", "abc;d:1", "abc / d|1"},
        {"line ends around", "\r\na:1\n", "a|1"},
        {"bad escapes", "a:100%;b:%zz", "a|100% / b|%zz"},
        {"no UTF-8 inside", "a:%ff%fe", "a|%ff%fe"},
        {"a NUL inside", "a:x%00y", "a|x%00y"},
        {"nothing", "", ""},
        {"only separators", ";;;", ""},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(strcmp(parsed(rows[i].text, FA_FORM_RESULTS), rows[i].want) == 0, "%s: %s",
                      rows[i].sender, parsed(rows[i].text, FA_FORM_RESULTS));
}
END_TEST

START_TEST(test_definitions_are_split_at_every_colon)
{
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        {"p:Position:N/A:3;", "p|Position|N/A|3"},
        {"p:Position:N%2FA:3", "p|Position|N/A|3"},
        {"p:p: :3", "p|p| |3"},
        {"pid:pid::2:true", "pid|pid||2|true"},
        {"u:User+Login:N%2FA:3", "u|User Login|N/A|3"},
        {"a%3AA%3Ams%3A2%3Bb%3AB%3A%3A3", "a|A|ms|2 / b|B||3"},
        {"a:b:c:d:e:f:g:h:i:j", "a|b|c|d|e|f|g|h"},
        {"name%3Ax%3Ay%3A1;b:c:d:2", "name|x|y|1 / b|c|d|2"},
        {"a:b:c:d:", "a|b|c|d|"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_str_eq(parsed(rows[i].text, FA_FORM_DEFINITIONS), rows[i].want);
}
END_TEST

START_TEST(test_too_many_items_are_refused)
{
    char *text = calloc(1, 4 * (FA_ITEMS_MAX + 1) + 1);
    size_t i;

    for (i = 0; i < FA_ITEMS_MAX; i++)
        memcpy(text + 4 * i, "a:1;", 4);
    text[4 * FA_ITEMS_MAX - 1] = '\0';
    ck_assert_str_ne(parsed(text, FA_FORM_RESULTS), "refused");
    strcat(text, ";b:2");
    ck_assert_str_eq(parsed(text, FA_FORM_RESULTS), "refused");
    free(text);
}
END_TEST

START_TEST(test_names_in_one_and_two_layers_are_the_same)
{
    fa_arena_clear(&arena);
    fa_arena_init(&arena, 1 << 20);
    ck_assert_str_eq(fa_plain_parse(&arena, "[exchange sample]"), "[exchange sample]");
    ck_assert_str_eq(fa_plain_parse(&arena, "[exchange+sample]"), "[exchange sample]");
    ck_assert_str_eq(fa_plain_parse(&arena, "%5Bexchange%2Bsample%5D"), "[exchange+sample]");
    ck_assert_str_eq(fa_plain_parse(&arena, "100%"), "100%");
    ck_assert_str_eq(fa_plain_parse(&arena, "50% off%"), "50% off%");
    ck_assert_str_eq(fa_plain_parse(&arena, "%ff"), "%ff");
}
END_TEST

START_TEST(test_elements_of_a_multi_value)
{
    static const struct {
        const char *text;
        size_t count;
        const char *last;
    } rows[] = {
        {"[OK,NOK]", 2, "NOK"},    {"OK,NOK", 2, "NOK"},      {"[OK]", 1, "OK"},
        {"OK", 1, "OK"},           {"[\"a,b\",'c']", 2, "c"}, {"[]", 1, ""},
        {"[1,,3]", 3, "3"},        {"[\"a]", 1, "\"a"},       {"[a\"b,c]", 2, "c"},
        {"[[1,2],[3]]", 2, "[3]"}, {"[x],[y]", 2, "[y]"},
    };
    const char **elements;
    size_t count;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]) - 1; i++) {
        fa_arena_clear(&arena);
        fa_arena_init(&arena, 1 << 20);
        ck_assert_int_eq(fa_elements_parse(&arena, rows[i].text, &elements, &count), 0);
        ck_assert_msg(count == rows[i].count, "%s: %zu", rows[i].text, count);
        ck_assert_str_eq(elements[count - 1], rows[i].last);
    }
}
END_TEST

/* What is read, written again compactly. */
static const char *again(const char *text)
{
    static char shown[4096];
    const struct fa_json *json;
    struct pm_buf buf;

    fa_arena_clear(&arena);
    fa_arena_init(&arena, 32 << 20);
    if (fa_json_parse(&arena, text, &json) < 0)
        return "refused";
    pm_buf_init(&buf, sizeof(shown) - 1);
    ck_assert_int_eq(fa_json_write(&buf, json), 0);
    strcpy(shown, buf.data);
    pm_buf_clear(&buf);
    return shown;
}

START_TEST(test_json_is_read_leniently)
{
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        {"[{\"bar\":90}]", "[{\"bar\":90}]"},
        {"[ { \"bar\" : 90.50 } ,\r\n ]", "[{\"bar\":90.50}]"},
        {"[{details:DOWN}]", "[{\"details\":\"DOWN\"}]"},
        {"[{details: a b : c , x:1}]", "[{\"details\":\"a b : c\",\"x\":1}]"},
        {"[{'a':'it\\'s'}]", "[{\"a\":\"it's\"}]"},
        {"[[{\"a\":1}],[{\"a\":2}]]", "[[{\"a\":1}],[{\"a\":2}]]"},
        {"{}", "{}"},
        {"[]", "[]"},
        {"[,,1,,2,]", "[1,2]"},
        {"[true,false,null,-1.5e3,01,1.,.5]", "[true,false,null,-1.5e3,\"01\",\"1.\",\".5\"]"},
        {"\"\\u00fc\\ud83d\\ude00\\n\\/\"", "\"ü😀\\u000a/\""},
        {"word", "\"word\""},
        {"[{\"a\":{\"b\":[1]}}]", "[{\"a\":{\"b\":[1]}}]"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_str_eq(again(rows[i].text), rows[i].want);
}
END_TEST

START_TEST(test_json_that_is_none_is_refused)
{
    static const char *const rows[] = {
        "",
        "[",
        "{",
        "[}",
        "{]",
        "[1",
        "[1]x",
        "{\"a\"}",
        "{\"a\":}",
        "{a}",
        "[\"a]",
        "\"\\u00\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\u0000\"",
        "\"a\\",
        "[1 2] 3",
        "{:1}",
        "]",
        ",",
        "{\"a\":1,\"b\"}",
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(strcmp(again(rows[i]), "refused") == 0, "%s: %s", rows[i], again(rows[i]));
}
END_TEST

START_TEST(test_json_deeper_than_the_limit_is_refused)
{
    char text[2 * FA_JSON_DEPTH_MAX + 3] = "";
    char *big;

    memset(text, '[', FA_JSON_DEPTH_MAX);
    memset(text + FA_JSON_DEPTH_MAX, ']', FA_JSON_DEPTH_MAX);
    ck_assert_str_ne(again(text), "refused");
    memset(text, '[', FA_JSON_DEPTH_MAX + 1);
    memset(text + FA_JSON_DEPTH_MAX + 1, ']', FA_JSON_DEPTH_MAX + 1);
    ck_assert_str_eq(again(text), "refused");
    big = calloc(1, 1000001);
    memset(big, '[', 1000000);
    ck_assert_str_eq(again(big), "refused");
    free(big);
}
END_TEST

/* Memory that ends after n bytes, for every n: refused or right, never half right. */
START_TEST(test_short_memory_refuses_and_never_crashes)
{
    static const char *const text = "a:[1,'x y',{\"k\":[1]}];b:%41+c;d%3Ae";
    static const char *const json_text = "[{\"a\":[1,'two',{\"b\":null}]},[\"\\u00fc\"]]";
    struct fa_item *items;
    const struct fa_json *json;
    const char **elements;
    size_t count;
    size_t max;
    int r = -1;

    for (max = 0; r < 0; max++) {
        fa_arena_clear(&arena);
        fa_arena_init(&arena, max);
        r = fa_structured_parse(&arena, text, FA_FORM_RESULTS, &items, &count);
        ck_assert_uint_lt(max, 100000);
    }
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(items[2].fields[1], "e");
    for (max = 0, r = -1; r < 0; max++) {
        fa_arena_clear(&arena);
        fa_arena_init(&arena, max);
        r = fa_json_parse(&arena, json_text, &json);
        ck_assert_uint_lt(max, 100000);
    }
    ck_assert_int_eq(json->type, FA_JSON_ARRAY);
    for (max = 0, r = -1; r < 0; max++) {
        fa_arena_clear(&arena);
        fa_arena_init(&arena, max);
        r = fa_elements_parse(&arena, "[1,'a,b',3]", &elements, &count);
        ck_assert_uint_lt(max, 100000);
    }
    ck_assert_uint_eq(count, 3);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_results_are_read_in_every_layer),
    TEST(test_definitions_are_split_at_every_colon),
    TEST(test_too_many_items_are_refused),
    TEST(test_names_in_one_and_two_layers_are_the_same),
    TEST(test_elements_of_a_multi_value),
    TEST(test_json_is_read_leniently),
    TEST(test_json_that_is_none_is_refused),
    TEST(test_json_deeper_than_the_limit_is_refused),
    TEST(test_short_memory_refuses_and_never_crashes),
};

TEST_MAIN("structured", cases)
