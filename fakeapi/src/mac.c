#include "mac.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

struct fa_mac {
    struct hmac_sha1_ctx keyed;
    struct hmac_sha1_ctx running;
};

struct fa_mac *fa_mac_new(const char *key, size_t len)
{
    struct fa_mac *mac = calloc(1, sizeof(*mac));

    if (mac)
        hmac_sha1_set_key(&mac->keyed, len, (const uint8_t *)key);
    return mac;
}

void fa_mac_free(struct fa_mac *mac)
{
    if (!mac)
        return;
    explicit_bzero(mac, sizeof(*mac));
    free(mac);
}

void fa_mac_begin(struct fa_mac *mac)
{
    mac->running = mac->keyed;
}

void fa_mac_add(struct fa_mac *mac, const void *bytes, size_t len)
{
    hmac_sha1_update(&mac->running, len, bytes);
}

void fa_mac_end(struct fa_mac *mac, char checksum[FA_CHECKSUM_SIZE])
{
    uint8_t bytes[SHA1_DIGEST_SIZE];

    hmac_sha1_digest(&mac->running, sizeof(bytes), bytes);
    base64_encode_raw(checksum, sizeof(bytes), bytes);
    checksum[FA_CHECKSUM_SIZE - 1] = '\0';
}

static void write_hex(const uint8_t *bytes, size_t len, char *hex)
{
    size_t i;

    for (i = 0; i < len; i++) {
        hex[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    hex[2 * len] = '\0';
}

void fa_digest_hex(enum fa_digest digest, const char *text, char hex[FA_DIGEST_SIZE])
{
    uint8_t bytes[SHA256_DIGEST_SIZE];
    struct sha256_ctx sha256;
    struct md5_ctx md5;

    if (digest == FA_DIGEST_MD5) {
        md5_init(&md5);
        md5_update(&md5, strlen(text), (const uint8_t *)text);
        md5_digest(&md5, MD5_DIGEST_SIZE, bytes);
        write_hex(bytes, MD5_DIGEST_SIZE, hex);
        return;
    }
    sha256_init(&sha256);
    sha256_update(&sha256, strlen(text), (const uint8_t *)text);
    sha256_digest(&sha256, SHA256_DIGEST_SIZE, bytes);
    write_hex(bytes, SHA256_DIGEST_SIZE, hex);
}

int fa_random_key(char key[FA_KEY_SIZE])
{
    unsigned char bytes[FA_KEY_SIZE - 1];
    size_t i;

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return -1;
    for (i = 0; i < sizeof(bytes); i++)
        key[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUV"[bytes[i] & 31];
    key[i] = '\0';
    return 0;
}

bool fa_is_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && memeql_sec(a, b, a_len);
}
