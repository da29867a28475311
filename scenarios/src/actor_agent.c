/* `agent`: what delivers the logins that the module leaves in its drop directory. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "agent.h"
#include "child.h"
#include "cleanup.h"
#include "clock.h"
#include "config.h"
#include "fake.h"
#include "outcome.h"
#include "stage.h"

#define STOP_MS 10000

static const char *const tasks[] = {"start",    "stop",   "kill", "restart", "pause",
                                    "continue", "reload", "once", NULL};

static const struct sc_key keys[] = {
    {"as", SC_TEXT, false, "Its name; `agent` if left out.", NULL, NULL},
    {"fake", SC_TEXT, false, "Which fakeapi it reports to.", NULL, NULL},
    {"config", SC_FIELDS, false, "Lines of paidmonitor.conf(5), each as `section.key`.", NULL,
     NULL},
    {"env", SC_FIELDS, false, "Variables of its environment.", NULL, NULL},
    {"is", SC_WORD, false, "`stopped`: it is prepared, and not started.",
     (const char *const[]){"stopped", "started", NULL}, NULL},
    {"on", SC_TEXT, false, "With `do`: which one, if there are several.", NULL, NULL},
    {"do", SC_WORD, false,
     "What shall happen to one that there is. `once` lets it deliver what is"
     " there and end.",
     tasks, NULL},
    {"status", SC_MATCHER, false, "With `once`: the exit status that is expected.", NULL, NULL},
    {0},
};

struct sc_agent *sc_agent_get(struct sc_call *call, const char *name)
{
    struct sc_thing *thing = sc_thing_get(call, name, &sc_actor_agent);

    return thing ? thing->state : NULL;
}

const struct sc_agent *sc_agent_newest(struct sc_stage *stage)
{
    struct sc_thing *thing = sc_thing_find(stage, NULL, &sc_actor_agent);

    return thing ? thing->state : NULL;
}

static char *file_of(const struct sc_stage *stage, const char *name, const char *ending)
{
    char *path;

    return asprintf(&path, "%s/%s%s", stage->dir, name, ending) < 0 ? NULL : path;
}

static void free_agent(struct sc_agent *agent)
{
    free(agent->config_file);
    free(agent->drop_dir);
    free(agent->journal_file);
    free(agent->log_file);
    cJSON_Delete(agent->env);
    free(agent);
}

static struct sc_agent *new_agent(struct sc_call *call, const char *name)
{
    struct sc_agent *agent = calloc(1, sizeof(*agent));

    if (!agent)
        return NULL;
    agent->config_file = file_of(call->stage, name, ".conf");
    agent->drop_dir = file_of(call->stage, name, ".drop");
    agent->journal_file = file_of(call->stage, name, ".db");
    agent->log_file = file_of(call->stage, name, ".log");
    agent->env = cJSON_Duplicate(sc_arg(call, "env"), true);
    if (agent->drop_dir && agent->journal_file && mkdir(agent->drop_dir, 0700) == 0)
        return agent;
    free_agent(agent);
    return NULL;
}

static int write_config(struct sc_call *call, const struct sc_agent *agent)
{
    cJSON *settings = sc_arg(call, "config") ? cJSON_Duplicate(sc_arg(call, "config"), true)
                                             : cJSON_CreateObject();
    const struct sc_fake *fake = sc_fake_get(call, sc_arg_text(call, "fake"));
    int r = -1;

    if (!cJSON_GetObjectItemCaseSensitive(settings, "agent.drop_dir"))
        cJSON_AddStringToObject(settings, "agent.drop_dir", agent->drop_dir);
    if (!cJSON_GetObjectItemCaseSensitive(settings, "agent.journal"))
        cJSON_AddStringToObject(settings, "agent.journal", agent->journal_file);
    if (fake)
        r = sc_config_write(call, agent->config_file, fake, settings);
    cJSON_Delete(settings);
    return r;
}

/* ---- what it does ---- */

static int start(struct sc_call *call, struct sc_agent *agent)
{
    PM_AUTO_FREE char *program = sc_stage_program(call->stage, "paidmonitor-agent");
    const char *argv[] = {program, "--config", agent->config_file, "--verbose", NULL};

    if (agent->pid > 0) {
        (void)sc_call_fail(call, "it runs already");
        return -1;
    }
    agent->pid = sc_child_start(
        call->stage, &(struct sc_launch){.argv = argv, .env = agent->env, .log = agent->log_file});
    if (agent->pid > 0)
        return 0;
    agent->pid = 0;
    (void)sc_call_fail(call, "cannot start %s: %m", program);
    return -1;
}

