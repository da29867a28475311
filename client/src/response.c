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

/* Reads one item of a list into zeroed memory. */
typedef int read_item_fn(const struct pm_node *node, struct pm_pool *pool, void *item,
                         struct pm_error *err);

struct item_kind {
    size_t size;
    read_item_fn *read;
    const char *list;   /* what is missing when there is none */
    const char *single; /* likewise, for one item alone */
};

/* The children of a list, or the root itself as the only item. */
static int read_items(const struct pm_node *root, bool is_single, const struct item_kind *kind,
                      struct pm_pool *pool, void **ret_items, size_t *ret_count,
                      struct pm_error *err)
{
    const struct pm_node *child = is_single ? root : root->first;
    size_t count = is_single ? 1 : root->count, i;
    char *items;
    int r;

    if (root->kind != (is_single ? PM_NODE_OBJECT : PM_NODE_LIST))
        return odd_shape(err, is_single ? kind->single : kind->list);
    items = pm_pool_alloc(pool, count, kind->size);
    if (!items)
        return pm_error_nomem(err);
    for (i = 0; i < count; i++, child = child->next) {
        r = kind->read(child, pool, items + i * kind->size, err);
        if (r < 0)
            return r;
    }
    *ret_items = items;
    *ret_count = count;
    return 0;
}

/* A list inside of an object; a missing one is empty. */
static int read_inner(const struct pm_node *node, const char *name, const struct item_kind *kind,
                      struct pm_pool *pool, void **ret_items, size_t *ret_count,
                      struct pm_error *err)
{
    const struct pm_node *list = pm_node_get(node, name);

    return list ? read_items(list, false, kind, pool, ret_items, ret_count, err) : 0;
}

static int read_param(const struct pm_node *node, struct pm_pool *pool, void *item,
                      struct pm_error *err)
{
    int64_t type = 0;

    (void)pool;
    if (node->kind != PM_NODE_OBJECT)
        return odd_shape(err, "object for each parameter");
    (void)pm_node_int(pm_node_get(node, "dataType"), &type);
    *(struct pm_param *)item = (struct pm_param){
        .name = pm_node_text(node, "name"),
        .display_name = pm_node_text(node, "displayName"),
        .uom = pm_node_text(node, "uom"),
        .value = pm_node_text(node, "value"),
        .data_type = type >= PM_TYPE_BOOLEAN && type <= PM_TYPE_FLOAT ? (int)type : 0,
    };
    return 0;
}

static const struct item_kind params = {sizeof(struct pm_param), read_param, "list of parameters",
                                        "parameter"};

static int read_params(const struct pm_node *monitor, const char *name, struct pm_pool *pool,
                       struct pm_param_list *ret_list, struct pm_error *err)
{
    void *items = NULL;
    size_t count = 0;
    int r = read_inner(monitor, name, &params, pool, &items, &count, err);

    *ret_list = (struct pm_param_list){items, count};
    return r;
}

static int read_monitor(const struct pm_node *node, struct pm_pool *pool, void *item,
                        struct pm_error *err)
{
    struct pm_monitor *monitor = item;
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

static const struct item_kind monitors = {sizeof(struct pm_monitor), read_monitor,
                                          "list of monitors", "monitor"};

int pm_response_read_monitors(const struct pm_node *root, bool is_info, struct pm_pool *pool,
                              struct pm_monitor_list *ret_list, struct pm_error *err)
{
    void *items = NULL;
    size_t count = 0;
    int r = read_items(root, is_info, &monitors, pool, &items, &count, err);

    if (r == 0)
        *ret_list = (struct pm_monitor_list){items, count, pool};
    return r;
}

/* Every member but the two about time is a value of the row. */
static int read_row(const struct pm_node *node, struct pm_pool *pool, void *item,
                    struct pm_error *err)
{
    struct pm_row *row = item;
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

static const struct item_kind rows = {sizeof(struct pm_row), read_row, "list of results", "result"};

int pm_response_read_rows(const struct pm_node *root, struct pm_pool *pool,
                          struct pm_row_list *ret_list, struct pm_error *err)
{
    void *items = NULL;
    size_t count = 0;
    int r = read_items(root, false, &rows, pool, &items, &count, err);

    if (r == 0)
        *ret_list = (struct pm_row_list){items, count, pool};
    return r;
}

static int read_agent_param(const struct pm_node *node, struct pm_pool *pool, void *item,
                            struct pm_error *err)
{
    (void)pool;
    if (node->kind != PM_NODE_OBJECT)
        return odd_shape(err, "object for each of an agent's parameters");
    *(struct pm_value *)item =
        (struct pm_value){pm_node_text(node, "name"), pm_node_text(node, "value")};
    return 0;
}

static const struct item_kind agent_params = {sizeof(struct pm_value), read_agent_param,
                                              "list of an agent's parameters", "parameter"};

static int read_agent(const struct pm_node *node, struct pm_pool *pool, void *item,
                      struct pm_error *err)
{
    struct pm_agent *agent = item;
    void *values = NULL, *inner = NULL;
    int r;

    if (pm_node_int(pm_node_get(node, "id"), &agent->id) < 0 || agent->id <= 0)
        return odd_shape(err, "id for each agent");
    agent->name = pm_node_text(node, "name");
    agent->type = pm_node_text(node, "type");
    agent->created_on = pm_node_text(node, "createdOn");
    agent->last_access = pm_node_text(node, "lastAccess");
    (void)pm_node_int(pm_node_get(node, "jobPollingInterval"), &agent->polling_interval);
    r = read_inner(node, "params", &agent_params, pool, &values, &agent->param_count, err);
    if (r == 0)
        r = read_inner(node, "monitors", &monitors, pool, &inner, &agent->monitor_count, err);
    agent->params = values;
    agent->monitors = inner;
    return r;
}

static const struct item_kind agents = {sizeof(struct pm_agent), read_agent, "list of agents",
                                        "agent"};

int pm_response_read_agents(const struct pm_node *root, bool is_info, struct pm_pool *pool,
                            struct pm_agent_list *ret_list, struct pm_error *err)
{
    void *items = NULL;
    size_t count = 0;
    int r = read_items(root, is_info, &agents, pool, &items, &count, err);

    if (r == 0)
        *ret_list = (struct pm_agent_list){items, count, pool};
    return r;
}

static int read_job(const struct pm_node *node, struct pm_pool *pool, void *item,
                    struct pm_error *err)
{
    struct pm_job *job = item;

    (void)pool;
    if (pm_node_int(pm_node_get(node, "id"), &job->id) < 0 || job->id <= 0)
        return odd_shape(err, "id for each job");
    job->name = pm_node_text(node, "name");
    job->type = pm_node_text(node, "type");
    job->interval = pm_node_text(node, "interval");
    job->params = pm_node_text(node, "params");
    return 0;
}

static const struct item_kind jobs = {sizeof(struct pm_job), read_job, "list of jobs", "job"};

int pm_response_read_jobs(const struct pm_node *root, struct pm_pool *pool,
                          struct pm_job_list *ret_list, struct pm_error *err)
{
    void *items = NULL;
    size_t count = 0;
    int r = read_items(root, false, &jobs, pool, &items, &count, err);

    if (r == 0)
        *ret_list = (struct pm_job_list){items, count, pool};
    return r;
}
