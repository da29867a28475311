/* The dashboard over HTTP: who may see it, what it shows, and how new rows reach a browser. */
#include "dashboard_site.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "dashboard_model.h"
#include "dashboard_session.h"
#include "http.h"
#include "journal.h"
#include "store.h"

static void fill_one_account(struct site *unused)
{
    (void)unused;
    add_account("KEYONE", "first account");
}

static void fill_two_accounts(struct site *unused)
{
    (void)unused;
    add_account("KEYONE", "first account");
    add_account("KEY/TWO?&", "");
}

/* Monitor 1 with two rows, monitor 2 without any. */
static void fill_monitors(struct site *unused)
{
    int64_t account_id;

    (void)unused;
    account_id = add_account("KEYONE", "first account");
    ck_assert_int_eq(add_monitor(account_id, "Login Monitor"), 1);
    ck_assert_int_eq(add_monitor(account_id, "Quiet Monitor"), 2);
    add_row(1, T0, 0, "alice");
    add_row(1, T0 + 1500, 0, "bob");
}

#define HOSTILE_NAME "\"><img src=x onerror=\"document.title='ran'\">{{constructor}}"
#define HOSTILE_USER "<script>alert(1)</script>\x1b[31m\u202egpj.exe\n&amp;'\xff"

static void fill_hostile(struct site *unused)
{
    static char endless[5000];
    int64_t account_id;

    (void)unused;
    account_id = add_account("<b>KEY</b>", "<i>account</i>");
    add_monitor(account_id, HOSTILE_NAME);
    add_row(1, T0, 0, HOSTILE_USER);
    memset(endless, 'x', sizeof(endless) - 1);
    add_row(1, T0 + 1, 0, endless);
}

/* 120 rows, every third checktime with three of them. */
static void fill_many(struct site *unused)
{
    int64_t account_id, i;

    (void)unused;
    account_id = add_account("KEYONE", "first account");
    add_monitor(account_id, "Busy Monitor");
    for (i = 0; i < 120; i++) {
        char user[20];

        (void)snprintf(user, sizeof(user), "user-%03d.", (int)i);
        add_row(1, T0 + i / 3, i % 3, user);
    }
}

static void fill_many_monitors(struct site *unused)
{
    int64_t account_id, i;

    (void)unused;
    account_id = add_account("KEYONE", "first account");
    for (i = 0; i < 201; i++)
        add_monitor(account_id, "One of Many");
}

#define REQUEST_BODY "action=addResult&results=user%3Aroot%20%3Cb%3E%00&secretkey=***&empty=&bare"

static void add_request(enum fa_verdict verdict, const char *action, const char *reason)
{
    const struct fa_journal_entry entry = {
        .time_ms = T0,
        .duration_us = 1250,
        .status = verdict == FA_VERDICT_ACCEPTED ? 200 : 400,
        .verdict = verdict,
        .peer = "192.0.2.7",
        .method = "POST",
        .path = "/customMonitorApi",
        .action = action,
        .apikey = "KEYONE",
        .body = {REQUEST_BODY, sizeof(REQUEST_BODY) - 1, sizeof(REQUEST_BODY) - 1},
        .checksum = "abc=",
        .reason = reason,
        .section = reason[0] ? "2.3" : "",
        .deviations = verdict == FA_VERDICT_ACCEPTED ? "no timestamp\nlate <token>" : "",
        .diagnosis = reason[0] ? "signed: a<b\n         ^ here" : "",
    };

    ck_assert_int_gt(fa_journal_add(site.journal, &entry), 0);
}

static void fill_requests(struct site *unused)
{
    (void)unused;
    add_request(FA_VERDICT_ACCEPTED, "addResult", "");
    add_request(FA_VERDICT_REFUSED, "<i>action</i>", "the checksum is wrong");
}

/* 150 requests, every third refused. */
static void fill_many_requests(struct site *unused)
{
    char action[20];
    int i;

    (void)unused;
    for (i = 1; i <= 150; i++) {
        (void)snprintf(action, sizeof(action), "action-%03d.", i);
        add_request(i % 3 == 0 ? FA_VERDICT_REFUSED : FA_VERDICT_ACCEPTED, action, "");
    }
}

/* ---- who may see it ---- */

