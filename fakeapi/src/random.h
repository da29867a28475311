/*
 * Random numbers that can be had again: the same seed gives the same sequence on every machine.
 * For faults and tests, never for keys.
 */
#ifndef FA_RANDOM_H
#define FA_RANDOM_H

#include <stdint.h>

struct fa_random {
    uint64_t state; /* the seed at first */
};

/** The next 64 bits. Source: SplitMix64, Steele, Lea, Flood 2014; public domain. */
uint64_t fa_random_next(struct fa_random *random);

/** The next number, at least 0 and less than 1. */
double fa_random_fraction(struct fa_random *random);

/** One drawn from an exponential distribution with this mean. */
double fa_random_exponential(struct fa_random *random, double mean);

/** One whose logarithm is normal: half of them are below @median, @sigma says how far they spread.
 */
double fa_random_lognormal(struct fa_random *random, double median, double sigma);

#endif
