/* The accounts in memory, each with its keyed HMAC context; the store keeps them. */
#ifndef FA_ACCOUNTS_H
#define FA_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "mac.h"
#include "store.h"

struct fa_accounts;

struct fa_principal {
    struct fa_account account;
    struct fa_mac *mac;
};

/* A new account, or what becomes of the one with this apikey. NULL and 0 mean none. */
struct fa_account_spec {
    const char *apikey;
    const char *secretkey;
    const char *name;
    const char *user;
    const char *password; /* plain; only its hashes are kept */
    const char *reseller; /* apikey of an account */
};

/** Read them from the store. Errors: NULL */
struct fa_accounts *fa_accounts_new(struct fa_store *store);
void fa_accounts_free(struct fa_accounts *accounts);

size_t fa_accounts_count(const struct fa_accounts *accounts);

/* What is lent stays valid until the next fa_accounts_put(). NULL: there is none. */
/** @index: less than the count; in the order of their ids */
const struct fa_principal *fa_accounts_at(const struct fa_accounts *accounts, size_t index);
const struct fa_principal *fa_accounts_find(const struct fa_accounts *accounts, const char *apikey);
const struct fa_principal *fa_accounts_find_id(const struct fa_accounts *accounts, int64_t id);
const struct fa_principal *fa_accounts_find_user(const struct fa_accounts *accounts,
                                                 const char *user);

/** Is it some account's secret key? Such a text must not be shown, wherever it turns up. */
bool fa_accounts_is_secret(const struct fa_accounts *accounts, const char *text);

/**
 * Is it the secret key, or does it hold it somewhere? Keys of less than 8 bytes count only as a
 * whole: they could be parts of any word.
 */
bool fa_principal_is_betrayed(const struct fa_principal *principal, const char *bytes, size_t len);
/** Some account's? */
bool fa_accounts_are_betrayed(const struct fa_accounts *accounts, const char *bytes, size_t len);

/**
 * Add accounts or change those with their apikeys, in the store too: all of them, committed, or
 * none.
 *
 * @message:  on failure one line for a person
 * @ret_bad:  on failure the index of the one that is wrong, or @count
 *
 * Errors: -1 keys that are empty, too long or not printable ASCII, unknown reseller, or the store
 * failed
 */
int fa_accounts_put_all(struct fa_accounts *accounts, const struct fa_account_spec *specs,
                        size_t count, char *message, size_t size, size_t *ret_bad);

/** The same for one. */
int fa_accounts_put(struct fa_accounts *accounts, const struct fa_account_spec *spec, char *message,
                    size_t size);

/**
 * Read accounts from an INI file: a section per account, named after it, with `apikey`, `secretkey`
 * and optionally `user`, `password`, `reseller`. All are taken, or none. Accounts that are in the
 * store but not in the file stay. The file must belong to root or the effective user; others must
 * not be able to read it, nor its group to write it.
 *
 * @message:  on failure one line with file and line number
 *
 * Errors: -1
 */
int fa_accounts_read_file(struct fa_accounts *accounts, const char *path, char *message,
                          size_t size);

#endif
