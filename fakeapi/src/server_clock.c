/* libfakeapi: the clocks. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "server.h"

struct clock_wish {
    const char *apikey; /* NULL for the server's */
    const char *setting;
    int64_t by_ms;
    int64_t now_ms;
    char *message;
    size_t size;
    int r;
};

static int clock_owner(struct fa_server *server, struct clock_wish *wish, int64_t *ret_id)
{
    const struct fa_principal *account;

    *ret_id = FA_VCLOCK_SERVER;
    if (!wish->apikey)
        return 0;
    account = fa_accounts_find(fa_server_app(server)->accounts, wish->apikey);
    if (!account) {
        snprintf(wish->message, wish->size, "there is no account with the apikey \"%.64s\"",
                 wish->apikey);
        return -1;
    }
    *ret_id = account->account.id;
    return 0;
}

static void wish_clock(struct fa_server *server, void *context)
{
    struct clock_wish *wish = context;
    struct fa_vclock *clock = fa_server_app(server)->clock;
    int64_t id;

    wish->r = clock_owner(server, wish, &id);
    if (wish->r == 0 && wish->setting)
        wish->r = fa_vclock_set_text(clock, id, wish->setting, wish->message, wish->size);
    if (wish->r == 0 && wish->by_ms != 0)
        wish->r = fa_vclock_advance(clock, id, wish->by_ms);
    if (wish->r == 0)
        wish->now_ms = fa_vclock_now_ms(clock, id);
}

int fa_server_clock_set(struct fa_server *server, const char *apikey, const char *setting,
                        char *message, size_t size)
{
    struct clock_wish wish = {
        .apikey = apikey, .setting = setting, .message = message, .size = size};

    fa_server_run(server, wish_clock, &wish);
    return wish.r;
}

int fa_server_clock_advance(struct fa_server *server, const char *apikey, int64_t by_ms)
{
    char message[256];
    struct clock_wish wish = {
        .apikey = apikey, .by_ms = by_ms, .message = message, .size = sizeof(message)};

    fa_server_run(server, wish_clock, &wish);
    return wish.r;
}

int64_t fa_server_clock_ms(struct fa_server *server, const char *apikey)
{
    char message[256];
    struct clock_wish wish = {.apikey = apikey, .message = message, .size = sizeof(message)};

    fa_server_run(server, wish_clock, &wish);
    return wish.r == 0 ? wish.now_ms : -1;
}

void fa_server_clock_offset(struct fa_server *server, int64_t offset_ms)
{
    char setting[32];
    char message[256];

    snprintf(setting, sizeof(setting), "%+lldms", (long long)offset_ms);
    (void)fa_server_clock_set(server, NULL, setting, message, sizeof(message));
}
