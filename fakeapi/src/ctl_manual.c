#include "ctl_manual.h"

#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "control.h"
#include "control_routes.h"

static const char head[] =
    ".Dd November 27, 2026\n"
    ".Dt PAIDMONITOR-FAKEAPI-CTL 1\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm paidmonitor-fakeapi-ctl\n"
    ".Nd steer a running fake of the Paid Monitor API, and look into it\n"
    ".Sh SYNOPSIS\n"
    ".Nm paidmonitor-fakeapi ctl\n"
    ".Op Fl -url Ar url\n"
    ".Op Fl -token-file Ar file\n"
    ".Op Fl -ca-file Ar file\n"
    ".Op Fl -json\n"
    ".Ar call\n"
    ".Op Ar argument ...\n"
    ".Sh DESCRIPTION\n"
    "Each\n"
    ".Ar call\n"
    "is one of the control API of\n"
    ".Xr paidmonitor-fakeapi 8 ,\n"
    "where the options above, the environment and the exit status are described.\n"
    "What follows, the calls' own help and the document at\n"
    ".Pa " FA_CONTROL_PATH "/control.json\n"
    "are made from one table.\n"
    ".Pp\n"
    "Durations are milliseconds, or text as 250ms, 30s, 1h30m, 7d.\n"
    "Times are milliseconds since 1970, or text as 2026-11-27 10:00:00, in UTC.\n"
    "An option that takes JSON also takes\n"
    ".Cm @ Ns Ar file ,\n"
    "and a\n"
    ".Ar file\n"
    "of\n"
    ".Sq -\n"
    "is standard input.\n"
    "In place of a\n"
    ".Ar file\n"
    "with JSON the JSON itself can stand.\n"
    ".Sh CALLS\n"
    ".Bl -tag -width Ds\n";

static const char tail[] = ".El\n"
                           ".Sh SEE ALSO\n"
                           ".Xr paidmonitor-fakeapi 8\n";

/* Text as mdoc wants it: no backslash, no macro at the beginning of a line. */
static void add_text(struct pm_buf *buf, const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        (void)pm_buf_adds(buf, "\\&"); /* failures stick, here and below */
    for (; *text; text++) {
        if (*text == '\\')
            (void)pm_buf_adds(buf, "\\e");
        else if (*text != '`')
            (void)pm_buf_addc(buf, *text);
    }
}

/* A sentence on a line of its own. */
static void add_sentence(struct pm_buf *buf, const char *before, const char *text)
{
    size_t len = strlen(text);

    (void)pm_buf_adds(buf, before);
    add_text(buf, text);
    (void)pm_buf_adds(buf, len > 0 && strchr(".?!", text[len - 1]) ? "\n" : ".\n");
}

static bool is_option(const struct fa_control_param *param)
{
    return (param->place == FA_IN_QUERY || param->place == FA_IN_BODY) && !param->is_argument;
}

static void add_name(struct pm_buf *buf, const struct fa_control_param *param)
{
    const char *at;

    for (at = param->name; *at; at++)
        (void)pm_buf_addc(buf, *at == '_' ? '-' : *at);
}

/* The line of the call: its words and arguments. */
static void add_call(struct pm_buf *buf, const struct fa_control_route *route)
{
    size_t i;

    (void)pm_buf_addf(buf, ".It Cm %s", route->words);
    for (i = 0; i < route->param_count; i++) {
        const struct fa_control_param *param = &route->params[i];

        if (param->place == FA_IN_PATH || param->is_argument)
            (void)pm_buf_addf(buf, " Ar %s", param->name);
        if (param->place == FA_IN_WHOLE)
            (void)pm_buf_adds(buf, param->is_required ? " Ar file" : " Op Ar file");
    }
    (void)pm_buf_addc(buf, '\n');
}

static void add_param(struct pm_buf *buf, const struct fa_control_param *param)
{
    static const char *const values[FA_CONTROL_TYPE_MAX] = {
        [FA_CONTROL_TEXT] = "text",         [FA_CONTROL_WORD] = "word",
        [FA_CONTROL_INTEGER] = "number",    [FA_CONTROL_REAL] = "number",
        [FA_CONTROL_DURATION] = "duration", [FA_CONTROL_TIME] = "time",
        [FA_CONTROL_ACCOUNT] = "apikey",    [FA_CONTROL_JSON] = "json",
    };

    (void)pm_buf_adds(buf, is_option(param) ? ".It Fl -" : ".It Ar ");
    if (is_option(param))
        add_name(buf, param);
    else
        (void)pm_buf_adds(buf, param->place == FA_IN_WHOLE ? "file" : param->name);
    if (is_option(param) && values[param->type])
        (void)pm_buf_addf(buf, " Ar %s", values[param->type]);
    (void)pm_buf_addc(buf, '\n');
    add_sentence(buf, "", param->about);
    if (param->words)
        add_sentence(buf, "One of: ", param->words);
    if (is_option(param) && param->is_required)
        (void)pm_buf_adds(buf, "This option is needed.\n");
}

static void add_route(struct pm_buf *buf, const struct fa_control_route *route)
{
    size_t i;

    add_call(buf, route);
    add_sentence(buf, "", route->about);
    add_sentence(buf, "Answers: ", route->answers);
    if (route->param_count == 0)
        return;
    (void)pm_buf_adds(buf, ".Bl -tag -width Ds\n");
    for (i = 0; i < route->param_count; i++)
        add_param(buf, &route->params[i]);
    (void)pm_buf_adds(buf, ".El\n");
}

int ctl_manual(struct pm_buf *buf)
{
    size_t count;
    const struct fa_control_route *routes = fa_control_routes(&count);
    size_t i;

    (void)pm_buf_adds(buf, head);
    for (i = 0; i < count; i++)
        if (routes[i].words)
            add_route(buf, &routes[i]);
    return pm_buf_adds(buf, tail);
}
