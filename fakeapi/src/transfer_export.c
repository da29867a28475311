/* Accounts as lines; see transfer.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "json.h"
#include "transfer.h"
#include "transfer_places.h"

#define ROWS_AT_ONCE 200
#define JSON_MAX     (8 * 1024 * 1024) /* memory to read the data of one object or result */

enum stage {
    STAGE_HEAD, /* the account, its objects and monitors */
    STAGE_ROWS, /* of one monitor */
    STAGE_ADDITIONAL,
};

/* Where it goes on. */
struct cursor {
    char apikey[FA_CURSOR_SIZE];
    enum stage stage;
    int64_t monitor; /* its place */
    int64_t after;   /* rows: the last id; additional: the first time to come */
};

struct exporting {
    struct fa_app *app;
    const char *only; /* apikey of the one account, or NULL */
    struct cursor at;
    size_t limit;
    struct pm_buf *buf;
    const struct fa_principal *account;
    struct fa_places places;
    struct fa_writer *out; /* of the line being written */
    bool has_ended;
};

/* Lines */

/* Begin `{"kind":{"of":APIKEY`. Errors: -1 */
static int begin(struct exporting *exporting, const char *kind)
{
    exporting->out = fa_writer_new(exporting->buf, false);
    if (!exporting->out)
        return -1;
    fa_write_object(exporting->out, "");
    fa_write_object(exporting->out, kind);
    if (strcmp(kind, "account") != 0)
        fa_write_text(exporting->out, "of", exporting->account->account.apikey);
    return 0;
}

static int end(struct exporting *exporting)
{
    if (fa_writer_finish(exporting->out) < 0)
        return -1;
    return pm_buf_addc(exporting->buf, '\n');
}

static int write_account(struct exporting *exporting)
{
    const struct fa_account *account = &exporting->account->account;
    const struct fa_principal *reseller =
        fa_accounts_find_id(exporting->app->accounts, account->reseller_id);

    if (begin(exporting, "account") < 0)
        return -1;
    fa_write_text(exporting->out, "apikey", account->apikey);
    fa_write_text(exporting->out, "secretkey", account->secretkey);
    fa_write_text(exporting->out, "name", account->name);
    fa_write_text(exporting->out, "user", account->user);
    fa_write_text(exporting->out, "password_md5", account->password_md5);
    fa_write_text(exporting->out, "password_sha256", account->password_sha256);
    if (reseller)
        fa_write_text(exporting->out, "reseller", reseller->account.apikey);
    return end(exporting);
}

/* Data of an object: ids of other things as their places. */
static void write_data(struct exporting *exporting, const struct fa_json *data)
{
    const struct fa_json *field;

    fa_write_object(exporting->out, "data");
    for (field = data->first; field; field = field->next) {
        enum fa_place_kind kind = fa_place_of_field(field->name);

        if (kind == FA_PLACE_KIND_MAX || !field->text)
            fa_write_json(exporting->out, field->name, field);
        else
            fa_write_integer(exporting->out, field->name,
                             fa_place_of_id(&exporting->places, kind, atoll(field->text)));
    }
    fa_write_end(exporting->out);
}

struct object_visit {
    struct exporting *exporting;
    const struct fa_place_object *about;
};

/* fa_object_fn */
static int write_object(void *context, const struct fa_object *object)
{
    const struct object_visit *visit = context;
    struct exporting *exporting = visit->exporting;
    struct fa_arena arena;
    const struct fa_json *data;
    int r = -1;

    fa_arena_init(&arena, JSON_MAX);
    if (fa_json_parse(&arena, object->data, &data) == 0 && begin(exporting, "object") == 0) {
        fa_write_text(exporting->out, "kind", object->kind);
        if (visit->about->parent != FA_PLACE_KIND_MAX)
            fa_write_integer(
                exporting->out, "parent",
                fa_place_of_id(&exporting->places, visit->about->parent, object->parent_id));
        write_data(exporting, data);
        r = end(exporting);
    }
    fa_arena_clear(&arena);
    return r;
}

static int write_objects(struct exporting *exporting, bool follows_monitors)
{
    size_t i;

    for (i = 0; i < fa_place_object_count; i++) {
        struct object_visit visit = {exporting, &fa_place_objects[i]};

        if (visit.about->follows_monitors != follows_monitors)
            continue;
        if (fa_store_objects(exporting->app->store, exporting->account->account.id,
                             visit.about->kind, 0, 0, write_object, &visit) < 0)
            return -1;
    }
    return 0;
}

