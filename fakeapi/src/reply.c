#include "reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "text.h"

#define DEPTH_MAX  (FA_JSON_DEPTH_MAX + 8)
#define DETAIL_MAX 64
#define NAMES_MAX  (64 * 1024)

/* Level 0 is the top, where one value stands. */
struct level {
    bool is_list;
    bool has_entry;
    size_t name_at; /* XML: of its element */
};

struct fa_writer {
    struct pm_buf *buf;
    bool has_failed;
    size_t depth;
    struct level levels[DEPTH_MAX];
    bool is_xml;
    struct pm_buf names; /* XML: of the open elements, each with its NUL */
};

/* XML names */

/* NameStartChar of XML 1.0, fifth edition, production 4, beyond ASCII. */
static const struct {
    uint32_t first;
    uint32_t last;
} name_starts[] = {
    {0xc0, 0xd6},     {0xd8, 0xf6},     {0xf8, 0x2ff},    {0x370, 0x37d},
    {0x37f, 0x1fff},  {0x200c, 0x200d}, {0x2070, 0x218f}, {0x2c00, 0x2fef},
    {0x3001, 0xd7ff}, {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff},
};

static uint32_t code_point(const unsigned char *text, size_t len)
{
    static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = text[0] & lead_bits[len];
    size_t i;

    for (i = 1; i < len; i++)
        code = code << 6 | (text[i] & 0x3fU);
    return code;
}

static bool starts_name(uint32_t code)
{
    size_t i;

    if (code < 0x80)
        return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code == '_';
    for (i = 0; i < sizeof(name_starts) / sizeof(name_starts[0]); i++)
        if (code >= name_starts[i].first && code <= name_starts[i].last)
            return true;
    return false;
}

static bool continues_name(uint32_t code)
{
    return starts_name(code) || (code >= '0' && code <= '9') || code == '-' || code == '.';
}

int fa_xml_name(struct pm_buf *buf, const char *text)
{
    size_t left = strlen(text);
    bool is_first = true;

    if (left == 0)
        return pm_buf_addc(buf, '_');
    while (left > 0) {
        size_t len = pm_text_utf8_len(text, left);
        uint32_t code = len > 0 ? code_point((const unsigned char *)text, len) : 0;

        if (is_first && !starts_name(code))
            (void)pm_buf_addc(buf, '_'); /* failures stick */
        if (continues_name(code))
            (void)pm_buf_add(buf, text, len);
        else if (!is_first)
            (void)pm_buf_addc(buf, '_');
        is_first = false;
        text += len > 0 ? len : 1;
        left -= len > 0 ? len : 1;
    }
    return buf->failed ? -1 : 0;
}

/* XML 1.0, production 2: which characters a document may hold. */
static bool is_xml_char(uint32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code <= 0xd7ff) ||
           (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
}

bool fa_is_xml_text(const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        size_t len = pm_text_utf8_len(text, left);

        if (len == 0 || !is_xml_char(code_point((const unsigned char *)text, len)))
            return false;
        text += len;
        left -= len;
    }
    return true;
}

