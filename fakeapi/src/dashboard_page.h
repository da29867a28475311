/*
 * What all pages of the dashboard share. A page is one function: ask for what it shows, make the
 * data, render the template. It works without a script in the browser.
 *
 * Page functions give 0, or FA_STORE_FAILED, or FA_STORE_ABSENT (also for an address that means
 * nothing), or FA_PAGE_BROKEN; when it is not 0 they have made no page.
 */
#ifndef FA_DASHBOARD_PAGE_H
#define FA_DASHBOARD_PAGE_H

#include <stddef.h>

struct cJSON;
struct fa_http_reply;
struct fa_http_request;

#define FA_PAGE_BROKEN    (-3) /* our own template or memory */
#define FA_PAGE_PATH_SIZE 1024

/** The data that every page has; the caller adds its own. @title: hostile */
struct cJSON *fa_page_data(const char *title);

/** Show a way back above the title. @label: hostile */
void fa_page_add_crumb(struct cJSON *data, const char *label, const char *path);

/** Render a template. @data: consumed. Errors: FA_PAGE_BROKEN */
int fa_page_render(const char *template, struct cJSON *data, struct fa_http_reply *reply);

/** A page that says one thing and what to do next. @status: of the reply. Errors: FA_PAGE_BROKEN */
int fa_page_message(unsigned int status, const char *title, const char *text,
                    struct fa_http_reply *reply);

/** Send the browser elsewhere. Errors: FA_PAGE_BROKEN */
int fa_page_redirect(const char *path, struct fa_http_reply *reply);

/** Read one parameter of the query, decoded. Errors: -1 absent, malformed or longer than @size */
int fa_page_query(const struct fa_http_request *request, const char *name, char *value,
                  size_t size);

#endif
