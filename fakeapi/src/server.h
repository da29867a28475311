/* What the files of libfakeapi share, and paidmonitor-fakeapi needs beyond the library's interface.
 */
#ifndef FA_SERVER_H
#define FA_SERVER_H

#include <stddef.h>

#include "fakeapi.h"

struct fa_app;
struct fa_control;

/** Have something done on the server's thread, and wait until it is. Not from that thread. */
void fa_server_run(struct fa_server *server, void (*run)(struct fa_server *server, void *context),
                   void *context);

/* For what is run there. */
struct fa_app *fa_server_app(struct fa_server *server);
const struct fa_control *fa_server_control_api(const struct fa_server *server);

/** Return when its loop has come round: it is alive. */
void fa_server_turn(struct fa_server *server);

/** How many requests there were with this verdict, and how many of all are not remembered. */
int64_t fa_server_total(struct fa_server *server, enum fa_verdict verdict);
int64_t fa_server_forgotten(struct fa_server *server);

/** How many accounts there are. */
size_t fa_server_account_count(struct fa_server *server);

/** Add or change the accounts of an INI file; see accounts.h. Errors: -1 with a message */
int fa_server_accounts_file(struct fa_server *server, const char *path, char *message, size_t size);

/**
 * Generate an account.
 *
 * @apikey, @secretkey: FA_KEY_SIZE bytes each, see mac.h
 */
int fa_server_account_generate(struct fa_server *server, char *apikey, char *secretkey);

#endif
