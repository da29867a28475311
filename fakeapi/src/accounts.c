#include "accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX           256
#define SECRET_INSIDE_MIN 8 /* ours: shorter keys are only looked for as a whole */

struct fa_accounts {
    struct fa_store *store;
    struct fa_principal *all;
    size_t count;
    const struct fa_principal **by_key; /* the same, sorted: a server may have thousands */
    bool is_stale; /* they could not be read again: the store may have others */
};

static void clear_principal(struct fa_principal *principal)
{
    struct fa_account *account = &principal->account;
    const char *const texts[] = {account->apikey, account->secretkey,    account->name,
                                 account->user,   account->password_md5, account->password_sha256};
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        free((void *)(uintptr_t)texts[i]);
    fa_mac_free(principal->mac);
}

static int copy_account(struct fa_account *to, const struct fa_account *from)
{
    *to = *from;
    to->apikey = strdup(from->apikey);
    to->secretkey = strdup(from->secretkey);
    to->name = strdup(from->name);
    to->user = strdup(from->user);
    to->password_md5 = strdup(from->password_md5);
    to->password_sha256 = strdup(from->password_sha256);
    return to->apikey && to->secretkey && to->name && to->user && to->password_md5 &&
                   to->password_sha256
               ? 0
               : -1;
}

/* fa_account_fn */
static int add_principal(void *context, const struct fa_account *account)
{
    struct fa_accounts *accounts = context;
    struct fa_principal *all =
        realloc(accounts->all, (accounts->count + 1) * sizeof(*accounts->all));
    struct fa_principal *principal;

    if (!all)
        return -1;
    accounts->all = all;
    principal = &all[accounts->count];
    principal->mac = fa_mac_new(account->secretkey, strlen(account->secretkey));
    accounts->count++;
    return copy_account(&principal->account, account) < 0 || !principal->mac ? -1 : 0;
}

static void forget_all(struct fa_accounts *accounts)
{
    size_t i;

    for (i = 0; i < accounts->count; i++)
        clear_principal(&accounts->all[i]);
    free(accounts->all);
    free(accounts->by_key);
    accounts->all = NULL;
    accounts->by_key = NULL;
    accounts->count = 0;
}

/* For qsort(3) and bsearch(3). */
static int compare_keys(const void *a, const void *b)
{
    const struct fa_principal *const *left = a;
    const struct fa_principal *const *right = b;

    return strcmp((*left)->account.apikey, (*right)->account.apikey);
}

/* @accounts: without any yet. Errors: -1 the store failed, or out of memory: some are missing */
static int read_all(struct fa_accounts *accounts)
{
    size_t i;

    if (fa_store_accounts(accounts->store, add_principal, accounts) < 0)
        return -1;
    accounts->by_key = calloc(accounts->count + 1, sizeof(*accounts->by_key));
    if (!accounts->by_key)
        return -1;
    for (i = 0; i < accounts->count; i++)
        accounts->by_key[i] = &accounts->all[i];
    qsort(accounts->by_key, accounts->count, sizeof(*accounts->by_key), compare_keys);
    return 0;
}

struct fa_accounts *fa_accounts_new(struct fa_store *store)
{
    struct fa_accounts *accounts = calloc(1, sizeof(*accounts));

    if (!accounts)
        return NULL;
    accounts->store = store;
    if (read_all(accounts) < 0) {
        fa_accounts_free(accounts);
        return NULL;
    }
    return accounts;
}

void fa_accounts_free(struct fa_accounts *accounts)
{
    if (!accounts)
        return;
    forget_all(accounts);
    free(accounts);
}

size_t fa_accounts_count(const struct fa_accounts *accounts)
{
    return accounts->count;
}

const struct fa_principal *fa_accounts_at(const struct fa_accounts *accounts, size_t index)
{
    return &accounts->all[index];
}

const struct fa_principal *fa_accounts_find(const struct fa_accounts *accounts, const char *apikey)
{
    const struct fa_principal wanted = {.account.apikey = apikey};
    const struct fa_principal *key = &wanted;
    const struct fa_principal *const *found =
        bsearch(&key, accounts->by_key, accounts->count, sizeof(*accounts->by_key), compare_keys);

    return found ? *found : NULL;
}

const struct fa_principal *fa_accounts_find_id(const struct fa_accounts *accounts, int64_t id)
{
    size_t i;

    for (i = 0; i < accounts->count; i++)
        if (accounts->all[i].account.id == id)
            return &accounts->all[i];
    return NULL;
}

const struct fa_principal *fa_accounts_find_user(const struct fa_accounts *accounts,
                                                 const char *user)
{
    size_t i;

    for (i = 0; i < accounts->count; i++)
        if (user[0] != '\0' && strcmp(accounts->all[i].account.user, user) == 0)
            return &accounts->all[i];
    return NULL;
}

bool fa_accounts_is_secret(const struct fa_accounts *accounts, const char *text)
{
    size_t i;

    for (i = 0; i < accounts->count; i++)
        if (strcmp(accounts->all[i].account.secretkey, text) == 0)
            return true;
    return false;
}

bool fa_principal_is_betrayed(const struct fa_principal *principal, const char *bytes, size_t len)
{
    const char *secret = principal->account.secretkey;
    size_t secret_len = strlen(secret);

    if (secret_len < SECRET_INSIDE_MIN)
        return secret_len == len && memcmp(bytes, secret, len) == 0;
    return memmem(bytes, len, secret, secret_len) != NULL;
}

bool fa_accounts_are_betrayed(const struct fa_accounts *accounts, const char *bytes, size_t len)
{
    size_t i;

    for (i = 0; i < accounts->count; i++)
        if (fa_principal_is_betrayed(&accounts->all[i], bytes, len))
            return true;
    return false;
}

