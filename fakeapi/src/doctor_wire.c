/* The received checksum read backwards; see doctor_wire.h. */
#include "doctor_wire.h"

#include <string.h>

#include "cleanup.h"

#define WIRE(mistake_id, mistake_title, ...)                                             \
    {                                                                                    \
        .id = (mistake_id), .stage = FA_STAGE_WIRE, .rank = 1, .title = (mistake_title), \
        __VA_ARGS__                                                                      \
    }

/* ---- what was put around the checksum or done to it ---- */

static bool has(struct fa_bytes in, char byte)
{
    return in.len > 0 && memchr(in.at, byte, in.len);
}

static bool ends_with(struct fa_bytes in, const char *end)
{
    size_t len = strlen(end);

    return in.len > len && memcmp(in.at + in.len - len, end, len) == 0;
}

static bool is_hex(struct fa_bytes in)
{
    size_t i;

    for (i = 0; i < in.len && in.at[i] && strchr("0123456789abcdefABCDEF", in.at[i]); i++)
        ;
    return i == in.len && i > 0;
}

/* Without the last bytes, if they are these. */
static void undo_end(struct pm_buf *out, struct fa_bytes in, const char *end)
{
    if (ends_with(in, end))
        (void)pm_buf_add(out, in.at, in.len - strlen(end));
}

/* Without what stands around, if it does. */
static void undo_around(struct pm_buf *out, struct fa_bytes in, const char *before,
                        const char *after)
{
    size_t lead = strlen(before), trail = strlen(after);

    if (in.len > lead + trail && memcmp(in.at, before, lead) == 0 && ends_with(in, after))
        (void)pm_buf_add(out, in.at + lead, in.len - lead - trail);
}

static void undo_newline(struct pm_buf *out, struct fa_bytes in)
{
    if (!ends_with(in, "\r\n"))
        undo_end(out, in, "\n");
}

static void undo_crlf(struct pm_buf *out, struct fa_bytes in)
{
    undo_end(out, in, "\r\n");
}

static void undo_literal_newline(struct pm_buf *out, struct fa_bytes in)
{
    undo_end(out, in, "\\n");
}

static void undo_dash(struct pm_buf *out, struct fa_bytes in)
{
    undo_end(out, in, "  -");
}

static void undo_double_quotes(struct pm_buf *out, struct fa_bytes in)
{
    undo_around(out, in, "\"", "\"");
}

static void undo_single_quotes(struct pm_buf *out, struct fa_bytes in)
{
    undo_around(out, in, "'", "'");
}

static void undo_python_bytes(struct pm_buf *out, struct fa_bytes in)
{
    undo_around(out, in, "b'", "'");
}

static void undo_blanks_around(struct pm_buf *out, struct fa_bytes in)
{
    if (in.len > 0 && (in.at[0] == ' ' || in.at[in.len - 1] == ' '))
        fa_map_trim(out, in.at, in.len);
}

static void undo_plus_unencoded(struct pm_buf *out, struct fa_bytes in)
{
    if (has(in, ' '))
        fa_map_blank_to_plus(out, in.at, in.len);
}

static void undo_wrapped(struct pm_buf *out, struct fa_bytes in)
{
    if (has(in, '\n') && in.at[in.len - 1] != '\n')
        fa_map_drop_newlines(out, in.at, in.len);
}

static void undo_encoded_again(struct pm_buf *out, struct fa_bytes in)
{
    if (has(in, '%'))
        fa_map_percent_decode(out, in.at, in.len);
}

static void undo_slashes_escaped(struct pm_buf *out, struct fa_bytes in)
{
    if (has(in, '\\') && has(in, '/'))
        fa_map_drop_backslashes(out, in.at, in.len);
}

static void undo_openssl_label(struct pm_buf *out, struct fa_bytes in)
{
    const char *label = in.len > 3 ? memmem(in.at, in.len, ")= ", 3) : NULL;

    if (label)
        (void)pm_buf_add(out, label + 3, (size_t)(in.at + in.len - (label + 3)));
}

