/* `shell`: commands by bash, where no other actor fits. */
#include <string.h>

#include "child.h"
#include "outcome.h"
#include "stage.h"

static const struct sc_key keys[] = {
    {"run", SC_TEXT, true, "The commands; the first that fails ends them.", NULL, NULL},
    {"env", SC_FIELDS, false, "Variables of the environment, besides PATH, HOME and TMPDIR.", NULL,
     NULL},
    {"input", SC_TEXT, false, "Its standard input.", NULL, NULL},
    SC_OUTCOME_KEYS,
    {0},
};

static enum sc_verdict step(struct sc_call *call)
{
    const char *argv[] = {"bash",     "-euo", "pipefail", "-c", sc_arg_text(call, "run"),
                          "scenario", NULL};
    const char *input = sc_arg_text(call, "input");
    const struct sc_launch launch = {.argv = argv,
                                     .env = sc_arg(call, "env"),
                                     .input = input,
                                     .input_len = input ? strlen(input) : 0};

    return sc_outcome_run(call, &launch);
}

const struct sc_actor sc_actor_shell = {
    .name = "shell",
    .about = "Commands by bash, in the directory of the case.",
    .short_key = "run",
    .keys = keys,
    .step = step,
};
