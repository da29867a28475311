/*
 * The columns of the login monitor: which parameters it has, and the template that each value is
 * made from. Section [result] of the configuration, or our own where it has none.
 */
#ifndef PM_COLUMNS_H
#define PM_COLUMNS_H

#include "config.h"
#include "paidmonitor.h"

/* What a template's `%{name}` stands for; paidmonitor.conf(5) tells of each. */
enum pm_field {
    PM_FIELD_USER,
    PM_FIELD_RUSER,
    PM_FIELD_RHOST,
    PM_FIELD_SERVICE,
    PM_FIELD_TTY,
    PM_FIELD_CONN,
    PM_FIELD_EVENT,
    PM_FIELD_METHOD,
    PM_FIELD_DURATION,
    PM_FIELD_COUNT,
    PM_FIELD_ID,
    PM_FIELD_LOGIN,
    PM_FIELD_UID,
    PM_FIELD_EUID,
    PM_FIELD_LOGINUID,
    PM_FIELD_SESSION,
    PM_FIELD_PID,
    PM_FIELD_MAX,
};

struct pm_columns {
    struct pm_param params[PM_CONFIG_COLUMNS_MAX];
    const char *templates[PM_CONFIG_COLUMNS_MAX];
    size_t count;
    char *text; /* what all of it points into */
};

/**
 * @ret_columns: clear with pm_columns_clear(); owes nothing to @config
 *
 * Errors: PM_ERR_CONFIG a column that is not `display name:unit:template`, or a template with a `%`
 *         that begins neither `%{field}` nor `%%`; PM_ERR_SYSTEM
 */
int pm_columns_read(const struct pm_config *config, struct pm_columns *ret_columns,
                    struct pm_error *err);
void pm_columns_clear(struct pm_columns *columns);

/** The parameters alone, lent. */
struct pm_param_list pm_columns_params(const struct pm_columns *columns);

/**
 * Read what a template's `%` begins.
 *
 * @template:  at the `%`; moved behind what was read
 * @ret_field: PM_FIELD_MAX for `%%`
 *
 * Errors: -1 neither
 */
int pm_columns_field(const char **template, enum pm_field *ret_field);

#endif
