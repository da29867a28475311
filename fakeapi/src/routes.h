/*
 * One table per action. The tables are the protocol: they drive decoding, validation and errors,
 * and the OpenAPI document and the reference page are made from them. PROTOCOL.md says why each row
 * is as it is.
 */
#ifndef FA_ROUTES_H
#define FA_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "errors.h"

struct fa_call;

enum fa_arg_type {
    FA_TYPE_TEXT,              /* any text */
    FA_TYPE_PLAIN,             /* text that may have come in two layers: name, tag, type */
    FA_TYPE_INTEGER,           /* decimal, with or without leading zeros and sign */
    FA_TYPE_BOOLEAN,           /* true, false, 1, 0 in any case */
    FA_TYPE_ID,                /* a positive integer */
    FA_TYPE_IDS,               /* a comma list of them */
    FA_TYPE_TIME,              /* ms since 1970 UTC; small values are seconds */
    FA_TYPE_RESULT_PARAMS,     /* structured, §3.0 */
    FA_TYPE_ADDITIONAL_PARAMS, /* likewise */
    FA_TYPE_MONITOR_PARAMS,    /* likewise */
    FA_TYPE_RESULTS,           /* likewise */
    FA_TYPE_JSON,              /* any JSON, read leniently */
    FA_TYPE_WORD,              /* one of the words in `words` */
    FA_TYPE_MAX,
};

struct fa_arg_spec {
    const char *name;
    const char *aliases; /* separated by blanks; NULL for none */
    enum fa_arg_type type;
    bool is_required;
    int64_t min; /* of numbers; both 0 for any */
    int64_t max;
    size_t len_max;       /* of text in characters; 0 for what every value may have */
    const char *words;    /* FA_TYPE_WORD: separated by blanks */
    const char *fallback; /* value when absent or empty; NULL for none */
    const char *section;
    const char *about;
};

enum fa_auth_rule {
    FA_AUTH_NONE,   /* the action checks what it is given */
    FA_AUTH_APIKEY, /* version 2: the apikey; version 3: as FA_AUTH_SIGNED */
    FA_AUTH_OWNER,  /* likewise, but a public key does not do */
    FA_AUTH_SIGNED, /* a checksum or a token */
};

enum fa_route_paths {
    FA_PATH_API = 1,
    FA_PATH_CUSTOM = 2,
    FA_PATH_BOTH = 3,
};

struct fa_route {
    const char *action;
    enum fa_route_paths paths;
    bool is_writing; /* POST only */
    bool is_adding;  /* what it writes depends on nothing that is stored */
    enum fa_auth_rule auth;
    const struct fa_arg_spec *args;
    size_t arg_count;
    enum fa_error (*handle)(struct fa_call *call);
    const char *section;
    const char *about;
};

/** All actions. */
const struct fa_route *fa_routes(size_t *ret_count);

/** The action of this exact name on one of the paths; NULL if there is none. */
const struct fa_route *fa_route_find(const char *action, enum fa_route_paths path);

/** The parameters that every action takes; PROTOCOL.md §1.5. */
const struct fa_arg_spec *fa_common_args(size_t *ret_count);

/** Is this the parameter's name or one of its aliases, in any case? */
bool fa_arg_spec_is(const struct fa_arg_spec *spec, const char *name, size_t len);

/* Limits of PROTOCOL.md §3.0 */
#define FA_NAME_CHARS_MAX 255
#define FA_VALUE_MAX      (64 * 1024)
#define FA_DEFINED_MAX    100

/* Handlers: the files api_*.c */
enum fa_error fa_api_apikey(struct fa_call *call);
enum fa_error fa_api_secretkey(struct fa_call *call);
enum fa_error fa_api_userkey(struct fa_call *call);
enum fa_error fa_api_auth_token(struct fa_call *call);
enum fa_error fa_api_add_monitor(struct fa_call *call);
enum fa_error fa_api_edit_monitor(struct fa_call *call);
enum fa_error fa_api_delete_monitor(struct fa_call *call);
enum fa_error fa_api_get_monitors(struct fa_call *call);
enum fa_error fa_api_get_monitor_info(struct fa_call *call);
enum fa_error fa_api_colorize_monitors(struct fa_call *call);
enum fa_error fa_api_add_result(struct fa_call *call);
enum fa_error fa_api_get_monitor_results(struct fa_call *call);
enum fa_error fa_api_add_additional_results(struct fa_call *call);
enum fa_error fa_api_get_additional_results(struct fa_call *call);
enum fa_error fa_api_get_report(struct fa_call *call);
enum fa_error fa_api_get_additional_data_report(struct fa_call *call);
enum fa_error fa_api_add_agent(struct fa_call *call);
enum fa_error fa_api_edit_agent(struct fa_call *call);
enum fa_error fa_api_delete_agent(struct fa_call *call);
enum fa_error fa_api_get_agents(struct fa_call *call);
enum fa_error fa_api_agent_info(struct fa_call *call);
enum fa_error fa_api_add_job(struct fa_call *call);
enum fa_error fa_api_edit_job(struct fa_call *call);
enum fa_error fa_api_delete_job(struct fa_call *call);
enum fa_error fa_api_get_jobs(struct fa_call *call);
enum fa_error fa_api_add_page(struct fa_call *call);
enum fa_error fa_api_pages(struct fa_call *call);
enum fa_error fa_api_delete_page(struct fa_call *call);
enum fa_error fa_api_add_page_module(struct fa_call *call);
enum fa_error fa_api_page_modules(struct fa_call *call);
enum fa_error fa_api_delete_page_module(struct fa_call *call);
enum fa_error fa_api_add_contact(struct fa_call *call);
enum fa_error fa_api_contacts_list(struct fa_call *call);
enum fa_error fa_api_delete_contact(struct fa_call *call);
enum fa_error fa_api_add_notification_rule(struct fa_call *call);
enum fa_error fa_api_get_notification_rules(struct fa_call *call);
enum fa_error fa_api_delete_notification_rule(struct fa_call *call);
enum fa_error fa_api_add_public_key(struct fa_call *call);
enum fa_error fa_api_get_public_keys(struct fa_call *call);
enum fa_error fa_api_update_public_key(struct fa_call *call);
enum fa_error fa_api_delete_public_keys(struct fa_call *call);

#endif
