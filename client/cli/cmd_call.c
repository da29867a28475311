/* paidmonitor call: send any action, and print the answer as it came. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

/* The first operand is the action, the others are its parameters. */
static int add_operands(const struct cli *cli, struct pm_params *params)
{
    size_t i;

    for (i = 1; i < cli->operand_count; i++) {
        const char *operand = cli->operands[i], *equals = strchr(operand, '=');
        int r = equals ? pm_params_add_bytes(params, operand, (size_t)(equals - operand),
                                             equals + 1, strlen(equals + 1))
                       : PM_ERR_USAGE;

        if (r == PM_ERR_USAGE)
            return cli_usage(cli, "'%s' is not NAME=VALUE", operand);
        if (r < 0)
            return cli_error(cli, CLI_USAGE, "the parameters are too large");
    }
    return 0;
}

static int call(struct cli *cli, const struct pm_params *params)
{
    enum pm_method method = cli_get(cli, "post") ? PM_POST : PM_GET;
    enum pm_path path = cli_get(cli, "account") ? PM_PATH_API : PM_PATH_CUSTOM;
    struct pm_reply reply;
    struct pm_error err;
    int r = cli_connect(cli, method == PM_POST);

    if (r != 0)
        return r;
    if (pm_client_call(cli->client, method, path, cli->operands[0], params, &reply, &err) < 0)
        return cli_fail(cli, &err);
    (void)fwrite(reply.body, 1, reply.len, stdout);
    (void)putchar('\n');
    pm_reply_clear(&reply);
    return CLI_OK;
}

static int run(struct cli *cli)
{
    struct pm_params *params = pm_params_new();
    int r;

    if (!params)
        return cli_error(cli, CLI_SYSTEM, "out of memory");
    r = cli->operand_count > 0 ? add_operands(cli, params)
                               : cli_usage(cli, "which action? Such as getMonitors");
    if (r == 0)
        r = call(cli, params);
    pm_params_free(params);
    return r;
}

static const struct cli_option options[] = {
    {.name = "post", .letter = 'P', .help = "it writes: send it signed, by POST"},
    {.name = "account", .letter = 'A', .help = "to /api rather than /customMonitorApi"},
    {.letter = 0},
};

const struct cli_command cmd_call = {
    .name = "call",
    .operands = "ACTION [NAME=VALUE]…",
    .summary = "Send any action and print the answer as it came",
    .details =
        "Key, version, output, timestamp and authentication are added. The answer is printed\n"
        "byte by byte; the API's own errors are reported as by every other command.",
    .options = options,
    .run = run,
};
