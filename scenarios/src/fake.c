/* Steering a fakeapi; see fake.h. */
#include "fake.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "error.h"
#include "http.h"
#include "stage.h"

#define ASK_TIMEOUT_MS 20000

int sc_fake_random_key(char key[SC_KEY_SIZE])
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    unsigned char bytes[SC_KEY_SIZE - 1];
    size_t i;

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return -1;
    for (i = 0; i < sizeof(bytes); i++)
        key[i] = digits[bytes[i] % 32];
    key[i] = '\0';
    return 0;
}

struct sc_fake *sc_fake_get(struct sc_call *call, const char *name)
{
    struct sc_thing *thing = sc_thing_get(call, name, &sc_actor_fakeapi);

    return thing ? thing->state : NULL;
}

static int do_request(struct sc_call *call, const struct sc_http_request *request,
                      cJSON **ret_answer)
{
    struct sc_http_reply reply;
    struct sc_error err;
    cJSON *answer = NULL;
    int r = -1;

    if (sc_http_do(request, &reply, &err) < 0)
        (void)sc_call_fail(call, "%s", err.message);
    else if (reply.status / 100 != 2)
        (void)sc_call_fail(call, "%s %s: %d: %s", request->method, request->url, reply.status,
                           reply.body.data ? reply.body.data : "");
    else
        r = 0;
    if (r == 0 && ret_answer) {
        answer = cJSON_ParseWithLength(reply.body.data ? reply.body.data : "", reply.body.len);
        if (!answer)
            r = -1, (void)sc_call_fail(call, "%s: the answer is no JSON", request->url);
        *ret_answer = answer;
    }
    sc_http_reply_clear(&reply);
    return r;
}

int sc_fake_control(struct sc_call *call, const struct sc_fake *fake, const char *method,
                    const char *path, cJSON *body, cJSON **ret_answer)
{
    PM_AUTO_FREE char *text = body ? cJSON_PrintUnformatted(body) : NULL;
    cJSON *headers = cJSON_CreateObject();
    char url[1024];
    int r;

    cJSON_Delete(body);
    (void)snprintf(url, sizeof(url), "%s/__fake%s", fake->url, path);
    if (text)
        cJSON_AddStringToObject(headers, "Content-Type", "application/json");
    r = do_request(call,
                   &(struct sc_http_request){.method = method,
                                             .url = url,
                                             .ca_file = fake->ca_file,
                                             .headers = headers,
                                             .body = text,
                                             .timeout_ms = ASK_TIMEOUT_MS},
                   ret_answer);
    cJSON_Delete(headers);
    return r;
}

cJSON *sc_fake_ask(struct sc_call *call, const struct sc_fake *fake, const char *apikey,
                   const char *action, cJSON *params)
{
    cJSON *answer = NULL, *result;
    char path[256];

    (void)snprintf(path, sizeof(path), "/accounts/%s/actions/%s", apikey, action);
    (void)sc_fake_control(call, fake, "POST", path, params, &answer);
    result = cJSON_DetachItemFromObjectCaseSensitive(answer, "result");
    cJSON_Delete(answer);
    return result;
}
