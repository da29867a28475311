#include "cmd_signals.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "notify.h"

#define LISTEN_FDS_START 3 /* sd_listen_fds(3) */

static void set_of_ours(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGINT);
    (void)sigaddset(signals, SIGHUP);
}

void cmd_signals_block(void)
{
    sigset_t signals;

    set_of_ours(&signals);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

/* A variable that holds a positive number and is meant for this process; 0 for none. */
static int64_t own_number(const char *name, const char *pid_name)
{
    const char *text = getenv(name);
    const char *pid = getenv(pid_name);

    if (!text || (pid && strtoll(pid, NULL, 10) != getpid()))
        return 0;
    return strtoll(text, NULL, 10);
}

/* Half of what the watchdog waits for; sd_watchdog_enabled(3). False: there is none. */
static bool find_interval(struct timespec *interval)
{
    int64_t us = own_number("WATCHDOG_USEC", "WATCHDOG_PID") / 2;

    *interval = (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    return us > 0;
}

/* From now on the next one is not ours: it ends the process. */
static void unblock(void)
{
    sigset_t signals;

    set_of_ours(&signals);
    (void)sigdelset(&signals, SIGHUP);
    (void)pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

static void run_reload(void (*reload)(void *context), void *context)
{
    pm_notify("RELOADING=1");
    reload(context);
    pm_notify("READY=1");
}

void cmd_signals_serve(void (*reload)(void *context), void (*turn)(void *context), void *context)
{
    struct timespec interval;
    bool is_watched = find_interval(&interval);
    sigset_t signals;
    int number;

    set_of_ours(&signals);
    pm_notify("READY=1");
    do {
        number = sigtimedwait(&signals, NULL, is_watched ? &interval : NULL);
        if (number == SIGHUP)
            run_reload(reload, context);
        if (is_watched) {
            turn(context);
            pm_notify("WATCHDOG=1");
        }
    } while (number != SIGTERM && number != SIGINT);
    pm_notify("STOPPING=1");
    pm_log_debug("signal %d: stopping", number);
    unblock();
}

static bool is_listening_stream(int fd)
{
    int is_listening = 0;
    int type = 0;
    socklen_t size = sizeof(int);

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) == 0 && is_listening &&
           getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

int cmd_signals_socket(void)
{
    int64_t count = getenv("LISTEN_PID") ? own_number("LISTEN_FDS", "LISTEN_PID") : 0;
    int flags;

    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    if (count == 0)
        return 0;
    flags = fcntl(LISTEN_FDS_START, F_GETFL);
    if (count != 1 || !is_listening_stream(LISTEN_FDS_START) || flags < 0 ||
        fcntl(LISTEN_FDS_START, F_SETFL, flags | O_NONBLOCK) < 0 ||
        fcntl(LISTEN_FDS_START, F_SETFD, FD_CLOEXEC) < 0)
        return -1;
    return LISTEN_FDS_START;
}
