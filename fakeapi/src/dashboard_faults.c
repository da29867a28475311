/* Faults; see dashboard_faults.h. */
#include "dashboard_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "dashboard.h"
#include "dashboard_ask.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_visit.h"

#define FAULTS_PATH FA_DASHBOARD_PATH "/faults"
#define TARGET_MAX  4096
#define FIELD_SIZE  300
#define JSON_SIZE   2000

/* What the form offers. `%s` in the effect is the amount that is typed beside it. */
static const struct effect {
    const char *name, *label, *json;
    const char *amount; /* unless one is typed; NULL: it has none */
} effects[] = {
    {"status", "Answer with the status …", "{\"status\":%s}", "503"},
    {"delay", "Answer after … ms", "{\"delay_ms\":%s}", "1000"},
    {"lost", "Do it, then close without an answer", "{\"close\":\"after\"}", NULL},
    {"late", "Do it, then answer with the status …", "{\"when\":\"after\",\"status\":%s}", "500"},
    {"close", "Close before anything is done", "{\"close\":\"before\"}", NULL},
    {"reset", "Reset the connection", "{\"reset\":true}", NULL},
    {"hang", "Never answer", "{\"black_hole\":true}", NULL},
    {"half", "Send … % of the answer, then close", "{\"truncate\":\"%s%\",\"then\":\"close\"}",
     "50"},
    {"drip", "Send the answer … bytes at a time", "{\"drip\":{\"bytes\":%s,\"every_ms\":100}}",
     "1"},
    {"malformed", "Break off the body inside its text", "{\"malformed\":true}", NULL},
    {"garbage", "Send … bytes of noise instead", "{\"garbage\":%s}", "64"},
    {"length", "Lie about the length by … bytes", "{\"content_length\":%s}", "10"},
    {"limit", "Too many requests: come back after … s", "{\"status\":429,\"retry_after\":%s}", "5"},
    {"token", "Take the token for expired", "{\"expire_token\":true}", NULL},
};

/* ---- the list ---- */

static void add_fault(cJSON *list, const cJSON *fault)
{
    static const char *const figures[] = {"matched", "applied"};
    static const char *const limits[] = {"match", "occurrence", "times", "probability"};
    cJSON *item = cJSON_CreateObject(), *when = cJSON_CreateObject();
    size_t i;

    fa_model_add_text(item, "id", fa_model_text(fault, "id"));
    fa_model_add_text(item, "apikey", fa_model_text(fault, "account"));
    fa_model_add_text(item, "note", fa_model_text(fault, "note"));
    cJSON_AddBoolToObject(item, "is_enabled",
                          cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(fault, "enabled")));
    fa_ask_add_json(item, "effect", cJSON_GetObjectItemCaseSensitive(fault, "effect"));
    for (i = 0; i < PM_ARRAY_LEN(limits); i++) {
        cJSON *limit = cJSON_GetObjectItemCaseSensitive(fault, limits[i]);

        if (limit)
            cJSON_AddItemReferenceToObject(when, limits[i], limit);
    }
    fa_ask_add_json(item, "when", when->child ? when : NULL);
    cJSON_Delete(when);
    for (i = 0; i < PM_ARRAY_LEN(figures); i++)
        cJSON_AddNumberToObject(
            item, figures[i],
            cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(fault, figures[i])));
    cJSON_AddItemToArray(list, item);
}

static void add_effects(cJSON *data)
{
    cJSON *list = cJSON_AddArrayToObject(data, "effects");
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(effects); i++) {
        cJSON *item = cJSON_CreateObject();

        cJSON_AddStringToObject(item, "name", effects[i].name);
        cJSON_AddStringToObject(item, "label", effects[i].label);
        cJSON_AddItemToArray(list, item);
    }
}

/* @problem: what was wrong with a form; "" for nothing */
static int show(struct fa_visit *visit, const char *problem)
{
    cJSON *data = fa_page_data(visit, "Faults"), *list = cJSON_AddArrayToObject(data, "faults");
    cJSON *answer = NULL;
    const cJSON *fault;
    char message[FA_ASK_PROBLEM_SIZE];

    if (fa_ask(visit, "GET", "/faults", NULL, &answer, message) < 0)
        problem = message;
    cJSON_ArrayForEach(fault, cJSON_GetObjectItemCaseSensitive(answer, "faults"))
    {
        add_fault(list, fault);
    }
    cJSON_Delete(answer);
    fa_model_add_text(data, "problem", problem);
    fa_ask_add_accounts(visit, "", data);
    add_effects(data);
    fa_page_set_section(data, "in_controls");
    fa_page_set_section(data, "in_faults");
    if (problem[0])
        visit->reply->status = 400;
    return fa_page_render("faults", data, visit);
}

