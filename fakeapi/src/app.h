/*
 * The protocol: what happens between a complete HTTP request and its reply. One call goes through
 * the steps of PROTOCOL.md §4 in their order; each step is a file:
 *
 *     params.c   names and values out of raw bytes
 *     auth.c     who calls, and may they
 *     routes.c   which action, with which parameters
 *     args.c     the parameters as values of their types
 *     api_*.c    what the action does
 *     reply.c    the answer as bytes
 */
#ifndef FA_APP_H
#define FA_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts.h"
#include "arena.h"
#include "buf.h"
#include "checks.h"
#include "errors.h"
#include "faults.h"
#include "http.h"
#include "journal.h"
#include "metrics.h"
#include "params.h"
#include "replay.h"
#include "reply.h"
#include "settings.h"
#include "signin_links.h"
#include "steps.h"
#include "store.h"
#include "structured.h"
#include "vclock.h"

struct fa_diagnosis;
struct fa_doctor_case;
struct fa_doctor_queue;
struct fa_expects;
struct fa_journal_streams;
struct fa_route;
struct fa_arg_spec;

#define FA_API_PATH    "/api"
#define FA_CUSTOM_PATH "/customMonitorApi"

#define FA_ARGS_MAX   20
#define FA_IDS_MAX    1000
#define FA_REASON_MAX 512

/* What all requests share. */
struct fa_app {
    struct fa_store *store;
    struct fa_accounts *accounts;
    struct fa_journal *journal;
    struct fa_expects *expects;
    struct fa_journal_streams *streams;
    bool keeps_journal; /* in the store, too */
    struct fa_replays *replays;
    struct fa_metrics *metrics;
    struct fa_settings *settings; /* the checks */
    struct fa_vclock *clock;
    struct fa_doctor_queue *doctor; /* NULL: what takes longer is not examined */
    struct fa_lifetime *lifetime;
    struct fa_faults *faults;
    struct fa_links links; /* to the dashboard */
    const char *url;       /* where we listen; NULL before that */
    struct pm_buf noise;   /* what the last connection got that was to get garbage */
    void (*log)(void *context, const struct fa_log_record *record); /* may be NULL */
    bool logs_accepted;
    void *log_context;
};

/* One parameter of the action as a value. Which members hold depends on its type. */
struct fa_arg {
    const struct fa_arg_spec *spec;
    const struct fa_param *param; /* NULL when it was not sent; then the default stands */
    const char *text;             /* decoded; NULL when there is neither a value nor a default */
    int64_t number;
    const int64_t *ids;
    const struct fa_item *items;
    size_t count; /* of ids or items */
    const struct fa_json *json;
};

/* One request on its way. */
struct fa_call {
    struct fa_app *app;
    const struct fa_http_request *http;
    struct fa_arena arena;
    struct fa_params params;
    const struct fa_route *route;       /* NULL until the action is known */
    const struct fa_principal *caller;  /* who authenticates */
    const struct fa_principal *account; /* whose things: the caller's, or its client's */
    struct fa_arg args[FA_ARGS_MAX];    /* in the order of the route's table */
    bool is_custom_path;
    bool is_post;
    bool is_xml;
    bool is_public; /* by a public key: the caller is its owner and may only read */
    int version;
    int64_t now_ms;                 /* the caller's, once it is known */
    const struct fa_checks *checks; /* likewise; until then the server's */
    int64_t monitor_id;
    struct pm_buf *body; /* of the reply */
    struct fa_writer *out;
    const char *detail;         /* what the error names */
    char reason[FA_REASON_MAX]; /* why it was refused, for the journal */
    struct pm_buf deviations;
    struct fa_steps steps;
    struct fa_fault_plan plan;
    unsigned int status; /* of the server's own answer; 0: a fault kept the request from it */
    const char *fault;   /* what spoiled the answer, for the journal; NULL for nothing */
    bool answers_secret; /* the answer must not be shown to anybody else */
    bool is_again;       /* after the patient search: do not ask for another */
    const struct fa_diagnosis *found;         /* what that has found; NULL if nothing */
    const struct fa_doctor_case *unexplained; /* what is worth a patient search; NULL if nothing */
    const char *diagnosis;                    /* the doctor's words; NULL if not asked */
    const char *diagnosis_line;               /* the same in a sentence */
    const char *diagnosis_header;             /* the same as the value of a header field */
    const char *expected_text;                /* what should have been signed, secrets masked … */
    const char *signed_text;                  /* … and what was, when that was found; else NULL */
};