START_TEST(test_dashboard_signs_in_by_the_printed_address)
{
    char path[FA_LINK_PATH_SIZE];
    struct answer answer;
    char *cookie, *location;

    open_site(fill_one_account);
    ck_assert_int_eq(fa_links_add(&site.app.links, 0, pm_clock_mono_ms(), path), 0);
    answer = get(path);
    ck_assert_int_eq(answer.status, 303);
    location = field_of(&answer, "Location");
    ck_assert_str_eq(location, "/dashboard");
    cookie = field_of(&answer, "Set-Cookie");
    ck_assert_ptr_nonnull(
        strstr(cookie, "; Path=/dashboard; Max-Age=43200; HttpOnly; SameSite=Strict"));
    free(cookie);
    free(location);
    free(answer.text);
    close_site();
}
END_TEST

static const char *token_of(const char *path)
{
    return strchr(path, '=') + 1;
}

START_TEST(test_dashboard_link_is_good_once)
{
    char path[FA_LINK_PATH_SIZE];
    struct answer answer;
    char *cookie;

    open_site(fill_one_account);
    ck_assert_int_eq(fa_links_add(&site.app.links, 0, pm_clock_mono_ms(), path), 0);
    answer = request_with_body("HEAD", path, "\r\n");
    ck_assert_int_eq(answer.status, 200); /* a program that looks does not use it up */
    free(answer.text);
    answer = request_with_body("GET", path, "Sec-Purpose: prefetch\r\n\r\n");
    ck_assert_int_eq(answer.status, 503);
    free(answer.text);
    check_status(path, 303);
    answer = get(path);
    cookie = field_of(&answer, "Set-Cookie");
    ck_assert_int_eq(answer.status, 401);
    ck_assert_str_eq(cookie, "");
    ck_assert_ptr_nonnull(strstr(answer.body, "paidmonitor-fakeapi ctl signin"));
    free(cookie);
    free(answer.text);
    close_site();
}
END_TEST

START_TEST(test_dashboard_links_end_and_are_bounded)
{
    struct fa_links links = {0};
    char first[FA_LINK_PATH_SIZE], path[FA_LINK_PATH_SIZE];
    int64_t account_id = -1;
    int i;

    ck_assert_int_eq(fa_links_add(&links, 7, 1000, first), 0);
    ck_assert_int_eq(fa_links_use(&links, token_of(first), 1000 + FA_LINK_LIFETIME_MS, &account_id),
                     -1);
    ck_assert_int_eq(fa_links_use(&links, "", 1000, &account_id), -1);
    ck_assert_int_eq(fa_links_use(&links, token_of(first), 999 + FA_LINK_LIFETIME_MS, &account_id),
                     0);
    ck_assert_int_eq(account_id, 7);
    ck_assert_int_eq(fa_links_add(&links, 0, 1000, first), 0);
    for (i = 0; i < FA_LINK_COUNT; i++)
        ck_assert_int_eq(fa_links_add(&links, i, 1001 + i, path), 0);
    ck_assert_int_eq(fa_links_use(&links, token_of(first), 2000, &account_id), -1);
    ck_assert_int_eq(fa_links_use(&links, token_of(path), 2000, &account_id), 0);
    ck_assert_int_eq(account_id, FA_LINK_COUNT - 1);
}
END_TEST

START_TEST(test_dashboard_refuses_other_tokens)
{
    static const char *const paths[] = {
        "/dashboard/signin?token",
        "/dashboard/signin?token=",
        "/dashboard/signin?token=0123456789abcdef0123456789abcdef",
        "/dashboard/signin?token=%00",
        "/dashboard/signin?token=%zz",
        "/dashboard/signin?xtoken=0123456789abcdef0123456789abcdef",
        "/dashboard/signin?token=0123456789abcdef0123456789abcdef0123456789abcdef",
    };
    size_t i;

    open_site(fill_one_account);
    for (i = 0; i < PM_ARRAY_LEN(paths); i++) {
        struct answer answer = get(paths[i]);
        char *cookie = field_of(&answer, "Set-Cookie");

        ck_assert_int_eq(answer.status, 401);
        ck_assert_str_eq(cookie, "");
        free(cookie);
        free(answer.text);
    }
    close_site();
}
END_TEST

