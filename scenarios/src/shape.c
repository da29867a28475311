/* Files against tables of keys; see shape.h. */
#include "shape.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "actor.h"
#include "complaint.h"
#include "node.h"

#define NAMES_MAX 64 /* of a table, for a guess at what was meant */

int sc_shape_duration(const char *text, int64_t *ret_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    char *end;
    long number;
    size_t i;

    if (!isdigit((unsigned char)text[0]))
        return -1;
    errno = 0;
    number = strtol(text, &end, 10);
    for (i = 0; errno == 0 && i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].unit) == 0 && number <= INT32_MAX) {
            *ret_ms = number * units[i].ms;
            return 0;
        }
    }
    return -1;
}

/* ---- values ---- */

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' && strlen(text) < 16;
}

/* A variable may become anything: what it becomes is checked when the step runs. */
static bool is_variable(const struct sc_node *node)
{
    return node->kind == SC_NODE_SCALAR && strstr(node->text, "${");
}

static int check_text(const struct sc_node *node, const struct sc_key *key,
                      struct sc_complaints *complaints)
{
    return node->kind == SC_NODE_SCALAR
               ? 0
               : sc_complain(complaints, node, "'%s' takes a text", key->name);
}

static int check_number(const struct sc_node *node, const struct sc_key *key,
                        struct sc_complaints *complaints)
{
    return node->kind == SC_NODE_SCALAR && node->is_plain && is_number(node->text)
               ? 0
               : sc_complain(complaints, node, "'%s' takes a whole number", key->name);
}

static int check_truth(const struct sc_node *node, const struct sc_key *key,
                       struct sc_complaints *complaints)
{
    bool is_truth = node->kind == SC_NODE_SCALAR && node->is_plain &&
                    (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0);

    return is_truth ? 0 : sc_complain(complaints, node, "'%s' takes true or false", key->name);
}

static int check_duration(const struct sc_node *node, const struct sc_key *key,
                          struct sc_complaints *complaints)
{
    int64_t ms;

    return node->kind == SC_NODE_SCALAR && sc_shape_duration(node->text, &ms) == 0
               ? 0
               : sc_complain(complaints, node, "'%s' takes a duration such as 200ms, 5s or 2m",
                             key->name);
}

static int check_word(const struct sc_node *node, const struct sc_key *key,
                      struct sc_complaints *complaints)
{
    const char *nearest;
    size_t i;

    if (node->kind != SC_NODE_SCALAR)
        return sc_complain(complaints, node, "'%s' takes a word", key->name);
    for (i = 0; key->words[i]; i++)
        if (strcmp(node->text, key->words[i]) == 0)
            return 0;
    nearest = sc_nearest(node->text, key->words);
    if (nearest)
        return sc_complain(complaints, node, "'%s' is no value of '%s'; did you mean '%s'?",
                           node->text, key->name, nearest);
    return sc_complain(complaints, node, "'%s' is no value of '%s'; there are %s, …", node->text,
                       key->name, key->words[0]);
}

static int check_list(const struct sc_node *node, const struct sc_key *key,
                      struct sc_complaints *complaints)
{
    size_t i;
    int r = 0;

    if (node->kind == SC_NODE_MAP)
        return sc_complain(complaints, node, "'%s' takes a list of texts", key->name);
    for (i = 0; i < node->count; i++)
        if (node->items[i]->kind != SC_NODE_SCALAR)
            r = sc_complain(complaints, node->items[i], "'%s' takes a list of texts", key->name);
    return r;
}

static int check_fields(const struct sc_node *node, const struct sc_key *key,
                        struct sc_complaints *complaints)
{
    size_t i;
    int r = 0;

    if (node->kind != SC_NODE_MAP)
        return sc_complain(complaints, node, "'%s' takes a map of names and texts", key->name);
    for (i = 0; i < node->count; i++)
        if (node->items[i]->kind != SC_NODE_SCALAR)
            r = sc_complain(complaints, node->items[i], "'%s' of '%s' must be a text",
                            node->keys[i]->text, key->name);
    return r;
}

static int check_map(const struct sc_node *node, const struct sc_key *key,
                     struct sc_complaints *complaints)
{
    return sc_shape_check(node, key->keys, key->name, complaints);
}

static int check_matcher(const struct sc_node *node, const struct sc_key *key,
                         struct sc_complaints *complaints)
{
    (void)node;
    (void)key;
    (void)complaints;
    return 0;
}

static int check_steps(const struct sc_node *node, const struct sc_key *key,
                       struct sc_complaints *complaints)
{
    (void)key;
    return sc_shape_check_steps(node, complaints);
}

