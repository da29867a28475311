/* Agents and the jobs they poll for: PROTOCOL.md §3.12. */
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "clock.h"
#include "objects.h"
#include "routes.h"

#define AGENT "agent"
#define JOB   "job"

/* Agents */

enum fa_error fa_api_add_agent(struct fa_call *call)
{
    char created[PM_CLOCK_TIMESTAMP_SIZE];
    const char *const extra[] = {"createdOn", created, NULL};
    int64_t id = 0;
    enum fa_error error;

    pm_clock_timestamp(call->now_ms, created, sizeof(created));
    created[strlen(created) - strlen(":ss")] = '\0';
    error = fa_thing_add(call, AGENT, 0, extra, &id);
    return error == FA_OK ? fa_answer_id(call, id) : error;
}

enum fa_error fa_api_edit_agent(struct fa_call *call)
{
    enum fa_error error = fa_thing_edit(call, AGENT, "agentId");

    return error == FA_OK ? fa_answer_ok(call) : error;
}

/* Ids first: the list is read to its end before anything is changed. */
struct monitor_ids {
    struct fa_call *call;
    size_t count;
    int64_t ids[FA_IDS_MAX];
};

/* fa_monitor_fn */
static int collect_id(void *context, const struct fa_monitor *monitor)
{
    struct monitor_ids *found = context;

    if (found->count == FA_IDS_MAX)
        return 1;
    found->ids[found->count++] = monitor->id;
    return 0;
}

/* fa_monitor_fn */
static int detach(void *context, const struct fa_monitor *monitor)
{
    struct fa_call *call = context;
    struct fa_monitor detached = *monitor;

    detached.agent_id = 0;
    return fa_store_monitor_set(call->app->store, &detached);
}

/* Of one batch; a full batch means that there may be more. */
static int release_some(struct fa_call *call, int64_t agent_id, struct monitor_ids *found)
{
    const struct fa_monitor_filter filter = {.account_id = call->account->account.id,
                                             .agent_id = agent_id};
    size_t i;
    int r;

    found->count = 0;
    r = fa_store_monitors(call->app->store, &filter, collect_id, found);
    for (i = 0; i < found->count && r >= 0; i++)
        r = fa_arg_number(call, "deleteMonitors")
                ? fa_store_monitor_delete(call->app->store, filter.account_id, found->ids[i])
                : fa_store_monitor_get(call->app->store, filter.account_id, found->ids[i], detach,
                                       call);
    return r;
}

/* The agent's monitors go with it, or stay without it. */
static enum fa_error release_monitors(struct fa_call *call, int64_t agent_id)
{
    struct monitor_ids *found = fa_arena_alloc(&call->arena, sizeof(*found));
    int r;

    if (!found)
        return fa_refuse(call, FA_E_INTERNAL, NULL, "out of memory");
    do
        r = release_some(call, agent_id, found);
    while (r >= 0 && found->count == FA_IDS_MAX);
    return r < 0 ? fa_refuse_store(call) : FA_OK;
}

enum fa_error fa_api_delete_agent(struct fa_call *call)
{
    const struct fa_arg *arg = fa_arg(call, "agentIds");
    enum fa_error error = fa_things_delete(call, AGENT, "agentIds");
    size_t i;

    for (i = 0; i < arg->count && error == FA_OK; i++)
        error = release_monitors(call, arg->ids[i]);
    return error == FA_OK ? fa_answer_ok(call) : error;
}

/* fa_monitor_fn */
static int write_monitor(void *context, const struct fa_monitor *monitor)
{
    struct fa_call *call = context;

    fa_write_object(call->out, "monitor");
    fa_write_id(call->out, "id", monitor->id);
    fa_write_text(call->out, "name", monitor->name);
    fa_write_text(call->out, "tag", monitor->tag);
    fa_write_text(call->out, "type", monitor->type);
    fa_write_end(call->out);
    return 0;
}

static void write_monitors(struct fa_call *call, const struct fa_thing *agent)
{
    const struct fa_monitor_filter filter = {.account_id = agent->account_id,
                                             .agent_id = agent->id};

    fa_write_list(call->out, "monitors");
    (void)fa_store_monitors(call->app->store, &filter, write_monitor,
                            call); /* what cannot be read is not listed */
    fa_write_end(call->out);
}

