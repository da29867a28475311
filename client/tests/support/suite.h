/*
 * What every test program shares: main(), one suite per program, one test per fact.
 *
 *     static const struct test_case cases[] = { TEST(test_sign_sorts_by_name), … };
 *     TEST_MAIN("sign", cases)
 *
 * Selecting tests, as Check offers it: CK_RUN_CASE=<name of the test>, CK_FORK=no,
 * CK_VERBOSITY=verbose.
 */
#ifndef TEST_SUITE_H
#define TEST_SUITE_H

#include <check.h>
#include <stddef.h>

struct test_case {
    const TTest *const *test; /* what START_TEST defines */
    const char *name;
};

#define TEST(function)       \
    {                        \
        &function, #function \
    }

/** Run every case in a group of its own; returns the exit status. */
int test_suite_run(const char *name, const struct test_case *cases, size_t count);

#define TEST_MAIN(name, cases)                                                  \
    int main(void)                                                              \
    {                                                                           \
        return test_suite_run(name, cases, sizeof(cases) / sizeof((cases)[0])); \
    }

#endif
