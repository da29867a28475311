/*
 * Several hundred strings that somebody might call a user, a host or a monitor: to run in a page,
 * in a spreadsheet, on a terminal. Each goes through real calls of the API, stored before the page
 * is opened and while it is open. None may run, every one must be seen.
 */
#include "dashboard_stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "login_monitor.h"
#include "text.h"

#define TEXT_SIZE  400
#define TEXTS_MAX  900
#define LIVE_COUNT 40 /* those that come while the page is open */

/* What would run, were it anything but text; and where it would have to break out of. */
static const char *const scripts[] = {
    "<script>window.ran=1</script>",
    "<ScRiPt>window.ran=1</sCrIpT>",
    "<img src=x onerror=window.ran=1>",
    "<img src=x onerror=\"window.ran=1\">",
    "<svg onload=window.ran=1>",
    "<svg/onload=window.ran=1>",
    "<body onload=window.ran=1>",
    "<iframe srcdoc=\"<script>parent.ran=1</script>\"></iframe>",
    "<iframe src=javascript:parent.ran=1></iframe>",
    "<object data=\"data:text/html,<script>opener.ran=1</script>\"></object>",
    "<details open ontoggle=window.ran=1>",
    "<input autofocus onfocus=window.ran=1>",
    "<video><source onerror=window.ran=1></video>",
    "<math><mtext><script>window.ran=1</script></mtext></math>",
    "<a href=javascript:window.ran=1 autofocus onfocus=window.ran=1>x</a>",
    "<style>@import 'x';body{display:none}</style>",
    "<link rel=stylesheet href=//example.invalid/x>",
    "<base href=//example.invalid/>",
    "<meta http-equiv=refresh content=0;url=//example.invalid>",
    "<form action=//example.invalid><button autofocus>x",
    "<template><script>window.ran=1</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=window.ran=1>\">",
    "<x onclick=window.ran=1 style=position:fixed;inset:0>",
    "javascript:window.ran=1",
    "data:text/html,<script>window.ran=1</script>",
    "${window.ran=1}",
    "{{constructor.constructor('window.ran=1')()}}",
    "{{{csrf}}}",
    "{{#rows}}{{> head}}{{/rows}}",
    "window.ran=1",
};
static const char *const breakouts[] = {
    "%s",      "\">%s",       "'>%s",       "\"/>%s",     "-->%s",         "]]>%s",
    "</td>%s", "</script>%s", "</title>%s", "</style>%s", "</textarea>%s", "\\\"%s",
    "`%s`",    "\u2028%s",    "%s<!--",     "<%s",
};

/* What a spreadsheet would run. */
static const char *const formulas[] = {
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://example.invalid\",\"x\")",
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "=WEBSERVICE(\"http://example.invalid\")",
    "=DDE(\"cmd\";\"/C calc\";\"x\")",
    "\t=1+1",
    "\r=1+1",
    "\"=1+1",
    "=\"\"",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "=IMPORTXML(CONCAT(\"http://example.invalid/\",A1),\"//a\")",
    ";=1+1",
    ",=1+1",
    "=-1",
    "@",
    "==",
};

