/*
 * The switches of the checks (checks.h) as they are now: the server's, and of accounts that have
 * set some of their own, so that jobs which share a server can insist on different things. In
 * memory, for one server; they go with the account.
 */
#ifndef FA_SETTINGS_H
#define FA_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "checks.h"

#define FA_SETTINGS_SERVER 0 /* in place of an account's id */

struct fa_settings;

/** Those of the server: the profile's. Errors: NULL out of memory */
struct fa_settings *fa_settings_new(enum fa_profile profile);
void fa_settings_free(struct fa_settings *settings);

/** Those of an account, or of the server. Lends until the next change. */
const struct fa_checks *fa_settings_get(const struct fa_settings *settings, int64_t account_id);

/** Has the account some of its own? */
bool fa_settings_are_own(const struct fa_settings *settings, int64_t account_id);

/** Errors: -1 out of memory */
int fa_settings_set(struct fa_settings *settings, int64_t account_id,
                    const struct fa_checks *checks);

/** Let an account follow the server's again. */
void fa_settings_unset(struct fa_settings *settings, int64_t account_id);

#endif
