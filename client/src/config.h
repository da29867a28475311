/*
 * The configuration file that the command and the agent share: /etc/paidmonitor.conf, an INI file
 * whose every line is understood or refused with its place. The secret key is in a file of its own.
 */
#ifndef PM_CONFIG_H
#define PM_CONFIG_H

#include <stdbool.h>

#include "paidmonitor.h"

struct pm_secret;

#define PM_CONFIG_PATH        "/etc/paidmonitor.conf"
#define PM_CONFIG_COLUMNS_MAX 24

/* What a rule of section [filter] looks at. */
enum pm_filter_of {
    PM_FILTER_SERVICES,
    PM_FILTER_USERS,
    PM_FILTER_GROUPS,
    PM_FILTER_TTYS,
    PM_FILTER_NETWORKS,
    PM_FILTER_MAX,
};

/* A line of section [result]; see columns.h. */
struct pm_config_column {
    char *name;
    char *value;
};

struct pm_config {
    char *url; /* NULL: not given, as all without a default */
    char *apikey;
    char *secret_file;
    char *ca_file;
    char *proxy;
    bool allow_plain_http;
    int connect_timeout_ms;
    int timeout_ms;
    char *monitor_name; /* template; see pm_config_monitor_name() */
    char *monitor_tag;
    char *drop_dir;
    char *journal;
    int requests;      /* in flight at once */
    int max_waiting;   /* events; further ones are only counted */
    bool newest_first; /* rather than oldest */
    int failure_burst; /* failures a minute from one source that get rows of their own; 0: all */
    char *metrics_file;
    char *ignore[PM_FILTER_MAX]; /* lists; NULL: nothing is ignored */
    char *only[PM_FILTER_MAX];   /* NULL: everything is reported */
    struct pm_config_column columns[PM_CONFIG_COLUMNS_MAX];
    size_t column_count; /* 0: ours */
};

/** Fill in the defaults. Errors: PM_ERR_SYSTEM */
int pm_config_init(struct pm_config *config, struct pm_error *err);

/**
 * Read a file over what is there. The file must be a regular file, not a symlink, owned by root or
 * the effective user, writable by its owner only, at most 64 KiB.
 *
 * Errors: PM_ERR_CONFIG with `file:line: …` in the message; unknown sections and keys, keys given
 *         twice and values that make no sense are errors. @config may be half filled in then.
 */
int pm_config_read(struct pm_config *config, const char *path, struct pm_error *err);

/**
 * Set one value, as a line `key = value` of a section would.
 *
 * Errors: PM_ERR_CONFIG unknown key, or a value that makes no sense; PM_ERR_SYSTEM
 */
int pm_config_set(struct pm_config *config, const char *section, const char *key, const char *value,
                  struct pm_error *err);

/** Read the secret key from secret_file. Errors: PM_ERR_CONFIG */
int pm_config_read_secret(const struct pm_config *config, struct pm_secret *secret,
                          struct pm_error *err);

/**
 * The name of this host's login monitor: monitor_name with `%h` replaced by @host and `%%` by `%`.
 *
 * @ret_name: the caller frees it
 *
 * Errors: PM_ERR_CONFIG any other `%` sequence; PM_ERR_SYSTEM
 */
int pm_config_monitor_name(const struct pm_config *config, const char *host, char **ret_name,
                           struct pm_error *err);

/** Options for pm_client_new() that borrow from @config and @secret (NULL for none). */
struct pm_client_options pm_config_client_options(const struct pm_config *config,
                                                  const struct pm_secret *secret);

/** Free what it owns; fit for pm_config_init() again. */
void pm_config_clear(struct pm_config *config);

#endif
