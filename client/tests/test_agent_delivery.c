/*
 * The agent as a program, against the fake server: each event becomes one row, whatever goes wrong
 * on the way.
 */
#include "suite.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "fakeapi.h"
#include "paidmonitor.h"
#include "relay.h"
#include "world.h"

/* ---- the server ---- */

static struct fa_server *server; /* of the running test */
static unsigned int server_port; /* kept when it is started again */

static void start_server(const struct world *world)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char store[96], message[256];

    world_path(world, "store.db", store, sizeof(store));
    options.store = store;
    options.port = server_port;
    ck_assert_msg(fa_server_start(&options, &server, message, sizeof(message)) == 0, "%s", message);
    ck_assert_int_eq(fa_server_account_add(server, WORLD_APIKEY, WORLD_SECRET), 0);
    server_port = fa_server_port(server);
}

static void stop_server(void)
{
    fa_server_stop(server);
    server = NULL;
}

static void begin(struct world *world)
{
    world_open(world);
    server_port = 0;
    start_server(world);
    world_configure(world, server_port);
}

static void end(struct world *world)
{
    stop_server();
    world_close(world);
}

static struct pm_client *new_client(void)
{
    struct pm_client_options options = PM_CLIENT_OPTIONS_INIT;
    struct pm_client *client;
    struct pm_error err;
    char url[64];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", server_port);
    options.url = url;
    options.apikey = WORLD_APIKEY;
    options.secret = WORLD_SECRET;
    options.secret_len = strlen(WORLD_SECRET);
    ck_assert_msg(pm_client_new(&options, &client, &err) == 0, "%s", err.message);
    return client;
}

/* The id of the only monitor, 0 when there is none. */
static int64_t monitor_id(struct pm_client *client)
{
    const struct pm_monitor_filter filter = {.tag = WORLD_TAG};
    struct pm_monitor_list list;
    struct pm_error err;
    int64_t id;

    ck_assert_msg(pm_monitor_list(client, &filter, &list, &err) == 0, "%s", err.message);
    ck_assert_uint_le(list.count, 1);
    id = list.count == 1 ? list.items[0].id : 0;
    pm_monitor_list_clear(&list);
    return id;
}

static struct pm_row_list read_rows(void)
{
    const struct pm_day day = {2025, 11, 22, 0};
    struct pm_client *client = new_client();
    struct pm_row_list list = {NULL, 0, NULL};
    struct pm_error err;
    int64_t id = monitor_id(client);

    if (id > 0)
        ck_assert_msg(pm_result_list(client, id, &day, &list, &err) == 0, "%s", err.message);
    pm_client_free(client);
    return list;
}

