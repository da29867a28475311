/* libfakeapi: what must, may and must not arrive, and waiting for it. */
#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "expect.h"
#include "json.h"
#include "match.h"
#include "reply.h"
#include "server.h"

#define REPORT_MAX (1024 * 1024)

struct expect_wish {
    const char *apikey;
    const char *json;
    bool nothing_else;
    struct pm_buf report;
    enum fa_answer answer;
    char *message;
    size_t size;
    int r;
};

/* The account's id. Errors: -1 with a message */
static int64_t id_of(struct fa_server *server, const char *apikey, char *message, size_t size)
{
    const struct fa_principal *account = fa_accounts_find(fa_server_app(server)->accounts, apikey);

    if (account)
        return account->account.id;
    (void)snprintf(message, size, "there is no account \"%.64s\"", apikey);
    return -1;
}

/* Declaring */

static void declare(struct fa_server *server, void *context)
{
    struct expect_wish *wish = context;
    int64_t id = id_of(server, wish->apikey, wish->message, wish->size);
    cJSON *json = fa_json_has_nul(wish->json, strlen(wish->json)) ? NULL : cJSON_Parse(wish->json);

    wish->r = -1;
    if (!json)
        (void)snprintf(wish->message, wish->size, "what is expected must be JSON, without \\u0000");
    else if (id >= 0)
        wish->r = fa_expects_declare(fa_server_app(server)->expects, id, json, false, NULL,
                                     wish->message, wish->size);
    cJSON_Delete(json);
}

int fa_server_expect(struct fa_server *server, const char *apikey, const char *json, char *message,
                     size_t size)
{
    struct expect_wish wish = {.apikey = apikey, .json = json, .message = message, .size = size};

    fa_server_run(server, declare, &wish);
    return wish.r;
}

/* Asking */

/* The members of a report are written for machines: here they go nowhere, only the text counts. */
static struct fa_writer *begin_report(struct pm_buf *json)
{
    struct fa_writer *out;

    pm_buf_init(json, REPORT_MAX);
    out = fa_writer_new(json, false);
    if (out)
        fa_write_object(out, "");
    return out;
}

static void end_report(struct fa_writer *out, struct pm_buf *json)
{
    (void)fa_writer_finish(out);
    pm_buf_clear(json);
}

static void verify(struct fa_server *server, void *context)
{
    struct expect_wish *wish = context;
    char message[128];
    int64_t id = id_of(server, wish->apikey, message, sizeof(message));
    struct pm_buf json;
    struct fa_writer *out = begin_report(&json);

    if (out && id >= 0)
        wish->answer = fa_expects_verify(fa_server_app(server)->expects, id, NULL,
                                         wish->nothing_else, out, &wish->report);
    else
        (void)pm_buf_adds(&wish->report, id < 0 ? message : "out of memory");
    if (out)
        end_report(out, &json);
}

/* Hand the text over to the caller, or drop it. */
static void give(struct pm_buf *report, char **ret_report)
{
    if (ret_report)
        *ret_report = report->len > 0 ? pm_buf_take(report) : strdup("");
    pm_buf_clear(report);
}

enum fa_answer fa_server_verify(struct fa_server *server, const char *apikey, bool nothing_else,
                                char **ret_report)
{
    struct expect_wish wish = {
        .apikey = apikey, .nothing_else = nothing_else, .answer = FA_ANSWER_UNKNOWN};

    pm_buf_init(&wish.report, REPORT_MAX);
    fa_server_run(server, verify, &wish);
    give(&wish.report, ret_report);
    return wish.answer;
}

/* Waiting: the loop counts, the caller sleeps until it has counted enough. */

struct waiter {
    const char *apikey;
    struct fa_match *match;
    int64_t at_least;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool is_done;
    struct fa_wait *wait;
    enum fa_answer answer;
    struct pm_buf report;
};

/* fa_wait_start(); on the loop */
static void wake(void *context, struct fa_wait *wait)
{
    struct waiter *waiter = context;

    (void)wait;
    (void)pthread_mutex_lock(&waiter->lock);
    waiter->is_done = true;
    (void)pthread_cond_signal(&waiter->moved);
    (void)pthread_mutex_unlock(&waiter->lock);
}

static void start_wait(struct fa_server *server, void *context)
{
    struct waiter *waiter = context;
    char message[128];
    int64_t id = id_of(server, waiter->apikey, message, sizeof(message));

    if (id < 0) {
        (void)pm_buf_adds(&waiter->report, message);
        fa_match_free(waiter->match);
        return;
    }
    waiter->wait = fa_wait_start(fa_server_app(server)->expects, id, waiter->match,
                                 waiter->at_least, -1, wake, waiter);
    if (!waiter->wait)
        (void)pm_buf_adds(&waiter->report, "out of memory");
}

static void end_wait(struct fa_server *server, void *context)
{
    struct waiter *waiter = context;
    struct pm_buf json;
    struct fa_writer *out = begin_report(&json);

    (void)server;
    waiter->answer = fa_wait_answer(waiter->wait);
    if (out) {
        fa_wait_report(waiter->wait, out, &waiter->report);
        end_report(out, &json);
    }
    fa_wait_end(waiter->wait);
}

static void sleep_until_done(struct waiter *waiter, int64_t within_ms)
{
    struct timespec end;
    int r = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &end); /* cannot fail for this clock */
    end.tv_sec += within_ms / 1000;
    end.tv_nsec += within_ms % 1000 * 1000000;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&waiter->lock);
    while (!waiter->is_done && r == 0)
        r = pthread_cond_timedwait(&waiter->moved, &waiter->lock, &end);
    (void)pthread_mutex_unlock(&waiter->lock);
}

static void init_waiter(struct waiter *waiter)
{
    pthread_condattr_t attributes;

    (void)pthread_condattr_init(&attributes); /* these cannot fail on Linux */
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&waiter->moved, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_mutex_init(&waiter->lock, NULL);
    pm_buf_init(&waiter->report, REPORT_MAX);
}

enum fa_answer fa_server_wait(struct fa_server *server, const char *apikey, const char *matcher,
                              int64_t at_least, int64_t within_ms, char **ret_report)
{
    struct waiter waiter = {.apikey = apikey, .at_least = at_least, .answer = FA_ANSWER_UNKNOWN};
    char message[600];

    init_waiter(&waiter);
    if (fa_match_parse(matcher, strlen(matcher), &waiter.match, message, sizeof(message)) < 0)
        (void)pm_buf_adds(&waiter.report, message);
    else
        fa_server_run(server, start_wait, &waiter);
    if (waiter.wait) {
        sleep_until_done(&waiter, within_ms);
        fa_server_run(server, end_wait, &waiter);
    }
    give(&waiter.report, ret_report);
    (void)pthread_cond_destroy(&waiter.moved);
    (void)pthread_mutex_destroy(&waiter.lock);
    return waiter.answer;
}
