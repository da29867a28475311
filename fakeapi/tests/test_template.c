/* The templates of the dashboard: what is rendered, what is escaped, what is refused. */
#include "suite.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "template.h"

/* Render `text` as the template "page", with a partial "item" and one that calls itself. */
static int render(const char *text, const char *json, struct pm_buf *out, char *message,
                  size_t size)
{
    const struct fa_template set[] = {
        {"page", text, strlen(text)},
        {"item", "<{{name}}>", strlen("<{{name}}>")},
        {"loop", "{{> loop}}", strlen("{{> loop}}")},
    };
    struct cJSON *data = cJSON_Parse(json);
    int result;

    ck_assert_ptr_nonnull(data);
    result = fa_template_render(set, 3, "page", data, out, message, size);
    cJSON_Delete(data);
    return result;
}

struct row {
    const char *text, *json, *expected;
};

static void check_rows(const struct row *rows, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        char message[200] = "";
        struct pm_buf out;

        pm_buf_init(&out, 10000);
        ck_assert_msg(render(rows[i].text, rows[i].json, &out, message, sizeof(message)) == 0,
                      "%s: %s", rows[i].text, message);
        ck_assert_str_eq(out.data ? out.data : "", rows[i].expected);
        pm_buf_clear(&out);
    }
}

START_TEST(test_template_puts_values_in)
{
    static const struct row rows[] = {
        {"", "{}", ""},
        {"no tag } { }}", "{}", "no tag } { }}"},
        {"a{{x}}b", "{\"x\":\"1\"}", "a1b"},
        {"{{ x }}{{x}}", "{\"x\":\"1\"}", "11"},
        {"{{n}} {{m}} {{i}}", "{\"n\":1306929600000,\"m\":-2.5,\"i\":0}", "1306929600000 -2.5 0"},
        {"{{a.b.c}}", "{\"a\":{\"b\":{\"c\":\"deep\"}}}", "deep"},
        {"{{x}}", "{\"x\":\"\"}", ""},
        {"a{{! {not} a value }}b", "{}", "ab"},
        {"{{x}}", "{\"x\":\"{{y}}\",\"y\":\"again\"}", "{{y}}"},
    };

    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}
END_TEST

START_TEST(test_template_escapes_every_value)
{
    static const struct row rows[] = {
        {"{{x}}", "{\"x\":\"<script>\"}", "&#60;script&#62;"},
        {"<a title=\"{{x}}\">", "{\"x\":\"\\\"><img onerror='1'>\"}",
         "<a title=\"&#34;&#62;&#60;img onerror=&#39;1&#39;&#62;\">"},
        {"{{x}}", "{\"x\":\"a & b &amp; c\"}", "a &#38; b &#38;amp; c"},
        {"{{x}}", "{\"x\":\"a\\nb\\u202ec\"}", "a\u27e8U+000A\u27e9b\u27e8U+202E\u27e9c"},
        {"{{x}}", "{\"x\":\"Z\u00fcrich \u2713\"}", "Z\u00fcrich \u2713"},
        {"{{#l}}{{.}}{{/l}}", "{\"l\":[\"<\",\">\"]}", "&#60;&#62;"},
    };

    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}
END_TEST

START_TEST(test_template_marks_bytes_that_are_not_utf8)
{
    struct pm_buf out;

    pm_buf_init(&out, 100);
    ck_assert_int_eq(fa_template_escape(&out, "\xff<", 2), 0);
    ck_assert_str_eq(out.data, "\u27e80xFF\u27e9&#60;");
    pm_buf_clear(&out);
}
END_TEST

START_TEST(test_template_repeats_and_leaves_out_sections)
{
    static const struct row rows[] = {
        {"{{#l}}{{n}},{{/l}}", "{\"l\":[{\"n\":1},{\"n\":2}]}", "1,2,"},
        {"{{#l}}x{{/l}}{{^l}}none{{/l}}", "{\"l\":[]}", "none"},
        {"{{#t}}yes{{/t}}{{^t}}no{{/t}}", "{\"t\":true}", "yes"},
        {"{{#t}}yes{{/t}}{{^t}}no{{/t}}", "{\"t\":false}", "no"},
        {"{{#t}}yes{{/t}}{{^t}}no{{/t}}", "{\"t\":null}", "no"},
        {"{{#t}}yes{{/t}}{{^t}}no{{/t}}", "{\"t\":\"\"}", "no"},
        {"{{#t}}yes{{/t}}{{^t}}no{{/t}}", "{}", "no"},
        {"{{#t}}{{t}}{{/t}}", "{\"t\":\"text\"}", "text"},
        {"{{#o}}{{n}}{{/o}}", "{\"o\":{\"n\":1}}", "1"},
        {"{{#o}}{{outer}}{{/o}}", "{\"o\":{\"n\":1},\"outer\":\"seen\"}", "seen"},
        {"{{#o}}{{n}}{{/o}}{{n}}", "{\"o\":{\"n\":\"inner\"},\"n\":\"outer\"}", "innerouter"},
        {"{{#a}}{{#b}}{{#a}}-{{/a}}{{/b}}{{/a}}", "{\"a\":[1,2],\"b\":true}", "----"},
        {"{{^a}}{{^a}}none{{/a}}{{/a}}", "{}", "none"},
    };

    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}
