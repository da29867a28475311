/* `fakeapi`: a server of the fake API, on a free port, with an account of its own. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "child.h"
#include "cleanup.h"
#include "clock.h"
#include "fake.h"
#include "fs.h"
#include "stage.h"

#define START_MS     20000
#define STOP_MS      10000
#define ARGUMENT_MAX 64

static const char *const stores[] = {"memory", "file", NULL};
static const char *const profiles[] = {"strict", "vendor", NULL};
static const char *const tasks[] = {"start", "stop", "kill", "restart", "pause", "continue", NULL};

static const struct sc_key keys[] = {
    {"as", SC_TEXT, false, "Its name; `fakeapi` if left out.", NULL, NULL},
    {"store", SC_WORD, false,
     "Where rows are kept: `memory`, or a `file` that outlives the server.", stores, NULL},
    {"profile", SC_WORD, false, "What is refused: see PROTOCOL.md, section 1.", profiles, NULL},
    {"tls", SC_TRUTH, false, "true: https, with a certificate of its own; publishes `.ca_file`.",
     NULL, NULL},
    {"options", SC_LIST, false, "Further options of paidmonitor-fakeapi serve.", NULL, NULL},
    {"on", SC_TEXT, false, "With `do`: which one, if there are several.", NULL, NULL},
    {"do", SC_WORD, false, "What shall happen to one that there is.", tasks, NULL},
    {0},
};

/* ---- files ---- */

static char *file_of(const struct sc_stage *stage, const char *name, const char *ending)
{
    char *path;

    return asprintf(&path, "%s/%s%s", stage->dir, name, ending) < 0 ? NULL : path;
}

static int write_file(const char *path, const char *text)
{
    PM_AUTO_FCLOSE FILE *file = fopen(path, "we");

    if (!file || chmod(path, 0600) < 0 || fputs(text, file) == EOF)
        return -1;
    return fflush(file) == 0 ? 0 : -1;
}

static void free_fake(struct sc_fake *fake)
{
    free(fake->accounts_file);
    free(fake->store_file);
    free(fake->port_file);
    free(fake->dashboard_file);
    free(fake->secret_file);
    free(fake->log_file);
    free(fake->ca_file);
    cJSON_Delete(fake->options);
    free(fake);
}

/* Keys, and the files that hold them. */
static int make_account(struct sc_fake *fake)
{
    PM_AUTO_FREE char *accounts = NULL;
    PM_AUTO_FREE char *secret = NULL;

    if (sc_fake_random_key(fake->apikey) < 0 || sc_fake_random_key(fake->secretkey) < 0 ||
        asprintf(&accounts, "[case]\napikey = %s\nsecretkey = %s\n", fake->apikey,
                 fake->secretkey) < 0)
        return -1;
    if (asprintf(&secret, "%s\n", fake->secretkey) < 0)
        return -1;
    return write_file(fake->accounts_file, accounts) < 0 ||
                   write_file(fake->secret_file, secret) < 0
               ? -1
               : 0;
}

/* ---- starting ---- */

static size_t arguments(const struct sc_fake *fake, const char *port, const char **argv)
{
    const cJSON *option;
    size_t n = 1;

    argv[n++] = "serve";
    argv[n++] = "--port";
    argv[n++] = port;
    argv[n++] = "--port-file";
    argv[n++] = fake->port_file;
    argv[n++] = "--dashboard-file";
    argv[n++] = fake->dashboard_file;
    argv[n++] = "--accounts";
    argv[n++] = fake->accounts_file;
    argv[n++] = "--store";
    argv[n++] = fake->store_file ? fake->store_file : "memory";
    if (fake->ca_file) {
        argv[n++] = "--tls";
        argv[n++] = "auto";
        argv[n++] = "--tls-ca-file";
        argv[n++] = fake->ca_file;
    }
    cJSON_ArrayForEach(option, fake->options)
    {
        if (n < ARGUMENT_MAX)
            argv[n++] = option->valuestring;
    }
    return n;
}

