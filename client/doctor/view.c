/* The files of a system; see view.h. */
#include "view.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"

static int open_in(const struct view *view, const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT};

    return (int)syscall(SYS_openat2, view->root_fd, path, &how, sizeof(how));
}

int view_open(struct view *view, const char *root)
{
    struct stat status;

    view->root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (view->root_fd < 0)
        return -1;
    if (fstat(view->root_fd, &status) != 0) {
        view_close(view);
        return -1;
    }
    view->owner = status.st_uid;
    return 0;
}

void view_close(struct view *view)
{
    (void)close(view->root_fd);
    view->root_fd = -1;
}

char *view_read(const struct view *view, const char *path)
{
    PM_AUTO_CLOSE int fd = open_in(view, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    PM_AUTO_FREE char *text = NULL;
    size_t len = 0;
    struct stat status;
    ssize_t got;

    if (fd < 0 || fstat(fd, &status) != 0)
        return NULL;
    if (!S_ISREG(status.st_mode)) {
        errno = EINVAL;
        return NULL;
    }
    text = malloc(VIEW_FILE_MAX + 1);
    while (text && len < VIEW_FILE_MAX && (got = read(fd, text + len, VIEW_FILE_MAX - len)) != 0) {
        if (got < 0)
            return NULL;
        len += (size_t)got;
    }
    if (text)
        text[len] = '\0';
    return PM_TAKE(text);
}

bool view_stat(const struct view *view, const char *path, struct stat *ret_status)
{
    PM_AUTO_CLOSE int fd = open_in(view, path, O_PATH);

    return fd >= 0 && fstat(fd, ret_status) == 0;
}

bool view_exists(const struct view *view, const char *path)
{
    struct stat status;

    return view_stat(view, path, &status);
}

bool view_is_writable_by_others(const struct view *view, const char *path)
{
    struct stat status;

    return view_stat(view, path, &status) &&
           ((status.st_uid != view->owner && status.st_uid != 0) ||
            (status.st_mode & (S_IWGRP | S_IWOTH)));
}

void view_list(const struct view *view, const char *path,
               void (*each)(const char *name, void *data), void *data)
{
    int fd = open_in(view, path, O_RDONLY | O_DIRECTORY);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (!stream) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    while ((entry = readdir(stream)))
        if (entry->d_name[0] != '.')
            each(entry->d_name, data);
    (void)closedir(stream);
}
