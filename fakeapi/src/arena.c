#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)8192)

struct fa_arena_chunk {
    struct fa_arena_chunk *next;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

void fa_arena_init(struct fa_arena *arena, size_t max)
{
    memset(arena, 0, sizeof(*arena));
    arena->max = max;
}

void fa_arena_clear(struct fa_arena *arena)
{
    while (arena->chunks) {
        struct fa_arena_chunk *next = arena->chunks->next;

        free(arena->chunks);
        arena->chunks = next;
    }
    arena->left = arena->total = 0;
}

static int add_chunk(struct fa_arena *arena, size_t size)
{
    struct fa_arena_chunk *chunk;

    if (size < CHUNK_SIZE)
        size = CHUNK_SIZE;
    chunk = malloc(sizeof(*chunk) + size);
    if (!chunk)
        return -1;
    chunk->size = size;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->left = size;
    return 0;
}

/* Not zeroed: a chunk as a whole is more than most requests use. */
static void *take(struct fa_arena *arena, size_t size)
{
    size_t step = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    unsigned char *bytes;

    if (step < size || step > arena->max - arena->total)
        return NULL;
    if (step > arena->left && add_chunk(arena, step) < 0)
        return NULL;
    bytes = arena->chunks->bytes + arena->chunks->size - arena->left;
    arena->left -= step;
    arena->total += step;
    return bytes;
}

void *fa_arena_alloc(struct fa_arena *arena, size_t size)
{
    void *bytes = take(arena, size);

    if (bytes)
        memset(bytes, 0, size);
    return bytes;
}

char *fa_arena_copy(struct fa_arena *arena, const void *bytes, size_t len)
{
    char *copy = len < SIZE_MAX ? take(arena, len + 1) : NULL;

    if (!copy)
        return NULL;
    if (len > 0)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}
