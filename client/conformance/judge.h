/* What came of one test, and why it failed. Pure: values in, an outcome out. */
#ifndef PM_JUDGE_H
#define PM_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

struct fa_doctor_case;
struct pm_vector;

/* All texts are fit to be shown: no control characters, valid UTF-8. */
struct pm_outcome {
    const struct pm_vector *vector; /* borrowed */
    bool passed;
    char *expected; /* what the checksum should have been */
    char *got;      /* what it was; "" when there was none */
    char *reason;   /* why it failed; "" when it passed */
    char *hint;     /* the mistake that explains it, and how to mend it; "" when unknown */
};

/**
 * Judge a checksum that a signer answered.
 *
 * @ret_outcome: to be cleared with pm_outcome_clear(), here and below
 *
 * Errors: PM_ERR_SYSTEM no memory, here and below
 */
int pm_judge_answer(const struct pm_vector *vector, const char *answer, size_t len,
                    struct pm_outcome *ret_outcome);

/** A test that failed without a checksum. @reason: visible already, here and below */
int pm_judge_failure(const struct pm_vector *vector, const char *reason,
                     struct pm_outcome *ret_outcome);

/**
 * A test whose outcome is known.
 *
 * @expected: the right checksum
 * @reason:   "" when it passed
 * @request:  as examined for the hint, with the checksum that came
 */
int pm_judge_request(const struct pm_vector *vector, const char *expected, const char *reason,
                     const struct fa_doctor_case *request, struct pm_outcome *ret_outcome);

void pm_outcome_clear(struct pm_outcome *outcome);

#endif
