/* `fault`: what the server shall do wrong, by the rules of fakeapi/FAULTS.md. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "fake.h"
#include "outcome.h"
#include "stage.h"

static const char *const tasks[] = {"clear", "disable", "enable", "remove", NULL};

static const struct sc_key keys[] = {
    {"on", SC_TEXT, false, "Which fakeapi, if there are several.", NULL, NULL},
    {"id", SC_TEXT, false, "The rule's name.", NULL, NULL},
    {"account", SC_TEXT, false, "Only requests of this account; of all if left out.", NULL, NULL},
    {"match", SC_MATCHER, false,
     "Which requests: `action`, `monitor`, `method`, `path`, `params` …", NULL, NULL},
    {"occurrence", SC_MATCHER, false, "Which of those: 3, `2-5`, `4-`, `every 4`.", NULL, NULL},
    {"times", SC_NUMBER, false, "At most so often.", NULL, NULL},
    {"probability", SC_MATCHER, false, "With this probability, drawn from the seed.", NULL, NULL},
    {"seed", SC_NUMBER, false, "The seed of the rule; that of the run if left out.", NULL, NULL},
    {"effect", SC_MATCHER, false, "What happens to them: `status`, `delay_ms`, `close` …", NULL,
     NULL},
    {"do", SC_WORD, false, "What shall happen to the rule `id`; `clear` removes all.", tasks, NULL},
    {"applied", SC_MATCHER, false, "How often the rule `id` must have been applied.", NULL, NULL},
    {0},
};

/* ---- a new rule ---- */

static int add_account(struct sc_call *call, cJSON *rule)
{
    char path[256];
    cJSON *apikey;

    if (!sc_arg_text(call, "account"))
        return 0;
    (void)snprintf(path, sizeof(path), "%s.apikey", sc_arg_text(call, "account"));
    apikey = sc_vars_get(call->stage, call->scope, path);
    if (!apikey) {
        (void)sc_call_fail(call, "there is no account '%s'", sc_arg_text(call, "account"));
        return -1;
    }
    cJSON_AddItemToObject(rule, "account", apikey);
    return 0;
}

static enum sc_verdict add(struct sc_call *call, const struct sc_fake *fake)
{
    static const char *const members[] = {"id",    "match",       "occurrence",
                                          "times", "probability", "effect"};
    cJSON *rule = cJSON_CreateObject();
    size_t i;

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (sc_arg(call, members[i]))
            cJSON_AddItemToObject(rule, members[i],
                                  cJSON_Duplicate(sc_arg(call, members[i]), true));
    if (sc_arg(call, "probability"))
        cJSON_AddNumberToObject(
            rule, "seed",
            (double)sc_arg_number(call, "seed",
                                  (int64_t)(call->stage->settings->seed & 0xFFFFFFFF)));
    if (add_account(call, rule) < 0) {
        cJSON_Delete(rule);
        return SC_FAIL;
    }
    return sc_fake_control(call, fake, "POST", "/faults", rule, NULL) < 0 ? SC_FAIL : SC_PASS;
}

/* ---- one that there is ---- */

static enum sc_verdict act(struct sc_call *call, const struct sc_fake *fake, const char *task)
{
    const char *id = sc_arg_text(call, "id");
    cJSON *body = NULL;
    char path[256] = "/faults";
    int r;

    if (strcmp(task, "clear") == 0)
        return sc_fake_control(call, fake, "DELETE", path, NULL, NULL) < 0 ? SC_FAIL : SC_PASS;
    if (!id)
        return sc_call_fail(call, "'%s' needs 'id'", task);
    (void)snprintf(path, sizeof(path), "/faults/%s", id);
    if (strcmp(task, "remove") == 0) {
        r = sc_fake_control(call, fake, "DELETE", path, NULL, NULL);
    } else {
        body = cJSON_CreateObject();
        cJSON_AddBoolToObject(body, "enabled", strcmp(task, "enable") == 0);
        r = sc_fake_control(call, fake, "PATCH", path, body, NULL);
    }
    return r < 0 ? SC_FAIL : SC_PASS;
}

static enum sc_verdict check_applied(struct sc_call *call, const struct sc_fake *fake)
{
    cJSON *rule = NULL;
    char path[256];
    int r;

    if (!sc_arg_text(call, "id"))
        return sc_call_fail(call, "'applied' needs 'id'");
    (void)snprintf(path, sizeof(path), "/faults/%s", sc_arg_text(call, "id"));
    if (sc_fake_control(call, fake, "GET", path, NULL, &rule) < 0)
        return SC_FAIL;
    r = sc_outcome_check(call, "applied", cJSON_GetObjectItemCaseSensitive(rule, "applied"));
    cJSON_Delete(rule);
    return r < 0 ? SC_FAIL : SC_PASS;
}

static enum sc_verdict step(struct sc_call *call)
{
    const struct sc_fake *fake = sc_fake_get(call, sc_arg_text(call, "on"));

    if (!fake)
        return SC_FAIL;
    if (sc_arg_text(call, "do"))
        return act(call, fake, sc_arg_text(call, "do"));
    if (sc_arg(call, "applied"))
        return check_applied(call, fake);
    return sc_arg(call, "effect") ? add(call, fake)
                                  : sc_call_fail(call, "'fault' needs one of effect, applied, do");
}

const struct sc_actor sc_actor_fault = {
    .name = "fault",
    .about = "What the server shall do wrong: a rule of fakeapi/FAULTS.md.",
    .keys = keys,
    .step = step,
};
