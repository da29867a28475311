/*
 * The OpenAPI document. All actions share two paths and are told apart by a parameter, so each path
 * has one GET and one POST operation whose parameters are one of the schemas of its actions.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "describe.h"
#include "reply.h"
#include "routes.h"

#define NAME_MAX_LEN 64

static const struct {
    const char *path;
    enum fa_route_paths flag;
    const char *about;
} paths[] = {
    {"/api", FA_PATH_API, "Accounts, tokens, pages, contacts, notification rules"},
    {"/customMonitorApi", FA_PATH_CUSTOM, "Custom monitors, their results, agents and jobs"},
};

static const char *const type_names[FA_TYPE_MAX] = {
    [FA_TYPE_INTEGER] = "integer",
    [FA_TYPE_ID] = "integer",
    [FA_TYPE_TIME] = "integer",
    [FA_TYPE_BOOLEAN] = "boolean",
};

static const char *const formats[FA_TYPE_MAX] = {
    [FA_TYPE_IDS] = "ids",
    [FA_TYPE_TIME] = "milliseconds",
    [FA_TYPE_RESULT_PARAMS] = "resultParams",
    [FA_TYPE_ADDITIONAL_PARAMS] = "additionalResultParams",
    [FA_TYPE_MONITOR_PARAMS] = "monitorParams",
    [FA_TYPE_RESULTS] = "results",
    [FA_TYPE_JSON] = "json",
};

static void write_words(struct fa_writer *out, const char *words)
{
    char word[NAME_MAX_LEN];

    fa_write_list(out, "enum");
    while (*words) {
        size_t len = strcspn(words, " ");

        snprintf(word, sizeof(word), "%.*s", (int)len, words);
        fa_write_text(out, "", word);
        words += len + (words[len] == ' ');
    }
    fa_write_end(out);
}

static void write_range(struct fa_writer *out, const struct fa_arg_spec *spec)
{
    if (spec->min != 0 || spec->max != 0) {
        fa_write_integer(out, "minimum", spec->min);
        fa_write_integer(out, "maximum", spec->max);
    } else if (spec->type == FA_TYPE_ID) {
        fa_write_integer(out, "minimum", 1);
    } else if (spec->type == FA_TYPE_TIME) {
        fa_write_integer(out, "minimum", 0);
    }
}

static void write_default(struct fa_writer *out, const struct fa_arg_spec *spec)
{
    const char *type = type_names[spec->type];

    if (!spec->fallback)
        return;
    if (type)
        fa_write_literal(out, "default", spec->fallback);
    else
        fa_write_text(out, "default", spec->fallback);
}

static void write_property(struct fa_writer *out, const struct fa_arg_spec *spec)
{
    const char *type = type_names[spec->type];

    fa_write_object(out, spec->name);
    fa_write_text(out, "type", type ? type : "string");
    if (formats[spec->type])
        fa_write_text(out, "format", formats[spec->type]);
    if (spec->len_max > 0)
        fa_write_integer(out, "maxLength", (int64_t)spec->len_max);
    write_range(out, spec);
    if (spec->words)
        write_words(out, spec->words);
    write_default(out, spec);
    fa_write_text(out, "description", spec->about);
    fa_write_text(out, "x-section", spec->section);
    if (spec->aliases)
        fa_write_text(out, "x-aliases", spec->aliases);
    fa_write_end(out);
}

static void write_action_property(struct fa_writer *out, const struct fa_route *route)
{
    fa_write_object(out, "action");
    fa_write_text(out, "type", "string");
    write_words(out, route->action);
    fa_write_end(out);
}

static void write_properties(struct fa_writer *out, const struct fa_route *route)
{
    size_t count;
    const struct fa_arg_spec *common = fa_common_args(&count);
    size_t i;

    fa_write_object(out, "properties");
    write_action_property(out, route);
    for (i = 1; i < count; i++) /* the first is the action itself */
        write_property(out, &common[i]);
    for (i = 0; i < route->arg_count; i++)
        write_property(out, &route->args[i]);
    fa_write_end(out);
}

static void write_required(struct fa_writer *out, const struct fa_route *route)
{
    size_t i;

    fa_write_list(out, "required");
    fa_write_text(out, "", "action");
    for (i = 0; i < route->arg_count; i++)
        if (route->args[i].is_required)
            fa_write_text(out, "", route->args[i].name);
    fa_write_end(out);
}

static void write_schema(struct fa_writer *out, const struct fa_route *route)
{
    fa_write_object(out, route->action);
    fa_write_text(out, "type", "object");
    fa_write_text(out, "description", route->about);
    fa_write_text(out, "x-section", route->section);
    write_required(out, route);
    write_properties(out, route);
    fa_write_end(out);
}

