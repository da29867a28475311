/* How real a host is; see rung.h. */
#include "rung.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "needs.h"
#include "stage.h"

static const char *const names[SC_RUNG_MAX] = {
    [SC_RUNG_PAM] = "pam",         [SC_RUNG_CWRAP] = "cwrap",
    [SC_RUNG_ROOT] = "root",       [SC_RUNG_CONTAINER] = "container",
    [SC_RUNG_SYSTEMD] = "systemd",
};

const char *sc_rung_name(enum sc_rung rung)
{
    return names[rung];
}

int sc_rung_find(const char *name, enum sc_rung *ret_rung)
{
    int rung;

    for (rung = 0; rung < SC_RUNG_MAX; rung++) {
        if (strcmp(names[rung], name) == 0) {
            *ret_rung = (enum sc_rung)rung;
            return 0;
        }
    }
    return -1;
}

/* Ask `host rung`, which tries: "root …" or "cwrap …", with the reason. */
static enum sc_rung ask_host(const struct sc_settings *settings, struct pm_buf *why)
{
    PM_AUTO_FREE char *command = NULL;
    enum sc_rung rung = SC_RUNG_PAM;
    char line[512] = "", *reason;
    FILE *answer;

    if (asprintf(&command, "exec '%s/host' rung 2>&1", settings->share_dir) < 0)
        command = NULL;
    answer = command ? popen(command, "re") : NULL;
    if (answer && fgets(line, sizeof(line), answer))
        line[strcspn(line, "\n")] = '\0';
    if (answer)
        (void)pclose(answer);
    reason = line + strcspn(line, " ");
    if (*reason)
        *reason++ = '\0';
    if (sc_rung_find(line, &rung) < 0)
        (void)pm_buf_adds(why, "no disposable host here");
    else
        (void)pm_buf_adds(why, reason);
    return rung;
}

/* sshd under cwrap takes what must be installed. */
static bool has_cwrap(const struct sc_settings *settings, struct pm_buf *why)
{
    PM_AUTO_FREE char *shim = NULL; /* built with an installed runner; else gcc makes it */
    bool has_shim =
        asprintf(&shim, "%s/host_shim.so", settings->share_dir) >= 0 && access(shim, R_OK) == 0;

    if (sc_needs_program("ssh") && sc_needs_program("sshpass") &&
        (has_shim || sc_needs_program("gcc")))
        return true;
    pm_buf_reset(why);
    (void)pm_buf_adds(why, "no ssh, sshpass or gcc here");
    return false;
}

enum sc_rung sc_rung_choose(const struct sc_settings *settings, struct pm_buf *why)
{
    static bool is_known;
    static enum sc_rung rung;
    static char reason[256];
    struct pm_buf words;

    if (!is_known) {
        pm_buf_init(&words, sizeof(reason) - 1);
        if (settings->rung && sc_rung_find(settings->rung, &rung) == 0)
            (void)pm_buf_adds(&words, "asked for");
        else
            rung = ask_host(settings, &words);
        if (!settings->rung && rung == SC_RUNG_CWRAP && !has_cwrap(settings, &words))
            rung = SC_RUNG_PAM;
        (void)snprintf(reason, sizeof(reason), "%s", words.data ? words.data : "");
        pm_buf_clear(&words);
        is_known = true;
    }
    if (why)
        (void)pm_buf_adds(why, reason);
    return rung;
}

int sc_rung_at_least(const struct sc_settings *settings, enum sc_rung least, struct pm_buf *why)
{
    struct pm_buf reason;
    enum sc_rung rung;

    pm_buf_init(&reason, 512);
    rung = sc_rung_choose(settings, &reason);
    if (rung < least)
        (void)pm_buf_addf(why, "a host on the rung %s; this run's are on %s (%s)", names[least],
                          names[rung], reason.data ? reason.data : "");
    pm_buf_clear(&reason);
    return rung < least ? -1 : 0;
}
