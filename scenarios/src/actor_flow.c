/* `repeat`, `include`, `parallel` and `barrier`: the order in which steps are done. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "case.h"
#include "clock.h"
#include "node.h"
#include "run.h"
#include "stage.h"

#define BRANCHES_MAX 64
#define WITHIN_MS    20000

/* ---- repeat ---- */

static const struct sc_key repeat_keys[] = {
    {"times", SC_NUMBER, false, "How often; ${row.number} counts from 1.", NULL, NULL},
    {"rows", SC_ROWS, false, "Once for each; ${row.…} are its values.", NULL, NULL},
    {"steps", SC_STEPS, true, "What is repeated.", NULL, NULL},
    {0},
};

static enum sc_verdict one_round(struct sc_call *call, cJSON *row, int64_t number)
{
    struct sc_scope scope = {.name = "row", .value = row, .outer = call->scope};
    enum sc_verdict verdict;

    if (!cJSON_GetObjectItemCaseSensitive(row, "number"))
        cJSON_AddNumberToObject(row, "number", (double)number);
    verdict = sc_run_steps(call->stage, &scope, sc_node_get(call->node, "steps"));
    cJSON_Delete(row);
    return verdict == SC_FAIL ? sc_call_fail(call, "in round %lld", (long long)number) : verdict;
}

static enum sc_verdict repeat(struct sc_call *call)
{
    const struct sc_node *rows = sc_node_get(call->node, "rows");
    int64_t times = sc_arg_number(call, "times", rows ? (int64_t)rows->count : 1), i;
    enum sc_verdict verdict = SC_PASS;

    for (i = 0; verdict == SC_PASS && i < times; i++)
        verdict = one_round(
            call, rows ? sc_node_json(rows->items[(size_t)i % rows->count]) : cJSON_CreateObject(),
            i + 1);
    return verdict;
}

const struct sc_actor sc_actor_repeat = {
    .name = "repeat",
    .about = "Steps, several times or once for each row.",
    .keys = repeat_keys,
    .step = repeat,
};

/* ---- include ---- */

static const struct sc_key include_keys[] = {
    {"file", SC_TEXT, true, "A file of steps, relative to this one.", NULL, NULL},
    {"with", SC_MATCHER, false, "A map; ${with.…} are its values there.", NULL, NULL},
    {0},
};

static enum sc_verdict include(struct sc_call *call)
{
    const struct sc_node *file =
        call->node->kind == SC_NODE_SCALAR ? call->node : sc_node_get(call->node, "file");
    struct sc_scope scope = {.name = "with", .value = sc_arg(call, "with"), .outer = call->scope};

    return sc_run_steps(call->stage, scope.value ? &scope : call->scope,
                        sc_suite_include(sc_run_suite(), file));
}

const struct sc_actor sc_actor_include = {
    .name = "include",
    .about = "Steps that several scenarios share: a file with `about` and `steps`.",
    .short_key = "file",
    .keys = include_keys,
    .step = include,
};

/* ---- parallel ---- */

static const struct sc_key parallel_keys[] = {
    {"branches", SC_BRANCHES, true, "Lists of steps that are done side by side.", NULL, NULL},
    {0},
};

struct branch {
    pthread_t thread;
    struct sc_stage *stage;
    const struct sc_scope *scope;
    const struct sc_node *steps;
    enum sc_verdict verdict;
};

static void *run_branch(void *context)
{
    struct branch *branch = context;

    branch->verdict = sc_run_steps(branch->stage, branch->scope, branch->steps);
    if (branch->verdict != SC_PASS) {
        __atomic_store_n(&branch->stage->is_failing, true, __ATOMIC_RELAXED);
        (void)pthread_mutex_lock(&branch->stage->lock);
        (void)pthread_cond_broadcast(&branch->stage->changed); /* who waits at a barrier */
        (void)pthread_mutex_unlock(&branch->stage->lock);
    }
    return NULL;
}

static enum sc_verdict parallel(struct sc_call *call)
{
    const struct sc_node *lists = sc_node_get(call->node, "branches");
    struct branch branches[BRANCHES_MAX];
    enum sc_verdict verdict = SC_PASS;
    size_t i, begun = 0;