/* What a terminal would obey, and what hides or turns text. */
static const char *const controls[] = {
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[31mred\x1b[0m",
    "\x1bP$q\"p\x1b\\",
    "\x1b[?1049h",
    "\xc2\x9b"
    "31m",
    "a\x08\x08\x08"
    "b",
    "line\rover",
    "two\nlines",
    "tab\there",
    "nul\x7f"
    "del",
    "\u202egpj.exe",
    "\u202dforced\u202c",
    "\u2066isolated\u2069",
    "\u200fmark",
    "zero\u200bwidth",
    "zero\u200cwidth\u200d",
    "soft\u00adhyphen",
    "\ufeffbom",
    "line\u2028separator",
    "paragraph\u2029separator",
    "\xc2\x85next",
    "\u061carabic",
    "combin\u0336\u0337\u0338ing",
    "\U000e0041tag",
    "wide\u3000blank",
    "no\u00a0break",
    "\U0001f4a9\u200d\U0001f4a9",
    "\u05e9\u05dc\u05d5\u05dd",
};

/* Names with a meaning to programs. */
static const char *const names[] = {
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "null",
    "undefined",
    "NaN",
    "true",
    "0",
    "-0",
    "1e309",
    "\\",
    "\\x41",
    "\\u0041",
    "%00",
    "%3Cscript%3E",
    "&lt;b&gt;",
    "&amp;amp;",
    "../../etc/passwd",
    "C:\\con",
    "' OR 1=1 --",
    "\"; DROP TABLE results; --",
    "$(reboot)",
    "`reboot`",
    "; reboot",
    "| reboot",
    "%s%n%x",
    "   kept   blanks   ",
    "ends with blank ",
    "a:b;c:d",
    "q&f.user=x",
};

static char texts[TEXTS_MAX][TEXT_SIZE];
static size_t count;

static void add_text(const char *text)
{
    ck_assert_uint_lt(count, TEXTS_MAX);
    (void)snprintf(texts[count++], TEXT_SIZE, "%s", text);
}

static void make_texts(void)
{
    char text[TEXT_SIZE];
    size_t i, k;

    count = 0;
    for (i = 0; i < PM_ARRAY_LEN(scripts); i++)
        for (k = 0; k < PM_ARRAY_LEN(breakouts); k++) {
            const char *place = strstr(breakouts[k], "%s");

            (void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(place - breakouts[k]),
                           breakouts[k], scripts[i], place + 2);
            add_text(text);
        }
    for (i = 0; i < PM_ARRAY_LEN(formulas); i++)
        add_text(formulas[i]);
    for (i = 0; i < PM_ARRAY_LEN(controls); i++)
        add_text(controls[i]);
    for (i = 0; i < PM_ARRAY_LEN(names); i++)
        add_text(names[i]);
    ck_assert_uint_ge(count, 500);
}

/* Each as the user and as the host of a login of its own. */
static void add_texts(int64_t id, size_t first, size_t end)
{
    size_t i;

    for (i = first; i < end; i++)
        add_login(id, T0 + (int64_t)i, texts[i], texts[i]);
}

/* ---- what is seen ---- */

/* The texts as they have to be seen, as a JSON array. The caller frees it. */
static char *seen_texts(size_t first, size_t end)
{
    cJSON *list = cJSON_CreateArray();
    char *json;
    size_t i;

    for (i = first; i < end; i++) {
        struct pm_buf marked;

        pm_buf_init(&marked, 10 * TEXT_SIZE);
        (void)pm_buf_adds(&marked, "");
        (void)pm_text_add_marked(&marked, texts[i], strlen(texts[i]));
        cJSON_AddItemToArray(list, cJSON_CreateString(marked.data));
        pm_buf_clear(&marked);
    }
    json = cJSON_PrintUnformatted(list);
    cJSON_Delete(list);
    return json;
}

/* Nothing ran, nothing was loaded, and nothing but our own elements is there. */
static void check_nothing_ran(void)
{
    wait_for("window.ran === undefined && window.parent.ran === undefined");
    wait_for("!document.querySelector('main script, main style, main iframe, main svg, main img, "
             "main object, main video, main math, main base, main meta, main template, main x, "
             "main body')");
    wait_for("[...document.querySelectorAll('main *')].every((element) => "
             "element.getAttributeNames().every((name) => !name.startsWith('on') && name !== "
             "'style' || element.closest('.plot')))");
    wait_for("performance.getEntriesByType('resource').every((one) => "
             "one.name.startsWith(location.origin))");
}

/* All of these stand in the table's cells, twice each, and are not changed by it. */
static void check_seen(size_t first, size_t end)
{
    PM_AUTO_FREE char *json = seen_texts(first, end);
    PM_AUTO_FREE char *script = NULL;
    cJSON *missing = NULL;

    ck_assert_int_gt(asprintf(&script,
                              "const cells = [...document.querySelectorAll('#rows td .value')]"
                              ".map((cell) => cell.textContent);"
                              "return %s.filter((text) => cells.filter((cell) => cell === text)"
                              ".length < 2);",
                              json),
                     0);
    OK(sc_browser_run(browser, script, &missing, &err));
    ck_assert_msg(cJSON_GetArraySize(missing) == 0, "not seen: %s",
                  cJSON_PrintUnformatted(missing));
    cJSON_Delete(missing);
}

static void wait_for_newest(size_t i)
{
    char expression[200];

    (void)snprintf(expression, sizeof(expression),
                   "document.querySelector('#rows tbody tr')?.dataset.checktime === '%" PRId64 "'",
                   T0 + (int64_t)i);
    wait_for(expression);
}

/* ---- tests ---- */

START_TEST(test_hostile_rows_are_all_seen_and_none_runs)
{
    size_t stored, end;
    int64_t id;

    make_texts();
    stored = count - LIVE_COUNT;
    open_all();
    id = add_monitor(texts[1]);
    add_texts(id, 0, stored);
    sign_in();
    for (end = stored; end > 0; end = end > 50 ? end - 50 : 0) {
        wait_for("document.readyState === 'complete'");
        if (end == stored)
            go_to_monitor(id);
        else
            OK(sc_browser_click(browser, "#older", &err));
        wait_for_newest(end - 1);
        check_seen(end > 50 ? end - 50 : 0, end);
        check_nothing_ran();
    }
    go_to_monitor(id);
    wait_for("document.querySelector('.status').textContent === 'Live'");
    add_texts(id, stored, count);
    wait_for_newest(count - 1);
    check_seen(stored, count);
    check_nothing_ran();
    check_quiet_console();
    close_all();
}
END_TEST

/* In a file for a spreadsheet no cell begins with what it would run, and no byte steers a terminal.
 */
START_TEST(test_hostile_rows_are_harmless_in_a_spreadsheet)
{
    int64_t id;

    make_texts();
    open_all();
    id = add_monitor("=1+1");
    add_texts(id, 0, count);
    sign_in();
    go_to_monitor(id);
    OK(sc_browser_run(
        browser,
        "fetch(document.querySelector('#csv').href).then((answer) => answer.text())"
        ".then((csv) => { window.lines = csv.split('\\r\\n').slice(1, -1); window.cells = "
        "csv.match(/\"(?:[^\"]|\"\")*\"/g).map((cell) => cell.slice(1, -1)); });",
        NULL, &err));
    wait_for("window.cells?.length > 1000");
    wait_for("window.cells.every((cell) => !/^[=+@\\t\\r-]/.test(cell) || "
             "/^[+-]?[0-9]+([.][0-9]*)?$/.test(cell))");
    wait_for("!/[\\u0000-\\u0009\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e"
             "\\u2066-\\u2069]/.test(window.cells.join(''))");
    wait_for("window.cells.filter((cell) => cell.includes('ran=1')).length > 600");
    close_all();
}
END_TEST

/* Names of monitors and tags, what is searched for, what is asked of the API, what faults are
 * called. */
START_TEST(test_hostile_texts_everywhere_else)
{
    char json[2 * TEXT_SIZE], message[200];
    size_t i;

    make_texts();
    open_all();
    for (i = 0; i < count; i += 7) {
        const struct pm_param column = {
            .name = "x", .display_name = texts[i], .uom = texts[i], .data_type = PM_TYPE_STRING};
        const struct pm_param_list params = {&column, 1};
        int64_t id;

        (void)pm_login_monitor_ensure(client, texts[i], texts[i], params, &id, NULL, NULL);
        (void)pm_result_add(client, 1, T0, &(struct pm_value){texts[i], texts[i]}, 1, NULL);
    }
    sign_in();
    (void)snprintf(json, sizeof(json),
                   "{\"id\":\"f\",\"note\":\"<img src=x onerror=window.ran=1>\",\"match\":"
                   "{\"action\":\"<script>window.ran=1</script>\"},\"effect\":{\"body\":"
                   "\"<script>window.ran=1</script>\"}}");
    ck_assert_msg(fa_server_fault(server, json, message, sizeof(message)) == 0, "%s", message);
    open_custom_monitors();
    wait_for("document.querySelectorAll('tbody tr').length > 50");
    check_nothing_ran();
    take_pictures("hostile-monitors");
    OK(sc_browser_run(browser,
                      "document.querySelectorAll('tbody input').forEach((box, at) => "
                      "{ box.checked = at < 20; })",
                      NULL, &err));
    OK(sc_browser_click(browser, "button[value='table']", &err));
    wait_for("document.querySelectorAll('.window').length === 20");
    check_nothing_ran();
    go_to("/dashboard/requests");
    check_nothing_ran();
    OK(sc_browser_click(browser, "tbody td:nth-child(3) a", &err));
    wait_for("document.querySelector('pre') !== null");
    check_nothing_ran();
    go_to("/dashboard/faults");
    wait_for("document.querySelector('main').textContent.includes('onerror=window.ran')");
    check_nothing_ran();
    go_to("/dashboard/monitors/1?q=%22%3E%3Cscript%3Ewindow.ran%3D1%3C/script%3E&f.x=%3Csvg%20"
          "onload%3Dwindow.ran%3D1%3E&by=%3Cb%3E&from=%3Cb%3E&before=%3Cb%3E");
    check_nothing_ran();
    go_to("/dashboard/signin?token=%3Cscript%3E");
    check_nothing_ran();
    close_all();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_hostile_rows_are_all_seen_and_none_runs),
    TEST(test_hostile_rows_are_harmless_in_a_spreadsheet),
    TEST(test_hostile_texts_everywhere_else),
};

int main(void)
{
    if (!sc_browser_is_installed()) {
        (void)puts("skipped: there is no chromedriver; ci/deps installs it");
        return 77;
    }
    return test_suite_run("browser_hostile", cases, sizeof(cases) / sizeof(cases[0]));
}
