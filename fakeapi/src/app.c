#include "app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app_faults.h"
#include "clock.h"
#include "expect.h"
#include "journal_keep.h"
#include "log_request.h"
#include "record.h"
#include "routes.h"

#define ARENA_MAX      (32 * 1024 * 1024) /* a body of 1 MiB, its parts and what they become */
#define DEVIATIONS_MAX 4096

int fa_app_commit(void *context)
{
    struct fa_app *app = context;
    int64_t began_us = pm_clock_mono_us();
    int64_t settled_id = fa_journal_settled(app->journal);
    int r = fa_store_commit(app->store);
    int64_t ended_us = pm_clock_mono_us();

    fa_metrics_commit(app->metrics, ended_us - began_us, r < 0);
    fa_replays_settle(app->replays, r < 0);
    fa_journal_settle(app->journal, r < 0, ended_us);
    fa_expects_settle(app->expects, r < 0);
    if (r < 0) {
        fa_log_failed_commit(app);
        fa_journal_keep_failed(app, settled_id);
        (void)fa_accounts_reload(app->accounts); /* what was undone is not there */
    }
    return r;
}

/* For the steps and handlers */

enum fa_error fa_refuse(struct fa_call *call, enum fa_error error, const char *detail,
                        const char *format, ...)
{
    va_list arguments;

    call->detail = detail;
    va_start(arguments, format);
    vsnprintf(call->reason, sizeof(call->reason), format, arguments);
    va_end(arguments);
    return error;
}

enum fa_error fa_refuse_store(struct fa_call *call)
{
    return fa_refuse(call, FA_E_STORE, NULL, "the store failed: %s",
                     fa_store_message(call->app->store));
}

void fa_deviate(struct fa_call *call, const char *section, const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    fa_steps_forgive(&call->steps);
    (void)pm_buf_addf(&call->deviations, "%s (PROTOCOL.md §%s)\n", text,
                      section); /* what no longer fits is left out */
}

enum fa_error fa_answer_ok(struct fa_call *call)
{
    fa_write_object(call->out, "result");
    fa_write_text(call->out, "status", "ok");
    fa_write_null(call->out, "data");
    fa_write_end(call->out);
    return FA_OK;
}

enum fa_error fa_answer_id(struct fa_call *call, int64_t id)
{
    fa_write_object(call->out, "result");
    fa_write_text(call->out, "status", "ok");
    fa_write_integer(call->out, "data", id);
    fa_write_end(call->out);
    return FA_OK;
}

/* The steps */

static bool is_word(const struct fa_call *call, const char *name, const char *word)
{
    const struct fa_param *param = fa_params_find(&call->params, name);

    return param && param->value_len == strlen(word) && strcasecmp(param->value, word) == 0;
}

static void read_form(struct fa_call *call)
{
    call->is_xml = is_word(call, "output", "xml");
    call->version = is_word(call, "version", "3") ? 3 : 2;
}

/* §1.1: with or without a slash at the end. */
static bool is_path(const struct fa_call *call, const char *path)
{
    size_t len = strlen(path);

    return strncmp(call->http->path, path, len) == 0 &&
           (call->http->path[len] == '\0' || strcmp(call->http->path + len, "/") == 0);
}

static enum fa_error read_request(struct fa_call *call)
{
    const struct fa_http_request *http = call->http;
    int r;

    fa_steps_enter(&call->steps, FA_STEP_PATH);
    call->is_custom_path = is_path(call, FA_CUSTOM_PATH);
    if (!call->is_custom_path && !is_path(call, FA_API_PATH))
        return fa_refuse(call, FA_E_PATH, NULL, "nothing is served under this path");
    fa_steps_enter(&call->steps, FA_STEP_METHOD);
    call->is_post = strcmp(http->method, "POST") == 0;
    if (!call->is_post && strcmp(http->method, "GET") != 0 && strcmp(http->method, "HEAD") != 0)
        return fa_refuse(call, FA_E_METHOD, NULL, "the method is neither GET nor POST");
    fa_steps_enter(&call->steps, FA_STEP_FORM);
    r = fa_params_parse(&call->arena, http->query, http->query_len, http->body, http->body_len,
                        &call->params);
    if (r == FA_PARAMS_TOO_MANY)
        return fa_refuse(call, FA_E_TOO_MANY_PARAMETERS, NULL, "more than %d parameters",
                         FA_PARAMS_MAX);
    if (r < 0)
        return fa_refuse(call, FA_E_INTERNAL, NULL, "out of memory");
    call->steps.numbers[FA_STEP_FORM] = (int64_t)call->params.count;
    read_form(call);
    return FA_OK;
}

