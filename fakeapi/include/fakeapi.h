/*
 * libfakeapi: the fake Paid Monitor API inside another program, usually a test. It serves from a
 * thread of its own on a free port of the loopback interface.
 *
 *     struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
 *     struct fa_server *server;
 *     char message[256];
 *
 *     if (fa_server_start(&options, &server, message, sizeof(message)) < 0)
 *         errx(1, "%s", message);
 *     fa_server_account_add(server, "MYAPIKEY", "MYSECRET");
 *     … fa_server_url(server) …
 *     fa_server_stop(server);
 *
 * Functions may be called from any thread until fa_server_stop().
 */
#ifndef FAKEAPI_H
#define FAKEAPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#pragma GCC visibility push(default) /* all that is declared here, and nothing else */
#endif

struct fa_server;

enum fa_profile {
    FA_PROFILE_STRICT, /* the documented protocol */
    FA_PROFILE_VENDOR, /* whatever the vendor was known to tolerate */
};

enum fa_verdict {
    FA_VERDICT_ANY = -1,
    FA_VERDICT_ACCEPTED, /* answered as asked */
    FA_VERDICT_REFUSED,  /* the client's fault */
    FA_VERDICT_FAILED,   /* the server's fault */
    FA_VERDICT_MAX,
};

/* Of those who count requests: an answer is never a guess. */
enum fa_answer {
    FA_ANSWER_NO,
    FA_ANSWER_YES,
    FA_ANSWER_UNKNOWN, /* it depends on what was forgotten before it could be counted */
};

enum fa_clock_mode {
    FA_CLOCK_REAL,   /* the host's */
    FA_CLOCK_OFFSET, /* the host's, moved by so much */
    FA_CLOCK_FROZEN, /* stands still */
    FA_CLOCK_MODE_MAX,
};

/*
 * What the log is told, secrets masked; lives until the call returns. No text is NULL; what does
 * not apply is "" or 0. Texts hold whatever bytes a client sent.
 */
struct fa_log_record {
    enum fa_verdict verdict;
    const char *line; /* all of it in a sentence; the rest is the same in pieces */
    int64_t journal_id;
    int64_t duration_us;
    int64_t monitor_id;
    unsigned int status; /* 0: not about one request */
    const char *method;
    const char *path;
    const char *action;
    const char *apikey;
    const char *peer;
    const char *reason;
    const char *section; /* of PROTOCOL.md, for the reason */
    const char *fault;   /* the faults that spoiled it; "" for none */
};

struct fa_server_options {
    const char *listen; /* numeric address */
    unsigned int port;  /* 0: any free one */
    int socket;         /* one that listens already, taken over; 0 to open one */
    const char *store;  /* `memory`, the path of a database file, or the address of a PostgreSQL */
    const char *accounts; /* INI file of accounts, there before the first answer; NULL for none */
    enum fa_profile profile;
    const char *const *checks; /* NULL, or `NAME=VALUE` texts ended by NULL; PROTOCOL.md §6 */
    size_t journal_size;       /* requests remembered, */
    size_t journal_bytes;      /* in which they must fit; 0 for 8 MiB */
    bool keeps_journal;        /* in the store, too, where they stay */
    const char *tls_cert;      /* PEM file with the certificate and its chain; NULL for none */
    const char *tls_key;       /* PEM file with its key */
    bool tls_auto;             /* without both: make them, and an authority to trust */
    const char *tls_client_ca; /* PEM file: clients must show a certificate of these; or NULL */
    const char *clock;         /* NULL for the host's, or as fa_server_clock_set() takes it */
    const char *control_token; /* who has it may use the control API; NULL: on a loopback address
                                  everybody, elsewhere one is made */
    /*
     * Called on the server's thread for each request that was refused or failed, and if
     * `logs_accepted` for the others too. May be NULL.
     */
    void (*log)(void *context, const struct fa_log_record *record);
    bool logs_accepted;
    void *log_context;
};

#define FA_SERVER_OPTIONS_INIT                                                  \
    {                                                                           \
        .listen = "127.0.0.1", .store = "memory", .profile = FA_PROFILE_STRICT, \
        .journal_size = 10000                                                   \
    }

/**
 * Start serving. Returns when requests are answered.
 *
 * @message:  on failure one line for a person, at most @size bytes
 *
 * Errors: -1
 */
int fa_server_start(const struct fa_server_options *options, struct fa_server **ret_server,
                    char *message, size_t size);

