/* What programs do to bytes by mistake: known answers, and bytes that are not of the form expected.
 */
#include "suite.h"

#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "doctor_maps.h"

#define ROW(map, in, out)                                   \
    {                                                       \
#map, map, in, sizeof(in) - 1, out, sizeof(out) - 1 \
    }

static const struct {
    const char *name;
    fa_map *map;
    const char *in;
    size_t in_len;
    const char *out;
    size_t out_len;
} rows[] = {
    ROW(fa_map_trim, " \t two  words\r\n", "two  words"),
    ROW(fa_map_trim, " \n ", ""),
    ROW(fa_map_collapse, "  two \n\t words ", "two words"),
    ROW(fa_map_collapse, "a\r b", "a\r b"),
    ROW(fa_map_lf_to_crlf, "a\nb\r\nc\n", "a\r\nb\r\nc\r\n"),
    ROW(fa_map_crlf_to_lf, "a\r\nb\rc\r", "a\nb\rc\r"),
    ROW(fa_map_lower, "ABC-\xc3\x9c", "abc-\xc3\x9c"),
    ROW(fa_map_upper, "abc{|\xc3\xbc", "ABC{|\xc3\xbc"),
    ROW(fa_map_percent_decode, "a%20b%2Bc+d%2bz", "a b+c+d+z"),
    ROW(fa_map_percent_decode, "%", "%"),
    ROW(fa_map_percent_decode, "%4", "%4"),
    ROW(fa_map_percent_decode, "%4g%%41", "%4g%A"),
    ROW(fa_map_percent_decode, "%00", "\0"),
    ROW(fa_map_form_decode, "a+b%2B", "a b+"),
    ROW(fa_map_html_escape, "<a href=\"x\">'&amp;", "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;"),
    ROW(fa_map_html_unescape, "&lt;&amp;lt;&quot", "<&lt;&quot"),
    ROW(fa_map_json_string, "a\"\\\n\x01\xc3\xbc/", "a\\\"\\\\\\n\\u0001\xc3\xbc/"),
    ROW(fa_map_json_unicode, "\xc3\xbc\xf0\x9f\x98\x80", "\\u00fc\\ud83d\\ude00"),
    ROW(fa_map_json_unicode, "\xff\xc3", "\xff\xc3"),
    ROW(fa_map_echo_escapes, "a\\tb\\nc\\\\n", "a\tb\nc\\n"),
    ROW(fa_map_echo_escapes, "\\x41\\0101\\e", "AA\x1b"),
    ROW(fa_map_echo_escapes, "\\q\\x\\", "\\q\\x\\"),
    ROW(fa_map_echo_escapes, "stop\\chere", "stop"),
    ROW(fa_map_drop_backslashes, "a\\tb\\\\c\\", "atb\\c"),
    ROW(fa_map_expand_dollars, "cost $5, $HOME/x ${y}z $", "cost , /x  $"),
    ROW(fa_map_latin1, "Z\xc3\xbc\xe2\x9c\x93", "Z\xfc?"),
    ROW(fa_map_latin1, "\xff\xc3", "\xff\xc3"),
    ROW(fa_map_ascii, "Z\xc3\xbc\xe2\x9c\x93", "Z??"),
    ROW(fa_map_drop_non_ascii, "Z\xc3\xbcx", "Zx"),
    ROW(fa_map_mojibake, "\xc3\xbc", "\xc3\x83\xc2\xbc"),
    ROW(fa_map_nfd, "\xc3\xbc\xc5\xa1", "u\xcc\x88s\xcc\x8c"),
    ROW(fa_map_nfc, "u\xcc\x88u", "\xc3\xbcu"),
    ROW(fa_map_utf16le, "a\xf0\x9f\x98\x80", "a\0\x3d\xd8\x00\xde"),
    ROW(fa_map_utf16be, "a\xc3\xbc", "\0a\0\xfc"),
    ROW(fa_map_base64, "foobar", "Zm9vYmFy"),
    ROW(fa_map_base64, "foob", "Zm9vYg=="),
    ROW(fa_map_base64_decode, "Zm9vYg==", "foob"),
    ROW(fa_map_base64_decode, "Zm9vYg=", ""),
    ROW(fa_map_base64_decode, "Zm9v-g==", ""),
    ROW(fa_map_base64_decode, "=m9vYg==", ""),
    ROW(fa_map_base64_decode, "====", ""),
    ROW(fa_map_base64_decode, "Zm9\0", ""),
    ROW(fa_map_hex_decode, "00ffA", ""),
    ROW(fa_map_hex_decode, "0g", ""),
    ROW(fa_map_hex_decode, "41fF", "A\xff"),
    ROW(fa_map_add_semicolon, "a:b", "a:b;"),
    ROW(fa_map_add_semicolon, "plain", "plain"),
    ROW(fa_map_strip_semicolon, "a:b;;", "a:b;"),
    ROW(fa_map_bool_digit, "TRUE", "1"),
    ROW(fa_map_bool_digit, "truest", "truest"),
    ROW(fa_map_to_seconds, "1306929600000", "1306929600"),
    ROW(fa_map_to_seconds, "130692960000x", "130692960000x"),
    ROW(fa_map_to_milliseconds, "1306929600", "1306929600000"),
    ROW(fa_map_time_iso_z, "2011-06-01 12:00:00", "2011-06-01T12:00:00Z"),
    ROW(fa_map_time_iso_z, "2011-06-31 12:00:00", "2011-06-31 12:00:00"),
    ROW(fa_map_time_12_hours, "2011-06-01 00:10:00", "2011-06-01 12:10:00"),
    ROW(fa_map_time_12_hours, "2011-06-01 13:10:00", "2011-06-01 01:10:00"),
    ROW(fa_map_time_epoch_s, "2011-06-01 12:00:00", "1306929600"),
    ROW(fa_map_time_epoch_s, "yesterday", "yesterday"),
    ROW(fa_map_time_month_for_minute, "2011-06-01 12:34:00", "2011-06-01 12:06:00"),
};

