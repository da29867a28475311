/*
 * Nothing that was acknowledged is lost, whenever the server is killed: clients report results to a
 * real server that is killed (-9) again and again, and in the end every row that a client was told
 * of must be there. Run by `ci/postgresql run`, the store is there, and postgres is killed as well.
 *
 *   kill_server [--kills N] [--seed N]    default: 30 kills, a new seed, which is printed
 */
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "peer.h"
#include "store.h"
#include "stores.h"

#define KEY           "1234567890ABCDEFGHIJKLMNOP"
#define SECRET        "PONMLKJIHGFEDCBA0987654321"
#define CLIENTS       4
#define ROWS_MAX      1000000 /* of one client */
#define DEADLINE_MS   60000   /* for whatever is waited for */
#define ACKS_MAX      200     /* between two kills, at most */
#define FIRST_TIME_MS INT64_C(1500000000000)

enum outcome { UNSENT, UNKNOWN, ACKNOWLEDGED };

struct client {
    pthread_t thread;
    int64_t index;
    int fd; /* -1: not connected */
    int64_t count;
    uint8_t *outcomes; /* of the rows 0 to count - 1 */
};

static int64_t kills = 30;
static unsigned int seed;
static char folder[] = "/tmp/kill_server.XXXXXX";
static char where[600];
static pid_t server = -1;
static struct client clients[CLIENTS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned int port; /* 0: there is no server; under the lock, as these */
static int64_t acknowledged, refused;
static bool is_over;

static void path_of(const char *name, char *path, size_t size)
{
    snprintf(path, size, "%s/%s", folder, name);
}

/* The folder stays; in it is what the server said last. */
static void die(const char *what)
{
    fprintf(stderr, "kill_server: %s; see %s\n", what, folder);
    if (server > 0)
        (void)kill(server, SIGKILL);
    exit(1);
}

/* The server */

static void write_accounts(void)
{
    char path[64];
    FILE *file;

    path_of("accounts", path, sizeof(path));
    file = fopen(path, "w");
    if (!file || fchmod(fileno(file), 0600) < 0)
        die("cannot write the accounts");
    fputs("[test]\napikey = " KEY "\nsecretkey = " SECRET "\n", file);
    (void)fclose(file);
}

static void run_server(const char *port_file)
{
    char program[512];
    char accounts[64];
    char log[64];

    path_of("accounts", accounts, sizeof(accounts));
    path_of("log", log, sizeof(log));
    if (!getenv("PM_BUILD_DIR"))
        die("PM_BUILD_DIR is not set");
    snprintf(program, sizeof(program), "%s/fakeapi/paidmonitor-fakeapi", getenv("PM_BUILD_DIR"));
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), STDOUT_FILENO);
    (void)dup2(STDOUT_FILENO, STDERR_FILENO);
    (void)execl(program, program, "serve", "--store", where, "--accounts", accounts, "--port-file",
                port_file, "--quiet", (char *)NULL);
    _exit(127);
}

/* 0: not yet. */
static unsigned int read_port(const char *path)
{
    FILE *file = fopen(path, "r");
    unsigned int found = 0;

    if (file && fscanf(file, "%u", &found) != 1)
        found = 0;
    if (file)
        (void)fclose(file);
    return found;
}

static unsigned int wait_for_port(const char *path)
{
    int64_t deadline_ms = pm_clock_mono_ms() + DEADLINE_MS;
    unsigned int found;

    while ((found = read_port(path)) == 0) {
        if (waitpid(server, NULL, WNOHANG) != 0 || pm_clock_mono_ms() > deadline_ms)
            die("the server does not start");
        (void)poll(NULL, 0, 1);
    }
    return found;
}

static void set_port(unsigned int value)
{
    (void)pthread_mutex_lock(&lock);
    port = value;
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&lock);
}

static void start_server(void)
{
    char port_file[64];

    path_of("port", port_file, sizeof(port_file));
    (void)unlink(port_file);
    server = fork();
    if (server == 0)
        run_server(port_file);
    set_port(wait_for_port(port_file));
}

static void kill_server(void)
{
    set_port(0);
    if (kill(server, SIGKILL) < 0 || waitpid(server, NULL, 0) != server)
        die("cannot kill the server");
    server = -1;
}

/* Clients */

static int connect_to(unsigned int to)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)to)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static char *make_request(struct peer_form *form)
{
    char *request;
    char *body;

    peer_form_sign(form, SECRET);
    body = peer_form_encode(form);
    if (asprintf(&request,
                 "POST /customMonitorApi HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                 "application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                 strlen(body), body) < 0)
        die("out of memory");
    free(body);
    return request;
}

