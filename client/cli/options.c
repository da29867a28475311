/* The command line: options by table, and how a run ends; see cli.h. */
#include "cli.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "json.h"
#include "log.h"
#include "values.h"

#define NAME_ONLY 256 /* getopt's value for options without a letter, plus their index */

static bool is_end(const struct cli_option *option)
{
    return !option->name && !option->letter;
}

void cli_add_options(struct cli *cli, const struct cli_option *options)
{
    for (; options && !is_end(options) && cli->option_count < CLI_OPTIONS_MAX; options++)
        cli->options[cli->option_count++] = options;
}

const char *cli_get(const struct cli *cli, const char *name)
{
    size_t i;

    for (i = 0; i < cli->option_count; i++) {
        const struct cli_option *option = cli->options[i];

        if (option->name ? strcmp(option->name, name) == 0
                         : option->letter == name[0] && name[1] == '\0')
            return cli->values[i];
    }
    return NULL;
}

/* Write what getopt_long() wants to know about our options. */
static void describe(const struct cli *cli, bool stop_at_operand, char *letters,
                     struct option *names)
{
    size_t i;

    if (stop_at_operand)
        *letters++ = '+';
    *letters++ = ':'; /* we complain ourselves */
    for (i = 0; i < cli->option_count; i++) {
        const struct cli_option *option = cli->options[i];

        if (option->letter) {
            *letters++ = option->letter;
            if (option->argument)
                *letters++ = ':';
        }
        if (option->name)
            *names++ =
                (struct option){option->name, option->argument ? required_argument : no_argument,
                                NULL, option->letter ? option->letter : NAME_ONLY + (int)i};
    }
    *letters = '\0';
    *names = (struct option){NULL, 0, NULL, 0};
}

static size_t find_option(const struct cli *cli, int found)
{
    size_t i;

    if (found >= NAME_ONLY)
        return (size_t)(found - NAME_ONLY);
    for (i = 0; i < cli->option_count - 1; i++)
        if (cli->options[i]->letter == found)
            break;
    return i;
}

static int take_value(struct cli *cli, size_t index, char *value)
{
    const struct cli_option *option = cli->options[index];

    if (cli->values[index])
        return option->name ? cli_usage(cli, "--%s is given twice", option->name)
                            : cli_usage(cli, "-%c is given twice", option->letter);
    cli->values[index] = value ? value : "";
    if (!option->is_secret)
        return 0;
    if (pm_secret_set(&cli->secret, value, strlen(value)) < 0)
        return cli_usage(cli, "-%c takes a key of 1 to %d bytes", option->letter, PM_SECRET_MAX);
    explicit_bzero(value, strlen(value)); /* gone from /proc/PID/cmdline */
    pm_log_warning("-%c shows the secret key to everyone who lists processes at the right moment; "
                   "prefer --secret-file",
                   option->letter);
    return 0;
}

int cli_take_options(struct cli *cli, int argc, char **argv, bool stop_at_operand)
{
    char letters[2 * CLI_OPTIONS_MAX + 3];
    struct option names[CLI_OPTIONS_MAX + 1];
    int found, r;

    describe(cli, stop_at_operand, letters, names);
    optind = 0; /* start anew, as glibc has it */
    opterr = 0;
    while ((found = getopt_long(argc, argv, letters, names, NULL)) != -1) {
        if (found == ':')
            return cli_usage(cli, "%s needs a value", argv[optind - 1]);
        if (found == '?')
            return optopt > 0 && optopt < NAME_ONLY
                       ? cli_usage(cli, "unknown option -%c", optopt)
                       : cli_usage(cli, "unknown option %s", argv[optind - 1]);
        r = take_value(cli, find_option(cli, found), optarg);
        if (r != 0)
            return r;
    }
    cli->operands = argv + optind;
    cli->operand_count = (size_t)(argc - optind);
    return 0;
}

/* ---- operands ---- */

int cli_take_number(const struct cli *cli, const char *option, int64_t *ret_value)
{
    const char *text = cli_get(cli, option);

    if (text && values_read_int(text, 1, INT64_MAX, ret_value) < 0)
        return cli_usage(cli, "--%s takes a number, not '%s'", option, text);
    return 0;
}

