/* Which requests came and what became of each: the journal, see dashboard_page.h and journal.h. */
#ifndef FA_DASHBOARD_REQUESTS_H
#define FA_DASHBOARD_REQUESTS_H

#include <stdint.h>

struct fa_http_reply;
struct fa_http_request;
struct fa_journal;

/** Requests, newest first; `?verdict=refused` and the like picks, `?before=ID` gives older ones. */
int fa_page_requests(const struct fa_journal *journal, const struct fa_http_request *request,
                     struct fa_http_reply *reply);

/** One request: its parameters, why it was refused, what was wrong with its checksum. */
int fa_page_request(const struct fa_journal *journal, int64_t id, struct fa_http_reply *reply);

#endif
