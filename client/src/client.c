/*
 * The client: completes an action with what every request carries, signs it or adds the token,
 * sends it and has the answer judged. No action is named here but the token's own.
 */
#include "client.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "error.h"
#include "node.h"
#include "params.h"
#include "pool.h"
#include "request.h"
#include "response.h"
#include "secret.h"
#include "transport.h"

#define TOKEN_ERROR_CODE 4 /* PROTOCOL.md §4: invalid or expired */
#define FORM_MAX         (3 * PM_PARAMS_BYTES_MAX + 3 * PM_PARAMS_MAX) /* all of it as %XX */

struct pm_client {
    struct pm_transport *transport;
    char *base; /* URL before /api */
    char *apikey;
    char *client_apikey;     /* NULL: none */
    struct pm_secret secret; /* len 0: none */
    enum pm_auth auth;
    enum pm_output output;
    int version;
    int64_t clock_offset_ms;
    int64_t (*wall_ms)(void);
    char token[PM_TOKEN_SIZE]; /* "": none yet */
};

const char *pm_version(void)
{
    return PM_VERSION;
}

static int copy_options(struct pm_client *client, const struct pm_client_options *options,
                        struct pm_error *err)
{
    int r = pm_transport_check_url(options->url, options->allow_plain_http, &client->base, err);

    if (r < 0)
        return r;
    if (!options->apikey || options->apikey[0] == '\0')
        return pm_error_set(err, PM_ERR_CONFIG, "no apikey was given");
    if (options->version != 2 && options->version != 3)
        return pm_error_set(err, PM_ERR_CONFIG, "the protocol's version is 2 or 3, not %d",
                            options->version);
    if (options->secret && pm_secret_set(&client->secret, options->secret, options->secret_len) < 0)
        return pm_error_set(err, PM_ERR_CONFIG, "a secret key has 1 to %d bytes", PM_SECRET_MAX);
    client->apikey = strdup(options->apikey);
    client->client_apikey = options->client_apikey ? strdup(options->client_apikey) : NULL;
    if (!client->apikey || (options->client_apikey && !client->client_apikey))
        return pm_error_nomem(err);
    client->auth = options->auth;
    client->output = options->output;
    client->version = options->version;
    client->clock_offset_ms = options->clock_offset_ms;
    client->wall_ms = options->wall_ms ? options->wall_ms : pm_clock_wall_ms;
    return 0;
}

int pm_client_new(const struct pm_client_options *options, struct pm_client **ret_client,
                  struct pm_error *err)
{
    struct pm_client *client = calloc(1, sizeof(*client));
    int r;

    pm_error_init(err);
    if (!client)
        return pm_error_nomem(err);
    r = copy_options(client, options, err);
    if (r == 0)
        r = pm_transport_new(options, &client->transport, err);
    if (r < 0) {
        pm_client_free(client);
        return r;
    }
    *ret_client = client;
    return 0;
}

void pm_client_free(struct pm_client *client)
{
    if (!client)
        return;
    pm_transport_free(client->transport);
    pm_secret_clear(&client->secret);
    explicit_bzero(client->token, sizeof(client->token));
    free(client->base);
    free(client->apikey);
    free(client->client_apikey);
    free(client);
}

void pm_client_cancel(struct pm_client *client)
{
    pm_transport_cancel(client->transport);
}

void pm_client_resume(struct pm_client *client)
{
    pm_transport_resume(client->transport);
}

void pm_client_set_clock_offset(struct pm_client *client, int64_t offset_ms)
{
    client->clock_offset_ms = offset_ms;
}

void pm_reply_clear(struct pm_reply *reply)
{
    free(reply->body);
    *reply = (struct pm_reply){.server_date_ms = -1};
}

/* ---- one request ---- */

struct request {
    enum pm_method method;
    enum pm_path path;
    const char *action;
    const struct pm_params *params; /* the action's own; NULL: none */
    bool is_authenticated;
};

