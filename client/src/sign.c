/*
 * The checksum that authenticates a request (PROTOCOL.md §2.3): parameters and secret in, Base64
 * out. No clock, no I/O. The only user of OpenSSL in the client.
 */
#include "paidmonitor.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "params.h"

#define DIGEST_SIZE 20 /* SHA-1 */

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static int compare_items(const void *left, const void *right)
{
    const struct pm_item *a = *(const struct pm_item *const *)left;
    const struct pm_item *b = *(const struct pm_item *const *)right;
    int order = compare_bytes(a->name, a->name_len, b->name, b->name_len);

    return order != 0 ? order : compare_bytes(a->value, a->value_len, b->value, b->value_len);
}

static bool is_checksum(const struct pm_item *item)
{
    return compare_bytes(item->name, item->name_len, "checksum", strlen("checksum")) == 0;
}

/* Steps 1 and 3: all parameters but the checksum, sorted. The caller frees the array. */
static const struct pm_item **sorted_items(const struct pm_params *params, size_t *ret_count)
{
    const struct pm_item **items = calloc(params->count + 1, sizeof(const struct pm_item *));
    size_t count = 0, i;

    if (!items)
        return NULL;
    for (i = 0; i < params->count; i++)
        if (!is_checksum(&params->items[i]))
            items[count++] = &params->items[i];
    qsort(items, count, sizeof(const struct pm_item *), compare_items);
    *ret_count = count;
    return items;
}

int pm_sign_text(const struct pm_params *params, char **ret_text, size_t *ret_len)
{
    size_t count = 0, len, i;
    const struct pm_item **items = sorted_items(params, &count);
    struct pm_buf text;
    char *bytes;

    if (!items)
        return PM_ERR_SYSTEM;
    pm_buf_init(&text, PM_PARAMS_BYTES_MAX);
    for (i = 0; i < count; i++) { /* step 4: nothing between */
        (void)pm_buf_add(&text, items[i]->name, items[i]->name_len);
        (void)pm_buf_add(&text, items[i]->value, items[i]->value_len);
    }
    free(items);

    len = text.len;
    bytes = pm_buf_take(&text);
    if (!bytes) {
        pm_buf_clear(&text);
        return PM_ERR_SYSTEM;
    }
    *ret_text = bytes;
    *ret_len = len;
    return 0;
}

int pm_sign_bytes(const void *secret, size_t secret_len, const void *text, size_t text_len,
                  char *ret_checksum)
{
    unsigned char digest[DIGEST_SIZE];
    unsigned int digest_len = 0;

    if (secret_len > INT_MAX ||
        !HMAC(EVP_sha1(), secret_len > 0 ? secret : "", (int)secret_len, text, text_len, digest,
              &digest_len) ||
        digest_len != DIGEST_SIZE)
        return PM_ERR_SYSTEM;
    (void)EVP_EncodeBlock((unsigned char *)ret_checksum, digest, DIGEST_SIZE);
    return 0;
}

int pm_sign(const struct pm_params *params, const void *secret, size_t secret_len,
            char *ret_checksum)
{
    PM_AUTO_FREE char *text = NULL;
    size_t len = 0;
    int r = pm_sign_text(params, &text, &len);

    return r < 0 ? r : pm_sign_bytes(secret, secret_len, text, len, ret_checksum);
}
