/*
 * One row for each event, whatever happens: agents of two hosts and a server are killed before a
 * system call or have one fail, the clock jumps, the server is away for a day, agents run twice at
 * once. All that is in one world, case after case, and nothing is mended in between; at the end
 * everything has to be on the server once.
 *
 * The first half of the time goes to strikes in order: agent and server in turn are killed before
 * one of the calls they make while an event is delivered, until each call had its strike. What a
 * strike leaves behind is delivered before the next, by an agent that nobody disturbs.
 *
 *     chaos_agent [--seed N] [--seconds N] [--every-call]
 *
 * With --every-call the strikes in order take as long as they need. The last line says what became
 * of the events; the exit status is 0 if none was lost or doubled.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "event.h"
#include "fakeapi.h"
#include "journal.h"
#include "paidmonitor.h"
#include "tracer.h"

#define APIKEY      "0123456789ABCDEFGHIJKLMNOP"
#define SECRET      "PONMLKJIHGFEDCBA9876543210"
#define T           INT64_C(1763769600000) /* 2025-11-22T00:00Z */
#define SPACING_MS  (120 * 1000) /* between events: an answer with a day's rows is small */
#define DAY_MS      INT64_C(86400000)
#define HOSTS       2
#define EVENTS_MAX  100000
#define RUN_MS      20000 /* an agent or server that takes longer hangs */
#define FINAL_TRIES 200
#define CALLS_MAX   4096 /* of a run; later ones are not struck */
#define ROUNDS      5    /* through the calls: not every run has as many */

static const struct timespec short_pause = {.tv_nsec = 10000000};

/* ---- the world ---- */

struct host {
    char config[96], drop[96], journal[96], monitor[16];
};

static char dir[64]; /* everything is in it */

static struct {
    char store[96];
    int log_fd;
    struct host hosts[HOSTS];
    unsigned port;
    pid_t server; /* 0: none */
    int64_t clock_offset_ms;
    uint64_t random;
    unsigned events; /* of each host */
} world;

_Noreturn static void die(const char *what)
{
    (void)fprintf(stderr, "chaos_agent: %s: %s\n", what, strerror(errno));
    exit(2);
}

/* splitmix64 */
static unsigned long pick(unsigned long below)
{
    uint64_t z = world.random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (unsigned long)((z ^ z >> 31) % below);
}

int64_t __real_pm_clock_wall_ms(void);
int64_t __wrap_pm_clock_wall_ms(void);

int64_t __wrap_pm_clock_wall_ms(void)
{
    return __real_pm_clock_wall_ms() + world.clock_offset_ms;
}

static void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        die(path);
    (void)close(fd);
}

static void path_of(char *path, size_t size, const char *name, int number)
{
    if (number < 0)
        (void)snprintf(path, size, "%s/%s", dir, name);
    else
        (void)snprintf(path, size, "%s/%s%d", dir, name, number);
}

static void configure(int number)
{
    struct host *host = &world.hosts[number];
    char text[1024];

    path_of(host->config, sizeof(host->config), "conf", number);
    path_of(host->drop, sizeof(host->drop), "drop", number);
    path_of(host->journal, sizeof(host->journal), "journal", number);
    (void)snprintf(host->monitor, sizeof(host->monitor), "Host %d", number);
    if (mkdir(host->drop, 0700) != 0 && errno != EEXIST)
        die(host->drop);
    (void)snprintf(text, sizeof(text),
                   "[api]\nurl = http://127.0.0.1:%u\napikey = " APIKEY
                   "\nsecret_file = %s/secret\n"
                   "timeout_ms = 4000\n[monitor]\nname = %s\n"
                   "[agent]\ndrop_dir = %s\njournal = %s\n",
                   world.port, dir, host->monitor, host->drop, host->journal);
    write_text(host->config, text);
}

/* A process that writes into the log and does not outlive us. */
static pid_t fork_child(void)
{
    pid_t pid = fork();

    if (pid < 0)
        die("fork");
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(world.log_fd, STDOUT_FILENO);
        (void)dup2(world.log_fd, STDERR_FILENO);
    }
    return pid;
}

