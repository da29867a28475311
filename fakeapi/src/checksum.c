#include "checksum.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "buf.h"
#include "params.h"

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

    if (order != 0)
        return order;
    return (a_len > b_len) - (a_len < b_len);
}

/* Step 3: by name in byte order; repeated names by value. */
static int by_bytes(const void *a, const void *b)
{
    const struct fa_param *left = *(const struct fa_param *const *)a;
    const struct fa_param *right = *(const struct fa_param *const *)b;
    int order = compare_bytes(left->name, left->name_len, right->name, right->name_len);

    if (order != 0)
        return order;
    return compare_bytes(left->value, left->value_len, right->value, right->value_len);
}

static int by_letters(const void *a, const void *b)
{
    const struct fa_param *left = *(const struct fa_param *const *)a;
    const struct fa_param *right = *(const struct fa_param *const *)b;
    int order = strcasecmp(left->name, right->name);

    return order != 0 ? order : by_bytes(a, b);
}

/* Step 1: all but the checksum. */
static const struct fa_param **signed_params(struct fa_arena *arena, const struct fa_params *params,
                                             size_t *ret_count)
{
    const struct fa_param **sorted =
        fa_arena_alloc(arena, (params->count + 1) * sizeof(const struct fa_param *));
    size_t count = 0;
    size_t i;

    if (!sorted)
        return NULL;
    for (i = 0; i < params->count; i++)
        if (!fa_param_is(&params->items[i], "checksum"))
            sorted[count++] = &params->items[i];
    *ret_count = count;
    return sorted;
}

/* Steps 2 and 4. */
static void add_param(struct fa_mac *mac, const struct fa_param *param, bool is_raw)
{
    if (is_raw) {
        fa_mac_add(mac, param->raw_name, param->raw_name_len);
        fa_mac_add(mac, param->raw_value, param->raw_value_len);
    } else {
        fa_mac_add(mac, param->name, param->name_len);
        fa_mac_add(mac, param->value, param->value_len);
    }
}

int fa_checksum_compute(struct fa_arena *arena, struct fa_mac *mac, const struct fa_params *params,
                        struct fa_checksum_form form, char checksum[FA_CHECKSUM_SIZE])
{
    size_t count = 0;
    const struct fa_param **sorted = signed_params(arena, params, &count);
    size_t i;

    if (!sorted)
        return -1;
    qsort(sorted, count, sizeof(*sorted), form.ignores_case ? by_letters : by_bytes);
    fa_mac_begin(mac);
    for (i = 0; i < count; i++)
        add_param(mac, sorted[i], form.is_raw);
    fa_mac_end(mac, checksum); /* step 5 */
    return 0;
}

int fa_checksum_text(struct fa_arena *arena, const struct fa_params *params, struct pm_buf *buf)
{
    size_t count = 0;
    const struct fa_param **sorted = signed_params(arena, params, &count);
    size_t i;

    if (!sorted)
        return -1;
    qsort(sorted, count, sizeof(*sorted), by_bytes);
    for (i = 0; i < count; i++) {
        (void)pm_buf_add(buf, sorted[i]->name, sorted[i]->name_len);
        (void)pm_buf_add(buf, sorted[i]->value, sorted[i]->value_len);
    }
    return buf->failed ? -1 : 0;
}
