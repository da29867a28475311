/* The fingerprint of an SSH public key; see fingerprint.h. Uses OpenSSL for nothing but this. */
#include "fingerprint.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

#define BLOB_MAX 3072 /* what a record carries of it */

/* EVP_DecodeBlock() forgives blanks and any padding. */
static bool is_base64(const char *text, size_t len)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t padding = 0, i;

    if (len == 0 || len % 4 != 0)
        return false;
    while (padding < 2 && text[len - padding - 1] == '=')
        padding++;
    for (i = 0; i < len - padding; i++) {
        if (text[i] == '\0' || !strchr(alphabet, text[i]))
            return false;
    }
    return true;
}

int pm_fingerprint(const char *blob, size_t len, char *ret_fingerprint)
{
    unsigned char key[BLOB_MAX], digest[32], text[48];
    int key_len;

    if (len > BLOB_MAX || !is_base64(blob, len))
        return -1;
    key_len = EVP_DecodeBlock(key, (const unsigned char *)blob, (int)len);
    if (key_len < 0)
        return -1;
    key_len -= (blob[len - 1] == '=') + (blob[len - 2] == '='); /* counted, and zero */
    if (EVP_Digest(key, (size_t)key_len, digest, NULL, EVP_sha256(), NULL) != 1)
        return -1;

    (void)EVP_EncodeBlock(text, digest, sizeof(digest));
    memcpy(ret_fingerprint, "SHA256:", 7);
    memcpy(ret_fingerprint + 7, text, 43); /* 44 with its one `=` */
    ret_fingerprint[50] = '\0';
    return 0;
}
