/*
 * libfakeapi: a server in a thread of its own. All that touches its state runs on that thread;
 * other threads hand their wish over and wait (fa_server_run()).
 */
#include "server.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "app_faults.h"
#include "clock.h"
#include "control.h"
#include "dashboard.h"
#include "doctor_queue.h"
#include "expect.h"
#include "http.h"
#include "journal_stream.h"
#include "lifetime.h"
#include "tls.h"
#include "record.h"
#include "shared.h"

/* Something another thread wants to have done on the loop. */
struct wish {
    void (*run)(struct fa_server *server, void *context);
    void *context;
    bool is_done;
    struct wish *next;
};

struct fa_server {
    struct fa_app app; /* stays first: the address of one is that of the other */
    struct fa_http *http;
    struct fa_tls *tls; /* NULL: plain HTTP */
    struct fa_dashboard *dashboard;
    struct fa_control *control;
    struct fa_shared *shared;
    struct fa_metrics_page metrics;
    pthread_t thread;
    bool is_running;
    pthread_mutex_t lock; /* of the wishes */
    pthread_cond_t granted;
    struct wish *wishes;
    char url[96];
    char dashboard_url[96 + FA_LINK_PATH_SIZE];
};

/* fa_http_options.woken */
static void grant_wishes(void *context)
{
    struct fa_server *server = context; /* its first member is the app */
    struct wish *wish;

    (void)pthread_mutex_lock(&server->lock);
    for (wish = server->wishes; wish; wish = wish->next) {
        wish->run(server, wish->context);
        wish->is_done = true;
    }
    server->wishes = NULL;
    (void)pthread_cond_broadcast(&server->granted);
    (void)pthread_mutex_unlock(&server->lock);
}

void fa_server_run(struct fa_server *server, void (*run)(struct fa_server *server, void *context),
                   void *context)
{
    struct wish wish = {.run = run, .context = context};

    (void)pthread_mutex_lock(&server->lock);
    wish.next = server->wishes;
    server->wishes = &wish;
    fa_http_wake(server->http);
    while (!wish.is_done)
        (void)pthread_cond_wait(&server->granted, &server->lock);
    (void)pthread_mutex_unlock(&server->lock);
}

struct fa_app *fa_server_app(struct fa_server *server)
{
    return &server->app;
}

const struct fa_control *fa_server_control_api(const struct fa_server *server)
{
    return server->control;
}

/* Starting */

static void *run_thread(void *context)
{
    struct fa_server *server = context;

    fa_http_run(server->http);
    return NULL;
}

/* Signals are the program's: none is ever delivered to this thread. */
static int start_thread(struct fa_server *server)
{
    sigset_t all;
    sigset_t before;
    int r;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    r = pthread_create(&server->thread, NULL, run_thread, server);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    server->is_running = r == 0;
    return r == 0 ? 0 : -1;
}

static int set_checks(struct fa_app *app, const struct fa_server_options *options, char *message,
                      size_t size)
{
    struct fa_checks checks;
    const char *const *check;

    app->settings = fa_settings_new(options->profile);
    if (!app->settings) {
        snprintf(message, size, "out of memory");
        return -1;
    }
    fa_checks_init(&checks, options->profile);
    for (check = options->checks; check && *check; check++)
        if (fa_checks_set(&checks, *check, message, size) < 0)
            return -1;
    return fa_settings_set(app->settings, FA_SETTINGS_SERVER, &checks);
}

static int open_clock(struct fa_app *app, const struct fa_server_options *options, char *message,
                      size_t size)
{
    app->clock = fa_vclock_new(NULL);
    if (!app->clock) {
        snprintf(message, size, "out of memory");
        return -1;
    }
    return options->clock
               ? fa_vclock_set_text(app->clock, FA_VCLOCK_SERVER, options->clock, message, size)
               : 0;
}

static bool speaks_tls(const struct fa_server_options *options)
{
    return options->tls_auto || options->tls_cert || options->tls_key;
}

