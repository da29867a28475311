/* paidmonitor-agent: options, configuration, and how its parts are put together. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "config.h"
#include "deliver.h"
#include "filter.h"
#include "journal.h"
#include "log.h"
#include "loop.h"
#include "metrics.h"
#include "notify.h"
#include "pickup.h"
#include "worker.h"

enum status { /* paidmonitor-agent(8) */
              STATUS_OK = 0,
              STATUS_REFUSED = 1,
              STATUS_USAGE = 2,
              STATUS_CONFIG = 3,
              STATUS_NETWORK = 4,
              STATUS_REPLY = 5,
              STATUS_SYSTEM = 6,
};

struct options {
    const char *config;
    bool is_once, is_verbose, wants_help, wants_version;
};

/* What a reload replaces as a whole. */
struct setup {
    struct pm_config config;
    char *monitor;
};

/* Everything that lives as long as the program. */
struct agent {
    const char *config_path;
    struct setup *setup;
    struct pm_journal *journal; /* the main thread's handle */
    struct pm_pickup *pickup;
    struct pm_deliver *deliver;
    struct pm_worker *worker;
    int signal_fd;
};

static enum status status_of(int code)
{
    switch (code) {
    case 0:
    case PM_ERR_CANCELLED:
        return STATUS_OK;
    case PM_ERR_REFUSED:
        return STATUS_REFUSED;
    case PM_ERR_USAGE:
        return STATUS_USAGE;
    case PM_ERR_CONFIG:
        return STATUS_CONFIG;
    case PM_ERR_NETWORK:
    case PM_ERR_UNAVAILABLE:
        return STATUS_NETWORK;
    case PM_ERR_REPLY:
    case PM_ERR_LIMIT:
        return STATUS_REPLY;
    default:
        return STATUS_SYSTEM;
    }
}

/* ---- options ---- */

static void print_help(void)
{
    (void)puts(
        "Usage: paidmonitor-agent [OPTION]...\n"
        "\n"
        "Take records of logins over from the PAM module and report them to the Paid Monitor API.\n"
        "\n"
        "  -c, --config FILE  configuration (default " PM_CONFIG_PATH ")\n"
        "      --once         deliver what is there and exit\n"
        "  -v, --verbose      say more\n"
        "  -h, --help         show this help\n"
        "  -V, --version      show the version\n"
        "\n"
        "Manual: paidmonitor-agent(8), paidmonitor.conf(5).");
}

static int parse_options(int argc, char **argv, struct options *ret_options)
{
    static const struct option names[] = {
        {"config", required_argument, NULL, 'c'}, {"once", no_argument, NULL, 'o'},
        {"verbose", no_argument, NULL, 'v'},      {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},      {NULL, 0, NULL, 0},
    };
    struct options options = {.config = PM_CONFIG_PATH};
    int option;

    while ((option = getopt_long(argc, argv, "c:vhV", names, NULL)) != -1) {
        switch (option) {
        case 'c':
            options.config = optarg;
            break;
        case 'o':
            options.is_once = true;
            break;
        case 'v':
            options.is_verbose = true;
            break;
        case 'h':
            options.wants_help = true;
            break;
        case 'V':
            options.wants_version = true;
            break;
        default:
            return -1; /* getopt_long() has said what is wrong */
        }
    }
    if (optind < argc) {
        (void)fprintf(stderr, "%s: '%s' is one word too many\n", argv[0], argv[optind]);
        return -1;
    }
    *ret_options = options;
    return 0;
}

/* ---- putting together ---- */

static void free_setup(struct setup *setup)
{
    if (!setup)
        return;
    free(setup->monitor);
    pm_config_clear(&setup->config);
    free(setup);
}

/* What only the agent needs to know of a configuration. */
static int check_setup(struct setup *setup, const char *path, struct pm_error *err)
{
    char host[256] = "";
    int r;

    (void)gethostname(host, sizeof(host) - 1);
    r = pm_config_monitor_name(&setup->config, host, &setup->monitor, err);
    if (r == 0 && strlen(setup->monitor) >= PM_JOURNAL_MONITOR_SIZE) {
        r = PM_ERR_CONFIG;
        (void)snprintf(err->message, sizeof(err->message),
                       "%s: the name of the monitor is longer than %d bytes", path,
                       PM_JOURNAL_MONITOR_SIZE - 1);
    }
    return r == 0 ? pm_filter_check(&setup->config, err) : r;
}

