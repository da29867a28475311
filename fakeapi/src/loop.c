#include "loop.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"

#define EVENTS_MAX 64 /* taken at once; what is left comes in the next turn */

struct fa_watch {
    struct fa_watch *next;
    struct fa_watch *previous;
    int fd;
    fa_watch_ready ready; /* NULL once it has ended */
    void *context;
};

int fa_loop_init(struct fa_loop *loop)
{
    *loop = (struct fa_loop){.fd = epoll_create1(EPOLL_CLOEXEC)};
    fa_timers_init(&loop->timers);
    return loop->fd < 0 ? -1 : 0;
}

static void free_all(struct fa_watch **list)
{
    while (*list) {
        struct fa_watch *watch = *list;

        *list = watch->next;
        free(watch);
    }
}

void fa_loop_clear(struct fa_loop *loop)
{
    free_all(&loop->watches);
    free_all(&loop->ended);
    fa_timers_clear(&loop->timers);
    if (loop->fd >= 0)
        (void)close(loop->fd);
    loop->fd = -1;
}

static struct epoll_event event_of(struct fa_watch *watch, unsigned int wanted)
{
    struct epoll_event event = {.data.ptr = watch};

    if (wanted & FA_LOOP_READ)
        event.events |= EPOLLIN;
    if (wanted & FA_LOOP_WRITE)
        event.events |= EPOLLOUT;
    if (wanted == 0)
        event.events = EPOLLRDHUP;
    return event;
}

struct fa_watch *fa_loop_watch(struct fa_loop *loop, int fd, unsigned int wanted,
                               fa_watch_ready ready, void *context)
{
    struct fa_watch *watch = malloc(sizeof(*watch));
    struct epoll_event event;

    if (!watch)
        return NULL;
    *watch = (struct fa_watch){.next = loop->watches, .fd = fd, .ready = ready, .context = context};
    event = event_of(watch, wanted);
    if (epoll_ctl(loop->fd, EPOLL_CTL_ADD, fd, &event) < 0) {
        free(watch);
        return NULL;
    }
    if (loop->watches)
        loop->watches->previous = watch;
    loop->watches = watch;
    return watch;
}

int fa_loop_rewatch(struct fa_loop *loop, struct fa_watch *watch, unsigned int wanted)
{
    struct epoll_event event = event_of(watch, wanted);

    return epoll_ctl(loop->fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void fa_loop_unwatch(struct fa_loop *loop, struct fa_watch *watch)
{
    struct epoll_event ignored = {0};

    if (!watch)
        return;
    (void)epoll_ctl(loop->fd, EPOLL_CTL_DEL, watch->fd, &ignored); /* else it was closed already */
    if (watch->previous)
        watch->previous->next = watch->next;
    else
        loop->watches = watch->next;
    if (watch->next)
        watch->next->previous = watch->previous;
    watch->ready = NULL;
    watch->next = loop->ended;
    loop->ended = watch;
}

struct fa_timer *fa_loop_timer(struct fa_loop *loop, int64_t delay_ms, void (*run)(void *context),
                               void *context)
{
    int64_t now_ms = pm_clock_mono_ms();
    int64_t due_ms = INT64_MAX;

    if (delay_ms < INT64_MAX - now_ms - 1)
        due_ms = now_ms + delay_ms + (delay_ms > 0); /* now may be nearly a millisecond more */
    return fa_timers_start(&loop->timers, due_ms, run, context);
}

static int wait_ms(const struct fa_loop *loop, int timeout_ms)
{
    int64_t next_ms = fa_timers_next_ms(&loop->timers);
    int64_t left_ms;

    if (next_ms == INT64_MAX)
        return timeout_ms;
    left_ms = next_ms - pm_clock_mono_ms();
    if (left_ms <= 0)
        return 0;
    return left_ms < timeout_ms ? (int)left_ms : timeout_ms;
}

static unsigned int readiness_of(uint32_t events)
{
    unsigned int readiness = 0;

    if (events & EPOLLIN)
        readiness |= FA_LOOP_READ;
    if (events & EPOLLOUT)
        readiness |= FA_LOOP_WRITE;
    if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR))
        readiness |= FA_LOOP_GONE;
    return readiness;
}

void fa_loop_turn(struct fa_loop *loop, int timeout_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(loop->fd, events, EVENTS_MAX, wait_ms(loop, timeout_ms));
    int i;

    for (i = 0; i < count; i++) {
        struct fa_watch *watch = events[i].data.ptr;

        if (watch->ready)
            watch->ready(watch->context, readiness_of(events[i].events));
    }
    fa_timers_run(&loop->timers, pm_clock_mono_ms());
    free_all(&loop->ended);
}
