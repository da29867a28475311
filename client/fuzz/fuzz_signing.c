/*
 * Both sides of the wire, which share no code: what the client signs and sends, the server must
 * read and verify alike. Input: a form body.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "buf.h"
#include "checksum.h"
#include "fuzz.h"
#include "request.h"
/* Both sides have a file of this name. */
#include "../src/params.h"
#include "../../fakeapi/src/params.h"

#define ARENA_MAX (4u << 20)

static const char secret[] = "XQSECRETKEY9ZB4MXW2K8VTJ5N";

/* The server's checksum of a body. */
static void verify(const char *body, size_t len, char *checksum)
{
    const struct fa_checksum_form form = {false, false};
    struct fa_mac *mac = fa_mac_new(secret, strlen(secret));
    struct fa_params params;
    struct fa_arena arena;

    fa_arena_init(&arena, ARENA_MAX);
    FUZZ_REQUIRE(fa_params_parse(&arena, "", 0, body, len, &params) == 0);
    FUZZ_REQUIRE(fa_checksum_compute(&arena, mac, &params, form, checksum) == 0);
    fa_arena_clear(&arena);
    fa_mac_free(mac);
}

/* Names have no case for the server, so this would be a second checksum; the client sends none. */
static bool has_other_checksum(const struct pm_params *params)
{
    size_t i;

    for (i = 0; i < params->count; i++)
        if (params->items[i].name_len == 8 &&
            strncasecmp(params->items[i].name, "checksum", 8) == 0 &&
            memcmp(params->items[i].name, "checksum", 8) != 0)
            return true;
    return false;
}

static void check(const struct pm_params *params, const char *form, size_t len)
{
    char sent[PM_CHECKSUM_SIZE], verified[FA_CHECKSUM_SIZE];
    struct pm_buf body;

    pm_buf_init(&body, ARENA_MAX);
    (void)pm_buf_adds(&body, "");
    FUZZ_REQUIRE(pm_sign(params, secret, strlen(secret), sent) == 0);
    FUZZ_REQUIRE(pm_request_add_form(&body, params) == 0);
    verify(body.data, body.len, verified);
    FUZZ_REQUIRE(strcmp(sent, verified) == 0);
    verify(form, len, verified); /* as it came, encoded in some other way */
    FUZZ_REQUIRE(strcmp(sent, verified) == 0);
    pm_buf_clear(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct pm_params *params = pm_params_new();
    size_t len;
    char *form = fuzz_rest(&input, &len);

    if (pm_params_add_form(params, form, len) == 0 && params->count <= FA_PARAMS_MAX &&
        !has_other_checksum(params))
        check(params, form, len);
    pm_params_free(params);
    free(form);
    return 0;
}
