/* Digests and keyed digests over OpenSSL; see doctor_mac.h. */
#include "doctor_mac.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "buf.h"

#define KEY_KEPT_MAX 256 /* ours: longer keys are set anew each time */

/* A context of HMAC that has its key. */
struct keyed {
    EVP_MAC_CTX *context;
    char key[KEY_KEPT_MAX];
    size_t key_len;
    bool is_set;
};

struct fa_doctor_mac {
    EVP_MAC *hmac;
    EVP_MD *digests[FA_DOCTOR_DIGEST_MAX];
    EVP_MD_CTX *digesting;
    struct keyed keyed[FA_DOCTOR_DIGEST_MAX];
};

static const char *const digest_names[FA_DOCTOR_DIGEST_MAX] = {
    [FA_DOCTOR_DIGEST_MD5] = "MD5",       [FA_DOCTOR_DIGEST_SHA1] = "SHA1",
    [FA_DOCTOR_DIGEST_SHA224] = "SHA224", [FA_DOCTOR_DIGEST_SHA256] = "SHA256",
    [FA_DOCTOR_DIGEST_SHA384] = "SHA384", [FA_DOCTOR_DIGEST_SHA512] = "SHA512",
};

/* Digests that this machine's policy forbids stay NULL: nobody's client could use them here. */
struct fa_doctor_mac *fa_doctor_mac_new(void)
{
    struct fa_doctor_mac *mac = calloc(1, sizeof(*mac));
    size_t i;

    if (!mac)
        return NULL;
    mac->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    mac->digesting = EVP_MD_CTX_new();
    for (i = 0; i < FA_DOCTOR_DIGEST_MAX; i++)
        mac->digests[i] = EVP_MD_fetch(NULL, digest_names[i], NULL);
    if (!mac->hmac || !mac->digesting || !mac->digests[FA_DOCTOR_DIGEST_SHA1]) {
        fa_doctor_mac_free(mac);
        return NULL;
    }
    return mac;
}

void fa_doctor_mac_free(struct fa_doctor_mac *mac)
{
    size_t i;

    if (!mac)
        return;
    for (i = 0; i < FA_DOCTOR_DIGEST_MAX; i++) {
        EVP_MAC_CTX_free(mac->keyed[i].context);
        EVP_MD_free(mac->digests[i]);
    }
    EVP_MD_CTX_free(mac->digesting);
    EVP_MAC_free(mac->hmac);
    OPENSSL_cleanse(mac, sizeof(*mac));
    free(mac);
}

static bool has_key(const struct keyed *keyed, struct fa_bytes key)
{
    return keyed->is_set && keyed->key_len == key.len &&
           (key.len == 0 || memcmp(keyed->key, key.at, key.len) == 0);
}

static int set_key(struct keyed *keyed, enum fa_doctor_digest digest, struct fa_bytes key)
{
    char name[sizeof("SHA224")];
    OSSL_PARAM params[2] = {OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
    const char *bytes = key.len > 0 ? key.at : ""; /* NULL would mean: keep the key */

    memcpy(name, digest_names[digest], strlen(digest_names[digest]) + 1);
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0);
    keyed->is_set = false;
    if (!EVP_MAC_init(keyed->context, (const unsigned char *)bytes, key.len, params))
        return -1;
    if (key.len <= sizeof(keyed->key)) {
        memcpy(keyed->key, bytes, key.len);
        keyed->key_len = key.len;
        keyed->is_set = true;
    }
    return 0;
}

/* The context of a digest, started with this key: cheaply when it is the key of the last time. */
static EVP_MAC_CTX *start(struct fa_doctor_mac *mac, enum fa_doctor_digest digest,
                          struct fa_bytes key)
{
    struct keyed *keyed = &mac->keyed[digest];

    if (!keyed->context)
        keyed->context = EVP_MAC_CTX_new(mac->hmac);
    if (!keyed->context)
        return NULL;
    if (has_key(keyed, key))
        return EVP_MAC_init(keyed->context, NULL, 0, NULL) ? keyed->context : NULL;
    return set_key(keyed, digest, key) == 0 ? keyed->context : NULL;
}

