/*
 * Digests and keyed digests, right and wrong ones, for the doctor. The only place of the doctor
 * that knows Nettle. A keyed context is kept and started again while key and digest stay the same,
 * which makes trying many texts four times cheaper than the one-shot call.
 */
#ifndef FA_DOCTOR_MAC_H
#define FA_DOCTOR_MAC_H

#include "doctor.h"

#define FA_DOCTOR_MAC_SIZE 64

enum fa_doctor_digest {
    FA_DOCTOR_DIGEST_MD5,
    FA_DOCTOR_DIGEST_SHA1,
    FA_DOCTOR_DIGEST_SHA224,
    FA_DOCTOR_DIGEST_SHA256,
    FA_DOCTOR_DIGEST_SHA384,
    FA_DOCTOR_DIGEST_SHA512,
    FA_DOCTOR_DIGEST_MAX,
};

/* How key and text meet. */
enum fa_doctor_scheme {
    FA_DOCTOR_SCHEME_HMAC,
    FA_DOCTOR_SCHEME_HMAC_SWAPPED,   /* the text as key, the key as text */
    FA_DOCTOR_SCHEME_HMAC_OF_HEX,    /* HMAC over the hexadecimal digest of the text */
    FA_DOCTOR_SCHEME_HMAC_OF_DIGEST, /* HMAC over the digest of the text */
    FA_DOCTOR_SCHEME_HMAC_TWICE,     /* HMAC over the HMAC */
    FA_DOCTOR_SCHEME_TEXT,           /* no key at all */
    FA_DOCTOR_SCHEME_KEY_TEXT,       /* digest of key followed by text */
    FA_DOCTOR_SCHEME_TEXT_KEY,       /* digest of text followed by key */
    FA_DOCTOR_SCHEME_KEY_TEXT_KEY,   /* digest of key, text, key */
    FA_DOCTOR_SCHEME_KEY_COLON_TEXT, /* digest of key, ':', text */
};

struct fa_doctor_mac;

/** Errors: NULL out of memory. fa_doctor_mac_free() takes NULL and wipes keys. */
struct fa_doctor_mac *fa_doctor_mac_new(void);
void fa_doctor_mac_free(struct fa_doctor_mac *mac);

/** @ret: FA_DOCTOR_MAC_SIZE bytes. Returns how many of them count. */
size_t fa_doctor_mac_compute(struct fa_doctor_mac *mac, enum fa_doctor_scheme scheme,
                             enum fa_doctor_digest digest, struct fa_bytes key,
                             struct fa_bytes text, uint8_t *ret);

#endif
