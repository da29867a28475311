/*
 * A growing byte buffer with a ceiling. It is the only way memory grows in this project: whoever
 * fills one says beforehand how large it may become.
 */
#ifndef PM_BUF_H
#define PM_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct pm_buf {
    char *data;  /* NUL-terminated once anything was added; the NUL does not count in len */
    size_t len;  /* bytes in use */
    size_t size; /* bytes allocated */
    size_t max;  /* len never exceeds it */
    bool failed; /* an earlier addition did not fit or had no memory; sticky until cleared */
};

/** Start empty, allocating nothing. @max: ceiling for len, in bytes. */
void pm_buf_init(struct pm_buf *buf, size_t max);

/** Free the bytes and start empty again under the same ceiling. */
void pm_buf_clear(struct pm_buf *buf);

/** Forget the content and any failure but keep the memory, for reuse. */
void pm_buf_reset(struct pm_buf *buf);

/**
 * Append. After a failure every further call fails too, so that a series of additions needs one
 * check at its end (`buf->failed`).
 *
 * Errors: -1 over the ceiling or out of memory; the content is what it was before the call
 */
int pm_buf_add(struct pm_buf *buf, const void *bytes, size_t len);
int pm_buf_adds(struct pm_buf *buf, const char *text);
int pm_buf_addc(struct pm_buf *buf, char byte);
int pm_buf_addf(struct pm_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Give the bytes to the caller, who frees them; the buffer starts empty. NULL if it had failed. */
char *pm_buf_take(struct pm_buf *buf);

#endif
