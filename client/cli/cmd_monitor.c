/* paidmonitor monitor add|list|show|edit|delete: the custom monitors of the account. */
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

/* ---- what a monitor is made of ---- */

/* A list of parameters from an option. Returns 0 or an exit status. */
static int take_params(const struct cli *cli, struct pm_pool *pool, const char *option,
                       enum values_params kind, struct pm_param_list *params)
{
    const char *text = cli_get(cli, option), *bad;

    if (!text || values_read_params(pool, kind, text, params, &bad) == 0)
        return 0;
    if (!bad)
        return cli_error(cli, CLI_SYSTEM, "out of memory");
    return cli_usage(cli, "--%s: '%.*s' is not name:display name:%s:type with a type from 1 to 4",
                     option, (int)strcspn(bad, ";"), bad,
                     kind == VALUES_RESULT_PARAMS ? "unit" : "value");
}

static int take_monitor(const struct cli *cli, struct pm_pool *pool, struct pm_monitor *monitor)
{
    int r;

    monitor->name = cli_get(cli, "name");
    monitor->tag = cli_get(cli, "tag");
    monitor->type = cli_get(cli, "type");
    monitor->is_multi_value = cli_get(cli, "multi-value") != NULL;
    r = take_params(cli, pool, "params", VALUES_RESULT_PARAMS, &monitor->result_params);
    if (r == 0)
        r = take_params(cli, pool, "additional-params", VALUES_RESULT_PARAMS,
                        &monitor->additional_params);
    if (r == 0)
        r = take_params(cli, pool, "monitor-params", VALUES_MONITOR_PARAMS,
                        &monitor->monitor_params);
    return r;
}

/* One operand that is the number of a monitor, or --tag. Needs a client. */
static int take_id(struct cli *cli, int64_t *ret_id)
{
    if (cli->operand_count > 1)
        return cli_usage(cli, "'%s' is one word too many", cli->operands[1]);
    if (cli->operand_count == 0)
        return cli_find_monitor(cli, ret_id);
    if (values_read_int(cli->operands[0], 1, INT64_MAX, ret_id) < 0)
        return cli_usage(cli, "'%s' is not a monitor's number", cli->operands[0]);
    return 0;
}

/* ---- add, edit ---- */

static int print_id(const struct cli *cli, int64_t id)
{
    struct pm_buf buf;

    pm_buf_init(&buf, PM_ERROR_TEXT_SIZE);
    if (!cli->is_json) {
        (void)pm_buf_addf(&buf, "%" PRId64, id);
    } else {
        json_open(&buf, '{');
        json_int_member(&buf, "id", id);
        json_close(&buf, '}');
    }
    return json_print(&buf);
}

static int with_monitor(struct cli *cli, int (*act)(struct cli *, struct pm_monitor *))
{
    struct pm_monitor monitor = {.id = 0};
    struct pm_pool *pool = pm_pool_new();
    int r = pool ? take_monitor(cli, pool, &monitor) : cli_error(cli, CLI_SYSTEM, "out of memory");

    if (r == 0)
        r = act(cli, &monitor);
    pm_pool_free(pool);
    return r;
}

static int add(struct cli *cli, struct pm_monitor *monitor)
{
    struct pm_error err;
    int r;

    if (!monitor->name || !monitor->tag || monitor->result_params.count == 0)
        return cli_usage(cli, "a monitor needs --name, --tag and --params");
    r = cli_connect(cli, true);
    if (r != 0)
        return r;
    if (pm_monitor_add(cli->client, monitor, &monitor->id, &err) < 0)
        return cli_fail(cli, &err);
    return print_id(cli, monitor->id);
}

static int run_add(struct cli *cli)
{
    return with_monitor(cli, add);
}

static int edit(struct cli *cli, struct pm_monitor *monitor)
{
    struct pm_error err;
    int r;

    if (cli->operand_count == 0)
        return cli_usage(cli, "which monitor? Give its number");
    r = take_id(cli, &monitor->id);
    if (r == 0)
        r = cli_connect(cli, true);
    if (r != 0)
        return r;
    if (pm_monitor_edit(cli->client, monitor, &err) < 0)
        return cli_fail(cli, &err);
    return print_id(cli, monitor->id);
}

static int run_edit(struct cli *cli)
{
    return with_monitor(cli, edit);
}

/* ---- delete ---- */

static int run_delete(struct cli *cli)
{
    PM_AUTO_FREE int64_t *ids = calloc(cli->operand_count + 1, sizeof(*ids));
    struct pm_error err;
    size_t i;
    int r;

    if (!ids)
        return cli_error(cli, CLI_SYSTEM, "out of memory");
    if (cli->operand_count == 0)
        return cli_usage(cli, "which monitors? Give their numbers");
    for (i = 0; i < cli->operand_count; i++)
        if (values_read_int(cli->operands[i], 1, INT64_MAX, &ids[i]) < 0)
            return cli_usage(cli, "'%s' is not a monitor's number", cli->operands[i]);
    r = cli_connect(cli, true);
    if (r != 0)
        return r;
    if (pm_monitor_delete(cli->client, ids, cli->operand_count, &err) < 0)
        return cli_fail(cli, &err);
    return CLI_OK;
}