static void stop(struct sc_agent *agent, int sig)
{
    if (agent->pid <= 0)
        return;
    (void)kill(agent->pid, SIGCONT);
    (void)sc_child_stop(agent->pid, sig, pm_clock_mono_ms() + STOP_MS);
    agent->pid = 0;
}

static enum sc_verdict once(struct sc_call *call, const struct sc_agent *agent)
{
    PM_AUTO_FREE char *program = sc_stage_program(call->stage, "paidmonitor-agent");
    const char *argv[] = {program, "--config", agent->config_file, "--once", NULL};

    return sc_outcome_run(call, &(struct sc_launch){.argv = argv, .env = agent->env});
}

static enum sc_verdict act(struct sc_call *call, const char *task)
{
    static const struct {
        const char *task;
        int sig;
    } signals[] = {{"pause", SIGSTOP}, {"continue", SIGCONT}, {"reload", SIGHUP}};
    struct sc_agent *agent = sc_agent_get(call, sc_arg_text(call, "on"));
    size_t i;

    if (!agent)
        return SC_FAIL;
    for (i = 0; i < PM_ARRAY_LEN(signals); i++)
        if (strcmp(task, signals[i].task) == 0)
            return kill(agent->pid, signals[i].sig) == 0 ? SC_PASS
                                                         : sc_call_fail(call, "it does not run");
    if (strcmp(task, "once") == 0)
        return once(call, agent);
    if (strcmp(task, "stop") == 0 || strcmp(task, "restart") == 0)
        stop(agent, SIGTERM);
    if (strcmp(task, "kill") == 0)
        stop(agent, SIGKILL);
    if (strcmp(task, "start") == 0 || strcmp(task, "restart") == 0)
        return start(call, agent) < 0 ? SC_FAIL : SC_PASS;
    return SC_PASS;
}

static void publish(struct sc_call *call, const char *name, const struct sc_agent *agent)
{
    cJSON *vars = cJSON_CreateObject();

    cJSON_AddStringToObject(vars, "config", agent->config_file);
    cJSON_AddStringToObject(vars, "drop", agent->drop_dir);
    cJSON_AddStringToObject(vars, "journal", agent->journal_file);
    cJSON_AddStringToObject(vars, "log", agent->log_file);
    sc_vars_set(call->stage, name, vars);
}

static enum sc_verdict create(struct sc_call *call)
{
    const char *name = sc_arg_text(call, "as"), *is = sc_arg_text(call, "is");
    struct sc_agent *agent;

    name = name ? name : call->actor->name;
    agent = new_agent(call, name);
    if (!agent)
        return sc_call_fail(call, "cannot prepare the agent: %m");
    if (!sc_thing_add(call, name, agent)) {
        free_agent(agent);
        return SC_FAIL;
    }
    if (write_config(call, agent) < 0)
        return SC_FAIL;
    publish(call, name, agent);
    if (is && strcmp(is, "stopped") == 0)
        return SC_PASS;
    return start(call, agent) < 0 ? SC_FAIL : SC_PASS;
}

static enum sc_verdict step(struct sc_call *call)
{
    const char *task = sc_arg_text(call, "do");

    return task ? act(call, task) : create(call);
}

/* What it thinks of each of its events. */
static void evidence(struct sc_thing *thing)
{
    PM_AUTO_FREE char *program = sc_stage_program(thing->stage, "paidmonitor");
    PM_AUTO_FREE char *log = file_of(thing->stage, thing->name, ".status");
    const struct sc_agent *agent = thing->state;
    const char *status[] = {program, "--config", agent->config_file, "status", NULL};
    pid_t pid = sc_child_start(thing->stage, &(struct sc_launch){.argv = status, .log = log});

    if (pid > 0)
        (void)sc_child_stop(pid, 0, pm_clock_mono_ms() + 3000);
}

static void reset(struct sc_thing *thing)
{
    struct sc_agent *agent = thing->state;

    stop(agent, SIGTERM);
    free_agent(agent);
}

const struct sc_actor sc_actor_agent = {
    .name = "agent",
    .about =
        "An agent that reports to a fakeapi. Publishes `.config`, `.drop`, `.journal`, `.log`.",
    .keys = keys,
    .step = step,
    .reset = reset,
    .evidence = evidence,
};
