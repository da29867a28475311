/* What the commands share: their exit statuses, and how cases are chosen. */
#ifndef SC_CMD_H
#define SC_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "case.h"
#include "stage.h"

#define CMD_PROGRAM "paidmonitor-scenario"

enum cmd_status {
    CMD_PASSED = 0,
    CMD_FAILED = 1,
    CMD_USAGE = 2, /* the command line, or a scenario that is none */
    CMD_SKIPPED = 77,
};

int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_schema(int argc, char **argv);
int cmd_reference(int argc, char **argv);

/** Say what is wrong with the command line. Returns CMD_USAGE. */
int cmd_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Flush standard output. Returns @status, or CMD_FAILED when it could not be written. */
int cmd_flush(int status);

/** Find out where programs and the runner's own files are; see locate.c. */
void cmd_locate(struct sc_settings *settings);

/** The folder of the cases that come with the runner; the caller frees it. */
char *cmd_cases_dir(const struct sc_settings *settings);

/* ---- choosing ---- */

#define CMD_CHOICES_MAX 32

/* Texts are borrowed. */
struct cmd_choice {
    const char *names[CMD_CHOICES_MAX]; /* any of them; a part of the id, or a pattern */
    const char *tags[CMD_CHOICES_MAX];  /* all of them; with `!` in front: must not have it */
    size_t name_count, tag_count;
};

/** Errors: -1 too many */
int cmd_choice_name(struct cmd_choice *choice, const char *name);
int cmd_choice_tag(struct cmd_choice *choice, const char *tag);

bool cmd_is_chosen(const struct cmd_choice *choice, const struct sc_case *scase);

/** Read the files of the command line, or those that come with the runner. Complaints go to
 * standard error. Returns 0 or CMD_USAGE. */
int cmd_load(struct sc_suite *suite, const struct sc_settings *settings, char **paths, int count);

#endif
