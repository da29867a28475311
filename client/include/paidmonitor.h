/*
 * libpaidmonitor: a client of the Paid Monitor API for custom monitors.
 *
 * One client speaks to one server as one account, over one kept-alive connection. Calls block until
 * the answer, the deadline or pm_client_cancel(). The library never prints, never logs, reads no
 * environment and no file but the CA bundle, and leaves signals alone.
 *
 * Protocol references ("PROTOCOL.md §…") mean the file fakeapi/PROTOCOL.md of this project.
 */
#ifndef PAIDMONITOR_H
#define PAIDMONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PM_API __attribute__((visibility("default")))

/** The version of the library, such as "0.1.0". A constant. */
PM_API const char *pm_version(void);

/* ---- errors ---- */

/* What a call returns when it fails. Each code asks for a reaction of its own. */
enum pm_err {
    PM_ERR_USAGE = -1,   /* the caller's arguments: mend the program or the command line */
    PM_ERR_CONFIG = -2,  /* the set-up: bad URL, unknown CA, a redirect: mend the configuration */
    PM_ERR_SYSTEM = -3,  /* this machine: memory, files */
    PM_ERR_NETWORK = -4, /* no complete answer came: try again later */
    PM_ERR_UNAVAILABLE = -5, /* the server cannot now (HTTP 408, 425, 429, 5xx): try again later */
    PM_ERR_REFUSED = -6,     /* the API said no; the same request will be refused again */
    PM_ERR_REPLY = -7,       /* the answer made no sense: whoever answered is not the API */
    PM_ERR_LIMIT = -8,       /* too large: the request, or the answer */
    PM_ERR_CANCELLED = -9,   /* pm_client_cancel() was called */
    PM_ERR_MIN = -9,
};

#define PM_ERROR_TEXT_SIZE 256

/* Detail of a failure, for callers that want it. Everything in it may be shown and logged. */
struct pm_error {
    int code;               /* enum pm_err */
    int http_status;        /* 0: no answer */
    int vendor_code;        /* errorCode of the answer (4: token expired); 0: none */
    bool maybe_done;        /* the server may have carried the request out all the same */
    int64_t retry_after_ms; /* the server's wish, 0 to PM_RETRY_AFTER_MAX_MS; -1: none */
    int64_t server_date_ms; /* the server's clock, ms since the epoch; -1: unknown */
    char vendor_text[PM_ERROR_TEXT_SIZE]; /* what the API said, made visible; "" if nothing */
    char message[2 * PM_ERROR_TEXT_SIZE]; /* one line for a person */
};

/* Source: ours; a server that asks for more is believed only this far. */
#define PM_RETRY_AFTER_MAX_MS (15 * 60 * 1000)

/** A few words for a code; "unknown error" for what is none. A constant. */
PM_API const char *pm_err_text(int code);

/** Is the same request worth sending again later? */
PM_API bool pm_err_is_retryable(int code);

/* ---- parameters and signing: pure, no clock, no I/O ---- */

struct pm_params; /* names and values of a request, in the order added */

#define PM_PARAMS_MAX       10000       /* Source: ours */
#define PM_PARAMS_BYTES_MAX (1u << 20u) /* names and values together; the server takes 1 MiB */

/** An empty list, or NULL without memory. */
PM_API struct pm_params *pm_params_new(void);
PM_API void pm_params_free(struct pm_params *params);

/**
 * Add a copy of a parameter. Names may repeat; a name is not empty; bytes are taken as they are.
 *
 * Errors: PM_ERR_USAGE empty name; PM_ERR_LIMIT; PM_ERR_SYSTEM no memory
 */
PM_API int pm_params_add(struct pm_params *params, const char *name, const char *value);
PM_API int pm_params_add_bytes(struct pm_params *params, const void *name, size_t name_len,
                               const void *value, size_t value_len);
PM_API int pm_params_add_int(struct pm_params *params, const char *name, int64_t value);

