/*
 * One-shot timers, the nearest first: a heap that takes the time and never asks for it, so that it
 * can be tested without waiting. Timers that are due at the same time go off in the order in which
 * they were started.
 */
#ifndef FA_TIMERS_H
#define FA_TIMERS_H

#include <stddef.h>
#include <stdint.h>

struct fa_timer;

struct fa_timers {
    struct fa_timer **heap;
    size_t count;
    size_t size;
    uint64_t started; /* so many so far */
};

/** All zero is empty as well. */
void fa_timers_init(struct fa_timers *timers);

/** Forget all without calling anybody. */
void fa_timers_clear(struct fa_timers *timers);

/**
 * Have @run called by the first fa_timers_run() at @due_ms or later; then the timer is gone.
 *
 * Errors: NULL out of memory
 */
struct fa_timer *fa_timers_start(struct fa_timers *timers, int64_t due_ms,
                                 void (*run)(void *context), void *context);

/** Forget one that has not gone off. NULL is allowed. */
void fa_timers_cancel(struct fa_timers *timers, struct fa_timer *timer);

/** Call those that are due. They may start and cancel timers. */
void fa_timers_run(struct fa_timers *timers, int64_t now_ms);

/** When the next one is due; INT64_MAX if there is none. */
int64_t fa_timers_next_ms(const struct fa_timers *timers);

#endif
