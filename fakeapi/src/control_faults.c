/* Faults through the control API: FAULTS.md. */
#include "control_call.h"

/* Which account is meant; NULL for all. */
static const char *apikey_of(const struct fa_control_call *call)
{
    const struct fa_principal *account = fa_control_account(call, "account");

    return account ? account->account.apikey : NULL;
}

static void answer_with(struct fa_control_call *call, const char *id)
{
    struct pm_buf *body = &call->reply->body;

    fa_control_raw(call, FA_CONTENT_JSON);
    if (!id)
        (void)pm_buf_adds(body, "{\"faults\":");
    (void)fa_faults_write(call->app->faults, apikey_of(call), id, body); /* the caller has looked */
    if (!id)
        (void)pm_buf_adds(body, "}");
}

static void fail_absent(struct fa_control_call *call)
{
    fa_control_fail(call, 404, "GET /__fake/faults lists them", "there is no fault \"%.64s\"",
                    fa_control_text(call, "id"));
}

static bool is_there(const struct fa_control_call *call)
{
    int64_t matched;
    int64_t applied;

    return fa_faults_counts(call->app->faults, apikey_of(call), fa_control_text(call, "id"),
                            &matched, &applied) == 0;
}

void fa_control_faults_list(struct fa_control_call *call)
{
    answer_with(call, NULL);
}

void fa_control_fault_add(struct fa_control_call *call)
{
    char id[FA_FAULT_ID_MAX + 1];
    char message[512];

    if (fa_faults_add(call->app->faults, call->http->body, call->http->body_len, apikey_of(call),
                      id, message, sizeof(message)) < 0)
        fa_control_fail(call, 400, "FAULTS.md has an example of each", "%s", message);
    else
        answer_with(call, id);
}

void fa_control_faults_clear(struct fa_control_call *call)
{
    fa_write_integer(call->out, "removed",
                     (int64_t)fa_faults_clear(call->app->faults, apikey_of(call)));
}

void fa_control_fault_show(struct fa_control_call *call)
{
    if (is_there(call))
        answer_with(call, fa_control_text(call, "id"));
    else
        fail_absent(call);
}

void fa_control_fault_enable(struct fa_control_call *call)
{
    const char *id = fa_control_text(call, "id");

    if (fa_faults_enable(call->app->faults, apikey_of(call), id,
                         fa_control_flag(call, "enabled", true)) < 0)
        fail_absent(call);
    else
        answer_with(call, id);
}

void fa_control_fault_remove(struct fa_control_call *call)
{
    if (fa_faults_remove(call->app->faults, apikey_of(call), fa_control_text(call, "id")) < 0)
        fail_absent(call);
    else
        fa_write_integer(call->out, "removed", 1);
}
