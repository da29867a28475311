/* What an answer means; see response.h. */
#include "response.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "error.h"
#include "node.h"
#include "pool.h"
#include "text.h"
#include "transport.h"

/* ---- verdict ---- */

/* The first byte tells the format: errors may come as JSON even where XML was asked for. */
static int parse(const struct pm_answer *answer, struct pm_pool *pool, struct pm_node **ret_root)
{
    const char *body = answer->body + strspn(answer->body, " \t\r\n");
    size_t len = answer->len - (size_t)(body - answer->body);

    return body[0] == '<' ? pm_node_read_xml(pool, body, len, ret_root)
                          : pm_node_read_json(pool, body, len, ret_root);
}

/* The API's own error text: `error`, or a `status` that is not ok. NULL when there is none. */
static const char *find_error(const struct pm_node *root)
{
    const struct pm_node *error = pm_node_get(root, "error");
    const struct pm_node *status = pm_node_get(root, "status");

    if (error && error->kind != PM_NODE_NULL)
        return error->text;
    if (status && strcasecmp(status->text, "ok") != 0)
        return status->text;
    return NULL;
}

static void take_error(const struct pm_node *root, const char *text, struct pm_error *err)
{
    int64_t code = 0;
    struct pm_buf visible;

    if (!err)
        return;
    if (pm_node_int(pm_node_get(root, "errorCode"), &code) == 0 && code > 0 && code < INT32_MAX)
        err->vendor_code = (int)code;
    pm_buf_init(&visible, 4 * strlen(text));
    (void)pm_text_add_visible(&visible, text, strlen(text));
    (void)snprintf(err->vendor_text, sizeof(err->vendor_text), "%s",
                   visible.data ? visible.data : "");
    pm_buf_clear(&visible);
}

static bool is_unavailable(int status)
{
    return status >= 500 || status == 408 || status == 425 || status == 429;
}

static int refuse(const struct pm_answer *answer, struct pm_error *err)
{
    const char *text = err && err->vendor_text[0] ? err->vendor_text : "no reason given";

    if (is_unavailable(answer->status))
        return pm_error_set(err, PM_ERR_UNAVAILABLE, "the server cannot answer now: %s (HTTP %d)",
                            text, answer->status);
    return pm_error_set(err, PM_ERR_REFUSED, "the API refused: %s (HTTP %d)", text, answer->status);
}

int pm_response_judge(const struct pm_answer *answer, struct pm_pool *pool,
                      const struct pm_node **ret_root, struct pm_error *err)
{
    struct pm_node *root = NULL;
    const char *text;
    int r = parse(answer, pool, &root);

    if (err) {
        err->http_status = answer->status;
        err->server_date_ms = answer->date_ms;
        err->retry_after_ms = answer->retry_after_ms;
        err->maybe_done = answer->status >= 500;
    }
    if (r == PM_ERR_SYSTEM)
        return pm_error_nomem(err);
    text = r == 0 ? find_error(root) : NULL;
    if (text)
        take_error(root, text, err);
    if (is_unavailable(answer->status))
        return refuse(answer, err);
    if (answer->status >= 300 && answer->status < 400)
        return pm_error_set(err, PM_ERR_CONFIG,
                            "the server sends us on to '%s' (HTTP %d); put the right address into "
                            "the configuration",
                            answer->location, answer->status);
    if (text)
        return refuse(answer, err);
    if (r < 0 || answer->status < 200 || answer->status >= 400)
        return pm_error_set(err, PM_ERR_REPLY, "this is no answer of the API (HTTP %d, %zu bytes)",
                            answer->status, answer->len);
    *ret_root = root;
    return 0;
}

/* ---- typed reading ---- */

static int odd_shape(struct pm_error *err, const char *what)
{
    return pm_error_set(err, PM_ERR_REPLY, "the answer has no %s", what);
}

int pm_response_read_token(const struct pm_node *root, char *token, struct pm_error *err)
{
    const char *text = pm_node_text(root, "authToken");
    size_t len = strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    if (len == 0 || len >= PM_TOKEN_SIZE || text[len] != '\0')
        return odd_shape(err, "authToken of letters and digits");
    memcpy(token, text, len + 1);
    return 0;
}

int pm_response_check_done(const struct pm_node *root, struct pm_error *err)
{
    /* Any other status was refused before. */
    return pm_node_get(root, "status") ? 0 : odd_shape(err, "status");
}

int pm_response_read_id(const struct pm_node *root, int64_t *ret_id, struct pm_error *err)
{
    int64_t id;

    if (pm_node_int(pm_node_get(root, "data"), &id) < 0 || id <= 0)
        return odd_shape(err, "id in 'data'");
    *ret_id = id;
    return 0;
}

