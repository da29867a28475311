/* Looking at the drop directory; see spool.h. */
#include "spool.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIME_DIGITS 13

/* `<time, 13 digits>-<id>` */
static bool parse_name(const char *name, int64_t *ret_ms)
{
    if (strlen(name) != PM_EVENT_NAME_SIZE - 1 || name[TIME_DIGITS] != '-' ||
        strspn(name, "0123456789") != TIME_DIGITS ||
        strspn(name + TIME_DIGITS + 1, "0123456789abcdef") != PM_EVENT_ID_SIZE - 1)
        return false;
    *ret_ms = strtoll(name, NULL, 10);
    return true;
}

static void count(struct spool *spool, const char *name)
{
    int64_t ms;

    if (!parse_name(name, &ms))
        return;
    spool->count++;
    if (spool->oldest_ms < 0 || ms < spool->oldest_ms)
        spool->oldest_ms = ms;
    if (ms >= spool->newest_ms) {
        spool->newest_ms = ms;
        memcpy(spool->newest, name + TIME_DIGITS + 1, PM_EVENT_ID_SIZE);
    }
}

void spool_look(const char *dir, struct spool *ret_spool)
{
    struct spool spool = {.count = -1, .oldest_ms = -1, .newest_ms = -1};
    DIR *stream = opendir(dir);
    const struct dirent *entry;

    if (stream) {
        spool.count = 0;
        while ((entry = readdir(stream)))
            count(&spool, entry->d_name);
        (void)closedir(stream);
    }
    *ret_spool = spool;
}

int spool_find(const char *dir, const char *id, char *record, int64_t *ret_left_ms)
{
    DIR *stream = opendir(dir);
    const struct dirent *entry;
    ssize_t len = -1;
    int64_t ms = 0;

    if (!stream)
        return -1;
    while (len < 0 && (entry = readdir(stream)))
        if (parse_name(entry->d_name, &ms) && strcmp(entry->d_name + TIME_DIGITS + 1, id) == 0)
            len = readlinkat(dirfd(stream), entry->d_name, record, PM_EVENT_RECORD_SIZE - 1);
    (void)closedir(stream);
    if (len < 0)
        return -1;
    record[len] = '\0';
    *ret_left_ms = ms;
    return (int)len;
}
