/* The accounts; see dashboard_accounts.h. */
#include "dashboard_accounts.h"

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "dashboard.h"
#include "dashboard_ask.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_visit.h"

#define FIELD_SIZE 300

/* ---- the list ---- */

/* fa_account_fn */
static int add_account(void *list, const struct fa_account *account)
{
    cJSON *item = cJSON_CreateObject();
    char path[FA_PAGE_PATH_SIZE];

    fa_page_account_path(account, "", path, sizeof(path));
    fa_model_add_text(item, "label", fa_page_account_label(account));
    fa_model_add_text(item, "apikey", account->apikey);
    fa_model_add_text(item, "user", account->user);
    cJSON_AddStringToObject(item, "path", path);
    if (account->expires_at_ms != 0)
        fa_model_add_time(item, "expires", account->expires_at_ms);
    cJSON_AddItemToArray(list, item);
    return 0;
}

static int show(struct fa_visit *visit, const char *problem)
{
    cJSON *data = fa_page_data(visit, "Accounts");
    cJSON *list = cJSON_AddArrayToObject(data, "accounts");
    int r = fa_store_accounts(fa_visit_store(visit), add_account, list);

    if (r < 0) {
        cJSON_Delete(data);
        return r;
    }
    fa_model_add_text(data, "problem", problem);
    fa_page_set_section(data, "in_controls");
    fa_page_set_section(data, "in_accounts");
    fa_page_add_api_url(data, visit);
    if (problem[0])
        visit->reply->status = 400;
    return fa_page_render("accounts", data, visit);
}

int fa_page_accounts(struct fa_visit *visit)
{
    return show(visit, "");
}

/* fa_account_fn: the first one, and whether there is another. */
struct home {
    const struct fa_visit *visit;
    size_t count;
    char path[FA_PAGE_PATH_SIZE];
};

static int see_account(void *context, const struct fa_account *account)
{
    struct home *home = context;

    if (!fa_visit_may_see(home->visit, account->id))
        return 0;
    fa_page_account_path(account, "", home->path, sizeof(home->path));
    return ++home->count > 1 ? 1 : 0;
}

int fa_page_home(struct fa_visit *visit)
{
    struct home home = {.visit = visit};
    int r = fa_store_accounts(fa_visit_store(visit), see_account, &home);

    if (r < 0)
        return r;
    if (home.count == 1)
        return fa_page_redirect(home.path, visit);
    return fa_visit_is_admin(visit) ? fa_page_accounts(visit) : FA_STORE_ABSENT;
}

/* ---- a new one ---- */

int fa_page_account_keys(struct fa_visit *visit, cJSON *keys)
{
    cJSON *data = fa_page_data(visit, "Keys of the account");

    fa_model_add_text(data, "apikey", fa_model_text(keys, "apikey"));
    fa_model_add_text(data, "secretkey", fa_model_text(keys, "secretkey"));
    cJSON_Delete(keys);
    fa_page_set_section(data, "in_controls");
    fa_page_set_section(data, "in_accounts");
    fa_page_add_api_url(data, visit);
    return fa_page_render("keys", data, visit);
}

int fa_page_account_add(struct fa_visit *visit)
{
    static const char *const fields[] = {"name", "user", "password", "ttl"};
    cJSON *body = cJSON_CreateObject(), *keys = NULL;
    char value[FIELD_SIZE], problem[FA_ASK_PROBLEM_SIZE];
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(fields); i++)
        if (fa_page_form(visit, fields[i], value, sizeof(value)) == 0 && value[0])
            cJSON_AddStringToObject(body, fields[i], value);
    if (fa_ask(visit, "POST", "/accounts", body, &keys, problem) < 0)
        return show(visit, problem);
    return fa_page_account_keys(visit, keys);
}
