/* What programs do to bytes by mistake; see doctor_maps.h. */
#include "doctor_maps.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "text.h"

/* Everything that cannot fail but for memory is checked by the buffer's sticky failure, once. */

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_alnum(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

static bool is_one_of(char byte, const char *set)
{
    return byte != '\0' && strchr(set, byte);
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if ((digit >= 'a' && digit <= 'f') || (digit >= 'A' && digit <= 'F'))
        return (digit | 0x20) - 'a' + 10;
    return -1;
}

static void encode_once(const struct fa_encoding *encoding, struct pm_buf *out, const char *in,
                        size_t len)
{
    const char *digits = encoding->lower ? "0123456789abcdef" : "0123456789ABCDEF";
    size_t i;

    for (i = 0; i < len; i++) {
        bool stays = encoding->only ? !is_one_of(in[i], encoding->only)
                                    : is_alnum(in[i]) || is_one_of(in[i], encoding->safe);
        char sequence[3] = {'%', digits[(unsigned char)in[i] >> 4], digits[in[i] & 15]};

        if (stays)
            (void)pm_buf_addc(out, in[i]);
        else if (in[i] == ' ' && encoding->plus)
            (void)pm_buf_addc(out, '+');
        else
            (void)pm_buf_add(out, sequence, sizeof(sequence));
    }
}

void fa_map_encode(const struct fa_encoding *encoding, struct pm_buf *out, const char *in,
                   size_t len)
{
    struct pm_buf once;

    if (encoding->times < 2) {
        encode_once(encoding, out, in, len);
        return;
    }
    pm_buf_init(&once, out->max);
    encode_once(encoding, &once, in, len);
    encode_once(encoding, out, once.data ? once.data : "", once.len);
    out->failed = out->failed || once.failed;
    pm_buf_clear(&once);
}

void fa_map_cut(const char *set, struct pm_buf *out, const char *in, size_t len)
{
    size_t i = 0;

    while (i < len && !is_one_of(in[i], set))
        i++;
    (void)pm_buf_add(out, in, i);
}

/* ---- blanks ---- */

void fa_map_trim(struct pm_buf *out, const char *in, size_t len)
{
    while (len > 0 && is_space(in[0])) {
        in++;
        len--;
    }
    while (len > 0 && is_space(in[len - 1]))
        len--;
    (void)pm_buf_add(out, in, len);
}

void fa_map_collapse(struct pm_buf *out, const char *in, size_t len)
{
    bool is_first = true;
    size_t i = 0;

    while (i < len) {
        size_t start;

        while (i < len && is_one_of(in[i], " \t\n")) /* the shell's default IFS */
            i++;
        start = i;
        while (i < len && !is_one_of(in[i], " \t\n"))
            i++;
        if (i == start)
            break;
        if (!is_first)
            (void)pm_buf_addc(out, ' ');
        (void)pm_buf_add(out, in + start, i - start);
        is_first = false;
    }
}

/* Append all bytes but those of a set. */
static void drop(struct pm_buf *out, const char *in, size_t len, const char *set)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (!is_one_of(in[i], set))
            (void)pm_buf_addc(out, in[i]);
    }
}

void fa_map_drop_blanks(struct pm_buf *out, const char *in, size_t len)
{
    drop(out, in, len, " ");
}

void fa_map_drop_newlines(struct pm_buf *out, const char *in, size_t len)
{
    drop(out, in, len, "\r\n");
}

void fa_map_drop_backslashes(struct pm_buf *out, const char *in, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (in[i] == '\\' && ++i == len)
            break;
        (void)pm_buf_addc(out, in[i]); /* what an escape protects stays, even a backslash */
    }
}

void fa_map_drop_quotes(struct pm_buf *out, const char *in, size_t len)
{
    drop(out, in, len, "'\"");
}

void fa_map_lf_to_crlf(struct pm_buf *out, const char *in, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (in[i] == '\n' && (i == 0 || in[i - 1] != '\r'))
            (void)pm_buf_addc(out, '\r');
        (void)pm_buf_addc(out, in[i]);
    }
}

void fa_map_crlf_to_lf(struct pm_buf *out, const char *in, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (in[i] != '\r' || i + 1 == len || in[i + 1] != '\n')
            (void)pm_buf_addc(out, in[i]);
    }
}

/* ---- letters ---- */

