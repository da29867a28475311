/* Many cases at a time; see pool.h. */
#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "case.h"
#include "clock.h"
#include "fs.h"
#include "guard.h"
#include "progress.h"
#include "result.h"
#include "run.h"
#include "stage.h"

#define JOBS_MAX   256
#define GRACE_MS   8000 /* beyond the case's time: for the evidence and the end */
#define EVENTS_MAX (4u << 20)
#define LOOK_MS    200

struct job {
    struct sc_result *result;
    pid_t guardian;
    int life_fd, event_fd;
    int64_t kill_ms;
    struct pm_buf events;
};

struct state {
    const struct sc_pool *pool;
    struct job jobs[JOBS_MAX];
    size_t running;
    size_t failed;
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int sig)
{
    (void)sig;
    is_interrupted = 1;
}

/* ---- directories ---- */

/* `folder/file[row]` as one name; unprintable and separating characters become `_`. */
static char *make_dir(const struct sc_pool *pool, const struct sc_result *result)
{
    char *dir, *c;
    size_t root_len = strlen(pool->root_dir);

    if (asprintf(&dir, "%s/%s.%d", pool->root_dir, result->scase->id, result->round) < 0)
        return NULL;
    if (result->round == 1)
        dir[strlen(dir) - 2] = '\0';
    for (c = dir + root_len + 1; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/", *c))
            *c = '_';
    if (pm_fs_make_dirs(dir, 0700) == 0)
        return dir;
    free(dir);
    return NULL;
}

static void remove_tree(char *dir)
{
    char *const roots[] = {dir, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    FTSENT *entry;

    while (tree && (entry = fts_read(tree))) {
        if (entry->fts_info == FTS_D)
            (void)chmod(entry->fts_accpath, 0700);
        else if (entry->fts_info == FTS_DP)
            (void)rmdir(entry->fts_accpath);
        else
            (void)unlink(entry->fts_accpath);
    }
    if (tree)
        (void)fts_close(tree);
}

/* ---- one job ---- */

static int run_body(void *context)
{
    const struct sc_run *run = context;

    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    return sc_run_case(run);
}

static int64_t time_of(const struct sc_pool *pool, const struct sc_result *result)
{
    return result->scase->timeout_ms > 0 ? result->scase->timeout_ms : pool->timeout_ms;
}

static void launch_failed(struct sc_result *result, const char *what)
{
    result->verdict = SC_FAIL;
    if (asprintf(&result->message, "%s: %s", what, strerror(errno)) < 0)
        result->message = NULL;
}

static int launch(struct state *state, struct sc_result *result)
{
    const struct sc_pool *pool = state->pool;
    struct job *job = &state->jobs[state->running];
    int events[2];
    struct sc_run run = {.settings = pool->settings,
                         .suite = pool->suite,
                         .scase = result->scase,
                         .timeout_ms = time_of(pool, result)};

    *job = (struct job){.result = result};
    result->begin_ms = pm_clock_mono_ms();
    result->dir = make_dir(pool, result);
    if (!result->dir || pipe2(events, O_CLOEXEC) < 0) {
        launch_failed(result, "cannot begin");
        return -1;
    }
    run.dir = result->dir;
    run.event_fd = events[1];
    job->guardian = sc_guard_fork(run_body, &run, &job->life_fd);
    (void)close(events[1]);
    if (job->guardian < 0) {
        (void)close(events[0]);
        launch_failed(result, "cannot fork");
        return -1;
    }
    job->event_fd = events[0];
    job->kill_ms = result->begin_ms + run.timeout_ms + GRACE_MS;
    pm_buf_init(&job->events, EVENTS_MAX);
    state->running++;
    return 0;
}

static void take_lines(struct job *job)
{
    char *line = job->events.data, *end;
    size_t rest;

    while (line &&
           (end = memchr(line, '\n', job->events.len - (size_t)(line - job->events.data)))) {
        *end = '\0';
        sc_result_take(job->result, line);
        line = end + 1;
    }
    if (!line)
        return;
    rest = job->events.len - (size_t)(line - job->events.data);
    memmove(job->events.data, line, rest);
    job->events.len = rest;
}

/* Returns false at the end. */
static bool read_events(struct job *job)
{
    char bytes[16384];
    ssize_t len = read(job->event_fd, bytes, sizeof(bytes));

    if (len < 0 && errno == EINTR)
        return true;
    if (len <= 0 || pm_buf_add(&job->events, bytes, (size_t)len) < 0)
        return false;
    take_lines(job);
    return true;
}

static void judge(struct job *job, int status)
{
    struct sc_result *result = job->result;

    result->duration_ms = pm_clock_mono_ms() - result->begin_ms;
    if (result->has_ended && WIFEXITED(status) && WEXITSTATUS(status) == (int)result->verdict)
        return;
    result->verdict = SC_FAIL;
    free(result->message);
    if (job->kill_ms == 0)
        result->message = strdup("it was ended because its time was up, or on request");
    else if (asprintf(&result->message, "the runner's process ended with status %d",
                      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)) < 0)
        result->message = NULL;
}

static void finish(struct state *state, size_t index)
{
    struct job *job = &state->jobs[index];
    struct sc_result *result = job->result;
    int status = 0;

    (void)close(job->event_fd);
    (void)close(job->life_fd);
    while (waitpid(job->guardian, &status, 0) < 0 && errno == EINTR)
        ;
    judge(job, status);
    pm_buf_clear(&job->events);
    state->failed += result->verdict == SC_FAIL;
    *job = state->jobs[--state->running];
}

/* ---- all of them ---- */

static void tell(struct state *state, struct sc_result *over)
{
    const struct sc_result *running[JOBS_MAX];
    size_t i;

    for (i = 0; i < state->running; i++)
        running[i] = state->jobs[i].result;
    if (!over) {
        sc_progress_show(state->pool->progress, running, state->running);
        return;
    }
    if (!state->pool->settings->wants_evidence)
        sc_pool_tidy(state->pool, over, 1);
    sc_progress_done(state->pool->progress, over, running, state->running);
}

static void end_late_ones(struct state *state)
{
    int64_t now_ms = pm_clock_mono_ms();
    size_t i;

    for (i = 0; i < state->running; i++) {
        struct job *job = &state->jobs[i];

        if (job->kill_ms == 0 || (now_ms < job->kill_ms && !is_interrupted))
            continue;
        (void)close(job->life_fd); /* the guardian ends all */
        job->life_fd = -1;
        job->kill_ms = 0;
    }
}

static void wait_for_events(struct state *state)
{
    struct pollfd ready[JOBS_MAX];
    size_t i;

    for (i = 0; i < state->running; i++)
        ready[i] = (struct pollfd){.fd = state->jobs[i].event_fd, .events = POLLIN};
    (void)poll(ready, state->running, LOOK_MS);
    for (i = state->running; i-- > 0;) {
        struct sc_result *result = state->jobs[i].result;

        if (!ready[i].revents || read_events(&state->jobs[i]))
            continue;
        finish(state, i);
        tell(state, result);
    }
    tell(state, NULL);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = interrupt};

    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
}

