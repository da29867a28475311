/*
 * A lenient JSON reader and its compact writer. Clients of this API send bare words, either quote,
 * trailing commas and pretty-printed text (PROTOCOL.md §3.8), which no JSON library takes; hence
 * this one. What is a proper number, true, false or null stays what it is; every other bare word is
 * a string.
 */
#ifndef FA_JSON_H
#define FA_JSON_H

#include <stdbool.h>
#include <stddef.h>

struct fa_arena;
struct pm_buf;

#define FA_JSON_DEPTH_MAX 32

enum fa_json_type {
    FA_JSON_STRING,
    FA_JSON_LITERAL, /* a number, true, false, null: text is as it was written */
    FA_JSON_ARRAY,
    FA_JSON_OBJECT,
};

struct fa_json {
    enum fa_json_type type;
    const char *name; /* of a member of an object, else NULL */
    const char *text; /* of a string or literal, decoded */
    struct fa_json *first;
    struct fa_json *next; /* sibling */
};

/**
 * Read one value that fills @text, but for white space around it.
 *
 * @text: UTF-8 without NUL
 *
 * Errors: -1 not JSON even leniently, nested too deeply, or out of memory; the protocol treats all
 * alike
 */
int fa_json_parse(struct fa_arena *arena, const char *text, const struct fa_json **ret_json);

/**
 * Does a JSON text have a NUL in one of its strings, as `\u0000`? cJSON hands out C strings, which
 * it would cut short, so that something else is asked for than was written.
 */
bool fa_json_has_nul(const char *text, size_t len);

/** Append compact JSON. Errors: -1 as pm_buf_add() */
int fa_json_write(struct pm_buf *buf, const struct fa_json *json);

/** A member of an object by exact name, the last one; NULL if absent or no object. */
const struct fa_json *fa_json_member(const struct fa_json *json, const char *name);

#endif