static int count_rows(void)
{
    struct pm_row_list list = read_rows();
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

/* ---- one event, one row ---- */

START_TEST(test_agent_once_delivers_what_is_there)
{
    struct pm_event closed = world_login(2);
    struct pm_row_list rows;
    struct world world;

    begin(&world);
    world_drop_login(&world, 1);
    closed.phase = PM_EVENT_CLOSE;
    closed.wall_ms = WORLD_T + 61007;
    closed.opened_ms = WORLD_T;
    world_drop(&world, &closed);
    ck_assert_msg(world_run_once(&world) == 0, "%s", world_log(&world));
    ck_assert_int_eq(world_links(&world), 0);

    rows = read_rows();
    ck_assert_uint_eq(rows.count, 2);
    ck_assert_int_eq(rows.items[0].checktime_ms, WORLD_T);
    ck_assert_str_eq(value_of(&rows.items[0], "user_login"), "alice");
    ck_assert_str_eq(value_of(&rows.items[0], "host"), "192.0.2.77");
    ck_assert_str_eq(value_of(&rows.items[0], "srv"), "sshd");
    ck_assert_str_eq(value_of(&rows.items[0], "event"), "login");
    ck_assert_str_eq(value_of(&rows.items[0], "id"), "00000000000000000000000000000001");
    ck_assert_str_eq(value_of(&rows.items[1], "event"), "logout");
    ck_assert_str_eq(value_of(&rows.items[1], "duration"), "61.007");
    pm_row_list_clear(&rows);
    ck_assert_uint_eq(fa_server_journal_count(server, NULL, FA_VERDICT_REFUSED), 0);
    end(&world);
}
END_TEST

START_TEST(test_agent_once_with_nothing_to_do_asks_the_server_nothing)
{
    struct world world;

    begin(&world);
    ck_assert_int_eq(world_run_once(&world), 0);
    ck_assert_uint_eq(fa_server_journal_count(server, NULL, FA_VERDICT_ANY), 0);
    end(&world);
}
END_TEST

START_TEST(test_agent_delivers_records_as_they_come)
{
    struct world world;

    begin(&world);
    world_start_agent(&world);
    for (int n = 1; n <= 3; n++) {
        world_drop_login(&world, n);
        WORLD_WAIT(&world, count_rows() == n);
    }
    world_stop_agent(&world);
    ck_assert_int_eq(world_links(&world), 0);
    end(&world);
}
END_TEST

/* All in the same millisecond, which the server would merge. */
START_TEST(test_agent_delivers_500_events_of_one_millisecond_as_500_rows)
{
    enum { MANY = 500 };
    struct world world;

    begin(&world);
    world_start_agent(&world);
    for (int n = 0; n < MANY; n++)
        world_drop_login(&world, n);
    WORLD_WAIT(&world, world_journal(&world).done == MANY);
    world_stop_agent(&world);
    ck_assert_int_eq(count_rows(), MANY);
    ck_assert_uint_eq(fa_server_journal_count(server, "addResult", FA_VERDICT_ANY), MANY);
    end(&world);
}
END_TEST

START_TEST(test_agent_hostile_values_become_one_harmless_row)
{
    static const char user[] = "a;b:c=d&user_login:root%3B%00+\\ \"'<script>$(id)\xe2\x80\xae";
    struct pm_event event = world_login(1);
    struct pm_row_list rows;
    struct world world;

    begin(&world);
    pm_event_set_text(&event, PM_EVENT_USER, user);
    pm_event_set_text(&event, PM_EVENT_RHOST, "2001:db8::77\n\xff\x1b]0;x\x07");
    pm_event_set_text(&event, PM_EVENT_TTY, "[1,2]");
    world_drop(&world, &event);
    ck_assert_msg(world_run_once(&world) == 0, "%s", world_log(&world));
    rows = read_rows();
    ck_assert_uint_eq(rows.count, 1);
    ck_assert_str_eq(value_of(&rows.items[0], "user_login"), user);
    ck_assert_str_eq(value_of(&rows.items[0], "host"), "2001:db8::77\\x0a\\xff\\x1b]0;x\\x07");
    ck_assert_str_eq(value_of(&rows.items[0], "tty"), "[1,2]");
    ck_assert_str_eq(value_of(&rows.items[0], "srv"), "sshd");
    pm_row_list_clear(&rows);
    end(&world);
}
END_TEST

/* ---- ambiguity and crashes ---- */

START_TEST(test_agent_lost_answers_leave_one_row)
{
    struct relay *relay;
    struct world world;

    begin(&world);
    relay = relay_start(server_port);
    world_configure(&world, relay_port(relay));
    relay_lose(relay, "action=addResult", 3);
    world_start_agent(&world);
    world_drop_login(&world, 1);
    WORLD_WAIT(&world, world_journal(&world).done == 1);
    world_stop_agent(&world);
    ck_assert_int_eq(relay_still_to_lose(relay), 0);
    ck_assert_uint_eq(fa_server_journal_count(server, "addResult", FA_VERDICT_ACCEPTED), 4);
    ck_assert_int_eq(count_rows(), 1);
    relay_stop(relay);
    end(&world);
}
END_TEST

START_TEST(test_agent_lost_answer_to_the_creation_leaves_one_monitor)
{
    struct relay *relay;
    struct world world;

    begin(&world);
    relay = relay_start(server_port);
    world_configure(&world, relay_port(relay));
    relay_lose(relay, "action=addMonitor", 1);
    world_start_agent(&world);
    world_drop_login(&world, 1);
    WORLD_WAIT(&world, world_journal(&world).done == 1);
    world_stop_agent(&world);
    ck_assert_int_eq(count_rows(), 1); /* which also checks that there is one monitor */
    relay_stop(relay);
    end(&world);
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

        begin(&world);
        world_drop_login(&world, 1);
        ck_assert_int_eq(world_wait(world_spawn(&world, PM_AGENT_FAULTS, "--once", "CRASH_BEFORE",
                                                rows[i].step)),
                         -SIGKILL);
        ck_assert_int_eq(world_links(&world), rows[i].links);
        ck_assert_int_eq(world_journal(&world).waiting, rows[i].waiting);
        ck_assert_int_eq(count_rows(), rows[i].rows);
        ck_assert_msg(world_run_once(&world) == 0, "%s: %s", rows[i].step, world_log(&world));
        ck_assert_int_eq(world_links(&world), 0);
        ck_assert_int_eq(count_rows(), 1);
        end(&world);
    }
}
END_TEST