int cli_take_id(const struct cli *cli, const char *what, int64_t *ret_id)
{
    if (cli->operand_count == 0)
        return cli_usage(cli, "which %s? Give its number", what);
    if (cli->operand_count > 1)
        return cli_usage(cli, "'%s' is one word too many", cli->operands[1]);
    if (values_read_int(cli->operands[0], 1, INT64_MAX, ret_id) < 0)
        return cli_usage(cli, "'%s' is not the number of a %s", cli->operands[0], what);
    return 0;
}

int cli_take_ids(const struct cli *cli, const char *what, int64_t **ret_ids)
{
    PM_AUTO_FREE int64_t *ids = calloc(cli->operand_count + 1, sizeof(*ids));
    size_t i;

    if (!ids)
        return cli_error(cli, CLI_SYSTEM, "out of memory");
    if (cli->operand_count == 0)
        return cli_usage(cli, "which %ss? Give their numbers", what);
    for (i = 0; i < cli->operand_count; i++)
        if (values_read_int(cli->operands[i], 1, INT64_MAX, &ids[i]) < 0)
            return cli_usage(cli, "'%s' is not the number of a %s", cli->operands[i], what);
    *ret_ids = PM_TAKE(ids);
    return 0;
}

/* ---- help ---- */

void cli_print_options(const struct cli_option *options)
{
    for (; options && !is_end(options); options++) {
        char left[64], letter[] = "    ";

        if (options->letter)
            (void)snprintf(letter, sizeof(letter), "-%c%s", options->letter,
                           options->name ? ", " : "");
        (void)snprintf(left, sizeof(left), "%s%s%s%s%s", letter, options->name ? "--" : "",
                       options->name ? options->name : "", options->argument ? " " : "",
                       options->argument ? options->argument : "");
        (void)printf("  %-28s %s\n", left, options->help);
    }
}

/* ---- how a run ends ---- */

int cli_usage(const struct cli *cli, const char *format, ...)
{
    char message[PM_ERROR_TEXT_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    pm_log_error("%s; see: paidmonitor %s%s--help", message, cli->command ? cli->command->name : "",
                 cli->command ? " " : "");
    return CLI_USAGE;
}

static void print_error(const struct pm_error *err)
{
    struct pm_buf buf;

    pm_buf_init(&buf, 16 * sizeof(*err));
    json_open(&buf, '{');
    json_name(&buf, "error");
    json_open(&buf, '{');
    json_text_member(&buf, "kind", pm_err_text(err->code));
    json_text_member(&buf, "message", err->message);
    json_text_member(&buf, "vendorText", err->vendor_text);
    json_int_member(&buf, "httpStatus", err->http_status);
    json_int_member(&buf, "errorCode", err->vendor_code);
    json_close(&buf, '}');
    json_close(&buf, '}');
    (void)json_print(&buf);
}

int cli_fail(const struct cli *cli, const struct pm_error *err)
{
    static const int statuses[-PM_ERR_MIN + 1] = {
        [-PM_ERR_USAGE] = CLI_USAGE,         [-PM_ERR_CONFIG] = CLI_CONFIG,
        [-PM_ERR_SYSTEM] = CLI_SYSTEM,       [-PM_ERR_NETWORK] = CLI_NETWORK,
        [-PM_ERR_UNAVAILABLE] = CLI_NETWORK, [-PM_ERR_REFUSED] = CLI_REFUSED,
        [-PM_ERR_REPLY] = CLI_REPLY,         [-PM_ERR_LIMIT] = CLI_USAGE,
        [-PM_ERR_CANCELLED] = CLI_NETWORK,
    };

    if (cli->is_json)
        print_error(err);
    pm_log_error("%s", err->message);
    return statuses[-err->code];
}

int cli_error(const struct cli *cli, int status, const char *format, ...)
{
    char message[2 * PM_ERROR_TEXT_SIZE];
    va_list args;

    (void)cli;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    pm_log_error("%s", message);
    return status;
}