/**
 * Read an `application/x-www-form-urlencoded` body: split at `&` only, `+` is a blank, %XX is a
 * byte. Empty pieces are skipped; a piece without `=` has an empty value.
 *
 * Errors: PM_ERR_USAGE a `%` without two hexadecimal digits, or an empty name; @params then holds
 *         the parameters before it
 */
PM_API int pm_params_add_form(struct pm_params *params, const char *form, size_t len);

PM_API size_t pm_params_count(const struct pm_params *params);

#define PM_CHECKSUM_SIZE 29 /* Base64 of 20 bytes, and the NUL */

/**
 * The text that a checksum covers: the parameters except `checksum`, sorted by name in byte order
 * (repeated names by value), each name followed by its value, nothing between.
 *
 * The text alone does not tell where a name ends: a=1b2 and a=1,b=2 give the same one.
 *
 * @ret_text: NUL-terminated; the caller frees it
 * @ret_len:  without the NUL; the values may contain NULs
 *
 * Errors: PM_ERR_SYSTEM no memory
 * Source: PROTOCOL.md §2.3, steps 1-4
 */
PM_API int pm_sign_text(const struct pm_params *params, char **ret_text, size_t *ret_len);

/**
 * Base64 of the HMAC-SHA1 of a text.
 *
 * @ret_checksum: at least PM_CHECKSUM_SIZE bytes
 *
 * Errors: PM_ERR_SYSTEM the cryptographic library fails
 * Source: PROTOCOL.md §2.3, step 5; RFC 2104; scenarios/vectors/signing.json
 */
PM_API int pm_sign_bytes(const void *secret, size_t secret_len, const void *text, size_t text_len,
                         char *ret_checksum);

/** pm_sign_text() and pm_sign_bytes() in one: the checksum of a request. */
PM_API int pm_sign(const struct pm_params *params, const void *secret, size_t secret_len,
                   char *ret_checksum);

/* ---- client ---- */

struct pm_client; /* for one thread at a time; pm_client_cancel() from any */

enum pm_auth {
    PM_AUTH_CHECKSUM, /* sign each write; the secret key is never sent (PROTOCOL.md §2.3) */
    PM_AUTH_TOKEN,    /* trade the secret key for a token once, renewed when it expires (§2.2) */
};

enum pm_output {
    PM_OUTPUT_JSON,
    PM_OUTPUT_XML,
};

struct pm_client_options {
    const char *url;    /* scheme and host, optionally port and a path before /api */
    const char *apikey; /* required */
    const char
        *client_apikey; /* of a reseller's client to act for; NULL: none (PROTOCOL.md §2.6) */
    const void *secret; /* secret key; NULL for a client that only reads */
    size_t secret_len;
    enum pm_auth auth;
    enum pm_output output;
    int version;              /* of the protocol: 2, or 3 which signs reads too */
    const char *ca_file;      /* PEM; NULL: the system's */
    const char *proxy;        /* URL; NULL: none, whatever the environment says */
    bool allow_plain_http;    /* also to other hosts than loopback */
    int connect_timeout_ms;   /* > 0 */
    int timeout_ms;           /* > 0; one call as a whole */
    const char *user_agent;   /* NULL: paidmonitor/<version> */
    int64_t clock_offset_ms;  /* added to this machine's clock in timestamps */
    int64_t (*wall_ms)(void); /* NULL: the system's clock */
};

#define PM_CLIENT_OPTIONS_INIT                                         \
    {                                                                  \
        .version = 2, .connect_timeout_ms = 5000, .timeout_ms = 15000, \
    }

/**
 * Prepare a client; nothing is sent.
 *
 * @options:    borrowed for the call; the client keeps copies and wipes the secret when freed
 * @ret_client: free with pm_client_free()
 *
 * Errors: PM_ERR_CONFIG no URL, neither https nor (loopback or allowed) http, no apikey,
 *                       a timeout that is not positive, a CA file that cannot be read
 *         PM_ERR_SYSTEM
 */
PM_API int pm_client_new(const struct pm_client_options *options, struct pm_client **ret_client,
                         struct pm_error *err);