/* Writes always prove who they are, reads since version 3 (PROTOCOL.md §1.6). */
static bool needs_authentication(const struct pm_client *client, enum pm_method method)
{
    return method == PM_POST || client->version == 3;
}

static int add_checksum(const struct pm_client *client, struct pm_params *params,
                        struct pm_error *err)
{
    char timestamp[PM_CLOCK_TIMESTAMP_SIZE], checksum[PM_CHECKSUM_SIZE];
    int r;

    if (client->secret.len == 0)
        return pm_error_set(err, PM_ERR_CONFIG, "no secret key was given to sign with");
    pm_clock_timestamp(client->wall_ms() + client->clock_offset_ms, timestamp, sizeof(timestamp));
    r = pm_params_add(params, "timestamp", timestamp);
    if (r == 0)
        r = pm_params_add(params, "validation", "HMACSHA1");
    if (r == 0)
        r = pm_sign(params, client->secret.bytes, client->secret.len, checksum);
    return r < 0 ? r : pm_params_add(params, "checksum", checksum);
}

static int add_token(const struct pm_client *client, struct pm_params *params)
{
    int r = pm_params_add(params, "validation", "token");

    return r < 0 ? r : pm_params_add(params, "authToken", client->token);
}

/* Everything that goes over the wire. The caller frees what is there even when this fails. */
static int complete_params(const struct pm_client *client, const struct request *request,
                           struct pm_params *params, struct pm_error *err)
{
    int r = pm_params_add(params, "action", request->action);

    if (r == 0)
        r = pm_params_add(params, "apikey", client->apikey);
    if (r == 0 && client->client_apikey)
        r = pm_params_add(params, "clientApikey", client->client_apikey);
    if (r == 0 && request->params)
        r = pm_params_add_all(params, request->params);
    if (r == 0)
        r = pm_params_add(params, "output", client->output == PM_OUTPUT_XML ? "xml" : "json");
    if (r == 0)
        r = pm_params_add_int(params, "version", client->version);
    if (r == 0 && request->is_authenticated)
        r = client->auth == PM_AUTH_TOKEN ? add_token(client, params)
                                          : add_checksum(client, params, err);
    if (r == PM_ERR_LIMIT)
        return pm_error_set(err, r, "the request is longer than %u bytes", PM_PARAMS_BYTES_MAX);
    if (r == PM_ERR_SYSTEM)
        return pm_error_nomem(err);
    return r;
}

/* Put the parameters where the method wants them, and send. */
static int send_params(struct pm_client *client, const struct request *request,
                       const struct pm_params *params, struct pm_answer *ret_answer,
                       struct pm_error *err)
{
    static const char *const paths[] = {
        [PM_PATH_API] = "/api",
        [PM_PATH_CUSTOM] = "/customMonitorApi",
    };
    struct pm_buf url, form;
    int r;

    pm_buf_init(&url, FORM_MAX);
    pm_buf_init(&form, FORM_MAX);
    (void)pm_request_add_form(&form, params);
    (void)pm_buf_addf(&url, "%s%s", client->base, paths[request->path]);
    if (request->method == PM_GET && !form.failed) {
        (void)pm_buf_addc(&url, '?');
        (void)pm_buf_add(&url, form.data, form.len);
    }
    if (url.failed || form.failed)
        r = pm_error_nomem(err);
    else
        r = pm_transport_send(client->transport, url.data,
                              request->method == PM_GET ? NULL : form.data, form.len, ret_answer,
                              err);
    /* Either may hold the secret key (authToken) or a token. */
    if (url.data)
        explicit_bzero(url.data, url.size);
    if (form.data)
        explicit_bzero(form.data, form.size);
    pm_buf_clear(&url);
    pm_buf_clear(&form);
    return r;
}

