/* The thread that delivers; see worker.h. */
#include "worker.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "deliver.h"

struct pm_worker {
    struct pm_deliver *deliver;
    pthread_t thread;
    pthread_mutex_t lock; /* of the flags */
    pthread_cond_t changed;
    bool must_wake, must_reload, must_stop;
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
static bool wait_for_work(struct pm_worker *worker, int64_t wait_ms, bool *ret_reload)
{
    struct timespec deadline = deadline_in(wait_ms < 0 ? 0 : wait_ms);
    bool go_on;
    int r = 0;

    (void)pthread_mutex_lock(&worker->lock);
    while (!worker->must_wake && !worker->must_reload && !worker->must_stop && r == 0) {
        if (wait_ms < 0)
            r = pthread_cond_wait(&worker->changed, &worker->lock);
        else
            r = pthread_cond_timedwait(&worker->changed, &worker->lock, &deadline);
    }
    *ret_reload = worker->must_reload;
    go_on = !worker->must_stop;
    worker->must_wake = worker->must_reload = false;
    (void)pthread_mutex_unlock(&worker->lock);
    return go_on;
}

static void *work(void *argument)
{
    struct pm_worker *worker = argument;
    bool must_reload;
    int64_t wait_ms = 0;

    while (wait_for_work(worker, wait_ms, &must_reload)) {
        if (must_reload)
            pm_deliver_reload(worker->deliver);
        wait_ms = pm_deliver_step(worker->deliver);
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
    if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
        free(worker);
        return NULL;
    }
    return worker;
}

static void tell(struct pm_worker *worker, bool *flag)
{
    (void)pthread_mutex_lock(&worker->lock);
    *flag = true;
    (void)pthread_cond_signal(&worker->changed);
    (void)pthread_mutex_unlock(&worker->lock);
}

void pm_worker_wake(struct pm_worker *worker)
{
    tell(worker, &worker->must_wake);
}

void pm_worker_reload(struct pm_worker *worker)
{
    tell(worker, &worker->must_reload);
}

void pm_worker_stop(struct pm_worker *worker)
{
    if (!worker)
        return;
    tell(worker, &worker->must_stop);
    pm_deliver_cancel(worker->deliver);
    (void)pthread_join(worker->thread, NULL);
    (void)pthread_cond_destroy(&worker->changed);
    (void)pthread_mutex_destroy(&worker->lock);
    free(worker);
}
