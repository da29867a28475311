/* verdict: what each outcome means for an event, row by row. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "paidmonitor.h"
#include "verdict.h"

static const struct {
    int code;
    int http_status;
    const char *text;
    enum pm_verdict result;  /* while sending the event */
    enum pm_verdict monitor; /* while finding its monitor */
} rows[] = {
    {0, 0, "", PM_VERDICT_DONE, PM_VERDICT_DONE},
    {PM_ERR_CANCELLED, 0, "", PM_VERDICT_CANCELLED, PM_VERDICT_CANCELLED},
    {PM_ERR_NETWORK, 0, "", PM_VERDICT_PAUSE, PM_VERDICT_PAUSE},
    {PM_ERR_NETWORK, 200, "", PM_VERDICT_PAUSE, PM_VERDICT_PAUSE}, /* cut in the middle */
    {PM_ERR_SYSTEM, 0, "", PM_VERDICT_PAUSE, PM_VERDICT_PAUSE},
    {PM_ERR_UNAVAILABLE, 408, "", PM_VERDICT_PAUSE, PM_VERDICT_PAUSE},
    {PM_ERR_UNAVAILABLE, 425, "", PM_VERDICT_PAUSE, PM_VERDICT_PAUSE},
    {PM_ERR_UNAVAILABLE, 429, "", PM_VERDICT_PAUSE, PM_VERDICT_PAUSE},
    {PM_ERR_UNAVAILABLE, 500, "", PM_VERDICT_RETRY, PM_VERDICT_PAUSE},
    {PM_ERR_UNAVAILABLE, 501, "", PM_VERDICT_PAUSE, PM_VERDICT_PAUSE},
    {PM_ERR_UNAVAILABLE, 502, "", PM_VERDICT_PAUSE, PM_VERDICT_PAUSE},
    {PM_ERR_UNAVAILABLE, 503, "", PM_VERDICT_PAUSE, PM_VERDICT_PAUSE},
    {PM_ERR_UNAVAILABLE, 504, "", PM_VERDICT_PAUSE, PM_VERDICT_PAUSE},
    {PM_ERR_UNAVAILABLE, 599, "", PM_VERDICT_PAUSE, PM_VERDICT_PAUSE},
    {PM_ERR_CONFIG, 0, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},   /* a certificate */
    {PM_ERR_CONFIG, 301, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD}, /* a redirect */
    {PM_ERR_REPLY, 200, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REPLY, 403, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REPLY, 413, "", PM_VERDICT_SET_ASIDE, PM_VERDICT_HOLD},
    {PM_ERR_REPLY, 414, "", PM_VERDICT_SET_ASIDE, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 403, "Authentication failure", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 200, "Authentication failure", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 403, "Invalid api key", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 200, "Invalid api key", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 403, "Invalid or expired authToken", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 400, "Action 'addResult' is not supported", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 400, "Invalid timestamp", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 400, "Missing parameter: timestamp", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 400, "Invalid monitorId", PM_VERDICT_FIND_MONITOR, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 200, "Invalid monitorId", PM_VERDICT_FIND_MONITOR, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 404, "Invalid monitorId", PM_VERDICT_FIND_MONITOR, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 400, "Missing parameter: results", PM_VERDICT_SET_ASIDE, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 400, "Invalid results", PM_VERDICT_SET_ASIDE, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 400, "", PM_VERDICT_SET_ASIDE, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 200, "Invalid results", PM_VERDICT_SET_ASIDE, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 413, "", PM_VERDICT_SET_ASIDE, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 414, "", PM_VERDICT_SET_ASIDE, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 422, "", PM_VERDICT_SET_ASIDE, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 401, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 402, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 403, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 404, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 405, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 407, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 410, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 411, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_REFUSED, 451, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {PM_ERR_USAGE, 0, "", PM_VERDICT_SET_ASIDE, PM_VERDICT_HOLD},
    {PM_ERR_LIMIT, 0, "", PM_VERDICT_SET_ASIDE, PM_VERDICT_HOLD},
    {PM_ERR_LIMIT, 200, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD},
    {-4711, 0, "", PM_VERDICT_HOLD, PM_VERDICT_HOLD}, /* a code of a later library */
};

START_TEST(test_verdict_of_every_outcome)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_error err = {.code = rows[i].code, .http_status = rows[i].http_status};
        enum pm_verdict verdict;

        (void)strcpy(err.vendor_text, rows[i].text);
        verdict = pm_verdict_of(PM_STEP_RESULT, rows[i].code, &err);
        ck_assert_msg(verdict == rows[i].result, "row %zu, result: %s", i,
                      pm_verdict_name(verdict));
        verdict = pm_verdict_of(PM_STEP_MONITOR, rows[i].code, &err);
        ck_assert_msg(verdict == rows[i].monitor, "row %zu, monitor: %s", i,
                      pm_verdict_name(verdict));
    }
}
END_TEST

START_TEST(test_verdict_gives_no_event_up_for_the_servers_or_the_networks_fault)
{
    static const int codes[] = {PM_ERR_NETWORK, PM_ERR_UNAVAILABLE, PM_ERR_SYSTEM, PM_ERR_CONFIG};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        for (int status = 0; status < 600; status++) {
            struct pm_error err = {.code = codes[i], .http_status = status};

            ck_assert_int_ne(pm_verdict_of(PM_STEP_RESULT, codes[i], &err), PM_VERDICT_SET_ASIDE);
            ck_assert_int_ne(pm_verdict_of(PM_STEP_RESULT, codes[i], &err), PM_VERDICT_DONE);
        }
    }
}
END_TEST

START_TEST(test_verdict_gives_no_event_up_for_the_monitors_fault)
{
    for (int code = PM_ERR_MIN; code < 0; code++) {
        for (int status = 0; status < 600; status++) {
            struct pm_error err = {.code = code, .http_status = status};

            ck_assert_int_ne(pm_verdict_of(PM_STEP_MONITOR, code, &err), PM_VERDICT_SET_ASIDE);
        }
    }
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_verdict_of_every_outcome),
    TEST(test_verdict_gives_no_event_up_for_the_servers_or_the_networks_fault),
    TEST(test_verdict_gives_no_event_up_for_the_monitors_fault),
};

TEST_MAIN("agent_verdict", cases)
