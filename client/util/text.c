/* Hostile bytes made fit to be seen; see text.h. */
#include "text.h"

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

/* Decode one character; returns its length in bytes or 0. */
static size_t decode(const unsigned char *bytes, size_t len, uint32_t *ret_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t point;
    size_t count, i;

    if (len == 0)
        return 0;
    if (bytes[0] < 0x80) {
        *ret_point = bytes[0];
        return 1;
    }
    if ((bytes[0] & 0xe0) == 0xc0)
        count = 2;
    else if ((bytes[0] & 0xf0) == 0xe0)
        count = 3;
    else if ((bytes[0] & 0xf8) == 0xf0)
        count = 4;
    else
        return 0;
    if (len < count)
        return 0;
    point = bytes[0] & (0xffu >> (count + 1));
    for (i = 1; i < count; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (bytes[i] & 0x3fu);
    }
    if (point < least[count] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    *ret_point = point;
    return count;
}

size_t pm_text_utf8_len(const void *bytes, size_t len)
{
    uint32_t point;

    return decode(bytes, len, &point);
}

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

size_t pm_text_plain_len(const void *bytes, size_t len)
{
    const unsigned char *in = bytes;
    size_t i = 0;

    while (i < len && is_plain(in[i]))
        i++;
    return i;
}

/* Characters that move the cursor, break lines, reverse what follows, or show nothing. */
static bool is_hidden(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0xad || point == 0x061c ||
           point == 0x180e || (point >= 0x200b && point <= 0x200f) ||
           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x2069) ||
           point == 0xfeff || (point >= 0xfff9 && point <= 0xfffb) ||
           (point >= 0xe0000 && point <= 0xe0fff);
}

int pm_text_add_visible(struct pm_buf *buf, const void *bytes, size_t len)
{
    const unsigned char *in = bytes;
    size_t i = 0;

    while (i < len) {
        uint32_t point = 0;
        size_t count = decode(in + i, len - i, &point);

        if (count > 0 && point == '\\') {
            (void)pm_buf_adds(buf, "\\\\");
        } else if (count > 0 && !is_hidden(point)) {
            (void)pm_buf_add(buf, in + i, count);
        } else {
            size_t end = i + (count > 0 ? count : 1);

            for (; i < end; i++)
                (void)pm_buf_addf(buf, "\\x%02x", in[i]);
            continue;
        }
        i += count;
    }
    return buf->failed ? -1 : 0;
}

int pm_text_add_marked(struct pm_buf *buf, const void *bytes, size_t len)
{
    const unsigned char *in = bytes;
    size_t i = 0;

    while (i < len) {
        uint32_t point = 0;
        size_t count = decode(in + i, len - i, &point);

        if (count == 0)
            (void)pm_buf_addf(buf, "\u27e80x%02X\u27e9", in[i]);
        else if (is_hidden(point))
            (void)pm_buf_addf(buf, "\u27e8U+%04X\u27e9", (unsigned)point);
        else
            (void)pm_buf_add(buf, in + i, count);
        i += count > 0 ? count : 1;
    }
    return buf->failed ? -1 : 0;
}

int pm_text_add_json(struct pm_buf *buf, const void *bytes, size_t len)
{
    const unsigned char *in = bytes;
    size_t i = 0;

    (void)pm_buf_addc(buf, '"');
    while (i < len) {
        uint32_t point = 0;
        size_t count = pm_text_plain_len(in + i, len - i);

        if (count > 0) {
            (void)pm_buf_add(buf, in + i, count);
            i += count;
            continue;
        }
        count = decode(in + i, len - i, &point);
        if (count == 0) {
            (void)pm_buf_adds(buf, "\xef\xbf\xbd");
            i++;
            continue;
        }
        if (point == '"' || point == '\\')
            (void)pm_buf_addf(buf, "\\%c", (char)point);
        else if (point < 0x20 || point == 0x7f)
            (void)pm_buf_addf(buf, "\\u%04x", (unsigned)point);
        else
            (void)pm_buf_add(buf, in + i, count);
        i += count;
    }
    (void)pm_buf_addc(buf, '"');
    return buf->failed ? -1 : 0;
}

void pm_text_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}