void fa_map_lower(struct pm_buf *out, const char *in, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        (void)pm_buf_addc(out, in[i] >= 'A' && in[i] <= 'Z' ? (char)(in[i] | 0x20) : in[i]);
}

void fa_map_upper(struct pm_buf *out, const char *in, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        (void)pm_buf_addc(out, in[i] >= 'a' && in[i] <= 'z' ? (char)(in[i] & ~0x20) : in[i]);
}

void fa_map_reverse(struct pm_buf *out, const char *in, size_t len)
{
    while (len > 0)
        (void)pm_buf_addc(out, in[--len]);
}

/* Append with one byte replaced by a string. */
static void replace(struct pm_buf *out, const char *in, size_t len, char byte, const char *by)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (in[i] == byte)
            (void)pm_buf_adds(out, by);
        else
            (void)pm_buf_addc(out, in[i]);
    }
}

/* ---- decoding ---- */

static void decode(struct pm_buf *out, const char *in, size_t len, bool with_plus)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (in[i] == '%' && len - i > 2 && hex_value(in[i + 1]) >= 0 && hex_value(in[i + 2]) >= 0) {
            (void)pm_buf_addc(out, (char)(hex_value(in[i + 1]) * 16 + hex_value(in[i + 2])));
            i += 2;
        } else {
            (void)pm_buf_addc(out, with_plus && in[i] == '+' ? ' ' : in[i]);
        }
    }
}

void fa_map_percent_decode(struct pm_buf *out, const char *in, size_t len)
{
    decode(out, in, len, false);
}

void fa_map_form_decode(struct pm_buf *out, const char *in, size_t len)
{
    decode(out, in, len, true);
}

void fa_map_plus_to_blank(struct pm_buf *out, const char *in, size_t len)
{
    replace(out, in, len, '+', " ");
}

void fa_map_blank_to_plus(struct pm_buf *out, const char *in, size_t len)
{
    replace(out, in, len, ' ', "+");
}

/* ---- escapes ---- */

static const struct {
    char byte;
    const char *entity;
} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

void fa_map_html_escape(struct pm_buf *out, const char *in, size_t len)
{
    size_t i, k;

    for (i = 0; i < len; i++) {
        for (k = 0; k < PM_ARRAY_LEN(entities) && entities[k].byte != in[i]; k++)
            ;
        if (k < PM_ARRAY_LEN(entities))
            (void)pm_buf_adds(out, entities[k].entity);
        else
            (void)pm_buf_addc(out, in[i]);
    }
}

void fa_map_html_unescape(struct pm_buf *out, const char *in, size_t len)
{
    size_t i = 0;

    while (i < len) {
        size_t k = 0, width = 0;

        for (; k < PM_ARRAY_LEN(entities); k++) {
            width = strlen(entities[k].entity);
            if (width <= len - i && memcmp(in + i, entities[k].entity, width) == 0)
                break;
        }
        (void)pm_buf_addc(out, k < PM_ARRAY_LEN(entities) ? entities[k].byte : in[i]);
        i += k < PM_ARRAY_LEN(entities) ? width : 1;
    }
}

void fa_map_json_slashes(struct pm_buf *out, const char *in, size_t len)
{
    replace(out, in, len, '/', "\\/");
}

/* Append a code point as \uXXXX, as a surrogate pair when it is beyond the first plane. */
static void add_unicode_escape(struct pm_buf *out, uint32_t point)
{
    if (point < 0x10000)
        (void)pm_buf_addf(out, "\\u%04x", (unsigned)point);
    else
        (void)pm_buf_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (point >> 10)),
                          (unsigned)(0xdc00 + (point & 0x3ff)));
}

/* The next character; a byte that is no UTF-8 counts as itself, and *ret_is_char is false then. */
static size_t next_char(const char *in, size_t len, uint32_t *ret_point, bool *ret_is_char)
{
    size_t count = pm_text_utf8_len(in, len), i;
    uint32_t point = (unsigned char)in[0];

    *ret_is_char = count > 0;
    if (count > 1) {
        point &= 0xffu >> (count + 1);
        for (i = 1; i < count; i++)
            point = point << 6 | ((unsigned char)in[i] & 0x3fu);
    }
    *ret_point = point;
    return count > 0 ? count : 1;
}

