/* A secret key in memory and where it may be read from; see secret.h. */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

void pm_secret_clear(struct pm_secret *secret)
{
    explicit_bzero(secret, sizeof(*secret));
}

int pm_secret_set(struct pm_secret *secret, const char *bytes, size_t len)
{
    pm_secret_clear(secret);
    if (len == 0 || len > PM_SECRET_MAX)
        return -1;
    memcpy(secret->bytes, bytes, len);
    secret->len = len;
    return 0;
}

/* Read up to size bytes or to end of file. */
static ssize_t read_all(int fd, char *bytes, size_t size)
{
    size_t used = 0;

    while (used < size) {
        ssize_t n = read(fd, bytes + used, size - used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        used += (size_t)n;
    }
    return (ssize_t)used;
}

static int read_line(struct pm_secret *secret, int fd, const char *from, char *message, size_t size)
{
    char bytes[PM_SECRET_MAX + 2];
    ssize_t n = read_all(fd, bytes, sizeof(bytes));
    size_t len;
    int r = -1;

    if (n < 0) {
        (void)snprintf(message, size, "cannot read the secret key from %s: %s", from,
                       strerror(errno));
        return -1;
    }
    for (len = 0; len < (size_t)n && bytes[len] != '\n' && bytes[len] != '\r'; len++)
        ;
    if (memchr(bytes, '\0', len))
        (void)snprintf(message, size, "the secret key in %s contains a NUL byte", from);
    else if (len == 0)
        (void)snprintf(message, size, "%s is empty; put the secret key on its first line", from);
    else if (pm_secret_set(secret, bytes, len) < 0)
        (void)snprintf(message, size, "the secret key in %s is longer than %d bytes", from,
                       PM_SECRET_MAX);
    else
        r = 0;
    explicit_bzero(bytes, sizeof(bytes));
    return r;
}

int pm_secret_read_fd(struct pm_secret *secret, int fd, char *message, size_t size)
{
    char from[32];

    (void)snprintf(from, sizeof(from), "descriptor %d", fd);
    return read_line(secret, fd, from, message, size);
}

int pm_secret_read_file(struct pm_secret *secret, const char *path, char *message, size_t size)
{
    PM_AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    struct stat status;

    if (fd < 0 || fstat(fd, &status) != 0) {
        (void)snprintf(message, size, "cannot read the secret key file '%s': %s%s", path,
                       errno == ELOOP ? "it is a symbolic link" : strerror(errno),
                       errno == ENOENT ? "; 'paidmonitor setup --write' makes one" : "");
        return -1;
    }
    if (!S_ISREG(status.st_mode)) {
        (void)snprintf(message, size, "the secret key file '%s' is not a regular file", path);
        return -1;
    }
    if (status.st_uid != 0 && status.st_uid != geteuid()) {
        (void)snprintf(
            message, size,
            "the secret key file '%s' belongs to another user (uid %u); change its owner", path,
            (unsigned)status.st_uid);
        return -1;
    }
    if (status.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) {
        (void)snprintf(
            message, size,
            "the secret key file '%s' is open to others (mode %04o); run: chmod 600 '%s'", path,
            (unsigned)(status.st_mode & 07777), path);
        return -1;
    }
    return read_line(secret, fd, path, message, size);
}
