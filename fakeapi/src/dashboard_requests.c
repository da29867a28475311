/* The journal as pages; see dashboard_requests.h. */
#include "dashboard_requests.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "arena.h"
#include "cleanup.h"
#include "dashboard.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_visit.h"
#include "params.h"

#define REQUESTS_PER_PAGE 100
#define PARAMS_MEMORY_MAX (4 * 1024 * 1024)
#define REQUESTS_PATH     FA_DASHBOARD_PATH "/requests"

struct wish {
    enum fa_verdict verdict;
    int64_t before_id;
};

/* ---- what was asked for ---- */

static const char *wished_name(enum fa_verdict verdict)
{
    return verdict == FA_VERDICT_ANY ? "" : fa_verdict_text(verdict);
}

/* A verdict that does not exist means any; a place that makes no sense means the newest. */
static struct wish read_wish(const struct fa_visit *visit)
{
    struct wish wish = {FA_VERDICT_ANY, INT64_MAX};
    char text[24];
    int verdict;

    if (fa_page_query(visit, "verdict", text, sizeof(text)) == 0)
        for (verdict = 0; verdict < FA_VERDICT_MAX; verdict++)
            if (strcmp(text, fa_verdict_text((enum fa_verdict)verdict)) == 0)
                wish.verdict = (enum fa_verdict)verdict;
    if (fa_page_query(visit, "before", text, sizeof(text)) == 0 && strtoll(text, NULL, 10) > 0)
        wish.before_id = strtoll(text, NULL, 10);
    return wish;
}

/* ---- the data ---- */

/* What both pages show of a request. */
static void describe(cJSON *item, const struct fa_journal_entry *entry)
{
    char text[64];

    (void)snprintf(text, sizeof(text), REQUESTS_PATH "/%" PRId64, entry->id);
    cJSON_AddStringToObject(item, "path", text);
    cJSON_AddNumberToObject(item, "id", (double)entry->id);
    fa_model_add_time(item, "time", entry->time_ms);
    cJSON_AddStringToObject(item, "verdict", fa_verdict_text(entry->verdict));
    fa_model_add_text(item, "action", entry->action[0] ? entry->action : entry->path);
    fa_model_add_text(item, "apikey", entry->apikey);
    fa_model_add_text(item, "reason", entry->reason);
    cJSON_AddNumberToObject(item, "status", entry->status);
    (void)snprintf(text, sizeof(text), "%.1f ms", (double)entry->duration_us / 1000);
    cJSON_AddStringToObject(item, "duration", text);
}

/* List what was wished. Returns the id of the last one listed when there are older ones, else 0. */
static int64_t list_requests(const struct fa_visit *visit, const struct wish *wish, cJSON *list)
{
    const struct fa_journal *journal = visit->dashboard->app->journal;
    int64_t newest = fa_journal_newest(journal), last = 0, id;
    size_t count = 0;

    for (id = newest < wish->before_id ? newest : wish->before_id - 1;
         id >= fa_journal_oldest(journal); id--) {
        const struct fa_journal_entry *entry = fa_journal_get(journal, id);
        cJSON *item;

        if (!entry || !fa_visit_may_see(visit, entry->account_id) ||
            (wish->verdict != FA_VERDICT_ANY && wish->verdict != entry->verdict))
            continue;
        if (++count > REQUESTS_PER_PAGE)
            return last;
        item = cJSON_CreateObject();
        describe(item, entry);
        cJSON_AddItemToArray(list, item);
        last = id;
    }
    return 0;
}

