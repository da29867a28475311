/* Complaints with place and text; see complaint.h. */
#include "complaint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "node.h"

#define COMPLAINTS_MAX (1u << 20)
#define LINE_SHOWN     160 /* bytes of the offending line */
#define WORD_MAX       40  /* names longer than this are not compared */

void sc_complaints_init(struct sc_complaints *complaints)
{
    complaints->count = 0;
    pm_buf_init(&complaints->text, COMPLAINTS_MAX);
}

void sc_complaints_clear(struct sc_complaints *complaints)
{
    pm_buf_clear(&complaints->text);
    complaints->count = 0;
}

static const char *find_line(const char *text, int line)
{
    while (text && --line > 0) {
        text = strchr(text, '\n');
        if (text)
            text++;
    }
    return text;
}

/* The line, and a mark under the part that is meant; tabs stay tabs, so that the mark fits. */
static void show_line(struct pm_buf *out, const char *line, int column, int width)
{
    int len = (int)strcspn(line, "\r\n"), i;

    if (len > LINE_SHOWN)
        len = LINE_SHOWN;
    if (column > len + 1)
        return;
    if (width > len - column + 1)
        width = len - column + 1;
    (void)pm_buf_addf(out, "    %.*s\n    ", len, line);
    for (i = 0; i < column - 1; i++)
        if (((unsigned char)line[i] & 0xC0) != 0x80) /* one column for each character */
            (void)pm_buf_addc(out, line[i] == '\t' ? '\t' : ' ');
    (void)pm_buf_addc(out, '^');
    for (i = 1; i < width; i++)
        if (((unsigned char)line[column - 1 + i] & 0xC0) != 0x80)
            (void)pm_buf_addc(out, '~');
    (void)pm_buf_addc(out, '\n');
}

int sc_complain_at(struct sc_complaints *complaints, const struct sc_source *source, int line,
                   int column, int width, const char *message)
{
    struct pm_buf *out = &complaints->text;
    const char *text = line > 0 ? find_line(source->text, line) : NULL;

    complaints->count++;
    if (line > 0)
        (void)pm_buf_addf(out, "%s:%d:%d: %s\n", source->path, line, column, message);
    else
        (void)pm_buf_addf(out, "%s: %s\n", source->path, message);
    if (text)
        show_line(out, text, column, width);
    return -1;
}

int sc_complain(struct sc_complaints *complaints, const struct sc_node *where, const char *format,
                ...)
{
    char message[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    return sc_complain_at(complaints, where->source, where->line, where->column, where->width,
                          message);
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* How many letters must be added, removed or replaced (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1], len = strlen(b), i, j;

    for (j = 0; j <= len; j++)
        row[j] = j;
    for (i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (j = 1; j <= len; j++) {
            size_t above = row[j];

            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[len];
}

const char *sc_nearest(const char *word, const char *const *names)
{
    const char *nearest = NULL;
    size_t least = strlen(word) / 3 + 1;

    if (strlen(word) > WORD_MAX)
        return NULL;
    for (; *names; names++) {
        size_t far = strlen(*names) > WORD_MAX ? WORD_MAX : distance(word, *names);

        if (far <= least) {
            least = far;
            nearest = *names;
        }
    }
    return nearest;
}
