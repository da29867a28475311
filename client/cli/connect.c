/* From options, environment and files to a client; see cli.h. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "values.h"

#define INTERRUPT 0x03 /* Ctrl-C, which is only a byte while the terminal sends no signals */

const struct cli_option cli_common_options[] = {
    {.name = "config", .letter = 'c', .argument = "FILE", .help = "instead of " PM_CONFIG_PATH},
    {.name = "url", .letter = 'u', .argument = "URL", .help = "address of the API"},
    {.name = "apikey", .letter = 'a', .argument = "KEY", .help = "the account's API key"},
    {.name = "secret-file", .argument = "FILE", .help = "file with the secret key, mode 0600"},
    {.name = "ca-file", .argument = "FILE", .help = "whose certificates to trust, PEM"},
    {.name = "secret-fd", .argument = "N", .help = "open descriptor to read the secret key from"},
    {.letter = 's',
     .argument = "SECRET",
     .is_secret = true,
     .help = "the secret key itself (others may see it: prefer --secret-file)"},
    {.name = "auth", .argument = "HOW", .help = "prove who you are by checksum (default) or token"},
    {.name = "api-version", .argument = "2|3", .help = "of the protocol (default 2)"},
    {.name = "answer", .argument = "FORMAT", .help = "ask the API for json (default) or xml"},
    {.name = "client-apikey", .argument = "KEY", .help = "act for this client of a reseller"},
    {.name = "timeout", .argument = "SECONDS", .help = "for one request as a whole (default 15)"},
    {.name = "json", .letter = 'j', .help = "print JSON instead of text"},
    {.name = "help", .letter = 'h', .help = "show this text"},
    {.letter = 0},
};

/* ---- configuration ---- */

/* The file asked for; NULL: nobody asked, the usual one. */
static const char *chosen_file(const struct cli *cli)
{
    const char *path = cli_get(cli, "config");

    return path ? path : secure_getenv("PAIDMONITOR_CONFIG");
}

static int read_file(struct cli *cli, struct pm_error *err)
{
    const char *path = chosen_file(cli);

    if ((!path || cli->writes_config) && access(path ? path : PM_CONFIG_PATH, F_OK) != 0)
        return 0; /* everything may come from options */
    return pm_config_read(&cli->config, path ? path : PM_CONFIG_PATH, err);
}

/* Where else values of the section [api] come from; the option counts more. */
static const struct source {
    const char *key;
    const char *environment;
    const char *option;
} sources[] = {
    {"url", "PAIDMONITOR_URL", "url"},
    {"apikey", "PAIDMONITOR_APIKEY", "apikey"},
    {"secret_file", "PAIDMONITOR_SECRET_FILE", "secret-file"},
    {"ca_file", "PAIDMONITOR_CA_FILE", "ca-file"},
};

