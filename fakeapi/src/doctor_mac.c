/* Digests and keyed digests over Nettle; see doctor_mac.h. */
#include "doctor_mac.h"

#include <stdlib.h>
#include <string.h>

#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include "buf.h"

#define KEY_KEPT_MAX 256 /* ours: longer keys are set anew each time */

union context {
    struct md5_ctx md5;
    struct sha1_ctx sha1;
    struct sha256_ctx sha256; /* SHA-224, too */
    struct sha512_ctx sha512; /* SHA-384, too */
};

/* An HMAC that has its key. */
struct keyed {
    union context outer;
    union context inner;
    union context state;
    char key[KEY_KEPT_MAX];
    size_t key_len;
    bool is_set;
};

struct fa_doctor_mac {
    struct keyed keyed[FA_DOCTOR_DIGEST_MAX];
};

static const struct nettle_hash *const digests[FA_DOCTOR_DIGEST_MAX] = {
    [FA_DOCTOR_DIGEST_MD5] = &nettle_md5,       [FA_DOCTOR_DIGEST_SHA1] = &nettle_sha1,
    [FA_DOCTOR_DIGEST_SHA224] = &nettle_sha224, [FA_DOCTOR_DIGEST_SHA256] = &nettle_sha256,
    [FA_DOCTOR_DIGEST_SHA384] = &nettle_sha384, [FA_DOCTOR_DIGEST_SHA512] = &nettle_sha512,
};

struct fa_doctor_mac *fa_doctor_mac_new(void)
{
    return calloc(1, sizeof(struct fa_doctor_mac));
}

void fa_doctor_mac_free(struct fa_doctor_mac *mac)
{
    if (!mac)
        return;
    explicit_bzero(mac, sizeof(*mac));
    free(mac);
}

static const uint8_t *bytes_of(struct fa_bytes bytes)
{
    return (const uint8_t *)(bytes.at ? bytes.at : "");
}

static bool has_key(const struct keyed *keyed, struct fa_bytes key)
{
    return keyed->is_set && keyed->key_len == key.len &&
           (key.len == 0 || memcmp(keyed->key, key.at, key.len) == 0);
}

static void set_key(struct keyed *keyed, const struct nettle_hash *hash, struct fa_bytes key)
{
    hmac_set_key(&keyed->outer, &keyed->inner, &keyed->state, hash, key.len, bytes_of(key));
    keyed->is_set = key.len <= sizeof(keyed->key);
    if (!keyed->is_set)
        return;
    memcpy(keyed->key, bytes_of(key), key.len);
    keyed->key_len = key.len;
}

/* After each result the state is that of the key alone again. */
static size_t hmac(struct fa_doctor_mac *mac, enum fa_doctor_digest digest, struct fa_bytes key,
                   struct fa_bytes text, uint8_t *ret)
{
    const struct nettle_hash *hash = digests[digest];
    struct keyed *keyed = &mac->keyed[digest];

    if (!has_key(keyed, key))
        set_key(keyed, hash, key);
    hmac_update(&keyed->state, hash, text.len, bytes_of(text));
    hmac_digest(&keyed->outer, &keyed->inner, &keyed->state, hash, hash->digest_size, ret);
    return hash->digest_size;
}

/* The digest of some pieces, one after the other. */
static size_t digest_of(enum fa_doctor_digest digest, const struct fa_bytes *pieces, size_t count,
                        uint8_t *ret)
{
    const struct nettle_hash *hash = digests[digest];
    union context context;
    size_t i;

    hash->init(&context);
    for (i = 0; i < count; i++)
        hash->update(&context, pieces[i].len, bytes_of(pieces[i]));
    hash->digest(&context, hash->digest_size, ret);
    return hash->digest_size;
}

static size_t hmac_of_hex(struct fa_doctor_mac *mac, enum fa_doctor_digest digest,
                          struct fa_bytes key, struct fa_bytes text, uint8_t *ret)
{
    char hex[2 * FA_DOCTOR_MAC_SIZE];
    size_t len = digest_of(digest, &text, 1, ret), i;

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

    switch (scheme) {
    case FA_DOCTOR_SCHEME_HMAC:
        return hmac(mac, digest, key, text, ret);
    case FA_DOCTOR_SCHEME_HMAC_SWAPPED:
        return hmac(mac, digest, text, key, ret);
    case FA_DOCTOR_SCHEME_HMAC_OF_HEX:
        return hmac_of_hex(mac, digest, key, text, ret);
    case FA_DOCTOR_SCHEME_HMAC_OF_DIGEST:
        inner_bytes.len = digest_of(digest, &text, 1, inner);
        return hmac(mac, digest, key, inner_bytes, ret);
    case FA_DOCTOR_SCHEME_HMAC_TWICE:
        inner_bytes.len = hmac(mac, digest, key, text, inner);
        return hmac(mac, digest, key, inner_bytes, ret);
    case FA_DOCTOR_SCHEME_TEXT:
        return digest_of(digest, &text, 1, ret);
    case FA_DOCTOR_SCHEME_KEY_TEXT:
        return digest_of(digest, around, 2, ret);
    case FA_DOCTOR_SCHEME_TEXT_KEY:
        return digest_of(digest, around + 1, 2, ret);
    case FA_DOCTOR_SCHEME_KEY_TEXT_KEY:
        return digest_of(digest, around, 3, ret);
    case FA_DOCTOR_SCHEME_KEY_COLON_TEXT:
        return digest_of(digest, with_colon, 3, ret);
    }
    return 0;
}
