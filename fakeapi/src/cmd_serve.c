#include "cmd.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cleanup.h"
#include "db.h"
#include "cmd_log.h"
#include "cmd_signals.h"
#include "cmd_spec.h"
#include "dashboard_assets.h"
#include "fs.h"
#include "journal.h"
#include "log.h"
#include "mac.h"
#include "runfile.h"
#include "secret.h"
#include "server.h"

#define JOURNAL_BYTES_MAX (64L << 30)

struct serve {
    struct cmd_spec spec;
    const char *authority_file;   /* where that of --tls auto is written, */
    char *default_authority_file; /* unless told otherwise */
    const char *port_file;
    const char *dashboard_file;
    char *account;       /* APIKEY:SECRETKEY */
    bool account_shown;  /* it stood on the command line */
    char *default_store; /* when none was given */
    const char *token_file;
    struct pm_secret token;   /* of the control API; empty for none */
    char *default_token_file; /* of a token that was made */
    char *runfile;
    enum pm_log_level log_level;
    enum pm_log_format log_format;
};

static const char help[] =
    "Usage: " CMD_PROGRAM " serve [OPTION]...\n"
    "Serve the Paid Monitor API until SIGTERM or SIGINT. Without options: on 127.0.0.1, on a free\n"
    "port, with a store in the state folder of the user and a generated account.\n"
    "\n"
    "  --listen ADDR          numeric address to listen on (127.0.0.1)\n"
    "  --port N               port to listen on; 0 takes any free one (0)\n"
    "  --port-file FILE       write the port to FILE once requests are answered\n"
    "  --dashboard-file FILE  write the address that signs in, once, to FILE\n"
    "  --www DIR              take the dashboard's pages from DIR, anew each time, to work on "
    "them\n"
    "  --store memory|FILE|postgresql://...\n"
    "                         where to keep everything; a PostgreSQL may be shared by servers\n"
    "                         ($XDG_STATE_HOME/paidmonitor-fakeapi/store.db)\n"
    "  --accounts FILE        accounts from an INI file: a section for each, with apikey and\n"
    "                         secretkey, and optionally user, password, reseller\n"
    "  --account KEY:SECRET   one account; others can see it in ps: for tests only\n"
    "  --profile NAME         strict: the documented protocol (default)\n"
    "                         vendor: whatever the vendor was known to tolerate\n"
    "  --check NAME=VALUE     one switch of the profile; a wrong NAME lists them all\n"
    "  --clock SETTING        real, +24h, -90s, frozen, frozen@TIME or running@TIME, with TIME as\n"
    "                         \"2026-11-22 12:00:00\" in GMT (real)\n"
    "  --tls auto|off         auto: https with a certificate made on the spot for localhost, the\n"
    "                         host's name and ADDR, by an authority made with it (off)\n"
    "  --tls-ca-file FILE     write that authority, for clients to trust, to FILE\n"
    "  --tls-cert FILE        https with this certificate and its chain, PEM\n"
    "  --tls-key FILE         and its key\n"
    "  --tls-client-ca FILE   clients must show a certificate of the authorities in FILE\n"
    "  --fault JSON|@FILE     have something go wrong, see FAULTS.md; as often as you like\n"
    "  --faults FILE          the same as --fault @FILE\n"
    "  --journal N            how many requests to remember (10000)\n"
    "  --journal-store        keep every request in the store, too\n"
    "  --journal-bytes SIZE   in how much memory at most: a number, or as 512K, 8M, 1G (8M)\n"
    "  --control-token-file FILE\n"
    "                         who knows the token in FILE may use the control API; made if it is\n"
    "                         not there. Without the option: everybody on a loopback address,\n"
    "                         elsewhere whoever can read the file that is named at the start\n"
    "  --log-format text|json\n"
    "  --verbose, --quiet     log every request, or errors only\n"
    "  --help, --version\n"
    "\n"
    "Each can be given as a variable of the environment, too: PAIDMONITOR_FAKEAPI_PORT_FILE\n"
    "for --port-file, PAIDMONITOR_FAKEAPI_VERBOSE=1 for --verbose. The command line "
    "prevails.\n" CMD_TOKEN_VARIABLE " is the token of the control API itself.\n";

enum option_id {
    LISTEN = 256,
    PORT,
    PORT_FILE,
    DASHBOARD_FILE,
    WWW,
    ACCOUNTS,
    ACCOUNT,
    TLS_CA_FILE,
    TLS_CERT,
    TLS_KEY,
    TLS_CLIENT_CA,
    FAULTS,
    JOURNAL_BYTES,
    JOURNAL_STORE,
    CONTROL_TOKEN_FILE,
    LOG_FORMAT,
    VERBOSE,
    QUIET,
    HELP,
    VERSION,
};

