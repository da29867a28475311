/* `login`: somebody comes into a host, or tries to. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "agent.h"
#include "child.h"
#include "cleanup.h"
#include "clock.h"
#include "host.h"
#include "outcome.h"
#include "percent.h"
#include "stage.h"

#define ARGUMENT_MAX 32
#define RECORD_MAX   4096
#define WITHIN_MS    30000

static const char *const ways[] = {"ssh", "sftp", "su",  "sudo",   "login",
                                   "ftp", "cron", "pam", "record", NULL};
static const char *const hows[] = {"key", "password", "keyboard-interactive", NULL};

static const struct sc_key keys[] = {
    {"via", SC_WORD, false,
     "Which way; `ssh` if left out. `pam` asks libpam for `phases`. `record`"
     " only leaves what the module would, and needs an agent but no host.",
     ways, NULL},
    {"on", SC_TEXT, false, "Which host, or with `record` which agent, if there are several.", NULL,
     NULL},
    {"user", SC_TEXT, true, "Who.", NULL, NULL},
    {"from", SC_TEXT, false,
     "The client's address. On the rung root: 192.0.2.77, 198.51.100.5 or"
     " 2001:db8::77; on cwrap another one stands for it.",
     NULL, NULL},
    {"how", SC_WORD, false, "With ssh and sftp; `key` if left out.", hows, NULL},
    {"password", SC_TEXT, false, "Another password than the right one.", NULL, NULL},
    {"by", SC_TEXT, false, "With su, sudo and pam: who becomes the user; alice if left out.", NULL,
     NULL},
    {"tty", SC_TEXT, false, "With pam and record: the terminal.", NULL, NULL},
    {"service", SC_TEXT, false, "With pam and record: the service; `login` or `sshd` if left out.",
     NULL, NULL},
    {"phases", SC_LIST, false,
     "With pam: as pamtester(1) calls them; open_session and"
     " close_session if left out. With record: `open`, `close`, `auth` …",
     NULL, NULL},
    {"fields", SC_FIELDS, false, "With record: further fields of paidmonitor-record(5).", NULL,
     NULL},
    {"times", SC_NUMBER, false, "With record: so many records.", NULL, NULL},
    {"command", SC_TEXT, false,
     "What the session runs (not on the rung pam); with sftp, its"
     " commands.",
     NULL, NULL},
    {"refused", SC_TRUTH, false, "true: it must not get in.", NULL, NULL},
    {"output", SC_MATCHER, false, "What the session's output must be like (not on the rung pam).",
     NULL, NULL},
    {"within", SC_DURATION, false, "How long it may take; 30s if left out.", NULL, NULL},
    {"as", SC_TEXT, false, "Publishes `.took` in milliseconds, `.output`, with record `.id`.", NULL,
     NULL},
    {0},
};

/* ---- records ---- */

static int new_id(char *id)
{
    unsigned char bytes[16];
    size_t i;

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return -1;
    for (i = 0; i < sizeof(bytes); i++)
        (void)snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

static void add_field(char *record, const char *name, const char *value)
{
    char encoded[RECORD_MAX];
    size_t len = strlen(record);

    if (!value)
        return;
    (void)pm_percent_encode(value, strlen(value), "/:+@,", encoded, sizeof(encoded));
    (void)snprintf(record + len, RECORD_MAX - len, " %s=%s", name, encoded);
}

/* paidmonitor-record(5): a symbolic link whose target is the record. */
static int leave_record(struct sc_call *call, const struct sc_agent *agent, const char *phase,
                        char *id)
{
    const char *service = sc_arg_text(call, "service");
    char record[RECORD_MAX], path[RECORD_MAX];
    const cJSON *field;
    int64_t now_ms = pm_clock_wall_ms();

    if (new_id(id) < 0)
        return -1;
    (void)snprintf(record, sizeof(record), "v=1 id=%s t=%lld phase=%s", id, (long long)now_ms,
                   phase);
    add_field(record, "service", service ? service : "sshd");
    add_field(record, "user", sc_arg_text(call, "user"));
    add_field(record, "ruser", sc_arg_text(call, "by"));
    add_field(record, "rhost", sc_arg_text(call, "from"));
    add_field(record, "tty", sc_arg_text(call, "tty"));
    cJSON_ArrayForEach(field, sc_arg(call, "fields"))
    {
        add_field(record, field->string, field->valuestring);
    }
    (void)snprintf(path, sizeof(path), "%s/%lld-%s", agent->drop_dir, (long long)now_ms, id);
    return symlink(record, path);
}

static enum sc_verdict record(struct sc_call *call)
{
    const struct sc_agent *agent = sc_agent_get(call, sc_arg_text(call, "on"));
    int64_t times = sc_arg_number(call, "times", 1), i;
    const cJSON *phases = sc_arg(call, "phases");
    const char *phase = phases && phases->child ? phases->child->valuestring : "open";
    char id[33] = "", name[256];

    if (!agent)
        return SC_FAIL;
    for (i = 0; i < times; i++)
        if (leave_record(call, agent, phase, id) < 0)
            return sc_call_fail(call, "cannot leave a record in %s: %m", agent->drop_dir);
    if (sc_arg_text(call, "as")) {
        (void)snprintf(name, sizeof(name), "%s.id", sc_arg_text(call, "as"));
        sc_vars_set_text(call->stage, name, id);
    }
    return SC_PASS;
}

/* ---- logins ---- */

static size_t options(struct sc_call *call, const char *via, const char **argv, size_t n)
{
    static const struct {
        const char *key, *option;
    } passed[] = {{"from", "--from"}, {"by", "--by"}, {"tty", "--tty"}, {"service", "--service"}};
    const char *how = sc_arg_text(call, "how");
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(passed); i++) {
        if (sc_arg_text(call, passed[i].key)) {
            argv[n++] = passed[i].option;
            argv[n++] = sc_arg_text(call, passed[i].key);
        }
    }
    if (how && strcmp(how, "key") != 0 && (strcmp(via, "ssh") == 0 || strcmp(via, "sftp") == 0))
        argv[n++] = how[0] == 'p' ? "--password" : "--keyboard-interactive";
    return n;
}

