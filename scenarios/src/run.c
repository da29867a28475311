/* The process of one case: its steps in order, the evidence, the end; see run.h. */
#include "run.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "case.h"
#include "cleanup.h"
#include "clock.h"
#include "event.h"
#include "needs.h"
#include "node.h"
#include "stage.h"

#define MESSAGE_MAX (1u << 20)
#define TEXT_SHOWN  160 /* of a step, in a report */

static const struct sc_suite *suite_of_run;

const struct sc_suite *sc_run_suite(void)
{
    return suite_of_run;
}

/* ---- telling ---- */

void sc_event_send(struct sc_stage *stage, cJSON *event)
{
    PM_AUTO_FREE char *line = cJSON_PrintUnformatted(event);
    size_t len = line ? strlen(line) : 0, done = 0;

    cJSON_Delete(event);
    if (!line)
        return;
    line[len++] = '\n';
    (void)pthread_mutex_lock(&stage->lock);
    while (done < len) {
        ssize_t n = write(stage->event_fd, line + done, len - done);

        if (n < 0)
            break; /* nobody is interested any more */
        done += (size_t)n;
    }
    (void)pthread_mutex_unlock(&stage->lock);
}

/* A step in one line, as it is written. */
static char *step_text(const struct sc_node *step)
{
    cJSON *args = sc_node_json(step->items[0]);
    PM_AUTO_FREE char *printed = args ? cJSON_PrintUnformatted(args) : NULL;
    char *text;

    cJSON_Delete(args);
    if (asprintf(&text, "%s: %.*s%s", step->keys[0]->text, TEXT_SHOWN, printed ? printed : "",
                 printed && strlen(printed) > TEXT_SHOWN ? "…" : "") < 0)
        return NULL;
    return text;
}

int sc_event_begin(struct sc_stage *stage, const struct sc_node *step)
{
    static int last;
    PM_AUTO_FREE char *text = step_text(step);
    cJSON *event = cJSON_CreateObject();
    int number = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);

    cJSON_AddNumberToObject(event, "begin", number);
    cJSON_AddNumberToObject(event, "at", (double)pm_clock_mono_ms());
    cJSON_AddStringToObject(event, "file", step->source->path);
    cJSON_AddNumberToObject(event, "line", step->line);
    cJSON_AddStringToObject(event, "text", text ? text : "");
    sc_event_send(stage, event);
    return number;
}

void sc_event_end(struct sc_stage *stage, int number, enum sc_verdict verdict, const char *message)
{
    cJSON *event = cJSON_CreateObject();

    cJSON_AddNumberToObject(event, "end", number);
    cJSON_AddNumberToObject(event, "at", (double)pm_clock_mono_ms());
    cJSON_AddNumberToObject(event, "verdict", verdict);
    cJSON_AddStringToObject(event, "message", message ? message : "");
    sc_event_send(stage, event);
}

/* ---- steps ---- */

/* A bare word stands for the short key. */
static int fill(struct sc_call *call)
{
    if (call->node->kind == SC_NODE_MAP)
        return sc_vars_fill(call, call->node, call->actor->keys, &call->args);
    return sc_vars_fill_one(call, call->node, call->actor->keys, call->actor->short_key,
                            &call->args);
}

static enum sc_verdict do_step(struct sc_stage *stage, const struct sc_scope *scope,
                               const struct sc_node *step)
{
    struct sc_call call = {.stage = stage,
                           .scope = scope,
                           .actor = sc_actor_find(step->keys[0]->text),
                           .node = step->items[0]};
    int number = sc_event_begin(stage, step);
    enum sc_verdict verdict = SC_FAIL;

    pm_buf_init(&call.message, MESSAGE_MAX);
    if (pm_clock_mono_ms() >= stage->deadline_ms)
        (void)sc_call_fail(&call, "the time of the case was up before this step");
    else if (fill(&call) == 0)
        verdict = call.actor->step(&call);
    sc_event_end(stage, number, verdict, call.message.data);
    cJSON_Delete(call.args);
    pm_buf_clear(&call.message);
    return verdict;
}

enum sc_verdict sc_run_steps(struct sc_stage *stage, const struct sc_scope *scope,
                             const struct sc_node *steps)
{
    enum sc_verdict verdict = SC_PASS;
    size_t i;

    for (i = 0; verdict == SC_PASS && i < steps->count; i++) {
        if (__atomic_load_n(&stage->is_failing, __ATOMIC_RELAXED))
            return SC_FAIL; /* another branch has failed, and says so */
        verdict = do_step(stage, scope, steps->items[i]);
    }
    return verdict;
}

/* ---- the case ---- */