START_TEST(test_dashboard_shows_nothing_without_a_session)
{
    static const char *const paths[] = {
        "/dashboard",
        "/dashboard/",
        "/dashboard/accounts/KEYONE",
        "/dashboard/monitors/1",
        "/dashboard/monitors/1/events",
        "/dashboard/requests",
        "/dashboard/requests/1",
        "/dashboard/nothing",
    };
    static const char *const cookies[] = {
        "", "other=1", "paidmonitor=", "paidmonitor_1=0123456789abcdef0123456789abcdef"};
    size_t i, k;

    open_site(fill_monitors);
    for (k = 0; k < PM_ARRAY_LEN(cookies); k++) {
        (void)snprintf(site.cookie, sizeof(site.cookie), "%s", cookies[k]);
        for (i = 0; i < PM_ARRAY_LEN(paths); i++) {
            struct answer answer = get(paths[i]);

            ck_assert_int_eq(answer.status, 401);
            ck_assert_ptr_null(strstr(answer.body, "alice"));
            ck_assert_ptr_null(strstr(answer.body, "first account"));
            ck_assert_ptr_nonnull(strstr(answer.body, "paidmonitor-fakeapi printed"));
            free(answer.text);
        }
    }
    check_status("/dashboard/assets/dashboard.css", 200);
    close_site();
}
END_TEST

START_TEST(test_sessions_end_and_the_oldest_makes_room)
{
    static struct fa_sessions sessions;
    char ids[FA_SESSION_COUNT + 1][FA_SESSION_ID_SIZE];
    size_t i;

    for (i = 0; i <= FA_SESSION_COUNT; i++) {
        const struct fa_session *session = fa_sessions_begin(&sessions, 0, 1000 + (int64_t)i);

        ck_assert_ptr_nonnull(session);
        memcpy(ids[i], session->id, sizeof(ids[i]));
    }
    ck_assert_ptr_null(fa_sessions_find(&sessions, ids[0], 2000));
    ck_assert_ptr_nonnull(fa_sessions_find(&sessions, ids[1], 2000));
    ck_assert_ptr_nonnull(fa_sessions_find(&sessions, ids[1], 1001 + FA_SESSION_LIFETIME_MS - 1));
    ck_assert_ptr_null(fa_sessions_find(&sessions, ids[1], 1001 + FA_SESSION_LIFETIME_MS));
    ck_assert_ptr_null(fa_sessions_find(&sessions, "", 0));
    ck_assert_ptr_null(fa_sessions_find(&sessions, "", 0));
    fa_sessions_end(&sessions, ids[1]);
    ck_assert_ptr_null(fa_sessions_find(&sessions, ids[1], 2000));
}
END_TEST

START_TEST(test_sessions_let_nobody_guess_quickly)
{
    static struct fa_sessions sessions;
    int i;

    for (i = 0; i < FA_GUESS_MAX; i++)
        ck_assert_int_eq(fa_sessions_guess(&sessions, "192.0.2.7", 1000), 0);
    ck_assert_int_eq(fa_sessions_guess(&sessions, "192.0.2.7", 1000), FA_GUESS_PAUSE_MS);
    ck_assert_int_eq(fa_sessions_guess(&sessions, "192.0.2.8", 1000), 0);
    ck_assert_int_eq(fa_sessions_guess(&sessions, "192.0.2.7", 1000 + FA_GUESS_PAUSE_MS), 0);
    ck_assert_int_gt(fa_sessions_guess(&sessions, "192.0.2.7", 1000 + FA_GUESS_PAUSE_MS), 0);
    /* Right ones are free, but open no door to more wrong ones. */
    for (i = 0; i < 100; i++)
        if (fa_sessions_guess(&sessions, "192.0.2.7", 1000 + 2 * FA_GUESS_PAUSE_MS) == 0)
            fa_sessions_guessed(&sessions, "192.0.2.7");
    ck_assert_int_eq(fa_sessions_guess(&sessions, "192.0.2.7", 1000 + 2 * FA_GUESS_PAUSE_MS), 0);
    ck_assert_int_gt(fa_sessions_guess(&sessions, "192.0.2.7", 1000 + 2 * FA_GUESS_PAUSE_MS), 0);
}
END_TEST

START_TEST(test_dashboard_takes_the_methods_of_each_page)
{
    struct answer answer;
    char *allow;

    open_site(fill_one_account);
    sign_in();
    answer = request("POST", "/dashboard", "Content-Length: 0\r\n");
    ck_assert_int_eq(answer.status, 405);
    allow = field_of(&answer, "Allow");
    ck_assert_str_eq(allow, "GET, HEAD");
    free(allow);
    free(answer.text);
    answer = request("GET", "/dashboard/accounts/KEYONE/windows", "");
    ck_assert_int_eq(answer.status, 405);
    allow = field_of(&answer, "Allow");
    ck_assert_str_eq(allow, "POST");
    free(allow);
    free(answer.text);
    answer = request("HEAD", "/dashboard/accounts/KEYONE", "");
    ck_assert_int_eq(answer.status, 200);
    ck_assert_str_eq(answer.body, "");
    free(answer.text);
    close_site();
}
END_TEST

