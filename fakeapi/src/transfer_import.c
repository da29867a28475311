/* Lines as accounts; see transfer.h. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "json.h"
#include "lifetime.h"
#include "transfer.h"
#include "transfer_places.h"

#define VALUES_MAX 200 /* of one row; more than a monitor can have parameters */

struct importing {
    struct fa_app *app;
    const char *into; /* apikey of the account that gets it all, or NULL */
    struct fa_places places;
    struct fa_imported *done;
    int64_t line;
    char *message;
    size_t size;
};

/* Complaints and members */

__attribute__((format(printf, 2, 3))) static int wrong(struct importing *importing,
                                                       const char *format, ...)
{
    va_list arguments;
    int len = snprintf(importing->message, importing->size, "line %" PRId64 ": ", importing->line);

    va_start(arguments, format);
    (void)vsnprintf(importing->message + len, importing->size - (size_t)len, format, arguments);
    va_end(arguments);
    return FA_STORE_ABSENT;
}

static int store_failed(struct importing *importing)
{
    (void)wrong(importing, "the store failed: %s", fa_store_message(importing->app->store));
    return FA_STORE_FAILED;
}

/* "" if it is not there. */
static const char *text(const cJSON *object, const char *name)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    return value ? value : "";
}

static int64_t number(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(value) && value->valuedouble > -9e15 && value->valuedouble < 9e15
               ? (int64_t)value->valuedouble
               : 0;
}

