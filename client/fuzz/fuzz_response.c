/*
 * Answers of a server that may be anyone. Input: a line with the status, then the body.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "node.h"
#include "pool.h"
#include "response.h"
#include "transport.h"

/* Every text can be read to its end, every count is right. */
static void require_tree(const struct pm_node *node)
{
    const struct pm_node *child;
    size_t count = 0;

    FUZZ_REQUIRE(strlen(node->name) + strlen(node->text) + 1 > 0);
    for (child = node->first; child; child = child->next) {
        count++;
        FUZZ_REQUIRE(child->next || child == node->last);
        require_tree(child);
    }
    FUZZ_REQUIRE(count == node->count);
    FUZZ_REQUIRE(count == 0 || node->kind == PM_NODE_LIST || node->kind == PM_NODE_OBJECT);
}

static void require_params(const struct pm_param_list *list)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        FUZZ_REQUIRE(list->items[i].name && list->items[i].data_type >= 0 &&
                     list->items[i].data_type <= PM_TYPE_FLOAT);
}

static void read_monitors(const struct pm_node *root, struct pm_pool *pool, bool is_info)
{
    struct pm_monitor_list list = {0};
    size_t i;

    if (pm_response_read_monitors(root, is_info, pool, &list, NULL) < 0)
        return;
    for (i = 0; i < list.count; i++) {
        FUZZ_REQUIRE(list.items[i].id > 0 && list.items[i].name && list.items[i].tag);
        require_params(&list.items[i].result_params);
        require_params(&list.items[i].additional_params);
        require_params(&list.items[i].monitor_params);
    }
}

static void read_rows(const struct pm_node *root, struct pm_pool *pool)
{
    struct pm_row_list list = {0};
    size_t i, k;

    if (pm_response_read_rows(root, pool, &list, NULL) < 0)
        return;
    for (i = 0; i < list.count; i++)
        for (k = 0; k < list.items[i].count; k++)
            FUZZ_REQUIRE(list.items[i].values[k].name && list.items[i].values[k].value);
}

static void read_agents(const struct pm_node *root, struct pm_pool *pool, bool is_info)
{
    struct pm_agent_list list = {0};
    size_t i;

    if (pm_response_read_agents(root, is_info, pool, &list, NULL) < 0)
        return;
    for (i = 0; i < list.count; i++)
        FUZZ_REQUIRE(list.items[i].id > 0 && list.items[i].name);
}

static void read_jobs(const struct pm_node *root, struct pm_pool *pool)
{
    struct pm_job_list list = {0};
    size_t i;

    if (pm_response_read_jobs(root, pool, &list, NULL) < 0)
        return;
    for (i = 0; i < list.count; i++)
        FUZZ_REQUIRE(list.items[i].id > 0 && list.items[i].params);
}

static void read_scalars(const struct pm_node *root)
{
    char token[PM_TOKEN_SIZE];
    int64_t id = 0;

    if (pm_response_read_token(root, token, NULL) == 0)
        FUZZ_REQUIRE(token[0] != '\0' && !strpbrk(token, "&=%+ \r\n"));
    if (pm_response_read_id(root, &id, NULL) == 0)
        FUZZ_REQUIRE(id > 0);
    (void)pm_response_check_done(root, NULL);
}

/* What is said about a refusal may be printed anywhere. */
static void require_error(int r, const struct pm_error *err, int status)
{
    FUZZ_REQUIRE(r >= PM_ERR_MIN && r == err->code && err->message[0] != '\0');
    FUZZ_REQUIRE(err->http_status == status);
    fuzz_require_one_line(err->message);
    fuzz_require_one_line(err->vendor_text);
    FUZZ_REQUIRE((r == PM_ERR_UNAVAILABLE) ==
                 (status >= 500 || status == 408 || status == 425 || status == 429));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct pm_answer answer = {.date_ms = -1, .retry_after_ms = -1};
    const struct pm_node *root = NULL;
    struct pm_pool *pool = pm_pool_new();
    struct pm_error err = {0};
    size_t len;
    char *line = fuzz_line(&input, &len);
    int r;

    answer.status = atoi(line) % 1000;
    answer.body = fuzz_rest(&input, &answer.len);
    r = pm_response_judge(&answer, pool, &root, &err);
    if (r == 0) {
        require_tree(root);
        read_monitors(root, pool, false);
        read_monitors(root, pool, true);
        read_rows(root, pool);
        read_agents(root, pool, false);
        read_agents(root, pool, true);
        read_jobs(root, pool);
        read_scalars(root);
    } else {
        require_error(r, &err, answer.status);
    }
    pm_pool_free(pool);
    free(answer.body);
    free(line);
    return 0;
}
