/* Reading what people type: numbers, days, results, parameters of monitors. Pure. */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include "paidmonitor.h"

struct pm_pool;

/** A whole decimal number within limits. Errors: -1 */
int values_read_int(const char *text, int64_t min, int64_t max, int64_t *ret_value);

/** `2011-06-01`. Errors: -1 another form, or a day that does not exist */
int values_read_day(const char *text, struct pm_day *day);

#define VALUES_TIME_MAX INT64_C(253402300799999) /* ms; the end of the year 9999 */

/** `2011-06-01` or `2011-06-01 12:00:00` in a timezone, as ms since the epoch. Errors: -1 */
int values_read_time(const char *text, int timezone_min, int64_t *ret_ms);

/** `+02:00`, `-0330`, `120` (minutes) or `Z`: minutes east of GMT. Errors: -1 */
int values_read_timezone(const char *text, int *ret_minutes);

struct values_results {
    const struct pm_value *items;
    size_t count;
};

/**
 * Results as the API writes them: `name:value;name:value`. Semicolons inside balanced brackets do
 * not separate; %XX stands for a byte, so that a value can hold any.
 *
 * Errors: -1 an item without a colon or name, or no item; *ret_bad is the item at fault (not
 *         terminated), NULL without memory
 */
int values_read_results(struct pm_pool *pool, const char *text, struct values_results *ret_results,
                        const char **ret_bad);

enum values_params {
    VALUES_RESULT_PARAMS,  /* name:display name:unit:type[:true[:groups[:aggregate]]] */
    VALUES_MONITOR_PARAMS, /* name:display name:value:type[:hidden] */
};

/** Parameters as the API writes them, separated by `;`, with %XX as above. Errors: as above */
int values_read_params(struct pm_pool *pool, enum values_params kind, const char *text,
                       struct pm_param_list *ret_list, const char **ret_bad);

#endif
