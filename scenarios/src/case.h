/*
 * Cases: scenarios as they are run, read from files and checked. A scenario with rows is a case for
 * each row.
 */
#ifndef SC_CASE_H
#define SC_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shape.h"

struct sc_complaints;
struct sc_node;
struct sc_source;

struct sc_case {
    char *id; /* folder/file, with [row] where there are rows */
    const char *name, *about;
    const struct sc_node *root;
    const struct sc_node *row; /* NULL: none */
    int64_t timeout_ms;        /* 0: what the command line says */
};

struct sc_include {
    char *path;
    struct sc_node *root;
    int is_open; /* while it is read: who includes it now includes itself */
    struct sc_include *next;
};

/* All that was read. */
struct sc_suite {
    struct sc_case *cases;
    size_t count;
    struct sc_node **roots;
    size_t root_count;
    struct sc_include *includes;
    struct sc_source *sources;
};

/** Read files, and folders with all files *.yaml below them (but none that begins with `_`).
 * @suite: all zero; to be freed after failure too. Returns 0, or -1 with complaints. */
int sc_suite_load(struct sc_suite *suite, const char *const *paths, size_t count,
                  struct sc_complaints *complaints);

void sc_suite_free(struct sc_suite *suite);

/** The steps that `include: path` stands for; NULL: not loaded. */
const struct sc_node *sc_suite_include(const struct sc_suite *suite, const struct sc_node *path);

/** Does the case have this tag? */
int sc_case_has_tag(const struct sc_case *scase, const char *tag);

/** Does any step of any case, or below it, have this actor? */
bool sc_suite_uses(const struct sc_suite *suite, const char *actor);

extern const struct sc_key sc_case_keys[];    /* of a scenario */
extern const struct sc_key sc_include_keys[]; /* of a file that is included */

#endif
