/* The clocks; see dashboard_clock.h. */
#include "dashboard_clock.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "dashboard.h"
#include "dashboard_ask.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_visit.h"

#define CLOCK_PATH FA_DASHBOARD_PATH "/clock"
#define FIELD_SIZE 300

static void add_clock(const struct fa_visit *visit, cJSON *list, const char *apikey,
                      const char *label, int64_t account_id)
{
    const struct fa_vclock *clock = visit->dashboard->app->clock;
    struct fa_vclock_setting setting;
    cJSON *item = cJSON_CreateObject();
    char text[FA_VCLOCK_TEXT_SIZE];
    bool has_own = fa_vclock_get(clock, account_id, &setting);

    fa_vclock_print(&setting, text, sizeof(text));
    cJSON_AddStringToObject(item, "apikey", apikey);
    fa_model_add_text(item, "label", label);
    cJSON_AddBoolToObject(item, "is_server", account_id == FA_VCLOCK_SERVER);
    cJSON_AddBoolToObject(item, "follows", !has_own && account_id != FA_VCLOCK_SERVER);
    cJSON_AddBoolToObject(item, "is_real", strcmp(text, "real") == 0);
    cJSON_AddStringToObject(item, "setting", text);
    fa_model_add_time(item, "time", fa_vclock_now_ms(clock, account_id));
    cJSON_AddItemToArray(list, item);
}

static int show(struct fa_visit *visit, const char *problem)
{
    const struct fa_accounts *accounts = visit->dashboard->app->accounts;
    cJSON *data = fa_page_data(visit, "Clock"), *list = cJSON_AddArrayToObject(data, "clocks");
    size_t i;

    add_clock(visit, list, "", "Server", FA_VCLOCK_SERVER);
    for (i = 0; i < fa_accounts_count(accounts); i++) {
        const struct fa_account *account = &fa_accounts_at(accounts, i)->account;

        add_clock(visit, list, account->apikey, fa_page_account_label(account), account->id);
    }
    fa_model_add_text(data, "problem", problem);
    fa_page_set_section(data, "in_controls");
    fa_page_set_section(data, "in_clock");
    if (problem[0])
        visit->reply->status = 400;
    return fa_page_render("clock", data, visit);
}

int fa_page_clock(struct fa_visit *visit)
{
    return show(visit, "");
}

/* The clock that is meant. Errors: -1 there is no such account */
static int find_owner(const struct fa_visit *visit, int64_t *ret_id)
{
    char apikey[FIELD_SIZE] = "";
    const struct fa_account *account;

    *ret_id = FA_VCLOCK_SERVER;
    (void)fa_page_form(visit, "account", apikey, sizeof(apikey)); /* absent: the server's */
    if (apikey[0] == '\0')
        return 0;
    if (fa_visit_account(visit, apikey, &account) < 0)
        return -1;
    *ret_id = account->id;
    return 0;
}

static int advance(struct fa_vclock *clock, int64_t id, const char *by, char *problem)
{
    int64_t by_ms;

    if (fa_duration_parse(by, &by_ms) == 0 && fa_vclock_advance(clock, id, by_ms) == 0)
        return 0;
    (void)snprintf(problem, FA_ASK_PROBLEM_SIZE,
                   "The clock moves by a duration such as 10m, 24h or -90s, within the years 1970 "
                   "to 9999.");
    return -1;
}

int fa_page_clock_set(struct fa_visit *visit)
{
    struct fa_vclock *clock = visit->dashboard->app->clock;
    char text[FIELD_SIZE] = "", problem[FA_ASK_PROBLEM_SIZE];
    int64_t id;
    int r;

    if (find_owner(visit, &id) < 0)
        return show(visit, "There is no such account any more.");
    if (fa_page_form(visit, "by", text, sizeof(text)) == 0 && text[0])
        r = advance(clock, id, text, problem);
    else {
        (void)fa_page_form(visit, "clock", text, sizeof(text)); /* absent: no such setting */
        r = fa_vclock_set_text(clock, id, text, problem, FA_ASK_PROBLEM_SIZE);
    }
    return r < 0 ? show(visit, problem) : fa_page_redirect(CLOCK_PATH, visit);
}
