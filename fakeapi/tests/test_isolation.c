/* Accounts of one server that are used at the same time, each with faults, a clock, expectations
 * and a journal of its own, and with the same names for everything: none sees anything of another.
 */
#include "suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site.h"

#define JOBS       8
#define ROUNDS     12
#define TEXT_SIZE  2048
#define YEARS_FROM 2030

/* One job of many. What is wrong is said at its end: checks fail tests on the main thread only. */
struct job {
    int number;
    struct fa_account_keys keys;
    struct peer_reply reply;
    char wrong[TEXT_SIZE];
};

static bool is_wrong(struct job *job, bool is_right, const char *what)
{
    if (!is_right && job->wrong[0] == '\0')
        snprintf(job->wrong, sizeof(job->wrong), "job %d: %s: %.1000s", job->number, what,
                 job->reply.body ? job->reply.body : "");
    return job->wrong[0] != '\0';
}

/* A signed request by the job's own clock. Returns the status. */
static int add_agent(struct job *job, const char *name, const char *timestamp)
{
    struct peer_form form = site_form("addAgent");
    char *body;

    peer_form_set(&form, "apikey", job->keys.apikey);
    peer_form_add(&form, "name", name);
    peer_form_add(&form, "timestamp", timestamp);
    peer_form_sign(&form, job->keys.secretkey);
    body = peer_form_encode(&form);
    peer_post(fa_server_port(site), "/customMonitorApi", body, strlen(body), &job->reply);
    free(body);
    return job->reply.status;
}

static int count_request(void *context, const struct fa_request *request)
{
    (void)request;
    ++*(int *)context;
    return 0;
}

static void prepare(struct job *job, const char *timestamp)
{
    char text[TEXT_SIZE];

    (void)is_wrong(job, fa_server_account_new(site, 60000, &job->keys) == 0, "no account");
    snprintf(text, sizeof(text), "frozen@%s", timestamp);
    (void)is_wrong(job,
                   fa_server_clock_set(site, job->keys.apikey, text, job->wrong, TEXT_SIZE) == 0,
                   "no clock");
    snprintf(text, sizeof(text),
             "{\"id\":\"first\",\"account\":\"%s\",\"occurrence\":1,\"effect\":{\"status\":%d}}",
             job->keys.apikey, 500 + job->number);
    (void)is_wrong(job, fa_server_fault(site, text, job->wrong, TEXT_SIZE) == 0, "no fault");
    (void)is_wrong(
        job,
        fa_server_expect(site, job->keys.apikey,
                         "[{\"id\":\"all\",\"must\":{\"action\":\"addAgent\"},\"exactly\":3},"
                         "{\"must\":{\"verdict\":\"accepted\"},\"exactly\":2}]",
                         job->wrong, TEXT_SIZE) == 0,
        "no expectation");
}

/* Everybody has an agent of the same name, and the same monitor. */
static void use(struct job *job, const char *timestamp)
{
    enum fa_answer answer;
    char *report;
    int count = 0;

    (void)is_wrong(job, add_agent(job, "a", timestamp) == 500 + job->number, "another's fault");
    (void)is_wrong(job, add_agent(job, "a", timestamp) == 200, "refused");
    (void)is_wrong(job, add_agent(job, "b", timestamp) == 200, "refused by another's clock");
    (void)is_wrong(job,
                   fa_server_monitor_add(site, job->keys.apikey, "m", "t", "u:U::3", job->wrong,
                                         TEXT_SIZE) > 0,
                   "another's monitor");
    answer = fa_server_verify(site, job->keys.apikey, true, &report);
    (void)is_wrong(job, answer == FA_ANSWER_YES, report);
    free(report);
    (void)fa_server_requests(site, job->keys.apikey, count_request, &count);
    (void)is_wrong(job, count == 3, "another's requests are in the journal");
}

static void *run_job(void *context)
{
    struct job *job = context;
    char timestamp[64];
    int round;

    for (round = 0; round < ROUNDS && job->wrong[0] == '\0'; round++) {
        snprintf(timestamp, sizeof(timestamp), "%d-06-01 12:00:%02d", YEARS_FROM + job->number,
                 round);
        prepare(job, timestamp);
        if (job->wrong[0] == '\0')
            use(job, timestamp);
        if (round % 2 == 0)
            (void)is_wrong(job, fa_server_reset(site, job->keys.apikey) == 0, "no reset");
    }
    return NULL;
}

START_TEST(test_parallel_accounts_never_see_each_other)
{
    struct job *jobs = calloc(JOBS, sizeof(*jobs));
    pthread_t threads[JOBS];
    int i;

    ck_assert_ptr_nonnull(jobs);
    site_start(FA_PROFILE_STRICT, NULL);
    for (i = 0; i < JOBS; i++) {
        jobs[i].number = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_job, &jobs[i]), 0);
    }
    for (i = 0; i < JOBS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    for (i = 0; i < JOBS; i++)
        ck_assert_msg(jobs[i].wrong[0] == '\0', "%s", jobs[i].wrong);
    site_stop();
    free(jobs);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_parallel_accounts_never_see_each_other),
};

TEST_MAIN("isolation", cases)
