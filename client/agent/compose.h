/* What a login looks like as a result of the login monitor. Pure. */
#ifndef PM_COMPOSE_H
#define PM_COMPOSE_H

#include <stddef.h>

#include "buf.h"
#include "paidmonitor.h"

struct pm_event;

#define PM_COMPOSE_MAX 16

struct pm_result {
    struct pm_value values[PM_COMPOSE_MAX];
    size_t count;
    struct pm_buf text; /* what the values point into */
};

/**
 * Write the values for the parameters of pm_login_monitor_params(). Empty ones are left out. What
 * XML cannot carry and a server may therefore refuse (control characters, bytes that are not
 * UTF-8, U+FFFE and U+FFFF) becomes \xNN, byte for byte; all else goes out as it came.
 *
 * @ret_result: clear with pm_result_clear()
 *
 * Errors: PM_ERR_SYSTEM no memory
 */
int pm_compose(const struct pm_event *event, struct pm_result *ret_result);
void pm_result_clear(struct pm_result *result);

#endif
