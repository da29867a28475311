/* Public keys: PROTOCOL.md §2.5. */
#include <string.h>

#include "api.h"
#include "clock.h"
#include "mac.h"
#include "objects.h"
#include "routes.h"

#define KIND "public key"

/* Those of one account; a few, so that reading them all is cheap. */
struct search {
    struct fa_call *call;
    const char *key;
    struct fa_thing *found;
};

/* fa_object_fn */
static int match_key(void *context, const struct fa_object *object)
{
    struct search *search = context;
    struct fa_thing thing;

    if (fa_thing_read(search->call, object, &thing) < 0)
        return FA_STORE_FAILED;
    if (strcmp(fa_thing_text(&thing, "key"), search->key) != 0)
        return 0;
    *search->found = thing;
    return 1;
}

/* @account_id: 0 for any */
static enum fa_error find_key(struct fa_call *call, int64_t account_id, const char *key,
                              struct fa_thing *ret_thing)
{
    struct search search = {.call = call, .key = key, .found = ret_thing};

    *ret_thing = (struct fa_thing){0};
    if (fa_store_objects(call->app->store, account_id, KIND, 0, 0, match_key, &search) < 0)
        return fa_refuse_store(call);
    return FA_OK;
}

/* Using one */

/* Add a parameter of the bundle unless the request has it. */
static void add_param(struct fa_call *call, const struct fa_json *member)
{
    if (!member->text || fa_params_find(&call->params, member->name))
        return;
    call->params.items[call->params.count++] = (struct fa_param){
        .name = member->name,
        .name_len = strlen(member->name),
        .value = member->text,
        .value_len = strlen(member->text),
        .raw_name = member->name,
        .raw_name_len = strlen(member->name),
        .raw_value = member->text,
        .raw_value_len = strlen(member->text),
    };
}

static enum fa_error add_bundle(struct fa_call *call, const struct fa_json *bundle)
{
    const struct fa_json *member;
    struct fa_param *items;
    int64_t sent = (int64_t)call->params.count;
    size_t count = call->params.count;

    for (member = bundle->first; member; member = member->next)
        count++;
    items = fa_arena_alloc(&call->arena, (count + 1) * sizeof(*items));
    if (!items)
        return fa_refuse(call, FA_E_INTERNAL, NULL, "out of memory");
    memcpy(items, call->params.items, call->params.count * sizeof(*items));
    call->params.items = items;
    for (member = bundle->first; member; member = member->next)
        add_param(call, member);
    call->steps.numbers[FA_STEP_PUBLIC_KEY] = (int64_t)call->params.count - sent;
    return FA_OK;
}

enum fa_error fa_public_key_apply(struct fa_call *call)
{
    const struct fa_param *param = fa_params_find(&call->params, "publickey");
    const struct fa_json *bundle;
    struct fa_thing key;
    enum fa_error error;

    if (!param || call->is_post)
        return FA_OK;
    fa_steps_enter(&call->steps, FA_STEP_PUBLIC_KEY);
    error = find_key(call, 0, param->value, &key);
    if (error != FA_OK)
        return error;
    if (key.id == 0)
        return fa_refuse(call, FA_E_AUTHENTICATION, NULL, "there is no such publickey");
    call->caller = fa_accounts_find_id(call->app->accounts, key.account_id);
    if (!call->caller || fa_json_parse(&call->arena, fa_thing_text(&key, "params"), &bundle) < 0)
        return fa_refuse(call, FA_E_AUTHENTICATION, NULL, "the publickey is of no use any more");
    call->account = call->caller;
    call->now_ms = fa_vclock_now_ms(call->app->clock, call->caller->account.id);
    call->is_public = true;
    return add_bundle(call, bundle);
}

/* Managing them */

static void now_text(const struct fa_call *call, char *text)
{
    pm_clock_timestamp(call->now_ms, text, PM_CLOCK_TIMESTAMP_SIZE);
    text[strlen(text) - strlen(":ss")] = '\0';
}

