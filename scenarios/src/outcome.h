/* What several actors do with what a program or a server gave: compare and publish it. */
#ifndef SC_OUTCOME_H
#define SC_OUTCOME_H

#include "actor.h"

struct cJSON;
struct sc_call;
struct sc_launch;

/**
 * Compare a value with what the step was given for a key; nothing to do if it was not given.
 *
 * Returns 0, or -1 with both sides in the call's message
 */
int sc_outcome_check(struct sc_call *call, const char *key, const struct cJSON *actual);

/** The keys that sc_outcome_run() knows, to be put into an actor's table. */
#define SC_OUTCOME_KEYS                                                                            \
    {"status", SC_MATCHER, false, "The exit status that is expected; 0 if left out.", NULL, NULL}, \
        {"output", SC_MATCHER, false, "What standard output must be like.", NULL, NULL},           \
        {"errors", SC_MATCHER, false, "What standard error must be like.", NULL, NULL},            \
        {"json", SC_MATCHER, false, "What standard output, read as JSON, must be like.",           \
         NULL,   NULL},                                                                            \
        {"as",  SC_TEXT,                                                                           \
         false, "Publishes `.status`, `.output`, `.errors` and `.json` by this name.",             \
         NULL,  NULL},                                                                             \
    {                                                                                              \
        "within", SC_DURATION, false, "How long it may take; 20s if left out.", NULL, NULL         \
    }

/** Run a program to its end, then compare and publish by the keys above. */
enum sc_verdict sc_outcome_run(struct sc_call *call, const struct sc_launch *launch);

#endif
