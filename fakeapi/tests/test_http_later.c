/* What comes later on the loop: deferred replies, timers, and descriptors of others. */
#include "suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "http.h"
#include "peer.h"

#define DELAY_MS 30

/* A server whose handler does what the path says. */
static struct {
    struct fa_http *http;
    pthread_t thread;
    struct fa_http_deferred *deferred;
    struct fa_watch *watch;
    struct fa_timer *never;
    int pipe[2];
    int commits;
    int commits_to_fail;
    atomic_int gone;
    int64_t asked_ms;
    int64_t answered_ms;
} site;

static struct peer_reply reply;

static int commit(void *context)
{
    (void)context;
    site.commits++;
    return site.commits_to_fail-- > 0 ? -1 : 0;
}

static void refuse(void *context, const struct fa_http_request *request,
                   struct fa_http_reply *answer)
{
    (void)context;
    (void)request;
    (void)pm_buf_adds(&answer->body, "failed");
}

static void answer_with(const char *text, bool after_commit)
{
    struct fa_http_reply later;

    fa_http_reply_init(&later);
    later.status = 201;
    later.after_commit = after_commit;
    (void)pm_buf_adds(&later.body, text);
    fa_http_answer(site.deferred, &later);
    ck_assert_uint_eq(later.body.len, 0);
    site.deferred = NULL;
}

static void answer_plainly(void *context)
{
    (void)context;
    site.answered_ms = pm_clock_mono_ms();
    answer_with("later", false);
}

static void answer_after_commit(void *context)
{
    (void)context;
    answer_with("later", true);
}

static void note_gone(void *context)
{
    (void)context;
    site.gone++;
    site.deferred = NULL;
}

static void note_readable(void *context, unsigned int readiness)
{
    char byte;

    (void)context;
    ck_assert_uint_eq(readiness & FA_LOOP_READ, FA_LOOP_READ);
    ck_assert_int_eq(read(site.pipe[0], &byte, 1), 1);
    fa_http_unwatch(site.http, site.watch);
    answer_with("read", false);
}

static void handle(void *context, const struct fa_http_request *request,
                   struct fa_http_reply *answer)
{
    const char *path = request->path;

    (void)context;
    if (strcmp(path, "/now") == 0)
        return;
    site.asked_ms = pm_clock_mono_ms();
    site.deferred =
        fa_http_defer(request, answer, strcmp(path, "/poll") == 0 ? note_gone : NULL, NULL);
    ck_assert_ptr_nonnull(site.deferred);
    (void)pm_buf_adds(&answer->body, "not this");
    answer->after_commit = strcmp(path, "/write") == 0;
    if (strcmp(path, "/later") == 0 || strcmp(path, "/write") == 0)
        (void)fa_http_timer_start(site.http, DELAY_MS, answer_plainly, NULL);
    else if (strcmp(path, "/later-write") == 0)
        (void)fa_http_timer_start(site.http, DELAY_MS, answer_after_commit, NULL);
    else if (strcmp(path, "/watch") == 0)
        site.watch = fa_http_watch(site.http, site.pipe[0], note_readable, NULL);
    else if (strcmp(path, "/at-once") == 0)
        answer_with("at once", false);
    else if (strcmp(path, "/cancel") == 0) {
        site.never = fa_http_timer_start(site.http, DELAY_MS / 2, answer_plainly, NULL);
        (void)fa_http_timer_start(site.http, DELAY_MS, answer_after_commit, NULL);
        fa_http_timer_cancel(site.http, site.never);
    }
}

static void *run(void *context)
{
    (void)context;
    fa_http_run(site.http);
    return NULL;
}

static void start(void)
{
    const struct fa_http_options options = {
        .address = "127.0.0.1", .commit = commit, .fail = refuse};
    char message[256];

    ck_assert_int_eq(fa_http_new(&options, &site.http, message, sizeof(message)), 0);
    ck_assert_int_eq(fa_http_mount(site.http, "", handle, NULL), 0);
    ck_assert_int_eq(pipe(site.pipe), 0);
    ck_assert_int_eq(pthread_create(&site.thread, NULL, run, NULL), 0);
}

static void stop(void)
{
    fa_http_stop(site.http);
    ck_assert_int_eq(pthread_join(site.thread, NULL), 0);
    fa_http_free(site.http);
    (void)close(site.pipe[0]);
    (void)close(site.pipe[1]);
}

static int ask(const char *path)
{
    int fd = peer_connect(fa_http_port(site.http));

    peer_send(fd, "GET ", 4);
    peer_send(fd, path, strlen(path));
    peer_send(fd, " HTTP/1.1\r\nHost: h\r\n\r\n", 22);
    return fd;
}

static void expect(int fd, int status, const char *body)
{
    peer_read(fd, &reply);
    ck_assert_int_eq(reply.status, status);
    ck_assert_str_eq(reply.body, body);
}

