/* What all pages of the dashboard share; see dashboard_page.h. */
#include "dashboard_page.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "dashboard.h"
#include "dashboard_assets.h"
#include "dashboard_model.h"
#include "dashboard_query.h"
#include "dashboard_visit.h"
#include "log.h"
#include "percent.h"

int fa_page_query(const struct fa_visit *visit, const char *name, char *value, size_t size)
{
    return fa_query_get(visit->request->query, name, value, size);
}

int fa_page_form(const struct fa_visit *visit, const char *name, char *value, size_t size)
{
    return fa_query_get(visit->request->body, name, value, size);
}

/* Templates ask by `has_<name>` whether there is anything in an array, to frame it or not. */
static void add_presence(cJSON *data)
{
    const cJSON *member;
    char flag[60];

    for (member = data->child; member; member = member->next) {
        if (!cJSON_IsArray(member))
            continue;
        (void)snprintf(flag, sizeof(flag), "has_%s", member->string);
        cJSON_AddBoolToObject(data, flag, member->child != NULL);
    }
}

int fa_page_render(const char *template, cJSON *data, const struct fa_visit *visit)
{
    struct fa_http_reply *reply = visit->reply;
    char message[200];
    int r;

    add_presence(data);
    reply->content_type = "text/html;charset=UTF-8";
    r = fa_asset_render(template, data, &reply->body, message, sizeof(message));
    cJSON_Delete(data);
    if (r == 0)
        return 0;
    pm_log_error("dashboard: %s", message);
    pm_buf_reset(&reply->body);
    return FA_PAGE_BROKEN;
}

/* ---- accounts ---- */

const char *fa_page_account_label(const struct fa_account *account)
{
    return account->name[0] ? account->name : account->apikey;
}

void fa_page_account_path(const struct fa_account *account, const char *below, char *path,
                          size_t size)
{
    size_t len = (size_t)snprintf(path, size, FA_DASHBOARD_PATH "/accounts/");

    (void)pm_percent_encode(account->apikey, strlen(account->apikey), "", path + len, size - len);
    len = strlen(path);
    (void)snprintf(path + len, size - len, "%s", below);
}

void fa_page_set_account(cJSON *data, const struct fa_account *account)
{
    cJSON *item = cJSON_CreateObject();
    char path[FA_PAGE_PATH_SIZE];

    fa_page_account_path(account, "", path, sizeof(path));
    cJSON_AddStringToObject(item, "path", path);
    fa_model_add_text(item, "label", fa_page_account_label(account));
    fa_model_add_text(item, "apikey", account->apikey);
    cJSON_DeleteItemFromObjectCaseSensitive(data, "account");
    cJSON_AddItemToObject(data, "account", item);
}

/* The account whose sections the head shows: the visitor's own, or the only one there is. */
static void add_own_account(cJSON *data, const struct fa_visit *visit)
{
    const struct fa_accounts *accounts = visit->dashboard->app->accounts;
    const struct fa_principal *own = NULL;

    if (!visit->session)
        return;
    if (visit->session->account_id != 0)
        own = fa_accounts_find_id(accounts, visit->session->account_id);
    else if (fa_accounts_count(accounts) == 1)
        own = fa_accounts_at(accounts, 0);
    cJSON_AddBoolToObject(data, "has_many_accounts", !own);
    if (own)
        fa_page_set_account(data, &own->account);
}

/* ---- the data of all pages ---- */

cJSON *fa_page_data(const struct fa_visit *visit, const char *title)
{
    cJSON *data = cJSON_CreateObject();

    fa_model_add_text(data, "title", title);
    cJSON_AddStringToObject(data, "home", FA_DASHBOARD_PATH);
    cJSON_AddStringToObject(data, "version", PM_VERSION);
    cJSON_AddStringToObject(data, "assets", fa_asset_path());
    cJSON_AddArrayToObject(data, "crumbs");
    cJSON_AddBoolToObject(data, "is_signed_in", visit->session != NULL);
    cJSON_AddBoolToObject(data, "is_admin", fa_visit_is_admin(visit));
    cJSON_AddStringToObject(data, "csrf", visit->session ? visit->session->csrf : "");
    add_own_account(data, visit);
    return data;
}

void fa_page_set_section(cJSON *data, const char *section)
{
    cJSON_AddBoolToObject(data, section, true);
}

void fa_page_add_crumb(cJSON *data, const char *label, const char *path)
{
    cJSON *crumb = cJSON_CreateObject();

    fa_model_add_text(crumb, "label", label);
    cJSON_AddStringToObject(crumb, "path", path);
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(data, "crumbs"), crumb);
}

void fa_page_add_api_url(cJSON *data, const struct fa_visit *visit)
{
    const char *host = fa_http_header(visit->request, "Host");
    char url[FA_PAGE_PATH_SIZE];

    (void)snprintf(url, sizeof(url), "%s://%s", visit->dashboard->is_tls ? "https" : "http",
                   host ? host : "127.0.0.1");
    fa_model_add_text(data, "api_url", url);
}

/* ---- replies ---- */

int fa_page_message(unsigned int status, const char *title, const char *text,
                    const struct fa_visit *visit)
{
    cJSON *data = fa_page_data(visit, title);

    fa_model_add_text(data, "text", text);
    cJSON_AddNumberToObject(data, "status", status);
    visit->reply->status = status;
    return fa_page_render("message", data, visit);
}

int fa_page_redirect(const char *path, const struct fa_visit *visit)
{
    visit->reply->status = 303;
    return fa_http_reply_header(visit->reply, "Location", path) < 0 ? FA_PAGE_BROKEN : 0;
}
