/* Which events are not worth a row: rules of the configuration against one event. */
#ifndef PM_FILTER_H
#define PM_FILTER_H

#include "paidmonitor.h"

struct pm_config;
struct pm_event;

/**
 * Are the rules of section [filter] well-formed?
 *
 * Errors: PM_ERR_CONFIG a network that is none
 */
int pm_filter_check(const struct pm_config *config, struct pm_error *err);

/**
 * The name of the rule that leaves an event out, such as "ignore_services"; NULL when it is to be
 * reported. Asks the system's user database only if a rule names groups.
 */
const char *pm_filter_rule(const struct pm_config *config, const struct pm_event *event);

#endif