START_TEST(test_a_timer_answers_later_and_others_do_not_wait)
{
    int fd;

    start();
    fd = ask("/later");
    peer_get(fa_http_port(site.http), "/now", &reply);
    ck_assert_int_eq(reply.status, 200);
    expect(fd, 201, "later");
    stop();
    ck_assert_int_ge(site.answered_ms - site.asked_ms, DELAY_MS);
    (void)close(fd);
}
END_TEST

START_TEST(test_the_connection_goes_on_after_a_later_answer)
{
    static const char more[] = "GET /now HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    char bytes[1024] = "";
    size_t len = 0;
    ssize_t got;
    int fd;

    start();
    fd = ask("/later");
    peer_send(fd, more, strlen(more)); /* while the first is still open */
    while ((got = recv(fd, bytes + len, sizeof(bytes) - 1 - len, 0)) > 0)
        len += (size_t)got;
    ck_assert_ptr_nonnull(strstr(bytes, "\r\n\r\nlaterHTTP/1.1 200 OK\r\n"));
    stop();
    (void)close(fd);
}
END_TEST

START_TEST(test_a_handler_may_answer_at_once_what_it_deferred)
{
    int fd;

    start();
    fd = ask("/at-once");
    expect(fd, 201, "at once");
    stop();
    (void)close(fd);
}
END_TEST

START_TEST(test_a_cancelled_timer_does_not_answer)
{
    int fd;

    start();
    fd = ask("/cancel");
    expect(fd, 201, "later");
    stop();
    ck_assert_int_eq(site.answered_ms, 0);
    ck_assert_int_eq(site.commits, 1);
    (void)close(fd);
}
END_TEST

START_TEST(test_a_client_that_hangs_up_is_told_to_who_would_answer)
{
    int64_t end_ms = pm_clock_mono_ms() + 10000;
    int fd;

    start();
    fd = ask("/poll");
    (void)close(fd);
    do
        peer_get(fa_http_port(site.http), "/now", &reply);
    while (site.gone == 0 && pm_clock_mono_ms() < end_ms);
    stop();
    ck_assert_int_eq(site.gone, 1);
}
END_TEST

START_TEST(test_a_client_that_only_stops_sending_gets_its_answer)
{
    int fd;

    start();
    fd = ask("/later");
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    expect(fd, 201, "later");
    stop();
    (void)close(fd);
}
END_TEST

START_TEST(test_stopping_lets_go_of_those_who_wait)
{
    int polling;
    int waiting;

    start();
    polling = ask("/poll");
    waiting = ask("/none");
    peer_get(fa_http_port(site.http), "/now", &reply); /* the others were taken before */
    stop();
    ck_assert_int_eq(site.gone, 1);
    ck_assert(peer_is_closed(polling));
    ck_assert(peer_is_closed(waiting));
    (void)close(polling);
    (void)close(waiting);
}
END_TEST

START_TEST(test_what_the_handler_wrote_is_committed_before_the_later_answer)
{
    int fd;

    start();
    fd = ask("/write");
    expect(fd, 201, "later");
    ck_assert_int_eq(site.commits, 1);
    stop();
    (void)close(fd);
}
END_TEST

START_TEST(test_a_failed_commit_of_the_handler_replaces_the_later_answer)
{
    int fd;

    site.commits_to_fail = 1;
    start();
    fd = ask("/write");
    expect(fd, 500, "failed");
    stop();
    (void)close(fd);
}
END_TEST

START_TEST(test_what_the_later_answer_wrote_is_committed_before_it_leaves)
{
    int fd;

    site.commits_to_fail = 1;
    start();
    fd = ask("/later-write");
    expect(fd, 500, "failed");
    (void)close(fd);
    fd = ask("/later-write");
    expect(fd, 201, "later");
    stop();
    ck_assert_int_eq(site.commits, 2);
    (void)close(fd);
}
END_TEST

START_TEST(test_a_watched_descriptor_wakes_the_loop)
{
    int fd;

    start();
    fd = ask("/watch");
    peer_get(fa_http_port(site.http), "/now", &reply); /* the other was taken before */
    ck_assert_int_eq(write(site.pipe[1], "x", 1), 1);
    expect(fd, 201, "read");
    stop();
    (void)close(fd);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_a_timer_answers_later_and_others_do_not_wait),
    TEST(test_the_connection_goes_on_after_a_later_answer),
    TEST(test_a_handler_may_answer_at_once_what_it_deferred),
    TEST(test_a_cancelled_timer_does_not_answer),
    TEST(test_a_client_that_hangs_up_is_told_to_who_would_answer),
    TEST(test_a_client_that_only_stops_sending_gets_its_answer),
    TEST(test_stopping_lets_go_of_those_who_wait),
    TEST(test_what_the_handler_wrote_is_committed_before_the_later_answer),
    TEST(test_a_failed_commit_of_the_handler_replaces_the_later_answer),
    TEST(test_what_the_later_answer_wrote_is_committed_before_it_leaves),
    TEST(test_a_watched_descriptor_wakes_the_loop),
};

TEST_MAIN("http_later", cases)
