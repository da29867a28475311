#include "json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "text.h"

struct reader {
    struct fa_arena *arena;
    const char *at; /* ends with a NUL */
    size_t depth;
};

static struct fa_json *read_value(struct reader *reader);

static void skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
}

static size_t put_utf8(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* Four hexadecimal digits; -1 if there are not. */
static long read_hex(const char *text)
{
    char digits[5] = {0};
    size_t len = strspn(text, "0123456789abcdefABCDEF");

    if (len < 4)
        return -1;
    memcpy(digits, text, 4);
    return strtol(digits, NULL, 16);
}

/* After `\u`: one code point, of two halves if need be. A lone half or a NUL is no text. */
static size_t read_unicode(struct reader *reader, char *out)
{
    long code = read_hex(reader->at);
    long low;

    if (code <= 0 || (code >= 0xdc00 && code <= 0xdfff))
        return 0;
    reader->at += 4;
    if (code < 0xd800 || code > 0xdbff)
        return put_utf8((uint32_t)code, out);
    low = reader->at[0] == '\\' && reader->at[1] == 'u' ? read_hex(reader->at + 2) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return 0;
    reader->at += 6;
    return put_utf8((uint32_t)(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)), out);
}

/* After a backslash. Unknown escapes stand for the character itself. */
static size_t read_escape(struct reader *reader, char *out)
{
    static const char letters[] = "bfnrt";
    static const char bytes[] = "\b\f\n\r\t";
    char letter = *reader->at;
    const char *found;

    if (letter == '\0')
        return 0;
    reader->at++;
    if (letter == 'u')
        return read_unicode(reader, out);
    found = strchr(letters, letter);
    *out = found ? bytes[found - letters] : letter;
    return 1;
}

/* How many bytes there are before the closing quote; an escaped byte does not close. */
static size_t quoted_len(const char *text, char quote)
{
    size_t len = 0;

    while (text[len] && text[len] != quote)
        len += text[len] == '\\' && text[len + 1] ? 2 : 1;
    return len;
}

static const char *read_quoted(struct reader *reader)
{
    char quote = *reader->at++;
    char *text = fa_arena_alloc(reader->arena, quoted_len(reader->at, quote) + 1);
    size_t len = 0;

    if (!text)
        return NULL;
    while (*reader->at != quote) {
        size_t step = 1;

        if (*reader->at == '\0')
            return NULL;
        if (*reader->at == '\\') {
            reader->at++;
            step = read_escape(reader, text + len);
            if (step == 0)
                return NULL;
        } else {
            text[len] = *reader->at++;
        }
        len += step;
    }
    reader->at++;
    return text;
}

/* A bare word ends at one of @stops; blanks at its end do not belong to it. */
static const char *read_bare(struct reader *reader, const char *stops)
{
    const char *start = reader->at;
    size_t len = strcspn(start, stops);

    reader->at += len;
    while (len > 0 && strchr(" \t\r\n", start[len - 1]))
        len--;
    return len > 0 ? fa_arena_copy(reader->arena, start, len) : NULL;
}

static bool is_number(const char *text)
{
    size_t whole;

    text += *text == '-';
    whole = strspn(text, "0123456789");
    if (whole == 0 || (whole > 1 && text[0] == '0'))
        return false;
    text += whole;
    if (*text == '.') {
        if (strspn(text + 1, "0123456789") == 0)
            return false;
        text += 1 + strspn(text + 1, "0123456789");
    }
    if (*text == 'e' || *text == 'E') {
        text += 1 + (text[1] == '+' || text[1] == '-');
        if (strspn(text, "0123456789") == 0)
            return false;
        text += strspn(text, "0123456789");
    }
    return *text == '\0';
}

static bool is_literal(const char *text)
{
    return is_number(text) || strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ||
           strcmp(text, "null") == 0;
}

static struct fa_json *read_scalar(struct reader *reader)
{
    struct fa_json *json = fa_arena_alloc(reader->arena, sizeof(*json));

    if (!json)
        return NULL;
    if (*reader->at == '"' || *reader->at == '\'') {
        json->text = read_quoted(reader);
    } else {
        json->text = read_bare(reader, ",]}");
        if (json->text && is_literal(json->text))
            json->type = FA_JSON_LITERAL;
    }
    return json->text ? json : NULL;
}

