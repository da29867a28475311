/*
 * Bad input from a client that may do everything else: each is refused as PROTOCOL.md §4 says, for
 * a reason that the journal tells, nothing of it is stored, and the server goes on.
 */
#include "suite.h"

#include <cjson/cJSON.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf.h"
#include "site.h"

#define BODY_MAX (1024 * 1024)
#define REFUSED  "{\"status\":\"Invalid "

/* A token is as good as a checksum, and leaves the bytes of the body to the test. */
static char token[27];

static void take_token(void)
{
    const char *start;

    site_get_target("/api?action=authToken&apikey=" SITE_KEY "&secretkey=" SITE_SECRET);
    start = strstr(site_reply.body, "authToken\":\"");
    ck_assert_ptr_nonnull(start);
    memcpy(token, start + strlen("authToken\":\""), sizeof(token) - 1);
}

static void start(void)
{
    site_start(FA_PROFILE_STRICT, NULL);
    site_do("/customMonitorApi", "addMonitor", "name", "m", "tag", "t", "resultParams",
            "user_login:Login Name:logins:3;1 st<:First:n:3", "additionalResultParams", "d:D::3",
            NULL);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
    take_token();
}

static void begin(struct pm_buf *body, const char *action)
{
    pm_buf_init(body, 4 * BODY_MAX);
    (void)pm_buf_addf(body, "action=%s&apikey=" SITE_KEY "&validation=token&authToken=%s", action,
                      token);
}

static void begin_result(struct pm_buf *body)
{
    begin(body, "addResult");
    (void)pm_buf_adds(body, "&monitorId=1&checktime=1306929600000&");
}

static void post(struct pm_buf *body)
{
    ck_assert(!body->failed);
    peer_post(fa_server_port(site), "/customMonitorApi", body->data, body->len, &site_reply);
    pm_buf_clear(body);
}

static void assert_nothing_stored(const char *what)
{
    ck_assert_msg(fa_server_rows(site, 1) == 0, "%s: stored", what);
    peer_get(fa_server_port(site), "/__fake/ready", &site_reply);
    ck_assert_msg(site_reply.status == 200, "%s: the server is gone", what);
}

static void assert_refused(const char *what, const char *body, const char *reason)
{
    char *noted = fa_server_journal_reason(site, NULL);

    ck_assert_msg(site_reply.status == 400 && strcmp(site_reply.body, body) == 0, "%s: %d %s", what,
                  site_reply.status, site_reply.body);
    ck_assert_msg(strstr(noted, reason) != NULL, "%s: noted as: %s", what, noted);
    free(noted);
    assert_nothing_stored(what);
}

#define BYTES(text) text, sizeof(text) - 1
#define GOOD        "results=user_login:x"
#define NO_TEXT     "not UTF-8, or holds a NUL"

START_TEST(test_bytes_that_are_no_text_are_refused)
{
    static const struct {
        const char *what;
        const char *bytes;
        size_t len;
        const char *body;
        const char *reason;
    } rows[] = {
        {"an encoded NUL", BYTES("results=user_login:a%00b"), REFUSED "results\"}", NO_TEXT},
        {"a raw NUL", BYTES("results=user_login:a\0b"), REFUSED "results\"}", NO_TEXT},
        {"a raw byte", BYTES("results=user_login:\xff"), REFUSED "results\"}", NO_TEXT},
        {"an encoded byte", BYTES("results=user_login:%FE"), REFUSED "results\"}", NO_TEXT},
        {"an overlong form", BYTES("results=user_login:%C0%80"), REFUSED "results\"}", NO_TEXT},
        {"half a pair", BYTES("results=user_login:%ED%A0%80"), REFUSED "results\"}", NO_TEXT},
        {"beyond Unicode", BYTES("results=user_login:%F4%90%80%80"), REFUSED "results\"}", NO_TEXT},
        {"a cut character", BYTES("results=user_login:%E2%82"), REFUSED "results\"}", NO_TEXT},
        {"in additional results", BYTES(GOOD "&additionalResults=[%22%FF%22]"),
         REFUSED "additionalResults\"}", NO_TEXT},
        {"in a parameter's name", BYTES(GOOD "&a%FFb=1"),
         REFUSED "a\xef\xbf\xbd"
                 "b\"}",
         "is no parameter of addResult"},
        {"a NUL in a parameter's name", BYTES(GOOD "&more%00=1"), REFUSED "more\"}",
         "is no parameter of addResult"},
        {"controls in a name", BYTES(GOOD "&%01%1B%0A=1"), REFUSED "\\u0001\\u001b\\u000a\"}",
         "is no parameter of addResult"},
        {"markup in a name", BYTES(GOOD "&<b>%22=1"), REFUSED "<b>\\\"\"}",
         "is no parameter of addResult"},
        {"no name", BYTES(GOOD "&=1"), REFUSED "\"}", "is no parameter of addResult"},
    };
    struct pm_buf body;
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin_result(&body);
        (void)pm_buf_add(&body, rows[i].bytes, rows[i].len);
        post(&body);
        assert_refused(rows[i].what, rows[i].body, rows[i].reason);
    }
    ck_assert_uint_eq(fa_server_journal_count(site, "addResult", FA_VERDICT_REFUSED), i);
    site_stop();
}
END_TEST

