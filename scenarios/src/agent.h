/* What other actors know of an `agent`. */
#ifndef SC_AGENT_H
#define SC_AGENT_H

#include <sys/types.h>

struct cJSON;
struct sc_call;
struct sc_stage;

struct sc_agent {
    pid_t pid; /* 0: it does not run */
    char *config_file, *drop_dir, *journal_file, *log_file;
    struct cJSON *env;
};

/** The agent of this name, or with NULL the newest. Errors: NULL, said in the call */
struct sc_agent *sc_agent_get(struct sc_call *call, const char *name);

/** The newest agent; NULL: there is none. */
const struct sc_agent *sc_agent_newest(struct sc_stage *stage);

#endif
