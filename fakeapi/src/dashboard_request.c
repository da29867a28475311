/* One request of the journal; see dashboard_requests.h. */
#include "dashboard_requests.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "arena.h"
#include "buf.h"
#include "dashboard.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_visit.h"
#include "journal_show.h"
#include "params.h"

#define PARAMS_MEMORY_MAX (4 * 1024 * 1024)
#define EVIDENCE_MAX      2000
#define REQUESTS_PATH     FA_DASHBOARD_PATH "/requests"

/* ---- what was sent ---- */

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

/* Bytes as they came, line by line; where some were not kept, how many there were. */
static void add_lines_of(cJSON *data, const char *name, const struct fa_journal_bytes *bytes)
{
    cJSON *list = cJSON_AddArrayToObject(data, name), *item;
    const char *at = bytes->at, *end = bytes->at + bytes->len;
    char text[80];

    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t len = line_end ? (size_t)(line_end - at) : (size_t)(end - at);

        item = cJSON_CreateObject();
        fa_model_add_bytes(item, "line", at, len > 0 && at[len - 1] == '\r' ? len - 1 : len);
        cJSON_AddItemToArray(list, item);
        at += len + 1;
    }
    if (bytes->whole <= bytes->len)
        return;
    (void)snprintf(text, sizeof(text), "\u2026 (%" PRIu32 " bytes)", bytes->whole);
    item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "line", text);
    cJSON_AddItemToArray(list, item);
}

/* ---- the checks ---- */

static void add_checks(cJSON *data, const struct fa_journal_entry *entry)
{
    cJSON *list = cJSON_AddArrayToObject(data, "checks");
    struct pm_buf evidence;
    int step;

    pm_buf_init(&evidence, EVIDENCE_MAX);
    for (step = 0; step < FA_STEP_MAX; step++) {
        enum fa_step_verdict verdict = fa_step_verdict(entry, (enum fa_step)step);
        cJSON *item;

        if (verdict == FA_STEP_SKIPPED)
            continue;
        pm_buf_reset(&evidence);
        (void)pm_buf_adds(&evidence, "");
        fa_step_evidence(entry, (enum fa_step)step, &evidence);
        item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "check", fa_step_name((enum fa_step)step));
        cJSON_AddStringToObject(item, "answer", fa_step_verdict_text(verdict));
        cJSON_AddStringToObject(item, "mark",
                                verdict == FA_STEP_OK         ? "accepted"
                                : verdict == FA_STEP_FORGIVEN ? "refused"
                                                              : "failed");
        fa_model_add_text(item, "evidence", evidence.failed ? "" : evidence.data);
        cJSON_AddStringToObject(item, "place", fa_step_section((enum fa_step)step));
        cJSON_AddItemToArray(list, item);
    }
    pm_buf_clear(&evidence);
}

/* ---- the two texts ---- */

/* How much of both is the same, from the start to the beginning of a character. */
static size_t common_start(const char *a, const char *b)
{
    size_t len = 0;

    while (a[len] && a[len] == b[len])
        len++;
    while (len > 0 && ((unsigned char)a[len] & 0xc0) == 0x80)
        len--;
    return len;
}

/* The same from the end, down to what the start has left. */
static size_t common_end(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t len = 0;

    while (len < a_len && len < b_len && a[a_len - len - 1] == b[b_len - len - 1])
        len++;
    while (len > 0 && ((unsigned char)a[a_len - len] & 0xc0) == 0x80)
        len--;
    return len;
}

static void add_part(cJSON *object, const char *name, const char *text, size_t len)
{
    char *part = strndup(text, len);

    if (part)
        cJSON_AddStringToObject(object, name, part); /* the journal has it marked */
    free(part);
}

static void add_text(cJSON *data, const char *name, const char *text, size_t start, size_t end)
{
    cJSON *object = cJSON_AddObjectToObject(data, name);
    size_t len = strlen(text);

    add_part(object, "before", text, start);
    add_part(object, "difference", text + start, len - start - end);
    add_part(object, "after", text + len - end, end);
}

/* What should have been signed beside what was; without that, what should have been. */
static void add_texts(cJSON *data, const struct fa_journal_entry *entry)
{
    const char *expected = entry->expected, *signed_as = entry->signed_as;
    size_t start = common_start(expected, signed_as), end;

    if (!expected[0])
        return;
    cJSON_AddBoolToObject(data, "has_texts", true);
    if (!signed_as[0]) {
        add_text(data, "expected", expected, strlen(expected), 0);
        return;
    }
    end = common_end(expected + start, strlen(expected) - start, signed_as + start,
                     strlen(signed_as) - start);
    cJSON_AddBoolToObject(data, "is_same_text", strcmp(expected, signed_as) == 0);
    add_text(data, "expected", expected, start, end);
    add_text(data, "signed", signed_as, start, end);
}