static bool flag(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* Accounts */

/* Go on with the things of another account. */
static int enter(struct importing *importing, const char *apikey)
{
    const struct fa_principal *account = fa_accounts_find(importing->app->accounts, apikey);

    if (!account)
        return wrong(importing, "there is no account \"%.64s\", and none stands before", apikey);
    if (importing->places.account_id == account->account.id)
        return 0;
    if (fa_places_read(&importing->places, importing->app->store, account->account.id) < 0)
        return store_failed(importing);
    return 0;
}

static int enter_of(struct importing *importing, const cJSON *object)
{
    return enter(importing, importing->into ? importing->into : text(object, "of"));
}

/* Keys and passwords are those of the line. */
static int put_account(struct importing *importing, const cJSON *object)
{
    struct fa_accounts *accounts = importing->app->accounts;
    const struct fa_account_spec spec = {
        .apikey = text(object, "apikey"),
        .secretkey = text(object, "secretkey"),
        .name = text(object, "name"),
        .user = text(object, "user"),
        .reseller = text(object, "reseller")[0] ? text(object, "reseller") : NULL,
    };
    struct fa_account account;
    char why[256];

    if (fa_accounts_put_within(accounts, &spec, why, sizeof(why)) < 0)
        return wrong(importing, "%s", why);
    account = fa_accounts_find(accounts, spec.apikey)->account;
    account.password_md5 = text(object, "password_md5");
    account.password_sha256 = text(object, "password_sha256");
    if (fa_store_account_set(importing->app->store, &account) < 0 ||
        fa_accounts_reload(accounts) < 0)
        return store_failed(importing);
    return 0;
}

static int take_account(struct importing *importing, const cJSON *object)
{
    const char *apikey = importing->into ? importing->into : text(object, "apikey");
    int r = importing->into ? 0 : put_account(importing, object);

    if (r == 0)
        r = enter(importing, apikey);
    if (r < 0)
        return r;
    if (fa_account_reset(importing->app, importing->places.account_id) < 0 ||
        fa_places_read(&importing->places, importing->app->store, importing->places.account_id) < 0)
        return store_failed(importing);
    importing->done->accounts++;
    return 0;
}

/* Objects */

static const struct fa_place_object *about_kind(const char *kind)
{
    size_t i;

    for (i = 0; i < fa_place_object_count; i++)
        if (strcmp(fa_place_objects[i].kind, kind) == 0)
            return &fa_place_objects[i];
    return NULL;
}

/* Places become ids again, as the text that they were. */
static int resolve(struct importing *importing, cJSON *data)
{
    cJSON *field;

    cJSON_ArrayForEach(field, data)
    {
        enum fa_place_kind kind = fa_place_of_field(field->string);
        char id[24];
        char *copy;

        if (kind == FA_PLACE_KIND_MAX || !cJSON_IsNumber(field))
            continue;
        (void)snprintf(id, sizeof(id), "%" PRId64,
                       fa_place_id(&importing->places, kind, (int64_t)field->valuedouble));
        copy = cJSON_malloc(strlen(id) + 1);
        if (!copy)
            return -1;
        memcpy(copy, id, strlen(id) + 1);
        field->type = cJSON_String;
        field->valuestring = copy;
    }
    return 0;
}

static int keep_object(struct importing *importing, const struct fa_place_object *about,
                       int64_t parent_id, cJSON *data)
{
    struct fa_object object = {
        .account_id = importing->places.account_id, .parent_id = parent_id, .kind = about->kind};
    char *json = resolve(importing, data) < 0 ? NULL : cJSON_PrintUnformatted(data);
    int64_t id;
    int r;

    if (!json)
        return wrong(importing, "out of memory");
    object.data = json;
    r = fa_store_object_add(importing->app->store, &object, &id);
    free(json);
    if (r < 0)
        return store_failed(importing);
    if (about->place != FA_PLACE_KIND_MAX &&
        fa_places_add(&importing->places, about->place, id) < 0)
        return wrong(importing, "out of memory");
    return 0;
}

static int take_object(struct importing *importing, const cJSON *object)
{
    const struct fa_place_object *about = about_kind(text(object, "kind"));
    cJSON *data = cJSON_GetObjectItemCaseSensitive(object, "data");
    int64_t parent_id = 0;
    int r = enter_of(importing, object);

    if (r < 0)
        return r;
    if (!about || !cJSON_IsObject(data))
        return wrong(importing, "an object of an unknown kind, or without data");
    if (about->parent != FA_PLACE_KIND_MAX)
        parent_id = fa_place_id(&importing->places, about->parent, number(object, "parent"));
    if (about->parent != FA_PLACE_KIND_MAX && parent_id == 0)
        return wrong(importing, "what this %s belongs to does not stand before", about->kind);
    return keep_object(importing, about, parent_id, data);
}

/* Monitors */

static int keep_param(struct importing *importing, int64_t monitor_id, const cJSON *json)
{
    const struct fa_monitor_param param = {
        .kind = (enum fa_param_kind)number(json, "kind"),
        .data_type = (int)number(json, "type"),
        .is_hidden = flag(json, "hidden"),
        .has_fixed_values = flag(json, "fixed"),
        .name = text(json, "name"),
        .display_name = text(json, "display_name"),
        .uom = text(json, "uom"),
        .value = text(json, "value"),
        .groups = text(json, "groups"),
        .aggregate = text(json, "aggregate"),
    };

    if (number(json, "kind") < 0 || number(json, "kind") >= FA_PARAM_KIND_MAX ||
        number(json, "type") < 0 || number(json, "type") > 4)
        return wrong(importing, "a parameter of an unknown kind or type");
    if (fa_store_param_set(importing->app->store, monitor_id, &param) < 0)
        return store_failed(importing);
    return 0;
}

static int keep_params(struct importing *importing, int64_t monitor_id, const cJSON *params)
{
    const cJSON *param;
    int r = 0;

    cJSON_ArrayForEach(param, params)
    {
        r = keep_param(importing, monitor_id, param);
        if (r < 0)
            break;
    }
    return r;
}

static int take_monitor(struct importing *importing, const cJSON *object)
{
    struct fa_monitor monitor = {
        .is_multi_value = flag(object, "multi"),
        .name = text(object, "name"),
        .tag = text(object, "tag"),
        .type = text(object, "type"),
        .agent_name = text(object, "agent_name"),
        .plugin_id = text(object, "plugin_id"),
        .order_id = text(object, "order_id"),
        .gui_style = text(object, "gui_style"),
    };
    int64_t id;
    int r = enter_of(importing, object);

    if (r < 0)
        return r;
    if (monitor.name[0] == '\0')
        return wrong(importing, "a monitor without a name");
    monitor.account_id = importing->places.account_id;
    monitor.agent_id = fa_place_id(&importing->places, FA_PLACE_AGENT, number(object, "agent"));
    if (fa_store_monitor_add(importing->app->store, &monitor, &id) < 0)
        return store_failed(importing);
    if (fa_places_add(&importing->places, FA_PLACE_MONITOR, id) < 0)
        return wrong(importing, "out of memory");
    importing->done->monitors++;
    return keep_params(importing, id, cJSON_GetObjectItemCaseSensitive(object, "params"));
}

/* Results */

/* The monitor of a row, or 0 after complaining. */
static int64_t monitor_of(struct importing *importing, const cJSON *object, int *ret_r)
{
    int64_t id;

    *ret_r = enter_of(importing, object);
    if (*ret_r < 0)
        return 0;
    id = fa_place_id(&importing->places, FA_PLACE_MONITOR, number(object, "monitor"));
    if (id == 0)
        *ret_r = wrong(importing, "the account has no monitor %" PRId64, number(object, "monitor"));
    return id;
}

static int take_row(struct importing *importing, const cJSON *object)
{
    struct fa_value values[VALUES_MAX];
    size_t count = 0;
    const cJSON *value;
    int r;
    int64_t id = monitor_of(importing, object, &r);

    if (r < 0)
        return r;
    cJSON_ArrayForEach(value, cJSON_GetObjectItemCaseSensitive(object, "values"))
    {
        if (count == VALUES_MAX || !cJSON_IsString(value))
            return wrong(importing, "more than %d values, or one that is no text", VALUES_MAX);
        values[count++] = (struct fa_value){value->string, value->valuestring};
    }
    if (fa_store_row_merge(importing->app->store, id, number(object, "time_ms"),
                           number(object, "number"), values, count) < 0)
        return store_failed(importing);
    importing->done->rows++;
    return 0;
}

static int take_additional(struct importing *importing, const cJSON *object)
{
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(object, "data");
    char *json;
    int r;
    int64_t id = monitor_of(importing, object, &r);

    if (r < 0)
        return r;
    if (!cJSON_IsObject(data))
        return wrong(importing, "additional results without data");
    json = cJSON_PrintUnformatted(data);
    if (!json)
        return wrong(importing, "out of memory");
    r = fa_store_additional_add(importing->app->store, id, number(object, "time_ms"), json);
    free(json);
    return r < 0 ? store_failed(importing) : 0;
}

/* `next` of an export that was put together of several answers means nothing here. */
static int skip(struct importing *importing, const cJSON *object)
{
    (void)importing;
    (void)object;
    return 0;
}

/* Lines */

static const struct {
    const char *kind;
    int (*take)(struct importing *importing, const cJSON *object);
} takers[] = {
    {"row", take_row},       {"additional", take_additional}, {"monitor", take_monitor},
    {"object", take_object}, {"account", take_account},       {"next", skip},
};

static int take_json(struct importing *importing, const cJSON *json)
{
    size_t i;

    if (!cJSON_IsObject(json) || !json->child || json->child->next)
        return wrong(importing, "not an object with one member");
    for (i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
        if (strcmp(takers[i].kind, json->child->string) == 0)
            return takers[i].take(importing, json->child);
    return wrong(importing, "unknown kind \"%.32s\"", json->child->string);
}

static int take_line(struct importing *importing, const char *line, size_t len)
{
    const char *end = NULL;
    cJSON *json;
    int r;

    if (len == 0)
        return 0;
    if (fa_json_has_nul(line, len))
        return wrong(importing, "a \\u0000, which no text can have");
    json = cJSON_ParseWithLengthOpts(line, len, &end, false);
    if (json && end != line + len) {
        cJSON_Delete(json);
        json = NULL;
    }
    r = json ? take_json(importing, json) : wrong(importing, "no JSON");
    cJSON_Delete(json);
    return r;
}

static int take_lines(struct importing *importing, const char *lines, size_t len)
{
    int r = 0;

    while (len > 0 && r == 0) {
        const char *end = memchr(lines, '\n', len);
        size_t line_len = end ? (size_t)(end - lines) : len;

        importing->line++;
        r = take_line(importing, lines, line_len);
        lines += line_len + (end != NULL);
        len -= line_len + (end != NULL);
    }
    return r;
}

int fa_import(struct fa_app *app, const char *apikey, const char *lines, size_t len,
              struct fa_imported *ret_imported, char *message, size_t size)
{
    struct importing importing = {
        .app = app, .into = apikey, .done = ret_imported, .message = message, .size = size};
    int r;

    *ret_imported = (struct fa_imported){0};
    if (!fa_is_text(lines, len))
        return wrong(&importing, "not UTF-8");
    if (fa_store_begin(app->store) < 0)
        return store_failed(&importing);
    r = take_lines(&importing, lines, len);
    if (r < 0)
        fa_store_undo(app->store);
    else if (fa_store_done(app->store) < 0)
        r = store_failed(&importing);
    if (r < 0)
        (void)fa_accounts_reload(app->accounts); /* those that were made have gone */
    fa_places_clear(&importing.places);
    return r;
}
