/* Percent-encoding of arbitrary bytes; see percent.h. */
#include "percent.h"

#include <string.h>

bool pm_percent_is_unreserved(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

size_t pm_percent_encode(const void *bytes, size_t len, const char *also_safe, char *text,
                         size_t size)
{
    static const char hex[] = "0123456789ABCDEF";
    const unsigned char *in = bytes;
    size_t used = 0, i;

    if (size == 0)
        return 0;
    for (i = 0; i < len; i++) {
        bool plain = pm_percent_is_unreserved(in[i]) || (in[i] != '\0' && strchr(also_safe, in[i]));

        if ((plain ? 1u : 3u) >= size - used)
            break;
        if (plain) {
            text[used++] = (char)in[i];
        } else {
            text[used++] = '%';
            text[used++] = hex[in[i] >> 4];
            text[used++] = hex[in[i] & 15];
        }
    }
    text[used] = '\0';
    return i;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

int pm_percent_decode(const char *text, size_t len, void *bytes, size_t *ret_len)
{
    char *out = bytes;
    size_t used = 0, i;

    for (i = 0; i < len; i++) {
        if (text[i] != '%') {
            out[used++] = text[i];
            continue;
        }
        if (len - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
            return -1;
        out[used++] = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
        i += 2;
    }
    *ret_len = used;
    return 0;
}
