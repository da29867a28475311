/* The clocks through the control API. */
#include "control_call.h"
#include "vclock.h"

static int64_t owner_of(const struct fa_control_call *call)
{
    const struct fa_principal *account = fa_control_account(call, "account");

    return account ? account->account.id : FA_VCLOCK_SERVER;
}

static void write_clock(struct fa_control_call *call, int64_t account_id)
{
    const struct fa_vclock *clock = call->app->clock;
    struct fa_vclock_setting setting;
    bool has_own = fa_vclock_get(clock, account_id, &setting);
    struct fa_vclock_setting shown = {.mode = FA_CLOCK_FROZEN,
                                      .frozen_at_ms = fa_vclock_now_ms(clock, account_id)};
    char text[FA_VCLOCK_TEXT_SIZE];

    fa_vclock_print(&setting, text, sizeof(text));
    fa_write_text(call->out, "clock", text);
    fa_write_literal(call->out, "follows_server", has_own ? "false" : "true");
    fa_vclock_print(&shown, text, sizeof(text));
    fa_write_text(call->out, "time", text + sizeof("frozen@") - 1);
    fa_write_integer(call->out, "time_ms", shown.frozen_at_ms);
}

void fa_control_clock_show(struct fa_control_call *call)
{
    write_clock(call, owner_of(call));
}

void fa_control_clock_set(struct fa_control_call *call)
{
    int64_t id = owner_of(call);
    char message[256];

    if (fa_vclock_set_text(call->app->clock, id, fa_control_text(call, "clock"), message,
                           sizeof(message)) < 0)
        return fa_control_fail(call, 400, NULL, "%s", message);
    write_clock(call, id);
}

void fa_control_clock_advance(struct fa_control_call *call)
{
    int64_t id = owner_of(call);
    int64_t by_ms;

    if (fa_duration_parse(fa_control_text(call, "by"), &by_ms) < 0)
        return fa_control_fail(call, 400, "10m, 24h, -90s; units ms s m h d",
                               "\"by\" must be a duration");
    if (fa_vclock_advance(call->app->clock, id, by_ms) < 0)
        return fa_control_fail(call, 400, NULL, "it would leave the years 1970 to 9999");
    write_clock(call, id);
}
