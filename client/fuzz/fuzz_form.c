/*
 * A form body as parameters of a request, and back. Input: the form.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fuzz.h"
#include "params.h"
#include "request.h"

#define FORM_MAX (4u << 20)

static void require_same(const struct pm_params *a, const struct pm_params *b)
{
    size_t i;

    FUZZ_REQUIRE(a->count == b->count);
    for (i = 0; i < a->count; i++) {
        const struct pm_item *one = &a->items[i], *other = &b->items[i];

        FUZZ_REQUIRE(one->name_len == other->name_len && one->value_len == other->value_len);
        FUZZ_REQUIRE(memcmp(one->name, other->name, one->name_len) == 0);
        FUZZ_REQUIRE(memcmp(one->value, other->value, one->value_len) == 0);
    }
}

static void require_sound(const struct pm_params *params)
{
    size_t i;

    FUZZ_REQUIRE(params->count <= PM_PARAMS_MAX && params->bytes <= PM_PARAMS_BYTES_MAX);
    for (i = 0; i < params->count; i++) {
        FUZZ_REQUIRE(params->items[i].name_len > 0);
        FUZZ_REQUIRE(params->items[i].name[params->items[i].name_len] == '\0');
        FUZZ_REQUIRE(params->items[i].value[params->items[i].value_len] == '\0');
    }
}

static void require_round_trip(const struct pm_params *params)
{
    struct pm_params *again = pm_params_new();
    struct pm_buf form;

    pm_buf_init(&form, FORM_MAX);
    (void)pm_buf_adds(&form, "");
    FUZZ_REQUIRE(again && pm_request_add_form(&form, params) == 0);
    FUZZ_REQUIRE(strlen(form.data) == form.len);
    FUZZ_REQUIRE(pm_params_add_form(again, form.data, form.len) == 0);
    require_same(params, again);
    pm_buf_clear(&form);
    pm_params_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct pm_params *params = pm_params_new();
    size_t len;
    char *form = fuzz_rest(&input, &len);
    int r = pm_params_add_form(params, form, len);

    FUZZ_REQUIRE(r == 0 || r == PM_ERR_USAGE || r == PM_ERR_LIMIT);
    require_sound(params);
    require_round_trip(params);
    pm_params_free(params);
    free(form);
    return 0;
}
