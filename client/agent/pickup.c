/* Taking records over from the drop directory; see pickup.h. */
#include "pickup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admit.h"
#include "cleanup.h"
#include "clock.h"
#include "config.h"
#include "error.h"
#include "event.h"
#include "fs.h"
#include "journal.h"
#include "log.h"

#define BATCH 256 /* links that share a transaction */

/* Source: ours; PROTOCOL.md §3.0: smaller times would be taken for seconds. */
#define EARLIEST_MS INT64_C(100000000000)

struct pm_pickup {
    char *path;
    struct pm_admit admit;
    int dir_fd, inotify_fd;
    bool warned_foreign, warned_stuck; /* said once, not at each scan */
};

static int fail(struct pm_error *err, int code, const char *path, const char *reason)
{
    pm_error_init(err);
    return pm_error_set(err, code, "cannot use the drop directory '%s': %s", path, reason);
}

/* ---- opening ---- */

/* Whoever can write into the directory can report logins that never were. */
static const char *distrust(const struct stat *status)
{
    if (status->st_uid != 0 && status->st_uid != geteuid() && geteuid() != 0)
        return "it belongs to another user";
    if (status->st_mode & (S_IWGRP | S_IWOTH))
        return "others can write into it; run: chmod 700";
    return NULL;
}

