/* admit: what waits, what is only counted, and what belongs to which login. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admit.h"
#include "config.h"
#include "event.h"
#include "journal.h"
#include "log.h"

#define T INT64_C(1763830000123)

static char dir[64];
static struct pm_config config;
static struct pm_admit admit;

static void begin(void)
{
    char path[96];
    struct pm_error err;

    pm_log_setup("test", PM_LOG_ERROR, PM_LOG_TEXT);
    (void)strcpy(dir, "/tmp/agent-admit-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(path, sizeof(path), "%s/journal.db", dir);
    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    admit = (struct pm_admit){.config = &config, .monitor = "M"};
    ck_assert_int_eq(pm_journal_open(path, PM_JOURNAL_SYNC_LATE, &admit.journal, &err), 0);
    ck_assert_int_eq(pm_admit_begin(&admit), 0);
}

static void end(void)
{
    char command[96];

    pm_journal_free(admit.journal);
    pm_config_clear(&config);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    ck_assert_int_eq(system(command), 0);
}

static struct pm_event event_of(int n, enum pm_event_phase phase, const char *service)
{
    struct pm_event event;

    pm_event_init(&event);
    (void)snprintf(event.id, sizeof(event.id), "%032x", (unsigned)n);
    event.wall_ms = T + n;
    event.phase = phase;
    pm_event_set_text(&event, PM_EVENT_SERVICE, service);
    pm_event_set_text(&event, PM_EVENT_USER, "alice");
    pm_event_set_text(&event, PM_EVENT_RHOST, "192.0.2.77");
    return event;
}

static int admit_login(int n)
{
    struct pm_event event = event_of(n, PM_EVENT_OPEN, "sshd");

    return pm_admit_event(&admit, &event, "v=1");
}

static int admit_failure_at(int n, int64_t after_ms)
{
    struct pm_event event = event_of(n, PM_EVENT_AUTH, "sshd");

    event.wall_ms = T + after_ms;
    return pm_admit_event(&admit, &event, "v=1");
}

static int admit_in_session(int n, const char *service, int64_t session)
{
    struct pm_event event = event_of(n, PM_EVENT_OPEN, service);

    event.numbers[PM_EVENT_SESSION] = session;
    return pm_admit_event(&admit, &event, "v=1");
}

static struct pm_journal_counts counts(void)
{
    struct pm_journal_counts result;

    ck_assert_int_eq(pm_journal_count(admit.journal, &result), 0);
    return result;
}

/* The next event, which is then done; its number must be n. */
static struct pm_journal_entry take(int n)
{
    struct pm_journal_entry entry;
    int64_t next_ms;

    ck_assert_int_eq(pm_journal_next(admit.journal, INT64_MAX, NULL, &entry, &next_ms), 1);
    ck_assert_int_eq((int)strtol(entry.id + 16, NULL, 16), n);
    ck_assert_int_eq(pm_journal_done(admit.journal, entry.id, entry.count, T), 0);
    return entry;
}

START_TEST(test_admit_a_record_that_is_found_again_is_not_new)
{
    begin();
    ck_assert_int_eq(admit_login(1), 1);
    ck_assert_int_eq(admit_login(1), 0);
    ck_assert_int_eq(counts().waiting, 1);
    end();
}
END_TEST

START_TEST(test_admit_remembers_what_a_filter_left_out)
{
    struct pm_event event = event_of(1, PM_EVENT_OPEN, "cron");

    begin();
    ck_assert_int_eq(pm_admit_event(&admit, &event, "v=1"), 0);
    ck_assert_int_eq(pm_admit_event(&admit, &event, "v=1"), 0);
    ck_assert_int_eq(counts().waiting, 0);
    ck_assert_int_eq(counts().unsent, 1);
    ck_assert_int_eq(pm_journal_knows(admit.journal, event.id), 1);
    end();
}
END_TEST

/* ---- the queue's bound ---- */

START_TEST(test_admit_counts_what_finds_the_queue_full)
{
    struct pm_journal_entry entry;
    int n;

    begin();
    config.max_waiting = 3;
    for (n = 1; n <= 3; n++)
        ck_assert_int_eq(admit_login(n), 1);
    ck_assert_int_eq(admit_login(4), 1); /* stands for all that follow */
    for (n = 5; n <= 9; n++)
        ck_assert_int_eq(admit_login(n), 0);
    ck_assert_int_eq(admit_login(9), 0); /* found again: counted once */
    ck_assert_int_eq(counts().waiting, 4);
    ck_assert_int_eq(counts().unsent, 5);
    for (n = 1; n <= 3; n++)
        ck_assert_int_eq(take(n).kind, PM_JOURNAL_EVENT);
    entry = take(4);
    ck_assert_int_eq(entry.kind, PM_JOURNAL_DROPPED);
    ck_assert_uint_eq(entry.count, 6);
    end();
}
END_TEST

