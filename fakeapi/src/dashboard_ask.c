/* Asking the control API; see dashboard_ask.h. */
#include "dashboard_ask.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "control.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_query.h"
#include "dashboard_visit.h"
#include "percent.h"

static int explain(const cJSON *json, char *problem)
{
    const char *error = fa_model_text(json, "error"), *hint = fa_model_text(json, "hint");

    (void)snprintf(problem, FA_ASK_PROBLEM_SIZE, "%s%s%s", error[0] ? error : "it failed",
                   hint[0] ? ": " : "", hint);
    return -1;
}

int fa_ask(const struct fa_visit *visit, const char *method, const char *target, cJSON *body,
           cJSON **ret_json, char *problem)
{
    PM_AUTO_FREE char *text = body ? cJSON_PrintUnformatted(body) : NULL;
    struct fa_http_reply reply;
    cJSON *json;
    int r = 0;

    cJSON_Delete(body);
    if (!visit->dashboard->control || (body && !text)) {
        (void)snprintf(problem, FA_ASK_PROBLEM_SIZE, "this server has no control API");
        return -1;
    }
    fa_http_reply_init(&reply);
    fa_control_perform(visit->dashboard->control, method, target, text ? text : "", &reply);
    json = reply.body.data ? cJSON_Parse(reply.body.data) : NULL;
    if (reply.status >= 300)
        r = explain(json, problem);
    fa_http_reply_clear(&reply);
    if (r == 0 && ret_json) {
        *ret_json = json;
        return json ? 0 : explain(NULL, problem);
    }
    cJSON_Delete(json);
    return r;
}

void fa_ask_target(struct pm_buf *target, const char *path, const char *id, const char *account)
{
    char encoded[FA_VISIT_ARGUMENT_SIZE * 3];

    (void)pm_buf_adds(target, path); /* failures stick */
    if (id[0]) {
        (void)pm_percent_encode(id, strlen(id), "", encoded, sizeof(encoded));
        (void)pm_buf_addf(target, "/%s", encoded);
    }
    if (account[0])
        fa_query_add(target, "account", account);
}

void fa_ask_add_accounts(const struct fa_visit *visit, const char *chosen, cJSON *data)
{
    const struct fa_accounts *accounts = visit->dashboard->app->accounts;
    cJSON *list = cJSON_AddArrayToObject(data, "accounts");
    size_t i;

    for (i = 0; i < fa_accounts_count(accounts); i++) {
        const struct fa_account *account = &fa_accounts_at(accounts, i)->account;
        cJSON *item;

        if (!fa_visit_may_see(visit, account->id))
            continue;
        item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "apikey", account->apikey);
        fa_model_add_text(item, "label", fa_page_account_label(account));
        cJSON_AddBoolToObject(item, "is_chosen", strcmp(chosen, account->apikey) == 0);
        cJSON_AddItemToArray(list, item);
    }
}

void fa_ask_add_json(cJSON *item, const char *name, const cJSON *json)
{
    PM_AUTO_FREE char *text = json ? cJSON_PrintUnformatted(json) : NULL;

    fa_model_add_text(item, name, text ? text : "");
}
