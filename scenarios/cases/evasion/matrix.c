/*
 * The evasion matrix: logins through su, sudo, sshd and login under everything that a caller can
 * choose before. Each login that works must leave exactly one record of itself, as full as that of
 * an undisturbed login. Runs as root in a disposable host, see no_login_escapes; alice may become
 * bob without a password, and this program, called witness, is bob's shell.
 *
 *     evasion_matrix su|sudo|login|sshd
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "event.h"

#define DROP        "/run/paidmonitor/drop"
#define WITNESSES   "/run/witness"
#define DEADLINE_MS 6000          /* some logins that fail hang; one that is cut is no hole */
#define PATIENCE_MS 60000         /* for what does not hang, on a busy machine */
#define EDGE        (160 * 1024L) /* a few times what the module takes */
#define END         (-1)

static void die(const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(2);
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- what a caller can do before it calls ---- */

static int limit(__rlimit_resource_t resource, long value)
{
    struct rlimit both = {(rlim_t)value, (rlim_t)value};

    return setrlimit(resource, &both);
}

static int nothing(long unused)
{
    (void)unused;
    return 0;
}

static int limit_files(long value)
{
    return limit(RLIMIT_NOFILE, value);
}

/* The hard limit stays: a caller may do that as well. */
static int limit_files_softly(long value)
{
    struct rlimit both;

    if (getrlimit(RLIMIT_NOFILE, &both) != 0)
        return -1;
    both.rlim_cur = (rlim_t)value;
    return setrlimit(RLIMIT_NOFILE, &both);
}

/* Hands on so many open files that only @free more fit. */
static int take_descriptors(long free)
{
    int fd = 2;

    if (limit_files(64) != 0)
        return -1;
    while (fd >= 0 && fd < 63 - free)
        fd = open("/dev/null", O_RDONLY);
    return 0;
}

static int limit_time(long value)
{
    return limit(RLIMIT_CPU, value);
}

static int limit_size(long value)
{
    return limit(RLIMIT_FSIZE, value);
}

static int limit_size_quietly(long value)
{
    return signal(SIGXFSZ, SIG_IGN) == SIG_ERR || limit_size(value) != 0;
}

static int limit_processes(long value)
{
    return limit(RLIMIT_NPROC, value);
}

static int limit_memory(long value)
{
    return limit(RLIMIT_AS, value);
}

static int limit_data(long value)
{
    return limit(RLIMIT_DATA, value);
}

static int limit_stack(long value)
{
    return limit(RLIMIT_STACK, value);
}

static int limit_all_else(long value)
{
    static const __rlimit_resource_t resources[] = {
        RLIMIT_CORE,  RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, RLIMIT_SIGPENDING,
        RLIMIT_LOCKS, RLIMIT_NICE,    RLIMIT_RTPRIO};
    size_t i;

    for (i = 0; i < sizeof(resources) / sizeof(resources[0]); i++) {
        if (limit(resources[i], value) != 0)
            return -1;
    }
    return 0;
}

/* The bits of @which: descriptors 0, 1, 2. */
static int close_descriptors(long which)
{
    int fd;

    for (fd = 0; fd < 3; fd++) {
        if (which & 1 << fd)
            (void)close(fd);
    }
    return 0;
}

static int write_to_full_device(long unused)
{
    int fd = open("/dev/full", O_RDWR | O_CLOEXEC);

    (void)unused;
    return fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0;
}

static int handle_all_signals(void (*handler)(int))
{
    int i;

    for (i = 1; i < NSIG; i++)
        (void)signal(i, handler); /* not possible for KILL, STOP and libc's own */
    return 0;
}

static int ignore_signals(long unused)
{
    (void)unused;
    return handle_all_signals(SIG_IGN);
}

static int block_signals(long unused)
{
    sigset_t all;

    (void)unused;
    (void)sigfillset(&all);
    return sigprocmask(SIG_BLOCK, &all, NULL);
}

static int leave_an_alarm(long seconds)
{
    (void)alarm((unsigned)seconds);
    return 0;
}

static int lose_directory(long unused)
{
    char dir[] = "/tmp/gone-XXXXXX";

    (void)unused;
    return !mkdtemp(dir) || chdir(dir) != 0 || rmdir(dir) != 0;
}

static int set_mask(long mask)
{
    (void)umask((mode_t)mask);
    return 0;
}

static int clear_environment(long unused)
{
    (void)unused;
    return clearenv();
}

static int set_hostile_environment(long unused)
{
    static const char *const variables[] = {
        "SSH_CONNECTION=6.6.6.6 6 6.6.6.6 6",
        "SSH_AUTH_INFO_0=publickey forged",
        "PAM_USER=mallory",
        "PAM_RHOST=6.6.6.6",
        "LD_PRELOAD=/nonexistent.so",
        "LD_LIBRARY_PATH=/tmp",
        "LD_AUDIT=/nonexistent.so",
        "LD_BIND_NOW=1",
        "GLIBC_TUNABLES=glibc.malloc.check=3",
        "MALLOC_ARENA_MAX=1",
        "MALLOC_PERTURB_=170",
        "http_proxy=http://127.0.0.1:9",
        "https_proxy=http://127.0.0.1:9",
        "HOSTALIASES=/tmp/hosts",
        "LOCALDOMAIN=invalid",
        "RES_OPTIONS=attempts:99",
        "TZ=:/etc/shadow",
        "TMPDIR=/nonexistent",
        "LANG=ar_EG.UTF-8",
        "LC_ALL=xx_XX",
        "LANGUAGE=xx",
        "GCONV_PATH=/tmp",
        "NLSPATH=/tmp/%N",
        "PATH=",
        "IFS=/",
        "HOME=/nonexistent",
        "USER=mallory",
        "LOGNAME=mallory",
        "SUDO_USER=mallory",
        "BASH_ENV=/tmp/x",
        "ENV=/tmp/x",
        "XDG_SESSION_ID=1",
    };
    size_t i;

    (void)unused;
    for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        (void)putenv(strdup(variables[i]));
    return 0;
}

static int set_huge_environment(long bytes)
{
    char *value = malloc((size_t)bytes + 1);

    if (!value)
        return -1;
    memset(value, 'x', (size_t)bytes);
    value[bytes] = '\0';
    return setenv("HUGE", value, 1);
}

struct row {
    const char *name;
    int (*apply)(long value);
    long values[20]; /* up to END; else: */
    long enough; /* values down to the smallest with which the service works, and close above it */
};

#define KIB  1024L
#define MIB  (1024L * KIB)
#define PAGE (4 * KIB)

static const struct row rows[] = {
    {"nothing", nothing, {0, END}, 0},
    {"files", limit_files, {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 20, 32, END}, 0},
    {"files, soft limit", limit_files_softly, {4, 5, 6, 7, 8, 9, 10, 12, END}, 0},
    {"free descriptors", take_descriptors, {0, 1, 2, 3, 4, 5, 6, 8, 12, END}, 0},
    {"processor time", limit_time, {0, 1, END}, 0},
    {"file size", limit_size, {0, 1, 100, END}, 0},
    {"file size, SIGXFSZ ignored", limit_size_quietly, {0, 1, 100, END}, 0},
    {"processes", limit_processes, {0, 1, 2, END}, 0},
    {"address space", limit_memory, {END}, 64 * MIB},
    {"data", limit_data, {END}, 16 * MIB},
    {"stack", limit_stack, {END}, 8 * MIB},
    {"unlimited stack", limit_stack, {(long)RLIM_INFINITY & LONG_MAX, END}, 0},
    {"all other limits", limit_all_else, {0, END}, 0},
    {"closed descriptors", close_descriptors, {1, 2, 3, 4, 5, 6, 7, END}, 0},
    {"output to a full device", write_to_full_device, {0, END}, 0},
    {"all signals ignored", ignore_signals, {0, END}, 0},
    {"all signals blocked", block_signals, {0, END}, 0},
    {"a pending alarm", leave_an_alarm, {3600, END}, 0},
    {"deleted directory", lose_directory, {0, END}, 0},
    {"umask", set_mask, {0, 0777, END}, 0},
    {"empty environment", clear_environment, {0, END}, 0},
    {"hostile environment", set_hostile_environment, {0, END}, 0},
    {"huge environment", set_huge_environment, {100000, END}, 0},
};

/* ---- the services ---- */

static uid_t caller_uid;
static gid_t caller_gid;

/* As su and sudo find it: a session of alice's, known to the audit. */
static void become_caller(void)
{
    int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);

    if (fd >= 0) {
        (void)dprintf(fd, "%u", caller_uid); /* not every kernel has it */
        (void)close(fd);
    }
    if (setgroups(0, NULL) != 0 || setgid(caller_gid) != 0 || setuid(caller_uid) != 0)
        _exit(126);
}

