/*
 * Who may see and do what on the dashboard: passwords and guesses, roles, forms of other sites, and
 * every path with the session of another account.
 */
#include "dashboard_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "dashboard_session.h"
#include "journal.h"

#define ALICE "alice@example.org"

/* Alice's account 1 with monitor 1, and Bob's account 2 with monitor 2, whose user is "bobs-row".
 */
static void fill_two_people(struct site *unused)
{
    const struct fa_journal_entry entry = {
        .time_ms = T0,
        .account_id = 2,
        .status = 200,
        .peer = "192.0.2.66",
        .method = "POST",
        .path = "/customMonitorApi",
        .action = "bobs-action",
        .apikey = "KEYTWO",
        .checksum = "",
        .reason = "",
        .section = "",
        .deviations = "",
        .diagnosis = "",
        .mistake = "",
        .fault = "",
        .reply_type = "",
        .expected = "",
        .signed_as = "",
    };

    (void)unused;
    add_account_of("KEYONE", "Alice's account", ALICE);
    add_account_of("KEYTWO", "Bob's account", "bob");
    add_monitor(1, "Alice's monitor");
    add_monitor(2, "Bob's monitor");
    add_row(1, T0, 0, "alices-row");
    add_row(2, T0, 0, "bobs-row");
    ck_assert_int_eq(fa_journal_add(site.journal, &entry), 1);
    fa_journal_settle(site.journal, false, 0);
}

/* ---- forms ---- */

/* Send a form as a browser would, with further header fields. */
static struct answer post(const char *path, const char *form, const char *fields)
{
    char more[600];

    (void)snprintf(more, sizeof(more),
                   "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n%s"
                   "\r\n%s",
                   strlen(form), fields, form);
    return request_with_body("POST", path, more);
}

static int post_status(const char *path, const char *form, const char *fields)
{
    struct answer answer = post(path, form, fields);
    int status = answer.status;

    free(answer.text);
    return status;
}

/* Sign in with a password. Returns the status; on success the site has the cookie. */
static int sign_in_as(const char *user, const char *password)
{
    char form[300];
    struct answer answer;
    char *cookie;
    int status;

    (void)snprintf(form, sizeof(form), "user=%s&password=%s", user, password);
    answer = post("/dashboard/signin", form, "");
    cookie = field_of(&answer, "Set-Cookie");
    status = answer.status;
    if (status == 303)
        (void)snprintf(site.cookie, sizeof(site.cookie), "%.*s", (int)strcspn(cookie, ";"), cookie);
    free(cookie);
    free(answer.text);
    return status;
}

/* The mark that each form of a page carries. */
static void read_csrf(const char *path, char *csrf, size_t size)
{
    struct answer answer = get(path);
    const char *at = strstr(answer.body, "name=\"csrf\" value=\"");

    ck_assert_ptr_nonnull(at);
    at += strlen("name=\"csrf\" value=\"");
    (void)snprintf(csrf, size, "csrf=%.*s", (int)strcspn(at, "\""), at);
    free(answer.text);
}

/* ---- links ---- */

/* Use a link for one account. Returns the status; on success the site has the cookie. */
static int sign_in_to(const char *apikey, bool is_deleted_first)
{
    const struct fa_principal *account = fa_accounts_find(site.app.accounts, apikey);
    char path[FA_LINK_PATH_SIZE];
    struct answer answer;
    char *cookie;
    int status;

    ck_assert_int_eq(fa_links_add(&site.app.links, account->account.id, pm_clock_mono_ms(), path),
                     0);
    if (is_deleted_first) {
        ck_assert_int_eq(fa_store_account_delete(site.store, account->account.id), 0);
        ck_assert_int_eq(fa_accounts_reload(site.app.accounts), 0);
    }
    answer = get(path);
    status = answer.status;
    cookie = field_of(&answer, "Set-Cookie");
    (void)snprintf(site.cookie, sizeof(site.cookie), "%.*s", (int)strcspn(cookie, ";"), cookie);
    free(cookie);
    free(answer.text);
    return status;
}

START_TEST(test_access_by_a_link_for_one_account_shows_that_account)
{
    open_site(fill_two_people);
    ck_assert_int_eq(sign_in_to("KEYONE", false), 303);
    check_page("/dashboard/monitors/1", "alices-row", "Bob");
    check_status("/dashboard/monitors/2", 404);
    check_status("/dashboard/faults", 404);
    check_page("/dashboard/signins", "one-time link", NULL);
    close_site();
}
END_TEST

