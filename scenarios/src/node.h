/*
 * What a YAML file says, as a tree in which every part knows where it stands, so that a complaint
 * can show it. yaml.c makes the tree; nothing here knows the library that reads YAML.
 */
#ifndef SC_NODE_H
#define SC_NODE_H

#include <stdbool.h>
#include <stddef.h>

struct cJSON;

enum sc_node_kind {
    SC_NODE_SCALAR,
    SC_NODE_LIST,
    SC_NODE_MAP,
};

/* One file and its text; lives as long as the nodes that came from it. */
struct sc_source {
    char *path;
    char *text;
    struct sc_source *next;
};

struct sc_node {
    enum sc_node_kind kind;
    const struct sc_source *source;
    int line, column; /* from 1; the column counts bytes */
    int width;        /* bytes to underline, at least 1 */
    char *text;       /* of a scalar */
    bool is_plain;    /* a scalar without quotes: may be a number, true, false or null */
    size_t count;     /* of items */
    struct sc_node **items;
    struct sc_node **keys; /* of a map; scalars */
};

/** The value of a key of a map; NULL: not there, or no map. */
const struct sc_node *sc_node_get(const struct sc_node *map, const char *key);

/** The text of a scalar value of a map, or NULL. */
const char *sc_node_text(const struct sc_node *map, const char *key);

/**
 * The same as JSON: plain scalars that are numbers, true, false or null in JSON become these; all
 * others are strings.
 *
 * Errors: NULL out of memory
 */
struct cJSON *sc_node_json(const struct sc_node *node);

void sc_node_free(struct sc_node *node);

#endif
