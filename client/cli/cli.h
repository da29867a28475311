/*
 * What the subcommands share: their table, options, the connection, and how they end. A command is
 * a row of the table in main.c and a file cmd_<name>.c with its options and one function.
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "paidmonitor.h"
#include "secret.h"

/* Exit statuses; see paidmonitor(1). */
enum cli_status {
    CLI_OK = 0,
    CLI_REFUSED = 1, /* the API said no, or what was looked for is not there */
    CLI_USAGE = 2,
    CLI_CONFIG = 3,
    CLI_NETWORK = 4, /* worth a retry */
    CLI_REPLY = 5,   /* the answer made no sense */
    CLI_SYSTEM = 6,
};

struct cli;

struct cli_option {
    const char *name;     /* after `--`; NULL: only a letter */
    char letter;          /* after `-`; 0: only a name */
    const char *argument; /* what --help calls its argument; NULL: a switch */
    const char *help;     /* one line */
    bool is_secret;       /* wiped from the command line at once; goes to cli->secret */
};

struct cli_command {
    const char *name;                 /* one or two words */
    const char *operands;             /* for --help; NULL: none are taken */
    const char *summary;              /* one line */
    const char *details;              /* more of --help; NULL: nothing */
    const struct cli_option *options; /* its own; ended by an empty one; NULL: none */
    int (*run)(struct cli *cli);      /* returns an enum cli_status */
};

#define CLI_OPTIONS_MAX 32 /* common and own */

struct cli {
    const struct cli_command *command;
    const struct cli_option *options[CLI_OPTIONS_MAX];
    const char *values[CLI_OPTIONS_MAX]; /* as given; "" for a switch; NULL when not given */
    size_t option_count;
    char **operands;
    size_t operand_count;
    bool is_json;
    bool writes_config; /* setup: missing files are no error, they will be written */
    struct pm_config config;
    struct pm_secret secret; /* len 0: none yet */
    struct pm_client *client;
};

/** The value of an option by its name (or its letter where it has none), "" for a switch that is
 * set, NULL when it was not given. */
const char *cli_get(const struct cli *cli, const char *name);

/** Take options and operands off the command line. Returns 0 or CLI_USAGE, already explained. */
int cli_take_options(struct cli *cli, int argc, char **argv, bool stop_at_operand);

/** Prepare the list of options: common ones, and those of cli->command once it is known. */
void cli_add_options(struct cli *cli, const struct cli_option *options);

/** Print the options as --help shows them. */
void cli_print_options(const struct cli_option *options);

/** Say what is wrong with the command line. Returns CLI_USAGE. */
int cli_usage(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Report a failure of the library. Returns its exit status. */
int cli_fail(const struct cli *cli, const struct pm_error *err);

/** Report any other failure. Returns @status. */
int cli_error(const struct cli *cli, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** A positive number from an option; *ret_value stays when it was not given. Returns 0 or
 * CLI_USAGE. */
int cli_take_number(const struct cli *cli, const char *option, int64_t *ret_value);

/** The only operand: a number. @what: of what, for the complaint. Returns 0 or CLI_USAGE. */
int cli_take_id(const struct cli *cli, const char *what, int64_t *ret_id);

/** All operands, at least one, as numbers; the caller frees. Returns 0 or an exit status. */
int cli_take_ids(const struct cli *cli, const char *what, int64_t **ret_ids);

/* ---- connection (connect.c) ---- */

/** The options that every command has. */
extern const struct cli_option cli_common_options[];

/** Read configuration file, environment and options into cli->config, in this order of strength.
 * Returns 0 or an exit status, already explained, as all below. */
int cli_load(struct cli *cli);

/** Get the secret key into cli->secret: -s, --secret-fd, a file, or a prompt on the terminal. */
int cli_load_secret(struct cli *cli);

/** The secret when it is needed, and a client in cli->client. Needs cli_load(). */
int cli_open(struct cli *cli, bool needs_secret);

/** cli_load() and cli_open(). */
int cli_connect(struct cli *cli, bool needs_secret);

/** The monitor that --id names, or the only one with the tag of --tag. Needs a client. */
int cli_find_monitor(struct cli *cli, int64_t *ret_id);

/** Ask on the terminal; without echo for secrets. Returns 0, or -1 without a terminal or answer. */
int cli_prompt(const char *question, bool is_secret, char *answer, size_t size);

#endif