START_TEST(test_dashboard_lets_browsers_run_its_own_files_only)
{
    static const char *const paths[] = {
        "/dashboard/accounts/KEYONE", "/dashboard/monitors/1",     "/dashboard/nothing",
        "/dashboard/signin?token=x",  "/dashboard/assets/live.js",
    };
    size_t i;

    open_site(fill_monitors);
    sign_in();
    for (i = 0; i < PM_ARRAY_LEN(paths); i++) {
        struct answer answer = get(paths[i]);
        char *policy = field_of(&answer, "Content-Security-Policy");
        char *sniff = field_of(&answer, "X-Content-Type-Options");
        char *referrer = field_of(&answer, "Referrer-Policy");
        char *cache = field_of(&answer, "Cache-Control");

        ck_assert_str_eq(policy, "default-src 'none'; script-src 'self'; style-src 'self'; "
                                 "connect-src 'self'; img-src 'self' data:; form-action 'self'; "
                                 "frame-ancestors 'none'; base-uri 'none'");
        ck_assert_str_eq(sniff, "nosniff");
        ck_assert_str_eq(referrer, "same-origin");
        ck_assert_str_eq(cache, "no-store");
        free(policy);
        free(sniff);
        free(referrer);
        free(cache);
        free(answer.text);
    }
    close_site();
}
END_TEST

/* ---- pages ---- */

START_TEST(test_dashboard_goes_straight_to_the_only_account)
{
    struct answer answer;
    char *location;

    open_site(fill_one_account);
    sign_in();
    answer = get("/dashboard");
    location = field_of(&answer, "Location");
    ck_assert_int_eq(answer.status, 303);
    ck_assert_str_eq(location, "/dashboard/accounts/KEYONE");
    free(location);
    free(answer.text);
    check_page("/dashboard/accounts/KEYONE", "No monitor yet", "<table>");
    check_page("/dashboard/accounts/KEYONE", "--apikey KEYONE", NULL);
    close_site();
}
END_TEST

START_TEST(test_dashboard_lists_accounts)
{
    open_site(fill_two_accounts);
    sign_in();
    check_page("/dashboard", "href=\"/dashboard/accounts/KEYONE\">first account<", NULL);
    check_page("/dashboard/", "href=\"/dashboard/accounts/KEY%2FTWO%3F%26\">KEY/TWO?&#38;<", NULL);
    check_page("/dashboard/accounts/KEY%2FTWO%3F%26", "<h1 class=\"value\">KEY/TWO?&#38;</h1>",
               NULL);
    close_site();
}
END_TEST

START_TEST(test_dashboard_without_accounts_says_what_to_do)
{
    open_site(NULL);
    sign_in();
    check_page("/dashboard", "No account yet", "<table>");
    close_site();
}
END_TEST

START_TEST(test_dashboard_lists_monitors_with_totals)
{
    open_site(fill_monitors);
    sign_in();
    check_page("/dashboard/accounts/KEYONE/monitors",
               "href=\"/dashboard/monitors/1\">Login Monitor<", "SECRETSECRET");
    check_page("/dashboard/accounts/KEYONE/monitors", "<td class=\"number count\">2</td>", NULL);
    check_page("/dashboard/accounts/KEYONE/monitors",
               "<time datetime=\"2011-06-01T12:00:01.500Z\" title=\"2011-06-01 12:00:01.500 UTC\">"
               "2011-06-01 12:00:01</time>",
               NULL);
    check_page("/dashboard/accounts/KEYONE/monitors", "none yet", NULL);
    close_site();
}
END_TEST

START_TEST(test_dashboard_pages_long_lists_of_monitors)
{
    open_site(fill_many_monitors);
    sign_in();
    check_page("/dashboard/accounts/KEYONE/monitors", "href=\"/dashboard/monitors/200\"",
               "href=\"/dashboard/monitors/201\"");
    check_page("/dashboard/accounts/KEYONE/monitors",
               "href=\"/dashboard/accounts/KEYONE/monitors?after=200\"", "First monitors");
    check_page("/dashboard/accounts/KEYONE/monitors?after=200", "href=\"/dashboard/monitors/201\"",
               "href=\"/dashboard/monitors/200\"");
    check_page("/dashboard/accounts/KEYONE/monitors?after=200", "First monitors", "More monitors");
    close_site();
}
END_TEST

