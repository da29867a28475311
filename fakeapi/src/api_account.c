/* Keys and tokens: PROTOCOL.md §2.1 and §2.2. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "app.h"
#include "routes.h"

#define TOKEN_TIME_MS (INT64_C(24) * 3600 * 1000)

/* Java prints the hash as a number: leading zeros may be missing. */
static bool is_same_hash(const char *given, const char *kept)
{
    if (kept[0] == '\0')
        return false;
    given += strspn(given, "0");
    kept += strspn(kept, "0");
    return strlen(given) == strlen(kept) && strcasecmp(given, kept) == 0;
}

static const struct fa_principal *sign_in(struct fa_call *call)
{
    const char *hash = fa_arg_text(call, "password");
    const struct fa_principal *principal =
        fa_accounts_find_user(call->app->accounts, fa_arg_text(call, "userName"));

    if (!principal || (!is_same_hash(hash, principal->account.password_md5) &&
                       !is_same_hash(hash, principal->account.password_sha256)))
        return NULL;
    call->account = principal;
    return principal;
}

static enum fa_error no_sign_in(struct fa_call *call)
{
    return fa_refuse(call, FA_E_PASSWORD, NULL, "no account has this user name and password");
}

enum fa_error fa_api_apikey(struct fa_call *call)
{
    const struct fa_principal *principal = sign_in(call);

    if (!principal)
        return no_sign_in(call);
    fa_write_object(call->out, "result");
    fa_write_text(call->out, "apikey", principal->account.apikey);
    call->answers_secret = true;
    fa_write_text(call->out, "secretkey", principal->account.secretkey);
    fa_write_end(call->out);
    return FA_OK;
}

/* A legacy action of which only the name is known; it answers with what identifies the account. */
enum fa_error fa_api_userkey(struct fa_call *call)
{
    const struct fa_principal *principal = sign_in(call);

    if (!principal)
        return no_sign_in(call);
    fa_write_object(call->out, "result");
    fa_write_text(call->out, "userkey", principal->account.apikey);
    fa_write_end(call->out);
    return FA_OK;
}

enum fa_error fa_api_secretkey(struct fa_call *call)
{
    fa_write_object(call->out, "result");
    call->answers_secret = true;
    fa_write_text(call->out, "secretkey", call->account->account.secretkey);
    fa_write_end(call->out);
    return FA_OK;
}

enum fa_error fa_api_auth_token(struct fa_call *call)
{
    enum fa_error error = fa_auth_identify(call);
    const char *secretkey = fa_arg_text(call, "secretkey");
    char token[FA_KEY_SIZE];

    if (error != FA_OK)
        return error;
    if (!fa_is_same(secretkey, strlen(secretkey), call->caller->account.secretkey,
                    strlen(call->caller->account.secretkey)))
        return fa_refuse(call, FA_E_AUTHENTICATION, NULL,
                         "the secretkey is not the one of this apikey");
    if (fa_random_key(token) < 0)
        return fa_refuse(call, FA_E_INTERNAL, NULL, "no random bytes");
    if (fa_store_tokens_expire(call->app->store, fa_vclock_earliest_ms(call->app->clock)) < 0 ||
        fa_store_token_add(call->app->store, call->caller->account.id, token,
                           call->now_ms + TOKEN_TIME_MS) < 0)
        return fa_refuse_store(call);
    fa_write_object(call->out, "result");
    call->answers_secret = true;
    fa_write_text(call->out, "authToken", token);
    fa_write_end(call->out);
    return FA_OK;
}
