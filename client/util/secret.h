/*
 * A secret key in memory: wiped when cleared, never printed. Files that hold one are refused when
 * others could read them.
 */
#ifndef PM_SECRET_H
#define PM_SECRET_H

#include <stddef.h>

#define PM_SECRET_MAX 1024 /* ours: keys of the vendor have 23-26 characters */

struct pm_secret {
    char bytes[PM_SECRET_MAX + 1]; /* NUL-terminated */
    size_t len;
};

/** Wipe. */
void pm_secret_clear(struct pm_secret *secret);

/** Copy. Errors: -1 empty or longer than PM_SECRET_MAX */
int pm_secret_set(struct pm_secret *secret, const char *bytes, size_t len);

/**
 * Read the first line of a file. The file must be a regular file owned by root or by the effective
 * user, not a symlink, and not readable or writable by others, nor writable by its group.
 * (Group-readable is allowed: root:paidmonitor 0640 lets the agent read what root owns.)
 *
 * @message: on failure one line, naming the file and what to do, at most @size bytes
 *
 * Errors: -1
 */
int pm_secret_read_file(struct pm_secret *secret, const char *path, char *message, size_t size);

/** Read the first line of a descriptor, which stays open. Errors: -1 as above */
int pm_secret_read_fd(struct pm_secret *secret, int fd, char *message, size_t size);

#endif
