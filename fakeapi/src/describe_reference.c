/* The reference page: every action with its parameters, the switches and the errors. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "checks.h"
#include "describe.h"
#include "errors.h"
#include "routes.h"

static const char *const type_texts[FA_TYPE_MAX] = {
    [FA_TYPE_TEXT] = "text",
    [FA_TYPE_PLAIN] = "text, one or two layers",
    [FA_TYPE_INTEGER] = "integer",
    [FA_TYPE_BOOLEAN] = "true, false, 1 or 0",
    [FA_TYPE_ID] = "id",
    [FA_TYPE_IDS] = "ids, comma list",
    [FA_TYPE_TIME] = "ms since 1970 UTC",
    [FA_TYPE_RESULT_PARAMS] = "definitions (§3.0)",
    [FA_TYPE_ADDITIONAL_PARAMS] = "definitions (§3.0)",
    [FA_TYPE_MONITOR_PARAMS] = "settings (§3.0)",
    [FA_TYPE_RESULTS] = "results (§3.0)",
    [FA_TYPE_JSON] = "JSON, read leniently",
};

/* Failures stick to the buffer and are asked for once, at the end. */

static void write_type(struct pm_buf *buf, const struct fa_arg_spec *spec)
{
    if (spec->words)
        (void)pm_buf_addf(buf, "one of `%s`", spec->words);
    else
        (void)pm_buf_adds(buf, type_texts[spec->type]);
    if (spec->min != 0 || spec->max != 0)
        (void)pm_buf_addf(buf, ", %" PRId64 " to %" PRId64, spec->min, spec->max);
    if (spec->len_max > 0)
        (void)pm_buf_addf(buf, ", at most %zu characters", spec->len_max);
}

static void write_args(struct pm_buf *buf, const struct fa_arg_spec *specs, size_t count)
{
    size_t i;

    (void)pm_buf_adds(buf, "| parameter | type | default | meaning | section |\n"
                           "|---|---|---|---|---|\n");
    for (i = 0; i < count; i++) {
        (void)pm_buf_addf(buf, "| `%s`%s", specs[i].name, specs[i].is_required ? " \\*" : "");
        if (specs[i].aliases)
            (void)pm_buf_addf(buf, ", also `%s`", specs[i].aliases);
        (void)pm_buf_adds(buf, " | ");
        write_type(buf, &specs[i]);
        (void)pm_buf_addf(buf, " | %s | %s | §%s |\n", specs[i].fallback ? specs[i].fallback : "",
                          specs[i].about, specs[i].section);
    }
    (void)pm_buf_addc(buf, '\n');
}

static const char *paths_text(enum fa_route_paths paths)
{
    static const char *const texts[] = {
        [FA_PATH_API] = "`/api`",
        [FA_PATH_CUSTOM] = "`/customMonitorApi`",
        [FA_PATH_BOTH] = "`/api` and `/customMonitorApi`",
    };

    return texts[paths];
}

static const char *auth_text(enum fa_auth_rule rule)
{
    static const char *const texts[] = {
        [FA_AUTH_NONE] = "its own parameters",
        [FA_AUTH_APIKEY] = "apikey or public key; version 3: checksum or token",
        [FA_AUTH_OWNER] = "apikey; version 3: checksum or token",
        [FA_AUTH_SIGNED] = "checksum or token",
    };

    return texts[rule];
}

static void write_route(struct pm_buf *buf, const struct fa_route *route)
{
    (void)pm_buf_addf(buf, "### %s\n\n%s (PROTOCOL.md §%s). %s on %s; authenticated by %s.\n\n",
                      route->action, route->about, route->section,
                      route->is_writing ? "POST" : "GET", paths_text(route->paths),
                      auth_text(route->auth));
    if (route->arg_count > 0)
        write_args(buf, route->args, route->arg_count);
}

static void write_errors(struct pm_buf *buf)
{
    static const char *const keys[] = {[FA_KEY_ERROR] = "error",
                                       [FA_KEY_STATUS] = "status",
                                       [FA_KEY_BY_KIND] = "error on GET, status on POST"};
    int error;

    (void)pm_buf_adds(buf, "## Errors\n\n| text | key | HTTP | errorCode | section |\n"
                           "|---|---|---|---|---|\n");
    for (error = FA_OK + 1; error < FA_E_MAX; error++) {
        const struct fa_error_info *info = fa_error_info((enum fa_error)error);
        bool has_detail = info->before[strlen(info->before) - 1] == ' ' || info->after[0];

        (void)pm_buf_addf(buf, "| `%s%s%s` | %s | %u | %d | §%s |\n", info->before,
                          has_detail ? "…" : "", info->after, keys[info->key], info->status,
                          info->code, info->section);
    }
}

static void write_switches(struct pm_buf *buf)
{
    (void)pm_buf_adds(buf, "\n## Switches\n\n`--check NAME=VALUE` sets one; PROTOCOL.md §6.\n\n"
                           "| name | values |\n|---|---|\n");
    fa_checks_describe(buf);
}

int fa_describe_reference(struct pm_buf *buf)
{
    size_t count;
    const struct fa_arg_spec *common = fa_common_args(&count);
    const struct fa_route *routes;
    size_t i;

    (void)pm_buf_adds(
        buf,
        "# Reference of the actions\n\n"
        "Generated from the server's tables by `paidmonitor-fakeapi reference`; a test compares.\n"
        "\\* marks required parameters. [PROTOCOL.md](PROTOCOL.md) explains.\n\n"
        "## Parameters of every action\n\n");
    write_args(buf, common, count);
    (void)pm_buf_adds(buf, "## Actions\n\n");
    routes = fa_routes(&count);
    for (i = 0; i < count; i++)
        write_route(buf, &routes[i]);
    write_errors(buf);
    write_switches(buf);
    return buf->failed ? -1 : 0;
}
