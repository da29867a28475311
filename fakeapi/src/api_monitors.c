/* Monitors: PROTOCOL.md §3.1–§3.5, §3.11. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "api.h"
#include "json.h"
#include "routes.h"

bool fa_is_true(const char *text)
{
    return strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
}

/* Copies out of the store */

static const char *copy_text(struct fa_call *call, const char *text)
{
    const char *copy = fa_arena_copy(&call->arena, text, strlen(text));

    return copy ? copy : "";
}

struct found {
    struct fa_call *call;
    struct fa_monitor *monitor;
};

/* fa_monitor_fn */
static int copy_monitor(void *context, const struct fa_monitor *monitor)
{
    struct found *found = context;
    struct fa_monitor *copy = found->monitor;

    *copy = *monitor;
    copy->name = copy_text(found->call, monitor->name);
    copy->tag = copy_text(found->call, monitor->tag);
    copy->type = copy_text(found->call, monitor->type);
    copy->agent_name = copy_text(found->call, monitor->agent_name);
    copy->plugin_id = copy_text(found->call, monitor->plugin_id);
    copy->order_id = copy_text(found->call, monitor->order_id);
    copy->gui_style = copy_text(found->call, monitor->gui_style);
    return 0;
}

static enum fa_error unknown_monitor(struct fa_call *call, int64_t id)
{
    return fa_refuse(call, FA_E_INVALID, "monitorId", "the account has no monitor %" PRId64, id);
}

enum fa_error fa_find_monitor(struct fa_call *call, struct fa_monitor *ret_monitor)
{
    struct found found = {.call = call, .monitor = ret_monitor};
    int64_t id = fa_arg_number(call, "monitorId");
    int r =
        fa_store_monitor_get(call->app->store, call->account->account.id, id, copy_monitor, &found);

    call->monitor_id = id;
    if (r == FA_STORE_ABSENT)
        return unknown_monitor(call, id);
    return r < 0 ? fa_refuse_store(call) : FA_OK;
}

struct param_list {
    struct fa_call *call;
    struct fa_monitor_params *params;
    size_t size;
};

/* fa_monitor_param_fn */
static int copy_param(void *context, const struct fa_monitor_param *param)
{
    struct param_list *list = context;
    struct fa_monitor_params *params = list->params;
    struct fa_monitor_param *copy;

    if (params->count == list->size) {
        size_t size = list->size == 0 ? 16 : list->size * 2;
        struct fa_monitor_param *items = fa_arena_alloc(&list->call->arena, size * sizeof(*items));

        if (!items)
            return FA_STORE_FAILED;
        if (params->count > 0)
            memcpy(items, params->items, params->count * sizeof(*items));
        params->items = items;
        list->size = size;
    }
    copy = &params->items[params->count++];
    *copy = *param;
    copy->name = copy_text(list->call, param->name);
    copy->display_name = copy_text(list->call, param->display_name);
    copy->uom = copy_text(list->call, param->uom);
    copy->value = copy_text(list->call, param->value);
    copy->groups = copy_text(list->call, param->groups);
    copy->aggregate = copy_text(list->call, param->aggregate);
    return 0;
}

enum fa_error fa_find_params(struct fa_call *call, int64_t monitor_id, enum fa_param_kind kind,
                             struct fa_monitor_params *ret_params)
{
    struct param_list list = {.call = call, .params = ret_params};

    *ret_params = (struct fa_monitor_params){0};
    if (fa_store_params(call->app->store, monitor_id, kind, copy_param, &list) < 0)
        return fa_refuse_store(call);
    return FA_OK;
}

const struct fa_monitor_param *fa_param_named(const struct fa_monitor_params *params,
                                              const char *name)
{
    size_t i;

    for (i = 0; i < params->count; i++)
        if (strcmp(params->items[i].name, name) == 0)
            return &params->items[i];
    return NULL;
}

/* Definitions */

static const char *field(const struct fa_item *item, size_t i)
{
    return i < item->field_count ? item->fields[i] : "";
}

/* One entry of resultParams, additionalResultParams or monitorParams; §3.0. */
static struct fa_monitor_param as_param(const struct fa_item *item, enum fa_param_kind kind)
{
    struct fa_monitor_param param = {
        .kind = kind,
        .data_type = field(item, 3)[0] - '0',
        .name = field(item, 0),
        .display_name = field(item, 1),
        .uom = "",
        .value = "",
        .groups = "",
        .aggregate = "",
    };

    if (kind == FA_PARAM_MONITOR) {
        param.value = field(item, 2);
        param.is_hidden = fa_is_true(field(item, 4));
        return param;
    }
    param.uom = field(item, 2);
    if (kind == FA_PARAM_RESULT) {
        param.has_fixed_values = fa_is_true(field(item, 4));
        param.groups = field(item, 5);
        param.aggregate = field(item, 6);
    }
    return param;
}

