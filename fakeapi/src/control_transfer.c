/* Accounts out and in through the control API; the form of the lines is in transfer.h. */
#include "control_call.h"
#include "transfer.h"

#define EXPORT_LIMIT (128 * 1024) /* of one answer, about: it can be imported in one piece */

void fa_control_export(struct fa_control_call *call)
{
    int r;

    fa_control_raw(call, "application/x-ndjson");
    r = fa_export(call->app, fa_control_text(call, "account"), fa_control_text(call, "after"),
                  EXPORT_LIMIT, &call->reply->body);
    if (r == FA_STORE_ABSENT)
        fa_control_fail(call, 400, "begin again without \"after\"",
                        "\"after\" leads to nothing any more");
    else if (r < 0)
        fa_control_fail_store(call);
}

void fa_control_import(struct fa_control_call *call)
{
    struct fa_imported done;
    char message[512];
    int r = fa_import(call->app, fa_control_text(call, "account"), call->http->body,
                      call->http->body_len, &done, message, sizeof(message));

    if (r < 0)
        return fa_control_fail(call, r == FA_STORE_FAILED ? 500 : 400,
                               "nothing of this request was taken", "%s", message);
    fa_write_integer(call->out, "accounts", done.accounts);
    fa_write_integer(call->out, "monitors", done.monitors);
    fa_write_integer(call->out, "rows", done.rows);
}
