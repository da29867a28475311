/* The accounts, and the monitors of each; see dashboard_page.h. */
#ifndef FA_DASHBOARD_MONITORS_H
#define FA_DASHBOARD_MONITORS_H

struct fa_visit;

/** To the visitor's own account, or the only one there is; else the accounts. */
int fa_page_home(struct fa_visit *visit);

int fa_page_accounts(struct fa_visit *visit);

/** Custom Monitors: `?q=` in name or tag, `?after=ID` for those with greater ids. */
int fa_page_monitors(struct fa_visit *visit);

#endif
