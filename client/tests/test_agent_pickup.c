/* pickup: records leave the drop directory only once they are in the journal. */
#include "suite.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "event.h"
#include "journal.h"
#include "log.h"
#include "pickup.h"

#define T INT64_C(1763830000123)

/* A directory of its own for each test, with drop and journal in it. */
struct place {
    char dir[64], drop[80], journal_path[80];
    struct pm_config config;
    struct pm_journal *journal;
    struct pm_pickup *pickup;
};

static int open_pickup(struct place *place, const char *drop, struct pm_pickup **ret_pickup,
                       struct pm_error *err)
{
    ck_assert_int_eq(pm_config_set(&place->config, "agent", "drop_dir", drop, err), 0);
    return pm_pickup_open(&place->config, "M", place->journal, ret_pickup, err);
}

static void place_open(struct place *place)
{
    struct pm_error err;

    pm_log_setup("test", PM_LOG_ERROR, PM_LOG_TEXT);
    (void)strcpy(place->dir, "/tmp/agent-pickup-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(place->dir));
    (void)snprintf(place->drop, sizeof(place->drop), "%s/run/drop", place->dir);
    (void)snprintf(place->journal_path, sizeof(place->journal_path), "%s/journal.db", place->dir);
    ck_assert_int_eq(pm_journal_open(place->journal_path, PM_JOURNAL_SYNC, &place->journal, &err),
                     0);
    ck_assert_int_eq(pm_config_init(&place->config, &err), 0);
    ck_assert_msg(open_pickup(place, place->drop, &place->pickup, &err) == 0, "%s", err.message);
}

static void place_close(struct place *place)
{
    char command[96];

    pm_pickup_free(place->pickup);
    pm_journal_free(place->journal);
    pm_config_clear(&place->config);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", place->dir);
    ck_assert_int_eq(system(command), 0);
}

static struct pm_event event_number(int n)
{
    struct pm_event event;

    pm_event_init(&event);
    (void)snprintf(event.id, sizeof(event.id), "%032x", (unsigned)n);
    event.wall_ms = T + n / 4;
    pm_event_set_text(&event, PM_EVENT_USER, "alice");
    return event;
}

static void drop_link(const struct place *place, const char *name, const char *target)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/%s", place->drop, name);
    ck_assert_int_eq(symlink(target, path), 0);
}

static void drop_event(const struct place *place, int n)
{
    struct pm_event event = event_number(n);
    char name[PM_EVENT_NAME_SIZE], record[PM_EVENT_RECORD_SIZE];

    pm_event_format_name(&event, name);
    (void)pm_event_encode(&event, record, sizeof(record));
    drop_link(place, name, record);
}

static int count_links(const struct place *place)
{
    DIR *dir = opendir(place->drop);
    int count = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

static struct pm_journal_counts counts(const struct place *place)
{
    struct pm_journal_counts result;

    ck_assert_int_eq(pm_journal_count(place->journal, &result), 0);
    return result;
}

static int is_readable(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    return poll(&poll_fd, 1, 5000);
}

START_TEST(test_pickup_creates_the_directory_for_its_owner_only)
{
    struct place place;
    struct stat status;

    place_open(&place);
    ck_assert_int_eq(stat(place.drop, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0700);
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 0);
    place_close(&place);
}
END_TEST

START_TEST(test_pickup_wakes_and_takes_a_record_over)
{
    struct pm_journal_entry entry;
    struct place place;
    int64_t next_ms;

    place_open(&place);
    drop_event(&place, 1);
    ck_assert_int_eq(is_readable(pm_pickup_fd(place.pickup)), 1);
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 1);
    ck_assert_int_eq(count_links(&place), 0);
    ck_assert_int_eq(pm_journal_next(place.journal, T, NULL, &entry, &next_ms), 1);
    ck_assert_str_eq(entry.id, "00000000000000000000000000000001");
    ck_assert_str_eq(entry.monitor, "M");
    ck_assert_ptr_nonnull(strstr(entry.record, " user=alice"));
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 0);
    place_close(&place);
}
END_TEST

