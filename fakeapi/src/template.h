/*
 * Logic-less templates: the part of Mustache (mustache(5)) that pages need, over cJSON data. Every
 * value that a page shows was sent by a stranger, so there is one form of output only, the escaped
 * one; the unescaped forms of Mustache (`{{{name}}}`, `{{&name}}`) do not exist here. Debian 12 has
 * no Mustache library for C, hence this file.
 *
 *     {{name}} {{a.b}} {{.}}      the value, escaped; a name the data do not have is an error
 *     {{#name}}…{{/name}}         once per item of an array; once, inside it, for an object; once
 * if true
 *     {{^name}}…{{/name}}         once if there is no such value, or it is false, empty or an empty
 * array
 *     {{> name}}                  another template, here, with the data of here
 *     {{! anything }}             nothing
 *
 * A tag of the last four kinds that stands alone on its line takes the line away with it.
 *
 * Escaping makes a value safe as text of an element and inside a quoted attribute. It cannot make
 * one safe elsewhere: never put a value into a script, a style, or the beginning of an address.
 */
#ifndef FA_TEMPLATE_H
#define FA_TEMPLATE_H

#include <stddef.h>

struct cJSON;
struct pm_buf;

struct fa_template {
    const char *name; /* how `{{> name}}` calls it */
    const char *text; /* borrowed */
    size_t len;
};

/**
 * Render one of a set of templates.
 *
 * @set, @count:  the templates that may be called, by name
 * @name:         the one to start with
 * @data:         borrowed; names are looked up in the innermost section first
 * @out:          receives the page; its ceiling bounds how large that becomes
 * @message:      on failure one line: which template, which tag; at most @size bytes
 *
 * Errors: -1 no such template or name, a tag or section that does not end, sections or templates
 *         nested too deeply, page too large; @out then holds a part, which is of no use
 */
int fa_template_render(const struct fa_template *set, size_t count, const char *name,
                       const struct cJSON *data, struct pm_buf *out, char *message, size_t size);

/**
 * Append text as HTML: `& < > " '` as character references, hidden characters marked as
 * pm_text_add_marked() does.
 *
 * Errors: -1 as pm_buf_add()
 */
int fa_template_escape(struct pm_buf *out, const char *text, size_t len);

#endif
