/* The API's custom agents and their jobs (PROTOCOL.md §3.12); see paidmonitor.h. */
#include "paidmonitor.h"

#include "buf.h"
#include "client.h"
#include "pool.h"
#include "request.h"
#include "response.h"

/* ---- agents ---- */

static void add_members(struct pm_action *action, const struct pm_agent *agent)
{
    struct pm_buf buf;

    pm_action_add(action, "name", pm_action_said(agent->name));
    if (agent->polling_interval != 0)
        pm_action_add_int(action, "jobPollingInterval", agent->polling_interval);
    if (agent->param_count == 0)
        return;
    pm_buf_init(&buf, PM_PARAMS_BYTES_MAX);
    (void)pm_request_add_object(&buf, agent->params, agent->param_count);
    pm_action_add_buf(action, "params", &buf);
}

int pm_agent_add(struct pm_client *client, const struct pm_agent *agent, int64_t *ret_id,
                 struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "addAgent", err);

    if (!pm_action_said(agent->name))
        pm_action_refuse(&action, "an agent needs a name");
    add_members(&action, agent);
    pm_action_add(&action, "type", pm_action_said(agent->type));
    return pm_action_send_for_id(&action, ret_id);
}

int pm_agent_edit(struct pm_client *client, const struct pm_agent *agent, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "editAgent", err);

    pm_action_add_int(&action, "agentId", agent->id);
    add_members(&action, agent);
    return pm_action_send(&action, NULL, NULL);
}

int pm_agent_delete(struct pm_client *client, const int64_t *ids, size_t count,
                    bool delete_monitors, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "deleteAgent", err);

    pm_action_add_ids(&action, "agentIds", ids, count);
    if (delete_monitors)
        pm_action_add(&action, "deleteMonitors", "true");
    return pm_action_send(&action, NULL, NULL);
}

static int send_for_agents(struct pm_action *action, bool is_info, struct pm_agent_list *ret_list)
{
    struct pm_pool *pool = NULL;
    const struct pm_node *root = NULL;
    int r = pm_action_send(action, &pool, &root);

    if (r == 0)
        r = pm_response_read_agents(root, is_info, pool, ret_list, action->err);
    if (r < 0)
        pm_pool_free(pool);
    return r;
}

int pm_agent_list(struct pm_client *client, const char *type, bool with_monitors, bool with_params,
                  struct pm_agent_list *ret_list, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_GET, "getAgents", err);

    pm_action_add(&action, "type", pm_action_said(type));
    if (with_monitors)
        pm_action_add(&action, "loadTests", "true");
    if (with_params)
        pm_action_add(&action, "loadParams", "true");
    return send_for_agents(&action, false, ret_list);
}

int pm_agent_info(struct pm_client *client, int64_t id, struct pm_agent_list *ret_list,
                  struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_GET, "agentInfo", err);

    pm_action_add_int(&action, "agentId", id);
    return send_for_agents(&action, true, ret_list);
}

void pm_agent_list_clear(struct pm_agent_list *list)
{
    pm_pool_free(list->memory);
    *list = (struct pm_agent_list){.items = NULL};
}

/* ---- jobs ---- */

static void add_job_members(struct pm_action *action, const struct pm_job *job)
{
    pm_action_add(action, "name", pm_action_said(job->name));
    pm_action_add(action, "type", pm_action_said(job->type));
    pm_action_add(action, "interval", pm_action_said(job->interval));
    pm_action_add(action, "params", pm_action_said(job->params));
}

int pm_job_add(struct pm_client *client, const struct pm_job *job, int64_t *ret_id,
               struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "addJob", err);

    pm_action_add_int(&action, "agentId", job->agent_id);
    add_job_members(&action, job);
    if (job->monitor_id != 0)
        pm_action_add_int(&action, "monitorId", job->monitor_id);
    return pm_action_send_for_id(&action, ret_id);
}

int pm_job_edit(struct pm_client *client, const struct pm_job *job, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "editJob", err);

    pm_action_add_int(&action, "jobId", job->id);
    add_job_members(&action, job);
    if (job->state != PM_JOB_UNSAID)
        pm_action_add_int(&action, "activeFlag", job->state == PM_JOB_ACTIVE);
    return pm_action_send(&action, NULL, NULL);
}

int pm_job_delete(struct pm_client *client, const int64_t *ids, size_t count, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_POST, "deleteJob", err);

    pm_action_add_ids(&action, "jobIds", ids, count);
    return pm_action_send(&action, NULL, NULL);
}

int pm_job_list(struct pm_client *client, int64_t agent_id, int64_t last_id,
                struct pm_job_list *ret_list, struct pm_error *err)
{
    struct pm_action action = pm_action_begin(client, PM_GET, "getJobs", err);
    struct pm_pool *pool = NULL;
    const struct pm_node *root = NULL;
    int r;

    pm_action_add_int(&action, "agentId", agent_id);
    if (last_id != 0)
        pm_action_add_int(&action, "lastJobId", last_id);
    r = pm_action_send(&action, &pool, &root);
    if (r == 0)
        r = pm_response_read_jobs(root, pool, ret_list, err);
    if (r < 0)
        pm_pool_free(pool);
    return r;
}

void pm_job_list_clear(struct pm_job_list *list)
{
    pm_pool_free(list->memory);
    *list = (struct pm_job_list){.items = NULL};
}
