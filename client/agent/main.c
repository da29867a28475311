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
#include "config.h"
#include "deliver.h"
#include "journal.h"
#include "log.h"
#include "loop.h"
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

/* Everything that lives as long as the program. */
struct agent {
    struct pm_config config;
    char *monitor;
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

static int configure(struct agent *agent, const char *path, struct pm_error *err)
{
    char host[256] = "";
    int r;

    r = pm_config_init(&agent->config, err);
    if (r == 0)
        r = pm_config_read(&agent->config, path, err);
    if (r < 0)
        return r;
    (void)gethostname(host, sizeof(host) - 1);
    r = pm_config_monitor_name(&agent->config, host, &agent->monitor, err);
    if (r == 0 && strlen(agent->monitor) >= PM_JOURNAL_MONITOR_SIZE) {
        r = PM_ERR_CONFIG;
        (void)snprintf(err->message, sizeof(err->message),
                       "%s: the name of the monitor is longer than %d bytes", path,
                       PM_JOURNAL_MONITOR_SIZE - 1);
    }
    return r;
}

static int start(struct agent *agent, const char *config, struct pm_error *err)
{
    int r;

    r = configure(agent, config, err);
    if (r == 0)
        r = pm_journal_open(agent->config.journal, PM_JOURNAL_SYNC, &agent->journal, err);
    if (r == 0)
        r = pm_pickup_open(agent->config.drop_dir, agent->monitor, agent->journal, &agent->pickup,
                           err);
    if (r == 0)
        r = pm_deliver_new(&agent->config, &agent->deliver, err);
    return r;
}

static void stop(struct agent *agent)
{
    pm_worker_stop(agent->worker);
    pm_deliver_free(agent->deliver);
    pm_pickup_free(agent->pickup);
    pm_journal_free(agent->journal);
    free(agent->monitor);
    pm_config_clear(&agent->config);
    if (agent->signal_fd >= 0)
        (void)close(agent->signal_fd);
}

/* Deliver until nothing is due. What has to wait, or was refused for ever, fails the run. */
static enum status run_once(struct agent *agent)
{
    struct pm_journal_counts before, after;

    if (pm_pickup_scan(agent->pickup) < 0 || pm_journal_count(agent->journal, &before) < 0)
        return STATUS_SYSTEM;
    while (pm_deliver_step(agent->deliver) == 0)
        ;
    if (pm_journal_count(agent->journal, &after) < 0)
        return STATUS_SYSTEM;
    pm_log_info("delivered %lld, waiting %lld, set aside %lld",
                (long long)(after.done - before.done), (long long)after.waiting,
                (long long)(after.set_aside - before.set_aside));
    if (after.waiting == 0 && after.set_aside == before.set_aside)
        return STATUS_OK;
    return status_of(pm_deliver_last_failure(agent->deliver));
}

static enum status run(struct agent *agent)
{
    int r;

    agent->signal_fd = pm_loop_signals();
    agent->worker = agent->signal_fd < 0 ? NULL : pm_worker_start(agent->deliver);
    if (!agent->worker) {
        pm_log_error("cannot start: %s", strerror(errno));
        return STATUS_SYSTEM;
    }
    pm_log_info("watching %s for monitor '%s' at %s", agent->config.drop_dir, agent->monitor,
                agent->config.url);
    r = pm_loop_run(agent->signal_fd, agent->journal, agent->pickup, agent->worker);
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

    r = start(&agent, options.config, &err);
    if (r < 0)
        pm_log_error("%s", err.message);
    status = r < 0 ? status_of(r) : options.is_once ? run_once(&agent) : run(&agent);
    stop(&agent);
    return status;
}
