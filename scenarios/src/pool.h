/* Many cases, several at a time, each in a process of its own that cannot outlive us. */
#ifndef SC_POOL_H
#define SC_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_progress;
struct sc_result;
struct sc_settings;
struct sc_suite;

struct sc_pool {
    const struct sc_settings *settings;
    const struct sc_suite *suite;
    const char *root_dir; /* where the cases' directories are made */
    size_t jobs;
    int64_t timeout_ms; /* of a case that does not say another */
    bool keeps;         /* directories of cases that passed, too */
    struct sc_progress *progress;
};

/**
 * Run all. @results: with scase and round filled in; the rest is written here, in any order
 *
 * Returns how many failed. A signal (SIGINT, SIGTERM) ends all that runs and counts it as failed.
 */
size_t sc_pool_run(const struct sc_pool *pool, struct sc_result *results, size_t count);

/** After the reports: remove the directories of cases that need not be kept, and what is empty. */
void sc_pool_tidy(const struct sc_pool *pool, struct sc_result *results, size_t count);

#endif
