/* The fingerprint of an SSH public key, as ssh-keygen -l prints it. */
#ifndef PM_FINGERPRINT_H
#define PM_FINGERPRINT_H

#include <stddef.h>

#define PM_FINGERPRINT_SIZE 51 /* "SHA256:", Base64 of 32 bytes without padding, NUL */

/**
 * @blob:            the key in Base64, as in authorized_keys(5)
 * @ret_fingerprint: at least PM_FINGERPRINT_SIZE bytes
 *
 * Errors: -1 no Base64
 * Source: sshd(8), "FingerprintHash"; RFC 4253, section 6.6
 */
int pm_fingerprint(const char *blob, size_t len, char *ret_fingerprint);

#endif
