/* Results: add, and list by day (PROTOCOL.md §3.6-§3.7); see paidmonitor.h. */
#include "paidmonitor.h"

#include "buf.h"
#include "client.h"
#include "pool.h"
#include "request.h"
#include "response.h"

int pm_result_add(struct pm_client *client, int64_t monitor_id, int64_t checktime_ms,
                  const struct pm_value *values, size_t count, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "addResult", err);
    struct pm_buf buf;

    if (count == 0)
        pm_action_refuse(&action, "a result needs at least one value");
    pm_action_add_int(&action, "monitorId", monitor_id);
    pm_action_add_int(&action, "checktime", checktime_ms);
    pm_buf_init(&buf, PM_PARAMS_BYTES_MAX);
    (void)pm_request_add_results(&buf, values, count);
    pm_action_add_buf(&action, "results", &buf);
    return pm_action_send(&action, NULL, NULL);
}

int pm_result_list(struct pm_client *client, int64_t monitor_id, const struct pm_day *day,
                   struct pm_row_list *ret_list, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_GET, "getMonitorResults", err);
    struct pm_pool *pool = NULL;
    const struct pm_node *root = NULL;
    int r;

    pm_action_add_int(&action, "monitorId", monitor_id);
    pm_action_add_int(&action, "year", day->year);
    pm_action_add_int(&action, "month", day->month);
    pm_action_add_int(&action, "day", day->day);
    if (day->timezone_min != 0)
        pm_action_add_int(&action, "timezone", day->timezone_min);
    r = pm_action_send(&action, &pool, &root);
    if (r == 0)
        r = pm_response_read_rows(root, pool, ret_list, err);
    if (r < 0)
        pm_pool_free(pool);
    return r;
}

void pm_row_list_clear(struct pm_row_list *list)
{
    pm_pool_free(list->memory);
    *list = (struct pm_row_list){.items = NULL};
}
