/*
 * What the store costs: ROWS rows of 100 monitors, a minute apart, each written as a request writes
 * it, PER_COMMIT of them in a commit; then what pages and reports read of them. With one row in ten
 * written again, which merges.
 *
 *   bench_store STORE ROWS PER_COMMIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "store.h"

#define MONITORS  100
#define BEGIN_MS  INT64_C(1700000000000)
#define MINUTE_MS 60000
#define DAY_MS    86400000
#define PAGE      100
#define READS     20 /* of each kind; the slowest counts */

static struct fa_store *store;

static void check(int r)
{
    if (r >= 0)
        return;
    fprintf(stderr, "bench_store: %s\n", fa_store_message(store));
    exit(1);
}

/* Their ids are 1 to MONITORS in a new store. */
static void add_monitors(void)
{
    struct fa_account account = {.apikey = "BENCH",
                                 .secretkey = "S",
                                 .name = "",
                                 .user = "",
                                 .password_md5 = "",
                                 .password_sha256 = ""};
    struct fa_monitor monitor = {.name = "bench",
                                 .tag = "",
                                 .type = "custom",
                                 .agent_name = "",
                                 .plugin_id = "",
                                 .order_id = "",
                                 .gui_style = ""};
    int64_t id;
    int i;

    check(fa_store_account_add(store, &account, &monitor.account_id));
    for (i = 0; i < MONITORS; i++)
        check(fa_store_monitor_add(store, &monitor, &id));
    check(fa_store_commit(store));
}

static void write_rows(int64_t count, int64_t step, int64_t per_commit)
{
    static const struct fa_value values[] = {
        {"user_login", "alice"}, {"host", "192.0.2.7"}, {"srv", "sshd"}};
    int64_t done = 0;
    int64_t i;

    for (i = 0; i < count; i += step) {
        check(fa_store_begin(store));
        check(fa_store_row_merge(store, 1 + i % MONITORS, BEGIN_MS + i / MONITORS * MINUTE_MS, 0,
                                 values, 3));
        check(fa_store_done(store));
        if (++done % per_commit == 0)
            check(fa_store_commit(store));
    }
    check(fa_store_commit(store));
}

/* fa_row_fn */
static int count_values(void *context, const struct fa_row *row)
{
    *(size_t *)context += row->value_count;
    return 0;
}

/* Reading: the monitor, and a time between the first and the last row. */

static size_t read_day(int64_t monitor, int64_t time_ms)
{
    size_t values = 0;

    check(fa_store_rows(store, monitor, time_ms, time_ms + DAY_MS, count_values, &values));
    return values / 3;
}

static size_t read_page(int64_t monitor, int64_t time_ms)
{
    size_t values = 0;

    check(fa_store_rows_before(store, monitor, time_ms, 0, PAGE, count_values, &values));
    return values / 3;
}

static size_t read_newest(int64_t monitor, int64_t time_ms)
{
    (void)time_ms;
    return read_page(monitor, INT64_MAX);
}

static size_t read_news(int64_t monitor, int64_t time_ms)
{
    size_t values = 0;
    int64_t last;

    (void)time_ms;
    check(fa_store_last_row_id(store, &last));
    check(
        fa_store_rows_after_id(store, monitor, last - 10 * MONITORS, PAGE, count_values, &values));
    return values / 3;
}

static size_t count_some(int64_t monitor, int64_t time_ms)
{
    int64_t count;

    (void)time_ms;
    check(fa_store_row_count_upto(store, monitor, 10000, &count));
    return (size_t)count;
}

static const struct {
    const char *name;
    size_t (*read)(int64_t monitor, int64_t time_ms);
} readings[] = {
    {"newest page", read_newest}, {"page somewhere", read_page},  {"day somewhere", read_day},
    {"what is new", read_news},   {"count to 10000", count_some},
};

static void measure_reading(size_t which, int64_t rows)
{
    int64_t slowest_us = 0;
    size_t found = 0;
    int i;

    for (i = 0; i < READS; i++) {
        int64_t began_us = pm_clock_mono_us();
        int64_t took_us;

        found = readings[which].read(1 + i * 37 % MONITORS, BEGIN_MS + rows / MONITORS * MINUTE_MS /
                                                                           (READS + 1) * (i + 1));
        took_us = pm_clock_mono_us() - began_us;
        slowest_us = took_us > slowest_us ? took_us : slowest_us;
    }
    printf("%-15s %6zu rows  %8.2f ms at most\n", readings[which].name, found,
           (double)slowest_us / 1000);
}

static void report(const char *what, int64_t began_ms, int64_t count)
{
    int64_t took_ms = pm_clock_mono_ms() - began_ms;

    printf("%-6s %8" PRId64 " rows %8.2f us each\n", what, count,
           1000.0 * (double)took_ms / (double)count);
}

int main(int argc, char **argv)
{
    char message[512];
    int64_t count;
    int64_t per_commit;
    int64_t began_ms;
    size_t i;

    if (argc != 4 || (count = atoll(argv[2])) < 1 || (per_commit = atoll(argv[3])) < 1) {
        fputs("usage: bench_store STORE ROWS PER_COMMIT\n", stderr);
        return 2;
    }
    if (fa_store_open(argv[1], &store, message, sizeof(message)) < 0) {
        fprintf(stderr, "bench_store: %s\n", message);
        return 1;
    }
    add_monitors();
    began_ms = pm_clock_mono_ms();
    write_rows(count, 1, per_commit);
    report("new", began_ms, count);
    began_ms = pm_clock_mono_ms();
    write_rows(count, 10, per_commit);
    report("merged", began_ms, count / 10);
    for (i = 0; i < sizeof(readings) / sizeof(readings[0]); i++)
        measure_reading(i, count);
    fa_store_close(store);
    return 0;
}
