/*
 * What programs do to bytes before they sign them, by mistake: encodings, character sets, shells,
 * escapes. Each takes bytes (not NULL) and appends what becomes of them; none knows their meaning.
 */
#ifndef FA_DOCTOR_MAPS_H
#define FA_DOCTOR_MAPS_H

#include <stdbool.h>
#include <stddef.h>

struct pm_buf;

typedef void fa_map(struct pm_buf *out, const char *in, size_t len);

/* One way to percent-encode. */
struct fa_encoding {
    const char *safe; /* bytes beside letters and digits that stay */
    const char *only; /* when set, nothing but these bytes is encoded */
    bool plus;        /* a blank becomes `+` */
    bool lower;       /* hexadecimal digits in lower case */
    unsigned times;   /* encodings one over the other; 0 means 1 */
};

void fa_map_encode(const struct fa_encoding *encoding, struct pm_buf *out, const char *in,
                   size_t len);

/* Blanks */
fa_map fa_map_trim;
fa_map
    fa_map_collapse; /* as a shell splits an unquoted variable: ends trimmed, runs to one blank */
fa_map fa_map_drop_blanks;
fa_map fa_map_drop_newlines;
fa_map fa_map_lf_to_crlf;
fa_map fa_map_crlf_to_lf;

/* Letters */
fa_map fa_map_lower;
fa_map fa_map_upper;
fa_map fa_map_reverse;

/* Decoding */
fa_map fa_map_percent_decode; /* what is no %XX stays */
fa_map fa_map_form_decode;    /* and `+` becomes a blank */
fa_map fa_map_plus_to_blank;
fa_map fa_map_blank_to_plus;

/* Escapes */
fa_map fa_map_html_escape;
fa_map fa_map_html_unescape;
fa_map fa_map_json_slashes;
fa_map fa_map_json_string;  /* inner part of a JSON string, UTF-8 kept */
fa_map fa_map_json_unicode; /* the same in ASCII, \uXXXX for the rest */
fa_map fa_map_double_backslashes;
fa_map fa_map_addslashes;
fa_map fa_map_echo_escapes; /* as `echo -e` interprets them */
fa_map fa_map_drop_backslashes;
fa_map fa_map_drop_quotes;
fa_map fa_map_expand_dollars; /* $name and ${name}, all unset */
fa_map fa_map_double_percents;

/* Character sets; bytes that are not UTF-8 stay */
fa_map fa_map_latin1; /* what it does not know becomes `?` */
fa_map fa_map_ascii;  /* the same */
fa_map fa_map_drop_non_ascii;
fa_map fa_map_mojibake; /* UTF-8 taken for Latin-1 and made UTF-8 again */
fa_map fa_map_nfd;      /* letters of Latin-1 and Latin Extended-A with their marks apart */
fa_map fa_map_nfc;      /* and together */
fa_map fa_map_utf16le;
fa_map fa_map_utf16be;

/* Whole representations */
fa_map fa_map_base64;
fa_map fa_map_base64_decode; /* appends nothing when it is no Base64 */
fa_map fa_map_hex;
fa_map fa_map_hex_decode; /* appends nothing when it is no hexadecimal */

/* The vendor's formats */
fa_map fa_map_strip_semicolon;
fa_map fa_map_add_semicolon;
fa_map fa_map_strip_brackets;
fa_map fa_map_bool_lower;
fa_map fa_map_bool_title;
fa_map fa_map_bool_digit;
fa_map fa_map_digit_bool;
fa_map fa_map_to_seconds;
fa_map fa_map_to_milliseconds;

/* The form of a timestamp `yyyy-MM-dd HH:mm:ss`; other values stay */
fa_map fa_map_time_iso;
fa_map fa_map_time_iso_z;
fa_map fa_map_time_slashes;
fa_map fa_map_time_12_hours;
fa_map fa_map_time_no_seconds;
fa_map fa_map_time_date_only;
fa_map fa_map_time_epoch_s;
fa_map fa_map_time_epoch_ms;
fa_map fa_map_time_month_for_minute;

/** The bytes before the first that is one of @set. */
void fa_map_cut(const char *set, struct pm_buf *out, const char *in, size_t len);

/** A timestamp moved by so many milliseconds. */
void fa_map_time_shift(long long shift_ms, struct pm_buf *out, const char *in, size_t len);

#endif
