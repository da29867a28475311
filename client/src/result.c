/* Results and additional results: add, list, report (PROTOCOL.md §3.6-§3.10). */
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

static int send_for_rows(struct pm_action *action, struct pm_row_list *ret_list)
{
    struct pm_pool *pool = NULL;
    const struct pm_node *root = NULL;
    int r = pm_action_send(action, &pool, &root);

    if (r == 0)
        r = pm_response_read_rows(root, pool, ret_list, action->err);
    if (r < 0)
        pm_pool_free(pool);
    return r;
}

int pm_result_list(struct pm_client *client, int64_t monitor_id, const struct pm_day *day,
                   struct pm_row_list *ret_list, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_GET, "getMonitorResults", err);

    pm_action_add_int(&action, "monitorId", monitor_id);
    pm_action_add_int(&action, "year", day->year);
    pm_action_add_int(&action, "month", day->month);
    pm_action_add_int(&action, "day", day->day);
    if (day->timezone_min != 0)
        pm_action_add_int(&action, "timezone", day->timezone_min);
    return send_for_rows(&action, ret_list);
}

int pm_additional_add(struct pm_client *client, int64_t monitor_id, int64_t checktime_ms,
                      const struct pm_row *rows, size_t count, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "addAdditionalResults", err);
    struct pm_buf buf;

    if (count == 0)
        pm_action_refuse(&action, "there are no additional results to add");
    pm_action_add_int(&action, "monitorId", monitor_id);
    pm_action_add_int(&action, "checktime", checktime_ms);
    pm_buf_init(&buf, PM_PARAMS_BYTES_MAX);
    (void)pm_request_add_objects(&buf, rows, count);
    pm_action_add_buf(&action, "results", &buf);
    return pm_action_send(&action, NULL, NULL);
}

int pm_additional_list(struct pm_client *client, int64_t monitor_id, int64_t checktime_ms,
                       struct pm_row_list *ret_list, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_GET, "getAdditionalResults", err);

    pm_action_add_int(&action, "monitorId", monitor_id);
    pm_action_add_int(&action, "checktime", checktime_ms);
    return send_for_rows(&action, ret_list);
}

static void add_span(struct pm_action *action, int64_t monitor_id, const struct pm_report *report)
{
    pm_action_add_int(action, "monitorId", monitor_id);
    pm_action_add_int(action, "dateFrom", report->from_ms);
    pm_action_add_int(action, "dateTo", report->to_ms);
    if (report->timezone_min != 0)
        pm_action_add_int(action, "timezone", report->timezone_min);
}

int pm_report(struct pm_client *client, int64_t monitor_id, const struct pm_report *report,
              struct pm_row_list *ret_list, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_GET, "getReport", err);

    add_span(&action, monitor_id, report);
    if (report->interval > 0) {
        pm_action_add_int(&action, "interval", report->interval);
        pm_action_add(&action, "intervalType", report->unit ? report->unit : "min");
    }
    return send_for_rows(&action, ret_list);
}

int pm_additional_report(struct pm_client *client, int64_t monitor_id,
                         const struct pm_report *report, struct pm_row_list *ret_list,
                         struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_GET, "getAdditionalDataReport", err);

    add_span(&action, monitor_id, report);
    return send_for_rows(&action, ret_list);
}

void pm_row_list_clear(struct pm_row_list *list)
{
    pm_pool_free(list->memory);
    *list = (struct pm_row_list){.items = NULL};
}