static void use_null_device(void)
{
    int fd = open("/dev/null", O_RDWR);

    if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
        _exit(126);
    if (fd > 2)
        (void)close(fd);
}

/* Replaces this process; @command is split at its blanks. */
static void run(const char *command)
{
    char *words = strdup(command), *argv[32], *next = NULL;
    size_t count = 0;

    for (char *word = strtok_r(words, " ", &next); word; word = strtok_r(NULL, " ", &next))
        argv[count++] = word;
    argv[count] = NULL;
    (void)execv(argv[0], argv);
    _exit(127);
}

static void call(const struct row *row, long value, const char *command)
{
    if (row->apply(value) == 0)
        run(command);
    _exit(126);
}

/* Each starts a login in a new process, of which all others are children. */

static pid_t start_setuid(const struct row *row, long value, const char *command)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    (void)setsid();
    use_null_device();
    become_caller();
    if (chdir("/") == 0)
        call(row, value, command);
    _exit(126);
}

static pid_t start_su(const struct row *row, long value)
{
    return start_setuid(row, value, "/usr/bin/su bob -c su");
}

static pid_t start_sudo(const struct row *row, long value)
{
    return start_setuid(row, value, "/usr/bin/sudo -n -u bob /usr/local/bin/witness sudo");
}

static int terminal = -1; /* kept open until the next login */

