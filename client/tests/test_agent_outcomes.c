/*
 * What the agent does with each kind of answer, against a server that gives them: two events are
 * waiting, and `--once` sends what it may.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub.h"
#include "world.h"

#define ANSWER(status, head, body)                                   \
    "HTTP/1.1 " status "\r\nContent-Type: application/json\r\n" head \
    "Connection: close\r\n\r\n" body

#define MONITOR "{\"id\":\"7\",\"tag\":\"loginMonitor\",\"name\":\"Logins\",\"type\":\"custom\"}"
#define FOUND   ANSWER("200 OK", "", "[" MONITOR "]")
#define OK      ANSWER("200 OK", "", "{\"status\":\"ok\",\"data\":null}")
#define BAD     ANSWER("400 Bad Request", "", "{\"status\":\"Invalid results\"}")
#define UNKNOWN ANSWER("400 Bad Request", "", "{\"status\":\"Invalid monitorId\"}")

static const struct row {
    const char *name;
    const char *replies[6]; /* the last one given repeats */
    int status;             /* exit status of the agent */
    int done, waiting, set_aside;
    size_t requests;
    const char *says; /* in the log */
} rows[] = {
    {"all is well", {FOUND, OK}, 0, 2, 0, 0, 3, "delivered 2"},
    {"one event is refused", {FOUND, BAD, OK}, 1, 1, 0, 1, 3, "setting event"},
    {"refused with HTTP 200",
     {FOUND, ANSWER("200 OK", "", "{\"status\":\"Invalid results\"}"), OK},
     1,
     1,
     0,
     1,
     3,
     "Invalid results"},
    {"one event is too large",
     {FOUND, ANSWER("413 Too Large", "", "{\"error\":\"too large\"}"), OK},
     1,
     1,
     0,
     1,
     3,
     "setting event"},
    {"too large for a proxy",
     {FOUND, ANSWER("413 Too Large", "", "<html>"), OK},
     5,
     1,
     0,
     1,
     3,
     "setting event"},
    {"one event upsets the server",
     {FOUND, ANSWER("500 Internal Server Error", "", "{\"error\":\"x\"}"), OK},
     4,
     1,
     1,
     0,
     3,
     "retrying it in"},
    {"overload",
     {FOUND, ANSWER("503 Service Unavailable", "Retry-After: 7\r\n", "")},
     4,
     0,
     2,
     0,
     2,
     "trying again in 7000 ms"},
    {"overload for days",
     {FOUND, ANSWER("429 Too Many", "Retry-After: 999999999\r\n", "")},
     4,
     0,
     2,
     0,
     2,
     "trying again in 900000 ms"},
    {"no answer", {FOUND, STUB_CLOSE}, 4, 0, 2, 0, 2, "events wait"},
    {"half an answer",
     {FOUND, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{\"sta"},
     4,
     0,
     2,
     0,
     2,
     "events wait"},
    {"a page for people",
     {FOUND, ANSWER("200 OK", "", "<html>Please accept our terms</html>")},
     5,
     0,
     2,
     0,
     2,
     "error: "},
    {"a redirect",
     {FOUND, ANSWER("302 Found", "Location: http://127.0.0.1:1/\r\n", "")},
     3,
     0,
     2,
     0,
     2,
     "error: "},
    {"the secret is wrong",
     {FOUND, ANSWER("403 Forbidden", "", "{\"error\":\"Authentication failure\"}")},
     1,
     0,
     2,
     0,
     2,
     "Authentication failure"},
    {"the account is gone",
     {ANSWER("403 Forbidden", "", "{\"error\":\"Invalid api key\"}")},
     1,
     0,
     2,
     0,
     1,
     "Invalid api key"},
    {"the address is wrong", {ANSWER("404 Not Found", "", "")}, 5, 0, 2, 0, 1, "error: "},
    {"the list makes no sense", {ANSWER("200 OK", "", "[{\"id\":")}, 5, 0, 2, 0, 1, "error: "},
    {"two monitors of that name",
     {ANSWER("200 OK", "", "[" MONITOR "," MONITOR "]")},
     1,
     0,
     2,
     0,
     1,
     "2 monitors have the name"},
    {"the monitor was deleted", {FOUND, UNKNOWN, FOUND, OK}, 0, 2, 0, 0, 5, "looking for monitor"},
    {"the monitor vanishes again and again",
     {FOUND, UNKNOWN, FOUND, UNKNOWN, FOUND, UNKNOWN},
     1,
     0,
     2,
     0,
     6,
     "error: "},
};

static size_t count_replies(const struct row *row)
{
    size_t count = 0;

    while (count < sizeof(row->replies) / sizeof(row->replies[0]) && row->replies[count])
        count++;
    return count;
}

static void check(const struct row *row)
{
    struct stub *stub = stub_start(row->replies, count_replies(row));
    struct pm_journal_counts counts;
    struct world world;
    int status;

    world_open(&world);
    world_configure(&world, (unsigned)strtoul(strrchr(stub_url(stub), ':') + 1, NULL, 10));
    world_drop_login(&world, 1);
    world_drop_login(&world, 2);
    status = world_run_once(&world);
    ck_assert_msg(status == row->status, "%s: status %d\n%s", row->name, status, world_log(&world));
    counts = world_journal(&world);
    ck_assert_msg(counts.done == row->done && counts.waiting == row->waiting &&
                      counts.set_aside == row->set_aside,
                  "%s: done %d, waiting %d, set aside %d\n%s", row->name, (int)counts.done,
                  (int)counts.waiting, (int)counts.set_aside, world_log(&world));
    ck_assert_msg(stub_requests(stub) == row->requests, "%s: %zu requests", row->name,
                  stub_requests(stub));
    ck_assert_msg(strstr(world_log(&world), row->says) != NULL, "%s: does not say '%s':\n%s",
                  row->name, row->says, world_log(&world));
    ck_assert_int_eq(world_links(&world), 0);
    stub_stop(stub);
    world_close(&world);
}

START_TEST(test_outcome_of_every_kind_of_answer)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(&rows[i]);
}
END_TEST

/* One event never gets through; it does not hold the others up. */
START_TEST(test_outcome_poison_does_not_block_the_rest)
{
    static const char *const replies[] = {
        FOUND, ANSWER("500 Internal Server Error", "", "{\"error\":\"x\"}"), OK};
    struct stub *stub = stub_start(replies, 3);
    struct world world;

    world_open(&world);
    world_configure(&world, (unsigned)strtoul(strrchr(stub_url(stub), ':') + 1, NULL, 10));
    for (int n = 0; n < 50; n++)
        world_drop_login(&world, n);
    ck_assert_int_eq(world_run_once(&world), 4);
    ck_assert_int_eq(world_journal(&world).done, 49);
    ck_assert_int_eq(world_journal(&world).waiting, 1);
    stub_stop(stub);
    world_close(&world);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_outcome_of_every_kind_of_answer),
    TEST(test_outcome_poison_does_not_block_the_rest),
};

TEST_MAIN("agent_outcomes", cases)
