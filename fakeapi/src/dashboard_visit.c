/* Who may see what; see dashboard_visit.h. */
#include "dashboard_visit.h"

#include <stdlib.h>
#include <string.h>

struct fa_store *fa_visit_store(const struct fa_visit *visit)
{
    return visit->dashboard->app->store;
}

int64_t fa_visit_now_ms(const struct fa_visit *visit)
{
    return fa_vclock_now_ms(visit->dashboard->app->clock,
                            visit->session ? visit->session->account_id : FA_VCLOCK_SERVER);
}

bool fa_visit_is_admin(const struct fa_visit *visit)
{
    return visit->session && visit->session->account_id == 0;
}

bool fa_visit_may_see(const struct fa_visit *visit, int64_t account_id)
{
    return fa_visit_is_admin(visit) ||
           (visit->session && account_id != 0 && visit->session->account_id == account_id);
}

int fa_visit_account(const struct fa_visit *visit, const char *apikey,
                     const struct fa_account **ret_account)
{
    const struct fa_principal *found = fa_accounts_find(visit->dashboard->app->accounts, apikey);

    if (!found || !fa_visit_may_see(visit, found->account.id))
        return FA_STORE_ABSENT;
    *ret_account = &found->account;
    return 0;
}

int fa_visit_id(const struct fa_visit *visit, int argument, int64_t *ret_id)
{
    const char *text = visit->arguments[argument];
    size_t len = strspn(text, "0123456789");

    if (len == 0 || len > 18 || text[len] != '\0')
        return FA_STORE_ABSENT;
    *ret_id = strtoll(text, NULL, 10);
    return 0;
}
