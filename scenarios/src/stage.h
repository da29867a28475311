/*
 * The stage on which one case plays: its directory, its variables, and the things that its steps
 * bring into being. It belongs to the process of the case; branches that run side by side share it.
 */
#ifndef SC_STAGE_H
#define SC_STAGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "actor.h"
#include "buf.h"

struct cJSON;
struct sc_case;
struct sc_node;

/* What holds for all cases of a run. */
struct sc_settings {
    const char *build_dir; /* where programs are, as CMake lays them out; NULL: installed ones */
    const char *share_dir; /* where the runner's own files are: host, … */
    const char *rung;      /* asked for; NULL: the highest that is allowed */
    uint64_t seed;
    bool wants_evidence; /* even when a case passes: for the page of the report */
};

struct sc_thing {
    char *name;
    const struct sc_actor *actor;
    struct sc_stage *stage;
    void *state;
    struct sc_thing *next; /* older */
};

struct sc_stage {
    const struct sc_settings *settings;
    const struct sc_case *scase;
    const char *dir;
    int64_t deadline_ms; /* monotonic: when the case's time is up */
    int event_fd;        /* where its progress is told */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct cJSON *vars;
    struct sc_thing *things; /* newest first */
    struct sc_barrier *barriers;
    bool is_failing; /* branches need not go on */
};

/* Variables of a row or an include, in front of those of the stage. */
struct sc_scope {
    const char *name;
    const struct cJSON *value;
    const struct sc_scope *outer;
};

/* One step that is being done. */
struct sc_call {
    struct sc_stage *stage;
    const struct sc_scope *scope;
    const struct sc_actor *actor;
    const struct sc_node *node; /* what the actor was given, as written */
    struct cJSON *args;         /* the same with variables filled in; steps are not in it */
    struct pm_buf message;      /* what went wrong */
};

/* ---- arguments ---- */

/** NULL: not given. */
const char *sc_arg_text(const struct sc_call *call, const char *name);
const struct cJSON *sc_arg(const struct sc_call *call, const char *name);

/** What was given, or @otherwise. */
int64_t sc_arg_number(const struct sc_call *call, const char *name, int64_t otherwise);
int64_t sc_arg_duration(const struct sc_call *call, const char *name, int64_t otherwise_ms);
bool sc_arg_truth(const struct sc_call *call, const char *name, bool otherwise);

/* ---- the outcome ---- */

/** Say what went wrong; lines are allowed. Return SC_FAIL and SC_SKIP. */
enum sc_verdict sc_call_fail(struct sc_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum sc_verdict sc_call_skip(struct sc_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** When waiting must end: @within_ms from now, but not after the case's time is up. */
int64_t sc_stage_deadline(const struct sc_stage *stage, int64_t within_ms);

/* ---- variables (vars.c) ---- */

/** Set a variable of the stage, by a dotted path. @value: taken, also when there is no memory */
void sc_vars_set(struct sc_stage *stage, const char *path, struct cJSON *value);
void sc_vars_set_text(struct sc_stage *stage, const char *path, const char *value);

/** A copy of a variable's value; the caller frees it. NULL: there is none of this name. */
struct cJSON *sc_vars_get(struct sc_stage *stage, const struct sc_scope *scope, const char *path);

/**
 * Fill variables into what an actor was given.
 *
 * @ret_args: by the types of @keys: texts are strings, numbers are numbers; the caller frees it
 *
 * Errors: -1, said in call->message
 */
int sc_vars_fill(struct sc_call *call, const struct sc_node *map, const struct sc_key *keys,
                 struct cJSON **ret_args);

/** The same for one value, as if it had been given for the key @name, which is in @keys. */
int sc_vars_fill_one(struct sc_call *call, const struct sc_node *node, const struct sc_key *keys,
                     const char *name, struct cJSON **ret_args);

/* ---- things ---- */

/** Put a new thing on the stage. @name: NULL takes the actor's. Errors: NULL, said in the call */
struct sc_thing *sc_thing_add(struct sc_call *call, const char *name, void *state);

/** The thing of this name, or with NULL the newest of that actor. Errors: NULL, said in the call */
struct sc_thing *sc_thing_get(struct sc_call *call, const char *name, const struct sc_actor *actor);

/** The same without words. */
struct sc_thing *sc_thing_find(struct sc_stage *stage, const char *name,
                               const struct sc_actor *actor);

/* ---- steps (run.c) ---- */

/** Do steps in order until one does not pass. */
enum sc_verdict sc_run_steps(struct sc_stage *stage, const struct sc_scope *scope,
                             const struct sc_node *steps);

/** At the end of a case. */
void sc_barriers_free(struct sc_stage *stage);

/** A file in the case's directory: "DIR/NAME". The caller frees it. */
char *sc_stage_path(const struct sc_stage *stage, const char *name);

/** Where a program is: in the build tree, or as it is called when it is installed. The caller frees
 * it. */
char *sc_stage_program(const struct sc_stage *stage, const char *name);

#endif
