/* Faults through the control API: added, listed, switched, removed, and kept apart by account. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "site.h"

/* One call; the reply is in site_reply. */
static void call(const char *method, const char *path, const char *body)
{
    char bytes[2048];

    snprintf(bytes, sizeof(bytes),
             "%s /__fake%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
             "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             method, path, strlen(body), body);
    peer_exchange(fa_server_port(site), bytes, strlen(bytes), &site_reply);
}

static void expect_call(const char *method, const char *path, const char *body, int status,
                        const char *answer)
{
    call(method, path, body);
    ck_assert_msg(site_reply.status == status, "%s %s: %d %s", method, path, site_reply.status,
                  site_reply.body);
    ck_assert_str_eq(site_reply.body, answer);
}

START_TEST(test_a_fault_is_added_shown_switched_and_removed)
{
    site_start(FA_PROFILE_STRICT, NULL);
    expect_call("GET", "/faults", "", 200, "{\"faults\":[]}");
    expect_call("POST", "/faults", "{\"id\":\"x\",\"effect\":{\"status\":503}}", 201,
                "{\"id\":\"x\",\"enabled\":true,\"seed\":1,\"effect\":{\"status\":503},"
                "\"matched\":0,\"applied\":0}");
    site_get("action=getMonitors");
    ck_assert_int_eq(site_reply.status, 503);
    expect_call("PATCH", "/faults/x", "{\"enabled\":false}", 200,
                "{\"id\":\"x\",\"enabled\":false,\"seed\":1,\"effect\":{\"status\":503},"
                "\"matched\":1,\"applied\":1}");
    site_get("action=getMonitors");
    ck_assert_int_eq(site_reply.status, 200);
    expect_call("GET", "/faults/x", "", 200,
                "{\"id\":\"x\",\"enabled\":false,\"seed\":1,\"effect\":{\"status\":503},"
                "\"matched\":1,\"applied\":1}");
    expect_call("DELETE", "/faults/x", "", 200, "{\"removed\":1}");
    expect_call("GET", "/faults", "", 200, "{\"faults\":[]}");
    site_stop();
}
END_TEST

START_TEST(test_wrong_faults_are_refused_with_the_member)
{
    site_start(FA_PROFILE_STRICT, NULL);
    expect_call("POST", "/faults", "{\"effect\":{\"status\":7}}", 400,
                "{\"error\":\"effect.status: must be a whole number from 200 to 599\","
                "\"hint\":\"FAULTS.md has an example of each\"}");
    expect_call("POST", "/faults", "{\"effect\":{\"tls\":\"alert\"}}", 400,
                "{\"error\":\"effect.tls: this server does not speak TLS: start it with --tls\","
                "\"hint\":\"FAULTS.md has an example of each\"}");
    call("POST", "/faults", "");
    ck_assert_int_eq(site_reply.status, 400);
    call("POST", "/faults", "{");
    ck_assert_int_eq(site_reply.status, 400);
    call("PATCH", "/faults/x", "{\"enabled\":true}");
    ck_assert_int_eq(site_reply.status, 404);
    call("DELETE", "/faults/x", "");
    ck_assert_int_eq(site_reply.status, 404);
    call("GET", "/faults/x", "");
    ck_assert_int_eq(site_reply.status, 404);
    call("GET", "/faults?account=NONE", "");
    ck_assert_int_ge(site_reply.status, 400);
    site_stop();
}
END_TEST

START_TEST(test_an_accounts_faults_are_its_own)
{
    site_start(FA_PROFILE_STRICT, NULL);
    ck_assert_int_eq(fa_server_account_add(site, "OTHER", "OTHERSECRET"), 0);
    call("POST", "/faults?account=OTHER", "{\"id\":\"x\",\"effect\":{\"status\":503}}");
    ck_assert_int_eq(site_reply.status, 201);
    call("POST", "/faults?account=" SITE_KEY, "{\"id\":\"x\",\"effect\":{\"status\":500}}");
    ck_assert_int_eq(site_reply.status, 201);
    site_get("action=getMonitors");
    ck_assert_int_eq(site_reply.status, 500);
    site_get_target("/customMonitorApi?action=getMonitors&apikey=OTHER");
    ck_assert_int_eq(site_reply.status, 503);
    expect_call("DELETE", "/faults?account=OTHER", "", 200, "{\"removed\":1}");
    site_get_target("/customMonitorApi?action=getMonitors&apikey=OTHER");
    ck_assert_int_eq(site_reply.status, 200);
    call("POST", "/accounts/" SITE_KEY "/reset", "");
    ck_assert_int_eq(site_reply.status, 200);
    expect_call("GET", "/faults", "", 200, "{\"faults\":[]}");
    site_stop();
}
END_TEST

START_TEST(test_several_faults_are_added_at_once_and_cleared)
{
    site_start(FA_PROFILE_STRICT, NULL);
    call("POST", "/faults", "[{\"effect\":{\"delay_ms\":1}},{\"effect\":{\"delay_ms\":2}}]");
    ck_assert_int_eq(site_reply.status, 201);
    ck_assert_ptr_nonnull(strstr(site_reply.body, "\"id\":\"f2\""));
    expect_call("DELETE", "/faults", "", 200, "{\"removed\":2}");
    site_stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_a_fault_is_added_shown_switched_and_removed),
    TEST(test_wrong_faults_are_refused_with_the_member),
    TEST(test_an_accounts_faults_are_its_own),
    TEST(test_several_faults_are_added_at_once_and_cleared),
};

TEST_MAIN("control_faults", cases)