START_TEST(test_access_by_a_link_ends_with_its_account)
{
    open_site(fill_two_people);
    ck_assert_int_eq(sign_in_to("KEYONE", true), 401);
    ck_assert_str_eq(site.cookie, "");
    close_site();
}
END_TEST

/* ---- passwords ---- */

START_TEST(test_access_by_password_shows_the_own_account)
{
    struct answer answer;
    char *location;

    open_site(fill_two_people);
    ck_assert_int_eq(sign_in_as("alice%40example.org", "correct+horse"), 303);
    answer = get("/dashboard");
    location = field_of(&answer, "Location");
    ck_assert_str_eq(location, "/dashboard/accounts/KEYONE");
    free(location);
    free(answer.text);
    check_page("/dashboard/monitors/1", "alices-row", "Bob");
    check_page("/dashboard/signins", "alice@example.org", "one-time link");
    close_site();
}
END_TEST

START_TEST(test_access_needs_the_right_password)
{
    static const char *const wrong[][2] = {
        {"alice%40example.org", "wrong"}, {"alice%40example.org", ""}, {"", ""},
        {"nobody", "correct+horse"},      {"", "correct+horse"},
    };
    size_t i;

    open_site(fill_two_people);
    for (i = 0; i < PM_ARRAY_LEN(wrong); i++) {
        struct answer answer;
        char form[200];

        (void)snprintf(form, sizeof(form), "user=%s&password=%s", wrong[i][0], wrong[i][1]);
        answer = post("/dashboard/signin", form, "");
        ck_assert_int_eq(answer.status, 401);
        ck_assert_ptr_nonnull(strstr(answer.body, "No account has this user and password."));
        ck_assert_ptr_null(strcasestr(answer.head, "Set-Cookie"));
        free(answer.text);
    }
    close_site();
}
END_TEST

START_TEST(test_access_slows_those_who_guess)
{
    struct answer answer;
    char *retry;
    int i;

    open_site(fill_two_people);
    for (i = 0; i < FA_GUESS_MAX; i++)
        ck_assert_int_eq(sign_in_as("bob", "wrong"), 401);
    answer = post("/dashboard/signin", "user=bob&password=correct+horse", "");
    ck_assert_int_eq(answer.status, 429); /* even the right one waits */
    retry = field_of(&answer, "Retry-After");
    ck_assert_int_ge(atoi(retry), 1);
    ck_assert_int_le(atoi(retry), FA_GUESS_PAUSE_MS / 1000 + 1);
    ck_assert_ptr_nonnull(strstr(answer.body, "Too many wrong attempts"));
    free(retry);
    free(answer.text);
    sign_in();
    check_page("/dashboard/signins", "too many attempts", NULL);
    check_page("/dashboard/signins", "wrong password", NULL);
    close_site();
}
END_TEST

START_TEST(test_access_leads_back_to_where_one_wanted_to_go)
{
    static const struct {
        const char *next, *location;
    } rows[] = {
        {"%2Fdashboard%2Fmonitors%2F1%3Fq%3Dx", "/dashboard/monitors/1?q=x"},
        {"https%3A%2F%2Fevil.example%2F", "/dashboard"},
        {"%2F%2Fevil.example%2F", "/dashboard"},
        {"%2Fdashboard.evil.example", "/dashboard"},
        {"%2Fdashboard%2F%0D%0ASet-Cookie%3A%20x", "/dashboard"},
        {"%2Fdashboard%2F%5C%5Cevil.example", "/dashboard"},
    };
    size_t i;

    open_site(fill_two_people);
    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        char form[300];
        struct answer answer;
        char *location;

        (void)snprintf(form, sizeof(form), "user=bob&password=correct+horse&next=%s", rows[i].next);
        answer = post("/dashboard/signin", form, "");
        location = field_of(&answer, "Location");
        ck_assert_int_eq(answer.status, 303);
        ck_assert_str_eq(location, rows[i].location);
        free(location);
        free(answer.text);
    }
    close_site();
}
END_TEST

START_TEST(test_access_ends_with_signing_out)
{
    char csrf[100], cookie[100];

    open_site(fill_two_people);
    ck_assert_int_eq(sign_in_as("bob", "correct+horse"), 303);
    read_csrf("/dashboard/monitors/2", csrf, sizeof(csrf));
    memcpy(cookie, site.cookie, sizeof(cookie));
    ck_assert_int_eq(post_status("/dashboard/signout", csrf, ""), 303);
    check_status("/dashboard/monitors/2", 401);
    memcpy(site.cookie, cookie, sizeof(cookie)); /* whoever kept the cookie has nothing */
    check_status("/dashboard/monitors/2", 401);
    close_site();
}
END_TEST