static void json_escape(struct pm_buf *out, const char *in, size_t len, bool ascii)
{
    static const char escaped[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    size_t i = 0, count;

    for (; i < len; i += count) {
        uint32_t point;
        bool is_char;

        count = next_char(in + i, len - i, &point, &is_char);
        if (is_one_of(in[i], escaped))
            (void)pm_buf_addf(out, "\\%c", letters[strchr(escaped, in[i]) - escaped]);
        else if (is_char && (point < 0x20 || (ascii && point > 0x7e)))
            add_unicode_escape(out, point);
        else
            (void)pm_buf_add(out, in + i, count);
    }
}

void fa_map_json_string(struct pm_buf *out, const char *in, size_t len)
{
    json_escape(out, in, len, false);
}

void fa_map_json_unicode(struct pm_buf *out, const char *in, size_t len)
{
    json_escape(out, in, len, true);
}

void fa_map_double_backslashes(struct pm_buf *out, const char *in, size_t len)
{
    replace(out, in, len, '\\', "\\\\");
}

void fa_map_double_percents(struct pm_buf *out, const char *in, size_t len)
{
    replace(out, in, len, '%', "%%");
}

void fa_map_addslashes(struct pm_buf *out, const char *in, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (is_one_of(in[i], "'\"\\"))
            (void)pm_buf_addc(out, '\\');
        (void)pm_buf_addc(out, in[i]);
    }
}

/* The number after \0 (octal, up to three digits) or \x (hexadecimal, up to two). */
static size_t read_number(const char *in, size_t len, int base, size_t max, char *ret_byte)
{
    size_t i = 0;
    int value = 0;

    while (i < len && i < max && hex_value(in[i]) >= 0 && hex_value(in[i]) < base)
        value = value * base + hex_value(in[i++]);
    *ret_byte = (char)value;
    return i;
}

/* One escape of `echo -e` after its backslash; returns how many bytes it took, 0 for none. */
static size_t echo_escape(struct pm_buf *out, const char *in, size_t len)
{
    static const char letters[] = "\\abefnrtv", meaning[] = "\\\a\b\x1b\f\n\r\t\v";
    size_t used;
    char byte;

    if (len == 0)
        return 0;
    if (is_one_of(in[0], letters)) {
        (void)pm_buf_addc(out, meaning[strchr(letters, in[0]) - letters]);
        return 1;
    }
    if (in[0] == '0' || in[0] == 'x') {
        used = read_number(in + 1, len - 1, in[0] == '0' ? 8 : 16, in[0] == '0' ? 3 : 2, &byte);
        if (used == 0 && in[0] == 'x')
            return 0;
        (void)pm_buf_addc(out, byte);
        return used + 1;
    }
    return 0;
}

void fa_map_echo_escapes(struct pm_buf *out, const char *in, size_t len)
{
    size_t i = 0;

    while (i < len) {
        size_t used = in[i] == '\\' ? echo_escape(out, in + i + 1, len - i - 1) : 0;

        if (in[i] == '\\' && len - i > 1 && in[i + 1] == 'c')
            return; /* \c: no further output */
        if (used == 0)
            (void)pm_buf_addc(out, in[i]);
        i += 1 + used;
    }
}

void fa_map_expand_dollars(struct pm_buf *out, const char *in, size_t len)
{
    size_t i = 0;

    while (i < len) {
        size_t end = i + 1;

        while (in[i] == '$' && end < len && (is_alnum(in[end]) || is_one_of(in[end], "_{}")))
            end++;
        if (in[i] != '$' || end == i + 1)
            (void)pm_buf_addc(out, in[i]);
        i = end;
    }
}

/* ---- character sets ---- */

static void narrow(struct pm_buf *out, const char *in, size_t len, uint32_t last, bool has_mark)
{
    size_t i = 0, count;

    for (; i < len; i += count) {
        uint32_t point;
        bool is_char;

        count = next_char(in + i, len - i, &point, &is_char);
        if (!is_char || point <= last)
            (void)pm_buf_addc(out, (char)point);
        else if (has_mark)
            (void)pm_buf_addc(out, '?');
    }
}

void fa_map_latin1(struct pm_buf *out, const char *in, size_t len)
{
    narrow(out, in, len, 0xff, true);
}

void fa_map_ascii(struct pm_buf *out, const char *in, size_t len)
{
    narrow(out, in, len, 0x7f, true);
}

void fa_map_drop_non_ascii(struct pm_buf *out, const char *in, size_t len)
{
    narrow(out, in, len, 0x7f, false);
}

