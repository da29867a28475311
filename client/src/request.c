/* The texts that a request is made of; see request.h. All return -1 when the buffer had failed. */
#include "request.h"

#include <inttypes.h>
#include <string.h>

#include "buf.h"
#include "params.h"
#include "percent.h"
#include "text.h"

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

/* The later fields of a result parameter: hasFixedValues, groups, aggregateFunction. */
static void add_extras(struct pm_buf *buf, const struct pm_param *param)
{
    if (param->is_master || param->aggregate)
        (void)pm_buf_adds(buf, param->is_master ? ":true" : ":false");
    if (param->aggregate) {
        (void)pm_buf_adds(buf, "::");
        (void)add_field(buf, param->aggregate);
    }
}

int pm_request_add_result_params(struct pm_buf *buf, const struct pm_param_list *params)
{
    size_t i;

    for (i = 0; i < params->count; i++) {
        add_separator(buf, i, ';');
        add_param(buf, &params->items[i], params->items[i].uom);
        add_extras(buf, &params->items[i]);
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

static void add_json(struct pm_buf *buf, const char *text)
{
    (void)pm_text_add_json(buf, text ? text : "", text ? strlen(text) : 0);
}

int pm_request_add_object(struct pm_buf *buf, const struct pm_value *values, size_t count)
{
    size_t i;

    (void)pm_buf_addc(buf, '{');
    for (i = 0; i < count; i++) {
        add_separator(buf, i, ',');
        add_json(buf, values[i].name);
        (void)pm_buf_addc(buf, ':');
        add_json(buf, values[i].value);
    }
    return pm_buf_addc(buf, '}');
}

int pm_request_add_objects(struct pm_buf *buf, const struct pm_row *rows, size_t count)
{
    size_t i;

    (void)pm_buf_addc(buf, '[');
    for (i = 0; i < count; i++) {
        add_separator(buf, i, ',');
        (void)pm_request_add_object(buf, rows[i].values, rows[i].count);
    }
    return pm_buf_addc(buf, ']');
}

int pm_request_add_colors(struct pm_buf *buf, const struct pm_color_rule *rules, size_t count)
{
    size_t i;

    (void)pm_buf_addc(buf, '[');
    for (i = 0; i < count; i++) {
        bool is_next = i > 0 && strcmp(rules[i].param, rules[i - 1].param) == 0;

        if (is_next) {
            (void)pm_buf_addc(buf, ',');
        } else {
            (void)pm_buf_adds(buf, i > 0 ? "]},{\"name\":" : "{\"name\":");
            add_json(buf, rules[i].param);
            (void)pm_buf_adds(buf, ",\"colors\":[");
        }
        (void)pm_buf_adds(buf, "{\"condition\":");
        add_json(buf, rules[i].condition);
        (void)pm_buf_adds(buf, ",\"color\":");
        add_json(buf, rules[i].color);
        (void)pm_buf_addc(buf, '}');
    }
    return pm_buf_adds(buf, count > 0 ? "]}]" : "]");
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
