/* Accounts through the control API: made, shown, emptied, ended. */
#include <inttypes.h>
#include <stdio.h>

#include "clock.h"
#include "control_call.h"
#include "lifetime.h"
#include "mac.h"

static void write_account(struct fa_writer *out, const struct fa_account *account)
{
    fa_write_text(out, "apikey", account->apikey);
    fa_write_text(out, "name", account->name);
    fa_write_text(out, "user", account->user);
    if (account->expires_at_ms > 0)
        fa_write_integer(out, "expires_at_ms", account->expires_at_ms);
}

void fa_control_accounts_list(struct fa_control_call *call)
{
    size_t i;

    if (fa_store_is_shared(call->app->store) && fa_accounts_reload(call->app->accounts) < 0)
        return fa_control_fail_store(call); /* others may have made some */
    fa_write_list(call->out, "accounts");
    for (i = 0; i < fa_accounts_count(call->app->accounts); i++) {
        fa_write_object(call->out, "");
        write_account(call->out, &fa_accounts_at(call->app->accounts, i)->account);
        fa_write_end(call->out);
    }
    fa_write_end(call->out);
}

/* What of an account is counted. */
struct counts {
    struct fa_store *store;
    int64_t monitors;
    int64_t rows;
};

/* fa_monitor_fn */
static int count_monitor(void *context, const struct fa_monitor *monitor)
{
    struct counts *counts = context;
    int64_t rows;

    if (fa_store_row_count(counts->store, monitor->id, &rows) < 0)
        return FA_STORE_FAILED;
    counts->monitors++;
    counts->rows += rows;
    return 0;
}

void fa_control_account_show(struct fa_control_call *call)
{
    const struct fa_principal *principal = fa_control_account(call, "apikey");
    const struct fa_monitor_filter filter = {.account_id = principal->account.id};
    struct counts counts = {.store = call->app->store};

    if (fa_store_monitors(call->app->store, &filter, count_monitor, &counts) < 0)
        return fa_control_fail_store(call);
    write_account(call->out, &principal->account);
    fa_write_integer(call->out, "monitors", counts.monitors);
    fa_write_integer(call->out, "rows", counts.rows);
}

/* The value sent, or a new one in @made. NULL without random bytes. */
static const char *key_of(const struct fa_control_call *call, const char *name,
                          char made[FA_KEY_SIZE])
{
    if (fa_control_has(call, name))
        return fa_control_text(call, name);
    return fa_random_key(made) == 0 ? made : NULL;
}

static void write_keys(struct fa_writer *out, const char *apikey, const char *secretkey)
{
    fa_write_text(out, "apikey", apikey);
    fa_write_text(out, "secretkey", secretkey);
}

void fa_control_account_create(struct fa_control_call *call)
{
    char apikey[FA_KEY_SIZE];
    char secretkey[FA_KEY_SIZE];
    int64_t ttl_ms = fa_control_number(call, "ttl", 0);
    const struct fa_account_spec spec = {
        .apikey = key_of(call, "apikey", apikey),
        .secretkey = key_of(call, "secretkey", secretkey),
        .name = fa_control_text(call, "name"),
        .user = fa_control_text(call, "user"),
        .password = fa_control_text(call, "password"),
        .reseller = fa_control_text(call, "reseller"),
        .expires_at_ms = ttl_ms > 0 ? pm_clock_wall_ms() + ttl_ms : 0,
    };
    char message[256];

    if (spec.apikey && fa_accounts_look_up(call->app->accounts, spec.apikey) < 0)
        return fa_control_fail_store(call);
    if (spec.apikey && fa_accounts_find(call->app->accounts, spec.apikey))
        return fa_control_fail(call, 409, "leave the apikey out and one is made",
                               "there is an account with this apikey");
    if (fa_accounts_put(call->app->accounts, &spec, message, sizeof(message)) < 0)
        return fa_control_fail(call, 400, NULL, "%s", message);
    fa_lifetime_watch(call->app->lifetime);
    write_keys(call->out, spec.apikey, spec.secretkey);
    if (spec.expires_at_ms > 0)
        fa_write_integer(call->out, "expires_at_ms", spec.expires_at_ms);
}

void fa_control_account_keys(struct fa_control_call *call)
{
    char made[FA_KEY_SIZE];
    const char *secretkey = key_of(call, "secretkey", made);
    const struct fa_principal *principal = fa_control_account(call, "apikey");
    char message[256];

    if (!secretkey)
        return fa_control_fail(call, 500, NULL, "no random bytes for a key");
    if (fa_accounts_set_secret(call->app->accounts, principal->account.id, secretkey, message,
                               sizeof(message)) < 0)
        return fa_control_fail(call, 400, NULL, "%s", message);
    write_keys(call->out, fa_control_text(call, "apikey"), secretkey);
}

void fa_control_account_reset(struct fa_control_call *call)
{
    if (fa_account_reset(call->app, fa_control_account(call, "apikey")->account.id) < 0)
        fa_control_fail_store(call);
}

void fa_control_account_delete(struct fa_control_call *call)
{
    if (fa_account_delete(call->app, fa_control_account(call, "apikey")->account.id) < 0)
        fa_control_fail_store(call);
}

void fa_control_reset(struct fa_control_call *call)
{
    if (fa_accounts_reset_all(call->app) < 0)
        fa_control_fail_store(call);
}
