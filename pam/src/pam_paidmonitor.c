/*
 * The PAM module: it leaves a record for paidmonitor-agent of each opened and closed session, and
 * where the line asks for it of each account check or failed authentication, and is gone. It does
 * not decide about a login: every function answers PAM_IGNORE, whatever happened, so that the line
 * is harmless under any control word beside other modules (libpam refuses where all of a stack
 * answer so). Only `strict` refuses a login that cannot be reported. No state outlives a call but
 * the opened session's id, kept in the PAM handle. See pam_paidmonitor(8).
 */
#include <string.h>
#include <syslog.h>

#include <security/pam_modules.h>
#include <security/pam_ext.h>

#include "collect.h"
#include "handoff.h"
#include "options.h"
#include "percent.h"

#define EXPORT __attribute__((visibility("default")))

/* A text for syslog: short, and unable to forge a line. */
static const char *visible(const struct pm_event_view *text, char *buffer, size_t size)
{
    if (!text->bytes)
        return "-";
    (void)pm_percent_encode(text->bytes, text->len, ":/@,+$", buffer, size);
    return buffer;
}

static void log_event(pam_handle_t *pamh, int priority, const char *what,
                      const struct pm_event *event, const char *why)
{
    char user[128], rhost[128], service[64];

    pam_syslog(pamh, priority, "%s: %s %s of user %s from %s through %s: %s", what, event->id,
               pm_event_phase_name(event->phase),
               visible(&event->texts[PM_EVENT_USER], user, sizeof(user)),
               visible(&event->texts[PM_EVENT_RHOST], rhost, sizeof(rhost)),
               visible(&event->texts[PM_EVENT_SERVICE], service, sizeof(service)), why);
}

/* What `strict` answers when the record cannot be left; an end or a failure is none to refuse. */
static const int refusals[PM_EVENT_PHASE_MAX] = {
    [PM_EVENT_OPEN] = PAM_SESSION_ERR,
    [PM_EVENT_CLOSE] = PAM_IGNORE,
    [PM_EVENT_ACCOUNT] = PAM_PERM_DENIED,
    [PM_EVENT_AUTH] = PAM_IGNORE,
};

static int leave_record(pam_handle_t *pamh, enum pm_event_phase phase,
                        const struct hook_options *options)
{
    struct pm_event event;
    int r;

    hook_collect(pamh, phase, &event);
    if (phase == PM_EVENT_OPEN)
        hook_collect_remember(pamh, &event);
    else if (phase == PM_EVENT_CLOSE)
        hook_collect_recall(pamh, &event);

    r = hook_handoff(options->drop, &event);
    if (r < 0)
        log_event(pamh, LOG_ERR, "not reported", &event, strerror(-r));
    else if (options->debug)
        log_event(pamh, LOG_DEBUG, "left for the agent", &event, options->drop);
    return r;
}

static int report(pam_handle_t *pamh, enum hook_line line, enum pm_event_phase phase, int argc,
                  const char **argv)
{
    struct hook_options options;

    /* The words of a session's line were named when it was opened. */
    hook_options_parse(pamh, line, argc, argv, phase != PM_EVENT_CLOSE, &options);
    if (!options.is_reporting || leave_record(pamh, phase, &options) == 0)
        return PAM_IGNORE;
    return options.is_strict ? refusals[phase] : PAM_IGNORE;
}

EXPORT int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    return report(pamh, HOOK_LINE_AUTH, PM_EVENT_AUTH, argc, argv);
}

EXPORT int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    return report(pamh, HOOK_LINE_ACCOUNT, PM_EVENT_ACCOUNT, argc, argv);
}

EXPORT int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    return report(pamh, HOOK_LINE_SESSION, PM_EVENT_OPEN, argc, argv);
}

EXPORT int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    return report(pamh, HOOK_LINE_SESSION, PM_EVENT_CLOSE, argc, argv);
}

/* Present so that a line in a stack where nothing is to be reported is no "module is unknown". */

EXPORT int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh, (void)flags, (void)argc, (void)argv;
    return PAM_IGNORE;
}

EXPORT int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh, (void)flags, (void)argc, (void)argv;
    return PAM_IGNORE;
}