static void undo_prefix(struct pm_buf *out, struct fa_bytes in)
{
    static const char *const prefixes[] = {
        "sha1=",      "sha1:",   "SHA1=",     "HMACSHA1 ", "HMACSHA1=", "HMAC-SHA1 ",
        "hmac-sha1 ", "sha256=", "checksum=", "0x",        "{SHA}",     "HMAC "};
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(prefixes); i++) {
        size_t len = strlen(prefixes[i]);

        if (in.len > len && memcmp(in.at, prefixes[i], len) == 0) {
            (void)pm_buf_add(out, in.at + len, in.len - len);
            return;
        }
    }
}

static void undo_hex_separated(struct pm_buf *out, struct fa_bytes in)
{
    size_t i;

    for (i = 0; i < in.len; i++) {
        if (i % 3 != 2)
            (void)pm_buf_addc(out, in.at[i]);
        else if (in.at[i] != ':' && in.at[i] != ' ' && in.at[i] != '-')
            break;
    }
    if (i < in.len || in.len < 5)
        pm_buf_reset(out);
}

static void undo_url_safe(struct pm_buf *out, struct fa_bytes in)
{
    size_t i;

    if (!has(in, '-') && !has(in, '_'))
        return;
    for (i = 0; i < in.len; i++) {
        char byte = in.at[i];

        (void)pm_buf_addc(out, byte == '-' ? '+' : byte == '_' ? '/' : byte);
    }
}

static void undo_unpadded(struct pm_buf *out, struct fa_bytes in)
{
    if (in.len % 4 < 2 || has(in, '='))
        return;
    (void)pm_buf_add(out, in.at, in.len);
    (void)pm_buf_add(out, "==", 4 - in.len % 4);
}

static void undo_zeros_lost(struct pm_buf *out, struct fa_bytes in)
{
    static const size_t whole[] = {32, 40, 64};
    size_t i, k;

    for (i = 0; i < PM_ARRAY_LEN(whole); i++) {
        if (!is_hex(in) || in.len >= whole[i] || in.len + 4 < whole[i])
            continue;
        for (k = in.len; k < whole[i]; k++)
            (void)pm_buf_addc(out, '0');
        (void)pm_buf_add(out, in.at, in.len);
    }
}

static void undo_padding(struct pm_buf *out, struct fa_bytes in)
{
    if (in.len % 4 == 1)
        undo_end(out, in, "=");
}

/* The same twice, as when a parameter is sent twice and both are joined. */
static void undo_twice(struct pm_buf *out, struct fa_bytes in)
{
    const char *comma = in.len > 2 ? memchr(in.at, ',', in.len) : NULL;
    size_t len = comma ? (size_t)(comma - in.at) : 0;

    if (len > 0 && in.len - len > len && memcmp(in.at, in.at + in.len - len, len) == 0)
        (void)pm_buf_add(out, in.at, len);
}

#define NEWLINE_MEND \
    "Strip the newline that base64 and openssl write; in a shell, $(command) does that."