START_TEST(test_maps_give_the_known_answers)
{
    struct pm_buf out;
    size_t i;

    pm_buf_init(&out, 1000);
    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        pm_buf_reset(&out);
        rows[i].map(&out, rows[i].in, rows[i].in_len);
        ck_assert(!out.failed);
        ck_assert_msg(out.len == rows[i].out_len &&
                          (out.len == 0 || memcmp(out.data, rows[i].out, out.len) == 0),
                      "row %zu: %s of '%s' gives '%s'", i, rows[i].name, rows[i].in,
                      out.data ? out.data : "");
    }
    pm_buf_clear(&out);
}
END_TEST

START_TEST(test_maps_take_nothing_for_nothing)
{
    struct pm_buf out;
    size_t i;

    pm_buf_init(&out, 1000);
    for (i = 0; i < PM_ARRAY_LEN(rows); i++)
        rows[i].map(&out, "", 0);
    ck_assert(!out.failed);
    ck_assert_uint_eq(out.len, 0);
    pm_buf_clear(&out);
}
END_TEST

START_TEST(test_maps_stop_at_the_ceiling_of_their_buffer)
{
    static const char input[] = "<<<<<<<<\xc3\xbc%41 true 2011-06-01 12:00:00";
    struct pm_buf out;
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        pm_buf_init(&out, 3);
        rows[i].map(&out, input, sizeof(input) - 1);
        ck_assert_msg(out.failed || out.len <= 3, "%s", rows[i].name);
        pm_buf_clear(&out);
    }
}
END_TEST

START_TEST(test_encodings_keep_what_they_keep)
{
    static const struct {
        struct fa_encoding encoding;
        const char *out;
    } encodings[] = {
        {{.safe = "-._~"}, "a%20%2B~%2F%C3%BC"},
        {{.safe = "-._", .plus = true, .lower = true}, "a+%2b%7e%2f%c3%bc"},
        {{.only = " "}, "a%20+~/\xc3\xbc"},
        {{.safe = "/", .times = 2}, "a%2520%252B%257E/%25C3%25BC"},
    };
    struct pm_buf out;
    size_t i;

    pm_buf_init(&out, 1000);
    for (i = 0; i < PM_ARRAY_LEN(encodings); i++) {
        pm_buf_reset(&out);
        fa_map_encode(&encodings[i].encoding, &out, "a +~/\xc3\xbc", 7);
        ck_assert_str_eq(out.data, encodings[i].out);
    }
    pm_buf_clear(&out);
}
END_TEST

START_TEST(test_times_shift_over_the_end_of_a_year)
{
    struct pm_buf out;

    pm_buf_init(&out, 1000);
    fa_map_time_shift(1000, &out, "2011-12-31 23:59:59", 19);
    ck_assert_str_eq(out.data, "2012-01-01 00:00:00");
    pm_buf_reset(&out);
    fa_map_time_shift(-3600000, &out, "2012-02-30 00:00:00", 19);
    ck_assert_str_eq(out.data, "2012-02-30 00:00:00");
    pm_buf_clear(&out);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_maps_give_the_known_answers),
    TEST(test_maps_take_nothing_for_nothing),
    TEST(test_maps_stop_at_the_ceiling_of_their_buffer),
    TEST(test_encodings_keep_what_they_keep),
    TEST(test_times_shift_over_the_end_of_a_year),
};

TEST_MAIN("doctor maps", cases)
