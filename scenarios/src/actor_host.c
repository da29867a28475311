/* `host`: a disposable PAM host, whose logins our module reports. */
#include "host.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "agent.h"
#include "child.h"
#include "cleanup.h"
#include "clock.h"
#include "outcome.h"
#include "stage.h"

#define PREPARE_MS   300000 /* once, on a machine's first run */
#define START_MS     60000
#define STOP_MS      10000
#define ARGUMENT_MAX 24

static const char *const tasks[] = {"stop", "kill", NULL};
static const char *const places[] = {"inside", "its network", NULL};

static const struct sc_key keys[] = {
    {"as", SC_TEXT, false, "Its name; `host` if left out. With `run`: see there.", NULL, NULL},
    {"agent", SC_TEXT, false,
     "Whose drop directory the module uses; the newest agent's if left"
     " out, or one that nobody empties.",
     NULL, NULL},
    {"module", SC_TRUTH, false, "false: without our module.", NULL, NULL},
    {"words", SC_TEXT, false, "Words for the module's line, see pam_paidmonitor(8).", NULL, NULL},
    {"failures", SC_TRUTH, false, "true: with the line that reports failed attempts.", NULL, NULL},
    {"on", SC_TEXT, false, "With `run` and `do`: which one, if there are several.", NULL, NULL},
    {"run", SC_TEXT, false, "Commands by bash as root in one that there is (rung root or higher).",
     NULL, NULL},
    {"in", SC_WORD, false,
     "Where `run` runs: inside, or with the machine's programs in the host's"
     " network.",
     places, NULL},
    {"input", SC_TEXT, false, "Standard input of `run`.", NULL, NULL},
    {"do", SC_WORD, false, "What shall happen to one that there is.", tasks, NULL},
    {"status", SC_MATCHER, false, "With `run`: the exit status that is expected.", NULL, NULL},
    {"output", SC_MATCHER, false, "With `run`: what standard output must be like.", NULL, NULL},
    {"errors", SC_MATCHER, false, "With `run`: what standard error must be like.", NULL, NULL},
    {"within", SC_DURATION, false, "With `run`: how long it may take; 20s if left out.", NULL,
     NULL},
    {0},
};

struct sc_host *sc_host_get(struct sc_call *call, const char *name)
{
    struct sc_thing *thing = sc_thing_get(call, name, &sc_actor_host);

    return thing ? thing->state : NULL;
}

static void free_host(struct sc_host *host)
{
    free(host->dir);
    free(host->drop_dir);
    free(host->program);
    free(host->log_file);
    free(host);
}

static char *file_of(const struct sc_stage *stage, const char *name, const char *ending)
{
    char *path;

    return asprintf(&path, "%s/%s%s", stage->dir, name, ending) < 0 ? NULL : path;
}

static struct sc_host *new_host(struct sc_call *call, const char *name)
{
    const char *agent_name = sc_arg_text(call, "agent");
    const struct sc_agent *agent =
        agent_name ? sc_agent_get(call, agent_name) : sc_agent_newest(call->stage);
    struct sc_host *host;

    if (agent_name && !agent)
        return NULL;
    host = calloc(1, sizeof(*host));
    if (!host)
        return NULL;
    host->rung = sc_rung_choose(call->stage->settings, NULL);
    host->dir = file_of(call->stage, name, ".host");
    host->log_file = file_of(call->stage, name, ".log");
    host->drop_dir = agent ? strdup(agent->drop_dir) : file_of(call->stage, name, ".drop");
    if (asprintf(&host->program, "%s/host", call->stage->settings->share_dir) < 0)
        host->program = NULL;
    if (host->dir && host->drop_dir && host->program && mkdir(host->dir, 0755) == 0 &&
        (agent || mkdir(host->drop_dir, 0700) == 0))
        return host;
    (void)sc_call_fail(call, "cannot prepare the host: %m");
    free_host(host);
    return NULL;
}

/* ---- starting ---- */

static cJSON *environment(const struct sc_host *host)
{
    cJSON *env = cJSON_CreateObject();

    cJSON_AddStringToObject(env, "PM_HOST_RUNG", sc_rung_name(host->rung));
    return env;
}

/* What is made once and kept; there is nothing to do after the first time. */
static enum sc_verdict prepare(struct sc_call *call, const struct sc_host *host, const cJSON *env)
{
    const char *argv[] = {host->program, "prepare", NULL};
    struct sc_output output;
    enum sc_verdict verdict = SC_PASS;
    int64_t begin_ms = pm_clock_mono_ms();

    if (sc_child_run(call->stage, &(struct sc_launch){.argv = argv, .env = env},
                     begin_ms + PREPARE_MS, &output) < 0)
        verdict = sc_call_fail(call, "cannot run %s: %m", host->program);
    else if (output.status == 77)
        verdict = sc_call_skip(call, "%s", output.err.data ? output.err.data : "no host here");
    else if (output.status != 0)
        verdict = sc_call_fail(call, "the host cannot be prepared: %s",
                               output.err.data ? output.err.data : "");
    sc_output_clear(&output);
    call->stage->deadline_ms += pm_clock_mono_ms() - begin_ms; /* is not the case's fault */
    return verdict;
}

static enum sc_verdict await_ready(struct sc_call *call, struct sc_host *host)
{
    PM_AUTO_FREE char *ready = NULL;
    int64_t deadline_ms = sc_stage_deadline(call->stage, START_MS);