static int check_branches(const struct sc_node *node, const struct sc_key *key,
                          struct sc_complaints *complaints)
{
    size_t i;
    int r = 0;

    if (node->kind != SC_NODE_LIST || node->count == 0)
        return sc_complain(complaints, node, "'%s' takes a list of lists of steps", key->name);
    for (i = 0; i < node->count; i++)
        if (sc_shape_check_steps(node->items[i], complaints) < 0)
            r = -1;
    return r;
}

static int check_rows(const struct sc_node *node, const struct sc_key *key,
                      struct sc_complaints *complaints)
{
    size_t i;
    int r = 0;

    if (node->kind != SC_NODE_LIST || node->count == 0)
        return sc_complain(complaints, node, "'%s' takes a list of rows", key->name);
    for (i = 0; i < node->count; i++)
        if (node->items[i]->kind != SC_NODE_MAP || node->items[i]->count == 0)
            r = sc_complain(complaints, node->items[i], "a row of '%s' is a map", key->name);
    return r;
}

static int (*const checks[SC_TYPE_MAX])(const struct sc_node *, const struct sc_key *,
                                        struct sc_complaints *) = {
    [SC_TEXT] = check_text,         [SC_NUMBER] = check_number, [SC_TRUTH] = check_truth,
    [SC_DURATION] = check_duration, [SC_WORD] = check_word,     [SC_LIST] = check_list,
    [SC_FIELDS] = check_fields,     [SC_MAP] = check_map,       [SC_MATCHER] = check_matcher,
    [SC_STEPS] = check_steps,       [SC_ROWS] = check_rows,     [SC_BRANCHES] = check_branches,
};

/* ---- maps ---- */

static const struct sc_key *find_key(const struct sc_key *keys, const char *name)
{
    for (; keys->name; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys;
    return NULL;
}

static int unknown_key(const struct sc_node *node, const struct sc_key *keys, const char *what,
                       struct sc_complaints *complaints)
{
    const char *names[NAMES_MAX + 1] = {NULL}, *nearest;
    size_t i;

    for (i = 0; keys[i].name && i < NAMES_MAX; i++)
        names[i] = keys[i].name;
    nearest = sc_nearest(node->text, names);
    if (nearest)
        return sc_complain(complaints, node, "'%s' has no key '%s'; did you mean '%s'?", what,
                           node->text, nearest);
    return sc_complain(complaints, node, "'%s' has no key '%s'", what, node->text);
}

int sc_shape_check(const struct sc_node *map, const struct sc_key *keys, const char *what,
                   struct sc_complaints *complaints)
{
    const struct sc_key *key;
    size_t i;
    int r = 0;

    if (map->kind != SC_NODE_MAP)
        return sc_complain(complaints, map, "'%s' takes a map", what);
    for (i = 0; i < map->count; i++) {
        key = find_key(keys, map->keys[i]->text);
        if (!key)
            r = unknown_key(map->keys[i], keys, what, complaints);
        else if (!is_variable(map->items[i]) &&
                 checks[key->type](map->items[i], key, complaints) < 0)
            r = -1;
    }
    for (key = keys; key->name; key++)
        if (key->is_required && !sc_node_get(map, key->name))
            r = sc_complain(complaints, map, "'%s' needs '%s'", what, key->name);
    return r;
}

/* ---- steps ---- */

static int check_step(const struct sc_node *step, struct sc_complaints *complaints)
{
    const struct sc_actor *actor;
    const char *nearest;

    if (step->kind != SC_NODE_MAP || step->count != 1)
        return sc_complain(complaints, step, "a step is one actor and what it shall do");
    actor = sc_actor_find(step->keys[0]->text);
    if (actor && step->items[0]->kind == SC_NODE_SCALAR && actor->short_key)
        return 0;
    if (actor)
        return sc_shape_check(step->items[0], actor->keys, actor->name, complaints);
    nearest = sc_nearest(step->keys[0]->text, sc_actor_names());
    if (nearest)
        return sc_complain(complaints, step->keys[0], "'%s' is no actor; did you mean '%s'?",
                           step->keys[0]->text, nearest);
    return sc_complain(complaints, step->keys[0], "'%s' is no actor", step->keys[0]->text);
}

int sc_shape_check_steps(const struct sc_node *steps, struct sc_complaints *complaints)
{
    size_t i;
    int r = 0;

    if (steps->kind != SC_NODE_LIST || steps->count == 0)
        return sc_complain(complaints, steps, "steps are a list");
    for (i = 0; i < steps->count; i++)
        if (check_step(steps->items[i], complaints) < 0)
            r = -1;
    return r;
}