START_TEST(test_pickup_takes_thousands_each_once)
{
    enum { MANY = 1000 };
    struct place place;

    place_open(&place);
    for (int n = 0; n < MANY; n++)
        drop_event(&place, n);
    ck_assert_int_eq(pm_pickup_scan(place.pickup), MANY);
    ck_assert_int_eq(count_links(&place), 0);
    ck_assert_int_eq(counts(&place).waiting, MANY);
    place_close(&place);
}
END_TEST

START_TEST(test_pickup_of_a_link_that_is_in_the_journal_already)
{
    struct place place;

    place_open(&place);
    drop_event(&place, 1);
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 1);
    drop_event(&place, 1); /* as if killed before removing it */
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 0);
    ck_assert_int_eq(count_links(&place), 0);
    ck_assert_int_eq(counts(&place).waiting, 1);
    place_close(&place);
}
END_TEST

START_TEST(test_pickup_sets_bad_records_aside_and_goes_on)
{
    static const struct {
        const char *name, *target;
    } rows[] = {
        {"1763830000123-ffffffffffffffffffffffffffffff00", "junk"},
        {"1763830000123-ffffffffffffffffffffffffffffff01", "/etc/passwd"},
        {"1763830000123-ffffffffffffffffffffffffffffff02",
         "v=2 id=ffffffffffffffffffffffffffffff02 t=1763830000123 phase=open"},
        {"1763830000123-ffffffffffffffffffffffffffffff03",
         "v=1 id=ffffffffffffffffffffffffffffff03 t=1763830000124 phase=open"},
        {"1763830000123-ffffffffffffffffffffffffffffff04",
         "v=1 id=00000000000000000000000000000004 t=1763830000123 phase=open"},
        {"1763830000123-ffffffffffffffffffffffffffffff05", "\xff\x01\n"},
    };
    struct place place;
    size_t i;

    place_open(&place);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        drop_link(&place, rows[i].name, rows[i].target);
    drop_event(&place, 1);
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 1);
    ck_assert_int_eq(count_links(&place), 0);
    ck_assert_int_eq(counts(&place).waiting, 1);
    ck_assert_int_eq(counts(&place).bad, (int)i);
    place_close(&place);
}
END_TEST

START_TEST(test_pickup_leaves_foreign_files_alone)
{
    static const char *const links[] = {
        "README",
        "1763830000123",
        "1763830000123-",
        "1763830000123-0123",
        "1763830000123-FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "176383000012x-00000000000000000000000000000001",
        "1763830000123-000000000000000000000000000000011",
    };
    struct place place;
    char path[256];
    size_t i;
    int fd;

    place_open(&place);
    for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        drop_link(&place, links[i], "v=1");
    (void)snprintf(path, sizeof(path), "%s/1763830000123-00000000000000000000000000000002",
                   place.drop);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600); /* a name of ours, but a file */
    ck_assert_int_ge(fd, 0);
    close(fd);
    (void)snprintf(path, sizeof(path), "%s/1763830000123-00000000000000000000000000000003",
                   place.drop);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    drop_event(&place, 1);
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 1);
    ck_assert_int_eq(count_links(&place), (int)i + 2);
    ck_assert_int_eq(counts(&place).bad, 0);
    place_close(&place);
}
END_TEST

START_TEST(test_pickup_time_before_1973_stays_milliseconds)
{
    struct pm_event event = event_number(1);
    char name[PM_EVENT_NAME_SIZE], record[PM_EVENT_RECORD_SIZE];
    struct pm_journal_entry entry;
    struct place place;
    int64_t next_ms;

    place_open(&place);
    event.wall_ms = 5; /* a clock that was never set */
    pm_event_format_name(&event, name);
    (void)pm_event_encode(&event, record, sizeof(record));
    drop_link(&place, name, record);
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 1);
    ck_assert_int_eq(pm_journal_next(place.journal, T, NULL, &entry, &next_ms), 1);
    ck_assert_int_ge(entry.checktime_ms, INT64_C(100000000000));
    place_close(&place);
}
END_TEST

