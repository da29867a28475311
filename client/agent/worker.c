/* The threads that deliver; see worker.h. */
#include "worker.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "deliver.h"

struct lane {
    struct pm_worker *worker;
    pthread_t thread;
    int number;
};

struct pm_worker {
    struct pm_deliver *deliver;
    pthread_mutex_t lock; /* of the next two */
    pthread_cond_t changed;
    unsigned wakes; /* so far; a lane that has seen fewer looks again */
    bool must_stop;
    int lane_count;
    struct lane lanes[PM_DELIVER_LANES_MAX];
};

static struct timespec deadline_in(int64_t ms)
{
    struct timespec deadline;

    (void)clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += (time_t)(ms / 1000);
    deadline.tv_nsec += (long)(ms % 1000) * 1000000;
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_nsec -= 1000000000;
        deadline.tv_sec++;
    }
    return deadline;
}

/* Wait until there is something to do. Returns false when it is time to stop. */
static bool wait_for_work(struct pm_worker *worker, int64_t wait_ms, unsigned *seen)
{
    struct timespec deadline = deadline_in(wait_ms < 0 ? 0 : wait_ms);
    bool go_on;
    int r = 0;

    (void)pthread_mutex_lock(&worker->lock);
    while (worker->wakes == *seen && !worker->must_stop && r == 0) {
        if (wait_ms < 0)
            r = pthread_cond_wait(&worker->changed, &worker->lock);
        else
            r = pthread_cond_timedwait(&worker->changed, &worker->lock, &deadline);
    }
    *seen = worker->wakes;
    go_on = !worker->must_stop;
    (void)pthread_mutex_unlock(&worker->lock);
    return go_on;
}

void pm_worker_wake(struct pm_worker *worker)
{
    (void)pthread_mutex_lock(&worker->lock);
    worker->wakes++;
    (void)pthread_cond_broadcast(&worker->changed);
    (void)pthread_mutex_unlock(&worker->lock);
}

static void *work(void *argument)
{
    struct lane *lane = argument;
    int64_t wait_ms = 0;
    unsigned seen = 0;
    bool tried;

    while (wait_for_work(lane->worker, wait_ms, &seen)) {
        wait_ms = pm_deliver_step(lane->worker->deliver, lane->number, &tried);
        if (tried)
            pm_worker_wake(lane->worker);
    }
    return NULL;
}

struct pm_worker *pm_worker_start(struct pm_deliver *deliver)
{
    struct pm_worker *worker = calloc(1, sizeof(*worker));
    pthread_condattr_t monotonic;

    if (!worker)
        return NULL;
    worker->deliver = deliver;
    (void)pthread_mutex_init(&worker->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&worker->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    while (worker->lane_count < pm_deliver_lanes(deliver)) {
        struct lane *lane = &worker->lanes[worker->lane_count];

        *lane = (struct lane){.worker = worker, .number = worker->lane_count};
        if (pthread_create(&lane->thread, NULL, work, lane) != 0)
            break;
        worker->lane_count++;
    }
    if (worker->lane_count == 0) {
        pm_worker_stop(worker);
        return NULL;
    }
    return worker;
}

void pm_worker_stop(struct pm_worker *worker)
{
    int i;

    if (!worker)
        return;
    (void)pthread_mutex_lock(&worker->lock);
    worker->must_stop = true;
    (void)pthread_cond_broadcast(&worker->changed);
    (void)pthread_mutex_unlock(&worker->lock);
    pm_deliver_cancel(worker->deliver);
    for (i = 0; i < worker->lane_count; i++)
        (void)pthread_join(worker->lanes[i].thread, NULL);
    (void)pthread_cond_destroy(&worker->changed);
    (void)pthread_mutex_destroy(&worker->lock);
    free(worker);
}
