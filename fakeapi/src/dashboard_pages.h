/*
 * The pages of the dashboard, one function each: ask the store, make the data, render the template.
 * Each works without a script in the browser.
 */
#ifndef FA_DASHBOARD_PAGES_H
#define FA_DASHBOARD_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "store.h"

struct fa_http_reply;
struct fa_http_request;

/* What a page function may answer besides 0, when it has made no page; of FA_STORE_FAILED and
 * FA_STORE_ABSENT the latter also stands for an address that means nothing. */
#define FA_PAGE_BROKEN (-3) /* our own template or memory */

/** The accounts; straight to the only one when there is one. */
int fa_page_accounts(struct fa_store *store, const struct fa_http_request *request,
                     struct fa_http_reply *reply);

/** The monitors of one account. @apikey: decoded */
int fa_page_account(struct fa_store *store, const char *apikey,
                    const struct fa_http_request *request, struct fa_http_reply *reply);

/** The rows of one monitor, newest first; with `?before=CHECKTIME.NUMBER` the older ones. */
int fa_page_monitor(struct fa_store *store, int64_t monitor_id,
                    const struct fa_http_request *request, struct fa_http_reply *reply);

/** A page that says one thing and what to do next. @status: of the reply */
int fa_page_message(unsigned int status, const char *title, const char *text,
                    struct fa_http_reply *reply);

/** Send the browser elsewhere. */
int fa_page_redirect(const char *path, struct fa_http_reply *reply);

/** Read one parameter of the query, decoded. Errors: -1 absent, malformed or longer than @size */
int fa_page_query(const struct fa_http_request *request, const char *name, char *value,
                  size_t size);

#endif
