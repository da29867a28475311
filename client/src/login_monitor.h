/*
 * The monitor that logins are reported to: its parameters, and finding or creating it. Shared by
 * `paidmonitor setup` and the agent, so that both agree.
 */
#ifndef PM_LOGIN_MONITOR_H
#define PM_LOGIN_MONITOR_H

#include "paidmonitor.h"

/** The result parameters of a login monitor, in the order of its columns. A constant. */
struct pm_param_list pm_login_monitor_params(void);

/**
 * Find the login monitor by name and tag, or create it.
 *
 * @ret_id:      the monitor's id
 * @ret_created: optional: was it created now?
 *
 * Errors: as pm_client_call(); PM_ERR_REFUSED also when several monitors have that name and tag
 */
int pm_login_monitor_ensure(struct pm_client *client, const char *name, const char *tag,
                            int64_t *ret_id, bool *ret_created, struct pm_error *err);

#endif
