/* The accounts; see dashboard_page.h. */
#ifndef FA_DASHBOARD_ACCOUNTS_H
#define FA_DASHBOARD_ACCOUNTS_H

struct cJSON;
struct fa_visit;

/** To the visitor's own account, or the only one there is; else the accounts. */
int fa_page_home(struct fa_visit *visit);

int fa_page_accounts(struct fa_visit *visit);

/** The form for a new one. */
int fa_page_account_add(struct fa_visit *visit);

/** Keys that were just made, once and never again. @keys: consumed; `apikey`, `secretkey` */
int fa_page_account_keys(struct fa_visit *visit, struct cJSON *keys);

#endif
