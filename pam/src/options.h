/* The words behind `pam_paidmonitor.so` on a line of pam.d; pam_paidmonitor(8). */
#ifndef HOOK_OPTIONS_H
#define HOOK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <security/pam_modules.h>

#define HOOK_DROP_DEFAULT "/run/paidmonitor/drop"
#define HOOK_DROP_MAX     1024 /* ours; bytes of the directory's path */

struct hook_options {
    const char *drop; /* directory; absolute */
    bool debug;       /* one syslog line for each record left */
};

/**
 * Read the words. What is unknown or wrong is ignored, and said in one syslog line each when
 * @complain is set: a mistake on the line must not lock anybody out.
 *
 * @ret_options: borrows from @argv
 */
void hook_options_parse(pam_handle_t *pamh, int argc, const char **argv, bool complain,
                        struct hook_options *ret_options);

#endif