size_t sc_pool_run(const struct sc_pool *pool, struct sc_result *results, size_t count)
{
    struct state *state = calloc(1, sizeof(*state));
    size_t jobs = pool->jobs < JOBS_MAX ? pool->jobs : JOBS_MAX, next = 0, failed;

    if (!state)
        return count;
    catch_signals();
    state->pool = pool;
    while (next < count || state->running > 0) {
        while (next < count && state->running < jobs && !is_interrupted) {
            struct sc_result *result = &results[next++];

            if (launch(state, result) < 0) {
                state->failed++;
                tell(state, result);
            }
        }
        if (is_interrupted && state->running == 0)
            break;
        end_late_ones(state);
        wait_for_events(state);
    }
    failed = state->failed + (count - next);
    for (; next < count; next++) {
        results[next].verdict = SC_FAIL;
        results[next].message = strdup("the run was interrupted before it");
    }
    free(state);
    return failed;
}

/* The folders of cases, when nothing is left in them, and the run's own. */
static void remove_empty(const struct sc_pool *pool, const char *dir)
{
    char *parent = strdup(dir), *slash;

    while (parent && strlen(parent) > strlen(pool->root_dir) && (slash = strrchr(parent, '/'))) {
        *slash = '\0';
        if (rmdir(parent) < 0)
            break;
    }
    free(parent);
}

void sc_pool_tidy(const struct sc_pool *pool, struct sc_result *results, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (!results[i].dir || results[i].verdict == SC_FAIL || pool->keeps)
            continue;
        remove_tree(results[i].dir);
        remove_empty(pool, results[i].dir);
        free(results[i].dir);
        results[i].dir = NULL;
    }
    (void)rmdir(pool->root_dir);
}
