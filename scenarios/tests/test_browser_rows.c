/*
 * Rows as a person looks at them: pinned to the overview, searched, filtered, charted, selected by
 * dragging, with and without scripts, ten thousand of them.
 */
#include "dashboard_stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"

#define LIVE "document.querySelector('.status')?.textContent === 'Live'"

/* ---- what is stored ---- */

static void add_login_of(int64_t id, int64_t time_ms, const char *user, const char *service)
{
    const struct pm_value values[] = {
        {"user_login", user}, {"host", "192.0.2.7"}, {"srv", service}, {"event", "login"}};

    ck_assert_int_eq(pm_result_add(client, id, time_ms, values, PM_ARRAY_LEN(values), NULL), 0);
}

/* Twelve logins, one each minute from T0 on: sshd and sudo in turn, by alice, bob and carol. */
static int64_t add_dozen(void)
{
    static const char *const users[] = {"alice", "bob", "carol"};
    static const char *const services[] = {"sshd", "sudo"};
    int64_t id = add_monitor("Login Monitor web-1");
    int i;

    for (i = 0; i < 12; i++)
        add_login_of(id, T0 + i * INT64_C(60000), users[i % 3], services[i % 2]);
    return id;
}

static void seed(const char *json)
{
    unsigned int status = 0;
    PM_AUTO_FREE char *answer =
        fa_server_control(server, "POST", "/accounts/" APIKEY "/results", json, &status);

    ck_assert_msg(status == 201, "%u: %s", status, answer);
}

/* Many rows at once, spread over thirty days by a fixed sequence. */
static void seed_many(int64_t id, int count)
{
    static const char *const users[] = {"alice", "bob", "carol", "root", "backup", "deploy"};
    static const char *const services[] = {"sshd", "sshd", "sudo", "cron", "su"};
    struct pm_buf json;
    uint32_t random = 1;
    int i;

    pm_buf_init(&json, 8 << 20);
    for (i = 0; i < count; i++) {
        if (i % 1000 == 0)
            (void)pm_buf_addf(&json, "{\"monitor\":%" PRId64 ",\"rows\":[", id);
        random = random * 1664525 + 1013904223;
        (void)pm_buf_addf(
            &json,
            "%s{\"time\":%" PRId64 ",\"values\":{\"user_login\":\"%s\",\"host\":\"192.0.2.%u\","
            "\"srv\":\"%s\",\"event\":\"login\",\"tty\":\"ssh\",\"method\":\"password\"}}",
            i % 1000 ? "," : "", T0 + (int64_t)(random >> 1) % INT64_C(2592000000) + i,
            users[random >> 28 & 3], random >> 20 & 7, services[(random >> 24) % 5]);
        if (i % 1000 == 999 || i == count - 1) {
            (void)pm_buf_adds(&json, "]}");
            seed(json.data);
            pm_buf_reset(&json);
        }
    }
    pm_buf_clear(&json);
}

/* ---- windows ---- */

START_TEST(test_browser_pins_monitors_to_the_overview)
{
    int64_t id;

    open_all();
    id = add_dozen();
    add_monitor("Login Monitor db-1");
    sign_in();
    check_text("main h2", "No window yet");
    open_custom_monitors();
    OK(sc_browser_click(browser, "tbody tr:nth-child(1) input", &err));
    OK(sc_browser_click(browser, "tbody tr:nth-child(2) input", &err));
    OK(sc_browser_click(browser, "button[value='table']", &err));
    wait_for("document.querySelectorAll('.window').length === 2");
    check_text(".window:nth-child(1) h2", "Login Monitor web-1");
    check_text(".window:nth-child(2) .nothing",
               "No result yet: rows appear here as they are stored.");
    wait_for("document.querySelectorAll('.window:nth-child(1) tbody tr').length === 8");

    wait_for(LIVE);
    OK(sc_browser_run(browser, "window.notReloaded = true", NULL, &err));
    add_login_of(id, T0 + 3600000, "dave", "sshd");
    wait_for("document.querySelector('.window tbody td:nth-child(2)').textContent === 'dave'");
    wait_for("document.querySelectorAll('.window:nth-child(1) tbody tr').length === 8");
    wait_for("window.notReloaded");

    OK(sc_browser_click(browser, ".window:nth-child(1) .bar summary", &err));
    OK(sc_browser_click(browser, ".window:nth-child(1) button[value='down']", &err));
    wait_for("document.querySelector('.window:nth-child(2) h2').textContent.endsWith('web-1')");
    OK(sc_browser_click(browser, ".window:nth-child(2) .bar summary", &err));
    OK(sc_browser_click(browser, ".window:nth-child(2) button[value='chart']", &err));
    wait_for("document.querySelector('.window:nth-child(2) figure')?.dataset.drawn === 'true'");
    OK(sc_browser_click(browser, ".window:nth-child(2) .bar summary", &err));
    OK(sc_browser_click(browser, ".window:nth-child(2) button[value='wide']", &err));
    wait_for("document.querySelector('.window.wide:nth-child(2) figure')?.dataset.drawn");
    sign_in(); /* another session finds the same */
    wait_for("document.querySelector('.window.wide:nth-child(2) figure')?.dataset.drawn");
    check_text(".window:nth-child(1) h2", "Login Monitor db-1");
    OK(sc_browser_click(browser, ".window:nth-child(1) .bar summary", &err));
    OK(sc_browser_click(browser, ".window:nth-child(1) button[value='remove']", &err));
    wait_for("document.querySelectorAll('.window').length === 1");
    check_quiet_console();
    close_all();
}
END_TEST

