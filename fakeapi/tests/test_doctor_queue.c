/* Patient examinations: off the loop, so that nobody waits for another's mistake. */
#include "suite.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "doctor_queue.h"
#include "exposition.h"
#include "site.h"

#define BYTES(text)                           \
    {                                         \
        .at = (text), .len = sizeof(text) - 1 \
    }
#define NOBODYS_CHECKSUM "AAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* The queue */

static const struct fa_doctor_param params[] = {
    {.name = BYTES("action"), .value = BYTES("addResult")},
    {.name = BYTES("apikey"), .value = BYTES(SITE_KEY)},
    {.name = BYTES("results"), .value = BYTES("user_login:alice b;host:[::1]")},
    {.name = BYTES("timestamp"), .value = BYTES("2026-01-31 12:00:00")},
};

static const struct fa_doctor_case unexplained = {
    .params = params,
    .count = sizeof(params) / sizeof(params[0]),
    .secret = BYTES(SITE_SECRET),
    .apikey = BYTES(SITE_KEY),
    .checksum = BYTES(NOBODYS_CHECKSUM),
};

struct outcome {
    int calls;
    bool has_diagnosis;
    enum fa_diagnosis_verdict verdict;
    size_t tried;
};

static void note(void *context, const struct fa_diagnosis *diagnosis)
{
    struct outcome *outcome = context;

    outcome->calls++;
    outcome->has_diagnosis = diagnosis != NULL;
    if (diagnosis) {
        outcome->verdict = diagnosis->verdict;
        outcome->tried = diagnosis->tried;
    }
}

static void finish_one(struct fa_doctor_queue *queue, const struct outcome *outcome)
{
    struct pollfd ready = {.fd = fa_doctor_queue_fd(queue), .events = POLLIN};

    while (outcome->calls == 0) {
        ck_assert_int_eq(poll(&ready, 1, 30000), 1);
        fa_doctor_queue_finish(queue);
    }
}

/* fa_doctor_case.must_stop: of who has no time at all */
static bool is_hurried(void *context)
{
    (void)context;
    return true;
}

START_TEST(test_queue_examines_more_patiently_than_who_is_hurried)
{
    struct fa_doctor_queue *queue = fa_doctor_queue_new();
    struct fa_doctor_case hurried = unexplained;
    struct fa_diagnosis shortly = {0};
    struct outcome outcome = {0};

    hurried.must_stop = is_hurried;
    ck_assert_int_eq(fa_doctor_examine(&hurried, &shortly), 0);
    ck_assert(shortly.exhausted);
    ck_assert_int_eq(fa_doctor_queue_add(queue, &unexplained, note, &outcome), 0);
    finish_one(queue, &outcome);
    ck_assert(outcome.has_diagnosis);
    ck_assert_int_ne(outcome.verdict, FA_DIAGNOSIS_EXPLAINED);
    ck_assert_uint_gt(outcome.tried, shortly.tried);
    ck_assert_uint_eq(fa_doctor_queue_count(queue), 0);
    fa_diagnosis_clear(&shortly);
    fa_doctor_queue_free(queue);
}
END_TEST

START_TEST(test_queue_keeps_nothing_of_the_callers)
{
    struct fa_doctor_queue *queue = fa_doctor_queue_new();
    char *name = strdup("action");
    char *secret = strdup("a key");
    struct fa_doctor_param param = {.name = {name, 6}, .value = BYTES("x")};
    struct fa_doctor_case request = {.params = &param,
                                     .count = 1,
                                     .secret = {secret, 5},
                                     .apikey = BYTES("k"),
                                     .checksum = BYTES("")};
    char checksum[32];
    struct outcome outcome = {0};

    peer_checksum("a key", 5, "actionx", 7, checksum);
    request.checksum = (struct fa_bytes){.at = checksum, .len = strlen(checksum)};
    ck_assert_int_eq(fa_doctor_queue_add(queue, &request, note, &outcome), 0);
    memset(name, '#', 6);
    memset(secret, '#', 5);
    memset(checksum, '#', sizeof(checksum));
    param.name.len = 0;
    free(name);
    free(secret);
    finish_one(queue, &outcome);
    ck_assert_int_eq(outcome.verdict, FA_DIAGNOSIS_RIGHT);
    fa_doctor_queue_free(queue);
}
END_TEST

