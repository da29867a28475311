/* Variables, and filling them into steps; see stage.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "clock.h"
#include "node.h"
#include "stage.h"

#define NAME_MAX_LEN 200
#define TEXT_MAX     (16u << 20)
#define DEPTH_MAX    8 /* of variables in rows that name others */

/* ---- looking up ---- */

static const cJSON *child_of(const cJSON *value, const char *name)
{
    if (cJSON_IsArray(value) && isdigit((unsigned char)name[0]))
        return cJSON_GetArrayItem(value, atoi(name));
    return cJSON_GetObjectItemCaseSensitive(value, name);
}

/* What a dotted path leads to below `value`. */
static const cJSON *walk(const cJSON *value, const char *path)
{
    char name[NAME_MAX_LEN];

    while (value && *path) {
        size_t len = strcspn(path, ".");

        if (len >= sizeof(name))
            return NULL;
        memcpy(name, path, len);
        name[len] = '\0';
        value = child_of(value, name);
        path += len + (path[len] == '.');
    }
    return value;
}

/* Names that have another value each time they are asked for. */
static cJSON *moving(const char *path)
{
    char text[PM_CLOCK_TIMESTAMP_SIZE];

    if (strcmp(path, "now.ms") == 0)
        return cJSON_CreateNumber((double)pm_clock_wall_ms());
    if (strcmp(path, "now.timestamp") != 0)
        return NULL;
    pm_clock_timestamp(pm_clock_wall_ms(), text, sizeof(text));
    return cJSON_CreateString(text);
}

cJSON *sc_vars_get(struct sc_stage *stage, const struct sc_scope *scope, const char *path)
{
    size_t len = strcspn(path, ".");
    cJSON *copy;

    for (; scope; scope = scope->outer)
        if (strlen(scope->name) == len && strncmp(scope->name, path, len) == 0)
            return cJSON_Duplicate(walk(scope->value, path + len + (path[len] == '.')), true);
    copy = moving(path);
    if (copy)
        return copy;
    (void)pthread_mutex_lock(&stage->lock);
    copy = cJSON_Duplicate(walk(stage->vars, path), true);
    (void)pthread_mutex_unlock(&stage->lock);
    return copy;
}