static const struct option long_options[] = {
    CMD_SPEC_OPTIONS,
    {"listen", required_argument, NULL, LISTEN},
    {"port", required_argument, NULL, PORT},
    {"port-file", required_argument, NULL, PORT_FILE},
    {"dashboard-file", required_argument, NULL, DASHBOARD_FILE},
    {"www", required_argument, NULL, WWW},
    {"accounts", required_argument, NULL, ACCOUNTS},
    {"account", required_argument, NULL, ACCOUNT},
    {"tls-ca-file", required_argument, NULL, TLS_CA_FILE},
    {"tls-cert", required_argument, NULL, TLS_CERT},
    {"tls-key", required_argument, NULL, TLS_KEY},
    {"tls-client-ca", required_argument, NULL, TLS_CLIENT_CA},
    {"faults", required_argument, NULL, FAULTS},
    {"journal-bytes", required_argument, NULL, JOURNAL_BYTES},
    {"journal-store", no_argument, NULL, JOURNAL_STORE},
    {"control-token-file", required_argument, NULL, CONTROL_TOKEN_FILE},
    {"log-format", required_argument, NULL, LOG_FORMAT},
    {"verbose", no_argument, NULL, VERBOSE},
    {"quiet", no_argument, NULL, QUIET},
    {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION},
    {NULL, 0, NULL, 0},
};

/* Command line */

static int take_port(struct serve *serve, const char *text)
{
    long port;

    if (cmd_parse_number(text, 0, 65535, &port) < 0)
        return cmd_bad_value("port", text, "must be a number from 0 to 65535");
    serve->spec.options.port = (unsigned int)port;
    return CMD_OK;
}

/* A number of bytes, or of K, M or G. */
static int take_journal_bytes(struct serve *serve, const char *text)
{
    static const char units[] = "KMG";
    size_t digits = strspn(text, "0123456789");
    const char *unit = text[digits] ? strchr(units, text[digits]) : NULL;
    int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    long size = 0;

    if (digits == 0 || digits > 12 || text[digits + (unit != NULL)] != '\0')
        return cmd_bad_value("journal-bytes", text,
                             "must be a number of bytes, or as 512K, 8M, 1G");
    size = strtol(text, NULL, 10);
    if (size > JOURNAL_BYTES_MAX >> shift || size << shift < FA_JOURNAL_BYTES_MIN)
        return cmd_bad_value("journal-bytes", text, "must be from 512K to 64G");
    serve->spec.options.journal_bytes = (size_t)size << shift;
    return CMD_OK;
}

static int take_www(const char *dir)
{
    if (access(dir, R_OK | X_OK) < 0)
        return cmd_bad_value("www", dir, "a directory with the pages, such as fakeapi/www");
    fa_assets_from(dir);
    return CMD_OK;
}

static int take_account(struct serve *serve, char *text)
{
    char *colon = strchr(text, ':');

    if (!colon || colon == text || colon[1] == '\0') /* not shown: it may be the secret alone */
        return cmd_bad_value("account", "***", "must be APIKEY:SECRETKEY");
    serve->account = text;
    return CMD_OK;
}

static int take_format(struct serve *serve, const char *text)
{
    if (strcmp(text, "text") != 0 && strcmp(text, "json") != 0)
        return cmd_bad_value("log-format", text, "must be text or json");
    serve->log_format = strcmp(text, "json") == 0 ? PM_LOG_JSON : PM_LOG_TEXT;
    return CMD_OK;
}

/* The options of this command alone. Returns -1: it is none of these. */
static int take_option(struct serve *serve, int id, char *value)
{
    switch (id) {
    case LISTEN:
        serve->spec.options.listen = value;
        return CMD_OK;
    case PORT:
        return take_port(serve, value);
    case PORT_FILE:
        serve->port_file = value;
        return CMD_OK;
    case DASHBOARD_FILE:
        serve->dashboard_file = value;
        return CMD_OK;
    case WWW:
        return take_www(value);
    case ACCOUNTS:
        serve->spec.options.accounts = value;
        return CMD_OK;
    case ACCOUNT:
        return take_account(serve, value);
    case TLS_CA_FILE:
        serve->authority_file = value;
        return CMD_OK;
    case TLS_CERT:
        serve->spec.options.tls_cert = value;
        return CMD_OK;
    case TLS_KEY:
        serve->spec.options.tls_key = value;
        return CMD_OK;
    case TLS_CLIENT_CA:
        serve->spec.options.tls_client_ca = value;
        return CMD_OK;
    case FAULTS:
        return cmd_spec_take_faults(&serve->spec, value);
    case JOURNAL_STORE:
        serve->spec.options.keeps_journal = true;
        return CMD_OK;
    case JOURNAL_BYTES:
        return take_journal_bytes(serve, value);
    case CONTROL_TOKEN_FILE:
        serve->token_file = value;
        return CMD_OK;
    case LOG_FORMAT:
        return take_format(serve, value);
    case VERBOSE:
        serve->log_level = PM_LOG_DEBUG;
        return CMD_OK;
    case QUIET:
        serve->log_level = PM_LOG_ERROR;
        return CMD_OK;
    default:
        return -1;
    }
}

