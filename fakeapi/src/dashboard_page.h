/*
 * What all pages of the dashboard share. A page is one function: ask for what it shows, make the
 * data, render the template. It works without a script in the browser.
 *
 * Page functions give 0, or FA_STORE_FAILED, or FA_STORE_ABSENT (also for an address that means
 * nothing, or what the visitor may not see), or FA_PAGE_BROKEN; when it is not 0 they have made no
 * page.
 */
#ifndef FA_DASHBOARD_PAGE_H
#define FA_DASHBOARD_PAGE_H

#include <stddef.h>

struct cJSON;
struct fa_account;
struct fa_http_request;
struct fa_visit;

#define FA_PAGE_BROKEN    (-3) /* our own template or memory */
#define FA_PAGE_PATH_SIZE 1024

/** The data that every page has; the caller adds its own. @title: hostile */
struct cJSON *fa_page_data(const struct fa_visit *visit, const char *title);

/** Whose page it is: the sections of the page's head lead to this account's. */
void fa_page_set_account(struct cJSON *data, const struct fa_account *account);

/** Which section of the head this is: a member name such as "in_requests". */
void fa_page_set_section(struct cJSON *data, const char *section);

/** Show a way back above the title. @label: hostile */
void fa_page_add_crumb(struct cJSON *data, const char *label, const char *path);

/** Where clients reach the API, as `api_url`: as the browser reached us. */
void fa_page_add_api_url(struct cJSON *data, const struct fa_visit *visit);

/** Render a template as the visit's reply. @data: consumed. Errors: FA_PAGE_BROKEN */
int fa_page_render(const char *template, struct cJSON *data, const struct fa_visit *visit);

/** A page that says one thing and what to do next. @status: of the reply. Errors: FA_PAGE_BROKEN */
int fa_page_message(unsigned int status, const char *title, const char *text,
                    const struct fa_visit *visit);

/** Send the browser elsewhere. Errors: FA_PAGE_BROKEN */
int fa_page_redirect(const char *path, const struct fa_visit *visit);

/** What people call an account. */
const char *fa_page_account_label(const struct fa_account *account);

/** `/dashboard/accounts/KEY` and what follows, e.g. "/monitors". */
void fa_page_account_path(const struct fa_account *account, const char *below, char *path,
                          size_t size);

/** Read one parameter of the address, decoded. Errors: -1 as fa_query_get() */
int fa_page_query(const struct fa_visit *visit, const char *name, char *value, size_t size);

/** Read one field of the form that was sent. Errors: -1 as fa_query_get() */
int fa_page_form(const struct fa_visit *visit, const char *name, char *value, size_t size);

#endif
