/* The words behind `pam_paidmonitor.so` on a line of pam.d; pam_paidmonitor(8). */
#ifndef HOOK_OPTIONS_H
#define HOOK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <security/pam_modules.h>

#define HOOK_DROP_DEFAULT "/run/paidmonitor/drop"
#define HOOK_DROP_MAX     1024 /* ours; bytes of the directory's path */

enum hook_line {
    HOOK_LINE_AUTH,
    HOOK_LINE_ACCOUNT,
    HOOK_LINE_SESSION,
    HOOK_LINE_MAX,
};

struct hook_options {
    enum hook_line line; /* the kind of line the words stand on */
    const char *drop;    /* directory; absolute */
    bool is_reporting;   /* what the line sees is to be reported: a session always is */
    bool is_strict;      /* a login that cannot be reported is refused */
    bool debug;          /* one syslog line for each record left */
};

/**
 * Read the words. What is unknown, wrong or of no use on this kind of line is ignored, and said in
 * one syslog line each when @complain is set: a mistake on the line must not lock anybody out.
 *
 * @ret_options: borrows from @argv
 */
void hook_options_parse(pam_handle_t *pamh, enum hook_line line, int argc, const char **argv,
                        bool complain, struct hook_options *ret_options);

#endif