/* fa_monitor_param_fn */
static int write_param(void *context, const struct fa_monitor_param *param)
{
    struct fa_writer *out = context;

    fa_write_object(out, "");
    fa_write_integer(out, "kind", (int64_t)param->kind);
    fa_write_integer(out, "type", param->data_type);
    fa_write_literal(out, "hidden", param->is_hidden ? "true" : "false");
    fa_write_literal(out, "fixed", param->has_fixed_values ? "true" : "false");
    fa_write_text(out, "name", param->name);
    fa_write_text(out, "display_name", param->display_name);
    fa_write_text(out, "uom", param->uom);
    fa_write_text(out, "value", param->value);
    fa_write_text(out, "groups", param->groups);
    fa_write_text(out, "aggregate", param->aggregate);
    fa_write_end(out);
    return 0;
}

static int write_params(struct exporting *exporting, int64_t monitor_id)
{
    int kind;
    int r = 0;

    fa_write_list(exporting->out, "params");
    for (kind = 0; kind < FA_PARAM_KIND_MAX && r == 0; kind++)
        r = fa_store_params(exporting->app->store, monitor_id, (enum fa_param_kind)kind,
                            write_param, exporting->out);
    fa_write_end(exporting->out);
    return r;
}

/* fa_monitor_fn */
static int write_monitor(void *context, const struct fa_monitor *monitor)
{
    struct exporting *exporting = context;
    struct fa_writer *out;

    if (begin(exporting, "monitor") < 0)
        return -1;
    out = exporting->out;
    fa_write_text(out, "name", monitor->name);
    fa_write_text(out, "tag", monitor->tag);
    fa_write_text(out, "type", monitor->type);
    fa_write_literal(out, "multi", monitor->is_multi_value ? "true" : "false");
    fa_write_integer(out, "agent",
                     fa_place_of_id(&exporting->places, FA_PLACE_AGENT, monitor->agent_id));
    fa_write_text(out, "agent_name", monitor->agent_name);
    fa_write_text(out, "plugin_id", monitor->plugin_id);
    fa_write_text(out, "order_id", monitor->order_id);
    fa_write_text(out, "gui_style", monitor->gui_style);
    if (write_params(exporting, monitor->id) < 0) {
        fa_writer_free(out);
        return -1;
    }
    return end(exporting);
}

static int write_head(struct exporting *exporting)
{
    const struct fa_monitor_filter filter = {.account_id = exporting->account->account.id};

    if (write_account(exporting) < 0 || write_objects(exporting, false) < 0 ||
        fa_store_monitors(exporting->app->store, &filter, write_monitor, exporting) < 0 ||
        write_objects(exporting, true) < 0)
        return -1;
    exporting->at.stage = STAGE_ROWS;
    exporting->at.monitor = 1;
    exporting->at.after = 0;
    return 0;
}

/* fa_row_fn */
static int write_row(void *context, const struct fa_row *row)
{
    struct exporting *exporting = context;
    struct fa_writer *out;
    size_t i;

    if (begin(exporting, "row") < 0)
        return -1;
    out = exporting->out;
    fa_write_integer(out, "monitor", exporting->at.monitor);
    fa_write_integer(out, "time_ms", row->checktime_ms);
    fa_write_integer(out, "number", row->number);
    fa_write_object(out, "values");
    for (i = 0; i < row->value_count; i++)
        fa_write_text(out, row->values[i].name, row->values[i].text);
    exporting->at.after = row->id;
    return end(exporting);
}

static int write_rows(struct exporting *exporting, int64_t monitor_id)
{
    int64_t before = exporting->at.after;

    if (fa_store_rows_after_id(exporting->app->store, monitor_id, before, ROWS_AT_ONCE, write_row,
                               exporting) < 0)
        return -1;
    if (exporting->at.after == before) {
        exporting->at.stage = STAGE_ADDITIONAL;
        exporting->at.after = 0;
    }
    return 0;
}

/* fa_additional_fn. Those of one time stay together: the cursor knows no place between them. */
static int write_additional(void *context, int64_t checktime_ms, const char *json)
{
    struct exporting *exporting = context;
    struct fa_arena arena;
    const struct fa_json *data;
    int r = -1;

    if (exporting->buf->len >= exporting->limit && checktime_ms >= exporting->at.after) {
        exporting->at.after = checktime_ms;
        return 1;
    }
    fa_arena_init(&arena, JSON_MAX);
    if (fa_json_parse(&arena, json, &data) == 0 && begin(exporting, "additional") == 0) {
        fa_write_integer(exporting->out, "monitor", exporting->at.monitor);
        fa_write_integer(exporting->out, "time_ms", checktime_ms);
        fa_write_json(exporting->out, "data", data);
        r = end(exporting);
    }
    fa_arena_clear(&arena);
    exporting->at.after = checktime_ms + 1;
    return r;
}

