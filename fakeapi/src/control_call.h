/*
 * What the handler of a control call works with: its parameters, checked against the table
 * (control_routes.h), and the answer, which is one JSON object.
 *
 *     void fa_control_thing_show(struct fa_control_call *call)
 *     {
 *         const struct fa_principal *account = fa_control_account(call, "account");
 *
 *         if (!account)
 *             return fa_control_fail(call, 400, "add ?account=APIKEY", "of which account?");
 *         fa_write_text(call->out, "name", account->account.name);
 *     }
 */
#ifndef FA_CONTROL_CALL_H
#define FA_CONTROL_CALL_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "app.h"
#include "arena.h"
#include "control_routes.h"
#include "http.h"
#include "reply.h"

/* One parameter as a value. Which members hold depends on its type. */
struct fa_control_value {
    const char *text;                   /* of all but JSON; NULL when it was not sent */
    int64_t number;                     /* integers; durations and times in ms */
    double real;                        /* numbers */
    bool flag;                          /* truth */
    const cJSON *json;                  /* FA_CONTROL_JSON */
    const struct fa_principal *account; /* FA_CONTROL_ACCOUNT */
};

struct fa_control_call {
    struct fa_app *app;
    struct fa_http *loop; /* for timers and streams */
    const struct fa_control_route *route;
    const struct fa_http_request *http;
    struct fa_http_reply *reply;
    struct fa_writer *out; /* inside the object that is the answer */
    struct fa_arena arena;
    cJSON *body;
    struct fa_control_value values[FA_CONTROL_PARAMS_MAX]; /* in the order of the table */
    bool is_raw;                                           /* the answer is not made by `out` */
};

/* Parameters by their names in the table; it is an error of ours to ask for another. */
bool fa_control_has(const struct fa_control_call *call, const char *name);
/** NULL when it was not sent, as the others below. */
const char *fa_control_text(const struct fa_control_call *call, const char *name);
const cJSON *fa_control_json(const struct fa_control_call *call, const char *name);
const struct fa_principal *fa_control_account(const struct fa_control_call *call, const char *name);
int64_t fa_control_number(const struct fa_control_call *call, const char *name, int64_t fallback);
double fa_control_real(const struct fa_control_call *call, const char *name, double fallback);
bool fa_control_flag(const struct fa_control_call *call, const char *name, bool fallback);

/**
 * Answer `{"error":…,"hint":…}` in place of what was written so far.
 *
 * @hint: what to do about it; NULL for nothing
 */
void fa_control_fail(struct fa_control_call *call, unsigned int status, const char *hint,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

/** The store failed: 500 with its reason. */
void fa_control_fail_store(struct fa_control_call *call);

/**
 * The handler writes call->reply itself, or later (fa_http_defer()): `out` is not used.
 *
 * @content_type: borrowed for ever
 */
void fa_control_raw(struct fa_control_call *call, const char *content_type);

/**
 * Read the parameters of the call from path, query and body.
 *
 * @segments, @lens: as fa_control_path_fits() found them
 *
 * Errors: -1 after fa_control_fail()
 */
int fa_control_read(struct fa_control_call *call, const char *const *segments, const size_t *lens);

#endif