void sc_vars_set(struct sc_stage *stage, const char *path, cJSON *value)
{
    const char *dot;
    char name[NAME_MAX_LEN];
    cJSON *map;

    (void)pthread_mutex_lock(&stage->lock);
    map = stage->vars;
    for (; (dot = strchr(path, '.')) && (size_t)(dot - path) < sizeof(name); path = dot + 1) {
        cJSON *next;

        memcpy(name, path, (size_t)(dot - path));
        name[dot - path] = '\0';
        next = cJSON_GetObjectItemCaseSensitive(map, name);
        map = cJSON_IsObject(next) ? next : cJSON_AddObjectToObject(map, name);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(map, path);
    if (!map || !cJSON_AddItemToObject(map, path, value))
        cJSON_Delete(value);
    (void)pthread_mutex_unlock(&stage->lock);
}

void sc_vars_set_text(struct sc_stage *stage, const char *path, const char *value)
{
    sc_vars_set(stage, path, cJSON_CreateString(value));
}

/* ---- filling in ---- */

static int add_value(struct pm_buf *out, const cJSON *value)
{
    PM_AUTO_FREE char *printed = NULL;

    if (cJSON_IsString(value))
        return pm_buf_adds(out, value->valuestring);
    printed = cJSON_PrintUnformatted(value);
    return printed ? pm_buf_adds(out, printed) : -1;
}

static cJSON *expand(struct sc_call *call, cJSON *value, int depth);

static bool is_one_variable(const char *text)
{
    return strncmp(text, "${", 2) == 0 && strchr(text, '}') == text + strlen(text) - 1;
}

static cJSON *look_up(struct sc_call *call, const char *name, size_t len, int depth)
{
    char path[NAME_MAX_LEN];
    cJSON *value = NULL;

    if (len < sizeof(path) && depth < DEPTH_MAX) {
        memcpy(path, name, len);
        path[len] = '\0';
        value = sc_vars_get(call->stage, call->scope, path);
    }
    if (!value)
        (void)sc_call_fail(call, "there is no variable '%.*s'", (int)len, name);
    return value && strncmp(path, "row.", 4) == 0 ? expand(call, value, depth + 1) : value;
}

/* `$${` is a `${` that means itself. */
static int fill_text(struct sc_call *call, const char *text, int depth, struct pm_buf *out)
{
    const char *begin, *end;

    for (; (begin = strstr(text, "${")) && (end = strchr(begin, '}')); text = end + 1) {
        cJSON *value;

        if (begin > text && begin[-1] == '$') {
            (void)pm_buf_add(out, text, (size_t)(begin - text) - 1);
            (void)pm_buf_add(out, begin, (size_t)(end - begin) + 1);
            continue;
        }
        (void)pm_buf_add(out, text, (size_t)(begin - text));
        value = look_up(call, begin + 2, (size_t)(end - begin) - 2, depth);
        if (!value)
            return -1;
        (void)add_value(out, value);
        cJSON_Delete(value);
    }
    return pm_buf_adds(out, text);
}

static cJSON *filled_string(struct sc_call *call, const char *text, int depth)
{
    struct pm_buf out;
    cJSON *value = NULL;

    pm_buf_init(&out, TEXT_MAX);
    if (fill_text(call, text, depth, &out) == 0)
        value = cJSON_CreateString(out.data ? out.data : "");
    pm_buf_clear(&out);
    return value;
}

static cJSON *filled_text(struct sc_call *call, const struct sc_node *node)
{
    return filled_string(call, node->text, 0);
}

static cJSON *expand_string(struct sc_call *call, const char *text, int depth)
{
    return is_one_variable(text) ? look_up(call, text + 2, strlen(text) - 3, depth)
                                 : filled_string(call, text, depth);
}

/* A row may use variables that come to be while its steps are done. @value: taken; so is, on
 * failure, all of it */
static cJSON *expand(struct sc_call *call, cJSON *value, int depth)
{
    cJSON *item = value->child, *next, *expanded;

    if (cJSON_IsString(value)) {
        expanded = strstr(value->valuestring, "${") ? expand_string(call, value->valuestring, depth)
                                                    : cJSON_Duplicate(value, false);
        cJSON_Delete(value);
        return expanded;
    }
    for (; item; item = next) {
        next = item->next;
        expanded = expand(call, cJSON_Duplicate(item, true), depth);
        if (!expanded) {
            cJSON_Delete(value);
            return NULL;
        }
        free(expanded->string); /* a variable brings the name that it had where it was */
        expanded->string = item->string ? strdup(item->string) : NULL;
        (void)cJSON_ReplaceItemViaPointer(value, item, expanded);
    }
    return value;
}

/* Anything, with its own types: a variable that stands alone keeps the type of its value. */
static cJSON *filled_json(struct sc_call *call, const struct sc_node *node)
{
    cJSON *value;
    size_t i;

    if (node->kind == SC_NODE_SCALAR) {
        if (!strstr(node->text, "${"))
            return sc_node_json(node);
        return is_one_variable(node->text)
                   ? look_up(call, node->text + 2, strlen(node->text) - 3, 0)
                   : filled_text(call, node);
    }
    value = node->kind == SC_NODE_MAP ? cJSON_CreateObject() : cJSON_CreateArray();
    for (i = 0; value && i < node->count; i++) {
        cJSON *item = filled_json(call, node->items[i]);

        if (!item) {
            cJSON_Delete(value);
            return NULL;
        }
        if (node->kind == SC_NODE_MAP)
            cJSON_AddItemToObject(value, node->keys[i]->text, item);
        else
            cJSON_AddItemToArray(value, item);
    }
    return value;
}

/* Numbers and the like, which a variable may have brought, become texts. */
static void make_texts(cJSON *values)
{
    cJSON *item = values->child, *next;

    for (; item; item = next) {
        char *printed = cJSON_IsString(item) ? NULL : cJSON_PrintUnformatted(item);

        next = item->next;
        if (printed) {
            cJSON *text = cJSON_CreateString(printed);

            if (item->string)
                text->string = strdup(item->string);
            (void)cJSON_ReplaceItemViaPointer(values, item, text);
        }
        free(printed);
    }
}

/* A list or map whose values are texts; one text stands for a list of one. */
static cJSON *filled_texts(struct sc_call *call, const struct sc_node *node)
{
    cJSON *value = filled_json(call, node), *list;

    if (value && !cJSON_IsArray(value) && !cJSON_IsObject(value)) {
        list = cJSON_CreateArray();
        cJSON_AddItemToArray(list, value);
        value = list;
    }
    if (value)
        make_texts(value);
    return value;
}

/* What was a variable in the file is checked only now. */
static cJSON *checked(struct sc_call *call, const struct sc_key *key, cJSON *text)
{
    const char *value = cJSON_IsString(text) ? text->valuestring : "";
    cJSON *typed = NULL;
    int64_t ms;

    if (!text)
        return NULL;
    if (key->type == SC_NUMBER && value[0] && !value[strspn(value, "0123456789")])
        typed = cJSON_CreateNumber(strtod(value, NULL));
    else if (key->type == SC_TRUTH && strcmp(value, "true") == 0)
        typed = cJSON_CreateTrue();
    else if (key->type == SC_TRUTH && strcmp(value, "false") == 0)
        typed = cJSON_CreateFalse();
    else if (key->type == SC_DURATION && sc_shape_duration(value, &ms) == 0)
        typed = cJSON_CreateNumber((double)ms);
    else
        (void)sc_call_fail(call, "'%s' cannot be '%s'", key->name, value);
    cJSON_Delete(text);
    return typed;
}

static cJSON *filled(struct sc_call *call, const struct sc_node *node, const struct sc_key *key)
{
    cJSON *map = NULL;

    switch (key->type) {
    case SC_TEXT:
    case SC_WORD:
        return filled_text(call, node);
    case SC_NUMBER:
    case SC_TRUTH:
    case SC_DURATION:
        return checked(call, key, filled_text(call, node));
    case SC_LIST:
    case SC_FIELDS:
        return filled_texts(call, node);
    case SC_MAP:
        if (node->kind != SC_NODE_MAP)
            return filled_json(call, node);
        return sc_vars_fill(call, node, key->keys, &map) < 0 ? NULL : map;
    case SC_MATCHER:
        return filled_json(call, node);
    case SC_STEPS:
    case SC_BRANCHES:
    case SC_ROWS:
    case SC_TYPE_MAX:
        break; /* filled in when they are done */
    }
    return cJSON_CreateNull();
}

int sc_vars_fill(struct sc_call *call, const struct sc_node *map, const struct sc_key *keys,
                 cJSON **ret_args)
{
    cJSON *args = cJSON_CreateObject();
    const struct sc_key *key;

    for (key = keys; key->name; key++) {
        const struct sc_node *node = sc_node_get(map, key->name);
        cJSON *value = node ? filled(call, node, key) : NULL;

        if (node && !value) {
            cJSON_Delete(args);
            return -1;
        }
        if (value)
            cJSON_AddItemToObject(args, key->name, value);
    }
    *ret_args = args;
    return 0;
}

int sc_vars_fill_one(struct sc_call *call, const struct sc_node *node, const struct sc_key *keys,
                     const char *name, cJSON **ret_args)
{
    const struct sc_key *key;
    cJSON *value;

    for (key = keys; key->name && strcmp(key->name, name) != 0; key++)
        ;
    value = filled(call, node, key);
    if (!value)
        return -1;
    *ret_args = cJSON_CreateObject();
    cJSON_AddItemToObject(*ret_args, name, value);
    return 0;
}