START_TEST(test_refusals_in_xml_are_xml_whatever_they_name)
{
    static const struct {
        const char *bytes;
        const char *body;
    } rows[] = {
        {"%3Cb%3E%26=1", "<error>Invalid &lt;b&gt;&amp;</error>"},
        {"%01%1B%0B=1", "<error>Invalid </error>"},
        {"a%EF%BF%BEb%FF=1", "<error>Invalid ab</error>"},
        {"]]%3E=1", "<error>Invalid ]]&gt;</error>"},
    };
    struct pm_buf body;
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin_result(&body);
        (void)pm_buf_addf(&body, GOOD "&output=xml&%s", rows[i].bytes);
        post(&body);
        assert_refused(rows[i].bytes, rows[i].body, "is no parameter of addResult");
    }
    site_stop();
}
END_TEST

/* Names and values that XML cannot carry are no bad input: JSON can. The XML is XML all the same.
 */
START_TEST(test_what_xml_cannot_carry_does_not_spoil_it)
{
    static const char query[] = "action=getMonitorResults&monitorId=1&year=2011&month=6&day=1";
    struct pm_buf body;
    xmlDocPtr document;
    cJSON *json;

    start();
    begin_result(&body);
    (void)pm_buf_adds(&body, "results=user_login:a%2501%251B%250Bb%25EF%25BF%25BE;1+st<:%253Cx");
    post(&body);
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    site_get(query);
    json = cJSON_Parse(site_reply.body);
    ck_assert_str_eq(cJSON_GetObjectItem(cJSON_GetArrayItem(json, 0), "user_login")->valuestring,
                     "a\x01\x1b\x0b"
                     "b\xef\xbf\xbe");
    cJSON_Delete(json);
    site_expect_part("\"1 st<\":\"<x\"");

    site_get_target("/customMonitorApi?apikey=" SITE_KEY
                    "&action=getMonitorResults&monitorId=1&year=2011&month=6&day=1&output=xml");
    document = xmlReadMemory(site_reply.body, (int)strlen(site_reply.body), NULL, "UTF-8",
                             XML_PARSE_NONET | XML_PARSE_NOERROR);
    ck_assert_ptr_nonnull(document);
    xmlFreeDoc(document);
    site_expect_part("<user_login>ab</user_login>");
    site_expect_part("<_1_st_>&lt;x</_1_st_>");
    site_stop();
}
END_TEST

START_TEST(test_names_that_xml_cannot_carry_are_refused)
{
    static const char *const rows[] = {
        "name=a%01b&tag=t&resultParams=x:X::3",        "name=n&tag=a%EF%BF%BE&resultParams=x:X::3",
        "name=n&tag=t&resultParams=x%2501:X::3",       "name=n&tag=t&resultParams=x:X%251B::3",
        "name=n&tag=t&resultParams=x:X::3&type=a%0Bb",
    };
    struct pm_buf body;
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin(&body, "addMonitor");
        (void)pm_buf_addf(&body, "&%s", rows[i]);
        post(&body);
        ck_assert_int_eq(site_reply.status, 400);
        site_expect_part("{\"status\":\"Invalid ");
    }
    site_get("action=getMonitors");
    site_expect(200, "[{\"id\":\"1\",\"tag\":\"t\",\"name\":\"m\",\"type\":\"custom\"}]");
    site_stop();
}
END_TEST

