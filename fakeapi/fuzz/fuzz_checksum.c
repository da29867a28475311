/*
 * The checksum that the server computes, against one put together here from the protocol's words.
 * Input: a form body.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "buf.h"
#include "checksum.h"
#include "fuzz.h"
#include "params.h"

#define ARENA_MAX (4u << 20)
#define PARAMS    64 /* the sorting here is the simplest there is, and slow */

static const char secret[] = "0123456789ABCDEFGHIJKLMNOP";

static int order_of(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t i;

    for (i = 0; i < a_len && i < b_len; i++)
        if (a[i] != b[i])
            return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
    return a_len == b_len ? 0 : a_len < b_len ? -1 : 1;
}

static int order_of_params(const struct fa_param *a, const struct fa_param *b, bool ignores_case)
{
    int order = ignores_case ? strcasecmp(a->name, b->name) : 0;

    if (order == 0)
        order = order_of(a->name, a->name_len, b->name, b->name_len);
    return order != 0 ? order : order_of(a->value, a->value_len, b->value, b->value_len);
}

/* Take the smallest of those left, again and again. */
static void add_text(struct pm_buf *text, const struct fa_params *params,
                     struct fa_checksum_form form)
{
    bool taken[PARAMS] = {false};
    size_t i, round;

    for (round = 0; round < params->count; round++) {
        const struct fa_param *least = NULL;

        for (i = 0; i < params->count; i++)
            if (!taken[i] &&
                (!least || order_of_params(&params->items[i], least, form.ignores_case) < 0))
                least = &params->items[i];
        taken[least - params->items] = true;
        if (least->name_len == 8 && strncasecmp(least->name, "checksum", 8) == 0)
            continue;
        (void)pm_buf_add(text, form.is_raw ? least->raw_name : least->name,
                         form.is_raw ? least->raw_name_len : least->name_len);
        (void)pm_buf_add(text, form.is_raw ? least->raw_value : least->value,
                         form.is_raw ? least->raw_value_len : least->value_len);
    }
}

static void expect(const struct fa_params *params, struct fa_checksum_form form, char *checksum)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len;
    struct pm_buf text;

    pm_buf_init(&text, ARENA_MAX);
    (void)pm_buf_adds(&text, "");
    add_text(&text, params, form);
    FUZZ_REQUIRE(HMAC(EVP_sha1(), secret, (int)strlen(secret), (const unsigned char *)text.data,
                      text.len, digest, &len));
    (void)EVP_EncodeBlock((unsigned char *)checksum, digest, (int)len);
    pm_buf_clear(&text);
}

static void check_form(struct fa_arena *arena, struct fa_mac *mac, const struct fa_params *params,
                       struct fa_checksum_form form)
{
    char expected[FA_CHECKSUM_SIZE];
    char computed[FA_CHECKSUM_SIZE];

    expect(params, form, expected);
    FUZZ_REQUIRE(fa_checksum_compute(arena, mac, params, form, computed) == 0);
    FUZZ_REQUIRE(strcmp(expected, computed) == 0);
    FUZZ_REQUIRE(fa_is_same(expected, strlen(expected), computed, strlen(computed)));
    FUZZ_REQUIRE(!fa_is_same(expected, strlen(expected), computed, strlen(computed) - 1));
    computed[7] ^= 1;
    FUZZ_REQUIRE(!fa_is_same(expected, strlen(expected), computed, strlen(computed)));
}

/* In which order the parameters were sent must not matter. */
static void check_order(struct fa_arena *arena, struct fa_mac *mac, const struct fa_params *params)
{
    struct fa_param turned[PARAMS];
    const struct fa_params other = {turned, params->count};
    const struct fa_checksum_form form = {false, false};
    char first[FA_CHECKSUM_SIZE], second[FA_CHECKSUM_SIZE];
    size_t i;

    for (i = 0; i < params->count; i++)
        turned[i] = params->items[params->count - 1 - i];
    FUZZ_REQUIRE(fa_checksum_compute(arena, mac, params, form, first) == 0);
    FUZZ_REQUIRE(fa_checksum_compute(arena, mac, &other, form, second) == 0);
    FUZZ_REQUIRE(strcmp(first, second) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fa_checksum_form forms[] = {
        {false, false}, {false, true}, {true, false}, {true, true}};
    static struct fa_mac *mac;
    struct fuzz_input input = fuzz_input(data, size);
    struct fa_params params = {0};
    struct fa_arena arena;
    size_t len, i;
    char *body = fuzz_rest(&input, &len);

    if (!mac)
        mac = fa_mac_new(secret, strlen(secret));
    fa_arena_init(&arena, ARENA_MAX);
    if (fa_params_parse(&arena, "", 0, body, len, &params) == 0 && params.count <= PARAMS) {
        for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
            check_form(&arena, mac, &params, forms[i]);
        check_order(&arena, mac, &params);
    }
    fa_arena_clear(&arena);
    free(body);
    return 0;
}