START_TEST(test_dashboard_shows_rows_newest_first)
{
    struct answer answer;

    open_site(fill_monitors);
    sign_in();
    answer = get("/dashboard/monitors/1");
    ck_assert_int_eq(answer.status, 200);
    ck_assert_ptr_nonnull(strstr(answer.body, "bob"));
    ck_assert_ptr_nonnull(strstr(strstr(answer.body, "bob"), "alice"));
    ck_assert_ptr_nonnull(strstr(answer.body, "data-name=\"time\" class=\"number\"><span "
                                              "class=\"value\">Duration</span><span "
                                              "class=\"unit value\">ms</span></th>"));
    ck_assert_ptr_nonnull(
        strstr(answer.body, "<td class=\"number\"><span class=\"value\">17</span></td>"));
    ck_assert_ptr_nonnull(
        strstr(answer.body, "data-events=\"/dashboard/monitors/1/events?after=2"));
    free(answer.text);
    check_page("/dashboard/monitors/2", "No result yet", NULL);
    close_site();
}
END_TEST

START_TEST(test_dashboard_does_not_find_what_is_not_there)
{
    static const char *const paths[] = {
        "/dashboard/accounts/KEYTWO",
        "/dashboard/accounts/",
        "/dashboard/accounts/%zz",
        "/dashboard/accounts/KEYONE/",
        "/dashboard/monitors/3",
        "/dashboard/monitors/0",
        "/dashboard/monitors/-1",
        "/dashboard/monitors/1x",
        "/dashboard/monitors/",
        "/dashboard/monitors/99999999999999999999",
        "/dashboard/monitors/1/",
        "/dashboard/monitors/1/other",
        "/dashboard/monitors/3/events",
        "/dashboard/monitors/x/events",
        "/dashboard/requests/0",
        "/dashboard/requests/1",
        "/dashboard/requests/x",
        "/dashboard/assets/none.js",
        "/dashboard/assets/..%2Fhead.html",
        "/dashboard/nothing",
        "/dashboard//",
    };
    size_t i;

    open_site(fill_monitors);
    sign_in();
    for (i = 0; i < PM_ARRAY_LEN(paths); i++)
        check_status(paths[i], 404);
    check_status("/dashboardx", 404);
    close_site();
}
END_TEST

/* Count the users on a page, each of which may be seen once; tells the address of the next page. */
static int tick_users(const char *body, bool *seen, char *next, size_t size)
{
    const char *at = strstr(body, "id=\"rows\""), *older;
    int count = 0, previous = 120;

    while ((at = strstr(at, "user-"))) {
        int user = atoi(at + 5);

        ck_assert_int_lt(user, previous);
        ck_assert(!seen[user]);
        seen[user] = true;
        previous = user;
        count++;
        at += 5;
    }
    older = strstr(body, "id=\"older\" href=\"");
    ck_assert_ptr_nonnull(older);
    older += strlen("id=\"older\" href=\"");
    (void)snprintf(next, size, "%.*s", (int)strcspn(older, "\""), older);
    return strncmp(older + strcspn(older, "\""), "\" hidden", 8) == 0 ? 0 : count;
}

START_TEST(test_dashboard_pages_through_all_rows_once)
{
    char path[200] = "/dashboard/monitors/1";
    bool seen[120] = {false};
    struct answer answer;
    int pages = 0, more, i;

    open_site(fill_many);
    sign_in();
    do {
        answer = get(path);
        ck_assert_int_eq(answer.status, 200);
        more = tick_users(answer.body, seen, path, sizeof(path));
        free(answer.text);
        pages++;
    } while (more);
    ck_assert_int_eq(pages, 3);
    for (i = 0; i < 120; i++)
        ck_assert(seen[i]);
    check_page("/dashboard/monitors/1?before=0.0", "No older rows", "<tr data-id=");
    check_page("/dashboard/monitors/1?before=junk", "user-119", "Older rows</p>");
    check_page("/dashboard/monitors/1?before=1.x", "user-119", "Older rows</p>");
    check_page("/dashboard/monitors/1?before=99999999999999999999.1", "user-119", NULL);
    close_site();
}
END_TEST

