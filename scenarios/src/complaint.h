/*
 * What is wrong with a scenario, and where: a list of complaints, printed as compilers do, with the
 * offending line and a mark below it.
 *
 *     cases/login/x.yaml:7:14: 'logn' is no actor; did you mean 'login'?
 *         - logn: {user: alice}
 *           ^~~~
 */
#ifndef SC_COMPLAINT_H
#define SC_COMPLAINT_H

#include <stddef.h>

#include "buf.h"

struct sc_node;
struct sc_source;

struct sc_complaints {
    struct pm_buf text;
    size_t count;
};

void sc_complaints_init(struct sc_complaints *complaints);
void sc_complaints_clear(struct sc_complaints *complaints);

/** Add one about a node. Returns -1. */
int sc_complain(struct sc_complaints *complaints, const struct sc_node *where, const char *format,
                ...) __attribute__((format(printf, 3, 4)));

/** Add one about a place; @line 0: about the file as a whole. Returns -1. */
int sc_complain_at(struct sc_complaints *complaints, const struct sc_source *source, int line,
                   int column, int width, const char *message);

/** The nearest of the names, if it is near enough to be meant; NULL otherwise. @names: ends with
 * NULL */
const char *sc_nearest(const char *word, const char *const *names);

#endif
