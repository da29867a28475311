/* The configuration file; see config.h. The only user of inih. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "error.h"
#include "secret.h"

#define FILE_MAX  (64u * 1024u)
#define DELAY_MAX (10 * 60 * 1000) /* ms; a longer timeout is a slip of the pen */
#define COUNT_MAX 10000000

enum kind {
    KIND_TEXT,
    KIND_FLAG,
    KIND_DELAY, /* from 1 on */
    KIND_COUNT, /* from 0 on */
};

static const struct key {
    const char *section;
    const char *name;
    enum kind kind;
    size_t offset; /* in struct pm_config */
    const char *standard;
} keys[] = {
    {"api", "url", KIND_TEXT, offsetof(struct pm_config, url), NULL},
    {"api", "apikey", KIND_TEXT, offsetof(struct pm_config, apikey), NULL},
    {"api", "secret_file", KIND_TEXT, offsetof(struct pm_config, secret_file),
     "/etc/paidmonitor.secret"},
    {"api", "ca_file", KIND_TEXT, offsetof(struct pm_config, ca_file), NULL},
    {"api", "proxy", KIND_TEXT, offsetof(struct pm_config, proxy), NULL},
    {"api", "allow_plain_http", KIND_FLAG, offsetof(struct pm_config, allow_plain_http), "no"},
    {"api", "connect_timeout_ms", KIND_DELAY, offsetof(struct pm_config, connect_timeout_ms),
     "5000"},
    {"api", "timeout_ms", KIND_DELAY, offsetof(struct pm_config, timeout_ms), "15000"},
    {"monitor", "name", KIND_TEXT, offsetof(struct pm_config, monitor_name), "Login Monitor %h"},
    {"monitor", "tag", KIND_TEXT, offsetof(struct pm_config, monitor_tag), "loginMonitor"},
    {"agent", "drop_dir", KIND_TEXT, offsetof(struct pm_config, drop_dir), "/run/paidmonitor/drop"},
    {"agent", "journal", KIND_TEXT, offsetof(struct pm_config, journal),
     "/var/lib/paidmonitor/journal.db"},
    {"agent", "requests", KIND_COUNT, offsetof(struct pm_config, requests), "4"},
    {"agent", "max_waiting", KIND_COUNT, offsetof(struct pm_config, max_waiting), "100000"},
    {"agent", "newest_first", KIND_FLAG, offsetof(struct pm_config, newest_first), "no"},
    {"agent", "failure_burst", KIND_COUNT, offsetof(struct pm_config, failure_burst), "10"},
    {"agent", "metrics_file", KIND_TEXT, offsetof(struct pm_config, metrics_file), NULL},
    /* Services that open sessions without anybody logging in. */
    {"filter", "ignore_services", KIND_TEXT, offsetof(struct pm_config, ignore[PM_FILTER_SERVICES]),
     "cron crond atd systemd-user"},
    {"filter", "ignore_users", KIND_TEXT, offsetof(struct pm_config, ignore[PM_FILTER_USERS]),
     NULL},
    {"filter", "ignore_groups", KIND_TEXT, offsetof(struct pm_config, ignore[PM_FILTER_GROUPS]),
     NULL},
    {"filter", "ignore_ttys", KIND_TEXT, offsetof(struct pm_config, ignore[PM_FILTER_TTYS]), NULL},
    {"filter", "ignore_networks", KIND_TEXT, offsetof(struct pm_config, ignore[PM_FILTER_NETWORKS]),
     NULL},
    {"filter", "only_services", KIND_TEXT, offsetof(struct pm_config, only[PM_FILTER_SERVICES]),
     NULL},
    {"filter", "only_users", KIND_TEXT, offsetof(struct pm_config, only[PM_FILTER_USERS]), NULL},
    {"filter", "only_groups", KIND_TEXT, offsetof(struct pm_config, only[PM_FILTER_GROUPS]), NULL},
    {"filter", "only_ttys", KIND_TEXT, offsetof(struct pm_config, only[PM_FILTER_TTYS]), NULL},
    {"filter", "only_networks", KIND_TEXT, offsetof(struct pm_config, only[PM_FILTER_NETWORKS]),
     NULL},
};

/* ---- values ---- */

static void *member(struct pm_config *config, const struct key *key)
{
    return (char *)config + key->offset;
}

static int set_text(char **text, const char *value, struct pm_error *err)
{
    char *copy = strdup(value);

    if (!copy)
        return pm_error_nomem(err);
    free(*text);
    *text = copy;
    return 0;
}

static int set_flag(bool *flag, const char *name, const char *value, struct pm_error *err)
{
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return pm_error_set(err, PM_ERR_CONFIG, "'%s' is yes or no, not '%s'", name, value);
    *flag = strcmp(value, "yes") == 0;
    return 0;
}

static int set_number(int *number, const char *name, const char *value, long min, long max,
                      struct pm_error *err)
{
    char *end;
    long given = strtol(value, &end, 10);