static int open_app(struct fa_app *app, const struct fa_server_options *options, char *message,
                    size_t size)
{
    app->log = options->log;
    app->logs_accepted = options->logs_accepted;
    app->log_context = options->log_context;
    if (set_checks(app, options, message, size) < 0 ||
        open_clock(app, options, message, size) < 0 ||
        fa_store_open(options->store, &app->store, message, size) < 0)
        return -1;
    app->accounts = fa_accounts_new(app->store);
    app->journal = fa_journal_new(options->journal_size, options->journal_bytes);
    app->replays = fa_replays_new(app->store);
    app->keeps_journal = options->keeps_journal;
    app->expects = app->journal ? fa_expects_new(app->journal, NULL) : NULL;
    app->streams = app->journal ? fa_journal_streams_new(app->journal) : NULL;
    app->metrics = fa_metrics_new();
    app->doctor = fa_doctor_queue_new();
    app->faults = fa_faults_new(speaks_tls(options));
    pm_buf_init(&app->noise, FA_HTTP_REPLY_MAX);
    if (app->faults && app->accounts && app->journal && app->expects && app->streams &&
        app->replays && app->metrics && app->doctor)
        return 0;
    snprintf(message, size, "cannot read the accounts from the store, or out of memory");
    return -1;
}

static void close_app(struct fa_app *app)
{
    fa_settings_free(app->settings);
    fa_doctor_queue_free(app->doctor);
    pm_buf_clear(&app->noise);
    fa_faults_free(app->faults);
    fa_metrics_free(app->metrics);
    fa_replays_free(app->replays);
    fa_journal_streams_free(app->streams);
    fa_expects_free(app->expects);
    fa_journal_free(app->journal);
    fa_accounts_free(app->accounts);
    if (app->store)
        (void)fa_store_commit(app->store); /* kept requests that nobody waits for */
    fa_store_close(app->store);
    fa_vclock_free(app->clock);
}

static int mount_all(struct fa_server *server)
{
    static const struct {
        const char *prefix;
        fa_http_handler handler;
    } mounts[] = {
        {FA_API_PATH, fa_app_handle},
        {FA_CUSTOM_PATH, fa_app_handle},
    };
    size_t i;

    for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
        if (fa_http_mount(server->http, mounts[i].prefix, mounts[i].handler, &server->app) < 0)
            return -1;
    return 0;
}

/* Can only this machine reach it? */
static bool is_loopback(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0;
}

static int set_dashboard_url(struct fa_server *server)
{
    char path[FA_LINK_PATH_SIZE];

    if (fa_links_add(&server->app.links, 0, pm_clock_mono_ms(), path) < 0)
        return -1;
    snprintf(server->dashboard_url, sizeof(server->dashboard_url), "%s%s", server->url, path);
    return 0;
}

/* fa_http_options.now_ms: a client may learn from the Date header how far its clock is off. */
static int64_t clock_ms(void *context)
{
    const struct fa_app *app = context;

    return fa_vclock_now_ms(app->clock, FA_VCLOCK_SERVER);
}

/* fa_watch_ready */
static void finish_examinations(void *queue, unsigned int readiness)
{
    (void)readiness;
    fa_doctor_queue_finish(queue);
}

static int open_tls(struct fa_server *server, const struct fa_server_options *options,
                    char *message, size_t size)
{
    const struct fa_tls_options tls = {.certificate_file = options->tls_cert,
                                       .key_file = options->tls_key,
                                       .client_ca_file = options->tls_client_ca,
                                       .address = options->listen};

    if (!options->tls_cert != !options->tls_key) {
        snprintf(message, size, "a certificate needs its key, and a key its certificate");
        return -1;
    }
    if (options->tls_client_ca && !speaks_tls(options)) {
        snprintf(message, size, "clients can show certificates under TLS only");
        return -1;
    }
    return speaks_tls(options) ? fa_tls_new(&tls, &server->tls, message, size) : 0;
}