/* ---- list ---- */

static void json_monitor(struct pm_buf *buf, const struct pm_monitor *monitor)
{
    json_int_member(buf, "id", monitor->id);
    json_text_member(buf, "name", monitor->name);
    json_text_member(buf, "tag", monitor->tag);
    json_text_member(buf, "type", monitor->type);
}

static int print_list_json(const struct pm_monitor_list *list)
{
    struct pm_buf buf;
    size_t i;

    pm_buf_init(&buf, JSON_MAX);
    json_open(&buf, '[');
    for (i = 0; i < list->count; i++) {
        json_open(&buf, '{');
        json_monitor(&buf, &list->items[i]);
        json_close(&buf, '}');
    }
    json_close(&buf, ']');
    return json_print(&buf);
}

static int print_list(const struct pm_monitor_list *list)
{
    struct table table;
    size_t i;

    table_init(&table, 4);
    table_add(&table, "ID");
    table_add(&table, "NAME");
    table_add(&table, "TAG");
    table_add(&table, "TYPE");
    for (i = 0; i < list->count; i++) {
        table_add_int(&table, list->items[i].id);
        table_add(&table, list->items[i].name);
        table_add(&table, list->items[i].tag);
        table_add(&table, list->items[i].type);
    }
    return table_print(&table);
}

static int run_list(struct cli *cli)
{
    const struct pm_monitor_filter filter = {
        .name = cli_get(cli, "name"), .tag = cli_get(cli, "tag"), .type = cli_get(cli, "type")};
    struct pm_monitor_list list;
    struct pm_error err;
    int r = cli_connect(cli, false);

    if (r != 0)
        return r;
    if (pm_monitor_list(cli->client, &filter, &list, &err) < 0)
        return cli_fail(cli, &err);
    r = cli->is_json ? print_list_json(&list) : print_list(&list);
    pm_monitor_list_clear(&list);
    return r;
}

/* ---- show ---- */

/* The three lists of a monitor, with what differs between them. */
static const struct section {
    const char *title;
    const char *name; /* as the API calls it */
    size_t offset;
    bool has_value; /* rather than a unit */
} sections[] = {
    {"Result parameters", "resultParams", offsetof(struct pm_monitor, result_params), false},
    {"Additional result parameters", "additionalResultParams",
     offsetof(struct pm_monitor, additional_params), false},
    {"Monitor parameters", "monitorParams", offsetof(struct pm_monitor, monitor_params), true},
};

static const struct pm_param_list *list_of(const struct pm_monitor *monitor,
                                           const struct section *section)
{
    return (const void *)((const char *)monitor + section->offset);
}

static void json_section(struct pm_buf *buf, const struct pm_monitor *monitor,
                         const struct section *section)
{
    const struct pm_param_list *params = list_of(monitor, section);
    size_t i;

    json_name(buf, section->name);
    json_open(buf, '[');
    for (i = 0; i < params->count; i++) {
        const struct pm_param *param = &params->items[i];

        json_open(buf, '{');
        json_text_member(buf, "name", param->name);
        json_text_member(buf, "displayName", param->display_name);
        json_text_member(buf, section->has_value ? "value" : "uom",
                         section->has_value ? param->value : param->uom);
        json_int_member(buf, "dataType", param->data_type);
        json_close(buf, '}');
    }
    json_close(buf, ']');
}

static int print_monitor_json(const struct pm_monitor *monitor)
{
    struct pm_buf buf;
    size_t i;

    pm_buf_init(&buf, JSON_MAX);
    json_open(&buf, '{');
    json_monitor(&buf, monitor);
    for (i = 0; i < PM_ARRAY_LEN(sections); i++)
        json_section(&buf, monitor, &sections[i]);
    json_close(&buf, '}');
    return json_print(&buf);
}

static int print_section(const struct pm_monitor *monitor, const struct section *section)
{
    static const char *const types[] = {"?", "boolean", "integer", "string", "float"};
    const struct pm_param_list *params = list_of(monitor, section);
    struct table table;
    size_t i;

    if (params->count == 0)
        return CLI_OK;
    (void)printf("\n%s\n", section->title);
    table_init(&table, 4);
    table_add(&table, "NAME");
    table_add(&table, "DISPLAY NAME");
    table_add(&table, "TYPE");
    table_add(&table, section->has_value ? "VALUE" : "UNIT");
    for (i = 0; i < params->count; i++) {
        table_add(&table, params->items[i].name);
        table_add(&table, params->items[i].display_name);
        table_add(&table, types[params->items[i].data_type]);
        table_add(&table, section->has_value ? params->items[i].value : params->items[i].uom);
    }
    return table_print(&table);
}

