/* Scope-bound release of single resources: PM_AUTO_FREE char *p = NULL; PM_AUTO_CLOSE int fd = -1;
 */
#ifndef PM_CLEANUP_H
#define PM_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void pm_cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void pm_cleanup_close(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* read-only or already synced: nothing can be done about a late error */
}

static inline void pm_cleanup_fclose(FILE **file)
{
    if (*file)
        (void)fclose(*file);
}

#define PM_AUTO(function) __attribute__((cleanup(function)))
#define PM_AUTO_FREE      PM_AUTO(pm_cleanup_free)
#define PM_AUTO_CLOSE     PM_AUTO(pm_cleanup_close)
#define PM_AUTO_FCLOSE    PM_AUTO(pm_cleanup_fclose)

/* Hand a pointer over: the scope no longer frees it. */
#define PM_TAKE(pointer)                          \
    __extension__({                               \
        __typeof__(pointer) pm_taken = (pointer); \
        (pointer) = NULL;                         \
        pm_taken;                                 \
    })

#define PM_ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
