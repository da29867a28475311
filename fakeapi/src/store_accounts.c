/* Accounts, what an account may be rid of, tokens, and requests that were seen. */
#include "store_definitions.h"

/* Accounts */

int fa_store_account_add(struct fa_store *store, const struct fa_account *account, int64_t *ret_id)
{
    fa_store_note_accounts(store);
    return fa_store_insert(store, ret_id, FA_SQL_ACCOUNT_ADD, account->apikey, account->secretkey,
                           account->name, account->user, account->password_md5,
                           account->password_sha256, account->reseller_id, account->expires_at_ms);
}

int fa_store_account_set(struct fa_store *store, const struct fa_account *account)
{
    fa_store_note_accounts(store);
    return fa_store_change(store, FA_SQL_ACCOUNT_SET, account->apikey, account->secretkey,
                           account->name, account->user, account->password_md5,
                           account->password_sha256, account->reseller_id, account->expires_at_ms);
}

int fa_store_account_delete(struct fa_store *store, int64_t account_id)
{
    int r = fa_store_change(store, FA_SQL_ACCOUNT_DELETE, account_id);

    if (r < 0)
        return r;
    fa_store_note_accounts(store);
    fa_store_note_change(store, 0);
    return fa_store_write(store, FA_SQL_ACCOUNT_DISOWN, account_id);
}

/* What belongs to a monitor goes with it. */
static int reset(struct fa_store *store, int64_t account_id)
{
    static const enum fa_sql deletions[] = {
        FA_SQL_ACCOUNT_RESET_TOKENS,
        FA_SQL_ACCOUNT_RESET_MONITORS,
        FA_SQL_ACCOUNT_RESET_OBJECTS,
    };
    size_t i;

    for (i = 0; i < sizeof(deletions) / sizeof(deletions[0]); i++)
        if (fa_store_write(store, deletions[i], account_id) < 0)
            return FA_STORE_FAILED;
    fa_store_note_change(store, 0);
    return 0;
}

int fa_store_account_reset(struct fa_store *store, int64_t account_id)
{
    return account_id == 0 ? FA_STORE_ABSENT : reset(store, account_id);
}

int fa_store_reset_all(struct fa_store *store)
{
    return reset(store, 0);
}

struct accounts_visit {
    fa_account_fn visit;
    void *context;
};

/* fa_db_row_fn */
static int show_account(void *context, const struct fa_db_row *row)
{
    const struct accounts_visit *each = context;
    const struct fa_account account = {
        .id = fa_db_integer(row, 0),
        .reseller_id = fa_db_integer(row, 1),
        .expires_at_ms = fa_db_integer(row, 2),
        .apikey = fa_db_text(row, 3),
        .secretkey = fa_db_text(row, 4),
        .name = fa_db_text(row, 5),
        .user = fa_db_text(row, 6),
        .password_md5 = fa_db_text(row, 7),
        .password_sha256 = fa_db_text(row, 8),
    };

    return each->visit(each->context, &account);
}

int fa_store_accounts(struct fa_store *store, fa_account_fn visit, void *context)
{
    struct accounts_visit each = {.visit = visit, .context = context};

    return fa_store_visit(store, show_account, &each, FA_SQL_ACCOUNTS);
}

/* A count that is 0 or 1, as a bool. */
static int take_bool(int r, int64_t count, bool *ret_is)
{
    if (r == 0)
        *ret_is = count > 0;
    return r;
}

int fa_store_account_known(struct fa_store *store, const char *apikey, bool *ret_is)
{
    int64_t count = 0;
    int r = fa_store_read_integer(store, &count, FA_SQL_ACCOUNT_KNOWN, apikey);

    return take_bool(r, count, ret_is);
}

int fa_store_account_current(struct fa_store *store, const struct fa_account *account, bool *ret_is)
{
    int64_t count = 0;
    int r = fa_store_read_integer(store, &count, FA_SQL_ACCOUNT_CURRENT, account->id,
                                  account->apikey, account->secretkey);

    return take_bool(r, count, ret_is);
}

/* Tokens */

int fa_store_token_add(struct fa_store *store, int64_t account_id, const char *token,
                       int64_t expires_at_ms)
{
    return fa_store_change(store, FA_SQL_TOKEN_ADD, account_id, token, expires_at_ms);
}

int fa_store_token_check(struct fa_store *store, int64_t account_id, const char *token,
                         int64_t now_ms)
{
    int64_t owner;

    return fa_store_read_integer(store, &owner, FA_SQL_TOKEN_CHECK, account_id, token, now_ms);
}

int fa_store_token_remove(struct fa_store *store, int64_t account_id, const char *token)
{
    return fa_store_write(store, FA_SQL_TOKEN_REMOVE, account_id, token);
}

int fa_store_tokens_expire(struct fa_store *store, int64_t now_ms)
{
    return fa_store_write(store, FA_SQL_TOKENS_EXPIRE, now_ms);
}

/* Requests that were seen */

int fa_store_replay_add(struct fa_store *store, int64_t account_id, const char *checksum,
                        int64_t now_ms, bool *ret_is_new)
{
    int64_t mark = 0;
    int r = fa_store_insert_aside(store, &mark, FA_SQL_REPLAY_ADD, account_id, checksum, now_ms);

    if (r == FA_STORE_FAILED)
        return r;
    *ret_is_new = r == 0;
    if (r == 0)
        fa_store_definitions_check(store, mark);
    return 0;
}

int fa_store_replay_forget(struct fa_store *store, int64_t account_id, const char *checksum)
{
    return fa_store_write_aside(store, FA_SQL_REPLAY_FORGET, account_id, checksum);
}

int fa_store_replays_expire(struct fa_store *store, int64_t before_ms)
{
    return fa_store_write_aside(store, FA_SQL_REPLAYS_EXPIRE, before_ms);
}
