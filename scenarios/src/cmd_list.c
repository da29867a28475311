/* list: the cases and what they prove. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

static const char help[] =
    "Usage: " CMD_PROGRAM " list [OPTION]... [FILE|FOLDER]...\n"
    "List cases with what they prove.\n"
    "\n"
    "  -k, --name PATTERN  only those whose id has PATTERN in it or matches it; may be repeated\n"
    "  -t, --tag TAG       only those with this tag; with !TAG, without it; may be repeated\n"
    "  -h, --help          show this help\n";

int cmd_list(int argc, char **argv)
{
    static const struct option names[] = {{"name", required_argument, NULL, 'k'},
                                          {"tag", required_argument, NULL, 't'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    struct sc_settings settings = {0};
    struct cmd_choice choice = {0};
    struct sc_suite suite = {0};
    int option, status;
    size_t i;

    while ((option = getopt_long(argc, argv, "k:t:h", names, NULL)) != -1) {
        if (option == 'h') {
            (void)fputs(help, stdout);
            return cmd_flush(CMD_PASSED);
        }
        if (option == '?' || (option == 'k' && cmd_choice_name(&choice, optarg) < 0) ||
            (option == 't' && cmd_choice_tag(&choice, optarg) < 0))
            return CMD_USAGE;
    }
    cmd_locate(&settings);
    status = cmd_load(&suite, &settings, argv + optind, argc - optind);
    for (i = 0; status == 0 && i < suite.count; i++)
        if (cmd_is_chosen(&choice, &suite.cases[i]))
            (void)printf("%-50s %s\n", suite.cases[i].id, suite.cases[i].name);
    sc_suite_free(&suite);
    return cmd_flush(status);
}