START_TEST(test_dashboard_shows_hostile_text_as_text)
{
    open_site(fill_hostile);
    sign_in();
    check_page("/dashboard/accounts/%3Cb%3EKEY%3C%2Fb%3E/monitors", "&#60;b&#62;KEY&#60;/b&#62;",
               "<b>KEY");
    check_page("/dashboard/accounts/%3Cb%3EKEY%3C%2Fb%3E/monitors", "&#60;i&#62;account",
               "<i>account");
    check_page("/dashboard/monitors/1",
               "&#34;&#62;&#60;img src=x onerror=&#34;document.title=&#39;ran&#39;&#34;&#62;"
               "{{constructor}}",
               "<img src=x");
    check_page("/dashboard/monitors/1",
               "&#60;script&#62;alert(1)&#60;/script&#62;\u27e8U+001B\u27e9[31m\u27e8U+202E\u27e9"
               "gpj.exe\u27e8U+000A\u27e9&#38;amp;&#39;\ufffd",
               "<script>alert");
    check_page("/dashboard/monitors/1", "xxx\u2026 (4999 bytes)", NULL);
    close_site();
}
END_TEST

START_TEST(test_dashboard_without_requests_says_so)
{
    open_site(NULL);
    sign_in();
    check_page("/dashboard/requests", "No request yet", "<tr data-id");
    check_page("/dashboard/requests?verdict=failed", "None of these", "<tr data-id");
    close_site();
}
END_TEST

START_TEST(test_dashboard_lists_requests_with_verdict_and_reason)
{
    struct answer answer;
    const char *refused;

    open_site(fill_requests);
    sign_in();
    answer = get("/dashboard/requests");
    refused = strstr(answer.body, "&#60;i&#62;action&#60;/i&#62;");
    ck_assert_ptr_nonnull(refused);
    ck_assert_ptr_nonnull(strstr(refused, "the checksum is wrong"));
    ck_assert_ptr_nonnull(strstr(refused, "href=\"/dashboard/requests/1\">addResult<"));
    ck_assert_ptr_nonnull(strstr(answer.body, "data-verdict=\"refused\">refused<"));
    ck_assert_ptr_nonnull(strstr(answer.body, "1.2 ms"));
    free(answer.text);
    check_page("/dashboard/requests?verdict=accepted", "addResult", "the checksum is wrong");
    check_page("/dashboard/requests?verdict=refused", "the checksum is wrong", "addResult");
    check_page("/dashboard/requests?verdict=junk", "the checksum is wrong", NULL);
    check_page("/dashboard/requests?before=2", "addResult", "the checksum is wrong");
    check_page("/dashboard/requests?before=junk", "the checksum is wrong", NULL);
    close_site();
}
END_TEST

START_TEST(test_dashboard_pages_through_requests)
{
    open_site(fill_many_requests);
    sign_in();
    check_page("/dashboard/requests", "action-051.", "action-050.");
    check_page("/dashboard/requests", "href=\"/dashboard/requests?before=51\"", NULL);
    check_page("/dashboard/requests?verdict=&before=51", "action-050.", "action-051.");
    check_page("/dashboard/requests?verdict=&before=51", "action-001.", ">Older<");
    check_page("/dashboard/requests?verdict=refused", "action-003.", "action-004.");
    close_site();
}
END_TEST

START_TEST(test_dashboard_explains_one_request)
{
    open_site(fill_requests);
    sign_in();
    check_page("/dashboard/requests/2", "the checksum is wrong (PROTOCOL.md §2.3)", NULL);
    check_page("/dashboard/requests/2", "signed: a&#60;b\n         ^ here\n</pre>", "signed: a<b");
    check_page("/dashboard/requests/2",
               "<code class=\"value wide\">user:root &#60;b&#62;\u27e8U+0000\u27e9</code>", NULL);
    check_page("/dashboard/requests/2", "<code class=\"value\">bare</code>", "Let pass");
    check_page("/dashboard/requests/1", "<li class=\"value\">late &#60;token&#62;</li>",
               "What is wrong with the checksum");
    close_site();
}
END_TEST

START_TEST(test_model_cuts_between_characters)
{
    static char text[FA_MODEL_TEXT_MAX + 100];
    cJSON *object = cJSON_CreateObject();
    const char *shown;

    memset(text, 'x', sizeof(text) - 1);
    memcpy(text + FA_MODEL_TEXT_MAX - 1, "\u2713", 3);
    fa_model_add_text(object, "text", text);
    shown = cJSON_GetObjectItemCaseSensitive(object, "text")->valuestring;
    ck_assert_str_eq(shown + FA_MODEL_TEXT_MAX - 2, "x\u2026 (1099 bytes)");
    cJSON_Delete(object);
}
END_TEST

/* ---- live rows ---- */

struct stream {
    int fd;
    struct pm_buf text;
};

