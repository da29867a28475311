/* The controls as a person uses them: accounts and passwords, faults, clocks, expectations, reset.
 */
#include "dashboard_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cleanup.h"

/* Open an entry of the menu "Control". */
static void open_control(const char *title)
{
    char expression[200];

    OK(sc_browser_run(browser,
                      "[...document.querySelectorAll('.sections .menu > summary')].at(-1).click()",
                      NULL, &err));
    (void)snprintf(expression, sizeof(expression),
                   "[...document.querySelectorAll('.panel a')].find((link) => link.textContent === "
                   "'%s').click()",
                   title);
    OK(sc_browser_run(browser, expression, NULL, &err));
    (void)snprintf(expression, sizeof(expression),
                   "document.querySelector('h1')?.textContent === "
                   "'%s' && document.readyState === 'complete'",
                   title);
    wait_for(expression);
}

static int add_one(int64_t id)
{
    const struct pm_value value = {"user_login", "alice"};

    return pm_result_add(client, id, T0, &value, 1, NULL);
}

/* ---- accounts ---- */

START_TEST(test_control_makes_an_account_that_signs_in_and_sees_itself_alone)
{
    PM_AUTO_FREE char *secret = NULL;

    open_all();
    add_monitor("Login Monitor of the first");
    sign_in();
    open_control("Accounts");
    OK(sc_browser_type(browser, "input[name='name']", "Team <b>blue</b>", &err));
    OK(sc_browser_type(browser, "input[name='user']", "blue", &err));
    OK(sc_browser_type(browser, "input[name='password']", "a good password", &err));
    OK(sc_browser_click(browser, ".form .primary", &err));
    wait_for("document.querySelector('h1').textContent === 'Keys of the account'");
    OK(sc_browser_text(browser, "#secretkey", &secret, &err));
    ck_assert_uint_eq(strlen(secret), 26);
    open_control("Accounts");
    wait_for("document.querySelectorAll('tbody tr').length === 2");
    wait_for("!document.querySelector('main').textContent.includes('" SECRET "')");
    take_pictures("accounts");

    OK(sc_browser_click(browser, ".who button", &err));
    wait_for("document.querySelector('h1').textContent === 'Sign in'");
    OK(sc_browser_type(browser, "#user", "blue", &err));
    OK(sc_browser_type(browser, "#password", "wrong", &err));
    OK(sc_browser_click(browser, ".primary", &err));
    wait_for("document.querySelector('[role=alert]')?.textContent === "
             "'No account has this user and password.'");
    take_pictures("signin-wrong");
    OK(sc_browser_type(browser, "#user", "blue", &err));
    OK(sc_browser_type(browser, "#password", "a good password", &err));
    OK(sc_browser_click(browser, ".primary", &err));
    wait_for("document.querySelector('h1')?.textContent === 'Team <b>blue</b>'");
    wait_for("!document.body.textContent.includes('Faults')");
    wait_for("!document.body.textContent.includes('of the first')");
    go_to("/dashboard/monitors/1");
    check_text("h1", "Not found");
    go_to("/dashboard/accounts/" APIKEY);
    check_text("h1", "Not found");
    open_control("Sign-ins");
    /* One right, and one wrong that was sent again by the reload for its picture. */
    wait_for("document.querySelectorAll('tbody tr').length === 3");
    take_pictures("signins");
    close_all();
}
END_TEST

START_TEST(test_control_asks_before_it_resets_and_deletes)
{
    int64_t id;

    open_all();
    id = add_monitor("Login Monitor web-1");
    ck_assert_int_eq(add_one(id), 0);
    sign_in();
    open_control("Accounts");
    OK(sc_browser_click(browser, "button[formaction$='reset-account']", &err));
    wait_for("document.querySelector('h1').textContent === 'Reset this account?'");
    take_pictures("confirm");
    OK(sc_browser_click(browser, "main a.button", &err)); /* keep everything */
    wait_for("document.querySelector('h1').textContent === 'Accounts'");
    ck_assert_int_eq(fa_server_rows(server, id), 1);
    OK(sc_browser_click(browser, "button[formaction$='reset-account']", &err));
    wait_for("document.querySelector('h1')?.textContent === 'Reset this account?'");
    OK(sc_browser_click(browser, ".danger", &err));
    wait_for("document.querySelector('h1').textContent === 'Accounts'");
    ck_assert_int_eq(fa_server_rows(server, id), 0);
    OK(sc_browser_click(browser, "button[formaction$='delete-account']", &err));
    wait_for("document.querySelector('h1')?.textContent === 'Delete this account?'");
    OK(sc_browser_click(browser, ".danger", &err));
    wait_for("document.querySelector('main h2')?.textContent === 'No account yet'");
    take_pictures("no-account");
    check_quiet_console();
    close_all();
}
END_TEST

