/*
 * How accounts end: deleted, emptied, or when their time is over. Everything that knows an account
 * by its id forgets it here, so that none of it turns up in another test.
 */
#ifndef FA_LIFETIME_H
#define FA_LIFETIME_H

#include <stdint.h>

struct fa_app;
struct fa_http;
struct fa_lifetime;

/** @app, @http: borrowed. Errors: NULL out of memory */
struct fa_lifetime *fa_lifetime_new(struct fa_app *app, struct fa_http *http);
/** NULL is allowed. */
void fa_lifetime_free(struct fa_lifetime *lifetime);

/** Accounts were added or changed: look when the next one ends. */
void fa_lifetime_watch(struct fa_lifetime *lifetime);

/*
 * These write into the store's open transaction, as accounts.h says.
 * Errors: FA_STORE_ABSENT, FA_STORE_FAILED
 */
int fa_account_delete(struct fa_app *app, int64_t account_id);
/** Its keys, name and end stay; monitors, results, tokens, objects go, its clock,
 * faults, and journal. */
int fa_account_reset(struct fa_app *app, int64_t account_id);
/** The same for all accounts, and the server's own clock and faults. */
int fa_accounts_reset_all(struct fa_app *app);

#endif
