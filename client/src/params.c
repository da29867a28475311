/* The parameters of a request, in the order they were added; see paidmonitor.h. */
#include "params.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "percent.h"

struct pm_params *pm_params_new(void)
{
    return calloc(1, sizeof(struct pm_params));
}

void pm_params_free(struct pm_params *params)
{
    size_t i;

    if (!params)
        return;
    for (i = 0; i < params->count; i++) {
        struct pm_item *item = &params->items[i];

        explicit_bzero(item->value, item->value_len); /* it may have been a key or a token */
        free(item->name);
    }
    free(params->items);
    free(params);
}

size_t pm_params_count(const struct pm_params *params)
{
    return params->count;
}

static int reserve_item(struct pm_params *params)
{
    size_t size = params->size ? params->size * 2 : 16;
    struct pm_item *items;

    if (params->count < params->size)
        return 0;
    items = reallocarray(params->items, size, sizeof(*items));
    if (!items)
        return PM_ERR_SYSTEM;
    params->items = items;
    params->size = size;
    return 0;
}

int pm_params_add_bytes(struct pm_params *params, const void *name, size_t name_len,
                        const void *value, size_t value_len)
{
    struct pm_item item = {.name_len = name_len, .value_len = value_len};
    size_t room = PM_PARAMS_BYTES_MAX - params->bytes;

    if (name_len == 0)
        return PM_ERR_USAGE;
    if (params->count >= PM_PARAMS_MAX || name_len > room || value_len > room - name_len)
        return PM_ERR_LIMIT;
    if (reserve_item(params) < 0)
        return PM_ERR_SYSTEM;
    item.name = malloc(name_len + value_len + 2);
    if (!item.name)
        return PM_ERR_SYSTEM;

    item.value = item.name + name_len + 1;
    memcpy(item.name, name, name_len);
    item.name[name_len] = '\0';
    if (value_len > 0)
        memcpy(item.value, value, value_len);
    item.value[value_len] = '\0';
    params->items[params->count++] = item;
    params->bytes += name_len + value_len;
    return 0;
}

int pm_params_add(struct pm_params *params, const char *name, const char *value)
{
    return pm_params_add_bytes(params, name, strlen(name), value, strlen(value));
}

int pm_params_add_int(struct pm_params *params, const char *name, int64_t value)
{
    char text[sizeof("-9223372036854775808")];

    (void)snprintf(text, sizeof(text), "%" PRId64, value);
    return pm_params_add(params, name, text);
}

int pm_params_add_all(struct pm_params *params, const struct pm_params *from)
{
    size_t i;
    int r;

    for (i = 0; i < from->count; i++) {
        const struct pm_item *item = &from->items[i];

        r = pm_params_add_bytes(params, item->name, item->name_len, item->value, item->value_len);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Undo the form encoding of one name or value in place. */
static int decode_form_text(char *text, size_t len, size_t *ret_len)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (text[i] == '+')
            text[i] = ' ';
    return pm_percent_decode(text, len, text, ret_len) < 0 ? PM_ERR_USAGE : 0;
}

static int add_form_piece(struct pm_params *params, char *piece, size_t len)
{
    char *equals = memchr(piece, '=', len);
    size_t name_len = equals ? (size_t)(equals - piece) : len;
    char *value = equals ? equals + 1 : piece + len;
    size_t value_len = (size_t)(piece + len - value);

    if (decode_form_text(piece, name_len, &name_len) < 0 ||
        decode_form_text(value, value_len, &value_len) < 0)
        return PM_ERR_USAGE;
    return pm_params_add_bytes(params, piece, name_len, value, value_len);
}

int pm_params_add_form(struct pm_params *params, const char *form, size_t len)
{
    PM_AUTO_FREE char *copy = malloc(len + 1);
    char *piece, *end;
    int r;

    if (!copy)
        return PM_ERR_SYSTEM;
    memcpy(copy, form, len);
    for (piece = copy; piece < copy + len; piece = end + 1) {
        end = memchr(piece, '&', (size_t)(copy + len - piece));
        if (!end)
            end = copy + len;
        if (end == piece)
            continue;
        r = add_form_piece(params, piece, (size_t)(end - piece));
        if (r < 0)
            return r;
    }
    return 0;
}
