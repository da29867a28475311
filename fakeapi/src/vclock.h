/*
 * What time it is for the server and for each account: the host's clock, moved against it, or
 * standing still. Whoever judges an age here (timestamps, tokens, replays) asks this clock, so that
 * a test of expiry or skew waits for nothing. An account without a clock of its own follows the
 * server's. Clocks are kept in memory, for one server.
 */
#ifndef FA_VCLOCK_H
#define FA_VCLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fakeapi.h"

#define FA_VCLOCK_SERVER    0                        /* in place of an account's id */
#define FA_VCLOCK_MAX_MS    INT64_C(253402300799999) /* the last moment of the year 9999 */
#define FA_VCLOCK_TEXT_SIZE sizeof("frozen@9999-12-31 23:59:59.999")

struct fa_vclock;

/* How a clock runs. `offset_ms` and `frozen_at_ms` hold for the modes of their names. */
struct fa_vclock_setting {
    enum fa_clock_mode mode;
    int64_t offset_ms;
    int64_t frozen_at_ms;
};

/** @wall_ms: the host's clock; NULL for the real one. Errors: NULL out of memory */
struct fa_vclock *fa_vclock_new(int64_t (*wall_ms)(void));
void fa_vclock_free(struct fa_vclock *clock);

/** The time of an account, or of the server. */
int64_t fa_vclock_now_ms(const struct fa_vclock *clock, int64_t account_id);

/** The earliest time of all, the host's among them: what expired before is expired for everybody.
 */
int64_t fa_vclock_earliest_ms(const struct fa_vclock *clock);

/**
 * Set the clock of an account, or of the server.
 *
 * Errors: -1 it would leave the years 1970 to 9999, or out of memory; the clock is as it was
 */
int fa_vclock_set(struct fa_vclock *clock, int64_t account_id,
                  const struct fa_vclock_setting *setting);

/** Let an account follow the server's clock again; the server's own becomes real. */
void fa_vclock_unset(struct fa_vclock *clock, int64_t account_id);

/** How it runs. Returns false for an account that follows the server; then it is the server's. */
bool fa_vclock_get(const struct fa_vclock *clock, int64_t account_id,
                   struct fa_vclock_setting *ret_setting);

/**
 * Move a clock by so much, back if negative. A frozen one stays frozen, a running one runs on; an
 * account that followed the server gets a clock of its own, which starts from the server's.
 *
 * Errors: -1 as fa_vclock_set()
 */
int fa_vclock_advance(struct fa_vclock *clock, int64_t account_id, int64_t by_ms);

/**
 * Read how a clock should run: `real`; `+24h` or `-90s` against the host's; `running@TIME`, from
 * that time on; `frozen`, at what it shows now; `frozen@TIME`.
 *
 * @now_ms:   what the clock shows now
 * @wall_ms:  what the host's shows
 * @message:  on failure one line for a person
 *
 * Errors: -1
 */
int fa_vclock_parse(const char *text, int64_t now_ms, int64_t wall_ms,
                    struct fa_vclock_setting *ret_setting, char *message, size_t size);

/**
 * Set a clock by such a text; for an account also `server`: it follows the server's again.
 *
 * Errors: -1 with a message; the clock is as it was
 */
int fa_vclock_set_text(struct fa_vclock *clock, int64_t account_id, const char *text, char *message,
                       size_t size);

/** Print it as fa_vclock_parse() reads it. @text: at least FA_VCLOCK_TEXT_SIZE bytes */
void fa_vclock_print(const struct fa_vclock_setting *setting, char *text, size_t size);

/**
 * Read a duration: a number and one of `ms`, `s`, `m`, `h`, `d`, several in a row (`1h30m`), with a
 * sign or without.
 *
 * Errors: -1 anything else, or more than FA_VCLOCK_MAX_MS
 */
int fa_duration_parse(const char *text, int64_t *ret_ms);

/** Read `yyyy-MM-dd HH:mm:ss`, also with `T` and `Z`, with a fraction, or ms since 1970. GMT.
 * Errors: -1 */
int fa_time_parse(const char *text, int64_t *ret_ms);

#endif
