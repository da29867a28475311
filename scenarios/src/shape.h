/*
 * What a scenario may say: tables of keys. The loader checks files against them, the JSON Schema
 * and the reference are printed from them, so that none of the three can fall behind the others.
 */
#ifndef SC_SHAPE_H
#define SC_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_complaints;
struct sc_node;

enum sc_type {
    SC_TEXT,     /* any scalar */
    SC_NUMBER,   /* a whole number, not negative */
    SC_TRUTH,    /* true or false */
    SC_DURATION, /* 200ms, 5s, 2m, 1h, 1d */
    SC_WORD,     /* one of `words` */
    SC_LIST,     /* of texts; a single text stands for a list of one */
    SC_FIELDS,   /* a map of any names to texts */
    SC_MAP,      /* a map of the keys in `keys` */
    SC_MATCHER,  /* anything; see match.h */
    SC_STEPS,    /* a list of steps */
    SC_BRANCHES, /* a list of lists of steps */
    SC_ROWS,     /* a list of maps of any names to anything */
    SC_TYPE_MAX,
};

struct sc_key {
    const char *name;
    enum sc_type type;
    bool is_required;
    const char *about;
    const char *const *words;  /* of SC_WORD; ends with NULL */
    const struct sc_key *keys; /* of SC_MAP; ends with a key without a name */
};

/** Check a map against keys. Steps inside are checked as well. Returns 0, or -1 with complaints. */
int sc_shape_check(const struct sc_node *map, const struct sc_key *keys, const char *what,
                   struct sc_complaints *complaints);

/** Check a list of steps. Returns 0, or -1 with complaints. */
int sc_shape_check_steps(const struct sc_node *steps, struct sc_complaints *complaints);

/** Read a duration. Errors: -1 */
int sc_shape_duration(const char *text, int64_t *ret_ms);

#endif
