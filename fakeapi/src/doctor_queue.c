#include "doctor_queue.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "arena.h"
#include "clock.h"
#include "doctor.h"

#define EXAMINE_MS 300                /* ours: of computing, enough for all pairs */
#define COPY_MAX   (16 * 1024 * 1024) /* a body of 1 MiB, decoded and raw, as parameters */

struct visit {
    struct visit *next;
    struct fa_arena arena; /* of the case */
    struct fa_doctor_case request;
    struct fa_diagnosis diagnosis;
    int r;
    void (*done)(void *context, const struct fa_diagnosis *diagnosis);
    void *context;
};

/* First in, first out. */
struct line {
    struct visit *first;
    struct visit **end;
};

struct fa_doctor_queue {
    pthread_t thread;
    bool has_thread;
    atomic_bool must_stop;
    int fd;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    struct line waiting;
    struct line finished;
    size_t count; /* waiting, being examined, or finished and not told yet */
};

static void line_init(struct line *line)
{
    line->first = NULL;
    line->end = &line->first;
}

static void line_add(struct line *line, struct visit *visit)
{
    visit->next = NULL;
    *line->end = visit;
    line->end = &visit->next;
}

static struct visit *line_take(struct line *line)
{
    struct visit *visit = line->first;

    if (!visit)
        return NULL;
    line->first = visit->next;
    if (!line->first)
        line->end = &line->first;
    return visit;
}

/* The thread */

struct patience {
    const struct fa_doctor_queue *queue;
    int64_t ends_at_ms; /* of pm_clock_thread_ms(): a busy machine shall not cost explanations */
};

/* fa_doctor_case.must_stop */
static bool is_enough(void *context)
{
    const struct patience *patience = context;

    return atomic_load(&patience->queue->must_stop) || pm_clock_thread_ms() >= patience->ends_at_ms;
}

static void examine(const struct fa_doctor_queue *queue, struct visit *visit)
{
    struct patience patience = {.queue = queue, .ends_at_ms = pm_clock_thread_ms() + EXAMINE_MS};

    visit->request.must_stop = is_enough;
    visit->request.context = &patience;
    visit->r = fa_doctor_examine(&visit->request, &visit->diagnosis);
}

static struct visit *await_visit(struct fa_doctor_queue *queue)
{
    struct visit *visit = NULL;

    (void)pthread_mutex_lock(&queue->lock);
    while (!atomic_load(&queue->must_stop) && (visit = line_take(&queue->waiting)) == NULL)
        (void)pthread_cond_wait(&queue->changed, &queue->lock);
    (void)pthread_mutex_unlock(&queue->lock);
    return visit;
}

static void hand_over(struct fa_doctor_queue *queue, struct visit *visit)
{
    uint64_t one = 1;

    (void)pthread_mutex_lock(&queue->lock);
    line_add(&queue->finished, visit);
    (void)pthread_mutex_unlock(&queue->lock);
    (void)!write(queue->fd, &one, sizeof(one)); /* fails only when it is set already */
}

static void *run(void *context)
{
    struct fa_doctor_queue *queue = context;
    struct visit *visit;

    while ((visit = await_visit(queue)) != NULL) {
        examine(queue, visit);
        hand_over(queue, visit);
    }
    return NULL;
}

/* Signals are the program's: none is ever delivered to this thread. */
static int start_thread(struct fa_doctor_queue *queue)
{
    sigset_t all;
    sigset_t before;

    if (queue->has_thread)
        return 0;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    queue->has_thread = pthread_create(&queue->thread, NULL, run, queue) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return queue->has_thread ? 0 : -1;
}

/* The loop */

struct fa_doctor_queue *fa_doctor_queue_new(void)
{
    struct fa_doctor_queue *queue = calloc(1, sizeof(*queue));

    if (!queue)
        return NULL;
    line_init(&queue->waiting);
    line_init(&queue->finished);
    (void)pthread_mutex_init(&queue->lock, NULL); /* cannot fail for default attributes */
    (void)pthread_cond_init(&queue->changed, NULL);
    queue->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (queue->fd >= 0)
        return queue;
    fa_doctor_queue_free(queue);
    return NULL;
}

static void copy_bytes(struct fa_arena *arena, struct fa_bytes *bytes, bool *has_failed)
{
    if (!bytes->at)
        return;
    bytes->at = fa_arena_copy(arena, bytes->at, bytes->len);
    *has_failed |= !bytes->at;
}

static int copy_case(struct fa_arena *arena, const struct fa_doctor_case *from,
                     struct fa_doctor_case *to)
{
    struct fa_doctor_param *params = fa_arena_alloc(arena, (from->count + 1) * sizeof(*params));
    bool has_failed = false;
    size_t i;