/* ---- filters ---- */

START_TEST(test_browser_searches_and_filters_and_keeps_the_address)
{
    PM_AUTO_FREE char *url = NULL;
    int64_t id;

    open_all();
    id = add_dozen();
    sign_in();
    go_to_monitor(id);
    wait_for(LIVE);
    OK(sc_browser_type(browser, "input[name='q']", "sudo", &err));
    OK(sc_browser_click(browser, ".filters .primary", &err));
    wait_for("document.querySelectorAll('#rows tbody tr').length === 6");
    OK(sc_browser_click(browser, ".filters .more summary", &err));
    OK(sc_browser_type(browser, "input[name='f.user_login']", "=alice", &err));
    OK(sc_browser_click(browser, ".more .button", &err));
    wait_for("document.querySelectorAll('#rows tbody tr').length === 2");
    check_text(".chips li:nth-child(2) .value", "Login Name is \u201calice\u201d");
    check_text("#row-count", "2");
    OK(sc_browser_url(browser, &url, &err));
    ck_assert_ptr_null(strstr(url, "f.host")); /* what is empty is not in it */

    wait_for(LIVE); /* only what fits comes live */
    add_login_of(id, T0 + 3600000, "bob", "sudo");
    add_login_of(id, T0 + 3600001, "alice", "sudo");
    wait_for("document.querySelectorAll('#rows tbody tr').length === 3");
    check_text("#row-count", "3");

    OK(sc_browser_go(browser, url, &err)); /* the address is the view */
    wait_for("document.querySelectorAll('#rows tbody tr').length === 3");
    OK(sc_browser_click(browser, ".chips li:nth-child(1) a", &err));
    wait_for("document.querySelectorAll('#rows tbody tr').length === 5");
    OK(sc_browser_click(browser, ".filters .search a", &err));
    wait_for("document.querySelectorAll('#rows tbody tr').length === 14");
    OK(sc_browser_click(browser, ".tops section:nth-child(1) li:nth-child(1) a", &err));
    wait_for("document.querySelector('.chips .value')?.textContent.includes('Login Name is')");
    OK(sc_browser_click(browser, ".filters .search a", &err));
    OK(sc_browser_type(browser, "input[name='q']", "nobody has this", &err));
    OK(sc_browser_click(browser, ".filters .primary", &err));
    wait_for("document.querySelector('#empty h2')?.textContent === 'No row fits'");
    take_pictures("no-match");
    check_quiet_console();
    close_all();
}
END_TEST