/** Handle a request of `/api` or `/customMonitorApi`; an fa_http_handler with a struct fa_app. */
void fa_app_handle(void *app, const struct fa_http_request *request, struct fa_http_reply *reply);

/** Reply to what no handler answers; fa_http_options.fail with a struct fa_app. */
void fa_app_fail(void *app, const struct fa_http_request *request, struct fa_http_reply *reply);

/** fa_http_options.commit with a struct fa_app. */
int fa_app_commit(void *app);

/**
 * Do an action for an account without authentication and without a trace in the journal, to bring
 * things about.
 *
 * @form:       the parameters as a form body, the action among them
 * @ret_answer: receives what the API would have answered, in JSON; started by the caller
 * @reason:     on failure, why it would have been refused; FA_REASON_MAX bytes
 *
 * Errors: as the API would
 */
enum fa_error fa_app_act(struct fa_app *app, const struct fa_principal *account, const char *form,
                         struct pm_buf *ret_answer, char *reason);

/* For the steps and handlers */

/** Refuse: remember what the error names and why, for the journal. Returns @error. */
enum fa_error fa_refuse(struct fa_call *call, enum fa_error error, const char *detail,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

/** The store failed: FA_E_STORE with its reason. */
enum fa_error fa_refuse_store(struct fa_call *call);

/** Note something the documentation forbids but a switch lets pass. */
void fa_deviate(struct fa_call *call, const char *section, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** An argument by the name in the route's table; it is an error of ours to ask for another. */
const struct fa_arg *fa_arg(const struct fa_call *call, const char *name);
/** Its text, or NULL. */
const char *fa_arg_text(const struct fa_call *call, const char *name);
int64_t fa_arg_number(const struct fa_call *call, const char *name);
bool fa_arg_is_sent(const struct fa_call *call, const char *name);

/** Answer `{"status":"ok","data":null}`; XML without data. Returns FA_OK. */
enum fa_error fa_answer_ok(struct fa_call *call);
/** Answer `{"status":"ok","data":305}`. Returns FA_OK. */
enum fa_error fa_answer_id(struct fa_call *call, int64_t id);

/** Fill call->args from the parameters by the route's table. */
enum fa_error fa_args_read(struct fa_call *call);

/** Authenticate: caller and account. */
enum fa_error fa_auth_identify(struct fa_call *call);
enum fa_error fa_auth_verify(struct fa_call *call);

/** §2.5: take over what the request's public key, if any, stands for. */
enum fa_error fa_public_key_apply(struct fa_call *call);

/**
 * A wrong checksum: have the doctor look for the mistake, for the journal and the reply's header.
 * Shortly, for this is the loop; `unexplained` says that there is more to be tried.
 */
void fa_diagnose(struct fa_call *call);

/**
 * Have the doctor try the rest, off the loop. The reply is deferred: then the request is handled
 * once more, with what was found.
 *
 * Errors: -1 too many wait for that, or out of memory: make do with what there is
 */
int fa_diagnose_later(const struct fa_call *call, int64_t began_us, struct fa_http_reply *reply);

/** Handle a request whose handling had begun. @found: NULL if nothing was */
void fa_app_handle_again(struct fa_app *app, const struct fa_http_request *request,
                         struct fa_http_reply *reply, int64_t began_us,
                         const struct fa_diagnosis *found);

#endif