    if (lists->count > BRANCHES_MAX)
        return sc_call_fail(call, "there can be %d branches", BRANCHES_MAX);
    for (i = 0; i < lists->count; i++) {
        branches[i] =
            (struct branch){.stage = call->stage, .scope = call->scope, .steps = lists->items[i]};
        if (pthread_create(&branches[i].thread, NULL, run_branch, &branches[i]) != 0) {
            verdict = sc_call_fail(call, "cannot begin branch %zu", i + 1);
            break;
        }
        begun++;
    }
    for (i = 0; i < begun; i++) {
        (void)pthread_join(branches[i].thread, NULL);
        if (branches[i].verdict == SC_FAIL || verdict == SC_PASS)
            verdict = branches[i].verdict;
    }
    return verdict;
}

const struct sc_actor sc_actor_parallel = {
    .name = "parallel",
    .about = "Lists of steps, side by side; it is over when all are.",
    .short_key = NULL,
    .keys = parallel_keys,
    .step = parallel,
};

/* ---- barrier ---- */

static const struct sc_key barrier_keys[] = {
    {"name", SC_TEXT, true, "Which barrier.", NULL, NULL},
    {"count", SC_NUMBER, false, "How many branches meet there; 2 if left out.", NULL, NULL},
    {"within", SC_DURATION, false, "How long to wait for the others; 20s if left out.", NULL, NULL},
    {0},
};

struct sc_barrier {
    char *name;
    int64_t arrived;
    struct sc_barrier *next;
};

void sc_barriers_free(struct sc_stage *stage)
{
    while (stage->barriers) {
        struct sc_barrier *next = stage->barriers->next;

        free(stage->barriers->name);
        free(stage->barriers);
        stage->barriers = next;
    }
}

/* Under the stage's lock. They live until the end of the case. */
static struct sc_barrier *find_barrier(struct sc_stage *stage, const char *name)
{
    struct sc_barrier *barrier;

    for (barrier = stage->barriers; barrier; barrier = barrier->next)
        if (strcmp(barrier->name, name) == 0)
            return barrier;
    barrier = calloc(1, sizeof(*barrier));
    if (!barrier)
        return NULL;
    barrier->name = strdup(name);
    barrier->next = stage->barriers;
    stage->barriers = barrier;
    return barrier;
}

/* The next multiple of `count` lets all through that came for it: a barrier can be met again. */
static int meet(struct sc_stage *stage, struct sc_barrier *barrier, int64_t count,
                int64_t deadline_ms)
{
    int64_t goal = (barrier->arrived / count + 1) * count;

    barrier->arrived++;
    (void)pthread_cond_broadcast(&stage->changed);
    while (barrier->arrived < goal && !stage->is_failing) {
        struct timespec until;
        int64_t left_ms = deadline_ms - pm_clock_mono_ms(), wall_ms;

        if (left_ms <= 0)
            return -1;
        wall_ms = pm_clock_wall_ms() + left_ms;
        until = (struct timespec){.tv_sec = wall_ms / 1000, .tv_nsec = wall_ms % 1000 * 1000000};
        (void)pthread_cond_timedwait(&stage->changed, &stage->lock, &until);
    }
    return barrier->arrived < goal ? -1 : 0;
}

static enum sc_verdict barrier(struct sc_call *call)
{
    struct sc_stage *stage = call->stage;
    int64_t deadline_ms = sc_stage_deadline(stage, sc_arg_duration(call, "within", WITHIN_MS));
    int64_t count = sc_arg_number(call, "count", 2), arrived;
    struct sc_barrier *meeting;
    int r = -1;

    (void)pthread_mutex_lock(&stage->lock);
    meeting = find_barrier(stage, sc_arg_text(call, "name"));
    if (meeting && count > 0)
        r = meet(stage, meeting, count, deadline_ms);
    arrived = meeting ? meeting->arrived : 0;
    (void)pthread_mutex_unlock(&stage->lock);
    if (r < 0 && stage->is_failing)
        return SC_FAIL; /* another branch has failed, and says so */
    return r == 0 ? SC_PASS
                  : sc_call_fail(call, "expected %lld at '%s', but there came %lld",
                                 (long long)count, sc_arg_text(call, "name"), (long long)arrived);
}

const struct sc_actor sc_actor_barrier = {
    .name = "barrier",
    .about = "Branches wait here for each other.",
    .short_key = "name",
    .keys = barrier_keys,
    .step = barrier,
};
