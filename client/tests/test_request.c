/* request: form bodies and structured strings, byte by byte. */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "request.h"

static struct pm_buf buf;

static void assert_text(const char *expected)
{
    ck_assert(!buf.failed);
    ck_assert_str_eq(buf.data ? buf.data : "", expected);
    pm_buf_clear(&buf);
}

START_TEST(test_request_form_encodes_all_but_unreserved_bytes)
{
    struct pm_params *params = pm_params_new();

    pm_buf_init(&buf, 1000);
    ck_assert_int_eq(pm_params_add(params, "tag", "a b+c&d=e;f:g%h~-._/"), 0);
    ck_assert_int_eq(pm_params_add(params, "n&", "Z\xc3\xbcrich"), 0);
    ck_assert_int_eq(pm_params_add(params, "empty", ""), 0);
    ck_assert_int_eq(pm_params_add_bytes(params, "nul", 3, "a\0b\n", 4), 0);
    ck_assert_int_eq(pm_request_add_form(&buf, params), 0);
    assert_text("tag=a%20b%2Bc%26d%3De%3Bf%3Ag%25h~-._%2F&n%26=Z%C3%BCrich&empty=&nul=a%00b%0A");
    pm_params_free(params);
}
END_TEST

START_TEST(test_request_form_encodes_long_values)
{
    struct pm_params *params = pm_params_new();
    char *value = malloc(70001);
    size_t i;

    ck_assert_ptr_nonnull(value);
    memset(value, ' ', 70000);
    value[70000] = '\0';
    ck_assert_int_eq(pm_params_add(params, "v", value), 0);
    pm_buf_init(&buf, 1u << 20);
    ck_assert_int_eq(pm_request_add_form(&buf, params), 0);
    ck_assert_uint_eq(buf.len, 2 + 3 * 70000);
    for (i = 2; i < buf.len; i += 3)
        ck_assert_mem_eq(buf.data + i, "%20", 3);
    pm_buf_clear(&buf);
    free(value);
    pm_params_free(params);
}
END_TEST

START_TEST(test_request_form_fails_when_it_does_not_fit)
{
    struct pm_params *params = pm_params_new();

    ck_assert_int_eq(pm_params_add(params, "abc", "def"), 0);
    pm_buf_init(&buf, 6);
    ck_assert_int_eq(pm_request_add_form(&buf, params), -1);
    pm_buf_clear(&buf);
    pm_params_free(params);
}
END_TEST

START_TEST(test_request_names_are_encoded_only_when_the_server_would_decode_them)
{
    pm_buf_init(&buf, 1000);
    ck_assert_int_eq(pm_request_add_name(&buf, "Login Monitor: \xc3\xbc;"), 0);
    assert_text("Login Monitor: \xc3\xbc;");
    ck_assert_int_eq(pm_request_add_name(&buf, "100 % C++"), 0);
    assert_text("100%20%25%20C%2B%2B");
}
END_TEST

START_TEST(test_request_results_keep_every_byte_of_a_value)
{
    static const struct pm_value values[] = {
        {"user_login", "root"}, {"host", "::1"}, {"m", "a;b%3B+c [x]"}, {"e", ""}, {"n", NULL}};

    pm_buf_init(&buf, 1000);
    ck_assert_int_eq(pm_request_add_results(&buf, values, 5), 0);
    assert_text("user_login:root;host:%3A%3A1;m:a%3Bb%253B%2Bc%20%5Bx%5D;e:;n:");
}
END_TEST

START_TEST(test_request_params_have_their_fields_in_the_servers_order)
{
    static const struct pm_param items[] = {{.name = "user_login",
                                             .display_name = "Login Name",
                                             .uom = "logins",
                                             .value = "v",
                                             .data_type = PM_TYPE_STRING},
                                            {.name = "pid",
                                             .uom = "N/A",
                                             .data_type = PM_TYPE_INTEGER,
                                             .is_master = true,
                                             .is_hidden = true}};
    const struct pm_param_list list = {items, 2};

    pm_buf_init(&buf, 1000);
    ck_assert_int_eq(pm_request_add_result_params(&buf, &list), 0);
    assert_text("user_login:Login%20Name:logins:3;pid::N%2FA:2:true");
    ck_assert_int_eq(pm_request_add_monitor_params(&buf, &list), 0);
    assert_text("user_login:Login%20Name:v:3:false;pid:::2:true");
}
END_TEST

START_TEST(test_request_ids_are_separated_by_commas)
{
    static const int64_t ids[] = {1, 305, INT64_MAX};

    pm_buf_init(&buf, 1000);
    ck_assert_int_eq(pm_request_add_ids(&buf, ids, 3), 0);
    assert_text("1,305,9223372036854775807");
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_request_form_encodes_all_but_unreserved_bytes),
    TEST(test_request_form_encodes_long_values),
    TEST(test_request_form_fails_when_it_does_not_fit),
    TEST(test_request_names_are_encoded_only_when_the_server_would_decode_them),
    TEST(test_request_results_keep_every_byte_of_a_value),
    TEST(test_request_params_have_their_fields_in_the_servers_order),
    TEST(test_request_ids_are_separated_by_commas),
};

TEST_MAIN("request", cases)
