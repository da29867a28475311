/* The rows of a monitor or a tag; see dashboard_rows.h. */
#include "dashboard_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "dashboard_counts.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_scan.h"
#include "dashboard_subject.h"
#include "dashboard_visit.h"
#include "percent.h"

#define ROWS_PER_PAGE 50
#define LOOK_MAX      100000 /* rows to look at for one page … */
#define TIME_MAX_MS   20     /* … and for how long */
#define ADDRESS_MAX   (16 * 1024)

/* A page in the making. */
struct rows_page {
    struct fa_visit *visit;
    struct fa_subject subject;
    struct fa_view view;
    cJSON *data;
    cJSON *rows;
    struct fa_place last; /* of the rows on the page */
    bool has_more;        /* one more was found than fits */
};

/* ---- addresses ---- */

static void add_address(cJSON *item, const char *name, const struct rows_page *page,
                        const char *below, const struct fa_view *view)
{
    struct pm_buf address;

    pm_buf_init(&address, ADDRESS_MAX);
    (void)pm_buf_adds(&address, page->subject.path);
    (void)pm_buf_adds(&address, below);
    fa_view_write(view, &address);
    cJSON_AddStringToObject(item, name, address.failed ? page->subject.path : address.data);
    pm_buf_clear(&address);
}

/* ---- the rows ---- */

/* fa_row_fn. One row more than fits is looked for, only to learn whether it is there. */
static int add_row(void *context, const struct fa_row *row)
{
    struct rows_page *page = context;
    cJSON *item;

    if (cJSON_GetArraySize(page->rows) == ROWS_PER_PAGE) {
        page->has_more = true;
        return 1;
    }
    item = fa_model_row(page->subject.columns, row);
    if (page->subject.is_tag)
        cJSON_AddItemReferenceToObject(
            item, "monitor", (cJSON *)(uintptr_t)fa_subject_find(&page->subject, row->monitor_id));
    cJSON_AddItemToArray(page->rows, item);
    page->last = (struct fa_place){row->checktime_ms, row->number, row->monitor_id};
    return 0;
}

/* What was found, where the next page begins, and whether the search ended before its end. */
static int add_rows(struct rows_page *page)
{
    struct fa_scan scan = {
        .store = fa_visit_store(page->visit),
        .monitor_ids = page->subject.monitor_ids,
        .monitor_count = page->subject.monitor_count,
        .view = &page->view,
        .before = page->view.before,
        .rows_max = LOOK_MAX,
        .time_max_ms = TIME_MAX_MS,
    };
    struct fa_view older = page->view;
    int r;

    page->rows = cJSON_AddArrayToObject(page->data, "rows");
    r = fa_scan_rows(&scan, add_row, page);
    if (r < 0)
        return r;
    older.is_placed = true;
    older.before = page->has_more ? page->last : scan.reached;
    add_address(page->data, "older_path", page, "", &older);
    cJSON_AddBoolToObject(page->data, "has_older", page->has_more);
    if (page->has_more || scan.is_complete)
        return 0;
    cJSON_AddBoolToObject(page->data, "has_further", true);
    cJSON_AddNumberToObject(page->data, "looked", (double)scan.looked);
    fa_model_add_time(page->data, "reached", scan.reached.checktime_ms);
    return 0;
}

/* ---- what is left out ---- */

/* The columns of the page, each with what is typed into its filter. */
static void add_columns(struct rows_page *page)
{
    cJSON *columns = cJSON_Duplicate(page->subject.columns, true), *column;

    cJSON_ArrayForEach(column, columns)
    {
        fa_model_add_text(column, "filter",
                          fa_view_filter(&page->view, fa_model_text(column, "name")));
    }
    cJSON_AddItemToObject(page->data, "columns", columns);
}

static const char *label_of(const struct fa_subject *subject, const char *name)
{
    const cJSON *column;

    cJSON_ArrayForEach(column, subject->columns)
    {
        if (strcmp(fa_model_text(column, "name"), name) == 0)
            return fa_model_text(column, "label");
    }
    return name;
}

static void add_chip(struct rows_page *page, cJSON *chips, const char *label, const char *value,
                     const struct fa_view *without)
{
    static const struct {
        char sign;
        const char *word;
    } words[] = {{'=', "is"}, {'!', "lacks"}};
    const char *word = "has";
    cJSON *chip = cJSON_CreateObject();
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(words); i++)
        if (value[0] == words[i].sign) {
            word = words[i].word;
            value++;
        }
    fa_model_add_text(chip, "label", label);
    cJSON_AddStringToObject(chip, "word", word);
    fa_model_add_text(chip, "value", value);
    add_address(chip, "path", page, "", without);
    cJSON_AddItemToArray(chips, chip);
}