static void store_for_bob(struct site *unused)
{
    (void)unused;
    add_row(2, T0 + 1, 0, "bobs-next-row");
    ck_assert_int_eq(fa_store_commit(site.store), 0);
}

/* Read until the text came, or to the end. Returns all of it; the caller frees it. */
static char *read_until(int fd, const char *wanted)
{
    struct pm_buf text;
    char chunk[2000];
    ssize_t len = 1;

    pm_buf_init(&text, 1 << 20);
    while (len > 0 && !(text.data && wanted && strstr(text.data, wanted))) {
        len = recv(fd, chunk, sizeof(chunk), 0);
        ck_assert_int_ge(len, 0);
        ck_assert_int_eq(pm_buf_add(&text, chunk, (size_t)len), 0);
    }
    return pm_buf_take(&text);
}

START_TEST(test_access_by_a_stream_ends_with_signing_out)
{
    static const char *const paths[] = {"/dashboard/monitors/2/events?after=9",
                                        "/dashboard/accounts/KEYTWO/events?after=9"};
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(paths); i++) {
        PM_AUTO_FREE char *head = NULL;
        PM_AUTO_FREE char *rest = NULL;
        char csrf[100];
        int fd;

        open_site(fill_two_people);
        ck_assert_int_eq(sign_in_as("bob", "correct+horse"), 303);
        read_csrf("/dashboard/monitors/2", csrf, sizeof(csrf));
        fd = connect_there();
        send_request(fd, "GET", paths[i], "Connection: close\r\n\r\n");
        head = read_until(fd, "retry: ");
        ck_assert_int_eq(post_status("/dashboard/signout", csrf, ""), 303);
        run_there(store_for_bob);
        rest = read_until(fd, NULL);
        ck_assert_ptr_null(strstr(rest, "bobs-next-row"));
        (void)close(fd);
        close_site();
    }
}
END_TEST

/* ---- forms of other sites ---- */

START_TEST(test_access_takes_forms_of_its_own_pages_only)
{
    char csrf[100], form[200];

    open_site(fill_two_people);
    sign_in();
    read_csrf("/dashboard/accounts/KEYONE/monitors", csrf, sizeof(csrf));
    (void)snprintf(form, sizeof(form), "%s&monitor=1&as=table", csrf);
    ck_assert_int_eq(post_status("/dashboard/accounts/KEYONE/windows", "monitor=1", ""), 403);
    ck_assert_int_eq(post_status("/dashboard/accounts/KEYONE/windows", "csrf=&monitor=1", ""), 403);
    ck_assert_int_eq(post_status("/dashboard/accounts/KEYONE/windows",
                                 "csrf=0123456789abcdef0123456789abcdef&monitor=1", ""),
                     403);
    ck_assert_int_eq(
        post_status("/dashboard/accounts/KEYONE/windows", form, "Origin: http://evil.example\r\n"),
        403);
    ck_assert_int_eq(post_status("/dashboard/accounts/KEYONE/windows", form, "Origin: null\r\n"),
                     403);
    ck_assert_int_eq(
        post_status("/dashboard/accounts/KEYONE/windows", form, "Sec-Fetch-Site: cross-site\r\n"),
        403);
    ck_assert_int_eq(post_status("/dashboard/signin", "user=bob&password=correct+horse",
                                 "Origin: http://evil.example\r\n"),
                     403);
    check_page("/dashboard/accounts/KEYONE", "No window yet", NULL);
    ck_assert_int_eq(post_status("/dashboard/accounts/KEYONE/windows", form,
                                 "Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n"),
                     303);
    check_page("/dashboard/accounts/KEYONE", "alices-row", "No window yet");
    close_site();
}
END_TEST

/* ---- another account ---- */

/* Every path there is, as it is about Bob. */
static const char *const paths_of_bob[] = {
    "/dashboard/monitors/2/counts.json",
    "/dashboard/accounts/KEYTWO/tags/loginMonitor/counts.json",
    "/dashboard/accounts/KEYTWO",
    "/dashboard/accounts/KEYTWO/events",
    "/dashboard/accounts/KEYTWO/monitors",
    "/dashboard/accounts/KEYTWO/tags/loginMonitor",
    "/dashboard/accounts/KEYTWO/tags/loginMonitor/events",
    "/dashboard/accounts/KEYTWO/tags/loginMonitor/rows.csv",
    "/dashboard/accounts/KEYTWO/tags/loginMonitor/rows.json",
    "/dashboard/monitors/2",
    "/dashboard/monitors/2/events",
    "/dashboard/monitors/2/rows.csv",
    "/dashboard/monitors/2/rows.json",
    "/dashboard/requests/1",
    "/dashboard/requests/1/curl",
    "/dashboard/requests/1/vector",
    "/dashboard/expectations?account=KEYTWO",
    "/dashboard/accounts",
    "/dashboard/faults",
    "/dashboard/clock",
    "/dashboard/confirm/reset-account?account=KEYTWO",
    "/dashboard/confirm/delete-account?account=KEYONE",
};