static size_t hmac(struct fa_doctor_mac *mac, enum fa_doctor_digest digest, struct fa_bytes key,
                   struct fa_bytes text, uint8_t *ret)
{
    EVP_MAC_CTX *context = start(mac, digest, key);
    size_t len;

    if (!context || !EVP_MAC_update(context, (const unsigned char *)text.at, text.len) ||
        !EVP_MAC_final(context, ret, &len, FA_DOCTOR_MAC_SIZE))
        return 0;
    return len;
}

/* The digest of some pieces, one after the other. */
static size_t digest_of(struct fa_doctor_mac *mac, enum fa_doctor_digest digest,
                        const struct fa_bytes *pieces, size_t count, uint8_t *ret)
{
    unsigned len;
    size_t i;

    if (!EVP_DigestInit_ex2(mac->digesting, mac->digests[digest], NULL))
        return 0;
    for (i = 0; i < count; i++) {
        if (!EVP_DigestUpdate(mac->digesting, pieces[i].at, pieces[i].len))
            return 0;
    }
    if (!EVP_DigestFinal_ex(mac->digesting, ret, &len))
        return 0;
    return len;
}

static size_t hmac_of_hex(struct fa_doctor_mac *mac, enum fa_doctor_digest digest,
                          struct fa_bytes key, struct fa_bytes text, uint8_t *ret)
{
    char hex[2 * FA_DOCTOR_MAC_SIZE];
    size_t len = digest_of(mac, digest, &text, 1, ret), i;

    for (i = 0; i < len; i++) {
        hex[2 * i] = "0123456789abcdef"[ret[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[ret[i] & 15];
    }
    return hmac(mac, digest, key, (struct fa_bytes){hex, 2 * len}, ret);
}

size_t fa_doctor_mac_compute(struct fa_doctor_mac *mac, enum fa_doctor_scheme scheme,
                             enum fa_doctor_digest digest, struct fa_bytes key,
                             struct fa_bytes text, uint8_t *ret)
{
    const struct fa_bytes around[] = {key, text, key};
    const struct fa_bytes with_colon[] = {key, {":", 1}, text};
    uint8_t inner[FA_DOCTOR_MAC_SIZE];
    struct fa_bytes inner_bytes = {(const char *)inner, 0};

    if (!mac->digests[digest])
        return 0;
    switch (scheme) {
    case FA_DOCTOR_SCHEME_HMAC:
        return hmac(mac, digest, key, text, ret);
    case FA_DOCTOR_SCHEME_HMAC_SWAPPED:
        return hmac(mac, digest, text, key, ret);
    case FA_DOCTOR_SCHEME_HMAC_OF_HEX:
        return hmac_of_hex(mac, digest, key, text, ret);
    case FA_DOCTOR_SCHEME_HMAC_OF_DIGEST:
        inner_bytes.len = digest_of(mac, digest, &text, 1, inner);
        return hmac(mac, digest, key, inner_bytes, ret);
    case FA_DOCTOR_SCHEME_HMAC_TWICE:
        inner_bytes.len = hmac(mac, digest, key, text, inner);
        return hmac(mac, digest, key, inner_bytes, ret);
    case FA_DOCTOR_SCHEME_TEXT:
        return digest_of(mac, digest, &text, 1, ret);
    case FA_DOCTOR_SCHEME_KEY_TEXT:
        return digest_of(mac, digest, around, 2, ret);
    case FA_DOCTOR_SCHEME_TEXT_KEY:
        return digest_of(mac, digest, around + 1, 2, ret);
    case FA_DOCTOR_SCHEME_KEY_TEXT_KEY:
        return digest_of(mac, digest, around, 3, ret);
    case FA_DOCTOR_SCHEME_KEY_COLON_TEXT:
        return digest_of(mac, digest, with_colon, 3, ret);
    }
    return 0;
}
