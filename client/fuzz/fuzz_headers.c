/*
 * What headers and configuration say about servers: Retry-After, and base URLs. Input: a text.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "transport.h"

#define NOW_MS INT64_C(1795374000000) /* 2026-11-22 */

static void check_retry_after(const char *text)
{
    int64_t wait_ms = pm_transport_retry_after(text, NOW_MS);

    FUZZ_REQUIRE(wait_ms >= -1 && wait_ms <= PM_RETRY_AFTER_MAX_MS);
    if (text[0] != '\0' && strspn(text, "0123456789") == strlen(text))
        FUZZ_REQUIRE(wait_ms >= 0);
    FUZZ_REQUIRE(wait_ms != 0 || pm_transport_retry_after(text, NOW_MS + 1) == 0);
}

/* What passes can be used as it is, and passes again. */
static void check_url(const char *url)
{
    struct pm_error err = {0};
    char *base = NULL, *again = NULL;
    int r = pm_transport_check_url(url, false, &base, &err);

    if (r == 0) {
        size_t len = strlen(base);

        FUZZ_REQUIRE(len > 0 && base[len - 1] != '/' && !strpbrk(base, "?#"));
        FUZZ_REQUIRE(pm_transport_check_url(base, false, &again, &err) == 0);
        FUZZ_REQUIRE(strcmp(base, again) == 0);
    } else {
        FUZZ_REQUIRE(r == PM_ERR_CONFIG && err.message[0] != '\0');
    }
    free(base);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    size_t len;
    char *text = fuzz_rest(&input, &len);

    check_retry_after(text);
    check_url(text);
    free(text);
    return 0;
}
