#include "shared.h"

#include <stdlib.h>

#include "app.h"
#include "clock.h"
#include "db.h"
#include "http.h"
#include "lifetime.h"
#include "log.h"

#define RETRY_MS  200   /* between two looks for a database that is away */
#define EXPIRE_MS 60000 /* between two clearings of old requests */

struct fa_shared {
    struct fa_http *http;
    struct fa_store *store;
    struct fa_watch *watch; /* of the connection; NULL without one */
    struct fa_timer *look;  /* NULL when nothing needs to be looked for */
    struct fa_timer *clear;
    bool is_away; /* said so in the log */
};

static void look_in(struct fa_shared *shared, int64_t delay_ms);

/* Hear what others did; connects if need be. */
static void receive(struct fa_shared *shared)
{
    if (fa_store_receive(shared->store) == 0) {
        if (shared->is_away)
            pm_log_warning("the database is back");
        shared->is_away = false;
        return;
    }
    if (!shared->is_away)
        pm_log_error("the database is away, trying again: %s", fa_store_message(shared->store));
    shared->is_away = true;
    look_in(shared, RETRY_MS);
}

static void look(void *context)
{
    struct fa_shared *shared = context;

    shared->look = NULL;
    receive(shared);
}

/* Without memory for a timer, the next request finds the database or news. */
static void look_in(struct fa_shared *shared, int64_t delay_ms)
{
    if (!shared->look)
        shared->look = fa_http_timer_start(shared->http, delay_ms, look, shared);
}

/* fa_watch_ready */
static void ready(void *context, unsigned int readiness)
{
    (void)readiness;
    receive(context);
}

/* fa_db_link.connected. Also a new connection may have missed something: so look. */
static void connected(void *context, int fd)
{
    struct fa_shared *shared = context;

    fa_http_unwatch(shared->http, shared->watch);
    shared->watch = fd < 0 ? NULL : fa_http_watch(shared->http, fd, ready, shared);
    look_in(shared, fd < 0 ? RETRY_MS : 0);
}

/* fa_db_link.has_news */
static void has_news(void *context)
{
    look_in(context, 0);
}

static void clear_old(void *context)
{
    struct fa_shared *shared = context;

    shared->clear = fa_http_timer_start(shared->http, EXPIRE_MS, clear_old, shared);
    if (fa_store_replays_expire(shared->store, pm_clock_wall_ms() - FA_REPLAY_KEPT_MS) < 0)
        pm_log_warning("cannot forget old requests: %s", fa_store_message(shared->store));
}

/* What another server did to the accounts. */
static void reload(void *context)
{
    struct fa_app *app = context;

    if (fa_accounts_reload(app->accounts) < 0)
        pm_log_warning("cannot read the accounts that another server has changed: %s",
                       fa_store_message(app->store));
    fa_lifetime_watch(app->lifetime);
}

int fa_shared_new(struct fa_app *app, struct fa_http *http, struct fa_shared **ret_shared)
{
    struct fa_store *store = app->store;
    struct fa_shared *shared;
    struct fa_db_link link = {.connected = connected, .has_news = has_news};

    if (!fa_store_is_shared(store)) {
        *ret_shared = NULL;
        return 0;
    }
    shared = calloc(1, sizeof(*shared));
    if (!shared)
        return -1;
    shared->http = http;
    shared->store = store;
    link.context = shared;
    fa_store_listen_accounts(store, reload, app);
    fa_store_link(store, &link);
    shared->clear = fa_http_timer_start(http, EXPIRE_MS, clear_old, shared);
    *ret_shared = shared;
    return 0;
}

void fa_shared_free(struct fa_shared *shared)
{
    const struct fa_db_link nobody = {0};

    if (!shared)
        return;
    fa_store_link(shared->store, &nobody);
    fa_http_unwatch(shared->http, shared->watch);
    fa_http_timer_cancel(shared->http, shared->look);
    fa_http_timer_cancel(shared->http, shared->clear);
    free(shared);
}
