#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"

void fuzz_fail(const char *file, int line, const char *condition)
{
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

struct fuzz_input fuzz_input(const uint8_t *data, size_t size)
{
    return (struct fuzz_input){(const char *)data, size};
}

static char *take(struct fuzz_input *input, size_t len)
{
    char *copy = malloc(len + 1);

    FUZZ_REQUIRE(copy);
    if (len > 0)
        memcpy(copy, input->at, len);
    copy[len] = '\0';
    input->at += len;
    input->left -= len;
    return copy;
}

char *fuzz_line(struct fuzz_input *input, size_t *ret_len)
{
    const char *end = input->left > 0 ? memchr(input->at, '\n', input->left) : NULL;
    char *line;

    *ret_len = end ? (size_t)(end - input->at) : input->left;
    line = take(input, *ret_len);
    if (end) {
        input->at++;
        input->left--;
    }
    return line;
}

char *fuzz_rest(struct fuzz_input *input, size_t *ret_len)
{
    *ret_len = input->left;
    return take(input, input->left);
}

bool fuzz_holds(const char *bytes, size_t len, const char *text)
{
    return len > 0 && memmem(bytes, len, text, strlen(text)) != NULL;
}

void fuzz_require_one_line(const char *text)
{
    for (; *text; text++)
        FUZZ_REQUIRE((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static char path[64];

static void remove_file(void)
{
    (void)unlink(path);
}

/* In memory where the system offers that; one name for all runs of the process. */
static void choose_path(void)
{
    (void)snprintf(path, sizeof(path), "%s/pm-fuzz-%ld",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid());
    (void)atexit(remove_file);
}

const char *fuzz_file(const char *bytes, size_t len)
{
    PM_AUTO_CLOSE int fd = -1;

    if (path[0] == '\0')
        choose_path();
    (void)unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FUZZ_REQUIRE(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    return path;
}