static pid_t start_login(const struct row *row, long value)
{
    pid_t pid;

    if (terminal >= 0)
        (void)close(terminal);
    pid = forkpty(&terminal, NULL, NULL, NULL);
    if (pid == 0)
        call(row, value, "/usr/bin/login -h 192.0.2.77 bob");
    return pid;
}

static pid_t ssh_client;

static int listen_on_loopback(char port[8])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        die("socket");
    (void)snprintf(port, 8, "%u", ntohs(address.sin_port));
    return fd;
}

static void run_ssh_client(const char *port)
{
    char command[256];

    use_null_device();
    (void)snprintf(command, sizeof(command),
                   "/usr/bin/ssh -F none -i /run/host/id -p %s -o BatchMode=yes "
                   "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null bob@127.0.0.1 sshd",
                   port);
    run(command);
}

/* One connection to one sshd, as inetd would start it. */
static pid_t start_sshd(const struct row *row, long value)
{
    char port[8];
    int listening = listen_on_loopback(port), connection;
    pid_t pid;

    ssh_client = fork();
    if (ssh_client == 0)
        run_ssh_client(port);
    connection = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    (void)close(listening);
    if (connection < 0)
        die("accept");
    pid = fork();
    if (pid == 0) {
        use_null_device();
        if (dup2(connection, 0) == 0 && dup2(connection, 1) == 1)
            call(row, value, "/usr/sbin/sshd -i -q -o HostKey=/etc/ssh/ssh_host_ed25519_key");
        _exit(126);
    }
    (void)close(connection);
    return pid;
}

static const struct service {
    const char *name;
    pid_t (*start)(const struct row *row, long value);
    long step; /* between two values close to an edge */
} services[] = {
    {"su", start_su, PAGE},
    {"sudo", start_sudo, PAGE},
    {"login", start_login, 2 * PAGE},
    {"sshd", start_sshd, 16 * PAGE},
};

/* ---- one login and what it left ---- */

struct trace {
    bool works; /* bob's shell ran */
    int opened, closed, unreadable;
    char shape[PM_EVENT_RECORD_SIZE]; /* of the last opened one: all that is the same for all logins
                                       */
};

struct writer {
    char *text;
    size_t size, used;
};

static void add(struct writer *to, const char *name, const char *value)
{
    if (to->used < to->size)
        to->used += (size_t)snprintf(to->text + to->used, to->size - to->used, "%s%s=%s",
                                     to->used > 0 ? " " : "", name, value);
}

static void describe(const struct pm_event *event, struct writer *to)
{
    static const struct {
        const char *name;
        enum pm_event_text text;
        bool varies;
    } texts[] = {
        {"service", PM_EVENT_SERVICE, false}, {"user", PM_EVENT_USER, false},
        {"ruser", PM_EVENT_RUSER, false},     {"rhost", PM_EVENT_RHOST, false},
        {"tty", PM_EVENT_TTY, true},          {"conn", PM_EVENT_CONN, true},
        {"auth", PM_EVENT_AUTH_INFO, false},
    };
    static const struct {
        const char *name;
        enum pm_event_number number;
        bool varies;
    } numbers[] = {
        {"uid", PM_EVENT_UID, false},
        {"euid", PM_EVENT_EUID, false},
        {"loginuid", PM_EVENT_LOGINUID, false},
        {"session", PM_EVENT_SESSION, true},
        {"pid", PM_EVENT_PID, true},
    };
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *value = event->texts[texts[i].text].bytes;

        add(to, texts[i].name, !value ? "absent" : texts[i].varies ? "there" : value);
    }
    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        int64_t value = event->numbers[numbers[i].number];
        char digits[24];

        (void)snprintf(digits, sizeof(digits), "%lld", (long long)value);
        add(to, numbers[i].name, value < 0 ? "absent" : numbers[i].varies ? "there" : digits);
    }
    add(to, "mono", event->mono_ms < 0 ? "absent" : "there");
    add(to, "clipped", event->clipped ? "yes" : "no");
}

