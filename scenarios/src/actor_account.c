/* `account`: a further account of a server. */
#include <cjson/cJSON.h>

#include "fake.h"
#include "stage.h"

static const struct sc_key keys[] = {
    {"as", SC_TEXT, false, "Its name; `account` if left out.", NULL, NULL},
    {"on", SC_TEXT, false, "Which fakeapi.", NULL, NULL},
    {"apikey", SC_TEXT, false, "Its apikey; one is made if left out.", NULL, NULL},
    {"secretkey", SC_TEXT, false, "Its secret key, likewise.", NULL, NULL},
    {"user", SC_TEXT, false, "A user's name, to sign in with.", NULL, NULL},
    {"password", SC_TEXT, false, "The user's password.", NULL, NULL},
    {0},
};

static enum sc_verdict step(struct sc_call *call)
{
    static const char *const sent[] = {"apikey", "secretkey", "user", "password"};
    const struct sc_fake *fake = sc_fake_get(call, sc_arg_text(call, "on"));
    const char *name = sc_arg_text(call, "as");
    cJSON *body = cJSON_CreateObject(), *answer = NULL;
    size_t i;

    for (i = 0; i < sizeof(sent) / sizeof(sent[0]); i++)
        if (sc_arg_text(call, sent[i]))
            cJSON_AddStringToObject(body, sent[i], sc_arg_text(call, sent[i]));
    if (!fake || !sc_thing_add(call, name, NULL)) {
        cJSON_Delete(body);
        return SC_FAIL;
    }
    if (sc_fake_control(call, fake, "POST", "/accounts", body, &answer) < 0)
        return SC_FAIL;
    sc_vars_set(call->stage, name ? name : call->actor->name, answer);
    return SC_PASS;
}

const struct sc_actor sc_actor_account = {
    .name = "account",
    .about = "A further account of a server. Publishes `.apikey` and `.secretkey`.",
    .keys = keys,
    .step = step,
};
