/*
 * The control API. Input: calls, each in two lines: `METHOD /path?query`, and the body, in which
 * the byte 0x1f stands for a newline. Whatever they are: the server answers each in good form,
 * stays well, and what it exports afterwards can be imported and exported again without a
 * difference.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "fakeapi.h"
#include "fuzz.h"

#define CALLS_MAX    30
#define MESSAGE_SIZE 256

static const char key[] = "KEY";

static char *call(struct fa_server *server, const char *method, const char *target,
                  const char *body, unsigned int *ret_status)
{
    char *answer = fa_server_control(server, method, target, body, ret_status);

    FUZZ_REQUIRE(answer);
    return answer;
}

/* Refusals say why, in JSON; the server itself never fails. */
static void require_form(unsigned int status, const char *answer)
{
    cJSON *json;

    FUZZ_REQUIRE(status >= 200 && status < 500);
    if (status < 400)
        return; /* lines, commands for the shell, … */
    json = cJSON_Parse(answer);
    FUZZ_REQUIRE(cJSON_IsString(cJSON_GetObjectItemCaseSensitive(json, "error")));
    cJSON_Delete(json);
}

static bool make_call(struct fa_server *server, struct fuzz_input *input)
{
    size_t len;
    char *line = fuzz_line(input, &len);
    char *body = fuzz_line(input, &len);
    char *target = strchr(line, ' ');
    char *answer;
    char *at;
    unsigned int status = 0;

    if (target) {
        *target++ = '\0';
        for (at = body; *at; at++)
            if (*at == 0x1f)
                *at = '\n';
        answer = call(server, line, target, body[0] ? body : NULL, &status);
        require_form(status, answer);
        free(answer);
    }
    free(line);
    free(body);
    return target != NULL;
}

/* NULL if it takes more than one page. */
static char *export_all(struct fa_server *server)
{
    unsigned int status;
    char *lines = call(server, "GET", "/export", NULL, &status);

    FUZZ_REQUIRE(status == 200);
    if (!strstr(lines, "\n{\"next\":"))
        return lines;
    free(lines);
    return NULL;
}

static void require_round_trip(struct fa_server *server)
{
    char *before = export_all(server);
    char *after;
    char message[MESSAGE_SIZE];

    if (!before)
        return;
    FUZZ_REQUIRE(fa_server_seed(server, NULL, before, message, sizeof(message)) == 0);
    after = export_all(server);
    FUZZ_REQUIRE(after && strcmp(after, before) == 0);
    free(before);
    free(after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    struct fuzz_input input = fuzz_input(data, size);
    struct fa_server *server;
    char message[MESSAGE_SIZE];
    unsigned int status;
    int i;

    FUZZ_REQUIRE(fa_server_start(&options, &server, message, sizeof(message)) == 0);
    FUZZ_REQUIRE(fa_server_account_add(server, key, "SECRET") == 0);
    for (i = 0; i < CALLS_MAX && input.left > 0 && make_call(server, &input); i++)
        ;
    free(call(server, "GET", "/health", NULL, &status));
    FUZZ_REQUIRE(status == 200);
    require_round_trip(server);
    fa_server_stop(server);
    return 0;
}
