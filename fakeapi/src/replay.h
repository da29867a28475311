/*
 * Which (timestamp, checksum) pairs were seen (PROTOCOL.md §2.3). The checksum covers the
 * timestamp, so account and checksum say it all.
 *
 * Where servers share a store, it remembers them, for FA_REPLAY_KEPT_MS. Else they are kept in
 * memory, which is bounded: under a flood the oldest pairs of a place are forgotten first, which
 * can hide a replay but never invent one.
 */
#ifndef FA_REPLAY_H
#define FA_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

/* Longer than a timestamp is accepted, before and after its time. */
#define FA_REPLAY_KEPT_MS (15 * 60 * 1000)

struct fa_replays;
struct fa_store;

/** @store: borrowed; NULL: in memory */
struct fa_replays *fa_replays_new(struct fa_store *store);
void fa_replays_free(struct fa_replays *replays);

/**
 * Remember a request and tell whether it was there before.
 *
 * @checksum: 28 characters of Base64
 *
 * Errors: FA_STORE_FAILED
 */
int fa_replays_seen(struct fa_replays *replays, int64_t account_id, const char *checksum,
                    bool *ret_is_seen);

/** After a commit: requests that failed with it may come again. */
void fa_replays_settle(struct fa_replays *replays, bool is_failed);

#endif