static enum fa_error put_param(struct fa_call *call, int64_t monitor_id,
                               const struct fa_monitor_params *known, struct fa_monitor_param param)
{
    const struct fa_monitor_param *old = fa_param_named(known, param.name);

    if (old)
        param.data_type = old->data_type; /* an edit cannot change it; §3.2 */
    if (fa_store_param_set(call->app->store, monitor_id, &param) < 0)
        return fa_refuse_store(call);
    return FA_OK;
}

static enum fa_error put_params(struct fa_call *call, int64_t monitor_id, const char *arg_name,
                                enum fa_param_kind kind)
{
    const struct fa_arg *arg = fa_arg(call, arg_name);
    struct fa_monitor_params known;
    enum fa_error error = FA_OK;
    size_t i;

    if (!arg->param)
        return FA_OK;
    error = fa_find_params(call, monitor_id, kind, &known);
    for (i = 0; i < arg->count && error == FA_OK; i++)
        error = put_param(call, monitor_id, &known, as_param(&arg->items[i], kind));
    return error;
}

static enum fa_error put_all_params(struct fa_call *call, int64_t monitor_id)
{
    static const char *const names[FA_PARAM_KIND_MAX] = {
        [FA_PARAM_RESULT] = "resultParams",
        [FA_PARAM_ADDITIONAL] = "additionalResultParams",
        [FA_PARAM_MONITOR] = "monitorParams",
    };
    enum fa_error error = FA_OK;
    int kind;

    for (kind = 0; kind < FA_PARAM_KIND_MAX && error == FA_OK; kind++)
        error = put_params(call, monitor_id, names[kind], (enum fa_param_kind)kind);
    return error;
}

/* Names */

/* fa_monitor_fn: the first one that is not the monitor itself ends the visit. */
static int is_other(void *context, const struct fa_monitor *monitor)
{
    const int64_t *id = context;

    return monitor->id == *id ? 0 : 1;
}

/* §3.1: which monitors of an account may not be alike is a switch. */
static enum fa_error check_name(struct fa_call *call, const struct fa_monitor *monitor)
{
    enum fa_name_scope scope = call->checks->name_scope;
    struct fa_monitor_filter filter = {.account_id = monitor->account_id, .name = monitor->name};
    int64_t id = monitor->id;
    int r;

    if (scope == FA_SCOPE_ALLOW)
        return FA_OK;
    if (scope == FA_SCOPE_NAME_TAG_TYPE) {
        filter.tag = monitor->tag;
        filter.type = monitor->type;
    }
    r = fa_store_monitors(call->app->store, &filter, is_other, &id);
    if (r < 0)
        return fa_refuse_store(call);
    if (r > 0)
        return fa_refuse(call, FA_E_NAME_EXISTS, NULL,
                         "another monitor of the account has this name");
    return FA_OK;
}

/* Actions */

static const char *text_or_empty(const struct fa_call *call, const char *name)
{
    const char *text = fa_arg_text(call, name);

    return text ? text : "";
}

enum fa_error fa_api_add_monitor(struct fa_call *call)
{
    struct fa_monitor monitor = {
        .account_id = call->account->account.id,
        .agent_id = fa_arg_number(call, "customUserAgentId"),
        .is_multi_value = fa_arg_number(call, "multiValue") != 0,
        .name = fa_arg_text(call, "name"),
        .tag = fa_arg_text(call, "tag"),
        .type = fa_arg_text(call, "type"),
        .agent_name = text_or_empty(call, "agentName"),
        .plugin_id = text_or_empty(call, "pluginMonitorId"),
        .order_id = text_or_empty(call, "orderId"),
        .gui_style = "",
    };
    enum fa_error error = check_name(call, &monitor);

    if (error != FA_OK)
        return error;
    if (fa_store_monitor_add(call->app->store, &monitor, &monitor.id) < 0)
        return fa_refuse_store(call);
    call->monitor_id = monitor.id;
    error = put_all_params(call, monitor.id);
    return error == FA_OK ? fa_answer_id(call, monitor.id) : error;
}

static void apply_edit(const struct fa_call *call, struct fa_monitor *monitor)
{
    if (fa_arg_is_sent(call, "name"))
        monitor->name = fa_arg_text(call, "name");
    if (fa_arg_is_sent(call, "tag"))
        monitor->tag = fa_arg_text(call, "tag");
    if (fa_arg_is_sent(call, "multiValue"))
        monitor->is_multi_value = fa_arg_number(call, "multiValue") != 0;
}

static enum fa_error save_monitor(struct fa_call *call, const struct fa_monitor *monitor)
{
    return fa_store_monitor_set(call->app->store, monitor) < 0 ? fa_refuse_store(call) : FA_OK;
}

