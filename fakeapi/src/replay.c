#include "replay.h"

#include <stdlib.h>
#include <string.h>

#define PLACES       16384
#define PAIRS        4 /* per place, newest first */
#define CHECKSUM_LEN 28

struct pair {
    int64_t account_id;
    char checksum[CHECKSUM_LEN];
};

struct fa_replays {
    struct pair pairs[PLACES][PAIRS];
};

struct fa_replays *fa_replays_new(void)
{
    return calloc(1, sizeof(struct fa_replays));
}

void fa_replays_free(struct fa_replays *replays)
{
    free(replays);
}

/* The checksum is as good as random, so some of its bytes are a hash. */
static size_t place_of(const char *checksum)
{
    uint64_t bits;

    memcpy(&bits, checksum, sizeof(bits));
    return (size_t)((bits * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % PLACES;
}

bool fa_replays_seen(struct fa_replays *replays, int64_t account_id, const char *checksum)
{
    struct pair *pairs = replays->pairs[place_of(checksum)];
    size_t i;

    for (i = 0; i < PAIRS; i++)
        if (pairs[i].account_id == account_id &&
            memcmp(pairs[i].checksum, checksum, CHECKSUM_LEN) == 0)
            return true;
    memmove(pairs + 1, pairs, (PAIRS - 1) * sizeof(*pairs));
    pairs[0].account_id = account_id;
    memcpy(pairs[0].checksum, checksum, CHECKSUM_LEN);
    return false;
}
