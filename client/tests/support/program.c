/* Running a program in a test; see program.h. */
#include "program.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 64

/* A file without a name, in memory. */
static int memory_file(const char *content)
{
    int fd = memfd_create("test", MFD_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static char *read_back(int fd)
{
    char *text = calloc(1, PROGRAM_OUTPUT_MAX + 1);
    ssize_t n;

    ck_assert_ptr_nonnull(text);
    n = pread(fd, text, PROGRAM_OUTPUT_MAX, 0);
    ck_assert_int_ge(n, 0);
    (void)close(fd);
    return text;
}

static void become(const char *path, const char *const *argv, int in, int out, int err)
{
    static const char *const ours[] = {"PAIDMONITOR_CONFIG", "PAIDMONITOR_URL",
                                       "PAIDMONITOR_APIKEY", "PAIDMONITOR_SECRET_FILE"};
    char *args[ARGS_MAX + 2] = {strdup(path)};
    size_t i;

    for (i = 0; i < ARGS_MAX && argv[i]; i++)
        args[i + 1] = strdup(argv[i]);
    for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        (void)unsetenv(ours[i]);
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        _exit(126);
    (void)execv(path, args);
    _exit(127);
}

void program_run(const char *path, const char *const *argv, const char *input,
                 struct program *result)
{
    const char *build = getenv("PM_BUILD_DIR");
    int in = input ? memory_file(input) : open("/dev/null", O_RDONLY | O_CLOEXEC);
    int out = memory_file(""), err = memory_file(""), status = 0;
    char full[4096];
    pid_t pid;

    ck_assert_msg(build, "PM_BUILD_DIR is not set; run by ctest");
    (void)snprintf(full, sizeof(full), "%s/%s", build, path);
    pid = fork();
    if (pid == 0)
        become(full, argv, in, out, err);
    ck_assert_int_gt(pid, 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    (void)close(in);
    result->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    result->out = read_back(out);
    result->err = read_back(err);
}

void program_clear(struct program *result)
{
    free(result->out);
    free(result->err);
    *result = (struct program){.status = 0};
}
