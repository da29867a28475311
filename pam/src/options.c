/* The words of a pam.d line; see options.h. */
#include "options.h"

#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>

static bool parse_drop(const char *value, struct hook_options *options)
{
    /* The caller of a setuid program chooses the current directory: a relative path is refused. */
    if (value[0] != '/' || strlen(value) > HOOK_DROP_MAX)
        return false;
    options->drop = value;
    return true;
}

/*
 * Other lines than those of a session report only when asked: an account line sees the logins that
 * a session line reports too, and an auth line sees failures only where it stands behind pam_unix.
 */
static bool parse_report(const char *value, struct hook_options *options)
{
    static const char *const reported[HOOK_LINE_MAX] = {
        [HOOK_LINE_AUTH] = "failure",
        [HOOK_LINE_ACCOUNT] = "login",
    };

    if (!reported[options->line] || strcmp(value, reported[options->line]) != 0)
        return false;
    options->is_reporting = true;
    return true;
}

static bool parse_strict(const char *value, struct hook_options *options)
{
    if (value[0] != '\0' || options->line == HOOK_LINE_AUTH)
        return false;
    options->is_strict = true;
    return true;
}

static bool parse_debug(const char *value, struct hook_options *options)
{
    if (value[0] != '\0')
        return false;
    options->debug = true;
    return true;
}

static const struct word {
    const char *name; /* with `=`: the value follows */
    bool (*parse)(const char *value, struct hook_options *options);
    const char *wanted;
} words[] = {
    {"drop=", parse_drop, "an absolute path follows it"},
    {"report=", parse_report, "it is report=failure on an auth, report=login on an account line"},
    {"strict", parse_strict, "nothing follows it, and an auth line has no use for it"},
    {"debug", parse_debug, "nothing follows it"},
};

static void parse_word(pam_handle_t *pamh, const char *text, bool complain,
                       struct hook_options *options)
{
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i].name);

        if (strncmp(text, words[i].name, len) != 0)
            continue;
        if (!words[i].parse(text + len, options) && complain)
            pam_syslog(pamh, LOG_ERR, "ignoring the option '%.128s': %s", text, words[i].wanted);
        return;
    }
    if (complain)
        pam_syslog(pamh, LOG_ERR, "ignoring the unknown option '%.128s'", text);
}

void hook_options_parse(pam_handle_t *pamh, enum hook_line line, int argc, const char **argv,
                        bool complain, struct hook_options *ret_options)
{
    struct hook_options options = {
        .line = line, .drop = HOOK_DROP_DEFAULT, .is_reporting = line == HOOK_LINE_SESSION};
    int i;

    for (i = 0; i < argc; i++)
        parse_word(pamh, argv[i], complain, &options);
    *ret_options = options;
}
