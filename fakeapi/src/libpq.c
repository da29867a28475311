#include "libpq.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define LIBRARY "libpq.so.5"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct fa_libpq libpq;
static const char *missing; /* a name; NULL when all is there */

static void find(void *library, const char *name, void *place, size_t size)
{
    void *function = dlsym(library, name);

    if (function)
        memcpy(place, &function, size); /* C has no cast from an object to a function */
    else if (!missing)
        missing = name;
}

/* It stays loaded: its own threads' data and OpenSSL's do not like to be unloaded. */
static void load(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

    if (!library) {
        missing = LIBRARY;
        return;
    }
#define FIND(name) find(library, #name, &libpq.name, sizeof(libpq.name));
    FA_LIBPQ_FUNCTIONS(FIND)
#undef FIND
}

const struct fa_libpq *fa_libpq_get(char *message, size_t size)
{
    (void)pthread_once(&once, load);
    if (!missing)
        return &libpq;
    snprintf(message, size,
             "%s is missing on this machine; install libpq 14 or newer (Debian: libpq5) or choose "
             "another --store",
             missing);
    return NULL;
}
