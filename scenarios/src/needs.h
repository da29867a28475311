/* What a machine must have for a case, by the words of `needs`. */
#ifndef SC_NEEDS_H
#define SC_NEEDS_H

#include <stddef.h>

#include "buf.h"

struct sc_complaints;
struct sc_node;
struct sc_settings;

struct sc_need {
    const char *name;
    const char *about;
    /* Returns 0, or -1 and says in a few words what is missing. */
    int (*check)(const struct sc_settings *settings, struct pm_buf *why);
};

/** All of them; ends with an empty one. Besides there is `program NAME`. */
const struct sc_need *sc_needs(void);

/** Are these words known? Returns 0, or -1 with complaints. */
int sc_needs_check(const struct sc_node *needs, struct sc_complaints *complaints);

/** Is all there? Returns 0, or -1 and says what is not. @needs: NULL: nothing is needed */
int sc_needs_met(const struct sc_node *needs, const struct sc_settings *settings,
                 struct pm_buf *why);

/** Is a program in PATH? */
int sc_needs_program(const char *name);

#endif
