/* The columns of the login monitor; see columns.h. */
#include "columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "error.h"
#include "text.h"

#define TEXT_MAX_BYTES (64 * 1024) /* the configuration has no more */

/* The first three are those of the vendor's login monitor; the dashboard shows the others too. */
static const struct line {
    const char *name, *value;
} standard[] = {
    {"user_login", "Login Name:logins:%{user}"},
    {"host", "Host Address:hostaddress:%{rhost}"},
    {"srv", "Service:service:%{service}"},
    {"event", "Event:event:%{event}"},
    {"tty", "Terminal:tty:%{tty}"},
    {"method", "Method:method:%{method}"},
    {"ruser", "Remote User:user:%{ruser}"},
    {"duration", "Duration:s:%{duration}"},
    {"id", "Event ID:id:%{id}"},
    {"login", "Login ID:id:%{login}"},
    {"count", "Count:events:%{count}"},
};

static const struct {
    const char *name;
    enum pm_data_type type;
} fields[PM_FIELD_MAX] = {
    [PM_FIELD_USER] = {"user", PM_TYPE_STRING},
    [PM_FIELD_RUSER] = {"ruser", PM_TYPE_STRING},
    [PM_FIELD_RHOST] = {"rhost", PM_TYPE_STRING},
    [PM_FIELD_SERVICE] = {"service", PM_TYPE_STRING},
    [PM_FIELD_TTY] = {"tty", PM_TYPE_STRING},
    [PM_FIELD_CONN] = {"conn", PM_TYPE_STRING},
    [PM_FIELD_EVENT] = {"event", PM_TYPE_STRING},
    [PM_FIELD_METHOD] = {"method", PM_TYPE_STRING},
    [PM_FIELD_DURATION] = {"duration", PM_TYPE_FLOAT},
    [PM_FIELD_COUNT] = {"count", PM_TYPE_INTEGER},
    [PM_FIELD_ID] = {"id", PM_TYPE_STRING},
    [PM_FIELD_LOGIN] = {"login", PM_TYPE_STRING},
    [PM_FIELD_UID] = {"uid", PM_TYPE_INTEGER},
    [PM_FIELD_EUID] = {"euid", PM_TYPE_INTEGER},
    [PM_FIELD_LOGINUID] = {"loginuid", PM_TYPE_INTEGER},
    [PM_FIELD_SESSION] = {"session", PM_TYPE_INTEGER},
    [PM_FIELD_PID] = {"pid", PM_TYPE_INTEGER},
};

int pm_columns_field(const char **template, enum pm_field *ret_field)
{
    const char *name = *template + 2;
    const char *end = (*template)[1] == '{' ? strchr(name, '}') : NULL;
    size_t i;

    if ((*template)[1] == '%') {
        *ret_field = PM_FIELD_MAX;
        *template += 2;
        return 0;
    }
    for (i = 0; end && i < PM_FIELD_MAX; i++) {
        if (strlen(fields[i].name) == (size_t)(end - name) &&
            strncmp(fields[i].name, name, (size_t)(end - name)) == 0) {
            *ret_field = (enum pm_field)i;
            *template = end + 1;
            return 0;
        }
    }
    return -1;
}

/* A value that is one field and nothing else has the type of that field. */
static int type_of(const char *template)
{
    enum pm_field field;

    if (template[0] != '%' || pm_columns_field(&template, &field) < 0 || *template != '\0' ||
        field == PM_FIELD_MAX)
        return PM_TYPE_STRING;
    return fields[field].type;
}

static int check_template(const char *name, const char *template, struct pm_error *err)
{
    const char *at = strchr(template, '%');
    enum pm_field field;

    for (; at; at = strchr(at, '%')) {
        if (pm_columns_field(&at, &field) < 0)
            return pm_error_set(err, PM_ERR_CONFIG,
                                "[result] '%s': no field begins at '%s' (%%%% is a percent sign)",
                                name, at);
    }
    return 0;
}

/* The server refuses what is no UTF-8, and XML cannot carry control characters. */
static bool is_plain(const char *text)
{
    size_t len;

    for (; *text != '\0'; text += len) {
        len = pm_text_utf8_len(text, strlen(text));
        if (len == 0 || (unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    }
    return true;
}

static int read_column(struct pm_columns *columns, char *name, struct pm_error *err)
{
    char *display = name + strlen(name) + 1;
    char *uom = strchr(display, ':'), *template = uom ? strchr(uom + 1, ':') : NULL;

    if (!is_plain(name) || !is_plain(display))
        return pm_error_set(err, PM_ERR_CONFIG,
                            "[result] '%s' has control characters, or is not UTF-8", name);
    if (!template || template[1] == '\0')
        return pm_error_set(err, PM_ERR_CONFIG,
                            "[result] '%s' is not of the form 'display name:unit:template'", name);
    *uom = *template ++ = '\0';
    columns->params[columns->count] = (struct pm_param){
        .name = name, .display_name = display, .uom = uom + 1, .data_type = type_of(template)};
    columns->templates[columns->count++] = template;
    return check_template(name, template, err);
}

static size_t gather(const struct pm_config *config, struct line *lines)
{
    size_t i;

    if (config->column_count == 0) {
        memcpy(lines, standard, sizeof(standard));
        return PM_ARRAY_LEN(standard);
    }
    for (i = 0; i < config->column_count; i++)
        lines[i] = (struct line){config->columns[i].name, config->columns[i].value};
    return config->column_count;
}

int pm_columns_read(const struct pm_config *config, struct pm_columns *ret_columns,
                    struct pm_error *err)
{
    struct line lines[PM_CONFIG_COLUMNS_MAX];
    size_t count = gather(config, lines), i;
    struct pm_columns columns = {.count = 0};
    struct pm_buf text;
    char *next;
    int r = 0;

    pm_buf_init(&text, TEXT_MAX_BYTES);
    for (i = 0; i < count; i++) { /* `name\0value\0` … */
        (void)pm_buf_add(&text, lines[i].name, strlen(lines[i].name) + 1);
        (void)pm_buf_add(&text, lines[i].value, strlen(lines[i].value) + 1);
    }
    columns.text = next = pm_buf_take(&text);
    if (!next)
        return pm_error_nomem(err);
    for (i = 0; i < count && r == 0; i++) {
        char *name = next;

        next += strlen(lines[i].name) + strlen(lines[i].value) + 2;
        r = read_column(&columns, name, err);
    }
    if (r < 0) {
        free(columns.text);
        return r;
    }
    *ret_columns = columns;
    return 0;
}

void pm_columns_clear(struct pm_columns *columns)
{
    free(columns->text);
    *columns = (struct pm_columns){.count = 0};
}

struct pm_param_list pm_columns_params(const struct pm_columns *columns)
{
    return (struct pm_param_list){columns->params, columns->count};
}