static const char *action_of(const struct fa_call *call)
{
    const struct fa_param *param = fa_params_find(&call->params, "action");

    return param && fa_is_text(param->value, param->value_len) ? param->value : "";
}

static enum fa_error check_action(struct fa_call *call)
{
    const char *action = action_of(call);

    fa_steps_enter(&call->steps, FA_STEP_ACTION);
    if (action[0] == '\0')
        return fa_refuse(call, FA_E_MISSING, "action", "action is missing or empty");
    if (!call->route)
        return fa_refuse(call, FA_E_ACTION, action, "there is no action \"%.64s\" here", action);
    if (call->route->is_writing && !call->is_post)
        return fa_refuse(call, FA_E_ACTION, action, "%s writes: it takes POST only",
                         call->route->action);
    return FA_OK;
}

/* §4: a POST must authenticate unless it is known to read; in version 3 reads must as well. */
static bool must_verify(const struct fa_call *call)
{
    if (call->version == 3)
        return true;
    return call->is_post && (!call->route || call->route->is_writing);
}

/* A public key may be anywhere: it must not lead to the account's other keys. */
static enum fa_error check_public(struct fa_call *call)
{
    if (!call->route || (!call->route->is_writing && call->route->auth == FA_AUTH_APIKEY))
        return FA_OK;
    return fa_refuse(call, FA_E_AUTHENTICATION, NULL, "%s does not take a publickey",
                     call->route->action);
}

static enum fa_error check_caller(struct fa_call *call)
{
    enum fa_error error;

    if (call->is_public)
        return check_public(call);
    if (call->route && call->route->auth == FA_AUTH_NONE)
        return FA_OK;
    error = fa_auth_identify(call);
    if (error == FA_OK && must_verify(call))
        error = fa_auth_verify(call);
    return error;
}

/* The writes of one request happen together or not at all. */
static enum fa_error run_writing(struct fa_call *call)
{
    enum fa_error error;

    if (fa_store_begin(call->app->store) < 0)
        return fa_refuse_store(call);
    if (!call->route->is_adding && fa_store_alone(call->app->store) < 0)
        error = fa_refuse_store(call);
    else
        error = call->route->handle(call);
    if (error != FA_OK)
        fa_store_undo(call->app->store);
    else if (fa_store_done(call->app->store) < 0)
        error = fa_refuse_store(call);
    return error;
}

static enum fa_error run_handler(struct fa_call *call)
{
    enum fa_error error;

    fa_steps_enter(&call->steps, FA_STEP_EFFECT);
    call->out = fa_writer_new(call->body, call->is_xml);
    if (!call->out)
        return fa_refuse(call, FA_E_INTERNAL, NULL, "out of memory");
    error = call->route->is_writing ? run_writing(call) : call->route->handle(call);
    if (error != FA_OK)
        fa_writer_free(call->out);
    else if (fa_writer_finish(call->out) < 0)
        error = fa_refuse(call, FA_E_INTERNAL, NULL, "the answer is too large");
    return error;
}

/* Up to where it is known what the request wants. */
static enum fa_error read_call(struct fa_call *call)
{
    enum fa_error error = read_request(call);

    if (error == FA_OK)
        error = fa_public_key_apply(call);
    if (error != FA_OK)
        return error;
    read_form(call); /* once more, with what a public key has added */
    call->route =
        fa_route_find(action_of(call), call->is_custom_path ? FA_PATH_CUSTOM : FA_PATH_API);
    return FA_OK;
}

static enum fa_error run_steps(struct fa_call *call)
{
    enum fa_error error = check_caller(call);

    if (error == FA_OK)
        error = check_action(call);
    if (error == FA_OK)
        error = fa_args_read(call);
    if (error == FA_OK)
        error = run_handler(call);
    return error;
}

/* A fault may keep a request from being handled. */
static enum fa_error handle_call(struct fa_call *call)
{
    enum fa_error error = read_call(call);

    if (error != FA_OK)
        return error;
    if (!call->is_again)
        fa_fault_ask(call, action_of(call));
    return call->plan.is_before ? FA_OK : run_steps(call);
}

/* The reply */

static void write_error(const struct fa_call *call, enum fa_error error,
                        struct fa_http_reply *reply)
{
    const struct fa_error_form form = {
        .is_xml = call->is_xml,
        .is_reading = call->route ? !call->route->is_writing : !call->is_post,
        .version = call->version,
    };

