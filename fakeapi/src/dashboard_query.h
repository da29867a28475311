/* Names and values as browsers send them: of an address after `?`, or of a form's body. */
#ifndef FA_DASHBOARD_QUERY_H
#define FA_DASHBOARD_QUERY_H

#include <stddef.h>
#include <stdint.h>

struct pm_buf;

/**
 * Read one value, decoded; of several with the same name the first.
 *
 * Errors: -1 absent, malformed, with a NUL, or longer than @size with its own NUL
 */
int fa_query_get(const char *query, const char *name, char *value, size_t size);

/** Show every pair whose name and value can be decoded and are short enough; not 0 ends the visit.
 */
int fa_query_each(const char *query,
                  int (*visit)(void *context, const char *name, const char *value), void *context);

/** Append `name=value`, both encoded, after a `?` or `&` as @address needs it. */
void fa_query_add(struct pm_buf *address, const char *name, const char *value);
void fa_query_add_number(struct pm_buf *address, const char *name, int64_t value);

#endif