START_TEST(test_pickup_keeps_links_while_the_journal_fails)
{
    struct pm_journal *other;
    struct pm_error err;
    struct place place;

    place_open(&place);
    drop_event(&place, 1);
    ck_assert_int_eq(pm_journal_begin(place.journal), 0); /* so that its own begin fails */
    ck_assert_int_lt(pm_pickup_scan(place.pickup), 0);
    ck_assert_int_eq(count_links(&place), 1);
    ck_assert_int_eq(pm_journal_open(place.journal_path, PM_JOURNAL_SYNC, &other, &err), 0);
    pm_journal_free(other);
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 1);
    ck_assert_int_eq(count_links(&place), 0);
    place_close(&place);
}
END_TEST

START_TEST(test_pickup_follows_a_directory_that_was_replaced)
{
    struct pm_error err;
    struct place place;
    char old[128];

    place_open(&place);
    ck_assert_int_eq(pm_pickup_check(place.pickup, &err), 0);
    (void)snprintf(old, sizeof(old), "%s.old", place.drop);
    ck_assert_int_eq(rename(place.drop, old), 0);
    ck_assert_int_eq(pm_pickup_check(place.pickup, &err), 0); /* made anew */
    drop_event(&place, 1);
    ck_assert_int_eq(is_readable(pm_pickup_fd(place.pickup)), 1);
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 1);
    place_close(&place);
}
END_TEST

START_TEST(test_pickup_says_when_the_directory_cannot_be_had_and_recovers)
{
    struct pm_error err;
    struct place place;
    int fd;

    place_open(&place);
    ck_assert_int_eq(rmdir(place.drop), 0);
    fd = open(place.drop, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(pm_pickup_check(place.pickup, &err), PM_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "Not a directory"));
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 0);
    ck_assert_int_eq(unlink(place.drop), 0);
    ck_assert_int_eq(pm_pickup_check(place.pickup, &err), 0);
    drop_event(&place, 1);
    ck_assert_int_eq(pm_pickup_scan(place.pickup), 1);
    place_close(&place);
}
END_TEST

START_TEST(test_pickup_refuses_a_directory_that_others_can_write_into)
{
    static const mode_t modes[] = {0777, 01777, 0770, 0720, 0702};
    struct pm_pickup *pickup;
    struct pm_error err;
    struct place place;
    size_t i;

    place_open(&place);
    for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        ck_assert_int_eq(chmod(place.drop, modes[i]), 0);
        ck_assert_int_eq(open_pickup(&place, place.drop, &pickup, &err), PM_ERR_CONFIG);
        ck_assert_ptr_nonnull(strstr(err.message, "chmod 700"));
    }
    place_close(&place);
}
END_TEST

START_TEST(test_pickup_refuses_places_that_cannot_be_created)
{
    static const char *const rows[] = {"/proc/drop", "/dev/null/drop", "/dev/null"};
    struct pm_pickup *pickup;
    struct pm_error err;
    struct place place;
    size_t i;

    place_open(&place);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(open_pickup(&place, rows[i], &pickup, &err) == PM_ERR_CONFIG, "opened '%s'",
                      rows[i]);
        ck_assert_ptr_nonnull(strstr(err.message, "drop directory"));
    }
    place_close(&place);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_pickup_creates_the_directory_for_its_owner_only),
    TEST(test_pickup_wakes_and_takes_a_record_over),
    TEST(test_pickup_takes_thousands_each_once),
    TEST(test_pickup_of_a_link_that_is_in_the_journal_already),
    TEST(test_pickup_sets_bad_records_aside_and_goes_on),
    TEST(test_pickup_leaves_foreign_files_alone),
    TEST(test_pickup_time_before_1973_stays_milliseconds),
    TEST(test_pickup_keeps_links_while_the_journal_fails),
    TEST(test_pickup_follows_a_directory_that_was_replaced),
    TEST(test_pickup_says_when_the_directory_cannot_be_had_and_recovers),
    TEST(test_pickup_refuses_a_directory_that_others_can_write_into),
    TEST(test_pickup_refuses_places_that_cannot_be_created),
};

TEST_MAIN("agent_pickup", cases)