static void open_stream(struct stream *stream, const char *path, const char *more)
{
    char fields[200];

    stream->fd = connect_there();
    pm_buf_init(&stream->text, 1 << 20);
    (void)snprintf(fields, sizeof(fields), "%s\r\n", more);
    send_request(stream->fd, "GET", path, fields);
}

/* Read until the text came. */
static void wait_for(struct stream *stream, const char *wanted)
{
    char chunk[4096];

    while (!stream->text.data || !strstr(stream->text.data, wanted)) {
        ssize_t len = recv(stream->fd, chunk, sizeof(chunk), 0);

        ck_assert_msg(len > 0, "'%s' did not come", wanted);
        ck_assert_int_eq(pm_buf_add(&stream->text, chunk, (size_t)len), 0);
    }
}

static void close_stream(struct stream *stream)
{
    (void)close(stream->fd);
    pm_buf_clear(&stream->text);
}

static void store_carol(struct site *unused)
{
    (void)unused;
    add_row(2, T0, 0, "not of this monitor");
    add_row(1, T0 + 2000, 0, "carol <b>");
    ck_assert_int_eq(fa_store_commit(site.store), 0);
}

static void store_dave(struct site *unused)
{
    (void)unused;
    add_row(1, T0 - 1000, 0, "dave");
    ck_assert_int_eq(fa_store_commit(site.store), 0);
}

static void merge_alice(struct site *unused)
{
    (void)unused;
    add_row(1, T0, 0, "alice changed");
    ck_assert_int_eq(fa_store_commit(site.store), 0);
}

static void store_flood(struct site *unused)
{
    int i;

    (void)unused;
    for (i = 0; i < 300; i++)
        add_row(1, T0 + 5000, i, "flood");
    ck_assert_int_eq(fa_store_commit(site.store), 0);
}

static void delete_monitor(struct site *unused)
{
    (void)unused;
    ck_assert_int_eq(fa_store_monitor_delete(site.store, 1, 1), 0);
    ck_assert_int_eq(fa_store_commit(site.store), 0);
}

START_TEST(test_events_bring_rows_as_they_are_stored)
{
    struct stream stream;

    open_site(fill_monitors);
    sign_in();
    open_stream(&stream, "/dashboard/monitors/1/events?after=2", "");
    wait_for(&stream, "retry: 1000\n\n");
    ck_assert_ptr_nonnull(strcasestr(stream.text.data, "content-type: text/event-stream"));
    ck_assert_ptr_null(strstr(stream.text.data, "\ndata: "));
    run_there(store_carol);
    wait_for(&stream, "\nid: 4\n");
    wait_for(&stream,
             "data: {\"monitor\":{\"id\":1,\"name\":\"Login Monitor\","
             "\"path\":\"/dashboard/monitors/"
             "1\"},\"rows\":[{\"id\":4,\"monitor_id\":1,\"checktime\":1306929602000,\"number\":0,"
             "\"time\":"
             "{\"utc\":\"2011-06-01 12:00:02\",\"exact\":\"2011-06-01 12:00:02.000 UTC\","
             "\"iso\":\"2011-06-01T12:00:02.000Z\"},\"cells\":[{\"name\":\"user\",\"text\":\"carol "
             "<b>\","
             "\"is_number\":false},{\"name\":\"time\",\"text\":\"17\",\"is_number\":true}]}]}\n\n");
    run_there(store_dave);
    wait_for(&stream, "id: 5\n");
    ck_assert_ptr_null(strstr(stream.text.data, "not of this monitor"));
    ck_assert_ptr_null(strstr(strstr(stream.text.data, "id: 5\n"), "carol"));
    close_stream(&stream);
    close_site();
}
END_TEST

START_TEST(test_events_catch_up_without_loss_or_doubles)
{
    struct stream stream;

    open_site(fill_monitors);
    sign_in();
    open_stream(&stream, "/dashboard/monitors/1/events?after=0", "Last-Event-ID: 1\r\n");
    wait_for(&stream, "id: 2\n");
    wait_for(&stream, "}\n\n");
    ck_assert_ptr_nonnull(strstr(stream.text.data, "bob"));
    ck_assert_ptr_null(strstr(stream.text.data, "alice"));
    close_stream(&stream);

    open_stream(&stream, "/dashboard/monitors/1/events?after=0", "");
    wait_for(&stream, "alice");
    wait_for(&stream, "bob");
    close_stream(&stream);

    check_status("/dashboard/monitors/1/events?after=x", 404);
    close_site();
}
END_TEST