/* ---- the server, a process of its own ---- */

static void serve(int ready_fd)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    struct fa_server *server;
    unsigned port;
    char message[256];

    world.clock_offset_ms = 0; /* only the agents' clocks are wrong */
    options.store = world.store;
    options.port = world.port;
    if (fa_server_start(&options, &server, message, sizeof(message)) < 0 ||
        fa_server_account_add(server, APIKEY, SECRET) != 0)
        _exit(1);
    port = fa_server_port(server);
    (void)!write(ready_fd, &port, sizeof(port));
    for (;;)
        (void)pause();
}

static void start_server(void)
{
    unsigned port = 0;
    int ready[2];

    if (world.server != 0)
        return;
    if (pipe2(ready, O_CLOEXEC) != 0)
        die("pipe");
    world.server = fork_child();
    if (world.server == 0)
        serve(ready[1]);
    (void)close(ready[1]);
    if (read(ready[0], &port, sizeof(port)) != sizeof(port))
        die("the server does not start");
    (void)close(ready[0]);
    world.port = port;
}

static void reap(pid_t pid)
{
    while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
        ;
}

static void kill_server(void)
{
    if (world.server == 0)
        return;
    (void)kill(world.server, SIGKILL);
    reap(world.server);
    world.server = 0;
}

/* ---- agents ---- */

int agent_main(int argc, char **argv);

/* Start an agent that waits until a byte or the end comes out of a pipe. */
static pid_t start_agent(const struct host *host, bool once, const int go[2])
{
    pid_t pid = fork_child();

    if (pid == 0) {
        char program[] = "agent", option[] = "--config", once_option[] = "--once";
        char config[sizeof(host->config)];
        char *argv[] = {program, option, config, once ? once_option : NULL, NULL};
        char byte;

        if (go) {
            (void)close(go[1]);
            (void)!read(go[0], &byte, 1);
        }
        (void)memcpy(config, host->config, sizeof(config));
        optind = 0;
        exit(agent_main(once ? 4 : 3, argv));
    }
    return pid;
}