/* Each appends what was there before, or nothing when the mistake was not made. */
static const struct wrapping {
    struct fa_mistake mistake;
    void (*undo)(struct pm_buf *out, struct fa_bytes in);
} wrappings[] = {
    {WIRE("checksum-plus-unencoded",
          "a + of the checksum was sent unencoded and arrived as a blank",
          .mend = "Percent-encode the checksum for the request: + becomes %2B."),
     undo_plus_unencoded},
    {WIRE("checksum-newline", "a newline followed the checksum", .mend = NEWLINE_MEND),
     undo_newline},
    {WIRE("checksum-crlf", "CR LF followed the checksum", .mend = NEWLINE_MEND), undo_crlf},
    {WIRE("checksum-unpadded", "the checksum came without the = at its end",
          .mend = "Keep the padding of Base64; send = as %3D."),
     undo_unpadded},
    {WIRE("checksum-padding", "one = too many stood at the end of the checksum"), undo_padding},
    {WIRE("checksum-twice", "the checksum came twice, joined by a comma",
          .mend = "Send the parameter checksum once."),
     undo_twice},
    {WIRE("checksum-url-safe", "the checksum was in the URL-safe alphabet of Base64 (- and _)",
          .mend = "Use the standard alphabet with + and /, and percent-encode the result."),
     undo_url_safe},
    {WIRE("checksum-encoded-again", "the checksum was percent-encoded twice",
          .mend = "Encode the checksum once; many HTTP libraries do it for you."),
     undo_encoded_again},
    {WIRE("checksum-double-quoted", "the checksum came in double quotes"), undo_double_quotes},
    {WIRE("checksum-single-quoted", "the checksum came in single quotes"), undo_single_quotes},
    {WIRE("checksum-python-bytes", "the checksum came as Python prints bytes, b'...'",
          .mend = "Call .decode('ascii') on the bytes that b64encode returns."),
     undo_python_bytes},
    {WIRE("checksum-blanks", "blanks stood around the checksum"), undo_blanks_around},
    {WIRE("checksum-wrapped", "the checksum was broken into lines",
          .mend = "Turn line wrapping off: base64 -w0, or openssl base64 -A."),
     undo_wrapped},
    {WIRE("checksum-slashes-escaped", "slashes in the checksum came as \\/, as JSON has them"),
     undo_slashes_escaped},
    {WIRE("checksum-literal-newline", "the checksum ended in a backslash and an n"),
     undo_literal_newline},
    {WIRE("checksum-openssl-label", "the label that openssl prints stood before the checksum",
          .mend = "Use openssl dgst -binary and pipe it into base64."),
     undo_openssl_label},
    {WIRE("checksum-file-dash", "the checksum came as sha1sum prints it, with a dash after it",
          .mend = "Use openssl dgst -binary and pipe it into base64."),
     undo_dash},
    {WIRE("checksum-prefix", "the name of the algorithm stood before the checksum"), undo_prefix},
    {WIRE("checksum-hex-separated", "the hexadecimal digits of the checksum were separated"),
     undo_hex_separated},
    {WIRE("checksum-zeros-lost", "zeros at the front of the hexadecimal checksum were lost",
          .mend = "Use Base64 of the bytes, not the digits of a big number."),
     undo_zeros_lost},
};

/* ---- how the digest was written ---- */

static bool is_canonical(struct fa_bytes in, struct fa_bytes decoded)
{
    struct pm_buf again;
    bool is_same;

    pm_buf_init(&again, FA_WIRE_RECEIVED_MAX * 2);
    fa_map_base64(&again, decoded.at, decoded.len);
    is_same = again.len == in.len && in.len > 0 && memcmp(again.data, in.at, in.len) == 0;
    pm_buf_clear(&again);
    return is_same;
}

static void read_base64_with(struct pm_buf *out, struct fa_bytes in, bool canonical)
{
    fa_map_base64_decode(out, in.at, in.len);
    if (out->len > 0 && is_canonical(in, (struct fa_bytes){out->data, out->len}) != canonical)
        pm_buf_reset(out);
}

static void read_base64(struct pm_buf *out, struct fa_bytes in)
{
    read_base64_with(out, in, true);
}

static void read_base64_spare_bits(struct pm_buf *out, struct fa_bytes in)
{
    read_base64_with(out, in, false);
}

/* Hexadecimal digits, letters in one case only. @letters: the case that does not occur */
static void read_hex(struct pm_buf *out, struct fa_bytes in, const char *letters)
{
    size_t i;

    for (i = 0; i < in.len; i++) {
        if (in.at[i] && strchr(letters, in.at[i]))
            return;
    }
    fa_map_hex_decode(out, in.at, in.len);
}

static void read_hex_lower(struct pm_buf *out, struct fa_bytes in)
{
    read_hex(out, in, "ABCDEF");
}

static void read_hex_upper(struct pm_buf *out, struct fa_bytes in)
{
    read_hex(out, in, "abcdef");
}

/* First one reading, then another over its result. */
static void read_through(struct pm_buf *out, struct fa_bytes in,
                         void (*first)(struct pm_buf *, struct fa_bytes),
                         void (*second)(struct pm_buf *, struct fa_bytes))
{
    struct pm_buf between;

    pm_buf_init(&between, FA_WIRE_RECEIVED_MAX);
    first(&between, in);
    if (between.len > 0)
        second(out, (struct fa_bytes){between.data, between.len});
    pm_buf_clear(&between);
}

