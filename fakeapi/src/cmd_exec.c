/*
 * `paidmonitor-fakeapi exec`: a server for the time of one command, which finds it by its
 * environment. Afterwards it says what was wrong.
 */
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "cmd_spec.h"
#include "exec_report.h"
#include "fs.h"
#include "log.h"
#include "server.h"

#define FILE_MAX      (64 * 1024 * 1024)
#define DIR_TEMPLATE  "/paidmonitor-fakeapi.XXXXXX"
#define STATUS_FAILED 1   /* the command was content, the server was not */
#define STATUS_SETUP  125 /* as env(1), timeout(1) and the like */
#define STATUS_NO_RUN 126
#define STATUS_NONE   127

struct exec {
    struct cmd_spec spec;
    const char *seed_file;
    const char *expect_file;
    bool nothing_else;
    bool exports_secret;
    bool allows_refused;
    bool is_json;
    bool is_quiet;
    const char *report_file; /* NULL for standard error */
    char **command;

    struct fa_server *server;
    struct fa_account_keys keys;
    char *dir; /* of the secret key's file */
    char *secret_file;
    char *ca_file; /* NULL without TLS */
};

static const char help[] =
    "Usage: " CMD_PROGRAM " exec [OPTION]... [--] COMMAND [ARGUMENT]...\n"
    "Run a command with a server of its own, on a free port and with a new account. It finds them\n"
    "in its environment: PAIDMONITOR_URL, PAIDMONITOR_APIKEY, PAIDMONITOR_SECRET_FILE, and for "
    "ctl\n"
    "PAIDMONITOR_FAKEAPI_URL. Afterwards, say what was wrong.\n"
    "\n"
    "  --profile strict|vendor    what the server insists on (strict)\n"
    "  --check NAME=VALUE         one switch of the profile\n"
    "  --store memory|FILE        where to keep everything (memory)\n"
    "  --clock SETTING            as for serve\n"
    "  --journal N                how many requests to remember (10000)\n"
    "  --tls auto|off             https, with an authority in PAIDMONITOR_CA_FILE (off)\n"
    "  --seed FILE                begin with what ctl export gave, in the new account\n"
    "  --fault JSON|@FILE         have something go wrong, as FAULTS.md describes it\n"
    "  --expect FILE              what must, may and must not arrive, as TESTING.md describes it\n"
    "  --nothing-else             nothing that is not expected may arrive\n"
    "  --export-secret            the secret key itself in PAIDMONITOR_SECRETKEY, too\n"
    "  --allow-refused            refused requests are no failure\n"
    "  --json                     the report as JSON\n"
    "  --report FILE              the report to FILE instead of standard error\n"
    "  --quiet                    no report if nothing is wrong\n"
    "  --help, --version\n"
    "\n"
    "Exit status: that of the command (128 and the number of the signal that ended it). If it is\n"
    "0, but a request was refused or failed, or an expectation was not met: 1. 125 the server "
    "could\n"
    "not be set up, 126 the command could not be run, 127 there is none, 2 wrong command line.\n";

/* Command line */

enum option_id {
    SEED = 256,
    EXPECT,
    NOTHING_ELSE,
    EXPORT_SECRET,
    ALLOW_REFUSED,
    JSON,
    REPORT,
    QUIET,
    HELP,
    VERSION,
};

static const struct option long_options[] = {
    CMD_SPEC_OPTIONS,
    {"seed", required_argument, NULL, SEED},
    {"expect", required_argument, NULL, EXPECT},
    {"nothing-else", no_argument, NULL, NOTHING_ELSE},
    {"export-secret", no_argument, NULL, EXPORT_SECRET},
    {"allow-refused", no_argument, NULL, ALLOW_REFUSED},
    {"json", no_argument, NULL, JSON},
    {"report", required_argument, NULL, REPORT},
    {"quiet", no_argument, NULL, QUIET},
    {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION},
    {NULL, 0, NULL, 0},
};

/* The options of this command alone. Returns -1: it is none of these. */
static int take_option(struct exec *exec, int id, const char *value)
{
    switch (id) {
    case SEED:
        exec->seed_file = value;
        return CMD_OK;
    case EXPECT:
        exec->expect_file = value;
        return CMD_OK;
    case NOTHING_ELSE:
        exec->nothing_else = true;
        return CMD_OK;
    case EXPORT_SECRET:
        exec->exports_secret = true;
        return CMD_OK;
    case ALLOW_REFUSED:
        exec->allows_refused = true;
        return CMD_OK;
    case JSON:
        exec->is_json = true;
        return CMD_OK;
    case REPORT:
        exec->report_file = value;
        return CMD_OK;
    case QUIET:
        exec->is_quiet = true;
        return CMD_OK;
    default:
        return -1;
    }
}

