/* paidmonitor agent add|list|show|edit|delete and job add|list|edit|delete: the API's custom
 * agents. */
#include "commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "json.h"
#include "pool.h"
#include "table.h"
#include "values.h"

#define JSON_MAX (64u << 20u) /* an answer of 1 MiB, written out in full */

static int take_params(const struct cli *cli, struct pm_pool *pool, struct pm_agent *agent)
{
    const char *text = cli_get(cli, "params"), *bad;
    struct values_results values;

    if (!text)
        return 0;
    if (values_read_results(pool, text, &values, &bad) < 0)
        return bad ? cli_usage(cli, "--params: '%.*s' is not name:value", (int)strcspn(bad, ";"),
                               bad)
                   : cli_error(cli, CLI_SYSTEM, "out of memory");
    agent->params = values.items;
    agent->param_count = values.count;
    return 0;
}

static int take_agent(const struct cli *cli, struct pm_pool *pool, struct pm_agent *agent)
{
    int r = cli_take_number(cli, "polling-interval", &agent->polling_interval);

    agent->name = cli_get(cli, "name");
    agent->type = cli_get(cli, "type");
    return r == 0 ? take_params(cli, pool, agent) : r;
}

static int send_agent(struct cli *cli, struct pm_pool *pool, bool is_new)
{
    struct pm_agent agent = {.id = 0};
    struct pm_error err;
    int r = is_new ? 0 : cli_take_id(cli, "agent", &agent.id);

    if (r == 0)
        r = take_agent(cli, pool, &agent);
    if (r == 0 && is_new && !agent.name)
        r = cli_usage(cli, "an agent needs --name");
    if (r == 0)
        r = cli_connect(cli, true);
    if (r != 0)
        return r;
    if ((is_new ? pm_agent_add(cli->client, &agent, &agent.id, &err)
                : pm_agent_edit(cli->client, &agent, &err)) < 0)
        return cli_fail(cli, &err);
    return json_print_id(cli->is_json, agent.id);
}

static int with_pool(struct cli *cli, bool is_new)
{
    struct pm_pool *pool = pm_pool_new();
    int r = pool ? send_agent(cli, pool, is_new) : cli_error(cli, CLI_SYSTEM, "out of memory");

    pm_pool_free(pool);
    return r;
}

static int run_agent_add(struct cli *cli)
{
    return with_pool(cli, true);
}

static int run_agent_edit(struct cli *cli)
{
    return with_pool(cli, false);
}

static int run_agent_delete(struct cli *cli)
{
    PM_AUTO_FREE int64_t *ids = NULL;
    struct pm_error err;
    int r = cli_take_ids(cli, "agent", &ids);

    if (r == 0)
        r = cli_connect(cli, true);
    if (r != 0)
        return r;
    if (pm_agent_delete(cli->client, ids, cli->operand_count,
                        cli_get(cli, "delete-monitors") != NULL, &err) < 0)
        return cli_fail(cli, &err);
    return CLI_OK;
}

static void json_agent(struct pm_buf *buf, const struct pm_agent *agent)
{
    size_t i;

    json_open(buf, '{');
    json_int_member(buf, "id", agent->id);
    json_text_member(buf, "name", agent->name);
    json_text_member(buf, "type", agent->type);
    json_int_member(buf, "jobPollingInterval", agent->polling_interval);
    json_text_member(buf, "createdOn", agent->created_on);
    json_text_member(buf, "lastAccess", agent->last_access);
    json_name(buf, "params");
    json_open(buf, '{');
    for (i = 0; i < agent->param_count; i++)
        json_text_member(buf, agent->params[i].name, agent->params[i].value);
    json_close(buf, '}');
    json_name(buf, "monitors");
    json_open(buf, '[');
    for (i = 0; i < agent->monitor_count; i++)
        json_int(buf, agent->monitors[i].id);
    json_close(buf, ']');
    json_close(buf, '}');
}

static int print_agents_json(const struct pm_agent_list *list, bool is_info)
{
    struct pm_buf buf;
    size_t i;

    pm_buf_init(&buf, JSON_MAX);
    if (!is_info)
        json_open(&buf, '[');
    for (i = 0; i < list->count; i++)
        json_agent(&buf, &list->items[i]);
    if (!is_info)
        json_close(&buf, ']');
    return json_print(&buf);
}

