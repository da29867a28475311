/* paidmonitor setup: find or create the login monitor, and write the configuration. */
#include "commands.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "columns.h"
#include "fs.h"
#include "json.h"
#include "login_monitor.h"

#define CONFIG_MAX (64u * 1024u)

struct setup {
    char *name; /* of the monitor */
    int64_t id;
    bool created;
    const char *path; /* of the configuration to write; NULL: nothing is written */
};

/* ---- asking ---- */

/* A missing value of section [api], asked for on the terminal. */
static int ask(struct cli *cli, const char *key, const char *question, const char *have)
{
    char answer[PM_ERROR_TEXT_SIZE];
    struct pm_error err;

    if (have || !isatty(STDIN_FILENO) || cli_prompt(question, false, answer, sizeof(answer)) < 0)
        return 0; /* pm_client_new() says what is missing */
    return pm_config_set(&cli->config, "api", key, answer, &err) < 0 ? cli_fail(cli, &err) : 0;
}

static int override_monitor(struct cli *cli)
{
    const char *name = cli_get(cli, "name"), *tag = cli_get(cli, "tag");
    struct pm_error err;
    int r = name ? pm_config_set(&cli->config, "monitor", "name", name, &err) : 0;

    if (r == 0 && tag)
        r = pm_config_set(&cli->config, "monitor", "tag", tag, &err);
    return r < 0 ? cli_fail(cli, &err) : 0;
}

/* ---- the monitor ---- */

static int ensure_monitor(struct cli *cli, struct setup *setup)
{
    char host[HOST_NAME_MAX + 1] = "";
    struct pm_columns columns;
    struct pm_error err;
    int r;

    if (gethostname(host, sizeof(host) - 1) != 0)
        return cli_error(cli, CLI_SYSTEM, "cannot tell this host's name: %s", strerror(errno));
    if (pm_config_monitor_name(&cli->config, host, &setup->name, &err) < 0 ||
        pm_columns_read(&cli->config, &columns, &err) < 0)
        return cli_fail(cli, &err);
    r = pm_login_monitor_ensure(cli->client, setup->name, cli->config.monitor_tag,
                                pm_columns_params(&columns), &setup->id, &setup->created, &err);
    pm_columns_clear(&columns);
    return r < 0 ? cli_fail(cli, &err) : 0;
}

/* ---- writing ---- */

static void add_line(struct pm_buf *buf, const char *key, const char *value)
{
    if (value)
        (void)pm_buf_addf(buf, "%s = %s\n", key, value);
}

static void add_path(struct pm_buf *buf, const char *key, const char *path)
{
    char directory[PATH_MAX];

    if (path && path[0] != '/' && getcwd(directory, sizeof(directory)))
        (void)pm_buf_addf(buf, "%s = %s/%s\n", key, directory, path);
    else
        add_line(buf, key, path);
}

/* The file has no quoting: line ends, blanks at an end and ` ;` would not be read as written. */
static bool is_writable(const char *value)
{
    size_t len = value ? strlen(value) : 0, i;

    for (i = 0; i < len; i++) {
        bool is_edge = i == 0 || i == len - 1;

        if ((unsigned char)value[i] < ' ' || value[i] == 0x7f || (is_edge && value[i] == ' ') ||
            (value[i] == ';' && (i == 0 || value[i - 1] == ' ')))
            return false;
    }
    return true;
}

static int check_writable(const struct cli *cli)
{
    const struct pm_config *config = &cli->config;
    const struct {
        const char *key, *value;
    } rows[] = {
        {"url", config->url},
        {"apikey", config->apikey},
        {"secret_file", config->secret_file},
        {"ca_file", config->ca_file},
        {"proxy", config->proxy},
        {"name", config->monitor_name},
        {"tag", config->monitor_tag},
    };
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(rows); i++)
        if (!is_writable(rows[i].value))
            return cli_usage(cli,
                             "the %s '%s' cannot stand in a configuration file: no control "
                             "characters, no blank at an end, no ';' after a blank",
                             rows[i].key, rows[i].value);
    return 0;
}

static void compose(const struct pm_config *config, struct pm_buf *buf)
{
    (void)pm_buf_adds(buf, "# Written by 'paidmonitor setup'; see paidmonitor.conf(5).\n[api]\n");
    add_line(buf, "url", config->url);
    add_line(buf, "apikey", config->apikey);
    add_path(buf, "secret_file", config->secret_file);
    add_path(buf, "ca_file", config->ca_file);
    add_line(buf, "proxy", config->proxy);
    add_line(buf, "allow_plain_http", config->allow_plain_http ? "yes" : NULL);
    (void)pm_buf_addf(buf, "connect_timeout_ms = %d\ntimeout_ms = %d\n", config->connect_timeout_ms,
                      config->timeout_ms);
    (void)pm_buf_adds(buf, "\n[monitor]\n");
    add_line(buf, "name", config->monitor_name);
    add_line(buf, "tag", config->monitor_tag);
    (void)pm_buf_adds(buf, "\n[agent]\n");
    add_line(buf, "drop_dir", config->drop_dir);
    add_line(buf, "journal", config->journal);
}

/* A file that is there is left alone unless --force is given. */
static int check_free(const struct cli *cli, const char *path)
{
    if (access(path, F_OK) == 0 && !cli_get(cli, "force"))
        return cli_error(cli, CLI_CONFIG, "'%s' exists; replace it with --force", path);
    return 0;
}

