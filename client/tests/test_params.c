/* params: what a list of parameters holds, and what a form body may look like. */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "params.h"

START_TEST(test_params_keep_order_and_bytes)
{
    struct pm_params *params = pm_params_new();

    ck_assert_int_eq(pm_params_add_bytes(params, "n\0m", 3, "v\0w", 3), 0);
    ck_assert_int_eq(pm_params_add(params, "a", ""), 0);
    ck_assert_int_eq(pm_params_add_int(params, "i", INT64_MIN), 0);
    ck_assert_uint_eq(pm_params_count(params), 3);
    ck_assert_mem_eq(params->items[0].name, "n\0m", 4);
    ck_assert_mem_eq(params->items[0].value, "v\0w", 4);
    ck_assert_uint_eq(params->items[1].value_len, 0);
    ck_assert_str_eq(params->items[2].value, "-9223372036854775808");
    pm_params_free(params);
}
END_TEST

START_TEST(test_params_refuse_empty_names)
{
    struct pm_params *params = pm_params_new();

    ck_assert_int_eq(pm_params_add(params, "", "v"), PM_ERR_USAGE);
    ck_assert_uint_eq(pm_params_count(params), 0);
    pm_params_free(params);
}
END_TEST

START_TEST(test_params_refuse_too_many)
{
    struct pm_params *params = pm_params_new();
    size_t i;

    for (i = 0; i < PM_PARAMS_MAX; i++)
        ck_assert_int_eq(pm_params_add(params, "n", ""), 0);
    ck_assert_int_eq(pm_params_add(params, "n", ""), PM_ERR_LIMIT);
    pm_params_free(params);
}
END_TEST

START_TEST(test_params_refuse_too_much)
{
    struct pm_params *params = pm_params_new();
    char *value = calloc(1, PM_PARAMS_BYTES_MAX);

    ck_assert_ptr_nonnull(value);
    ck_assert_int_eq(pm_params_add_bytes(params, "n", 1, value, PM_PARAMS_BYTES_MAX), PM_ERR_LIMIT);
    ck_assert_int_eq(pm_params_add_bytes(params, "n", 1, value, PM_PARAMS_BYTES_MAX - 1), 0);
    ck_assert_int_eq(pm_params_add(params, "n", ""), PM_ERR_LIMIT);
    pm_params_free(params);
    free(value);
}
END_TEST

/* Rows: a body, and what it holds written as name=value|… with the bytes as they are. */
START_TEST(test_params_read_forms)
{
    static const struct {
        const char *form, *holds;
    } rows[] = {
        {"a=1&b=2", "a=1|b=2|"},
        {"a=1&&b=2&", "a=1|b=2|"},
        {"&a=1", "a=1|"},
        {"a", "a=|"},
        {"a=", "a=|"},
        {"a=b=c", "a=b=c|"},
        {"a=x+y%20z%2B", "a=x y z+|"},
        {"a=1;b=2", "a=1;b=2|"},
        {"%61=%C3%BC", "a=\xc3\xbc|"},
        {"a=1&a=2", "a=1|a=2|"},
        {"", ""},
    };
    size_t i, k;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_params *params = pm_params_new();
        char holds[100] = "";

        ck_assert_int_eq(pm_params_add_form(params, rows[i].form, strlen(rows[i].form)), 0);
        for (k = 0; k < params->count; k++) {
            (void)strcat(holds, params->items[k].name);
            (void)strcat(holds, "=");
            (void)strcat(holds, params->items[k].value);
            (void)strcat(holds, "|");
        }
        ck_assert_msg(strcmp(holds, rows[i].holds) == 0, "'%s' gave '%s'", rows[i].form, holds);
        pm_params_free(params);
    }
}
END_TEST

START_TEST(test_params_refuse_broken_forms)
{
    static const char *const rows[] = {"=1", "a=1&=2", "a=%", "a=%4", "a=%zz", "%=1", "a=1&b=%4g"};
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_params *params = pm_params_new();

        ck_assert_msg(pm_params_add_form(params, rows[i], strlen(rows[i])) == PM_ERR_USAGE,
                      "'%s' was taken", rows[i]);
        pm_params_free(params);
    }
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_params_keep_order_and_bytes), TEST(test_params_refuse_empty_names),
    TEST(test_params_refuse_too_many),      TEST(test_params_refuse_too_much),
    TEST(test_params_read_forms),           TEST(test_params_refuse_broken_forms),
};

TEST_MAIN("params", cases)
