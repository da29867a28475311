/* Judging a signed request that arrived over HTTP. Pure but for the request's own memory. */
#ifndef PM_ARRIVAL_H
#define PM_ARRIVAL_H

struct fa_http_request;
struct pm_outcome;
struct pm_vector;

/**
 * The parameters of the test must be among those that arrived, unchanged (`timestamp` with any
 * value), and the checksum must be that of everything that arrived.
 *
 * @method:      how it should have come, "GET" or "POST"
 * @ret_outcome: to be cleared with pm_outcome_clear()
 *
 * Errors: PM_ERR_SYSTEM no memory
 */
int pm_arrival_judge(const struct pm_vector *vector, const char *method,
                     const struct fa_http_request *request, struct pm_outcome *ret_outcome);

#endif
