/* Files whose content must not be half there. */
#ifndef PM_FS_H
#define PM_FS_H

#include <stddef.h>
#include <sys/types.h>

/**
 * Replace a file as a whole: temporary file beside it, data synced, renamed over it, directory
 * synced. A reader sees the old content or the new, never a part.
 *
 * Errors: -1 with errno; the old file is untouched and no temporary file stays
 */
int pm_fs_replace(const char *path, const void *bytes, size_t len, mode_t mode);

/** Create a directory and its missing parents with the given mode. Errors: -1 with errno */
int pm_fs_make_dirs(const char *path, mode_t mode);

#endif
