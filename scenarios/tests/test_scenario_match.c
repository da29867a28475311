/* What values must be like: match.h. */
#include "match.h"

#include <cjson/cJSON.h>

#include "buf.h"
#include "suite.h"

static const struct {
    const char *name, *expected, *actual;
    bool is_match;
} rows[] = {
    {"a text is itself", "\"a\"", "\"a\"", true},
    {"and no other", "\"a\"", "\"A\"", false},
    {"a number is the text that the API gives for it", "5", "\"5\"", true},
    {"a text is the number", "\"5\"", "5", true},
    {"5 is not 50", "5", "50", false},
    {"null is null", "null", "null", true},
    {"true is not 1", "true", "1", false},
    {"a text is no list of it", "\"a\"", "[\"a\"]", false},
    {"a map may have more members", "{\"a\":1}", "{\"a\":1,\"b\":2}", true},
    {"but must have those", "{\"a\":1,\"b\":2}", "{\"a\":1}", false},
    {"a member's case counts", "{\"a\":1}", "{\"A\":1}", false},
    {"maps in maps", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1,\"c\":2}}", true},
    {"an empty map is any map", "{}", "{\"a\":1}", true},
    {"and no text", "{}", "\"a\"", false},
    {"a list is as long", "[1]", "[1,2]", false},
    {"in this order", "[1,2]", "[2,1]", false},
    {"items are matchers", "[{\"a\":1},{\"not\":2}]", "[{\"a\":1,\"b\":1},3]", true},
    {"contains a part", "{\"contains\":\"ell\"}", "\"hello\"", true},
    {"contains no other", "{\"contains\":\"x\"}", "\"hello\"", false},
    {"contains an item", "{\"contains\":{\"a\":1}}", "[{\"a\":2},{\"a\":1}]", true},
    {"matches finds", "{\"matches\":\"^h.*o$\"}", "\"hello\"", true},
    {"matches each line", "{\"matches\":\"^b$\"}", "\"a\\nb\\nc\"", true},
    {"matches not", "{\"matches\":\"^x\"}", "\"hello\"", false},
    {"a pattern that is none never matches", "{\"matches\":\"(\"}", "\"(\"", false},
    {"not", "{\"not\":1}", "2", true},
    {"not, for what is not there", "{\"a\":{\"not\":1}}", "{}", true},
    {"any", "{\"any\":[1,2]}", "2", true},
    {"none of any", "{\"any\":[1,2]}", "3", false},
    {"all", "{\"all\":[{\"contains\":\"a\"},{\"contains\":\"b\"}]}", "\"ab\"", true},
    {"at least", "{\"at_least\":5}", "\"5\"", true},
    {"not at least", "{\"at_least\":5}", "4", false},
    {"at least, of no number", "{\"at_least\":5}", "\"5x\"", false},
    {"at most", "{\"at_most\":5}", "5.5", false},
    {"two operators both hold", "{\"at_least\":1,\"at_most\":3}", "2", true},
    {"or not", "{\"at_least\":1,\"at_most\":3}", "4", false},
    {"length of a list", "{\"length\":2}", "[1,2]", true},
    {"length of a text", "{\"length\":{\"at_least\":3}}", "\"abc\"", true},
    {"each", "{\"each\":{\"at_least\":1}}", "[1,2]", true},
    {"not each", "{\"each\":{\"at_least\":2}}", "[1,2]", false},
    {"unordered", "{\"unordered\":[1,2,2]}", "[2,1,2]", true},
    {"unordered counts", "{\"unordered\":[1,2,2]}", "[2,1,1]", false},
    {"absent", "{\"a\":{\"absent\":true}}", "{}", true},
    {"not absent", "{\"a\":{\"absent\":true}}", "{\"a\":\"\"}", false},
    {"present", "{\"a\":{\"absent\":false}}", "{\"a\":\"\"}", true},
    {"fields, when a member has an operator's name", "{\"fields\":{\"length\":3}}",
     "{\"length\":3}", true},
    {"an operator beside a member is neither", "{\"contains\":\"a\",\"user\":1}", "\"a\"", false},
};

static void check_row(size_t i)
{
    cJSON *expected = cJSON_Parse(rows[i].expected), *actual = cJSON_Parse(rows[i].actual);
    struct pm_buf why;
    bool is_match;

    pm_buf_init(&why, 4096);
    is_match = sc_match(expected, actual, "it", &why);
    ck_assert_msg(is_match == rows[i].is_match, "%s: %s", rows[i].name,
                  why.data ? why.data : "matches");
    ck_assert_msg(is_match == (why.len == 0), "%s: '%s'", rows[i].name, why.data ? why.data : "");
    pm_buf_clear(&why);
    cJSON_Delete(expected);
    cJSON_Delete(actual);
}

START_TEST(test_match_judges)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_row(i);
}
END_TEST

START_TEST(test_match_says_each_difference_by_its_path)
{
    cJSON *expected = cJSON_Parse("{\"user\":\"bob\",\"keys\":[1,{\"a\":2}],\"tty\":\"ssh\"}");
    cJSON *actual = cJSON_Parse("{\"user\":\"alice\",\"keys\":[1,{\"a\":3}]}");
    struct pm_buf why;

    pm_buf_init(&why, 4096);
    ck_assert(!sc_match(expected, actual, "row", &why));
    ck_assert_str_eq(why.data, "row.user: expected \"bob\", is \"alice\"\n"
                               "row.keys.1.a: expected 2, is 3\n"
                               "row.tty: expected \"ssh\", is not there\n");
    pm_buf_clear(&why);
    cJSON_Delete(expected);
    cJSON_Delete(actual);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_match_judges),
    TEST(test_match_says_each_difference_by_its_path),
};

TEST_MAIN("match", cases)