static char *read_line(const char *path)
{
    PM_AUTO_FCLOSE FILE *file = fopen(path, "re");
    char line[512];

    if (!file || !fgets(line, sizeof(line), file) || !strchr(line, '\n'))
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    return strdup(line);
}

/* It writes the port and the dashboard's address into files once it answers. */
static int await_port(struct sc_call *call, struct sc_fake *fake)
{
    int64_t deadline_ms = sc_stage_deadline(call->stage, START_MS);

    for (;;) {
        PM_AUTO_FREE char *line = read_line(fake->port_file);
        PM_AUTO_FREE char *dashboard = read_line(fake->dashboard_file);

        if (line && dashboard) {
            fake->port = atoi(line);
            (void)snprintf(fake->url, sizeof(fake->url), "%s:%d",
                           fake->ca_file ? "https://localhost" : "http://127.0.0.1", fake->port);
            return 0;
        }
        if (!sc_child_is_alive(fake->pid)) {
            (void)sc_call_fail(call, "the server did not start; its words are in %s",
                               fake->log_file);
            return -1;
        }
        if (pm_clock_mono_ms() > deadline_ms) {
            (void)sc_call_fail(call, "the server is not ready in time");
            return -1;
        }
        (void)poll(NULL, 0, 1);
    }
}

/* A second start takes the same port, so that clients find it again. */
static int start(struct sc_call *call, struct sc_fake *fake)
{
    PM_AUTO_FREE char *program = sc_stage_program(call->stage, "paidmonitor-fakeapi");
    const char *argv[ARGUMENT_MAX + 1] = {program};
    char port[16];

    if (fake->pid > 0) {
        (void)sc_call_fail(call, "it runs already");
        return -1;
    }
    (void)unlink(fake->port_file);
    (void)unlink(fake->dashboard_file);
    (void)snprintf(port, sizeof(port), "%d", fake->port);
    argv[arguments(fake, port, argv)] = NULL;
    fake->pid =
        sc_child_start(call->stage, &(struct sc_launch){.argv = argv, .log = fake->log_file});
    if (fake->pid < 0) {
        fake->pid = 0;
        (void)sc_call_fail(call, "cannot start %s: %m", program);
        return -1;
    }
    return await_port(call, fake);
}

static void publish(struct sc_call *call, const char *name, const struct sc_fake *fake)
{
    PM_AUTO_FREE char *dashboard = read_line(fake->dashboard_file);
    cJSON *vars = cJSON_CreateObject();

    cJSON_AddStringToObject(vars, "url", fake->url);
    cJSON_AddNumberToObject(vars, "port", fake->port);
    cJSON_AddStringToObject(vars, "apikey", fake->apikey);
    cJSON_AddStringToObject(vars, "secretkey", fake->secretkey);
    cJSON_AddStringToObject(vars, "secret_file", fake->secret_file);
    cJSON_AddStringToObject(vars, "ca_file", fake->ca_file ? fake->ca_file : "");
    cJSON_AddStringToObject(vars, "dashboard", dashboard ? dashboard : "");
    cJSON_AddNumberToObject(vars, "pid", fake->pid);
    sc_vars_set(call->stage, name, vars);
}

static struct sc_fake *new_fake(struct sc_call *call, const char *name)
{
    const char *profile = sc_arg_text(call, "profile"), *store = sc_arg_text(call, "store");
    struct sc_fake *fake = calloc(1, sizeof(*fake));

    if (!fake)
        return NULL;
    fake->accounts_file = file_of(call->stage, name, ".accounts");
    fake->secret_file = file_of(call->stage, name, ".secret");
    fake->port_file = file_of(call->stage, name, ".port");
    fake->dashboard_file = file_of(call->stage, name, ".dashboard");
    fake->log_file = file_of(call->stage, name, ".log");
    if (sc_arg_truth(call, "tls", false))
        fake->ca_file = file_of(call->stage, name, ".ca.pem");
    if (store && strcmp(store, "file") == 0)
        fake->store_file = file_of(call->stage, name, ".db");
    fake->options = cJSON_Duplicate(sc_arg(call, "options"), true);
    if (profile) {
        fake->options = fake->options ? fake->options : cJSON_CreateArray();
        cJSON_AddItemToArray(fake->options, cJSON_CreateString("--profile"));
        cJSON_AddItemToArray(fake->options, cJSON_CreateString(profile));
    }
    if (fake->log_file && fake->accounts_file && fake->secret_file && make_account(fake) == 0)
        return fake;
    free_fake(fake);
    return NULL;
}

