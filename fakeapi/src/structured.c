#include "structured.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "params.h"

const char *fa_udec(struct fa_arena *arena, const char *text, size_t len)
{
    char *decoded = fa_arena_alloc(arena, len + 1);
    size_t decoded_len;

    if (!decoded)
        return NULL;
    decoded_len = fa_form_decode(text, len, decoded);
    if (!fa_is_text(decoded, decoded_len)) {
        memcpy(decoded, text, len);
        decoded_len = len;
    }
    decoded[decoded_len] = '\0';
    return decoded;
}

static bool has_escape(const char *text)
{
    const char *mark;

    for (mark = strchr(text, '%'); mark; mark = strchr(mark + 1, '%'))
        if (isxdigit((unsigned char)mark[1]) && isxdigit((unsigned char)mark[2]))
            return true;
    return strchr(text, '+') != NULL;
}

const char *fa_plain_parse(struct fa_arena *arena, const char *text)
{
    return has_escape(text) ? fa_udec(arena, text, strlen(text)) : text;
}

/* Step 1 of §3.0: the whole was encoded once more. */
static bool is_wrapped(const char *text)
{
    return !strpbrk(text, ";:") && (strcasestr(text, "%3A") || strcasestr(text, "%3B"));
}

static int depth_change(char byte)
{
    if (byte == '[' || byte == '{')
        return 1;
    return byte == ']' || byte == '}' ? -1 : 0;
}

static bool brackets_match(const char *text)
{
    long depth = 0;

    for (; *text && depth >= 0; text++)
        depth += depth_change(*text);
    return depth == 0;
}

/* Where the piece at @text ends: at @mark outside brackets. */
static size_t piece_len(const char *text, char mark, bool use_brackets)
{
    long depth = 0;
    size_t len;

    for (len = 0; text[len]; len++) {
        if (use_brackets)
            depth += depth_change(text[len]);
        if (text[len] == mark && depth == 0)
            break;
    }
    return len;
}

static bool is_blank(const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (!strchr(" \t\r\n", text[i]))
            return false;
    return true;
}

/* Take the text up to the next colon, or all of it, as the next field. */
static int add_field(struct fa_arena *arena, struct fa_item *item, const char *text, size_t len,
                     bool decode)
{
    const char *field = decode ? fa_udec(arena, text, len) : fa_arena_copy(arena, text, len);

    if (!field)
        return -1;
    item->fields[item->field_count++] = field;
    return 0;
}

static int split_item(struct fa_arena *arena, struct fa_item *item, const char *text, size_t len,
                      enum fa_structured_form form, bool decode)
{
    size_t most = form == FA_FORM_RESULTS ? 2 : FA_FIELDS_MAX;

    for (;;) {
        const char *mark = memchr(text, ':', len);
        bool is_last = item->field_count + 1 == most;
        size_t field_len =
            mark && !(is_last && form == FA_FORM_RESULTS) ? (size_t)(mark - text) : len;

        if (add_field(arena, item, text, field_len, decode) < 0)
            return -1;
        if (is_last || field_len == len)
            return 0;
        text += field_len + 1;
        len -= field_len + 1;
    }
}

/* Step 3 of §3.0. */
static int read_item(struct fa_arena *arena, struct fa_item *item, const char *text, size_t len,
                     enum fa_structured_form form)
{
    const char *decoded;

    if (memchr(text, ':', len))
        return split_item(arena, item, text, len, form, true);
    decoded = fa_udec(arena, text, len);
    if (!decoded)
        return -1;
    return split_item(arena, item, decoded, strlen(decoded), form, false);
}

static const char *strip_line_ends(struct fa_arena *arena, const char *text)
{
    size_t len;

    text += strspn(text, "\r\n");
    len = strlen(text);
    while (len > 0 && (text[len - 1] == '\r' || text[len - 1] == '\n'))
        len--;
    return fa_arena_copy(arena, text, len);
}

static size_t count_marks(const char *text, char mark)
{
    size_t count = 0;

    for (; *text; text++)
        count += *text == mark;
    return count;
}

int fa_structured_parse(struct fa_arena *arena, const char *text, enum fa_structured_form form,
                        struct fa_item **ret_items, size_t *ret_count)
{
    struct fa_item *items;
    bool use_brackets;
    size_t count = 0;
    size_t most;

    text = strip_line_ends(arena, text);
    if (text && is_wrapped(text))
        text = fa_udec(arena, text, strlen(text));
    if (!text)
        return -1;
    most = count_marks(text, ';') + 1;
    items = most > FA_ITEMS_MAX ? NULL : fa_arena_alloc(arena, most * sizeof(*items));
    if (!items)
        return -1;
    use_brackets = brackets_match(text);
    for (;;) {
        size_t len = piece_len(text, ';', use_brackets);

        if (!is_blank(text, len) && read_item(arena, &items[count++], text, len, form) < 0)
            return -1;
        if (text[len] == '\0')
            break;
        text += len + 1;
    }
    *ret_items = items;
    *ret_count = count;
    return 0;
}

/* The end of one element: a comma outside quotes and brackets. */
static size_t element_len(const char *text)
{
    long depth = 0;
    char quote = '\0';
    size_t len;

    for (len = 0; text[len]; len++) {
        if (quote) {
            if (text[len] == quote)
                quote = '\0';
            continue;
        }
        if ((text[len] == '"' || text[len] == '\'') && len == 0)
            quote = text[len];
        depth += depth_change(text[len]);
        if (text[len] == ',' && depth <= 0)
            break;
    }
    return quote ? strcspn(text, ",") : len;
}

static const char *unquoted(struct fa_arena *arena, const char *text, size_t len)
{
    if (len >= 2 && (text[0] == '"' || text[0] == '\'') && text[len - 1] == text[0])
        return fa_arena_copy(arena, text + 1, len - 2);
    return fa_arena_copy(arena, text, len);
}

int fa_elements_parse(struct fa_arena *arena, const char *text, const char ***ret_elements,
                      size_t *ret_count)
{
    size_t len = strlen(text);
    const char **elements;
    size_t most;
    size_t count = 0;

    if (len >= 2 && text[0] == '[' && text[len - 1] == ']')
        text = fa_arena_copy(arena, text + 1, len - 2);
    if (!text)
        return -1;
    most = count_marks(text, ',') + 1;
    elements = most > FA_ITEMS_MAX ? NULL : fa_arena_alloc(arena, most * sizeof(*elements));
    if (!elements)
        return -1;
    for (;;) {
        size_t element = element_len(text);

        elements[count] = unquoted(arena, text, element);
        if (!elements[count++])
            return -1;
        if (text[element] == '\0')
            break;
        text += element + 1;
    }
    *ret_elements = elements;
    *ret_count = count;
    return 0;
}
