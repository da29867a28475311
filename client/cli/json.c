/* Writing JSON; see json.h. */
#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "cli.h"
#include "log.h"
#include "text.h"

/* A value that follows another one needs a comma. */
static void separate(struct pm_buf *buf)
{
    if (buf->len > 0 && !strchr("{[:", buf->data[buf->len - 1]))
        (void)pm_buf_addc(buf, ',');
}

void json_open(struct pm_buf *buf, char bracket)
{
    separate(buf);
    (void)pm_buf_addc(buf, bracket);
}

void json_close(struct pm_buf *buf, char bracket)
{
    (void)pm_buf_addc(buf, bracket);
}

void json_name(struct pm_buf *buf, const char *name)
{
    separate(buf);
    (void)pm_text_add_json(buf, name, strlen(name));
    (void)pm_buf_addc(buf, ':');
}

void json_text(struct pm_buf *buf, const char *text)
{
    separate(buf);
    (void)pm_text_add_json(buf, text ? text : "", text ? strlen(text) : 0);
}

void json_int(struct pm_buf *buf, int64_t value)
{
    separate(buf);
    (void)pm_buf_addf(buf, "%" PRId64, value);
}

void json_text_member(struct pm_buf *buf, const char *name, const char *text)
{
    json_name(buf, name);
    json_text(buf, text);
}

void json_int_member(struct pm_buf *buf, const char *name, int64_t value)
{
    json_name(buf, name);
    json_int(buf, value);
}

void json_bool_member(struct pm_buf *buf, const char *name, bool value)
{
    json_name(buf, name);
    (void)pm_buf_adds(buf, value ? "true" : "false");
}

int json_print(struct pm_buf *buf)
{
    int status = CLI_OK;

    if (buf->failed) {
        pm_log_error("out of memory");
        status = CLI_SYSTEM;
    } else {
        (void)printf("%s\n", buf->data); /* main() checks the stream */
    }
    pm_buf_clear(buf);
    return status;
}

int json_print_id(bool is_json, int64_t id)
{
    struct pm_buf buf;

    pm_buf_init(&buf, PM_ERROR_TEXT_SIZE);
    if (is_json)
        json_open(&buf, '{');
    if (is_json)
        json_name(&buf, "id");
    json_int(&buf, id);
    if (is_json)
        json_close(&buf, '}');
    return json_print(&buf);
}
