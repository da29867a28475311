/*
 * Which (timestamp, checksum) pairs were seen (PROTOCOL.md §2.3). The memory is bounded: under a
 * flood the oldest pairs of a place are forgotten first, which can hide a replay but never invent
 * one.
 */
#ifndef FA_REPLAY_H
#define FA_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

struct fa_replays;

struct fa_replays *fa_replays_new(void);
void fa_replays_free(struct fa_replays *replays);

/**
 * Remember a request and tell whether it was there before. The checksum covers the timestamp, so
 * account and checksum say it all.
 *
 * @checksum: 28 characters of Base64
 */
bool fa_replays_seen(struct fa_replays *replays, int64_t account_id, const char *checksum);

#endif