static int send_once(struct pm_client *client, const struct request *request,
                     struct pm_answer *ret_answer, struct pm_pool *pool,
                     const struct pm_node **ret_root, struct pm_error *err)
{
    struct pm_answer answer = {.date_ms = -1, .retry_after_ms = -1};
    struct pm_params *params = pm_params_new();
    int r;

    pm_error_init(err);
    if (!params)
        return pm_error_nomem(err);
    r = complete_params(client, request, params, err);
    if (r == 0)
        r = send_params(client, request, params, &answer, err);
    pm_params_free(params);
    if (r == 0)
        r = pm_response_judge(&answer, pool, ret_root, err);
    if (r < 0)
        pm_answer_clear(&answer);
    else
        *ret_answer = answer;
    return r;
}

static int renew_token(struct pm_client *client, struct pm_error *err)
{
    char token[PM_TOKEN_SIZE];
    int r = pm_auth_token(client, token, err);

    if (r == 0)
        memcpy(client->token, token, sizeof(token));
    explicit_bzero(token, sizeof(token));
    return r;
}

/* Send; in token mode fetch a token first, and once more when the server calls it expired. */
static int send_request(struct pm_client *client, const struct request *request,
                        struct pm_answer *ret_answer, struct pm_pool *pool,
                        const struct pm_node **ret_root, struct pm_error *err)
{
    bool uses_token = request->is_authenticated && client->auth == PM_AUTH_TOKEN;
    bool is_fresh = uses_token && client->token[0] == '\0';
    struct pm_error own;
    int r;

    err = err ? err : &own;
    r = is_fresh ? renew_token(client, err) : 0;
    if (r == 0)
        r = send_once(client, request, ret_answer, pool, ret_root, err);
    if (r != PM_ERR_REFUSED || !uses_token || err->vendor_code != TOKEN_ERROR_CODE)
        return r;
    explicit_bzero(client->token, sizeof(client->token));
    if (is_fresh)
        return r; /* another one would fare no better */
    r = renew_token(client, err);
    return r < 0 ? r : send_once(client, request, ret_answer, pool, ret_root, err);
}

int pm_client_call(struct pm_client *client, enum pm_method method, enum pm_path path,
                   const char *action, const struct pm_params *params, struct pm_reply *ret_reply,
                   struct pm_error *err)
{
    const struct request request = {method, path, action, params,
                                    needs_authentication(client, method)};
    const struct pm_node *root;
    struct pm_answer answer;
    struct pm_pool *pool = pm_pool_new();
    int r;

    pm_error_init(err);
    if (!pool)
        return pm_error_nomem(err);
    r = send_request(client, &request, &answer, pool, &root, err);
    pm_pool_free(pool);
    if (r == 0)
        *ret_reply = (struct pm_reply){answer.status, answer.date_ms, answer.body, answer.len};
    return r;
}

int pm_auth_token(struct pm_client *client, char *ret_token, struct pm_error *err)
{
    struct request request = {.method = PM_GET, .path = PM_PATH_API, .action = "authToken"};
    struct pm_params *params = pm_params_new();
    struct pm_pool *pool = pm_pool_new();
    struct pm_answer answer = {.body = NULL};
    const struct pm_node *root;
    int r;

    pm_error_init(err);
    request.params = params;
    if (!params || !pool)
        r = pm_error_nomem(err);
    else if (client->secret.len == 0)
        r = pm_error_set(err, PM_ERR_CONFIG, "no secret key was given to trade for a token");
    else if (pm_params_add_bytes(params, "secretkey", strlen("secretkey"), client->secret.bytes,
                                 client->secret.len) < 0)
        r = pm_error_nomem(err);
    else
        r = send_once(client, &request, &answer, pool, &root, err);
    if (r == 0)
        r = pm_response_read_token(root, ret_token, err);
    if (answer.body)
        explicit_bzero(answer.body, answer.len);
    free(answer.body);
    pm_pool_free(pool);
    pm_params_free(params);
    return r;
}

