/*
 * Instructions and judgements over HTTP; see serve.h. The requests are handled on a thread of the
 * HTTP server; the main thread only waits for the end, and looks at the outcomes after it.
 */
#include "serve.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "arrival.h"
#include "buf.h"
#include "cleanup.h"
#include "error.h"
#include "fs.h"
#include "http.h"
#include "judge.h"
#include "report.h"
#include "text.h"
#include "vectors.h"

#define CASE_PATH    "/case/"
#define URL_SIZE     64
#define GET_MAX      4096 /* ours: bytes of parameters that fit an address with ease */
#define LAST_WAIT_MS 2000 /* for requests under way when the last instruction was asked for */

struct serve {
    const struct pm_vector **cases;
    size_t count;
    struct fa_http *http;
    char url[URL_SIZE];
    int event_fd;          /* raised for each request */
    atomic_bool asked_all; /* no instruction is left */
    atomic_bool ended;     /* the HTTP server is done */
    /* The rest belongs to the thread of the HTTP server while that runs. */
    struct pm_outcome *outcomes; /* as many as cases; vector NULL: not judged yet */
    size_t next;
    size_t judged;
    bool no_memory;
};

/* ---- what is handed out ---- */

/* Reads travel in the address, as the API wants them, where they fit; all else in a body. */
static const char *method_of(const struct pm_vector *vector)
{
    size_t bytes = 0, i;
    bool reads = false;

    for (i = 0; i < vector->param_count; i++) {
        const struct pm_vector_param *param = &vector->params[i];

        bytes += strlen(param->name) + strlen(param->value);
        reads =
            reads || (strcmp(param->name, "action") == 0 && strncmp(param->value, "get", 3) == 0);
    }
    return reads && bytes <= GET_MAX ? "GET" : "POST";
}

static bool is_case(const struct pm_vector *vector)
{
    return vector->result == PM_VECTOR_VALID && vector->params && vector->is_secret_text;
}

static int choose_cases(struct serve *serve, const struct pm_vectors *vectors)
{
    size_t i;

    serve->cases = calloc(vectors->count, sizeof(*serve->cases));
    serve->outcomes = calloc(vectors->count, sizeof(*serve->outcomes));
    if (!serve->cases || !serve->outcomes)
        return -1;
    for (i = 0; i < vectors->count; i++) {
        if (is_case(&vectors->items[i]))
            serve->cases[serve->count++] = &vectors->items[i];
    }
    return 0;
}

static void add_member(struct pm_buf *out, const char *name, const char *value)
{
    (void)pm_buf_addf(out, ",\"%s\":", name);
    (void)pm_text_add_json(out, value, strlen(value));
}

static void write_instruction(const struct serve *serve, size_t index, struct pm_buf *out)
{
    const struct pm_vector *vector = serve->cases[index];

    (void)pm_buf_addf(out, "{\"id\":%lld", (long long)vector->id);
    add_member(out, "comment", vector->comment);
    add_member(out, "method", method_of(vector));
    (void)pm_buf_addf(out, ",\"url\":\"%s" CASE_PATH "%zu/customMonitorApi\"", serve->url,
                      index + 1);
    add_member(out, "apikey", vector->apikey);
    add_member(out, "secretkey", vector->secret);
    (void)pm_buf_adds(out, ",\"params\":");
    (void)pm_vector_add_params(out, vector);
    (void)pm_buf_addc(out, '}');
}

/* ---- handlers, on the thread of the HTTP server ---- */

static void raise_event(const struct serve *serve)
{
    uint64_t one = 1;

    (void)!write(serve->event_fd, &one, sizeof(one)); /* full means raised already */
}

static void handle_next(void *context, const struct fa_http_request *request,
                        struct fa_http_reply *reply)
{
    struct serve *serve = context;

    (void)request;
    if (serve->next == serve->count) {
        reply->status = 204;
        atomic_store(&serve->asked_all, true);
        raise_event(serve);
        if (serve->judged == serve->count)
            fa_http_stop(serve->http);
        return;
    }
    raise_event(serve);
    reply->content_type = "application/json;charset=UTF-8";
    write_instruction(serve, serve->next++, &reply->body);
}

