/*
 * A headless Chromium, driven as a person would drive it: go to an address, look, click, type. It
 * speaks WebDriver (https://www.w3.org/TR/webdriver2/) with a chromedriver of its own. Elements are
 * named by CSS selectors, and the first that matches is meant.
 *
 * Every call has a deadline of its own and answers 0, or -1 with one line in @err (which may be
 * NULL).
 */
#ifndef SC_WEBDRIVER_H
#define SC_WEBDRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;
struct sc_browser;
struct sc_error;

/* What the page is shown on. */
struct sc_browser_view {
    int width, height;     /* CSS pixels */
    bool is_dark;          /* prefers-color-scheme: dark */
    const char *time_zone; /* such as "Europe/Zurich"; NULL: as the machine's */
};

/** Is there a chromedriver to start? A test that needs one is skipped otherwise. */
bool sc_browser_is_installed(void);

/** Start a browser with a fresh profile. The caller ends it with sc_browser_close(). */
int sc_browser_open(struct sc_browser **ret_browser, struct sc_error *err);

/** End the browser and all its processes, and remove its profile. @browser: may be NULL */
void sc_browser_close(struct sc_browser *browser);

int sc_browser_set_view(struct sc_browser *browser, const struct sc_browser_view *view,
                        struct sc_error *err);

/** Whether pages may run scripts, from the next page on; this file's own functions work anyway. */
int sc_browser_allow_scripts(struct sc_browser *browser, bool is_allowed, struct sc_error *err);

/** Go to an address; returns when the page is loaded. */
int sc_browser_go(struct sc_browser *browser, const char *url, struct sc_error *err);

/** The address of the page shown. The caller frees it. */
int sc_browser_url(struct sc_browser *browser, char **ret_url, struct sc_error *err);

/** The text of an element as it is rendered. The caller frees it. */
int sc_browser_text(struct sc_browser *browser, const char *css, char **ret_text,
                    struct sc_error *err);

/** An attribute of an element, NULL if it has none of that name. The caller frees it. */
int sc_browser_attribute(struct sc_browser *browser, const char *css, const char *name,
                         char **ret_value, struct sc_error *err);

/** How many elements match. */
int sc_browser_count(struct sc_browser *browser, const char *css, size_t *ret_count,
                     struct sc_error *err);

int sc_browser_click(struct sc_browser *browser, const char *css, struct sc_error *err);

int sc_browser_type(struct sc_browser *browser, const char *css, const char *text,
                    struct sc_error *err);

/**
 * Run the body of a JavaScript function in the page.
 *
 * @ret_value: what it returns; the caller frees it with cJSON_Delete(). NULL: not wanted
 */
int sc_browser_run(struct sc_browser *browser, const char *script, struct cJSON **ret_value,
                   struct sc_error *err);

/** Wait until an expression in JavaScript is true in the page. */
int sc_browser_wait(struct sc_browser *browser, const char *expression, int64_t timeout_ms,
                    struct sc_error *err);

/** Write a picture of the whole page, PNG. Missing directories are made. */
int sc_browser_screenshot(struct sc_browser *browser, const char *path, struct sc_error *err);

/**
 * Take the messages of the console since the last call: errors of scripts, of loading, and every
 * violation of the Content-Security-Policy among them.
 *
 * @ret_messages: an array of texts; the caller frees it with cJSON_Delete()
 */
int sc_browser_console(struct sc_browser *browser, struct cJSON **ret_messages,
                       struct sc_error *err);

#endif
