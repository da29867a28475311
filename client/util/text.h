/*
 * Hostile bytes made fit to be seen: for terminals and logs, and inside JSON.
 */
#ifndef PM_TEXT_H
#define PM_TEXT_H

#include <stddef.h>

struct pm_buf;

/**
 * How many bytes the UTF-8 character at @bytes has (1-4), or 0 when there is none: overlong forms,
 * surrogates, values beyond U+10FFFF and cut sequences are not characters (RFC 3629).
 */
size_t pm_text_utf8_len(const void *bytes, size_t len);

/**
 * How many of the leading bytes are printable ASCII and need no escape anywhere: neither a quote
 * nor a backslash. Most text is that to its end.
 */
size_t pm_text_plain_len(const void *bytes, size_t len);

/**
 * Append for a person: control characters, the bidirectional controls and line separators of
 * Unicode, and bytes that are not UTF-8 become \xNN (each byte); a backslash becomes \\.
 *
 * Errors: -1 as pm_buf_add()
 */
int pm_text_add_visible(struct pm_buf *buf, const void *bytes, size_t len);

/**
 * Append for a person reading a page, where a backslash needs no doubling: characters and bytes as
 * above become ⟨U+202E⟩ or ⟨0xFF⟩. Marking marked text changes nothing.
 *
 * Errors: -1 as pm_buf_add()
 */
int pm_text_add_marked(struct pm_buf *buf, const void *bytes, size_t len);

/**
 * Append as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
 *
 * Errors: -1 as pm_buf_add()
 */
int pm_text_add_json(struct pm_buf *buf, const void *bytes, size_t len);

/** Make a message that quotes somebody one line that cannot steer a terminal: control characters
 * become `?`, in place. */
void pm_text_one_line(char *text);

#endif
