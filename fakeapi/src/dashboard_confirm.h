/*
 * What destroys is asked about first, on a page of its own, so that it works without a script: the
 * page tells what will be gone, its form does it. See dashboard_page.h. For admins.
 */
#ifndef FA_DASHBOARD_CONFIRM_H
#define FA_DASHBOARD_CONFIRM_H

struct fa_visit;

/** `/confirm/NAME?account=KEY&id=ID`: the question. */
int fa_page_confirm(struct fa_visit *visit);

/** The answer was yes. */
int fa_page_confirmed(struct fa_visit *visit);

#endif