/* Killed by somebody else, again and again, while it works. */
START_TEST(test_agent_killed_at_random_loses_and_doubles_nothing)
{
    enum { MANY = 100 };
    struct world world;

    begin(&world);
    for (int n = 0; n < MANY; n++) {
        world_drop_login(&world, n);
        if (n % 10 != 0)
            continue;
        world_start_agent(&world);
        WORLD_WAIT(&world, fa_server_journal_count(server, NULL, FA_VERDICT_ANY) > (size_t)n / 2);
        ck_assert_int_eq(kill(world.agent, SIGKILL), 0);
        ck_assert_int_eq(world_wait(world.agent), -SIGKILL);
    }
    ck_assert_msg(world_run_once(&world) == 0, "%s", world_log(&world));
    ck_assert_int_eq(count_rows(), MANY);
    ck_assert_int_eq(world_journal(&world).done, MANY);
    end(&world);
}
END_TEST

/* ---- a server that is not there, or not as it was ---- */

START_TEST(test_agent_waits_for_a_server_that_is_down)
{
    struct world world;

    begin(&world);
    stop_server();
    world_drop_login(&world, 1);
    ck_assert_int_eq(world_run_once(&world), 4);
    ck_assert_int_eq(world_run_once(&world), 4); /* what waits still waits */
    world_start_agent(&world);
    world_drop_login(&world, 2);
    WORLD_WAIT(&world, strstr(world_log(&world), "events wait, trying again in"));
    WORLD_WAIT(&world, world_links(&world) == 0);
    start_server(&world);
    WORLD_WAIT(&world, count_rows() == 2);
    world_stop_agent(&world);
    end(&world);
}
END_TEST

START_TEST(test_agent_creates_a_monitor_that_was_deleted)
{
    struct pm_client *client;
    struct pm_error err;
    struct world world;
    int64_t id;

    begin(&world);
    world_start_agent(&world);
    world_drop_login(&world, 1);
    WORLD_WAIT(&world, count_rows() == 1);
    client = new_client();
    id = monitor_id(client);
    ck_assert_int_eq(pm_monitor_delete(client, &id, 1, &err), 0);
    world_drop_login(&world, 2);
    WORLD_WAIT(&world, world_journal(&world).done == 2);
    ck_assert_int_eq(count_rows(), 1);
    ck_assert_int_ne(monitor_id(client), id);
    pm_client_free(client);
    world_stop_agent(&world);
    end(&world);
}
END_TEST

START_TEST(test_agent_signs_with_the_servers_clock_where_ours_is_wrong)
{
    static const char *const offsets_ms[] = {"-3600000", "86400000"};
    size_t i;

    for (i = 0; i < sizeof(offsets_ms) / sizeof(offsets_ms[0]); i++) {
        struct world world;

        begin(&world);
        world_drop_login(&world, 1);
        ck_assert_msg(world_wait(world_spawn(&world, PM_AGENT_FAULTS, "--once", "CLOCK_OFFSET_MS",
                                             offsets_ms[i])) == 0,
                      "%s", world_log(&world));
        ck_assert_ptr_nonnull(strstr(world_log(&world), "clocks of server and host differ"));
        ck_assert_int_eq(count_rows(), 1);
        end(&world);
    }
}
END_TEST

