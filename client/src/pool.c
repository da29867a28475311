/* Memory that is freed as a whole; see pool.h. */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 4096u

struct block {
    struct block *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) char bytes[];
};

struct pm_pool {
    struct block *blocks; /* the newest first; only it is filled further */
};

struct pm_pool *pm_pool_new(void)
{
    return calloc(1, sizeof(struct pm_pool));
}

static struct block *add_block(struct pm_pool *pool, size_t least)
{
    size_t size = least > BLOCK_SIZE ? least : BLOCK_SIZE;
    struct block *block = calloc(1, sizeof(*block) + size);

    if (!block)
        return NULL;
    block->size = size;
    block->next = pool->blocks;
    pool->blocks = block;
    return block;
}

void *pm_pool_alloc(struct pm_pool *pool, size_t count, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    struct block *block = pool->blocks;
    size_t need;
    void *memory;

    if (__builtin_mul_overflow(count, size, &need) || need > (size_t)-1 / 2)
        return NULL;
    need = need > 0 ? (need + align - 1) / align * align : align;
    if (!block || need > block->size - block->used)
        block = add_block(pool, need);
    if (!block)
        return NULL;
    memory = block->bytes + block->used;
    block->used += need;
    return memory;
}

char *pm_pool_copy(struct pm_pool *pool, const char *text, size_t len)
{
    char *copy = pm_pool_alloc(pool, len + 1, 1);

    if (copy)
        memcpy(copy, text, len);
    return copy;
}

void pm_pool_free(struct pm_pool *pool)
{
    struct block *block, *next;

    if (!pool)
        return;
    for (block = pool->blocks; block; block = next) {
        next = block->next;
        free(block);
    }
    free(pool);
}