START_TEST(test_admit_takes_events_again_when_there_is_room)
{
    begin();
    config.max_waiting = 1;
    ck_assert_int_eq(admit_login(1), 1);
    ck_assert_int_eq(admit_login(2), 1);
    (void)take(1);
    (void)take(2);
    ck_assert_int_eq(pm_admit_begin(&admit), 0);
    ck_assert_int_eq(admit_login(3), 1);
    ck_assert_int_eq(take(3).kind, PM_JOURNAL_EVENT);
    end();
}
END_TEST

START_TEST(test_admit_what_is_counted_while_the_count_is_sent_is_sent_again)
{
    struct pm_journal_entry entry;
    int64_t next_ms;

    begin();
    config.max_waiting = 0;
    ck_assert_int_eq(admit_login(1), 1);
    ck_assert_int_eq(pm_journal_next(admit.journal, T, NULL, &entry, &next_ms), 1);
    ck_assert_int_eq(admit_login(2), 0);
    ck_assert_int_eq(pm_journal_done(admit.journal, entry.id, entry.count, T), 0);
    ck_assert_int_eq(counts().waiting, 1);
    ck_assert_uint_eq(take(1).count, 2);
    ck_assert_int_eq(admit_login(3), 1); /* that one has gone: another begins */
    end();
}
END_TEST

/* ---- failures ---- */

START_TEST(test_admit_summarises_a_burst_of_failures)
{
    struct pm_journal_entry entry;
    int n;

    begin();
    config.failure_burst = 2;
    for (n = 1; n <= 3; n++)
        ck_assert_int_eq(admit_failure_at(n, n), 1);
    for (n = 4; n <= 100; n++)
        ck_assert_int_eq(admit_failure_at(n, n), 0);
    ck_assert_int_eq(admit_failure_at(100, 100), 0);
    ck_assert_int_eq(take(1).kind, PM_JOURNAL_EVENT);
    ck_assert_int_eq(take(2).kind, PM_JOURNAL_EVENT);
    entry = take(3);
    ck_assert_int_eq(entry.kind, PM_JOURNAL_FAILURES);
    ck_assert_uint_eq(entry.count, 98);
    end();
}
END_TEST

START_TEST(test_admit_a_summary_waits_until_the_burst_is_over)
{
    struct pm_journal_entry entry;
    int64_t next_ms = -1;

    begin();
    config.failure_burst = 1;
    ck_assert_int_eq(admit_failure_at(1, 0), 1);
    ck_assert_int_eq(admit_failure_at(2, 0), 1);
    (void)take(1);
    ck_assert_int_eq(pm_journal_next(admit.journal, T, NULL, &entry, &next_ms), 0);
    ck_assert_int_gt(next_ms, T);
    end();
}
END_TEST

START_TEST(test_admit_failures_later_or_from_elsewhere_are_no_burst)
{
    struct pm_event elsewhere = event_of(7, PM_EVENT_AUTH, "sshd");

    begin();
    config.failure_burst = 1;
    ck_assert_int_eq(admit_failure_at(1, 0), 1);
    ck_assert_int_eq(admit_failure_at(2, PM_ADMIT_BURST_MS), 1);
    ck_assert_int_eq(admit_failure_at(3, -1), 1); /* the clock was set back */
    pm_event_set_text(&elsewhere, PM_EVENT_RHOST, "192.0.2.78");
    ck_assert_int_eq(pm_admit_event(&admit, &elsewhere, "v=1"), 1);
    ck_assert_int_eq(counts().waiting, 4);
    ck_assert_int_eq(take(3).kind, PM_JOURNAL_EVENT);
    ck_assert_int_eq(take(1).kind, PM_JOURNAL_EVENT);
    ck_assert_int_eq(take(7).kind, PM_JOURNAL_EVENT);
    ck_assert_int_eq(take(2).kind, PM_JOURNAL_EVENT);
    end();
}
END_TEST

START_TEST(test_admit_summarises_nothing_where_that_is_off)
{
    int n;

    begin();
    config.failure_burst = 0;
    for (n = 1; n <= 50; n++)
        ck_assert_int_eq(admit_failure_at(n, n), 1);
    ck_assert_int_eq(counts().waiting, 50);
    end();
}
END_TEST

