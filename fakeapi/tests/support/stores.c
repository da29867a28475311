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

void stores_sql(const char *sql)
{
    char command[1024];

    snprintf(command, sizeof(command), TOOL " sql '%s' \"%s\" >/dev/null", stores_cluster(), sql);
    run(command);
}

/* A schema is made a good deal faster than a database. */
const char *stores_new(void)
{
    static char address[512];
    static unsigned int count;
    char sql[64];

    if (!stores_on_postgresql())
        return "memory";
    snprintf(sql, sizeof(sql), "CREATE SCHEMA t%d_%u", (int)getpid(), ++count);
    stores_sql(sql);
    snprintf(address, sizeof(address),
             "postgresql://postgres@/postgres?host=%s&options=-csearch_path%%3Dt%d_%u",
             stores_cluster(), (int)getpid(), count);
    return address;
}
