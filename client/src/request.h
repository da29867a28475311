/*
 * The texts that a request is made of: the form body, and the structured strings inside its values
 * (PROTOCOL.md §1.3, §3.0). Pure.
 *
 * The server decodes the fields of structured strings once more than the form, so they are
 * percent-encoded here first; then every byte of a value survives, separators included.
 */
#ifndef PM_REQUEST_H
#define PM_REQUEST_H

#include "paidmonitor.h"

struct pm_buf;

/** Append parameters as a query or body: `name=value&…`, every byte but unreserved ones as %XX. */
int pm_request_add_form(struct pm_buf *buf, const struct pm_params *params);

/**
 * Append a name, tag or type. The server decodes it again only if it contains a `+` or `%XX`
 * (§3.0), so only then it is encoded.
 */
int pm_request_add_name(struct pm_buf *buf, const char *text);

/** Append `name:value;name:value`. */
int pm_request_add_results(struct pm_buf *buf, const struct pm_value *values, size_t count);

/** Append `name:displayName:uom:dataType[:true|false[::aggregate]];…` */
int pm_request_add_result_params(struct pm_buf *buf, const struct pm_param_list *params);

/** Append `name:displayName:value:dataType:isHidden;…` */
int pm_request_add_monitor_params(struct pm_buf *buf, const struct pm_param_list *params);

/** Append a JSON object of texts: `{"name":"value",…}`. */
int pm_request_add_object(struct pm_buf *buf, const struct pm_value *values, size_t count);

/** Append a JSON array of such objects. */
int pm_request_add_objects(struct pm_buf *buf, const struct pm_row *rows, size_t count);

/** Append `[{"name":…,"colors":[{"condition":…,"color":…},…]},…]` (PROTOCOL.md §3.11). */
int pm_request_add_colors(struct pm_buf *buf, const struct pm_color_rule *rules, size_t count);

/** Append `1,2,3`. */
int pm_request_add_ids(struct pm_buf *buf, const int64_t *ids, size_t count);

#endif
