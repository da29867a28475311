/*
 * Answers as bytes. Handlers say what an answer holds, once; the writer makes compact JSON or XML
 * of it (PROTOCOL.md §1.7). Clients cut these answers up by position, so not a byte may move.
 */
#ifndef FA_REPLY_H
#define FA_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stddef.h>
#include <stdint.h>

#include "errors.h"

struct fa_json;
struct fa_writer;
struct pm_buf;

#define FA_CONTENT_JSON "application/json;charset=UTF-8"
#define FA_CONTENT_XML  "text/xml;charset=UTF-8"

/*
 * Names are the keys of JSON objects and the elements of XML. At the top and inside a list they
 * only count for XML. Failures stick and are told by fa_writer_finish().
 */

/** @buf: receives the answer. Errors: NULL out of memory */
struct fa_writer *fa_writer_new(struct pm_buf *buf, bool is_xml);

/** Close what is open, hand over the bytes and free the writer. Errors: -1 too large, or out of
 * memory */
int fa_writer_finish(struct fa_writer *writer);

/** Free the writer; what was written is of no use. NULL is allowed. */
void fa_writer_free(struct fa_writer *writer);

void fa_write_list(struct fa_writer *writer, const char *name);
void fa_write_object(struct fa_writer *writer, const char *name);
void fa_write_end(struct fa_writer *writer);
void fa_write_text(struct fa_writer *writer, const char *name, const char *text);
/** Bytes that may hold NULs, or be no text: JSON only. */
void fa_write_bytes(struct fa_writer *writer, const char *name, const char *bytes, size_t len);
void fa_write_integer(struct fa_writer *writer, const char *name, int64_t value);
/** A number that is a string in JSON, as ids are. */
void fa_write_id(struct fa_writer *writer, const char *name, int64_t value);
/** Text that JSON shows without quotes: `true`, `1`. */
void fa_write_literal(struct fa_writer *writer, const char *name, const char *text);
/** `null` in JSON, nothing in XML. */
void fa_write_null(struct fa_writer *writer, const char *name);
/** A JSON value as it is; in XML its members as elements, those of a list called `item`. */
void fa_write_json(struct fa_writer *writer, const char *name, const struct fa_json *json);

/** Is every character one that XML 1.0 can carry? Others are left out of XML answers. */
bool fa_is_xml_text(const char *text);

struct fa_error_form {
    bool is_xml;
    bool is_reading; /* the action reads, or nothing is known about it but a GET */
    int version;     /* 3 adds errorCode */
};

/**
 * Append the body of a refusal.
 *
 * @detail: what the text names; clipped to 64 bytes; NULL for none
 *
 * Errors: -1 as pm_buf_add()
 */
int fa_reply_error(struct pm_buf *buf, enum fa_error error, const char *detail,
                   struct fa_error_form form);

/** Turn any text into an XML name: bad characters become `_`, a bad start gets one in front. */
int fa_xml_name(struct pm_buf *buf, const char *text);

#endif