static enum sc_verdict create(struct sc_call *call)
{
    const char *name = sc_arg_text(call, "as");
    struct sc_fake *fake;
    int r;

    name = name ? name : call->actor->name;
    fake = new_fake(call, name);
    if (!fake)
        return sc_call_fail(call, "cannot prepare the server: %m");
    if (!sc_thing_add(call, name, fake)) {
        free_fake(fake);
        return SC_FAIL;
    }
    r = start(call, fake);
    publish(call, name, fake);
    return r < 0 ? SC_FAIL : SC_PASS;
}

/* ---- what happens to it later ---- */

static void stop(struct sc_fake *fake, int sig)
{
    if (fake->pid <= 0)
        return;
    (void)kill(fake->pid, SIGCONT);
    (void)sc_child_stop(fake->pid, sig, pm_clock_mono_ms() + STOP_MS);
    fake->pid = 0;
}

static enum sc_verdict act(struct sc_call *call, const char *task)
{
    const char *name = sc_arg_text(call, "on");
    struct sc_thing *thing = sc_thing_get(call, name, &sc_actor_fakeapi);
    struct sc_fake *fake = thing ? thing->state : NULL;
    int r = 0;

    if (!fake)
        return SC_FAIL;
    if (strcmp(task, "stop") == 0 || strcmp(task, "restart") == 0)
        stop(fake, SIGTERM);
    if (strcmp(task, "kill") == 0)
        stop(fake, SIGKILL);
    if (strcmp(task, "pause") == 0)
        r = kill(fake->pid, SIGSTOP);
    if (strcmp(task, "continue") == 0)
        r = kill(fake->pid, SIGCONT);
    if (strcmp(task, "start") == 0 || strcmp(task, "restart") == 0) {
        r = start(call, fake);
        publish(call, thing->name, fake);
    }
    return r < 0 ? SC_FAIL : SC_PASS;
}

static enum sc_verdict step(struct sc_call *call)
{
    const char *task = sc_arg_text(call, "do");

    return task ? act(call, task) : create(call);
}

/* ---- the end ---- */

static void evidence(struct sc_thing *thing)
{
    PM_AUTO_FREE char *path = file_of(thing->stage, thing->name, ".journal.json");
    struct sc_call call = {.stage = thing->stage, .actor = &sc_actor_fakeapi};
    const struct sc_fake *fake = thing->state;
    cJSON *journal = NULL;

    pm_buf_init(&call.message, 4096);
    if (fake->pid > 0 && path &&
        sc_fake_control(&call, fake, "GET", "/journal?order=oldest&limit=10000", NULL, &journal) ==
            0) {
        PM_AUTO_FREE char *text = cJSON_Print(journal);

        if (text)
            (void)write_file(path, text);
    }
    cJSON_Delete(journal);
    pm_buf_clear(&call.message);
}

static void reset(struct sc_thing *thing)
{
    struct sc_fake *fake = thing->state;

    stop(fake, SIGTERM);
    free_fake(fake);
}

const struct sc_actor sc_actor_fakeapi = {
    .name = "fakeapi",
    .about =
        "A server of the fake API on a free port, with an account. Publishes `.url`, `.port`,\n"
        "`.apikey`, `.secretkey`, `.secret_file`, `.dashboard` (an address that signs in once)\n"
        "and `.pid`. `do` starts, stops, kills or pauses one that there is.",
    .keys = keys,
    .step = step,
    .reset = reset,
    .evidence = evidence,
};