/* `params` is the text of a JSON object; each member is one parameter. */
static void write_params(struct fa_call *call, const struct fa_thing *agent)
{
    const struct fa_json *object;
    const struct fa_json *member = NULL;
    int64_t id = 1;

    if (fa_json_parse(&call->arena, fa_thing_text(agent, "params"), &object) == 0 &&
        object->type == FA_JSON_OBJECT)
        member = object->first;
    fa_write_list(call->out, "params");
    for (; member; member = member->next, id++) {
        fa_write_object(call->out, "param");
        fa_write_id(call->out, "id", id);
        fa_write_text(call->out, "name", member->name);
        if (member->text)
            fa_write_text(call->out, "value", member->text);
        else
            fa_write_json(call->out, "value", member);
        fa_write_end(call->out);
    }
    fa_write_end(call->out);
}

static void write_agent(struct fa_call *call, const struct fa_thing *agent, bool has_monitors,
                        bool has_params)
{
    fa_write_object(call->out, "agent");
    fa_write_id(call->out, "id", agent->id);
    fa_write_text(call->out, "name", fa_thing_text(agent, "name"));
    fa_write_text(call->out, "type", fa_thing_text(agent, "type"));
    fa_write_integer(call->out, "jobPollingInterval",
                     atoll(fa_thing_text(agent, "jobPollingInterval")));
    fa_write_text(call->out, "createdOn", fa_thing_text(agent, "createdOn"));
    fa_write_text(call->out, "lastAccess", "");
    if (has_monitors)
        write_monitors(call, agent);
    if (has_params)
        write_params(call, agent);
    fa_write_end(call->out);
}

static void list_agent(struct fa_call *call, const struct fa_thing *agent)
{
    const char *type = fa_arg_text(call, "type");

    if (!type || strcmp(type, fa_thing_text(agent, "type")) == 0)
        write_agent(call, agent, fa_arg_number(call, "loadTests") != 0,
                    fa_arg_number(call, "loadParams") != 0);
}

enum fa_error fa_api_get_agents(struct fa_call *call)
{
    enum fa_error error;

    fa_write_list(call->out, "agents");
    error = fa_things_list(call, AGENT, 0, list_agent);
    fa_write_end(call->out);
    return error;
}

enum fa_error fa_api_agent_info(struct fa_call *call)
{
    struct fa_thing agent;
    enum fa_error error = fa_thing_find(call, AGENT, "agentId", &agent);

    if (error == FA_OK)
        write_agent(call, &agent, true, true);
    return error;
}

/* Jobs */

enum fa_error fa_api_add_job(struct fa_call *call)
{
    struct fa_thing agent;
    int64_t id = 0;
    enum fa_error error = fa_thing_find(call, AGENT, "agentId", &agent);

    if (error == FA_OK)
        error = fa_thing_add(call, JOB, agent.id, NULL, &id);
    return error == FA_OK ? fa_answer_id(call, id) : error;
}

enum fa_error fa_api_edit_job(struct fa_call *call)
{
    enum fa_error error = fa_thing_edit(call, JOB, "jobId");

    return error == FA_OK ? fa_answer_ok(call) : error;
}

enum fa_error fa_api_delete_job(struct fa_call *call)
{
    enum fa_error error = fa_things_delete(call, JOB, "jobIds");

    return error == FA_OK ? fa_answer_ok(call) : error;
}

static void list_job(struct fa_call *call, const struct fa_thing *job)
{
    if (job->id <= fa_arg_number(call, "lastJobId"))
        return;
    fa_write_object(call->out, "job");
    fa_write_id(call->out, "id", job->id);
    fa_write_text(call->out, "interval", fa_thing_text(job, "interval"));
    fa_write_text(call->out, "params", fa_thing_text(job, "params"));
    fa_write_text(call->out, "type", fa_thing_text(job, "type"));
    fa_write_end(call->out);
}

enum fa_error fa_api_get_jobs(struct fa_call *call)
{
    struct fa_thing agent;
    enum fa_error error = fa_thing_find(call, AGENT, "agentId", &agent);

    if (error != FA_OK)
        return error;
    fa_write_list(call->out, "jobs");
    error = fa_things_list(call, JOB, agent.id, list_job);
    fa_write_end(call->out);
    return error;
}