static int take_any(struct exec *exec, int id, char *value)
{
    int status = cmd_spec_take(&exec->spec, id, value);

    if (status < 0)
        status = take_option(exec, id, value);
    if (status >= 0)
        return status;
    fputs("Try " CMD_PROGRAM " exec --help\n", stderr);
    return CMD_USAGE;
}

/* Returns an exit status, or -1 to go on. The options end where the command begins. */
static int parse_options(struct exec *exec, int argc, char **argv)
{
    int id;

    while ((id = getopt_long(argc, argv, "+h", long_options, NULL)) != -1) {
        int status;

        if (id == HELP || id == 'h') {
            fputs(help, stdout);
            return cmd_flush();
        }
        if (id == VERSION) {
            puts(CMD_PROGRAM " " PM_VERSION);
            return cmd_flush();
        }
        status = take_any(exec, id, optarg);
        if (status != CMD_OK)
            return status;
    }
    if (optind == argc) {
        fputs(CMD_PROGRAM ": exec: a command is missing; try " CMD_PROGRAM " exec --help\n",
              stderr);
        return CMD_USAGE;
    }
    exec->command = argv + optind;
    return -1;
}

/* Setting up */

static int read_file(const char *path, struct pm_buf *buf)
{
    PM_AUTO_FCLOSE FILE *file = fopen(path, "re");
    char bytes[16384];
    size_t len;

    while (file && (len = fread(bytes, 1, sizeof(bytes), file)) > 0)
        (void)pm_buf_add(buf, bytes, len); /* failures stick */
    if (file && !ferror(file) && !buf->failed)
        return 0;
    pm_log_error("cannot read \"%s\": %s", path, strerror(errno));
    return -1;
}

static int seed(struct exec *exec)
{
    struct pm_buf lines;
    char message[512];
    int r;

    if (!exec->seed_file)
        return 0;
    pm_buf_init(&lines, FILE_MAX);
    r = read_file(exec->seed_file, &lines);
    if (r == 0 && lines.len > 0) {
        r = fa_server_seed(exec->server, exec->keys.apikey, lines.data, message, sizeof(message));
        if (r < 0)
            pm_log_error("%s: %s", exec->seed_file, message);
    }
    pm_buf_clear(&lines);
    return r;
}

static int expect(struct exec *exec)
{
    struct pm_buf json;
    char message[600];
    int r;

    if (!exec->expect_file)
        return 0;
    pm_buf_init(&json, FILE_MAX);
    r = read_file(exec->expect_file, &json);
    if (r == 0) {
        r = fa_server_expect(exec->server, exec->keys.apikey, json.data ? json.data : "", message,
                             sizeof(message));
        if (r < 0)
            pm_log_error("%s: %s", exec->expect_file, message);
    }
    pm_buf_clear(&json);
    return r;
}

/* A folder that nobody else can look into; gone at the end. */
static int make_dir(struct exec *exec)
{
    const char *base = getenv("TMPDIR");

    if (asprintf(&exec->dir, "%s" DIR_TEMPLATE, base && base[0] == '/' ? base : "/tmp") < 0) {
        exec->dir = NULL;
        return -1;
    }
    if (mkdtemp(exec->dir))
        return 0;
    pm_log_error("cannot create \"%s\": %s", exec->dir, strerror(errno));
    free(exec->dir);
    exec->dir = NULL;
    return -1;
}

/* A file in that folder. NULL after complaining. The caller frees it. */
static char *write_file(const struct exec *exec, const char *name, const char *text)
{
    char *path;

    if (asprintf(&path, "%s/%s", exec->dir, name) < 0)
        return NULL;
    if (pm_fs_replace(path, text, strlen(text), 0600) == 0)
        return path;
    pm_log_error("cannot write \"%s\": %s", path, strerror(errno));
    free(path);
    return NULL;
}

static int write_files(struct exec *exec)
{
    const char *authority = fa_server_authority(exec->server);
    char line[FA_ACCOUNT_KEY_SIZE + 1];

    (void)snprintf(line, sizeof(line), "%s\n", exec->keys.secretkey);
    exec->secret_file = write_file(exec, "secret", line);
    if (authority)
        exec->ca_file = write_file(exec, "ca.pem", authority);
    return exec->secret_file && (!authority || exec->ca_file) ? 0 : -1;
}

