#include "objects.h"

#include <inttypes.h>
#include <string.h>

#include "api.h"
#include "routes.h"
#include "text.h"

#define DATA_MAX (2 * FA_HTTP_BODY_MAX)

static void put_field(struct pm_buf *buf, const char *name, const char *text)
{
    if (buf->len > 1)
        (void)pm_buf_addc(buf, ','); /* failures stick */
    (void)pm_text_add_json(buf, name, strlen(name));
    (void)pm_buf_addc(buf, ':');
    (void)pm_text_add_json(buf, text, strlen(text));
}

static bool is_extra(const char *const *extra, const char *name)
{
    for (; extra && extra[0]; extra += 2)
        if (strcmp(extra[0], name) == 0)
            return true;
    return false;
}

/* What was there before and is not given now. */
static void put_old(const struct fa_call *call, struct pm_buf *buf, const struct fa_json *fields,
                    const char *const *extra, const char *skip)
{
    const struct fa_json *field;

    for (field = fields->first; field; field = field->next)
        if (!is_extra(extra, field->name) &&
            (!fa_arg(call, field->name)->text || (skip && strcmp(field->name, skip) == 0)))
            put_field(buf, field->name, field->text);
}

/* What the request says, but for the parameter that says which object. */
static void put_args(const struct fa_call *call, struct pm_buf *buf, const char *skip)
{
    size_t i;

    for (i = 0; i < call->route->arg_count; i++) {
        const struct fa_arg *arg = &call->args[i];

        if (arg->text && !(skip && strcmp(arg->spec->name, skip) == 0))
            put_field(buf, arg->spec->name, arg->text);
    }
}

/* The fields as one JSON object. @old: NULL for a new object. Errors: NULL too large */
static const char *make_data(const struct fa_call *call, struct pm_buf *buf,
                             const struct fa_json *old, const char *const *extra, const char *skip)
{
    size_t i;

    pm_buf_init(buf, DATA_MAX);
    (void)pm_buf_addc(buf, '{');
    if (old)
        put_old(call, buf, old, extra, skip);
    for (i = 0; extra && extra[i]; i += 2)
        put_field(buf, extra[i], extra[i + 1]);
    put_args(call, buf, skip);
    return pm_buf_addc(buf, '}') < 0 ? NULL : buf->data;
}

static enum fa_error too_large(struct fa_call *call)
{
    return fa_refuse(call, FA_E_INTERNAL, NULL, "the object is too large");
}

enum fa_error fa_thing_add(struct fa_call *call, const char *kind, int64_t parent_id,
                           const char *const *extra, int64_t *ret_id)
{
    struct fa_object object = {
        .account_id = call->account->account.id, .parent_id = parent_id, .kind = kind};
    enum fa_error error = FA_OK;
    struct pm_buf buf;

    object.data = make_data(call, &buf, NULL, extra, NULL);
    if (!object.data)
        error = too_large(call);
    else if (fa_store_object_add(call->app->store, &object, ret_id) < 0)
        error = fa_refuse_store(call);
    pm_buf_clear(&buf);
    return error;
}

enum fa_error fa_thing_save(struct fa_call *call, const char *kind, const struct fa_thing *thing,
                            const char *const *extra, const char *skip)
{
    struct fa_object object = {.id = thing->id, .account_id = thing->account_id, .kind = kind};
    enum fa_error error = FA_OK;
    struct pm_buf buf;

    object.data = make_data(call, &buf, thing->fields, extra, skip);
    if (!object.data)
        error = too_large(call);
    else if (fa_store_object_set(call->app->store, &object) < 0)
        error = fa_refuse_store(call);
    pm_buf_clear(&buf);
    return error;
}

static enum fa_error unknown_thing(struct fa_call *call, const char *kind, const char *arg,
                                   int64_t id)
{
    return fa_refuse(call, FA_E_INVALID, arg, "the account has no %s %" PRId64, kind, id);
}

