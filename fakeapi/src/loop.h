/*
 * The event loop beneath the HTTP server: descriptors that are watched, and timers. One thread runs
 * it; everything here is for that thread alone.
 */
#ifndef FA_LOOP_H
#define FA_LOOP_H

#include <stdint.h>

#include "timers.h"

/* What a descriptor is watched for, and what it was found ready for. */
#define FA_LOOP_READ  1u
#define FA_LOOP_WRITE 2u
#define FA_LOOP_GONE  4u /* the other side has gone, or an error; needs not be asked for */

struct fa_watch;

struct fa_loop {
    int fd;
    struct fa_timers timers;
    struct fa_watch *watches;
    struct fa_watch *ended; /* freed at the end of the turn: an event may still name them */
};

typedef void (*fa_watch_ready)(void *context, unsigned int readiness);

/** Errors: -1 with errno */
int fa_loop_init(struct fa_loop *loop);
/** Ends all watches and timers without calling anybody. After a failed init as well. */
void fa_loop_clear(struct fa_loop *loop);

/**
 * Watch a descriptor, which stays the caller's, until fa_loop_unwatch(), which comes before it is
 * closed.
 *
 * @wanted: FA_LOOP_READ, FA_LOOP_WRITE, both; 0 asks only whether the other side has gone, which a
 *          socket tells as soon as that sends no more
 *
 * Errors: NULL with errno
 */
struct fa_watch *fa_loop_watch(struct fa_loop *loop, int fd, unsigned int wanted,
                               fa_watch_ready ready, void *context);

/** Watch for something else from now on. Errors: -1 with errno */
int fa_loop_rewatch(struct fa_loop *loop, struct fa_watch *watch, unsigned int wanted);

/** NULL is allowed. */
void fa_loop_unwatch(struct fa_loop *loop, struct fa_watch *watch);

/** Call @run once, in @delay_ms or a little later. Errors: NULL out of memory */
struct fa_timer *fa_loop_timer(struct fa_loop *loop, int64_t delay_ms, void (*run)(void *context),
                               void *context);

/** One turn: wait for a ready descriptor or a due timer, at most so long, and call who waits. */
void fa_loop_turn(struct fa_loop *loop, int timeout_ms);

#endif
