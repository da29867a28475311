/* Questions before what destroys; see dashboard_confirm.h. */
#include "dashboard_confirm.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "dashboard.h"
#include "dashboard_accounts.h"
#include "dashboard_ask.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_visit.h"

#define TARGET_MAX 4096
#define FIELD_SIZE 300

enum place {
    IN_QUERY, /* `?account=KEY` */
    IN_PATH,  /* `/accounts/KEY…` */
};

static const struct danger {
    const char *name;
    const char *method, *path, *below; /* of the control API; below an account, what follows */
    enum place account;
    bool is_of_one; /* it is about the thing with an id, which must be told */
    const char *question, *effect, *button;
    const char *back; /* the page that it was asked from */
} dangers[] = {
    {"remove-fault", "DELETE", "/faults", "", IN_QUERY, true, "Remove this fault?",
     "Its rule and its counters will be gone. To keep them, switch it off instead.", "Remove fault",
     "/faults"},
    {"clear-faults", "DELETE", "/faults", "", IN_QUERY, false, "Remove all faults?",
     "All rules and their counters will be gone, those of every account.", "Remove all faults",
     "/faults"},
    {"reset-account", "POST", "/accounts", "/reset", IN_PATH, false, "Reset this account?",
     "Its monitors and their rows, its windows, clock, faults and journal will be gone. Its keys "
     "stay.",
     "Reset account", "/accounts"},
    {"delete-account", "DELETE", "/accounts", "", IN_PATH, false, "Delete this account?",
     "The account will be gone with its keys, monitors and rows. Clients that use its keys will be "
     "refused.",
     "Delete account", "/accounts"},
    {"new-key", "POST", "/accounts", "/keys", IN_PATH, false, "Make a new secret key?",
     "Clients that sign with the key of now will be refused.", "Make a new key", "/accounts"},
    {"reset-all", "POST", "/reset", "", IN_QUERY, false, "Reset all accounts?",
     "Everything that any account has will be gone, all faults, clocks and the journal. The "
     "accounts and their keys stay.",
     "Reset everything", "/accounts"},
    {"clear-journal", "DELETE", "/journal", "", IN_QUERY, false, "Forget the requests?",
     "The journal will be empty, and expectations count anew.", "Forget requests", "/requests"},
    {"remove-expectation", "DELETE", "/expectations", "", IN_QUERY, true,
     "Take this expectation back?", "It will not be verified any more.", "Take it back",
     "/expectations"},
    {"clear-expectations", "DELETE", "/expectations", "", IN_QUERY, false,
     "Take all expectations of the account back?", "None of them will be verified any more.",
     "Take them back", "/expectations"},
};

static const struct danger *find_danger(const char *name)
{
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(dangers); i++)
        if (strcmp(dangers[i].name, name) == 0)
            return &dangers[i];
    return NULL;
}

static int ask(struct fa_visit *visit, const struct danger *danger, const char *account,
               const char *id, const char *problem)
{
    const struct fa_principal *found = fa_accounts_find(visit->dashboard->app->accounts, account);
    cJSON *data = fa_page_data(visit, danger->question);
    char path[100];

    (void)snprintf(path, sizeof(path), FA_DASHBOARD_PATH "/confirm/%s", danger->name);
    cJSON_AddStringToObject(data, "path", path);
    (void)snprintf(path, sizeof(path), FA_DASHBOARD_PATH "%s", danger->back);
    cJSON_AddStringToObject(data, "back_path", path);
    cJSON_AddStringToObject(data, "effect", danger->effect);
    cJSON_AddStringToObject(data, "button", danger->button);
    fa_model_add_text(data, "apikey", account);
    fa_model_add_text(data, "label", found ? fa_page_account_label(&found->account) : account);
    fa_model_add_text(data, "id", id);
    fa_model_add_text(data, "problem", problem);
    if (problem[0])
        visit->reply->status = 400;
    return fa_page_render("confirm", data, visit);
}

int fa_page_confirm(struct fa_visit *visit)
{
    const struct danger *danger = find_danger(visit->arguments[0]);
    char account[FIELD_SIZE] = "", id[FIELD_SIZE] = "";

    (void)fa_page_query(visit, "account", account, sizeof(account)); /* absent: of all */
    (void)fa_page_query(visit, "id", id, sizeof(id));                /* absent: all of them */
    if (!danger || (danger->is_of_one && !id[0]))
        return FA_STORE_ABSENT;
    return ask(visit, danger, account, id, "");
}

int fa_page_confirmed(struct fa_visit *visit)
{
    const struct danger *danger = find_danger(visit->arguments[0]);
    char account[FIELD_SIZE] = "", id[FIELD_SIZE] = "", problem[FA_ASK_PROBLEM_SIZE], path[100];
    struct pm_buf target;
    cJSON *answer = NULL;
    int r;

    (void)fa_page_form(visit, "account", account, sizeof(account)); /* absent: of all */
    (void)fa_page_form(visit, "id", id, sizeof(id));                /* absent: all of them */
    if (!danger || (danger->is_of_one && !id[0]))
        return FA_STORE_ABSENT;
    pm_buf_init(&target, TARGET_MAX);
    if (danger->account == IN_PATH)
        fa_ask_target(&target, danger->path, account, "");
    else
        fa_ask_target(&target, danger->path, id, account);
    (void)pm_buf_adds(&target, danger->below);
    r = fa_ask(visit, danger->method, target.failed ? "/" : target.data, NULL, &answer, problem);
    pm_buf_clear(&target);
    if (r < 0)
        return ask(visit, danger, account, id, problem);
    if (cJSON_GetObjectItemCaseSensitive(answer, "secretkey"))
        return fa_page_account_keys(visit, answer);
    cJSON_Delete(answer);
    (void)snprintf(path, sizeof(path), FA_DASHBOARD_PATH "%s", danger->back);
    return fa_page_redirect(path, visit);
}
