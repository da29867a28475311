/* paidmonitor doctor: what is wrong with this host's reporting of logins, in plain words. */
#include "commands.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "findings.h"
#include "history.h"
#include "json.h"
#include "log.h"
#include "moment.h"
#include "spool.h"
#include "text.h"
#include "traps.h"
#include "view.h"

#define OUTPUT_MAX (1024u * 1024u)

/* Source: ours. The server takes timestamps that are 300 s off (PROTOCOL.md §2.4). */
#define CLOCK_NOTABLE_MS 30000
#define CLOCK_FATAL_MS   240000

#define UNTOUCHED_MS (INT64_C(60) * 1000)      /* longer than the agent ever leaves a record */
#define STALE_MS     (INT64_C(10) * 60 * 1000) /* longer than a short outage */

#define NO_MONITOR INT64_C(9007199254740991) /* no server has given this number to one */

struct examination {
    struct cli *cli;
    struct findings findings;
    const char *root; /* of the system examined; NULL: this one */
    char config_path[PATH_MAX];
};

#define ADD(severity, code, place, remedy, ...) \
    findings_add(&x->findings, FINDING_##severity, code, place, remedy, __VA_ARGS__)

/* ---- files ---- */

static void examine_config(struct examination *x)
{
    const char *path = cli_get(x->cli, "config");
    struct pm_error err;

    (void)snprintf(x->config_path, sizeof(x->config_path), "%s%s", x->root ? x->root : "",
                   path ? path : PM_CONFIG_PATH);
    if (pm_config_init(&x->cli->config, &err) < 0 ||
        pm_config_read(&x->cli->config, x->config_path, &err) < 0)
        ADD(PROBLEM, "configuration", x->config_path, "run 'paidmonitor setup --write'", "%s",
            err.message);
    else if (!x->cli->config.url || !x->cli->config.apikey)
        ADD(PROBLEM, "configuration", x->config_path, "run 'paidmonitor setup --write'",
            "it names no %s", x->cli->config.url ? "apikey" : "url");
    else
        ADD(OK, "configuration", x->config_path, NULL, "configuration is read");
}

static void examine_secret(struct examination *x)
{
    char path[PATH_MAX], message[PM_ERROR_TEXT_SIZE];
    struct pm_secret secret;

    (void)snprintf(path, sizeof(path), "%s%s", x->root ? x->root : "",
                   x->cli->config.secret_file ? x->cli->config.secret_file : "");
    if (pm_secret_read_file(&secret, path, message, sizeof(message)) < 0)
        ADD(PROBLEM, "secret", path, "chown root:paidmonitor it, and chmod 640", "%s", message);
    else
        ADD(OK, "secret", path, NULL, "secret key is readable for the agent only");
    pm_secret_clear(&secret);
}

/* ---- queue ---- */

static void examine_drop_directory(struct examination *x)
{
    const char *dir = x->cli->config.drop_dir;
    struct pm_buf age;
    struct spool spool;
    struct stat status;
    int64_t waited_ms;

    if (lstat(dir, &status) != 0) {
        ADD(PROBLEM, "drop-directory", dir, "start paidmonitor-agent",
            "logins cannot be handed over: %s", strerror(errno));
        return;
    }
    if (!S_ISDIR(status.st_mode) || (status.st_mode & (S_IWGRP | S_IWOTH)))
        ADD(PROBLEM, "drop-directory", dir, "chmod 700 it",
            "others than the agent can report logins that never were");
    spool_look(dir, &spool);
    waited_ms = pm_clock_wall_ms() - spool.oldest_ms;
    if (spool.count <= 0 || waited_ms < UNTOUCHED_MS)
        return;
    pm_buf_init(&age, PM_ERROR_TEXT_SIZE);
    moment_add_span(&age, waited_ms);
    ADD(PROBLEM, "agent-stopped", dir, "start paidmonitor-agent, and look into its log",
        "%" PRId64 " records wait, the oldest for %s: the agent takes none over", spool.count,
        age.data);
    pm_buf_clear(&age);
}

static void judge_queue(struct examination *x, const struct pm_history_overview *queue)
{
    const char *path = x->cli->config.journal;
    int64_t now_ms = pm_clock_wall_ms();

    if (queue->waiting > 0 && now_ms - queue->oldest_ms > STALE_MS)
        ADD(PROBLEM, "queue-stuck", path, "see 'paidmonitor trace --last'",
            "%" PRId64 " events wait to be delivered, the last error was: %s", queue->waiting,
            queue->last_error[0] != '\0' ? queue->last_error : "none");
    else
        ADD(OK, "queue", path, NULL, "%" PRId64 " events wait, %" PRId64 " delivered lately",
            queue->waiting, queue->done_lately);
    if (queue->set_aside > 0)
        ADD(WARNING, "set-aside", path, "look for 'setting' in the log of paidmonitor-agent",
            "the server refused %" PRId64 " events for good: %s", queue->set_aside,
            queue->last_error);
    if (queue->bad > 0)
        ADD(WARNING, "bad-records", path, "look for 'record' in the log of paidmonitor-agent",
            "%" PRId64 " entries of the drop directory were no records", queue->bad);
}

static void examine_queue(struct examination *x)
{
    struct pm_history_overview overview;
    struct pm_history *history = NULL;
    struct pm_error err;

    if (pm_history_open(x->cli->config.journal, &history, &err) < 0 ||
        pm_history_overview(history, pm_clock_wall_ms(), &overview, &err) < 0)
        ADD(WARNING, "journal", x->cli->config.journal, "start paidmonitor-agent", "%s",
            err.message);
    else
        judge_queue(x, &overview);
    pm_history_free(history);
}

/* ---- server ---- */

static void judge_clock(struct examination *x, int64_t server_ms)
{
    int64_t off_ms = pm_clock_wall_ms() - server_ms;
    long long seconds = (off_ms < 0 ? -off_ms : off_ms) / 1000;

    if (server_ms < 0)
        ADD(NOTE, "clock", x->cli->config.url, NULL, "the server does not tell its time");
    else if (off_ms > CLOCK_FATAL_MS || off_ms < -CLOCK_FATAL_MS)
        ADD(PROBLEM, "clock", x->cli->config.url, "set the clock by NTP",
            "clocks differ by %lld s: signed requests are refused, and times are wrong", seconds);
    else if (off_ms > CLOCK_NOTABLE_MS || off_ms < -CLOCK_NOTABLE_MS)
        ADD(WARNING, "clock", x->cli->config.url, "set the clock by NTP", "clocks differ by %lld s",
            seconds);
    else
        ADD(OK, "clock", x->cli->config.url, NULL, "clock agrees with the server's");
}

/* The server's time counts from before the answer to after it. Returns whether it answered. */
static bool examine_reach(struct examination *x)
{
    struct pm_params *params = pm_params_new();
    struct pm_reply reply;
    struct pm_error err;
    int r = params ? pm_params_add(params, "tag", x->cli->config.monitor_tag) : PM_ERR_SYSTEM;

    if (r == 0)
        r = pm_client_call(x->cli->client, PM_GET, PM_PATH_CUSTOM, "getMonitors", params, &reply,
                           &err);
    pm_params_free(params);
    if (r == PM_ERR_REFUSED) {
        ADD(PROBLEM, "apikey", x->cli->config.url, "check apikey in the configuration",
            "the server answers, but refuses: %s", err.vendor_text);
        judge_clock(x, err.server_date_ms);
    } else if (r < 0) {
        ADD(PROBLEM, "unreachable", x->cli->config.url, "check url, ca_file, proxy and firewall",
            "%s", r == PM_ERR_SYSTEM ? "out of memory" : err.message);
    } else {
        ADD(OK, "server", x->cli->config.url, NULL, "server answers and knows the API key");
        judge_clock(x, reply.server_date_ms);
        pm_reply_clear(&reply);
    }
    return r == 0;
}

/* A signed request that changes nothing: the monitor does not exist. */
static void examine_key(struct examination *x)
{
    const struct pm_value value = {.name = "id", .value = "doctor"};
    struct pm_error err;
    int r = pm_result_add(x->cli->client, NO_MONITOR, pm_clock_wall_ms(), &value, 1, &err);

    if (r == 0 || (r == PM_ERR_REFUSED && strcasestr(err.vendor_text, "monitor")))
        ADD(OK, "key", x->cli->config.secret_file, NULL, "the server accepts the secret key");
    else if (r == PM_ERR_REFUSED)
        ADD(PROBLEM, "key", x->cli->config.secret_file, "put the account's secret key there",
            "the server refuses what is signed with the secret key: %s", err.vendor_text);
    else
        ADD(WARNING, "key", x->cli->config.secret_file, NULL, "could not be tried: %s",
            err.message);
}

static void examine_monitor(struct examination *x)
{
    struct pm_monitor_filter filter = {.tag = x->cli->config.monitor_tag};
    char host[HOST_NAME_MAX + 1] = "";
    PM_AUTO_FREE char *name = NULL;
    struct pm_monitor_list list;
    struct pm_error err;
    bool found = false;
    size_t i;

    (void)gethostname(host, sizeof(host) - 1);
    if (pm_config_monitor_name(&x->cli->config, host, &name, &err) < 0 ||
        pm_monitor_list(x->cli->client, &filter, &list, &err) < 0) {
        ADD(WARNING, "monitor", x->cli->config.url, NULL, "%s", err.message);
        return;
    }
    for (i = 0; i < list.count; i++)
        found |= strcmp(list.items[i].name, name) == 0;
    pm_monitor_list_clear(&list);
    if (found)
        ADD(OK, "monitor", x->cli->config.url, NULL, "monitor '%s' is there", name);
    else
        ADD(NOTE, "monitor", x->cli->config.url, "run 'paidmonitor setup' to have it now",
            "monitor '%s' does not exist; the agent creates it with the first login", name);
}

static void examine_server(struct examination *x)
{
    struct pm_client_options options = pm_config_client_options(&x->cli->config, NULL);
    struct pm_secret secret = {.len = 0};
    struct pm_error err;

    if (pm_config_read_secret(&x->cli->config, &secret, &err) == 0)
        options = pm_config_client_options(&x->cli->config, &secret);
    if (pm_client_new(&options, &x->cli->client, &err) < 0)
        ADD(PROBLEM, "unreachable", x->cli->config.url, "mend the configuration", "%s",
            err.message);
    else if (examine_reach(x)) {
        if (secret.len > 0)
            examine_key(x);
        examine_monitor(x);
    }
    pm_secret_clear(&secret);
}

/* ---- telling ---- */

static void add_finding(struct pm_buf *buf, const struct finding *finding)
{
    const char *name = findings_severity_name(finding->severity);
    const char *indent = "\n         ";

    (void)pm_buf_addf(buf, "%-8s ", finding->severity == FINDING_PROBLEM ? "PROBLEM" : name);
    (void)pm_text_add_visible(buf, finding->place, strlen(finding->place));
    if (finding->place[0] != '\0')
        (void)pm_buf_adds(buf, finding->severity == FINDING_OK ? ": " : indent);
    (void)pm_text_add_visible(buf, finding->text, strlen(finding->text));
    if (finding->remedy)
        (void)pm_buf_addf(buf, "%s-> %s", indent, finding->remedy);
    (void)pm_buf_addc(buf, '\n');
}

static void compose(struct pm_buf *buf, const struct findings *findings, size_t problems,
                    size_t warnings)
{
    size_t i;

    for (i = 0; i < findings->count; i++)
        add_finding(buf, &findings->items[i]);
    (void)pm_buf_addf(buf, "%zu problem%s, %zu warning%s", problems, problems == 1 ? "" : "s",
                      warnings, warnings == 1 ? "" : "s");
}

static void compose_json(struct pm_buf *buf, const struct findings *findings, size_t problems,
                         size_t warnings)
{
    size_t i;

    json_open(buf, '{');
    json_int_member(buf, "problems", (int64_t)problems);
    json_int_member(buf, "warnings", (int64_t)warnings);
    json_name(buf, "findings");
    json_open(buf, '[');
    for (i = 0; i < findings->count; i++) {
        json_open(buf, '{');
        json_text_member(buf, "severity", findings_severity_name(findings->items[i].severity));
        json_text_member(buf, "code", findings->items[i].code);
        json_text_member(buf, "place", findings->items[i].place);
        json_text_member(buf, "text", findings->items[i].text);
        json_text_member(buf, "remedy", findings->items[i].remedy);
        json_close(buf, '}');
    }
    json_close(buf, ']');
    json_close(buf, '}');
}

static int tell(const struct examination *x)
{
    size_t problems = findings_count(&x->findings, FINDING_PROBLEM);
    size_t warnings = findings_count(&x->findings, FINDING_WARNING);
    struct pm_buf buf;
    int r;

    if (x->findings.failed)
        return cli_error(x->cli, CLI_SYSTEM, "out of memory");
    pm_buf_init(&buf, OUTPUT_MAX);
    if (x->cli->is_json)
        compose_json(&buf, &x->findings, problems, warnings);
    else
        compose(&buf, &x->findings, problems, warnings);
    r = json_print(&buf);
    return r == CLI_OK && problems > 0 ? CLI_REFUSED : r;
}

/* ---- the command ---- */

static void examine(struct examination *x, const struct view *view)
{
    traps_examine(view, &x->findings);
    if (findings_count(&x->findings, FINDING_PROBLEM) == 0)
        ADD(OK, "pam", "/etc/pam.d", NULL, "no trap in the PAM stacks");
    examine_config(x);
    examine_secret(x);
    if (x->root)
        return; /* its queue and its network are elsewhere */
    examine_drop_directory(x);
    examine_queue(x);
    if (!cli_get(x->cli, "offline") && x->cli->config.url && x->cli->config.apikey)
        examine_server(x);
}

static int run(struct cli *cli)
{
    struct examination x = {.cli = cli, .root = cli_get(cli, "root")};
    struct view view;
    int r;

    if (view_open(&view, x.root ? x.root : "/") < 0)
        return cli_error(cli, CLI_USAGE, "cannot look into '%s': %s", x.root ? x.root : "/",
                         strerror(errno));
    examine(&x, &view);
    r = tell(&x);
    view_close(&view);
    findings_clear(&x.findings);
    return r;
}

static const struct cli_option options[] = {
    {.name = "root",
     .argument = "DIR",
     .help = "examine the files of another system, which is under DIR"},
    {.name = "offline", .help = "ask the server nothing"},
    {.letter = 0},
};

const struct cli_command cmd_doctor = {
    .name = "doctor",
    .summary = "Find what keeps logins from being reported, or endangers them",
    .details =
        "It examines the PAM stacks and the scripts they run, the configuration, the secret\n"
        "key, the queue, the clock, the server and the monitor, and changes nothing. Run it\n"
        "as root.",
    .options = options,
    .run = run,
};