void fa_map_mojibake(struct pm_buf *out, const char *in, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)in[i];

        if (byte >= 0x80)
            (void)pm_buf_addc(out, (char)(0xc0 | byte >> 6));
        (void)pm_buf_addc(out, byte < 0x80 ? in[i] : (char)(0x80 | (byte & 0x3f)));
    }
}

/* Letter together, letter and mark apart. Unicode Character Database, UnicodeData.txt, field 5. */
static const char *const composed[][2] = {
    {"À", "A\u0300"}, {"Á", "A\u0301"}, {"Â", "A\u0302"}, {"Ã", "A\u0303"}, {"Ä", "A\u0308"},
    {"Å", "A\u030a"}, {"Ç", "C\u0327"}, {"È", "E\u0300"}, {"É", "E\u0301"}, {"Ê", "E\u0302"},
    {"Ë", "E\u0308"}, {"Ì", "I\u0300"}, {"Í", "I\u0301"}, {"Î", "I\u0302"}, {"Ï", "I\u0308"},
    {"Ñ", "N\u0303"}, {"Ò", "O\u0300"}, {"Ó", "O\u0301"}, {"Ô", "O\u0302"}, {"Õ", "O\u0303"},
    {"Ö", "O\u0308"}, {"Ù", "U\u0300"}, {"Ú", "U\u0301"}, {"Û", "U\u0302"}, {"Ü", "U\u0308"},
    {"Ý", "Y\u0301"}, {"à", "a\u0300"}, {"á", "a\u0301"}, {"â", "a\u0302"}, {"ã", "a\u0303"},
    {"ä", "a\u0308"}, {"å", "a\u030a"}, {"ç", "c\u0327"}, {"è", "e\u0300"}, {"é", "e\u0301"},
    {"ê", "e\u0302"}, {"ë", "e\u0308"}, {"ì", "i\u0300"}, {"í", "i\u0301"}, {"î", "i\u0302"},
    {"ï", "i\u0308"}, {"ñ", "n\u0303"}, {"ò", "o\u0300"}, {"ó", "o\u0301"}, {"ô", "o\u0302"},
    {"õ", "o\u0303"}, {"ö", "o\u0308"}, {"ù", "u\u0300"}, {"ú", "u\u0301"}, {"û", "u\u0302"},
    {"ü", "u\u0308"}, {"ý", "y\u0301"}, {"ÿ", "y\u0308"}, {"Č", "C\u030c"}, {"č", "c\u030c"},
    {"Ě", "E\u030c"}, {"ě", "e\u030c"}, {"Ř", "R\u030c"}, {"ř", "r\u030c"}, {"Š", "S\u030c"},
    {"š", "s\u030c"}, {"Ž", "Z\u030c"}, {"ž", "z\u030c"}, {"Ő", "O\u030b"}, {"ő", "o\u030b"},
    {"Ű", "U\u030b"}, {"ű", "u\u030b"}, {"Ş", "S\u0327"}, {"ş", "s\u0327"}, {"Ğ", "G\u0306"},
    {"ğ", "g\u0306"}, {"Ń", "N\u0301"}, {"ń", "n\u0301"}, {"Ś", "S\u0301"}, {"ś", "s\u0301"},
};

/* Replace column `from` of the table by the other column. */
static void recompose(struct pm_buf *out, const char *in, size_t len, size_t from)
{
    size_t i = 0;

    while (i < len) {
        size_t k = 0, width = 1;

        for (; k < PM_ARRAY_LEN(composed); k++) {
            width = strlen(composed[k][from]);
            if (width <= len - i && memcmp(in + i, composed[k][from], width) == 0)
                break;
        }
        if (k < PM_ARRAY_LEN(composed)) {
            (void)pm_buf_adds(out, composed[k][1 - from]);
            i += width;
        } else {
            (void)pm_buf_addc(out, in[i++]);
        }
    }
}

void fa_map_nfd(struct pm_buf *out, const char *in, size_t len)
{
    recompose(out, in, len, 0);
}

void fa_map_nfc(struct pm_buf *out, const char *in, size_t len)
{
    recompose(out, in, len, 1);
}

static void add_utf16_unit(struct pm_buf *out, uint32_t unit, bool big)
{
    (void)pm_buf_addc(out, (char)(big ? unit >> 8 : unit & 0xff));
    (void)pm_buf_addc(out, (char)(big ? unit & 0xff : unit >> 8));
}