static int write_all_additional(struct exporting *exporting, int64_t monitor_id)
{
    int r = fa_store_additional(exporting->app->store, monitor_id, exporting->at.after, INT64_MAX,
                                write_additional, exporting);

    if (r != 0)
        return r < 0 ? -1 : 0; /* stopped: there is more */
    exporting->at.stage = STAGE_ROWS;
    exporting->at.monitor++;
    exporting->at.after = 0;
    return 0;
}

/* Going on */

/* Enter the account of the cursor. Errors: -1 it has gone */
static int enter(struct exporting *exporting)
{
    const struct fa_principal *account =
        fa_accounts_find(exporting->app->accounts, exporting->at.apikey);

    if (!account)
        return -1;
    exporting->account = account;
    return fa_places_read(&exporting->places, exporting->app->store, account->account.id);
}

static void begin_account(struct exporting *exporting, const struct fa_principal *account)
{
    exporting->at = (struct cursor){.stage = STAGE_HEAD};
    (void)snprintf(exporting->at.apikey, sizeof(exporting->at.apikey), "%s",
                   account->account.apikey);
}

/* To the next account, or to the end. */
static int leave(struct exporting *exporting)
{
    const struct fa_accounts *accounts = exporting->app->accounts;
    size_t i;

    for (i = 0; !exporting->only && i < fa_accounts_count(accounts); i++) {
        if (fa_accounts_at(accounts, i)->account.id <= exporting->account->account.id)
            continue;
        begin_account(exporting, fa_accounts_at(accounts, i));
        return enter(exporting);
    }
    exporting->has_ended = true;
    return 0;
}

static int step(struct exporting *exporting)
{
    int64_t id;

    if (exporting->at.stage == STAGE_HEAD)
        return write_head(exporting);
    id = fa_place_id(&exporting->places, FA_PLACE_MONITOR, exporting->at.monitor);
    if (id == 0)
        return leave(exporting);
    return exporting->at.stage == STAGE_ROWS ? write_rows(exporting, id)
                                             : write_all_additional(exporting, id);
}

static int parse_cursor(const char *text, struct cursor *cursor)
{
    size_t len = strcspn(text, " ");
    int stage;

    if (len >= sizeof(cursor->apikey) ||
        sscanf(text + len, " %d %" SCNd64 " %" SCNd64, &stage, &cursor->monitor, &cursor->after) !=
            3 ||
        stage < STAGE_HEAD || stage > STAGE_ADDITIONAL)
        return -1;
    memcpy(cursor->apikey, text, len);
    cursor->apikey[len] = '\0';
    cursor->stage = (enum stage)stage;
    return 0;
}

/* Where to begin. Errors: FA_STORE_ABSENT */
static int find_start(struct exporting *exporting, const char *apikey, const char *cursor)
{
    const struct fa_accounts *accounts = exporting->app->accounts;
    const struct fa_principal *account = apikey ? fa_accounts_find(accounts, apikey)
                                         : fa_accounts_count(accounts) > 0
                                             ? fa_accounts_at(accounts, 0)
                                             : NULL;

    if (cursor)
        return parse_cursor(cursor, &exporting->at) < 0 ? FA_STORE_ABSENT : 0;
    exporting->has_ended = !account;
    if (account)
        begin_account(exporting, account);
    return 0;
}

static int write_next(const struct exporting *exporting)
{
    const struct cursor *at = &exporting->at;

    if (exporting->has_ended)
        return 0;
    return pm_buf_addf(exporting->buf, "{\"next\":\"%s %d %" PRId64 " %" PRId64 "\"}\n", at->apikey,
                       (int)at->stage, at->monitor, at->after);
}

int fa_export(struct fa_app *app, const char *apikey, const char *cursor, size_t limit,
              struct pm_buf *buf)
{
    struct exporting exporting = {.app = app, .only = apikey, .limit = limit, .buf = buf};
    int r = find_start(&exporting, apikey, cursor);

    if (r == 0 && !exporting.has_ended && enter(&exporting) < 0)
        r = FA_STORE_ABSENT;
    while (r == 0 && !exporting.has_ended && buf->len < limit)
        r = step(&exporting) < 0 ? FA_STORE_FAILED : 0;
    if (r == 0 && write_next(&exporting) < 0)
        r = FA_STORE_FAILED;
    fa_places_clear(&exporting.places);
    return r;
}