/* ---- sessions ---- */

START_TEST(test_admit_ties_su_and_sudo_to_the_login_of_their_session)
{
    begin();
    ck_assert_int_eq(admit_in_session(1, "sshd", 5), 1);
    ck_assert_int_eq(admit_in_session(2, "sshd", 6), 1);
    ck_assert_int_eq(admit_in_session(3, "sudo", 5), 1);
    ck_assert_int_eq(admit_in_session(4, "su-l", 6), 1);
    ck_assert_int_eq(admit_in_session(5, "su", 7), 1); /* nobody knows that one */
    ck_assert_str_eq(take(1).login, "");
    ck_assert_str_eq(take(2).login, "");
    ck_assert_str_eq(take(3).login, "00000000000000000000000000000001");
    ck_assert_str_eq(take(4).login, "00000000000000000000000000000002");
    ck_assert_str_eq(take(5).login, "");
    end();
}
END_TEST

START_TEST(test_admit_a_session_number_may_come_again_after_a_reboot)
{
    begin();
    ck_assert_int_eq(admit_in_session(1, "sshd", 5), 1);
    ck_assert_int_eq(admit_in_session(2, "login", 5), 1);
    ck_assert_int_eq(admit_in_session(3, "su", 5), 1);
    (void)take(1);
    (void)take(2);
    ck_assert_str_eq(take(3).login, "00000000000000000000000000000002");
    end();
}
END_TEST

START_TEST(test_admit_no_session_is_no_tie)
{
    begin();
    ck_assert_int_eq(admit_in_session(1, "sshd", 4294967295), 1);
    ck_assert_int_eq(admit_in_session(2, "su", 4294967295), 1);
    ck_assert_int_eq(admit_in_session(3, "su", -1), 1);
    (void)take(1);
    ck_assert_str_eq(take(2).login, "");
    ck_assert_str_eq(take(3).login, "");
    end();
}
END_TEST

START_TEST(test_admit_newest_first_when_asked)
{
    const struct pm_journal_pick pick = {.newest_first = true};
    struct pm_journal_entry entry;
    int64_t next_ms;

    begin();
    ck_assert_int_eq(admit_login(1), 1);
    ck_assert_int_eq(admit_login(3), 1);
    ck_assert_int_eq(admit_login(2), 1);
    ck_assert_int_eq(pm_journal_next(admit.journal, T, &pick, &entry, &next_ms), 1);
    ck_assert_str_eq(entry.id, "00000000000000000000000000000003");
    end();
}
END_TEST

START_TEST(test_admit_events_on_their_way_are_skipped)
{
    const struct pm_journal_pick pick = {
        .skip = {"00000000000000000000000000000001", "00000000000000000000000000000002"},
        .skip_count = 2};
    struct pm_journal_entry entry;
    int64_t next_ms;

    begin();
    ck_assert_int_eq(admit_login(1), 1);
    ck_assert_int_eq(admit_login(2), 1);
    ck_assert_int_eq(pm_journal_next(admit.journal, T, &pick, &entry, &next_ms), 0);
    ck_assert_int_eq(admit_login(3), 1);
    ck_assert_int_eq(pm_journal_next(admit.journal, T, &pick, &entry, &next_ms), 1);
    ck_assert_str_eq(entry.id, "00000000000000000000000000000003");
    end();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_admit_a_record_that_is_found_again_is_not_new),
    TEST(test_admit_remembers_what_a_filter_left_out),
    TEST(test_admit_counts_what_finds_the_queue_full),
    TEST(test_admit_takes_events_again_when_there_is_room),
    TEST(test_admit_what_is_counted_while_the_count_is_sent_is_sent_again),
    TEST(test_admit_summarises_a_burst_of_failures),
    TEST(test_admit_a_summary_waits_until_the_burst_is_over),
    TEST(test_admit_failures_later_or_from_elsewhere_are_no_burst),
    TEST(test_admit_summarises_nothing_where_that_is_off),
    TEST(test_admit_ties_su_and_sudo_to_the_login_of_their_session),
    TEST(test_admit_a_session_number_may_come_again_after_a_reboot),
    TEST(test_admit_no_session_is_no_tie),
    TEST(test_admit_newest_first_when_asked),
    TEST(test_admit_events_on_their_way_are_skipped),
};

TEST_MAIN("agent_admit", cases)