/* ---- faults ---- */

START_TEST(test_control_adds_a_fault_switches_it_off_and_removes_it)
{
    int64_t id;

    open_all();
    id = add_monitor("Login Monitor web-1");
    sign_in();
    open_control("Faults");
    check_text("main h2", "Nothing goes wrong");
    take_pictures("no-fault");
    OK(sc_browser_type(browser, "input[name='amount']", "507", &err));
    OK(sc_browser_type(browser, "input[name='action']", "addResult", &err));
    OK(sc_browser_type(browser, "input[name='note']", "the disk <i>is full</i>", &err));
    OK(sc_browser_click(browser, ".form .primary", &err));
    wait_for("document.querySelector('tbody td:nth-child(2)')?.textContent === "
             "'{\"status\":507}'");
    ck_assert_int_ne(add_one(id), 0);
    open_control("Faults");
    check_text("tbody td:nth-child(5)", "1");
    check_text("tbody td:nth-child(6)", "1");
    take_pictures("faults");
    OK(sc_browser_click(browser, "button[name='enabled']", &err));
    wait_for("document.querySelector('button[name=enabled]')?.textContent === 'Switch on'");
    ck_assert_int_eq(add_one(id), 0);
    OK(sc_browser_click(browser, "form[action$='remove-fault'] button", &err));
    wait_for("document.querySelector('h1')?.textContent === 'Remove this fault?'");
    OK(sc_browser_click(browser, ".danger", &err));
    wait_for("document.querySelector('main h2')?.textContent === 'Nothing goes wrong'");
    OK(sc_browser_type(browser, "input[name='probability']", "7", &err));
    OK(sc_browser_click(browser, ".form .primary", &err));
    wait_for("document.querySelector('[role=alert]')?.textContent.includes('probability')");

    go_to("/dashboard/requests?verdict=failed");
    OK(sc_browser_click(browser, "tbody td:nth-child(3) a", &err));
    wait_for("document.querySelector('main').textContent.includes('Fault applied')");
    close_all();
}
END_TEST

/* ---- clock ---- */

START_TEST(test_control_moves_and_freezes_the_clock)
{
    int64_t before_ms, now_ms;

    open_all();
    sign_in();
    open_control("Clock");
    before_ms = fa_server_clock_ms(server, NULL);
    OK(sc_browser_type(browser, "section:nth-child(1) input[name='by']", "25h", &err));
    OK(sc_browser_click(browser, "section:nth-child(1) form:nth-of-type(2) .button", &err));
    wait_for("document.querySelector('section:nth-child(1) .verdict')?.textContent !== 'real'");
    now_ms = fa_server_clock_ms(server, NULL);
    ck_assert_int_ge(now_ms - before_ms, 25 * INT64_C(3600000));
    ck_assert_int_lt(now_ms - before_ms, 26 * INT64_C(3600000));
    check_text("section:nth-child(2) .verdict", "follows the server");
    OK(sc_browser_click(browser, "section:nth-child(2) button[value='frozen']", &err));
    wait_for("document.querySelector('section:nth-child(2) .verdict')?.textContent"
             ".startsWith('frozen@')");
    now_ms = fa_server_clock_ms(server, APIKEY);
    ck_assert_int_eq(fa_server_clock_ms(server, APIKEY), now_ms);
    take_pictures("clock");
    OK(sc_browser_click(browser, "section:nth-child(2) button[value='server']", &err));
    wait_for("document.querySelector('section:nth-child(2) .verdict')?.textContent === "
             "'follows the server'");
    OK(sc_browser_click(browser, "section:nth-child(1) button[value='real']", &err));
    wait_for("document.querySelector('section:nth-child(1) .verdict')?.textContent === 'real'");
    OK(sc_browser_type(browser, "section:nth-child(1) input[name='clock']", "noon", &err));
    OK(sc_browser_click(browser, "section:nth-child(1) form:nth-of-type(3) .button", &err));
    wait_for("document.querySelector('[role=alert]')?.textContent.includes('no clock')");
    close_all();
}
END_TEST

