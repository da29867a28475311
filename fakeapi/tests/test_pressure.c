/*
 * Stores in trouble: a full disk, a place that cannot be written, a database that is away. Who asks
 * is told by the vendor's error for such things, what was acknowledged stays, and the server goes
 * on by itself when the trouble is over. Run by `ci/postgresql run`, the trouble is PostgreSQL's.
 *
 * Small file systems are mounted in a mount namespace of the test.
 */
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "fakeapi.h"
#include "peer.h"
#include "site.h"
#include "stores.h"

#define DEADLINE_MS 60000
#define VALUE_LEN   20000

static char folder[] = "/tmp/test_pressure.XXXXXX";
static char where[600];
static int64_t acknowledged; /* rows */
static char logged[1024];    /* the last line of the server */

/* Servers */

/* fa_server_options.log. What is about a request comes before its answer. */
static void keep_line(void *context, const struct fa_log_record *record)
{
    (void)context;
    if (record->status == 0)
        snprintf(logged, sizeof(logged), "%s", record->line);
}

static void start_on(const char *store)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[512];

    options.store = store;
    options.log = keep_line;
    ck_assert_msg(fa_server_start(&options, &site, message, sizeof(message)) == 0, "%s", message);
    ck_assert_int_eq(fa_server_account_add(site, SITE_KEY, SITE_SECRET), 0);
}

static void add_monitor(void)
{
    site_do("/customMonitorApi", "addMonitor", "name", "m", "tag", "t", "type", "custom",
            "resultParams", "user:User:N/A:3;", NULL);
    site_expect(200, "{\"status\":\"ok\",\"data\":1}");
}

/* A new row at each call. Returns the status. */
static int add_row(void)
{
    static char results[VALUE_LEN + sizeof("user:")] = "user:";
    static int64_t number;
    char checktime[32];

    memset(results + strlen("user:"), 'x', VALUE_LEN);
    snprintf(checktime, sizeof(checktime), "%" PRId64, INT64_C(1500000000000) + number++);
    site_do("/customMonitorApi", "addResult", "monitorId", "1", "checktime", checktime, "results",
            results, NULL);
    acknowledged += site_reply.status == 200;
    return site_reply.status;
}

static void add_rows_until_refused(void)
{
    while (add_row() == 200)
        ck_assert_int_lt(acknowledged, 100000);
}

static void add_rows_until_accepted(void)
{
    int64_t deadline_ms = pm_clock_mono_ms() + DEADLINE_MS;

    while (add_row() != 200)
        ck_assert_msg(pm_clock_mono_ms() < deadline_ms, "still: %s", site_reply.body);
}

/* PROTOCOL.md §4: the error for what is the server's fault. */
static void expect_trouble(void)
{
    ck_assert_int_eq(site_reply.status, 500);
    ck_assert_str_eq(site_reply.body, "{\"error\":\"Internal server error\"}");
}

static void expect_logged(const char *part)
{
    ck_assert_msg(strstr(logged, part) != NULL, "\"%s\" is not in \"%s\"", part, logged);
}

/* Places */

static void write_all(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
    (void)close(fd);
}

/* As root, or as root of a user namespace. False: this machine allows neither. */
static bool enter_namespace(void)
{
    char map[64];
    unsigned int uid = getuid();

    if (unshare(CLONE_NEWNS) == 0)
        return true;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return false;
    write_all("/proc/self/setgroups", "deny");
    snprintf(map, sizeof(map), "0 %u 1", uid);
    write_all("/proc/self/uid_map", map);
    return true;
}

/* A file system of its own for this test, so small. False: not here */
static bool mount_small(const char *options)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    return enter_namespace() && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
}

static void unmount(void)
{
    (void)umount2(folder, MNT_DETACH);
    (void)rmdir(folder);
}

static void skip(const char *test)
{
    fprintf(stderr, "%s: skipped, no mount namespaces here\n", test);
    (void)rmdir(folder);
}

static void path_of(const char *name, char *path, size_t size)
{
    snprintf(path, size, "%s/%s", folder, name);
}

/* Take what room there is, but for so many KiB. */
static void fill(const char *ballast, int spare_kib)
{
    static const char block[4096] = {1};
    int fd = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    struct stat info;

    ck_assert_int_ge(fd, 0);
    while (write(fd, block, sizeof(block)) > 0)
        ;
    ck_assert_int_eq(errno, ENOSPC);
    ck_assert_int_eq(fstat(fd, &info), 0);
    ck_assert_int_eq(ftruncate(fd, info.st_size - (off_t)spare_kib * 1024), 0);
    (void)close(fd);
}

/* SQLite */

