/* Answers as bytes: JSON and XML from the same calls, and every error's body. */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "json.h"
#include "reply.h"

static struct pm_buf buf;

static const char *list_of_one(bool is_xml, const char *name)
{
    struct fa_writer *writer;

    pm_buf_clear(&buf);
    pm_buf_init(&buf, 1 << 20);
    writer = fa_writer_new(&buf, is_xml);
    fa_write_list(writer, "monitors");
    fa_write_object(writer, "monitor");
    fa_write_id(writer, "id", 305);
    fa_write_text(writer, "name", name);
    fa_write_integer(writer, "time", INT64_C(1306929600000));
    fa_write_null(writer, "data");
    fa_write_list(writer, "params");
    fa_write_end(writer);
    ck_assert_int_eq(fa_writer_finish(writer), 0);
    return buf.data;
}

START_TEST(test_reply_is_compact_json)
{
    ck_assert_str_eq(list_of_one(false, "a/b \"ü\""),
                     "[{\"id\":\"305\",\"name\":\"a/b \\\"ü\\\"\",\"time\":1306929600000,"
                     "\"data\":null,\"params\":[]}]");
}
END_TEST

START_TEST(test_reply_is_compact_xml_without_declaration)
{
    ck_assert_str_eq(list_of_one(true, "a<b>&ü"),
                     "<monitors><monitor><id>305</id><name>a&lt;b&gt;&amp;ü</name>"
                     "<time>1306929600000</time><params></params></monitor></monitors>");
}
END_TEST

START_TEST(test_reply_leaves_out_what_xml_forbids)
{
    ck_assert_ptr_nonnull(strstr(list_of_one(true, "a\x01\x1f\xef\xbf\xbe"
                                                   "b\tc"),
                                 "<name>ab\tc</name>"));
    ck_assert_ptr_nonnull(strstr(list_of_one(false, "a\x01"
                                                    "b\n"),
                                 "\"a\\u0001b\\u000a\""));
}
END_TEST

