/* The switches of the checks, while the server runs; PROTOCOL.md §6. */
#include <stdio.h>

#include "control_call.h"
#include "settings.h"

/* Whose: the account's, or the server's. */
static int64_t owner_of(const struct fa_control_call *call)
{
    const struct fa_principal *account = fa_control_account(call, "account");

    return account ? account->account.id : FA_SETTINGS_SERVER;
}

static void write_check(void *context, const char *name, const char *value)
{
    fa_write_text(context, name, value);
}

static void write_settings(struct fa_control_call *call)
{
    const struct fa_settings *settings = call->app->settings;
    int64_t owner = owner_of(call);

    if (owner != FA_SETTINGS_SERVER)
        fa_write_literal(call->out, "follows_server",
                         fa_settings_are_own(settings, owner) ? "false" : "true");
    fa_write_object(call->out, "checks");
    fa_checks_each(fa_settings_get(settings, owner), write_check, call->out);
    fa_write_end(call->out);
}

void fa_control_settings_show(struct fa_control_call *call)
{
    write_settings(call);
}

/* Set those of @wanted. Errors: -1 after failing the call */
static int set_checks(struct fa_control_call *call, const cJSON *wanted, struct fa_checks *checks)
{
    const cJSON *check;

    cJSON_ArrayForEach(check, wanted)
    {
        char text[128];
        char message[512];

        (void)snprintf(text, sizeof(text), "%s=%s", check->string,
                       cJSON_IsString(check) ? check->valuestring : "");
        if (fa_checks_set(checks, text, message, sizeof(message)) == 0)
            continue;
        fa_control_fail(call, 400, NULL, "%s", message);
        return -1;
    }
    return 0;
}

/* All that was asked for, or nothing. */
void fa_control_settings_set(struct fa_control_call *call)
{
    const cJSON *wanted = fa_control_json(call, "checks");
    const char *name = fa_control_text(call, "profile");
    struct fa_checks checks = *fa_settings_get(call->app->settings, owner_of(call));
    enum fa_profile profile;

    if (wanted && !cJSON_IsObject(wanted))
        return fa_control_fail(call, 400, NULL, "\"checks\" must be an object: name and value");
    if (name && fa_profile_parse(name, &profile) == 0)
        fa_checks_init(&checks, profile);
    if (set_checks(call, wanted, &checks) < 0)
        return;
    if (fa_settings_set(call->app->settings, owner_of(call), &checks) < 0)
        return fa_control_fail(call, 500, NULL, "out of memory");
    write_settings(call);
}

void fa_control_settings_unset(struct fa_control_call *call)
{
    fa_settings_unset(call->app->settings, owner_of(call));
    write_settings(call);
}
