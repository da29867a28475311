/*
 * Answers as JSON and XML: whatever they hold, other libraries must read the same out of them.
 * Input: a line per step of a handler. Its first byte is the step: `[` list, `{` object, `]` end,
 * `#` integer, `!` id, `0` null, `j` JSON, any other a text; then a name, `=` and a value.
 */
#include <cjson/cJSON.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlmemory.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "errors.h"
#include "fuzz.h"
#include "json.h"
#include "params.h"
#include "reply.h"
#include "text.h"

#define ARENA_MAX (4u << 20)
#define REPLY_MAX (4u << 20)
#define DEPTH_MAX 7 /* no action nests deeper; the JSON it keeps may */

static void write_json(struct fa_writer *writer, const char *name, const char *text)
{
    const struct fa_json *json;
    struct fa_arena arena;

    fa_arena_init(&arena, ARENA_MAX);
    if (fa_is_text(text, strlen(text)) && fa_json_parse(&arena, text, &json) == 0)
        fa_write_json(writer, name, json);
    fa_arena_clear(&arena);
}

static void write_step(struct fa_writer *writer, char *line, size_t *depth)
{
    char *value = strchr(line, '=');
    const char *name = line[0] ? line + 1 : line;

    if (value)
        *value++ = '\0';
    else
        value = line + strlen(line);
    if ((line[0] == '[' || line[0] == '{') && *depth < DEPTH_MAX) {
        (line[0] == '[' ? fa_write_list : fa_write_object)(writer, name);
        ++*depth;
    } else if (line[0] == ']' && *depth > 1) {
        fa_write_end(writer);
        --*depth;
    } else if (line[0] == '#') {
        fa_write_integer(writer, name, strtoll(value, NULL, 10));
    } else if (line[0] == '!') {
        fa_write_id(writer, name, strtoll(value, NULL, 10));
    } else if (line[0] == '0') {
        fa_write_null(writer, name);
    } else if (line[0] == 'j') {
        write_json(writer, name, value);
    } else {
        fa_write_text(writer, name, value);
    }
}

static void write_answer(struct pm_buf *answer, bool is_xml, const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct fa_writer *writer = fa_writer_new(answer, is_xml);
    size_t depth = 1;
    size_t len;

    FUZZ_REQUIRE(writer);
    fa_write_object(writer, "top");
    while (input.left > 0) {
        char *line = fuzz_line(&input, &len);

        write_step(writer, line, &depth);
        free(line);
    }
    if (fa_writer_finish(writer) < 0)
        pm_buf_clear(answer); /* too large: the caller answers something else */
}

static xmlDocPtr read_xml(const struct pm_buf *answer)
{
    return xmlReadMemory(answer->data, (int)answer->len, NULL, "UTF-8",
                         XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                             XML_PARSE_HUGE);
}

static void require_json(const struct pm_buf *answer)
{
    cJSON *json = cJSON_ParseWithOpts(answer->data, NULL, 1);

    FUZZ_REQUIRE(json);
    FUZZ_REQUIRE(fa_is_text(answer->data, answer->len));
    cJSON_Delete(json);
}

static void require_xml(const struct pm_buf *answer)
{
    xmlDocPtr document = read_xml(answer);

    FUZZ_REQUIRE(document && xmlDocGetRootElement(document));
    FUZZ_REQUIRE(!xmlGetIntSubset(document));
    xmlFreeDoc(document);
}

static void check_answer(bool is_xml, const uint8_t *data, size_t size)
{
    struct pm_buf answer;

    pm_buf_init(&answer, REPLY_MAX);
    write_answer(&answer, is_xml, data, size);
    FUZZ_REQUIRE(answer.len <= REPLY_MAX);
    if (answer.len > 0)
        (is_xml ? require_xml : require_json)(&answer);
    pm_buf_clear(&answer);
}

/* The characters that XML can carry (XML 1.0, production 2). */
static void add_carried(struct pm_buf *buf, const char *text)
{
    while (*text) {
        size_t len = pm_text_utf8_len(text, strlen(text));
        bool is_control = len == 1 && (unsigned char)*text < 0x20 && !strchr("\t\n\r", *text);
        bool is_none =
            len == 3 && memcmp(text, "\xef\xbf", 2) == 0 && ((unsigned char)text[2] & 0xfe) == 0xbe;

        if (len > 0 && !is_control && !is_none)
            (void)pm_buf_add(buf, text, len);
        text += len > 0 ? len : 1;
    }
}

/* A text comes out of either form as it went in, but for what that form cannot carry. */
static void check_text(const char *text)
{
    struct pm_buf answer, carried;
    struct fa_writer *writer;
    xmlDocPtr document;
    xmlChar *content;
    cJSON *json;

    pm_buf_init(&answer, REPLY_MAX);
    pm_buf_init(&carried, REPLY_MAX);
    writer = fa_writer_new(&answer, true);
    fa_write_text(writer, "text", text);
    FUZZ_REQUIRE(fa_writer_finish(writer) == 0);
    document = read_xml(&answer);
    FUZZ_REQUIRE(document);
    content = xmlNodeGetContent(xmlDocGetRootElement(document));
    (void)pm_buf_adds(&carried, "");
    add_carried(&carried, text);
    FUZZ_REQUIRE(content && strcmp((const char *)content, carried.data) == 0);
    xmlFree(content);
    xmlFreeDoc(document);

    pm_buf_reset(&answer);
    writer = fa_writer_new(&answer, false);
    fa_write_text(writer, "", text);
    FUZZ_REQUIRE(fa_writer_finish(writer) == 0);
    json = cJSON_ParseWithOpts(answer.data, NULL, 1);
    FUZZ_REQUIRE(cJSON_IsString(json));
    FUZZ_REQUIRE(!fa_is_text(text, strlen(text)) || strcmp(json->valuestring, text) == 0);
    cJSON_Delete(json);
    pm_buf_clear(&answer);
    pm_buf_clear(&carried);
}

static void check_name(const char *text)
{
    struct pm_buf name, again, element;

    pm_buf_init(&name, REPLY_MAX);
    pm_buf_init(&again, REPLY_MAX);
    pm_buf_init(&element, REPLY_MAX);
    FUZZ_REQUIRE(fa_xml_name(&name, text) == 0);
    FUZZ_REQUIRE(fa_xml_name(&again, name.data) == 0);
    FUZZ_REQUIRE(strcmp(name.data, again.data) == 0);
    (void)pm_buf_addf(&element, "<%s/>", name.data);
    require_xml(&element);
    pm_buf_clear(&name);
    pm_buf_clear(&again);
    pm_buf_clear(&element);
}

/* One of the errors, in every form. */
static void check_error(enum fa_error error, const char *detail)
{
    unsigned int bits;

    for (bits = 0; bits < 8; bits++) {
        const struct fa_error_form form = {
            .is_xml = bits & 1, .is_reading = bits & 2, .version = bits & 4 ? 3 : 2};
        struct pm_buf body;

        pm_buf_init(&body, 4096);
        FUZZ_REQUIRE(fa_reply_error(&body, error, detail, form) == 0);
        (form.is_xml ? require_xml : require_json)(&body);
        pm_buf_clear(&body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    size_t len;
    char *text = fuzz_rest(&input, &len);

    check_answer(false, data, size);
    check_answer(true, data, size);
    check_text(text);
    check_name(text);
    check_error(FA_OK + 1 + len % (FA_E_MAX - 1), text);
    free(text);
    return 0;
}