static void utf16(struct pm_buf *out, const char *in, size_t len, bool big)
{
    size_t i = 0, count;

    for (; i < len; i += count) {
        uint32_t point;
        bool is_char;

        count = next_char(in + i, len - i, &point, &is_char);
        if (point > 0xffff) {
            add_utf16_unit(out, 0xd7c0 + (point >> 10), big);
            point = 0xdc00 + (point & 0x3ff);
        }
        add_utf16_unit(out, point, big);
    }
}

void fa_map_utf16le(struct pm_buf *out, const char *in, size_t len)
{
    utf16(out, in, len, false);
}

void fa_map_utf16be(struct pm_buf *out, const char *in, size_t len)
{
    utf16(out, in, len, true);
}

/* ---- whole representations ---- */

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void fa_map_base64(struct pm_buf *out, const char *in, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)in;
    size_t i;

    for (i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t group = (uint32_t)bytes[i] << 16 | (uint32_t)(left > 1 ? bytes[i + 1] : 0) << 8 |
                         (left > 2 ? bytes[i + 2] : 0);
        char digits[4] = {base64_digits[group >> 18], base64_digits[group >> 12 & 63],
                          left > 1 ? base64_digits[group >> 6 & 63] : '=',
                          left > 2 ? base64_digits[group & 63] : '='};

        (void)pm_buf_add(out, digits, sizeof(digits));
    }
}

void fa_map_base64_decode(struct pm_buf *out, const char *in, size_t len)
{
    uint32_t bits = 0;
    size_t i, digits = len;

    while (digits > 0 && in[digits - 1] == '=' && len - digits < 2)
        digits--;
    if (len % 4 != 0 || digits == 0)
        return;
    for (i = 0; i < digits; i++) {
        if (!is_one_of(in[i], base64_digits))
            return;
    }
    for (i = 0; i < digits; i++) {
        bits = bits << 6 | (uint32_t)(strchr(base64_digits, in[i]) - base64_digits);
        if (i % 4 != 0)
            (void)pm_buf_addc(out, (char)(bits >> (6 - 2 * (i % 4))));
    }
}

void fa_map_hex(struct pm_buf *out, const char *in, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        (void)pm_buf_addf(out, "%02x", (unsigned char)in[i]);
}

void fa_map_hex_decode(struct pm_buf *out, const char *in, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (len % 2 != 0 || hex_value(in[i]) < 0)
            return;
    }
    for (i = 0; i + 1 < len; i += 2)
        (void)pm_buf_addc(out, (char)(hex_value(in[i]) * 16 + hex_value(in[i + 1])));
}

/* ---- the vendor's formats ---- */

void fa_map_strip_semicolon(struct pm_buf *out, const char *in, size_t len)
{
    (void)pm_buf_add(out, in, len > 0 && in[len - 1] == ';' ? len - 1 : len);
}

void fa_map_add_semicolon(struct pm_buf *out, const char *in, size_t len)
{
    (void)pm_buf_add(out, in, len);
    if (len > 0 && in[len - 1] != ';' && memchr(in, ':', len))
        (void)pm_buf_addc(out, ';');
}

void fa_map_strip_brackets(struct pm_buf *out, const char *in, size_t len)
{
    fa_map_cut("[", out, in, len);
}

static bool equals(const char *in, size_t len, const char *word)
{
    size_t i;

    if (strlen(word) != len)
        return false;
    for (i = 0; i < len && (in[i] | 0x20) == word[i]; i++)
        ;
    return i == len;
}

static void write_bool(struct pm_buf *out, const char *in, size_t len, const char *yes,
                       const char *no)
{
    if (equals(in, len, "true"))
        (void)pm_buf_adds(out, yes);
    else if (equals(in, len, "false"))
        (void)pm_buf_adds(out, no);
    else
        (void)pm_buf_add(out, in, len);
}

void fa_map_bool_lower(struct pm_buf *out, const char *in, size_t len)
{
    write_bool(out, in, len, "true", "false");
}

void fa_map_bool_title(struct pm_buf *out, const char *in, size_t len)
{
    write_bool(out, in, len, "True", "False");
}

void fa_map_bool_digit(struct pm_buf *out, const char *in, size_t len)
{
    write_bool(out, in, len, "1", "0");
}

void fa_map_digit_bool(struct pm_buf *out, const char *in, size_t len)
{
    if (len == 1 && (in[0] == '0' || in[0] == '1'))
        (void)pm_buf_adds(out, in[0] == '1' ? "true" : "false");
    else
        (void)pm_buf_add(out, in, len);
}

