/*
 * Finding or creating the monitor that logins are reported to. Shared by `paidmonitor setup` and
 * the agent, so that both agree.
 */
#ifndef PM_LOGIN_MONITOR_H
#define PM_LOGIN_MONITOR_H

#include "paidmonitor.h"

/**
 * Find the login monitor by name and tag, or create it.
 *
 * @params:      its result parameters, should it be created; see columns.h
 * @ret_id:      the monitor's id
 * @ret_created: optional: was it created now?
 *
 * Errors: as pm_client_call(); PM_ERR_REFUSED also when several monitors have that name and tag
 */
int pm_login_monitor_ensure(struct pm_client *client, const char *name, const char *tag,
                            struct pm_param_list params, int64_t *ret_id, bool *ret_created,
                            struct pm_error *err);

#endif
