/* A line into words, as a shell splits it: quotes and backslashes hold words together, and nothing
 * is expanded. */
#ifndef SC_WORDS_H
#define SC_WORDS_H

#include <stddef.h>

/**
 * @text:  is changed; the words are parts of it
 *
 * Returns how many. Errors: -1 a quote is missing, or there are more than @max
 */
int sc_words_split(char *text, const char **words, size_t max);

#endif