static const char *read_name(struct reader *reader)
{
    const char *name;

    if (*reader->at == '"' || *reader->at == '\'')
        name = read_quoted(reader);
    else
        name = read_bare(reader, ":,]}");
    skip_blanks(reader);
    if (!name || *reader->at != ':')
        return NULL;
    reader->at++;
    skip_blanks(reader);
    return name;
}

static struct fa_json *read_entry(struct reader *reader, bool is_object)
{
    const char *name = NULL;
    struct fa_json *json;

    if (is_object) {
        name = read_name(reader);
        if (!name)
            return NULL;
    }
    json = read_value(reader);
    if (!json)
        return NULL;
    json->name = name;
    skip_blanks(reader);
    return json;
}

/* After the opening bracket. Commas may be doubled or trail. */
static bool read_entries(struct reader *reader, struct fa_json *json, char end)
{
    struct fa_json **tail = &json->first;

    for (;;) {
        skip_blanks(reader);
        while (*reader->at == ',') {
            reader->at++;
            skip_blanks(reader);
        }
        if (*reader->at == end)
            break;
        *tail = read_entry(reader, end == '}');
        if (!*tail || (*reader->at != ',' && *reader->at != end))
            return false;
        tail = &(*tail)->next;
    }
    reader->at++;
    return true;
}

static struct fa_json *read_container(struct reader *reader)
{
    bool is_object = *reader->at == '{';
    struct fa_json *json = fa_arena_alloc(reader->arena, sizeof(*json));
    bool is_good;

    if (!json || reader->depth == FA_JSON_DEPTH_MAX)
        return NULL;
    json->type = is_object ? FA_JSON_OBJECT : FA_JSON_ARRAY;
    reader->at++;
    reader->depth++;
    is_good = read_entries(reader, json, is_object ? '}' : ']');
    reader->depth--;
    return is_good ? json : NULL;
}

static struct fa_json *read_value(struct reader *reader)
{
    skip_blanks(reader);
    if (*reader->at == '{' || *reader->at == '[')
        return read_container(reader);
    return read_scalar(reader);
}

int fa_json_parse(struct fa_arena *arena, const char *text, const struct fa_json **ret_json)
{
    struct reader reader = {.arena = arena, .at = text};
    const struct fa_json *json = read_value(&reader);

    if (!json)
        return -1;
    skip_blanks(&reader);
    if (*reader.at != '\0')
        return -1;
    *ret_json = json;
    return 0;
}

static int add_text(struct pm_buf *buf, const char *text)
{
    return pm_text_add_json(buf, text, strlen(text));
}

static int write_entries(struct pm_buf *buf, const struct fa_json *json)
{
    const struct fa_json *entry;

    for (entry = json->first; entry; entry = entry->next) {
        if (entry != json->first)
            (void)pm_buf_addc(buf, ','); /* failures stick: the caller asks once, at the end */
        if (entry->name) {
            (void)add_text(buf, entry->name);
            (void)pm_buf_addc(buf, ':');
        }
        (void)fa_json_write(buf, entry);
    }
    return buf->failed ? -1 : 0;
}

bool fa_json_has_nul(const char *text, size_t len)
{
    size_t i;

    for (i = 0; i + 1 < len; i++) {
        if (text[i] != '\\')
            continue;
        if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
            return true;
        i++; /* what is escaped is no backslash of its own */
    }
    return false;
}

int fa_json_write(struct pm_buf *buf, const struct fa_json *json)
{
    switch (json->type) {
    case FA_JSON_STRING:
        return add_text(buf, json->text);
    case FA_JSON_LITERAL:
        return pm_buf_adds(buf, json->text);
    case FA_JSON_ARRAY:
        (void)pm_buf_addc(buf, '[');
        (void)write_entries(buf, json);
        return pm_buf_addc(buf, ']');
    case FA_JSON_OBJECT:
        (void)pm_buf_addc(buf, '{');
        (void)write_entries(buf, json);
        return pm_buf_addc(buf, '}');
    }
    return -1;
}

const struct fa_json *fa_json_member(const struct fa_json *json, const char *name)
{
    const struct fa_json *found = NULL;
    const struct fa_json *entry;

    if (json->type != FA_JSON_OBJECT)
        return NULL;
    for (entry = json->first; entry; entry = entry->next)
        if (strcmp(entry->name, name) == 0)
            found = entry;
    return found;
}
