/* check: what is wrong with scenarios. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

static const char help[] =
    "Usage: " CMD_PROGRAM " check [FILE|FOLDER]...\n"
    "Say what is wrong with scenarios, with file, line and column, without running them.\n"
    "Without a file: with those that come with the program.\n"
    "\n"
    "      --help  show this help\n";

int cmd_check(int argc, char **argv)
{
    static const struct option names[] = {{"help", no_argument, NULL, 'h'}, {0}};
    struct sc_settings settings = {0};
    struct sc_suite suite = {0};
    int option, status;

    while ((option = getopt_long(argc, argv, "h", names, NULL)) != -1) {
        if (option != 'h')
            return CMD_USAGE;
        (void)fputs(help, stdout);
        return cmd_flush(CMD_PASSED);
    }
    cmd_locate(&settings);
    status = cmd_load(&suite, &settings, argv + optind, argc - optind);
    if (status == 0)
        (void)printf("%zu cases in %zu files are well-formed\n", suite.count, suite.root_count);
    sc_suite_free(&suite);
    return cmd_flush(status);
}