static int take_any(struct serve *serve, int id, char *value)
{
    int status = cmd_spec_take(&serve->spec, id, value);

    if (status < 0)
        status = take_option(serve, id, value);
    if (status >= 0)
        return status;
    fputs("Try " CMD_PROGRAM " serve --help\n", stderr);
    return CMD_USAGE;
}

/* --port-file is PAIDMONITOR_FAKEAPI_PORT_FILE; NULL if not set, empty, or a flag that is 0. */
static char *from_environment(const struct option *option)
{
    char name[64];
    char *at = name;
    char *value;

    snprintf(name, sizeof(name), "PAIDMONITOR_FAKEAPI_%s", option->name);
    for (; *at; at++)
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    value = getenv(name);
    if (!value || value[0] == '\0')
        return NULL;
    return option->has_arg == no_argument && strcmp(value, "0") == 0 ? NULL : value;
}

/* For containers: who starts one often cannot say more than its environment. */
static int take_environment(struct serve *serve)
{
    const struct option *option;

    for (option = long_options; option->name; option++) {
        char *value;
        int status;

        if (option->val == HELP || option->val == VERSION)
            continue;
        value = from_environment(option);
        status = value ? take_any(serve, option->val, value) : CMD_OK;
        if (status != CMD_OK)
            return status;
    }
    return CMD_OK;
}

/* Returns an exit status, or -1 to go on. */
static int parse_options(struct serve *serve, int argc, char **argv)
{
    int at = 0;
    int id;

    while ((id = getopt_long(argc, argv, "h", long_options, &at)) != -1) {
        int status;

        if (id == HELP || id == 'h') {
            fputs(help, stdout);
            return cmd_flush();
        }
        if (id == VERSION) {
            puts(CMD_PROGRAM " " PM_VERSION);
            return cmd_flush();
        }
        if (optarg && optarg[0] == '\0')
            return cmd_bad_value(long_options[at].name, optarg, "must not be empty");
        status = take_any(serve, id, optarg);
        if (status != CMD_OK)
            return status;
        serve->account_shown |= id == ACCOUNT;
    }
    if (optind < argc) {
        fprintf(stderr, CMD_PROGRAM ": \"%s\" is no option\n", argv[optind]);
        return CMD_USAGE;
    }
    return -1;
}

/* Starting */

static void warn_of_password(const char *where)
{
    char shown[FA_DB_SHOWN_SIZE];

    fa_db_show(where, shown);
    if (strncmp(where, shown, strlen(shown)) != 0)
        pm_log_warning("--store shows the password to everyone who can run ps; "
                       "keep it in the file that PGPASSFILE or ?passfile= names");
}

static int make_default_store(struct serve *serve)
{
    PM_AUTO_FREE char *dir = NULL;

    if (serve->spec.options.store) {
        warn_of_password(serve->spec.options.store);
        return 0;
    }
    dir = fa_state_dir();
    if (!dir) {
        pm_log_error("this user has no home folder for the store; choose a --store");
        return -1;
    }
    if (pm_fs_make_dirs(dir, 0700) < 0) {
        pm_log_error("cannot create the folder \"%s\" for the store: %s; choose another --store",
                     dir, strerror(errno));
        return -1;
    }
    if (asprintf(&serve->default_store, "%s/store.db", dir) < 0)
        return -1;
    serve->spec.options.store = serve->default_store;
    return 0;
}

static int take_socket(struct serve *serve)
{
    serve->spec.options.socket = cmd_signals_socket();
    if (serve->spec.options.socket >= 0)
        return 0;
    pm_log_error("the service manager passed something else than one listening socket");
    return -1;
}

