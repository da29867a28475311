/* history: the journal read beside the agent, with every attempt; nothing is changed by looking. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "history.h"
#include "journal.h"

#define T  INT64_C(1763830000123)
#define ID "00000000000000000000000000000001"

static char dir[64], path[96];

static struct pm_journal *begin(void)
{
    struct pm_journal *journal;
    struct pm_error err;

    (void)strcpy(dir, "/tmp/agent-history-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(path, sizeof(path), "%s/journal.db", dir);
    ck_assert_msg(pm_journal_open(path, PM_JOURNAL_SYNC, &journal, &err) == 0, "%s", err.message);
    return journal;
}

static struct pm_history *look(void)
{
    struct pm_history *history;
    struct pm_error err;

    ck_assert_msg(pm_history_open(path, &history, &err) == 0, "%s", err.message);
    return history;
}

static void end(struct pm_journal *journal, struct pm_history *history)
{
    char command[128];

    pm_history_free(history);
    pm_journal_free(journal);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    ck_assert_int_eq(system(command), 0);
}

static void add(struct pm_journal *journal, const char *id, int64_t t)
{
    struct pm_event event;

    pm_event_init(&event);
    (void)snprintf(event.id, sizeof(event.id), "%s", id);
    event.wall_ms = t;
    ck_assert_int_eq(pm_journal_add(journal, &event, "v=1 …", "Logins"), 1);
}

static struct pm_history_overview overview(struct pm_history *history)
{
    struct pm_history_overview result;
    struct pm_error err;

    ck_assert_int_eq(pm_history_overview(history, T, &result, &err), 0);
    return result;
}

START_TEST(test_history_tells_each_attempt_in_order)
{
    struct pm_journal *journal = begin();
    struct pm_history *history = look();
    struct pm_history_attempt attempts[PM_HISTORY_ATTEMPTS_MAX];
    struct pm_error err;

    add(journal, ID, T);
    ck_assert_int_eq(pm_history_attempts(history, ID, attempts, &err), 0);
    ck_assert_int_eq(pm_journal_retry(journal, ID, T, "first"), 0);
    ck_assert_int_eq(pm_journal_retry(journal, ID, T, "second"), 0);
    ck_assert_int_eq(pm_journal_wake(journal), 0); /* no attempt */
    ck_assert_int_eq(pm_journal_done(journal, ID, 1, T), 0);

    ck_assert_int_eq(pm_history_attempts(history, ID, attempts, &err), 3);
    ck_assert_str_eq(attempts[0].reason, "first");
    ck_assert_str_eq(attempts[1].reason, "second");
    ck_assert_str_eq(attempts[2].reason, "");
    ck_assert_int_eq(attempts[2].state, PM_HISTORY_DONE);
    ck_assert(attempts[0].at_ms > T && attempts[0].at_ms <= attempts[2].at_ms);
    end(journal, history);
}
END_TEST

START_TEST(test_history_keeps_the_newest_attempts_only)
{
    struct pm_journal *journal = begin();
    struct pm_history *history = look();
    struct pm_history_attempt attempts[PM_HISTORY_ATTEMPTS_MAX];
    struct pm_error err;
    char reason[16];
    int i;

    add(journal, ID, T);
    for (i = 1; i <= 50; i++) {
        (void)snprintf(reason, sizeof(reason), "no %d", i);
        ck_assert_int_eq(pm_journal_retry(journal, ID, T, reason), 0);
    }
    ck_assert_int_eq(pm_history_attempts(history, ID, attempts, &err), 20);
    ck_assert_str_eq(attempts[0].reason, "no 31");
    ck_assert_str_eq(attempts[19].reason, "no 50");
    end(journal, history);
}
END_TEST

START_TEST(test_history_forgets_attempts_with_their_event)
{
    struct pm_journal *journal = begin();
    struct pm_history *history = look();
    struct pm_history_attempt attempts[PM_HISTORY_ATTEMPTS_MAX];
    struct pm_error err;

    add(journal, ID, T);
    ck_assert_int_eq(pm_journal_done(journal, ID, 1, T), 0);
    ck_assert_int_eq(pm_history_attempts(history, ID, attempts, &err), 1);
    ck_assert_int_eq(pm_journal_prune(journal, T + 1), 0);
    ck_assert_int_eq(pm_history_attempts(history, ID, attempts, &err), 0);
    end(journal, history);
}
END_TEST

START_TEST(test_history_sums_up)
{
    struct pm_journal *journal = begin();
    struct pm_history *history = look();
    struct pm_history_overview sum = overview(history);

    ck_assert_int_eq(sum.waiting, 0);
    ck_assert_int_eq(sum.oldest_ms, -1);
    ck_assert_int_eq(sum.next_ms, -1);
    ck_assert_int_eq(sum.last_done_ms, -1);
    ck_assert_str_eq(sum.last_error, "");

    add(journal, "00000000000000000000000000000002", T - 1000);
    add(journal, ID, T - 5000);
    add(journal, "00000000000000000000000000000003", T);
    ck_assert_int_eq(pm_journal_retry(journal, ID, T + 7, "no answer"), 0);
    ck_assert_int_eq(pm_journal_done(journal, "00000000000000000000000000000003", 1, T - 10), 0);
    sum = overview(history);
    ck_assert_int_eq(sum.waiting, 2);
    ck_assert_int_eq(sum.done, 1);
    ck_assert_int_eq(sum.done_lately, 1);
    ck_assert_int_eq(sum.oldest_ms, T - 5000);
    ck_assert_int_eq(sum.last_done_ms, T - 10);
    ck_assert_str_eq(sum.last_error, "no answer");
    ck_assert_int_gt(sum.error_ms, T);
    end(journal, history);
}
END_TEST

