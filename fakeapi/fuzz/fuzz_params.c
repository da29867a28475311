/*
 * The query and the body of a request as parameters. Input: the query, a newline, the body.
 */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "fuzz.h"
#include "params.h"

#define ARENA_MAX (4u << 20)

static void require_decoded(const char *bytes, size_t len, size_t raw_len)
{
    FUZZ_REQUIRE(len <= raw_len);
    FUZZ_REQUIRE(bytes[len] == '\0');
}

/* What is left of a form without its empty pieces. */
static void add_pieces(struct pm_buf *buf, const char *form, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        bool is_lead = i == 0 || form[i - 1] == '&';

        if (form[i] == '&')
            continue;
        if (is_lead && buf->len > 0)
            (void)pm_buf_addc(buf, '&');
        (void)pm_buf_addc(buf, form[i]);
    }
}

/* The raw names and values are the bytes that came. */
static void require_nothing_lost(const struct fa_params *params, const char *query,
                                 size_t query_len, const char *body, size_t body_len)
{
    struct pm_buf came, kept;
    size_t i;

    pm_buf_init(&came, ARENA_MAX);
    pm_buf_init(&kept, ARENA_MAX);
    add_pieces(&came, query, query_len);
    add_pieces(&came, body, body_len);
    for (i = 0; i < params->count; i++) {
        const struct fa_param *param = &params->items[i];

        if (i > 0)
            (void)pm_buf_addc(&kept, '&');
        (void)pm_buf_add(&kept, param->raw_name, param->raw_name_len);
        if (param->raw_value != param->raw_name + param->raw_name_len)
            (void)pm_buf_addc(&kept, '=');
        (void)pm_buf_add(&kept, param->raw_value, param->raw_value_len);
    }
    FUZZ_REQUIRE(came.len == kept.len);
    FUZZ_REQUIRE(came.len == 0 || memcmp(came.data, kept.data, came.len) == 0);
    pm_buf_clear(&came);
    pm_buf_clear(&kept);
}

static void require_last_is_found(const struct fa_params *params)
{
    const struct fa_param *found;
    size_t i;

    for (i = 0; i < params->count; i++) {
        const struct fa_param *param = &params->items[i];

        if (strlen(param->name) != param->name_len)
            continue;
        found = fa_params_find(params, param->name);
        FUZZ_REQUIRE(found >= param && fa_param_is(found, param->name));
    }
}

/* Decoding undoes the encoding of every byte. */
static void require_round_trip(const struct fa_param *param)
{
    char *encoded = malloc(3 * param->value_len + 1);
    char *decoded = malloc(3 * param->value_len + 1);
    size_t i;

    FUZZ_REQUIRE(encoded && decoded);
    for (i = 0; i < param->value_len; i++) {
        encoded[3 * i] = '%';
        encoded[3 * i + 1] = "0123456789abcdef"[(unsigned char)param->value[i] >> 4];
        encoded[3 * i + 2] = "0123456789ABCDEF"[param->value[i] & 15];
    }
    FUZZ_REQUIRE(fa_form_decode(encoded, 3 * param->value_len, decoded) == param->value_len);
    FUZZ_REQUIRE(memcmp(decoded, param->value, param->value_len) == 0);
    free(encoded);
    free(decoded);
}

static void require_well_formed(const struct fa_params *params)
{
    size_t i;

    FUZZ_REQUIRE(params->count <= FA_PARAMS_MAX);
    for (i = 0; i < params->count; i++) {
        const struct fa_param *param = &params->items[i];

        require_decoded(param->name, param->name_len, param->raw_name_len);
        require_decoded(param->value, param->value_len, param->raw_value_len);
        FUZZ_REQUIRE(i == 0 || param->is_from_body >= param[-1].is_from_body);
        FUZZ_REQUIRE(!fa_is_text(param->value, param->value_len) ||
                     strlen(param->value) == param->value_len);
        require_round_trip(param);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct fa_params params = {0};
    struct fa_arena arena;
    size_t query_len, body_len;
    char *query = fuzz_line(&input, &query_len);
    char *body = fuzz_rest(&input, &body_len);
    int r;

    fa_arena_init(&arena, ARENA_MAX);
    r = fa_params_parse(&arena, query, query_len, body, body_len, &params);
    if (r == 0) {
        require_well_formed(&params);
        require_nothing_lost(&params, query, query_len, body, body_len);
        require_last_is_found(&params);
    } else {
        FUZZ_REQUIRE(r == FA_PARAMS_TOO_MANY || r == FA_PARAMS_NO_MEMORY);
    }
    fa_arena_clear(&arena);
    free(query);
    free(body);
    return 0;
}