static int add_given_account(struct serve *serve, struct fa_server *server)
{
    char *account = serve->account;
    char *colon = strchr(account, ':'); /* see take_account() */
    int r;

    if (serve->account_shown)
        pm_log_warning(
            "--account shows the secret key to everyone who can run ps; use --accounts FILE");
    *colon = '\0';
    r = fa_server_account_add(server, account, colon + 1);
    if (r < 0)
        pm_log_error("--account: keys must be 1 to 256 printable characters without blanks");
    memset(account, 'x', strlen(account) + 1 + strlen(colon + 1));
    return r;
}

static int add_accounts(struct serve *serve, struct fa_server *server)
{
    return serve->account && add_given_account(serve, server) < 0 ? CMD_USAGE : CMD_OK;
}

static int write_file(const char *path, const char *text, mode_t mode)
{
    if (!path || pm_fs_replace(path, text, strlen(text), mode) == 0)
        return 0;
    pm_log_error("cannot write \"%s\": %s", path, strerror(errno));
    return -1;
}

static int announce(const struct serve *serve, const struct fa_server *server)
{
    char port[16];
    char dashboard[256];

    snprintf(port, sizeof(port), "%u\n", fa_server_port(server));
    snprintf(dashboard, sizeof(dashboard), "%s\n", fa_server_dashboard_url(server));
    if (write_file(serve->port_file, port, 0644) < 0 ||
        write_file(serve->dashboard_file, dashboard, 0600) < 0)
        return CMD_CONFIG;
    printf(CMD_PROGRAM " " PM_VERSION " ready\n"
                       "  API        %s\n"
                       "  dashboard  %s\n",
           fa_server_url(server), fa_server_dashboard_url(server));
    if (serve->authority_file)
        printf("  authority  %s\n", serve->authority_file);
    if (serve->token_file)
        printf("  control    token in %s\n", serve->token_file);
    return cmd_flush();
}

/* As $PAIDMONITOR_FAKEAPI_ACCOUNT: for containers. Wiped, like it. */
static int token_from_environment(struct serve *serve)
{
    char *token = getenv(CMD_TOKEN_VARIABLE);

    if (!token || token[0] == '\0')
        return 0;
    if (pm_secret_set(&serve->token, token, strlen(token)) < 0) {
        pm_log_error("%s is longer than %d bytes", CMD_TOKEN_VARIABLE, PM_SECRET_MAX);
        return -1;
    }
    memset(token, 'x', strlen(token));
    serve->spec.options.control_token = serve->token.bytes;
    return 0;
}

/* The token of the control API, if there is a file for it; a file that is not there gets one. */
static int take_token(struct serve *serve)
{
    char made[FA_KEY_SIZE + 1];
    char message[512];

    if (!serve->token_file)
        return token_from_environment(serve);
    if (access(serve->token_file, F_OK) < 0 && errno == ENOENT) {
        if (fa_random_key(made) < 0)
            return -1;
        (void)strcat(made, "\n");
        if (write_file(serve->token_file, made, 0600) < 0)
            return -1;
    }
    if (pm_secret_read_file(&serve->token, serve->token_file, message, sizeof(message)) < 0) {
        pm_log_error("%s", message);
        return -1;
    }
    serve->spec.options.control_token = serve->token.bytes;
    return 0;
}

/* A token that was made by the server must be found by whoever may use it. */
static int keep_made_token(struct serve *serve, const struct fa_server *server)
{
    const char *token = fa_server_control_token(server);
    PM_AUTO_FREE char *dir = NULL;
    char line[PM_SECRET_MAX + 2];

    if (!token || serve->spec.options.control_token)
        return 0;
    dir = fa_run_dir();
    if (!dir || asprintf(&serve->default_token_file, "%s/%ld.token", dir, (long)getpid()) < 0) {
        pm_log_error("no folder for the token of the control API: %s; give a --control-token-file",
                     strerror(errno));
        return -1;
    }
    snprintf(line, sizeof(line), "%s\n", token);
    serve->token_file = serve->default_token_file;
    return write_file(serve->token_file, line, 0600);
}

static int name_authority_file(struct serve *serve)
{
    PM_AUTO_FREE char *dir = fa_run_dir();

    if (!dir ||
        asprintf(&serve->default_authority_file, "%s/%ld.ca.pem", dir, (long)getpid()) < 0) {
        serve->default_authority_file = NULL;
        pm_log_error("there is no folder for the authority of --tls auto; choose a --tls-ca-file");
        return -1;
    }
    serve->authority_file = serve->default_authority_file;
    return 0;
}

