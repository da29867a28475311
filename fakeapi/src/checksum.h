/* The checksum of a request, PROTOCOL.md §2.3, steps 1 to 5. Pure. */
#ifndef FA_CHECKSUM_H
#define FA_CHECKSUM_H

#include <stdbool.h>

#include "mac.h"

struct fa_arena;
struct fa_params;
struct pm_buf;

/* All false is the documented way; the others are what old clients do. */
struct fa_checksum_form {
    bool is_raw;       /* names and values as they came over the wire, undecoded */
    bool ignores_case; /* sorted without regard to case */
};

/**
 * Sign the parameters as the client should have.
 *
 * @params:  in any order; one named `checksum`, in any case, is passed over
 * @mac:     keyed with the account's secret key
 *
 * Errors: -1 out of memory
 */
int fa_checksum_compute(struct fa_arena *arena, struct fa_mac *mac, const struct fa_params *params,
                        struct fa_checksum_form form, char checksum[FA_CHECKSUM_SIZE]);

/**
 * Append the text that the documented form signs (steps 1 to 4).
 *
 * Errors: -1 out of memory, or longer than the buffer may be
 */
int fa_checksum_text(struct fa_arena *arena, const struct fa_params *params, struct pm_buf *buf);

#endif
