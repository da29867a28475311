/* libfakeapi: the control API from within the process, and what is made of it. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cleanup.h"
#include "clock.h"
#include "control.h"
#include "lifetime.h"
#include "percent.h"
#include "server.h"

#define KEY_ENCODED_SIZE 1024

/* Any call */

struct control_wish {
    const char *method;
    const char *target;
    const char *json;
    struct fa_http_reply reply;
};

static void perform(struct fa_server *server, void *context)
{
    struct control_wish *wish = context;

    fa_control_perform(fa_server_control_api(server), wish->method, wish->target,
                       wish->json ? wish->json : "", &wish->reply);
}

char *fa_server_control(struct fa_server *server, const char *method, const char *target,
                        const char *json, unsigned int *ret_status)
{
    struct control_wish wish = {.method = method, .target = target, .json = json};
    char *answer;

    fa_http_reply_init(&wish.reply);
    fa_server_run(server, perform, &wish);
    if (ret_status)
        *ret_status = wish.reply.status;
    answer = wish.reply.body.len > 0 ? pm_buf_take(&wish.reply.body) : strdup("");
    fa_http_reply_clear(&wish.reply);
    return answer;
}

/* What such a call answered: JSON, or NULL with the server's words on it. */
static cJSON *call(struct fa_server *server, const char *method, const char *target,
                   const char *json, char *message, size_t size)
{
    unsigned int status = 0;
    PM_AUTO_FREE char *text = fa_server_control(server, method, target, json, &status);
    cJSON *answer = text ? cJSON_Parse(text) : NULL;
    const char *error = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "error"));

    if (answer && status < 300)
        return answer;
    (void)snprintf(message, size, "%s", error ? error : "out of memory");
    cJSON_Delete(answer);
    return NULL;
}

/* `format` with the apikey, encoded, in place of its `%s`. */
static int make_target(char *target, size_t size, const char *before, const char *apikey,
                       const char *after)
{
    char encoded[KEY_ENCODED_SIZE];

    if (pm_percent_encode(apikey, strlen(apikey), "", encoded, sizeof(encoded)) < strlen(apikey))
        return -1;
    return snprintf(target, size, "%s%s%s", before, encoded, after) < (int)size ? 0 : -1;
}

/* What is made of it */

int fa_server_reset(struct fa_server *server, const char *apikey)
{
    char target[KEY_ENCODED_SIZE + 32] = "/reset";
    char message[256];
    cJSON *answer;

    if (apikey && make_target(target, sizeof(target), "/accounts/", apikey, "/reset") < 0)
        return -1;
    answer = call(server, "POST", target, NULL, message, sizeof(message));
    cJSON_Delete(answer);
    return answer ? 0 : -1;
}

static char *monitor_json(const char *name, const char *tag, const char *result_params)
{
    cJSON *json = cJSON_CreateObject();
    char *text = NULL;

    if (cJSON_AddStringToObject(json, "name", name) && cJSON_AddStringToObject(json, "tag", tag) &&
        cJSON_AddStringToObject(json, "resultParams", result_params))
        text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    return text;
}

int64_t fa_server_monitor_add(struct fa_server *server, const char *apikey, const char *name,
                              const char *tag, const char *result_params, char *message,
                              size_t size)
{
    char target[KEY_ENCODED_SIZE + 32];
    PM_AUTO_FREE char *json = monitor_json(name, tag, result_params);
    const cJSON *result;
    cJSON *answer;
    int64_t id = -1;

    if (!json || make_target(target, sizeof(target), "/accounts/", apikey, "/monitors") < 0) {
        (void)snprintf(message, size, "out of memory, or too long an apikey");
        return -1;
    }
    answer = call(server, "POST", target, json, message, size);
    result = cJSON_GetObjectItemCaseSensitive(answer, "result");
    if (answer)
        id = (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(result, "data"));
    cJSON_Delete(answer);
    return id;
}

int fa_server_seed(struct fa_server *server, const char *apikey, const char *lines, char *message,
                   size_t size)
{
    char target[KEY_ENCODED_SIZE + 32] = "/import";
    cJSON *answer;

    if (apikey && make_target(target, sizeof(target), "/import?account=", apikey, "") < 0) {
        (void)snprintf(message, size, "too long an apikey");
        return -1;
    }
    answer = call(server, "POST", target, lines, message, size);
    cJSON_Delete(answer);
    return answer ? 0 : -1;
}
