/* paidmonitor-fakeapi: the command line. Each command is a file cmd_<name>.c. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "log.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} commands[] = {
    {"serve", cmd_serve, "Serve the API until SIGTERM or SIGINT"},
    {"reference", cmd_reference, "Print every action and its parameters"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
    size_t i;

    fputs("Usage: " CMD_PROGRAM " COMMAND [OPTION]...\n"
          "A fake of the Paid Monitor API, for tests and for developing clients.\n\n"
          "Commands:\n",
          out);
    for (i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].about);
    fputs("\n" CMD_PROGRAM " COMMAND --help says more about one. "
          "See also paidmonitor-fakeapi(8).\n",
          out);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    size_t i;

    pm_log_setup(CMD_PROGRAM, PM_LOG_INFO, PM_LOG_TEXT);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_help(stdout);
        return CMD_OK;
    }
    if (strcmp(name, "--version") == 0) {
        puts(CMD_PROGRAM " " PM_VERSION);
        return CMD_OK;
    }
    for (i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (name[0])
        fprintf(stderr, CMD_PROGRAM ": there is no command \"%s\"\n\n", name);
    print_help(stderr);
    return CMD_USAGE;
}
