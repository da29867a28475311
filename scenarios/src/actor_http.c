/* `http`: one request as it is given: signed or not, or bytes as they go over the wire. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "clock.h"
#include "error.h"
#include "fake.h"
#include "http.h"
#include "outcome.h"
#include "sign.h"
#include "stage.h"
#include "wire.h"

#define WITHIN_MS 20000
#define FORM_MAX  (4u << 20)
#define WIRE_MAX  (4u << 20)

static const struct sc_key keys[] = {
    {"url", SC_TEXT, false, "The address; one that begins with `/` is of the fakeapi.", NULL, NULL},
    {"on", SC_TEXT, false, "Which fakeapi, if there are several.", NULL, NULL},
    {"method", SC_TEXT, false, "GET, or POST with a body, if left out.", NULL, NULL},
    {"query", SC_FIELDS, false, "Parameters in the address, percent-encoded as they must be.", NULL,
     NULL},
    {"form", SC_FIELDS, false, "Parameters in the body, likewise.", NULL, NULL},
    {"headers", SC_FIELDS, false, "Headers.", NULL, NULL},
    {"body", SC_TEXT, false, "The body as it is.", NULL, NULL},
    {"sign", SC_MAP, false,
     "Add `apikey`, `version`, `timestamp` (where they are missing) and the"
     " `checksum`; an empty map signs right.",
     NULL, sc_sign_keys},
    {"account", SC_TEXT, false, "Whose keys sign: a fakeapi or an account.", NULL, NULL},
    {"wire", SC_TEXT, false,
     "Send these bytes instead of a request, and take what comes until the"
     " other side is done.",
     NULL, NULL},
    {"ca_file", SC_TEXT, false, "Whom to trust with https.", NULL, NULL},
    {"status", SC_MATCHER, false, "The status that is expected; 200 if left out.", NULL, NULL},
    {"reply", SC_MATCHER, false, "What the body must be like.", NULL, NULL},
    {"json", SC_MATCHER, false, "What the body, read as JSON, must be like.", NULL, NULL},
    {"reply_headers", SC_MATCHER, false, "What the headers must be like; names in lower case.",
     NULL, NULL},
    {"broken", SC_MATCHER, false, "No complete reply comes; the reason must be like this.", NULL,
     NULL},
    {"took", SC_MATCHER, false, "How long it took, in milliseconds.", NULL, NULL},
    {"within", SC_DURATION, false, "How long it may take; 20s if left out.", NULL, NULL},
    {"as", SC_TEXT, false,
     "Publishes `.status`, `.reply`, `.json`, `.headers` and `.took` by this name.", NULL, NULL},
    {0},
};

/* ---- parameters ---- */

static void add_default(cJSON *params, const char *name, const char *value)
{
    if (!cJSON_GetObjectItemCaseSensitive(params, name))
        cJSON_AddStringToObject(params, name, value);
}

/* The keys of an account that was published. */
static char *key_of(struct sc_call *call, const char *what)
{
    const char *account = sc_arg_text(call, "account"), *on = sc_arg_text(call, "on");
    char path[256], *key = NULL;
    cJSON *value;

    (void)snprintf(path, sizeof(path), "%s.%s", account ? account : on ? on : "fakeapi", what);
    value = sc_vars_get(call->stage, call->scope, path);
    if (cJSON_IsString(value))
        key = strdup(value->valuestring);
    else
        (void)sc_call_fail(call, "there is no '%s' to sign with", path);
    cJSON_Delete(value);
    return key;
}

static int sign(struct sc_call *call, cJSON *params)
{
    PM_AUTO_FREE char *apikey = key_of(call, "apikey");
    PM_AUTO_FREE char *secretkey = key_of(call, "secretkey");
    PM_AUTO_FREE char *checksum = NULL;
    char timestamp[PM_CLOCK_TIMESTAMP_SIZE];

    if (!apikey || !secretkey)
        return -1;
    pm_clock_timestamp(pm_clock_wall_ms(), timestamp, sizeof(timestamp));
    add_default(params, "apikey", apikey);
    add_default(params, "version", "2");
    add_default(params, "timestamp", timestamp);
    checksum = sc_sign(params, secretkey, sc_arg(call, "sign"));
    if (!checksum)
        return -1;
    cJSON_AddStringToObject(params, "checksum", checksum);
    return 0;
}