START_TEST(test_agent_holds_everything_while_the_secret_is_wrong)
{
    struct world world;

    begin(&world);
    world_write(world.secret, "WRONG" WORLD_SECRET "\n");
    world_drop_login(&world, 1);
    ck_assert_int_eq(world_run_once(&world), 1);
    world_start_agent(&world);
    world_drop_login(&world, 2);
    WORLD_WAIT(&world, strstr(world_log(&world), "error: "));
    WORLD_WAIT(&world, world_journal(&world).waiting == 2);
    ck_assert_int_eq(world_journal(&world).set_aside, 0);
    world_write(world.secret, WORLD_SECRET "\n");
    ck_assert_int_eq(kill(world.agent, SIGHUP), 0);
    WORLD_WAIT(&world, world_journal(&world).done == 2);
    world_stop_agent(&world);
    ck_assert_int_eq(count_rows(), 2);
    ck_assert_ptr_null(strstr(world_log(&world), WORLD_SECRET));
    end(&world);
}
END_TEST

START_TEST(test_agent_takes_no_record_that_another_user_made)
{
    struct world world;
    char path[256];

    if (geteuid() != 0)
        return; /* only root can pretend */
    begin(&world);
    (void)snprintf(path, sizeof(path), "%s/1763830000000-ffffffffffffffffffffffffffffffff",
                   world.drop);
    ck_assert_int_eq(symlink("v=1", path), 0);
    ck_assert_int_eq(lchown(path, 65534, 65534), 0);
    ck_assert_int_eq(world_run_once(&world), 6);
    ck_assert_int_eq(count_rows(), 0);
    ck_assert_int_eq(world_journal(&world).bad, 1);
    ck_assert_ptr_nonnull(strstr(world_log(&world), "another user made it"));
    end(&world);
}
END_TEST

START_TEST(test_agent_bad_records_do_not_stop_the_others)
{
    char path[256];
    struct world world;

    begin(&world);
    (void)snprintf(path, sizeof(path), "%s/1763830000000-ffffffffffffffffffffffffffffffff",
                   world.drop);
    ck_assert_int_eq(symlink("/etc/passwd", path), 0);
    world_drop_login(&world, 1);
    ck_assert_int_eq(world_run_once(&world), 6);
    ck_assert_int_eq(world_links(&world), 0);
    ck_assert_int_eq(count_rows(), 1);
    ck_assert_int_eq(world_journal(&world).bad, 1);
    ck_assert_int_eq(world_run_once(&world), 0);
    ck_assert_ptr_nonnull(strstr(world_log(&world), "setting the record"));
    end(&world);
}
END_TEST

START_TEST(test_agent_a_full_disk_loses_nothing)
{
    enum { MANY = 1000 };
    char state[96];
    struct world world;

    begin(&world);
    world_path(&world, "state", state, sizeof(state));
    ck_assert_int_eq(mkdir(state, 0700), 0);
    if (mount("state", state, "tmpfs", MS_NODEV, "size=256k,mode=700") != 0) {
        end(&world); /* not for everybody */
        return;
    }
    world_path(&world, "state/journal.db", world.journal, sizeof(world.journal));
    world_configure(&world, server_port);
    for (int n = 0; n < MANY; n++)
        world_drop_login(&world, n);
    ck_assert_int_eq(world_run_once(&world), 6);
    ck_assert_ptr_nonnull(strstr(world_log(&world), "leaving records in"));
    ck_assert_int_gt(world_links(&world), 0);

    ck_assert_int_eq(mount("state", state, "tmpfs", MS_REMOUNT | MS_NODEV, "size=16m"), 0);
    ck_assert_msg(world_run_once(&world) == 0, "%s", world_log(&world));
    ck_assert_int_eq(count_rows(), MANY);
    ck_assert_int_eq(umount(state), 0);
    end(&world);
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

    begin(&world);
    listener = listen_silently(&port);
    world_configure(&world, port);
    world_drop_login(&world, 1);
    world_start_agent(&world);
    request = accept(listener, NULL, NULL); /* it hangs from now on */
    ck_assert_int_ge(request, 0);
    begun_ms = pm_clock_mono_ms();
    for (int n = 2; n < 50; n++)
        world_drop_login(&world, n);
    WORLD_WAIT(&world, world_links(&world) == 0);
    world_stop_agent(&world);
    ck_assert_int_lt(pm_clock_mono_ms() - begun_ms, 10000); /* less than the request's 15 s */
    ck_assert_int_eq(world_journal(&world).waiting, 49);
    close(request);
    close(listener);
    end(&world);
}
END_TEST

