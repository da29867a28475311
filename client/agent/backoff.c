/* How long to wait before the next try; see backoff.h. */
#include "backoff.h"

#include "paidmonitor.h"

/* splitmix64, Steele, Lea and Flood 2014: enough to spread hosts, of no use for secrets. */
static uint64_t next_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int64_t ceiling(unsigned failures)
{
    int64_t ms = PM_BACKOFF_BASE_MS;

    while (failures-- > 1 && ms < PM_BACKOFF_CAP_MS)
        ms *= 2;
    return ms < PM_BACKOFF_CAP_MS ? ms : PM_BACKOFF_CAP_MS;
}

int64_t pm_backoff_ms(unsigned failures, uint64_t *seed, int64_t retry_after_ms)
{
    uint64_t span = (uint64_t)(ceiling(failures) - PM_BACKOFF_FLOOR_MS + 1);
    int64_t ms = PM_BACKOFF_FLOOR_MS + (int64_t)(next_random(seed) % span);

    if (retry_after_ms > PM_RETRY_AFTER_MAX_MS)
        retry_after_ms = PM_RETRY_AFTER_MAX_MS;
    return ms > retry_after_ms ? ms : retry_after_ms;
}
