/* `monitor`: a custom monitor of an account, made by a signed request, and results for it. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "clock.h"
#include "error.h"
#include "fake.h"
#include "http.h"
#include "sign.h"
#include "stage.h"

#define LOGIN_PARAMS \
    "user_login:Login Name:logins:3;host:Host Address:hostaddress:3;srv:Service:service:3"

static const struct sc_key keys[] = {
    {"as", SC_TEXT, false, "Its name; `monitor` if left out.", NULL, NULL},
    {"fake", SC_TEXT, false, "Which fakeapi.", NULL, NULL},
    {"account", SC_TEXT, false, "Whose it is: a fakeapi or an account.", NULL, NULL},
    {"name", SC_TEXT, false, "The monitor's name; `login monitor` if left out.", NULL, NULL},
    {"tag", SC_TEXT, false, "Its tag; `loginMonitor` if left out.", NULL, NULL},
    {"params", SC_TEXT, false,
     "Its columns, as addMonitor takes them (PROTOCOL.md); those of"
     " logins if left out.",
     NULL, NULL},
    {0},
};

static const char *text(const struct sc_call *call, const char *name, const char *otherwise)
{
    const char *given = sc_arg_text(call, name);

    return given ? given : otherwise;
}

static void add_variable(struct sc_call *call, cJSON *params, const char *account, const char *what)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "%s.%s", account, what);
    cJSON_AddItemToObject(params, what, sc_vars_get(call->stage, call->scope, path));
}

static cJSON *parameters(struct sc_call *call, const char *account)
{
    cJSON *params = cJSON_CreateObject();
    char timestamp[PM_CLOCK_TIMESTAMP_SIZE];

    pm_clock_timestamp(pm_clock_wall_ms(), timestamp, sizeof(timestamp));
    cJSON_AddStringToObject(params, "action", "addMonitor");
    add_variable(call, params, account, "apikey");
    cJSON_AddStringToObject(params, "name", text(call, "name", "login monitor"));
    cJSON_AddStringToObject(params, "tag", text(call, "tag", "loginMonitor"));
    cJSON_AddStringToObject(params, "resultParams", text(call, "params", LOGIN_PARAMS));
    cJSON_AddStringToObject(params, "timestamp", timestamp);
    cJSON_AddStringToObject(params, "version", "2");
    return params;
}

static char *form_of(const cJSON *params, const char *checksum)
{
    struct pm_buf out;
    const cJSON *item;
    PM_AUTO_FREE char *encoded_sum = sc_sign_encode(checksum);

    pm_buf_init(&out, 65536);
    cJSON_ArrayForEach(item, params)
    {
        PM_AUTO_FREE char *value = sc_sign_encode(cJSON_IsString(item) ? item->valuestring : "");

        (void)pm_buf_addf(&out, "%s=%s&", item->string, value ? value : "");
    }
    (void)pm_buf_addf(&out, "checksum=%s", encoded_sum ? encoded_sum : "");
    return pm_buf_take(&out);
}

/* {"status":"ok","data":ID} */
static enum sc_verdict publish(struct sc_call *call, const char *name,
                               const struct sc_http_reply *reply)
{
    cJSON *answer = cJSON_Parse(reply->body.data ? reply->body.data : "");
    cJSON *id = cJSON_DetachItemFromObjectCaseSensitive(answer, "data"), *vars;

    cJSON_Delete(answer);
    if (!cJSON_IsNumber(id)) {
        cJSON_Delete(id);
        return sc_call_fail(call, "the monitor was not made: %d %s", reply->status,
                            reply->body.data ? reply->body.data : "");
    }
    vars = cJSON_CreateObject();
    cJSON_AddItemToObject(vars, "id", id);
    cJSON_AddStringToObject(vars, "tag", text(call, "tag", "loginMonitor"));
    sc_vars_set(call->stage, name, vars);
    return SC_PASS;
}

static enum sc_verdict step(struct sc_call *call)
{
    const char *fake_name = sc_arg_text(call, "fake"), *name = text(call, "as", call->actor->name);
    const struct sc_fake *fake = sc_fake_get(call, fake_name);
    const char *account = text(call, "account", fake_name ? fake_name : "fakeapi");
    PM_AUTO_FREE char *checksum = NULL;
    PM_AUTO_FREE char *body = NULL;
    struct sc_http_reply reply;
    enum sc_verdict verdict;
    struct sc_error err;
    cJSON *params, *secret;
    char path[256], url[256];

    if (!fake)
        return SC_FAIL;
    params = parameters(call, account);
    (void)snprintf(path, sizeof(path), "%s.secretkey", account);
    secret = sc_vars_get(call->stage, call->scope, path);
    checksum = cJSON_IsString(secret) ? sc_sign(params, secret->valuestring, NULL) : NULL;
    body = checksum ? form_of(params, checksum) : NULL;
    cJSON_Delete(params);
    cJSON_Delete(secret);
    if (!body)
        return sc_call_fail(call, "'%s' has no keys to sign with", account);
    (void)snprintf(url, sizeof(url), "%s/customMonitorApi", fake->url);
    if (sc_http_do(
            &(struct sc_http_request){
                .url = url, .body = body, .ca_file = fake->ca_file, .timeout_ms = 20000},
            &reply, &err) < 0)
        verdict = sc_call_fail(call, "%s", err.message);
    else
        verdict = publish(call, name, &reply);
    sc_http_reply_clear(&reply);
    return verdict;
}

const struct sc_actor sc_actor_monitor = {
    .name = "monitor",
    .about = "A custom monitor. Publishes `.id` and `.tag`.",
    .keys = keys,
    .step = step,
};
