/*
 * The mistakes that the doctor knows, in the order of the stages at which they are made; and within
 * a stage in the order in which several act on each other. Most were seen in published clients
 * (PROTOCOL.md §2.3, §5); the others are what languages, shells and tools do by default.
 */
#include "doctor_draft.h"
#include "doctor_families.h"

#include <string.h>

#include "cleanup.h"

/* ---- what the protocol says ---- */

static const struct {
    const char *rule, *mend;
    bool is_exclusive; /* two mistakes of this stage cannot be made at once */
} stages[FA_STAGE_MAX] = {
    [FA_STAGE_KEY] = {"The key of the HMAC is the secret key of the account, byte for byte.",
                      "Pass the secret key as it was given to you, nothing before or after it.",
                      true},
    [FA_STAGE_ALGORITHM] = {"The checksum is HMAC-SHA1 (RFC 2104) with the secret key.",
                            "Use HMAC with SHA-1: the secret key as key, the text as message.",
                            true},
    [FA_STAGE_PARAMS] = {"Every parameter that is sent is signed, except the checksum itself; "
                         "nothing else is.",
                         "Sign exactly the parameters that you send.", false},
    [FA_STAGE_NAMES] = {"Parameter names are signed as they are sent.",
                        "Use the very same names for the text and for the request.", true},
    [FA_STAGE_CHARSET] = {"The text is signed in UTF-8.",
                          "Encode the text as UTF-8 before you sign it, and send the same bytes.",
                          true},
    [FA_STAGE_VALUES] = {"Values are signed as the server sees them after decoding the request "
                         "once.",
                         "Sign the very bytes that you then encode for sending.", false},
    [FA_STAGE_TIMESTAMP] = {"The timestamp is signed exactly as it is sent: yyyy-MM-dd HH:mm:ss in "
                            "GMT.",
                            "Make the timestamp once, keep it in a variable, and use that for the "
                            "text and for the request.",
                            true},
    [FA_STAGE_ENCODING] = {"Values are signed before they are encoded for the request.",
                           "Sign the plain values first; encode them afterwards, only to send "
                           "them.",
                           true},
    [FA_STAGE_REPEATED] = {"Parameters of the same name are sorted by value.",
                           "Sort by name, and those of the same name by value.", true},
    [FA_STAGE_ORDER] = {"Parameters are sorted by name, ascending, byte by byte.",
                        "Sort the parameters by name (upper-case letters come before lower-case "
                        "ones) before you join them.",
                        true},
    [FA_STAGE_JOIN] = {"Each name is followed by its value, without anything between or around.",
                       "Join name, value, name, value and so on with empty separators.", true},
    [FA_STAGE_TEXT] = {"Names and values, joined, are the whole text that is signed.",
                       "Hand the text to the HMAC unchanged; in a shell: printf %s \"$text\"",
                       false},
    [FA_STAGE_WIRE] = {"The checksum is the Base64 form (RFC 4648, section 4) of the 20 bytes of "
                       "the digest, percent-encoded for the request like any other value.",
                       "Encode the raw digest as Base64, then percent-encode it once (+ / and = "
                       "become %2B %2F and %3D).",
                       false},
};

const char *fa_stage_rule(enum fa_stage stage)
{
    return stages[stage].rule;
}

const char *fa_stage_mend(enum fa_stage stage)
{
    return stages[stage].mend;
}

bool fa_stage_is_exclusive(enum fa_stage stage)
{
    return stages[stage].is_exclusive;
}

size_t fa_mistake_variants(const struct fa_mistake *mistake, const struct fa_doctor_case *request)
{
    return mistake->variants ? mistake->variants(request) : 1;
}

/* ---- encodings (safe bytes beside letters and digits, as each library documents them) ---- */

#define BLANK_MEND "Sign a blank as a blank; it becomes %20 or + only when it is sent."

static const struct fa_encoding rfc3986 = {.safe = "-._~"};
static const struct fa_encoding rfc3986_lower = {.safe = "-._~", .lower = true};
static const struct fa_encoding form = {.safe = "-._", .plus = true};
static const struct fa_encoding form_lower = {.safe = "-._", .plus = true, .lower = true};
static const struct fa_encoding form_java = {.safe = "-._*", .plus = true};
static const struct fa_encoding form_python = {.safe = "-._~", .plus = true};
static const struct fa_encoding form_dotnet = {.safe = "-._!*()", .plus = true, .lower = true};
static const struct fa_encoding component = {.safe = "-._~!*'()"};
static const struct fa_encoding uri = {.safe = "-._~!*'();/?:@&=+$,#"};
static const struct fa_encoding vendor_php = {.safe = "-._:;", .plus = true};
static const struct fa_encoding vendor_php_20 = {.safe = "-._~:;"};
static const struct fa_encoding slashes_kept = {.safe = "-._~/"};
static const struct fa_encoding all = {.safe = ""};
static const struct fa_encoding all_lower = {.safe = "", .lower = true};
static const struct fa_encoding twice = {.safe = "-._~", .times = 2};
static const struct fa_encoding form_twice = {.safe = "-._", .plus = true, .times = 2};
static const struct fa_encoding blank_only = {.only = " "};
static const struct fa_encoding blank_plus = {.only = " ", .plus = true};
static const struct fa_encoding plus_only = {.only = "+"};
static const struct fa_encoding percent_only = {.only = "%"};

/* ---- joins ---- */

