/* A server with nothing but the dashboard; see dashboard_site.h. */
#include "dashboard_site.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "buf.h"
#include "cleanup.h"
#include "clock.h"
#include "stores.h"

struct site site;

/* ---- the server ---- */

static int commit(void *context)
{
    (void)context;
    return fa_store_commit(site.store);
}

static void refuse(void *context, const struct fa_http_request *request,
                   struct fa_http_reply *reply)
{
    (void)context;
    (void)request;
    (void)pm_buf_adds(&reply->body, "refused by the server");
}

static void woken(void *context)
{
    (void)context;
    if (site.job)
        site.job(&site);
    site.job = NULL;
    (void)sem_post(&site.done);
}

static void *serve(void *http)
{
    fa_http_run(http);
    return NULL;
}

void run_there(void (*job)(struct site *site))
{
    site.job = job;
    fa_http_wake(site.http);
    ck_assert_int_eq(sem_wait(&site.done), 0);
}

void open_site(void (*fill)(struct site *site))
{
    const struct fa_http_options options = {
        .address = "127.0.0.1", .commit = commit, .fail = refuse, .woken = woken};
    char message[200] = "";

    memset(&site, 0, sizeof(site));
    ck_assert_int_eq(sem_init(&site.done, 0, 0), 0);
    ck_assert_int_eq(fa_store_open(stores_new(), &site.store, message, sizeof(message)), 0);
    ck_assert_int_eq(fa_http_new(&options, &site.http, message, sizeof(message)), 0);
    site.journal = fa_journal_new(500, 0);
    ck_assert_ptr_nonnull(site.journal);
    site.app.store = site.store;
    site.app.journal = site.journal;
    site.app.accounts = fa_accounts_new(site.store);
    site.app.clock = fa_vclock_new(NULL);
    ck_assert_ptr_nonnull(site.app.accounts);
    ck_assert_ptr_nonnull(site.app.clock);
    ck_assert_int_eq(fa_dashboard_new(site.http, &site.app, false, &site.dashboard), 0);
    if (fill)
        fill(&site);
    ck_assert_int_eq(fa_store_commit(site.store), 0);
    ck_assert_int_eq(pthread_create(&site.thread, NULL, serve, site.http), 0);
}

void close_site(void)
{
    fa_http_stop(site.http);
    ck_assert_int_eq(pthread_join(site.thread, NULL), 0);
    fa_http_free(site.http);
    fa_dashboard_free(site.dashboard);
    fa_vclock_free(site.app.clock);
    fa_accounts_free(site.app.accounts);
    fa_journal_free(site.journal);
    fa_store_close(site.store);
    (void)sem_destroy(&site.done);
}

/* ---- what is in the store ---- */

int64_t add_account_of(const char *apikey, const char *name, const char *user)
{
    const struct fa_account_spec spec = {
        .apikey = apikey,
        .secretkey = "SECRETSECRET",
        .name = name,
        .user = user,
        .password = user ? PASSWORD : NULL,
    };
    char message[200];

    ck_assert_msg(fa_accounts_put(site.app.accounts, &spec, message, sizeof(message)) == 0, "%s",
                  message);
    return fa_accounts_find(site.app.accounts, apikey)->account.id;
}

int64_t add_account(const char *apikey, const char *name)
{
    return add_account_of(apikey, name, NULL);
}

int64_t add_monitor(int64_t account_id, const char *name)
{
    static const struct {
        const char *name, *label, *uom;
        int data_type;
    } params[] = {{"user", "User", "", 3}, {"time", "Duration", "ms", 2}};
    const struct fa_monitor monitor = {
        .account_id = account_id,
        .name = name,
        .tag = "loginMonitor",
        .type = "custom",
        .agent_name = "",
        .plugin_id = "",
        .order_id = "",
        .gui_style = "",
    };
    int64_t id;
    size_t i;

    ck_assert_int_eq(fa_store_monitor_add(site.store, &monitor, &id), 0);
    for (i = 0; i < PM_ARRAY_LEN(params); i++) {
        const struct fa_monitor_param param = {
            .kind = FA_PARAM_RESULT,
            .data_type = params[i].data_type,
            .name = params[i].name,
            .display_name = params[i].label,
            .uom = params[i].uom,
            .value = "",
            .groups = "",
            .aggregate = "",
        };

        ck_assert_int_eq(fa_store_param_set(site.store, id, &param), 0);
    }
    return id;
}

