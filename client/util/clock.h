/*
 * Time in one type: int64_t milliseconds. Wall time counts from the epoch (UTC), monotonic time
 * from an arbitrary start. Pure code takes the time as a parameter; only programs read clocks.
 */
#ifndef PM_CLOCK_H
#define PM_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define PM_CLOCK_TIMESTAMP_SIZE sizeof("-292275055-05-16 16:47:04")

/** Wall clock, ms since 1970-01-01T00:00:00Z. */
int64_t pm_clock_wall_ms(void);

/** Monotonic clock, microseconds; only differences mean anything. */
int64_t pm_clock_mono_us(void);

/** Monotonic clock, ms; only differences mean anything. */
int64_t pm_clock_mono_ms(void);

/** What the calling thread has computed, ms; the time that others kept it waiting does not count.
 */
int64_t pm_clock_thread_ms(void);

/**
 * Print a time as the vendor writes it, `yyyy-MM-dd HH:mm:ss` in GMT, whatever TZ and locale say.
 *
 * @text: at least PM_CLOCK_TIMESTAMP_SIZE bytes
 */
void pm_clock_timestamp(int64_t wall_ms, char *text, size_t size);

/**
 * Read `yyyy-MM-dd HH:mm:ss` as GMT.
 *
 * Errors: -1 any other form, or a date that does not exist
 */
int pm_clock_parse_timestamp(const char *text, int64_t *ret_wall_ms);

#endif
