/* Accounts, their monitors, and the rows of each; see dashboard_page.h. */
#ifndef FA_DASHBOARD_PAGES_H
#define FA_DASHBOARD_PAGES_H

#include <stdint.h>

#include "store.h"

struct fa_http_reply;
struct fa_http_request;

/** The accounts; straight to the only one when there is one. */
int fa_page_accounts(struct fa_store *store, const struct fa_http_request *request,
                     struct fa_http_reply *reply);

/** The monitors of one account. @apikey: decoded */
int fa_page_account(struct fa_store *store, const char *apikey,
                    const struct fa_http_request *request, struct fa_http_reply *reply);

/** The rows of one monitor, newest first; with `?before=CHECKTIME.NUMBER` the older ones. */
int fa_page_monitor(struct fa_store *store, int64_t monitor_id,
                    const struct fa_http_request *request, struct fa_http_reply *reply);

#endif
