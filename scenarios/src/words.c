/* A line into words; see words.h. */
#include "words.h"

#include <string.h>

/* Copy one quoted part down to `to`. Returns what follows the quote, or NULL without one. */
static char *unquote(char *from, char **to)
{
    char quote = *from++;

    while (*from && *from != quote) {
        if (quote == '"' && *from == '\\' && (from[1] == '"' || from[1] == '\\'))
            from++;
        *(*to)++ = *from++;
    }
    return *from ? from + 1 : NULL;
}

int sc_words_split(char *text, const char **words, size_t max)
{
    size_t count = 0;

    for (;;) {
        char *to;
        int is_last;

        text += strspn(text, " \t\n");
        if (!*text)
            return (int)count;
        if (count == max)
            return -1;
        words[count++] = to = text;
        while (*text && !strchr(" \t\n", *text)) {
            if (*text == '\'' || *text == '"') {
                text = unquote(text, &to);
                if (!text)
                    return -1;
                continue;
            }
            if (*text == '\\' && text[1])
                text++;
            *to++ = *text++;
        }
        is_last = !*text;
        *to = '\0';
        if (is_last)
            return (int)count;
        text++;
    }
}
