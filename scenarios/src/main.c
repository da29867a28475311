/* paidmonitor-scenario: the command line. Each command is a file cmd_<name>.c. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} commands[] = {
    {"run", cmd_run, "Run scenarios"},
    {"check", cmd_check, "Say what is wrong with scenarios, without running them"},
    {"list", cmd_list, "List cases with what they prove"},
    {"schema", cmd_schema, "Print the JSON Schema of scenarios, for editors"},
    {"reference", cmd_reference, "Print the actors and what they can be told"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
    size_t i;

    (void)fputs("Usage: " CMD_PROGRAM " COMMAND [OPTION]... [FILE|FOLDER]...\n"
                "Run stories about logins, their delivery and the dashboard, written in YAML.\n\n"
                "Commands:\n",
                out);
    for (i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].about);
    (void)fputs("\n" CMD_PROGRAM " COMMAND --help says more about one. "
                "See also " CMD_PROGRAM "(1).\n",
                out);
}

int cmd_usage(const char *format, ...)
{
    va_list args;

    (void)fputs(CMD_PROGRAM ": ", stderr);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    return CMD_USAGE;
}

int cmd_flush(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    (void)fprintf(stderr, CMD_PROGRAM ": cannot write to standard output: %s\n", strerror(errno));
    return CMD_FAILED;
}

int main(int argc, char **argv)
{
    static char program[] = CMD_PROGRAM;
    const char *name = argc > 1 ? argv[1] : "";
    size_t i;

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_help(stdout);
        return cmd_flush(CMD_PASSED);
    }
    if (strcmp(name, "--version") == 0) {
        (void)puts(CMD_PROGRAM " " PM_VERSION);
        return cmd_flush(CMD_PASSED);
    }
    for (i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            argv[1] = program;
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    if (name[0])
        (void)cmd_usage("there is no command \"%s\"\n", name);
    print_help(stderr);
    return CMD_USAGE;
}
