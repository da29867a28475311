/* paidmonitor monitor add|list|show|edit|delete: the custom monitors of the account. */
#include "commands.h"

#include <inttypes.h>
#include <stdio.h>
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

/* Which one to show: an operand, --id or --tag. Needs a client. */
static int find_monitor(struct cli *cli, int64_t *ret_id)
{
    return cli->operand_count > 0 ? cli_take_id(cli, "monitor", ret_id)
                                  : cli_find_monitor(cli, ret_id);
}

/* ---- add, edit ---- */

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
    return json_print_id(cli->is_json, monitor->id);
}

static int run_add(struct cli *cli)
{
    return with_monitor(cli, add);
}

static int edit(struct cli *cli, struct pm_monitor *monitor)
{
    struct pm_error err;
    int r;

    r = cli_take_id(cli, "monitor", &monitor->id);
    if (r == 0)
        r = cli_connect(cli, true);
    if (r != 0)
        return r;
    if (pm_monitor_edit(cli->client, monitor, &err) < 0)
        return cli_fail(cli, &err);
    return json_print_id(cli->is_json, monitor->id);
}

static int run_edit(struct cli *cli)
{
    return with_monitor(cli, edit);
}

/* ---- delete ---- */

static int run_delete(struct cli *cli)
{
    PM_AUTO_FREE int64_t *ids = NULL;
    struct pm_error err;
    int r = cli_take_ids(cli, "monitor", &ids);

    if (r == 0)
        r = cli_connect(cli, true);
    if (r != 0)
        return r;
    if (pm_monitor_delete(cli->client, ids, cli->operand_count, &err) < 0)
        return cli_fail(cli, &err);
    return CLI_OK;
}

/* ---- colorize ---- */

/* An operand: name, condition, colour, such as `load:>5:red`. */
static int take_rule(const struct cli *cli, struct pm_pool *pool, const char *operand,
                     struct pm_color_rule *rule)
{
    const char *first = strchr(operand, ':'), *last = strrchr(operand, ':');
    const char *condition;

    if (!first || first == last || first == operand || !last[1])
        return cli_usage(cli, "'%s' is not NAME:CONDITION:COLOR", operand);
    rule->param = pm_pool_copy(pool, operand, (size_t)(first - operand));
    rule->condition = condition = pm_pool_copy(pool, first + 1, (size_t)(last - first) - 1);
    rule->color = last + 1;
    if (!rule->param || !condition)
        return cli_error(cli, CLI_SYSTEM, "out of memory");
    if (!strchr("<>=!", condition[0]) || (condition[0] == '!' && condition[1] != '='))
        return cli_usage(cli, "'%s' is not <n, >n, =n or !=n", condition);
    return 0;
}

static int colorize(struct cli *cli, struct pm_pool *pool)
{
    struct pm_color_rule *rules = pm_pool_alloc(pool, cli->operand_count, sizeof(*rules));
    struct pm_error err;
    int64_t id;
    size_t i;
    int r = 0;

    if (!rules)
        return cli_error(cli, CLI_SYSTEM, "out of memory");
    for (i = 0; r == 0 && i < cli->operand_count; i++)
        r = take_rule(cli, pool, cli->operands[i], &rules[i]);
    if (r == 0)
        r = cli_connect(cli, true);
    if (r == 0)
        r = cli_find_monitor(cli, &id);
    if (r != 0)
        return r;
    if (pm_monitor_colorize(cli->client, id, rules, cli->operand_count, &err) < 0)
        return cli_fail(cli, &err);
    return CLI_OK;
}

static int run_colorize(struct cli *cli)
{
    struct pm_pool *pool = pm_pool_new();
    int r = pool ? colorize(cli, pool) : cli_error(cli, CLI_SYSTEM, "out of memory");

    pm_pool_free(pool);
    return r;
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
        r = find_monitor(cli, &id);
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

static const struct cli_option colorize_options[] = {
    OPTION_TAG,
    {.name = "id", .letter = 'i', .argument = "ID", .help = "its number"},
    {.letter = 0},
};

const struct cli_command cmd_monitor_colorize = {
    .name = "monitor colorize",
    .operands = "[NAME:CONDITION:COLOR]…",
    .summary = "Say how a monitor's values are coloured",
    .details = "A condition is <n, >n, =n or !=n, such as in 'load:>5:red'. Without operands all\n"
               "colours are taken away.",
    .options = colorize_options,
    .run = run_colorize,
};