int fa_page_faults(struct fa_visit *visit)
{
    return show(visit, "");
}

/* ---- a new one ---- */

static const struct effect *find_effect(const char *name)
{
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(effects); i++)
        if (strcmp(effects[i].name, name) == 0)
            return &effects[i];
    return &effects[0];
}

/* The amount is digits, with a sign at most, and so cannot be anything else in the JSON. */
static cJSON *make_effect(const struct fa_visit *visit)
{
    const struct effect *effect;
    char name[20] = "", amount[12] = "", json[200];
    size_t at;

    (void)fa_page_form(visit, "effect", name, sizeof(name));
    (void)fa_page_form(visit, "amount", amount, sizeof(amount));
    effect = find_effect(name);
    if (amount[0] == '\0' || amount[strspn(amount, "-0123456789")] != '\0')
        (void)snprintf(amount, sizeof(amount), "%s", effect->amount ? effect->amount : "");
    if (!effect->amount)
        return cJSON_Parse(effect->json);
    at = (size_t)(strstr(effect->json, "%s") - effect->json);
    (void)snprintf(json, sizeof(json), "%.*s%s%s", (int)at, effect->json, amount,
                   effect->json + at + 2);
    return cJSON_Parse(json);
}

/* A field that was filled in, as a member. */
static void add_text(const struct fa_visit *visit, cJSON *object, const char *name)
{
    char value[FIELD_SIZE];

    if (fa_page_form(visit, name, value, sizeof(value)) == 0 && value[0])
        cJSON_AddStringToObject(object, name, value);
}

static void add_number(const struct fa_visit *visit, cJSON *object, const char *name)
{
    char value[24], *end;
    double number;

    if (fa_page_form(visit, name, value, sizeof(value)) < 0 || !value[0])
        return;
    number = strtod(value, &end);
    if (*end == '\0')
        cJSON_AddNumberToObject(object, name, number);
    else
        cJSON_AddStringToObject(object, name, value); /* to be told what is wrong with it */
}

/* What the form says, as a rule of FAULTS.md. */
static cJSON *read_rule(const struct fa_visit *visit)
{
    static const char *const texts[] = {"account", "id", "note", "occurrence"};
    static const char *const numbers[] = {"times", "probability", "seed"};
    cJSON *rule = cJSON_CreateObject(), *match = cJSON_CreateObject();
    char json[JSON_SIZE];
    size_t i;

    if (fa_page_form(visit, "json", json, sizeof(json)) == 0 && json[0]) {
        cJSON_Delete(rule);
        cJSON_Delete(match);
        return cJSON_Parse(json);
    }
    for (i = 0; i < PM_ARRAY_LEN(texts); i++)
        add_text(visit, rule, texts[i]);
    for (i = 0; i < PM_ARRAY_LEN(numbers); i++)
        add_number(visit, rule, numbers[i]);
    add_text(visit, match, "action");
    add_number(visit, match, "monitor");
    cJSON_AddItemToObject(rule, "match", match);
    cJSON_AddItemToObject(rule, "effect", make_effect(visit));
    return rule;
}

int fa_page_fault_add(struct fa_visit *visit)
{
    cJSON *rule = read_rule(visit);
    char problem[FA_ASK_PROBLEM_SIZE];

    if (!rule)
        return show(visit, "The rule is not JSON.");
    if (fa_ask(visit, "POST", "/faults", rule, NULL, problem) < 0)
        return show(visit, problem);
    return fa_page_redirect(FAULTS_PATH, visit);
}

int fa_page_fault_change(struct fa_visit *visit)
{
    char id[FIELD_SIZE] = "", account[FIELD_SIZE] = "", enabled[8] = "";
    char problem[FA_ASK_PROBLEM_SIZE];
    cJSON *body = cJSON_CreateObject();
    struct pm_buf target;
    int r;

    (void)fa_page_form(visit, "id", id, sizeof(id));
    (void)fa_page_form(visit, "account", account, sizeof(account));
    (void)fa_page_form(visit, "enabled", enabled, sizeof(enabled));
    cJSON_AddBoolToObject(body, "enabled", strcmp(enabled, "true") == 0);
    pm_buf_init(&target, TARGET_MAX);
    fa_ask_target(&target, "/faults", id, account);
    r = fa_ask(visit, "PATCH", target.failed ? "/" : target.data, body, NULL, problem);
    pm_buf_clear(&target);
    return r < 0 ? show(visit, problem) : fa_page_redirect(FAULTS_PATH, visit);
}
