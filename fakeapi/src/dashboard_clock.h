/* The server's clock and the accounts'; see dashboard_page.h and vclock.h. For admins. */
#ifndef FA_DASHBOARD_CLOCK_H
#define FA_DASHBOARD_CLOCK_H

struct fa_visit;

int fa_page_clock(struct fa_visit *visit);

/** The form: `account`, and `clock` as fa_vclock_parse() reads it, or `by`, a duration. */
int fa_page_clock_set(struct fa_visit *visit);

#endif
