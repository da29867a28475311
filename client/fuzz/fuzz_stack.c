/*
 * A PAM stack as `paidmonitor doctor` reads it. Input: the file of the service `s`, which may
 * include itself.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fuzz.h"
#include "stack.h"
#include "view.h"

static char root[64];

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    return remove(path);
}

static void remove_all(void)
{
    (void)nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void set_up(struct view *view)
{
    char path[96];

    (void)snprintf(root, sizeof(root), "%s/pm-fuzz-stack-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    FUZZ_REQUIRE(mkdtemp(root));
    (void)atexit(remove_all);
    (void)snprintf(path, sizeof(path), "%s/etc", root);
    FUZZ_REQUIRE(mkdir(path, 0700) == 0);
    (void)snprintf(path, sizeof(path), "%s/etc/pam.d", root);
    FUZZ_REQUIRE(mkdir(path, 0700) == 0);
    FUZZ_REQUIRE(view_open(view, root) == 0);
}

static void put_file(const char *text, size_t len)
{
    PM_AUTO_CLOSE int fd = -1;
    char path[96];

    (void)snprintf(path, sizeof(path), "%s/etc/pam.d/s", root);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FUZZ_REQUIRE(fd >= 0 && write(fd, text, len) == (ssize_t)len);
}

/* Asking a line anything gives an answer. */
static void require_sound(const struct stack_line *line)
{
    char action[16], value[8];

    FUZZ_REQUIRE(line->type < STACK_TYPE_MAX && stack_type_name(line->type));
    FUZZ_REQUIRE(strncmp(line->place, "/etc/pam.d/s:", 13) == 0 && atoi(line->place + 13) > 0);
    FUZZ_REQUIRE(strlen(line->control) < sizeof(line->control));
    FUZZ_REQUIRE(strlen(line->args) < sizeof(line->args));
    FUZZ_REQUIRE(line->mistake || line->module[0] != '\0');
    FUZZ_REQUIRE(!strchr(stack_module(line), '/'));
    stack_action(line->control, "success", action);
    FUZZ_REQUIRE(strlen(action) < sizeof(action));
    (void)stack_decides(line);
    (void)stack_refuses(line);
    (void)stack_has_word(line, "debug");
    if (stack_word_value(line, "drop=", value, sizeof(value)))
        FUZZ_REQUIRE(strlen(value) < sizeof(value) && !strchr(value, ' '));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct view view;
    static struct stack stack;
    struct fuzz_input input = fuzz_input(data, size);
    size_t len, i;
    char *text = fuzz_rest(&input, &len);

    if (root[0] == '\0')
        set_up(&view);
    put_file(text, len);
    FUZZ_REQUIRE(stack_read(&view, "s", &stack) == 0);
    FUZZ_REQUIRE(stack.count <= STACK_LINES_MAX);
    for (i = 0; i < stack.count; i++)
        require_sound(&stack.lines[i]);
    free(text);
    return 0;
}