struct listing {
    struct fa_call *call;
    void (*show)(struct fa_call *call, const struct fa_thing *thing);
    struct fa_thing *found; /* instead of showing */
};

int fa_thing_read(struct fa_call *call, const struct fa_object *object, struct fa_thing *ret_thing)
{
    const char *data = fa_arena_copy(&call->arena, object->data, strlen(object->data));

    *ret_thing = (struct fa_thing){
        .id = object->id, .parent_id = object->parent_id, .account_id = object->account_id};
    return data && fa_json_parse(&call->arena, data, &ret_thing->fields) == 0 ? 0 : FA_STORE_FAILED;
}

/* fa_object_fn */
static int take_object(void *context, const struct fa_object *object)
{
    struct listing *listing = context;
    struct fa_thing thing;

    if (fa_thing_read(listing->call, object, &thing) < 0)
        return FA_STORE_FAILED;
    if (listing->found)
        *listing->found = thing;
    else
        listing->show(listing->call, &thing);
    return 0;
}

enum fa_error fa_thing_find(struct fa_call *call, const char *kind, const char *arg,
                            struct fa_thing *ret_thing)
{
    struct listing listing = {.call = call, .found = ret_thing};
    int64_t id = fa_arg_number(call, arg);

    *ret_thing = (struct fa_thing){0};
    if (fa_store_objects(call->app->store, call->account->account.id, kind, 0, id, take_object,
                         &listing) < 0)
        return fa_refuse_store(call);
    return ret_thing->id == 0 ? unknown_thing(call, kind, arg, id) : FA_OK;
}

enum fa_error fa_things_list(struct fa_call *call, const char *kind, int64_t parent_id,
                             void (*show)(struct fa_call *call, const struct fa_thing *thing))
{
    struct listing listing = {.call = call, .show = show};

    if (fa_store_objects(call->app->store, call->account->account.id, kind, parent_id, 0,
                         take_object, &listing) < 0)
        return fa_refuse_store(call);
    return FA_OK;
}

enum fa_error fa_thing_edit(struct fa_call *call, const char *kind, const char *arg)
{
    struct fa_thing thing;
    enum fa_error error = fa_thing_find(call, kind, arg, &thing);

    return error == FA_OK ? fa_thing_save(call, kind, &thing, NULL, arg) : error;
}

enum fa_error fa_things_delete(struct fa_call *call, const char *kind, const char *arg)
{
    const struct fa_arg *ids = fa_arg(call, arg);
    const int64_t *all = ids->ids ? ids->ids : &ids->number;
    size_t count = ids->ids ? ids->count : 1;
    size_t i;

    for (i = 0; i < count; i++) {
        int r = fa_store_object_delete(call->app->store, call->account->account.id, kind, all[i]);

        if (r == FA_STORE_ABSENT)
            return unknown_thing(call, kind, arg, all[i]);
        if (r < 0)
            return fa_refuse_store(call);
    }
    return FA_OK;
}

const char *fa_thing_text(const struct fa_thing *thing, const char *name)
{
    const struct fa_json *field = fa_json_member(thing->fields, name);

    return field && field->text ? field->text : "";
}

void fa_thing_write(struct fa_call *call, const char *element, const char *id_name,
                    const struct fa_thing *thing)
{
    const struct fa_json *field;

    fa_write_object(call->out, element);
    fa_write_id(call->out, id_name, thing->id);
    for (field = thing->fields->first; field; field = field->next)
        fa_write_json(call->out, field->name, field);
    fa_write_end(call->out);
}

enum fa_error fa_answer_named_id(struct fa_call *call, const char *name, int64_t id)
{
    fa_write_object(call->out, "result");
    fa_write_text(call->out, "status", "ok");
    fa_write_object(call->out, "data");
    fa_write_integer(call->out, name, id);
    fa_write_end(call->out);
    fa_write_end(call->out);
    return FA_OK;
}
