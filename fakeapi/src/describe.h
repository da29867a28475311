/* The protocol's tables as documents, so that no document can say anything else than the server
 * does. */
#ifndef FA_DESCRIBE_H
#define FA_DESCRIBE_H

struct pm_buf;

/** Append the OpenAPI 3 document as compact JSON. Errors: -1 as pm_buf_add() */
int fa_describe_openapi(struct pm_buf *buf);

/** Append the control API's OpenAPI 3 document likewise. Errors: -1 as pm_buf_add() */
int fa_describe_control(struct pm_buf *buf);

/** Append the reference page as Markdown: fakeapi/REFERENCE.md. Errors: -1 as pm_buf_add() */
int fa_describe_reference(struct pm_buf *buf);

#endif