static void read_base64_of_hex(struct pm_buf *out, struct fa_bytes in)
{
    read_through(out, in, read_base64, read_hex_lower);
}

static void read_base64_of_hex_upper(struct pm_buf *out, struct fa_bytes in)
{
    read_through(out, in, read_base64, read_hex_upper);
}

static void read_hex_newline(struct pm_buf *out, struct fa_bytes in)
{
    struct pm_buf line;

    pm_buf_init(&line, FA_WIRE_RECEIVED_MAX);
    undo_end(&line, in, "\n");
    if (line.len > 0)
        read_hex_lower(out, (struct fa_bytes){line.data, line.len});
    pm_buf_clear(&line);
}

static void read_base64_of_hex_line(struct pm_buf *out, struct fa_bytes in)
{
    read_through(out, in, read_base64, read_hex_newline);
}

static void read_base64_twice(struct pm_buf *out, struct fa_bytes in)
{
    read_through(out, in, read_base64, read_base64);
}

static void read_hex_of_base64(struct pm_buf *out, struct fa_bytes in)
{
    read_through(out, in, read_hex_lower, read_base64);
}

static void read_utf8(struct pm_buf *out, struct fa_bytes in)
{
    struct pm_buf again;

    pm_buf_init(&again, FA_WIRE_RECEIVED_MAX);
    fa_map_latin1(out, in.at, in.len);
    fa_map_mojibake(&again, out->data, out->len); /* nothing lost: every character was Latin-1 */
    if (again.len != in.len || memcmp(again.data, in.at, in.len) != 0 || out->len == in.len)
        pm_buf_reset(out);
    pm_buf_clear(&again);
}

static void read_base64_of_utf8(struct pm_buf *out, struct fa_bytes in)
{
    read_through(out, in, read_base64, read_utf8);
}

/* Bytes of a digest are not all printable (once in 10^8, for 20 of them). */
static void read_raw(struct pm_buf *out, struct fa_bytes in)
{
    size_t i;

    for (i = 0; i < in.len; i++) {
        if (in.at[i] < ' ' || in.at[i] > '~') {
            (void)pm_buf_add(out, in.at, in.len);
            return;
        }
    }
}

/* The whole bytes of as many Base64 digits as there are. */
static void read_base64_cut(struct pm_buf *out, struct fa_bytes in)
{
    struct pm_buf padded;
    size_t digits = in.len % 4 == 1 ? in.len - 1 : in.len;

    pm_buf_init(&padded, FA_WIRE_RECEIVED_MAX + 4);
    (void)pm_buf_add(&padded, in.at, digits);
    if (digits % 4 != 0)
        (void)pm_buf_add(&padded, "==", 4 - digits % 4);
    if (padded.len > 0)
        fa_map_base64_decode(out, padded.data, padded.len);
    pm_buf_clear(&padded);
}

static void read_hex_cut(struct pm_buf *out, struct fa_bytes in)
{
    fa_map_hex_decode(out, in.at, in.len - in.len % 2);
}

static void read_lower(struct pm_buf *out, struct fa_bytes in)
{
    fa_map_lower(out, in.at, in.len);
    if (has(in, '=') && memcmp(out->data, in.at, in.len) == 0)
        return;
    pm_buf_reset(out);
}

static void read_upper(struct pm_buf *out, struct fa_bytes in)
{
    fa_map_upper(out, in.at, in.len);
    if (has(in, '=') && memcmp(out->data, in.at, in.len) == 0)
        return;
    pm_buf_reset(out);
}

