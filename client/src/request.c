/* The texts that a request is made of; see request.h. All return -1 when the buffer had failed. */
#include "request.h"

#include <inttypes.h>
#include <string.h>

#include "buf.h"
#include "params.h"
#include "percent.h"

static int add_encoded(struct pm_buf *buf, const char *bytes, size_t len)
{
    char text[3 * 256 + 1];

    while (len > 0 && !buf->failed) {
        size_t done = pm_percent_encode(bytes, len < 256 ? len : 256, "", text, sizeof(text));

        (void)pm_buf_adds(buf, text);
        bytes += done;
        len -= done;
    }
    return buf->failed ? -1 : 0;
}

static int add_field(struct pm_buf *buf, const char *text)
{
    return text ? add_encoded(buf, text, strlen(text)) : 0;
}

/* Between the items of a list, not before the first. */
static void add_separator(struct pm_buf *buf, size_t index, char separator)
{
    if (index > 0)
        (void)pm_buf_addc(buf, separator);
}

int pm_request_add_form(struct pm_buf *buf, const struct pm_params *params)
{
    size_t i;

    for (i = 0; i < params->count; i++) {
        const struct pm_item *item = &params->items[i];

        add_separator(buf, i, '&');
        (void)add_encoded(buf, item->name, item->name_len);
        (void)pm_buf_addc(buf, '=');
        (void)add_encoded(buf, item->value, item->value_len);
    }
    return buf->failed ? -1 : 0;
}

int pm_request_add_name(struct pm_buf *buf, const char *text)
{
    return strpbrk(text, "+%") ? add_field(buf, text) : pm_buf_adds(buf, text);
}

int pm_request_add_results(struct pm_buf *buf, const struct pm_value *values, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        add_separator(buf, i, ';');
        (void)add_field(buf, values[i].name);
        (void)pm_buf_addc(buf, ':');
        (void)add_field(buf, values[i].value);
    }
    return buf->failed ? -1 : 0;
}

/* name:displayName:third:dataType */
static void add_param(struct pm_buf *buf, const struct pm_param *param, const char *third)
{
    (void)add_field(buf, param->name);
    (void)pm_buf_addc(buf, ':');
    (void)add_field(buf, param->display_name);
    (void)pm_buf_addc(buf, ':');
    (void)add_field(buf, third);
    (void)pm_buf_addf(buf, ":%d", param->data_type);
}

int pm_request_add_result_params(struct pm_buf *buf, const struct pm_param_list *params)
{
    size_t i;

    for (i = 0; i < params->count; i++) {
        add_separator(buf, i, ';');
        add_param(buf, &params->items[i], params->items[i].uom);
        if (params->items[i].is_master)
            (void)pm_buf_adds(buf, ":true");
    }
    return buf->failed ? -1 : 0;
}

int pm_request_add_monitor_params(struct pm_buf *buf, const struct pm_param_list *params)
{
    size_t i;

    for (i = 0; i < params->count; i++) {
        add_separator(buf, i, ';');
        add_param(buf, &params->items[i], params->items[i].value);
        (void)pm_buf_adds(buf, params->items[i].is_hidden ? ":true" : ":false");
    }
    return buf->failed ? -1 : 0;
}

int pm_request_add_ids(struct pm_buf *buf, const int64_t *ids, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        add_separator(buf, i, ',');
        (void)pm_buf_addf(buf, "%" PRId64, ids[i]);
    }
    return buf->failed ? -1 : 0;
}
