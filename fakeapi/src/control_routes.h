/*
 * The control API as one table. It drives the routing of `/__fake/`, the check of every parameter,
 * the OpenAPI document at `/__fake/control.json`, the words and the help of `paidmonitor-fakeapi
 * ctl`, and the completion of the shell, so that none of them can say anything else than the
 * others. Whoever adds a call adds a row here and its handler in a file control_<thing>.c.
 */
#ifndef FA_CONTROL_ROUTES_H
#define FA_CONTROL_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fa_control_call;

#define FA_CONTROL_PARAMS_MAX 20
#define FA_CONTROL_TEXT_MAX   (64 * 1024) /* bytes of a text, where the row says nothing else */

enum fa_control_place {
    FA_IN_PATH,  /* `{name}` in the path; on the command line an argument in this order */
    FA_IN_QUERY, /* on the command line --name */
    FA_IN_BODY,  /* a member of the JSON object that is the body; likewise --name */
    FA_IN_WHOLE, /* the body itself; on the command line a file, or - for standard input */
};

enum fa_control_type {
    FA_CONTROL_TEXT,
    FA_CONTROL_WORD,     /* one of `words` */
    FA_CONTROL_INTEGER,  /* from `min` to `max`, if they are not both 0 */
    FA_CONTROL_REAL,     /* likewise */
    FA_CONTROL_FLAG,     /* true or false */
    FA_CONTROL_DURATION, /* ms, or text: "250ms", "30s", "1h30m", "7d" */
    FA_CONTROL_TIME,     /* ms since 1970 UTC, or text: "2026-11-27 10:00:00" */
    FA_CONTROL_ACCOUNT,  /* the apikey of an account there is */
    FA_CONTROL_JSON,     /* any JSON value: the handler looks into it */
    FA_CONTROL_LINES,    /* FA_IN_WHOLE only: JSON values, one per line (application/x-ndjson) */
    FA_CONTROL_TYPE_MAX,
};

struct fa_control_param {
    const char *name;
    enum fa_control_place place;
    enum fa_control_type type;
    bool is_required; /* those in the path always are */
    bool is_argument; /* on the command line it needs no --name, after those of the path */
    int64_t min;      /* also of durations, in ms */
    int64_t max;
    size_t len_max;    /* of text in bytes; 0 for FA_CONTROL_TEXT_MAX */
    const char *words; /* FA_CONTROL_WORD: separated by blanks */
    const char *about;
};

enum fa_control_flags {
    FA_CONTROL_PUBLIC = 1, /* answers without a token and to any host name: it tells nothing */
    FA_CONTROL_WAITS = 2,  /* may take as long as its parameters say */
    FA_CONTROL_EVENTS = 4, /* answers with server-sent events */
    FA_CONTROL_PAGED = 8,  /* answers with lines; the last may be {"next": value for "after"} */
};

struct fa_control_route {
    const char *method;
    const char *path;  /* below FA_CONTROL_PATH; `{name}` stands for one segment */
    const char *words; /* of the command line: `account create`; NULL for none */
    unsigned int flags;
    unsigned int status; /* of success; 0 for 200 */
    const struct fa_control_param *params;
    size_t param_count;
    void (*handle)(struct fa_control_call *call);
    const char *about;
    const char *answers; /* what the answer holds, for the documents */
    const char *list;    /* the member of the answer that people read as a table, or if it is an
                            object, as lines; NULL for none */
    const char *columns; /* which members its rows show, separated by blanks */
};

/** All calls. */
const struct fa_control_route *fa_control_routes(size_t *ret_count);

/**
 * Does a path fit a template?
 *
 * @path:      below FA_CONTROL_PATH, not decoded
 * @segments:  receives where the segment of each `{name}` begins, in order; at most @max
 * @lens:      their lengths
 */
bool fa_control_path_fits(const char *pattern, const char *path, const char **segments,
                          size_t *lens, size_t max);

/* Handlers: the files control_*.c */
void fa_control_ready(struct fa_control_call *call);
void fa_control_health(struct fa_control_call *call);
void fa_control_openapi(struct fa_control_call *call);
void fa_control_document(struct fa_control_call *call);
void fa_control_accounts_list(struct fa_control_call *call);
void fa_control_account_create(struct fa_control_call *call);
void fa_control_account_show(struct fa_control_call *call);
void fa_control_account_keys(struct fa_control_call *call);
void fa_control_account_reset(struct fa_control_call *call);
void fa_control_account_delete(struct fa_control_call *call);
void fa_control_reset(struct fa_control_call *call);
void fa_control_act(struct fa_control_call *call);
void fa_control_monitor_create(struct fa_control_call *call);
void fa_control_monitors_list(struct fa_control_call *call);
void fa_control_results_add(struct fa_control_call *call);
void fa_control_results_list(struct fa_control_call *call);
void fa_control_export(struct fa_control_call *call);
void fa_control_import(struct fa_control_call *call);
void fa_control_settings_show(struct fa_control_call *call);
void fa_control_settings_set(struct fa_control_call *call);
void fa_control_settings_unset(struct fa_control_call *call);
void fa_control_faults_list(struct fa_control_call *call);
void fa_control_fault_add(struct fa_control_call *call);
void fa_control_faults_clear(struct fa_control_call *call);
void fa_control_fault_show(struct fa_control_call *call);
void fa_control_fault_enable(struct fa_control_call *call);
void fa_control_fault_remove(struct fa_control_call *call);
void fa_control_journal_list(struct fa_control_call *call);
void fa_control_journal_show(struct fa_control_call *call);
void fa_control_journal_stream(struct fa_control_call *call);
void fa_control_journal_clear(struct fa_control_call *call);
void fa_control_expect(struct fa_control_call *call);
void fa_control_expectations_list(struct fa_control_call *call);
void fa_control_expectation_show(struct fa_control_call *call);
void fa_control_expectation_delete(struct fa_control_call *call);
void fa_control_expectations_delete(struct fa_control_call *call);
void fa_control_verify(struct fa_control_call *call);
void fa_control_wait(struct fa_control_call *call);
void fa_control_signin_link(struct fa_control_call *call);
void fa_control_clock_show(struct fa_control_call *call);
void fa_control_clock_set(struct fa_control_call *call);
void fa_control_clock_advance(struct fa_control_call *call);

#endif