/* ---- actions ---- */

struct pm_action pm_action_begin(struct pm_client *client, enum pm_method method, const char *name,
                                 struct pm_error *err)
{
    struct pm_action action = {
        .client = client,
        .method = method,
        .path = PM_PATH_CUSTOM,
        .name = name,
        .params = pm_params_new(),
        .err = err,
    };

    pm_error_init(err);
    if (!action.params)
        action.failed = pm_error_nomem(err);
    return action;
}

static void note(struct pm_action *action, const char *name, int r)
{
    if (r == PM_ERR_LIMIT)
        action->failed = pm_error_set(action->err, r, "'%s' makes the request longer than %u bytes",
                                      name, PM_PARAMS_BYTES_MAX);
    else if (r < 0)
        action->failed = pm_error_nomem(action->err);
}

void pm_action_add(struct pm_action *action, const char *name, const char *value)
{
    if (action->failed == 0 && value)
        note(action, name, pm_params_add(action->params, name, value));
}

void pm_action_add_int(struct pm_action *action, const char *name, int64_t value)
{
    if (action->failed == 0)
        note(action, name, pm_params_add_int(action->params, name, value));
}

void pm_action_add_buf(struct pm_action *action, const char *name, struct pm_buf *buf)
{
    if (action->failed == 0 && buf->failed)
        note(action, name, PM_ERR_LIMIT);
    else if (action->failed == 0)
        note(action, name,
             pm_params_add_bytes(action->params, name, strlen(name), buf->data ? buf->data : "",
                                 buf->len));
    pm_buf_clear(buf);
}

void pm_action_add_name(struct pm_action *action, const char *name, const char *value)
{
    struct pm_buf buf;

    if (!value)
        return;
    pm_buf_init(&buf, PM_PARAMS_BYTES_MAX);
    (void)pm_request_add_name(&buf, value);
    pm_action_add_buf(action, name, &buf);
}

void pm_action_add_ids(struct pm_action *action, const char *name, const int64_t *ids, size_t count)
{
    struct pm_buf buf;

    if (count == 0)
        pm_action_refuse(action, "nothing to delete was named");
    pm_buf_init(&buf, PM_PARAMS_BYTES_MAX);
    (void)pm_request_add_ids(&buf, ids, count);
    pm_action_add_buf(action, name, &buf);
}

const char *pm_action_said(const char *text)
{
    return text && text[0] != '\0' ? text : NULL;
}

void pm_action_refuse(struct pm_action *action, const char *message)
{
    if (action->failed == 0)
        action->failed = pm_error_set(action->err, PM_ERR_USAGE, "%s", message);
}

int pm_action_send(struct pm_action *action, struct pm_pool **ret_pool,
                   const struct pm_node **ret_root)
{
    const struct request request = {action->method, action->path, action->name, action->params,
                                    needs_authentication(action->client, action->method)};
    struct pm_answer answer = {.body = NULL};
    const struct pm_node *root = NULL;
    struct pm_pool *pool = pm_pool_new();
    int r = action->failed;

    if (r == 0 && !pool)
        r = pm_error_nomem(action->err);
    if (r == 0)
        r = send_request(action->client, &request, &answer, pool, &root, action->err);
    if (r == 0 && action->method == PM_POST)
        r = pm_response_check_done(root, action->err);
    free(answer.body);
    pm_params_free(action->params);
    action->params = NULL;
    if (r < 0 || !ret_pool) {
        pm_pool_free(pool);
        return r;
    }
    *ret_pool = pool;
    *ret_root = root;
    return 0;
}

int pm_action_send_for_id(struct pm_action *action, int64_t *ret_id)
{
    struct pm_pool *pool = NULL;
    const struct pm_node *root = NULL;
    int r = pm_action_send(action, &pool, &root);

    if (r == 0)
        r = pm_response_read_id(root, ret_id, action->err);
    pm_pool_free(pool);
    return r;
}