/* Other services are tried at the same time: their records are not ours. */
static void read_record(int drop, const char *name, const char *service, struct trace *trace)
{
    struct writer to = {.text = trace->shape, .size = sizeof(trace->shape)};
    char text[PM_EVENT_RECORD_SIZE];
    struct pm_event event;
    const char *reason;
    ssize_t len = readlinkat(drop, name, text, sizeof(text));

    if (len <= 0 || len == sizeof(text) ||
        pm_event_decode(text, (size_t)len, &event, &reason) < 0) {
        trace->unreadable += errno != ENOENT;
        return;
    }
    if (!event.texts[PM_EVENT_SERVICE].bytes ||
        strcmp(event.texts[PM_EVENT_SERVICE].bytes, service) != 0)
        return;
    if (event.phase == PM_EVENT_CLOSE) {
        trace->closed++;
    } else {
        trace->opened++;
        describe(&event, &to);
    }
    (void)unlinkat(drop, name, 0);
}

static void read_drop(const char *service, struct trace *trace)
{
    DIR *dir = opendir(DROP);
    struct dirent *entry;

    if (!dir)
        die(DROP);
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] != '.')
            read_record(dirfd(dir), entry->d_name, service, trace);
    }
    (void)closedir(dir);
}

static void end(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

static void await_end(pid_t pid, int within_ms)
{
    int64_t deadline = now_ms() + within_ms;

    while (waitpid(pid, NULL, WNOHANG) != pid) {
        struct pollfd output = {.fd = terminal, .events = POLLIN};
        char bytes[512];

        if (poll(&output, 1, 1) > 0)
            (void)!read(terminal, bytes, sizeof(bytes));
        if (now_ms() > deadline) {
            end(pid);
            break;
        }
    }
    if (ssh_client > 0)
        end(ssh_client);
    ssh_client = 0;
}

static void log_in(const struct service *service, const struct row *row, long value, int within_ms,
                   struct trace *ret_trace)
{
    char witness[64];

    memset(ret_trace, 0, sizeof(*ret_trace));
    (void)snprintf(witness, sizeof(witness), WITNESSES "/%s", service->name);
    (void)rmdir(witness);
    await_end(service->start(row, value), within_ms);
    ret_trace->works = rmdir(witness) == 0;
    read_drop(service->name, ret_trace);
}

/* ---- the matrix ---- */

struct count {
    int tried, worked, holes;
};

/* A login that works is reported once and as fully as the undisturbed one. */
static bool try_value(const struct service *service, const struct row *row, long value,
                      const struct trace *plain, struct count *count)
{
    struct trace trace;

    log_in(service, row, value, DEADLINE_MS, &trace);
    count->tried++;
    if (!trace.works)
        return false;
    count->worked++;
    if (trace.opened == 1 && trace.unreadable == 0 && strcmp(trace.shape, plain->shape) == 0)
        return true;

    count->holes++;
    printf("HOLE: %s, %s %ld: %d records, %d unreadable\n  expected: %s\n  but is:   %s\n",
           service->name, row->name, value, trace.opened, trace.unreadable, plain->shape,
           trace.shape);
    return true;
}

/*
 * Close to the smallest value with which the service works, the module may be the one thing that
 * does not find what it needs: EDGE bytes are searched for that. Values that fail are few, because
 * su sleeps over each.
 */
static void try_edge(const struct service *service, const struct row *row,
                     const struct trace *plain, struct count *count, long *ret_smallest)
{
    long good = row->enough, bad, value;

    while (good > PAGE && try_value(service, row, good / 2, plain, count))
        good /= 2;
    for (bad = good / 2; good - bad > 4 * service->step;) {
        long middle = (bad + (good - bad) / 2) & -PAGE;

        if (try_value(service, row, middle, plain, count))
            good = middle;
        else
            bad = middle;
    }
    *ret_smallest = good;
    for (value = bad + service->step; value < bad + EDGE; value += service->step) {
        if (try_value(service, row, value, plain, count) && value < *ret_smallest)
            *ret_smallest = value;
    }
}

static void try_values(const struct service *service, const struct row *row,
                       const struct trace *plain, struct count *count, long *ret_smallest)
{
    const long *value;

    for (value = row->values; *value != END; value++) {
        if (try_value(service, row, *value, plain, count) && *ret_smallest == END)
            *ret_smallest = *value;
    }
}

static void try_row(const struct service *service, const struct row *row, const struct trace *plain,
                    struct count *total)
{
    struct count count = {0, 0, 0};
    long smallest = END;

    if (row->enough > 0)
        try_edge(service, row, plain, &count, &smallest);
    else
        try_values(service, row, plain, &count, &smallest);
    printf("%s: %s, %s: %d of %d logins work", count.holes ? "FAIL" : "ok", service->name,
           row->name, count.worked, count.tried);
    if (count.worked < count.tried && count.worked > 0)
        printf(", the least with %ld", smallest);
    printf(", %d unreported\n", count.holes);
    total->tried += count.tried;
    total->worked += count.worked;
    total->holes += count.holes;
}

static void try_service(const struct service *service, struct count *total)
{
    struct trace plain;
    size_t i;

    log_in(service, &rows[0], 0, PATIENCE_MS, &plain);
    if (!plain.works || plain.opened != 1 || plain.closed != 1 || plain.unreadable > 0) {
        printf("FAIL: %s: an undisturbed login %s, opened %d, closed %d\n", service->name,
               plain.works ? "works" : "does not work", plain.opened, plain.closed);
        total->holes++;
        return;
    }
    printf("ok: %s is reported as %s\n", service->name, plain.shape);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        try_row(service, &rows[i], &plain, total);
}

/* ---- what a caller can do to a running su ---- */

/* As the caller; the exit status tells how many ways there are. */
static void attack(pid_t pid)
{
    struct rlimit none = {0, 0};
    char path[64];

    become_caller();
    (void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
    _exit((ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0) + (open(path, O_RDWR) >= 0) +
          (prlimit(pid, RLIMIT_NOFILE, &none, NULL) == 0));
}

static void try_attack(struct count *total)
{
    struct pollfd prompt = {.events = POLLIN};
    int input[2], output[2], status = -1;
    pid_t su, attacker;

    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0)
        die("pipe");
    su = fork();
    if (su == 0) {
        use_null_device();
        (void)dup2(input[0], 0);
        (void)dup2(output[1], 2);
        become_caller();
        run("/usr/bin/su root");
    }
    prompt.fd = output[0];
    if (poll(&prompt, 1, PATIENCE_MS) != 1) /* it asks for the password, and waits */
        die("su");
    attacker = fork();
    if (attacker == 0)
        attack(su);
    (void)waitpid(attacker, &status, 0);
    end(su);
    (void)close(input[0]);
    (void)close(input[1]);
    (void)close(output[0]);
    (void)close(output[1]);
    printf("%s: su, held by its caller by ptrace, memory or limits\n", status ? "FAIL" : "ok");
    total->tried++;
    total->holes += status != 0;
}

/* bob's shell, which leaves a sign in a way that is possible under all limits. */
static int be_witness(const char *service)
{
    char path[64];

    (void)snprintf(path, sizeof(path), WITNESSES "/%.32s", service);
    return mkdir(path, 0700) == 0 ? 0 : 1;
}

static const struct service *find_service(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        if (strcmp(services[i].name, name) == 0)
            return &services[i];
    }
    (void)fprintf(stderr, "no service '%s'\n", name);
    exit(2);
}

int main(int argc, char **argv)
{
    struct count total = {0, 0, 0};
    struct stat home;

    if (strstr(argv[0], "witness"))
        return be_witness(argc > 1 ? argv[argc - 1] : "login");
    if (argc != 2 || stat("/home/alice", &home) != 0)
        die("usage: evasion_matrix SERVICE, in a host with alice");
    caller_uid = home.st_uid;
    caller_gid = home.st_gid;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    try_service(find_service(argv[1]), &total);
    if (strcmp(argv[1], "su") == 0)
        try_attack(&total);
    printf("%d logins tried, %d worked, %d holes\n", total.tried, total.worked, total.holes);
    return total.holes > 0;
}
