/*
 * Faults: rules that spoil what the server does, as FAULTS.md describes them. Pure: a rule decides
 * by the request alone, how often it was asked before, and the numbers of its seed; it reads no
 * clock and touches no socket. What it decides is carried out elsewhere: requests in app_faults.c,
 * their replies in http_spoil.c, connections in http_listen.c.
 */
#ifndef FA_FAULTS_H
#define FA_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "errors.h"
#include "http.h"

struct fa_faults;
struct fa_params;

#define FA_FAULTS_MAX         1000        /* rules */
#define FA_FAULT_JSON_MAX     (64 * 1024) /* bytes of one rule */
#define FA_FAULT_DELAY_MAX_MS 600000
#define FA_FAULT_ID_MAX       64
#define FA_FAULT_NAMES_MAX    256 /* of the rules that spoiled one request, separated by blanks */

/* What a request is to the rules. No text is NULL. */
struct fa_fault_request {
    const char *account; /* the apikey it came with */
    const char *action;
    const char *method;
    const char *path;
    const char *peer;
    const struct fa_params *params;
};

/* What is done to one request: all rules that hit it, put together. Texts are the rules'. */
struct fa_fault_plan {
    bool is_before;      /* it is not handled: nothing of it is looked at or stored */
    bool is_answered;    /* with the four that follow, in place of the server's own answer */
    unsigned int status; /* 0: as the error has it, or the server's own */
    enum fa_error error; /* FA_OK: none */
    const char *detail;
    const char *body; /* NULL: made from the error or the status */
    const char *content_type;
    const char *retry_after;
    bool is_malformed; /* the body breaks off before its end, which the framing does not tell */
    size_t body_noise; /* so many bytes of noise in place of the body */
    uint64_t noise_seed;
    int64_t clock_skew_ms;
    bool expires_token;
    struct fa_http_spoil spoil;     /* with the delay drawn */
    char names[FA_FAULT_NAMES_MAX]; /* "" if none hit */
};

/* What is done to a connection before its first request. */
enum fa_fault_connection {
    FA_FAULT_SERVE,
    FA_FAULT_CONNECT_CLOSE,
    FA_FAULT_CONNECT_RESET,
    FA_FAULT_CONNECT_REFUSE,
    FA_FAULT_CONNECT_HANG,
    FA_FAULT_CONNECT_NOISE,
    FA_FAULT_TLS_ALERT, /* the handshake is answered with a fatal alert */
    FA_FAULT_TLS_NOISE,
    FA_FAULT_TLS_CLOSE,
    FA_FAULT_TLS_HANG,
    FA_FAULT_TLS_EXPIRED, /* the handshake goes on with this certificate */
    FA_FAULT_TLS_NOT_YET_VALID,
    FA_FAULT_TLS_OTHER_NAME,
    FA_FAULT_TLS_UNKNOWN_CA,
    FA_FAULT_CONNECTION_MAX,
};

struct fa_fault_welcome {
    enum fa_fault_connection connection;
    int64_t refuse_ms;
    size_t noise;
    uint64_t noise_seed;
    char names[FA_FAULT_NAMES_MAX];
};

/** @is_tls: does the server speak TLS? If not, rules about it are refused. Errors: NULL out of
 * memory
 */
struct fa_faults *fa_faults_new(bool is_tls);
void fa_faults_free(struct fa_faults *faults);

/**
 * Add rules behind those there are. One with an id that its account has already takes the place of
 * that, with counters from zero.
 *
 * @json:     one rule, or an array of rules; taken all or none
 * @account:  the account that is meant when a rule does not say; NULL for all
 * @ret_id:   the id of the last one, given or made; at least FA_FAULT_ID_MAX + 1 bytes
 * @message:  on failure one line that names the member
 *
 * Errors: -1
 */
int fa_faults_add(struct fa_faults *faults, const char *json, size_t len, const char *account,
                  char *ret_id, char *message, size_t size);

/*
 * @account limits what follows to the rules of that account; NULL means all, those for all accounts
 * among them.
 */

/** Switch a rule on or off. It keeps its counters. Errors: -1 there is none */
int fa_faults_enable(struct fa_faults *faults, const char *account, const char *id,
                     bool is_enabled);
/** Errors: -1 there is none */
int fa_faults_remove(struct fa_faults *faults, const char *account, const char *id);
/** Remove all. Returns how many there were. */
size_t fa_faults_clear(struct fa_faults *faults, const char *account);
size_t fa_faults_count(const struct fa_faults *faults, const char *account);

/** How often a rule was asked and matched, and how often it was applied. Errors: -1 there is none
 */
int fa_faults_counts(const struct fa_faults *faults, const char *account, const char *id,
                     int64_t *ret_matched, int64_t *ret_applied);

/**
 * Append rules as JSON, as they were given and with `matched` and `applied`: the one with @id as an
 * object, or with NULL all of them as an array. Failures stick to the buffer.
 *
 * Errors: -1 there is none with that id
 */
int fa_faults_write(const struct fa_faults *faults, const char *account, const char *id,
                    struct pm_buf *buf);

/** Ask all rules about one request, in their order, and count. */
void fa_faults_decide(struct fa_faults *faults, const struct fa_fault_request *request,
                      struct fa_fault_plan *ret_plan);

/** The same about a connection. @peer: its address, without port */
void fa_faults_welcome(struct fa_faults *faults, const char *peer,
                       struct fa_fault_welcome *ret_welcome);

/** Is there any rule about connections? */
bool fa_faults_watch_connections(const struct fa_faults *faults);

/** What the plan does, in words for the journal: `lost: close after 0 bytes`. At most @size. */
void fa_fault_describe(const struct fa_fault_plan *plan, char *text, size_t size);

#endif
