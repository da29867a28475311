/* Faults: what is made to go wrong; see dashboard_page.h and faults.h. For admins. */
#ifndef FA_DASHBOARD_FAULTS_H
#define FA_DASHBOARD_FAULTS_H

struct fa_visit;

int fa_page_faults(struct fa_visit *visit);

/** The form for a new one. */
int fa_page_fault_add(struct fa_visit *visit);

/** The form that switches one on or off. */
int fa_page_fault_change(struct fa_visit *visit);

#endif
