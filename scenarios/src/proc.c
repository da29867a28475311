/* Programs that cannot outlive the test; see proc.h. */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "error.h"
#include "guard.h"

#define OUTPUT_MAX 4096 /* of a line that is waited for */

struct sc_proc {
    pid_t guardian;
    int life_fd;   /* open as long as the program shall live */
    int output_fd; /* its standard output */
    char scratch[64];
    char output[OUTPUT_MAX];
    size_t output_len;
};

/* What the guardian needs, made before the fork: after it only async-signal-safe calls are made. */
struct launch {
    const char *const *argv;
    const char *scratch;
    char *env[5];
    int life_fd, output_fd;
};

/* ---- the guardian's side ---- */

__attribute__((noreturn)) static void run_program(const struct launch *launch)
{
    union {
        const char *const *lent;
        char *const *taken; /* execvpe() does not write into its arguments */
    } argv = {launch->argv};
    int null_fd = open("/dev/null", O_RDONLY);

    if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 ||
        dup2(launch->output_fd, STDOUT_FILENO) < 0 || chdir(launch->scratch) < 0)
        _exit(127);
    (void)close_range(STDERR_FILENO + 1, ~0u, 0);
    execvpe(argv.taken[0], argv.taken, launch->env);
    _exit(127);
}

/* Other guardians must not be kept alive by descriptors that this one inherited. */
static void close_all_but(int one, int other)
{
    int low = one < other ? one : other, high = one < other ? other : one;

    if (low > STDERR_FILENO + 1)
        (void)close_range(STDERR_FILENO + 1, (unsigned)low - 1, 0);
    if (high > low + 1)
        (void)close_range((unsigned)low + 1, (unsigned)high - 1, 0);
    (void)close_range((unsigned)high + 1, ~0u, 0);
}

__attribute__((noreturn)) static void guard(const struct launch *launch)
{
    sigset_t none;
    pid_t pid;
    char byte;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    close_all_but(launch->life_fd, launch->output_fd);
    (void)setsid(); /* a Ctrl-C meant for the test must not end the guardian first */
    pid = fork();
    if (pid == 0)
        run_program(launch);
    if (pid < 0)
        _exit(127);
    (void)close(launch->output_fd);
    while (read(launch->life_fd, &byte, 1) < 0 && errno == EINTR)
        ;
    (void)sc_guard_end_all(pid);
    execlp("rm", "rm", "-rf", "--", launch->scratch, (char *)NULL);
    _exit(127);
}

/* ---- the test's side ---- */

static int make_environment(const char *scratch, struct launch *launch)
{
    const char *path = getenv("PATH");
    size_t i;

    if (asprintf(&launch->env[0], "PATH=%s", path ? path : "/usr/bin:/bin") < 0)
        launch->env[0] = NULL;
    if (asprintf(&launch->env[1], "HOME=%s", scratch) < 0)
        launch->env[1] = NULL;
    if (asprintf(&launch->env[2], "TMPDIR=%s", scratch) < 0)
        launch->env[2] = NULL;
    launch->env[3] = strdup("LC_ALL=C.UTF-8");
    launch->env[4] = NULL;
    for (i = 0; i < 4; i++)
        if (!launch->env[i])
            return -1;
    return 0;
}

static void free_environment(struct launch *launch)
{
    size_t i;

    for (i = 0; i < 4; i++)
        free(launch->env[i]);
}

/* Both pipes and the guardian; everything that was opened is closed or owned by `proc` at the end.
 */
static int launch_program(struct sc_proc *proc, struct launch *launch, struct sc_error *err)
{
    int life[2], output[2];

    if (pipe2(life, O_CLOEXEC) < 0)
        return sc_error_set(err, "cannot make a pipe: %s", strerror(errno));
    if (pipe2(output, O_CLOEXEC) < 0) {
        (void)close(life[0]);
        (void)close(life[1]);
        return sc_error_set(err, "cannot make a pipe: %s", strerror(errno));
    }
    launch->life_fd = life[0];
    launch->output_fd = output[1];
    proc->life_fd = life[1];
    proc->output_fd = output[0];
    proc->guardian = fork();
    if (proc->guardian == 0)
        guard(launch);
    (void)close(life[0]);
    (void)close(output[1]);
    return proc->guardian > 0 ? 0 : sc_error_set(err, "cannot fork: %s", strerror(errno));
}

int sc_proc_start(const char *const argv[], struct sc_proc **ret_proc, struct sc_error *err)
{
    struct launch launch = {.argv = argv};
    struct sc_proc *proc = calloc(1, sizeof(*proc));
    int r = -1;

    if (!proc)
        return sc_error_set(err, "out of memory");
    proc->life_fd = proc->output_fd = -1;
    (void)snprintf(proc->scratch, sizeof(proc->scratch), "/tmp/pm-scratch-XXXXXX");
    launch.scratch = proc->scratch;
    if (!mkdtemp(proc->scratch))
        (void)sc_error_set(err, "cannot make a directory under /tmp: %s", strerror(errno));
    else if (make_environment(proc->scratch, &launch) < 0)
        (void)sc_error_set(err, "out of memory");
    else
        r = launch_program(proc, &launch, err);
    free_environment(&launch);
    if (r < 0) {
        sc_proc_stop(proc);
        return -1;
    }
    *ret_proc = proc;
    return 0;
}

const char *sc_proc_scratch(const struct sc_proc *proc)
{
    return proc->scratch;
}

/* Take the first line out of what was read. */
static int take_line(struct sc_proc *proc, char *line, size_t size)
{
    char *end = memchr(proc->output, '\n', proc->output_len);
    size_t len;

    if (!end)
        return -1;
    len = (size_t)(end - proc->output);
    (void)snprintf(line, size, "%.*s", (int)len, proc->output);
    proc->output_len -= len + 1;
    memmove(proc->output, end + 1, proc->output_len);
    return 0;
}

/* Wait for more output. Returns 0 when some came. */
static int read_more(struct sc_proc *proc, int64_t deadline_ms)
{
    struct pollfd ready = {.fd = proc->output_fd, .events = POLLIN};
    int64_t left_ms = deadline_ms - pm_clock_mono_ms();
    ssize_t len;

    if (proc->output_len == sizeof(proc->output))
        proc->output_len = 0; /* a line longer than any that is waited for */
    if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) <= 0)
        return -1;
    len = read(proc->output_fd, proc->output + proc->output_len,
               sizeof(proc->output) - proc->output_len);
    if (len <= 0)
        return -1;
    proc->output_len += (size_t)len;
    return 0;
}

int sc_proc_wait_line(struct sc_proc *proc, const char *wanted, int64_t timeout_ms, char *line,
                      size_t size, struct sc_error *err)
{
    int64_t deadline_ms = pm_clock_mono_ms() + timeout_ms;

    for (;;) {
        while (take_line(proc, line, size) == 0)
            if (strstr(line, wanted))
                return 0;
        if (read_more(proc, deadline_ms) < 0)
            return sc_error_set(err, "the program did not print '%s'", wanted);
    }
}

void sc_proc_stop(struct sc_proc *proc)
{
    if (!proc)
        return;
    if (proc->life_fd >= 0)
        (void)close(proc->life_fd);
    if (proc->output_fd >= 0)
        (void)close(proc->output_fd);
    if (proc->guardian > 0)
        while (waitpid(proc->guardian, NULL, 0) < 0 && errno == EINTR)
            ;
    else
        (void)rmdir(proc->scratch);
    free(proc);
}