/* Judged ones only, in their order. */
static int write_report(const struct serve *serve, struct pm_buf *out)
{
    struct pm_outcome *judged = calloc(serve->count + 1, sizeof(*judged));
    size_t count = 0, i;
    int r;

    if (!judged)
        return -1;
    for (i = 0; i < serve->count; i++) {
        if (serve->outcomes[i].vector)
            judged[count++] = serve->outcomes[i];
    }
    r = pm_report_write(PM_REPORT_TEXT, "so far", judged, count, out);
    free(judged);
    return r;
}

static void handle_report(void *context, const struct fa_http_request *request,
                          struct fa_http_reply *reply)
{
    struct serve *serve = context;

    (void)request;
    raise_event(serve);
    reply->content_type = "text/plain;charset=UTF-8";
    if (write_report(serve, &reply->body) < 0)
        reply->status = 500;
}

static void answer_outcome(struct fa_http_reply *reply, const struct pm_outcome *outcome)
{
    if (outcome->passed) {
        (void)pm_buf_adds(&reply->body, "{\"status\":\"ok\",\"data\":null}");
        return;
    }
    reply->status = 403;
    (void)pm_buf_adds(&reply->body, "{\"error\":");
    (void)pm_text_add_json(&reply->body, outcome->reason, strlen(outcome->reason));
    add_member(&reply->body, "hint", outcome->hint);
    (void)pm_buf_addc(&reply->body, '}');
}

/* The first judgement of a case stands; a second request is only told its own. */
static void keep_outcome(struct serve *serve, size_t index, struct pm_outcome *outcome)
{
    if (serve->outcomes[index].vector) {
        pm_outcome_clear(outcome);
        return;
    }
    serve->outcomes[index] = *outcome;
    serve->judged++;
}

/* The case that a path names. Errors: -1 none */
static int parse_case(const struct serve *serve, const char *path, size_t *ret_index)
{
    const char *digits = path + strlen(CASE_PATH);
    unsigned long number;
    char *end;

    if (strncmp(path, CASE_PATH, strlen(CASE_PATH)) != 0 || digits[0] < '1' || digits[0] > '9')
        return -1;
    errno = 0;
    number = strtoul(digits, &end, 10);
    if (errno != 0 || *end != '/' || number > serve->count)
        return -1;
    *ret_index = number - 1;
    return 0;
}

static void handle_case(void *context, const struct fa_http_request *request,
                        struct fa_http_reply *reply)
{
    struct serve *serve = context;
    struct pm_outcome outcome;
    size_t index;

    raise_event(serve);
    reply->content_type = "application/json;charset=UTF-8";
    if (parse_case(serve, request->path, &index) < 0) {
        reply->status = 404;
        (void)pm_buf_adds(&reply->body, "{\"error\":\"no such case; see GET /next\"}");
        return;
    }
    if (pm_arrival_judge(serve->cases[index], method_of(serve->cases[index]), request, &outcome) <
        0) {
        serve->no_memory = true;
        reply->status = 500;
        return;
    }
    answer_outcome(reply, &outcome);
    keep_outcome(serve, index, &outcome);
}

/* ---- the main thread ---- */

static void *run_http(void *context)
{
    struct serve *serve = context;

    fa_http_run(serve->http);
    atomic_store(&serve->ended, true);
    raise_event(serve);
    return NULL;
}

/* Nothing is ever stored, so nothing waits for a commit. */
static int nothing_to_commit(void *context)
{
    (void)context;
    return 0;
}

static int listen_on(struct serve *serve, const struct pm_serve_options *options,
                     struct pm_error *err)
{
    struct fa_http_options http_options = {
        .address = "127.0.0.1", .port = options->port, .commit = nothing_to_commit};
    char message[256], port[16];