static enum fa_error check_bundle(struct fa_call *call)
{
    const struct fa_json *json = fa_arg(call, "params")->json;

    if (json->type != FA_JSON_OBJECT)
        return fa_refuse(call, FA_E_INVALID, "params", "params is no JSON object");
    return FA_OK;
}

enum fa_error fa_api_add_public_key(struct fa_call *call)
{
    char key[FA_KEY_SIZE];
    char now[PM_CLOCK_TIMESTAMP_SIZE];
    const char *const extra[] = {"key", key, "createdOn", now, "modifiedOn", now, NULL};
    int64_t id;
    enum fa_error error = check_bundle(call);

    if (error == FA_OK && fa_random_key(key) < 0)
        error = fa_refuse(call, FA_E_INTERNAL, NULL, "no random bytes");
    now_text(call, now);
    if (error == FA_OK)
        error = fa_thing_add(call, KIND, 0, extra, &id);
    if (error != FA_OK)
        return error;
    fa_write_object(call->out, "result");
    fa_write_text(call->out, "status", "ok");
    fa_write_text(call->out, "data", key);
    return FA_OK;
}

static void show_key(struct fa_call *call, const struct fa_thing *key)
{
    const struct fa_json *bundle;

    fa_write_object(call->out, "publicKey");
    fa_write_id(call->out, "id", key->id);
    fa_write_text(call->out, "key", fa_thing_text(key, "key"));
    fa_write_text(call->out, "createdOn", fa_thing_text(key, "createdOn"));
    fa_write_text(call->out, "modifiedOn", fa_thing_text(key, "modifiedOn"));
    if (fa_json_parse(&call->arena, fa_thing_text(key, "params"), &bundle) == 0)
        fa_write_json(call->out, "params", bundle);
    fa_write_end(call->out);
}

enum fa_error fa_api_get_public_keys(struct fa_call *call)
{
    enum fa_error error;

    fa_write_list(call->out, "publicKeys");
    error = fa_things_list(call, KIND, 0, show_key);
    fa_write_end(call->out);
    return error;
}

static enum fa_error unknown_key(struct fa_call *call, const char *arg)
{
    return fa_refuse(call, FA_E_INVALID, arg, "the account has no such public key");
}

enum fa_error fa_api_update_public_key(struct fa_call *call)
{
    char now[PM_CLOCK_TIMESTAMP_SIZE];
    const char *const extra[] = {"modifiedOn", now, NULL};
    struct fa_thing thing;
    enum fa_error error = check_bundle(call);

    if (error == FA_OK)
        error = find_key(call, call->account->account.id, fa_arg_text(call, "key"), &thing);
    if (error == FA_OK && thing.id == 0)
        error = unknown_key(call, "key");
    now_text(call, now);
    if (error == FA_OK)
        error = fa_thing_save(call, KIND, &thing, extra, "key");
    return error == FA_OK ? fa_answer_ok(call) : error;
}

static enum fa_error delete_key(struct fa_call *call, const char *key)
{
    int64_t account_id = call->account->account.id;
    struct fa_thing thing;
    enum fa_error error = find_key(call, account_id, key, &thing);

    if (error == FA_OK && thing.id == 0)
        error = unknown_key(call, "keys");
    if (error == FA_OK && fa_store_object_delete(call->app->store, account_id, KIND, thing.id) < 0)
        error = fa_refuse_store(call);
    return error;
}

enum fa_error fa_api_delete_public_keys(struct fa_call *call)
{
    const char *keys = fa_arg_text(call, "keys");
    enum fa_error error = FA_OK;

    while (error == FA_OK) {
        size_t len = strcspn(keys, ",");
        const char *key = fa_arena_copy(&call->arena, keys, len);

        error = key ? delete_key(call, key) : unknown_key(call, "keys");
        if (keys[len] == '\0')
            break;
        keys += len + 1;
    }
    return error == FA_OK ? fa_answer_ok(call) : error;
}
