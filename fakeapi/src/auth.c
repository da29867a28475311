/*
 * Who calls, and whether they may: PROTOCOL.md §2. The server's own verification, written from the
 * protocol; it shares no code with the client's signer.
 */
#include <string.h>
#include <strings.h>

#include "app.h"
#include "checksum.h"
#include "clock.h"
#include "routes.h"

/* Values of common parameters are used before args.c has looked at them, so look here. */
static const struct fa_param *text_param(const struct fa_call *call, const char *name)
{
    const struct fa_param *param = fa_params_find(&call->params, name);

    if (!param || param->value_len == 0 || !fa_is_text(param->value, param->value_len))
        return NULL;
    return param;
}

static const char *text_of(const struct fa_call *call, const char *name)
{
    const struct fa_param *param = text_param(call, name);

    return param ? param->value : "";
}

/* Identification */

/* JSON, XML and multipart begin so; a form hardly ever does. */
static bool is_other_body(const struct fa_http_request *http)
{
    return http->body_len > 0 && memchr("{[<-", http->body[0], 4) != NULL;
}

/* Clients compare these texts: the custom path's reads name the key, all else says little. */
static enum fa_error unknown_key(struct fa_call *call, const char *apikey)
{
    bool is_account_action = call->route && call->route->paths == FA_PATH_BOTH;
    enum fa_error error = call->is_custom_path && !call->is_post && !is_account_action
                              ? FA_E_APIKEY
                              : FA_E_AUTHENTICATION;

    if (apikey[0] == '\0')
        return fa_refuse(call, error, NULL, "apikey is missing or empty%s",
                         is_other_body(call->http) ? "; the body is not form-encoded" : "");
    if (fa_accounts_is_secret(call->app->accounts, apikey))
        return fa_refuse(call, error, NULL, "apikey holds a secret key: the two are swapped");
    return fa_refuse(call, error, NULL, "there is no account with the apikey \"%.64s\"", apikey);
}

/* §2.6 */
static enum fa_error find_client(struct fa_call *call)
{
    const char *apikey = text_of(call, "clientApikey");
    const struct fa_principal *client;

    call->account = call->caller;
    if (apikey[0] == '\0')
        return FA_OK;
    fa_steps_enter(&call->steps, FA_STEP_CLIENT);
    client = fa_accounts_find(call->app->accounts, apikey);
    if (!client || client->account.reseller_id != call->caller->account.id)
        return fa_refuse(call, FA_E_AUTHENTICATION, NULL,
                         "clientApikey \"%.64s\" is no client of this account", apikey);
    call->account = client;
    call->steps.numbers[FA_STEP_CLIENT] = client->account.id;
    return FA_OK;
}

enum fa_error fa_auth_identify(struct fa_call *call)
{
    const char *apikey = text_of(call, "apikey");

    fa_steps_enter(&call->steps, FA_STEP_ACCOUNT);
    if (fa_accounts_look_up(call->app->accounts, apikey) < 0 ||
        fa_accounts_look_up(call->app->accounts, text_of(call, "clientApikey")) < 0)
        return fa_refuse_store(call);
    call->caller = fa_accounts_find(call->app->accounts, apikey);
    if (!call->caller)
        return unknown_key(call, apikey);
    call->steps.numbers[FA_STEP_ACCOUNT] = call->caller->account.id;
    call->now_ms =
        fa_vclock_now_ms(call->app->clock, call->caller->account.id) + call->plan.clock_skew_ms;
    call->checks = fa_settings_get(call->app->settings, call->caller->account.id);
    return find_client(call);
}

/* Tokens, §2.2 */

static enum fa_error verify_token(struct fa_call *call)
{
    const struct fa_param *token = text_param(call, "authToken");
    int r;

    fa_steps_enter(&call->steps, FA_STEP_TOKEN);
    if (!token)
        return fa_refuse(call, FA_E_TOKEN, NULL, "authToken is missing or empty");
    if (call->plan.expires_token &&
        fa_store_token_remove(call->app->store, call->caller->account.id, token->value) < 0)
        return fa_refuse_store(call);
    r = fa_store_token_check(call->app->store, call->caller->account.id, token->value,
                             call->now_ms);
    if (r == FA_STORE_ABSENT)
        return fa_refuse(call, FA_E_TOKEN, NULL,
                         "authToken is unknown, expired, or another account's");
    return r < 0 ? fa_refuse_store(call) : FA_OK;
}

/* Checksums, §2.3 */

/* What came over the wire, mended as clients of the time needed it. */
static const char *repaired(struct fa_call *call, const char *checksum)
{
    char *copy = fa_arena_copy(&call->arena, checksum, strlen(checksum));
    size_t len;
    char *blank;

    if (!copy)
        return checksum;
    len = strlen(copy);
    while (len > 0 && (copy[len - 1] == '\n' || copy[len - 1] == '\r'))
        copy[--len] = '\0';
    while ((blank = strchr(copy, ' ')) != NULL)
        *blank = '+';
    if (strcmp(copy, checksum) != 0)
        fa_deviate(call, "2.3", "the checksum came with blanks for + or with a line end");
    return copy;
}

static void note_form(struct fa_call *call, struct fa_checksum_form form)
{
    call->steps.signs_raw = form.is_raw;
    call->steps.signs_without_case = form.ignores_case;
    if (form.is_raw)
        fa_deviate(call, "2.3", "the checksum covers the undecoded values");
    if (form.ignores_case)
        fa_deviate(call, "2.3", "the checksum's parameters are sorted without regard to case");
}