START_TEST(test_browser_takes_a_range_in_the_zone_of_the_viewer)
{
    static const struct sc_browser_view kathmandu = {1280, 800, false, "Asia/Kathmandu"};
    PM_AUTO_FREE char *url = NULL;
    int64_t id;

    open_all();
    id = add_dozen();
    sign_in();
    OK(sc_browser_set_view(browser, &kathmandu, &err));
    go_to_monitor(id);
    wait_for(LIVE);
    OK(sc_browser_click(browser, ".filters .more summary", &err));
    OK(sc_browser_run(browser,
                      "document.querySelector('input[name=from]').value = '2011-06-01T17:50:00'",
                      NULL, &err)); /* 12:05 in UTC */
    OK(sc_browser_click(browser, ".more .button", &err));
    wait_for("document.querySelectorAll('#rows tbody tr').length === 7");
    OK(sc_browser_url(browser, &url, &err));
    ck_assert_ptr_nonnull(strstr(url, "from=1306929900000"));
    wait_for("document.querySelector('input[name=from]').value.startsWith('2011-06-01T17:50')");
    wait_for("document.querySelector('#rows time').title === '2011-06-01 12:11:00.000 UTC'");
    check_text(".choice", "Own range");
    OK(sc_browser_click(browser, "nav.choices a:nth-child(2)", &err)); /* the last hour */
    wait_for("document.querySelector('#empty h2')?.textContent === 'No row fits'");
    check_quiet_console();
    close_all();
}
END_TEST

/* ---- charts ---- */

/* Drag over the chart from one part of its width to another, as a mouse does. */
static void drag_over_chart(double from, double to)
{
    char script[700];

    (void)snprintf(
        script, sizeof(script),
        "const plot = document.querySelector('.plot'), box = plot.getBoundingClientRect();"
        "const at = (part) => ({ clientX: box.left + part * box.width, clientY: box.top +"
        " 50, button: 0, pointerId: 1, bubbles: true });"
        "plot.setPointerCapture = () => {};" /* there is no such pointer */
        "plot.dispatchEvent(new PointerEvent('pointerdown', at(%g)));"
        "plot.dispatchEvent(new PointerEvent('pointermove', at(%g)));"
        "window.marked = !document.querySelector('.selection').hidden;"
        "plot.dispatchEvent(new PointerEvent('pointerup', at(%g)));",
        from, to, to);
    OK(sc_browser_run(browser, script, NULL, &err));
}

START_TEST(test_browser_draws_a_chart_and_selects_a_range_on_it)
{
    int64_t id;

    open_all();
    id = add_dozen();
    sign_in();
    go_to_monitor(id);
    wait_for("document.querySelector('figure')?.dataset.drawn === 'true'");
    wait_for("[...document.querySelectorAll('.figures thead th')].map((head) => head.textContent)"
             ".join() === 'From UTC,sshd,sudo'.replace('UTC', "
             "Intl.DateTimeFormat().resolvedOptions().timeZone)");
    wait_for("document.querySelector('canvas').width > 300");
    wait_for(LIVE);
    add_login_of(id, T0 + 12 * 60000, "dave", "sshd"); /* a new bucket, and one more */
    wait_for("[...document.querySelectorAll('.figures tbody td:nth-child(2)')]"
             ".reduce((sum, cell) => sum + Number(cell.textContent), 0) === 7");
    OK(sc_browser_click(browser, ".choices.small a:nth-child(3)", &err));
    wait_for("document.querySelector('figure')?.dataset.by === 'user_login'");
    wait_for("document.querySelector('figure')?.dataset.drawn === 'true'");
    drag_over_chart(0.5, 1.0);
    wait_for("location.search.includes('from=') && location.search.includes('to=')");
    wait_for("document.querySelector('figure')?.dataset.drawn === 'true'");
    wait_for("document.querySelectorAll('#rows tbody tr').length < 10");
    wait_for("document.querySelectorAll('#rows tbody tr').length > 4");
    wait_for("location.search.includes('by=user_login')");
    check_quiet_console();
    close_all();
}
END_TEST

START_TEST(test_browser_exports_what_it_shows)
{
    int64_t id;

    open_all();
    id = add_dozen();
    sign_in();
    go_to_monitor(id);
    OK(sc_browser_type(browser, "input[name='q']", "sudo", &err));
    OK(sc_browser_click(browser, ".filters .primary", &err));
    wait_for("document.querySelectorAll('#rows tbody tr').length === 6");
    OK(sc_browser_run(browser,
                      "fetch(document.querySelector('#csv').href).then((answer) => answer.text())"
                      ".then((text) => { window.gotCsv = text; });"
                      "fetch(document.querySelector('#json').href).then((answer) => answer.json())"
                      ".then((json) => { window.gotJson = json; });",
                      NULL, &err));
    wait_for("window.gotCsv?.trim().split('\\r\\n').length === 7");
    wait_for("window.gotCsv.includes('\"bob\"') && !window.gotCsv.includes('sshd')");
    wait_for("window.gotJson?.rows.length === 6 && window.gotJson.rows[0].values.srv === 'sudo'");
    wait_for("document.querySelector('#csv').hasAttribute('download')");
    close_all();
}
END_TEST

