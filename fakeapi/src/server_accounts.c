/* libfakeapi: accounts. */
#include <stdio.h>

#include "app.h"
#include "clock.h"
#include "lifetime.h"
#include "mac.h"
#include "server.h"

struct account_wish {
    const struct fa_account_spec *spec; /* or */
    const char *path;
    char *message;
    size_t size;
    int r;
};

static void put_account(struct fa_server *server, void *context)
{
    struct account_wish *wish = context;

    wish->r = wish->spec ? fa_accounts_put(fa_server_app(server)->accounts, wish->spec,
                                           wish->message, wish->size)
                         : fa_accounts_read_file(fa_server_app(server)->accounts, wish->path,
                                                 wish->message, wish->size);
    if (wish->r == 0 && fa_app_commit(fa_server_app(server)) < 0) {
        snprintf(wish->message, wish->size, "the store failed: %s",
                 fa_store_message(fa_server_app(server)->store));
        wish->r = -1;
    }
    fa_lifetime_watch(fa_server_app(server)->lifetime);
}

int fa_server_account_add(struct fa_server *server, const char *apikey, const char *secretkey)
{
    const struct fa_account_spec spec = {.apikey = apikey, .secretkey = secretkey};
    char message[256];
    struct account_wish wish = {.spec = &spec, .message = message, .size = sizeof(message)};

    fa_server_run(server, put_account, &wish);
    return wish.r;
}

int fa_server_accounts_file(struct fa_server *server, const char *path, char *message, size_t size)
{
    struct account_wish wish = {.path = path, .message = message, .size = size};

    fa_server_run(server, put_account, &wish);
    return wish.r;
}

int fa_server_account_generate(struct fa_server *server, char *apikey, char *secretkey)
{
    if (fa_random_key(apikey) < 0 || fa_random_key(secretkey) < 0)
        return -1;
    return fa_server_account_add(server, apikey, secretkey);
}

static void count_accounts(struct fa_server *server, void *context)
{
    *(size_t *)context = fa_accounts_count(fa_server_app(server)->accounts);
}

size_t fa_server_account_count(struct fa_server *server)
{
    size_t count = 0;

    fa_server_run(server, count_accounts, &count);
    return count;
}

struct new_wish {
    int64_t ttl_ms;
    struct fa_account_keys *keys;
    int r;
};

static void make_account(struct fa_server *server, void *context)
{
    struct new_wish *wish = context;
    struct fa_app *app = fa_server_app(server);
    const struct fa_account_spec spec = {
        .apikey = wish->keys->apikey,
        .secretkey = wish->keys->secretkey,
        .expires_at_ms = wish->ttl_ms > 0 ? pm_clock_wall_ms() + wish->ttl_ms : 0,
    };
    char message[256];

    wish->r = fa_random_key(wish->keys->apikey) < 0 || fa_random_key(wish->keys->secretkey) < 0 ||
                      fa_accounts_put(app->accounts, &spec, message, sizeof(message)) < 0
                  ? -1
                  : fa_app_commit(app);
    fa_lifetime_watch(app->lifetime);
}

int fa_server_account_new(struct fa_server *server, int64_t ttl_ms,
                          struct fa_account_keys *ret_keys)
{
    struct new_wish wish = {.ttl_ms = ttl_ms, .keys = ret_keys};

    fa_server_run(server, make_account, &wish);
    return wish.r < 0 ? -1 : 0;
}