static int export_all(const struct exec *exec)
{
    const struct {
        const char *name;
        const char *value; /* NULL: must not be there, whatever the surroundings say */
    } variables[] = {
        {"PAIDMONITOR_URL", fa_server_url(exec->server)},
        {"PAIDMONITOR_FAKEAPI_URL", fa_server_url(exec->server)},
        {"PAIDMONITOR_APIKEY", exec->keys.apikey},
        {"PAIDMONITOR_SECRET_FILE", exec->secret_file},
        {"PAIDMONITOR_CA_FILE", exec->ca_file},
        {"PAIDMONITOR_SECRETKEY", exec->exports_secret ? exec->keys.secretkey : NULL},
        {"PAIDMONITOR_FAKEAPI_CONTROL_TOKEN_FILE", NULL},
    };
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(variables); i++)
        if (variables[i].value ? setenv(variables[i].name, variables[i].value, 1) < 0
                               : unsetenv(variables[i].name) < 0)
            return -1;
    return 0;
}

static int set_up(struct exec *exec)
{
    char message[512];

    if (fa_server_start(&exec->spec.options, &exec->server, message, sizeof(message)) < 0) {
        pm_log_error("%s", message);
        return -1;
    }
    if (fa_server_account_new(exec->server, 0, &exec->keys) < 0) {
        pm_log_error("cannot generate an account");
        return -1;
    }
    if (seed(exec) < 0 || cmd_spec_add_faults(&exec->spec, exec->server) != CMD_OK ||
        expect(exec) < 0 || make_dir(exec) < 0 || write_files(exec) < 0)
        return -1;
    return export_all(exec);
}

static void clean_up(struct exec *exec)
{
    if (exec->secret_file)
        (void)unlink(exec->secret_file);
    if (exec->ca_file)
        (void)unlink(exec->ca_file);
    if (exec->dir)
        (void)rmdir(exec->dir); /* not empty if the command left something there */
    free(exec->secret_file);
    free(exec->ca_file);
    free(exec->dir);
    fa_server_stop(exec->server);
}

/* Running. The command stays in our process group: what a terminal sends, it gets by itself. */

static const int passed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

static void block_signals(sigset_t *ours, sigset_t *before)
{
    size_t i;

    (void)sigemptyset(ours);
    (void)sigaddset(ours, SIGCHLD);
    for (i = 0; i < PM_ARRAY_LEN(passed_on); i++)
        (void)sigaddset(ours, passed_on[i]);
    (void)pthread_sigmask(SIG_BLOCK, ours, before);
}

__attribute__((noreturn)) static void become(char **command, const sigset_t *before, pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* a server that was killed leaves nobody behind */
    if (getppid() != parent)
        _exit(STATUS_SETUP);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)pthread_sigmask(SIG_SETMASK, before, NULL);
    (void)execvp(command[0], command);
    fprintf(stderr, CMD_PROGRAM ": exec: %s: %s\n", command[0], strerror(errno));
    _exit(errno == ENOENT ? STATUS_NONE : STATUS_NO_RUN);
}

static int status_of(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static int wait_for(pid_t child, const sigset_t *ours)
{
    for (;;) {
        siginfo_t info;
        int number = sigwaitinfo(ours, &info);
        int wait_status;

        if (number == SIGCHLD && waitpid(child, &wait_status, WNOHANG) == child)
            return status_of(wait_status);
        if (number > 0 && number != SIGCHLD && info.si_code != SI_KERNEL)
            (void)kill(child, number); /* from the kernel: the terminal's, for the whole group */
    }
}

/* Returns the exit status. Errors: -1 */
static int run(char **command, const sigset_t *ours, const sigset_t *before)
{
    pid_t parent = getpid();
    pid_t child = fork();

    if (child == 0)
        become(command, before, parent);
    if (child < 0) {
        pm_log_error("cannot start a process: %s", strerror(errno));
        return -1;
    }
    return wait_for(child, ours);
}

/* Returns the exit status: that of the command unless it was 0. */
static int judge(const struct exec *exec, int status)
{
    const struct exec_asked asked = {
        .server = exec->server,
        .apikey = exec->keys.apikey,
        .expects = exec->expect_file != NULL,
        .nothing_else = exec->nothing_else,
        .is_json = exec->is_json,
        .is_quiet = exec->is_quiet,
        .file = exec->report_file,
    };
    bool is_refused = false;
    bool is_unmet = false;
    int r = exec_report(&asked, &is_refused, &is_unmet);

    if (status == 0 && (r < 0 || is_unmet || (is_refused && !exec->allows_refused)))
        status = STATUS_FAILED;
    return status;
}

int cmd_exec(int argc, char **argv)
{
    struct exec exec = {0};
    sigset_t ours;
    sigset_t before;
    int status;

    cmd_spec_init(&exec.spec);
    status = parse_options(&exec, argc, argv);
    if (status >= 0)
        return status;
    block_signals(&ours, &before); /* what comes now is the command's as soon as it is there */
    status = set_up(&exec) < 0 ? -1 : run(exec.command, &ours, &before);
    if (status >= 0)
        status = judge(&exec, status);
    clean_up(&exec);
    return status < 0 ? STATUS_SETUP : status;
}
