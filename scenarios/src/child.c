/* Programs that a case runs; see child.h. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "clock.h"
#include "stage.h"

#define OUTPUT_MAX (8u << 20)
#define POLL_MS    5

/* ---- environment ---- */

static void free_environment(char **env)
{
    size_t i;

    for (i = 0; env && env[i]; i++)
        free(env[i]);
    free(env);
}

static char *assignment(const char *name, const char *value)
{
    char *text;

    return asprintf(&text, "%s=%s", name, value) < 0 ? NULL : text;
}

static char **make_environment(const struct sc_stage *stage, const cJSON *more)
{
    const char *path = getenv("PATH");
    char **env = calloc((size_t)cJSON_GetArraySize(more) + 6, sizeof(*env));
    const cJSON *item;
    size_t n = 0;

    if (!env)
        return NULL;
    env[n++] = assignment("PATH", path ? path : "/usr/sbin:/usr/bin:/sbin:/bin");
    env[n++] = assignment("HOME", stage->dir);
    env[n++] = assignment("TMPDIR", stage->dir);
    env[n++] = assignment("LC_ALL", "C.UTF-8");
    if (getenv("PM_HOST_CACHE"))
        env[n++] = assignment("PM_HOST_CACHE", getenv("PM_HOST_CACHE"));
    cJSON_ArrayForEach(item, more)
    {
        env[n++] = assignment(item->string, cJSON_GetStringValue(item) ? item->valuestring : "");
    }
    return env;
}

/* ---- starting ---- */

/* The descriptors that shall become 0, 1 and 2. */
static pid_t spawn(struct sc_stage *stage, const struct sc_launch *launch, const int fds[3])
{
    union {
        const char *const *lent;
        char *const *taken; /* posix_spawnp() does not write into its arguments */
    } argv = {launch->argv};
    char **env = make_environment(stage, launch->env);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid = -1;
    int i, r;

    (void)sigemptyset(&none);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawn_file_actions_addchdir_np(&actions, stage->dir);
    for (i = 0; i < 3; i++)
        (void)posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    r = env ? posix_spawnp(&pid, argv.taken[0], &actions, &attributes, argv.taken, env) : ENOMEM;
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    free_environment(env);
    errno = r;
    return r == 0 ? pid : -1;
}

/* Input from an unnamed file: it may be longer than a pipe holds, and be read slowly or never. */
static int open_input(const struct sc_stage *stage, const struct sc_launch *launch)
{
    int fd;

    if (!launch->input)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    fd = open(stage->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 &&
        (pwrite(fd, launch->input, launch->input_len, 0) != (ssize_t)launch->input_len)) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

pid_t sc_child_start(struct sc_stage *stage, const struct sc_launch *launch)
{
    PM_AUTO_CLOSE int input = open_input(stage, launch);
    PM_AUTO_CLOSE int log = open(launch->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (input < 0 || log < 0)
        return -1;
    return spawn(stage, launch, (const int[]){input, log, log});
}

/* ---- waiting ---- */

static int status_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool sc_child_is_alive(pid_t pid)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

/* Wait for the end until the deadline. Returns 0, or -1 when it still runs. */
static int await_end(pid_t pid, int64_t deadline_ms, int *ret_status)
{
    int status;

    while (waitpid(pid, &status, WNOHANG) != pid) {
        if (pm_clock_mono_ms() >= deadline_ms)
            return -1;
        (void)poll(NULL, 0, POLL_MS);
    }
    *ret_status = status_of(status);
    return 0;
}

int sc_child_stop(pid_t pid, int sig, int64_t deadline_ms)
{
    int status;

    (void)kill(pid, sig);
    if (await_end(pid, deadline_ms, &status) == 0)
        return status;
    (void)kill(-pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    return status_of(status);
}

/* ---- running to the end ---- */

static void take(struct pollfd *source, struct pm_buf *buf)
{
    char bytes[16384];
    ssize_t len;

    if (source->fd < 0 || !source->revents)
        return;
    len = read(source->fd, bytes, sizeof(bytes));
    if (len > 0)
        (void)pm_buf_add(buf, bytes, (size_t)len);
    if (len == 0 || (len < 0 && errno != EINTR && errno != EAGAIN)) {
        (void)close(source->fd);
        source->fd = -1;
    }
}

/* Read both until they end. A program that leaves somebody behind holding them is not waited for.
 */
static void collect(pid_t pid, int fds[2], int64_t deadline_ms, struct sc_output *output)
{
    struct pollfd sources[2] = {{.fd = fds[0], .events = POLLIN}, {.fd = fds[1], .events = POLLIN}};
    bool is_over = false;

    while (sources[0].fd >= 0 || sources[1].fd >= 0) {
        int64_t left_ms = deadline_ms - pm_clock_mono_ms();
        int ready;

        if (left_ms <= 0)
            break;
        ready = poll(sources, 2, left_ms > 50 ? 50 : (int)left_ms);
        if (ready == 0 && is_over)
            break;
        take(&sources[0], &output->out);
        take(&sources[1], &output->err);
        is_over = is_over || !sc_child_is_alive(pid);
    }
    fds[0] = sources[0].fd;
    fds[1] = sources[1].fd;
}

int sc_child_run(struct sc_stage *stage, const struct sc_launch *launch, int64_t deadline_ms,
                 struct sc_output *output)
{
    PM_AUTO_CLOSE int input = open_input(stage, launch);
    int out[2] = {-1, -1}, err[2] = {-1, -1}, reading[2];
    pid_t pid = -1;

    *output = (struct sc_output){.status = 127};
    pm_buf_init(&output->out, OUTPUT_MAX);
    pm_buf_init(&output->err, OUTPUT_MAX);
    if (input >= 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0)
        pid = spawn(stage, launch, (const int[]){input, out[1], err[1]});
    (void)close(out[1]);
    (void)close(err[1]);
    reading[0] = out[0];
    reading[1] = err[0];
    if (pid > 0) {
        collect(pid, reading, deadline_ms, output);
        output->is_timed_out = await_end(pid, deadline_ms, &output->status) < 0;
        if (output->is_timed_out)
            output->status = sc_child_stop(pid, SIGKILL, deadline_ms);
    }
    (void)close(reading[0]);
    (void)close(reading[1]);
    return pid > 0 || errno == ENOENT ? 0 : -1;
}

void sc_output_clear(struct sc_output *output)
{
    pm_buf_clear(&output->out);
    pm_buf_clear(&output->err);
}