static const struct fa_join join_query = {.middle = "=", .between = "&"};
static const struct fa_join join_query_mark = {.head = "?", .middle = "=", .between = "&"};
static const struct fa_join join_query_tail = {.middle = "=", .between = "&", .tail = "&"};
static const struct fa_join join_query_head = {.head = "&", .middle = "=", .between = "&"};
static const struct fa_join join_equals = {.middle = "="};
static const struct fa_join join_ampersand = {.between = "&"};
static const struct fa_join join_colon_semicolon = {.middle = ":", .between = ";"};
static const struct fa_join join_colon_semicolon_tail = {
    .middle = ":", .between = ";", .tail = ";"};
static const struct fa_join join_equals_semicolon = {.middle = "=", .between = ";"};
static const struct fa_join join_equals_comma = {.middle = "=", .between = ","};
static const struct fa_join join_equals_newline = {.middle = "=", .between = "\n"};
static const struct fa_join join_equals_lines = {.middle = "=", .between = "\n", .tail = "\n"};
static const struct fa_join join_colon = {.middle = ":"};
static const struct fa_join join_colon_comma = {.middle = ":", .between = ","};
static const struct fa_join join_colons = {.middle = ":", .between = ":"};
static const struct fa_join join_commas = {.middle = ",", .between = ","};
static const struct fa_join join_comma = {.between = ","};
static const struct fa_join join_blanks = {.middle = " ", .between = " "};
static const struct fa_join join_blank = {.between = " "};
static const struct fa_join join_blank_middle = {.middle = " "};
static const struct fa_join join_newlines = {.middle = "\n", .between = "\n"};
static const struct fa_join join_newline = {.between = "\n"};
static const struct fa_join join_lines = {.between = "\n", .tail = "\n"};
static const struct fa_join join_bars = {.middle = "|", .between = "|"};
static const struct fa_join join_bar = {.between = "|"};
static const struct fa_join join_semicolon = {.between = ";"};
static const struct fa_join join_json = {
    .head = "{\"", .middle = "\":\"", .between = "\",\"", .tail = "\"}", .map = fa_map_json_string};
static const struct fa_join join_json_python = {.head = "{\"",
                                                .middle = "\": \"",
                                                .between = "\", \"",
                                                .tail = "\"}",
                                                .map = fa_map_json_unicode};
static const struct fa_join join_values = {.without_names = true};
static const struct fa_join join_values_ampersand = {.between = "&", .without_names = true};
static const struct fa_join join_values_comma = {.between = ",", .without_names = true};
static const struct fa_join join_values_newline = {.between = "\n", .without_names = true};
static const struct fa_join join_values_bar = {.between = "|", .without_names = true};
static const struct fa_join join_values_first = {.values_first = true};
static const struct fa_join join_ampersands = {.middle = "&", .between = "&"};
static const struct fa_join join_names = {.without_values = true};

/* ---- orders ---- */

static int as_sent(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return (a->sent > b->sent) - (a->sent < b->sent);
}

static int backwards_as_sent(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return as_sent(b, a);
}

static int by_name_backwards(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return fa_bytes_compare(b->name, a->name);
}

/* The i-th letter as it counts without case: lower (as Java and .NET do) or upper. */
static int fold(char byte, bool to_upper)
{
    if (to_upper)
        return byte >= 'a' && byte <= 'z' ? byte & ~0x20 : (unsigned char)byte;
    return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : (unsigned char)byte;
}

