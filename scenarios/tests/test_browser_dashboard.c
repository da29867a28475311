/*
 * The dashboard in a real browser: signing in, rows newest first and live, hostile names that stay
 * text, and what is said when something is missing.
 */
#include "dashboard_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cleanup.h"

START_TEST(test_browser_is_told_how_to_sign_in)
{
    PM_AUTO_FREE char *url = NULL;

    open_all();
    go_to_monitor(1);
    check_text("h1", "Sign in");
    take_pictures("signin");
    sign_in();
    OK(sc_browser_url(browser, &url, &err));
    ck_assert_ptr_nonnull(strstr(url, "/dashboard/accounts/" APIKEY));
    check_text("h2", "No monitor yet");
    take_pictures("no-monitor");
    close_all();
}
END_TEST

START_TEST(test_browser_shows_rows_newest_first_and_new_ones_live)
{
    static const struct sc_browser_view kathmandu = {1280, 800, false, "Asia/Kathmandu"};
    int64_t id;

    open_all();
    id = add_monitor("Login Monitor web-1");
    add_login(id, T0, "alice", "192.0.2.7");
    add_login(id, T0 + 2000, "bob", "2001:db8::77");
    sign_in();
    OK(sc_browser_set_view(browser, &kathmandu, &err));
    open_custom_monitors();
    OK(sc_browser_click(browser, "tbody a", &err));
    wait_for("document.querySelector('.status')?.textContent === 'Live'");
    check_text("h1", "Login Monitor web-1");
    check_text("#row-count", "2");
    wait_for_cell(1, 1, "2011-06-01 17:45:02");
    wait_for_cell(1, 2, "bob");
    wait_for_cell(1, 3, "2001:db8::77");
    wait_for_cell(2, 2, "alice");

    OK(sc_browser_run(browser, "window.notReloaded = true", NULL, &err));
    add_login(id, T0 + 5000, "carol", "192.0.2.9");
    wait_for_cell(1, 2, "carol");
    wait_for_cell(1, 1, "2011-06-01 17:45:05");
    wait_for_cell(2, 2, "bob");
    add_login(id, T0 + 1000, "late dave", "192.0.2.10");
    wait_for_cell(3, 2, "late dave");
    wait_for_cell(4, 2, "alice");
    check_text("#row-count", "4");
    wait_for("document.querySelector('#last-result').textContent === '2011-06-01 17:45:05'");
    wait_for("window.notReloaded");
    check_quiet_console();
    close_all();
}
END_TEST

START_TEST(test_browser_fills_an_empty_monitor_live)
{
    int64_t id;

    open_all();
    id = add_monitor("Login Monitor web-1");
    sign_in();
    go_to_monitor(id);
    wait_for("document.querySelector('.status')?.textContent === 'Live'");
    check_text("#empty h2", "No result yet");
    take_pictures("no-row");
    wait_for("document.querySelector('.status')?.textContent === 'Live'");
    add_login(id, T0, "alice", "192.0.2.7");
    wait_for_cell(1, 2, "alice");
    wait_for("!document.querySelector('#empty') && !document.querySelector('#rows').hidden");
    check_quiet_console();
    close_all();
}
END_TEST

START_TEST(test_browser_follows_through_pages_and_loses_no_row)
{
    char user[20];
    int64_t id;
    int i;

    open_all();
    id = add_monitor("Login Monitor web-1");
    for (i = 1; i <= 60; i++) {
        (void)snprintf(user, sizeof(user), "user-%02d", i);
        add_login(id, T0 + i * 1000, user, "192.0.2.7");
    }
    sign_in();
    go_to_monitor(id);
    wait_for("document.querySelector('.status')?.textContent === 'Live'");
    wait_for_cell(50, 2, "user-11");
    add_login(id, T0 + 61000, "user-61", "192.0.2.7");
    wait_for_cell(1, 2, "user-61");
    wait_for_cell(50, 2, "user-12"); /* user-11 has moved to the next page */
    OK(sc_browser_click(browser, "#older", &err));
    wait_for_cell(1, 2, "user-11");
    wait_for_cell(11, 2, "user-01");
    check_text(".status", "Older rows");
    check_quiet_console();
    close_all();
}
END_TEST

