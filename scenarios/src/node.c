/* The tree of a YAML file; see node.h. */
#include "node.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

const struct sc_node *sc_node_get(const struct sc_node *map, const char *key)
{
    size_t i;

    if (!map || map->kind != SC_NODE_MAP)
        return NULL;
    for (i = 0; i < map->count; i++)
        if (strcmp(map->keys[i]->text, key) == 0)
            return map->items[i];
    return NULL;
}

const char *sc_node_text(const struct sc_node *map, const char *key)
{
    const struct sc_node *value = sc_node_get(map, key);

    return value && value->kind == SC_NODE_SCALAR ? value->text : NULL;
}

/* A number only if JSON prints it back as it was written: 007, 1e3 and 26 digits are texts. */
static cJSON *plain_json(const char *text)
{
    cJSON *value = cJSON_Parse(text);
    char *printed = value ? cJSON_PrintUnformatted(value) : NULL;
    bool is_same = printed && strcmp(printed, text) == 0;

    free(printed);
    if (is_same && !cJSON_IsObject(value) && !cJSON_IsArray(value) && !cJSON_IsString(value))
        return value;
    cJSON_Delete(value);
    return cJSON_CreateString(text);
}

cJSON *sc_node_json(const struct sc_node *node)
{
    cJSON *value;
    size_t i;

    if (node->kind == SC_NODE_SCALAR)
        return node->is_plain ? plain_json(node->text) : cJSON_CreateString(node->text);
    value = node->kind == SC_NODE_MAP ? cJSON_CreateObject() : cJSON_CreateArray();
    for (i = 0; value && i < node->count; i++) {
        cJSON *item = sc_node_json(node->items[i]);

        if (node->kind == SC_NODE_MAP)
            cJSON_AddItemToObject(value, node->keys[i]->text, item);
        else
            cJSON_AddItemToArray(value, item);
    }
    return value;
}

void sc_node_free(struct sc_node *node)
{
    size_t i;

    if (!node)
        return;
    for (i = 0; i < node->count; i++) {
        sc_node_free(node->items[i]);
        if (node->keys)
            sc_node_free(node->keys[i]);
    }
    free(node->items);
    free(node->keys);
    free(node->text);
    free(node);
}
