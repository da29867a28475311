#include "random.h"

#include <math.h>

uint64_t fa_random_next(struct fa_random *random)
{
    uint64_t bits = random->state += UINT64_C(0x9e3779b97f4a7c15);

    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    return bits ^ (bits >> 31);
}

double fa_random_fraction(struct fa_random *random)
{
    return (double)(fa_random_next(random) >> 11) * 0x1.0p-53;
}

double fa_random_exponential(struct fa_random *random, double mean)
{
    return -mean * log(1.0 - fa_random_fraction(random));
}

/* Box and Muller's way; the second number of the pair is not kept, so that each draw takes two. */
double fa_random_lognormal(struct fa_random *random, double median, double sigma)
{
    double radius = sqrt(-2.0 * log(1.0 - fa_random_fraction(random)));
    double angle = 2.0 * 3.14159265358979323846 * fa_random_fraction(random);

    return median * exp(sigma * radius * cos(angle));
}
