/*
 * Every page of the dashboard, in both themes and two widths, examined by axe-core, which stands in
 * the file that the only argument names: nothing serious may be found.
 */
#include "dashboard_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"

#define AXE_MAX (4 << 20)

static char *axe; /* its source */

static char *read_file(const char *path)
{
    PM_AUTO_FCLOSE FILE *file = fopen(path, "re");
    char *text = malloc(AXE_MAX + 1);
    size_t len;

    if (!file || !text)
        return NULL;
    len = fread(text, 1, AXE_MAX, file);
    text[len] = '\0';
    return text;
}

/* What axe calls serious or critical, a line for each. */
static void check_page(const char *path, const char *theme)
{
    cJSON *found = NULL;

    OK(sc_browser_run(browser, axe, NULL, &err));
    OK(sc_browser_run(
        browser,
        "return axe.run(document, { resultTypes: ['violations'] }).then((result) => "
        "result.violations.filter((one) => ['serious', 'critical'].includes(one.impact))"
        ".map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => "
        "`${node.target} ${node.failureSummary}`).join(' | ')}`).join('\\n'));",
        &found, &err));
    ck_assert_msg(cJSON_IsString(found) && cJSON_GetStringValue(found)[0] == '\0', "%s, %s: %s",
                  path, theme, cJSON_IsString(found) ? cJSON_GetStringValue(found) : "no answer");
    cJSON_Delete(found);
}

static void fill(void)
{
    int64_t id = add_monitor("Login Monitor web-1");
    char message[200];
    int i;

    for (i = 0; i < 60; i++)
        add_login(id, T0 + i * INT64_C(60000), i % 2 ? "alice" : "bob", "192.0.2.7");
    ck_assert_int_eq(fa_server_fault(server,
                                     "{\"id\":\"slow\",\"effect\":{\"status\":503},"
                                     "\"occurrence\":1000}",
                                     message, sizeof(message)),
                     0);
    ck_assert_int_eq(fa_server_expect(server, APIKEY,
                                      "{\"must\":{\"action\":\"addResult\"},\"exactly\":1}",
                                      message, sizeof(message)),
                     0);
}

static void pin_windows(void)
{
    static const struct {
        const char *button, *pinned;
    } forms[] = {
        {"button[value='table']", "document.querySelector('.window table')"},
        {"button[value='chart']", "document.querySelector('.window figure')"},
    };
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(forms); i++) {
        open_custom_monitors();
        OK(sc_browser_click(browser, "tbody input", &err));
        OK(sc_browser_click(browser, forms[i].button, &err));
        wait_for(forms[i].pinned);
    }
}

/* @ready: when the page is all there */
static const struct {
    const char *path, *ready;
} pages[] = {
    {"/dashboard/accounts/" APIKEY, "document.querySelector('figure')?.dataset.drawn"},
    {"/dashboard/accounts/" APIKEY "/monitors", "true"},
    {"/dashboard/accounts/" APIKEY "/tags/loginMonitor", "true"},
    {"/dashboard/monitors/1?q=a&f.srv=s", "document.querySelector('figure')?.dataset.drawn"},
    {"/dashboard/monitors/1?q=nothing", "true"},
    {"/dashboard/requests", "true"},
    {"/dashboard/requests/3", "true"},
    {"/dashboard/expectations", "true"},
    {"/dashboard/faults", "true"},
    {"/dashboard/clock", "true"},
    {"/dashboard/accounts", "true"},
    {"/dashboard/signins", "true"},
    {"/dashboard/confirm/reset-all", "true"},
    {"/dashboard/signin", "true"},
    {"/dashboard/nothing", "true"},
};

START_TEST(test_axe_finds_nothing_serious)
{
    static const struct {
        const char *name;
        struct sc_browser_view view;
    } themes[] = {{"light", {1280, 800, false, "Europe/Zurich"}},
                  {"dark", {1280, 800, true, "Europe/Zurich"}},
                  {"light, 320 pixels", {320, 640, false, "Europe/Zurich"}}};
    size_t i, k;

    open_all();
    fill();
    sign_in();
    pin_windows();
    for (i = 0; i < PM_ARRAY_LEN(pages); i++) {
        for (k = 0; k < PM_ARRAY_LEN(themes); k++) {
            OK(sc_browser_set_view(browser, &themes[k].view, &err));
            go_to(pages[i].path);
            wait_for(pages[i].ready);
            check_page(pages[i].path, themes[k].name);
        }
    }
    close_all();
}
END_TEST

/* Everything that can be used is reached by the keyboard alone, and is seen when it is. */
START_TEST(test_keyboard_reaches_everything)
{
    open_all();
    fill();
    sign_in();
    go_to("/dashboard/monitors/1");
    wait_for("document.querySelector('figure')?.dataset.drawn");
    OK(sc_browser_run(
        browser,
        "const shown = (element) => element.checkVisibility() && !element.disabled;"
        "window.missed = [...document.querySelectorAll('a, button, input, select, summary')]"
        ".filter(shown).filter((element) => element.tabIndex < 0 && element.type !== 'hidden')"
        ".map((element) => element.outerHTML);"
        "window.unseen = [...document.querySelectorAll('main a, main button, main summary')]"
        ".filter(shown).filter((element) => { element.focus({ focusVisible: true }); return "
        "getComputedStyle(element).outlineStyle === 'none'; })"
        ".map((element) => element.outerHTML);",
        NULL, &err));
    wait_for("window.missed.length === 0");
    wait_for("window.unseen.length === 0");
    /* A menu opens with Enter and closes with Escape. */
    OK(sc_browser_run(browser, "document.querySelector('.menu summary').focus()", NULL, &err));
    OK(sc_browser_type(browser, ".menu summary", "\uE007", &err));
    wait_for("document.querySelector('.menu').open");
    OK(sc_browser_type(browser, ".menu summary", "\uE00C", &err));
    wait_for("!document.querySelector('.menu').open");
    wait_for("document.activeElement === document.querySelector('.menu summary')");
    close_all();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_axe_finds_nothing_serious),
    TEST(test_keyboard_reaches_everything),
};

int main(int argc, char **argv)
{
    axe = argc == 2 ? read_file(argv[1]) : NULL;
    if (!axe) {
        (void)fputs("usage: browser_axe FILE; with axe.min.js of the npm package axe-core\n",
                    stderr);
        return 2;
    }
    return test_suite_run("browser_axe", cases, sizeof(cases) / sizeof(cases[0]));
}