/* Each appends the digest, or nothing when the checksum is not of this form. */
static const struct reading {
    struct fa_mistake mistake; /* without id: the right form */
    enum fa_match match;
    void (*read)(struct pm_buf *out, struct fa_bytes in);
} readings[] = {
    {{.id = NULL}, FA_MATCH_WHOLE, read_base64},
    {WIRE("checksum-hex", "the checksum was in hexadecimal, not Base64",
          .mend = "Encode the 20 bytes of the digest as Base64, not their hexadecimal form."),
     FA_MATCH_WHOLE, read_hex_lower},
    {WIRE("checksum-hex-upper", "the checksum was in upper-case hexadecimal, not Base64",
          .mend = "Encode the 20 bytes of the digest as Base64, not their hexadecimal form."),
     FA_MATCH_WHOLE, read_hex_upper},
    {WIRE("checksum-base64-of-hex", "the hexadecimal digest was encoded as Base64, not its bytes",
          .mend = "Encode the 20 raw bytes as Base64: openssl dgst -binary, or the digest method "
                  "that returns bytes."),
     FA_MATCH_WHOLE, read_base64_of_hex},
    {WIRE("checksum-base64-of-hex-upper",
          "the upper-case hexadecimal digest was encoded as Base64, not its bytes",
          .mend = "Encode the 20 raw bytes as Base64."),
     FA_MATCH_WHOLE, read_base64_of_hex_upper},
    {WIRE("checksum-base64-of-hex-line",
          "the hexadecimal digest and a newline were encoded as Base64, not the bytes",
          .mend = "Encode the 20 raw bytes as Base64: openssl dgst -binary | base64."),
     FA_MATCH_WHOLE, read_base64_of_hex_line},
    {WIRE("checksum-base64-twice", "the checksum was encoded as Base64 twice"), FA_MATCH_WHOLE,
     read_base64_twice},
    {WIRE("checksum-hex-of-base64", "the Base64 form was written in hexadecimal"), FA_MATCH_WHOLE,
     read_hex_of_base64},
    {WIRE("checksum-base64-of-utf8",
          "the bytes of the digest were taken for characters and encoded as UTF-8 before Base64",
          .mend = "Keep the digest as bytes, not as a string, until it is Base64."),
     FA_MATCH_WHOLE, read_base64_of_utf8},
    {WIRE("checksum-spare-bits", "the last digit of the checksum was altered",
          .mend = "Take the Base64 form as the encoder gives it."),
     FA_MATCH_WHOLE, read_base64_spare_bits},
    {WIRE("checksum-raw-bytes", "the bytes of the digest were sent as they are, not as Base64"),
     FA_MATCH_WHOLE, read_raw},
    {WIRE("checksum-lower-case", "the checksum was changed to lower case",
          .mend = "Leave the checksum as it is: Base64 tells letters of both cases apart."),
     FA_MATCH_BASE64_LOWER, read_lower},
    {WIRE("checksum-upper-case", "the checksum was changed to upper case",
          .mend = "Leave the checksum as it is: Base64 tells letters of both cases apart."),
     FA_MATCH_BASE64_UPPER, read_upper},
    {WIRE("checksum-cut", "the checksum was cut short",
          .mend = "Send the whole checksum: 28 characters."),
     FA_MATCH_PREFIX, read_base64_cut},
    {WIRE("checksum-hex-cut", "the checksum was in hexadecimal and cut short",
          .mend = "Send the whole digest, as Base64: 28 characters."),
     FA_MATCH_PREFIX, read_hex_cut},
};

/* ---- collecting ---- */

static bool is_known(const struct fa_targets *targets, const struct fa_target *target)
{
    size_t i;

    for (i = 0; i < targets->count; i++) {
        const struct fa_target *other = &targets->items[i];

        if (other->match == target->match && other->len == target->len &&
            memcmp(other->bytes, target->bytes, target->len) == 0)
            return true;
    }
    return false;
}

static void add_target(struct fa_targets *targets, const struct reading *reading,
                       struct fa_bytes digest, const struct wrapping *const *around, size_t count)
{
    struct fa_target target = {.len = digest.len, .match = reading->match};
    size_t i;

    if (digest.len < FA_TARGET_PREFIX_LEAST || digest.len > sizeof(target.bytes) ||
        targets->count == FA_TARGETS_MAX)
        return;
    memcpy(target.bytes, digest.at, digest.len);
    if (reading->mistake.id)
        target.mistakes[target.mistake_count++] = &reading->mistake;
    for (i = count; i > 0; i--) /* the innermost was made first */
        target.mistakes[target.mistake_count++] = &around[i - 1]->mistake;
    if (!is_known(targets, &target))
        targets->items[targets->count++] = target;
}

