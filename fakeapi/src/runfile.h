/*
 * Which servers run here: each leaves a file that says where it is, so that `paidmonitor-fakeapi
 * ctl` finds it without being told. In $XDG_RUNTIME_DIR/paidmonitor-fakeapi, or without one in the
 * state folder of the user. The files of servers that were killed are removed by whoever sees them.
 */
#ifndef RUNFILE_H
#define RUNFILE_H

#include <stddef.h>

struct ctl_server;

/** The state folder of the user, for stores; NULL if there is no home. The caller frees it. */
char *fa_state_dir(void);
/** The folder of these files, made if it is not there; NULL with errno. The caller frees it. */
char *fa_run_dir(void);

/**
 * Say where this process serves.
 *
 * @token_file, @ca_file: NULL for none
 * @ret_path:             for runfile_remove(), which frees it
 *
 * Errors: -1 with errno
 */
int runfile_write(const char *url, const char *token_file, const char *ca_file, char **ret_path);
void runfile_remove(char *path);

/**
 * Find the server with this url, or the only one.
 *
 * @url:        NULL for any
 * @ret_server: its members are the caller's, see runfile_clear()
 *
 * Errors: -1 with one line in @message: none, or more than one
 */
int runfile_find(const char *url, struct ctl_server *ret_server, char *message, size_t size);
void runfile_clear(struct ctl_server *server);

#endif