START_TEST(test_reply_makes_xml_names)
{
    static const char *const rows[][2] = {
        {"1m", "_1m"},        {"a b", "a_b"},       {"", "_"},         {"-x", "_-x"},
        {"a:b", "a_b"},       {"Zürich", "Zürich"}, {"<", "_"},        {"a<b>", "a_b_"},
        {"_x.y-9", "_x.y-9"}, {"\xff", "_"},        {"a\xffz", "a_z"}, {"✓", "_"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pm_buf_clear(&buf);
        pm_buf_init(&buf, 100);
        ck_assert_int_eq(fa_xml_name(&buf, rows[i][0]), 0);
        ck_assert_str_eq(buf.data, rows[i][1]);
    }
}
END_TEST

static const char *json_as(bool is_xml, const char *text)
{
    struct fa_arena arena;
    const struct fa_json *json;
    struct fa_writer *writer;

    pm_buf_clear(&buf);
    pm_buf_init(&buf, 1 << 20);
    fa_arena_init(&arena, 1 << 20);
    ck_assert_int_eq(fa_json_parse(&arena, text, &json), 0);
    writer = fa_writer_new(&buf, is_xml);
    fa_write_json(writer, "result", json);
    ck_assert_int_eq(fa_writer_finish(writer), 0);
    fa_arena_clear(&arena);
    return buf.data;
}

START_TEST(test_reply_keeps_stored_json_as_it_was)
{
    const char *text = "{\"bar\":90,\"s\":\"90\",\"l\":[1,{\"x\":null}]}";

    ck_assert_str_eq(json_as(false, text), text);
    ck_assert_str_eq(json_as(true, text), "<result><bar>90</bar><s>90</s><l><item>1</item>"
                                          "<item><x>null</x></item></l></result>");
}
END_TEST

START_TEST(test_reply_too_large_fails)
{
    struct fa_writer *writer;

    pm_buf_clear(&buf);
    pm_buf_init(&buf, 20);
    writer = fa_writer_new(&buf, false);
    fa_write_text(writer, "", "more than twenty bytes of text");
    ck_assert_int_eq(fa_writer_finish(writer), -1);
    pm_buf_clear(&buf);
    pm_buf_init(&buf, 20);
    writer = fa_writer_new(&buf, true);
    fa_write_text(writer, "x", "more than twenty bytes of text");
    ck_assert_int_eq(fa_writer_finish(writer), -1);
}
END_TEST

static const char *error_body(enum fa_error error, const char *detail, struct fa_error_form form)
{
    pm_buf_clear(&buf);
    pm_buf_init(&buf, 1000);
    ck_assert_int_eq(fa_reply_error(&buf, error, detail, form), 0);
    return buf.data;
}

START_TEST(test_errors_have_the_documented_bodies)
{
    static const struct {
        enum fa_error error;
        const char *detail;
        struct fa_error_form form;
        const char *want;
    } rows[] = {
        {FA_E_AUTHENTICATION, NULL, {false, true, 2}, "{\"error\":\"Authentication failure\"}"},
        {FA_E_AUTHENTICATION, NULL, {false, false, 2}, "{\"error\":\"Authentication failure\"}"},
        {FA_E_AUTHENTICATION,
         NULL,
         {false, false, 3},
         "{\"error\":\"Authentication failure\",\"errorCode\":100}"},
        {FA_E_AUTHENTICATION, NULL, {true, false, 3}, "<error>Authentication failure</error>"},
        {FA_E_PASSWORD, NULL, {false, true, 2}, "{\"error\":\"Invalid username or password\"}"},
        {FA_E_APIKEY, NULL, {false, true, 2}, "{\"error\":\"Invalid api key\"}"},
        {FA_E_TOKEN,
         NULL,
         {false, false, 2},
         "{\"error\":\"Invalid or expired authToken\",\"errorCode\":4}"},
        {FA_E_ACTION,
         "noSuchAction",
         {false, false, 2},
         "{\"status\":\"Action 'noSuchAction' is not supported\"}"},
        {FA_E_ACTION,
         "noSuchAction",
         {false, true, 2},
         "{\"status\":\"Action 'noSuchAction' is not supported\"}"},
        {FA_E_ACTION,
         "<&>",
         {true, true, 2},
         "<error>Action '&lt;&amp;&gt;' is not supported</error>"},
        {FA_E_NAME_EXISTS,
         NULL,
         {false, false, 2},
         "{\"status\":\"Monitor with that name already exists\"}"},
        {FA_E_MISSING, "name", {false, false, 2}, "{\"status\":\"Missing parameter: name\"}"},
        {FA_E_MISSING, "day", {false, true, 2}, "{\"error\":\"Missing parameter: day\"}"},
        {FA_E_INVALID, "monitorId", {false, false, 2}, "{\"status\":\"Invalid monitorId\"}"},
        {FA_E_INVALID,
         "monitorId",
         {false, true, 3},
         "{\"error\":\"Invalid monitorId\",\"errorCode\":106}"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_str_eq(error_body(rows[i].error, rows[i].detail, rows[i].form), rows[i].want);
}
END_TEST

/* What clients do with the texts, PROTOCOL.md §4. */
START_TEST(test_errors_obey_what_clients_look_for)
{
    char detail[1000];
    int error;

    memset(detail, 'x', sizeof(detail) - 1);
    detail[sizeof(detail) - 1] = '\0';
    for (error = 1; error < FA_E_MAX; error++) {
        const struct fa_error_info *info = fa_error_info((enum fa_error)error);
        const char *body =
            error_body((enum fa_error)error, detail, (struct fa_error_form){.version = 3});

        ck_assert_ptr_nonnull(info->id);
        ck_assert_uint_ge(info->status, 400);
        ck_assert_msg(strlen(body) < 200, "%s", body);
        ck_assert_int_eq(strstr(body, "expire") != NULL, error == FA_E_TOKEN);
        ck_assert_int_eq(strstr(body, "exist") != NULL, error == FA_E_NAME_EXISTS);
    }
}
END_TEST

START_TEST(test_errors_clip_whole_characters)
{
    char detail[200] = "";
    int i;

    for (i = 0; i < 60; i++)
        strcat(detail, "ü");
    ck_assert_ptr_null(
        strstr(error_body(FA_E_INVALID, detail, (struct fa_error_form){0}), "\xef\xbf\xbd"));
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_reply_is_compact_json),
    TEST(test_reply_is_compact_xml_without_declaration),
    TEST(test_reply_leaves_out_what_xml_forbids),
    TEST(test_reply_makes_xml_names),
    TEST(test_reply_keeps_stored_json_as_it_was),
    TEST(test_reply_too_large_fails),
    TEST(test_errors_have_the_documented_bodies),
    TEST(test_errors_obey_what_clients_look_for),
    TEST(test_errors_clip_whole_characters),
};

TEST_MAIN("reply", cases)
