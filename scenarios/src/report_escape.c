/* Text for XML and HTML; see report_escape.h. */
#include "report_escape.h"

#include <stdint.h>
#include <string.h>

/* Length of a well-formed sequence of UTF-8 for a character that XML can carry, 0 otherwise. */
static size_t sequence(const unsigned char *s, size_t len)
{
    static const struct {
        unsigned char mask, lead;
        size_t len;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 1, 0x20},
                 {0xE0, 0xC0, 2, 0x80},
                 {0xF0, 0xE0, 3, 0x800},
                 {0xF8, 0xF0, 4, 0x10000}};
    size_t i, k;

    for (i = 0; i < 4; i++) {
        uint32_t code = s[0] & (unsigned char)~forms[i].mask;

        if ((s[0] & forms[i].mask) != forms[i].lead || len < forms[i].len)
            continue;
        for (k = 1; k < forms[i].len; k++) {
            if ((s[k] & 0xC0) != 0x80)
                return 0;
            code = code << 6 | (s[k] & 0x3F);
        }
        return code < forms[i].least || (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF ||
                       code == 0xFFFE || code == 0xFFFF
                   ? 0
                   : forms[i].len;
    }
    return 0;
}

static const char *entity(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void sc_print_xml(FILE *out, const char *text, size_t len)
{
    size_t i = 0;

    while (i < len) {
        size_t width = sequence((const unsigned char *)text + i, len - i);

        if (text[i] == '\n' || text[i] == '\t')
            (void)fputc(text[i], out);
        else if (width == 0)
            (void)fputc('?', out);
        else if (entity(text[i]))
            (void)fputs(entity(text[i]), out);
        else
            (void)fwrite(text + i, 1, width, out);
        i += width > 0 ? width : 1;
    }
}
