/* The rows of a view as a file; see dashboard_export.h. */
#include "dashboard_export.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_scan.h"
#include "dashboard_subject.h"
#include "dashboard_visit.h"
#include "text.h"

#define ROWS_MAX    10000
#define LOOK_MAX    100000
#define TIME_MAX_MS 50
#define BYTES_MAX   (8 * 1024 * 1024) /* a file ends after the row that reaches it */
#define ADDRESS_MAX (16 * 1024)

struct exporting {
    struct fa_visit *visit;
    struct fa_subject subject;
    struct fa_view view;
    struct pm_buf *out;
    size_t count;
    void (*add_row)(struct exporting *exporting, const struct fa_row *row);
};

/* ---- CSV ---- */

static bool is_number(const char *text)
{
    size_t sign = text[0] == '-' || text[0] == '+';
    size_t whole = strspn(text + sign, "0123456789");
    const char *rest = text + sign + whole;

    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    return whole > 0 && *rest == '\0';
}

static bool is_formula(const char *text)
{
    return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) && !is_number(text);
}

void fa_export_add_csv(struct pm_buf *out, const char *text)
{
    size_t len;

    (void)pm_buf_adds(out, is_formula(text) ? "\"'" : "\"");
    for (; *text; text += len) {
        len = strcspn(text, "\"");
        (void)pm_text_add_marked(out, text, len);
        if (text[len] == '"') {
            (void)pm_buf_adds(out, "\"\"");
            len++;
        }
    }
    (void)pm_buf_addc(out, '"');
}

static void add_csv_time(struct pm_buf *out, int64_t time_ms)
{
    cJSON *item = cJSON_CreateObject();

    fa_model_add_time(item, "time", time_ms);
    (void)pm_buf_adds(out, fa_model_text(cJSON_GetObjectItemCaseSensitive(item, "time"), "iso"));
    cJSON_Delete(item);
}

static void add_csv_head(struct exporting *exporting)
{
    const cJSON *column;

    (void)pm_buf_adds(exporting->out, "\"time\",\"monitor\"");
    cJSON_ArrayForEach(column, exporting->subject.columns)
    {
        (void)pm_buf_addc(exporting->out, ',');
        fa_export_add_csv(exporting->out, fa_model_text(column, "name"));
    }
    (void)pm_buf_adds(exporting->out, "\r\n");
}

static void add_csv_row(struct exporting *exporting, const struct fa_row *row)
{
    const cJSON *column;

    add_csv_time(exporting->out, row->checktime_ms);
    (void)pm_buf_addc(exporting->out, ',');
    fa_export_add_csv(exporting->out,
                      fa_model_text(fa_subject_find(&exporting->subject, row->monitor_id), "name"));
    cJSON_ArrayForEach(column, exporting->subject.columns)
    {
        (void)pm_buf_addc(exporting->out, ',');
        fa_export_add_csv(exporting->out, fa_model_value(row, fa_model_text(column, "name")));
    }
    (void)pm_buf_adds(exporting->out, "\r\n");
}

/* ---- JSON ---- */

static void add_json_row(struct exporting *exporting, const struct fa_row *row)
{
    struct pm_buf *out = exporting->out;
    size_t i;

    (void)pm_buf_addf(out, "%s\n{\"monitorId\":%" PRId64 ",\"checktime\":%" PRId64 ",\"values\":{",
                      exporting->count > 0 ? "," : "", row->monitor_id, row->checktime_ms);
    for (i = 0; i < row->value_count; i++) {
        (void)pm_buf_adds(out, i > 0 ? "," : "");
        (void)pm_text_add_json(out, row->values[i].name, strlen(row->values[i].name));
        (void)pm_buf_addc(out, ':');
        (void)pm_text_add_json(out, row->values[i].text, strlen(row->values[i].text));
    }
    (void)pm_buf_adds(out, "}}");
}

/* ---- both ---- */

/* fa_row_fn */
static int add_row(void *context, const struct fa_row *row)
{
    struct exporting *exporting = context;

    exporting->add_row(exporting, row);
    return ++exporting->count == ROWS_MAX || exporting->out->len >= BYTES_MAX ? 1 : 0;
}