    if (fa_http_new(&http_options, &serve->http, message, sizeof(message)) < 0)
        return pm_error_set(err, PM_ERR_CONFIG, "%s", message);
    (void)snprintf(serve->url, sizeof(serve->url), "http://127.0.0.1:%u",
                   fa_http_port(serve->http));
    (void)snprintf(port, sizeof(port), "%u\n", fa_http_port(serve->http));
    if (fa_http_mount(serve->http, "/next", handle_next, serve) < 0 ||
        fa_http_mount(serve->http, "/report", handle_report, serve) < 0 ||
        fa_http_mount(serve->http, "", handle_case, serve) < 0)
        return pm_error_nomem(err);
    if (options->port_file && pm_fs_replace(options->port_file, port, strlen(port), 0644) < 0)
        return pm_error_set(err, PM_ERR_CONFIG, "cannot write %s: %s", options->port_file,
                            strerror(errno));
    return 0;
}

/* Until the HTTP server ends by itself, the client falls silent, or somebody stops us. */
static void wait_for_end(struct serve *serve, int signal_fd, int timeout_ms)
{
    struct pollfd fds[2] = {{.fd = serve->event_fd, .events = POLLIN},
                            {.fd = signal_fd, .events = POLLIN}};
    struct signalfd_siginfo taken; /* else it would end us once it is no longer blocked */
    uint64_t events;

    while (!atomic_load(&serve->ended)) {
        bool is_last = atomic_load(&serve->asked_all);
        int wait_ms = is_last && timeout_ms > LAST_WAIT_MS ? LAST_WAIT_MS : timeout_ms;

        if (poll(fds, 2, wait_ms) == 0)
            break;
        if (fds[1].revents && read(signal_fd, &taken, sizeof(taken)) > 0)
            break;
        (void)!read(serve->event_fd, &events, sizeof(events)); /* nothing after an interruption */
    }
    fa_http_stop(serve->http);
}

static int run_until_end(struct serve *serve, const struct pm_serve_options *options,
                         const sigset_t *signals)
{
    PM_AUTO_CLOSE int signal_fd = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
    pthread_t thread;

    if (signal_fd < 0 || pthread_create(&thread, NULL, run_http, serve) != 0)
        return -1;
    options->ready(serve->url);
    wait_for_end(serve, signal_fd, options->timeout_ms);
    (void)pthread_join(thread, NULL); /* fails only for our own mistakes */
    return 0;
}

/* SIGINT and SIGTERM end the run in an orderly way; they come as ever afterwards. */
static int run(struct serve *serve, const struct pm_serve_options *options)
{
    sigset_t signals, before;
    int r;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    if (pthread_sigmask(SIG_BLOCK, &signals, &before) != 0)
        return -1;
    r = run_until_end(serve, options, &signals);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return r;
}

static int judge_the_rest(struct serve *serve)
{
    size_t i;

    for (i = 0; i < serve->count; i++) {
        const char *reason = i < serve->next ? "no request came" : "was never asked for";

        if (!serve->outcomes[i].vector &&
            pm_judge_failure(serve->cases[i], reason, &serve->outcomes[i]) < 0)
            return -1;
    }
    return serve->no_memory ? -1 : 0;
}

static void serve_clear(struct serve *serve)
{
    size_t i;

    for (i = 0; serve->outcomes && i < serve->count; i++)
        pm_outcome_clear(&serve->outcomes[i]);
    free(serve->outcomes);
    free(serve->cases);
    fa_http_free(serve->http);
    if (serve->event_fd >= 0)
        (void)close(serve->event_fd);
}

int pm_serve(const struct pm_vectors *vectors, const struct pm_serve_options *options,
             struct pm_outcome **ret_outcomes, size_t *ret_count, struct pm_error *err)
{
    struct serve serve = {.event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    int r;

    if (serve.event_fd < 0 || choose_cases(&serve, vectors) < 0) {
        r = pm_error_nomem(err);
        goto out;
    }
    r = listen_on(&serve, options, err);
    if (r < 0)
        goto out;
    if (run(&serve, options) < 0 || judge_the_rest(&serve) < 0) {
        r = pm_error_set(err, PM_ERR_SYSTEM, "cannot serve: %s", strerror(errno));
        goto out;
    }
    *ret_outcomes = PM_TAKE(serve.outcomes);
    *ret_count = serve.count;

out:
    serve_clear(&serve);
    return r;
}