void add_row(int64_t monitor_id, int64_t checktime_ms, int64_t number, const char *user)
{
    const struct fa_value values[] = {{"user", user}, {"time", "17"}};

    ck_assert_int_eq(fa_store_row_merge(site.store, monitor_id, checktime_ms, number, values, 2),
                     0);
}

/* ---- the browser ---- */

int connect_there(void)
{
    const struct timeval patience = {.tv_sec = 20};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    address.sin_port = htons((uint16_t)fa_http_port(site.http));
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

void send_request(int fd, const char *method, const char *path, const char *more)
{
    PM_AUTO_FREE char *text = NULL;
    int len = asprintf(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s%s%s%s", method, path,
                       site.cookie[0] ? "Cookie: other=1; " : "", site.cookie,
                       site.cookie[0] ? "\r\n" : "", more);

    ck_assert_int_gt(len, 0);
    ck_assert_int_eq(send(fd, text, (size_t)len, MSG_NOSIGNAL), len);
}

struct answer request_with_body(const char *method, const char *path, const char *more)
{
    PM_AUTO_CLOSE int fd = connect_there();
    struct answer answer;
    struct pm_buf all;
    char chunk[4096], fields[1200];
    ssize_t len;

    (void)snprintf(fields, sizeof(fields), "Connection: close\r\n%s", more);
    send_request(fd, method, path, fields);
    pm_buf_init(&all, 10 << 20);
    while ((len = recv(fd, chunk, sizeof(chunk), 0)) > 0)
        ck_assert_int_eq(pm_buf_add(&all, chunk, (size_t)len), 0);
    ck_assert_int_eq(len, 0);
    answer.text = answer.head = pm_buf_take(&all);
    answer.body = strstr(answer.head, "\r\n\r\n");
    ck_assert_ptr_nonnull(answer.body);
    answer.body[2] = '\0';
    answer.body += 4;
    ck_assert_int_eq(sscanf(answer.head, "HTTP/1.1 %d", &answer.status), 1);
    return answer;
}

struct answer request(const char *method, const char *path, const char *more)
{
    char fields[600];

    (void)snprintf(fields, sizeof(fields), "%s\r\n", more);
    return request_with_body(method, path, fields);
}

struct answer get(const char *path)
{
    return request("GET", path, "");
}

char *field_of(const struct answer *answer, const char *name)
{
    char wanted[100];
    const char *at;

    (void)snprintf(wanted, sizeof(wanted), "\r\n%s: ", name);
    at = strcasestr(answer->head, wanted);
    if (!at)
        return strdup("");
    at += strlen(wanted);
    return strndup(at, strcspn(at, "\r"));
}

void check_status(const char *path, int status)
{
    struct answer answer = get(path);

    ck_assert_msg(answer.status == status, "%s: %d, not %d", path, answer.status, status);
    free(answer.text);
}

void check_page(const char *path, const char *wanted, const char *unwanted)
{
    struct answer answer = get(path);

    ck_assert_msg(answer.status == 200, "%s: %d", path, answer.status);
    if (wanted)
        ck_assert_msg(strstr(answer.body, wanted), "'%s' is not in %s", wanted, path);
    if (unwanted)
        ck_assert_msg(!strstr(answer.body, unwanted), "'%s' is in %s", unwanted, path);
    free(answer.text);
}

void sign_in(void)
{
    char path[FA_LINK_PATH_SIZE];
    struct answer answer;
    char *cookie;

    ck_assert_int_eq(fa_links_add(&site.app.links, 0, pm_clock_mono_ms(), path), 0);
    answer = get(path);
    ck_assert_int_eq(answer.status, 303);
    cookie = field_of(&answer, "Set-Cookie");
    (void)snprintf(site.cookie, sizeof(site.cookie), "%.*s", (int)strcspn(cookie, ";"), cookie);
    free(cookie);
    free(answer.text);
}