static int open_directory(struct pm_pickup *pickup, struct pm_error *err)
{
    const char *reason;
    struct stat status;

    if (pm_fs_make_dirs(pickup->path, 0700) != 0)
        return fail(err, PM_ERR_CONFIG, pickup->path, strerror(errno));
    pickup->dir_fd = open(pickup->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (pickup->dir_fd < 0 || fstat(pickup->dir_fd, &status) != 0 ||
        faccessat(pickup->dir_fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0)
        return fail(err, PM_ERR_CONFIG, pickup->path, strerror(errno));
    reason = distrust(&status);
    return reason ? fail(err, PM_ERR_CONFIG, pickup->path, reason) : 0;
}

static int watch(struct pm_pickup *pickup, struct pm_error *err)
{
    char path[64];

    pickup->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", pickup->dir_fd);
    if (pickup->inotify_fd < 0 ||
        inotify_add_watch(pickup->inotify_fd, path, IN_CREATE | IN_MOVED_TO) < 0)
        return fail(err, PM_ERR_SYSTEM, pickup->path, strerror(errno));
    return 0;
}

static void close_directory(struct pm_pickup *pickup)
{
    if (pickup->dir_fd >= 0)
        (void)close(pickup->dir_fd);
    if (pickup->inotify_fd >= 0)
        (void)close(pickup->inotify_fd);
    pickup->dir_fd = pickup->inotify_fd = -1;
}

static int reopen(struct pm_pickup *pickup, struct pm_error *err)
{
    int r;

    close_directory(pickup);
    r = open_directory(pickup, err);
    return r < 0 ? r : watch(pickup, err);
}

void pm_pickup_configure(struct pm_pickup *pickup, const struct pm_config *config,
                         const char *monitor)
{
    pickup->admit.config = config;
    pickup->admit.monitor = monitor;
}

int pm_pickup_open(const struct pm_config *config, const char *monitor, struct pm_journal *journal,
                   struct pm_pickup **ret_pickup, struct pm_error *err)
{
    struct pm_pickup *pickup = calloc(1, sizeof(*pickup));
    int r;

    if (!pickup)
        return fail(err, PM_ERR_SYSTEM, config->drop_dir, "out of memory");
    pickup->dir_fd = pickup->inotify_fd = -1;
    pickup->admit.journal = journal;
    pm_pickup_configure(pickup, config, monitor);
    pickup->path = strdup(config->drop_dir);
    r = pickup->path ? reopen(pickup, err)
                     : fail(err, PM_ERR_SYSTEM, config->drop_dir, "out of memory");
    if (r < 0) {
        pm_pickup_free(pickup);
        return r;
    }
    *ret_pickup = pickup;
    return 0;
}

void pm_pickup_free(struct pm_pickup *pickup)
{
    if (!pickup)
        return;
    close_directory(pickup);
    free(pickup->path);
    free(pickup);
}

int pm_pickup_fd(const struct pm_pickup *pickup)
{
    return pickup->inotify_fd;
}

int pm_pickup_check(struct pm_pickup *pickup, struct pm_error *err)
{
    struct stat here, there;

    if (pickup->dir_fd >= 0 && fstat(pickup->dir_fd, &here) == 0 &&
        stat(pickup->path, &there) == 0 && here.st_dev == there.st_dev &&
        here.st_ino == there.st_ino)
        return 0;
    return reopen(pickup, err);
}

/* ---- scanning ---- */

/* The links of one transaction. */
struct batch {
    char names[BATCH][PM_EVENT_NAME_SIZE];
    int count;
    int added; /* events that the journal did not have */
};

/* `<13 digits>-<32 hexadecimal digits>` */
static bool is_record_name(const char *name)
{
    return strlen(name) == PM_EVENT_NAME_SIZE - 1 && strspn(name, "0123456789") == 13 &&
           name[13] == '-' && strspn(name + 14, "0123456789abcdef") == PM_EVENT_ID_SIZE - 1;
}

/* @record is overwritten, and lent to the event. */
static const char *decode(const char *name, char *record, size_t len, struct pm_event *ret_event)
{
    char own_name[PM_EVENT_NAME_SIZE];
    const char *reason;

    if (pm_event_decode(record, len, ret_event, &reason) < 0)
        return reason;
    pm_event_format_name(ret_event, own_name);
    return strcmp(name, own_name) == 0 ? NULL : "a name that is not the record's";
}

static int refuse_record(struct pm_pickup *pickup, const char *name, const char *record, size_t len,
                         const char *reason)
{
    pm_log_error("setting the record '%s' aside: %s", name, reason);
    return pm_journal_add_bad(pickup->admit.journal, name, record, len, reason, pm_clock_wall_ms());
}

static int take_record(struct pm_pickup *pickup, const char *name, char *record, size_t len)
{
    char copy[PM_EVENT_RECORD_SIZE + 1];
    struct pm_event event;
    const char *reason;

    memcpy(copy, record, len);
    reason = decode(name, copy, len, &event);
    if (reason)
        return refuse_record(pickup, name, record, len, reason);
    record[len] = '\0';
    if (event.wall_ms < EARLIEST_MS)
        event.wall_ms = EARLIEST_MS;
    return pm_admit_event(&pickup->admit, &event, record);
}

/* Files that are no records stay where they are; somebody may want them back. */
static void ignore(struct pm_pickup *pickup, const char *name)
{
    if (!pickup->warned_foreign)
        pm_log_warning("ignoring '%s/%s' and other files that are no records", pickup->path, name);
    pickup->warned_foreign = true;
}

/* Records are made by root, or where everything belongs to one user by that one. The directory
 * should keep others out; an agent that runs as root may meet one that does not. */
static bool is_from_stranger(const struct pm_pickup *pickup, const char *name)
{
    struct stat status;

    return fstatat(pickup->dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_uid != 0 &&
           status.st_uid != geteuid();
}

/* Put one link into the journal. Returns 1 when it is to be removed after the commit. */
static int take(struct pm_pickup *pickup, const char *name, struct batch *batch)
{
    char record[PM_EVENT_RECORD_SIZE + 1];
    ssize_t len = readlinkat(pickup->dir_fd, name, record, PM_EVENT_RECORD_SIZE);
    int r;

    if (len < 0 && errno == ENOENT)
        return 0; /* another agent was faster */
    if (len < 0 || !is_record_name(name)) {
        ignore(pickup, name);
        return 0;
    }
    if (is_from_stranger(pickup, name))
        r = refuse_record(pickup, name, record, (size_t)len, "another user made it");
    else
        r = take_record(pickup, name, record, (size_t)len);
    if (r < 0)
        return r;
    memcpy(batch->names[batch->count++], name, PM_EVENT_NAME_SIZE);
    batch->added += r;
    return 1;
}

static int fill(struct pm_pickup *pickup, DIR *dir, struct batch *batch)
{
    batch->count = batch->added = 0;
    while (batch->count < BATCH) {
        struct dirent *entry = readdir(dir);

        if (!entry)
            return 0;
        if (entry->d_name[0] != '.' && take(pickup, entry->d_name, batch) < 0)
            return PM_ERR_SYSTEM;
    }
    return 0;
}

static void remove_links(struct pm_pickup *pickup, const struct batch *batch)
{
    int i;

    for (i = 0; i < batch->count; i++) {
        if (unlinkat(pickup->dir_fd, batch->names[i], 0) == 0 || errno == ENOENT)
            continue;
        if (!pickup->warned_stuck)
            pm_log_error("cannot remove '%s/%s', which is in the journal: %s", pickup->path,
                         batch->names[i], strerror(errno));
        pickup->warned_stuck = true;
    }
}

/* One transaction. Returns how many links it took; 0 means that there are no more. */
static int take_batch(struct pm_pickup *pickup, DIR *dir, struct batch *batch)
{
    int r;

    r = pm_journal_begin(pickup->admit.journal);
    if (r == 0)
        r = pm_admit_begin(&pickup->admit);
    if (r == 0)
        r = fill(pickup, dir, batch);
    if (r == 0)
        r = pm_journal_commit(pickup->admit.journal);
    if (r < 0) {
        pm_log_error("leaving records in '%s': %s", pickup->path,
                     pm_journal_message(pickup->admit.journal));
        pm_journal_rollback(pickup->admit.journal);
        return r;
    }
    remove_links(pickup, batch);
    return batch->count;
}

static void drain_inotify(int fd)
{
    char events[4096];

    while (read(fd, events, sizeof(events)) > 0)
        ; /* the directory itself says what arrived */
}

static DIR *open_for_reading(const struct pm_pickup *pickup)
{
    int fd = openat(pickup->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);

    if (!dir && fd >= 0)
        (void)close(fd);
    return dir;
}

int pm_pickup_scan(struct pm_pickup *pickup)
{
    struct batch *batch;
    int taken, added = 0;
    DIR *dir;

    if (pickup->dir_fd < 0)
        return 0; /* pm_pickup_check() has said why */
    drain_inotify(pickup->inotify_fd);
    dir = open_for_reading(pickup);
    batch = malloc(sizeof(*batch));
    if (!dir || !batch) {
        pm_log_error("cannot read the drop directory '%s': %s", pickup->path, strerror(errno));
        taken = PM_ERR_SYSTEM;
    } else {
        while ((taken = take_batch(pickup, dir, batch)) > 0)
            added += batch->added;
    }
    free(batch);
    if (dir)
        (void)closedir(dir);
    return taken < 0 ? taken : added;
}