static int read_setup(const char *path, struct setup **ret_setup, struct pm_error *err)
{
    struct setup *setup = calloc(1, sizeof(*setup));
    int r;

    if (!setup)
        return PM_ERR_SYSTEM;
    r = pm_config_init(&setup->config, err);
    if (r == 0)
        r = pm_config_read(&setup->config, path, err);
    if (r == 0)
        r = check_setup(setup, path, err);
    if (r < 0) {
        free_setup(setup);
        return r;
    }
    *ret_setup = setup;
    return 0;
}

static int start(struct agent *agent, struct pm_error *err)
{
    const struct pm_config *config;
    int r;

    r = read_setup(agent->config_path, &agent->setup, err);
    if (r < 0)
        return r;
    config = &agent->setup->config;
    r = pm_journal_open(config->journal, PM_JOURNAL_SYNC, &agent->journal, err);
    if (r == 0)
        r = pm_pickup_open(config, agent->setup->monitor, agent->journal, &agent->pickup, err);
    if (r == 0)
        r = pm_deliver_new(config, &agent->deliver, err);
    return r;
}

static void stop(struct agent *agent)
{
    pm_worker_stop(agent->worker);
    pm_deliver_free(agent->deliver);
    pm_pickup_free(agent->pickup);
    pm_journal_free(agent->journal);
    free_setup(agent->setup);
    if (agent->signal_fd >= 0)
        (void)close(agent->signal_fd);
}

/* ---- reloading ---- */

/* Where records come from and are kept stays while the agent runs. */
static bool keeps_places(const struct pm_config *now, const struct pm_config *then)
{
    return strcmp(now->drop_dir, then->drop_dir) == 0 && strcmp(now->journal, then->journal) == 0;
}

static int prepare_reload(struct agent *agent, struct setup **ret_setup,
                          struct pm_deliver **ret_deliver, struct pm_error *err)
{
    int r = read_setup(agent->config_path, ret_setup, err);

    if (r == 0 && !keeps_places(&agent->setup->config, &(*ret_setup)->config)) {
        r = PM_ERR_CONFIG;
        (void)snprintf(err->message, sizeof(err->message),
                       "drop_dir and journal can be changed by a restart only");
    }
    return r == 0 ? pm_deliver_new(&(*ret_setup)->config, ret_deliver, err) : r;
}

/* From now on the new ones. What is being sent is sent again, onto the same row. */
static void replace(struct agent *agent, struct setup *setup, struct pm_deliver *deliver)
{
    pm_worker_stop(agent->worker);
    pm_deliver_free(agent->deliver);
    pm_pickup_configure(agent->pickup, &setup->config, setup->monitor);
    free_setup(agent->setup);
    agent->setup = setup;
    agent->deliver = deliver;
    if (pm_journal_wake(agent->journal) < 0)
        pm_log_error("the journal fails: %s", pm_journal_message(agent->journal));
    agent->worker = pm_worker_start(deliver);
}

/* Try everything that waits at once, with a new configuration, or go on with the old one if the new
 * one is no good. */
static void reload(void *context)
{
    struct agent *agent = context;
    struct pm_deliver *deliver = NULL;
    struct setup *setup = NULL;
    struct pm_error err = {.code = 0};

    pm_notify("RELOADING=1");
    if (prepare_reload(agent, &setup, &deliver, &err) < 0) {
        pm_log_error("%s; going on with the old configuration", err.message);
        free_setup(setup);
    } else {
        replace(agent, setup, deliver);
        pm_log_info("the configuration is read anew");
    }
    pm_notify("READY=1");
}

/* ---- running ---- */

static void wake(void *context)
{
    const struct agent *agent = context;

    if (agent->worker)
        pm_worker_wake(agent->worker);
}

static void write_metrics(struct agent *agent, const struct pm_journal_counts *counts)
{
    const struct pm_deliver_stats stats = pm_deliver_stats(agent->deliver);
    const char *path = agent->setup->config.metrics_file;

    if (path && pm_metrics_write(path, counts, &stats, pm_clock_wall_ms()) < 0)
        pm_log_warning("cannot write '%s': %s", path, strerror(errno));
}