/** Stop accepting, answer what was taken, make it durable, free everything. NULL is allowed. */
void fa_server_stop(struct fa_server *server);

/** `http://127.0.0.1:PORT`, or with TLS `https://…`, without a slash at the end. Lends as long as
 * the server lives. */
const char *fa_server_url(const struct fa_server *server);
unsigned int fa_server_port(const struct fa_server *server);

/** With `tls_auto`: the authority to trust, PEM; else NULL. Lends as long as the server lives. */
const char *fa_server_authority(const struct fa_server *server);

/** Where a browser signs in to the dashboard, once, within 12 hours; whoever has it first reads
 * everything. Lends as long as the server lives. */
const char *fa_server_dashboard_url(const struct fa_server *server);

/**
 * Make another address that signs in once.
 *
 * @apikey: the account that is seen; NULL for all, and the controls
 * @url:    200 bytes are enough
 *
 * Errors: -1 there is no such account, no random bytes, or no room in @url
 */
int fa_server_signin_url(struct fa_server *server, const char *apikey, char *url, size_t size);

/** What the control API wants as `Authorization: Bearer …`; NULL if nothing. Lends likewise. */
const char *fa_server_control_token(const struct fa_server *server);

/* Accounts. Each is a world of its own: tests that run at the same time take one each. */

#define FA_ACCOUNT_KEY_SIZE 27 /* of a generated key, with its NUL */

struct fa_account_keys {
    char apikey[FA_ACCOUNT_KEY_SIZE];
    char secretkey[FA_ACCOUNT_KEY_SIZE];
};

/**
 * Make an account with new keys.
 *
 * @ttl_ms: after that it is deleted with all it has; 0: never
 *
 * Errors: -1 out of memory, no random bytes, or the store failed
 */
int fa_server_account_new(struct fa_server *server, int64_t ttl_ms,
                          struct fa_account_keys *ret_keys);

/** Add an account with these keys, or give an existing apikey this secretkey. Errors: -1 */
int fa_server_account_add(struct fa_server *server, const char *apikey, const char *secretkey);

/** Delete all that an account has, but not the account; NULL: that any account has. Errors: -1 */
int fa_server_reset(struct fa_server *server, const char *apikey);

/*
 * Bringing things about. On failure @message is one line for a person, at most @size bytes.
 */

/**
 * Make a monitor.
 *
 * @result_params: what its results have, as the API takes it: `user_login:Login::3;host:Host::3`
 *
 * Returns its id. Errors: -1
 */
int64_t fa_server_monitor_add(struct fa_server *server, const char *apikey, const char *name,
                              const char *tag, const char *result_params, char *message,
                              size_t size);

/**
 * Bring in what `paidmonitor-fakeapi ctl export` gave.
 *
 * @apikey: of the account that gets it all; NULL: the accounts that it names
 *
 * Errors: -1 nothing was taken
 */
int fa_server_seed(struct fa_server *server, const char *apikey, const char *lines, char *message,
                   size_t size);

/**
 * Any call of the control API, which the document at `/__fake/control.json` and
 * paidmonitor-fakeapi-ctl(1) describe, but those that wait or stream.
 *
 * @method:     `GET`, `POST`, …
 * @target:     path and query below `/__fake`: `/accounts?x=y`
 * @json:       the body; NULL for none
 * @ret_status: the HTTP status; may be NULL
 *
 * Returns the answer, which the caller frees; NULL out of memory.
 */
char *fa_server_control(struct fa_server *server, const char *method, const char *target,
                        const char *json, unsigned int *ret_status);

/* What arrived */

/* One request; lives until the visit returns. No text is NULL; what does not apply is "". */
struct fa_request {
    int64_t id;      /* 1, 2, 3 … */
    int64_t time_ms; /* by the clock that judged it */
    enum fa_verdict verdict;
    unsigned int status;
    const char *method;
    const char *path;
    const char *action;
    const char *apikey;
    const char *reason;    /* why it was refused */
    const char *section;   /* of PROTOCOL.md, for the reason */
    const char *diagnosis; /* what was wrong with the checksum, in one sentence */
    const char *details;   /* the same at length */
    const char *fault;     /* the rule that spoiled the answer */
};

/**
 * Show the requests that are remembered, oldest first.
 *
 * @apikey: of an account; NULL for all, those without an account among them
 * @visit:  called on the server's thread: it must not call this library. Not 0 ends the visit.
 *
 * Returns what the last visit returned, 0 without one. Errors: -1 no such account
 */
