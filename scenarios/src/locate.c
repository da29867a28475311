/*
 * Where programs are. A runner in a build tree uses those of its tree, and finds the sources by the
 * tree's CMakeCache.txt; an installed one uses what is installed. PM_BUILD_DIR and PM_SOURCE_DIR,
 * as tests have them, come first.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "cmd.h"

#define HOME_LINE "CMAKE_HOME_DIRECTORY:INTERNAL="

/* The folder above the one that this program is in, if it looks like a build tree. */
static char *own_build_dir(void)
{
    char path[PATH_MAX], cache[PATH_MAX + 32];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
    int up;

    if (len < 0)
        return NULL;
    path[len] = '\0';
    for (up = 0; up < 2; up++) {
        char *slash = strrchr(path, '/');

        if (!slash)
            return NULL;
        *slash = '\0';
    }
    (void)snprintf(cache, sizeof(cache), "%s/CMakeCache.txt", path);
    return access(cache, R_OK) == 0 ? strdup(path) : NULL;
}

static char *source_of(const char *build_dir)
{
    char path[PATH_MAX], line[PATH_MAX + 64];
    PM_AUTO_FCLOSE FILE *cache = NULL;

    (void)snprintf(path, sizeof(path), "%s/CMakeCache.txt", build_dir);
    cache = fopen(path, "re");
    while (cache && fgets(line, sizeof(line), cache)) {
        if (strncmp(line, HOME_LINE, strlen(HOME_LINE)) == 0) {
            line[strcspn(line, "\n")] = '\0';
            return strdup(line + strlen(HOME_LINE));
        }
    }
    return NULL;
}

void cmd_locate(struct sc_settings *settings)
{
    static char *found_build, *share; /* live as long as the program */
    const char *build = getenv("PM_BUILD_DIR"), *source = getenv("PM_SOURCE_DIR");
    PM_AUTO_FREE char *found_source = NULL;

    if (settings->build_dir) /* absolute: cases run in directories of their own */
        build = found_build = realpath(settings->build_dir, NULL);
    if (!build)
        build = found_build = own_build_dir();
    settings->build_dir = build;
    if (build && !source)
        source = found_source = source_of(build);
    free(share);
    if (!source || asprintf(&share, "%s/scenarios/src", source) < 0)
        share = strdup(SC_SHARE_DIR);
    settings->share_dir = share;
}

char *cmd_cases_dir(const struct sc_settings *settings)
{
    char *path;

    if (asprintf(&path, "%s/../cases", settings->share_dir) < 0)
        return NULL;
    if (access(path, R_OK) == 0)
        return path;
    free(path);
    return asprintf(&path, "%s/cases", settings->share_dir) < 0 ? NULL : path;
}
