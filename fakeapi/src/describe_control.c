/* The control API as an OpenAPI document, made from its table (control_routes.h). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "control.h"
#include "control_routes.h"
#include "describe.h"
#include "reply.h"

#define NAME_MAX_LEN 128

static const struct {
    const char *type;
    const char *format;
} types[FA_CONTROL_TYPE_MAX] = {
    [FA_CONTROL_TEXT] = {"string", NULL},     [FA_CONTROL_WORD] = {"string", NULL},
    [FA_CONTROL_INTEGER] = {"integer", NULL}, [FA_CONTROL_REAL] = {"number", NULL},
    [FA_CONTROL_FLAG] = {"boolean", NULL},    [FA_CONTROL_DURATION] = {NULL, "duration"},
    [FA_CONTROL_TIME] = {NULL, "time"},       [FA_CONTROL_ACCOUNT] = {"string", "apikey"},
    [FA_CONTROL_JSON] = {NULL, NULL},         [FA_CONTROL_LINES] = {"string", "ndjson"},
};

static void write_words(struct fa_writer *out, const char *words)
{
    char word[NAME_MAX_LEN];

    fa_write_list(out, "enum");
    while (*words) {
        size_t len = strcspn(words, " ");

        (void)snprintf(word, sizeof(word), "%.*s", (int)len, words);
        fa_write_text(out, "", word);
        words += len + (words[len] == ' ');
    }
    fa_write_end(out);
}

/* Durations and times are numbers or text. */
static void write_number_or_text(struct fa_writer *out)
{
    static const char *const both[] = {"integer", "string"};
    size_t i;

    fa_write_list(out, "oneOf");
    for (i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
        fa_write_object(out, "");
        fa_write_text(out, "type", both[i]);
        fa_write_end(out);
    }
    fa_write_end(out);
}

static void write_type(struct fa_writer *out, const struct fa_control_param *param)
{
    if (param->type == FA_CONTROL_DURATION || param->type == FA_CONTROL_TIME)
        write_number_or_text(out);
    if (types[param->type].type)
        fa_write_text(out, "type", types[param->type].type);
    if (types[param->type].format)
        fa_write_text(out, "format", types[param->type].format);
    if ((param->min != 0 || param->max != 0) && types[param->type].type) {
        fa_write_integer(out, "minimum", param->min);
        fa_write_integer(out, "maximum", param->max);
    }
    if (param->len_max > 0)
        fa_write_integer(out, "maxLength", (int64_t)param->len_max);
    if (param->words)
        write_words(out, param->words);
}

static void write_parameter(struct fa_writer *out, const struct fa_control_param *param)
{
    bool is_in_path = param->place == FA_IN_PATH;

    fa_write_object(out, "");
    fa_write_text(out, "name", param->name);
    fa_write_text(out, "in", is_in_path ? "path" : "query");
    fa_write_literal(out, "required", is_in_path || param->is_required ? "true" : "false");
    fa_write_text(out, "description", param->about);
    fa_write_object(out, "schema");
    write_type(out, param);
    fa_write_end(out);
    fa_write_end(out);
}

static void write_parameters(struct fa_writer *out, const struct fa_control_route *route)
{
    size_t i;

    fa_write_list(out, "parameters");
    for (i = 0; i < route->param_count; i++)
        if (route->params[i].place == FA_IN_PATH || route->params[i].place == FA_IN_QUERY)
            write_parameter(out, &route->params[i]);
    fa_write_end(out);
}

static bool has_member(const struct fa_control_route *route, bool is_required)
{
    size_t i;

    for (i = 0; i < route->param_count; i++)
        if (route->params[i].place == FA_IN_BODY && (!is_required || route->params[i].is_required))
            return true;
    return false;
}

static void write_required(struct fa_writer *out, const struct fa_control_route *route)
{
    size_t i;

    if (!has_member(route, true))
        return; /* the list must not be empty */
    fa_write_list(out, "required");
    for (i = 0; i < route->param_count; i++)
        if (route->params[i].place == FA_IN_BODY && route->params[i].is_required)
            fa_write_text(out, "", route->params[i].name);
    fa_write_end(out);
}

static void write_members(struct fa_writer *out, const struct fa_control_route *route)
{
    size_t i;

    fa_write_text(out, "type", "object");
    fa_write_literal(out, "additionalProperties", "false");
    write_required(out, route);
    fa_write_object(out, "properties");
    for (i = 0; i < route->param_count; i++) {
        if (route->params[i].place != FA_IN_BODY)
            continue;
        fa_write_object(out, route->params[i].name);
        write_type(out, &route->params[i]);
        fa_write_text(out, "description", route->params[i].about);
        fa_write_end(out);
    }
    fa_write_end(out);
}

static const struct fa_control_param *whole_body(const struct fa_control_route *route)
{
    size_t i;

    for (i = 0; i < route->param_count; i++)
        if (route->params[i].place == FA_IN_WHOLE)
            return &route->params[i];
    return NULL;
}

static void write_body(struct fa_writer *out, const struct fa_control_route *route)
{
    const struct fa_control_param *whole = whole_body(route);
    bool is_lines = whole && whole->type == FA_CONTROL_LINES;
    bool is_required = whole ? whole->is_required : has_member(route, true);

    if (!whole && !has_member(route, false))
        return;
    fa_write_object(out, "requestBody");
    fa_write_literal(out, "required", is_required ? "true" : "false");
    if (whole)
        fa_write_text(out, "description", whole->about);
    fa_write_object(out, "content");
    fa_write_object(out, is_lines ? "application/x-ndjson" : "application/json");
    fa_write_object(out, "schema");
    if (whole)
        write_type(out, whole);
    else
        write_members(out, route);
    fa_write_end(out);
    fa_write_end(out);
    fa_write_end(out);
    fa_write_end(out);
}