START_TEST(test_a_full_disk_refuses_results_until_there_is_room_again)
{
    char ballast[64];

    if (!mount_small("size=4m")) {
        skip("test_a_full_disk_refuses_results_until_there_is_room_again");
        return;
    }
    path_of("store.db", where, sizeof(where));
    path_of("ballast", ballast, sizeof(ballast));
    start_on(where);
    add_monitor();
    fill(ballast, 500);
    add_rows_until_refused();
    expect_trouble();
    site_expect_reason("the commit failed: nothing of this request was stored");
    expect_logged("database or disk is full");
    site_get("action=getMonitors"); /* what only reads goes on */
    ck_assert_int_eq(site_reply.status, 200);
    ck_assert_int_eq(add_row(), 500);
    ck_assert_int_eq(unlink(ballast), 0);
    ck_assert_int_eq(add_row(), 200);
    ck_assert_int_eq(fa_server_rows(site, 1), acknowledged);
    fa_server_stop(site);
    start_on(where); /* the rows that were refused are not there, those acknowledged are */
    ck_assert_int_eq(fa_server_rows(site, 1), acknowledged);
    fa_server_stop(site);
    unmount();
}
END_TEST

START_TEST(test_a_place_that_cannot_be_written_is_told_at_the_start)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[512];

    if (!mount_small("size=1m")) {
        skip("test_a_place_that_cannot_be_written_is_told_at_the_start");
        return;
    }
    path_of("store.db", where, sizeof(where));
    start_on(where);
    fa_server_stop(site);
    ck_assert_int_eq(mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    options.store = where;
    ck_assert_int_eq(fa_server_start(&options, &site, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "Read-only file system; choose a place that can be "
                                          "written or choose another --store"));
    ck_assert_int_eq(mount(NULL, folder, NULL, MS_REMOUNT, NULL), 0);
    start_on(where);
    fa_server_stop(site);
    unmount();
}
END_TEST

/* PostgreSQL */

START_TEST(test_a_database_that_is_away_is_told_and_found_again)
{
    start_on(stores_new());
    add_monitor();
    ck_assert_int_eq(add_row(), 200);
    stores_cluster_do("stop");
    ck_assert_int_eq(add_row(), 500);
    expect_trouble();
    site_expect_reason("the store failed: ");
    site_get("action=getMonitors");
    expect_trouble();
    site_expect_reason("the store failed: ");
    stores_cluster_do("start");
    add_rows_until_accepted();
    stores_cluster_do("kill"); /* no good-bye this time */
    ck_assert_int_eq(add_row(), 500);
    stores_cluster_do("start");
    add_rows_until_accepted();
    ck_assert_int_eq(fa_server_rows(site, 1), acknowledged);
    fa_server_stop(site);
}
END_TEST

START_TEST(test_a_database_that_takes_no_writes_is_told)
{
    snprintf(where, sizeof(where), "%s", stores_new());
    start_on(where);
    add_monitor();
    stores_sql("ALTER SYSTEM SET default_transaction_read_only = on");
    stores_sql("SELECT pg_reload_conf()");
    add_rows_until_refused();
    expect_trouble();
    site_expect_reason("SQLSTATE 25006; the database takes no writes");
    site_get("action=getMonitors");
    ck_assert_int_eq(site_reply.status, 200);
    stores_sql("ALTER SYSTEM RESET default_transaction_read_only");
    stores_sql("SELECT pg_reload_conf()");
    add_rows_until_accepted();
    ck_assert_int_eq(fa_server_rows(site, 1), acknowledged);
    fa_server_stop(site);
}
END_TEST

/* PostgreSQL gives up altogether when its log finds no room; it comes back when there is some. */
START_TEST(test_a_database_whose_disk_is_full_is_told_and_found_again)
{
    char ballast[64];
    char cluster[64];

    if (!mount_small("size=160m,mode=711")) {
        skip("test_a_database_whose_disk_is_full_is_told_and_found_again");
        return;
    }
    path_of("ballast", ballast, sizeof(ballast));
    path_of("cluster", cluster, sizeof(cluster));
    ck_assert_int_eq(setenv("PM_POSTGRESQL", cluster, 1), 0);
    stores_cluster_do("start");
    start_on(stores_new());
    add_monitor();
    ck_assert_int_eq(add_row(), 200);
    fill(ballast, 200);
    add_rows_until_refused();
    expect_trouble();
    ck_assert_int_eq(unlink(ballast), 0);
    stores_cluster_do("restart");
    add_rows_until_accepted();
    ck_assert_int_eq(fa_server_rows(site, 1), acknowledged);
    fa_server_stop(site);
    stores_cluster_do("kill");
    unmount();
}
END_TEST

static const struct test_case sqlite_cases[] = {
    TEST(test_a_full_disk_refuses_results_until_there_is_room_again),
    TEST(test_a_place_that_cannot_be_written_is_told_at_the_start),
};

static const struct test_case postgresql_cases[] = {
    TEST(test_a_database_that_is_away_is_told_and_found_again),
    TEST(test_a_database_that_takes_no_writes_is_told),
    TEST(test_a_database_whose_disk_is_full_is_told_and_found_again),
};

#define RUN(name, cases) test_suite_run(name, cases, sizeof(cases) / sizeof((cases)[0]))

int main(void)
{
    return stores_on_postgresql() ? RUN("PostgreSQL in trouble", postgresql_cases)
                                  : RUN("SQLite in trouble", sqlite_cases);
}
