/* values: what people may type for numbers, days, zones, results and parameters. */
#include "suite.h"

#include <string.h>

#include "pool.h"
#include "values.h"

START_TEST(test_values_read_numbers_within_limits)
{
    static const struct {
        const char *text;
        int result;
    } rows[] = {{"1", 0},    {"10", 0},
                {"007", 0},  {"0", -1},
                {"11", -1},  {"", -1},
                {"-", -1},   {"1 ", -1},
                {" 1", -1},  {"+1", -1},
                {"1e1", -1}, {"0x1", -1},
                {"-5", -1},  {"99999999999999999999", -1}};
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t value;

        ck_assert_msg(values_read_int(rows[i].text, 1, 10, &value) == rows[i].result, "'%s'",
                      rows[i].text);
    }
}
END_TEST

START_TEST(test_values_read_days)
{
    static const char *const refused[] = {"",           "2011-6-1",    "2011-06-31",
                                          "2011-13-01", "2011/06/01",  "2011-06-01 ",
                                          "today",      "2011-06-01T", "2011-02-29"};
    struct pm_day day = {.timezone_min = 60};
    size_t i;

    ck_assert_int_eq(values_read_day("2012-02-29", &day), 0);
    ck_assert_int_eq(day.year, 2012);
    ck_assert_int_eq(day.month, 2);
    ck_assert_int_eq(day.day, 29);
    ck_assert_int_eq(day.timezone_min, 60);
    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        ck_assert_msg(values_read_day(refused[i], &day) == -1, "'%s'", refused[i]);
}
END_TEST

START_TEST(test_values_read_times_in_a_zone)
{
    int64_t ms;

    ck_assert_int_eq(values_read_time("2011-06-01", 0, &ms), 0);
    ck_assert_int_eq(ms, INT64_C(1306886400000));
    ck_assert_int_eq(values_read_time("2011-06-01 12:00:00", 120, &ms), 0);
    ck_assert_int_eq(ms, INT64_C(1306922400000));
    ck_assert_int_eq(values_read_time("1969-12-31", 0, &ms), -1);
    ck_assert_int_eq(values_read_time("2011-06-01 12:00", 0, &ms), -1);
    ck_assert_int_eq(values_read_time("yesterday", 0, &ms), -1);
    ck_assert_int_eq(values_read_time("2011-06-01 12:00:00 and more", 0, &ms), -1);
}
END_TEST

START_TEST(test_values_read_timezones)
{
    static const struct {
        const char *text;
        int result, minutes;
    } rows[] = {
        {"Z", 0, 0},        {"0", 0, 0},         {"120", 0, 120},   {"-210", 0, -210},
        {"+02:00", 0, 120}, {"-03:30", 0, -210}, {"+0530", 0, 330}, {"+90", 0, 90},
        {"+2:00", 0, 120},  {"+24:00", -1, 0},   {"+02:60", -1, 0}, {"1440", -1, 0},
        {"-1440", 0, -880}, {"CET", -1, 0},      {"", -1, 0},       {"+", -1, 0},
        {"+02:00x", -1, 0}, {"+-2:00", -1, 0},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int minutes = 0;

        ck_assert_msg(values_read_timezone(rows[i].text, &minutes) == rows[i].result, "'%s'",
                      rows[i].text);
        ck_assert_int_eq(minutes, rows[i].minutes);
    }
}
END_TEST

