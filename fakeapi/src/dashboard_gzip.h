/* Pages compressed on their way. */
#ifndef FA_DASHBOARD_GZIP_H
#define FA_DASHBOARD_GZIP_H

struct fa_http_reply;
struct fa_http_request;

/**
 * Compress the body of a page, if the browser takes that and it is worth it. Where it cannot be
 * done, the page stays as it is.
 *
 * A page holds a secret (the mark of its forms) beside what others wrote, and the size of what is
 * compressed together can betray the one to whoever chooses the other and watches. That takes
 * requests with the visitor's cookie, which browsers send from our own pages only
 * (SameSite=Strict).
 */
void fa_gzip_page(const struct fa_http_request *request, struct fa_http_reply *reply);

#endif
