/* Links to sign in with, through the control API. */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "control_call.h"

#define URL_SIZE (512 + FA_LINK_PATH_SIZE)

/* As the caller reached us: the address may be another one than that we listen on. */
static void print_url(const struct fa_control_call *call, const char *path, char *url)
{
    const char *host = fa_http_header(call->http, "Host");
    const char *base = call->app->url;

    if (host)
        (void)snprintf(url, URL_SIZE, "%.*s://%.256s%s", (int)strcspn(base, ":"), base, host, path);
    else
        (void)snprintf(url, URL_SIZE, "%s%s", base, path);
}

void fa_control_signin_link(struct fa_control_call *call)
{
    const struct fa_principal *account = fa_control_account(call, "account");
    char path[FA_LINK_PATH_SIZE], url[URL_SIZE], line[URL_SIZE + 1];

    if (fa_links_add(&call->app->links, account ? account->account.id : 0, pm_clock_mono_ms(),
                     path) < 0)
        return fa_control_fail(call, 500, NULL, "there are no random bytes");
    print_url(call, path, url);
    (void)snprintf(line, sizeof(line), "%s\n", url);
    fa_write_text(call->out, "url", url);
    fa_write_integer(call->out, "lasts_ms", FA_LINK_LIFETIME_MS);
    fa_write_text(call->out, "text", line);
}