static int run_agent(const struct host *host)
{
    pid_t pid = start_agent(host, true, NULL);
    int status;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static struct tracer_report run_traced(const struct host *host, bool once,
                                       const struct tracer_plan *plan)
{
    struct tracer_report report = {.status = -1};
    int go[2];
    pid_t pid;

    if (pipe2(go, O_CLOEXEC) != 0)
        die("pipe");
    pid = start_agent(host, once, go);
    if (!tracer_attach(pid))
        die("ptrace");
    (void)close(go[0]);
    (void)close(go[1]);
    report = tracer_watch(pid, 0, plan);
    return report;
}

/* ---- events ---- */

static void id_of(int host, unsigned number, char id[PM_EVENT_ID_SIZE])
{
    (void)snprintf(id, PM_EVENT_ID_SIZE, "%016x%016x", (unsigned)host, number);
}

/* Now and then two events of a host share a millisecond; those of both hosts always do. */
static int64_t time_of(unsigned number)
{
    return T + (int64_t)(number - (number % 5 == 1)) * SPACING_MS;
}

static void drop_event(int host, unsigned number)
{
    char record[PM_EVENT_RECORD_SIZE], name[PM_EVENT_NAME_SIZE], path[256], user[32];
    struct pm_event event;

    pm_event_init(&event);
    id_of(host, number, event.id);
    event.wall_ms = time_of(number);
    (void)snprintf(user, sizeof(user), "user%u", number);
    pm_event_set_text(&event, PM_EVENT_SERVICE, "sshd");
    pm_event_set_text(&event, PM_EVENT_USER, user);
    pm_event_format_name(&event, name);
    (void)pm_event_encode(&event, record, sizeof(record));
    (void)snprintf(path, sizeof(path), "%s/%s", world.hosts[host].drop, name);
    if (symlink(record, path) != 0)
        die(path);
}

static void drop_events(unsigned count)
{
    int host;

    while (count-- > 0 && world.events < EVENTS_MAX) {
        for (host = 0; host < HOSTS; host++)
            drop_event(host, world.events);
        world.events++;
    }
}

/* ---- what can happen ---- */

/* Where to strike next: all over an undisturbed run, and after as many strikes at each call. */
struct sweep {
    unsigned long calls; /* of an undisturbed run; 0: not known yet */
    unsigned long next;
    unsigned long hits;
    unsigned long sites; /* different calls that were struck, in order */
    bool is_struck[CALLS_MAX + 1];
};

static struct {
    struct sweep kills, errors, server_kills;
    unsigned long service_kills, hangs;
} seen;

static unsigned long strike_at(struct sweep *sweep)
{
    return sweep->calls == 0 ? 0 : 1 + sweep->next++ * 7919 % sweep->calls;
}

static void note(struct sweep *sweep, unsigned long at, const struct tracer_report *report)
{
    if (at == 0)
        sweep->calls = report->calls < CALLS_MAX ? report->calls : CALLS_MAX;
    sweep->hits += report->was_hit;
}

static struct host *some_host(void)
{
    return &world.hosts[pick(HOSTS)];
}

static void note_hang(const struct tracer_report *report, const char *what)
{
    if (!report->was_late)
        return;
    seen.hangs++;
    (void)fprintf(stderr, "chaos_agent: %s hangs\n", what);
}

static bool kill_agent_at(unsigned long at)
{
    const struct tracer_plan plan = {.at = at, .deadline_ms = RUN_MS};
    struct tracer_report report;

    start_server();
    drop_events(1);
    report = run_traced(some_host(), true, &plan);
    note_hang(&report, "an agent that was to be killed");
    note(&seen.kills, at, &report);
    return report.was_hit;
}

static void kill_agent(void)
{
    (void)kill_agent_at(strike_at(&seen.kills));
}

static void fail_agent(void)
{
    static const int errors[] = {ENOSPC, EIO, ENOMEM, EINTR, EAGAIN, ECONNRESET, EMFILE, EDQUOT};
    const struct tracer_plan plan = {.at = strike_at(&seen.errors),
                                     .error = errors[pick(sizeof(errors) / sizeof(errors[0]))],
                                     .deadline_ms = RUN_MS};
    struct tracer_report report;

    start_server();
    drop_events(1);
    report = run_traced(some_host(), true, &plan);
    note_hang(&report, "an agent with a failing call");
    note(&seen.errors, plan.at, &report);
}

/* As a service, with all its threads. */
static void kill_service(void)
{
    const struct tracer_plan plan = {.at = 1 + pick(3000), .deadline_ms = 20 + (int)pick(200)};

    start_server();
    drop_events(8);
    (void)run_traced(some_host(), false, &plan);
    seen.service_kills++; /* by the deadline if not before */
}

static bool kill_server_at(unsigned long at)
{
    const struct tracer_plan plan = {.at = at, .deadline_ms = RUN_MS};
    struct tracer_report report;
    int go[2];
    pid_t agent;

    start_server();
    drop_events(1);
    if (pipe2(go, O_CLOEXEC) != 0)
        die("pipe");
    agent = start_agent(some_host(), true, go);
    if (!tracer_attach(world.server))
        die("ptrace");
    (void)close(go[0]);
    (void)close(go[1]);
    report = tracer_watch(world.server, agent, &plan);
    note_hang(&report, "an agent without its server");
    world.server = 0;
    note(&seen.server_kills, at, &report);
    return report.was_hit;
}

static void kill_server_at_call(void)
{
    (void)kill_server_at(strike_at(&seen.server_kills));
}

static void jump_clock(void)
{
    static const int64_t jumps_ms[] = {60000,  600000,  3600000,  DAY_MS,  400 * DAY_MS,
                                       -60000, -600000, -3600000, -DAY_MS, -400 * DAY_MS};

    start_server();
    drop_events(1);
    world.clock_offset_ms = pick(4) == 0 ? 0 : jumps_ms[pick(10)];
    (void)run_agent(some_host());
}

/* Two agents of one host at once, as after a wake-up too many. */
static void run_twice(void)
{
    struct host *host = some_host();
    int go[2];
    pid_t agents[2];

    start_server();
    drop_events(3);
    if (pipe2(go, O_CLOEXEC) != 0)
        die("pipe");
    agents[0] = start_agent(host, true, go);
    agents[1] = start_agent(host, true, go);
    (void)close(go[0]);
    (void)close(go[1]);
    reap(agents[0]);
    reap(agents[1]);
}

/* A service that is told to reload while it works. */
static void reload_service(void)
{
    struct host *host = some_host();
    pid_t agent;
    int i;

    start_server();
    drop_events(8);
    agent = start_agent(host, false, NULL);
    for (i = 0; i < 3; i++) {
        (void)nanosleep(&short_pause, NULL);
        (void)kill(agent, SIGHUP);
    }
    (void)nanosleep(&short_pause, NULL);
    (void)kill(agent, pick(2) ? SIGTERM : SIGKILL);
    reap(agent);
}

static void day_without_server(void)
{
    int hour;

    kill_server();
    for (hour = 0; hour < 24; hour++) {
        world.clock_offset_ms += DAY_MS / 24;
        drop_events(1);
        (void)run_agent(&world.hosts[0]);
        (void)run_agent(&world.hosts[1]);
    }
    start_server();
    (void)run_agent(some_host());
}

static const struct {
    const char *name;
    void (*happen)(void);
    unsigned weight;
    unsigned cases;
} kinds[] = {
    {"agent killed at a call", kill_agent, 40, 0},
    {"agent with a failing call", fail_agent, 30, 0},
    {"service killed", kill_service, 3, 0},
    {"server killed at a call", kill_server_at_call, 12, 0},
    {"clock jumped", jump_clock, 6, 0},
    {"two agents at once", run_twice, 5, 0},
    {"service reloaded", reload_service, 2, 0},
    {"a day without a server", day_without_server, 1, 0},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static unsigned cases_of[KINDS];

static void one_case(void)
{
    unsigned weight = (unsigned)pick(99), i;

    for (i = 0; i < KINDS - 1 && weight >= kinds[i].weight; i++)
        weight -= kinds[i].weight;
    cases_of[i]++;
    kinds[i].happen();
    world.clock_offset_ms += (int64_t)pick(120000); /* so that what waits becomes due */
}

/* ---- strikes in order ---- */

/* Undisturbed, until nothing waits. */
static void deliver_the_rest(void)
{
    int tries, host;

    start_server();
    for (host = 0; host < HOSTS; host++) {
        for (tries = 0; tries < FINAL_TRIES && run_agent(&world.hosts[host]) != 0; tries++)
            world.clock_offset_ms += 5 * 60 * 1000;
    }
}

static bool has_more(const struct sweep *sweep)
{
    return sweep->calls == 0 ||
           (sweep->sites < sweep->calls && sweep->next < ROUNDS * sweep->calls);
}

/* Only one new event of each host waits, so that a call's number means the same each time. */
static void strike_in_order(struct sweep *sweep, bool (*strike)(unsigned long at))
{
    unsigned long at;

    do {
        if (!has_more(sweep))
            return;
        at = strike_at(sweep);
    } while (sweep->is_struck[at]);
    deliver_the_rest();
    if (strike(at)) {
        sweep->is_struck[at] = true;
        sweep->sites++;
    }
}

static void strike_at_calls(int64_t end_ms, bool every_call)
{
    while ((every_call || pm_clock_mono_ms() < end_ms) && world.events < EVENTS_MAX - 100 &&
           (has_more(&seen.kills) || has_more(&seen.server_kills))) {
        strike_in_order(&seen.kills, kill_agent_at);
        strike_in_order(&seen.server_kills, kill_server_at);
    }
}

/* ---- the end ---- */

static struct pm_journal_counts counts_of(const struct host *host)
{
    struct pm_journal_counts counts;
    struct pm_journal *journal;
    struct pm_error err;

    if (pm_journal_open(host->journal, PM_JOURNAL_SYNC_LATE, &journal, &err) < 0 ||
        pm_journal_count(journal, &counts) < 0)
        die("a journal cannot be read");
    pm_journal_free(journal);
    return counts;
}

static struct pm_client *connect_client(void)
{
    struct pm_client_options options = PM_CLIENT_OPTIONS_INIT;
    struct pm_client *client;
    struct pm_error err;
    char url[64];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", world.port);
    options.url = url;
    options.apikey = APIKEY;
    options.secret = SECRET;
    options.secret_len = strlen(SECRET);
    if (pm_client_new(&options, &client, &err) < 0)
        die(err.message);
    return client;
}

static int64_t find_monitor(struct pm_client *client, const struct host *host)
{
    const struct pm_monitor_filter filter = {.name = host->monitor};
    struct pm_monitor_list list;
    struct pm_error err;
    int64_t id;

    if (pm_monitor_list(client, &filter, &list, &err) < 0)
        die(err.message);
    if (list.count != 1)
        (void)fprintf(stderr, "chaos_agent: %s has %zu monitors\n", host->monitor, list.count);
    id = list.count == 1 ? list.items[0].id : 0;
    pm_monitor_list_clear(&list);
    return id;
}

/* Which event a row is of, with all that is to be in it; -1: none. */
static long event_of(const struct pm_row *row, int host)
{
    const char *id = "", *user = "", *service = "";
    char wanted_id[PM_EVENT_ID_SIZE], wanted_user[32];
    unsigned long number;
    size_t i;

    for (i = 0; i < row->count; i++) {
        const struct pm_value *value = &row->values[i];

        if (strcmp(value->name, "id") == 0)
            id = value->value;
        else if (strcmp(value->name, "user_login") == 0)
            user = value->value;
        else if (strcmp(value->name, "srv") == 0)
            service = value->value;
    }
    number = strlen(id) == PM_EVENT_ID_SIZE - 1 ? strtoul(id + 16, NULL, 16) : EVENTS_MAX;
    if (number >= world.events)
        return -1;
    id_of(host, (unsigned)number, wanted_id);
    (void)snprintf(wanted_user, sizeof(wanted_user), "user%lu", number);
    return strcmp(id, wanted_id) == 0 && strcmp(user, wanted_user) == 0 &&
                   strcmp(service, "sshd") == 0
               ? (long)number
               : -1;
}

static struct {
    unsigned lost, doubled, strange;
} verdict;

static unsigned char rows_of[EVENTS_MAX];

static void count_rows_of_day(struct pm_client *client, int host, int64_t monitor, int day_number)
{
    time_t seconds = (time_t)((T + day_number * DAY_MS) / 1000);
    struct pm_row_list list;
    struct pm_error err;
    struct pm_day day;
    struct tm date;
    size_t i;

    (void)gmtime_r(&seconds, &date);
    day = (struct pm_day){date.tm_year + 1900, date.tm_mon + 1, date.tm_mday, 0};
    if (pm_result_list(client, monitor, &day, &list, &err) < 0)
        die(err.message);
    for (i = 0; i < list.count; i++) {
        long number = event_of(&list.items[i], host);

        if (number < 0)
            verdict.strange++;
        else if (rows_of[number] < 255)
            rows_of[number]++;
    }
    pm_row_list_clear(&list);
}

static void judge_host(struct pm_client *client, int host)
{
    int64_t monitor = find_monitor(client, &world.hosts[host]);
    struct pm_journal_counts counts = counts_of(&world.hosts[host]);
    int days = (int)((int64_t)world.events * SPACING_MS / DAY_MS) + 2, day;
    unsigned i;

    memset(rows_of, 0, sizeof(rows_of));
    for (day = 0; day < days && monitor > 0; day++)
        count_rows_of_day(client, host, monitor, day);
    for (i = 0; i < world.events; i++) {
        verdict.lost += rows_of[i] == 0;
        verdict.doubled += rows_of[i] > 1;
    }
    if (counts.waiting + counts.set_aside + counts.bad > 0)
        (void)fprintf(stderr,
                      "chaos_agent: %s: %" PRId64 " wait, %" PRId64 " set aside, %" PRId64
                      " no records\n",
                      world.hosts[host].monitor, counts.waiting, counts.set_aside, counts.bad);
}

static void judge(void)
{
    struct pm_client *client = connect_client();
    int host;

    for (host = 0; host < HOSTS; host++)
        judge_host(client, host);
    pm_client_free(client);
}

/* ---- */

static void set_up(void)
{
    int host;

    (void)snprintf(dir, sizeof(dir), "%s/chaos-agent-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(dir))
        die("mkdtemp");
    path_of(world.store, sizeof(world.store), "store.db", -1);
    path_of(world.hosts[0].config, sizeof(world.hosts[0].config), "log", -1);
    world.log_fd = open(world.hosts[0].config, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    path_of(world.hosts[0].config, sizeof(world.hosts[0].config), "secret", -1);
    write_text(world.hosts[0].config, SECRET "\n");
    start_server();
    for (host = 0; host < HOSTS; host++)
        configure(host);
}

static void clean_up(void)
{
    char command[96];

    (void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    if (system(command) != 0)
        die(dir);
}

static unsigned report(void)
{
    unsigned total = 0, i;

    for (i = 0; i < KINDS; i++) {
        (void)printf("%8u  %s\n", cases_of[i], kinds[i].name);
        total += cases_of[i];
    }
    (void)printf("agent: killed at %lu of the %lu system calls of a run, %lu times in all\n"
                 "server: killed at %lu of its %lu system calls meanwhile, %lu times in all\n"
                 "calls of an agent made to fail: %lu; services killed: %lu; hung: %lu\n",
                 seen.kills.sites, seen.kills.calls, seen.kills.hits, seen.server_kills.sites,
                 seen.server_kills.calls, seen.server_kills.hits, seen.errors.hits,
                 seen.service_kills, seen.hangs);
    (void)printf("cases=%u events=%u lost=%u doubled=%u strange=%u\n", total, world.events * HOSTS,
                 verdict.lost, verdict.doubled, verdict.strange);
    return verdict.lost + verdict.doubled + verdict.strange + (unsigned)seen.hangs;
}

int main(int argc, char **argv)
{
    static const struct option names[] = {
        {"seed", required_argument, NULL, 's'},
        {"seconds", required_argument, NULL, 't'},
        {"every-call", no_argument, NULL, 'e'},
        {NULL, 0, NULL, 0},
    };
    int64_t seconds = 20, start_ms;
    uint64_t seed = (uint64_t)__real_pm_clock_wall_ms();
    bool every_call = false;
    unsigned bad;
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == '?')
            return 2;
        if (option == 'e')
            every_call = true;
        else
            *(option == 's' ? (int64_t *)&seed : &seconds) = strtoll(optarg, NULL, 10);
    }
    if (!tracer_works()) {
        (void)puts("skipped: no ptrace here");
        return 77;
    }
    (void)printf("seed=%" PRIu64 "\n", seed);
    (void)fflush(stdout); /* before anything is forked */
    world.random = seed;
    set_up();
    day_without_server();
    start_ms = pm_clock_mono_ms();
    strike_at_calls(start_ms + seconds * 500, every_call);
    while (pm_clock_mono_ms() < start_ms + seconds * 1000 && world.events < EVENTS_MAX - 100)
        one_case();
    world.clock_offset_ms = 0;
    deliver_the_rest();
    judge();
    kill_server();
    bad = report();
    if (bad == 0)
        clean_up();
    else
        (void)printf("everything is kept in %s\n", dir);
    return bad == 0 ? 0 : 1;
}
