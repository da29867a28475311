/*
 * The agent as a program, against the fake server: each event becomes one row, whatever goes wrong
 * on the way.
 */
#include "suite.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "event.h"
#include "fakeapi.h"
#include "journal.h"
#include "paidmonitor.h"
#include "relay.h"

#define APIKEY      "0123456789ABCDEFGHIJKLMNOP"
#define SECRET      "PONMLKJIHGFEDCBA9876543210"
#define TAG         "loginMonitor"
#define T           INT64_C(1763830000123) /* 2025-11-22 */
#define DEADLINE_MS 30000

/* --- a world: server, files, agent ---------------------------------------------------------------
 */

struct world {
    char dir[64], config[96], drop[96], journal[96], secret[96], store[96], log[96];
    struct fa_server *server;
    unsigned int port;
    pid_t agent;
    uid_t uid; /* that the agent runs as; 0: ours */
};

static void write_file(const char *path, const char *format, ...)
{
    va_list args;
    FILE *file;

    (void)unlink(path);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fchmod(fileno(file), 0600), 0);
    va_start(args, format);
    (void)vfprintf(file, format, args);
    va_end(args);
    ck_assert_int_eq(fclose(file), 0);
}

static void write_config(const struct world *world, unsigned int port)
{
    write_file(world->config,
               "[api]\nurl = http://127.0.0.1:%u\napikey = " APIKEY "\nsecret_file = %s\n"
               "[monitor]\nname = Logins\n[agent]\ndrop_dir = %s\njournal = %s\n",
               port, world->secret, world->drop, world->journal);
}

static void start_server(struct world *world)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[256];

    options.store = world->store;
    options.port = world->port;
    ck_assert_msg(fa_server_start(&options, &world->server, message, sizeof(message)) == 0, "%s",
                  message);
    ck_assert_int_eq(fa_server_account_add(world->server, APIKEY, SECRET), 0);
    world->port = fa_server_port(world->server);
}

static void stop_server(struct world *world)
{
    fa_server_stop(world->server);
    world->server = NULL;
}

static void name_file(const struct world *world, char *path, size_t size, const char *name)
{
    ck_assert_int_lt(snprintf(path, size, "%s/%s", world->dir, name), (int)size);
}