/* @ret_older: the address of what follows, "" if nothing does */
static int add_rows(struct exporting *exporting, const char *below, struct pm_buf *ret_older)
{
    struct fa_scan scan = {
        .store = fa_visit_store(exporting->visit),
        .monitor_ids = exporting->subject.monitor_ids,
        .monitor_count = exporting->subject.monitor_count,
        .view = &exporting->view,
        .before = exporting->view.before,
        .rows_max = LOOK_MAX,
        .time_max_ms = TIME_MAX_MS,
    };
    struct fa_view older = exporting->view;
    int r = fa_scan_rows(&scan, add_row, exporting);

    if (r < 0)
        return r;
    (void)pm_buf_adds(ret_older, "");
    if (scan.is_complete)
        return 0;
    older.is_placed = true;
    older.before = scan.reached;
    (void)pm_buf_adds(ret_older, exporting->subject.path);
    (void)pm_buf_adds(ret_older, below);
    fa_view_write(&older, ret_older);
    return 0;
}

static int make_csv(struct exporting *exporting)
{
    struct fa_http_reply *reply = exporting->visit->reply;
    PM_AUTO_FREE char *link = NULL;
    struct pm_buf older;
    int r;

    exporting->add_row = add_csv_row;
    add_csv_head(exporting);
    pm_buf_init(&older, ADDRESS_MAX);
    r = add_rows(exporting, "/rows.csv", &older);
    if (r == 0 && older.len > 0 && asprintf(&link, "<%s>; rel=\"next\"", older.data) > 0)
        (void)fa_http_reply_header(reply, "Link", link);
    pm_buf_clear(&older);
    reply->content_type = "text/csv;charset=UTF-8;header=present";
    return r;
}

static int make_json(struct exporting *exporting)
{
    struct pm_buf older;
    int r;

    exporting->add_row = add_json_row;
    (void)pm_buf_adds(exporting->out, "{\"rows\":[");
    pm_buf_init(&older, ADDRESS_MAX);
    r = add_rows(exporting, "/rows.json", &older);
    if (r == 0 && older.len > 0) {
        (void)pm_buf_adds(exporting->out, "\n],\"older\":");
        (void)pm_text_add_json(exporting->out, older.data, older.len);
        (void)pm_buf_adds(exporting->out, "}\n");
    } else {
        (void)pm_buf_adds(exporting->out, "\n],\"older\":null}\n");
    }
    pm_buf_clear(&older);
    exporting->visit->reply->content_type = "application/json;charset=UTF-8";
    return r;
}

static int make(struct fa_visit *visit, int (*find)(struct fa_visit *, struct fa_subject *),
                int (*write)(struct exporting *), const char *extension)
{
    struct exporting exporting = {.visit = visit, .out = &visit->reply->body};
    char disposition[100], name[40];
    int r = find(visit, &exporting.subject);

    if (r == 0) {
        fa_view_read(&exporting.view, visit->request->query, fa_visit_now_ms(visit));
        r = write(&exporting);
    }
    if (r == 0) { /* no name of a stranger becomes the name of a file */
        (void)snprintf(name, sizeof(name), "monitor-%" PRId64, exporting.subject.monitor_ids[0]);
        (void)snprintf(disposition, sizeof(disposition), "attachment; filename=\"%s%s\"",
                       exporting.subject.is_tag ? "tag" : name, extension);
        (void)fa_http_reply_header(visit->reply, "Content-Disposition", disposition);
        r = exporting.out->failed ? FA_PAGE_BROKEN : 0;
    }
    fa_subject_clear(&exporting.subject);
    return r;
}

int fa_export_monitor_csv(struct fa_visit *visit)
{
    return make(visit, fa_subject_monitor, make_csv, ".csv");
}

int fa_export_monitor_json(struct fa_visit *visit)
{
    return make(visit, fa_subject_monitor, make_json, ".json");
}

int fa_export_tag_csv(struct fa_visit *visit)
{
    return make(visit, fa_subject_tag, make_csv, ".csv");
}

int fa_export_tag_json(struct fa_visit *visit)
{
    return make(visit, fa_subject_tag, make_json, ".json");
}
