/* `clock`: what time it is for a server, or for an account of it. */
#include <stdio.h>

#include <cjson/cJSON.h>

#include "fake.h"
#include "outcome.h"
#include "stage.h"

static const struct sc_key keys[] = {
    {"set", SC_TEXT, false,
     "real, +24h, -90s, frozen, frozen@TIME, running@TIME; TIME as"
     " 2026-11-22 12:00:00 in GMT.",
     NULL, NULL},
    {"advance", SC_TEXT, false, "By so much: 10m, 24h, -90s.", NULL, NULL},
    {"time", SC_MATCHER, false, "What it must show, as TIME.", NULL, NULL},
    {"on", SC_TEXT, false, "Which fakeapi, if there are several.", NULL, NULL},
    {"account", SC_TEXT, false, "Whose; the server's if left out.", NULL, NULL},
    {"as", SC_TEXT, false, "Publishes `.clock`, `.time`, `.time_ms`.", NULL, NULL},
    {0},
};

static cJSON *body_with(struct sc_call *call, const char *name, const char *value)
{
    cJSON *body = cJSON_CreateObject();
    char path[256];

    cJSON_AddStringToObject(body, name, value);
    if (sc_arg_text(call, "account")) {
        (void)snprintf(path, sizeof(path), "%s.apikey", sc_arg_text(call, "account"));
        cJSON_AddItemToObject(body, "account", sc_vars_get(call->stage, call->scope, path));
    }
    return body;
}

static int move(struct sc_call *call, const struct sc_fake *fake)
{
    const char *set = sc_arg_text(call, "set"), *advance = sc_arg_text(call, "advance");

    if (set &&
        sc_fake_control(call, fake, "PUT", "/clock", body_with(call, "clock", set), NULL) < 0)
        return -1;
    return advance ? sc_fake_control(call, fake, "POST", "/clock/advance",
                                     body_with(call, "by", advance), NULL)
                   : 0;
}

static int show(struct sc_call *call, const struct sc_fake *fake, cJSON **ret_clock)
{
    char path[512] = "/clock", name[256];
    cJSON *apikey;

    if (sc_arg_text(call, "account")) {
        (void)snprintf(name, sizeof(name), "%s.apikey", sc_arg_text(call, "account"));
        apikey = sc_vars_get(call->stage, call->scope, name);
        (void)snprintf(path, sizeof(path), "/clock?account=%s",
                       cJSON_IsString(apikey) ? apikey->valuestring : "");
        cJSON_Delete(apikey);
    }
    return sc_fake_control(call, fake, "GET", path, NULL, ret_clock);
}

static enum sc_verdict step(struct sc_call *call)
{
    const struct sc_fake *fake = sc_fake_get(call, sc_arg_text(call, "on"));
    cJSON *clock = NULL;
    int r;

    if (!fake || move(call, fake) < 0)
        return SC_FAIL;
    if (!sc_arg(call, "time") && !sc_arg_text(call, "as"))
        return SC_PASS;
    if (show(call, fake, &clock) < 0)
        return SC_FAIL;
    r = sc_outcome_check(call, "time", cJSON_GetObjectItemCaseSensitive(clock, "time"));
    if (sc_arg_text(call, "as"))
        sc_vars_set(call->stage, sc_arg_text(call, "as"), clock);
    else
        cJSON_Delete(clock);
    return r < 0 ? SC_FAIL : SC_PASS;
}

const struct sc_actor sc_actor_clock = {
    .name = "clock",
    .about = "What time it is for a server, or for an account of it.",
    .short_key = "set",
    .keys = keys,
    .step = step,
};