static void world_open(struct world *world)
{
    memset(world, 0, sizeof(*world));
    (void)strcpy(world->dir, "/tmp/agent-delivery-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(world->dir));
    name_file(world, world->config, sizeof(world->config), "agent.conf");
    name_file(world, world->drop, sizeof(world->drop), "drop");
    name_file(world, world->journal, sizeof(world->journal), "journal.db");
    name_file(world, world->secret, sizeof(world->secret), "secret");
    name_file(world, world->store, sizeof(world->store), "store.db");
    name_file(world, world->log, sizeof(world->log), "agent.log");
    ck_assert_int_eq(mkdir(world->drop, 0700), 0);
    write_file(world->secret, SECRET "\n");
    start_server(world);
    write_config(world, world->port);
}

static void world_close(struct world *world)
{
    char command[96];

    fa_server_stop(world->server);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", world->dir);
    ck_assert_int_eq(system(command), 0);
}

/* --- the agent -----------------------------------------------------------------------------------
 */

/* @fault: a variable of tests/support/agent_faults.c, or NULL */
static pid_t spawn(const struct world *world, const char *program, const char *option,
                   const char *fault, const char *value)
{
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int fd = open(world->log, O_CREAT | O_WRONLY | O_APPEND, 0600);

        if (world->uid != 0 &&
            (setgroups(0, NULL) != 0 || setgid(world->uid) != 0 || setuid(world->uid) != 0))
            _exit(125);
        if (fault && setenv(fault, value, 1) != 0)
            _exit(126);
        (void)dup2(fd, STDOUT_FILENO);
        (void)dup2(fd, STDERR_FILENO);
        (void)execl(program, program, "--config", world->config, "--verbose", option, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static int wait_for_end(pid_t pid)
{
    int status;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int run_once(const struct world *world)
{
    return wait_for_end(spawn(world, PM_AGENT, "--once", NULL, NULL));
}

static void start_agent(struct world *world)
{
    world->agent = spawn(world, PM_AGENT, NULL, NULL, NULL);
}

static void stop_agent(struct world *world)
{
    ck_assert_int_eq(kill(world->agent, SIGTERM), 0);
    ck_assert_int_eq(wait_for_end(world->agent), 0);
}

static char *read_log(const struct world *world)
{
    static char text[4096]; /* its beginning; Check takes no longer messages */
    FILE *file = fopen(world->log, "r");
    size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

    text[len] = '\0';
    if (file)
        (void)fclose(file);
    return text;
}

/* Wait for a condition, evaluated every few ms. */
#define WAIT_UNTIL(condition)                                                                    \
    do {                                                                                         \
        int64_t end_ms = pm_clock_mono_ms() + DEADLINE_MS;                                       \
        while (!(condition)) {                                                                   \
            const struct timespec pause = {.tv_nsec = 5000000};                                  \
            ck_assert_msg(pm_clock_mono_ms() < end_ms, "waited in vain for: %s\n%s", #condition, \
                          read_log(&world));                                                     \
            (void)nanosleep(&pause, NULL);                                                       \
        }                                                                                        \
    } while (0)

/* --- events --------------------------------------------------------------------------------------
 */

static struct pm_event login(int n)
{
    struct pm_event event;

    pm_event_init(&event);
    (void)snprintf(event.id, sizeof(event.id), "%032x", (unsigned)n);
    event.wall_ms = T;
    pm_event_set_text(&event, PM_EVENT_SERVICE, "sshd");
    pm_event_set_text(&event, PM_EVENT_USER, "alice");
    pm_event_set_text(&event, PM_EVENT_RHOST, "192.0.2.77");
    return event;
}

static void drop_event(const struct world *world, const struct pm_event *event)
{
    char name[PM_EVENT_NAME_SIZE], record[PM_EVENT_RECORD_SIZE], path[256];

    pm_event_format_name(event, name);
    (void)pm_event_encode(event, record, sizeof(record));
    (void)snprintf(path, sizeof(path), "%s/%s", world->drop, name);
    ck_assert_int_eq(symlink(record, path), 0);
}

static void drop_login(const struct world *world, int n)
{
    struct pm_event event = login(n);

    drop_event(world, &event);
}

static int count_links(const struct world *world)
{
    DIR *dir = opendir(world->drop);
    int count = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

/* A visit while the agent has the journal open; it must not harm what the agent writes. */
static struct pm_journal_counts journal_counts(const struct world *world)
{
    struct pm_journal_counts counts;
    struct pm_journal *journal;
    struct pm_error err;

    ck_assert_msg(pm_journal_open(world->journal, PM_JOURNAL_SYNC, &journal, &err) == 0, "%s",
                  err.message);
    ck_assert_int_eq(pm_journal_count(journal, &counts), 0);
    pm_journal_free(journal);
    return counts;
}

/* --- what the server has -------------------------------------------------------------------------
 */

static struct pm_client *new_client(const struct world *world)
{
    struct pm_client_options options = PM_CLIENT_OPTIONS_INIT;
    struct pm_client *client;
    struct pm_error err;
    char url[64];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", world->port);
    options.url = url;
    options.apikey = APIKEY;
    options.secret = SECRET;
    options.secret_len = strlen(SECRET);
    ck_assert_msg(pm_client_new(&options, &client, &err) == 0, "%s", err.message);
    return client;
}

/* The id of the only monitor, 0 when there is none. */
static int64_t monitor_id(struct pm_client *client)
{
    const struct pm_monitor_filter filter = {.tag = TAG};
    struct pm_monitor_list list;
    struct pm_error err;
    int64_t id;

    ck_assert_msg(pm_monitor_list(client, &filter, &list, &err) == 0, "%s", err.message);
    ck_assert_uint_le(list.count, 1);
    id = list.count == 1 ? list.items[0].id : 0;
    pm_monitor_list_clear(&list);
    return id;
}

static struct pm_row_list read_rows(const struct world *world)
{
    const struct pm_day day = {2025, 11, 22, 0};
    struct pm_client *client = new_client(world);
    struct pm_row_list list = {NULL, 0, NULL};
    struct pm_error err;
    int64_t id = monitor_id(client);

    if (id > 0)
        ck_assert_msg(pm_result_list(client, id, &day, &list, &err) == 0, "%s", err.message);
    pm_client_free(client);
    return list;
}

static int count_rows(const struct world *world)
{
    struct pm_row_list list = read_rows(world);
    int count = (int)list.count;

    pm_row_list_clear(&list);
    return count;
}

static const char *value_of(const struct pm_row *row, const char *name)
{
    size_t i;

    for (i = 0; i < row->count; i++) {
        if (strcmp(row->values[i].name, name) == 0)
            return row->values[i].value;
    }
    return "";
}

/* --- one event, one row --------------------------------------------------------------------------
 */

START_TEST(test_agent_once_delivers_what_is_there)
{
    struct pm_event closed = login(2);
    struct pm_row_list rows;
    struct world world;

    world_open(&world);
    drop_login(&world, 1);
    closed.phase = PM_EVENT_CLOSE;
    closed.wall_ms = T + 61007;
    closed.opened_ms = T;
    drop_event(&world, &closed);
    ck_assert_msg(run_once(&world) == 0, "%s", read_log(&world));
    ck_assert_int_eq(count_links(&world), 0);

    rows = read_rows(&world);
    ck_assert_uint_eq(rows.count, 2);
    ck_assert_int_eq(rows.items[0].checktime_ms, T);
    ck_assert_str_eq(value_of(&rows.items[0], "user_login"), "alice");
    ck_assert_str_eq(value_of(&rows.items[0], "host"), "192.0.2.77");
    ck_assert_str_eq(value_of(&rows.items[0], "srv"), "sshd");
    ck_assert_str_eq(value_of(&rows.items[0], "event"), "login");
    ck_assert_str_eq(value_of(&rows.items[0], "id"), "00000000000000000000000000000001");
    ck_assert_str_eq(value_of(&rows.items[1], "event"), "logout");
    ck_assert_str_eq(value_of(&rows.items[1], "duration"), "61.007");
    pm_row_list_clear(&rows);
    ck_assert_uint_eq(fa_server_journal_count(world.server, NULL, FA_VERDICT_REFUSED), 0);
    world_close(&world);
}
END_TEST

START_TEST(test_agent_once_with_nothing_to_do_asks_the_server_nothing)
{
    struct world world;

    world_open(&world);
    ck_assert_int_eq(run_once(&world), 0);
    ck_assert_uint_eq(fa_server_journal_count(world.server, NULL, FA_VERDICT_ANY), 0);
    world_close(&world);
}
END_TEST

START_TEST(test_agent_delivers_records_as_they_come)
{
    struct world world;

    world_open(&world);
    start_agent(&world);
    for (int n = 1; n <= 3; n++) {
        drop_login(&world, n);
        WAIT_UNTIL(count_rows(&world) == n);
    }
    stop_agent(&world);
    ck_assert_int_eq(count_links(&world), 0);
    world_close(&world);
}
END_TEST

/* All in the same millisecond, which the server would merge. */
START_TEST(test_agent_delivers_500_events_of_one_millisecond_as_500_rows)
{
    enum { MANY = 500 };
    struct world world;

    world_open(&world);
    start_agent(&world);
    for (int n = 0; n < MANY; n++)
        drop_login(&world, n);
    WAIT_UNTIL(journal_counts(&world).done == MANY);
    stop_agent(&world);
    ck_assert_int_eq(count_rows(&world), MANY);
    ck_assert_uint_eq(fa_server_journal_count(world.server, "addResult", FA_VERDICT_ANY), MANY);
    world_close(&world);
}
END_TEST

START_TEST(test_agent_hostile_values_become_one_harmless_row)
{
    static const char user[] = "a;b:c=d&user_login:root%3B%00+\\ \"'<script>$(id)\xe2\x80\xae";
    struct pm_event event = login(1);
    struct pm_row_list rows;
    struct world world;

    world_open(&world);
    pm_event_set_text(&event, PM_EVENT_USER, user);
    pm_event_set_text(&event, PM_EVENT_RHOST, "2001:db8::77\n\xff\x1b]0;x\x07");
    pm_event_set_text(&event, PM_EVENT_TTY, "[1,2]");
    drop_event(&world, &event);
    ck_assert_msg(run_once(&world) == 0, "%s", read_log(&world));
    rows = read_rows(&world);
    ck_assert_uint_eq(rows.count, 1);
    ck_assert_str_eq(value_of(&rows.items[0], "user_login"), user);
    ck_assert_str_eq(value_of(&rows.items[0], "host"), "2001:db8::77\\x0a\\xff\\x1b]0;x\\x07");
    ck_assert_str_eq(value_of(&rows.items[0], "tty"), "[1,2]");
    ck_assert_str_eq(value_of(&rows.items[0], "srv"), "sshd");
    pm_row_list_clear(&rows);
    world_close(&world);
}
END_TEST

/* --- ambiguity and crashes -----------------------------------------------------------------------
 */

START_TEST(test_agent_lost_answers_leave_one_row)
{
    struct relay *relay;
    struct world world;

    world_open(&world);
    relay = relay_start(world.port);
    write_config(&world, relay_port(relay));
    relay_lose(relay, "action=addResult", 3);
    start_agent(&world);
    drop_login(&world, 1);
    WAIT_UNTIL(journal_counts(&world).done == 1);
    stop_agent(&world);
    ck_assert_int_eq(relay_still_to_lose(relay), 0);
    ck_assert_uint_eq(fa_server_journal_count(world.server, "addResult", FA_VERDICT_ACCEPTED), 4);
    ck_assert_int_eq(count_rows(&world), 1);
    relay_stop(relay);
    world_close(&world);
}
END_TEST

START_TEST(test_agent_lost_answer_to_the_creation_leaves_one_monitor)
{
    struct relay *relay;
    struct world world;

    world_open(&world);
    relay = relay_start(world.port);
    write_config(&world, relay_port(relay));
    relay_lose(relay, "action=addMonitor", 1);
    start_agent(&world);
    drop_login(&world, 1);
    WAIT_UNTIL(journal_counts(&world).done == 1);
    stop_agent(&world);
    ck_assert_int_eq(count_rows(&world), 1); /* which also checks that there is one monitor */
    relay_stop(relay);
    world_close(&world);
}
END_TEST

START_TEST(test_agent_killed_at_any_step_leaves_one_row)
{
    static const struct {
        const char *step;
        int links, waiting, rows; /* after the crash */
    } rows[] = {
        {"commit", 1, 0, 0},
        {"unlink", 1, 1, 0},
        {"done", 0, 1, 1},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world world;

        world_open(&world);
        drop_login(&world, 1);
        ck_assert_int_eq(
            wait_for_end(spawn(&world, PM_AGENT_FAULTS, "--once", "CRASH_BEFORE", rows[i].step)),
            -SIGKILL);
        ck_assert_int_eq(count_links(&world), rows[i].links);
        ck_assert_int_eq(journal_counts(&world).waiting, rows[i].waiting);
        ck_assert_int_eq(count_rows(&world), rows[i].rows);
        ck_assert_msg(run_once(&world) == 0, "%s: %s", rows[i].step, read_log(&world));
        ck_assert_int_eq(count_links(&world), 0);
        ck_assert_int_eq(count_rows(&world), 1);
        world_close(&world);
    }
}
END_TEST

/* Killed by somebody else, again and again, while it works. */
START_TEST(test_agent_killed_at_random_loses_and_doubles_nothing)
{
    enum { MANY = 100 };
    struct world world;

    world_open(&world);
    for (int n = 0; n < MANY; n++) {
        drop_login(&world, n);
        if (n % 10 != 0)
            continue;
        start_agent(&world);
        WAIT_UNTIL(fa_server_journal_count(world.server, NULL, FA_VERDICT_ANY) > (size_t)n / 2);
        ck_assert_int_eq(kill(world.agent, SIGKILL), 0);
        ck_assert_int_eq(wait_for_end(world.agent), -SIGKILL);
    }
    ck_assert_msg(run_once(&world) == 0, "%s", read_log(&world));
    ck_assert_int_eq(count_rows(&world), MANY);
    ck_assert_int_eq(journal_counts(&world).done, MANY);
    world_close(&world);
}
END_TEST

/* --- a server that is not there, or not as it was ------------------------------------------------
 */

START_TEST(test_agent_waits_for_a_server_that_is_down)
{
    struct world world;

    world_open(&world);
    stop_server(&world);
    drop_login(&world, 1);
    ck_assert_int_eq(run_once(&world), 4);
    start_agent(&world);
    drop_login(&world, 2);
    WAIT_UNTIL(strstr(read_log(&world), "events wait, trying again in"));
    WAIT_UNTIL(count_links(&world) == 0);
    start_server(&world);
    WAIT_UNTIL(count_rows(&world) == 2);
    stop_agent(&world);
    world_close(&world);
}
END_TEST

START_TEST(test_agent_creates_a_monitor_that_was_deleted)
{
    struct pm_client *client;
    struct pm_error err;
    struct world world;
    int64_t id;

    world_open(&world);
    start_agent(&world);
    drop_login(&world, 1);
    WAIT_UNTIL(count_rows(&world) == 1);
    client = new_client(&world);
    id = monitor_id(client);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), 0);
    drop_login(&world, 2);
    WAIT_UNTIL(journal_counts(&world).done == 2);
    ck_assert_int_eq(count_rows(&world), 1);
    ck_assert_int_ne(monitor_id(client), id);
    pm_client_free(client);
    stop_agent(&world);
    world_close(&world);
}
END_TEST

START_TEST(test_agent_signs_with_the_servers_clock_where_ours_is_wrong)
{
    static const char *const offsets_ms[] = {"-3600000", "86400000"};
    size_t i;

    for (i = 0; i < sizeof(offsets_ms) / sizeof(offsets_ms[0]); i++) {
        struct world world;

        world_open(&world);
        drop_login(&world, 1);
        ck_assert_msg(wait_for_end(spawn(&world, PM_AGENT_FAULTS, "--once", "CLOCK_OFFSET_MS",
                                         offsets_ms[i])) == 0,
                      "%s", read_log(&world));
        ck_assert_ptr_nonnull(strstr(read_log(&world), "clocks of server and host differ"));
        ck_assert_int_eq(count_rows(&world), 1);
        world_close(&world);
    }
}
END_TEST

START_TEST(test_agent_holds_everything_while_the_secret_is_wrong)
{
    struct world world;

    world_open(&world);
    write_file(world.secret, "WRONG" SECRET "\n");
    drop_login(&world, 1);
    ck_assert_int_eq(run_once(&world), 1);
    start_agent(&world);
    drop_login(&world, 2);
    WAIT_UNTIL(strstr(read_log(&world), "error: "));
    WAIT_UNTIL(journal_counts(&world).waiting == 2);
    ck_assert_int_eq(journal_counts(&world).set_aside, 0);
    write_file(world.secret, SECRET "\n");
    ck_assert_int_eq(kill(world.agent, SIGHUP), 0);
    WAIT_UNTIL(journal_counts(&world).done == 2);
    stop_agent(&world);
    ck_assert_int_eq(count_rows(&world), 2);
    ck_assert_ptr_null(strstr(read_log(&world), SECRET));
    world_close(&world);
}
END_TEST

START_TEST(test_agent_bad_records_do_not_stop_the_others)
{
    char path[256];
    struct world world;

    world_open(&world);
    (void)snprintf(path, sizeof(path), "%s/1763830000000-ffffffffffffffffffffffffffffffff",
                   world.drop);
    ck_assert_int_eq(symlink("/etc/passwd", path), 0);
    drop_login(&world, 1);
    ck_assert_int_eq(run_once(&world), 0);
    ck_assert_int_eq(count_links(&world), 0);
    ck_assert_int_eq(count_rows(&world), 1);
    ck_assert_int_eq(journal_counts(&world).bad, 1);
    ck_assert_ptr_nonnull(strstr(read_log(&world), "setting the record"));
    world_close(&world);
}
END_TEST

/* A server that accepts and then says nothing. */
static int listen_silently(unsigned int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

START_TEST(test_agent_takes_records_over_while_a_request_hangs_and_stops_at_once)
{
    struct world world;
    unsigned int port;
    int64_t begun_ms;
    int listener, request;

    world_open(&world);
    listener = listen_silently(&port);
    write_config(&world, port);
    drop_login(&world, 1);
    start_agent(&world);
    request = accept(listener, NULL, NULL); /* it hangs from now on */
    ck_assert_int_ge(request, 0);
    begun_ms = pm_clock_mono_ms();
    for (int n = 2; n < 50; n++)
        drop_login(&world, n);
    WAIT_UNTIL(count_links(&world) == 0);
    stop_agent(&world);
    ck_assert_int_lt(pm_clock_mono_ms() - begun_ms, 10000); /* less than the request's 15 s */
    ck_assert_int_eq(journal_counts(&world).waiting, 49);
    close(request);
    close(listener);
    world_close(&world);
}
END_TEST

/* Run it, expecting a failure: its status, and one line of log that contains some words. */
static void check_start_fails(const struct world *world, int status, const char *words)
{
    (void)unlink(world->log);
    ck_assert_msg(run_once(world) == status, "%s", read_log(world));
    ck_assert_msg(strstr(read_log(world), words) != NULL, "no '%s': %s", words, read_log(world));
    ck_assert_ptr_eq(strchr(read_log(world), '\n') + 1, strchr(read_log(world), '\0'));
}

/* As the service runs: an ordinary user, who owns drop directory and journal and nothing else. */
START_TEST(test_agent_runs_unprivileged)
{
    const uid_t nobody = 65534;
    struct world world;

    if (geteuid() != 0)
        return; /* then all the other tests have shown it */
    world_open(&world);
    drop_login(&world, 1);
    world.uid = nobody;
    ck_assert_int_eq(chmod(world.dir, 0755), 0);
    if (wait_for_end(spawn(&world, PM_AGENT, "--version", NULL, NULL)) == 127) {
        world_close(&world); /* built where only root may go */
        return;
    }
    ck_assert_int_eq(chmod(world.secret, 0640), 0);
    ck_assert_int_eq(chown(world.secret, 0, nobody), 0);
    ck_assert_int_eq(chmod(world.config, 0644), 0);
    name_file(&world, world.journal, sizeof(world.journal), "state/journal.db");
    write_config(&world, world.port);
    ck_assert_int_eq(chmod(world.config, 0644), 0);
    check_start_fails(&world, 3, "Permission denied"); /* it may not create the state directory */

    name_file(&world, world.journal, sizeof(world.journal), "state");
    ck_assert_int_eq(mkdir(world.journal, 0700), 0);
    ck_assert_int_eq(chown(world.journal, nobody, nobody), 0);
    name_file(&world, world.journal, sizeof(world.journal), "state/journal.db");
    check_start_fails(&world, 3, "Permission denied"); /* nor read the drop directory */

    ck_assert_int_eq(chown(world.drop, nobody, nobody), 0);
    ck_assert_msg(run_once(&world) == 0, "%s", read_log(&world));
    ck_assert_int_eq(count_links(&world), 0);
    ck_assert_int_eq(count_rows(&world), 1);
    world_close(&world);
}
END_TEST

/* --- starting ------------------------------------------------------------------------------------
 */

START_TEST(test_agent_says_in_one_line_why_it_cannot_start)
{
    struct world world;

    world_open(&world);
    ck_assert_int_eq(unlink(world.secret), 0);
    check_start_fails(&world, 3, world.secret);
    write_file(world.secret, SECRET "\n");

    ck_assert_int_eq(chmod(world.secret, 0644), 0);
    check_start_fails(&world, 3, "chmod 600");
    ck_assert_int_eq(chmod(world.secret, 0600), 0);

    ck_assert_int_eq(chmod(world.drop, 0777), 0);
    check_start_fails(&world, 3, "chmod 700");
    ck_assert_int_eq(chmod(world.drop, 0700), 0);

    ck_assert_int_eq(unlink(world.journal), 0);
    ck_assert_int_eq(mkdir(world.journal, 0700), 0);
    check_start_fails(&world, 3, world.journal);
    ck_assert_int_eq(rmdir(world.journal), 0);

    write_file(world.config, "[api]\ncolour = blue\n");
    check_start_fails(&world, 3, ":2: ");
    write_file(world.config,
               "[api]\napikey = X\nsecret_file = %s\n[agent]\ndrop_dir = %s\n"
               "journal = %s\n",
               world.secret, world.drop, world.journal);
    check_start_fails(&world, 3, "no URL");
    ck_assert_int_eq(unlink(world.config), 0);
    check_start_fails(&world, 3, world.config);
    world_close(&world);
}
END_TEST

START_TEST(test_agent_refuses_words_it_does_not_know)
{
    struct world world;

    world_open(&world);
    ck_assert_int_eq(wait_for_end(spawn(&world, PM_AGENT, "--colour", NULL, NULL)), 2);
    ck_assert_int_eq(wait_for_end(spawn(&world, PM_AGENT, "word", NULL, NULL)), 2);
    ck_assert_ptr_nonnull(strstr(read_log(&world), "--help"));
    world_close(&world);
}
END_TEST

START_TEST(test_agent_help_and_version)
{
    struct world world;

    world_open(&world);
    ck_assert_int_eq(wait_for_end(spawn(&world, PM_AGENT, "--help", NULL, NULL)), 0);
    ck_assert_int_eq(wait_for_end(spawn(&world, PM_AGENT, "--version", NULL, NULL)), 0);
    ck_assert_ptr_nonnull(strstr(read_log(&world), "--once"));
    ck_assert_ptr_nonnull(strstr(read_log(&world), "paidmonitor-agent " PM_VERSION));
    world_close(&world);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_agent_once_delivers_what_is_there),
    TEST(test_agent_once_with_nothing_to_do_asks_the_server_nothing),
    TEST(test_agent_delivers_records_as_they_come),
    TEST(test_agent_delivers_500_events_of_one_millisecond_as_500_rows),
    TEST(test_agent_hostile_values_become_one_harmless_row),
    TEST(test_agent_lost_answers_leave_one_row),
    TEST(test_agent_lost_answer_to_the_creation_leaves_one_monitor),
    TEST(test_agent_killed_at_any_step_leaves_one_row),
    TEST(test_agent_killed_at_random_loses_and_doubles_nothing),
    TEST(test_agent_waits_for_a_server_that_is_down),
    TEST(test_agent_creates_a_monitor_that_was_deleted),
    TEST(test_agent_signs_with_the_servers_clock_where_ours_is_wrong),
    TEST(test_agent_holds_everything_while_the_secret_is_wrong),
    TEST(test_agent_bad_records_do_not_stop_the_others),
    TEST(test_agent_takes_records_over_while_a_request_hangs_and_stops_at_once),
    TEST(test_agent_runs_unprivileged),
    TEST(test_agent_says_in_one_line_why_it_cannot_start),
    TEST(test_agent_refuses_words_it_does_not_know),
    TEST(test_agent_help_and_version),
};

TEST_MAIN("agent_delivery", cases)
