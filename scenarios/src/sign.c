/* Checksums, right and wrong; see sign.h. */
#include "sign.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "buf.h"
#include "cleanup.h"
#include "percent.h"
#include "shape.h"

#define TEXT_MAX   (4u << 20)
#define PARAMS_MAX 256

static const char *const orders[] = {"bytes", "given", "ignoring case", "reversed", NULL};
static const char *const values[] = {"decoded", "encoded", "names only", "values only", NULL};
static const char *const digests[] = {"sha1", "sha256", "md5", "sha512", NULL};
static const char *const outputs[] = {"base64", "hex", "HEX", "base64url", NULL};

const struct sc_key sc_sign_keys[] = {
    {"secret", SC_TEXT, false, "Another secret key.", NULL, NULL},
    {"order", SC_WORD, false, "How parameters are sorted; right is `bytes`.", orders, NULL},
    {"values", SC_WORD, false, "What of each parameter is signed; right is `decoded`.", values,
     NULL},
    {"digest", SC_WORD, false, "Right is `sha1`.", digests, NULL},
    {"output", SC_WORD, false, "Right is `base64`.", outputs, NULL},
    {"without", SC_LIST, false, "Parameters that are left out of what is signed.", NULL, NULL},
    {"with", SC_FIELDS, false, "Parameters that are signed and not sent.", NULL, NULL},
    {"between", SC_TEXT, false, "Put between parameters; right is nothing.", NULL, NULL},
    {"equals", SC_TEXT, false, "Put between name and value; right is nothing.", NULL, NULL},
    {"before", SC_TEXT, false, "Put before the text that is signed.", NULL, NULL},
    {"after", SC_TEXT, false, "Put after the text that is signed.", NULL, NULL},
    {"checksum", SC_TEXT, false, "Sent as it is, whatever the rest would make.", NULL, NULL},
    {0},
};

static const char *word(const cJSON *how, const char *name, const char *right)
{
    const char *given = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(how, name));

    return given ? given : right;
}

char *sc_sign_encode(const char *text)
{
    size_t len = strlen(text), size = 3 * len + 1;
    char *encoded = malloc(size);

    if (encoded)
        (void)pm_percent_encode(text, len, "", encoded, size);
    return encoded;
}

/* ---- the text ---- */

static int by_bytes(const void *a, const void *b)
{
    const cJSON *const *x = a, *const *y = b;

    return strcmp((*x)->string, (*y)->string);
}

static int ignoring_case(const void *a, const void *b)
{
    const cJSON *const *x = a, *const *y = b;

    return strcasecmp((*x)->string, (*y)->string);
}

static int backwards(const void *a, const void *b)
{
    return by_bytes(b, a);
}

/* One word stands for a list of one. */
static bool is_left_out(const cJSON *how, const char *name)
{
    const cJSON *without = cJSON_GetObjectItemCaseSensitive(how, "without");
    const cJSON *item;

    if (cJSON_IsString(without))
        return strcmp(without->valuestring, name) == 0;
    cJSON_ArrayForEach(item, without)
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, name) == 0)
            return true;
    }
    return false;
}

static size_t list(const cJSON *params, const cJSON *how, const cJSON **items)
{
    static const struct {
        const char *name;
        int (*compare)(const void *, const void *);
    } sorts[] = {{"bytes", by_bytes}, {"ignoring case", ignoring_case}, {"reversed", backwards}};
    const char *order = word(how, "order", "bytes");
    const cJSON *item;
    size_t n = 0, i;

    cJSON_ArrayForEach(item, params)
    {
        if (n < PARAMS_MAX && !is_left_out(how, item->string))
            items[n++] = item;
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(how, "with"))
    {
        if (n < PARAMS_MAX)
            items[n++] = item;
    }
    for (i = 0; i < PM_ARRAY_LEN(sorts); i++)
        if (strcmp(sorts[i].name, order) == 0)
            qsort(items, n, sizeof(*items), sorts[i].compare);
    return n;
}

static void add_param(struct pm_buf *text, const cJSON *item, const cJSON *how)
{
    const char *what = word(how, "values", "decoded");
    const char *value = cJSON_IsString(item) ? item->valuestring : "";
    PM_AUTO_FREE char *encoded = NULL;

    if (strcmp(what, "values only") != 0)
        (void)pm_buf_adds(text, item->string);
    (void)pm_buf_adds(text, word(how, "equals", ""));
    if (strcmp(what, "names only") == 0)
        return;
    encoded = strcmp(what, "encoded") == 0 ? sc_sign_encode(value) : NULL;
    (void)pm_buf_adds(text, encoded ? encoded : value);
}

static void make_text(struct pm_buf *text, const cJSON *params, const cJSON *how)
{
    const cJSON *items[PARAMS_MAX];
    size_t count = list(params, how, items), i;

    (void)pm_buf_adds(text, word(how, "before", ""));
    for (i = 0; i < count; i++) {
        if (i > 0)
            (void)pm_buf_adds(text, word(how, "between", ""));
        add_param(text, items[i], how);
    }
    (void)pm_buf_adds(text, word(how, "after", ""));
}

/* ---- the checksum ---- */

static void add_hex(struct pm_buf *out, const unsigned char *mac, unsigned int len,
                    const char *format)
{
    unsigned int i;

    for (i = 0; i < len; i++)
        (void)pm_buf_addf(out, format[0] == 'H' ? "%02X" : "%02x", mac[i]);
}

static char *written(const unsigned char *mac, unsigned int len, const char *output)
{
    char base64[4 * EVP_MAX_MD_SIZE];
    struct pm_buf out;
    char *c;

    pm_buf_init(&out, sizeof(base64));
    if (strcasecmp(output, "hex") == 0) {
        add_hex(&out, mac, len, output);
        return pm_buf_take(&out);
    }
    (void)EVP_EncodeBlock((unsigned char *)base64, mac, (int)len);
    for (c = base64; strcmp(output, "base64url") == 0 && *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    return strdup(base64);
}

char *sc_sign(const cJSON *params, const char *secret, const cJSON *how)
{
    const char *key = word(how, "secret", secret), *fixed = word(how, "checksum", NULL);
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    struct pm_buf text;
    bool is_made;

    if (fixed)
        return strdup(fixed);
    pm_buf_init(&text, TEXT_MAX);
    make_text(&text, params, how);
    is_made = !text.failed &&
              HMAC(EVP_get_digestbyname(word(how, "digest", "sha1")), key, (int)strlen(key),
                   (const unsigned char *)(text.data ? text.data : ""), text.len, mac, &len);
    pm_buf_clear(&text);
    return is_made ? written(mac, len, word(how, "output", "base64")) : NULL;
}
