/* Monitors: create, change, delete, list, show, colour (PROTOCOL.md §3.1-§3.5, §3.11). */
#include "paidmonitor.h"

#include "buf.h"
#include "client.h"
#include "pool.h"
#include "request.h"
#include "response.h"

typedef int add_params_fn(struct pm_buf *buf, const struct pm_param_list *params);

static void add_params(struct pm_action *action, const char *name,
                       const struct pm_param_list *params, add_params_fn *compose)
{
    struct pm_buf buf;

    if (params->count == 0)
        return;
    pm_buf_init(&buf, PM_PARAMS_BYTES_MAX);
    (void)compose(&buf, params);
    pm_action_add_buf(action, name, &buf);
}

static void add_members(struct pm_action *action, const struct pm_monitor *monitor)
{
    pm_action_add_name(action, "name", pm_action_said(monitor->name));
    pm_action_add_name(action, "tag", pm_action_said(monitor->tag));
    add_params(action, "resultParams", &monitor->result_params, pm_request_add_result_params);
    add_params(action, "additionalResultParams", &monitor->additional_params,
               pm_request_add_result_params);
    add_params(action, "monitorParams", &monitor->monitor_params, pm_request_add_monitor_params);
    if (monitor->is_multi_value)
        pm_action_add(action, "multiValue", "true");
}

int pm_monitor_add(struct pm_client *client, const struct pm_monitor *monitor, int64_t *ret_id,
                   struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "addMonitor", err);

    if (!pm_action_said(monitor->name) || !pm_action_said(monitor->tag) ||
        monitor->result_params.count == 0)
        pm_action_refuse(&action, "a monitor needs a name, a tag and result parameters");
    add_members(&action, monitor);
    pm_action_add_name(&action, "type", pm_action_said(monitor->type));
    if (monitor->agent_id != 0)
        pm_action_add_int(&action, "customUserAgentId", monitor->agent_id);
    return pm_action_send_for_id(&action, ret_id);
}

int pm_monitor_edit(struct pm_client *client, const struct pm_monitor *monitor,
                    struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "editMonitor", err);

    pm_action_add_int(&action, "monitorId", monitor->id);
    add_members(&action, monitor);
    return pm_action_send(&action, NULL, NULL);
}

int pm_monitor_delete(struct pm_client *client, const int64_t *ids, size_t count,
                      struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "deleteMonitor", err);

    pm_action_add_ids(&action, "monitorId", ids, count);
    return pm_action_send(&action, NULL, NULL);
}

static int send_for_monitors(struct pm_action *action, bool is_info,
                             struct pm_monitor_list *ret_list)
{
    struct pm_pool *pool = NULL;
    const struct pm_node *root = NULL;
    int r = pm_action_send(action, &pool, &root);

    if (r == 0)
        r = pm_response_read_monitors(root, is_info, pool, ret_list, action->err);
    if (r < 0)
        pm_pool_free(pool);
    return r;
}

int pm_monitor_list(struct pm_client *client, const struct pm_monitor_filter *filter,
                    struct pm_monitor_list *ret_list, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_GET, "getMonitors", err);

    if (filter) {
        pm_action_add_name(&action, "name", filter->name);
        pm_action_add_name(&action, "tag", filter->tag);
        pm_action_add_name(&action, "type", filter->type);
        if (filter->agent_id != 0)
            pm_action_add_int(&action, "agentId", filter->agent_id);
    }
    return send_for_monitors(&action, false, ret_list);
}

int pm_monitor_info(struct pm_client *client, int64_t id, bool exclude_hidden,
                    struct pm_monitor_list *ret_list, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_GET, "getMonitorInfo", err);

    pm_action_add_int(&action, "monitorId", id);
    if (exclude_hidden)
        pm_action_add(&action, "excludeHidden", "true");
    return send_for_monitors(&action, true, ret_list);
}

int pm_monitor_colorize(struct pm_client *client, int64_t id, const struct pm_color_rule *rules,
                        size_t count, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "colorizeMonitors", err);
    struct pm_buf buf;

    pm_action_add_int(&action, "monitorId", id);
    pm_buf_init(&buf, PM_PARAMS_BYTES_MAX);
    (void)pm_request_add_colors(&buf, rules, count);
    pm_action_add_buf(&action, "guiStyle", &buf);
    return pm_action_send(&action, NULL, NULL);
}

void pm_monitor_list_clear(struct pm_monitor_list *list)
{
    pm_pool_free(list->memory);
    *list = (struct pm_monitor_list){.items = NULL};
}