START_TEST(test_queue_takes_so_many_and_no_more)
{
    struct fa_doctor_queue *queue = fa_doctor_queue_new();
    struct outcome outcomes[FA_DOCTOR_QUEUE_MAX + 1] = {0};
    size_t i;

    for (i = 0; i < FA_DOCTOR_QUEUE_MAX; i++)
        ck_assert_int_eq(fa_doctor_queue_add(queue, &unexplained, note, &outcomes[i]), 0);
    ck_assert_int_eq(fa_doctor_queue_add(queue, &unexplained, note, &outcomes[i]), -1);
    finish_one(queue, &outcomes[0]);
    ck_assert_int_eq(fa_doctor_queue_add(queue, &unexplained, note, &outcomes[i]), 0);
    fa_doctor_queue_free(queue); /* with all that is left in it */
    for (i = 0; i <= FA_DOCTOR_QUEUE_MAX; i++)
        ck_assert_int_eq(outcomes[i].calls, 1);
    ck_assert(!outcomes[FA_DOCTOR_QUEUE_MAX].has_diagnosis);
}
END_TEST

/* The server */

static void start(void)
{
    site_start(FA_PROFILE_STRICT, NULL);
}

/* A signed POST whose checksum nobody can explain; the caller frees it. */
static char *unexplained_request(size_t *ret_len)
{
    struct peer_form form = site_form("addResult");
    char *body;
    char *request;

    peer_form_add(&form, "monitorId", "1");
    peer_form_add(&form, "results", "user_login:alice b;host:[::1]");
    peer_form_sign(&form, SITE_SECRET);
    peer_form_set(&form, "checksum", NOBODYS_CHECKSUM);
    body = peer_form_encode(&form);
    *ret_len = (size_t)asprintf(&request,
                                "POST /customMonitorApi HTTP/1.1\r\nHost: h\r\n"
                                "Content-Length: %zu\r\n\r\n%s",
                                strlen(body), body);
    free(body);
    return request;
}

static int send_unexplained(void)
{
    int fd = peer_connect(fa_server_port(site));
    size_t len;
    char *request = unexplained_request(&len);

    peer_send(fd, request, len);
    free(request);
    return fd;
}

static void expect_refusal(int fd)
{
    peer_read(fd, &site_reply);
    ck_assert_int_eq(site_reply.status, 403);
    ck_assert_ptr_nonnull(strstr(site_reply.bytes, "X-Fakeapi-Diagnosis: "));
    (void)close(fd);
}

static double figure(const char *sample)
{
    site_get_target("/metrics");
    exposition_check(site_reply.body);
    return exposition_value(site_reply.body, sample);
}

static size_t refusals(void)
{
    return fa_server_journal_count(site, NULL, FA_VERDICT_REFUSED);
}

START_TEST(test_others_are_answered_while_checksums_are_examined)
{
    int fds[FA_DOCTOR_QUEUE_MAX];
    size_t i;

    start();
    for (i = 0; i < FA_DOCTOR_QUEUE_MAX; i++)
        fds[i] = send_unexplained();
    for (i = 0; i < 20; i++) {
        site_get("action=getMonitors");
        ck_assert_int_eq(site_reply.status, 200);
    }
    ck_assert_uint_eq(fa_server_journal_count(site, "getMonitors", FA_VERDICT_ACCEPTED), 20);
    ck_assert_uint_lt(refusals(), FA_DOCTOR_QUEUE_MAX); /* some are not done yet */
    for (i = 0; i < FA_DOCTOR_QUEUE_MAX; i++)
        expect_refusal(fds[i]);
    ck_assert_uint_eq(refusals(), FA_DOCTOR_QUEUE_MAX);
    site_expect_reason("the checksum does not match: ");
    ck_assert_double_eq(
        figure("paidmonitor_fakeapi_doctor_examinations_total{search=\"patiently\"}"),
        FA_DOCTOR_QUEUE_MAX);
    ck_assert_double_eq(figure("paidmonitor_fakeapi_doctor_waiting"), 0);
    site_stop();
}
END_TEST

