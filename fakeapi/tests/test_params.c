/* Names and values out of raw bytes: what is split where, what is decoded, what is never refused.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "params.h"

static struct fa_arena arena;
static struct fa_params params;

static int parse(const char *query, const char *body)
{
    fa_arena_clear(&arena);
    fa_arena_init(&arena, 32 << 20);
    return fa_params_parse(&arena, query, strlen(query), body, strlen(body), &params);
}

/* All parameters as `name=value|name=value`. */
static const char *shown(void)
{
    static char text[4096];
    size_t i;

    text[0] = '\0';
    for (i = 0; i < params.count; i++) {
        strcat(text, i > 0 ? "|" : "");
        strcat(strcat(strcat(text, params.items[i].name), "="), params.items[i].value);
    }
    return text;
}

START_TEST(test_params_are_split_and_decoded_once)
{
    static const struct {
        const char *body;
        const char *want;
    } rows[] = {
        {"", ""},
        {"a=1", "a=1"},
        {"a=1&b=2", "a=1|b=2"},
        {"&&a=1&&&b=2&", "a=1|b=2"},
        {"a", "a="},
        {"a=", "a="},
        {"=x", "=x"},
        {"=", "="},
        {"a=b=c==", "a=b=c=="},
        {"a=1;b=2", "a=1;b=2"},
        {"a=x+y%20z", "a=x y z"},
        {"a=%2B%26%3D%3b", "a=+&=;"},
        {"a=%253A", "a=%3A"},
        {"a=100%", "a=100%"},
        {"a=%4", "a=%4"},
        {"a=%zz%4g", "a=%zz%4g"},
        {"a=%%41", "a=%A"},
        {"a=[1,2]{\"x\":'y'} z", "a=[1,2]{\"x\":'y'} z"},
        {"%61%3d=%62", "a==b"},
        {"a=Z%C3%BCrich%20%E2%9C%93", "a=Zürich ✓"},
        {"a=1&a=2", "a=1|a=2"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_int_eq(parse("", rows[i].body), 0);
        ck_assert_str_eq(shown(), rows[i].want);
    }
}
END_TEST

START_TEST(test_params_of_the_query_stand_before_those_of_the_body)
{
    ck_assert_int_eq(parse("a=q&b=q", "a=b"), 0);
    ck_assert_str_eq(shown(), "a=q|b=q|a=b");
    ck_assert(!params.items[0].is_from_body);
    ck_assert(params.items[2].is_from_body);
    ck_assert_str_eq(fa_params_find(&params, "a")->value, "b");
    ck_assert_str_eq(fa_params_find(&params, "B")->value, "q");
    ck_assert_ptr_null(fa_params_find(&params, "c"));
}
END_TEST

START_TEST(test_params_keep_the_bytes_as_sent)
{
    const struct fa_param *param;

    ck_assert_int_eq(parse("", "na%6De=a+b%2b"), 0);
    param = fa_params_find(&params, "name");
    ck_assert_ptr_nonnull(param);
    ck_assert_mem_eq(param->raw_name, "na%6De", param->raw_name_len);
    ck_assert_uint_eq(param->raw_name_len, 6);
    ck_assert_mem_eq(param->raw_value, "a+b%2b", param->raw_value_len);
    ck_assert_str_eq(param->value, "a b+");
}
END_TEST

START_TEST(test_params_with_a_nul_keep_their_length)
{
    ck_assert_int_eq(parse("", "a=x%00y"), 0);
    ck_assert_uint_eq(params.items[0].value_len, 3);
    ck_assert_mem_eq(params.items[0].value, "x\0y", 4);
    ck_assert(!fa_is_text(params.items[0].value, params.items[0].value_len));
    ck_assert_int_eq(parse("", "a%00b=1"), 0);
    ck_assert_ptr_null(fa_params_find(&params, "a"));
}
END_TEST

START_TEST(test_params_beyond_the_limit_are_too_many)
{
    char *body = malloc(20001);
    size_t i;

    for (i = 0; i < FA_PARAMS_MAX; i++)
        memcpy(body + 2 * i, "a&", 3);
    ck_assert_int_eq(parse("", body), 0);
    ck_assert_uint_eq(params.count, FA_PARAMS_MAX);
    strcat(body, "b");
    ck_assert_int_eq(parse("", body), FA_PARAMS_TOO_MANY);
    for (i = 0; i < 10000; i++)
        memcpy(body + 2 * i, "a&", 3);
    ck_assert_int_eq(parse("", body), FA_PARAMS_TOO_MANY);
    memset(body, '&', 20000);
    ck_assert_int_eq(parse("", body), 0);
    ck_assert_uint_eq(params.count, 0);
    free(body);
}
END_TEST

START_TEST(test_params_without_memory_are_refused)
{
    fa_arena_clear(&arena);
    fa_arena_init(&arena, 64);
    ck_assert_int_eq(fa_params_parse(&arena, "", 0, "a=1&b=2", 7, &params), FA_PARAMS_NO_MEMORY);
}
END_TEST

START_TEST(test_text_is_utf8_without_nul)
{
    ck_assert(fa_is_text("", 0));
    ck_assert(fa_is_text("Zürich", 7));
    ck_assert(!fa_is_text("\xff", 1));
    ck_assert(!fa_is_text("\xc3", 1));
    ck_assert(!fa_is_text("\xc0\x80", 2));
    ck_assert(!fa_is_text("\xed\xa0\x80", 3));
    ck_assert(!fa_is_text("a\0b", 3));
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_params_are_split_and_decoded_once),
    TEST(test_params_of_the_query_stand_before_those_of_the_body),
    TEST(test_params_keep_the_bytes_as_sent),
    TEST(test_params_with_a_nul_keep_their_length),
    TEST(test_params_beyond_the_limit_are_too_many),
    TEST(test_params_without_memory_are_refused),
    TEST(test_text_is_utf8_without_nul),
};

TEST_MAIN("params", cases)
