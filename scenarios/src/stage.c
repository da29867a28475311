/* The stage of one case; see stage.h. */
#include "stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "clock.h"

/* ---- arguments ---- */

const cJSON *sc_arg(const struct sc_call *call, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(call->args, name);
}

const char *sc_arg_text(const struct sc_call *call, const char *name)
{
    return cJSON_GetStringValue(sc_arg(call, name));
}

int64_t sc_arg_number(const struct sc_call *call, const char *name, int64_t otherwise)
{
    const cJSON *value = sc_arg(call, name);

    return cJSON_IsNumber(value) ? (int64_t)value->valuedouble : otherwise;
}

int64_t sc_arg_duration(const struct sc_call *call, const char *name, int64_t otherwise_ms)
{
    return sc_arg_number(call, name, otherwise_ms);
}

bool sc_arg_truth(const struct sc_call *call, const char *name, bool otherwise)
{
    const cJSON *value = sc_arg(call, name);

    return cJSON_IsBool(value) ? cJSON_IsTrue(value) : otherwise;
}

/* ---- the outcome ---- */

static void say(struct sc_call *call, const char *format, va_list args)
{
    char *text;

    if (vasprintf(&text, format, args) < 0)
        return;
    (void)pm_buf_adds(&call->message, text);
    free(text);
}

enum sc_verdict sc_call_fail(struct sc_call *call, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(call, format, args);
    va_end(args);
    return SC_FAIL;
}

enum sc_verdict sc_call_skip(struct sc_call *call, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(call, format, args);
    va_end(args);
    return SC_SKIP;
}

int64_t sc_stage_deadline(const struct sc_stage *stage, int64_t within_ms)
{
    int64_t deadline_ms = pm_clock_mono_ms() + within_ms;

    return deadline_ms < stage->deadline_ms ? deadline_ms : stage->deadline_ms;
}

/* ---- things ---- */

struct sc_thing *sc_thing_find(struct sc_stage *stage, const char *name,
                               const struct sc_actor *actor)
{
    struct sc_thing *thing;

    (void)pthread_mutex_lock(&stage->lock);
    for (thing = stage->things; thing; thing = thing->next)
        if ((!name || strcmp(thing->name, name) == 0) && (!actor || thing->actor == actor))
            break;
    (void)pthread_mutex_unlock(&stage->lock);
    return thing;
}

struct sc_thing *sc_thing_get(struct sc_call *call, const char *name, const struct sc_actor *actor)
{
    struct sc_thing *thing = sc_thing_find(call->stage, name, actor);

    if (!thing && name)
        (void)sc_call_fail(call, "there is no %s '%s' yet", actor ? actor->name : "thing", name);
    else if (!thing)
        (void)sc_call_fail(call, "this needs a step '%s' before it", actor->name);
    return thing;
}

struct sc_thing *sc_thing_add(struct sc_call *call, const char *name, void *state)
{
    struct sc_stage *stage = call->stage;
    struct sc_thing *thing;

    name = name ? name : call->actor->name;
    if (sc_thing_find(stage, name, NULL)) {
        (void)sc_call_fail(call, "there is a '%s' already: give this one another name with 'as'",
                           name);
        return NULL;
    }
    thing = calloc(1, sizeof(*thing));
    if (thing)
        thing->name = strdup(name);
    if (!thing || !thing->name) {
        free(thing);
        (void)sc_call_fail(call, "out of memory");
        return NULL;
    }
    thing->actor = call->actor;
    thing->stage = stage;
    thing->state = state;
    (void)pthread_mutex_lock(&stage->lock);
    thing->next = stage->things;
    stage->things = thing;
    (void)pthread_mutex_unlock(&stage->lock);
    return thing;
}

/* ---- files ---- */

char *sc_stage_path(const struct sc_stage *stage, const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s", stage->dir, name) < 0 ? NULL : path;
}

/* Programs of ours by where CMake builds them, and where they are installed if not in the path. */
static const struct {
    const char *name, *built, *installed;
} programs[] = {
    {"paidmonitor", "client/cli/paidmonitor", NULL},
    {"paidmonitor-agent", "client/agent/paidmonitor-agent", NULL},
    {"paidmonitor-fakeapi", "fakeapi/paidmonitor-fakeapi", NULL},
    {"pam_paidmonitor.so", "pam/pam_paidmonitor.so", SC_MODULE_DIR "/pam_paidmonitor.so"},
    {"paidmonitor-hook", "pam/hook/paidmonitor-hook", SC_HOOK_DIR "/paidmonitor-hook"},
};

#define PROGRAM_COUNT (sizeof(programs) / sizeof(programs[0]))

char *sc_stage_program(const struct sc_stage *stage, const char *name)
{
    const char *build_dir = stage->settings->build_dir;
    char *path;
    size_t i;

    for (i = 0; i < PROGRAM_COUNT && strcmp(programs[i].name, name) != 0; i++)
        ;
    if (i == PROGRAM_COUNT)
        return strdup(name);
    if (!build_dir)
        return strdup(programs[i].installed ? programs[i].installed : name);
    return asprintf(&path, "%s/%s", build_dir, programs[i].built) < 0 ? NULL : path;
}