static char *encode_all(const cJSON *params)
{
    const cJSON *item;
    struct pm_buf out;

    pm_buf_init(&out, FORM_MAX);
    (void)pm_buf_adds(&out, "");
    cJSON_ArrayForEach(item, params)
    {
        PM_AUTO_FREE char *name = sc_sign_encode(item->string);
        PM_AUTO_FREE char *value = sc_sign_encode(item->valuestring);

        (void)pm_buf_addf(&out, "%s%s=%s", out.len > 0 ? "&" : "", name ? name : "",
                          value ? value : "");
    }
    return pm_buf_take(&out);
}

/* ---- the request ---- */

/* What is sent; all of it is freed at the end. */
struct sending {
    char *url, *body;
    const char *ca_file; /* lent */
    cJSON *headers;
};

/* @ret_ca_file: that of the fakeapi, when it is one */
static char *base_of(struct sc_call *call, const char **ret_ca_file)
{
    const char *url = sc_arg_text(call, "url");
    const struct sc_fake *fake;
    char *full;

    if (url && url[0] != '/')
        return strdup(url);
    fake = sc_fake_get(call, sc_arg_text(call, "on"));
    if (fake)
        *ret_ca_file = fake->ca_file;
    if (!fake || asprintf(&full, "%s%s", fake->url, url ? url : "/customMonitorApi") < 0)
        return NULL;
    return full;
}

/* Signed are the parameters of the form, or of the query where there is no form. */
static int prepare(struct sc_call *call, struct sending *sending)
{
    cJSON *query = cJSON_Duplicate(sc_arg(call, "query"), true);
    cJSON *form = cJSON_Duplicate(sc_arg(call, "form"), true);
    PM_AUTO_FREE char *base = base_of(call, &sending->ca_file);
    PM_AUTO_FREE char *encoded = NULL;
    int r = base ? 0 : -1;

    sending->headers = sc_arg(call, "headers") ? cJSON_Duplicate(sc_arg(call, "headers"), true)
                                               : cJSON_CreateObject();
    if (r == 0 && sc_arg(call, "sign"))
        r = sign(call, form ? form : query);
    if (form && !sc_arg_text(call, "body")) {
        sending->body = encode_all(form);
        add_default(sending->headers, "Content-Type", "application/x-www-form-urlencoded");
    } else if (sc_arg_text(call, "body")) {
        sending->body = strdup(sc_arg_text(call, "body"));
    }
    encoded = query ? encode_all(query) : NULL;
    if (r == 0 &&
        asprintf(&sending->url, "%s%s%s", base, encoded ? "?" : "", encoded ? encoded : "") < 0)
        sending->url = NULL;
    cJSON_Delete(query);
    cJSON_Delete(form);
    return r;
}

static void clear(struct sending *sending)
{
    free(sending->url);
    free(sending->body);
    cJSON_Delete(sending->headers);
}

/* ---- the outcome ---- */

static cJSON *describe(struct sc_http_reply *reply, int64_t took_ms)
{
    cJSON *outcome = cJSON_CreateObject();
    cJSON *json = cJSON_ParseWithLength(reply->body.data ? reply->body.data : "", reply->body.len);

    cJSON_AddNumberToObject(outcome, "status", reply->status);
    cJSON_AddStringToObject(outcome, "reply", reply->body.data ? reply->body.data : "");
    if (json)
        cJSON_AddItemToObject(outcome, "json", json);
    cJSON_AddItemToObject(outcome, "reply_headers", cJSON_Duplicate(reply->headers, true));
    cJSON_AddItemToObject(outcome, "headers", cJSON_Duplicate(reply->headers, true));
    cJSON_AddNumberToObject(outcome, "took", (double)took_ms);
    return outcome;
}