/* Rows: a text, and what it holds written as name=value|… */
START_TEST(test_values_read_results)
{
    static const struct {
        const char *text, *holds;
    } rows[] = {
        {"a:1", "a=1|"},
        {"user_login:root;host:10.0.0.5;srv:sshd", "user_login=root|host=10.0.0.5|srv=sshd|"},
        {"a:1;;b:2;", "a=1|b=2|"},
        {"a:", "a=|"},
        {"a:b:c", "a=b:c|"},
        {"a:x%3By%25+z", "a=x;y%+z|"},
        {"s:[OK;NOK];p:[1,2]", "s=[OK;NOK]|p=[1,2]|"},
        {"a:[1;b:2", "a=[1|b=2|"},
        {"a:1];b:2", "a=1]|b=2|"},
        {"additionalResults:[{x:1;y:2}]", "additionalResults=[{x:1;y:2}]|"},
        {"a%3Ab:1", "a:b=1|"},
        {"n: two words ", "n= two words |"},
    };
    size_t i, k;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_pool *pool = pm_pool_new();
        struct values_results results;
        char holds[200] = "";
        const char *bad;

        ck_assert_msg(values_read_results(pool, rows[i].text, &results, &bad) == 0, "'%s'",
                      rows[i].text);
        for (k = 0; k < results.count; k++) {
            (void)strcat(holds, results.items[k].name);
            (void)strcat(holds, "=");
            (void)strcat(holds, results.items[k].value);
            (void)strcat(holds, "|");
        }
        ck_assert_msg(strcmp(holds, rows[i].holds) == 0, "'%s' gave %s", rows[i].text, holds);
        pm_pool_free(pool);
    }
}
END_TEST

START_TEST(test_values_refuse_what_is_no_result)
{
    static const char *const rows[] = {"",      ";",        "a",     ":1",  "a:1;b", "a:%",
                                       "a:%zz", "a:1;b:%4", "a:%00", "%:1", "a:1;:2"};
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_pool *pool = pm_pool_new();
        struct values_results results;
        const char *bad = NULL;

        ck_assert_msg(values_read_results(pool, rows[i], &results, &bad) == -1, "'%s' was taken",
                      rows[i]);
        ck_assert_ptr_nonnull(bad);
        pm_pool_free(pool);
    }
}
END_TEST

START_TEST(test_values_read_parameters)
{
    struct pm_pool *pool = pm_pool_new();
    struct pm_param_list list;
    const char *bad;

    ck_assert_int_eq(values_read_params(pool, VALUES_RESULT_PARAMS,
                                        "user_login:Login Name:logins:3;pid::N/A:2:true;"
                                        "load::%25:4:false::avg;",
                                        &list, &bad),
                     0);
    ck_assert_uint_eq(list.count, 3);
    ck_assert_str_eq(list.items[0].display_name, "Login Name");
    ck_assert_int_eq(list.items[0].data_type, PM_TYPE_STRING);
    ck_assert(!list.items[0].is_master);
    ck_assert_ptr_null(list.items[0].aggregate);
    ck_assert(list.items[1].is_master);
    ck_assert_str_eq(list.items[1].uom, "N/A");
    ck_assert_str_eq(list.items[2].uom, "%");
    ck_assert_str_eq(list.items[2].aggregate, "avg");
    ck_assert_int_eq(
        values_read_params(pool, VALUES_MONITOR_PARAMS, "bar:Bar:5:2:True", &list, &bad), 0);
    ck_assert_str_eq(list.items[0].value, "5");
    ck_assert(list.items[0].is_hidden);
    pm_pool_free(pool);
}
END_TEST

START_TEST(test_values_refuse_what_is_no_parameter)
{
    static const char *const rows[] = {
        "",       "a:b:c",   "a:b:c:",    "a:b:c:5",  "a:b:c:0",
        ":b:c:3", "a:b:c:x", "a:b:c:3;b", "a:%z:c:3", "a:b:c:3:t:u:v:w:x"};
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_pool *pool = pm_pool_new();
        struct pm_param_list list;
        const char *bad = NULL;

        ck_assert_msg(values_read_params(pool, VALUES_RESULT_PARAMS, rows[i], &list, &bad) == -1,
                      "'%s' was taken", rows[i]);
        ck_assert_ptr_nonnull(bad);
        pm_pool_free(pool);
    }
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_values_read_numbers_within_limits),
    TEST(test_values_read_days),
    TEST(test_values_read_times_in_a_zone),
    TEST(test_values_read_timezones),
    TEST(test_values_read_results),
    TEST(test_values_refuse_what_is_no_result),
    TEST(test_values_read_parameters),
    TEST(test_values_refuse_what_is_no_parameter),
};

TEST_MAIN("values", cases)
