/* Names and values as browsers send them; see dashboard_query.h. */
#include "dashboard_query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "percent.h"

#define NAME_SIZE  200
#define VALUE_SIZE 2000

/* A form's blanks are `+`. */
static int decode(const char *text, size_t len, char *value, size_t size)
{
    size_t i;

    if (len >= size)
        return -1;
    for (i = 0; i < len; i++)
        value[i] = text[i] == '+' ? ' ' : text[i];
    if (pm_percent_decode(value, len, value, &len) < 0 || memchr(value, '\0', len))
        return -1;
    value[len] = '\0';
    return 0;
}

int fa_query_get(const char *query, const char *name, char *value, size_t size)
{
    size_t name_len = strlen(name);

    while (*query) {
        size_t len = strcspn(query, "&");

        if (len > name_len && strncmp(query, name, name_len) == 0 && query[name_len] == '=')
            return decode(query + name_len + 1, len - name_len - 1, value, size);
        query += len + (query[len] == '&');
    }
    return -1;
}

int fa_query_each(const char *query,
                  int (*visit)(void *context, const char *name, const char *value), void *context)
{
    char name[NAME_SIZE], value[VALUE_SIZE];
    int r = 0;

    while (*query && r == 0) {
        size_t len = strcspn(query, "&"), name_len = strcspn(query, "=&");

        if (name_len < len && decode(query, name_len, name, sizeof(name)) == 0 &&
            decode(query + name_len + 1, len - name_len - 1, value, sizeof(value)) == 0)
            r = visit(context, name, value);
        query += len + (query[len] == '&');
    }
    return r;
}

static void add_encoded(struct pm_buf *address, const char *text)
{
    char encoded[600];
    size_t len = strlen(text), done;

    while (len > 0 && !address->failed) {
        done = pm_percent_encode(text, len, "", encoded, sizeof(encoded));
        (void)pm_buf_adds(address, encoded);
        text += done;
        len -= done;
    }
}

void fa_query_add(struct pm_buf *address, const char *name, const char *value)
{
    (void)pm_buf_addc(address, address->data && strchr(address->data, '?') ? '&' : '?');
    add_encoded(address, name);
    (void)pm_buf_addc(address, '=');
    add_encoded(address, value);
}

void fa_query_add_number(struct pm_buf *address, const char *name, int64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, value);
    fa_query_add(address, name, text);
}
