/* What --serve says where the server's parts were not built (BUILD_FAKEAPI=OFF); see serve.h. */
#include "serve.h"

#include "error.h"

int pm_serve(const struct pm_vectors *vectors, const struct pm_serve_options *options,
             struct pm_outcome **ret_outcomes, size_t *ret_count, struct pm_error *err)
{
    (void)vectors;
    (void)options;
    (void)ret_outcomes;
    (void)ret_count;
    return pm_error_set(err, PM_ERR_CONFIG, "this paidmonitor was built without --serve");
}