static int open_http(struct fa_server *server, const struct fa_server_options *options,
                     char *message, size_t size)
{
    const struct fa_http_options http = {
        .address = options->listen,
        .port = options->port,
        .socket = options->socket,
        .commit = fa_app_commit,
        .fail = fa_app_fail,
        .now_ms = clock_ms,
        .sent = fa_record_sent,
        .tls = server->tls ? fa_tls_http(server->tls) : NULL,
        .welcome = fa_fault_welcome,
        .woken = grant_wishes,
        .context = &server->app,
    };

    if (fa_http_new(&http, &server->http, message, size) < 0)
        return -1;
    snprintf(server->url, sizeof(server->url), "%s://%s:%u", server->tls ? "https" : "http",
             fa_http_host(server->http), fa_http_port(server->http));
    server->app.url = server->url;
    if (mount_all(server) < 0 ||
        fa_dashboard_new(server->http, &server->app, server->tls != NULL, &server->dashboard) < 0) {
        snprintf(message, size, "cannot set up the dashboard");
        return -1;
    }
    server->app.lifetime = fa_lifetime_new(&server->app, server->http);
    if (!server->app.lifetime) {
        snprintf(message, size, "out of memory");
        return -1;
    }
    if (fa_control_new(&server->app, server->http, options->control_token,
                       is_loopback(fa_http_host(server->http)), &server->control) < 0) {
        snprintf(message, size, "cannot set up the control API");
        return -1;
    }
    fa_dashboard_set_control(server->dashboard, server->control);
    server->metrics = (struct fa_metrics_page){.app = &server->app, .control = server->control};
    if (fa_http_mount(server->http, FA_METRICS_PATH, fa_metrics_handle, &server->metrics) < 0) {
        snprintf(message, size, "cannot set up the metrics");
        return -1;
    }
    if (!fa_http_watch(server->http, fa_doctor_queue_fd(server->app.doctor), finish_examinations,
                       server->app.doctor)) {
        snprintf(message, size, "cannot set up the doctor");
        return -1;
    }
    if (fa_shared_new(&server->app, server->http, &server->shared) < 0) {
        snprintf(message, size, "out of memory");
        return -1;
    }
    if (set_dashboard_url(server) < 0) {
        snprintf(message, size, "there are no random bytes");
        return -1;
    }
    return 0;
}

static int read_accounts(struct fa_app *app, const char *path, char *message, size_t size)
{
    if (!path)
        return 0;
    if (fa_accounts_read_file(app->accounts, path, message, size) < 0)
        return -1;
    if (fa_app_commit(app) == 0)
        return 0;
    snprintf(message, size, "the store failed: %s", fa_store_message(app->store));
    return -1;
}

int fa_server_start(const struct fa_server_options *options, struct fa_server **ret_server,
                    char *message, size_t size)
{
    struct fa_server *server = calloc(1, sizeof(*server));

    if (!server) {
        snprintf(message, size, "out of memory");
        return -1;
    }
    (void)pthread_mutex_init(&server->lock, NULL); /* cannot fail for default attributes */
    (void)pthread_cond_init(&server->granted, NULL);
    if (open_app(&server->app, options, message, size) < 0 ||
        read_accounts(&server->app, options->accounts, message, size) < 0 ||
        open_tls(server, options, message, size) < 0 ||
        open_http(server, options, message, size) < 0)
        goto fail;
    if (start_thread(server) < 0) {
        snprintf(message, size, "cannot start a thread");
        goto fail;
    }
    *ret_server = server;
    return 0;

fail:
    fa_server_stop(server);
    return -1;
}

void fa_server_stop(struct fa_server *server)
{
    if (!server)
        return;
    if (server->is_running) {
        fa_http_stop(server->http);
        (void)pthread_join(server->thread, NULL);
    }
    fa_shared_free(server->shared);
    fa_http_free(server->http); /* its streams tell the dashboard when they end */
    fa_control_free(server->control);
    fa_lifetime_free(server->app.lifetime);
    fa_dashboard_free(server->dashboard);
    fa_tls_free(server->tls);
    close_app(&server->app);
    (void)pthread_cond_destroy(&server->granted);
    (void)pthread_mutex_destroy(&server->lock);
    free(server);
}

const char *fa_server_url(const struct fa_server *server)
{
    return server->url;
}

const char *fa_server_dashboard_url(const struct fa_server *server)
{
    return server->dashboard_url;
}

const char *fa_server_control_token(const struct fa_server *server)
{
    return fa_control_token(server->control);
}

unsigned int fa_server_port(const struct fa_server *server)
{
    return fa_http_port(server->http);
}

const char *fa_server_authority(const struct fa_server *server)
{
    return server->tls ? fa_tls_authority(server->tls) : NULL;
}

static void do_nothing(struct fa_server *server, void *context)
{
    (void)server;
    (void)context;
}

void fa_server_turn(struct fa_server *server)
{
    fa_server_run(server, do_nothing, NULL);
}