    if (asprintf(&ready, "%s/ready", host->dir) < 0)
        return sc_call_fail(call, "out of memory");
    while (access(ready, F_OK) < 0) {
        if (!sc_child_is_alive(host->pid))
            return sc_call_fail(call, "the host did not start; its words are in %s",
                                host->log_file);
        if (pm_clock_mono_ms() >= deadline_ms)
            return sc_call_fail(call, "the host is not ready in time");
        (void)poll(NULL, 0, 2);
    }
    return SC_PASS;
}

static enum sc_verdict start(struct sc_call *call, struct sc_host *host, const cJSON *env)
{
    PM_AUTO_FREE char *module = sc_stage_program(call->stage, "pam_paidmonitor.so");
    const char *argv[ARGUMENT_MAX] = {host->program, "run", host->dir};
    const char *words = sc_arg_text(call, "words");
    size_t n = 3;

    if (sc_arg_truth(call, "module", true)) {
        argv[n++] = "--module";
        argv[n++] = module;
        argv[n++] = "--drop";
        argv[n++] = host->drop_dir;
        argv[n++] = "--everywhere";
    }
    if (words) {
        argv[n++] = "--words";
        argv[n++] = words;
    }
    if (sc_arg_truth(call, "failures", false))
        argv[n++] = "--failures";
    argv[n] = NULL;
    host->pid = sc_child_start(
        call->stage, &(struct sc_launch){.argv = argv, .env = env, .log = host->log_file});
    if (host->pid < 0) {
        host->pid = 0;
        return sc_call_fail(call, "cannot run %s: %m", host->program);
    }
    return await_ready(call, host);
}

static char *read_word(const char *dir, const char *name)
{
    char path[4096], word[256] = "";
    PM_AUTO_FCLOSE FILE *file = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    file = fopen(path, "re");
    if (!file || !fgets(word, sizeof(word), file))
        return strdup("");
    word[strcspn(word, "\n")] = '\0';
    return strdup(word);
}

static void publish(struct sc_call *call, const char *name, const struct sc_host *host)
{
    PM_AUTO_FREE char *password = read_word(host->dir, "password");
    PM_AUTO_FREE char *key = read_word(host->dir, "id.pub");
    cJSON *vars = cJSON_CreateObject();

    cJSON_AddStringToObject(vars, "rung", sc_rung_name(host->rung));
    cJSON_AddStringToObject(vars, "dir", host->dir);
    cJSON_AddStringToObject(vars, "drop", host->drop_dir);
    cJSON_AddStringToObject(vars, "password", password);
    cJSON_AddStringToObject(vars, "key", key);
    sc_vars_set(call->stage, name, vars);
}

static enum sc_verdict create(struct sc_call *call)
{
    const char *name = sc_arg_text(call, "as");
    struct sc_host *host;
    enum sc_verdict verdict;
    cJSON *env;

    name = name ? name : call->actor->name;
    host = new_host(call, name);
    if (!host)
        return SC_FAIL;
    if (!sc_thing_add(call, name, host)) {
        free_host(host);
        return SC_FAIL;
    }
    env = environment(host);
    verdict = prepare(call, host, env);
    if (verdict == SC_PASS)
        verdict = start(call, host, env);
    cJSON_Delete(env);
    if (verdict == SC_PASS)
        publish(call, name, host);
    return verdict;
}

/* ---- what happens to it later ---- */

static void stop(struct sc_host *host, int sig)
{
    if (host->pid > 0)
        (void)sc_child_stop(host->pid, sig, pm_clock_mono_ms() + STOP_MS);
    host->pid = 0;
}

static enum sc_verdict run(struct sc_call *call, const struct sc_host *host)
{
    const char *where = sc_arg_text(call, "in"), *input = sc_arg_text(call, "input");
    bool is_network = where && strcmp(where, "its network") == 0;
    const char *argv[] = {host->program, is_network ? "net" : "exec", host->dir, "bash",
                          "-euc",        sc_arg_text(call, "run"),    NULL};

    if (host->rung < SC_RUNG_ROOT)
        return sc_call_skip(call, "nothing can run inside a host on the rung %s",
                            sc_rung_name(host->rung));
    return sc_outcome_run(
        call,
        &(struct sc_launch){.argv = argv, .input = input, .input_len = input ? strlen(input) : 0});
}

static enum sc_verdict step(struct sc_call *call)
{
    const char *task = sc_arg_text(call, "do");
    struct sc_host *host;

    if (!task && !sc_arg_text(call, "run"))
        return create(call);
    host = sc_host_get(call, sc_arg_text(call, "on"));
    if (!host)
        return SC_FAIL;
    if (!task)
        return run(call, host);
    stop(host, strcmp(task, "kill") == 0 ? SIGKILL : SIGTERM);
    return SC_PASS;
}

static void reset(struct sc_thing *thing)
{
    struct sc_host *host = thing->state;

    stop(host, SIGTERM);
    free_host(host);
}

const struct sc_actor sc_actor_host = {
    .name = "host",
    .about =
        "A disposable PAM host with the users alice and bob, on the rung that the run is on.\n"
        "Publishes `.rung`, `.password` (of both), `.key` (the public one), `.dir` and `.drop`.",
    .keys = keys,
    .step = step,
    .reset = reset,
};
