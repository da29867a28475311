/*
 * Structured values (PROTOCOL.md §3.0): `name:value;name:value` in one, two or three layers of
 * encoding, whatever the client sent. Pure.
 */
#ifndef FA_STRUCTURED_H
#define FA_STRUCTURED_H

#include <stdbool.h>
#include <stddef.h>

struct fa_arena;

#define FA_ITEMS_MAX  1000 /* items of one value; the limit of an action's own is checked there */
#define FA_FIELDS_MAX 8    /* fields of one definition; what follows is ignored */

enum fa_structured_form {
    FA_FORM_RESULTS,     /* name:value; the value keeps its colons */
    FA_FORM_DEFINITIONS, /* name:a:b:c… */
};

struct fa_item {
    size_t field_count; /* at least 1 */
    const char *fields[FA_FIELDS_MAX];
};

/**
 * Read a structured value.
 *
 * @text: UTF-8 without NUL
 *
 * Errors: -1 too many items, or out of memory
 */
int fa_structured_parse(struct fa_arena *arena, const char *text, enum fa_structured_form form,
                        struct fa_item **ret_items, size_t *ret_count);

/** `udec`: form-decode once, unless that gives no text. Errors: NULL out of memory */
const char *fa_udec(struct fa_arena *arena, const char *text, size_t len);

/** For name, tag and type: `udec` if there is a `+` or a valid %XX in it. Errors: NULL out of
 * memory */
const char *fa_plain_parse(struct fa_arena *arena, const char *text);

/**
 * Split the value of a multi-value result, `[v1,v2]` or `v1,v2`, into its elements: quotes around
 * one are taken off, brackets and quotes keep their commas together.
 *
 * Errors: -1 too many, or out of memory
 */
int fa_elements_parse(struct fa_arena *arena, const char *text, const char ***ret_elements,
                      size_t *ret_count);

#endif
