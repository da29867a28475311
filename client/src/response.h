/*
 * What an answer means: a verdict on its status and body, and the typed reading of its tree.
 * Pure. Everything read lives in the pool.
 */
#ifndef PM_RESPONSE_H
#define PM_RESPONSE_H

#include "paidmonitor.h"

struct pm_answer;
struct pm_node;
struct pm_pool;

/**
 * Judge an answer.
 *
 * @ret_root: on success the tree of the body
 *
 * Errors: PM_ERR_REFUSED     status 4xx with an error of the API, or one in a 2xx body
 *         PM_ERR_UNAVAILABLE 408, 425, 429 and 5xx, whatever the body
 *         PM_ERR_CONFIG      a redirect
 *         PM_ERR_REPLY       a body that is neither JSON nor XML, or no answer of the API
 * Source: PROTOCOL.md §4
 */
int pm_response_judge(const struct pm_answer *answer, struct pm_pool *pool,
                      const struct pm_node **ret_root, struct pm_error *err);

/* Typed reading. Errors of all: PM_ERR_REPLY another shape; PM_ERR_SYSTEM */

/** `authToken`. @token: at least PM_TOKEN_SIZE bytes */
int pm_response_read_token(const struct pm_node *root, char *token, struct pm_error *err);

/** A write was carried out only if its answer says `status` ok. */
int pm_response_check_done(const struct pm_node *root, struct pm_error *err);

/** The `data` of a created object: its id. */
int pm_response_read_id(const struct pm_node *root, int64_t *ret_id, struct pm_error *err);

/** A list of monitors; or with @is_info one monitor with its parameters. */
int pm_response_read_monitors(const struct pm_node *root, bool is_info, struct pm_pool *pool,
                              struct pm_monitor_list *ret_list, struct pm_error *err);

/** A list of results. */
int pm_response_read_rows(const struct pm_node *root, struct pm_pool *pool,
                          struct pm_row_list *ret_list, struct pm_error *err);

/** A list of custom agents; or with @is_info one of them. */
int pm_response_read_agents(const struct pm_node *root, bool is_info, struct pm_pool *pool,
                            struct pm_agent_list *ret_list, struct pm_error *err);

/** A list of jobs. */
int pm_response_read_jobs(const struct pm_node *root, struct pm_pool *pool,
                          struct pm_job_list *ret_list, struct pm_error *err);

#endif