START_TEST(test_a_flood_of_wrong_checksums_is_answered_all_the_same)
{
    enum { FLOOD = 3 * FA_DOCTOR_QUEUE_MAX };
    int fds[FLOOD];
    double patiently, refused;
    size_t i;

    start();
    for (i = 0; i < FLOOD; i++)
        fds[i] = send_unexplained();
    for (i = 0; i < FLOOD; i++)
        expect_refusal(fds[i]);
    ck_assert_uint_eq(refusals(), FLOOD);
    patiently = figure("paidmonitor_fakeapi_doctor_examinations_total{search=\"patiently\"}");
    refused = figure("paidmonitor_fakeapi_doctor_examinations_total{search=\"refused\"}");
    ck_assert_double_ge(patiently, FA_DOCTOR_QUEUE_MAX);
    ck_assert_double_gt(refused, 0);
    ck_assert_double_eq(patiently + refused, FLOOD);
    site_stop();
}
END_TEST

static void read_to_the_end(int fd, char *bytes, size_t size)
{
    size_t len = 0;
    ssize_t part;

    while ((part = read(fd, bytes + len, size - 1 - len)) > 0)
        len += (size_t)part;
    bytes[len] = '\0';
}

START_TEST(test_a_request_that_is_examined_counts_once_for_a_fault)
{
    static const char rule[] = "{\"id\":\"f\",\"match\":{\"action\":\"addResult\"},"
                               "\"occurrence\":2,\"effect\":{\"status\":503}}";
    char message[256];
    int fd;

    start();
    ck_assert_msg(fa_server_fault(site, rule, message, sizeof(message)) == 0, "%s", message);
    expect_refusal(send_unexplained());
    ck_assert_int_eq(fa_server_fault_applied(site, "f"), 0);
    fd = send_unexplained();
    peer_read(fd, &site_reply);
    ck_assert_int_eq(site_reply.status, 503);
    (void)close(fd);
    site_stop();
}
END_TEST

START_TEST(test_replies_of_a_connection_keep_their_order)
{
    static const char next[] = "GET /customMonitorApi?action=getMonitors&apikey=" SITE_KEY
                               " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    char replies[4096];
    size_t len;
    char *request;
    int fd;

    start();
    request = unexplained_request(&len);
    fd = peer_connect(fa_server_port(site));
    peer_send(fd, request, len);
    peer_send(fd, next, strlen(next));
    free(request);
    read_to_the_end(fd, replies, sizeof(replies));
    ck_assert_ptr_eq(replies, strstr(replies, "HTTP/1.1 403 "));
    ck_assert_ptr_nonnull(strstr(replies, "HTTP/1.1 200 "));
    (void)close(fd);
    site_stop();
}
END_TEST

START_TEST(test_who_hangs_up_meanwhile_is_in_the_journal_once)
{
    int fds[3];
    size_t i;

    start();
    for (i = 0; i < 3; i++)
        fds[i] = send_unexplained();
    while (figure("paidmonitor_fakeapi_doctor_waiting") < 1 && refusals() < 3)
        continue;
    for (i = 0; i < 3; i++)
        (void)close(fds[i]);
    while (refusals() < 3)
        continue;
    while (figure("paidmonitor_fakeapi_doctor_waiting") > 0)
        continue;
    ck_assert_uint_eq(refusals(), 3);
    site_stop();
}
END_TEST

START_TEST(test_stopping_does_not_wait_for_the_doctor)
{
    int fds[FA_DOCTOR_QUEUE_MAX];
    size_t i;

    start();
    for (i = 0; i < FA_DOCTOR_QUEUE_MAX; i++)
        fds[i] = send_unexplained();
    while (figure("paidmonitor_fakeapi_doctor_waiting") < 2)
        continue;
    site_stop();
    for (i = 0; i < FA_DOCTOR_QUEUE_MAX; i++) {
        ck_assert(peer_is_closed(fds[i]));
        (void)close(fds[i]);
    }
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_queue_examines_more_patiently_than_who_is_hurried),
    TEST(test_queue_keeps_nothing_of_the_callers),
    TEST(test_queue_takes_so_many_and_no_more),
    TEST(test_others_are_answered_while_checksums_are_examined),
    TEST(test_a_flood_of_wrong_checksums_is_answered_all_the_same),
    TEST(test_a_request_that_is_examined_counts_once_for_a_fault),
    TEST(test_replies_of_a_connection_keep_their_order),
    TEST(test_who_hangs_up_meanwhile_is_in_the_journal_once),
    TEST(test_stopping_does_not_wait_for_the_doctor),
};

TEST_MAIN("doctor_queue", cases)
