/*
 * Memory for the time of one request: handed out by moving a pointer, given back all at once. So no
 * parser or handler frees anything.
 */
#ifndef FA_ARENA_H
#define FA_ARENA_H

#include <stddef.h>

struct fa_arena_chunk;

struct fa_arena {
    struct fa_arena_chunk *chunks;
    size_t left; /* bytes free in the first chunk */
    size_t total;
    size_t max;
};

/** @max: how many bytes may be handed out in all */
void fa_arena_init(struct fa_arena *arena, size_t max);

/** Give everything back and start again under the same ceiling. */
void fa_arena_clear(struct fa_arena *arena);

/** Zeroed memory, aligned for anything. Errors: NULL over the ceiling or out of memory */
void *fa_arena_alloc(struct fa_arena *arena, size_t size);

/** A NUL-terminated copy. Errors: NULL as above */
char *fa_arena_copy(struct fa_arena *arena, const void *bytes, size_t len);

#endif
