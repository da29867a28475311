/* The agent's main loop; see loop.h. */
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "notify.h"
#include "paidmonitor.h"
#include "pickup.h"

#define RESCAN_SECONDS 30 /* should inotify have missed something */

struct loop {
    int epoll_fd, signal_fd, timer_fd;
    struct pm_pickup *pickup;
    const struct pm_loop_calls *calls;
    bool must_stop;
};

int pm_loop_signals(void)
{
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0)
        return -1;
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int watch(struct loop *loop, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};

    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void scan(struct loop *loop)
{
    if (pm_pickup_scan(loop->pickup) > 0)
        loop->calls->wake(loop->calls->context);
}

/* Anew after pm_pickup_check(), which may have opened another descriptor; epoll forgot the old one.
 */
static void watch_pickup(struct loop *loop)
{
    int fd = pm_pickup_fd(loop->pickup);

    if (fd >= 0 && watch(loop, fd) != 0 && errno != EEXIST)
        pm_log_error("cannot wait for records: %s; looking every %d s", strerror(errno),
                     RESCAN_SECONDS);
}

static void on_timer(struct loop *loop)
{
    uint64_t expirations;
    struct pm_error err;

    if (read(loop->timer_fd, &expirations, sizeof(expirations)) < 0)
        return;
    if (pm_pickup_check(loop->pickup, &err) < 0)
        pm_log_error("%s; trying again in %d s", err.message, RESCAN_SECONDS);
    watch_pickup(loop);
    scan(loop);
    loop->calls->tick(loop->calls->context);
}

static void on_signal(struct loop *loop)
{
    struct signalfd_siginfo info;

    while (read(loop->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP)
            loop->calls->reload(loop->calls->context);
        else
            loop->must_stop = true;
    }
}

static int start_timer(void)
{
    const struct itimerspec every = {
        .it_value = {.tv_sec = RESCAN_SECONDS},
        .it_interval = {.tv_sec = RESCAN_SECONDS},
    };
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

    if (fd >= 0 && timerfd_settime(fd, 0, &every, NULL) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static void turn(struct loop *loop)
{
    struct epoll_event events[4];
    int count = epoll_wait(loop->epoll_fd, events, PM_ARRAY_LEN(events), -1), i;

    for (i = 0; i < count; i++) {
        if (events[i].data.fd == loop->signal_fd)
            on_signal(loop);
        else if (events[i].data.fd == loop->timer_fd)
            on_timer(loop);
        else
            scan(loop);
    }
}

int pm_loop_run(int signal_fd, struct pm_pickup *pickup, const struct pm_loop_calls *calls)
{
    PM_AUTO_CLOSE int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    PM_AUTO_CLOSE int timer_fd = start_timer();
    struct loop loop = {
        .epoll_fd = epoll_fd,
        .signal_fd = signal_fd,
        .timer_fd = timer_fd,
        .pickup = pickup,
        .calls = calls,
    };

    if (epoll_fd < 0 || timer_fd < 0 || watch(&loop, signal_fd) != 0 ||
        watch(&loop, timer_fd) != 0) {
        pm_log_error("cannot wait for events: %s", strerror(errno));
        return PM_ERR_SYSTEM;
    }
    watch_pickup(&loop);
    scan(&loop); /* what came while nobody watched */
    pm_notify("READY=1");
    calls->tick(calls->context);
    while (!loop.must_stop)
        turn(&loop);
    pm_notify("STOPPING=1");
    calls->tick(calls->context);
    return 0;
}
