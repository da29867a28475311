/* `client`: the command paidmonitor. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "agent.h"
#include "child.h"
#include "cleanup.h"
#include "config.h"
#include "fake.h"
#include "outcome.h"
#include "stage.h"
#include "words.h"

#define ARGUMENT_MAX 256

static const struct sc_key keys[] = {
    {"run", SC_LIST, true,
     "What it shall do: words in one text, as in a shell but nothing is"
     " expanded; or a list of arguments.",
     NULL, NULL},
    {"agent", SC_TEXT, false, "Takes the configuration of this agent.", NULL, NULL},
    {"fake", SC_TEXT, false, "Which fakeapi it speaks to, if not that of an agent.", NULL, NULL},
    {"config", SC_FIELDS, false, "Lines of paidmonitor.conf(5), each as `section.key`.", NULL,
     NULL},
    {"env", SC_FIELDS, false, "Variables of the environment.", NULL, NULL},
    {"input", SC_TEXT, false, "Its standard input.", NULL, NULL},
    SC_OUTCOME_KEYS,
    {0},
};

/* The configuration of an agent, or one of its own. The caller frees it. */
static char *config_of(struct sc_call *call)
{
    const char *agent_name = sc_arg_text(call, "agent");
    const struct sc_agent *agent =
        agent_name ? sc_agent_get(call, agent_name) : sc_agent_newest(call->stage);
    const struct sc_fake *fake;
    char *path;

    if (agent_name && !agent)
        return NULL;
    if (agent && !sc_arg(call, "config") && !sc_arg_text(call, "fake"))
        return strdup(agent->config_file);
    fake = sc_fake_get(call, sc_arg_text(call, "fake"));
    path = sc_stage_path(call->stage, "client.conf");
    if (fake && path && sc_config_write(call, path, fake, sc_arg(call, "config")) == 0)
        return path;
    free(path);
    return NULL;
}

static size_t add_list(const cJSON *list, const char **argv, size_t n)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (n < ARGUMENT_MAX)
            argv[n++] = item->valuestring;
    }
    return n;
}

/* The arguments after the first ones. Returns how many there are, or -1. @text: to split words in
 */
static int add_run(struct sc_call *call, const char **argv, int n, char *text)
{
    const cJSON *run = sc_arg(call, "run");
    int count;

    if (cJSON_GetArraySize(run) != 1)
        return (int)add_list(run, argv, (size_t)n);
    count = text ? sc_words_split(text, argv + n, ARGUMENT_MAX - (size_t)n) : -1;
    if (count >= 0)
        return n + count;
    (void)sc_call_fail(call, "a quote is missing in '%s'", run->child->valuestring);
    return -1;
}

static enum sc_verdict step(struct sc_call *call)
{
    PM_AUTO_FREE char *program = sc_stage_program(call->stage, "paidmonitor");
    PM_AUTO_FREE char *config = config_of(call);
    PM_AUTO_FREE char *text = NULL;
    const char *argv[ARGUMENT_MAX + 1] = {program, "--config", config};
    const char *input = sc_arg_text(call, "input");
    int n;

    if (!program || !config)
        return SC_FAIL;
    if (sc_arg(call, "run")->child)
        text = strdup(sc_arg(call, "run")->child->valuestring);
    n = add_run(call, argv, 3, text);
    if (n < 0)
        return SC_FAIL;
    argv[n] = NULL;
    return sc_outcome_run(call, &(struct sc_launch){.argv = argv,
                                                    .env = sc_arg(call, "env"),
                                                    .input = input,
                                                    .input_len = input ? strlen(input) : 0});
}

const struct sc_actor sc_actor_client = {
    .name = "client",
    .about = "The command paidmonitor(1).",
    .short_key = "run",
    .keys = keys,
    .step = step,
};
