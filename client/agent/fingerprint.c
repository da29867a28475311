/* The fingerprint of an SSH public key; see fingerprint.h. Uses OpenSSL for nothing but this. */
#include "fingerprint.h"

#include <string.h>

#include <openssl/evp.h>

#define BLOB_MAX 1024 /* what a record carries of it */

int pm_fingerprint(const char *blob, size_t len, char *ret_fingerprint)
{
    unsigned char key[BLOB_MAX], digest[32], text[48];
    int key_len;

    if (len == 0 || len % 4 != 0 || len > BLOB_MAX)
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
