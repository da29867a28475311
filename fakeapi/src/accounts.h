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
    const char *password;  /* plain; only its hashes are kept */
    const char *reseller;  /* apikey of an account */
    int64_t expires_at_ms; /* when it ends; 0: never */
};

/** Read them from the store. Errors: NULL */
struct fa_accounts *fa_accounts_new(struct fa_store *store);
void fa_accounts_free(struct fa_accounts *accounts);

size_t fa_accounts_count(const struct fa_accounts *accounts);

/*
 * Where servers share a store, another one may just have made or changed an account. Both functions
 * ask the store, and read the accounts again if so. Errors: -1 the store failed
 */
/** Before looking for an apikey. Also reads the accounts if that is overdue. */
int fa_accounts_look_up(struct fa_accounts *accounts, const char *apikey);
/** Before refusing what one has signed. @ret_is_outdated: it is not what it was, look for it again
 */
int fa_accounts_check(struct fa_accounts *accounts, const struct fa_principal *principal,
                      bool *ret_is_outdated);

/* What is lent stays valid until accounts are next put, changed, deleted or read. NULL: none. */
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

/*
 * Changes are in the store's open transaction. Whoever makes them sees to it that it is committed
 * (fa_app_commit()), which reads the accounts anew if that fails.
 */

/**
 * Read all anew from the store.
 *
 * Errors: -1 it failed, or out of memory: they are as before, and fa_accounts_look_up() tries again
 */
int fa_accounts_reload(struct fa_accounts *accounts);

/**
 * Add accounts or change those with their apikeys: all of them, or none.
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

/** The same between fa_store_begin() and fa_store_done() of the caller, who reloads after an undo.
 */
int fa_accounts_put_within(struct fa_accounts *accounts, const struct fa_account_spec *spec,
                           char *message, size_t size);

/** Give an account another secret key. Errors: -1 with @message, as above */
int fa_accounts_set_secret(struct fa_accounts *accounts, int64_t id, const char *secretkey,
                           char *message, size_t size);

/** When the next account ends, ms since 1970; 0 if none does. */
int64_t fa_accounts_next_end_ms(const struct fa_accounts *accounts);

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
