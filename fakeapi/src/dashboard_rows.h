/* The rows of a monitor or a tag, with their chart; see dashboard_page.h and dashboard_view.h. */
#ifndef FA_DASHBOARD_ROWS_H
#define FA_DASHBOARD_ROWS_H

struct fa_visit;

int fa_page_monitor(struct fa_visit *visit);
int fa_page_tag(struct fa_visit *visit);

#endif
