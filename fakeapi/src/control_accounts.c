/* Accounts through the control API: made, listed, shown. */
#include "control_call.h"
#include "mac.h"

static void write_account(struct fa_writer *out, const struct fa_account *account)
{
    fa_write_text(out, "apikey", account->apikey);
    fa_write_text(out, "name", account->name);
    fa_write_text(out, "user", account->user);
}

void fa_control_accounts_list(struct fa_control_call *call)
{
    size_t i;

    fa_write_list(call->out, "accounts");
    for (i = 0; i < fa_accounts_count(call->app->accounts); i++) {
        fa_write_object(call->out, "");
        write_account(call->out, &fa_accounts_at(call->app->accounts, i)->account);
        fa_write_end(call->out);
    }
    fa_write_end(call->out);
}

void fa_control_account_create(struct fa_control_call *call)
{
    char apikey[FA_KEY_SIZE];
    char secretkey[FA_KEY_SIZE];
    const struct fa_account_spec spec = {
        .apikey = fa_control_has(call, "apikey") ? fa_control_text(call, "apikey") : apikey,
        .secretkey =
            fa_control_has(call, "secretkey") ? fa_control_text(call, "secretkey") : secretkey,
        .name = fa_control_text(call, "name"),
        .user = fa_control_text(call, "user"),
        .password = fa_control_text(call, "password"),
    };
    char message[256];

    if (fa_random_key(apikey) < 0 || fa_random_key(secretkey) < 0)
        return fa_control_fail(call, 500, NULL, "no random bytes for keys");
    if (fa_accounts_find(call->app->accounts, spec.apikey))
        return fa_control_fail(call, 409, "leave the apikey out and one is made",
                               "there is an account with this apikey");
    if (fa_accounts_put(call->app->accounts, &spec, message, sizeof(message)) < 0)
        return fa_control_fail(call, 400, NULL, "%s", message);
    fa_write_text(call->out, "apikey", spec.apikey);
    fa_write_text(call->out, "secretkey", spec.secretkey);
}