static int override(struct cli *cli, struct pm_error *err)
{
    size_t i;
    int r;

    for (i = 0; i < PM_ARRAY_LEN(sources); i++) {
        const char *value = cli_get(cli, sources[i].option);

        if (!value)
            value = secure_getenv(sources[i].environment);
        r = value ? pm_config_set(&cli->config, "api", sources[i].key, value, err) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

static int take_timeout(struct cli *cli)
{
    const char *text = cli_get(cli, "timeout");
    int64_t seconds;

    if (!text)
        return 0;
    if (values_read_int(text, 1, 600, &seconds) < 0)
        return cli_usage(cli, "--timeout takes 1 to 600 seconds, not '%s'", text);
    cli->config.timeout_ms = (int)seconds * 1000;
    if (cli->config.connect_timeout_ms > cli->config.timeout_ms)
        cli->config.connect_timeout_ms = cli->config.timeout_ms;
    return 0;
}

int cli_load(struct cli *cli)
{
    struct pm_error err;
    int r = pm_config_init(&cli->config, &err);

    if (r == 0)
        r = read_file(cli, &err);
    if (r == 0)
        r = override(cli, &err);
    return r < 0 ? cli_fail(cli, &err) : take_timeout(cli);
}

/* ---- secret ---- */

static void read_answer(FILE *terminal, char *answer, size_t size)
{
    if (!fgets(answer, (int)size, terminal))
        answer[0] = '\0';
    answer[strcspn(answer, "\r\n")] = '\0';
}

int cli_prompt(const char *question, bool is_secret, char *answer, size_t size)
{
    PM_AUTO_FCLOSE FILE *terminal = fopen("/dev/tty", "r+e");
    struct termios before, quiet;
    bool changed;

    if (!terminal || tcgetattr(fileno(terminal), &before) != 0)
        return -1;
    setbuf(terminal, NULL); /* no copy of the answer stays in a buffer */
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    changed = is_secret && tcsetattr(fileno(terminal), TCSAFLUSH, &quiet) == 0;
    (void)fprintf(terminal, "%s: ", question);
    read_answer(terminal, answer, size);
    if (changed) {
        (void)tcsetattr(fileno(terminal), TCSAFLUSH, &before);
        (void)fputc('\n', terminal);
    }
    return answer[0] == '\0' || strchr(answer, INTERRUPT) ? -1 : 0;
}

static int prompt_secret(struct cli *cli)
{
    char answer[PM_SECRET_MAX + 2];
    int r = cli_prompt("Secret key", true, answer, sizeof(answer));

    if (r == 0)
        r = pm_secret_set(&cli->secret, answer, strlen(answer));
    explicit_bzero(answer, sizeof(answer));
    return r == 0 ? 0 : cli_error(cli, CLI_CONFIG, "no secret key was given");
}

static int read_secret_fd(struct cli *cli, const char *text)
{
    char message[PM_ERROR_TEXT_SIZE];
    int64_t fd;

    if (values_read_int(text, 0, 1023, &fd) < 0)
        return cli_usage(cli, "--secret-fd takes the number of an open descriptor, not '%s'", text);
    if (pm_secret_read_fd(&cli->secret, (int)fd, message, sizeof(message)) < 0)
        return cli_error(cli, CLI_CONFIG, "%s", message);
    return 0;
}

int cli_load_secret(struct cli *cli)
{
    const char *fd = cli_get(cli, "secret-fd");
    struct pm_error err;

    if (cli->secret.len > 0)
        return 0;
    if (fd)
        return read_secret_fd(cli, fd);
    if (access(cli->config.secret_file, F_OK) != 0 && errno == ENOENT &&
        (!cli_get(cli, "secret-file") || cli->writes_config) && isatty(STDIN_FILENO))
        return prompt_secret(cli);
    return pm_config_read_secret(&cli->config, &cli->secret, &err) < 0 ? cli_fail(cli, &err) : 0;
}

/* ---- client ---- */

/* Read a value that is one of two words. Returns 0 or CLI_USAGE. */
static int take_choice(const struct cli *cli, const char *option, const char *standard,
                       const char *other, bool *ret_is_other)
{
    const char *value = cli_get(cli, option);

    *ret_is_other = value && strcmp(value, other) == 0;
    if (!value || *ret_is_other || strcmp(value, standard) == 0)
        return 0;
    return cli_usage(cli, "--%s is %s or %s, not '%s'", option, standard, other, value);
}

/* The library says what is missing; the command also says where it may be given. */
static int require(const struct cli *cli, const char *value, const char *what, const char *name,
                   const char *variable)
{
    const char *path = chosen_file(cli);

    if (value && value[0] != '\0')
        return 0;
    return cli_error(cli, CLI_CONFIG,
                     "no %s: give --%s, set %s, or put '%s = …' into section [api] of %s "
                     "('paidmonitor setup --write' writes it)",
                     what, name, variable, name, path ? path : PM_CONFIG_PATH);
}

int cli_open(struct cli *cli, bool needs_secret)
{
    bool uses_token, is_xml, is_version_3;
    struct pm_client_options options;
    struct pm_error err;
    int r = take_choice(cli, "auth", "checksum", "token", &uses_token);

    if (r == 0)
        r = take_choice(cli, "answer", "json", "xml", &is_xml);
    if (r == 0)
        r = take_choice(cli, "api-version", "2", "3", &is_version_3);
    if (r == 0)
        r = require(cli, cli->config.url, "address of the API", "url", "PAIDMONITOR_URL");
    if (r == 0)
        r = require(cli, cli->config.apikey, "API key", "apikey", "PAIDMONITOR_APIKEY");
    if (r == 0 && (needs_secret || is_version_3))
        r = cli_load_secret(cli);
    if (r != 0)
        return r;

    options = pm_config_client_options(&cli->config, &cli->secret);
    options.auth = uses_token ? PM_AUTH_TOKEN : PM_AUTH_CHECKSUM;
    options.output = is_xml ? PM_OUTPUT_XML : PM_OUTPUT_JSON;
    options.version = is_version_3 ? 3 : 2;
    options.client_apikey = cli_get(cli, "client-apikey");
    return pm_client_new(&options, &cli->client, &err) < 0 ? cli_fail(cli, &err) : 0;
}

int cli_connect(struct cli *cli, bool needs_secret)
{
    int r = cli_load(cli);

    return r == 0 ? cli_open(cli, needs_secret) : r;
}

/* ---- monitors by tag ---- */

static int choose_monitor(const struct cli *cli, const char *tag,
                          const struct pm_monitor_list *list, int64_t *ret_id)
{
    char ids[PM_ERROR_TEXT_SIZE] = "";
    size_t used = 0, i;

    if (list->count == 0)
        return cli_error(cli, CLI_REFUSED,
                         "no monitor has the tag '%s'; create one with 'paidmonitor monitor add'",
                         tag);
    if (list->count == 1) {
        *ret_id = list->items[0].id;
        return 0;
    }
    for (i = 0; i < list->count && used < sizeof(ids) - 24; i++)
        used += (size_t)snprintf(ids + used, sizeof(ids) - used, " %" PRId64, list->items[i].id);
    return cli_error(cli, CLI_REFUSED, "%zu monitors have the tag '%s'; pick one with --id:%s%s",
                     list->count, tag, ids, i < list->count ? " …" : "");
}

int cli_find_monitor(struct cli *cli, int64_t *ret_id)
{
    const char *id = cli_get(cli, "id");
    struct pm_monitor_filter filter = {.tag = cli_get(cli, "tag")};
    struct pm_monitor_list list;
    struct pm_error err;
    int r;

    if (id && values_read_int(id, 1, INT64_MAX, ret_id) < 0)
        return cli_usage(cli, "--id takes a monitor's number, not '%s'", id);
    if (id)
        return 0;
    if (!filter.tag)
        return cli_usage(cli, "name the monitor by --id or --tag");
    if (pm_monitor_list(cli->client, &filter, &list, &err) < 0)
        return cli_fail(cli, &err);
    r = choose_monitor(cli, filter.tag, &list, ret_id);
    pm_monitor_list_clear(&list);
    return r;
}
