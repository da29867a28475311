/*
 * A link in the drop directory, by the agent's own pick-up. Input: a line with the link's name,
 * then its target, the record.
 */
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "fuzz.h"
#include "journal.h"
#include "log.h"
#include "pickup.h"

static struct {
    char path[64];
    char drop[80];
    char journal[80];
} where;

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    return remove(path);
}

static void remove_all(void)
{
    (void)nftw(where.path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void set_up(void)
{
    (void)snprintf(where.path, sizeof(where.path), "%s/pm-fuzz-drop-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    FUZZ_REQUIRE(mkdtemp(where.path));
    (void)atexit(remove_all);
    (void)snprintf(where.drop, sizeof(where.drop), "%s/drop", where.path);
    (void)snprintf(where.journal, sizeof(where.journal), "%s/journal.db", where.path);
    pm_log_setup("fuzz", PM_LOG_ERROR, PM_LOG_TEXT);
}

/* A file name that is this one and no path. */
static bool put_link(const char *name, const char *record)
{
    char path[512];

    if (name[0] == '\0' || strchr(name, '/') ||
        snprintf(path, sizeof(path), "%s/%s", where.drop, name) >= (int)sizeof(path))
        return false;
    return symlink(record, path) == 0;
}

static bool is_there(const char *name)
{
    char path[512];
    struct stat status;

    (void)snprintf(path, sizeof(path), "%s/%s", where.drop, name);
    return lstat(path, &status) == 0;
}

static struct pm_journal_counts count(struct pm_journal *journal)
{
    struct pm_journal_counts counts;

    FUZZ_REQUIRE(pm_journal_count(journal, &counts) == 0);
    return counts;
}

/* Take over what is there, without the line that is logged for each bad record. */
static int scan(struct pm_pickup *pickup)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC), saved = dup(STDERR_FILENO), added;

    FUZZ_REQUIRE(null >= 0 && saved >= 0 && dup2(null, STDERR_FILENO) >= 0);
    added = pm_pickup_scan(pickup);
    FUZZ_REQUIRE(dup2(saved, STDERR_FILENO) >= 0);
    (void)close(saved);
    (void)close(null);
    return added;
}

/* It is either left alone, or gone from the directory and in the journal once. */
static void check_link(struct pm_pickup *pickup, struct pm_journal *journal, const char *name)
{
    struct pm_journal_counts before = count(journal), after;
    int added = scan(pickup);
    char path[512];

    after = count(journal);
    FUZZ_REQUIRE(added == 0 || added == 1);
    FUZZ_REQUIRE(after.waiting == before.waiting + added);
    if (is_there(name)) {
        FUZZ_REQUIRE(added == 0 && after.bad == before.bad);
        (void)snprintf(path, sizeof(path), "%s/%s", where.drop, name);
        FUZZ_REQUIRE(unlink(path) == 0);
    }
    FUZZ_REQUIRE(scan(pickup) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pm_config config = {.drop_dir = where.drop, .max_waiting = INT_MAX};
    static struct pm_journal *journal;
    static struct pm_pickup *pickup;
    struct fuzz_input input = fuzz_input(data, size);
    size_t len;
    char *name = fuzz_line(&input, &len);
    char *record = fuzz_rest(&input, &len);

    if (!journal) {
        set_up();
        FUZZ_REQUIRE(pm_journal_open(where.journal, PM_JOURNAL_SYNC_LATE, &journal, NULL) == 0);
        FUZZ_REQUIRE(pm_pickup_open(&config, "monitor", journal, &pickup, NULL) == 0);
    }
    if (put_link(name, record))
        check_link(pickup, journal, name);
    free(name);
    free(record);
    return 0;
}
