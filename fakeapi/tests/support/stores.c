#include "stores.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOOL PM_SOURCE_DIR "/ci/postgresql"

bool stores_on_postgresql(void)
{
    return getenv("PM_POSTGRESQL") != NULL;
}

const char *stores_cluster(void)
{
    return getenv("PM_POSTGRESQL");
}

static void run(const char *command)
{
    ck_assert_msg(system(command) == 0, "%s", command);
}

void stores_cluster_do(const char *action)
{
    char command[512];

    snprintf(command, sizeof(command), TOOL " %s '%s' >/dev/null", action, stores_cluster());
    run(command);
}

void stores_sql(const char *where, const char *sql)
{
    const char *name = strstr(where, "@/") + strlen("@/"); /* as stores_new() writes it */
    char command[1024];

    snprintf(command, sizeof(command), TOOL " sql '%s' \"%s\" %.*s >/dev/null", stores_cluster(),
             sql, (int)strcspn(name, "?"), name);
    run(command);
}

const char *stores_new(void)
{
    static char address[512];
    static unsigned int count;
    char command[1024];

    if (!stores_on_postgresql())
        return "memory";
    snprintf(command, sizeof(command), TOOL " sql '%s' 'CREATE DATABASE t%d_%u' >/dev/null",
             stores_cluster(), (int)getpid(), ++count);
    run(command);
    snprintf(address, sizeof(address), "postgresql://postgres@/t%d_%u?host=%s", (int)getpid(),
             count, stores_cluster());
    return address;
}