static int print_monitor(const struct pm_monitor *monitor)
{
    struct table table;
    size_t i;
    int r;

    table_init(&table, 2);
    table_add(&table, "ID");
    table_add_int(&table, monitor->id);
    table_add(&table, "NAME");
    table_add(&table, monitor->name);
    table_add(&table, "TAG");
    table_add(&table, monitor->tag);
    table_add(&table, "TYPE");
    table_add(&table, monitor->type);
    r = table_print(&table);
    for (i = 0; r == 0 && i < PM_ARRAY_LEN(sections); i++)
        r = print_section(monitor, &sections[i]);
    return r;
}

static int run_show(struct cli *cli)
{
    struct pm_monitor_list list;
    struct pm_error err;
    int64_t id;
    int r = cli_connect(cli, false);

    if (r == 0)
        r = take_id(cli, &id);
    if (r != 0)
        return r;
    if (pm_monitor_info(cli->client, id, cli_get(cli, "exclude-hidden") != NULL, &list, &err) < 0)
        return cli_fail(cli, &err);
    r = cli->is_json ? print_monitor_json(list.items) : print_monitor(list.items);
    pm_monitor_list_clear(&list);
    return r;
}

/* ---- the table ---- */

#define OPTION_NAME                                                           \
    {                                                                         \
        .name = "name", .letter = 'n', .argument = "NAME", .help = "its name" \
    }
#define OPTION_TAG                                                           \
    {                                                                        \
        .name = "tag", .letter = 'm', .argument = "TAG", .help = "its group" \
    }
#define OPTION_TYPE                                                     \
    {                                                                   \
        .name = "type", .argument = "TYPE", .help = "its type (custom)" \
    }
#define OPTION_PARAMS                                                \
    {                                                                \
        .name = "params", .letter = 'p', .argument = "LIST",         \
        .help = "result parameters, name:display name:unit:type;…" \
    }
#define OPTION_ADDITIONAL                                            \
    {                                                                \
        .name = "additional-params", .argument = "LIST",             \
        .help = "parameters of additional results, in the same form" \
    }
#define OPTION_MONITOR                                                          \
    {                                                                           \
        .name = "monitor-params", .argument = "LIST",                           \
        .help = "its own parameters, name:display name:value:type[:hidden];…" \
    }
#define OPTION_MULTI                                                            \
    {                                                                           \
        .name = "multi-value", .help = "take several results for one checktime" \
    }
#define TYPES "Types are 1 boolean, 2 integer, 3 string, 4 float. %XX in a field stands for a byte."

static const struct cli_option add_options[] = {
    OPTION_NAME,       OPTION_TAG,     OPTION_TYPE,  OPTION_PARAMS,
    OPTION_ADDITIONAL, OPTION_MONITOR, OPTION_MULTI, {.letter = 0},
};

const struct cli_command cmd_monitor_add = {
    .name = "monitor add",
    .summary = "Create a monitor and print its id",
    .details = TYPES,
    .options = add_options,
    .run = run_add,
};

static const struct cli_option edit_options[] = {
    OPTION_NAME,    OPTION_TAG,   OPTION_PARAMS, OPTION_ADDITIONAL,
    OPTION_MONITOR, OPTION_MULTI, {.letter = 0},
};

const struct cli_command cmd_monitor_edit = {
    .name = "monitor edit",
    .operands = "ID",
    .summary = "Change a monitor; what is not named stays",
    .details = TYPES,
    .options = edit_options,
    .run = run_edit,
};

static const struct cli_option list_options[] = {
    OPTION_NAME,
    OPTION_TAG,
    OPTION_TYPE,
    {.letter = 0},
};

const struct cli_command cmd_monitor_list = {
    .name = "monitor list",
    .summary = "List the monitors, all or those that match",
    .options = list_options,
    .run = run_list,
};

static const struct cli_option show_options[] = {
    OPTION_TAG,
    {.name = "id", .letter = 'i', .argument = "ID", .help = "its number"},
    {.name = "exclude-hidden", .help = "leave hidden monitor parameters out"},
    {.letter = 0},
};

const struct cli_command cmd_monitor_show = {
    .name = "monitor show",
    .operands = "[ID]",
    .summary = "Show one monitor with its parameters",
    .options = show_options,
    .run = run_show,
};

const struct cli_command cmd_monitor_delete = {
    .name = "monitor delete",
    .operands = "ID…",
    .summary = "Delete monitors with all their results, all of them or none",
    .run = run_delete,
};
