/*
 * A server, a client of its API and a browser on its dashboard: what the tests of the dashboard
 * share, each test with its own. Pictures go to $PM_ARTIFACTS, or to artifacts/ of the build
 * directory.
 */
#ifndef SC_TEST_DASHBOARD_H
#define SC_TEST_DASHBOARD_H

#include "suite.h"

#include <stdint.h>

#include "error.h"
#include "fakeapi.h"
#include "paidmonitor.h"
#include "webdriver.h"

#define APIKEY      "1234567890ABCDEFGHIJKLMNOP"
#define SECRET      "PONMLKJIHGFEDCBA0987654321"
#define T0          INT64_C(1306929600000) /* 2011-06-01 12:00:00 */
#define PATIENCE_MS 30000

extern struct fa_server *server;
extern struct pm_client *client;
extern struct sc_browser *browser;
extern struct sc_error err;

#define OK(call) ck_assert_msg((call) == 0, "%s: %s", #call, err.message)

void open_all(void);
void close_all(void);

/** A login monitor with the columns that the agent sends; returns its id. */
int64_t add_monitor(const char *name);
void add_login(int64_t monitor_id, int64_t time_ms, const char *user, const char *host);

/** With the printed address, as admin. */
void sign_in(void);
void go_to_monitor(int64_t monitor_id);
void go_to(const char *path);

/** As the vendor's users went: Monitors, Manage Monitors, Custom Monitors. */
void open_custom_monitors(void);

/** Wait until the first element that fits has this text: the page may still be on its way. */
void check_text(const char *css, const char *expected);
/** Wait until an expression in JavaScript is true. */
void wait_for(const char *expression);
/** Wait until a cell of the rows has this text; row and cell count from 1. */
void wait_for_cell(int row, int cell, const char *expected);
/** Nothing was reported: no error of a script, nothing that could not be loaded, no policy
 * violated. */
void check_quiet_console(void);

/** Of the page shown, in both themes and from 320 pixels up, none of which may scroll sideways. */
void take_pictures(const char *page);

#endif