/* ---- expectations ---- */

START_TEST(test_control_shows_how_expectations_stand)
{
    char message[200];
    int64_t id;

    open_all();
    id = add_monitor("Login Monitor web-1");
    sign_in();
    open_control("Expectations");
    check_text("main h2", "Nothing is expected");
    ck_assert_msg(fa_server_expect(server, APIKEY,
                                   "[{\"id\":\"stored\",\"must\":{\"action\":\"addResult\"}},"
                                   "{\"id\":\"failed\",\"must_not\":{\"verdict\":\"failed\"}}]",
                                   message, sizeof(message)) == 0,
                  "%s", message);
    open_control("Expectations");
    check_text("tbody tr:nth-child(1) .verdict", "no");
    ck_assert_int_eq(add_one(id), 0);
    open_control("Expectations");
    check_text("tbody tr:nth-child(1) .verdict", "yes");
    check_text("tbody tr:nth-child(1) td:nth-child(4)", "1");
    take_pictures("expectations");
    OK(sc_browser_click(browser, "tbody tr:nth-child(1) form button", &err));
    wait_for("document.querySelector('h1')?.textContent === 'Take this expectation back?'");
    OK(sc_browser_click(browser, ".danger", &err));
    wait_for("document.querySelectorAll('tbody tr').length === 1");
    check_quiet_console();
    close_all();
}
END_TEST

/* ---- requests ---- */

START_TEST(test_control_follows_requests_and_tells_how_to_repeat_them)
{
    int64_t id;

    open_all();
    id = add_monitor("Login Monitor web-1");
    sign_in();
    go_to("/dashboard/requests");
    wait_for("document.querySelector('.status').textContent === 'Live'");
    OK(sc_browser_run(browser, "window.notReloaded = true", NULL, &err));
    ck_assert_int_eq(add_one(id), 0);
    wait_for("document.querySelector('tbody td:nth-child(3)').textContent === 'addResult'");
    wait_for("window.notReloaded");
    OK(sc_browser_click(browser, "tbody td:nth-child(3) a", &err));
    wait_for("document.querySelector('h1').textContent === 'addResult'");
    wait_for("[...document.querySelectorAll('td .verdict')].every((one) => one.textContent === "
             "'ok')");
    OK(sc_browser_run(browser,
                      "for (const link of document.querySelectorAll('a[data-copy]'))"
                      "fetch(link.href).then((answer) => answer.text())"
                      ".then((text) => { window.copied = (window.copied ?? '') + text; });",
                      NULL, &err));
    wait_for("window.copied?.includes('curl') && window.copied.includes('\"tests\"')");
    wait_for("!window.copied.includes('" SECRET "')");
    take_pictures("request-accepted");
    check_quiet_console();
    close_all();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_control_makes_an_account_that_signs_in_and_sees_itself_alone),
    TEST(test_control_asks_before_it_resets_and_deletes),
    TEST(test_control_adds_a_fault_switches_it_off_and_removes_it),
    TEST(test_control_moves_and_freezes_the_clock),
    TEST(test_control_shows_how_expectations_stand),
    TEST(test_control_follows_requests_and_tells_how_to_repeat_them),
};

int main(void)
{
    if (!sc_browser_is_installed()) {
        (void)puts("skipped: there is no chromedriver; ci/deps installs it");
        return 77;
    }
    return test_suite_run("browser_control", cases, sizeof(cases) / sizeof(cases[0]));
}
