/*
 * What the store costs: rows, each written as a request writes it, PER_COMMIT of them in a commit;
 * then again, which merges; then read.
 *
 *   bench_store STORE ROWS PER_COMMIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "store.h"

static struct fa_store *store;

static void check(int r)
{
    if (r >= 0)
        return;
    fprintf(stderr, "bench_store: %s\n", fa_store_message(store));
    exit(1);
}

static int64_t add_monitor(void)
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

    check(fa_store_account_add(store, &account, &monitor.account_id));
    check(fa_store_monitor_add(store, &monitor, &id));
    check(fa_store_commit(store));
    return id;
}

static void write_rows(int64_t monitor_id, int64_t count, int64_t per_commit)
{
    static const struct fa_value values[] = {
        {"user_login", "alice"}, {"host", "192.0.2.7"}, {"srv", "sshd"}};
    int64_t i;

    for (i = 0; i < count; i++) {
        check(fa_store_begin(store));
        check(fa_store_row_merge(store, monitor_id, 1700000000000 + i, 0, values, 3));
        check(fa_store_done(store));
        if ((i + 1) % per_commit == 0)
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

static void read_rows(int64_t monitor_id)
{
    size_t values = 0;

    check(fa_store_rows(store, monitor_id, 0, INT64_MAX, count_values, &values));
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
    int64_t monitor_id;
    int64_t count;
    int64_t per_commit;
    int64_t began_ms;

    if (argc != 4 || (count = atoll(argv[2])) < 1 || (per_commit = atoll(argv[3])) < 1) {
        fputs("usage: bench_store STORE ROWS PER_COMMIT\n", stderr);
        return 2;
    }
    if (fa_store_open(argv[1], &store, message, sizeof(message)) < 0) {
        fprintf(stderr, "bench_store: %s\n", message);
        return 1;
    }
    monitor_id = add_monitor();
    began_ms = pm_clock_mono_ms();
    write_rows(monitor_id, count, per_commit);
    report("new", began_ms, count);
    began_ms = pm_clock_mono_ms();
    write_rows(monitor_id, count, per_commit);
    report("merged", began_ms, count);
    began_ms = pm_clock_mono_ms();
    read_rows(monitor_id);
    report("read", began_ms, count);
    fa_store_close(store);
    return 0;
}