PM_API void pm_client_free(struct pm_client *client);

/**
 * Make the running call, and every later one until pm_client_resume(), return PM_ERR_CANCELLED
 * soon. From any thread, not from a signal handler.
 */
PM_API void pm_client_cancel(struct pm_client *client);
PM_API void pm_client_resume(struct pm_client *client);

/** Correct the timestamps from now on; see server_date_ms of struct pm_error. */
PM_API void pm_client_set_clock_offset(struct pm_client *client, int64_t offset_ms);

enum pm_method {
    PM_GET,  /* actions that read */
    PM_POST, /* actions that write; always authenticated */
};

enum pm_path {
    PM_PATH_API,    /* /api */
    PM_PATH_CUSTOM, /* /customMonitorApi */
};

struct pm_reply {
    int http_status;
    int64_t server_date_ms; /* -1: unknown */
    char *body;             /* as received; NUL-terminated */
    size_t len;
};

PM_API void pm_reply_clear(struct pm_reply *reply);

/**
 * Send any action and take its answer as text. What the typed calls below are made of, and for
 * actions that have none.
 *
 * @action: camelCase, as the API names it
 * @params: the action's own parameters, borrowed; NULL for none. The client adds apikey, version,
 *          output, timestamp and authentication.
 * @err:    optional, here and below
 *
 * Errors: PM_ERR_REFUSED     the API answered with an error; its text is in @err
 *         PM_ERR_UNAVAILABLE PM_ERR_NETWORK PM_ERR_REPLY PM_ERR_LIMIT PM_ERR_CANCELLED
 *         PM_ERR_CONFIG      a certificate that does not verify, a redirect, no secret to sign with
 */
PM_API int pm_client_call(struct pm_client *client, enum pm_method method, enum pm_path path,
                          const char *action, const struct pm_params *params,
                          struct pm_reply *ret_reply, struct pm_error *err);

/**
 * Trade the secret key for a token, valid for 24 hours. The key travels in the request's address.
 *
 * @ret_token: at least PM_TOKEN_SIZE bytes
 *
 * Source: PROTOCOL.md §2.1
 */
#define PM_TOKEN_SIZE 128
PM_API int pm_auth_token(struct pm_client *client, char *ret_token, struct pm_error *err);

/* ---- monitors ---- */

enum pm_data_type { /* PROTOCOL.md §3.0 */
                    PM_TYPE_BOOLEAN = 1,
                    PM_TYPE_INTEGER = 2,
                    PM_TYPE_STRING = 3,
                    PM_TYPE_FLOAT = 4,
};

/* One parameter of a monitor. NULL strings count as empty. */
struct pm_param {
    const char *name;
    const char *display_name;
    const char *uom;   /* unit of measure; result parameters */
    const char *value; /* monitor parameters */
    int data_type;     /* enum pm_data_type */
    bool is_master;    /* result parameters of a multi-value monitor: the one that names the row */
    const char *aggregate; /* result parameters: avg, sum, min, max or last in reports; not told */
    bool is_hidden;        /* monitor parameters; never told by the server */
};

struct pm_param_list {
    const struct pm_param *items;
    size_t count;
};

/* A monitor as it is created, edited and shown. In requests NULL and empty mean "not said". */
struct pm_monitor {
    int64_t id;
    const char *name;
    const char *tag;
    const char *type;
    bool is_multi_value; /* told to the server on creation, never told by it */
    int64_t agent_id;    /* of the agent the monitor belongs to; 0: none. Likewise. */
    struct pm_param_list result_params;
    struct pm_param_list additional_params;
    struct pm_param_list monitor_params;
};

/**
 * Create a monitor.
 *
 * @monitor: name, tag and result parameters are required; its id is ignored
 *
 * Errors: as pm_client_call(); PM_ERR_USAGE something required is missing
 * Source: PROTOCOL.md §3.1
 */
PM_API int pm_monitor_add(struct pm_client *client, const struct pm_monitor *monitor,
                          int64_t *ret_id, struct pm_error *err);

