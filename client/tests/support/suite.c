/* main() of the test programs; see suite.h. */
#include "suite.h"

#include <stdlib.h>

int test_suite_run(const char *name, const struct test_case *cases, size_t count)
{
    Suite *suite = suite_create(name);
    SRunner *runner;
    int failed;
    size_t i;

    for (i = 0; i < count; i++) {
        TCase *group = tcase_create(cases[i].name);

        tcase_set_timeout(group, 0); /* ctest holds the deadline */
        tcase_add_test(group, *cases[i].test);
        suite_add_tcase(suite, group);
    }
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
