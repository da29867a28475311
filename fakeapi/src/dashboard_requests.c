/* The journal as a list; see dashboard_requests.h. */
#include "dashboard_requests.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "dashboard.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_query.h"
#include "dashboard_visit.h"

#define REQUESTS_PER_PAGE 100
#define REQUESTS_PATH     FA_DASHBOARD_PATH "/requests"
#define SEARCH_SIZE       160
#define ADDRESS_MAX       4096

struct wish {
    enum fa_verdict verdict;
    char search[SEARCH_SIZE]; /* "" for any */
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
    struct wish wish = {.verdict = FA_VERDICT_ANY, .before_id = INT64_MAX};
    char text[24];
    int verdict;

    (void)fa_page_query(visit, "q", wish.search, sizeof(wish.search)); /* absent: any */
    if (fa_page_query(visit, "verdict", text, sizeof(text)) == 0)
        for (verdict = 0; verdict < FA_VERDICT_MAX; verdict++)
            if (strcmp(text, fa_verdict_text((enum fa_verdict)verdict)) == 0)
                wish.verdict = (enum fa_verdict)verdict;
    if (fa_page_query(visit, "before", text, sizeof(text)) == 0 && strtoll(text, NULL, 10) > 0)
        wish.before_id = strtoll(text, NULL, 10);
    return wish;
}

static void add_address(cJSON *item, const char *name, const struct wish *wish)
{
    struct pm_buf address;

    pm_buf_init(&address, ADDRESS_MAX);
    (void)pm_buf_adds(&address, REQUESTS_PATH);
    if (wish->verdict != FA_VERDICT_ANY)
        fa_query_add(&address, "verdict", wished_name(wish->verdict));
    if (wish->search[0])
        fa_query_add(&address, "q", wish->search);
    if (wish->before_id != INT64_MAX)
        fa_query_add_number(&address, "before", wish->before_id);
    cJSON_AddStringToObject(item, name, address.failed ? REQUESTS_PATH : address.data);
    pm_buf_clear(&address);
}

static bool is_wished(const struct wish *wish, const struct fa_journal_entry *entry)
{
    const char *const texts[] = {entry->action, entry->reason, entry->path,   entry->apikey,
                                 entry->peer,   entry->fault,  entry->mistake};
    size_t i;

    if (wish->verdict != FA_VERDICT_ANY && wish->verdict != entry->verdict)
        return false;
    for (i = 0; i < PM_ARRAY_LEN(texts); i++)
        if (strcasestr(texts[i], wish->search))
            return true;
    return false;
}

/* ---- the list ---- */

cJSON *fa_request_line(const struct fa_journal_entry *entry)
{
    cJSON *item = cJSON_CreateObject();
    char text[64];

    (void)snprintf(text, sizeof(text), REQUESTS_PATH "/%" PRId64, entry->id);
    cJSON_AddStringToObject(item, "path", text);
    cJSON_AddNumberToObject(item, "id", (double)entry->id);
    fa_model_add_time(item, "time", entry->time_ms);
    cJSON_AddStringToObject(item, "verdict", fa_verdict_text(entry->verdict));
    fa_model_add_text(item, "action", entry->action[0] ? entry->action : entry->path);
    fa_model_add_text(item, "apikey", entry->apikey);
    fa_model_add_text(item, "reason", entry->mistake[0] ? entry->mistake : entry->reason);
    fa_model_add_text(item, "fault", entry->fault);
    cJSON_AddNumberToObject(item, "status", entry->status);
    (void)snprintf(text, sizeof(text), "%.1f ms", (double)entry->duration_us / 1000);
    cJSON_AddStringToObject(item, "duration", text);
    return item;
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

        if (!entry || !fa_visit_may_see(visit, entry->account_id) || !is_wished(wish, entry))
            continue;
        if (++count > REQUESTS_PER_PAGE)
            return last;
        cJSON_AddItemToArray(list, fa_request_line(entry));
        last = id;
    }
    return 0;
}

/* The choice between all requests and those of one verdict. */
static void add_choices(cJSON *data, const struct wish *wish)
{
    static const struct {
        const char *label;
        enum fa_verdict verdict;
    } choices[] = {{"All", FA_VERDICT_ANY},
                   {"Refused", FA_VERDICT_REFUSED},
                   {"Failed", FA_VERDICT_FAILED},
                   {"Accepted", FA_VERDICT_ACCEPTED}};
    cJSON *list = cJSON_AddArrayToObject(data, "choices");
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(choices); i++) {
        struct wish other = *wish;
        cJSON *item = cJSON_CreateObject();

        other.verdict = choices[i].verdict;
        other.before_id = INT64_MAX;
        cJSON_AddStringToObject(item, "label", choices[i].label);
        add_address(item, "path", &other);
        cJSON_AddBoolToObject(item, "is_chosen", choices[i].verdict == wish->verdict);
        cJSON_AddItemToArray(list, item);
    }
}

int fa_page_requests(struct fa_visit *visit)
{
    struct wish wish = read_wish(visit), older = wish;
    bool is_picked = wish.verdict != FA_VERDICT_ANY || wish.search[0];
    bool is_newest = wish.before_id == INT64_MAX;
    cJSON *data = fa_page_data(visit, "Requests");
    char path[100];

    older.before_id = list_requests(visit, &wish, cJSON_AddArrayToObject(data, "requests"));
    fa_page_set_section(data, "in_requests");
    fa_model_add_text(data, "search", wish.search);
    cJSON_AddStringToObject(data, "verdict", wished_name(wish.verdict));
    cJSON_AddBoolToObject(data, "is_picked", is_picked);
    cJSON_AddBoolToObject(data, "is_live", is_newest && !is_picked);
    (void)snprintf(path, sizeof(path), FA_DASHBOARD_PATH "/requests/events?after=%" PRId64,
                   fa_journal_newest(visit->dashboard->app->journal));
    cJSON_AddStringToObject(data, "events_path", path);
    cJSON_AddNumberToObject(data, "rows_max", REQUESTS_PER_PAGE);
    add_choices(data, &wish);
    if (older.before_id > 0)
        add_address(data, "older_path", &older);
    return fa_page_render("requests", data, visit);
}
