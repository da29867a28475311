/* How long to wait before the next try. Pure: the randomness is the caller's. */
#ifndef PM_BACKOFF_H
#define PM_BACKOFF_H

#include <stdint.h>

/* Source: ours. Full jitter, so that hosts that failed together do not come back together. */
#define PM_BACKOFF_BASE_MS  1000
#define PM_BACKOFF_CAP_MS   (60 * 1000)
#define PM_BACKOFF_FLOOR_MS 100

/**
 * A random wait between the floor and base * 2^(failures - 1), at most the cap, but not less than
 * the server asked for.
 *
 * @failures:       in a row, from 1 on
 * @seed:           state of the generator, changed; 0 is as good as any
 * @retry_after_ms: what the server wished; negative: nothing. Believed up to PM_RETRY_AFTER_MAX_MS.
 */
int64_t pm_backoff_ms(unsigned failures, uint64_t *seed, int64_t retry_after_ms);

#endif