int fa_server_requests(struct fa_server *server, const char *apikey,
                       int (*visit)(void *context, const struct fa_request *request),
                       void *context);

/*
 * Expectations: what must, may and must not arrive at an account; TESTING.md describes them and the
 * matchers. Reports are for a person; the caller frees them. NULL: none is wanted.
 */

/**
 * Declare.
 *
 * @json:     one, or a list of them: `{"must": {"action": "addResult"}, "exactly": 1}`
 * @message:  on failure one line for a person
 *
 * Errors: -1 nothing was declared
 */
int fa_server_expect(struct fa_server *server, const char *apikey, const char *json, char *message,
                     size_t size);

/** Is all as it was declared? @nothing_else: nothing else may have come either */
enum fa_answer fa_server_verify(struct fa_server *server, const char *apikey, bool nothing_else,
                                char **ret_report);

/**
 * Wait until at least so many requests of an account fit.
 *
 * @matcher:    `{"action": "addResult", "verdict": "accepted"}`
 * @within_ms:  at most so long; 0 asks without waiting
 *
 * Returns FA_ANSWER_UNKNOWN, with the reason in the report, for a wrong matcher or account, too.
 */
enum fa_answer fa_server_wait(struct fa_server *server, const char *apikey, const char *matcher,
                              int64_t at_least, int64_t within_ms, char **ret_report);

/**
 * Is there nothing that a test should have looked at: no request that was refused or failed, but
 * for those a fault spoiled, and none that is forgotten, so that nobody can know?
 *
 * @apikey:  as above
 * @message: if there is, lines for a person
 *
 * Errors: -1 there is
 */
int fa_server_check_nothing_left(struct fa_server *server, const char *apikey, char *message,
                                 size_t size);

/**
 * How many requests the journal holds.
 *
 * @action:   NULL for any
 * @verdict:  FA_VERDICT_ANY for any
 */
size_t fa_server_journal_count(struct fa_server *server, const char *action,
                               enum fa_verdict verdict);

/**
 * The reason of the newest request of an action, as a copy that the caller frees; "" if it was
 * accepted.
 *
 * @action: NULL for any
 *
 * Errors: NULL no such request
 */
char *fa_server_journal_reason(struct fa_server *server, const char *action);

/**
 * What the newest request of an action was forgiven, one line each, as a copy that the caller
 * frees; "" for nothing.
 *
 * @action: NULL for any
 *
 * Errors: NULL no such request
 */
char *fa_server_journal_deviations(struct fa_server *server, const char *action);

/** How many rows of results a monitor has; -1 when the store cannot tell. */
int64_t fa_server_rows(struct fa_server *server, int64_t monitor_id);

/*
 * The clock, by which timestamps, tokens and the Date header go. An account without a clock of its
 * own follows the server's.
 */

/**
 * Set a clock.
 *
 * @apikey:   whose; NULL for the server's
 * @setting:  `real`; `+24h` or `-90s` against the host's (ms, s, m, h, d, also `1h30m`);
 *            `running@2026-11-22 12:00:00`, from that time on (GMT, or ms since 1970); `frozen`, at
 *            what it shows now; `frozen@TIME`; for an account also `server`
 * @message:  on failure one line for a person
 *
 * Errors: -1 no such account or setting, or a time outside the years 1970 to 9999
 */
int fa_server_clock_set(struct fa_server *server, const char *apikey, const char *setting,
                        char *message, size_t size);

/**
 * Move a clock on, or back if negative; a frozen one stays frozen at the new time.
 *
 * Errors: -1 no such account, or a time outside the years 1970 to 9999
 */
int fa_server_clock_advance(struct fa_server *server, const char *apikey, int64_t by_ms);

/** What a clock shows, ms since 1970; -1 for an account that does not exist. */
int64_t fa_server_clock_ms(struct fa_server *server, const char *apikey);

/** Set the server's clock to the host's, moved by so much. */
void fa_server_clock_offset(struct fa_server *server, int64_t offset_ms);

/**
 * Have something go wrong, as FAULTS.md describes it.
 *
 * @json:     one fault, or an array of faults; taken all or none
 * @message:  on failure one line for a person, at most @size bytes
 *
 * Errors: -1
 */
int fa_server_fault(struct fa_server *server, const char *json, char *message, size_t size);

/** Remove all faults. */
void fa_server_faults_clear(struct fa_server *server);

/** How often a fault was applied. Errors: -1 there is none with this id */
int64_t fa_server_fault_applied(struct fa_server *server, const char *id);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