/* Run it, expecting a failure: its status, and one line of log that contains some words. */
static void check_start_fails(const struct world *world, int status, const char *words)
{
    (void)unlink(world->log);
    ck_assert_msg(world_run_once(world) == status, "%s", world_log(world));
    ck_assert_msg(strstr(world_log(world), words) != NULL, "no '%s': %s", words, world_log(world));
    ck_assert_ptr_eq(strchr(world_log(world), '\n') + 1, strchr(world_log(world), '\0'));
}

/* As the service runs: an ordinary user, who owns drop directory and journal and nothing else. */
START_TEST(test_agent_runs_unprivileged)
{
    const uid_t nobody = 65534;
    struct world world;

    if (geteuid() != 0)
        return; /* then all the other tests have shown it */
    begin(&world);
    world_drop_login(&world, 1);
    world.uid = nobody;
    ck_assert_int_eq(chmod(world.dir, 0755), 0);
    if (world_wait(world_spawn(&world, PM_AGENT, "--version", NULL, NULL)) == 127) {
        end(&world); /* built where only root may go */
        return;
    }
    ck_assert_int_eq(chmod(world.secret, 0640), 0);
    ck_assert_int_eq(chown(world.secret, 0, nobody), 0);
    ck_assert_int_eq(chmod(world.config, 0644), 0);
    world_path(&world, "state/journal.db", world.journal, sizeof(world.journal));
    world_configure(&world, server_port);
    ck_assert_int_eq(chmod(world.config, 0644), 0);
    check_start_fails(&world, 3, "Permission denied"); /* it may not create the state directory */

    world_path(&world, "state", world.journal, sizeof(world.journal));
    ck_assert_int_eq(mkdir(world.journal, 0700), 0);
    ck_assert_int_eq(chown(world.journal, nobody, nobody), 0);
    world_path(&world, "state/journal.db", world.journal, sizeof(world.journal));
    check_start_fails(&world, 3, "Permission denied"); /* nor read the drop directory */

    ck_assert_int_eq(chown(world.drop, nobody, nobody), 0);
    ck_assert_msg(world_run_once(&world) == 0, "%s", world_log(&world));
    ck_assert_int_eq(world_links(&world), 0);
    ck_assert_int_eq(count_rows(), 1);
    end(&world);
}
END_TEST

/* ---- what a row says, and whether there is one ---- */

START_TEST(test_agent_su_names_the_login_of_its_session)
{
    struct pm_event login = world_login(1), su = world_login(2);
    struct pm_row_list rows;
    struct world world;

    begin(&world);
    login.numbers[PM_EVENT_SESSION] = su.numbers[PM_EVENT_SESSION] = 12;
    su.wall_ms += 1000;
    pm_event_set_text(&su, PM_EVENT_SERVICE, "su");
    world_drop(&world, &login);
    ck_assert_int_eq(world_run_once(&world), 0);
    world_drop(&world, &su);
    ck_assert_int_eq(world_run_once(&world), 0);
    rows = read_rows();
    ck_assert_uint_eq(rows.count, 2);
    ck_assert_str_eq(value_of(&rows.items[0], "login"), "");
    ck_assert_str_eq(value_of(&rows.items[1], "login"), "00000000000000000000000000000001");
    pm_row_list_clear(&rows);
    end(&world);
}
END_TEST

START_TEST(test_agent_reports_how_many_events_it_dropped)
{
    enum { ROOM = 5, MANY = 30 };
    struct pm_row_list rows;
    struct world world;

    begin(&world);
    world_configure_also(&world, server_port, "max_waiting = 5\n");
    for (int n = 0; n < MANY; n++)
        world_drop_login(&world, n);
    ck_assert_msg(world_run_once(&world) == 0, "%s", world_log(&world));
    ck_assert_int_eq(world_links(&world), 0);
    rows = read_rows();
    ck_assert_uint_eq(rows.count, ROOM + 1);
    ck_assert_str_eq(value_of(&rows.items[ROOM], "event"), "dropped");
    ck_assert_str_eq(value_of(&rows.items[ROOM], "count"), "25");
    ck_assert_str_eq(value_of(&rows.items[ROOM], "user_login"), "(25 events dropped)");
    pm_row_list_clear(&rows);
    end(&world);
}
END_TEST