enum fa_error fa_api_edit_monitor(struct fa_call *call)
{
    struct fa_monitor monitor;
    enum fa_error error = fa_find_monitor(call, &monitor);

    if (error == FA_OK) {
        apply_edit(call, &monitor);
        error = check_name(call, &monitor);
    }
    if (error == FA_OK)
        error = save_monitor(call, &monitor);
    if (error == FA_OK)
        error = put_all_params(call, monitor.id);
    return error == FA_OK ? fa_answer_ok(call) : error;
}

enum fa_error fa_api_delete_monitor(struct fa_call *call)
{
    const struct fa_arg *arg = fa_arg(call, "monitorId");
    size_t i;

    for (i = 0; i < arg->count; i++) {
        int r = fa_store_monitor_delete(call->app->store, call->account->account.id, arg->ids[i]);

        call->monitor_id = arg->ids[i];
        if (r == FA_STORE_ABSENT)
            return unknown_monitor(call, arg->ids[i]);
        if (r < 0)
            return fa_refuse_store(call);
    }
    return fa_answer_ok(call);
}

enum fa_error fa_api_colorize_monitors(struct fa_call *call)
{
    struct fa_monitor monitor;
    enum fa_error error = fa_find_monitor(call, &monitor);

    if (error != FA_OK)
        return error;
    monitor.gui_style = fa_arg_text(call, "guiStyle");
    error = save_monitor(call, &monitor);
    return error == FA_OK ? fa_answer_ok(call) : error;
}

/* fa_monitor_fn: one entry of the list of §3.4 */
static int write_monitor(void *context, const struct fa_monitor *monitor)
{
    struct fa_call *call = context;

    fa_write_object(call->out, "monitor");
    fa_write_id(call->out, "id", monitor->id);
    fa_write_text(call->out, "tag", monitor->tag);
    fa_write_text(call->out, "name", monitor->name);
    fa_write_text(call->out, "type", monitor->type);
    if (call->version == 3) {
        fa_write_list(call->out, "monitorParams");
        fa_write_end(call->out);
    }
    fa_write_end(call->out);
    return 0;
}

enum fa_error fa_api_get_monitors(struct fa_call *call)
{
    const struct fa_monitor_filter filter = {
        .account_id = call->account->account.id,
        .agent_id = fa_arg_number(call, "agentId"),
        .name = fa_arg_text(call, "name"),
        .tag = fa_arg_text(call, "tag"),
        .type = fa_arg_text(call, "type"),
    };

    fa_write_list(call->out, "monitors");
    if (fa_store_monitors(call->app->store, &filter, write_monitor, call) < 0)
        return fa_refuse_store(call);
    fa_write_end(call->out);
    return FA_OK;
}

/* fa_monitor_param_fn: one entry of the lists of §3.5 */
static int write_param(void *context, const struct fa_monitor_param *param)
{
    struct fa_call *call = context;
    bool is_setting = param->kind == FA_PARAM_MONITOR;

    if (is_setting && param->is_hidden && fa_arg_number(call, "excludeHidden"))
        return 0;
    fa_write_object(call->out, "item");
    fa_write_id(call->out, "id", param->id);
    fa_write_text(call->out, "name", param->name);
    fa_write_text(call->out, "displayName", param->display_name);
    fa_write_text(call->out, is_setting ? "value" : "uom", is_setting ? param->value : param->uom);
    fa_write_id(call->out, "dataType", param->data_type);
    fa_write_end(call->out);
    return 0;
}

static enum fa_error write_params(struct fa_call *call, int64_t monitor_id, const char *name,
                                  enum fa_param_kind kind)
{
    fa_write_list(call->out, name);
    if (fa_store_params(call->app->store, monitor_id, kind, write_param, call) < 0)
        return fa_refuse_store(call);
    fa_write_end(call->out);
    return FA_OK;
}

enum fa_error fa_api_get_monitor_info(struct fa_call *call)
{
    struct fa_monitor monitor;
    enum fa_error error = fa_find_monitor(call, &monitor);

    if (error != FA_OK)
        return error;
    fa_write_object(call->out, "monitor");
    fa_write_id(call->out, "id", monitor.id);
    fa_write_text(call->out, "name", monitor.name);
    fa_write_text(call->out, "tag", monitor.tag);
    fa_write_text(call->out, "type", monitor.type);
    error = write_params(call, monitor.id, "resultParams", FA_PARAM_RESULT);
    if (error == FA_OK)
        error = write_params(call, monitor.id, "additionalResultParams", FA_PARAM_ADDITIONAL);
    if (error == FA_OK)
        error = write_params(call, monitor.id, "monitorParams", FA_PARAM_MONITOR);
    fa_write_end(call->out);
    return error;
}