static int write_file(const struct cli *cli, const char *path, const char *bytes, size_t len,
                      mode_t mode)
{
    int r = check_free(cli, path);

    if (r != 0)
        return r;
    if (pm_fs_replace(path, bytes, len, mode) < 0)
        return cli_error(cli, CLI_SYSTEM, "cannot write '%s': %s", path, strerror(errno));
    return 0;
}

static int write_secret(const struct cli *cli)
{
    const char *group_name = cli_get(cli, "group"), *path = cli->config.secret_file;
    const struct group *group = group_name ? getgrnam(group_name) : NULL;
    char line[PM_SECRET_MAX + 2];
    int len, r;

    if (group_name && !group)
        return cli_error(cli, CLI_CONFIG, "there is no group '%s'", group_name);
    len = snprintf(line, sizeof(line), "%s\n", cli->secret.bytes);
    r = write_file(cli, path, line, (size_t)len, 0600);
    explicit_bzero(line, sizeof(line));
    if (r == 0 && group && (chown(path, (uid_t)-1, group->gr_gid) != 0 || chmod(path, 0640) != 0))
        r = cli_error(cli, CLI_SYSTEM, "cannot give '%s' to the group '%s': %s", path, group_name,
                      strerror(errno));
    return r;
}

/* The secret file stays as it is when the secret came from it. */
static bool came_from_file(const struct cli *cli)
{
    struct pm_secret stored = {.len = 0};
    struct pm_error err;
    bool is_same = pm_config_read_secret(&cli->config, &stored, &err) == 0 &&
                   stored.len == cli->secret.len &&
                   memcmp(stored.bytes, cli->secret.bytes, stored.len) == 0;

    pm_secret_clear(&stored);
    return is_same;
}

static int write_files(const struct cli *cli, const char *config_path)
{
    struct pm_buf buf;
    int r;

    pm_buf_init(&buf, CONFIG_MAX);
    compose(&cli->config, &buf);
    if (buf.failed)
        r = cli_error(cli, CLI_SYSTEM, "out of memory");
    else
        r = write_file(cli, config_path, buf.data, buf.len, 0644);
    if (r == 0 && !came_from_file(cli))
        r = write_secret(cli);
    pm_buf_clear(&buf);
    return r;
}

/* ---- the command ---- */

static int print(const struct cli *cli, const struct setup *setup)
{
    struct pm_buf buf;

    pm_buf_init(&buf, CONFIG_MAX);
    if (cli->is_json) {
        json_open(&buf, '{');
        json_int_member(&buf, "id", setup->id);
        json_text_member(&buf, "name", setup->name);
        json_text_member(&buf, "tag", cli->config.monitor_tag);
        json_bool_member(&buf, "created", setup->created);
        json_close(&buf, '}');
    } else {
        (void)pm_buf_addf(&buf, "monitor %" PRId64 " '%s' (tag %s) %s", setup->id, setup->name,
                          cli->config.monitor_tag, setup->created ? "created" : "was there");
        if (setup->path)
            (void)pm_buf_addf(&buf, "\nconfiguration %s, secret key %s", setup->path,
                              cli->config.secret_file);
    }
    return json_print(&buf);
}

/* An existing file is noticed before anything is created on the server. */
static int choose_path(struct cli *cli, struct setup *setup)
{
    const char *path = cli_get(cli, "config");

    if (!cli_get(cli, "write"))
        return 0;
    cli->writes_config = true;
    setup->path = path ? path : PM_CONFIG_PATH;
    return check_free(cli, setup->path);
}

static int prepare(struct cli *cli, struct setup *setup)
{
    int r = choose_path(cli, setup);

    if (r == 0)
        r = cli_load(cli);
    if (r == 0)
        r = override_monitor(cli);
    if (r == 0)
        r = ask(cli, "url", "URL of the API", cli->config.url);
    if (r == 0)
        r = ask(cli, "apikey", "API key", cli->config.apikey);
    if (r == 0 && setup->path)
        r = check_writable(cli);
    return r == 0 ? cli_open(cli, true) : r;
}

static int run(struct cli *cli)
{
    struct setup setup = {.name = NULL};
    int r = prepare(cli, &setup);

    if (r == 0)
        r = ensure_monitor(cli, &setup);
    if (r == 0 && setup.path)
        r = write_files(cli, setup.path);
    if (r == 0)
        r = print(cli, &setup);
    free(setup.name);
    return r;
}

static const struct cli_option options[] = {
    {.name = "name",
     .letter = 'n',
     .argument = "NAME",
     .help = "of the monitor; %h is the host (default 'Login Monitor %h')"},
    {.name = "tag", .letter = 'm', .argument = "TAG", .help = "of the monitor (loginMonitor)"},
    {.name = "write", .letter = 'w', .help = "write the configuration and the secret file"},
    {.name = "group", .argument = "GROUP", .help = "let this group read the secret file (0640)"},
    {.name = "force", .letter = 'f', .help = "replace files that exist"},
    {.letter = 0},
};

const struct cli_command cmd_setup = {
    .name = "setup",
    .summary = "Find or create the monitor that logins are reported to",
    .details =
        "With --write it also writes what it was told to the configuration file (--config)\n"
        "and the secret file (--secret-file), so that the agent can start. On a terminal it\n"
        "asks for what is missing.",
    .options = options,
    .run = run,
};