START_TEST(test_agent_leaves_filtered_events_out)
{
    struct pm_event cron = world_login(2);
    struct world world;

    begin(&world);
    pm_event_set_text(&cron, PM_EVENT_SERVICE, "cron");
    world_drop_login(&world, 1);
    world_drop(&world, &cron);
    ck_assert_int_eq(world_run_once(&world), 0);
    ck_assert_int_eq(world_links(&world), 0);
    ck_assert_int_eq(count_rows(), 1);
    end(&world);
}
END_TEST

START_TEST(test_agent_fills_the_columns_of_its_configuration)
{
    struct pm_row_list rows;
    struct world world;

    begin(&world);
    world_configure_also(&world, server_port,
                         "[result]\nuser_login = Login Name:logins:%{user}\n"
                         "from = From:text:%{service} from %{rhost}\n");
    world_drop_login(&world, 1);
    ck_assert_msg(world_run_once(&world) == 0, "%s", world_log(&world));
    rows = read_rows();
    ck_assert_uint_eq(rows.count, 1);
    ck_assert_uint_eq(rows.items[0].count, 2);
    ck_assert_str_eq(value_of(&rows.items[0], "from"), "sshd from 192.0.2.77");
    pm_row_list_clear(&rows);
    end(&world);
}
END_TEST

/* ---- a service among others ---- */

/* The text of a datagram that the agent sends to its service manager. */
static const char *next_state(int fd)
{
    static char state[512];
    ssize_t len = recv(fd, state, sizeof(state) - 1, 0);

    ck_assert_int_gt(len, 0);
    state[len] = '\0';
    return state;
}

START_TEST(test_agent_tells_the_service_manager_and_writes_metrics)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {.tv_sec = WORLD_DEADLINE_MS / 1000};
    char metrics[96], lines[128];
    struct world world;

    begin(&world);
    world_path(&world, "agent.prom", metrics, sizeof(metrics));
    (void)snprintf(lines, sizeof(lines), "metrics_file = %s\n", metrics);
    world_configure_also(&world, server_port, lines);
    world_path(&world, "notify", address.sun_path, sizeof(address.sun_path));
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    world.agent = world_spawn(&world, PM_AGENT, NULL, "NOTIFY_SOCKET", address.sun_path);
    ck_assert_str_eq(next_state(fd), "READY=1");
    ck_assert_str_eq(next_state(fd), "WATCHDOG=1\nSTATUS=0 events wait, 0 set aside");
    ck_assert_int_eq(access(metrics, R_OK), 0);
    ck_assert_int_eq(kill(world.agent, SIGHUP), 0);
    ck_assert_str_eq(next_state(fd), "RELOADING=1");
    ck_assert_str_eq(next_state(fd), "READY=1");
    world_stop_agent(&world);
    ck_assert_str_eq(next_state(fd), "STOPPING=1");
    close(fd);
    end(&world);
}
END_TEST

START_TEST(test_agent_reads_its_configuration_anew)
{
    struct pm_row_list rows;
    struct world world;

    begin(&world);
    world_configure_also(&world, server_port, "[filter]\nignore_users = alice\n");
    world_start_agent(&world);
    world_drop_login(&world, 1);
    WORLD_WAIT(&world, world_journal(&world).unsent == 1);

    world_write(world.config, "[api]\ncolour = blue\n"); /* no good: the old one stays */
    ck_assert_int_eq(kill(world.agent, SIGHUP), 0);
    WORLD_WAIT(&world, strstr(world_log(&world), "going on with the old configuration"));
    world_drop_login(&world, 2);
    WORLD_WAIT(&world, world_journal(&world).unsent == 2);

    world_configure_also(&world, server_port, "[filter]\nignore_users = bob\n");
    ck_assert_int_eq(kill(world.agent, SIGHUP), 0);
    WORLD_WAIT(&world, strstr(world_log(&world), "is read anew"));
    world_drop_login(&world, 3);
    WORLD_WAIT(&world, world_journal(&world).done == 1);
    world_stop_agent(&world);
    rows = read_rows();
    ck_assert_uint_eq(rows.count, 1);
    ck_assert_str_eq(value_of(&rows.items[0], "id"), "00000000000000000000000000000003");
    pm_row_list_clear(&rows);
    end(&world);
}
END_TEST