static bool matches(struct fa_call *call, struct fa_checksum_form form, const char *received)
{
    char expected[FA_CHECKSUM_SIZE];

    if (fa_checksum_compute(&call->arena, call->caller->mac, &call->params, form, expected) < 0)
        return false;
    return fa_is_same(expected, strlen(expected), received, strlen(received));
}

static bool matches_any(struct fa_call *call, const char *received)
{
    static const struct fa_checksum_form forms[] = {
        {false, false}, {false, true}, {true, false}, {true, true}};
    const struct fa_checks *checks = call->checks;
    size_t i;

    for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if ((forms[i].is_raw && !checks->allows_raw) ||
            (forms[i].ignores_case && checks->order_is_bytes))
            continue;
        if (matches(call, forms[i], received)) {
            note_form(call, forms[i]);
            return true;
        }
    }
    return false;
}

static enum fa_error check_window(struct fa_call *call, int64_t time_ms)
{
    int64_t window_ms = call->checks->timestamp_window_ms;
    int64_t off_ms = time_ms > call->now_ms ? time_ms - call->now_ms : call->now_ms - time_ms;
    const char *side = time_ms > call->now_ms ? "after" : "before";

    call->steps.numbers[FA_STEP_TIMESTAMP] = time_ms - call->now_ms;
    if (off_ms <= (window_ms > 0 ? window_ms : FA_TIMESTAMP_WINDOW_MS))
        return FA_OK;
    if (window_ms > 0)
        return fa_refuse(call, FA_E_INVALID, "timestamp",
                         "timestamp is %lld s %s the server's clock (GMT)",
                         (long long)(off_ms / 1000), side);
    fa_deviate(call, "2.4", "the timestamp is %lld s %s the server's clock (GMT)",
               (long long)(off_ms / 1000), side);
    return FA_OK;
}

/* §2.4, for checksums only. */
static enum fa_error verify_timestamp(struct fa_call *call)
{
    const struct fa_checks *checks = call->checks;
    const struct fa_param *param = text_param(call, "timestamp");
    int64_t time_ms;

    fa_steps_enter(&call->steps, FA_STEP_TIMESTAMP);
    if (!param)
        return fa_refuse(call, FA_E_MISSING, "timestamp", "timestamp is missing or empty");
    if (pm_clock_parse_timestamp(param->value, &time_ms) < 0) {
        if (checks->timestamp_form)
            return fa_refuse(call, FA_E_INVALID, "timestamp",
                             "timestamp is not of the form yyyy-MM-dd HH:mm:ss");
        fa_deviate(call, "2.4", "the timestamp is not of the form yyyy-MM-dd HH:mm:ss");
        return FA_OK;
    }
    return check_window(call, time_ms);
}

static enum fa_error check_replay(struct fa_call *call, const char *checksum)
{
    enum fa_replay replay = call->checks->replay;
    bool is_seen;

    if (replay == FA_REPLAY_OFF)
        return FA_OK;
    fa_steps_enter(&call->steps, FA_STEP_REPLAY);
    if (fa_replays_seen(call->app->replays, call->caller->account.id, checksum, &is_seen) < 0)
        return fa_refuse_store(call);
    if (!is_seen)
        return FA_OK;
    if (replay == FA_REPLAY_REFUSE)
        return fa_refuse(call, FA_E_REPLAY, NULL, "this timestamp and checksum were seen before");
    fa_deviate(call, "2.3", "this timestamp and checksum were seen before");
    return FA_OK;
}

static enum fa_error no_match(struct fa_call *call)
{
    fa_diagnose(call);
    return fa_refuse(call, FA_E_AUTHENTICATION, NULL, "the checksum does not match: %s",
                     call->diagnosis_line ? call->diagnosis_line : "not examined");
}

/* Another server of the same store may just have changed the secret key. */
static enum fa_error match(struct fa_call *call, const char *received)
{
    bool is_outdated;
    enum fa_error error;

    if (matches_any(call, received))
        return FA_OK;
    if (fa_accounts_check(call->app->accounts, call->caller, &is_outdated) < 0)
        return fa_refuse_store(call);
    if (!is_outdated)
        return no_match(call);
    error = fa_auth_identify(call);
    fa_steps_enter(&call->steps, FA_STEP_CHECKSUM);
    if (error != FA_OK)
        return error;
    return matches_any(call, received) ? FA_OK : no_match(call);
}

static enum fa_error verify_checksum(struct fa_call *call)
{
    const struct fa_param *param = text_param(call, "checksum");
    const char *received;
    enum fa_error error;

    fa_steps_enter(&call->steps, FA_STEP_CHECKSUM);
    call->steps.numbers[FA_STEP_CHECKSUM] = (int64_t)call->params.count - 1;
    if (!param)
        return fa_refuse(call, FA_E_AUTHENTICATION, NULL, "checksum is missing, empty or no text");
    received = call->checks->allows_repair ? repaired(call, param->value) : param->value;
    error = match(call, received);
    if (error == FA_OK)
        error = verify_timestamp(call);
    return error == FA_OK ? check_replay(call, received) : error;
}

/* §2.2 says which of the two it is. */
static bool is_by_token(const struct fa_call *call)
{
    const char *validation = text_of(call, "validation");

    if (strcasecmp(validation, "token") == 0)
        return true;
    if (strcasecmp(validation, "HMACSHA1") == 0)
        return false;
    return !fa_params_find(&call->params, "checksum") && fa_params_find(&call->params, "authToken");
}

enum fa_error fa_auth_verify(struct fa_call *call)
{
    return is_by_token(call) ? verify_token(call) : verify_checksum(call);
}