START_TEST(test_browser_says_when_the_server_is_gone)
{
    int64_t id;

    open_all();
    id = add_monitor("Login Monitor web-1");
    add_login(id, T0, "alice", "192.0.2.7");
    sign_in();
    go_to_monitor(id);
    wait_for("document.querySelector('.status')?.textContent === 'Live'");
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, NULL), 0);
    wait_for("document.querySelector('.status').textContent === 'This monitor was deleted'");
    id = add_monitor("Login Monitor web-1");
    go_to_monitor(id);
    wait_for("document.querySelector('.status')?.textContent === 'Live'");
    fa_server_stop(server);
    server = NULL;
    wait_for("document.querySelector('.status').textContent === 'Reconnecting…'");
    close_all();
}
END_TEST

/* What an attacker may call itself. Each would leave a trace if it were anything but text. */
static const char *const hostile[] = {
    "<script>window.ran = 1</script>",
    "\"><img src=x onerror=\"window.ran = 1\">",
    "'-window.ran=1-'",
    "<svg/onload=window.ran=1>",
    "javascript:window.ran=1",
    "</span></td></tr></table><iframe srcdoc=\"<script>parent.ran=1</script>\">",
    "<style>body{display:none}</style>",
    "<base href=//example.invalid/>",
    "<meta http-equiv=refresh content=0;url=//example.invalid>",
    "{{constructor.constructor('window.ran=1')()}}",
    "${window.ran=1}",
    "<!--",
    "]]>",
    "&lt;b&gt;&amp;amp;",
    "\u202egpj.exe\u202c",
    "two\nlines\r\nand\ttab",
    "\x1b]0;title\x07\x1b[31mred",
    "zero\u200bwidth\ufeff",
    "   kept   blanks   ",
    "__proto__",
    "",
    "=cmd|' /C calc'!A0",
    "\U0001f4a9 \u6f22\u5b57 \u05e9\u05dc\u05d5\u05dd Z\u0336\u0337\u0338",
};

START_TEST(test_browser_shows_hostile_names_as_text)
{
    static char endless[3000];
    int64_t id;
    size_t i;

    open_all();
    id = add_monitor("\"><img src=x onerror=\"window.ran = 1\"><script>window.ran = 1</script>");
    memset(endless, 'W', sizeof(endless) - 1);
    add_login(id, T0 - 1000, endless, "192.0.2.7");
    for (i = 0; i < PM_ARRAY_LEN(hostile) / 2; i++)
        add_login(id, T0 + (int64_t)i, hostile[i], hostile[PM_ARRAY_LEN(hostile) - 1 - i]);
    sign_in();
    open_custom_monitors();
    take_pictures("hostile-monitors");
    go_to_monitor(id);
    wait_for("document.querySelector('.status')?.textContent === 'Live'");
    for (; i < PM_ARRAY_LEN(hostile); i++)
        add_login(id, T0 + (int64_t)i, hostile[i], hostile[PM_ARRAY_LEN(hostile) - 1 - i]);
    wait_for_cell(1, 3, "<script>window.ran = 1</script>"); /* come live */
    wait_for("document.querySelectorAll('#rows tbody tr').length === 24");
    check_text("h1", "\"><img src=x onerror=\"window.ran = 1\"><script>window.ran = 1</script>");
    wait_for_cell(23, 2, "<script>window.ran = 1</script>"); /* rendered by the server */
    wait_for_cell(9, 2, "\u27e8U+202E\u27e9gpj.exe\u27e8U+202C\u27e9");
    wait_for_cell(5, 2, "   kept   blanks   ");
    wait_for("window.ran === undefined");
    wait_for("!document.querySelector('main script, main style, main iframe, main svg, main img')");
    take_pictures("hostile");
    check_quiet_console();
    close_all();
}
END_TEST

