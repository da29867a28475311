/* The table of actors; see actor.h. */
#include "actor.h"

#include <string.h>

static const struct sc_actor *const actors[] = {
    &sc_actor_fakeapi,
    &sc_actor_account,
    &sc_actor_monitor,
    &sc_actor_agent,
    &sc_actor_host,
    &sc_actor_login,
    &sc_actor_client,
    &sc_actor_fault,
    &sc_actor_clock,
    &sc_actor_http,
    &sc_actor_shell,
    &sc_actor_browser,
    &sc_actor_expect,
    &sc_actor_wait,
    &sc_actor_repeat,
    &sc_actor_parallel,
    &sc_actor_barrier,
    &sc_actor_include,
    NULL,
};

const struct sc_actor *const *sc_actors(void)
{
    return actors;
}

const struct sc_actor *sc_actor_find(const char *name)
{
    const struct sc_actor *const *actor;

    for (actor = actors; *actor; actor++)
        if (strcmp((*actor)->name, name) == 0)
            return *actor;
    return NULL;
}

const char *const *sc_actor_names(void)
{
    static const char *names[sizeof(actors) / sizeof(actors[0])];
    size_t i;

    for (i = 0; actors[i]; i++)
        names[i] = actors[i]->name;
    return names;
}

const char *sc_verdict_text(enum sc_verdict verdict)
{
    static const char *const texts[SC_VERDICT_MAX] = {
        [SC_PASS] = "passed", [SC_FAIL] = "failed", [SC_SKIP] = "skipped"};

    return texts[verdict];
}