/* The list under a name; a missing one is empty. */
static int read_params(const struct pm_node *monitor, const char *name, struct pm_pool *pool,
                       struct pm_param_list *ret_list, struct pm_error *err)
{
    const struct pm_node *list = pm_node_get(monitor, name), *child;
    struct pm_param *items;
    size_t i = 0;

    if (!list)
        return 0;
    if (list->kind != PM_NODE_LIST)
        return odd_shape(err, name);
    items = pm_pool_alloc(pool, list->count, sizeof(*items));
    if (!items)
        return pm_error_nomem(err);
    for (child = list->first; child; child = child->next) {
        int64_t type = 0;

        if (child->kind != PM_NODE_OBJECT)
            return odd_shape(err, name);
        (void)pm_node_int(pm_node_get(child, "dataType"), &type);
        items[i++] = (struct pm_param){
            .name = pm_node_text(child, "name"),
            .display_name = pm_node_text(child, "displayName"),
            .uom = pm_node_text(child, "uom"),
            .value = pm_node_text(child, "value"),
            .data_type = type >= PM_TYPE_BOOLEAN && type <= PM_TYPE_FLOAT ? (int)type : 0,
        };
    }
    *ret_list = (struct pm_param_list){items, i};
    return 0;
}

static int read_monitor(const struct pm_node *node, struct pm_pool *pool,
                        struct pm_monitor *monitor, struct pm_error *err)
{
    int r;

    if (pm_node_int(pm_node_get(node, "id"), &monitor->id) < 0 || monitor->id <= 0)
        return odd_shape(err, "id for each monitor");
    monitor->name = pm_node_text(node, "name");
    monitor->tag = pm_node_text(node, "tag");
    monitor->type = pm_node_text(node, "type");
    r = read_params(node, "resultParams", pool, &monitor->result_params, err);
    if (r == 0)
        r = read_params(node, "additionalResultParams", pool, &monitor->additional_params, err);
    if (r == 0)
        r = read_params(node, "monitorParams", pool, &monitor->monitor_params, err);
    return r;
}

int pm_response_read_monitors(const struct pm_node *root, bool is_info, struct pm_pool *pool,
                              struct pm_monitor_list *ret_list, struct pm_error *err)
{
    const struct pm_node *child = is_info ? root : root->first;
    size_t count = is_info ? 1 : root->count, i;
    struct pm_monitor *items;
    int r;

    if (root->kind != (is_info ? PM_NODE_OBJECT : PM_NODE_LIST))
        return odd_shape(err, is_info ? "monitor" : "list of monitors");
    items = pm_pool_alloc(pool, count, sizeof(*items));
    if (!items)
        return pm_error_nomem(err);
    for (i = 0; i < count; i++, child = child->next) {
        r = read_monitor(child, pool, &items[i], err);
        if (r < 0)
            return r;
    }
    *ret_list = (struct pm_monitor_list){items, count, pool};
    return 0;
}

/* Every member but the two about time is a value of the row. */
static int read_row(const struct pm_node *node, struct pm_pool *pool, struct pm_row *row,
                    struct pm_error *err)
{
    const struct pm_node *child;
    struct pm_value *values;
    size_t i = 0;

    if (node->kind != PM_NODE_OBJECT && node->count > 0)
        return odd_shape(err, "object for each result");
    values = pm_pool_alloc(pool, node->count, sizeof(*values));
    if (!values)
        return pm_error_nomem(err);
    if (pm_node_int(pm_node_get(node, "checkTimeInGMT"), &row->checktime_ms) < 0)
        row->checktime_ms = -1;
    row->checktime_text = pm_node_text(node, "checkTime");
    for (child = node->first; child; child = child->next)
        if (strcmp(child->name, "checkTime") != 0 && strcmp(child->name, "checkTimeInGMT") != 0)
            values[i++] = (struct pm_value){child->name, child->text};
    row->values = values;
    row->count = i;
    return 0;
}

int pm_response_read_rows(const struct pm_node *root, struct pm_pool *pool,
                          struct pm_row_list *ret_list, struct pm_error *err)
{
    const struct pm_node *child = root->first;
    struct pm_row *items;
    size_t i;
    int r;

    if (root->kind != PM_NODE_LIST)
        return odd_shape(err, "list of results");
    items = pm_pool_alloc(pool, root->count, sizeof(*items));
    if (!items)
        return pm_error_nomem(err);
    for (i = 0; i < root->count; i++, child = child->next) {
        r = read_row(child, pool, &items[i], err);
        if (r < 0)
            return r;
    }
    *ret_list = (struct pm_row_list){items, root->count, pool};
    return 0;
}
