/* Logic-less templates; see template.h. The text is read while it is rendered: pages are small. */
#include "template.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "text.h"

#define MAX_DEPTH    16 /* sections within sections, and templates within templates: ours */
#define MAX_NAME     64
#define NUMBER_DIGIT "%.15g" /* the most digits that every double keeps */

/* A stretch of template text. */
struct span {
    const char *at, *end;
};

struct tag {
    char kind; /* '#', '^', '/', '>', '!' or 'v' for a value */
    char name[MAX_NAME];
    const char *start; /* where the text before it ends: the tag, or the line it stands alone on */
    const char *end;   /* where the text after it begins */
};

struct rendering {
    const struct fa_template *set;
    size_t count;
    const struct cJSON *stack[MAX_DEPTH]; /* the innermost section last */
    size_t depth;
    size_t calls;             /* templates being rendered */
    const struct span *whole; /* the text of the template being rendered */
    const char *name;         /* and its name */
    struct pm_buf *out;
    char *message;
    size_t size;
};

static int fail(const struct rendering *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(const struct rendering *r, const char *format, ...)
{
    char detail[160];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(detail, sizeof(detail), format, args);
    va_end(args);
    (void)snprintf(r->message, r->size, "template '%s': %s", r->name, detail);
    return -1;
}

int fa_template_escape(struct pm_buf *out, const char *text, size_t len)
{
    struct pm_buf marked;
    size_t i;

    pm_buf_init(&marked, out->max);
    if (pm_text_add_marked(&marked, text, len) < 0)
        out->failed = true;
    for (i = 0; i < marked.len; i++) {
        static const char special[] = "&<>\"'";

        if (strchr(special, marked.data[i]))
            (void)pm_buf_addf(out, "&#%d;", marked.data[i]);
        else
            (void)pm_buf_addc(out, marked.data[i]);
    }
    pm_buf_clear(&marked);
    return out->failed ? -1 : 0;
}

/* ---- the data ---- */

static const struct cJSON *find_member(const struct cJSON *object, const char *name, size_t len)
{
    const struct cJSON *item;

    if (!cJSON_IsObject(object))
        return NULL;
    cJSON_ArrayForEach(item, object)
    {
        if (strlen(item->string) == len && memcmp(item->string, name, len) == 0)
            return item;
    }
    return NULL;
}

/* The first part of a dotted name is looked for outwards, the rest only below it. */
static const struct cJSON *find_value(const struct rendering *r, const char *name)
{
    const struct cJSON *value = NULL;
    size_t len = strcspn(name, ".");
    size_t level = r->depth;

    if (strcmp(name, ".") == 0)
        return r->stack[r->depth - 1];
    while (!value && level > 0)
        value = find_member(r->stack[--level], name, len);
    while (value && name[len] == '.') {
        name += len + 1;
        len = strcspn(name, ".");
        value = find_member(value, name, len);
    }
    return value;
}

static bool is_shown(const struct cJSON *value)
{
    if (!value || cJSON_IsNull(value) || cJSON_IsFalse(value))
        return false;
    if (cJSON_IsArray(value))
        return value->child != NULL;
    if (cJSON_IsString(value))
        return value->valuestring[0] != '\0';
    return true;
}

static int add_value(const struct rendering *r, const char *name)
{
    const struct cJSON *value = find_value(r, name);
    char number[32];

    if (cJSON_IsString(value))
        return fa_template_escape(r->out, value->valuestring, strlen(value->valuestring));
    if (cJSON_IsNumber(value)) {
        (void)snprintf(number, sizeof(number), NUMBER_DIGIT, value->valuedouble);
        return pm_buf_adds(r->out, number);
    }
    if (value)
        return fail(r, "'%s' is neither text nor a number", name);
    return fail(r, "the data have no '%s'", name);
}

/* ---- tags ---- */

static const char *find(struct span text, const char *wanted)
{
    return text.at < text.end
               ? memmem(text.at, (size_t)(text.end - text.at), wanted, strlen(wanted))
               : NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Take the whole line when nothing but the tag is on it. */
static void widen_to_line(struct tag *tag, const struct span *whole)
{
    const char *start = tag->start, *end = tag->end;

    while (start > whole->at && is_blank(start[-1]))
        start--;
    while (end < whole->end && is_blank(*end))
        end++;
    if ((start > whole->at && start[-1] != '\n') || (end < whole->end && *end != '\n'))
        return;
    tag->start = start;
    tag->end = end < whole->end ? end + 1 : end;
}

static int read_name(const struct rendering *r, struct span inside, struct tag *tag)
{
    size_t len;

    while (inside.at < inside.end && is_blank(*inside.at))
        inside.at++;
    while (inside.at < inside.end && is_blank(inside.end[-1]))
        inside.end--;
    len = (size_t)(inside.end - inside.at);
    if (len == 0 || len >= sizeof(tag->name))
        return fail(r, "a tag with no name or one too long");
    memcpy(tag->name, inside.at, len);
    tag->name[len] = '\0';
    return 0;
}

/* Read the first tag in a text. Returns 1 when there is one, 0 when there is none. */
static int next_tag(const struct rendering *r, struct span text, struct tag *ret_tag)
{
    static const char kinds[] = "#^/>!";
    const char *start = find(text, "{{"), *end;
    struct span inside;
    struct tag tag = {.kind = 'v'};

    if (!start)
        return 0;
    inside = (struct span){start + 2, text.end};
    end = find(inside, "}}");
    if (!end)
        return fail(r, "a tag does not end");
    inside.end = end;
    tag.start = start;
    tag.end = end + 2;
    if (inside.at < inside.end && memchr(kinds, *inside.at, sizeof(kinds) - 1))
        tag.kind = *inside.at++;
    else if (inside.at < inside.end && memchr("{&=", *inside.at, 3))
        return fail(r, "only the escaped form of a value exists");
    if (tag.kind != '!' && read_name(r, inside, &tag) < 0)
        return -1;
    if (tag.kind != 'v')
        widen_to_line(&tag, r->whole);
    *ret_tag = tag;
    return 1;
}

/* Find the end of the section that `open` begins. */
static int find_close(const struct rendering *r, const struct tag *open, const char *end,
                      struct tag *ret_close)
{
    struct span rest = {open->end, end};
    struct tag tag;
    size_t nested = 0;
    int found;

    while ((found = next_tag(r, rest, &tag)) > 0) {
        if (tag.kind == '/' && nested == 0) {
            if (strcmp(tag.name, open->name) != 0)
                return fail(r, "section '%s' is closed as '%s'", open->name, tag.name);
            *ret_close = tag;
            return 0;
        }
        if (tag.kind == '/')
            nested--;
        else if (tag.kind == '#' || tag.kind == '^')
            nested++;
        rest.at = tag.end;
    }
    return found < 0 ? -1 : fail(r, "section '%s' does not end", open->name);
}

/* ---- rendering ---- */

static int render_text(struct rendering *r, struct span text);

static int render_within(struct rendering *r, const struct cJSON *value, struct span body)
{
    int result;

    if (r->depth == MAX_DEPTH)
        return fail(r, "sections nested too deeply");
    r->stack[r->depth++] = value;
    result = render_text(r, body);
    r->depth--;
    return result;
}

static int render_section(struct rendering *r, const struct tag *open, struct span body)
{
    const struct cJSON *value = find_value(r, open->name);
    const struct cJSON *item;

    if (open->kind == '^')
        return is_shown(value) ? 0 : render_text(r, body);
    if (!is_shown(value))
        return 0;
    if (cJSON_IsObject(value))
        return render_within(r, value, body);
    if (!cJSON_IsArray(value))
        return render_text(r, body);
    cJSON_ArrayForEach(item, value)
    {
        if (render_within(r, item, body) < 0)
            return -1;
    }
    return 0;
}

static int render_template(struct rendering *r, const char *name)
{
    const struct span *whole = r->whole;
    const char *caller = r->name;
    size_t i = 0;
    struct span text;
    int result;

    while (i < r->count && strcmp(r->set[i].name, name) != 0)
        i++;
    if (i == r->count)
        return fail(r, "there is no template '%s'", name);
    if (r->calls == MAX_DEPTH)
        return fail(r, "templates nested too deeply");

    text = (struct span){r->set[i].text, r->set[i].text + r->set[i].len};
    r->whole = &text;
    r->name = r->set[i].name;
    r->calls++;
    result = render_text(r, text);
    r->calls--;
    r->name = caller;
    r->whole = whole;
    return result;
}

/* Render one tag; tells where the text after it begins. */
static int render_tag(struct rendering *r, const struct tag *tag, const char *end,
                      const char **ret_next)
{
    struct tag close = {0};

    *ret_next = tag->end;
    switch (tag->kind) {
    case 'v':
        return add_value(r, tag->name);
    case '>':
        return render_template(r, tag->name);
    case '!':
        return 0;
    case '/':
        return fail(r, "section '%s' was not opened", tag->name);
    default:
        if (find_close(r, tag, end, &close) < 0)
            return -1;
        *ret_next = close.end;
        return render_section(r, tag, (struct span){tag->end, close.start});
    }
}

static int render_text(struct rendering *r, struct span text)
{
    struct tag tag;
    int found;

    while ((found = next_tag(r, text, &tag)) > 0) {
        if (tag.start > text.at)
            (void)pm_buf_add(r->out, text.at, (size_t)(tag.start - text.at));
        if (render_tag(r, &tag, text.end, &text.at) < 0)
            return -1;
    }
    if (found < 0)
        return -1;
    if (text.end > text.at)
        (void)pm_buf_add(r->out, text.at, (size_t)(text.end - text.at));
    return r->out->failed ? fail(r, "the page is too large") : 0;
}

int fa_template_render(const struct fa_template *set, size_t count, const char *name,
                       const struct cJSON *data, struct pm_buf *out, char *message, size_t size)
{
    struct rendering r = {
        .set = set,
        .count = count,
        .stack = {data},
        .depth = 1,
        .name = name,
        .out = out,
        .message = message,
        .size = size,
    };

    return render_template(&r, name);
}