/* The choice between all requests and those of one verdict. */
static void add_choices(cJSON *data, enum fa_verdict wished)
{
    static const struct {
        const char *label;
        enum fa_verdict verdict;
    } choices[] = {{"All", FA_VERDICT_ANY},
                   {"Refused", FA_VERDICT_REFUSED},
                   {"Failed", FA_VERDICT_FAILED},
                   {"Accepted", FA_VERDICT_ACCEPTED}};
    cJSON *list = cJSON_AddArrayToObject(data, "choices");
    char path[100];
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(choices); i++) {
        cJSON *item = cJSON_CreateObject();

        (void)snprintf(path, sizeof(path), REQUESTS_PATH "%s%s",
                       choices[i].verdict == FA_VERDICT_ANY ? "" : "?verdict=",
                       wished_name(choices[i].verdict));
        cJSON_AddStringToObject(item, "label", choices[i].label);
        cJSON_AddStringToObject(item, "path", path);
        cJSON_AddBoolToObject(item, "is_chosen", choices[i].verdict == wished);
        cJSON_AddItemToArray(list, item);
    }
}

int fa_page_requests(struct fa_visit *visit)
{
    struct wish wish = read_wish(visit);
    cJSON *data = fa_page_data(visit, "Requests");
    int64_t last = list_requests(visit, &wish, cJSON_AddArrayToObject(data, "requests"));
    char path[120];

    fa_page_set_section(data, "in_requests");
    cJSON_AddBoolToObject(data, "is_picked", wish.verdict != FA_VERDICT_ANY);
    add_choices(data, wish.verdict);
    (void)snprintf(path, sizeof(path), REQUESTS_PATH "?verdict=%s&before=%" PRId64,
                   wished_name(wish.verdict), last);
    if (last > 0)
        cJSON_AddStringToObject(data, "older_path", path);
    return fa_page_render("requests", data, visit);
}

/* ---- one request ---- */

static void add_params(cJSON *data, const struct fa_journal_entry *entry)
{
    cJSON *list = cJSON_AddArrayToObject(data, "params");
    struct fa_arena arena;
    struct fa_params params;
    bool is_whole;
    size_t i;

    fa_arena_init(&arena, PARAMS_MEMORY_MAX);
    if (fa_journal_params(entry, &arena, &params, &is_whole) == 0) {
        for (i = 0; i < params.count; i++) {
            cJSON *item = cJSON_CreateObject();

            fa_model_add_bytes(item, "name", params.items[i].name, params.items[i].name_len);
            fa_model_add_bytes(item, "value", params.items[i].value, params.items[i].value_len);
            cJSON_AddItemToArray(list, item);
        }
    }
    fa_arena_clear(&arena);
}

/* Lines stay lines: each is an item, since a line end inside a text would be marked. */
static void add_lines(cJSON *data, const char *name, const char *text)
{
    cJSON *list = cJSON_AddArrayToObject(data, name);

    while (*text) {
        size_t len = strcspn(text, "\n");
        cJSON *item = cJSON_CreateObject();

        fa_model_add_bytes(item, "line", text, len);
        cJSON_AddItemToArray(list, item);
        text += len + (text[len] == '\n');
    }
}

int fa_page_request(struct fa_visit *visit)
{
    const struct fa_journal_entry *entry;
    char title[48];
    cJSON *data;
    int64_t id;

    if (fa_visit_id(visit, 0, &id) < 0)
        return FA_STORE_ABSENT;
    entry = fa_journal_get(visit->dashboard->app->journal, id);
    if (!entry || !fa_visit_may_see(visit, entry->account_id))
        return FA_STORE_ABSENT;
    (void)snprintf(title, sizeof(title), "Request %" PRId64, entry->id);
    data = fa_page_data(visit, title);
    fa_page_set_section(data, "in_requests");
    fa_page_add_crumb(data, "Requests", REQUESTS_PATH);
    describe(data, entry);
    fa_model_add_text(data, "peer", entry->peer);
    fa_model_add_text(data, "method", entry->method);
    fa_model_add_text(data, "target", entry->path);
    fa_model_add_text(data, "section", entry->section);
    fa_model_add_text(data, "checksum", entry->checksum);
    add_params(data, entry);
    add_lines(data, "deviations", entry->deviations);
    add_lines(data, "diagnosis", entry->diagnosis);
    return fa_page_render("request", data, visit);
}