/* Everything that narrows the view, each with the address of the view without it. */
static void add_chips(struct rows_page *page)
{
    cJSON *chips = cJSON_AddArrayToObject(page->data, "chips");
    struct fa_view without = page->view;
    size_t i;

    without.is_placed = false;
    if (page->view.search[0]) {
        without.search[0] = '\0';
        add_chip(page, chips, "Any column", page->view.search, &without);
    }
    for (i = 0; i < page->view.filter_count; i++) {
        const struct fa_view_filter *filter = &page->view.filters[i];

        without = page->view;
        without.is_placed = false;
        fa_view_set_filter(&without, filter->name, "");
        add_chip(page, chips, label_of(&page->subject, filter->name), filter->value, &without);
    }
}

/* A time as the input of a form takes it: to the second, without a zone. */
static void add_input_time(cJSON *data, const char *name, int64_t time_ms)
{
    char text[32] = "";
    cJSON *time = cJSON_CreateObject();

    if (time_ms != INT64_MIN && time_ms != INT64_MAX) {
        fa_model_add_time(time, "time", time_ms);
        (void)snprintf(text, sizeof(text), "%.19s",
                       fa_model_text(cJSON_GetObjectItemCaseSensitive(time, "time"), "iso"));
    }
    cJSON_Delete(time);
    cJSON_AddStringToObject(data, name, text);
}

static void add_ranges(struct rows_page *page)
{
    static const struct {
        const char *last, *label;
    } ranges[] = {{"", "All time"},
                  {"1h", "Last hour"},
                  {"24h", "24 hours"},
                  {"7d", "7 days"},
                  {"30d", "30 days"}};
    cJSON *list = cJSON_AddArrayToObject(page->data, "ranges");
    bool is_custom = fa_view_has_range(&page->view) && !page->view.last[0];
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(ranges); i++) {
        struct fa_view view = page->view;
        cJSON *item = cJSON_CreateObject();

        view.is_placed = false;
        view.from_ms = INT64_MIN;
        view.to_ms = INT64_MAX;
        (void)snprintf(view.last, sizeof(view.last), "%s", ranges[i].last);
        cJSON_AddStringToObject(item, "label", ranges[i].label);
        cJSON_AddBoolToObject(item, "is_chosen",
                              !is_custom && strcmp(page->view.last, ranges[i].last) == 0);
        add_address(item, "path", page, "", &view);
        cJSON_AddItemToArray(list, item);
    }
    cJSON_AddBoolToObject(page->data, "is_custom_range", is_custom);
    add_input_time(page->data, "from", is_custom ? page->view.from_ms : INT64_MIN);
    add_input_time(page->data, "to", is_custom ? page->view.to_ms : INT64_MAX);
    cJSON_AddStringToObject(page->data, "last", page->view.last);
}

/* ---- the chart ---- */

static void add_by(struct rows_page *page, cJSON *list, const char *name, const char *label,
                   const char *chosen)
{
    struct fa_view view = page->view;
    cJSON *item = cJSON_CreateObject();

    view.is_placed = false;
    (void)snprintf(view.by, sizeof(view.by), "%s", name[0] ? name : "-");
    fa_model_add_text(item, "label", label);
    cJSON_AddBoolToObject(item, "is_chosen", strcmp(name, chosen) == 0);
    add_address(item, "path", page, "", &view);
    cJSON_AddItemToArray(list, item);
}

/* The ways to split the chart: by what a login monitor has, or by the first columns of another. */
static void add_choices(struct rows_page *page, const char *chosen)
{
    static const enum fa_role roles[] = {FA_ROLE_SERVICE, FA_ROLE_HOST, FA_ROLE_USER,
                                         FA_ROLE_EVENT};
    cJSON *list = cJSON_AddArrayToObject(page->data, "choices");
    const cJSON *column;
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(roles); i++) {
        const char *name = fa_subject_role(&page->subject, roles[i]);

        if (name)
            add_by(page, list, name, label_of(&page->subject, name), chosen);
    }
    cJSON_ArrayForEach(column, page->subject.columns)
    {
        const char *name = fa_model_text(column, "name");

        if (cJSON_GetArraySize(list) < 4 && !fa_subject_role(&page->subject, FA_ROLE_USER))
            add_by(page, list, name, label_of(&page->subject, name), chosen);
    }
    add_by(page, list, "", "Total", chosen);
}

static int add_figures(struct rows_page *page)
{
    struct fa_view view = page->view;
    struct fa_counts counts;
    int r = fa_counts_make(fa_visit_store(page->visit), &page->subject, &page->view, &counts);

    if (r < 0)
        return r;
    cJSON_AddBoolToObject(page->data, "has_chart",
                          cJSON_GetObjectItemCaseSensitive(counts.chart, "buckets") != NULL);
    cJSON_AddItemToObject(page->data, "chart", counts.chart);
    cJSON_AddItemToObject(page->data, "tops", counts.tops);
    cJSON_AddStringToObject(page->data, "by", counts.by);
    fa_model_add_text(page->data, "by_label", label_of(&page->subject, counts.by));
    cJSON_AddNumberToObject(page->data, "counted", (double)counts.total);
    cJSON_AddBoolToObject(page->data, "is_counted", counts.is_complete);
    if (!counts.is_complete) {
        fa_model_add_time(page->data, "counted_to", counts.reached.checktime_ms);
        view.is_placed = false;
        add_address(page->data, "counts_path", page, "/counts.json", &view);
    }
    add_choices(page, counts.by);
    return 0;
}

