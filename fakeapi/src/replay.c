#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "store.h"

#define PLACES       16384
#define PAIRS        4 /* per place, newest first */
#define CHECKSUM_LEN 28
#define OPEN_MAX     1024 /* of one turn that can be taken back; more are not */

struct pair {
    int64_t account_id;
    char checksum[CHECKSUM_LEN + 1];
};

struct fa_replays {
    struct fa_store *store;
    bool is_shared;
    struct pair open[OPEN_MAX]; /* since the last commit */
    size_t open_count;
    struct pair pairs[PLACES][PAIRS];
};

struct fa_replays *fa_replays_new(struct fa_store *store)
{
    struct fa_replays *replays = calloc(1, sizeof(*replays));

    if (!replays)
        return NULL;
    replays->store = store;
    replays->is_shared = store && fa_store_is_shared(store);
    return replays;
}

void fa_replays_free(struct fa_replays *replays)
{
    free(replays);
}

/* The checksum is as good as random, so some of its bytes are a hash. */
static struct pair *place_of(struct fa_replays *replays, const char *checksum)
{
    uint64_t bits;

    memcpy(&bits, checksum, sizeof(bits));
    return replays->pairs[(size_t)((bits * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % PLACES];
}

static bool is_same(const struct pair *a, const struct pair *b)
{
    return a->account_id == b->account_id && memcmp(a->checksum, b->checksum, CHECKSUM_LEN) == 0;
}

static bool is_remembered(struct fa_replays *replays, const struct pair *pair)
{
    struct pair *pairs = place_of(replays, pair->checksum);
    size_t i;

    for (i = 0; i < PAIRS; i++)
        if (is_same(&pairs[i], pair))
            return true;
    memmove(pairs + 1, pairs, (PAIRS - 1) * sizeof(*pairs));
    pairs[0] = *pair;
    return false;
}

static int ask_store(const struct fa_replays *replays, const struct pair *pair, bool *ret_is_seen)
{
    bool is_new;

    if (fa_store_replay_add(replays->store, pair->account_id, pair->checksum, pm_clock_wall_ms(),
                            &is_new) < 0)
        return FA_STORE_FAILED;
    *ret_is_seen = !is_new;
    return 0;
}

int fa_replays_seen(struct fa_replays *replays, int64_t account_id, const char *checksum,
                    bool *ret_is_seen)
{
    struct pair pair = {.account_id = account_id};
    int r = 0;

    memcpy(pair.checksum, checksum, CHECKSUM_LEN);
    if (replays->is_shared)
        r = ask_store(replays, &pair, ret_is_seen);
    else
        *ret_is_seen = is_remembered(replays, &pair);
    if (r == 0 && !*ret_is_seen && replays->open_count < OPEN_MAX)
        replays->open[replays->open_count++] = pair;
    return r;
}

static void forget(struct fa_replays *replays, const struct pair *pair)
{
    struct pair *pairs = place_of(replays, pair->checksum);
    size_t i;

    if (replays->is_shared) /* when the store cannot, the pair ends by its age */
        (void)fa_store_replay_forget(replays->store, pair->account_id, pair->checksum);
    for (i = 0; i < PAIRS; i++)
        if (is_same(&pairs[i], pair))
            pairs[i] = (struct pair){0};
}

void fa_replays_settle(struct fa_replays *replays, bool is_failed)
{
    size_t i;

    for (i = 0; is_failed && i < replays->open_count; i++)
        forget(replays, &replays->open[i]);
    replays->open_count = 0;
}