START_TEST(test_browser_follows_all_monitors_of_a_tag)
{
    int64_t web, db;

    open_all();
    web = add_dozen();
    db = add_monitor("Login Monitor db-1");
    sign_in();
    open_custom_monitors();
    OK(sc_browser_click(browser, "tbody .tag", &err));
    wait_for("document.querySelector('h1').textContent === 'loginMonitor'");
    wait_for(LIVE);
    add_login_of(db, T0 + 3600000, "dave", "sshd");
    wait_for_cell(1, 2, "Login Monitor db-1");
    wait_for_cell(1, 3, "dave");
    add_login_of(web, T0 + 3600001, "erin", "sshd");
    wait_for_cell(1, 2, "Login Monitor web-1");
    wait_for_cell(1, 3, "erin");
    take_pictures("tag");
    check_quiet_console();
    close_all();
}
END_TEST

/* ---- many rows; no scripts ---- */

START_TEST(test_browser_pages_through_ten_thousand_rows)
{
    int64_t id;
    int i;

    open_all();
    id = add_monitor("Login Monitor web-1");
    seed_many(id, 10000);
    sign_in();
    go_to_monitor(id);
    wait_for("document.querySelector('figure')?.dataset.drawn === 'true'");
    wait_for("document.querySelectorAll('#rows tbody tr').length === 50");
    for (i = 0; i < 3; i++) {
        OK(sc_browser_run(browser, "document.body.classList.add('seen')", NULL, &err));
        OK(sc_browser_click(browser, "#older", &err));
        wait_for("!document.body.classList.contains('seen')");
        wait_for("document.querySelectorAll('#rows tbody tr').length === 50");
    }
    OK(sc_browser_click(browser, ".pages a", &err));
    wait_for(LIVE);
    take_pictures("ten-thousand");
    OK(sc_browser_type(browser, "input[name='q']", "192.0.2.3", &err));
    OK(sc_browser_click(browser, ".filters .primary", &err));
    wait_for("document.querySelectorAll('#rows tbody tr').length === 50");
    check_quiet_console();
    close_all();
}
END_TEST

#define MANY 60000 /* a slice has 10,000 at most */

#define SUM_OF_FIGURES                                                                 \
    "[...document.querySelectorAll('.figures tbody td')].reduce((sum, cell) => sum + " \
    "Number(cell.textContent), 0)"
#define SUM_OF_TOP                                                                        \
    "[...document.querySelectorAll('[data-name=user_login] .count')].reduce((sum, count)" \
    " => sum + Number(count.textContent), 0)"

START_TEST(test_browser_counts_all_of_many_rows)
{
    int64_t id;

    open_all();
    id = add_monitor("Login Monitor web-1");
    seed_many(id, MANY);
    sign_in();
    go_to_monitor(id);
    OK(sc_browser_click(browser, ".counting button", &err)); /* stop */
    wait_for("document.querySelector('.counting button').textContent === 'Count on'");
    wait_for("/^Counted [0-9,]+ rows, back to 2011-/.test("
             "document.querySelector('.counting p').textContent)");
    wait_for("Number(document.querySelector('#row-count').textContent) < 60000");
    check_text("#newest-only", "The newest");
    wait_for(LIVE);
    add_login_of(id, T0 + INT64_C(86400000), "mallory", "sshd"); /* where no slice came yet */
    wait_for("[...document.querySelectorAll('.figures tbody td')].length > 0");
    OK(sc_browser_click(browser, ".counting button", &err)); /* go on */
    wait_for("!document.querySelector('.counting')");
    wait_for("document.querySelector('#row-count').textContent === '60001'");
    wait_for("!document.querySelector('#newest-only')");
    wait_for(SUM_OF_FIGURES " === 60001");
    wait_for(SUM_OF_TOP " === 60000"); /* lists are not live */
    add_login_of(id, T0 + INT64_C(86400001), "mallory", "sshd");
    wait_for("document.querySelector('#row-count').textContent === '60002'");
    wait_for(SUM_OF_FIGURES " === 60002");
    OK(sc_browser_click(browser, "[data-name=user_login] li:nth-child(1) a", &err));
    wait_for("document.querySelector('.chips .value')?.textContent.startsWith('Login Name is')");
    check_quiet_console();
    close_all();
}
END_TEST

