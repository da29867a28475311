/*
 * What the doctor costs, and how well it does on pairs of mistakes:
 *
 *     bench_doctor [STEP]    each STEP-th pair of mistakes (50); 1 takes half an hour
 *
 * Figures only; nothing is asserted here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pairs.h"

struct figures {
    size_t outcomes[PAIR_OUTCOME_MAX], count, tried;
    double *ms;
};

static double now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    const double *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

static void print(const char *name, struct figures *figures)
{
    size_t n = figures->count;

    qsort(figures->ms, n, sizeof(figures->ms[0]), compare);
    printf("%-22s %6zu  named %6zu  equivalent %5zu  longer %4zu  missed %5zu"
           "  tried %6zu  ms median %.2f  p90 %.2f  max %.2f\n",
           name, n, figures->outcomes[PAIR_NAMED], figures->outcomes[PAIR_EQUIVALENT],
           figures->outcomes[PAIR_LONGER], figures->outcomes[PAIR_MISSED], figures->tried / n,
           figures->ms[n / 2], figures->ms[n * 9 / 10], figures->ms[n - 1]);
    fflush(stdout);
}

/* Examine each step-th pair; 0 hypotheses_max stands for the usual limit. */
static void run_pairs(struct pairs *pairs, const char *name, size_t hypotheses_max, size_t step)
{
    struct figures figures = {.ms = calloc(pairs_count(pairs), sizeof(double))};
    size_t tried, i;

    for (i = 0; figures.ms && i < pairs_count(pairs); i += step) {
        double start = now_ms();

        figures.outcomes[pairs_examine(pairs, i, hypotheses_max, &tried)]++;
        figures.ms[figures.count++] = now_ms() - start;
        figures.tried += tried;
    }
    if (figures.ms)
        print(name, &figures);
    free(figures.ms);
}

static void run_singles(struct pairs *pairs)
{
    struct figures figures = {.ms = calloc(pairs_single_count(pairs), sizeof(double))};
    size_t tried, i;

    for (i = 0; figures.ms && i < pairs_single_count(pairs); i++) {
        double start = now_ms();

        figures.outcomes[pairs_examine_single(pairs, i, &tried)]++;
        figures.ms[figures.count++] = now_ms() - start;
        figures.tried += tried;
    }
    if (figures.ms)
        print("single mistakes", &figures);
    free(figures.ms);
}

int main(int argc, char **argv)
{
    size_t step = argc > 1 ? strtoul(argv[1], NULL, 10) : 50;
    struct pairs *pairs = pairs_new();

    if (!pairs || step == 0)
        return EXIT_FAILURE;
    run_singles(pairs);
    run_pairs(pairs, "pairs, usual limit", FA_DOCTOR_HYPOTHESES, step);
    run_pairs(pairs, "pairs, patient", FA_DOCTOR_HYPOTHESES_PATIENT, step);
    pairs_free(pairs);
    return EXIT_SUCCESS;
}