static int compare_folded(struct fa_bytes a, struct fa_bytes b, bool to_upper)
{
    size_t i;

    for (i = 0; i < a.len && i < b.len; i++) {
        int order = fold(a.at[i], to_upper) - fold(b.at[i], to_upper);

        if (order != 0)
            return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

static int without_case(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return compare_folded(a->name, b->name, false);
}

static int without_case_upper(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return compare_folded(a->name, b->name, true);
}

static int without_case_backwards(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return compare_folded(b->name, a->name, false);
}

static int by_value(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return fa_bytes_compare(a->value, b->value);
}

static int by_value_backwards(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return fa_bytes_compare(b->value, a->value);
}

/* The byte at a place of name, separator and value joined; -1 beyond the end. */
static int joined_at(const struct fa_draft_param *param, const char *separator, size_t place)
{
    size_t width = strlen(separator);

    if (place < param->name.len)
        return (unsigned char)param->name.at[place];
    place -= param->name.len;
    if (place < width)
        return (unsigned char)separator[place];
    place -= width;
    return place < param->value.len ? (unsigned char)param->value.at[place] : -1;
}

static int compare_joined(const struct fa_draft_param *a, const struct fa_draft_param *b,
                          const char *separator)
{
    size_t place = 0;
    int left, right;

    do {
        left = joined_at(a, separator, place);
        right = joined_at(b, separator, place++);
    } while (left == right && left >= 0);
    return left - right;
}

static int by_name_and_value(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return compare_joined(a, b, "");
}

static int by_pair(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return compare_joined(a, b, "=");
}

static int by_length(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    return (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

static int query_first(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    if (a->in_query != b->in_query)
        return a->in_query ? -1 : 1;
    return fa_bytes_compare(a->name, b->name);
}

static int body_first(const struct fa_draft_param *a, const struct fa_draft_param *b)
{
    if (a->in_query != b->in_query)
        return a->in_query ? 1 : -1;
    return fa_bytes_compare(a->name, b->name);
}

/* ---- the catalogue ---- */

#define KEY(mistake_id, mistake_rank, mistake_title, ...)                  \
    {                                                                      \
        .id = (mistake_id), .stage = FA_STAGE_KEY, .rank = (mistake_rank), \
        .title = (mistake_title), __VA_ARGS__                              \
    }
#define ALGORITHM(mistake_id, mistake_rank, mistake_title, its_scheme, its_digest) \
    {                                                                              \
        .id = (mistake_id), .stage = FA_STAGE_ALGORITHM, .rank = (mistake_rank),   \
        .title = (mistake_title), .scheme = FA_DOCTOR_SCHEME_##its_scheme,         \
        .digest = FA_DOCTOR_DIGEST_##its_digest                                    \
    }
#define PARAMS(mistake_id, mistake_rank, mistake_title, ...)                  \
    {                                                                         \
        .id = (mistake_id), .stage = FA_STAGE_PARAMS, .rank = (mistake_rank), \
        .title = (mistake_title), __VA_ARGS__                                 \
    }
#define NAMES(mistake_id, mistake_rank, mistake_title, ...)                  \
    {                                                                        \
        .id = (mistake_id), .stage = FA_STAGE_NAMES, .rank = (mistake_rank), \
        .title = (mistake_title), __VA_ARGS__                                \
    }
#define CHARSET(mistake_id, mistake_rank, mistake_title, its_map)              \
    {                                                                          \
        .id = (mistake_id), .stage = FA_STAGE_CHARSET, .rank = (mistake_rank), \
        .title = (mistake_title), .map = (its_map)                             \
    }
#define VALUES(mistake_id, mistake_rank, mistake_title, ...)                  \
    {                                                                         \
        .id = (mistake_id), .stage = FA_STAGE_VALUES, .rank = (mistake_rank), \
        .title = (mistake_title), __VA_ARGS__                                 \
    }
#define TIMESTAMP(mistake_id, mistake_rank, mistake_title, ...)                  \
    {                                                                            \
        .id = (mistake_id), .stage = FA_STAGE_TIMESTAMP, .rank = (mistake_rank), \
        .title = (mistake_title), .only = "timestamp", __VA_ARGS__               \
    }
#define ENCODING(mistake_id, mistake_rank, mistake_title, ...)                  \
    {                                                                           \
        .id = (mistake_id), .stage = FA_STAGE_ENCODING, .rank = (mistake_rank), \
        .title = (mistake_title), __VA_ARGS__                                   \
    }
#define ORDER(mistake_id, mistake_rank, mistake_title, its_compare)          \
    {                                                                        \
        .id = (mistake_id), .stage = FA_STAGE_ORDER, .rank = (mistake_rank), \
        .title = (mistake_title), .compare = (its_compare)                   \
    }
#define JOIN(mistake_id, mistake_rank, mistake_title, its_join)             \
    {                                                                       \
        .id = (mistake_id), .stage = FA_STAGE_JOIN, .rank = (mistake_rank), \
        .title = (mistake_title), .join = &(its_join)                       \
    }
#define TEXT(mistake_id, mistake_rank, mistake_title, ...)                  \
    {                                                                       \
        .id = (mistake_id), .stage = FA_STAGE_TEXT, .rank = (mistake_rank), \
        .title = (mistake_title), __VA_ARGS__                               \
    }
#define FAMILY(function) \
    .variants = function##_variants, .apply = function, .describe = function##_describe

#define SHELL_MEND "Quote the variable and use printf instead of echo: printf %s \"$text\""

const struct fa_mistake fa_catalogue[] = {
    /* Which bytes are the key */
    KEY("key-is-apikey", 0, "the apikey was used as key instead of the secret key",
        .apply = fa_key_is_apikey),
    KEY("key-newline", 0, "the key ended in a newline, as a line read from a file does",
        .after = "\n", .mend = "Remove the newline from the key after reading it."),
    KEY("key-crlf", 1, "the key ended in CR LF, as a line read from a Windows file does",
        .after = "\r\n", .mend = "Remove CR and LF from the key after reading it."),
    KEY("key-cr", 1, "the key ended in CR, left over from a Windows file", .after = "\r",
        .mend = "Remove the CR from the key after reading it."),
    KEY("key-blank-after", 1, "a blank followed the key", .after = " "),
    KEY("key-blank-before", 1, "a blank stood before the key", .before = " "),
    KEY("key-trimmed", 1,
        "blanks or newlines at the ends of the key were removed, but they belong "
        "to it",
        .map = fa_map_trim),
    KEY("key-lower-case", 1, "the key was in lower case", .map = fa_map_lower),
    KEY("key-upper-case", 1, "the key was in upper case", .map = fa_map_upper),
    KEY("key-double-quoted", 1, "the key carried its double quotes", .before = "\"", .after = "\""),
    KEY("key-single-quoted", 1, "the key carried its single quotes", .before = "'", .after = "'"),
    KEY("key-empty", 0, "the key was empty", .apply = fa_key_is_empty,
        .mend = "Look where the secret key gets lost: the variable or the setting is empty."),
    KEY("key-ampersand", 1, "an ampersand followed the key, as in OAuth 1.0", .after = "&"),
    KEY("key-hex-decoded", 1, "the key was decoded from hexadecimal", .map = fa_map_hex_decode),
    KEY("key-hex-encoded", 1, "the key was written in hexadecimal", .map = fa_map_hex),
    KEY("key-base64-decoded", 1, "the key was decoded from Base64", .map = fa_map_base64_decode),
    KEY("key-base64-encoded", 1, "the key was encoded as Base64", .map = fa_map_base64),
    KEY("key-utf16", 1, "the key was in UTF-16 (.NET's Encoding.Unicode)", .map = fa_map_utf16le,
        .mend = "Take the key's bytes in ASCII or UTF-8."),
    KEY("key-encoded", 1, "the key was percent-encoded", .encoding = &rfc3986),
    KEY("key-digest", 1, "the key was hashed first ({})", FAMILY(fa_key_digest)),
    KEY("key-is-token", 1, "the authToken was used as key instead of the secret key",
        .apply = fa_key_is_token),
    KEY("key-apikey-secret", 1, "the key was the apikey followed by the secret key",
        .apply = fa_key_is_apikey_and_secret),
    KEY("key-secret-apikey", 1, "the key was the secret key followed by the apikey",
        .apply = fa_key_is_secret_and_apikey),
    KEY("key-twice", 2, "the key was the secret key twice", .apply = fa_key_is_twice),
    KEY("key-reversed", 2, "the key was written backwards", .map = fa_map_reverse),
    KEY("key-placeholder", 2, "the key was the placeholder '{}', not the secret key",
        FAMILY(fa_key_placeholder),
        .mend = "Put your secret key in its place (in a shell, '$name' is not expanded)."),
    KEY("key-lookalike", 2, "the key was mistyped: {}", FAMILY(fa_key_lookalike),
        .mend = "Copy the key instead of typing it."),
    KEY("key-character-missing", 2, "character {} of the key was missing",
        .variants = fa_key_missing_variants, .apply = fa_key_missing,
        .describe = fa_key_position_describe, .mend = "Copy the whole key."),
    KEY("key-characters-exchanged", 2, "character {} of the key was exchanged with the next one",
        .variants = fa_key_exchanged_variants, .apply = fa_key_exchanged,
        .describe = fa_key_position_describe, .mend = "Copy the key instead of typing it."),

    /* How key and text become a digest */
    ALGORITHM("sha256", 0, "HMAC-SHA256 was used", HMAC, SHA256),
    ALGORITHM("md5", 0, "HMAC-MD5 was used", HMAC, MD5),
    ALGORITHM("sha512", 1, "HMAC-SHA512 was used", HMAC, SHA512),
    ALGORITHM("sha384", 2, "HMAC-SHA384 was used", HMAC, SHA384),
    ALGORITHM("sha224", 2, "HMAC-SHA224 was used", HMAC, SHA224),
    ALGORITHM("key-and-text-swapped", 0, "key and text were exchanged in the call of the HMAC",
              HMAC_SWAPPED, SHA1),
    ALGORITHM("sha1-without-key", 0, "plain SHA-1 of the text was used, without the key", TEXT,
              SHA1),
    ALGORITHM("sha1-key-text", 0, "plain SHA-1 of the secret key and the text was used, not HMAC",
              KEY_TEXT, SHA1),
    ALGORITHM("sha1-text-key", 0, "plain SHA-1 of the text and the secret key was used, not HMAC",
              TEXT_KEY, SHA1),
    ALGORITHM("sha1-key-text-key", 1, "plain SHA-1 of key, text and key was used, not HMAC",
              KEY_TEXT_KEY, SHA1),
    ALGORITHM("sha1-key-colon-text", 2, "plain SHA-1 of key, colon and text was used, not HMAC",
              KEY_COLON_TEXT, SHA1),
    ALGORITHM("md5-without-key", 1, "plain MD5 of the text was used, without the key", TEXT, MD5),
    ALGORITHM("md5-key-text", 1, "plain MD5 of the secret key and the text was used, not HMAC",
              KEY_TEXT, MD5),
    ALGORITHM("md5-text-key", 1, "plain MD5 of the text and the secret key was used, not HMAC",
              TEXT_KEY, MD5),
    ALGORITHM("sha256-without-key", 1, "plain SHA-256 of the text was used, without the key", TEXT,
              SHA256),
    ALGORITHM("sha256-key-text", 1,
              "plain SHA-256 of the secret key and the text was used, not "
              "HMAC",
              KEY_TEXT, SHA256),
    ALGORITHM("sha256-text-key", 1,
              "plain SHA-256 of the text and the secret key was used, not "
              "HMAC",
              TEXT_KEY, SHA256),
    ALGORITHM("text-hashed-first", 1,
              "the text was hashed with SHA-1 first, and the hexadecimal "
              "digest signed",
              HMAC_OF_HEX, SHA1),
    ALGORITHM("text-digest-signed", 1,
              "the text was hashed with SHA-1 first, and the digest "
              "signed",
              HMAC_OF_DIGEST, SHA1),
    ALGORITHM("hmac-twice", 2, "the HMAC was signed once more", HMAC_TWICE, SHA1),

    /* Which parameters are signed */
    PARAMS("empty-left-out", 0, "parameters with an empty value were left out of the text",
           .apply = fa_params_empty_left_out,
           .mend = "Sign the name of an empty parameter too, or do not send it."),
    PARAMS("common-left-out", 1,
           "apikey, version, timestamp and the like were left out of the "
           "text",
           .apply = fa_params_common_left_out),
    PARAMS("body-only", 0, "only the parameters of the body were signed, not those of the URL",
           .apply = fa_params_of_body_only),
    PARAMS("query-only", 0, "only the parameters of the URL were signed, not those of the body",
           .apply = fa_params_of_query_only),
    PARAMS("first-of-repeated", 0, "of a repeated parameter only the first was signed",
           .apply = fa_params_first_of_repeated),
    PARAMS("last-of-repeated", 0, "of a repeated parameter only the last was signed",
           .apply = fa_params_last_of_repeated),
    PARAMS("repeated-joined", 0, "the values of a repeated parameter were joined by commas",
           .apply = fa_params_repeated_joined),
    PARAMS("parameter-left-out", 0, "the parameter {} was left out of the text",
           FAMILY(fa_param_left_out), .mend = "Sign this parameter too, or do not send it."),
    PARAMS("other-value", 1, "{} was signed, but sent with another value",
           FAMILY(fa_param_other_value)),
    PARAMS("parameter-added", 0, "{} was signed, but not sent", FAMILY(fa_param_added),
           .mend = "Send this parameter too, or do not sign it."),
    PARAMS("secret-as-parameter", 0, "the secret key was signed like a parameter, named {}",
           FAMILY(fa_param_secret),
           .mend = "Leave the secret key out of the text; it is only the key of the HMAC."),
    PARAMS("checksum-included", 0, "an empty checksum was signed as a parameter",
           .apply = fa_param_empty_checksum,
           .mend = "Add the checksum to the parameters after signing them."),

    /* How names are written */
    NAMES("names-lower-case", 1, "the parameter names were in lower case", .map = fa_map_lower),
    NAMES("names-upper-case", 2, "the parameter names were in upper case", .map = fa_map_upper),
    NAMES("names-encoded", 1, "the parameter names were percent-encoded", .encoding = &rfc3986),
    NAMES("names-raw", 1, "the parameter names were signed as on the wire, still encoded",
          .apply = fa_names_raw),
    NAMES("names-without-brackets", 1, "the brackets of parameter names were left out",
          .map = fa_map_strip_brackets),

    /* In which character set */
    CHARSET("latin-1", 0, "the text was in Latin-1 (ISO 8859-1)", fa_map_latin1),
    CHARSET("ascii", 0, "the text was in ASCII, with ? for every other character", fa_map_ascii),
    CHARSET("non-ascii-dropped", 1, "characters beyond ASCII were dropped", fa_map_drop_non_ascii),
    CHARSET("utf-8-twice", 0, "the text was encoded as UTF-8 twice", fa_map_mojibake),
    CHARSET("unicode-decomposed", 1,
            "letters and their accents were apart (Unicode NFD, as in "
            "file names of macOS)",
            fa_map_nfd),
    CHARSET("unicode-composed", 1,
            "letters and their accents were put together (Unicode NFC), but "
            "sent apart",
            fa_map_nfc),

    /* How values are written */
    VALUES("values-decoded-again", 0, "the values were percent-decoded once too often",
           .map = fa_map_percent_decode,
           .mend = "Sign what is inside structured values as it is, %2F and the like included."),
    VALUES("values-form-decoded-again", 1, "the values were form-decoded once too often",
           .map = fa_map_form_decode,
           .mend = "Sign what is inside structured values as it is, %2F and + included."),
    VALUES("plus-became-blank", 0, "plus signs in values were signed as blanks",
           .map = fa_map_plus_to_blank, .mend = "Sign a plus sign as +, and send it as %2B."),
    VALUES("values-trimmed", 0, "blanks at the ends of values were removed", .map = fa_map_trim),
    VALUES("values-collapsed", 1, "runs of blanks in values became one", .map = fa_map_collapse),
    VALUES("values-without-blanks", 1, "blanks in values were removed", .map = fa_map_drop_blanks),
    VALUES("values-lower-case", 1, "the values were in lower case", .map = fa_map_lower),
    VALUES("values-upper-case", 1, "the values were in upper case", .map = fa_map_upper),
    VALUES("booleans-lower-case", 0, "true and false were signed in lower case, but sent otherwise",
           .map = fa_map_bool_lower),
    VALUES("booleans-capitalised", 0,
           "True and False were signed with a capital, but sent "
           "otherwise",
           .map = fa_map_bool_title),
    VALUES("booleans-as-digits", 1, "true and false were signed as 1 and 0",
           .map = fa_map_bool_digit),
    VALUES("digits-as-booleans", 2, "1 and 0 were signed as true and false",
           .map = fa_map_digit_bool),
    VALUES("checktime-in-seconds", 1, "times in milliseconds were signed in seconds",
           .map = fa_map_to_seconds),
    VALUES("checktime-in-milliseconds", 1, "times in seconds were signed in milliseconds",
           .map = fa_map_to_milliseconds),
    VALUES("semicolon-stripped", 1, "the semicolon at the end of a structured value was left out",
           .map = fa_map_strip_semicolon),
    VALUES("semicolon-added", 1, "a semicolon was signed at the end of structured values",
           .map = fa_map_add_semicolon),
    VALUES("line-ends-crlf", 0, "line ends in values were signed as CR LF, but sent as LF",
           .map = fa_map_lf_to_crlf),
    VALUES("line-ends-lf", 1, "line ends in values were signed as LF, but sent as CR LF",
           .map = fa_map_crlf_to_lf),
    VALUES("html-escaped", 0, "the values were escaped for HTML (&amp; and the like)",
           .map = fa_map_html_escape),
    VALUES("html-unescaped", 2, "HTML escapes in values were resolved",
           .map = fa_map_html_unescape),
    VALUES("slashes-escaped", 0, "slashes were signed as \\/, as PHP's json_encode writes them",
           .map = fa_map_json_slashes),
    VALUES("json-escaped", 1, "the values were escaped as in JSON", .map = fa_map_json_string),
    VALUES("json-unicode-escaped", 1, "characters beyond ASCII were signed as \\uXXXX",
           .map = fa_map_json_unicode),
    VALUES("backslashes-doubled", 1, "backslashes were doubled", .map = fa_map_double_backslashes),
    VALUES("quotes-escaped", 1, "quotes and backslashes got a backslash before them (addslashes)",
           .map = fa_map_addslashes),
    VALUES("values-double-quoted", 1, "the values were in double quotes", .before = "\"",
           .after = "\""),
    VALUES("values-single-quoted", 1, "the values were in single quotes", .before = "'",
           .after = "'"),

    /* How the timestamp is written */
    TIMESTAMP("timestamp-seconds", 0, "the timestamp was signed as {} the one sent",
              FAMILY(fa_time_seconds)),
    TIMESTAMP("timestamp-encoded", 0, "the timestamp alone was percent-encoded",
              .encoding = &rfc3986, .mend = "Sign the timestamp with its plain blank and colons."),
    TIMESTAMP("timestamp-blank-encoded", 0, "the blank of the timestamp was signed as %20",
              .encoding = &blank_only, .mend = BLANK_MEND),
    TIMESTAMP("timestamp-blank-plus", 1, "the blank of the timestamp was signed as +",
              .encoding = &blank_plus, .mend = BLANK_MEND),
    TIMESTAMP("timestamp-iso", 0, "the timestamp was signed with a T between date and time",
              .map = fa_map_time_iso),
    TIMESTAMP("timestamp-iso-z", 0, "the timestamp was signed in the ISO 8601 form with T and Z",
              .map = fa_map_time_iso_z),
    TIMESTAMP("timestamp-slashes", 2, "the timestamp was signed with slashes in the date",
              .map = fa_map_time_slashes),
    TIMESTAMP("timestamp-fraction", 1,
              "the timestamp was signed with a fraction, .0, as Java "
              "writes it",
              .after = ".0"),
    TIMESTAMP("timestamp-milliseconds", 2, "the timestamp was signed with milliseconds, .000",
              .after = ".000"),
    TIMESTAMP("timestamp-offset", 2, "the timestamp was signed with +0000 after it",
              .after = "+0000"),
    TIMESTAMP("timestamp-gmt", 2, "the timestamp was signed with GMT after it", .after = " GMT"),
    TIMESTAMP("timestamp-utc", 2, "the timestamp was signed with UTC after it", .after = " UTC"),
    TIMESTAMP("timestamp-12-hours", 1, "the timestamp was signed with a 12-hour clock (hh, not HH)",
              .map = fa_map_time_12_hours),
    TIMESTAMP("timestamp-without-seconds", 1, "the timestamp was signed without its seconds",
              .map = fa_map_time_no_seconds),
    TIMESTAMP("timestamp-date-only", 2, "only the date of the timestamp was signed",
              .map = fa_map_time_date_only),
    TIMESTAMP("timestamp-month-for-minute", 1,
              "the timestamp was signed with the month in place "
              "of the minutes (%m, not %M)",
              .map = fa_map_time_month_for_minute),
    TIMESTAMP("timestamp-epoch", 1, "the timestamp was signed as seconds since 1970",
              .map = fa_map_time_epoch_s),
    TIMESTAMP("timestamp-epoch-milliseconds", 1,
              "the timestamp was signed as milliseconds since "
              "1970",
              .map = fa_map_time_epoch_ms),
    TIMESTAMP("timestamp-zone", 1, "the timestamp was signed in the zone {}, but sent otherwise",
              FAMILY(fa_time_zone)),

    /* Percent-encoded or plain */
    ENCODING("blanks-encoded", 0, "blanks in values were signed as %20", .encoding = &blank_only,
             .mend = BLANK_MEND),
    ENCODING("blanks-as-plus", 0, "blanks in values were signed as +", .encoding = &blank_plus,
             .mend = BLANK_MEND),
    ENCODING("values-encoded", 0, "the values were percent-encoded before signing (blank as %20)",
             .encoding = &rfc3986),
    ENCODING("values-form-encoded", 0, "the values were form-encoded before signing (blank as +)",
             .encoding = &form),
    ENCODING("values-raw", 0, "the values were signed as on the wire, still encoded",
             .apply = fa_values_raw),
    ENCODING("values-encoded-lower", 0,
             "the values were percent-encoded before signing, with "
             "lower-case digits",
             .encoding = &rfc3986_lower),
    ENCODING("values-form-encoded-lower", 0,
             "the values were form-encoded before signing, with "
             "lower-case digits",
             .encoding = &form_lower),
    ENCODING("values-encoded-component", 0,
             "the values were encoded before signing as by "
             "encodeURIComponent or uri_escape",
             .encoding = &component),
    ENCODING("values-encoded-uri", 1, "the values were encoded before signing as by encodeURI",
             .encoding = &uri),
    ENCODING("values-encoded-java", 0,
             "the values were encoded before signing as by Java's "
             "URLEncoder",
             .encoding = &form_java),
    ENCODING("values-encoded-python", 0,
             "the values were encoded before signing as by Python's "
             "quote_plus",
             .encoding = &form_python),
    ENCODING("values-encoded-dotnet", 1,
             "the values were encoded before signing as by .NET's "
             "UrlEncode",
             .encoding = &form_dotnet),
    ENCODING("values-encoded-vendor-php", 0,
             "the values were form-encoded before signing, but for "
             ": and ; (as the vendor's first PHP library does)",
             .encoding = &vendor_php),
    ENCODING("values-encoded-but-separators", 1,
             "the values were percent-encoded before signing, "
             "but for : and ;",
             .encoding = &vendor_php_20),
    ENCODING("values-encoded-but-slashes", 1,
             "the values were percent-encoded before signing, but "
             "for slashes (Python's quote)",
             .encoding = &slashes_kept),
    ENCODING("values-encoded-twice", 0, "the values were percent-encoded twice before signing",
             .encoding = &twice),
    ENCODING("values-form-encoded-twice", 1, "the values were form-encoded twice before signing",
             .encoding = &form_twice),
    ENCODING("values-encoded-all", 1,
             "the values were percent-encoded before signing, everything but letters and digits",
             .encoding = &all),
    ENCODING("values-encoded-all-lower", 1,
             "the values were percent-encoded before signing, everything but letters and digits, "
             "with lower-case digits",
             .encoding = &all_lower),
    ENCODING("plus-encoded", 1, "plus signs in values were signed as %2B", .encoding = &plus_only),
    ENCODING("percent-encoded", 1, "percent signs in values were signed as %25",
             .encoding = &percent_only),

    /* In which order those of one name are */
    {.id = "repeated-as-sent",
     .stage = FA_STAGE_REPEATED,
     .rank = 0,
     .title = "parameters of the same name were left in the order sent, not sorted by value",
     .apply = fa_repeated_as_sent},

    /* Sorted how */
    ORDER("unsorted", 0, "the parameters were not sorted, but signed in the order sent", as_sent),
    ORDER("sorted-without-case", 0, "the parameters were sorted without regard to case",
          without_case),
    ORDER("sorted-without-case-upper", 2, "the parameters were sorted as if in upper case",
          without_case_upper),
    ORDER("sorted-backwards", 1, "the parameters were sorted in descending order",
          by_name_backwards),
    ORDER("sorted-without-case-backwards", 2,
          "the parameters were sorted in descending order "
          "without regard to case",
          without_case_backwards),
    ORDER("reversed", 1, "the parameters were signed in the reverse of the order sent",
          backwards_as_sent),
    ORDER("sorted-by-value", 0, "the parameters were sorted by value", by_value),
    ORDER("sorted-by-value-backwards", 2, "the parameters were sorted by value, descending",
          by_value_backwards),
    ORDER("sorted-by-name-and-value", 0, "name and value were joined first, and the pairs sorted",
          by_name_and_value),
    ORDER("sorted-by-pair", 1, "pairs of the form name=value were sorted", by_pair),
    ORDER("sorted-by-length", 2, "the parameters were sorted by the length of their names",
          by_length),
    ORDER("query-first", 0,
          "the parameters of the URL were sorted and signed first, then those of "
          "the body",
          query_first),
    ORDER("body-first", 0,
          "the parameters of the body were sorted and signed first, then those of "
          "the URL",
          body_first),

    /* Joined how */
    JOIN("joined-as-query", 0, "names and values were joined by = and &", join_query),
    JOIN("joined-as-query-with-tail", 1,
         "names and values were joined by = and &, with & at the "
         "end",
         join_query_tail),
    JOIN("joined-as-query-with-head", 2,
         "names and values were joined by = and &, with & at the "
         "front",
         join_query_head),
    JOIN("joined-as-query-with-mark", 1,
         "names and values were joined by = and &, after a "
         "question mark",
         join_query_mark),
    JOIN("joined-by-equals", 0, "names and values were joined by =", join_equals),
    JOIN("joined-by-ampersand", 0, "the pairs were joined by &", join_ampersand),
    JOIN("joined-by-ampersands", 1, "everything was joined by &", join_ampersands),
    JOIN("joined-by-colon-semicolon", 1, "names and values were joined by : and ;",
         join_colon_semicolon),
    JOIN("joined-by-colon-semicolon-with-tail", 2,
         "names and values were joined by : and ;, with "
         "; at the end",
         join_colon_semicolon_tail),
    JOIN("joined-by-equals-semicolon", 1, "names and values were joined by = and ;",
         join_equals_semicolon),
    JOIN("joined-by-equals-comma", 1, "names and values were joined by = and ,", join_equals_comma),
    JOIN("joined-by-equals-newline", 1, "lines of the form name=value were signed",
         join_equals_newline),
    JOIN("joined-by-equals-newline-with-tail", 1,
         "lines of the form name=value were signed, with "
         "a newline at the end",
         join_equals_lines),
    JOIN("joined-by-colon", 1, "names and values were joined by :", join_colon),
    JOIN("joined-by-colon-comma", 2, "names and values were joined by : and ,", join_colon_comma),
    JOIN("joined-by-colons", 2, "everything was joined by :", join_colons),
    JOIN("joined-by-commas", 1, "everything was joined by commas", join_commas),
    JOIN("joined-by-comma", 1, "the pairs were joined by commas", join_comma),
    JOIN("joined-by-blanks", 1, "everything was joined by blanks", join_blanks),
    JOIN("joined-by-blank", 1, "the pairs were joined by blanks", join_blank),
    JOIN("joined-by-blank-middle", 2, "a blank stood between each name and its value",
         join_blank_middle),
    JOIN("joined-by-newlines", 1, "everything was joined by newlines", join_newlines),
    JOIN("joined-by-newline", 1, "the pairs were joined by newlines", join_newline),
    JOIN("joined-by-newline-with-tail", 2, "the pairs were signed as lines, each with its newline",
         join_lines),
    JOIN("joined-by-bars", 2, "everything was joined by |", join_bars),
    JOIN("joined-by-bar", 2, "the pairs were joined by |", join_bar),
    JOIN("joined-by-semicolon", 2, "the pairs were joined by ;", join_semicolon),
    JOIN("joined-as-json", 0, "a JSON object was signed", join_json),
    JOIN("joined-as-json-python", 1, "a JSON object was signed, as Python's json.dumps writes it",
         join_json_python),
    JOIN("values-only", 0, "only the values were signed, not the names", join_values),
    JOIN("values-only-ampersand", 2, "only the values were signed, joined by &",
         join_values_ampersand),
    JOIN("values-only-comma", 2, "only the values were signed, joined by commas",
         join_values_comma),
    JOIN("values-only-newline", 2, "only the values were signed, joined by newlines",
         join_values_newline),
    JOIN("values-only-bar", 2, "only the values were signed, joined by |", join_values_bar),
    JOIN("values-first", 1, "each value was signed before its name", join_values_first),
    JOIN("names-only", 1, "only the names were signed, not the values", join_names),

    /* What happens to the finished text */
    TEXT("shell-split", 0,
         "a shell split the text: runs of blanks became one, those at the ends "
         "were lost",
         .map = fa_map_collapse, .mend = SHELL_MEND),
    TEXT("ends-trimmed", 1, "blanks at the ends of the text were lost", .map = fa_map_trim),
    TEXT("quotes-removed", 1, "quotes were removed from the text, as by eval",
         .map = fa_map_drop_quotes, .mend = "Do not build command lines from text; use no eval."),
    TEXT("dollars-expanded", 1, "$names in the text were expanded to nothing by a shell",
         .map = fa_map_expand_dollars,
         .mend = "Do not build command lines from text; use no eval."),
    TEXT("backslashes-removed", 1, "backslashes were removed, as by read without -r",
         .map = fa_map_drop_backslashes, .mend = "Use read -r, and no eval."),
    TEXT("echo-escapes", 0, "backslash escapes in the text were interpreted, as by echo -e",
         .map = fa_map_echo_escapes, .mend = SHELL_MEND),
    TEXT("percents-doubled", 2, "percent signs were doubled, as for printf",
         .map = fa_map_double_percents),
    TEXT("cut-at-blank", 1, "the text was cut at its first blank", .cut = " ", .mend = SHELL_MEND),
    TEXT("cut-at-newline", 1, "only the first line of the text was signed", .cut = "\n"),
    TEXT("cut-at-ampersand", 1, "the text was cut at its first &", .cut = "&"),
    TEXT("cut-at-semicolon", 1, "the text was cut at its first ;", .cut = ";", .mend = SHELL_MEND),
    TEXT("cut-at-hash", 2, "the text was cut at its first #", .cut = "#"),
    TEXT("newlines-removed", 1, "newlines were removed from the text", .map = fa_map_drop_newlines),
    TEXT("text-lower-case", 1, "the whole text was in lower case", .map = fa_map_lower),
    TEXT("text-upper-case", 1, "the whole text was in upper case", .map = fa_map_upper),
    TEXT("secret-first", 0, "the secret key stood at the front of the text",
         .apply = fa_text_secret_first,
         .mend = "Leave the secret key out of the text; it is only the key of the HMAC."),
    TEXT("secret-last", 0, "the secret key stood at the end of the text",
         .apply = fa_text_secret_last,
         .mend = "Leave the secret key out of the text; it is only the key of the HMAC."),
    TEXT("secret-around", 1, "the secret key stood at both ends of the text",
         .apply = fa_text_secret_around,
         .mend = "Leave the secret key out of the text; it is only the key of the HMAC."),
    TEXT("apikey-first", 1, "the apikey stood at the front of the text once more",
         .apply = fa_text_apikey_first),
    TEXT("apikey-last", 1, "the apikey stood at the end of the text once more",
         .apply = fa_text_apikey_last),
    TEXT("text-encoded", 1, "the whole text was percent-encoded", .encoding = &rfc3986),
    TEXT("text-form-encoded", 1, "the whole text was form-encoded", .encoding = &form),
    TEXT("text-base64", 2, "the whole text was encoded as Base64", .map = fa_map_base64),
    TEXT("text-hex", 2, "the whole text was written in hexadecimal", .map = fa_map_hex),
    TEXT("text-double-quoted", 1, "the text was in double quotes", .before = "\"", .after = "\""),
    TEXT("text-single-quoted", 1, "the text was in single quotes", .before = "'", .after = "'"),
    TEXT("text-blank-after", 1, "a blank followed the text", .after = " "),
    TEXT("text-newline", 0, "a newline followed the text, as echo writes it", .after = "\n",
         .mend = SHELL_MEND),
    TEXT("text-crlf", 1, "CR LF followed the text", .after = "\r\n"),
    TEXT("text-nul", 1, "a NUL byte followed the text: the length counted the terminator",
         .apply = fa_text_nul_last, .mend = "Pass strlen(text), not sizeof or strlen(text) + 1."),
    TEXT("text-utf16", 1, "the text was in UTF-16 (.NET's Encoding.Unicode)", .map = fa_map_utf16le,
         .mend = "Encode the text as UTF-8 before you sign it."),
    TEXT("text-utf16-big", 2, "the text was in UTF-16, big-endian", .map = fa_map_utf16be,
         .mend = "Encode the text as UTF-8 before you sign it."),
    TEXT("text-byte-order-mark", 1, "a byte order mark stood before the text",
         .before = "\xef\xbb\xbf", .mend = "Encode the text as UTF-8 without a byte order mark."),
    TEXT("text-empty", 0, "nothing at all was signed", .apply = fa_text_is_empty,
         .mend = "Look where the text gets lost: the variable or the pipe is empty."),
};

const size_t fa_catalogue_count = PM_ARRAY_LEN(fa_catalogue);
