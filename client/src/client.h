/* What the typed calls share: sending an action and reading its answer into a pool. */
#ifndef PM_CLIENT_H
#define PM_CLIENT_H

#include "paidmonitor.h"

struct pm_buf;
struct pm_node;
struct pm_pool;

/* An action while its parameters are gathered. The first failure sticks, so that a call is
 * written without a check after each parameter: begin, add …, then one of the ends. */
struct pm_action {
    struct pm_client *client;
    enum pm_method method;
    enum pm_path path;
    const char *name;
    struct pm_params *params;
    struct pm_error *err;
    int failed; /* 0 or an enum pm_err */
};

/** @err: may be NULL. Ended by pm_action_send(), whatever happens. */
struct pm_action pm_action_begin(struct pm_client *client, enum pm_method method, const char *name,
                                 struct pm_error *err);

/** Add a parameter; left out when @value is NULL. */
void pm_action_add(struct pm_action *action, const char *name, const char *value);
void pm_action_add_int(struct pm_action *action, const char *name, int64_t value);

/** Add a name, tag or type (PROTOCOL.md §3.0); left out when @value is NULL. */
void pm_action_add_name(struct pm_action *action, const char *name, const char *value);

/** Add `1,2,3`; fail with PM_ERR_USAGE when there are none. */
void pm_action_add_ids(struct pm_action *action, const char *name, const int64_t *ids,
                       size_t count);

/** The text, or NULL for an empty one: both mean "not said". */
const char *pm_action_said(const char *text);

/** Add a composed text and clear the buffer, which may have failed. */
void pm_action_add_buf(struct pm_action *action, const char *name, struct pm_buf *buf);

/** Fail with PM_ERR_USAGE unless nothing failed before. */
void pm_action_refuse(struct pm_action *action, const char *message);

/**
 * Send and judge.
 *
 * @ret_pool: on success the memory of the answer; pm_pool_free() it. NULL: the answer is not needed
 * @ret_root: on success the answer. NULL likewise
 *
 * Errors: as pm_client_call(), and those of the parameters
 */
int pm_action_send(struct pm_action *action, struct pm_pool **ret_pool,
                   const struct pm_node **ret_root);

/** Send an action that creates something, and read its id. */
int pm_action_send_for_id(struct pm_action *action, int64_t *ret_id);

#endif