static void tick(void *context)
{
    struct agent *agent = context;
    struct pm_journal_counts counts;

    if (!agent->worker) /* there was no thread to be had after a reload */
        agent->worker = pm_worker_start(agent->deliver);
    if (pm_journal_prune(agent->journal, pm_clock_wall_ms() - PM_JOURNAL_KEEP_MS) < 0 ||
        pm_journal_count(agent->journal, &counts) < 0) {
        pm_log_error("cannot look after the journal: %s", pm_journal_message(agent->journal));
        return;
    }
    write_metrics(agent, &counts);
    pm_notify("WATCHDOG=1\nSTATUS=%lld events wait, %lld set aside", (long long)counts.waiting,
              (long long)counts.set_aside);
}

/* Only a run after which nothing is left, and in which nothing was given up, went well. */
static enum status status_of_once(const struct pm_journal_counts *before,
                                  const struct pm_journal_counts *after, int last_failure)
{
    if (after->waiting == 0 && after->set_aside == before->set_aside && after->bad == before->bad)
        return STATUS_OK;
    if (last_failure != 0)
        return status_of(last_failure);
    return after->waiting > 0 ? STATUS_NETWORK : STATUS_SYSTEM;
}

/* Deliver everything that can be, also what an earlier run put off. */
static enum status run_once(struct agent *agent)
{
    struct pm_journal_counts before, after;

    if (pm_journal_count(agent->journal, &before) < 0 || pm_journal_wake(agent->journal) < 0 ||
        pm_pickup_scan(agent->pickup) < 0)
        return STATUS_SYSTEM;
    while (pm_deliver_step(agent->deliver, PM_DELIVER_PILOT, NULL) == 0)
        ;
    if (pm_journal_count(agent->journal, &after) < 0)
        return STATUS_SYSTEM;
    write_metrics(agent, &after);
    pm_log_info("delivered %lld, waiting %lld, set aside %lld",
                (long long)(after.done - before.done), (long long)after.waiting,
                (long long)(after.set_aside - before.set_aside + after.bad - before.bad));
    return status_of_once(&before, &after, pm_deliver_stats(agent->deliver).last_failure);
}

static enum status run(struct agent *agent)
{
    const struct pm_loop_calls calls = {
        .wake = wake, .reload = reload, .tick = tick, .context = agent};
    int r;

    agent->signal_fd = pm_loop_signals();
    agent->worker = agent->signal_fd < 0 ? NULL : pm_worker_start(agent->deliver);
    if (!agent->worker) {
        pm_log_error("cannot start: %s", strerror(errno));
        return STATUS_SYSTEM;
    }
    pm_log_info("watching %s for monitor '%s' at %s", agent->setup->config.drop_dir,
                agent->setup->monitor, agent->setup->config.url);
    r = pm_loop_run(agent->signal_fd, agent->pickup, &calls);
    pm_log_info("stopping");
    return status_of(r);
}

int main(int argc, char **argv)
{
    struct agent agent = {.signal_fd = -1};
    struct pm_error err = {.code = 0};
    struct options options;
    enum status status;
    int r;

    if (parse_options(argc, argv, &options) < 0) {
        (void)fprintf(stderr, "Try 'paidmonitor-agent --help'.\n");
        return STATUS_USAGE;
    }
    if (options.wants_help || options.wants_version) {
        if (options.wants_help)
            print_help();
        else
            (void)puts("paidmonitor-agent " PM_VERSION);
        return STATUS_OK;
    }
    pm_log_setup("paidmonitor-agent", options.is_verbose ? PM_LOG_DEBUG : PM_LOG_INFO, PM_LOG_TEXT);
    (void)umask(077);
    (void)signal(SIGPIPE, SIG_IGN);

    agent.config_path = options.config;
    r = start(&agent, &err);
    if (r < 0)
        pm_log_error("%s", err.message);
    status = r < 0 ? status_of(r) : options.is_once ? run_once(&agent) : run(&agent);
    stop(&agent);
    return status;
}
