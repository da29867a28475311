/*
 * Digests and keyed digests, right and wrong ones, for the doctor. The only place of the doctor
 * that knows OpenSSL. A keyed context is kept and started again while key and digest stay the same,
 * which makes trying many texts four times cheaper than the one-shot call.
 */
#ifndef FA_DOCTOR_MAC_H
#define FA_DOCTOR_MAC_H

#include "doctor.h"

#define FA_MAC_SIZE 64

enum fa_digest {
    FA_DIGEST_MD5,
    FA_DIGEST_SHA1,
    FA_DIGEST_SHA224,
    FA_DIGEST_SHA256,
    FA_DIGEST_SHA384,
    FA_DIGEST_SHA512,
    FA_DIGEST_MAX,
};

/* How key and text meet. */
enum fa_scheme {
    FA_SCHEME_HMAC,
    FA_SCHEME_HMAC_SWAPPED,   /* the text as key, the key as text */
    FA_SCHEME_HMAC_OF_HEX,    /* HMAC over the hexadecimal digest of the text */
    FA_SCHEME_HMAC_OF_DIGEST, /* HMAC over the digest of the text */
    FA_SCHEME_HMAC_TWICE,     /* HMAC over the HMAC */
    FA_SCHEME_TEXT,           /* no key at all */
    FA_SCHEME_KEY_TEXT,       /* digest of key followed by text */
    FA_SCHEME_TEXT_KEY,       /* digest of text followed by key */
    FA_SCHEME_KEY_TEXT_KEY,   /* digest of key, text, key */
    FA_SCHEME_KEY_COLON_TEXT, /* digest of key, ':', text */
};

struct fa_mac;

/** Errors: NULL, the crypto library failed. fa_mac_free() takes NULL and wipes keys. */
struct fa_mac *fa_mac_new(void);
void fa_mac_free(struct fa_mac *mac);

/** @ret: FA_MAC_SIZE bytes. Returns how many of them count; 0 when the crypto library failed. */
size_t fa_mac_compute(struct fa_mac *mac, enum fa_scheme scheme, enum fa_digest digest,
                      struct fa_bytes key, struct fa_bytes text, uint8_t *ret);

#endif
