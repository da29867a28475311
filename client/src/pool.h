/* Memory that is freed as a whole: everything that was read from one answer. */
#ifndef PM_POOL_H
#define PM_POOL_H

#include <stddef.h>

struct pm_pool;

/** NULL without memory. */
struct pm_pool *pm_pool_new(void);

/** Zeroed memory for any type, or NULL; lives as long as the pool. */
void *pm_pool_alloc(struct pm_pool *pool, size_t count, size_t size);

/** A NUL-terminated copy, or NULL. */
char *pm_pool_copy(struct pm_pool *pool, const char *text, size_t len);

void pm_pool_free(struct pm_pool *pool);

#endif
