#include "app_faults.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "app.h"
#include "log_request.h"
#include "random.h"
#include "routes.h"

/* Requests */

static const char *text_of(const struct fa_call *call, const char *name)
{
    const struct fa_param *param = fa_params_find(&call->params, name);

    return param && fa_is_text(param->value, param->value_len) ? param->value : "";
}

static void ask(struct fa_call *call, const char *action)
{
    const struct fa_fault_request request = {
        .account = text_of(call, "apikey"),
        .action = call->route ? call->route->action : action,
        .method = call->http->method,
        .path = call->http->path,
        .peer = call->http->peer,
        .params = &call->params,
    };

    fa_faults_decide(call->app->faults, &request, &call->plan);
    if (call->plan.is_before) /* nobody will look whose it is, but it came for that account */
        call->account = fa_accounts_find(call->app->accounts, request.account);
    call->now_ms += call->plan.clock_skew_ms;
}

void fa_fault_ask(struct fa_call *call, const char *action)
{
    if (fa_faults_count(call->app->faults, NULL) > 0)
        ask(call, action);
}

/* Answers */

static struct fa_error_form form_of(const struct fa_call *call)
{
    return (struct fa_error_form){
        .is_xml = call->is_xml,
        .is_reading = call->route ? !call->route->is_writing : !call->is_post,
        .version = call->version,
    };
}

/* `{"error":"Service Unavailable"}`, for a status that no error of ours has. */
static void write_reason(const struct fa_call *call, unsigned int status, struct pm_buf *body)
{
    struct fa_writer *writer = fa_writer_new(body, call->is_xml);

    if (!writer)
        return;
    if (!call->is_xml)
        fa_write_object(writer, "");
    fa_write_text(writer, "error", fa_http_reason(status));
    (void)fa_writer_finish(writer); /* without memory the body stays empty */
}

/* The answer of the server's own is gone, with its header fields. */
static void clear_answer(struct fa_http_reply *reply)
{
    pm_buf_clear(&reply->body);
    pm_buf_clear(&reply->headers);
}

static void write_answer(const struct fa_call *call, struct fa_http_reply *reply)
{
    const struct fa_fault_plan *plan = &call->plan;

    clear_answer(reply);
    if (plan->error != FA_OK)
        reply->status = fa_error_info(plan->error)->status;
    if (plan->status > 0)
        reply->status = plan->status;
    if (plan->body)
        (void)pm_buf_adds(&reply->body, plan->body); /* is smaller than the ceiling */
    else if (plan->error != FA_OK)
        (void)fa_reply_error(&reply->body, plan->error, plan->detail, form_of(call));
    else
        write_reason(call, reply->status, &reply->body);
    if (plan->content_type) {
        reply->content_type = NULL;
        (void)fa_http_reply_header(reply, "Content-Type", plan->content_type);
    }
}

/* The request was not handled, and no rule says what to answer: either nothing goes out, or this.
 */
static void write_nothing(const struct fa_call *call, struct fa_http_reply *reply)
{
    const struct fa_http_spoil *spoil = &call->plan.spoil;

    clear_answer(reply);
    reply->status = 0;
    if (spoil->noise > 0 || (spoil->is_cut && spoil->cut == 0))
        return;
    reply->status = fa_error_info(FA_E_INTERNAL)->status;
    (void)fa_reply_error(&reply->body, FA_E_INTERNAL, NULL, form_of(call));
}

static void fill_with_noise(struct pm_buf *body, size_t len, uint64_t seed)
{
    struct fa_random random = {.state = seed};

    pm_buf_clear(body);
    while (len-- > 0 && !body->failed)
        (void)pm_buf_addc(body, (char)fa_random_next(&random));
}

static void spoil_body(const struct fa_fault_plan *plan, struct pm_buf *body)
{
    if (plan->body_noise > 0)
        fill_with_noise(body, plan->body_noise, plan->noise_seed);
    else if (plan->is_malformed)
        body->len /= 2;
}

static const char *describe(struct fa_call *call)
{
    char text[FA_REASON_MAX];

    fa_fault_describe(&call->plan, text, sizeof(text));
    return fa_arena_copy(&call->arena, text, strlen(text));
}

