/* Writing JSON for --json: compact, in the order written, valid whatever the bytes. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>

struct pm_buf;

/* Commas are put where they belong. */
void json_open(struct pm_buf *buf, char bracket);  /* `{` or `[` */
void json_close(struct pm_buf *buf, char bracket); /* `}` or `]` */
void json_name(struct pm_buf *buf, const char *name);
void json_text(struct pm_buf *buf, const char *text); /* NULL is written as "" */
void json_int(struct pm_buf *buf, int64_t value);

void json_text_member(struct pm_buf *buf, const char *name, const char *text);
void json_int_member(struct pm_buf *buf, const char *name, int64_t value);
void json_bool_member(struct pm_buf *buf, const char *name, bool value);

/** Print the id of what was created or changed: {"id":305}, or the number alone for people.
 * Returns an exit status. */
int json_print_id(bool is_json, int64_t id);

/** Print as one line and clear the buffer. Returns an exit status. */
int json_print(struct pm_buf *buf);

#endif