START_TEST(test_duplicate_names_are_refused)
{
    static const char *const rows[] = {
        GOOD "&results=user_login:y",       GOOD "&" GOOD,   GOOD "&RESULTS=user_login:y",
        GOOD "&%72esults=user_login:y",     GOOD "&results", "results=&" GOOD,
        "results=&results=&results=&" GOOD,
    };
    struct pm_buf body;
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin_result(&body);
        (void)pm_buf_adds(&body, rows[i]);
        post(&body);
        assert_refused(rows[i], REFUSED "results\"}", "given twice");
    }
    begin_result(&body);
    (void)pm_buf_adds(&body, GOOD);
    peer_post(fa_server_port(site), "/customMonitorApi?Results=user_login:y", body.data, body.len,
              &site_reply); /* the body's would count */
    pm_buf_clear(&body);
    assert_refused("query and body", REFUSED "results\"}", "given twice");
    site_stop();
}
END_TEST

static void add_many(struct pm_buf *body, const char *text, size_t count)
{
    while (count-- > 0)
        (void)pm_buf_adds(body, text);
}

START_TEST(test_deep_and_broken_json_is_refused)
{
    static const struct {
        const char *what;
        const char *begin;
        const char *repeated;
        size_t count;
    } rows[] = {
        {"beyond the depth", "", "[", 33},
        {"very deep lists", "", "[", 60000},
        {"very deep objects", "", "{a:", 20000},
        {"deep in a member", "[[{details:", "[", 1000},
        {"ends in a string", "[[{d:\"x", "y", 1},
        {"ends after a backslash", "[[{d:\"x", "\\", 1},
        {"ends in an escape", "[[{d:\"\\u00", "4", 1},
        {"a NUL escaped", "[[{d:\"\\u000", "0\"}]]", 1},
        {"half a pair", "[[{d:\"\\ud83d", "\"}]]", 1},
        {"only commas", "", ",", 1000},
        {"closed twice", "[[]]", "]", 1},
    };
    struct pm_buf body;
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin_result(&body);
        (void)pm_buf_addf(&body, GOOD "&additionalResults=%s", rows[i].begin);
        add_many(&body, rows[i].repeated, rows[i].count);
        post(&body);
        assert_refused(rows[i].what, REFUSED "additionalResults\"}", "");
    }
    site_stop();
}
END_TEST

START_TEST(test_ten_thousand_parameters_are_too_many)
{
    struct pm_buf body;
    int i;

    start();
    begin_result(&body);
    (void)pm_buf_adds(&body, GOOD);
    for (i = 0; i < 10000; i++)
        (void)pm_buf_addf(&body, "&p%d=%d", i, i);
    post(&body);
    assert_refused("10,000 parameters", "{\"status\":\"Too many parameters\"}", "more than 1000");

    begin_result(&body); /* it has seven */
    (void)pm_buf_adds(&body, GOOD);
    add_many(&body, "&x", 993);
    post(&body);
    assert_refused("1,000 parameters", REFUSED "x\"}", "is no parameter of addResult");
    site_stop();
}
END_TEST

START_TEST(test_ten_thousand_results_are_too_many)
{
    struct pm_buf body;

    start();
    begin_result(&body);
    (void)pm_buf_adds(&body, "results=");
    add_many(&body, "a:b;", 10000);
    post(&body);
    assert_refused("10,000 results", REFUSED "results\"}", "too many entries");
    site_stop();
}
END_TEST