static size_t operands(struct sc_call *call, const char *via, const char **argv, size_t n)
{
    const cJSON *phase, *phases = sc_arg(call, "phases");
    const char *command = sc_arg_text(call, "command");

    argv[n++] = sc_arg_text(call, "user");
    if (strcmp(via, "pam") == 0 && !phases) {
        argv[n++] = "open_session";
        argv[n++] = "close_session";
    }
    cJSON_ArrayForEach(phase, phases)
    {
        if (n < ARGUMENT_MAX - 1)
            argv[n++] = phase->valuestring;
    }
    if (strcmp(via, "ssh") == 0)
        argv[n++] = command ? command : "true";
    else if (command && strcmp(via, "sftp") != 0)
        argv[n++] = command;
    return n;
}

/* Another password is given in a file, as the right one is. */
static cJSON *environment(struct sc_call *call)
{
    const char *password = sc_arg_text(call, "password");
    PM_AUTO_FREE char *path = NULL;
    PM_AUTO_FCLOSE FILE *file = NULL;
    cJSON *env = cJSON_CreateObject();

    if (!password)
        return env;
    path = sc_stage_path(call->stage, "another-password");
    file = path ? fopen(path, "we") : NULL;
    if (file)
        (void)fprintf(file, "%s\n", password);
    cJSON_AddStringToObject(env, "PM_HOST_PASSWORD_FILE", path ? path : "");
    return env;
}

static void publish(struct sc_call *call, const struct sc_output *output, int64_t took_ms)
{
    cJSON *vars = cJSON_CreateObject();

    cJSON_AddNumberToObject(vars, "took", (double)took_ms);
    cJSON_AddNumberToObject(vars, "status", output->status);
    cJSON_AddStringToObject(vars, "output", output->out.data ? output->out.data : "");
    sc_vars_set(call->stage, sc_arg_text(call, "as"), vars);
}

static enum sc_verdict judge(struct sc_call *call, const struct sc_host *host,
                             const struct sc_output *output)
{
    bool must_fail = sc_arg_truth(call, "refused", false);
    PM_AUTO_FREE char *text = strdup(output->out.data ? output->out.data : "");
    cJSON *out;
    int r = 0;

    if (output->is_timed_out)
        return sc_call_fail(call, "it was ended when its time was up");
    if (must_fail == (output->status == 0))
        return sc_call_fail(call, "%s: status %d\n%s%s",
                            must_fail ? "it got in, and must not" : "it did not get in",
                            output->status, text ? text : "",
                            output->err.data ? output->err.data : "");
    if (host->rung == SC_RUNG_PAM)
        return SC_PASS;
    if (text && text[0] && text[strlen(text) - 1] == '\n')
        text[strlen(text) - 1] = '\0';
    out = cJSON_CreateString(text ? text : "");
    r = sc_outcome_check(call, "output", out);
    cJSON_Delete(out);
    return r < 0 ? SC_FAIL : SC_PASS;
}

static enum sc_verdict log_in(struct sc_call *call, const struct sc_host *host, const char *via)
{
    const char *argv[ARGUMENT_MAX] = {host->program, via, host->dir};
    const char *command = sc_arg_text(call, "command");
    bool has_input = command && strcmp(via, "sftp") == 0;
    int64_t within_ms = sc_arg_duration(call, "within", WITHIN_MS), begin_ms = pm_clock_mono_ms();
    cJSON *env = environment(call);
    struct sc_output output;
    enum sc_verdict verdict;

    argv[operands(call, via, argv, options(call, via, argv, 3))] = NULL;
    if (sc_child_run(call->stage,
                     &(struct sc_launch){.argv = argv,
                                         .env = env,
                                         .input = has_input ? command : NULL,
                                         .input_len = has_input ? strlen(command) : 0},
                     sc_stage_deadline(call->stage, within_ms), &output) < 0)
        verdict = sc_call_fail(call, "cannot run %s: %s", host->program, strerror(errno));
    else if (output.status == 77)
        verdict = sc_call_skip(call, "%s", output.err.data ? output.err.data : "");
    else
        verdict = judge(call, host, &output);
    if (sc_arg_text(call, "as"))
        publish(call, &output, pm_clock_mono_ms() - begin_ms);
    sc_output_clear(&output);
    cJSON_Delete(env);
    return verdict;
}

static enum sc_verdict step(struct sc_call *call)
{
    const char *via = sc_arg_text(call, "via");
    const struct sc_host *host;

    via = via ? via : "ssh";
    if (strcmp(via, "record") == 0)
        return record(call);
    host = sc_host_get(call, sc_arg_text(call, "on"));
    return host ? log_in(call, host, via) : SC_FAIL;
}

const struct sc_actor sc_actor_login = {
    .name = "login",
    .about = "Somebody comes into a host, or tries to.",
    .keys = keys,
    .step = step,
};
