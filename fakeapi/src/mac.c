#include "mac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SHA1_SIZE 20

struct fa_mac {
    EVP_MAC_CTX *context;
};

struct fa_mac *fa_mac_new(const char *key, size_t len)
{
    char digest[] = "SHA1";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    struct fa_mac *mac = calloc(1, sizeof(*mac));

    if (mac && hmac)
        mac->context = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac); /* the context holds it */
    if (mac && mac->context &&
        EVP_MAC_init(mac->context, (const unsigned char *)key, len, params) == 1)
        return mac;
    fa_mac_free(mac);
    return NULL;
}

void fa_mac_free(struct fa_mac *mac)
{
    if (!mac)
        return;
    EVP_MAC_CTX_free(mac->context); /* wipes the key */
    free(mac);
}

int fa_mac_begin(struct fa_mac *mac)
{
    return EVP_MAC_init(mac->context, NULL, 0, NULL) == 1 ? 0 : -1;
}

int fa_mac_add(struct fa_mac *mac, const void *bytes, size_t len)
{
    return EVP_MAC_update(mac->context, bytes, len) == 1 ? 0 : -1;
}

int fa_mac_end(struct fa_mac *mac, char checksum[FA_CHECKSUM_SIZE])
{
    unsigned char bytes[SHA1_SIZE];
    size_t len;

    if (EVP_MAC_final(mac->context, bytes, &len, sizeof(bytes)) != 1 || len != sizeof(bytes))
        return -1;
    EVP_EncodeBlock((unsigned char *)checksum, bytes, (int)len);
    return 0;
}

int fa_digest_hex(enum fa_digest digest, const char *text, char hex[FA_DIGEST_SIZE])
{
    const EVP_MD *type = digest == FA_DIGEST_MD5 ? EVP_md5() : EVP_sha256();
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int len;
    unsigned int i;

    if (EVP_Digest(text, strlen(text), bytes, &len, type, NULL) != 1)
        return -1;
    for (i = 0; i < len; i++) {
        hex[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    hex[2 * len] = '\0';
    return 0;
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
    return a_len == b_len && CRYPTO_memcmp(a, b, a_len) == 0;
}
