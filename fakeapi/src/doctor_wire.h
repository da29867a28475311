/*
 * The received checksum read backwards: which digests would have given it, by which mistakes of
 * writing and sending. Costs nothing per hypothesis, since no digest is encoded to be compared.
 */
#ifndef FA_DOCTOR_WIRE_H
#define FA_DOCTOR_WIRE_H

#include "doctor_draft.h"

#define FA_TARGETS_MAX         48
#define FA_TARGET_MISTAKES_MAX 3
#define FA_TARGET_PREFIX_LEAST 8 /* ours: 64 bits agree by chance once in 10^15 diagnoses */
#define FA_WIRE_RECEIVED_MAX   1024

enum fa_match {
    FA_MATCH_WHOLE,
    FA_MATCH_PREFIX,       /* the digest starts with these bytes and goes on */
    FA_MATCH_BASE64_LOWER, /* the digest's Base64 in lower case is these bytes */
    FA_MATCH_BASE64_UPPER,
};

/* A digest that would explain the received checksum. */
struct fa_target {
    uint8_t bytes[2 * FA_DOCTOR_MAC_SIZE];
    size_t len;
    enum fa_match match;
    const struct fa_mistake *mistakes[FA_TARGET_MISTAKES_MAX];
    size_t mistake_count;
};

/* Fewest mistakes first. */
struct fa_targets {
    struct fa_target items[FA_TARGETS_MAX];
    size_t count;
};

/** Read a received checksum. Errors: -1 out of memory */
int fa_wire_read(struct fa_bytes received, struct fa_targets *ret_targets);

/** The target that a digest hits, or NULL. */
const struct fa_target *fa_wire_find(const struct fa_targets *targets, const uint8_t *digest,
                                     size_t len);

/** All mistakes of this stage, for lists and tests. */
const struct fa_mistake *fa_wire_mistake(size_t index);
size_t fa_wire_mistake_count(void);

#endif