    if (!params)
        return -1;
    *to = (struct fa_doctor_case){
        .params = params,
        .count = from->count,
        .secret = from->secret,
        .apikey = from->apikey,
        .checksum = from->checksum,
        .hypotheses_max = FA_DOCTOR_HYPOTHESES_PATIENT,
        .bytes_max = FA_DOCTOR_BYTES_PATIENT,
    };
    for (i = 0; i < from->count; i++) {
        params[i] = from->params[i];
        copy_bytes(arena, &params[i].name, &has_failed);
        copy_bytes(arena, &params[i].value, &has_failed);
        copy_bytes(arena, &params[i].raw_name, &has_failed);
        copy_bytes(arena, &params[i].raw_value, &has_failed);
    }
    copy_bytes(arena, &to->secret, &has_failed);
    copy_bytes(arena, &to->apikey, &has_failed);
    copy_bytes(arena, &to->checksum, &has_failed);
    return has_failed ? -1 : 0;
}

static void wipe(struct fa_bytes bytes)
{
    if (bytes.at)
        explicit_bzero((char *)(uintptr_t)bytes.at, bytes.len); /* our own copy */
}

static void free_visit(struct visit *visit)
{
    wipe(visit->request.secret);
    fa_diagnosis_clear(&visit->diagnosis);
    fa_arena_clear(&visit->arena);
    free(visit);
}

static struct visit *new_visit(const struct fa_doctor_case *request)
{
    struct visit *visit = calloc(1, sizeof(*visit));

    if (!visit)
        return NULL;
    fa_arena_init(&visit->arena, COPY_MAX);
    if (copy_case(&visit->arena, request, &visit->request) == 0)
        return visit;
    fa_arena_clear(&visit->arena);
    free(visit);
    return NULL;
}

int fa_doctor_queue_add(struct fa_doctor_queue *queue, const struct fa_doctor_case *request,
                        void (*done)(void *context, const struct fa_diagnosis *diagnosis),
                        void *context)
{
    struct visit *visit;

    if (fa_doctor_queue_count(queue) >= FA_DOCTOR_QUEUE_MAX || start_thread(queue) < 0)
        return -1;
    visit = new_visit(request);
    if (!visit)
        return -1;
    visit->done = done;
    visit->context = context;
    (void)pthread_mutex_lock(&queue->lock);
    line_add(&queue->waiting, visit);
    queue->count++;
    (void)pthread_cond_signal(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
    return 0;
}

static struct visit *take_finished(struct fa_doctor_queue *queue)
{
    struct visit *visit;

    (void)pthread_mutex_lock(&queue->lock);
    visit = line_take(&queue->finished);
    queue->count -= visit ? 1 : 0;
    (void)pthread_mutex_unlock(&queue->lock);
    return visit;
}

void fa_doctor_queue_finish(struct fa_doctor_queue *queue)
{
    struct visit *visit;
    uint64_t count;

    (void)!read(queue->fd, &count, sizeof(count)); /* only its readiness means something */
    while ((visit = take_finished(queue)) != NULL) {
        visit->done(visit->context, visit->r < 0 ? NULL : &visit->diagnosis);
        free_visit(visit);
    }
}

int fa_doctor_queue_fd(const struct fa_doctor_queue *queue)
{
    return queue->fd;
}

size_t fa_doctor_queue_count(struct fa_doctor_queue *queue)
{
    size_t count;

    (void)pthread_mutex_lock(&queue->lock);
    count = queue->count;
    (void)pthread_mutex_unlock(&queue->lock);
    return count;
}

static void stop_thread(struct fa_doctor_queue *queue)
{
    if (!queue->has_thread)
        return;
    atomic_store(&queue->must_stop, true);
    (void)pthread_mutex_lock(&queue->lock);
    (void)pthread_cond_signal(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
    (void)pthread_join(queue->thread, NULL);
}

static void dismiss(struct line *line)
{
    struct visit *visit;

    while ((visit = line_take(line)) != NULL) {
        visit->done(visit->context, NULL);
        free_visit(visit);
    }
}

void fa_doctor_queue_free(struct fa_doctor_queue *queue)
{
    if (!queue)
        return;
    stop_thread(queue);
    dismiss(&queue->finished);
    dismiss(&queue->waiting);
    if (queue->fd >= 0)
        (void)close(queue->fd);
    (void)pthread_cond_destroy(&queue->changed);
    (void)pthread_mutex_destroy(&queue->lock);
    free(queue);
}
