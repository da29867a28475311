/* paidmonitor additional add|list: details that hang on a checktime. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

#include "pool.h"
#include "rows.h"
#include "values.h"

/* Required: without it there is nothing to attach to, or to list. */
static int take_checktime(const struct cli *cli, int64_t *ret_ms)
{
    const char *text = cli_get(cli, "checktime");

    if (!text)
        return cli_usage(cli, "--checktime is missing");
    if (values_read_int(text, 0, VALUES_TIME_MAX, ret_ms) < 0)
        return cli_usage(cli, "--checktime takes milliseconds since 1970, not '%s'", text);
    return 0;
}

/* ---- add ---- */

/* Each operand is an object: name:value;name:value */
static int take_rows(const struct cli *cli, struct pm_pool *pool, struct pm_row *rows)
{
    struct values_results values;
    const char *bad;
    size_t i;

    for (i = 0; i < cli->operand_count; i++) {
        if (values_read_results(pool, cli->operands[i], &values, &bad) < 0)
            return bad ? cli_usage(cli, "'%.*s' is not name:value", (int)strcspn(bad, ";"), bad)
                       : cli_error(cli, CLI_SYSTEM, "out of memory");
        rows[i] = (struct pm_row){.values = values.items, .count = values.count};
    }
    return 0;
}

static int add(struct cli *cli, struct pm_pool *pool)
{
    struct pm_row *rows = pm_pool_alloc(pool, cli->operand_count, sizeof(*rows));
    struct pm_error err;
    int64_t id, checktime_ms;
    int r;

    if (!rows)
        return cli_error(cli, CLI_SYSTEM, "out of memory");
    if (cli->operand_count == 0)
        return cli_usage(cli, "what shall be added? Give name:value;name:value");
    r = take_rows(cli, pool, rows);
    if (r == 0)
        r = take_checktime(cli, &checktime_ms);
    if (r == 0)
        r = cli_connect(cli, true);
    if (r == 0)
        r = cli_find_monitor(cli, &id);
    if (r != 0)
        return r;
    if (pm_additional_add(cli->client, id, checktime_ms, rows, cli->operand_count, &err) < 0)
        return cli_fail(cli, &err);
    return CLI_OK;
}

static int run_add(struct cli *cli)
{
    struct pm_pool *pool = pm_pool_new();
    int r = pool ? add(cli, pool) : cli_error(cli, CLI_SYSTEM, "out of memory");

    pm_pool_free(pool);
    return r;
}

/* ---- list ---- */

static int run_list(struct cli *cli)
{
    struct pm_row_list list;
    struct pm_error err;
    int64_t id, checktime_ms;
    int r = take_checktime(cli, &checktime_ms);

    if (r == 0)
        r = cli_connect(cli, false);
    if (r == 0)
        r = cli_find_monitor(cli, &id);
    if (r != 0)
        return r;
    if (pm_additional_list(cli->client, id, checktime_ms, &list, &err) < 0)
        return cli_fail(cli, &err);
    r = rows_print(cli, &list, "No additional results at that time.");
    pm_row_list_clear(&list);
    return r;
}

/* ---- the table ---- */

static const struct cli_option options[] = {
    {.name = "tag",
     .letter = 'm',
     .argument = "TAG",
     .help = "of the monitor; only one may have it"},
    {.name = "id", .letter = 'i', .argument = "ID", .help = "of the monitor"},
    {.name = "checktime", .letter = 't', .argument = "MS", .help = "milliseconds since 1970"},
    {.letter = 0},
};

const struct cli_command cmd_additional_add = {
    .name = "additional add",
    .operands = "NAME:VALUE[;NAME:VALUE]…",
    .summary = "Attach details to a result; each operand is one row of them",
    .details = "%XX in a value stands for a byte. Sending the same details again adds them again.",
    .options = options,
    .run = run_add,
};

const struct cli_command cmd_additional_list = {
    .name = "additional list",
    .summary = "List the details of one checktime",
    .options = options,
    .run = run_list,
};