/* One answer, whose body is the end of what comes. Returns its status; 0 if none came whole. */
static int read_answer(int fd, char *bytes, size_t size)
{
    size_t len = 0;
    const char *body;

    for (;;) {
        ssize_t got = recv(fd, bytes + len, size - 1 - len, 0);

        if (got <= 0)
            return 0;
        len += (size_t)got;
        bytes[len] = '\0';
        body = strstr(bytes, "\r\n\r\n");
        if (body && strlen(body + 4) > 0 && body[strlen(body) - 1] == '}')
            return atoi(bytes + strlen("HTTP/1.1 "));
    }
}

static int post(struct client *client, unsigned int to, const char *request)
{
    char bytes[8192];
    int status;

    if (client->fd < 0)
        client->fd = connect_to(to);
    if (client->fd < 0)
        return 0;
    peer_send(client->fd, request, strlen(request));
    status = read_answer(client->fd, bytes, sizeof(bytes));
    if (status == 0) {
        (void)close(client->fd);
        client->fd = -1;
    }
    return status;
}

static int report(struct client *client, unsigned int to)
{
    char checktime[32];
    struct peer_form form = {0};
    char *request;
    int status;

    snprintf(checktime, sizeof(checktime), "%" PRId64,
             FIRST_TIME_MS + client->index * ROWS_MAX + client->count);
    peer_form_add(&form, "action", "addResult");
    peer_form_add(&form, "apikey", KEY);
    peer_form_add(&form, "version", "2");
    peer_form_add(&form, "monitorId", "1");
    peer_form_add(&form, "checktime", checktime);
    peer_form_add(&form, "results", "user:alice");
    request = make_request(&form);
    client->outcomes[client->count] = UNKNOWN;
    status = post(client, to, request);
    free(request);
    return status;
}

/* Waits while there is no server. 0: it is over */
static unsigned int current_port(void)
{
    unsigned int current;

    (void)pthread_mutex_lock(&lock);
    while (port == 0 && !is_over)
        (void)pthread_cond_wait(&changed, &lock);
    current = is_over ? 0 : port;
    (void)pthread_mutex_unlock(&lock);
    return current;
}

static void count(struct client *client, int status)
{
    (void)pthread_mutex_lock(&lock);
    if (status == 200) {
        client->outcomes[client->count] = ACKNOWLEDGED;
        acknowledged++;
    } else if (status != 0) {
        refused++;
    }
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&lock);
}

static void *run_client(void *context)
{
    struct client *client = context;
    unsigned int to;

    for (; client->count < ROWS_MAX && (to = current_port()) != 0; client->count++) {
        int status = report(client, to);

        count(client, status);
        if (status != 200) /* who is refused comes back in a moment, not at once */
            (void)poll(NULL, 0, 2);
    }
    return NULL;
}

static void start_clients(void)
{
    int64_t i;

    for (i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){.index = i, .fd = -1, .outcomes = calloc(ROWS_MAX, 1)};
        if (!clients[i].outcomes ||
            pthread_create(&clients[i].thread, NULL, run_client, &clients[i]) != 0)
            die("cannot start a client");
    }
}

static void stop_clients(void)
{
    size_t i;

    (void)pthread_mutex_lock(&lock);
    is_over = true;
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&lock);
    for (i = 0; i < CLIENTS; i++)
        (void)pthread_join(clients[i].thread, NULL);
}

/* Until so many more rows were acknowledged. */
static void wait_for_acks(int64_t more)
{
    struct timespec deadline;
    int64_t target;
    int r = 0;

    (void)clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += DEADLINE_MS / 1000;
    (void)pthread_mutex_lock(&lock);
    target = acknowledged + more;
    while (acknowledged < target && r == 0)
        r = pthread_cond_timedwait(&changed, &lock, &deadline);
    (void)pthread_mutex_unlock(&lock);
    if (r != 0)
        die("no more rows are acknowledged");
}

static void add_monitor(void)
{
    struct peer_form form = {0};
    struct client client = {.fd = -1};
    char *request;

    peer_form_add(&form, "action", "addMonitor");
    peer_form_add(&form, "apikey", KEY);
    peer_form_add(&form, "version", "2");
    peer_form_add(&form, "name", "m");
    peer_form_add(&form, "tag", "t");
    peer_form_add(&form, "type", "custom");
    peer_form_add(&form, "resultParams", "user:User:N/A:3;");
    request = make_request(&form);
    if (post(&client, port, request) != 200)
        die("cannot create the monitor");
    (void)close(client.fd);
    free(request);
}

