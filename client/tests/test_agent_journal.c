/* journal: what is committed is there, each event once, each with a millisecond of its own. */
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "journal.h"

#define T INT64_C(1763830000123)

static char dir[64], path[96];

static struct pm_journal *open_journal(void)
{
    struct pm_journal *journal;
    struct pm_error err;

    if (dir[0] == '\0') {
        (void)strcpy(dir, "/tmp/agent-journal-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(dir));
        (void)snprintf(path, sizeof(path), "%s/state/journal.db", dir);
    }
    ck_assert_msg(pm_journal_open(path, PM_JOURNAL_SYNC, &journal, &err) == 0, "%s", err.message);
    return journal;
}

static void clean_up(struct pm_journal *journal)
{
    char command[128];

    pm_journal_free(journal);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    ck_assert_int_eq(system(command), 0);
    dir[0] = '\0';
}

/* The event number n, at a time. */
static int add(struct pm_journal *journal, int n, int64_t t, const char *monitor)
{
    struct pm_event event;

    pm_event_init(&event);
    (void)snprintf(event.id, sizeof(event.id), "%032x", (unsigned)n);
    event.wall_ms = t;
    return pm_journal_add(journal, &event, "v=1 …", monitor);
}

static const char *id_of(int n)
{
    static char id[PM_EVENT_ID_SIZE];

    (void)snprintf(id, sizeof(id), "%032x", (unsigned)n);
    return id;
}

static struct pm_journal_entry take_next(struct pm_journal *journal, int64_t now_ms)
{
    struct pm_journal_entry entry;
    int64_t next_ms;

    ck_assert_int_eq(pm_journal_next(journal, now_ms, NULL, &entry, &next_ms), 1);
    return entry;
}

static struct pm_journal_counts counts(struct pm_journal *journal)
{
    struct pm_journal_counts result;

    ck_assert_int_eq(pm_journal_count(journal, &result), 0);
    return result;
}

START_TEST(test_journal_is_created_for_its_owner_only)
{
    struct pm_journal *journal = open_journal();
    struct stat status;

    ck_assert_int_eq(add(journal, 1, T, "M"), 1);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    clean_up(journal);
}
END_TEST

START_TEST(test_journal_remembers_over_a_restart)
{
    struct pm_journal *journal = open_journal();
    struct pm_journal_entry entry;

    ck_assert_int_eq(add(journal, 1, T, "Monitor"), 1);
    pm_journal_free(journal);
    journal = open_journal();
    entry = take_next(journal, T);
    ck_assert_str_eq(entry.id, id_of(1));
    ck_assert_str_eq(entry.record, "v=1 …");
    ck_assert_str_eq(entry.monitor, "Monitor");
    ck_assert_int_eq(entry.checktime_ms, T);
    ck_assert_uint_eq(entry.attempts, 0);
    clean_up(journal);
}
END_TEST

START_TEST(test_journal_takes_an_event_once_whatever_became_of_it)
{
    struct pm_journal *journal = open_journal();

    ck_assert_int_eq(add(journal, 1, T, "M"), 1);
    ck_assert_int_eq(add(journal, 1, T, "M"), 0);
    ck_assert_int_eq(pm_journal_done(journal, id_of(1), 1, T), 0);
    ck_assert_int_eq(add(journal, 1, T, "M"), 0);
    ck_assert_int_eq(pm_journal_set_aside(journal, id_of(1), "x"), 0);
    ck_assert_int_eq(add(journal, 1, T, "other"), 0);
    clean_up(journal);
}
END_TEST

START_TEST(test_journal_gives_each_event_of_a_monitor_its_own_millisecond)
{
    static const struct {
        int64_t t, checktime;
        const char *monitor;
    } rows[] = {
        {T, T, "M"},     {T, T + 1, "M"},       {T, T + 2, "M"},     {T + 1, T + 3, "M"},
        {T, T, "N"},     {T + 10, T + 10, "M"}, {T + 9, T + 9, "M"}, {T + 9, T + 11, "M"},
        {T, T + 4, "M"}, {T - 1, T - 1, "M"},   {T - 1, T + 5, "M"},
    };
    struct pm_journal *journal = open_journal();
    int64_t seen[16];
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_int_eq(add(journal, (int)i, rows[i].t, rows[i].monitor), 1);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_journal_entry entry = take_next(journal, T + 1000);
        size_t n = strtoul(entry.id, NULL, 16);

        seen[n] = entry.checktime_ms;
        ck_assert_int_eq(pm_journal_done(journal, entry.id, 1, T), 0);
    }
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(seen[i] == rows[i].checktime, "row %zu: %+d", i, (int)(seen[i] - T));
    clean_up(journal);
}
END_TEST

