/* Running one case, in a process of its own. */
#ifndef SC_RUN_H
#define SC_RUN_H

#include <stdint.h>

struct sc_case;
struct sc_settings;
struct sc_suite;

struct sc_run {
    const struct sc_settings *settings;
    const struct sc_suite *suite;
    const struct sc_case *scase;
    const char *dir; /* made, and empty */
    int64_t timeout_ms;
    int event_fd;
};

/** Do the steps, collect the evidence, end all. Returns an enum sc_verdict. */
int sc_run_case(const struct sc_run *run);

/** What was read; for `include`. */
const struct sc_suite *sc_run_suite(void);

#endif