static int check_key(const char *what, const char *key, char *message, size_t size)
{
    size_t i;

    if (!key || key[0] == '\0') {
        snprintf(message, size, "%s is missing or empty", what);
        return -1;
    }
    for (i = 0; key[i]; i++) {
        if (key[i] > ' ' && key[i] < 0x7f && i < KEY_MAX)
            continue;
        snprintf(message, size, "%s must be at most %d printable ASCII characters without blanks",
                 what, KEY_MAX);
        return -1;
    }
    return 0;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static int write_account(struct fa_accounts *accounts, const struct fa_account *account)
{
    int64_t id;
    int r = fa_store_account_set(accounts->store, account);

    return r == FA_STORE_ABSENT ? fa_store_account_add(accounts->store, account, &id) : r;
}

/* Accounts change so seldom that reading all anew is the simplest way to be right. */
int fa_accounts_reload(struct fa_accounts *accounts)
{
    struct fa_accounts read = {.store = accounts->store};

    if (read_all(&read) < 0) {
        forget_all(&read);
        accounts->is_stale = true;
        return -1;
    }
    forget_all(accounts);
    *accounts = read;
    return 0;
}

int fa_accounts_look_up(struct fa_accounts *accounts, const char *apikey)
{
    bool is_known = false;

    if (accounts->is_stale && fa_accounts_reload(accounts) < 0)
        return -1;
    if (apikey[0] == '\0' || !fa_store_is_shared(accounts->store) ||
        fa_accounts_find(accounts, apikey))
        return 0;
    if (fa_store_account_known(accounts->store, apikey, &is_known) < 0)
        return -1;
    return is_known ? fa_accounts_reload(accounts) : 0;
}

int fa_accounts_check(struct fa_accounts *accounts, const struct fa_principal *principal,
                      bool *ret_is_outdated)
{
    bool is_current = true;

    *ret_is_outdated = false;
    if (!fa_store_is_shared(accounts->store))
        return 0;
    if (fa_store_account_current(accounts->store, &principal->account, &is_current) < 0)
        return -1;
    *ret_is_outdated = !is_current;
    return is_current ? 0 : fa_accounts_reload(accounts);
}

static int store_failed(const struct fa_accounts *accounts, char *message, size_t size)
{
    snprintf(message, size, "the store failed: %s", fa_store_message(accounts->store));
    return -1;
}

int fa_accounts_put_within(struct fa_accounts *accounts, const struct fa_account_spec *spec,
                           char *message, size_t size)
{
    const struct fa_principal *reseller =
        spec->reseller ? fa_accounts_find(accounts, spec->reseller) : NULL;
    char md5[FA_DIGEST_SIZE] = "";
    char sha256[FA_DIGEST_SIZE] = "";
    const struct fa_account account = {
        .reseller_id = reseller ? reseller->account.id : 0,
        .apikey = spec->apikey,
        .secretkey = spec->secretkey,
        .name = or_empty(spec->name),
        .user = or_empty(spec->user),
        .password_md5 = md5,
        .password_sha256 = sha256,
        .expires_at_ms = spec->expires_at_ms,
    };

    if (check_key("apikey", spec->apikey, message, size) < 0 ||
        check_key("secretkey", spec->secretkey, message, size) < 0)
        return -1;
    if (spec->reseller && !reseller) {
        snprintf(message, size, "reseller must be the apikey of an account that stands before");
        return -1;
    }
    if (spec->password) {
        fa_digest_hex(FA_DIGEST_MD5, spec->password, md5);
        fa_digest_hex(FA_DIGEST_SHA256, spec->password, sha256);
    }
    if (write_account(accounts, &account) < 0 || fa_accounts_reload(accounts) < 0)
        return store_failed(accounts, message, size);
    return 0;
}

int fa_accounts_put_all(struct fa_accounts *accounts, const struct fa_account_spec *specs,
                        size_t count, char *message, size_t size, size_t *ret_bad)
{
    size_t i = 0;
    int r = 0;

    *ret_bad = count;
    if (fa_store_begin(accounts->store) < 0)
        return store_failed(accounts, message, size);
    while (i < count && (r = fa_accounts_put_within(accounts, &specs[i], message, size)) == 0)
        i++;
    if (r < 0) {
        *ret_bad = i;
        fa_store_undo(accounts->store);
    } else if (fa_store_done(accounts->store) < 0) {
        r = store_failed(accounts, message, size);
    }
    if (r < 0)
        (void)fa_accounts_reload(
            accounts); /* else some of them would be known until the next start */
    return r;
}

int fa_accounts_put(struct fa_accounts *accounts, const struct fa_account_spec *spec, char *message,
                    size_t size)
{
    size_t bad;

    return fa_accounts_put_all(accounts, spec, 1, message, size, &bad);
}

int fa_accounts_set_secret(struct fa_accounts *accounts, int64_t id, const char *secretkey,
                           char *message, size_t size)
{
    const struct fa_principal *principal = fa_accounts_find_id(accounts, id);
    struct fa_account account;

    if (!principal) {
        snprintf(message, size, "there is no such account");
        return -1;
    }
    if (check_key("secretkey", secretkey, message, size) < 0)
        return -1;
    account = principal->account;
    account.secretkey = secretkey;
    if (fa_store_account_set(accounts->store, &account) < 0 || fa_accounts_reload(accounts) < 0)
        return store_failed(accounts, message, size);
    return 0;
}

int64_t fa_accounts_next_end_ms(const struct fa_accounts *accounts)
{
    int64_t next = 0;
    size_t i;

    for (i = 0; i < accounts->count; i++) {
        int64_t end = accounts->all[i].account.expires_at_ms;

        if (end > 0 && (next == 0 || end < next))
            next = end;
    }
    return next;
}
