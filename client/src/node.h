/*
 * An answer of the API as a tree, the same for JSON and XML. Names and texts are NUL-terminated
 * and live in the pool that the tree was read into.
 */
#ifndef PM_NODE_H
#define PM_NODE_H

#include <stddef.h>
#include <stdint.h>

#include "paidmonitor.h"

struct pm_pool;

enum pm_node_kind {
    PM_NODE_NULL,
    PM_NODE_BOOL,
    PM_NODE_NUMBER,
    PM_NODE_STRING,
    PM_NODE_LIST,
    PM_NODE_OBJECT,
};

struct pm_node {
    enum pm_node_kind kind;
    const char *name; /* member of an object; "" otherwise */
    const char *text; /* of null, booleans, numbers and strings; "" otherwise */
    size_t count;     /* children */
    struct pm_node *first;
    struct pm_node *last;
    struct pm_node *next;
};

/** A node as the last child of @parent (NULL: a root). NULL without memory. */
struct pm_node *pm_node_add(struct pm_pool *pool, struct pm_node *parent, enum pm_node_kind kind,
                            const char *name, const char *text);

/** The child of that name, or NULL; @node may be NULL. */
const struct pm_node *pm_node_get(const struct pm_node *node, const char *name);

/** The text of the child of that name, or "" when there is none. */
const char *pm_node_text(const struct pm_node *node, const char *name);

/** A node's text as a whole decimal number. Errors: -1 none, or out of range; @node may be NULL */
int pm_node_int(const struct pm_node *node, int64_t *ret_value);

/**
 * Read JSON (RFC 8259): no byte after the value, at most 1,000 levels.
 *
 * Errors: PM_ERR_REPLY no JSON, or a string with U+0000; PM_ERR_SYSTEM no memory
 */
int pm_node_read_json(struct pm_pool *pool, const char *bytes, size_t len,
                      struct pm_node **ret_root);

/**
 * Read XML as the API writes it: elements only. An element whose name says that it is a list
 * (`monitors`, `results`, `resultParams`, …) gives a list of its children, one with child elements
 * an object, any other a string; so the tree has the shape of the JSON answer. The root's name
 * counts only where it says something: `<error>text</error>` is {"error":"text"}.
 *
 * No network, no files, no entities but the five predefined ones and characters.
 *
 * Errors: PM_ERR_REPLY no XML, a document type, too deep; PM_ERR_SYSTEM no memory
 */
int pm_node_read_xml(struct pm_pool *pool, const char *bytes, size_t len,
                     struct pm_node **ret_root);

#endif