/* ---- facts and ways to go ---- */

static int add_newest(void *data, const struct fa_row *row)
{
    fa_model_add_time(data, "newest", row->checktime_ms);
    return 0;
}

static int add_facts(struct rows_page *page)
{
    const cJSON *monitor = page->subject.monitors->child;
    const char *tag = fa_model_text(monitor, "tag");
    cJSON *facts = cJSON_AddObjectToObject(page->data, page->subject.is_tag ? "tag" : "monitor");
    char path[4 * FA_PAGE_PATH_SIZE];
    size_t len;

    if (page->subject.is_tag) {
        cJSON_AddNumberToObject(facts, "count", (double)page->subject.monitor_count);
        cJSON_AddBoolToObject(facts, "is_cut", page->subject.is_cut);
        return 0;
    }
    if (tag[0]) {
        fa_page_account_path(page->subject.account, "/tags/", path, sizeof(path));
        len = strlen(path);
        (void)pm_percent_encode(tag, strlen(tag), "", path + len, sizeof(path) - len);
        cJSON_AddStringToObject(facts, "tag_path", path);
    }
    cJSON_AddNumberToObject(facts, "id", (double)page->subject.monitor_ids[0]);
    fa_model_add_text(facts, "type", fa_model_text(monitor, "type"));
    fa_model_add_text(facts, "tag_name", tag);
    return fa_store_rows_before(fa_visit_store(page->visit), page->subject.monitor_ids[0],
                                INT64_MAX, 0, 1, add_newest, page->data);
}

/* Addresses of the view as it is, in other forms; the newest rows are followed live. */
static int add_ways(struct rows_page *page)
{
    struct fa_view view = page->view;
    int64_t last_id = 0;
    char text[60];
    int r = fa_store_last_row_id(fa_visit_store(page->visit), &last_id);

    (void)snprintf(text, sizeof(text), "/events?after=%" PRId64, last_id);
    add_address(page->data, "csv_path", page, "/rows.csv", &view);
    add_address(page->data, "json_path", page, "/rows.json", &view);
    view.is_placed = false;
    add_address(page->data, "newest_path", page, "", &view);
    view = (struct fa_view){.from_ms = INT64_MIN, .to_ms = INT64_MAX};
    add_address(page->data, "events_path", page, text, &view);
    add_address(page->data, "plain_path", page, "", &view);
    cJSON_AddBoolToObject(page->data, "is_newest", fa_view_is_newest(&page->view));
    cJSON_AddBoolToObject(page->data, "is_placed", page->view.is_placed);
    cJSON_AddBoolToObject(page->data, "is_picky", fa_view_is_picky(&page->view));
    cJSON_AddBoolToObject(page->data, "is_narrow",
                          fa_view_is_picky(&page->view) || fa_view_has_range(&page->view));
    cJSON_AddNumberToObject(page->data, "rows_max", ROWS_PER_PAGE);
    return r;
}

static void add_crumbs(struct rows_page *page)
{
    char path[FA_PAGE_PATH_SIZE];

    fa_page_set_account(page->data, page->subject.account);
    fa_page_set_section(page->data, "in_monitors");
    fa_page_account_path(page->subject.account, "", path, sizeof(path));
    fa_page_add_crumb(page->data, fa_page_account_label(page->subject.account), path);
    fa_page_account_path(page->subject.account, "/monitors", path, sizeof(path));
    fa_page_add_crumb(page->data, "Custom Monitors", path);
}

/* ---- the page ---- */

static int fill(struct rows_page *page)
{
    int (*const parts[])(struct rows_page *) = {add_facts, add_rows, add_figures, add_ways};
    size_t i;
    int r = 0;

    add_crumbs(page);
    add_columns(page);
    add_chips(page);
    add_ranges(page);
    fa_model_add_text(page->data, "search", page->view.search);
    fa_page_add_api_url(page->data, page->visit);
    for (i = 0; i < PM_ARRAY_LEN(parts) && r == 0; i++)
        r = parts[i](page);
    return r;
}

static int show(struct fa_visit *visit, int (*find)(struct fa_visit *, struct fa_subject *))
{
    struct rows_page page = {.visit = visit};
    int r = find(visit, &page.subject);

    if (r < 0)
        goto done;
    fa_view_read(&page.view, visit->request->query, fa_visit_now_ms(visit));
    page.data = fa_page_data(visit, page.subject.name);
    r = fill(&page);
    if (r < 0)
        cJSON_Delete(page.data);
    else
        r = fa_page_render("rows", page.data, visit);

done:
    fa_subject_clear(&page.subject);
    return r;
}

int fa_page_monitor(struct fa_visit *visit)
{
    return show(visit, fa_subject_monitor);
}

int fa_page_tag(struct fa_visit *visit)
{
    return show(visit, fa_subject_tag);
}