/* Text between tags. What XML cannot carry is left out. */
static void add_xml_text(struct pm_buf *buf, const char *text)
{
    static const char *const escapes[128] = {
        ['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&quot;", ['\r'] = "&#13;"};
    size_t left = strlen(text);

    while (left > 0) {
        size_t len = pm_text_utf8_len(text, left);

        if (len == 1 && escapes[(unsigned char)text[0]])
            (void)pm_buf_adds(buf, escapes[(unsigned char)text[0]]); /* failures stick */
        else if (len > 0 && is_xml_char(code_point((const unsigned char *)text, len)))
            (void)pm_buf_add(buf, text, len);
        text += len > 0 ? len : 1;
        left -= len > 0 ? len : 1;
    }
}

/* The writer */

struct fa_writer *fa_writer_new(struct pm_buf *buf, bool is_xml)
{
    struct fa_writer *writer = calloc(1, sizeof(*writer));

    if (!writer)
        return NULL;
    writer->buf = buf;
    writer->is_xml = is_xml;
    pm_buf_init(&writer->names, NAMES_MAX);
    return writer;
}

void fa_writer_free(struct fa_writer *writer)
{
    if (!writer)
        return;
    pm_buf_clear(&writer->names);
    free(writer);
}

int fa_writer_finish(struct fa_writer *writer)
{
    int r;

    while (writer->depth > 0)
        fa_write_end(writer);
    r = writer->has_failed || writer->buf->failed || writer->names.failed ? -1 : 0;
    fa_writer_free(writer);
    return r;
}

/* Comma and key before a JSON value. */
static void json_lead(struct fa_writer *writer, const char *name)
{
    struct level *level = &writer->levels[writer->depth];

    if (level->has_entry)
        (void)pm_buf_addc(writer->buf, ','); /* failures stick */
    level->has_entry = true;
    if (writer->depth == 0 || level->is_list)
        return;
    (void)pm_text_add_json(writer->buf, name, strlen(name));
    (void)pm_buf_addc(writer->buf, ':');
}

/* Returns where the element's name is kept, for its end. */
static size_t xml_start(struct fa_writer *writer, const char *name)
{
    size_t at = writer->names.len;

    if (fa_xml_name(&writer->names, name) == 0 && pm_buf_addc(&writer->names, '\0') == 0)
        (void)pm_buf_addf(writer->buf, "<%s>", writer->names.data + at);
    return at;
}

static void xml_end(struct fa_writer *writer, size_t name_at)
{
    if (!writer->names.failed)
        (void)pm_buf_addf(writer->buf, "</%s>", writer->names.data + name_at);
    writer->names.len = name_at;
}

static void xml_text(struct fa_writer *writer, const char *name, const char *text)
{
    size_t name_at = xml_start(writer, name);

    add_xml_text(writer->buf, text);
    xml_end(writer, name_at);
}

static void open_level(struct fa_writer *writer, const char *name, bool is_list)
{
    struct level level = {.is_list = is_list};

    if (writer->depth + 1 == DEPTH_MAX) {
        writer->has_failed = true;
        return;
    }
    if (writer->is_xml) {
        level.name_at = xml_start(writer, name);
    } else {
        json_lead(writer, name);
        (void)pm_buf_addc(writer->buf, is_list ? '[' : '{');
    }
    writer->levels[++writer->depth] = level;
}

void fa_write_list(struct fa_writer *writer, const char *name)
{
    open_level(writer, name, true);
}

void fa_write_object(struct fa_writer *writer, const char *name)
{
    open_level(writer, name, false);
}

void fa_write_end(struct fa_writer *writer)
{
    const struct level *level = &writer->levels[writer->depth];

    if (writer->is_xml)
        xml_end(writer, level->name_at);
    else
        (void)pm_buf_addc(writer->buf, level->is_list ? ']' : '}');
    writer->depth--;
}

void fa_write_text(struct fa_writer *writer, const char *name, const char *text)
{
    if (writer->is_xml) {
        xml_text(writer, name, text);
        return;
    }
    json_lead(writer, name);
    (void)pm_text_add_json(writer->buf, text, strlen(text));
}

void fa_write_bytes(struct fa_writer *writer, const char *name, const char *bytes, size_t len)
{
    json_lead(writer, name);
    (void)pm_text_add_json(writer->buf, bytes, len);
}

void fa_write_literal(struct fa_writer *writer, const char *name, const char *text)
{
    if (writer->is_xml) {
        xml_text(writer, name, text);
        return;
    }
    json_lead(writer, name);
    (void)pm_buf_adds(writer->buf, text);
}

void fa_write_integer(struct fa_writer *writer, const char *name, int64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, value);
    fa_write_literal(writer, name, text);
}

void fa_write_id(struct fa_writer *writer, const char *name, int64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, value);
    fa_write_text(writer, name, text);
}

void fa_write_null(struct fa_writer *writer, const char *name)
{
    if (!writer->is_xml)
        fa_write_literal(writer, name, "null");
}

void fa_write_json(struct fa_writer *writer, const char *name, const struct fa_json *json)
{
    const struct fa_json *entry;

    if (json->type == FA_JSON_STRING) {
        fa_write_text(writer, name, json->text);
        return;
    }
    if (json->type == FA_JSON_LITERAL) {
        fa_write_literal(writer, name, json->text);
        return;
    }
    open_level(writer, name, json->type == FA_JSON_ARRAY);
    if (writer->has_failed)
        return;
    for (entry = json->first; entry; entry = entry->next)
        fa_write_json(writer, entry->name ? entry->name : "item", entry);
    fa_write_end(writer);
}

/* Refusals */

/* At most DETAIL_MAX bytes, whole characters: a long name must not make a short text long. */
static size_t clipped_len(const char *text)
{
    size_t left = strlen(text);
    size_t len = 0;

    while (left > 0) {
        size_t step = pm_text_utf8_len(text + len, left);

        if (step == 0)
            step = 1;
        if (len + step > DETAIL_MAX)
            break;
        len += step;
        left -= step;
    }
    return len;
}

static int error_text(struct pm_buf *text, const struct fa_error_info *info, const char *detail)
{
    (void)pm_buf_adds(text, info->before); /* failures stick */
    if (detail)
        (void)pm_buf_add(text, detail, clipped_len(detail));
    return pm_buf_adds(text, info->after);
}

static const char *error_key(const struct fa_error_info *info, bool is_reading)
{
    if (info->key == FA_KEY_BY_KIND)
        return is_reading ? "error" : "status";
    return info->key == FA_KEY_ERROR ? "error" : "status";
}

static int write_error(struct pm_buf *buf, enum fa_error error, const char *text,
                       struct fa_error_form form)
{
    const struct fa_error_info *info = fa_error_info(error);
    struct fa_writer *writer = fa_writer_new(buf, form.is_xml);

    if (!writer)
        return -1;
    if (form.is_xml) {
        fa_write_text(writer, "error", text);
        return fa_writer_finish(writer);
    }
    fa_write_object(writer, "");
    fa_write_text(writer, error_key(info, form.is_reading), text);
    if (form.version == 3 || error == FA_E_TOKEN)
        fa_write_integer(writer, "errorCode", info->code);
    return fa_writer_finish(writer);
}

int fa_reply_error(struct pm_buf *buf, enum fa_error error, const char *detail,
                   struct fa_error_form form)
{
    struct pm_buf text;
    int r;

    pm_buf_init(&text, 512);
    r = error_text(&text, fa_error_info(error), detail);
    if (r == 0)
        r = write_error(buf, error, text.data, form);
    pm_buf_clear(&text);
    return r;
}