/* What clients need to trust the server, where they can read it. */
static int keep_authority(struct serve *serve, const struct fa_server *server)
{
    const char *pem = fa_server_authority(server);

    if (!pem && serve->authority_file) {
        pm_log_error("--tls-ca-file goes with --tls auto");
        return -1;
    }
    if (!pem)
        return 0;
    if (!serve->authority_file && name_authority_file(serve) < 0)
        return -1;
    return write_file(serve->authority_file, pem, 0644);
}

/* So that `ctl` finds the server. It is a convenience: without it there is --url. */
static void leave_runfile(struct serve *serve, const struct fa_server *server)
{
    if (runfile_write(fa_server_url(server), serve->token_file, serve->authority_file,
                      &serve->runfile) < 0)
        pm_log_debug("cannot leave a file for ctl: %s", strerror(errno));
}

static void clean_up(struct serve *serve)
{
    runfile_remove(serve->runfile);
    if (serve->default_token_file)
        (void)unlink(serve->default_token_file); /* its token is worth nothing any more */
    free(serve->default_token_file);
    if (serve->default_authority_file)
        (void)unlink(serve->default_authority_file); /* nothing it has signed is left */
    free(serve->default_authority_file);
    free(serve->default_store);
    pm_secret_clear(&serve->token);
}

/* Last of all: its keys are shown once, so it must not be made when they cannot be. */
static int generate_account(struct fa_server *server)
{
    char apikey[FA_KEY_SIZE];
    char secretkey[FA_KEY_SIZE];

    if (fa_server_account_count(server) > 0)
        return CMD_OK;
    if (fa_server_account_generate(server, apikey, secretkey) < 0) {
        pm_log_error("cannot generate an account");
        return CMD_FAILED;
    }
    printf("  apikey     %s\n"
           "  secretkey  %s  (shown once)\n",
           apikey, secretkey);
    return cmd_flush();
}

/* Returns an exit status. */
static int make_ready(struct serve *serve, struct fa_server *server)
{
    int status = add_accounts(serve, server);

    if (status == CMD_OK)
        status = cmd_spec_add_faults(&serve->spec, server);
    if (status == CMD_OK &&
        (keep_made_token(serve, server) < 0 || keep_authority(serve, server) < 0))
        status = CMD_CONFIG;
    if (status == CMD_OK)
        leave_runfile(serve, server);
    if (status == CMD_OK)
        status = announce(serve, server);
    return status == CMD_OK ? generate_account(server) : status;
}

/* One descriptor per connection: take as many as the administrator allows. */
static void raise_limits(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* else fewer clients at a time, no harm */
}

/* What runs while the server does. */
struct running {
    const struct serve *serve;
    struct fa_server *server;
};

/* cmd_signals_serve(): the accounts file anew. If it is no good, what was read before stays. */
static void reload(void *context)
{
    const struct running *running = context;
    const char *path = running->serve->spec.options.accounts;
    char message[512];

    if (!path)
        pm_log_warning("SIGHUP: there is no accounts file to be read anew");
    else if (fa_server_accounts_file(running->server, path, message, sizeof(message)) < 0)
        pm_log_error("SIGHUP: %s; going on with the old accounts", message);
    else
        pm_log_warning("SIGHUP: the accounts file is read anew");
}

static void turn(void *context)
{
    const struct running *running = context;

    fa_server_turn(running->server);
}

static int run_until_stopped(struct serve *serve)
{
    struct running running = {.serve = serve};
    char message[512];
    int status;

    if (fa_server_start(&serve->spec.options, &running.server, message, sizeof(message)) < 0) {
        pm_log_error("%s", message);
        return CMD_CONFIG;
    }
    status = make_ready(serve, running.server);
    if (status == CMD_OK)
        cmd_signals_serve(reload, turn, &running);
    fa_server_stop(running.server);
    return status;
}

int cmd_serve(int argc, char **argv)
{
    struct serve serve = {.log_level = PM_LOG_WARNING};
    int status;

    cmd_spec_init(&serve.spec);
    serve.spec.options.store = NULL;
    serve.spec.options.log = cmd_log_record;
    status = take_environment(&serve);
    if (status == CMD_OK)
        status = parse_options(&serve, argc, argv);
    if (status >= 0)
        return status;
    serve.spec.options.logs_accepted = serve.log_level == PM_LOG_DEBUG;
    pm_log_setup(CMD_PROGRAM, serve.log_level, serve.log_format);
    raise_limits();
    (void)signal(SIGPIPE, SIG_IGN); /* a reader of ours that has gone is an error of write(2) */
    cmd_signals_block();
    status = take_socket(&serve) < 0 || make_default_store(&serve) < 0 || take_token(&serve) < 0
                 ? CMD_CONFIG
                 : run_until_stopped(&serve);
    clean_up(&serve);
    return status;
}