START_TEST(test_journal_a_millisecond_stays_taken_when_its_event_is_done)
{
    struct pm_journal *journal = open_journal();

    ck_assert_int_eq(add(journal, 1, T, "M"), 1);
    ck_assert_int_eq(pm_journal_done(journal, id_of(1), 1, T), 0);
    ck_assert_int_eq(add(journal, 2, T, "M"), 1);
    ck_assert_int_eq(take_next(journal, T).checktime_ms, T + 1);
    clean_up(journal);
}
END_TEST

START_TEST(test_journal_hands_out_what_is_due_oldest_first)
{
    struct pm_journal *journal = open_journal();
    struct pm_journal_entry entry;
    int64_t next_ms = 0;

    ck_assert_int_eq(pm_journal_next(journal, T, NULL, &entry, &next_ms), 0);
    ck_assert_int_eq(next_ms, -1);
    ck_assert_int_eq(add(journal, 2, T + 5, "M"), 1);
    ck_assert_int_eq(add(journal, 1, T, "M"), 1);
    ck_assert_str_eq(take_next(journal, T).id, id_of(1));

    ck_assert_int_eq(pm_journal_retry(journal, id_of(1), T + 500, "no"), 0);
    ck_assert_str_eq(take_next(journal, T).id, id_of(2));
    ck_assert_int_eq(pm_journal_retry(journal, id_of(2), T + 600, "no"), 0);
    ck_assert_int_eq(pm_journal_next(journal, T + 499, NULL, &entry, &next_ms), 0);
    ck_assert_int_eq(next_ms, T + 500);
    entry = take_next(journal, T + 500);
    ck_assert_str_eq(entry.id, id_of(1));
    ck_assert_uint_eq(entry.attempts, 1);

    ck_assert_int_eq(pm_journal_wake(journal), 0);
    ck_assert_str_eq(take_next(journal, 0).id, id_of(1));
    clean_up(journal);
}
END_TEST

START_TEST(test_journal_counts_what_became_of_events)
{
    struct pm_journal *journal = open_journal();
    struct pm_journal_counts now;

    for (int n = 0; n < 4; n++)
        ck_assert_int_eq(add(journal, n, T, "M"), 1);
    ck_assert_int_eq(pm_journal_done(journal, id_of(0), 1, T), 0);
    ck_assert_int_eq(pm_journal_set_aside(journal, id_of(1), "refused"), 0);
    ck_assert_int_eq(pm_journal_add_bad(journal, "name", "a\0b\xff", 4, "junk", T), 0);
    ck_assert_int_eq(pm_journal_add_bad(journal, "name", "a\0b\xff", 4, "junk", T), 0);
    now = counts(journal);
    ck_assert_int_eq(now.waiting, 2);
    ck_assert_int_eq(now.done, 1);
    ck_assert_int_eq(now.set_aside, 1);
    ck_assert_int_eq(now.bad, 1);
    clean_up(journal);
}
END_TEST

START_TEST(test_journal_a_late_retry_does_not_bring_back_what_is_done)
{
    struct pm_journal *journal = open_journal();
    struct pm_journal_entry entry;
    int64_t next_ms;

    ck_assert_int_eq(add(journal, 1, T, "M"), 1);
    ck_assert_int_eq(pm_journal_done(journal, id_of(1), 1, T), 0);
    ck_assert_int_eq(pm_journal_retry(journal, id_of(1), 0, "late"), 0);
    ck_assert_int_eq(pm_journal_next(journal, T, NULL, &entry, &next_ms), 0);
    clean_up(journal);
}
END_TEST

START_TEST(test_journal_forgets_only_what_is_done)
{
    struct pm_journal *journal = open_journal();

    for (int n = 0; n < 3; n++)
        ck_assert_int_eq(add(journal, n, T, "M"), 1);
    ck_assert_int_eq(pm_journal_done(journal, id_of(0), 1, T), 0);
    ck_assert_int_eq(pm_journal_done(journal, id_of(1), 1, T + 100), 0);
    ck_assert_int_eq(pm_journal_prune(journal, T + 100), 0);
    ck_assert_int_eq(counts(journal).done, 1);
    ck_assert_int_eq(counts(journal).waiting, 1);
    clean_up(journal);
}
END_TEST