/* NAME: TEXT of `vars`, in order, so that one may use those before it. */
static int set_vars(struct sc_stage *stage, struct pm_buf *message)
{
    const struct sc_node *vars = sc_node_get(stage->scase->root, "vars");
    size_t i;

    for (i = 0; vars && i < vars->count; i++) {
        const struct sc_key key[] = {{"value", SC_MATCHER, true, NULL, NULL, NULL}, {0}};
        struct sc_call call = {.stage = stage};
        cJSON *args = NULL;
        int r;

        pm_buf_init(&call.message, MESSAGE_MAX);
        r = sc_vars_fill_one(&call, vars->items[i], key, "value", &args);
        if (r == 0)
            sc_vars_set(stage, vars->keys[i]->text, cJSON_DetachItemFromObject(args, "value"));
        else
            (void)pm_buf_adds(message, call.message.data ? call.message.data : "");
        cJSON_Delete(args);
        pm_buf_clear(&call.message);
        if (r < 0)
            return -1;
    }
    return 0;
}

static void set_own_vars(struct sc_stage *stage)
{
    const struct sc_settings *settings = stage->settings;
    PM_AUTO_FREE char *folder = realpath(stage->scase->root->source->path, NULL);

    if (folder && strrchr(folder, '/'))
        *strrchr(folder, '/') = '\0';
    sc_vars_set_text(stage, "case.folder", folder ? folder : ".");
    sc_vars_set_text(stage, "case.dir", stage->dir);
    sc_vars_set_text(stage, "case.id", stage->scase->id);
    sc_vars_set(stage, "seed", cJSON_CreateNumber((double)(settings->seed & 0xFFFFFFFF)));
    if (settings->build_dir)
        sc_vars_set_text(stage, "build", settings->build_dir);
    if (settings->share_dir)
        sc_vars_set_text(stage, "share", settings->share_dir);
}

static void leave_evidence(struct sc_stage *stage)
{
    struct sc_thing *thing;

    stage->deadline_ms = pm_clock_mono_ms() + 5000; /* even if the case's time is up */
    for (thing = stage->things; thing; thing = thing->next)
        if (thing->actor->evidence)
            thing->actor->evidence(thing);
}

/* The newest first: an agent before its server. */
static void reset(struct sc_stage *stage)
{
    while (stage->things) {
        struct sc_thing *next = stage->things->next;

        if (stage->things->actor->reset)
            stage->things->actor->reset(stage->things);
        free(stage->things->name);
        free(stage->things);
        stage->things = next;
    }
}

static enum sc_verdict play(struct sc_stage *stage)
{
    const struct sc_node *steps = sc_node_get(stage->scase->root, "steps");
    cJSON *row = stage->scase->row ? sc_node_json(stage->scase->row) : NULL;
    struct sc_scope scope = {.name = "row", .value = row};
    enum sc_verdict verdict = sc_run_steps(stage, row ? &scope : NULL, steps);

    cJSON_Delete(row);
    return verdict;
}

static enum sc_verdict begin(struct sc_stage *stage, struct pm_buf *message)
{
    if (sc_needs_met(sc_node_get(stage->scase->root, "needs"), stage->settings, message) < 0)
        return SC_SKIP;
    pm_buf_reset(message);
    stage->vars = cJSON_CreateObject();
    set_own_vars(stage);
    return set_vars(stage, message) < 0 ? SC_FAIL : SC_PASS;
}

int sc_run_case(const struct sc_run *run)
{
    struct sc_stage stage = {.settings = run->settings,
                             .scase = run->scase,
                             .dir = run->dir,
                             .deadline_ms = pm_clock_mono_ms() + run->timeout_ms,
                             .event_fd = run->event_fd,
                             .lock = PTHREAD_MUTEX_INITIALIZER,
                             .changed = PTHREAD_COND_INITIALIZER};
    struct pm_buf message;
    enum sc_verdict verdict;
    cJSON *event;

    (void)signal(SIGPIPE, SIG_IGN);
    suite_of_run = run->suite;
    pm_buf_init(&message, MESSAGE_MAX);
    verdict = begin(&stage, &message);
    if (verdict == SC_PASS)
        verdict = play(&stage);
    if (verdict == SC_FAIL || run->settings->wants_evidence)
        leave_evidence(&stage);
    reset(&stage);
    event = cJSON_CreateObject();
    cJSON_AddNumberToObject(event, "verdict", verdict);
    cJSON_AddStringToObject(event, "message", message.data ? message.data : "");
    sc_event_send(&stage, event);
    sc_barriers_free(&stage);
    cJSON_Delete(stage.vars);
    pm_buf_clear(&message);
    return verdict;
}
