/* paidmonitor job add|list|edit|delete: what the API's custom agents have to do. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "json.h"
#include "table.h"
#include "values.h"

#define JSON_MAX (64u << 20u) /* an answer of 1 MiB, written out in full */

static int take_job(const struct cli *cli, struct pm_job *job)
{
    const char *active = cli_get(cli, "active");
    int r = cli_take_number(cli, "agent", &job->agent_id);

    if (r == 0)
        r = cli_take_number(cli, "monitor", &job->monitor_id);
    if (r != 0)
        return r;
    job->name = cli_get(cli, "name");
    job->type = cli_get(cli, "type");
    job->interval = cli_get(cli, "interval");
    job->params = cli_get(cli, "params");
    if (active && strcmp(active, "yes") != 0 && strcmp(active, "no") != 0)
        return cli_usage(cli, "--active is yes or no, not '%s'", active);
    if (active)
        job->state = strcmp(active, "yes") == 0 ? PM_JOB_ACTIVE : PM_JOB_INACTIVE;
    return 0;
}

static int send_job(struct cli *cli, bool is_new)
{
    struct pm_job job = {.id = 0};
    struct pm_error err;
    int r = is_new ? 0 : cli_take_id(cli, "job", &job.id);

    if (r == 0)
        r = take_job(cli, &job);
    if (r == 0 && is_new && job.agent_id == 0)
        r = cli_usage(cli, "a job needs --agent");
    if (r == 0)
        r = cli_connect(cli, true);
    if (r != 0)
        return r;
    if ((is_new ? pm_job_add(cli->client, &job, &job.id, &err)
                : pm_job_edit(cli->client, &job, &err)) < 0)
        return cli_fail(cli, &err);
    return json_print_id(cli->is_json, job.id);
}

static int run_job_add(struct cli *cli)
{
    return send_job(cli, true);
}

static int run_job_edit(struct cli *cli)
{
    return send_job(cli, false);
}

static int run_job_delete(struct cli *cli)
{
    PM_AUTO_FREE int64_t *ids = NULL;
    struct pm_error err;
    int r = cli_take_ids(cli, "job", &ids);

    if (r == 0)
        r = cli_connect(cli, true);
    if (r != 0)
        return r;
    if (pm_job_delete(cli->client, ids, cli->operand_count, &err) < 0)
        return cli_fail(cli, &err);
    return CLI_OK;
}

static int print_jobs_json(const struct pm_job_list *list)
{
    struct pm_buf buf;
    size_t i;

    pm_buf_init(&buf, JSON_MAX);
    json_open(&buf, '[');
    for (i = 0; i < list->count; i++) {
        json_open(&buf, '{');
        json_int_member(&buf, "id", list->items[i].id);
        json_text_member(&buf, "type", list->items[i].type);
        json_text_member(&buf, "interval", list->items[i].interval);
        json_text_member(&buf, "params", list->items[i].params);
        json_close(&buf, '}');
    }
    json_close(&buf, ']');
    return json_print(&buf);
}

static int print_jobs(const struct pm_job_list *list)
{
    static const char *const head[] = {"ID", "TYPE", "INTERVAL", "PARAMS"};
    struct table table;
    size_t i;

    table_init(&table, PM_ARRAY_LEN(head));
    for (i = 0; i < PM_ARRAY_LEN(head); i++)
        table_add(&table, head[i]);
    for (i = 0; i < list->count; i++) {
        table_add_int(&table, list->items[i].id);
        table_add(&table, list->items[i].type);
        table_add(&table, list->items[i].interval);
        table_add(&table, list->items[i].params);
    }
    return table_print(&table);
}

static int run_job_list(struct cli *cli)
{
    int64_t agent_id = 0, last_id = 0;
    struct pm_job_list list;
    struct pm_error err;
    int r = cli_take_number(cli, "agent", &agent_id);

    if (r == 0)
        r = cli_take_number(cli, "after", &last_id);
    if (r == 0 && agent_id == 0)
        r = cli_usage(cli, "whose jobs? Give --agent");
    if (r == 0)
        r = cli_connect(cli, false);
    if (r != 0)
        return r;
    if (pm_job_list(cli->client, agent_id, last_id, &list, &err) < 0)
        return cli_fail(cli, &err);
    r = cli->is_json ? print_jobs_json(&list) : print_jobs(&list);
    pm_job_list_clear(&list);
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
#define OPTION_INTERVAL                                                         \
    {                                                                           \
        .name = "interval", .argument = "N", .help = "minutes between its runs" \
    }
#define OPTION_TEXT                                                                        \
    {                                                                                      \
        .name = "params", .letter = 'p', .argument = "TEXT", .help = "what its type needs" \
    }

static const struct cli_option job_add_options[] = {
    {.name = "agent", .argument = "ID", .help = "who does it"},
    {.name = "monitor", .argument = "ID", .help = "where its results go"},
    OPTION_NAME,
    OPTION_TYPE,
    OPTION_INTERVAL,
    OPTION_TEXT,
    {.letter = 0},
};

const struct cli_command cmd_job_add = {
    .name = "job add",
    .summary = "Give a custom agent a job and print its id",
    .options = job_add_options,
    .run = run_job_add,
};

static const struct cli_option job_edit_options[] = {
    OPTION_NAME,
    OPTION_TYPE,
    OPTION_INTERVAL,
    OPTION_TEXT,
    {.name = "active", .argument = "yes|no", .help = "is it to be done?"},
    {.letter = 0},
};

const struct cli_command cmd_job_edit = {
    .name = "job edit",
    .operands = "ID",
    .summary = "Change a job; what is not named stays",
    .options = job_edit_options,
    .run = run_job_edit,
};

static const struct cli_option job_list_options[] = {
    {.name = "agent", .argument = "ID", .help = "whose jobs"},
    {.name = "after", .argument = "ID", .help = "only jobs with a greater number"},
    {.letter = 0},
};

const struct cli_command cmd_job_list = {
    .name = "job list",
    .summary = "List the jobs of a custom agent",
    .options = job_list_options,
    .run = run_job_list,
};

const struct cli_command cmd_job_delete = {
    .name = "job delete",
    .operands = "ID…",
    .summary = "Delete jobs",
    .run = run_job_delete,
};