START_TEST(test_history_finds_events_by_their_id)
{
    struct pm_journal *journal = begin();
    struct pm_history *history = look();
    struct pm_history_event event;
    char id[PM_EVENT_ID_SIZE], reason[64];
    struct pm_error err;
    int64_t at_ms;

    ck_assert_int_eq(pm_history_newest(history, id, &err), 0);
    add(journal, "00000000000000000000000000000002", T + 1);
    add(journal, ID, T);
    ck_assert_int_eq(pm_history_newest(history, id, &err), 1);
    ck_assert_str_eq(id, "00000000000000000000000000000002");
    ck_assert_int_eq(pm_history_find(history, ID, &event, &err), 1);
    ck_assert_str_eq(event.monitor, "Logins");
    ck_assert_int_eq(event.checktime_ms, T);
    ck_assert_int_eq(event.done_ms, -1);
    ck_assert_int_eq(pm_history_find(history, "%", &event, &err), 0);

    ck_assert_int_eq(
        pm_journal_add_bad(journal, "1763830000123-" ID, "x", 1, "an unknown phase", T), 0);
    ck_assert_int_eq(pm_history_find_bad(history, ID, &at_ms, reason, sizeof(reason), &err), 1);
    ck_assert_str_eq(reason, "an unknown phase");
    ck_assert_int_eq(at_ms, T);
    ck_assert_int_eq(pm_history_find_bad(history, "00000000000000000000000000000002", &at_ms,
                                         reason, sizeof(reason), &err),
                     0);
    end(journal, history);
}
END_TEST

/* As an agent before schema 2 left it. */
static void go_back_to_schema_1(void)
{
    sqlite3 *db;

    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db,
                                  "DROP TRIGGER attempt_made;"
                                  "DROP TRIGGER attempts_forgotten; DROP TABLE attempts;"
                                  "DROP TABLE unsent; DROP TABLE sessions; DROP TABLE bursts;"
                                  "DROP INDEX events_newest; DROP INDEX events_counting;"
                                  "ALTER TABLE events DROP COLUMN kind;"
                                  "ALTER TABLE events DROP COLUMN count;"
                                  "ALTER TABLE events DROP COLUMN login;"
                                  "PRAGMA user_version = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

START_TEST(test_history_reads_an_older_journal)
{
    struct pm_history_attempt attempts[PM_HISTORY_ATTEMPTS_MAX];
    struct pm_journal *journal = begin();
    struct pm_history *history;
    struct pm_error err;

    pm_journal_free(journal);
    go_back_to_schema_1();
    history = look();
    ck_assert_int_eq(pm_history_attempts(history, ID, attempts, &err), 0);
    ck_assert_str_eq(overview(history).last_error, "");
    end(NULL, history);
}
END_TEST

START_TEST(test_history_an_older_journal_gets_what_it_lacks_and_keeps_its_events)
{
    struct pm_history_attempt attempts[PM_HISTORY_ATTEMPTS_MAX];
    struct pm_journal *journal = begin();
    struct pm_history *history;
    struct pm_error err;

    add(journal, ID, T);
    pm_journal_free(journal);
    go_back_to_schema_1();
    ck_assert_int_eq(pm_journal_open(path, PM_JOURNAL_SYNC, &journal, &err), 0);
    ck_assert_int_eq(pm_journal_retry(journal, ID, T, "later"), 0);
    history = look();
    ck_assert_int_eq(pm_history_attempts(history, ID, attempts, &err), 1);
    end(journal, history);
}
END_TEST

START_TEST(test_history_refuses_what_is_no_journal)
{
    struct pm_journal *journal = begin();
    struct pm_history *history = NULL;
    struct pm_error err;
    FILE *file;

    ck_assert_int_eq(pm_history_open("/nonexistent/journal.db", &history, &err), PM_ERR_CONFIG);
    ck_assert_msg(strstr(err.message, "missing") != NULL, "%s", err.message);
    (void)snprintf(path, sizeof(path), "%s/text", dir);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs("this is a text and no journal, however long it may be", file), 0);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(pm_history_open(path, &history, &err), PM_ERR_CONFIG);
    ck_assert_ptr_null(history);
    end(journal, NULL);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_history_tells_each_attempt_in_order),
    TEST(test_history_keeps_the_newest_attempts_only),
    TEST(test_history_forgets_attempts_with_their_event),
    TEST(test_history_sums_up),
    TEST(test_history_finds_events_by_their_id),
    TEST(test_history_reads_an_older_journal),
    TEST(test_history_an_older_journal_gets_what_it_lacks_and_keeps_its_events),
    TEST(test_history_refuses_what_is_no_journal),
};

TEST_MAIN("agent_history", cases)
