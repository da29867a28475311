/* Reading a JSON answer into a tree; see node.h. The only user of cJSON in the library. */
#include "node.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "pool.h"

/* cJSON hands out C strings, which an escaped NUL would cut short. */
static bool has_escaped_nul(const char *bytes, size_t len)
{
    size_t i;

    for (i = 0; i + 1 < len; i++) {
        if (bytes[i] != '\\')
            continue;
        if (len - i >= 6 && memcmp(bytes + i, "\\u0000", 6) == 0)
            return true;
        i++; /* the escaped character is no backslash of its own */
    }
    return false;
}

/* Whole numbers without a fraction or exponent, others so that they read back the same. */
static void print_number(double value, char *text, size_t size)
{
    if (fabs(value) < 9007199254740992.0 && floor(value) == value)
        (void)snprintf(text, size, "%.0f", value);
    else
        (void)snprintf(text, size, "%.17g", value);
}

static enum pm_node_kind kind_of(const cJSON *item)
{
    if (cJSON_IsString(item))
        return PM_NODE_STRING;
    if (cJSON_IsNumber(item))
        return PM_NODE_NUMBER;
    if (cJSON_IsBool(item))
        return PM_NODE_BOOL;
    if (cJSON_IsArray(item))
        return PM_NODE_LIST;
    return cJSON_IsObject(item) ? PM_NODE_OBJECT : PM_NODE_NULL;
}

static struct pm_node *convert(struct pm_pool *pool, struct pm_node *parent, const cJSON *item)
{
    const char *name = item->string ? item->string : "";
    const char *text = "";
    char number[40];
    struct pm_node *node;
    const cJSON *child;

    if (cJSON_IsString(item))
        text = item->valuestring;
    else if (cJSON_IsBool(item))
        text = cJSON_IsTrue(item) ? "true" : "false";
    if (cJSON_IsNumber(item)) {
        print_number(item->valuedouble, number, sizeof(number));
        text = number;
    }
    node = pm_node_add(pool, parent, kind_of(item), name, text);
    if (!node)
        return NULL;
    cJSON_ArrayForEach(child, item) if (!convert(pool, node, child)) return NULL;
    return node;
}

int pm_node_read_json(struct pm_pool *pool, const char *bytes, size_t len,
                      struct pm_node **ret_root)
{
    struct pm_node *root;
    const char *end = NULL;
    cJSON *json;

    if (len == 0 || memchr(bytes, '\0', len) || has_escaped_nul(bytes, len))
        return PM_ERR_REPLY;
    json = cJSON_ParseWithLengthOpts(bytes, len, &end, false);
    if (!json)
        return PM_ERR_REPLY;
    while (end < bytes + len && strchr(" \t\r\n", *end))
        end++;
    if (end != bytes + len) {
        cJSON_Delete(json);
        return PM_ERR_REPLY;
    }
    root = convert(pool, NULL, json);
    cJSON_Delete(json);
    if (!root)
        return PM_ERR_SYSTEM;
    *ret_root = root;
    return 0;
}