START_TEST(test_browser_counts_all_in_windows_and_tells_without_scripts)
{
    int64_t id;

    open_all();
    id = add_monitor("Login Monitor web-1");
    seed_many(id, MANY);
    sign_in();
    open_custom_monitors();
    OK(sc_browser_click(browser, "tbody input", &err));
    OK(sc_browser_click(browser, "button[value='chart']", &err));
    wait_for("document.querySelector('.window figure')?.dataset.drawn === 'true'");
    wait_for("!document.querySelector('.counting')");
    wait_for(SUM_OF_FIGURES " === 60000");
    check_quiet_console();
    OK(sc_browser_allow_scripts(browser, false, &err));
    go_to_monitor(id);
    wait_for("document.querySelector('.counting p').textContent.startsWith('Counted the newest ')");
    wait_for("document.querySelector('.counting button').hidden");
    close_all();
}
END_TEST

START_TEST(test_browser_shows_tables_without_scripts)
{
    int64_t id;

    open_all();
    id = add_dozen();
    sign_in();
    OK(sc_browser_allow_scripts(browser, false, &err));
    go_to_monitor(id);
    check_text("#rows tbody tr:nth-child(1) td:nth-child(2)", "carol");
    check_text(".status", "Reload for new rows");
    OK(sc_browser_type(browser, "input[name='q']", "alice", &err));
    OK(sc_browser_click(browser, ".filters .primary", &err));
    check_text("#rows tbody tr:nth-child(4) td:nth-child(2)", "alice");
    OK(sc_browser_click(browser, ".figures summary", &err));
    check_text(".figures thead th:nth-child(2)", "sshd");
    open_custom_monitors();
    OK(sc_browser_click(browser, "tbody input", &err));
    OK(sc_browser_click(browser, "button[value='table']", &err));
    check_text(".window h2", "Login Monitor web-1");
    close_all();
}
END_TEST

/* The first view is small: what is loaded for it, compressed as it travels. */
START_TEST(test_browser_loads_little)
{
    int64_t id;

    open_all();
    id = add_monitor("Login Monitor web-1");
    seed_many(id, 200);
    sign_in();
    go_to_monitor(id);
    wait_for("document.querySelector('figure')?.dataset.drawn === 'true'");
    OK(sc_browser_run(
        browser,
        "window.loaded = performance.getEntriesByType('navigation')"
        ".concat(performance.getEntriesByType('resource'))"
        ".filter((entry) => !entry.name.includes('/events'));"
        "window.sizes = window.loaded.map((entry) => `${entry.name.split('/').pop()} "
        "${entry.encodedBodySize}`).join('\\n');"
        "window.size = window.loaded.reduce((sum, entry) => sum + entry.encodedBodySize, 0);",
        NULL, &err));
    wait_for("window.size > 60000"); /* the chart library is among it */
    if (sc_browser_wait(browser, "window.size < 100 * 1024", 1000, &err) < 0) {
        cJSON *sizes = NULL;

        OK(sc_browser_run(browser, "return window.sizes", &sizes, &err));
        ck_abort_msg("too much:\n%s", cJSON_GetStringValue(sizes));
    }
    close_all();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_browser_pins_monitors_to_the_overview),
    TEST(test_browser_searches_and_filters_and_keeps_the_address),
    TEST(test_browser_takes_a_range_in_the_zone_of_the_viewer),
    TEST(test_browser_draws_a_chart_and_selects_a_range_on_it),
    TEST(test_browser_exports_what_it_shows),
    TEST(test_browser_follows_all_monitors_of_a_tag),
    TEST(test_browser_pages_through_ten_thousand_rows),
    TEST(test_browser_counts_all_of_many_rows),
    TEST(test_browser_counts_all_in_windows_and_tells_without_scripts),
    TEST(test_browser_shows_tables_without_scripts),
    TEST(test_browser_loads_little),
};

int main(void)
{
    if (!sc_browser_is_installed()) {
        (void)puts("skipped: there is no chromedriver; ci/deps installs it");
        return 77;
    }
    return test_suite_run("browser_rows", cases, sizeof(cases) / sizeof(cases[0]));
}