START_TEST(test_journal_rolls_back_as_a_whole)
{
    struct pm_journal *journal = open_journal();

    ck_assert_int_eq(pm_journal_begin(journal), 0);
    ck_assert_int_eq(add(journal, 1, T, "M"), 1);
    ck_assert_int_eq(add(journal, 2, T, "M"), 1);
    pm_journal_rollback(journal);
    ck_assert_int_eq(counts(journal).waiting, 0);
    ck_assert_int_eq(pm_journal_begin(journal), 0);
    ck_assert_int_lt(pm_journal_begin(journal), 0);
    ck_assert_ptr_nonnull(strstr(pm_journal_message(journal), "transaction"));
    ck_assert_int_eq(pm_journal_commit(journal), 0);
    clean_up(journal);
}
END_TEST

START_TEST(test_journal_two_handles_share_a_file)
{
    struct pm_journal *one = open_journal(), *two = open_journal();

    ck_assert_int_eq(add(one, 1, T, "M"), 1);
    ck_assert_str_eq(take_next(two, T).id, id_of(1));
    ck_assert_int_eq(pm_journal_done(two, id_of(1), 1, T), 0);
    ck_assert_int_eq(add(one, 1, T, "M"), 0);
    pm_journal_free(two);
    clean_up(one);
}
END_TEST

/* Killed inside a transaction: all of the committed, nothing of the other. */
START_TEST(test_journal_survives_kill_9)
{
    struct pm_journal *journal = open_journal();
    int status;
    pid_t pid;

    pm_journal_free(journal);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        journal = open_journal();
        (void)pm_journal_begin(journal);
        for (int n = 0; n < 10; n++)
            (void)add(journal, n, T, "M");
        (void)pm_journal_commit(journal);
        (void)pm_journal_begin(journal);
        for (int n = 10; n < 20; n++)
            (void)add(journal, n, T, "M");
        (void)raise(SIGKILL);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status));
    journal = open_journal();
    ck_assert_int_eq(counts(journal).waiting, 10);
    clean_up(journal);
}
END_TEST

static void check_refused(const char *what, const char *words)
{
    struct pm_journal *journal;
    struct pm_error err = {.code = 0};

    ck_assert_msg(pm_journal_open(path, PM_JOURNAL_SYNC, &journal, &err) == PM_ERR_CONFIG,
                  "opened %s", what);
    ck_assert_int_eq(err.code, PM_ERR_CONFIG);
    ck_assert_msg(strstr(err.message, path) != NULL, "%s", err.message);
    ck_assert_msg(strstr(err.message, words) != NULL, "%s", err.message);
}

static void write_file(const char *content)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    (void)fputs(content, file);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(test_journal_refuses_a_file_that_is_none)
{
    clean_up(open_journal());
    pm_journal_free(open_journal());
    write_file(
        "this is a letter, and a rather long one, to nobody in particular at all; it goes on "
        "and on so that it fills the first hundred bytes of the file\n");
    check_refused("a letter", "not a database");
    clean_up(NULL);
}
END_TEST

START_TEST(test_journal_refuses_a_newer_version)
{
    sqlite3 *db;

    pm_journal_free(open_journal());
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
    check_refused("version 99", "newer version");
    clean_up(NULL);
}
END_TEST

START_TEST(test_journal_refuses_paths_it_cannot_use)
{
    char target[128];

    pm_journal_free(open_journal());
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    check_refused("a directory", "not a regular file");
    ck_assert_int_eq(rmdir(path), 0);
    (void)snprintf(target, sizeof(target), "%s/elsewhere", dir);
    ck_assert_int_eq(symlink(target, path), 0);
    check_refused("a symbolic link", "not a regular file");
    clean_up(NULL);
    (void)strcpy(path, "/proc/journal/x.db");
    check_refused("a place in /proc", "No such file");
    (void)strcpy(path, "/dev/null/x.db");
    check_refused("a place under a file", "Not a directory");
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_journal_is_created_for_its_owner_only),
    TEST(test_journal_remembers_over_a_restart),
    TEST(test_journal_takes_an_event_once_whatever_became_of_it),
    TEST(test_journal_gives_each_event_of_a_monitor_its_own_millisecond),
    TEST(test_journal_a_millisecond_stays_taken_when_its_event_is_done),
    TEST(test_journal_hands_out_what_is_due_oldest_first),
    TEST(test_journal_counts_what_became_of_events),
    TEST(test_journal_a_late_retry_does_not_bring_back_what_is_done),
    TEST(test_journal_forgets_only_what_is_done),
    TEST(test_journal_rolls_back_as_a_whole),
    TEST(test_journal_two_handles_share_a_file),
    TEST(test_journal_survives_kill_9),
    TEST(test_journal_refuses_a_file_that_is_none),
    TEST(test_journal_refuses_a_newer_version),
    TEST(test_journal_refuses_paths_it_cannot_use),
};

TEST_MAIN("agent_journal", cases)
