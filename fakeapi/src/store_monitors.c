/* Monitors and what is declared of them. */
#include "store_definitions.h"

int fa_store_monitor_add(struct fa_store *store, const struct fa_monitor *monitor, int64_t *ret_id)
{
    int r = fa_store_insert(store, ret_id, FA_SQL_MONITOR_ADD, monitor->account_id,
                            monitor->agent_id, (int64_t)monitor->is_multi_value, monitor->name,
                            monitor->tag, monitor->type, monitor->agent_name, monitor->plugin_id,
                            monitor->order_id, monitor->gui_style);

    if (r == 0)
        fa_store_note_change(store, *ret_id);
    return r;
}

int fa_store_monitor_set(struct fa_store *store, const struct fa_monitor *monitor)
{
    fa_store_note_change(store, monitor->id);
    return fa_store_change(store, FA_SQL_MONITOR_SET, monitor->id, monitor->agent_id,
                           (int64_t)monitor->is_multi_value, monitor->name, monitor->tag,
                           monitor->type, monitor->agent_name, monitor->plugin_id,
                           monitor->order_id, monitor->gui_style);
}

int fa_store_monitor_delete(struct fa_store *store, int64_t account_id, int64_t monitor_id)
{
    fa_store_note_change(store, monitor_id);
    return fa_store_change(store, FA_SQL_MONITOR_DELETE, account_id, monitor_id);
}

struct monitors_visit {
    fa_monitor_fn visit;
    void *context;
    bool is_found;
};

/* fa_db_row_fn */
static int show_monitor(void *context, const struct fa_db_row *row)
{
    struct monitors_visit *each = context;
    const struct fa_monitor monitor = {
        .id = fa_db_integer(row, 0),
        .account_id = fa_db_integer(row, 1),
        .agent_id = fa_db_integer(row, 2),
        .is_multi_value = fa_db_integer(row, 3) != 0,
        .name = fa_db_text(row, 4),
        .tag = fa_db_text(row, 5),
        .type = fa_db_text(row, 6),
        .agent_name = fa_db_text(row, 7),
        .plugin_id = fa_db_text(row, 8),
        .order_id = fa_db_text(row, 9),
        .gui_style = fa_db_text(row, 10),
    };

    each->is_found = true;
    return each->visit(each->context, &monitor);
}

int fa_store_read_monitor(struct fa_store *store, int64_t account_id, int64_t monitor_id,
                          fa_monitor_fn visit, void *context)
{
    struct monitors_visit each = {.visit = visit, .context = context};
    int r = fa_store_visit(store, show_monitor, &each, FA_SQL_MONITOR_GET, account_id, monitor_id);

    return r == 0 && !each.is_found ? FA_STORE_ABSENT : r;
}

int fa_store_monitor_get(struct fa_store *store, int64_t account_id, int64_t monitor_id,
                         fa_monitor_fn visit, void *context)
{
    bool is_known;
    int r = fa_store_definitions_monitor(store, account_id, monitor_id, visit, context, &is_known);

    return is_known ? r : fa_store_read_monitor(store, account_id, monitor_id, visit, context);
}

int fa_store_monitors(struct fa_store *store, const struct fa_monitor_filter *filter,
                      fa_monitor_fn visit, void *context)
{
    struct monitors_visit each = {.visit = visit, .context = context};

    return fa_store_visit(store, show_monitor, &each, FA_SQL_MONITORS, filter->account_id,
                          filter->agent_id, filter->name, filter->tag, filter->type);
}

/* Parameters */

int fa_store_param_set(struct fa_store *store, int64_t monitor_id,
                       const struct fa_monitor_param *param)
{
    fa_store_note_change(store, monitor_id);
    return fa_store_write(store, FA_SQL_PARAM_SET, monitor_id, (int64_t)param->kind,
                          (int64_t)param->data_type, (int64_t)param->is_hidden,
                          (int64_t)param->has_fixed_values, param->name, param->display_name,
                          param->uom, param->value, param->groups, param->aggregate);
}

struct params_visit {
    fa_monitor_param_fn visit;
    void *context;
};

/* fa_db_row_fn */
static int show_param(void *context, const struct fa_db_row *row)
{
    const struct params_visit *each = context;
    const struct fa_monitor_param param = {
        .id = fa_db_integer(row, 0),
        .kind = (enum fa_param_kind)fa_db_integer(row, 1),
        .data_type = (int)fa_db_integer(row, 2),
        .is_hidden = fa_db_integer(row, 3) != 0,
        .has_fixed_values = fa_db_integer(row, 4) != 0,
        .name = fa_db_text(row, 5),
        .display_name = fa_db_text(row, 6),
        .uom = fa_db_text(row, 7),
        .value = fa_db_text(row, 8),
        .groups = fa_db_text(row, 9),
        .aggregate = fa_db_text(row, 10),
    };

    return each->visit(each->context, &param);
}

int fa_store_read_params(struct fa_store *store, int64_t monitor_id, enum fa_param_kind kind,
                         fa_monitor_param_fn visit, void *context)
{
    struct params_visit each = {.visit = visit, .context = context};

    return fa_store_visit(store, show_param, &each, FA_SQL_PARAMS, monitor_id, (int64_t)kind);
}

int fa_store_params(struct fa_store *store, int64_t monitor_id, enum fa_param_kind kind,
                    fa_monitor_param_fn visit, void *context)
{
    bool is_known;
    int r = fa_store_definitions_params(store, monitor_id, kind, visit, context, &is_known);

    return is_known ? r : fa_store_read_params(store, monitor_id, kind, visit, context);
}
