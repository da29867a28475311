/* paidmonitor-fakeapi: the command line. Each command is a file cmd_<name>.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "log.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} commands[] = {
    {"serve", cmd_serve, "Serve the API until SIGTERM or SIGINT"},
    {"exec", cmd_exec, "Run a command with a server of its own"},
    {"ctl", cmd_ctl, "Steer a running server, and look into it"},
    {"verify", cmd_verify, "Has everything arrived that was expected? The same as ctl verify"},
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
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].about);
    fputs("\n" CMD_PROGRAM " COMMAND --help says more about one. "
          "See also paidmonitor-fakeapi(8).\n",
          out);
}

int cmd_flush(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return CMD_OK;
    pm_log_error("cannot write to standard output: %s", strerror(errno));
    return CMD_FAILED;
}

/*
 * Started with closed standard streams, the sockets and files opened next would take their places.
 * Standard output is opened for reading: what is printed there gets an error, as it should.
 */
static void open_standard_streams(void)
{
    static const int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};
    int fd;

    for (fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", modes[fd]); /* takes the lowest free number: this one */
}

int main(int argc, char **argv)
{
    static char program[] = CMD_PROGRAM;
    const char *name = argc > 1 ? argv[1] : "";
    size_t i;

    open_standard_streams();
    pm_log_setup(CMD_PROGRAM, PM_LOG_INFO, PM_LOG_TEXT);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_help(stdout);
        return cmd_flush();
    }
    if (strcmp(name, "--version") == 0) {
        puts(CMD_PROGRAM " " PM_VERSION);
        return cmd_flush();
    }
    for (i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            argv[1] = program;
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    if (name[0])
        fprintf(stderr, CMD_PROGRAM ": there is no command \"%s\"\n\n", name);
    print_help(stderr);
    return CMD_USAGE;
}
