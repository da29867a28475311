/* A growing byte buffer with a ceiling; see buf.h. */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 64

void pm_buf_init(struct pm_buf *buf, size_t max)
{
    *buf = (struct pm_buf){.max = max};
}

void pm_buf_clear(struct pm_buf *buf)
{
    free(buf->data);
    pm_buf_init(buf, buf->max);
}

void pm_buf_reset(struct pm_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->data)
        buf->data[0] = '\0';
}

/* Make room for `more` bytes and a NUL. */
static int reserve(struct pm_buf *buf, size_t more)
{
    size_t need, size;
    char *data;

    if (buf->failed)
        return -1;
    if (more > buf->max - buf->len) {
        buf->failed = true;
        return -1;
    }
    need = buf->len + more + 1;
    if (need <= buf->size)
        return 0;

    size = buf->size ? buf->size : FIRST_SIZE;
    while (size < need)
        size *= 2;
    data = realloc(buf->data, size);
    if (!data) {
        buf->failed = true;
        return -1;
    }
    buf->data = data;
    buf->size = size;
    return 0;
}

int pm_buf_add(struct pm_buf *buf, const void *bytes, size_t len)
{
    if (reserve(buf, len) < 0)
        return -1;
    if (len > 0)
        memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
    return 0;
}

int pm_buf_adds(struct pm_buf *buf, const char *text)
{
    return pm_buf_add(buf, text, strlen(text));
}

int pm_buf_addc(struct pm_buf *buf, char byte)
{
    return pm_buf_add(buf, &byte, 1);
}

int pm_buf_addf(struct pm_buf *buf, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0) {
        buf->failed = true;
        return -1;
    }
    if (reserve(buf, (size_t)len) < 0)
        return -1;

    va_start(args, format);
    (void)vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
    return 0;
}

char *pm_buf_take(struct pm_buf *buf)
{
    char *data;

    if (!buf->failed && !buf->data && reserve(buf, 0) == 0)
        buf->data[0] = '\0';
    data = buf->failed ? NULL : buf->data;
    if (!data)
        free(buf->data);
    pm_buf_init(buf, buf->max);
    return data;
}
