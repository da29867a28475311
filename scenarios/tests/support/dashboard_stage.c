/* A server, a client and a browser for one test; see dashboard_stage.h. */
#include "dashboard_stage.h"

#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "clock.h"
#include "login_monitor.h"

#define POLL_MS 20

struct fa_server *server;
struct pm_client *client;
struct sc_browser *browser;
struct sc_error err;

/* ---- server, client and browser ---- */

void open_all(void)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    struct pm_client_options client_options = PM_CLIENT_OPTIONS_INIT;
    char message[256];

    ck_assert_msg(fa_server_start(&options, &server, message, sizeof(message)) == 0, "%s", message);
    ck_assert_int_eq(fa_server_account_add(server, APIKEY, SECRET), 0);
    client_options.url = fa_server_url(server);
    client_options.apikey = APIKEY;
    client_options.secret = SECRET;
    client_options.secret_len = strlen(SECRET);
    ck_assert_int_eq(pm_client_new(&client_options, &client, NULL), 0);
    OK(sc_browser_open(&browser, &err));
}

void close_all(void)
{
    sc_browser_close(browser);
    pm_client_free(client);
    fa_server_stop(server);
}

int64_t add_monitor(const char *name)
{
    static const struct pm_param columns[] = {
        {.name = "user_login", .display_name = "Login Name", .data_type = PM_TYPE_STRING},
        {.name = "host", .display_name = "Host Address", .data_type = PM_TYPE_STRING},
        {.name = "srv", .display_name = "Service", .data_type = PM_TYPE_STRING},
        {.name = "event", .display_name = "Event", .data_type = PM_TYPE_STRING},
        {.name = "tty", .display_name = "Terminal", .data_type = PM_TYPE_STRING},
        {.name = "method", .display_name = "Method", .data_type = PM_TYPE_STRING},
        {.name = "ruser", .display_name = "Remote User", .data_type = PM_TYPE_STRING},
        {.name = "duration", .display_name = "Duration", .uom = "s", .data_type = PM_TYPE_FLOAT},
        {.name = "id", .display_name = "Event ID", .data_type = PM_TYPE_STRING},
    };
    const struct pm_param_list params = {columns, PM_ARRAY_LEN(columns)};
    int64_t id;

    ck_assert_int_eq(pm_login_monitor_ensure(client, name, "loginMonitor", params, &id, NULL, NULL),
                     0);
    return id;
}

void add_login(int64_t monitor_id, int64_t time_ms, const char *user, const char *host)
{
    const struct pm_value values[] = {
        {"user_login", user},
        {"host", host},
        {"srv", "sshd"},
        {"event", "login"},
        {"tty", "ssh"},
        {"method", "publickey ssh-ed25519 SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"},
    };

    ck_assert_int_eq(pm_result_add(client, monitor_id, time_ms, values, PM_ARRAY_LEN(values), NULL),
                     0);
}

/* ---- what the browser shows ---- */

void check_text(const char *css, const char *expected)
{
    int64_t deadline_ms = pm_clock_mono_ms() + PATIENCE_MS;

    for (;;) {
        PM_AUTO_FREE char *text = NULL;
        bool is_there = sc_browser_text(browser, css, &text, &err) == 0;

        if (is_there && strcmp(text, expected) == 0)
            return;
        ck_assert_msg(pm_clock_mono_ms() < deadline_ms, "%s: \"%s\" instead of \"%s\"", css,
                      is_there ? text : err.message, expected);
        (void)poll(NULL, 0, POLL_MS);
    }
}

void wait_for(const char *expression)
{
    ck_assert_msg(sc_browser_wait(browser, expression, PATIENCE_MS, &err) == 0, "%s", err.message);
}

void wait_for_cell(int row, int cell, const char *expected)
{
    char expression[300];

    (void)snprintf(expression, sizeof(expression),
                   "document.querySelector('#rows tbody tr:nth-child(%d) td:nth-child(%d)')"
                   "?.textContent === '%s'",
                   row, cell, expected);
    wait_for(expression);
}

void check_quiet_console(void)
{
    cJSON *messages = NULL;
    PM_AUTO_FREE char *text = NULL;

    OK(sc_browser_console(browser, &messages, &err));
    text = cJSON_PrintUnformatted(messages);
    ck_assert_str_eq(text, "[]");
    cJSON_Delete(messages);
}

void go_to_monitor(int64_t monitor_id)
{
    char url[300];

    (void)snprintf(url, sizeof(url), "%s/dashboard/monitors/%" PRId64, fa_server_url(server),
                   monitor_id);
    OK(sc_browser_go(browser, url, &err));
}

void go_to(const char *path)
{
    char url[500];

    (void)snprintf(url, sizeof(url), "%s%s", fa_server_url(server), path);
    OK(sc_browser_go(browser, url, &err));
}

void sign_in(void)
{
    char url[200];

    ck_assert_int_eq(fa_server_signin_url(server, NULL, url, sizeof(url)), 0);
    OK(sc_browser_go(browser, url, &err));
}

void open_custom_monitors(void)
{
    OK(sc_browser_click(browser, ".sections .menu summary", &err));
    OK(sc_browser_click(browser, ".submenu summary", &err));
    OK(sc_browser_click(browser, ".submenu a", &err));
    wait_for("document.querySelector('h1')?.textContent === 'Custom Monitors'");
}

/* ---- pictures ---- */

void take_pictures(const char *page)
{
    static const struct {
        const char *name;
        struct sc_browser_view view;
    } views[] = {
        {"light", {1280, 800, false, "Europe/Zurich"}},
        {"dark", {1280, 800, true, "Europe/Zurich"}},
        {"light-320", {320, 640, false, "Europe/Zurich"}},
        {"dark-320", {320, 640, true, "Europe/Zurich"}},
        {"light-1920", {1920, 1080, false, "Europe/Zurich"}},
    };
    const char *folder = getenv("PM_ARTIFACTS"), *build = getenv("PM_BUILD_DIR");
    char path[500];
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(views); i++) {
        OK(sc_browser_set_view(browser, &views[i].view, &err));
        if (i == 0) /* for the times in their zone */
            OK(sc_browser_run(browser, "location.reload()", NULL, &err));
        wait_for("document.readyState === 'complete'");
        wait_for("document.documentElement.scrollWidth <= innerWidth");
        if (folder)
            (void)snprintf(path, sizeof(path), "%s/dashboard-%s-%s.png", folder, page,
                           views[i].name);
        else
            (void)snprintf(path, sizeof(path), "%s/artifacts/dashboard-%s-%s.png",
                           build ? build : ".", page, views[i].name);
        OK(sc_browser_screenshot(browser, path, &err));
    }
}
