/* What a machine must have; see needs.h. */
#include "needs.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "complaint.h"
#include "node.h"
#include "rung.h"
#include "stage.h"
#include "webdriver.h"

#define PROGRAM "program "

static int needs_root(const struct sc_settings *settings, struct pm_buf *why)
{
    (void)settings;
    if (geteuid() == 0)
        return 0;
    (void)pm_buf_adds(why, "to be run as root");
    return -1;
}

static int needs_ssh(const struct sc_settings *settings, struct pm_buf *why)
{
    return sc_rung_at_least(settings, SC_RUNG_CWRAP, why);
}

static int needs_root_host(const struct sc_settings *settings, struct pm_buf *why)
{
    return sc_rung_at_least(settings, SC_RUNG_ROOT, why);
}

static int needs_systemd(const struct sc_settings *settings, struct pm_buf *why)
{
    return sc_rung_at_least(settings, SC_RUNG_SYSTEMD, why);
}

static int needs_browser(const struct sc_settings *settings, struct pm_buf *why)
{
    (void)settings;
    if (sc_browser_is_installed())
        return 0;
    (void)pm_buf_adds(why, "a browser (chromium-driver)");
    return -1;
}

static int needs_build_tree(const struct sc_settings *settings, struct pm_buf *why)
{
    if (settings->build_dir)
        return 0;
    (void)pm_buf_adds(why, "a build tree (--build)");
    return -1;
}

static int needs_packages(const struct sc_settings *settings, struct pm_buf *why)
{
    PM_AUTO_FREE char *pattern = NULL;
    glob_t found = {0};
    int r = -1;

    if (settings->build_dir &&
        asprintf(&pattern, "%s/../release/packages/paidmonitor_*.deb", settings->build_dir) >= 0)
        r = glob(pattern, 0, NULL, &found);
    globfree(&found);
    if (r != 0)
        (void)pm_buf_adds(why, "the packages that ci/packages/build makes");
    return r != 0 ? -1 : 0;
}

static const struct sc_need needs[] = {
    {"browser", "a headless Chromium and its driver", needs_browser},
    {"build tree", "the project's build tree, not only installed programs", needs_build_tree},
    {"packages", "the Debian packages that ci/packages/build makes", needs_packages},
    {"root", "to be run as root", needs_root},
    {"root host", "a host with a root file system of its own: rung root or higher",
     needs_root_host},
    {"ssh", "a host with a real sshd: rung cwrap or higher", needs_ssh},
    {"systemd", "a host with a booted systemd: rung systemd", needs_systemd},
    {NULL, NULL, NULL},
};

const struct sc_need *sc_needs(void)
{
    return needs;
}

static const struct sc_need *find_need(const char *name)
{
    const struct sc_need *need;

    for (need = needs; need->name; need++)
        if (strcmp(need->name, name) == 0)
            return need;
    return NULL;
}

/* One word, or several. */
static size_t word_count(const struct sc_node *list)
{
    return list->kind == SC_NODE_SCALAR ? 1 : list->count;
}

static const struct sc_node *word_at(const struct sc_node *list, size_t i)
{
    return list->kind == SC_NODE_SCALAR ? list : list->items[i];
}

int sc_needs_check(const struct sc_node *list, struct sc_complaints *complaints)
{
    const char *names[sizeof(needs) / sizeof(needs[0])], *nearest;
    size_t i;
    int r = 0;

    for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
        names[i] = needs[i].name;
    for (i = 0; i < word_count(list); i++) {
        const struct sc_node *word = word_at(list, i);

        if (find_need(word->text) || strncmp(word->text, PROGRAM, strlen(PROGRAM)) == 0)
            continue;
        nearest = sc_nearest(word->text, names);
        r = nearest ? sc_complain(complaints, word, "'%s' cannot be needed; did you mean '%s'?",
                                  word->text, nearest)
                    : sc_complain(complaints, word,
                                  "'%s' cannot be needed; there are root, browser, program NAME, …",
                                  word->text);
    }
    return r;
}

int sc_needs_program(const char *name)
{
    PM_AUTO_FREE char *path = strdup(getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
    char *save = NULL, *dir;

    for (dir = path ? strtok_r(path, ":", &save) : NULL; dir; dir = strtok_r(NULL, ":", &save)) {
        PM_AUTO_FREE char *file = NULL;

        if (asprintf(&file, "%s/%s", dir, name) < 0)
            file = NULL;
        if (file && access(file, X_OK) == 0)
            return 1;
    }
    return 0;
}

static int is_met(const char *name, const struct sc_settings *settings, struct pm_buf *why)
{
    const struct sc_need *need = find_need(name);

    if (need)
        return need->check(settings, why);
    if (sc_needs_program(name + strlen(PROGRAM)))
        return 0;
    (void)pm_buf_addf(why, "the program %s", name + strlen(PROGRAM));
    return -1;
}

int sc_needs_met(const struct sc_node *list, const struct sc_settings *settings, struct pm_buf *why)
{
    size_t i;

    (void)pm_buf_adds(why, "needs ");
    for (i = 0; list && i < word_count(list); i++)
        if (is_met(word_at(list, i)->text, settings, why) < 0)
            return -1;
    return 0;
}