static void write_error_schema(struct fa_writer *out)
{
    static const char *const keys[][2] = {
        {"error", "string"}, {"status", "string"}, {"errorCode", "integer"}};
    size_t i;

    fa_write_object(out, "Error");
    fa_write_text(out, "type", "object");
    fa_write_object(out, "properties");
    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        fa_write_object(out, keys[i][0]);
        fa_write_text(out, "type", keys[i][1]);
        fa_write_end(out);
    }
    fa_write_end(out);
    fa_write_end(out);
}

static void write_components(struct fa_writer *out)
{
    size_t count;
    const struct fa_route *routes = fa_routes(&count);
    size_t i;

    fa_write_object(out, "components");
    fa_write_object(out, "schemas");
    for (i = 0; i < count; i++)
        write_schema(out, &routes[i]);
    write_error_schema(out);
    fa_write_end(out);
    fa_write_end(out);
}

/* The schemas of all actions that this method of this path serves. */
static void write_one_of(struct fa_writer *out, enum fa_route_paths path, bool is_writing)
{
    size_t count;
    const struct fa_route *routes = fa_routes(&count);
    char reference[NAME_MAX_LEN];
    size_t i;

    fa_write_object(out, "schema");
    fa_write_list(out, "oneOf");
    for (i = 0; i < count; i++) {
        if (!(routes[i].paths & path) || routes[i].is_writing != is_writing)
            continue;
        snprintf(reference, sizeof(reference), "#/components/schemas/%s", routes[i].action);
        fa_write_object(out, "");
        fa_write_text(out, "$ref", reference);
        fa_write_end(out);
    }
    fa_write_end(out);
    fa_write_object(out, "discriminator");
    fa_write_text(out, "propertyName", "action");
    fa_write_end(out);
    fa_write_end(out);
}

static void write_response(struct fa_writer *out, const char *status, const char *about,
                           bool is_error)
{
    fa_write_object(out, status);
    fa_write_text(out, "description", about);
    fa_write_object(out, "content");
    fa_write_object(out, "application/json");
    if (is_error) {
        fa_write_object(out, "schema");
        fa_write_text(out, "$ref", "#/components/schemas/Error");
        fa_write_end(out);
    }
    fa_write_end(out);
    fa_write_object(out, "text/xml");
    fa_write_end(out);
    fa_write_end(out);
    fa_write_end(out);
}

static void write_responses(struct fa_writer *out)
{
    fa_write_object(out, "responses");
    write_response(out, "200", "The action's answer", false);
    write_response(out, "400", "Refused: an unknown action, or a wrong parameter", true);
    write_response(out, "403", "Refused: not authenticated", true);
    write_response(out, "500", "The server failed; nothing was stored", true);
    fa_write_end(out);
}

static void write_get(struct fa_writer *out, enum fa_route_paths path)
{
    fa_write_object(out, "get");
    fa_write_text(out, "operationId", path == FA_PATH_API ? "read" : "readCustom");
    fa_write_list(out, "parameters");
    fa_write_object(out, "");
    fa_write_text(out, "name", "parameters");
    fa_write_text(out, "in", "query");
    fa_write_literal(out, "required", "true");
    fa_write_text(out, "style", "form");
    fa_write_literal(out, "explode", "true");
    write_one_of(out, path, false);
    fa_write_end(out);
    fa_write_end(out);
    write_responses(out);
    fa_write_end(out);
}

static void write_post(struct fa_writer *out, enum fa_route_paths path)
{
    fa_write_object(out, "post");
    fa_write_text(out, "operationId", path == FA_PATH_API ? "write" : "writeCustom");
    fa_write_object(out, "requestBody");
    fa_write_literal(out, "required", "true");
    fa_write_object(out, "content");
    fa_write_object(out, "application/x-www-form-urlencoded");
    write_one_of(out, path, true);
    fa_write_end(out);
    fa_write_end(out);
    fa_write_end(out);
    write_responses(out);
    fa_write_end(out);
}

static void write_paths(struct fa_writer *out)
{
    size_t i;

    fa_write_object(out, "paths");
    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        fa_write_object(out, paths[i].path);
        fa_write_text(out, "description", paths[i].about);
        write_get(out, paths[i].flag);
        write_post(out, paths[i].flag);
        fa_write_end(out);
    }
    fa_write_end(out);
}

int fa_describe_openapi(struct pm_buf *buf)
{
    struct fa_writer *out = fa_writer_new(buf, false);

    if (!out)
        return -1;
    fa_write_object(out, "");
    fa_write_text(out, "openapi", "3.0.3");
    fa_write_object(out, "info");
    fa_write_text(out, "title", "Paid Monitor API, as paidmonitor-fakeapi serves it");
    fa_write_text(
        out, "description",
        "x-section names the section of PROTOCOL.md. Writing actions need a checksum or a "
        "token.");
    fa_write_text(out, "version", PM_VERSION);
    fa_write_end(out);
    write_paths(out);
    write_components(out);
    return fa_writer_finish(out);
}
