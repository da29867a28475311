#include "timers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct fa_timer {
    int64_t due_ms;
    uint64_t number; /* in the order of starting */
    size_t index;    /* in the heap */
    void (*run)(void *context);
    void *context;
};

void fa_timers_init(struct fa_timers *timers)
{
    memset(timers, 0, sizeof(*timers));
}

void fa_timers_clear(struct fa_timers *timers)
{
    size_t i;

    for (i = 0; i < timers->count; i++)
        free(timers->heap[i]);
    free(timers->heap);
    fa_timers_init(timers);
}

static bool is_before(const struct fa_timer *a, const struct fa_timer *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->number < b->number;
}

static void put(struct fa_timers *timers, size_t index, struct fa_timer *timer)
{
    timers->heap[index] = timer;
    timer->index = index;
}

static void sift_up(struct fa_timers *timers, struct fa_timer *timer)
{
    size_t at = timer->index;

    while (at > 0 && is_before(timer, timers->heap[(at - 1) / 2])) {
        put(timers, at, timers->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(timers, at, timer);
}

static void sift_down(struct fa_timers *timers, struct fa_timer *timer)
{
    size_t at = timer->index;
    size_t child;

    while ((child = 2 * at + 1) < timers->count) {
        if (child + 1 < timers->count && is_before(timers->heap[child + 1], timers->heap[child]))
            child++;
        if (!is_before(timers->heap[child], timer))
            break;
        put(timers, at, timers->heap[child]);
        at = child;
    }
    put(timers, at, timer);
}

static int reserve_one(struct fa_timers *timers)
{
    size_t size = timers->size > 0 ? 2 * timers->size : 16;
    struct fa_timer **heap;

    if (timers->count < timers->size)
        return 0;
    heap = realloc(timers->heap, size * sizeof(struct fa_timer *));
    if (!heap)
        return -1;
    timers->heap = heap;
    timers->size = size;
    return 0;
}

struct fa_timer *fa_timers_start(struct fa_timers *timers, int64_t due_ms,
                                 void (*run)(void *context), void *context)
{
    struct fa_timer *timer = malloc(sizeof(*timer));

    if (!timer || reserve_one(timers) < 0) {
        free(timer);
        return NULL;
    }
    *timer = (struct fa_timer){.due_ms = due_ms, .run = run, .context = context};
    timer->number = timers->started++;
    timer->index = timers->count++;
    sift_up(timers, timer);
    return timer;
}

void fa_timers_cancel(struct fa_timers *timers, struct fa_timer *timer)
{
    struct fa_timer *last;

    if (!timer)
        return;
    last = timers->heap[--timers->count];
    if (last != timer) {
        last->index = timer->index;
        sift_up(timers, last);
        sift_down(timers, last);
    }
    free(timer);
}

/* Those started meanwhile wait for the next time, lest one that starts another never ends. */
void fa_timers_run(struct fa_timers *timers, int64_t now_ms)
{
    uint64_t started = timers->started;

    while (timers->count > 0) {
        struct fa_timer first = *timers->heap[0];

        if (first.due_ms > now_ms || first.number >= started)
            break;
        fa_timers_cancel(timers, timers->heap[0]);
        first.run(first.context);
    }
}

int64_t fa_timers_next_ms(const struct fa_timers *timers)
{
    return timers->count > 0 ? timers->heap[0]->due_ms : INT64_MAX;
}
