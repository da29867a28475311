/*
 * Answers of the control API for people: lists as tables, objects as lines. Whatever they hold may
 * have come from a stranger: control characters are made visible.
 */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include <cjson/cJSON.h>

struct fa_control_route;
struct pm_buf;

/** Append the answer of a call; of one with a member `text`, that.  Errors: -1 as pm_buf_add() */
int ctl_show(struct pm_buf *buf, const struct fa_control_route *route, const cJSON *answer);

/** Append one event as a line of the same columns. Errors: -1 as pm_buf_add() */
int ctl_show_event(struct pm_buf *buf, const struct fa_control_route *route, const cJSON *event);

#endif
