/* response: trees of JSON and XML, the verdict on an answer, and the typed reading of it. */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "error.h"
#include "node.h"
#include "pool.h"
#include "response.h"
#include "transport.h"

/* A tree in one line: {name:"text",…}, […], numbers and words as they are. */
static void print(struct pm_buf *buf, const struct pm_node *node)
{
    static const char *const brackets[] = {
        [PM_NODE_LIST] = "[]",
        [PM_NODE_OBJECT] = "{}",
    };
    const struct pm_node *child;

    if (node->kind == PM_NODE_LIST || node->kind == PM_NODE_OBJECT) {
        (void)pm_buf_addc(buf, brackets[node->kind][0]);
        for (child = node->first; child; child = child->next) {
            if (node->kind == PM_NODE_OBJECT)
                (void)pm_buf_addf(buf, "%s:", child->name);
            print(buf, child);
            if (child->next)
                (void)pm_buf_addc(buf, ',');
        }
        (void)pm_buf_addc(buf, brackets[node->kind][1]);
    } else if (node->kind == PM_NODE_STRING) {
        (void)pm_buf_addf(buf, "\"%s\"", node->text);
    } else {
        (void)pm_buf_adds(buf, node->kind == PM_NODE_NULL ? "null" : node->text);
    }
}

typedef int read_fn(struct pm_pool *pool, const char *bytes, size_t len, struct pm_node **ret_root);

static void assert_tree(read_fn *read, const char *text, const char *expected)
{
    struct pm_pool *pool = pm_pool_new();
    struct pm_node *root = NULL;
    struct pm_buf buf;

    pm_buf_init(&buf, 10000);
    ck_assert_msg(read(pool, text, strlen(text), &root) == 0, "'%s' was refused", text);
    print(&buf, root);
    ck_assert_msg(strcmp(buf.data, expected) == 0, "'%s' gave %s", text, buf.data);
    pm_buf_clear(&buf);
    pm_pool_free(pool);
}

static void assert_refused(read_fn *read, const char *bytes, size_t len)
{
    struct pm_pool *pool = pm_pool_new();
    struct pm_node *root = NULL;

    ck_assert_msg(read(pool, bytes, len, &root) == PM_ERR_REPLY, "'%s' was taken", bytes);
    pm_pool_free(pool);
}

