#include "params.h"

#include <string.h>
#include <strings.h>

#include "arena.h"
#include "text.h"

static int hex(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

size_t fa_form_decode(const char *text, size_t len, char *bytes)
{
    size_t out = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        if (text[i] == '%' && len - i > 2 && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            bytes[out++] = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        } else {
            bytes[out++] = text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

bool fa_is_text(const char *bytes, size_t len)
{
    while (len > 0) {
        size_t step = pm_text_plain_len(bytes, len);

        if (step == 0)
            step = pm_text_utf8_len(bytes, len);
        if (step == 0 || bytes[0] == '\0')
            return false;
        bytes += step;
        len -= step;
    }
    return true;
}

static size_t count_pieces(const char *text, size_t len)
{
    size_t count = 1;
    size_t i;

    for (i = 0; i < len; i++)
        count += text[i] == '&';
    return count;
}

/* Decode into the memory at *at and step over it and its NUL. */
static const char *decode(const char *text, size_t len, char **at, size_t *ret_len)
{
    char *start = *at;

    *ret_len = fa_form_decode(text, len, start);
    start[*ret_len] = '\0';
    *at += *ret_len + 1;
    return start;
}

static void read_piece(struct fa_param *param, const char *piece, size_t len, char **at)
{
    const char *mark = memchr(piece, '=', len);

    param->raw_name = piece;
    param->raw_name_len = mark ? (size_t)(mark - piece) : len;
    param->raw_value = mark ? mark + 1 : piece + len;
    param->raw_value_len = (size_t)(piece + len - param->raw_value);
    param->name = decode(param->raw_name, param->raw_name_len, at, &param->name_len);
    param->value = decode(param->raw_value, param->raw_value_len, at, &param->value_len);
}

static int read_form(struct fa_params *params, const char *text, size_t len, bool is_body,
                     char **at)
{
    const char *end = text + len;

    while (text < end) {
        const char *mark = memchr(text, '&', (size_t)(end - text));
        size_t piece_len = (size_t)((mark ? mark : end) - text);

        if (piece_len > 0) {
            if (params->count == FA_PARAMS_MAX)
                return FA_PARAMS_TOO_MANY;
            params->items[params->count].is_from_body = is_body;
            read_piece(&params->items[params->count++], text, piece_len, at);
        }
        text += piece_len + 1;
    }
    return 0;
}

int fa_params_parse(struct fa_arena *arena, const char *query, size_t query_len, const char *body,
                    size_t body_len, struct fa_params *ret_params)
{
    size_t pieces = count_pieces(query, query_len) + count_pieces(body, body_len);
    size_t most = pieces < FA_PARAMS_MAX ? pieces : FA_PARAMS_MAX;
    struct fa_params params = {0};
    char *at;
    int r;

    params.items = fa_arena_alloc(arena, most * sizeof(*params.items));
    at = fa_arena_alloc(arena, query_len + body_len + 2 * pieces); /* two NULs for each piece */
    if (!params.items || !at)
        return FA_PARAMS_NO_MEMORY;
    r = read_form(&params, query, query_len, false, &at);
    if (r == 0)
        r = read_form(&params, body, body_len, true, &at);
    if (r < 0)
        return r;
    *ret_params = params;
    return 0;
}

bool fa_param_is(const struct fa_param *param, const char *name)
{
    return param->name_len == strlen(name) && strncasecmp(param->name, name, param->name_len) == 0;
}

const struct fa_param *fa_params_find(const struct fa_params *params, const char *name)
{
    size_t i;

    for (i = params->count; i-- > 0;)
        if (fa_param_is(&params->items[i], name))
            return &params->items[i];
    return NULL;
}