static bool is_number(const char *in, size_t len, size_t digits)
{
    size_t i;

    for (i = 0; i < len && in[i] >= '0' && in[i] <= '9'; i++)
        ;
    return len == digits && i == len;
}

void fa_map_to_seconds(struct pm_buf *out, const char *in, size_t len)
{
    (void)pm_buf_add(out, in, is_number(in, len, 13) ? len - 3 : len);
}

void fa_map_to_milliseconds(struct pm_buf *out, const char *in, size_t len)
{
    (void)pm_buf_add(out, in, len);
    if (is_number(in, len, 10))
        (void)pm_buf_adds(out, "000");
}

/* ---- the form of a timestamp ---- */

static bool read_time(const char *in, size_t len, int64_t *ret_ms)
{
    char text[PM_CLOCK_TIMESTAMP_SIZE];

    if (len >= sizeof(text))
        return false;
    memcpy(text, in, len);
    text[len] = '\0';
    return strlen(text) == len && pm_clock_parse_timestamp(text, ret_ms) == 0;
}

/* The timestamp copied into `text`, to be changed; false, and appended as it is, when it is none.
 */
static bool take_time(struct pm_buf *out, const char *in, size_t len, char text[20])
{
    int64_t ms;

    if (!read_time(in, len, &ms)) {
        (void)pm_buf_add(out, in, len);
        return false;
    }
    memcpy(text, in, 19);
    text[19] = '\0';
    return true;
}

void fa_map_time_iso(struct pm_buf *out, const char *in, size_t len)
{
    char text[20];

    if (!take_time(out, in, len, text))
        return;
    text[10] = 'T';
    (void)pm_buf_adds(out, text);
}

void fa_map_time_iso_z(struct pm_buf *out, const char *in, size_t len)
{
    size_t before = out->len;

    fa_map_time_iso(out, in, len);
    if (out->len == before + 19 && out->data[before + 10] == 'T')
        (void)pm_buf_addc(out, 'Z');
}

void fa_map_time_slashes(struct pm_buf *out, const char *in, size_t len)
{
    char text[20];

    if (!take_time(out, in, len, text))
        return;
    text[4] = text[7] = '/';
    (void)pm_buf_adds(out, text);
}

void fa_map_time_12_hours(struct pm_buf *out, const char *in, size_t len)
{
    char text[20];
    int hour;

    if (!take_time(out, in, len, text))
        return;
    hour = ((text[11] - '0') * 10 + text[12] - '0') % 12;
    hour = hour == 0 ? 12 : hour;
    text[11] = (char)('0' + hour / 10);
    text[12] = (char)('0' + hour % 10);
    (void)pm_buf_adds(out, text);
}

void fa_map_time_no_seconds(struct pm_buf *out, const char *in, size_t len)
{
    char text[20];

    if (take_time(out, in, len, text))
        (void)pm_buf_add(out, text, 16);
}

void fa_map_time_date_only(struct pm_buf *out, const char *in, size_t len)
{
    char text[20];

    if (take_time(out, in, len, text))
        (void)pm_buf_add(out, text, 10);
}

void fa_map_time_month_for_minute(struct pm_buf *out, const char *in, size_t len)
{
    char text[20];

    if (!take_time(out, in, len, text))
        return;
    memcpy(text + 14, text + 5, 2);
    (void)pm_buf_adds(out, text);
}

static void add_epoch(struct pm_buf *out, const char *in, size_t len, int64_t unit_ms)
{
    int64_t ms;

    if (read_time(in, len, &ms))
        (void)pm_buf_addf(out, "%lld", (long long)(ms / unit_ms));
    else
        (void)pm_buf_add(out, in, len);
}

void fa_map_time_epoch_s(struct pm_buf *out, const char *in, size_t len)
{
    add_epoch(out, in, len, 1000);
}

void fa_map_time_epoch_ms(struct pm_buf *out, const char *in, size_t len)
{
    add_epoch(out, in, len, 1);
}

void fa_map_time_shift(long long shift_ms, struct pm_buf *out, const char *in, size_t len)
{
    char text[PM_CLOCK_TIMESTAMP_SIZE];
    int64_t ms;

    if (!read_time(in, len, &ms)) {
        (void)pm_buf_add(out, in, len);
        return;
    }
    pm_clock_timestamp(ms + shift_ms, text, sizeof(text));
    (void)pm_buf_adds(out, text);
}
