/*
 * The journal as pages; see dashboard_page.h. A visitor sees the requests of accounts that it may
 * see; those of nobody known are for admins.
 */
#ifndef FA_DASHBOARD_REQUESTS_H
#define FA_DASHBOARD_REQUESTS_H

struct cJSON;
struct fa_journal_entry;
struct fa_visit;

/** `?verdict=…`, `?q=TEXT` in any of its texts, `?before=ID`: newest first. */
int fa_page_requests(struct fa_visit *visit);
int fa_page_request(struct fa_visit *visit);

/** The same request again, as a curl command; and as a test of `paidmonitor conformance`. */
int fa_page_request_curl(struct fa_visit *visit);
int fa_page_request_vector(struct fa_visit *visit);

/** What a list shows of a request; the live list shows the same. */
struct cJSON *fa_request_line(const struct fa_journal_entry *entry);

#endif
