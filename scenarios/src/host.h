/* What other actors know of a `host`: a disposable PAM host, run by the script `host`. */
#ifndef SC_HOST_H
#define SC_HOST_H

#include <sys/types.h>

#include "rung.h"

struct sc_call;
struct sc_stage;

struct sc_host {
    enum sc_rung rung;
    pid_t pid;
    char *dir, *drop_dir, *program; /* of the script */
    char *log_file;
};

/** The host of this name, or with NULL the newest. Errors: NULL, said in the call */
struct sc_host *sc_host_get(struct sc_call *call, const char *name);

#endif