static int read_as_digest(struct fa_targets *targets, struct fa_bytes in,
                          const struct wrapping *const *around, size_t count)
{
    struct pm_buf digest;
    bool failed = false;
    size_t i;

    pm_buf_init(&digest, FA_WIRE_RECEIVED_MAX);
    for (i = 0; i < PM_ARRAY_LEN(readings); i++) {
        pm_buf_reset(&digest);
        readings[i].read(&digest, in);
        failed = failed || digest.failed;
        if (digest.len > 0)
            add_target(targets, &readings[i], (struct fa_bytes){digest.data, digest.len}, around,
                       count);
    }
    pm_buf_clear(&digest);
    return failed ? -1 : 0;
}

/* Read what came with up to `depth` wrappings undone, the outermost first. */
static int unwrap(struct fa_targets *targets, struct fa_bytes in, const struct wrapping **around,
                  size_t count, size_t depth)
{
    struct pm_buf inner;
    size_t i;
    int r = 0;

    if (depth == 0)
        return read_as_digest(targets, in, around, count);
    pm_buf_init(&inner, FA_WIRE_RECEIVED_MAX * 2);
    for (i = 0; i < PM_ARRAY_LEN(wrappings) && r == 0; i++) {
        if (count > 0 && around[count - 1] == &wrappings[i])
            continue;
        pm_buf_reset(&inner);
        wrappings[i].undo(&inner, in);
        if (inner.len == 0)
            continue;
        around[count] = &wrappings[i];
        r = unwrap(targets, (struct fa_bytes){inner.data, inner.len}, around, count + 1, depth - 1);
    }
    pm_buf_clear(&inner);
    return r;
}

int fa_wire_read(struct fa_bytes received, struct fa_targets *ret_targets)
{
    const struct wrapping *around[FA_TARGET_MISTAKES_MAX];
    size_t depth;

    ret_targets->count = 0;
    if (received.len == 0 || received.len > FA_WIRE_RECEIVED_MAX)
        return 0;
    for (depth = 0; depth < FA_TARGET_MISTAKES_MAX; depth++) {
        if (unwrap(ret_targets, received, around, 0, depth) < 0)
            return -1;
    }
    return 0;
}

/* ---- comparing ---- */

static bool matches_folded(const struct fa_target *target, const uint8_t *digest, size_t len,
                           fa_map *fold)
{
    struct pm_buf base64, folded;
    bool is_same;

    if (target->len != (len + 2) / 3 * 4)
        return false;
    pm_buf_init(&base64, FA_WIRE_RECEIVED_MAX);
    pm_buf_init(&folded, FA_WIRE_RECEIVED_MAX);
    fa_map_base64(&base64, (const char *)digest, len);
    fold(&folded, base64.data, base64.len);
    is_same = folded.len == target->len && memcmp(folded.data, target->bytes, target->len) == 0;
    pm_buf_clear(&base64);
    pm_buf_clear(&folded);
    return is_same;
}

static bool matches(const struct fa_target *target, const uint8_t *digest, size_t len)
{
    switch (target->match) {
    case FA_MATCH_WHOLE:
        return target->len == len && memcmp(target->bytes, digest, len) == 0;
    case FA_MATCH_PREFIX:
        return target->len < len && memcmp(target->bytes, digest, target->len) == 0;
    case FA_MATCH_BASE64_LOWER:
        return matches_folded(target, digest, len, fa_map_lower);
    case FA_MATCH_BASE64_UPPER:
        return matches_folded(target, digest, len, fa_map_upper);
    }
    return false;
}

const struct fa_target *fa_wire_find(const struct fa_targets *targets, const uint8_t *digest,
                                     size_t len)
{
    size_t i;

    for (i = 0; i < targets->count; i++) {
        if (matches(&targets->items[i], digest, len))
            return &targets->items[i];
    }
    return NULL;
}

/* The right reading is the first of its table and no mistake. */
const struct fa_mistake *fa_wire_mistake(size_t index)
{
    return index < PM_ARRAY_LEN(wrappings) ? &wrappings[index].mistake
                                           : &readings[index - PM_ARRAY_LEN(wrappings) + 1].mistake;
}

size_t fa_wire_mistake_count(void)
{
    return PM_ARRAY_LEN(wrappings) + PM_ARRAY_LEN(readings) - 1;
}
