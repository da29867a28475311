#include "lifetime.h"

#include <stdlib.h>

#include "app.h"
#include "clock.h"
#include "expect.h"
#include "http.h"

#define WAIT_MAX_MS INT64_C(3600000) /* then looks again: the host's clock may have been set */
#define SHARED_MS   INT64_C(60000)   /* the same where another server may have made accounts */
#define RETRY_MS    INT64_C(10000)   /* when the store failed */

struct fa_lifetime {
    struct fa_app *app;
    struct fa_http *http;
    struct fa_timer *timer;
};

/* What lives beside the store. */
static void forget(struct fa_app *app, const struct fa_account *account)
{
    fa_vclock_unset(app->clock, account->id);
    fa_settings_unset(app->settings, account->id);
    (void)fa_faults_clear(app->faults, account->apikey);
    (void)fa_expects_forget(app->expects, account->id);
    (void)fa_store_journal_clear(app->store, account->id); /* the commit tells */
    (void)fa_journal_clear(app->journal, account->id);
    fa_expects_clear(app->expects, account->id);
}

int fa_account_delete(struct fa_app *app, int64_t account_id)
{
    const struct fa_principal *principal = fa_accounts_find_id(app->accounts, account_id);
    int r = principal ? fa_store_account_delete(app->store, account_id) : FA_STORE_ABSENT;

    if (r < 0)
        return r;
    forget(app, &principal->account);
    fa_expects_drop(app->expects, account_id);
    fa_journal_drop(app->journal, account_id);
    return fa_accounts_reload(app->accounts);
}

int fa_account_reset(struct fa_app *app, int64_t account_id)
{
    const struct fa_principal *principal = fa_accounts_find_id(app->accounts, account_id);

    if (!principal)
        return FA_STORE_ABSENT;
    if (fa_store_account_reset(app->store, account_id) < 0)
        return FA_STORE_FAILED;
    forget(app, &principal->account);
    return 0;
}

int fa_accounts_reset_all(struct fa_app *app)
{
    size_t i;

    if (fa_store_reset_all(app->store) < 0)
        return FA_STORE_FAILED;
    for (i = 0; i < fa_accounts_count(app->accounts); i++)
        forget(app, &fa_accounts_at(app->accounts, i)->account);
    fa_vclock_unset(app->clock, FA_VCLOCK_SERVER);
    (void)fa_faults_clear(app->faults, NULL);
    (void)fa_expects_forget(app->expects, FA_JOURNAL_ALL);
    (void)fa_store_journal_clear(app->store, FA_JOURNAL_ALL); /* the commit tells */
    (void)fa_journal_clear(app->journal, FA_JOURNAL_ALL);
    fa_expects_clear(app->expects, FA_JOURNAL_ALL);
    return 0;
}

/* The end of time */

/* @now_ms: of the host. A test that moves its clock must not end the accounts of others. */
static int end_all(struct fa_app *app, int64_t now_ms)
{
    size_t i;

    for (i = fa_accounts_count(app->accounts); i > 0; i--) {
        const struct fa_account *account = &fa_accounts_at(app->accounts, i - 1)->account;
        int64_t id = account->id;

        if (account->expires_at_ms == 0 || account->expires_at_ms > now_ms)
            continue;
        if (fa_account_delete(app, id) == FA_STORE_FAILED)
            return -1;
    }
    return fa_store_is_dirty(app->store) ? fa_app_commit(app) : 0;
}

static void look(void *context);

static void wait_for(struct fa_lifetime *lifetime, int64_t delay_ms)
{
    int64_t max_ms = fa_store_is_shared(lifetime->app->store) ? SHARED_MS : WAIT_MAX_MS;

    if (delay_ms > max_ms)
        delay_ms = max_ms;
    /* without memory for a timer, accounts end when the next one is made */
    lifetime->timer =
        fa_http_timer_start(lifetime->http, delay_ms > 0 ? delay_ms : 0, look, lifetime);
}

void fa_lifetime_watch(struct fa_lifetime *lifetime)
{
    int64_t end_ms = fa_accounts_next_end_ms(lifetime->app->accounts);

    fa_http_timer_cancel(lifetime->http, lifetime->timer);
    lifetime->timer = NULL;
    if (end_ms > 0)
        wait_for(lifetime, end_ms - pm_clock_wall_ms());
    else if (fa_store_is_shared(lifetime->app->store))
        wait_for(lifetime, SHARED_MS);
}

static void look(void *context)
{
    struct fa_lifetime *lifetime = context;
    struct fa_app *app = lifetime->app;

    lifetime->timer = NULL;
    if ((fa_store_is_shared(app->store) && fa_accounts_reload(app->accounts) < 0) ||
        end_all(app, pm_clock_wall_ms()) < 0)
        wait_for(lifetime, RETRY_MS);
    else
        fa_lifetime_watch(lifetime);
}

struct fa_lifetime *fa_lifetime_new(struct fa_app *app, struct fa_http *http)
{
    struct fa_lifetime *lifetime = calloc(1, sizeof(*lifetime));

    if (!lifetime)
        return NULL;
    lifetime->app = app;
    lifetime->http = http;
    fa_lifetime_watch(lifetime);
    return lifetime;
}

void fa_lifetime_free(struct fa_lifetime *lifetime)
{
    free(lifetime);
}