    if (value[0] < '0' || value[0] > '9' || *end != '\0' || given < min || given > max)
        return pm_error_set(err, PM_ERR_CONFIG, "'%s' is a number from %ld to %ld, not '%s'", name,
                            min, max, value);
    *number = (int)given;
    return 0;
}

static int set_value(struct pm_config *config, const struct key *key, const char *value,
                     struct pm_error *err)
{
    if (value[0] == '\0')
        return pm_error_set(err, PM_ERR_CONFIG, "'%s' has no value", key->name);
    switch (key->kind) {
    case KIND_TEXT:
        return set_text(member(config, key), value, err);
    case KIND_FLAG:
        return set_flag(member(config, key), key->name, value, err);
    case KIND_DELAY:
        return set_number(member(config, key), key->name, value, 1, DELAY_MAX, err);
    case KIND_COUNT:
        return set_number(member(config, key), key->name, value, 0, COUNT_MAX, err);
    }
    return 0;
}

/* Section [result] has no fixed keys: each line is a column, in the order of the file. */
static int add_column(struct pm_config *config, const char *name, const char *value,
                      struct pm_error *err)
{
    struct pm_config_column *column = &config->columns[config->column_count];
    size_t i;
    int r;

    for (i = 0; i < config->column_count; i++) {
        if (strcmp(config->columns[i].name, name) == 0)
            return pm_error_set(err, PM_ERR_CONFIG, "'%s' is given twice", name);
    }
    if (config->column_count == PM_CONFIG_COLUMNS_MAX)
        return pm_error_set(err, PM_ERR_CONFIG, "more than %d columns", PM_CONFIG_COLUMNS_MAX);
    if (value[0] == '\0')
        return pm_error_set(err, PM_ERR_CONFIG, "'%s' has no value", name);
    config->column_count++; /* what is set of it is freed in any case */
    r = set_text(&column->name, name, err);
    return r < 0 ? r : set_text(&column->value, value, err);
}

static const struct key *find_key(const char *section, const char *name, bool *ret_has_section)
{
    size_t i;

    *ret_has_section = false;
    for (i = 0; i < PM_ARRAY_LEN(keys); i++) {
        if (strcmp(keys[i].section, section) != 0)
            continue;
        *ret_has_section = true;
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    }
    return NULL;
}

int pm_config_set(struct pm_config *config, const char *section, const char *name,
                  const char *value, struct pm_error *err)
{
    bool has_section;
    const struct key *key = find_key(section, name, &has_section);

    if (key)
        return set_value(config, key, value, err);
    if (strcmp(section, "result") == 0)
        return add_column(config, name, value, err);
    if (has_section)
        return pm_error_set(err, PM_ERR_CONFIG, "unknown key '%s' in section [%s]", name, section);
    if (section[0] == '\0')
        return pm_error_set(err, PM_ERR_CONFIG, "'%s' stands before the first [section]", name);
    return pm_error_set(err, PM_ERR_CONFIG, "unknown section [%s]", section);
}

int pm_config_init(struct pm_config *config, struct pm_error *err)
{
    size_t i;
    int r;

    *config = (struct pm_config){.url = NULL};
    for (i = 0; i < PM_ARRAY_LEN(keys); i++) {
        if (!keys[i].standard)
            continue;
        r = set_value(config, &keys[i], keys[i].standard, err);
        if (r < 0) {
            pm_config_clear(config);
            return r;
        }
    }
    return 0;
}

void pm_config_clear(struct pm_config *config)
{
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(keys); i++)
        if (keys[i].kind == KIND_TEXT)
            free(*(char **)member(config, &keys[i]));
    for (i = 0; i < config->column_count; i++) {
        free(config->columns[i].name);
        free(config->columns[i].value);
    }
    *config = (struct pm_config){.url = NULL};
}

/* ---- the file ---- */

/* What inih reads from, line by line, so that every complaint knows its line. */
struct source {
    struct pm_config *config;
    const char *path;
    const char *text; /* what is left */
    int line;
    bool seen[PM_ARRAY_LEN(keys)];
    int failed; /* 0 or an enum pm_err; the first one counts */
    struct pm_error *err;
};

static void complain(struct source *source, const char *message)
{
    if (source->failed == 0)
        source->failed = pm_error_set(source->err, PM_ERR_CONFIG, "%s:%d: %s", source->path,
                                      source->line, message);
}

/* One line without its indentation, which inih would take for a continued value. */
static char *next_line(char *line, int size, void *user)
{
    struct source *source = user;
    const char *start = source->text + strspn(source->text, " \t");
    size_t len = strcspn(start, "\n");

    if (*source->text == '\0' || source->failed < 0)
        return NULL;
    source->line++;
    source->text = start + len + (start[len] == '\n');
    if (len + 1 >= (size_t)size) {
        complain(source, "the line is too long");
        return NULL;
    }
    memcpy(line, start, len);
    line[len] = '\0';
    if (line[0] != '\0' && !strchr("[;#\r", line[0]) && !strpbrk(line, "=:"))
        complain(source, "neither [section] nor key = value");
    if (line[0] == '[' && !strchr(line, ']'))
        complain(source, "the section's name has no closing ]");
    return line;
}

