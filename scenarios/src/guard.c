/* Processes that nobody survives; see guard.h. */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"

/* Kill the processes listed in the kernel's table of our children. */
static void kill_children(void)
{
    char list[4096];
    PM_AUTO_CLOSE int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, list, sizeof(list));
    pid_t pid = 0;
    ssize_t i;

    for (i = 0; i < len; i++) {
        if (list[i] >= '0' && list[i] <= '9') {
            pid = pid * 10 + (list[i] - '0');
        } else if (pid > 0) {
            (void)kill(pid, SIGKILL);
            pid = 0;
        }
    }
}

/* The children of what is killed become ours and are killed in the next round. */
int sc_guard_end_all(pid_t pid)
{
    int status = 0, any;
    pid_t ended;

    (void)kill(pid, SIGKILL);
    do {
        kill_children();
        ended = waitpid(-1, &any, 0);
        if (ended == pid)
            status = any;
    } while (ended > 0 || (ended < 0 && errno == EINTR));
    return status;
}

/* Until the body has ended or its owner lets go, collecting orphans that end by themselves. */
static bool await_end(pid_t body, int life_fd, int *ret_status)
{
    struct pollfd life = {.fd = life_fd, .events = POLLIN};
    sigset_t child;
    siginfo_t info;

    (void)sigemptyset(&child);
    (void)sigaddset(&child, SIGCHLD);
    for (;;) {
        struct timespec soon = {.tv_nsec = 20000000};

        while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid > 0) {
            int status;

            (void)waitpid(info.si_pid, &status, 0);
            if (info.si_pid == body) {
                *ret_status = status;
                return true;
            }
        }
        if (poll(&life, 1, 0) != 0)
            return false;
        (void)sigtimedwait(&child, NULL, &soon);
    }
}

__attribute__((noreturn)) static void guard(int (*body)(void *), void *context, int life_fd)
{
    int status = 0;
    sigset_t child, old;
    pid_t pid;

    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    (void)setsid(); /* a Ctrl-C is meant for the runner, who then lets go */
    (void)sigemptyset(&child);
    (void)sigaddset(&child, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &child, &old); /* for sigtimedwait() */
    pid = fork();
    if (pid == 0) {
        (void)sigprocmask(SIG_SETMASK, &old, NULL);
        (void)close(life_fd);
        exit(body(context));
    }
    if (pid < 0)
        _exit(127);
    (void)close_range(STDERR_FILENO + 1, (unsigned)life_fd - 1, 0);
    (void)close_range((unsigned)life_fd + 1, ~0u, 0);
    if (await_end(pid, life_fd, &status))
        (void)sc_guard_end_all(pid);
    else
        status = sc_guard_end_all(pid);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

pid_t sc_guard_fork(int (*body)(void *), void *context, int *ret_life_fd)
{
    int life[2];
    pid_t pid;

    if (pipe2(life, O_CLOEXEC) < 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        (void)close(life[1]);
        guard(body, context, life[0]);
    }
    (void)close(life[0]);
    if (pid < 0)
        (void)close(life[1]);
    else
        *ret_life_fd = life[1];
    return pid;
}
