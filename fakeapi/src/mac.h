/*
 * Keys and digests: what the server needs of Nettle, and its only user there besides the doctor.
 * An HMAC context is keyed once per account and started anew for each request, which is several
 * times cheaper than keying it each time.
 */
#ifndef FA_MAC_H
#define FA_MAC_H

#include <stdbool.h>
#include <stddef.h>

struct fa_mac;

#define FA_CHECKSUM_SIZE 29 /* Base64 of 20 bytes, and a NUL */
#define FA_KEY_SIZE      27 /* the vendor's keys and tokens have 26 characters; and a NUL */
#define FA_DIGEST_SIZE   65 /* hexadecimal SHA-256, and a NUL */

enum fa_digest {
    FA_DIGEST_MD5,
    FA_DIGEST_SHA256,
};

/** A context for HMAC-SHA1 under this key. Errors: NULL out of memory */
struct fa_mac *fa_mac_new(const char *key, size_t len);
void fa_mac_free(struct fa_mac *mac);

/** Start, add any number of times, end with the Base64 text. */
void fa_mac_begin(struct fa_mac *mac);
void fa_mac_add(struct fa_mac *mac, const void *bytes, size_t len);
void fa_mac_end(struct fa_mac *mac, char checksum[FA_CHECKSUM_SIZE]);

/** Lower-case hexadecimal digest of a text. */
void fa_digest_hex(enum fa_digest digest, const char *text, char hex[FA_DIGEST_SIZE]);

/** 26 random characters of `0-9A-V`: an apikey, a secretkey or a token. Errors: -1 no random bytes
 */
int fa_random_key(char key[FA_KEY_SIZE]);

/** Compare without telling by the time how much was right. */
bool fa_is_same(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