/** Change what @monitor names besides its id; the rest stays. Source: PROTOCOL.md §3.2 */
PM_API int pm_monitor_edit(struct pm_client *client, const struct pm_monitor *monitor,
                           struct pm_error *err);

/** Delete monitors with all their results; all of them or none. Source: PROTOCOL.md §3.3 */
PM_API int pm_monitor_delete(struct pm_client *client, const int64_t *ids, size_t count,
                             struct pm_error *err);

struct pm_monitor_list {
    const struct pm_monitor *items;
    size_t count;
    void *memory; /* of everything above */
};

struct pm_monitor_filter { /* NULL and 0: any */
    const char *name;
    const char *tag;
    const char *type;
    int64_t agent_id;
};

/**
 * The monitors that match, ascending by id, without their parameters.
 *
 * @filter:   NULL for all
 * @ret_list: clear with pm_monitor_list_clear()
 *
 * Source: PROTOCOL.md §3.4
 */
PM_API int pm_monitor_list(struct pm_client *client, const struct pm_monitor_filter *filter,
                           struct pm_monitor_list *ret_list, struct pm_error *err);

/** One monitor with its parameters, as a list of one. Source: PROTOCOL.md §3.5 */
PM_API int pm_monitor_info(struct pm_client *client, int64_t id, bool exclude_hidden,
                           struct pm_monitor_list *ret_list, struct pm_error *err);
PM_API void pm_monitor_list_clear(struct pm_monitor_list *list);

/* ---- results ---- */

struct pm_value {
    const char *name;
    const char *value; /* for several rows at once in a multi-value monitor: "[a,b]" */
};

/**
 * Add a result. Values of the same monitor and checktime are merged into one row, so sending the
 * same result twice does no harm (except in multi-value monitors, which append).
 *
 * @checktime_ms: when it was measured, ms since the epoch
 *
 * Source: PROTOCOL.md §3.6
 */
PM_API int pm_result_add(struct pm_client *client, int64_t monitor_id, int64_t checktime_ms,
                         const struct pm_value *values, size_t count, struct pm_error *err);

struct pm_row {
    int64_t checktime_ms;       /* -1: not told */
    const char *checktime_text; /* as the server printed it, in the timezone asked for; "" if not */
    const struct pm_value *values;
    size_t count;
};

struct pm_row_list {
    const struct pm_row *items;
    size_t count;
    void *memory;
};

struct pm_day {
    int year, month, day; /* 2011, 1-12, 1-31 */
    int timezone_min;     /* minutes east of GMT */
};

/**
 * The results of one day, ascending by checktime.
 *
 * @ret_list: clear with pm_row_list_clear()
 *
 * Source: PROTOCOL.md §3.7
 */
PM_API int pm_result_list(struct pm_client *client, int64_t monitor_id, const struct pm_day *day,
                          struct pm_row_list *ret_list, struct pm_error *err);
PM_API void pm_row_list_clear(struct pm_row_list *list);

/* ---- additional results and reports ---- */

/**
 * Attach details to a checktime: flat objects, whose names need not be declared. Sending them
 * again appends them again.
 *
 * @rows: each becomes an object of texts; their times are ignored
 *
 * Source: PROTOCOL.md §3.8
 */
PM_API int pm_additional_add(struct pm_client *client, int64_t monitor_id, int64_t checktime_ms,
                             const struct pm_row *rows, size_t count, struct pm_error *err);

/** The details of one checktime, as rows without a time. Source: PROTOCOL.md §3.9 */
PM_API int pm_additional_list(struct pm_client *client, int64_t monitor_id, int64_t checktime_ms,
                              struct pm_row_list *ret_list, struct pm_error *err);

struct pm_report {
    int64_t from_ms, to_ms; /* ms since the epoch; from inclusive, to exclusive */
    int timezone_min;       /* minutes east of GMT, in which times are printed and days begin */
    int interval;           /* one row for so many units; 0: every row as it is */
    const char *unit;       /* min, hour, day or month; NULL: min */
};

