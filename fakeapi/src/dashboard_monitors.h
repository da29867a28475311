/* The monitors of an account; see dashboard_page.h. */
#ifndef FA_DASHBOARD_MONITORS_H
#define FA_DASHBOARD_MONITORS_H

struct fa_visit;

/** Custom Monitors: `?q=` in name or tag, `?after=ID` for those with greater ids. */
int fa_page_monitors(struct fa_visit *visit);

#endif