static int check_all(struct sc_call *call, const cJSON *outcome)
{
    static const char *const checked[] = {"status", "reply", "json", "reply_headers", "took"};
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(outcome, "status");
    size_t i;
    int r = 0;

    if (!sc_arg(call, "status") && !sc_arg(call, "wire") && status->valuedouble != 200)
        r = -1, (void)sc_call_fail(call, "status: expected 200, is %.0f\n", status->valuedouble);
    for (i = 0; i < PM_ARRAY_LEN(checked); i++)
        if (sc_outcome_check(call, checked[i],
                             cJSON_GetObjectItemCaseSensitive(outcome, checked[i])) < 0)
            r = -1;
    if (r < 0 && !sc_arg(call, "reply"))
        (void)sc_call_fail(
            call, "reply: %s\n",
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(outcome, "reply")));
    return r;
}

static enum sc_verdict conclude(struct sc_call *call, cJSON *outcome, const char *broken)
{
    cJSON *reason = broken ? cJSON_CreateString(broken) : NULL;
    int r;

    if (broken && !sc_arg(call, "broken"))
        r = -1, (void)sc_call_fail(call, "%s", broken);
    else if (sc_arg(call, "broken"))
        r = sc_outcome_check(call, "broken", reason);
    else
        r = check_all(call, outcome);
    cJSON_Delete(reason);
    if (sc_arg_text(call, "as"))
        sc_vars_set(call->stage, sc_arg_text(call, "as"), outcome);
    else
        cJSON_Delete(outcome);
    return r < 0 ? SC_FAIL : SC_PASS;
}

static enum sc_verdict request(struct sc_call *call, const struct sending *sending)
{
    int64_t begin_ms = pm_clock_mono_ms();
    struct sc_http_reply reply;
    struct sc_error err;
    enum sc_verdict verdict;
    int r = sc_http_do(
        &(struct sc_http_request){.method = sc_arg_text(call, "method"),
                                  .url = sending->url,
                                  .headers = sending->headers,
                                  .body = sending->body,
                                  .ca_file = sc_arg_text(call, "ca_file")
                                                 ? sc_arg_text(call, "ca_file")
                                                 : sending->ca_file,
                                  .timeout_ms = sc_arg_duration(call, "within", WITHIN_MS)},
        &reply, &err);

    verdict =
        conclude(call, describe(&reply, pm_clock_mono_ms() - begin_ms), r < 0 ? err.message : NULL);
    sc_http_reply_clear(&reply);
    return verdict;
}

/* Bytes as they are; the status is read from what came. */
static enum sc_verdict send_wire(struct sc_call *call)
{
    int64_t begin_ms = pm_clock_mono_ms();
    const struct sc_fake *fake = sc_fake_get(call, sc_arg_text(call, "on"));
    struct sc_http_reply reply = {.headers = cJSON_CreateObject()};
    struct sc_error err;
    enum sc_verdict verdict = SC_FAIL;
    int r;

    pm_buf_init(&reply.body, WIRE_MAX);
    if (fake) {
        r = sc_wire_talk(fake->port, sc_arg_text(call, "wire"),
                         sc_arg_duration(call, "within", WITHIN_MS), &reply.body, &err);
        if (reply.body.len > 12 && strncmp(reply.body.data, "HTTP/1.", 7) == 0)
            reply.status = atoi(reply.body.data + 9);
        verdict = conclude(call, describe(&reply, pm_clock_mono_ms() - begin_ms),
                           r < 0 ? err.message : NULL);
    }
    sc_http_reply_clear(&reply);
    return verdict;
}

static enum sc_verdict step(struct sc_call *call)
{
    struct sending sending = {0};
    enum sc_verdict verdict = SC_FAIL;

    if (sc_arg_text(call, "wire"))
        return send_wire(call);
    if (prepare(call, &sending) == 0 && sending.url)
        verdict = request(call, &sending);
    clear(&sending);
    return verdict;
}

const struct sc_actor sc_actor_http = {
    .name = "http",
    .about = "One HTTP request as it is given: signed or not, right or wrong.",
    .keys = keys,
    .step = step,
};
