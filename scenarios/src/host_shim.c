/* Preloaded into sshd in the cwrap rung of the disposable host: without privilege chroot() cannot
 * work, and /run/sshd, which sshd checks at start, may not be there. Not part of any product. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int chroot(const char *path)
{
    (void)path;
    return 0;
}

int stat(const char *restrict path, struct stat *restrict ret_stat)
{
    int (*real)(const char *, struct stat *) =
        (int (*)(const char *, struct stat *))dlsym(RTLD_NEXT, "stat");

    return real(strcmp(path, "/run/sshd") == 0 ? "/" : path, ret_stat);
}
