/* An answer of the API as a tree; see node.h. */
#include "node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

struct pm_node *pm_node_add(struct pm_pool *pool, struct pm_node *parent, enum pm_node_kind kind,
                            const char *name, const char *text)
{
    struct pm_node *node = pm_pool_alloc(pool, 1, sizeof(*node));

    if (!node)
        return NULL;
    node->kind = kind;
    node->name = pm_pool_copy(pool, name, strlen(name));
    node->text = pm_pool_copy(pool, text, strlen(text));
    if (!node->name || !node->text)
        return NULL;
    if (parent) {
        if (parent->last)
            parent->last->next = node;
        else
            parent->first = node;
        parent->last = node;
        parent->count++;
    }
    return node;
}

const struct pm_node *pm_node_get(const struct pm_node *node, const char *name)
{
    const struct pm_node *child;

    if (!node || node->kind != PM_NODE_OBJECT)
        return NULL;
    for (child = node->first; child; child = child->next)
        if (strcmp(child->name, name) == 0)
            return child;
    return NULL;
}

const char *pm_node_text(const struct pm_node *node, const char *name)
{
    const struct pm_node *child = pm_node_get(node, name);

    return child && child->kind != PM_NODE_NULL ? child->text : "";
}

int pm_node_int(const struct pm_node *node, int64_t *ret_value)
{
    const char *digits;
    char *end;
    long long value;

    if (!node || (node->kind != PM_NODE_NUMBER && node->kind != PM_NODE_STRING))
        return -1;
    digits = node->text[0] == '-' ? node->text + 1 : node->text;
    if (digits[0] < '0' || digits[0] > '9')
        return -1;
    errno = 0;
    value = strtoll(node->text, &end, 10);
    if (*end != '\0' || errno != 0)
        return -1;
    *ret_value = value;
    return 0;
}