START_TEST(test_node_reads_json)
{
    static const struct {
        const char *text, *tree;
    } rows[] = {
        {"{\"status\":\"ok\",\"data\":305}", "{status:\"ok\",data:305}"},
        {"[]", "[]"},
        {" [ 1 , -2.5 , 1306929600000 , true , false , null ] ",
         "[1,-2.5,1306929600000,true,false,null]"},
        {"[0.1,1e300]", "[0.10000000000000001,1.0000000000000001e+300]"},
        {"[{\"a\":[{\"b\":\"Z\\u00fcrich\\n\"}]}]", "[{a:[{b:\"Z\xc3\xbcrich\n\"}]}]"},
        {"\"a\\\\u0000\"", "\"a\\u0000\""},
        {"{\"a\":1,\"a\":2}", "{a:1,a:2}"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_tree(pm_node_read_json, rows[i].text, rows[i].tree);
}
END_TEST

START_TEST(test_node_refuses_what_is_no_json)
{
    static const char *const rows[] = {"",       "{",           "{}x",           "[1,]",
                                       "<html>", "{\"a\"}",     "[\"\\u0000\"]", "nul",
                                       "'a'",    "{\"a\":1}{}", "\"\\ud800\"",   "\xff"};
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_refused(pm_node_read_json, rows[i], strlen(rows[i]));
    assert_refused(pm_node_read_json, "[1]\0", 4);
}
END_TEST

START_TEST(test_node_refuses_deep_nesting)
{
    char text[200001];

    memset(text, '[', 100000);
    memset(text + 100000, ']', 100000);
    text[200000] = '\0';
    assert_refused(pm_node_read_json, text, 200000);
    text[0] = '\0';
    for (size_t i = 0; i < 1000; i++)
        (void)strcat(text, "<a>");
    assert_refused(pm_node_read_xml, text, strlen(text));
}
END_TEST

START_TEST(test_node_reads_xml_into_the_shape_of_json)
{
    static const struct {
        const char *text, *tree;
    } rows[] = {
        {"<result><status>ok</status><data>305</data></result>", "{status:\"ok\",data:\"305\"}"},
        {"<monitors></monitors>", "[]"},
        {"<monitors/>", "[]"},
        {"<monitors><monitor><id>1</id><tag>t</tag></monitor><monitor><id>2</id></monitor>"
         "</monitors>",
         "[{id:\"1\",tag:\"t\"},{id:\"2\"}]"},
        {"<monitor><id>1</id><resultParams><item><name>a</name><uom/></item></resultParams>"
         "<monitorParams/></monitor>",
         "{id:\"1\",resultParams:[{name:\"a\",uom:\"\"}],monitorParams:[]}"},
        {"<error>Invalid api key</error>", "{error:\"Invalid api key\"}"},
        {"<status>Invalid monitorId</status>", "{status:\"Invalid monitorId\"}"},
        {"<results>\n <result>\n  <a>x &amp; &lt;y&gt; &#252;</a>\n </result>\n</results>",
         "[{a:\"x & <y> \xc3\xbc\"}]"},
        {"<?xml version=\"1.0\"?><!-- hello --><result><a><![CDATA[<b>]]></a></result>",
         "{a:\"<b>\"}"},
        {"<result><authToken>3TVQ</authToken></result>", "{authToken:\"3TVQ\"}"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_tree(pm_node_read_xml, rows[i].text, rows[i].tree);
}
END_TEST

START_TEST(test_node_refuses_what_is_no_plain_xml)
{
    static const char *const rows[] = {
        "",
        "<",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a>&undefined;</a>",
        "<a>\x01</a>",
        "<a>\xff</a>",
        "text",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>",
        "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>",
        "<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/a.dtd\"><a/>",
        "<?php echo 1 ?><a/>",
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_refused(pm_node_read_xml, rows[i], strlen(rows[i]));
}
END_TEST

START_TEST(test_node_reads_only_whole_decimal_numbers)
{
    static const struct {
        const char *text;
        int result;
        int64_t value;
    } rows[] = {
        {"\"305\"", 0, 305},
        {"305", 0, 305},
        {"-7", 0, -7},
        {"\"\"", -1, 0},
        {"\" 5\"", -1, 0},
        {"\"5x\"", -1, 0},
        {"1.5", -1, 0},
        {"\"0x10\"", -1, 0},
        {"true", -1, 0},
        {"null", -1, 0},
        {"[]", -1, 0},
        {"\"9223372036854775808\"", -1, 0},
        {"\"9223372036854775807\"", 0, INT64_MAX},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_pool *pool = pm_pool_new();
        struct pm_node *root = NULL;
        int64_t value = 0;

        ck_assert_int_eq(pm_node_read_json(pool, rows[i].text, strlen(rows[i].text), &root), 0);
        ck_assert_msg(pm_node_int(root, &value) == rows[i].result, "%s", rows[i].text);
        ck_assert_int_eq(value, rows[i].value);
        pm_pool_free(pool);
    }
    ck_assert_int_eq(pm_node_int(NULL, NULL), -1);
}
END_TEST

/* ---- verdict ---- */

static int judge(int status, const char *body, struct pm_error *err)
{
    char *copy = strdup(body);
    const struct pm_answer answer = {.status = status,
                                     .body = copy,
                                     .len = strlen(body),
                                     .date_ms = 1306929600000,
                                     .retry_after_ms = 2000,
                                     .location = "https://elsewhere.example/"};
    struct pm_pool *pool = pm_pool_new();
    const struct pm_node *root;
    int r;

    pm_error_init(err);
    r = pm_response_judge(&answer, pool, &root, err);
    pm_pool_free(pool);
    free(copy);
    return r;
}

START_TEST(test_response_has_a_verdict_on_every_answer)
{
    static const struct {
        int status;
        const char *body;
        int code;
        int vendor_code;
        const char *vendor_text;
    } rows[] = {
        {200, "{\"status\":\"ok\",\"data\":null}", 0, 0, ""},
        {200, "{\"status\":\"OK\"}", 0, 0, ""},
        {200, "[]", 0, 0, ""},
        {200, "<monitors/>", 0, 0, ""},
        {200, "{\"error\":null,\"authToken\":\"A\"}", 0, 0, ""},
        {200, "{\"error\":\"Invalid api key\"}", PM_ERR_REFUSED, 0, "Invalid api key"},
        {200, "{\"status\":\"monitorNameExists\"}", PM_ERR_REFUSED, 0, "monitorNameExists"},
        {200, "<error>no</error>", PM_ERR_REFUSED, 0, "no"},
        {400, "{\"status\":\"Invalid monitorId\"}", PM_ERR_REFUSED, 0, "Invalid monitorId"},
        {403, "{\"error\":\"Authentication failure\"}", PM_ERR_REFUSED, 0,
         "Authentication failure"},
        {403, "{\"error\":\"Invalid or expired authToken\",\"errorCode\":4}", PM_ERR_REFUSED, 4,
         "Invalid or expired authToken"},
        {403, "{\"error\":\"x\",\"errorCode\":\"4\"}", PM_ERR_REFUSED, 4, "x"},
        {403, "{\"error\":\"x\",\"errorCode\":-4}", PM_ERR_REFUSED, 0, "x"},
        {403, "{\"error\":\"two\\nlines\\u001b[31m\"}", PM_ERR_REFUSED, 0,
         "two\\x0alines\\x1b[31m"},
        {403, "<html>Forbidden</html>", PM_ERR_REPLY, 0, ""},
        {403, "", PM_ERR_REPLY, 0, ""},
        {404, "{}", PM_ERR_REPLY, 0, ""},
        {200, "", PM_ERR_REPLY, 0, ""},
        {200, "<!DOCTYPE html><html></html>", PM_ERR_REPLY, 0, ""},
        {204, "", PM_ERR_REPLY, 0, ""},
        {301, "", PM_ERR_CONFIG, 0, ""},
        {302, "{\"status\":\"ok\"}", PM_ERR_CONFIG, 0, ""},
        {408, "", PM_ERR_UNAVAILABLE, 0, ""},
        {425, "", PM_ERR_UNAVAILABLE, 0, ""},
        {429, "{\"error\":\"slow down\"}", PM_ERR_UNAVAILABLE, 0, "slow down"},
        {500, "{\"status\":\"ok\"}", PM_ERR_UNAVAILABLE, 0, ""},
        {503, "<html>", PM_ERR_UNAVAILABLE, 0, ""},
        {599, "", PM_ERR_UNAVAILABLE, 0, ""},
    };
    struct pm_error err;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(judge(rows[i].status, rows[i].body, &err) == rows[i].code, "%d '%s': %s",
                      rows[i].status, rows[i].body, err.message);
        ck_assert_int_eq(err.http_status, rows[i].status);
        ck_assert_int_eq(err.vendor_code, rows[i].vendor_code);
        ck_assert_str_eq(err.vendor_text, rows[i].vendor_text);
        ck_assert_int_eq(err.server_date_ms, 1306929600000);
        ck_assert_int_eq(err.retry_after_ms, 2000);
        ck_assert_int_eq(err.maybe_done, rows[i].status >= 500);
        ck_assert_int_eq(judge(rows[i].status, rows[i].body, NULL), rows[i].code);
    }
}
END_TEST

START_TEST(test_response_says_where_a_redirect_leads)
{
    struct pm_error err;

    (void)judge(301, "", &err);
    ck_assert_ptr_nonnull(strstr(err.message, "https://elsewhere.example/"));
}
END_TEST

START_TEST(test_response_clips_long_texts)
{
    char body[2000] = "{\"error\":\"";
    struct pm_error err;

    memset(body + strlen(body), 'x', 1500);
    (void)strcat(body, "\"}");
    ck_assert_int_eq(judge(400, body, &err), PM_ERR_REFUSED);
    ck_assert_uint_eq(strlen(err.vendor_text), PM_ERROR_TEXT_SIZE - 1);
}
END_TEST

START_TEST(test_error_codes_have_texts_and_reactions)
{
    int code;

    for (code = 0; code >= PM_ERR_MIN; code--)
        ck_assert_str_ne(pm_err_text(code), "unknown error");
    ck_assert_str_eq(pm_err_text(PM_ERR_MIN - 1), "unknown error");
    ck_assert_str_eq(pm_err_text(1), "unknown error");
    ck_assert(pm_err_is_retryable(PM_ERR_NETWORK));
    ck_assert(pm_err_is_retryable(PM_ERR_UNAVAILABLE));
    ck_assert(!pm_err_is_retryable(PM_ERR_REFUSED));
    ck_assert(!pm_err_is_retryable(0));
    ck_assert(!pm_err_is_retryable(PM_ERR_MIN - 1));
}
END_TEST

/* ---- typed reading ---- */

static struct pm_pool *pool;
static struct pm_node *root;

static void parse(const char *text)
{
    pool = pm_pool_new();
    ck_assert_int_eq(
        (text[0] == '<' ? pm_node_read_xml : pm_node_read_json)(pool, text, strlen(text), &root),
        0);
}

START_TEST(test_response_reads_tokens)
{
    static const char *const refused[] = {
        "{}",
        "[]",
        "{\"authToken\":\"\"}",
        "{\"authToken\":\"a b\"}",
        "{\"authToken\":\"a\\n\"}",
        "{\"authToken\":null}",
        ("{\"authToken\":\"0123456789012345678901234567890123456789012345678901234567890123456789"
         "0123456789012345678901234567890123456789012345678901234567890\"}"),
    };
    char token[PM_TOKEN_SIZE];
    size_t i;

    parse("{\"authToken\":\"3TVQN32TIP1DN71OB4GOML1D7N\"}");
    ck_assert_int_eq(pm_response_read_token(root, token, NULL), 0);
    ck_assert_str_eq(token, "3TVQN32TIP1DN71OB4GOML1D7N");
    pm_pool_free(pool);
    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        parse(refused[i]);
        ck_assert_int_eq(pm_response_read_token(root, token, NULL), PM_ERR_REPLY);
        pm_pool_free(pool);
    }
}
END_TEST

START_TEST(test_response_reads_ids)
{
    static const struct {
        const char *text;
        int code;
    } rows[] = {
        {"{\"status\":\"ok\",\"data\":305}", 0},
        {"<result><status>ok</status><data>305</data></result>", 0},
        {"{\"status\":\"ok\",\"data\":null}", PM_ERR_REPLY},
        {"{\"status\":\"ok\",\"data\":0}", PM_ERR_REPLY},
        {"{\"status\":\"ok\",\"data\":-1}", PM_ERR_REPLY},
        {"{\"status\":\"ok\"}", PM_ERR_REPLY},
        {"[305]", PM_ERR_REPLY},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t id = -5;

        parse(rows[i].text);
        ck_assert_int_eq(pm_response_read_id(root, &id, NULL), rows[i].code);
        ck_assert_int_eq(id, rows[i].code == 0 ? 305 : -5);
        pm_pool_free(pool);
    }
}
END_TEST

START_TEST(test_response_reads_lists_of_monitors)
{
    static const char *const texts[] = {
        "[{\"id\":\"305\",\"tag\":\"t\",\"name\":\"n\",\"type\":\"custom\"}]",
        "<monitors><monitor><id>305</id><tag>t</tag><name>n</name><type>custom</type></monitor>"
        "</monitors>",
    };
    struct pm_monitor_list list;
    size_t i;

    for (i = 0; i < 2; i++) {
        parse(texts[i]);
        ck_assert_int_eq(pm_response_read_monitors(root, false, pool, &list, NULL), 0);
        ck_assert_uint_eq(list.count, 1);
        ck_assert_int_eq(list.items[0].id, 305);
        ck_assert_str_eq(list.items[0].name, "n");
        ck_assert_str_eq(list.items[0].tag, "t");
        ck_assert_str_eq(list.items[0].type, "custom");
        ck_assert_uint_eq(list.items[0].result_params.count, 0);
        pm_pool_free(pool);
    }
}
END_TEST

START_TEST(test_response_refuses_odd_lists_of_monitors)
{
    static const char *const rows[] = {
        "{}",
        "\"x\"",
        "[1]",
        "[{}]",
        "[{\"id\":\"x\"}]",
        "[{\"id\":0}]",
        "[[]]",
        "[{\"id\":1,\"resultParams\":\"x\"}]",
        "[{\"id\":1,\"monitorParams\":[1]}]",
    };
    struct pm_monitor_list list;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        parse(rows[i]);
        ck_assert_msg(pm_response_read_monitors(root, false, pool, &list, NULL) == PM_ERR_REPLY,
                      "'%s' was taken", rows[i]);
        pm_pool_free(pool);
    }
}
END_TEST

START_TEST(test_response_reads_a_monitor_with_its_parameters)
{
    struct pm_monitor_list list;

    parse(
        "{\"id\":\"305\",\"name\":\"n\",\"tag\":\"t\",\"type\":\"custom\",\"resultParams\":"
        "[{\"id\":\"1021\",\"name\":\"user_login\",\"displayName\":\"Login Name\",\"uom\":"
        "\"logins\",\"dataType\":\"3\"}],\"additionalResultParams\":[],\"monitorParams\":[{"
        "\"id\":\"1025\",\"name\":\"bar\",\"displayName\":\"\",\"value\":\"5\",\"dataType\":9}]}");
    ck_assert_int_eq(pm_response_read_monitors(root, true, pool, &list, NULL), 0);
    ck_assert_uint_eq(list.items[0].result_params.count, 1);
    ck_assert_str_eq(list.items[0].result_params.items[0].display_name, "Login Name");
    ck_assert_str_eq(list.items[0].result_params.items[0].uom, "logins");
    ck_assert_int_eq(list.items[0].result_params.items[0].data_type, PM_TYPE_STRING);
    ck_assert_str_eq(list.items[0].monitor_params.items[0].value, "5");
    ck_assert_int_eq(list.items[0].monitor_params.items[0].data_type, 0); /* no such type */
    ck_assert_int_eq(pm_response_read_monitors(root, false, pool, &list, NULL), PM_ERR_REPLY);
    pm_pool_free(pool);
}
END_TEST

START_TEST(test_response_reads_rows)
{
    struct pm_row_list list;

    parse("[{\"user_login\":\"root\",\"n\":5,\"checkTime\":\"2011-06-01 12:00\","
          "\"checkTimeInGMT\":1306929600000},{\"user_login\":\"\"},{}]");
    ck_assert_int_eq(pm_response_read_rows(root, pool, &list, NULL), 0);
    ck_assert_uint_eq(list.count, 3);
    ck_assert_uint_eq(list.items[0].count, 2);
    ck_assert_str_eq(list.items[0].values[0].name, "user_login");
    ck_assert_str_eq(list.items[0].values[0].value, "root");
    ck_assert_str_eq(list.items[0].values[1].value, "5");
    ck_assert_str_eq(list.items[0].checktime_text, "2011-06-01 12:00");
    ck_assert_int_eq(list.items[0].checktime_ms, 1306929600000);
    ck_assert_int_eq(list.items[1].checktime_ms, -1);
    ck_assert_uint_eq(list.items[2].count, 0);
    pm_pool_free(pool);

    parse("{\"a\":1}");
    ck_assert_int_eq(pm_response_read_rows(root, pool, &list, NULL), PM_ERR_REPLY);
    pm_pool_free(pool);
    parse("[[1]]");
    ck_assert_int_eq(pm_response_read_rows(root, pool, &list, NULL), PM_ERR_REPLY);
    pm_pool_free(pool);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_node_reads_json),
    TEST(test_node_refuses_what_is_no_json),
    TEST(test_node_refuses_deep_nesting),
    TEST(test_node_reads_xml_into_the_shape_of_json),
    TEST(test_node_refuses_what_is_no_plain_xml),
    TEST(test_node_reads_only_whole_decimal_numbers),
    TEST(test_response_has_a_verdict_on_every_answer),
    TEST(test_response_says_where_a_redirect_leads),
    TEST(test_response_clips_long_texts),
    TEST(test_error_codes_have_texts_and_reactions),
    TEST(test_response_reads_tokens),
    TEST(test_response_reads_ids),
    TEST(test_response_reads_lists_of_monitors),
    TEST(test_response_refuses_odd_lists_of_monitors),
    TEST(test_response_reads_a_monitor_with_its_parameters),
    TEST(test_response_reads_rows),
};

TEST_MAIN("response", cases)
