/* libfakeapi: links to the dashboard. */
#include <stdio.h>

#include "app.h"
#include "clock.h"
#include "server.h"

struct signin_wish {
    const char *apikey; /* NULL for all accounts */
    char path[FA_LINK_PATH_SIZE];
    int r;
};

static void make_link(struct fa_server *server, void *context)
{
    struct signin_wish *wish = context;
    struct fa_app *app = fa_server_app(server);
    const struct fa_principal *account =
        wish->apikey ? fa_accounts_find(app->accounts, wish->apikey) : NULL;

    wish->r = -1;
    if (account || !wish->apikey)
        wish->r = fa_links_add(&app->links, account ? account->account.id : 0, pm_clock_mono_ms(),
                               wish->path);
}

int fa_server_signin_url(struct fa_server *server, const char *apikey, char *url, size_t size)
{
    struct signin_wish wish = {.apikey = apikey};
    int len;

    fa_server_run(server, make_link, &wish);
    if (wish.r < 0)
        return -1;
    len = snprintf(url, size, "%s%s", fa_server_url(server), wish.path);
    return len >= 0 && (size_t)len < size ? 0 : -1;
}
