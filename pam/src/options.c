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

void hook_options_parse(pam_handle_t *pamh, int argc, const char **argv, bool complain,
                        struct hook_options *ret_options)
{
    struct hook_options options = {.drop = HOOK_DROP_DEFAULT};
    int i;

    for (i = 0; i < argc; i++)
        parse_word(pamh, argv[i], complain, &options);
    *ret_options = options;
}
