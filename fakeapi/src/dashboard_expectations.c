/* Expectations; see dashboard_expectations.h. */
#include "dashboard_expectations.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "dashboard.h"
#include "dashboard_ask.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_visit.h"

#define TARGET_MAX 4096
#define FIELD_SIZE 300

static void add_number(cJSON *item, const char *name, const cJSON *from)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(from, name);

    if (cJSON_IsNumber(number))
        cJSON_AddNumberToObject(item, name, number->valuedouble);
}

/* One request that came near, field by field. */
static void add_miss(cJSON *list, const cJSON *miss)
{
    cJSON *item = cJSON_CreateObject(), *differences = cJSON_AddArrayToObject(item, "differences");
    const cJSON *difference;
    char path[80];

    (void)snprintf(path, sizeof(path), FA_DASHBOARD_PATH "/requests/%.0f",
                   cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(miss, "id")));
    cJSON_AddStringToObject(item, "path", path);
    add_number(item, "id", miss);
    cJSON_ArrayForEach(difference, cJSON_GetObjectItemCaseSensitive(miss, "differences"))
    {
        cJSON *field = cJSON_CreateObject();

        fa_model_add_text(field, "field", fa_model_text(difference, "field"));
        fa_model_add_text(field, "wanted", fa_model_text(difference, "wanted"));
        fa_model_add_text(field, "found", fa_model_text(difference, "found"));
        cJSON_AddItemToArray(differences, field);
    }
    cJSON_AddItemToArray(list, item);
}

static void add_expectation(cJSON *list, const cJSON *expectation)
{
    static const char *const texts[] = {"id", "kind", "answer", "reason"};
    static const char *const figures[] = {"count", "at_least", "at_most"};
    const char *answer = fa_model_text(expectation, "answer");
    cJSON *item = cJSON_CreateObject(), *misses = cJSON_AddArrayToObject(item, "misses");
    const cJSON *miss;
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(texts); i++)
        fa_model_add_text(item, texts[i], fa_model_text(expectation, texts[i]));
    for (i = 0; i < PM_ARRAY_LEN(figures); i++)
        add_number(item, figures[i], expectation);
    cJSON_AddStringToObject(item, "verdict",
                            strcmp(answer, "yes") == 0  ? "accepted"
                            : strcmp(answer, "no") == 0 ? "failed"
                                                        : "refused");
    fa_ask_add_json(item, "match", cJSON_GetObjectItemCaseSensitive(expectation, "match"));
    cJSON_ArrayForEach(miss, cJSON_GetObjectItemCaseSensitive(expectation, "nearest"))
    {
        add_miss(misses, miss);
    }
    cJSON_AddItemToArray(list, item);
}

/* Errors: FA_STORE_ABSENT the visitor may not see that account, or there is none at all */
static int find_account(const struct fa_visit *visit, const struct fa_account **ret_account)
{
    const struct fa_accounts *accounts = visit->dashboard->app->accounts;
    char apikey[FIELD_SIZE];
    size_t i;

    if (fa_page_query(visit, "account", apikey, sizeof(apikey)) == 0)
        return fa_visit_account(visit, apikey, ret_account);
    for (i = 0; i < fa_accounts_count(accounts); i++) {
        *ret_account = &fa_accounts_at(accounts, i)->account;
        if (fa_visit_may_see(visit, (*ret_account)->id))
            return 0;
    }
    return FA_STORE_ABSENT;
}

int fa_page_expectations(struct fa_visit *visit)
{
    const struct fa_account *account;
    char problem[FA_ASK_PROBLEM_SIZE] = "";
    cJSON *data, *list, *answer = NULL;
    const cJSON *expectation;
    struct pm_buf target;
    int r = find_account(visit, &account);

    if (r < 0)
        return r;
    data = fa_page_data(visit, "Expectations");
    list = cJSON_AddArrayToObject(data, "expectations");
    pm_buf_init(&target, TARGET_MAX);
    fa_ask_target(&target, "/expectations", "", account->apikey);
    (void)fa_ask(visit, "GET", target.failed ? "/" : target.data, NULL, &answer, problem);
    pm_buf_clear(&target);
    cJSON_ArrayForEach(expectation, cJSON_GetObjectItemCaseSensitive(answer, "expectations"))
    {
        add_expectation(list, expectation);
    }
    cJSON_Delete(answer);
    fa_model_add_text(data, "problem", problem);
    fa_model_add_text(data, "apikey", account->apikey);
    fa_ask_add_accounts(visit, account->apikey, data);
    fa_page_add_api_url(data, visit);
    fa_page_set_section(data, "in_controls");
    fa_page_set_section(data, "in_expectations");
    return fa_page_render("expectations", data, visit);
}