static void write_response(struct fa_writer *out, const char *status, const char *about,
                           const char *type, bool is_error)
{
    fa_write_object(out, status);
    fa_write_text(out, "description", about);
    fa_write_object(out, "content");
    fa_write_object(out, type);
    if (is_error) {
        fa_write_object(out, "schema");
        fa_write_text(out, "$ref", "#/components/schemas/Error");
        fa_write_end(out);
    }
    fa_write_end(out);
    fa_write_end(out);
    fa_write_end(out);
}

static void write_responses(struct fa_writer *out, const struct fa_control_route *route)
{
    char status[16];

    (void)snprintf(status, sizeof(status), "%u", route->status > 0 ? route->status : 200);
    fa_write_object(out, "responses");
    write_response(out, status, route->answers,
                   route->flags & FA_CONTROL_EVENTS ? "text/event-stream" : "application/json",
                   false);
    write_response(out, "default", "What was wrong, and what to do about it", "application/json",
                   true);
    fa_write_end(out);
}

/* `get /accounts/{apikey}` becomes `get_accounts_apikey`. */
static void write_operation_id(struct fa_writer *out, const struct fa_control_route *route,
                               const char *method)
{
    char id[NAME_MAX_LEN];
    size_t len = (size_t)snprintf(id, sizeof(id), "%s", method);
    const char *at;

    for (at = route->path; *at && len + 1 < sizeof(id); at++)
        if (*at != '{' && *at != '}')
            id[len++] = *at == '/' || *at == '.' ? '_' : *at;
    id[len] = '\0';
    fa_write_text(out, "operationId", id);
}

static void write_operation(struct fa_writer *out, const struct fa_control_route *route)
{
    char method[16];
    size_t i;

    for (i = 0; route->method[i] && i + 1 < sizeof(method); i++)
        method[i] = (char)(route->method[i] | 0x20);
    method[i] = '\0';
    fa_write_object(out, method);
    write_operation_id(out, route, method);
    fa_write_text(out, "summary", route->about);
    if (route->words)
        fa_write_text(out, "x-command", route->words);
    if (route->flags & FA_CONTROL_PUBLIC) {
        fa_write_list(out, "security");
        fa_write_end(out);
    }
    write_parameters(out, route);
    write_body(out, route);
    write_responses(out, route);
    fa_write_end(out);
}

/* Is this the first row of its path? All of them are written there. */
static bool is_first(const struct fa_control_route *routes, size_t at)
{
    size_t i;

    for (i = 0; i < at; i++)
        if (strcmp(routes[i].path, routes[at].path) == 0)
            return false;
    return true;
}

static void write_path(struct fa_writer *out, const struct fa_control_route *routes, size_t count,
                       size_t at)
{
    char path[NAME_MAX_LEN];
    size_t i;

    (void)snprintf(path, sizeof(path), FA_CONTROL_PATH "%s", routes[at].path);
    fa_write_object(out, path);
    for (i = at; i < count; i++)
        if (strcmp(routes[i].path, routes[at].path) == 0)
            write_operation(out, &routes[i]);
    fa_write_end(out);
}

static void write_paths(struct fa_writer *out)
{
    size_t count;
    const struct fa_control_route *routes = fa_control_routes(&count);
    size_t i;

    fa_write_object(out, "paths");
    for (i = 0; i < count; i++)
        if (is_first(routes, i))
            write_path(out, routes, count, i);
    fa_write_end(out);
}

static void write_error_schema(struct fa_writer *out)
{
    static const char *const members[] = {"error", "hint"};
    size_t i;

    fa_write_object(out, "schemas");
    fa_write_object(out, "Error");
    fa_write_text(out, "type", "object");
    fa_write_list(out, "required");
    fa_write_text(out, "", "error");
    fa_write_end(out);
    fa_write_object(out, "properties");
    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        fa_write_object(out, members[i]);
        fa_write_text(out, "type", "string");
        fa_write_end(out);
    }
    fa_write_end(out);
    fa_write_end(out);
    fa_write_end(out);
}

static void write_components(struct fa_writer *out)
{
    fa_write_object(out, "components");
    write_error_schema(out);
    fa_write_object(out, "securitySchemes");
    fa_write_object(out, "token");
    fa_write_text(out, "type", "http");
    fa_write_text(out, "scheme", "bearer");
    fa_write_text(out, "description", "Not needed on a loopback address unless one was set");
    fa_write_end(out);
    fa_write_end(out);
    fa_write_end(out);
}

static void write_security(struct fa_writer *out)
{
    fa_write_list(out, "security");
    fa_write_object(out, "");
    fa_write_list(out, "token");
    fa_write_end(out);
    fa_write_end(out);
    fa_write_object(out, "");
    fa_write_end(out);
    fa_write_end(out);
}

int fa_describe_control(struct pm_buf *buf)
{
    struct fa_writer *out = fa_writer_new(buf, false);

    if (!out)
        return -1;
    fa_write_object(out, "");
    fa_write_text(out, "openapi", "3.0.3");
    fa_write_object(out, "info");
    fa_write_text(out, "title", "Control API of paidmonitor-fakeapi");
    fa_write_text(out, "description",
                  "What a test steers the server and looks into it with. x-command names the words "
                  "of paidmonitor-fakeapi ctl that do the same.");
    fa_write_text(out, "version", PM_VERSION);
    fa_write_end(out);
    write_security(out);
    write_paths(out);
    write_components(out);
    return fa_writer_finish(out);
}
