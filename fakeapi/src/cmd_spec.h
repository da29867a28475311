/* What kind of server it is to be: the options that serve and exec share. */
#ifndef FA_CMD_SPEC_H
#define FA_CMD_SPEC_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "fakeapi.h"

#define CMD_SPEC_LIST_MAX 64

/* Where faults stand. */
struct cmd_spec_fault {
    const char *text; /* JSON, or the name of a file with it */
    bool is_file;
};

struct cmd_spec {
    struct fa_server_options options;
    const char *checks[CMD_SPEC_LIST_MAX + 1]; /* options.checks, once cmd_spec_init() ran */
    size_t check_count;
    struct cmd_spec_fault faults[CMD_SPEC_LIST_MAX];
    size_t fault_count;
};

enum cmd_spec_option {
    CMD_SPEC_STORE = 1000, /* the options of a command itself are below */
    CMD_SPEC_PROFILE,
    CMD_SPEC_CHECK,
    CMD_SPEC_CLOCK,
    CMD_SPEC_TLS,
    CMD_SPEC_FAULT,
    CMD_SPEC_JOURNAL,
};

/* Rows of a table for getopt_long(3). */
#define CMD_SPEC_OPTIONS                                        \
    {"store", required_argument, NULL, CMD_SPEC_STORE},         \
        {"profile", required_argument, NULL, CMD_SPEC_PROFILE}, \
        {"check", required_argument, NULL, CMD_SPEC_CHECK},     \
        {"clock", required_argument, NULL, CMD_SPEC_CLOCK},     \
        {"tls", required_argument, NULL, CMD_SPEC_TLS},         \
        {"fault", required_argument, NULL, CMD_SPEC_FAULT},     \
    {                                                           \
        "journal", required_argument, NULL, CMD_SPEC_JOURNAL    \
    }

/** Begin with what fa_server_start() does by itself. */
void cmd_spec_init(struct cmd_spec *spec);

/**
 * Take one option of the command line.
 *
 * @id:    one of enum cmd_spec_option, or any other
 * @value: borrowed as long as the spec lives
 *
 * Returns CMD_OK, CMD_USAGE after saying what is wrong with the value, or -1: it is none of these.
 */
int cmd_spec_take(struct cmd_spec *spec, int id, const char *value);

/** Take faults from a file, as `--fault @FILE` does. Returns as cmd_spec_take(). */
int cmd_spec_take_faults(struct cmd_spec *spec, const char *path);

/** Give a server that runs the faults that were asked for. Returns an exit status; what was wrong
 * is logged. */
int cmd_spec_add_faults(const struct cmd_spec *spec, struct fa_server *server);

/** Say what an option wants instead. Returns CMD_USAGE. */
int cmd_bad_value(const char *option, const char *value, const char *wanted);

/** Read a decimal number, nothing before or after it. Errors: -1 none, or out of range */
int cmd_parse_number(const char *text, long min, long max, long *ret_value);

#endif