void fa_fault_spoil(struct fa_call *call, struct fa_http_reply *reply)
{
    const struct fa_fault_plan *plan = &call->plan;

    call->status = plan->is_before ? 0 : reply->status;
    if (plan->names[0] == '\0')
        return;
    call->fault = describe(call);
    if (plan->is_answered)
        write_answer(call, reply);
    else if (plan->is_before)
        write_nothing(call, reply);
    if (plan->retry_after)
        (void)fa_http_reply_header(reply, "Retry-After", plan->retry_after); /* was checked */
    spoil_body(plan, &reply->body);
    reply->spoil = plan->spoil;
}

/* Connections */

static const char alert[] = "\x15\x03\x03\x00\x02\x02\x28"; /* fatal: handshake_failure */

struct fate {
    enum fa_http_welcome_kind kind;
    enum fa_http_certificate certificate;
};

static const struct fate fates[FA_FAULT_CONNECTION_MAX] = {
    [FA_FAULT_SERVE] = {FA_HTTP_WELCOME_SERVE, FA_HTTP_CERTIFICATE_GOOD},
    [FA_FAULT_CONNECT_CLOSE] = {FA_HTTP_WELCOME_CLOSE, FA_HTTP_CERTIFICATE_GOOD},
    [FA_FAULT_CONNECT_RESET] = {FA_HTTP_WELCOME_RESET, FA_HTTP_CERTIFICATE_GOOD},
    [FA_FAULT_CONNECT_REFUSE] = {FA_HTTP_WELCOME_REFUSE, FA_HTTP_CERTIFICATE_GOOD},
    [FA_FAULT_CONNECT_HANG] = {FA_HTTP_WELCOME_SILENT, FA_HTTP_CERTIFICATE_GOOD},
    [FA_FAULT_CONNECT_NOISE] = {FA_HTTP_WELCOME_BYTES, FA_HTTP_CERTIFICATE_GOOD},
    [FA_FAULT_TLS_ALERT] = {FA_HTTP_WELCOME_BYTES, FA_HTTP_CERTIFICATE_GOOD},
    [FA_FAULT_TLS_NOISE] = {FA_HTTP_WELCOME_BYTES, FA_HTTP_CERTIFICATE_GOOD},
    [FA_FAULT_TLS_CLOSE] = {FA_HTTP_WELCOME_CLOSE, FA_HTTP_CERTIFICATE_GOOD},
    [FA_FAULT_TLS_HANG] = {FA_HTTP_WELCOME_SILENT, FA_HTTP_CERTIFICATE_GOOD},
    [FA_FAULT_TLS_EXPIRED] = {FA_HTTP_WELCOME_SERVE, FA_HTTP_CERTIFICATE_EXPIRED},
    [FA_FAULT_TLS_NOT_YET_VALID] = {FA_HTTP_WELCOME_SERVE, FA_HTTP_CERTIFICATE_NOT_YET_VALID},
    [FA_FAULT_TLS_OTHER_NAME] = {FA_HTTP_WELCOME_SERVE, FA_HTTP_CERTIFICATE_OTHER_NAME},
    [FA_FAULT_TLS_UNKNOWN_CA] = {FA_HTTP_WELCOME_SERVE, FA_HTTP_CERTIFICATE_UNKNOWN_CA},
};

static void set_bytes(struct fa_app *app, const struct fa_fault_welcome *decided,
                      struct fa_http_welcome *welcome)
{
    if (decided->connection == FA_FAULT_TLS_ALERT) {
        welcome->bytes = alert;
        welcome->len = sizeof(alert) - 1;
        return;
    }
    fill_with_noise(&app->noise, decided->noise, decided->noise_seed);
    welcome->bytes = app->noise.data;
    welcome->len = app->noise.len;
}

void fa_fault_welcome(void *context, const struct sockaddr *peer, struct fa_http_welcome *welcome)
{
    struct fa_app *app = context;
    socklen_t len =
        peer->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    struct fa_fault_welcome decided;
    char address[INET6_ADDRSTRLEN];

    if (!fa_faults_watch_connections(app->faults) ||
        getnameinfo(peer, len, address, sizeof(address), NULL, 0, NI_NUMERICHOST) != 0)
        return;
    fa_faults_welcome(app->faults, address, &decided);
    welcome->kind = fates[decided.connection].kind;
    welcome->certificate = fates[decided.connection].certificate;
    welcome->refuse_ms = decided.refuse_ms;
    if (welcome->kind == FA_HTTP_WELCOME_BYTES)
        set_bytes(app, &decided, welcome);
    if (decided.connection != FA_FAULT_SERVE)
        fa_log_connection(app, address, &decided);
}