START_TEST(test_browser_explains_a_refused_request)
{
    struct pm_client_options options = PM_CLIENT_OPTIONS_INIT;
    struct pm_client *stranger = NULL;
    PM_AUTO_FREE char *diagnosis = NULL;
    int64_t id;

    open_all();
    id = add_monitor("Login Monitor web-1");
    options.url = fa_server_url(server);
    options.apikey = APIKEY;
    options.secret = APIKEY; /* the keys mixed up */
    options.secret_len = strlen(APIKEY);
    ck_assert_int_eq(pm_client_new(&options, &stranger, NULL), 0);
    ck_assert_int_ne(pm_result_add(stranger, id, T0,
                                   &(struct pm_value){"user_login", "Z\u00fcrich <b>"}, 1, NULL),
                     0);
    pm_client_free(stranger);
    sign_in();
    OK(sc_browser_click(browser, ".sections a[href$='/requests']", &err));
    wait_for("document.querySelector('tbody .verdict').textContent === 'refused'");
    take_pictures("requests");
    OK(sc_browser_click(browser, "tbody td:nth-child(3) a", &err));
    check_text("h1", "addResult");
    check_text(".verdict", "refused");
    OK(sc_browser_text(browser, ".diagnosis", &diagnosis, &err));
    ck_assert_ptr_nonnull(strstr(diagnosis, "apikey"));
    wait_for(
        "document.querySelector('main').textContent.includes('user_login:Z%C3%BCrich%20%3Cb%3E')");
    wait_for("!document.querySelector('main').textContent.includes('" SECRET "')");
    take_pictures("request");
    check_quiet_console();
    close_all();
}
END_TEST

START_TEST(test_browser_pictures_of_an_ordinary_day)
{
    static const struct {
        const char *user, *host, *srv, *event, *tty, *method, *duration;
    } logins[] = {
        {"alice", "192.0.2.77", "sshd", "login", "ssh",
         "publickey ssh-ed25519 SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8", NULL},
        {"bob", "198.51.100.5", "sshd", "login", "ssh", "password", NULL},
        {"root", NULL, "sudo", "login", "/dev/pts/0", NULL, NULL},
        {"root", NULL, "sudo", "logout", "/dev/pts/0", NULL, "12.4"},
        {"backup", "2001:db8::77", "sshd", "login", "ssh",
         "publickey ssh-rsa SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDJ0gq3QnhlYfq7Xlo", NULL},
        {"backup", "2001:db8::77", "sshd", "logout", "ssh", NULL, "318.02"},
        {"bob", "198.51.100.5", "sshd", "logout", "ssh", NULL, "1834.77"},
        {"carol", NULL, "cron", "login", "cron", NULL, NULL},
        {"alice", "192.0.2.77", "sshd", "logout", "ssh", NULL, "5120.3"},
    };
    int64_t id, now_ms = INT64_C(1795369500123), step_ms = 431007;
    size_t i, k;

    open_all();
    add_monitor("Login Monitor db-1");
    id = add_monitor("Login Monitor web-1");
    for (i = 0; i < PM_ARRAY_LEN(logins); i++) {
        const struct pm_value all[] = {
            {"user_login", logins[i].user},   {"host", logins[i].host},
            {"srv", logins[i].srv},           {"event", logins[i].event},
            {"tty", logins[i].tty},           {"method", logins[i].method},
            {"duration", logins[i].duration}, {"id", "9f86d081884c7d659a2feaa0c55ad015"}};
        struct pm_value values[PM_ARRAY_LEN(all)];
        size_t count = 0;

        for (k = 0; k < PM_ARRAY_LEN(all); k++)
            if (all[k].value)
                values[count++] = all[k];
        ck_assert_int_eq(
            pm_result_add(client, id, now_ms + (int64_t)i * step_ms, values, count, NULL), 0);
    }
    sign_in();
    take_pictures("no-window");
    open_custom_monitors();
    take_pictures("monitors");
    go_to_monitor(id);
    wait_for("document.querySelector('.status')?.textContent === 'Live'");
    take_pictures("monitor");
    ck_assert_int_eq(fa_server_account_add(server, "SECONDAPIKEY0123456789ABCD", SECRET), 0);
    sign_in();
    check_text("h1", "Accounts");
    take_pictures("accounts");
    check_quiet_console();
    close_all();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_browser_is_told_how_to_sign_in),
    TEST(test_browser_shows_rows_newest_first_and_new_ones_live),
    TEST(test_browser_fills_an_empty_monitor_live),
    TEST(test_browser_follows_through_pages_and_loses_no_row),
    TEST(test_browser_says_when_the_server_is_gone),
    TEST(test_browser_shows_hostile_names_as_text),
    TEST(test_browser_explains_a_refused_request),
    TEST(test_browser_pictures_of_an_ordinary_day),
};

int main(void)
{
    if (!sc_browser_is_installed()) {
        (void)puts("skipped: there is no chromedriver; ci/deps installs it");
        return 77;
    }
    return test_suite_run("browser_dashboard", cases, sizeof(cases) / sizeof(cases[0]));
}