/** The results of a span of time, or their aggregates. Source: PROTOCOL.md §3.10 */
PM_API int pm_report(struct pm_client *client, int64_t monitor_id, const struct pm_report *report,
                     struct pm_row_list *ret_list, struct pm_error *err);

/** The additional results of a span of time; @report has no interval. Source: PROTOCOL.md §3.10 */
PM_API int pm_additional_report(struct pm_client *client, int64_t monitor_id,
                                const struct pm_report *report, struct pm_row_list *ret_list,
                                struct pm_error *err);

struct pm_color_rule {
    const char *param;     /* a result parameter */
    const char *condition; /* <n, >n, =n or !=n */
    const char *color;
};

/** How the dashboard colours values; rules of one parameter stand together. PROTOCOL.md §3.11 */
PM_API int pm_monitor_colorize(struct pm_client *client, int64_t id,
                               const struct pm_color_rule *rules, size_t count,
                               struct pm_error *err);

/* ---- custom agents and their jobs ---- */

/* A named remote worker, as the API has it; not this project's delivery agent. In requests NULL,
 * 0 and empty mean "not said". Source of all below: PROTOCOL.md §3.12 */
struct pm_agent {
    int64_t id;
    const char *name;
    const char *type;
    int64_t polling_interval; /* of its look for jobs */
    const struct pm_value *params;
    size_t param_count;
    const char *created_on;            /* told by the server, as it prints times */
    const char *last_access;           /* likewise */
    const struct pm_monitor *monitors; /* likewise */
    size_t monitor_count;
};

struct pm_agent_list {
    const struct pm_agent *items;
    size_t count;
    void *memory;
};

PM_API int pm_agent_add(struct pm_client *client, const struct pm_agent *agent, int64_t *ret_id,
                        struct pm_error *err);

/** Change what @agent names besides its id. */
PM_API int pm_agent_edit(struct pm_client *client, const struct pm_agent *agent,
                         struct pm_error *err);

/** @delete_monitors: also the agents' monitors; otherwise they stay, without an agent */
PM_API int pm_agent_delete(struct pm_client *client, const int64_t *ids, size_t count,
                           bool delete_monitors, struct pm_error *err);

/** @type: NULL for all; the rest: what comes along */
PM_API int pm_agent_list(struct pm_client *client, const char *type, bool with_monitors,
                         bool with_params, struct pm_agent_list *ret_list, struct pm_error *err);

/** One agent with monitors and parameters, as a list of one. */
PM_API int pm_agent_info(struct pm_client *client, int64_t id, struct pm_agent_list *ret_list,
                         struct pm_error *err);
PM_API void pm_agent_list_clear(struct pm_agent_list *list);

enum pm_job_state {
    PM_JOB_UNSAID,
    PM_JOB_ACTIVE,
    PM_JOB_INACTIVE,
};

struct pm_job {
    int64_t id;
    int64_t agent_id;   /* on creation */
    int64_t monitor_id; /* on creation */
    const char *name;
    const char *type;
    const char *interval;    /* minutes, or free text */
    const char *params;      /* free text */
    enum pm_job_state state; /* when edited */
};

struct pm_job_list {
    const struct pm_job *items;
    size_t count;
    void *memory;
};

PM_API int pm_job_add(struct pm_client *client, const struct pm_job *job, int64_t *ret_id,
                      struct pm_error *err);

/** Change what @job names besides its id. */
PM_API int pm_job_edit(struct pm_client *client, const struct pm_job *job, struct pm_error *err);
PM_API int pm_job_delete(struct pm_client *client, const int64_t *ids, size_t count,
                         struct pm_error *err);

/** @last_id: only jobs with a greater id; 0: all */
PM_API int pm_job_list(struct pm_client *client, int64_t agent_id, int64_t last_id,
                       struct pm_job_list *ret_list, struct pm_error *err);
PM_API void pm_job_list_clear(struct pm_job_list *list);

#ifdef __cplusplus
}
#endif

#endif