START_TEST(test_access_to_another_account_finds_nothing)
{
    size_t i;

    open_site(fill_two_people);
    ck_assert_int_eq(sign_in_as("alice%40example.org", "correct+horse"), 303);
    for (i = 0; i < PM_ARRAY_LEN(paths_of_bob); i++) {
        struct answer answer = get(paths_of_bob[i]);

        ck_assert_msg(answer.status == 404, "%s: %d", paths_of_bob[i], answer.status);
        ck_assert_ptr_null(strstr(answer.body, "bobs-"));
        ck_assert_ptr_null(strstr(answer.body, "Bob"));
        free(answer.text);
    }
    check_page("/dashboard/requests", "No request yet", "bobs-action");
    check_page("/dashboard/requests?q=bobs", "None of these", "bobs-action");
    check_page("/dashboard/accounts/KEYONE", NULL, "Bob");
    check_page("/dashboard/accounts/KEYONE/tags/loginMonitor", "alices-row", "bobs-row");
    close_site();
}
END_TEST

START_TEST(test_access_to_another_account_changes_nothing)
{
    static const char *const paths[] = {
        "/dashboard/accounts/KEYTWO/windows",
        "/dashboard/accounts/KEYTWO/windows/1",
        "/dashboard/accounts",
        "/dashboard/faults",
        "/dashboard/faults/change",
        "/dashboard/clock",
        "/dashboard/confirm/reset-all",
        "/dashboard/confirm/delete-account",
        "/dashboard/confirm/reset-account",
    };
    char csrf[100], form[300];
    size_t i;

    open_site(fill_two_people);
    ck_assert_int_eq(sign_in_as("alice%40example.org", "correct+horse"), 303);
    read_csrf("/dashboard/accounts/KEYONE", csrf, sizeof(csrf));
    for (i = 0; i < PM_ARRAY_LEN(paths); i++) {
        (void)snprintf(form, sizeof(form), "%s&account=KEYTWO&monitor=2&change=remove", csrf);
        ck_assert_msg(post_status(paths[i], form, "") == 404, "%s", paths[i]);
    }
    /* Bob's monitor does not come to Alice's windows either. */
    (void)snprintf(form, sizeof(form), "%s&monitor=2&as=table", csrf);
    ck_assert_int_eq(post_status("/dashboard/accounts/KEYONE/windows", form, ""), 404);
    check_page("/dashboard/accounts/KEYONE", "No window yet", "bobs-row");
    close_site();
}
END_TEST

START_TEST(test_access_of_admins_is_to_all)
{
    size_t i;

    open_site(fill_two_people);
    sign_in();
    for (i = 0; i < PM_ARRAY_LEN(paths_of_bob); i++)
        if (!strstr(paths_of_bob[i], "/events") && !strstr(paths_of_bob[i], "/expectations") &&
            !strstr(paths_of_bob[i], "/vector") && !strstr(paths_of_bob[i], "/faults"))
            check_status(paths_of_bob[i], 200);
    check_page("/dashboard/requests", "bobs-action", NULL);
    check_status("/dashboard/accounts/KEYNONE", 404);
    close_site();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_access_by_a_link_for_one_account_shows_that_account),
    TEST(test_access_by_a_link_ends_with_its_account),
    TEST(test_access_by_password_shows_the_own_account),
    TEST(test_access_needs_the_right_password),
    TEST(test_access_slows_those_who_guess),
    TEST(test_access_leads_back_to_where_one_wanted_to_go),
    TEST(test_access_ends_with_signing_out),
    TEST(test_access_by_a_stream_ends_with_signing_out),
    TEST(test_access_takes_forms_of_its_own_pages_only),
    TEST(test_access_to_another_account_finds_nothing),
    TEST(test_access_to_another_account_changes_nothing),
    TEST(test_access_of_admins_is_to_all),
};

TEST_MAIN("dashboard_access", cases)
