/*
 * Percent-encoding (RFC 3986, section 2.1) of arbitrary bytes, in fixed memory, so that the PAM
 * module can use it too.
 */
#ifndef PM_PERCENT_H
#define PM_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

/** Does the byte stand for itself: letters, digits and `-._~`? */
bool pm_percent_is_unreserved(unsigned char byte);

/**
 * Encode every byte that is neither unreserved nor listed in @also_safe as %XX, upper case.
 *
 * @also_safe: further bytes that stay as they are; "" for none
 * @size:      of @text in bytes; the result is always NUL-terminated when size > 0
 *
 * Returns how many bytes of @bytes were encoded; fewer than @len means the rest did not fit. A
 * byte is encoded whole or not at all.
 */
size_t pm_percent_encode(const void *bytes, size_t len, const char *also_safe, char *text,
                         size_t size);

/**
 * Decode %XX; every other byte stands for itself (a `+` too).
 *
 * @bytes: at least @len bytes; may be the same memory as @text
 *
 * Errors: -1 a `%` that two hexadecimal digits do not follow
 */
int pm_percent_decode(const char *text, size_t len, void *bytes, size_t *ret_len);

#endif
