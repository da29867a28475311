/* paidmonitor auth-token: trade the secret key for a token. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "json.h"

static int print(const struct cli *cli, const char *token)
{
    struct pm_buf buf;

    pm_buf_init(&buf, 8 * PM_TOKEN_SIZE);
    if (cli->is_json) {
        json_open(&buf, '{');
        json_text_member(&buf, "authToken", token);
        json_close(&buf, '}');
    } else {
        (void)pm_buf_adds(&buf, token);
    }
    return json_print(&buf);
}

static int run(struct cli *cli)
{
    char token[PM_TOKEN_SIZE];
    struct pm_error err;
    int r = cli_connect(cli, true);

    if (r != 0)
        return r;
    if (pm_auth_token(cli->client, token, &err) < 0)
        return cli_fail(cli, &err);
    r = print(cli, token);
    explicit_bzero(token, sizeof(token));
    return r;
}

const struct cli_command cmd_auth_token = {
    .name = "auth-token",
    .summary = "Trade the secret key for a token that is valid for 24 hours",
    .details =
        "The secret key travels in the address of the request, as the API wants it; signing\n"
        "with a checksum, which every other command does, never sends it.",
    .run = run,
};