    reply->status = fa_error_info(error)->status;
    pm_buf_clear(&reply->body);
    (void)fa_reply_error(&reply->body, error, call->detail,
                         form); /* without memory the body stays empty, the status tells */
    if (call->diagnosis_header && call->checks->tells_diagnosis)
        (void)fa_http_reply_header(reply, "X-Fakeapi-Diagnosis", call->diagnosis_header);
    if (error == FA_E_METHOD)
        (void)fa_http_reply_header(reply, "Allow", "GET, HEAD, POST");
}

/* The whole */

static void init_call(struct fa_call *call, struct fa_app *app,
                      const struct fa_http_request *request)
{
    call->app = app;
    call->http = request;
    call->now_ms = fa_vclock_now_ms(app->clock, FA_VCLOCK_SERVER);
    call->checks = fa_settings_get(app->settings, FA_SETTINGS_SERVER);
    fa_arena_init(&call->arena, ARENA_MAX);
    pm_buf_init(&call->deviations, DEVIATIONS_MAX);
}

static void answer(struct fa_call *call, enum fa_error error, int64_t began_us,
                   struct fa_http_reply *reply)
{
    if (error != FA_OK)
        write_error(call, error, reply);
    reply->content_type = call->is_xml ? FA_CONTENT_XML : FA_CONTENT_JSON;
    reply->date_ms = call->now_ms;
    /* Reads wait as well while there are writes: nobody sees what may still be undone. */
    reply->after_commit = fa_store_is_dirty(call->app->store) || call->app->keeps_journal;
    fa_fault_spoil(call, reply);
    fa_record(call, error, began_us, reply);
}

static void run_call(struct fa_call *call, struct fa_app *app,
                     const struct fa_http_request *request, int64_t began_us,
                     struct fa_http_reply *reply)
{
    enum fa_error error;

    init_call(call, app, request);
    error = handle_call(call);
    fa_store_end_request(app->store);
    if (!call->unexplained || call->plan.names[0] || fa_diagnose_later(call, began_us, reply) < 0)
        answer(call, error, began_us, reply);
    pm_buf_clear(&call->deviations);
    fa_arena_clear(&call->arena);
}

void fa_app_handle(void *context, const struct fa_http_request *request,
                   struct fa_http_reply *reply)
{
    struct fa_call call = {.body = &reply->body};

    run_call(&call, context, request, pm_clock_mono_us(), reply);
}

void fa_app_handle_again(struct fa_app *app, const struct fa_http_request *request,
                         struct fa_http_reply *reply, int64_t began_us,
                         const struct fa_diagnosis *found)
{
    struct fa_call call = {.body = &reply->body, .is_again = true, .found = found};

    run_call(&call, app, request, began_us, reply);
}

enum fa_error fa_app_act(struct fa_app *app, const struct fa_principal *account, const char *form,
                         struct pm_buf *ret_answer, char *reason)
{
    struct fa_http_request request = {.method = "POST",
                                      .path = FA_CUSTOM_PATH,
                                      .query = "",
                                      .body = form,
                                      .body_len = strlen(form),
                                      .peer = ""};
    struct fa_call call = {.body = ret_answer, .caller = account, .account = account};
    enum fa_error error;

    init_call(&call, app, &request);
    call.now_ms = fa_vclock_now_ms(app->clock, account->account.id);
    call.checks = fa_settings_get(app->settings, account->account.id);
    error = read_request(&call);
    call.route = fa_route_find(action_of(&call), FA_PATH_CUSTOM);
    if (!call.route)
        call.route = fa_route_find(action_of(&call), FA_PATH_API);
    if (error == FA_OK)
        error = check_action(&call);
    if (error == FA_OK)
        error = fa_args_read(&call);
    if (error == FA_OK)
        error = run_handler(&call);
    snprintf(reason, FA_REASON_MAX, "%s", call.reason);
    pm_buf_clear(&call.deviations);
    fa_arena_clear(&call.arena);
    return error;
}

void fa_app_fail(void *context, const struct fa_http_request *request, struct fa_http_reply *reply)
{
    struct fa_app *app = context;
    enum fa_error error = fa_error_of_status(reply->status);
    const struct fa_error_form form = {.version = 2};

    (void)fa_reply_error(&reply->body, error, NULL, form); /* as in write_error() */
    reply->content_type = FA_CONTENT_JSON;
    if (error != FA_E_STORE) /* that was written when the commit failed */
        fa_record_failure(app, request, error, reply);
}
