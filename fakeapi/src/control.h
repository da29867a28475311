/*
 * The control API below `/__fake/`, which a test steers the server and looks into it with, and the
 * page at `/`. Which calls there are says control_routes.h; this is the gate before them.
 *
 * Who may call: whoever has the token. On a loopback address none is needed unless one was set, but
 * then a browser's page must not reach it by accident or malice: requests from another site
 * (Origin, Sec-Fetch-Site), through a name that somebody pointed at 127.0.0.1 (Host), and bodies
 * that a form can send (Content-Type) are refused.
 */
#ifndef FA_CONTROL_H
#define FA_CONTROL_H

#include <stdbool.h>

#define FA_CONTROL_PATH "/__fake"
#define FA_ROOT_PATH    "/"

struct fa_app;
struct fa_control;
struct fa_http;
struct fa_http_request;
struct fa_http_reply;

/**
 * Serve the control API below FA_CONTROL_PATH and the page at FA_ROOT_PATH: mounts itself.
 *
 * @app, @http:  borrowed; they must outlive the last call
 * @token:       who knows it may call; NULL: nobody needs one on a loopback address, and elsewhere
 *               one is made
 * @is_loopback: only this machine can reach the server
 *
 * Errors: -1 out of memory, no random bytes, no free mount
 */
int fa_control_new(struct fa_app *app, struct fa_http *http, const char *token, bool is_loopback,
                   struct fa_control **ret_control);
/** After fa_http_free(). NULL is allowed. */
void fa_control_free(struct fa_control *control);

/** What a caller must send as `Authorization: Bearer …`; NULL if nothing. */
const char *fa_control_token(const struct fa_control *control);

/**
 * Make a call from within the process, past the gate. On the loop. Calls that wait or stream are
 * refused.
 *
 * @target: path and query, below FA_CONTROL_PATH
 * @body:   "" for none
 * @reply:  started by the caller; its `after_commit` is settled already
 */
void fa_control_perform(const struct fa_control *control, const char *method, const char *target,
                        const char *body, struct fa_http_reply *reply);

/**
 * The gate: may this request steer the server? If not, the reply is written. Also for other paths
 * that are not for everybody.
 */
bool fa_control_admits(const struct fa_control *control, const struct fa_http_request *request,
                       struct fa_http_reply *reply);

#endif
