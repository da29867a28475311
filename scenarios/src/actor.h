/*
 * An actor is a word of the language and what it does: a row of the table in actor.c and a file
 * actor_<name>.c. Things that an actor brings into being (a server, an agent, a host) have a name,
 * live on the stage until its end, and leave evidence when a case fails.
 */
#ifndef SC_ACTOR_H
#define SC_ACTOR_H

#include "shape.h"

struct cJSON;
struct sc_call;
struct sc_thing;

enum sc_verdict {
    SC_PASS,
    SC_FAIL,
    SC_SKIP,
    SC_VERDICT_MAX,
};

struct sc_actor {
    const char *name;
    const char *about;
    const char *short_key; /* `actor: text` means `actor: {short_key: text}`; NULL: no such form */
    const struct sc_key *keys; /* ends with a key without a name */

    /** Do one step. What went wrong is said with sc_call_fail() or sc_call_skip(). */
    enum sc_verdict (*step)(struct sc_call *call);

    /** Of a thing: end it and free all; and write what it knows into the case's directory. NULL:
     * nothing to do. */
    void (*reset)(struct sc_thing *thing);
    void (*evidence)(struct sc_thing *thing);
};

/** NULL: there is none of this name. */
const struct sc_actor *sc_actor_find(const char *name);

/** All of them, in the order of the reference; ends with NULL. */
const struct sc_actor *const *sc_actors(void);
const char *const *sc_actor_names(void);

/** `passed`, `failed`, `skipped` */
const char *sc_verdict_text(enum sc_verdict verdict);

extern const struct sc_actor sc_actor_account, sc_actor_agent, sc_actor_barrier, sc_actor_browser,
    sc_actor_client, sc_actor_clock, sc_actor_expect, sc_actor_fakeapi, sc_actor_fault,
    sc_actor_host, sc_actor_http, sc_actor_include, sc_actor_login, sc_actor_monitor,
    sc_actor_parallel, sc_actor_repeat, sc_actor_shell, sc_actor_wait;

#endif
