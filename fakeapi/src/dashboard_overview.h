/* The overview of an account: its windows and totals; see dashboard_page.h. */
#ifndef FA_DASHBOARD_OVERVIEW_H
#define FA_DASHBOARD_OVERVIEW_H

struct fa_visit;

int fa_page_overview(struct fa_visit *visit);

/** The form of the monitors' page: `monitor=ID…`, `as=table|chart`. */
int fa_page_windows_add(struct fa_visit *visit);

/** The form of a window: `change=…` as in dashboard_windows.h. */
int fa_page_window_change(struct fa_visit *visit);

#endif