START_TEST(test_agent_stays_with_its_journal_when_reloaded)
{
    struct world world, elsewhere;

    begin(&world);
    world_start_agent(&world);
    world_drop_login(&world, 1);
    WORLD_WAIT(&world, world_journal(&world).done == 1);
    elsewhere = world;
    world_path(&world, "other.db", elsewhere.journal, sizeof(elsewhere.journal));
    world_configure(&elsewhere, server_port);
    ck_assert_int_eq(kill(world.agent, SIGHUP), 0);
    WORLD_WAIT(&world, strstr(world_log(&world), "by a restart only"));
    world_stop_agent(&world);
    ck_assert_int_ne(access(elsewhere.journal, F_OK), 0);
    end(&world);
}
END_TEST

/* ---- starting ---- */

START_TEST(test_agent_says_in_one_line_why_it_cannot_start)
{
    struct world world;

    begin(&world);
    ck_assert_int_eq(unlink(world.secret), 0);
    check_start_fails(&world, 3, world.secret);
    world_write(world.secret, WORLD_SECRET "\n");

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

    world_write(world.config, "[api]\ncolour = blue\n");
    check_start_fails(&world, 3, ":2: ");
    world_configure_also(&world, server_port, "[filter]\nonly_networks = everywhere\n");
    check_start_fails(&world, 3, "everywhere");
    world_configure_also(&world, server_port, "[result]\na = A:a:%{b}\n");
    check_start_fails(&world, 3, "%{b}");
    world_write(world.config,
                "[api]\napikey = X\nsecret_file = %s\n[agent]\ndrop_dir = %s\n"
                "journal = %s\n",
                world.secret, world.drop, world.journal);
    check_start_fails(&world, 3, "no URL");
    ck_assert_int_eq(unlink(world.config), 0);
    check_start_fails(&world, 3, world.config);
    end(&world);
}
END_TEST

START_TEST(test_agent_refuses_words_it_does_not_know)
{
    struct world world;

    begin(&world);
    ck_assert_int_eq(world_wait(world_spawn(&world, PM_AGENT, "--colour", NULL, NULL)), 2);
    ck_assert_int_eq(world_wait(world_spawn(&world, PM_AGENT, "word", NULL, NULL)), 2);
    ck_assert_ptr_nonnull(strstr(world_log(&world), "--help"));
    end(&world);
}
END_TEST

START_TEST(test_agent_help_and_version)
{
    struct world world;

    begin(&world);
    ck_assert_int_eq(world_wait(world_spawn(&world, PM_AGENT, "--help", NULL, NULL)), 0);
    ck_assert_int_eq(world_wait(world_spawn(&world, PM_AGENT, "--version", NULL, NULL)), 0);
    ck_assert_ptr_nonnull(strstr(world_log(&world), "--once"));
    ck_assert_ptr_nonnull(strstr(world_log(&world), "paidmonitor-agent " PM_VERSION));
    end(&world);
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
    TEST(test_agent_takes_no_record_that_another_user_made),
    TEST(test_agent_bad_records_do_not_stop_the_others),
    TEST(test_agent_a_full_disk_loses_nothing),
    TEST(test_agent_takes_records_over_while_a_request_hangs_and_stops_at_once),
    TEST(test_agent_runs_unprivileged),
    TEST(test_agent_su_names_the_login_of_its_session),
    TEST(test_agent_reports_how_many_events_it_dropped),
    TEST(test_agent_leaves_filtered_events_out),
    TEST(test_agent_fills_the_columns_of_its_configuration),
    TEST(test_agent_tells_the_service_manager_and_writes_metrics),
    TEST(test_agent_reads_its_configuration_anew),
    TEST(test_agent_stays_with_its_journal_when_reloaded),
    TEST(test_agent_says_in_one_line_why_it_cannot_start),
    TEST(test_agent_refuses_words_it_does_not_know),
    TEST(test_agent_help_and_version),
};

TEST_MAIN("agent_delivery", cases)
