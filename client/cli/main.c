/* paidmonitor: find the subcommand, give it its options, run it. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "commands.h"
#include "log.h"

static const struct cli_command *const commands[] = {
    &cmd_setup,
    &cmd_doctor,
    &cmd_status,
    &cmd_flush,
    &cmd_trace,
    &cmd_monitor_add,
    &cmd_monitor_list,
    &cmd_monitor_show,
    &cmd_monitor_edit,
    &cmd_monitor_delete,
    &cmd_monitor_colorize,
    &cmd_result_add,
    &cmd_result_list,
    &cmd_additional_add,
    &cmd_additional_list,
    &cmd_report,
    &cmd_agent_add,
    &cmd_agent_list,
    &cmd_agent_show,
    &cmd_agent_edit,
    &cmd_agent_delete,
    &cmd_job_add,
    &cmd_job_list,
    &cmd_job_edit,
    &cmd_job_delete,
    &cmd_auth_token,
    &cmd_call,
    &cmd_sign,
    &cmd_conformance,
};

static const struct cli_option global_options[] = {
    {.name = "version", .letter = 'V', .help = "show the version"},
    {.letter = 0},
};

static void print_help(void)
{
    size_t i;

    (void)printf("Usage: paidmonitor [OPTION]… COMMAND [OPTION]… [OPERAND]…\n\n"
                 "Speak to the Paid Monitor API.\n\nCommands:\n");
    for (i = 0; i < PM_ARRAY_LEN(commands); i++)
        (void)printf("  %-18s %s\n", commands[i]->name, commands[i]->summary);
    (void)printf("\nOptions:\n");
    cli_print_options(cli_common_options);
    cli_print_options(global_options);
    (void)printf("\n'paidmonitor COMMAND --help' tells more. Manual: paidmonitor(1).\n");
}

static void print_command_help(const struct cli_command *command)
{
    (void)printf("Usage: paidmonitor %s [OPTION]…%s%s\n\n%s.\n", command->name,
                 command->operands ? " " : "", command->operands ? command->operands : "",
                 command->summary);
    if (command->details)
        (void)printf("\n%s\n", command->details);
    if (command->options) {
        (void)printf("\nOptions:\n");
        cli_print_options(command->options);
    }
    (void)printf("\nOptions of every command:\n");
    cli_print_options(cli_common_options);
}

/* How many of the words name the command: 0, 1 or 2. */
static int match(const struct cli_command *command, char **words, size_t count)
{
    const char *blank = strchr(command->name, ' ');
    size_t len = blank ? (size_t)(blank - command->name) : strlen(command->name);

    if (count == 0 || strlen(words[0]) != len || strncmp(words[0], command->name, len) != 0)
        return 0;
    if (!blank)
        return 1;
    return count > 1 && strcmp(words[1], blank + 1) == 0 ? 2 : 0;
}

static int find_command(struct cli *cli)
{
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(commands); i++) {
        int words = match(commands[i], cli->operands, cli->operand_count);

        if (words == 0)
            continue;
        cli->command = commands[i];
        return words;
    }
    return 0;
}

static int complain_of_command(const struct cli *cli)
{
    if (cli->operand_count == 0)
        return cli_usage(cli, "no command was given");
    if (cli->operand_count == 1)
        return cli_usage(cli, "'%s' is no command, or not all of one", cli->operands[0]);
    return cli_usage(cli, "'%s %s' is no command", cli->operands[0], cli->operands[1]);
}

static int run_command(struct cli *cli, int words)
{
    int argc = (int)cli->operand_count - words + 1, r;
    char **argv = cli->operands + words - 1;

    cli_add_options(cli, cli->command->options);
    r = cli_take_options(cli, argc, argv, false);
    if (r != 0)
        return r;
    if (cli_get(cli, "help")) {
        print_command_help(cli->command);
        return CLI_OK;
    }
    if (cli->operand_count > 0 && !cli->command->operands)
        return cli_usage(cli, "'%s' is one word too many", cli->operands[0]);
    cli->is_json = cli_get(cli, "json") != NULL;
    return cli->command->run(cli);
}

static int run(struct cli *cli, int argc, char **argv)
{
    int r, words;

    cli_add_options(cli, cli_common_options);
    cli_add_options(cli, global_options);
    r = cli_take_options(cli, argc, argv, true);
    if (r != 0)
        return r;
    if (cli_get(cli, "version")) {
        (void)printf("paidmonitor %s\n", pm_version());
        return CLI_OK;
    }
    words = find_command(cli);
    if (words > 0)
        return run_command(cli, words);
    if (cli_get(cli, "help")) {
        print_help();
        return CLI_OK;
    }
    return complain_of_command(cli);
}

int main(int argc, char **argv)
{
    struct cli cli = {.command = NULL};
    int status;

    (void)setlocale(LC_CTYPE, "C.UTF-8"); /* for the width of columns, whatever the user's locale */
    pm_log_setup("paidmonitor", PM_LOG_WARNING, PM_LOG_TEXT);
    status = run(&cli, argc, argv);
    pm_client_free(cli.client);
    pm_secret_clear(&cli.secret);
    pm_config_clear(&cli.config);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == CLI_OK) {
        pm_log_error("cannot write to standard output");
        status = CLI_SYSTEM;
    }
    return status;
}
