/*
 * The parameters of a request, from the raw bytes of its query and body. Both forms of each are
 * kept, as sent and decoded once: the checksum covers the one or, for one old client, the other.
 * Knows nothing about which parameters an action has; see routes.h.
 */
#ifndef FA_PARAMS_H
#define FA_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

struct fa_arena;

#define FA_PARAMS_MAX 1000 /* ours: a request with more is refused */

struct fa_param {
    const char *name; /* decoded once; NUL-terminated, but may hold NULs itself */
    size_t name_len;
    const char *value; /* likewise */
    size_t value_len;
    const char *raw_name; /* as sent; not terminated */
    size_t raw_name_len;
    const char *raw_value; /* likewise */
    size_t raw_value_len;
    bool is_from_body;
};

struct fa_params {
    struct fa_param *items; /* in the order sent, the query's first */
    size_t count;
};

enum fa_params_error {
    FA_PARAMS_NO_MEMORY = -1,
    FA_PARAMS_TOO_MANY = -2,
};

/**
 * Split at `&` and decode once, as PROTOCOL.md §1.3 says: nothing is malformed, pieces without a
 * `=` are names with an empty value, empty pieces are nothing.
 *
 * @query, @body:  borrowed as long as the result is used
 *
 * Errors: an enum fa_params_error
 */
int fa_params_parse(struct fa_arena *arena, const char *query, size_t query_len, const char *body,
                    size_t body_len, struct fa_params *ret_params);

/** The last one of that name in any case, hence the body's before the query's; NULL if absent. */
const struct fa_param *fa_params_find(const struct fa_params *params, const char *name);

/** Is it the name in any case? */
bool fa_param_is(const struct fa_param *param, const char *name);

/**
 * Form-decode: `+` becomes a blank, %XX a byte, and a `%` that two hexadecimal digits do not follow
 * stands for itself.
 *
 * @bytes: at least @len bytes
 *
 * Returns how many bytes the result has.
 */
size_t fa_form_decode(const char *text, size_t len, char *bytes);

/** Is it UTF-8 without a NUL? */
bool fa_is_text(const char *bytes, size_t len);

#endif
