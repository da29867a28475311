/* Files whose content must not be half there; see fs.h. */
#include "fs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

static int sync_parent(const char *path)
{
    char parent[PATH_MAX];
    PM_AUTO_CLOSE int fd = -1;
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;

    (void)snprintf(parent, sizeof(parent), "%.*s", (int)len, path);
    fd = open(!slash ? "." : len == 0 ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -1 : fsync(fd);
}

int pm_fs_replace(const char *path, const void *bytes, size_t len, mode_t mode)
{
    char temporary[PATH_MAX];
    int fd, saved;

    if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fchmod(fd, mode) != 0 || write_all(fd, bytes, len) != 0 || fsync(fd) != 0)
        goto fail;
    if (close(fd) != 0) {
        fd = -1;
        goto fail;
    }
    fd = -1;
    if (rename(temporary, path) != 0)
        goto fail;
    return sync_parent(path);

fail:
    saved = errno;
    if (fd >= 0)
        (void)close(fd);
    (void)unlink(temporary);
    errno = saved;
    return -1;
}

int pm_fs_make_dirs(const char *path, mode_t mode)
{
    char partial[PATH_MAX];
    size_t len = strlen(path), i;

    if (len == 0 || len >= sizeof(partial)) {
        errno = len == 0 ? ENOENT : ENAMETOOLONG;
        return -1;
    }
    memcpy(partial, path, len + 1);
    for (i = 1; i <= len; i++) {
        if (partial[i] != '/' && partial[i] != '\0')
            continue;
        partial[i] = '\0';
        if (mkdir(partial, mode) != 0 && errno != EEXIST)
            return -1;
        partial[i] = path[i];
    }
    return 0;
}