static int take_value(void *user, const char *section, const char *name, const char *value)
{
    struct source *source = user;
    struct pm_error own;
    bool has_section;
    const struct key *key = find_key(section, name, &has_section);

    if (source->failed < 0)
        return 0;
    if (key && source->seen[key - keys]) {
        (void)pm_error_set(&own, PM_ERR_CONFIG, "'%s' is given twice", name);
        complain(source, own.message);
    } else if (pm_config_set(source->config, section, name, value, &own) < 0) {
        complain(source, own.message);
    }
    if (key)
        source->seen[key - keys] = true;
    return 1;
}

static int check_file(const struct stat *status, const char *path, struct pm_error *err)
{
    if (!S_ISREG(status->st_mode))
        return pm_error_set(err, PM_ERR_CONFIG, "'%s' is not a regular file", path);
    if (status->st_uid != 0 && status->st_uid != geteuid())
        return pm_error_set(err, PM_ERR_CONFIG,
                            "'%s' belongs to another user (uid %u); change its owner", path,
                            (unsigned)status->st_uid);
    if (status->st_mode & (S_IWGRP | S_IWOTH))
        return pm_error_set(err, PM_ERR_CONFIG,
                            "'%s' can be written by others (mode %04o); run: chmod go-w '%s'", path,
                            (unsigned)(status->st_mode & 07777), path);
    if (status->st_size > FILE_MAX)
        return pm_error_set(err, PM_ERR_CONFIG, "'%s' is longer than %u bytes", path, FILE_MAX);
    return 0;
}

/* The whole file as a text that the caller frees. */
static int read_file(const char *path, char **ret_text, struct pm_error *err)
{
    PM_AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    PM_AUTO_FREE char *text = NULL;
    struct stat status;
    size_t len = 0;
    ssize_t n;
    int r;

    if (fd < 0 || fstat(fd, &status) != 0)
        return pm_error_set(err, PM_ERR_CONFIG, "cannot read '%s': %s", path,
                            errno == ELOOP ? "it is a symbolic link" : strerror(errno));
    r = check_file(&status, path, err);
    if (r < 0)
        return r;
    text = malloc(FILE_MAX + 1);
    if (!text)
        return pm_error_nomem(err);
    while (len < FILE_MAX && (n = read(fd, text + len, FILE_MAX - len)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return pm_error_set(err, PM_ERR_CONFIG, "cannot read '%s': %s", path, strerror(errno));
        len += (size_t)n;
    }
    text[len] = '\0';
    if (strlen(text) != len)
        return pm_error_set(err, PM_ERR_CONFIG, "'%s' contains a NUL byte", path);
    *ret_text = PM_TAKE(text);
    return 0;
}

int pm_config_read(struct pm_config *config, const char *path, struct pm_error *err)
{
    struct source source = {.config = config, .path = path, .err = err};
    PM_AUTO_FREE char *text = NULL;
    int r = read_file(path, &text, err);

    if (r < 0)
        return r;
    source.text = text;
    /* next_line() has said what inih would complain of, and where. */
    (void)ini_parse_stream(next_line, &source, take_value, &source);
    return source.failed;
}

/* ---- use ---- */

int pm_config_read_secret(const struct pm_config *config, struct pm_secret *secret,
                          struct pm_error *err)
{
    char message[PM_ERROR_TEXT_SIZE + PATH_MAX];

    if (pm_secret_read_file(secret, config->secret_file, message, sizeof(message)) < 0)
        return pm_error_set(err, PM_ERR_CONFIG, "%s", message);
    return 0;
}

int pm_config_monitor_name(const struct pm_config *config, const char *host, char **ret_name,
                           struct pm_error *err)
{
    const char *template = config->monitor_name;
    size_t len = strlen(template), host_len = strlen(host);
    char *name = malloc(len * (host_len + 1) + 1), *end = name;

    if (!name)
        return pm_error_nomem(err);
    for (; *template != '\0'; template ++) {
        if (*template != '%') {
            *end++ = *template;
            continue;
        }
        template ++;
        if (*template == 'h') {
            end = mempcpy(end, host, host_len);
        } else if (*template == '%') {
            *end++ = '%';
        } else {
            free(name);
            return pm_error_set(err, PM_ERR_CONFIG,
                                "the monitor's name '%s' has a %% that neither h nor %% follows",
                                config->monitor_name);
        }
    }
    *end = '\0';
    *ret_name = name;
    return 0;
}

struct pm_client_options pm_config_client_options(const struct pm_config *config,
                                                  const struct pm_secret *secret)
{
    struct pm_client_options options = PM_CLIENT_OPTIONS_INIT;

    options.url = config->url;
    options.apikey = config->apikey;
    options.secret = secret && secret->len > 0 ? secret->bytes : NULL;
    options.secret_len = secret ? secret->len : 0;
    options.ca_file = config->ca_file;
    options.proxy = config->proxy;
    options.allow_plain_http = config->allow_plain_http;
    options.connect_timeout_ms = config->connect_timeout_ms;
    options.timeout_ms = config->timeout_ms;
    return options;
}
