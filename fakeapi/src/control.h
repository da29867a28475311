/* The server's own paths, `/` and those below `/__fake/`: is it there, and what does it speak. */
#ifndef FA_CONTROL_H
#define FA_CONTROL_H

#define FA_CONTROL_PATH "/__fake"
#define FA_ROOT_PATH    "/"

struct fa_http_request;
struct fa_http_reply;

/** An fa_http_handler with a struct fa_app. */
void fa_control_handle(void *app, const struct fa_http_request *request,
                       struct fa_http_reply *reply);

#endif