END_TEST

START_TEST(test_template_removes_lines_of_lone_tags)
{
    static const struct row rows[] = {
        {"a\n  {{#t}}  \nb\n  {{/t}}\nc", "{\"t\":true}", "a\nb\nc"},
        {"a\n  {{#t}}\nb\n{{/t}}", "{\"t\":false}", "a\n"},
        {"a {{#t}}\nb{{/t}} c", "{\"t\":true}", "a \nb c"},
        {"a\n{{! gone }}\nb", "{}", "a\nb"},
        {"a\n {{x}} \nb", "{\"x\":\"\"}", "a\n  \nb"},
        {"a\n  {{> item}}\nb", "{\"name\":\"n\"}", "a\n<n>b"},
    };

    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}
END_TEST

START_TEST(test_template_calls_others_with_the_data_of_here)
{
    static const struct row rows[] = {
        {"{{> item}}", "{\"name\":\"n\"}", "<n>"},
        {"{{#l}}{{> item}}{{/l}}", "{\"l\":[{\"name\":1},{\"name\":2}]}", "<1><2>"},
    };

    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}
END_TEST

START_TEST(test_template_refuses_what_is_malformed)
{
    static const struct row rows[] = {
        {"{{x}}", "{}", "template 'page': the data have no 'x'"},
        {"{{a.x}}", "{\"a\":{},\"x\":\"1\"}", "template 'page': the data have no 'a.x'"},
        {"{{a.b}}", "{\"a\":\"text\"}", "template 'page': the data have no 'a.b'"},
        {"{{a}}", "{\"a\":{}}", "template 'page': 'a' is neither text nor a number"},
        {"{{a}}", "{\"a\":true}", "template 'page': 'a' is neither text nor a number"},
        {"{{x", "{\"x\":\"1\"}", "template 'page': a tag does not end"},
        {"{{}}", "{}", "template 'page': a tag with no name or one too long"},
        {"{{ # }}", "{}", "template 'page': the data have no '#'"},
        {"{{{x}}}", "{\"x\":\"1\"}", "template 'page': only the escaped form of a value exists"},
        {"{{&x}}", "{\"x\":\"1\"}", "template 'page': only the escaped form of a value exists"},
        {"{{=<% %>=}}", "{}", "template 'page': only the escaped form of a value exists"},
        {"{{#x}}", "{\"x\":true}", "template 'page': section 'x' does not end"},
        {"{{#x}}{{#y}}{{/x}}{{/y}}", "{\"x\":true,\"y\":true}",
         "template 'page': section 'x' is closed as 'y'"},
        {"{{/x}}", "{}", "template 'page': section 'x' was not opened"},
        {"{{> none}}", "{}", "template 'page': there is no template 'none'"},
        {"{{> loop}}", "{}", "template 'loop': templates nested too deeply"},
        {"{{> item}}", "{}", "template 'item': the data have no 'name'"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char message[200] = "";
        struct pm_buf out;

        pm_buf_init(&out, 10000);
        ck_assert_int_eq(render(rows[i].text, rows[i].json, &out, message, sizeof(message)), -1);
        ck_assert_str_eq(message, rows[i].expected);
        pm_buf_clear(&out);
    }
}
END_TEST

START_TEST(test_template_refuses_deep_nesting_and_large_pages)
{
    char text[400] = "", message[200];
    struct pm_buf out;
    int i;

    for (i = 0; i < 20; i++)
        strcat(text, "{{#o}}");
    for (i = 0; i < 20; i++)
        strcat(text, "{{/o}}");
    pm_buf_init(&out, 4);
    ck_assert_int_eq(render(text, "{\"o\":{\"n\":1}}", &out, message, sizeof(message)), -1);
    ck_assert_str_eq(message, "template 'page': sections nested too deeply");
    ck_assert_int_eq(render("12345", "{}", &out, message, sizeof(message)), -1);
    ck_assert_str_eq(message, "template 'page': the page is too large");
    pm_buf_clear(&out);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_template_puts_values_in),
    TEST(test_template_escapes_every_value),
    TEST(test_template_marks_bytes_that_are_not_utf8),
    TEST(test_template_repeats_and_leaves_out_sections),
    TEST(test_template_removes_lines_of_lone_tags),
    TEST(test_template_calls_others_with_the_data_of_here),
    TEST(test_template_refuses_what_is_malformed),
    TEST(test_template_refuses_deep_nesting_and_large_pages),
};

TEST_MAIN("template", cases)