/* Empty pieces are nothing, so a body of any size can be a good one. */
START_TEST(test_a_body_of_one_mebibyte_is_taken_and_one_byte_more_refused)
{
    struct pm_buf body;

    start();
    begin_result(&body);
    (void)pm_buf_adds(&body, GOOD);
    add_many(&body, "&", BODY_MAX + 1 - body.len);
    post(&body);
    site_expect(413, "{\"error\":\"Request too large\"}");
    assert_nothing_stored("one byte over 1 MiB");

    begin_result(&body);
    (void)pm_buf_adds(&body, GOOD);
    add_many(&body, "&", BODY_MAX - body.len);
    ck_assert_uint_eq(body.len, BODY_MAX);
    post(&body);
    site_expect(200, "{\"status\":\"ok\",\"data\":null}");
    ck_assert_int_eq(fa_server_rows(site, 1), 1);
    site_stop();
}
END_TEST

START_TEST(test_one_mebibyte_of_any_kind_is_answered)
{
    static const char *const rows[] = {"%", "%00", "=", "a=1&", "\xff", "%25", "+", ";", ":", "["};
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_buf body;

        begin_result(&body);
        (void)pm_buf_adds(&body, "results=");
        add_many(&body, rows[i], (BODY_MAX - body.len) / strlen(rows[i]));
        post(&body);
        ck_assert_msg(site_reply.status == 400, "%s: %d", rows[i], site_reply.status);
        ck_assert_uint_lt(strlen(site_reply.body), 200);
        assert_nothing_stored(rows[i]);
    }
    site_stop();
}
END_TEST

START_TEST(test_what_is_not_http_is_answered_by_closing)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
        {BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")}, /* TLS */
        {BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")},
        {BYTES("SSH-2.0-OpenSSH_9.2\r\n\r\n")},
        {BYTES("GET\r\n\r\n")},
        {BYTES("GET /api\0 HTTP/1.1\r\nHost: h\r\n\r\n")},
        {BYTES("GET /api HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n")},
    };
    size_t i;

    start();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int fd = peer_connect(fa_server_port(site));

        peer_send(fd, rows[i].bytes, rows[i].len);
        ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
        peer_read(fd, &site_reply);
        ck_assert_msg(site_reply.status == 0 || site_reply.status >= 400, "row %zu: %d", i,
                      site_reply.status);
        (void)close(fd);
        assert_nothing_stored("not HTTP");
    }
    site_stop();
}
END_TEST

START_TEST(test_endless_heads_are_refused)
{
    struct pm_buf head;

    start();
    pm_buf_init(&head, 2 * BODY_MAX);
    (void)pm_buf_adds(&head, "GET /customMonitorApi?");
    add_many(&head, "a=1&", BODY_MAX / 4);
    (void)pm_buf_adds(&head, " HTTP/1.1\r\nHost: h\r\n\r\n");
    peer_exchange(fa_server_port(site), head.data, head.len, &site_reply);
    ck_assert(site_reply.status == 0 || site_reply.status >= 400);
    assert_nothing_stored("a target of 1 MiB");

    pm_buf_reset(&head);
    (void)pm_buf_adds(&head, "GET /__fake/ready HTTP/1.1\r\nHost: h\r\n");
    add_many(&head, "X: y\r\n", 20000);
    (void)pm_buf_adds(&head, "\r\n");
    peer_exchange(fa_server_port(site), head.data, head.len, &site_reply);
    ck_assert(site_reply.status == 0 || site_reply.status >= 400);
    assert_nothing_stored("20,000 fields");
    pm_buf_clear(&head);
    site_stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_bytes_that_are_no_text_are_refused),
    TEST(test_refusals_in_xml_are_xml_whatever_they_name),
    TEST(test_what_xml_cannot_carry_does_not_spoil_it),
    TEST(test_names_that_xml_cannot_carry_are_refused),
    TEST(test_duplicate_names_are_refused),
    TEST(test_deep_and_broken_json_is_refused),
    TEST(test_ten_thousand_parameters_are_too_many),
    TEST(test_ten_thousand_results_are_too_many),
    TEST(test_a_body_of_one_mebibyte_is_taken_and_one_byte_more_refused),
    TEST(test_one_mebibyte_of_any_kind_is_answered),
    TEST(test_what_is_not_http_is_answered_by_closing),
    TEST(test_endless_heads_are_refused),
};

TEST_MAIN("bad_input", cases)