START_TEST(test_events_ask_to_reload_what_they_do_not_tell)
{
    struct stream stream;

    open_site(fill_monitors);
    sign_in();
    open_stream(&stream, "/dashboard/monitors/1/events?after=2", "");
    wait_for(&stream, "retry: 1000\n\n");
    run_there(merge_alice);
    wait_for(&stream, "event: reload\ndata: {}\n\n");
    close_stream(&stream);

    open_stream(&stream, "/dashboard/monitors/1/events?after=2", "");
    wait_for(&stream, "retry: 1000\n\n");
    run_there(store_flood);
    wait_for(&stream, "event: reload\ndata: {}\n\n");
    ck_assert_ptr_null(strstr(stream.text.data, "flood"));
    close_stream(&stream);
    close_site();
}
END_TEST

START_TEST(test_events_end_with_the_monitor)
{
    struct stream stream, other;

    open_site(fill_monitors);
    sign_in();
    open_stream(&stream, "/dashboard/monitors/1/events", "");
    open_stream(&other, "/dashboard/monitors/2/events", "");
    wait_for(&stream, "retry: 1000\n\n");
    wait_for(&other, "retry: 1000\n\n");
    run_there(delete_monitor);
    wait_for(&stream, "event: gone\ndata: {}\n\n");
    wait_for(&stream, "\r\n0\r\n"); /* the last chunk */
    close_stream(&stream);
    close_site(); /* which ends the other */
    wait_for(&other, "\r\n0\r\n");
    ck_assert_ptr_null(strstr(other.text.data, "event:"));
    close_stream(&other);
}
END_TEST

START_TEST(test_events_need_more_than_a_head)
{
    struct answer answer;

    open_site(fill_monitors);
    sign_in();
    answer = request("HEAD", "/dashboard/monitors/1/events", "");
    ck_assert_int_eq(answer.status, 200);
    free(answer.text);
    run_there(store_carol); /* nobody is watching */
    check_status("/dashboard/monitors/1", 200);
    close_site();
}
END_TEST

START_TEST(test_events_reach_every_viewer)
{
    struct stream streams[20];
    size_t i;

    open_site(fill_monitors);
    sign_in();
    for (i = 0; i < PM_ARRAY_LEN(streams); i++) {
        open_stream(&streams[i], "/dashboard/monitors/1/events?after=2", "");
        wait_for(&streams[i], "retry: 1000\n\n");
    }
    close_stream(&streams[3]); /* who leaves does not disturb the others */
    run_there(store_carol);
    run_there(store_dave);
    for (i = 0; i < PM_ARRAY_LEN(streams); i++) {
        if (i == 3)
            continue;
        wait_for(&streams[i], "carol");
        wait_for(&streams[i], "dave");
        close_stream(&streams[i]);
    }
    close_site();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_dashboard_signs_in_by_the_printed_address),
    TEST(test_dashboard_link_is_good_once),
    TEST(test_dashboard_links_end_and_are_bounded),
    TEST(test_dashboard_refuses_other_tokens),
    TEST(test_dashboard_shows_nothing_without_a_session),
    TEST(test_sessions_end_and_the_oldest_makes_room),
    TEST(test_sessions_let_nobody_guess_quickly),
    TEST(test_dashboard_takes_the_methods_of_each_page),
    TEST(test_dashboard_lets_browsers_run_its_own_files_only),
    TEST(test_dashboard_goes_straight_to_the_only_account),
    TEST(test_dashboard_lists_accounts),
    TEST(test_dashboard_without_accounts_says_what_to_do),
    TEST(test_dashboard_lists_monitors_with_totals),
    TEST(test_dashboard_pages_long_lists_of_monitors),
    TEST(test_dashboard_shows_rows_newest_first),
    TEST(test_dashboard_does_not_find_what_is_not_there),
    TEST(test_dashboard_pages_through_all_rows_once),
    TEST(test_dashboard_shows_hostile_text_as_text),
    TEST(test_dashboard_without_requests_says_so),
    TEST(test_dashboard_lists_requests_with_verdict_and_reason),
    TEST(test_dashboard_pages_through_requests),
    TEST(test_dashboard_explains_one_request),
    TEST(test_model_cuts_between_characters),
    TEST(test_events_bring_rows_as_they_are_stored),
    TEST(test_events_catch_up_without_loss_or_doubles),
    TEST(test_events_ask_to_reload_what_they_do_not_tell),
    TEST(test_events_end_with_the_monitor),
    TEST(test_events_need_more_than_a_head),
    TEST(test_events_reach_every_viewer),
};

TEST_MAIN("dashboard", cases)
