/* The journal as pages; see dashboard_page.h. A visitor sees the requests of accounts that it may
 * see; those of nobody known are for admins. */
#ifndef FA_DASHBOARD_REQUESTS_H
#define FA_DASHBOARD_REQUESTS_H

struct fa_visit;

/** `?verdict=…`, `?before=ID`: newest first. */
int fa_page_requests(struct fa_visit *visit);
int fa_page_request(struct fa_visit *visit);

#endif