static int print_agents(const struct pm_agent_list *list)
{
    static const char *const head[] = {"ID", "NAME", "TYPE", "POLLING", "CREATED", "LAST ACCESS"};
    struct table table;
    size_t i;

    table_init(&table, PM_ARRAY_LEN(head));
    for (i = 0; i < PM_ARRAY_LEN(head); i++)
        table_add(&table, head[i]);
    for (i = 0; i < list->count; i++) {
        table_add_int(&table, list->items[i].id);
        table_add(&table, list->items[i].name);
        table_add(&table, list->items[i].type);
        table_add_int(&table, list->items[i].polling_interval);
        table_add(&table, list->items[i].created_on);
        table_add(&table, list->items[i].last_access);
    }
    return table_print(&table);
}

/* What `agent show` adds to the line of the list. */
static int print_details(const struct pm_agent *agent)
{
    struct table table;
    size_t i;

    if (agent->param_count + agent->monitor_count == 0)
        return CLI_OK;
    (void)putchar('\n');
    table_init(&table, 2);
    for (i = 0; i < agent->param_count; i++) {
        table_add(&table, agent->params[i].name);
        table_add(&table, agent->params[i].value);
    }
    for (i = 0; i < agent->monitor_count; i++) {
        char title[sizeof("monitor -9223372036854775808")];

        (void)snprintf(title, sizeof(title), "monitor %" PRId64, agent->monitors[i].id);
        table_add(&table, title);
        table_add(&table, agent->monitors[i].name);
    }
    return table_print(&table);
}

static int run_agent_list(struct cli *cli)
{
    struct pm_agent_list list;
    struct pm_error err;
    int r = cli_connect(cli, false);

    if (r != 0)
        return r;
    if (pm_agent_list(cli->client, cli_get(cli, "type"), cli->is_json, cli->is_json, &list, &err) <
        0)
        return cli_fail(cli, &err);
    r = cli->is_json ? print_agents_json(&list, false) : print_agents(&list);
    pm_agent_list_clear(&list);
    return r;
}

static int run_agent_show(struct cli *cli)
{
    struct pm_agent_list list;
    struct pm_error err;
    int64_t id;
    int r = cli_take_id(cli, "agent", &id);

    if (r == 0)
        r = cli_connect(cli, false);
    if (r != 0)
        return r;
    if (pm_agent_info(cli->client, id, &list, &err) < 0)
        return cli_fail(cli, &err);
    r = cli->is_json ? print_agents_json(&list, true) : print_agents(&list);
    if (r == CLI_OK && !cli->is_json)
        r = print_details(list.items);
    pm_agent_list_clear(&list);
    return r;
}

/* ---- the table ---- */

#define OPTION_NAME                                                           \
    {                                                                         \
        .name = "name", .letter = 'n', .argument = "NAME", .help = "its name" \
    }
#define OPTION_TYPE                                            \
    {                                                          \
        .name = "type", .argument = "TYPE", .help = "its type" \
    }
#define OPTION_PARAMS                                                                            \
    {                                                                                            \
        .name = "params", .letter = 'p', .argument = "LIST", .help = "name:value;name:value;…" \
    }
#define OPTION_POLLING                                                                     \
    {                                                                                      \
        .name = "polling-interval", .argument = "N", .help = "how often it looks for jobs" \
    }

static const struct cli_option agent_add_options[] = {
    OPTION_NAME, OPTION_TYPE, OPTION_PARAMS, OPTION_POLLING, {.letter = 0},
};

const struct cli_command cmd_agent_add = {
    .name = "agent add",
    .summary = "Register a custom agent of the API and print its id",
    .options = agent_add_options,
    .run = run_agent_add,
};

static const struct cli_option agent_edit_options[] = {
    OPTION_NAME,
    OPTION_PARAMS,
    OPTION_POLLING,
    {.letter = 0},
};

const struct cli_command cmd_agent_edit = {
    .name = "agent edit",
    .operands = "ID",
    .summary = "Change a custom agent; what is not named stays",
    .options = agent_edit_options,
    .run = run_agent_edit,
};

static const struct cli_option agent_list_options[] = {
    OPTION_TYPE,
    {.letter = 0},
};

const struct cli_command cmd_agent_list = {
    .name = "agent list",
    .summary = "List the custom agents",
    .options = agent_list_options,
    .run = run_agent_list,
};

const struct cli_command cmd_agent_show = {
    .name = "agent show",
    .operands = "ID",
    .summary = "Show a custom agent with its parameters and monitors",
    .run = run_agent_show,
};

static const struct cli_option agent_delete_options[] = {
    {.name = "delete-monitors", .help = "also their monitors; otherwise these stay"},
    {.letter = 0},
};

const struct cli_command cmd_agent_delete = {
    .name = "agent delete",
    .operands = "ID…",
    .summary = "Delete custom agents",
    .options = agent_delete_options,
    .run = run_agent_delete,
};