/* Kills */

enum victim { SERVER, DATABASE, BOTH, VICTIM_MAX };

static void strike(enum victim victim)
{
    if (victim != SERVER)
        stores_cluster_do("kill");
    if (victim != DATABASE)
        kill_server();
    if (victim != SERVER)
        stores_cluster_do("start");
    if (victim != DATABASE)
        start_server();
}

static void strike_often(int64_t struck[VICTIM_MAX])
{
    int64_t i;

    for (i = 0; i < kills; i++) {
        enum victim victim =
            stores_on_postgresql() ? (enum victim)(rand_r(&seed) % VICTIM_MAX) : SERVER;

        wait_for_acks(1 + rand_r(&seed) % ACKS_MAX);
        strike(victim);
        struck[victim]++;
    }
    wait_for_acks(1);
}

/* Counting */

/* fa_row_fn */
static int tick_off(void *context, const struct fa_row *row)
{
    int64_t place = row->checktime_ms - FIRST_TIME_MS;
    struct client *client = &clients[place / ROWS_MAX];

    if (client->outcomes[place % ROWS_MAX] == UNSENT)
        die("a row is there that nobody sent");
    client->outcomes[place % ROWS_MAX] = UNSENT;
    ++*(int64_t *)context;
    return 0;
}

static int64_t count_stored(void)
{
    struct fa_store *store;
    char message[512];
    int64_t stored = 0;

    if (fa_store_open(where, &store, message, sizeof(message)) < 0)
        die(message);
    if (fa_store_rows(store, 1, 0, INT64_MAX, tick_off, &stored) < 0)
        die(fa_store_message(store));
    fa_store_close(store);
    return stored;
}

/* After count_stored(). */
static int64_t count_lost(void)
{
    int64_t lost = 0;
    int64_t i;
    int64_t row;

    for (i = 0; i < CLIENTS; i++)
        for (row = 0; row < clients[i].count; row++)
            lost += clients[i].outcomes[row] == ACKNOWLEDGED;
    return lost;
}

static void clean_up(void)
{
    static const char *const names[] = {"accounts", "log",          "port",
                                        "store.db", "store.db-wal", "store.db-shm"};
    char path[64];
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        path_of(names[i], path, sizeof(path));
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static int64_t take_number(const char *text)
{
    char *end;
    int64_t number = text ? strtoll(text, &end, 10) : 0;

    if (!text || *end != '\0' || number < 1)
        die("usage: kill_server [--kills N] [--seed N]");
    return number;
}

START_TEST(test_nothing_acknowledged_is_lost_when_it_is_killed)
{
    int64_t struck[VICTIM_MAX] = {0};
    int64_t stored;
    int64_t lost;

    if (!mkdtemp(folder))
        die("cannot make a folder");
    if (stores_on_postgresql())
        snprintf(where, sizeof(where), "%s", stores_new());
    else
        path_of("store.db", where, sizeof(where));
    write_accounts();
    start_server();
    add_monitor();
    start_clients();
    strike_often(struck);
    stop_clients();
    kill_server();
    stored = count_stored();
    lost = count_lost();
    clean_up();
    printf("kills: server %" PRId64 ", database %" PRId64 ", both %" PRId64
           "; acknowledged %" PRId64 ", refused %" PRId64 ", stored %" PRId64 "; lost=%" PRId64
           "\n",
           struck[SERVER] + 1, struck[DATABASE], struck[BOTH], acknowledged, refused, stored, lost);
    ck_assert_int_eq(lost, 0);
    ck_assert_int_ge(stored, acknowledged);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_nothing_acknowledged_is_lost_when_it_is_killed),
};

int main(int argc, char **argv)
{
    int i;

    seed = (unsigned int)time(NULL);
    for (i = 1; i < argc; i += 2)
        if (strcmp(argv[i], "--kills") == 0)
            kills = take_number(argv[i + 1]);
        else if (strcmp(argv[i], "--seed") == 0)
            seed = (unsigned int)take_number(argv[i + 1]);
        else
            die("usage: kill_server [--kills N] [--seed N]");
    printf("seed %u\n", seed);
    (void)fflush(stdout); /* the test is another process */
    return test_suite_run("a server that is killed", cases, 1);
}
