/* What tests expect of an account, and how it stands; see dashboard_page.h and expect.h. */
#ifndef FA_DASHBOARD_EXPECTATIONS_H
#define FA_DASHBOARD_EXPECTATIONS_H

struct fa_visit;

/** Of the account that `?account=KEY` names, or the first that the visitor may see. */
int fa_page_expectations(struct fa_visit *visit);

#endif