/* ---- when ---- */

/* Since the head was read; "" for what has not happened. */
static void add_moment(cJSON *data, const char *name, int64_t us)
{
    char text[40] = "";

    if (us >= 0)
        (void)snprintf(text, sizeof(text), "%.2f ms", (double)us / 1000);
    cJSON_AddStringToObject(data, name, text);
}

/* ---- the page ---- */

/* The request that the path names, if the visitor may see it. */
static const struct fa_journal_entry *find_entry(const struct fa_visit *visit)
{
    const struct fa_journal_entry *entry;
    int64_t id;

    if (fa_visit_id(visit, 0, &id) < 0)
        return NULL;
    entry = fa_journal_get(visit->dashboard->app->journal, id);
    return entry && fa_visit_may_see(visit, entry->account_id) ? entry : NULL;
}

static void describe(cJSON *data, const struct fa_journal_entry *entry)
{
    fa_model_add_text(data, "peer", entry->peer);
    fa_model_add_text(data, "method", entry->method);
    fa_model_add_text(data, "target", entry->path);
    fa_model_add_text(data, "cause", entry->reason);
    fa_model_add_text(data, "mistake", entry->mistake);
    fa_model_add_text(data, "section", entry->section);
    fa_model_add_text(data, "checksum", entry->checksum);
    add_moment(data, "handled", entry->duration_us);
    add_moment(data, "committed", entry->committed_us);
    add_moment(data, "sent", entry->sent_us);
    add_checks(data, entry);
    add_texts(data, entry);
    add_params(data, entry);
    add_lines(data, "deviations", entry->deviations);
    add_lines(data, "diagnosis", entry->diagnosis);
    add_lines_of(data, "head", &entry->head);
    add_lines_of(data, "query", &entry->query);
    add_lines_of(data, "body", &entry->body);
    add_lines_of(data, "reply_head", &entry->reply_head);
    add_lines_of(data, "reply_body", &entry->reply_body);
}

int fa_page_request(struct fa_visit *visit)
{
    const struct fa_journal_entry *entry = find_entry(visit);
    char title[48];
    cJSON *data;

    if (!entry)
        return FA_STORE_ABSENT;
    (void)snprintf(title, sizeof(title), "Request %" PRId64, entry->id);
    data = fa_page_data(visit, title);
    fa_page_set_section(data, "in_requests");
    fa_page_add_crumb(data, "Requests", REQUESTS_PATH);
    cJSON_AddItemToObject(data, "line", fa_request_line(entry));
    describe(data, entry);
    return fa_page_render("request", data, visit);
}

/* ---- to do it again ---- */

static int write_text(struct fa_visit *visit,
                      int (*write)(const struct fa_journal_entry *entry, struct pm_buf *buf),
                      const char *content_type)
{
    const struct fa_journal_entry *entry = find_entry(visit);
    int r;

    if (!entry)
        return FA_STORE_ABSENT;
    visit->reply->content_type = content_type;
    r = write(entry, &visit->reply->body);
    if (r == FA_SHOW_FAILED)
        return FA_PAGE_BROKEN;
    if (r == 0)
        return 0;
    pm_buf_reset(&visit->reply->body);
    visit->reply->status = 409;
    visit->reply->content_type = "text/plain;charset=UTF-8";
    (void)pm_buf_adds(&visit->reply->body, r == FA_SHOW_NO_CHECKSUM
                                               ? "No checksum of this request was verified.\n"
                                               : "Not all of this request was kept.\n");
    return 0;
}

static int write_vector(const struct fa_journal_entry *entry, struct pm_buf *buf)
{
    int r = fa_journal_vectors_begin(1, buf);

    if (r == 0)
        r = fa_journal_vector(entry, 1, buf);
    return r == 0 ? fa_journal_vectors_end(buf) : r;
}

int fa_page_request_curl(struct fa_visit *visit)
{
    return write_text(visit, fa_journal_curl, "text/plain;charset=UTF-8");
}

int fa_page_request_vector(struct fa_visit *visit)
{
    return write_text(visit, write_vector, "application/json;charset=UTF-8");
}
