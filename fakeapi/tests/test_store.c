/*
 * The store: what was committed is there, what was undone is not, and queries keep their promises.
 * The same on both engines: `ci/postgresql run test_store` is the other half.
 */
#include "suite.h"

#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "store.h"
#include "stores.h"

static struct fa_store *store;
static char shown[8192];
static char message[512];

static const struct fa_account alice = {
    .apikey = "ALICE",
    .secretkey = "S1",
    .name = "alice",
    .user = "alice@example.org",
    .password_md5 = "",
    .password_sha256 = "",
};

static void open_new(void)
{
    ck_assert_int_eq(fa_store_open(stores_new(), &store, message, sizeof(message)), 0);
}

static int64_t add_account(void)
{
    int64_t id;

    ck_assert_int_eq(fa_store_account_add(store, &alice, &id), 0);
    return id;
}

static int64_t add_monitor(int64_t account_id, const char *name)
{
    const struct fa_monitor monitor = {
        .account_id = account_id,
        .name = name,
        .tag = "t",
        .type = "custom",
        .agent_name = "",
        .plugin_id = "",
        .order_id = "",
        .gui_style = "",
    };
    int64_t id;

    ck_assert_int_eq(fa_store_monitor_add(store, &monitor, &id), 0);
    return id;
}

static void add_row(int64_t monitor_id, int64_t time_ms, int64_t number, const char *name,
                    const char *text)
{
    const struct fa_value value = {.name = name, .text = text};

    ck_assert_int_eq(fa_store_row_merge(store, monitor_id, time_ms, number, &value, 1), 0);
}

/* fa_row_fn */
static int show_row(void *context, const struct fa_row *row)
{
    size_t i;

    (void)context;
    sprintf(shown + strlen(shown), "%" PRId64 ".%" PRId64 "(", row->checktime_ms, row->number);
    for (i = 0; i < row->value_count; i++)
        sprintf(shown + strlen(shown), "%s%s=%s", i > 0 ? "," : "", row->values[i].name,
                row->values[i].text);
    strcat(shown, ")");
    return 0;
}

/* fa_monitor_fn */
static int show_monitor(void *context, const struct fa_monitor *monitor)
{
    (void)context;
    sprintf(shown + strlen(shown), "%s;", monitor->name);
    return 0;
}

static const char *rows(int64_t monitor_id, int64_t from_ms, int64_t to_ms)
{
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_rows(store, monitor_id, from_ms, to_ms, show_row, NULL), 0);
    return shown;
}

START_TEST(test_rows_merge_by_name_at_one_checktime)
{
    int64_t id;

    open_new();
    id = add_monitor(add_account(), "m");
    add_row(id, 1000, 0, "a", "1");
    add_row(id, 1000, 0, "b", "x\"y\\z");
    add_row(id, 1000, 0, "a", "2");
    add_row(id, 1000, 1, "a", "3");
    add_row(id, 999, 0, "a", "");
    ck_assert_str_eq(rows(id, 0, 2000), "999.0(a=)1000.0(a=2,b=x\"y\\z)1000.1(a=3)");
    ck_assert_str_eq(rows(id, 1000, 1001), "1000.0(a=2,b=x\"y\\z)1000.1(a=3)");
    ck_assert_str_eq(rows(id, 0, 999), "");
    ck_assert_str_eq(rows(id + 1, 0, 2000), "");
    fa_store_close(store);
}
END_TEST

START_TEST(test_rows_come_newest_first_in_pages)
{
    int64_t id;
    int64_t number;
    int64_t count;
    int64_t last;

    open_new();
    id = add_monitor(add_account(), "m");
    add_row(id, 1, 0, "a", "1");
    add_row(id, 2, 0, "a", "2");
    add_row(id, 2, 1, "a", "3");
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_rows_before(store, id, INT64_MAX, 0, 2, show_row, NULL), 0);
    ck_assert_str_eq(shown, "2.1(a=3)2.0(a=2)");
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_rows_before(store, id, 2, 0, 2, show_row, NULL), 0);
    ck_assert_str_eq(shown, "1.0(a=1)");
    ck_assert_int_eq(fa_store_row_ends(store, id, &number, &last), 0);
    ck_assert_int_eq(number, 1);
    ck_assert_int_eq(last, 2);
    ck_assert_int_eq(fa_store_row_ends(store, id + 1, &number, &last), 0);
    ck_assert(number == INT64_MAX && last == INT64_MIN);
    ck_assert_int_eq(fa_store_row_next(store, id, 2, &number), 0);
    ck_assert_int_eq(number, 2);
    ck_assert_int_eq(fa_store_row_next(store, id, 3, &number), 0);
    ck_assert_int_eq(number, 0);
    ck_assert_int_eq(fa_store_row_count(store, id, &count), 0);
    ck_assert_int_eq(count, 3);
    ck_assert_int_eq(fa_store_last_row_id(store, &last), 0);
    add_row(id, 0, 0, "a", "4");
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_rows_after_id(store, id, last, 10, show_row, NULL), 0);
    ck_assert_str_eq(shown, "0.0(a=4)");
    fa_store_close(store);
}
END_TEST

/* fa_row_fn. 700 rows of each checktime from 1 on; 2300 are enough. */
static int check_order(void *context, const struct fa_row *row)
{
    int64_t *seen = context;

    ck_assert_int_eq(row->checktime_ms, 1 + *seen / 700);
    ck_assert_int_eq(row->number, *seen % 700);
    ++*seen;
    return *seen == 2300 ? 7 : 0;
}

START_TEST(test_many_rows_come_in_order_until_the_visitor_has_enough)
{
    int64_t seen = 0;
    int64_t id;
    int i;

    open_new();
    id = add_monitor(add_account(), "m");
    for (i = 0; i < 4 * 700; i++)
        add_row(id, 1 + i / 700, i % 700, "a", "x");
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert_int_eq(fa_store_rows(store, id, 0, 4, check_order, &seen), 0);
    ck_assert_int_eq(seen, 3 * 700);
    seen = 0;
    ck_assert_int_eq(fa_store_rows(store, id, 0, 5, check_order, &seen), 7);
    ck_assert_int_eq(seen, 2300);
    fa_store_close(store);
}
END_TEST

START_TEST(test_monitors_are_found_by_exact_filters)
{
    struct fa_monitor_filter filter = {0};
    int64_t account;

    open_new();
    account = add_account();
    add_monitor(account, "one");
    add_monitor(account, "two");
    filter.account_id = account;
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_monitors(store, &filter, show_monitor, NULL), 0);
    filter.name = "one";
    ck_assert_int_eq(fa_store_monitors(store, &filter, show_monitor, NULL), 0);
    filter.name = "One";
    ck_assert_int_eq(fa_store_monitors(store, &filter, show_monitor, NULL), 0);
    filter.name = "one";
    filter.type = "other";
    ck_assert_int_eq(fa_store_monitors(store, &filter, show_monitor, NULL), 0);
    filter.type = NULL;
    filter.account_id = account + 1;
    ck_assert_int_eq(fa_store_monitors(store, &filter, show_monitor, NULL), 0);
    ck_assert_str_eq(shown, "one;two;one;");
    fa_store_close(store);
}
END_TEST

START_TEST(test_a_deleted_monitor_takes_its_rows_along_and_its_id_never_returns)
{
    int64_t account;
    int64_t id;
    int64_t count;

    open_new();
    account = add_account();
    id = add_monitor(account, "m");
    add_row(id, 1, 0, "a", "1");
    ck_assert_int_eq(fa_store_additional_add(store, id, 1, "{}"), 0);
    ck_assert_int_eq(fa_store_monitor_delete(store, account + 1, id), FA_STORE_ABSENT);
    ck_assert_int_eq(fa_store_monitor_delete(store, account, id), 0);
    ck_assert_int_eq(fa_store_monitor_delete(store, account, id), FA_STORE_ABSENT);
    ck_assert_int_eq(fa_store_row_count(store, id, &count), 0);
    ck_assert_int_eq(count, 0);
    ck_assert_int_gt(add_monitor(account, "m"), id);
    fa_store_close(store);
}
END_TEST

START_TEST(test_an_undone_request_leaves_nothing_and_others_stay)
{
    int64_t id;

    open_new();
    id = add_monitor(add_account(), "m");
    ck_assert_int_eq(fa_store_begin(store), 0);
    add_row(id, 1, 0, "a", "kept");
    ck_assert_int_eq(fa_store_done(store), 0);
    ck_assert_int_eq(fa_store_begin(store), 0);
    add_row(id, 2, 0, "a", "undone");
    fa_store_undo(store);
    ck_assert(fa_store_is_dirty(store));
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert(!fa_store_is_dirty(store));
    ck_assert_str_eq(rows(id, 0, 10), "1.0(a=kept)");
    fa_store_close(store);
}
END_TEST

/* A listener that writes down what it is told. */
static void note(void *context, int64_t monitor_id)
{
    (void)context;
    sprintf(shown + strlen(shown), "%" PRId64 ";", monitor_id);
}

START_TEST(test_listeners_are_told_after_the_commit_once_per_monitor)
{
    int64_t id;
    int i;

    open_new();
    id = add_monitor(add_account(), "m");
    ck_assert_int_eq(id, 1);
    ck_assert_int_eq(fa_store_commit(store), 0);
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_listen(store, note, NULL), 0);
    add_row(id, 1, 0, "a", "1");
    add_row(id, 2, 0, "a", "1");
    ck_assert_str_eq(shown, "");
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert_str_eq(shown, "1;");
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert_str_eq(shown, "1;");
    for (i = 0; i < 300; i++) {
        char name[16];

        snprintf(name, sizeof(name), "n%d", i);
        add_monitor(1, name);
    }
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert_str_eq(shown, "0;");
    fa_store_close(store);
}
END_TEST

/* fa_object_fn */
static int show_object(void *context, const struct fa_object *object)
{
    (void)context;
    sprintf(shown + strlen(shown), "%s%s", object->kind, object->data);
    return 0;
}

/* fa_account_fn */
static int show_account(void *context, const struct fa_account *account)
{
    (void)context;
    sprintf(shown + strlen(shown), "%s:%" PRId64 ":%" PRId64 ";", account->apikey,
            account->reseller_id, account->expires_at_ms);
    return 0;
}

static const char *accounts(void)
{
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_accounts(store, show_account, NULL), 0);
    return shown;
}

/* An account with one of each thing that may belong to one. */
static int64_t add_full_account(const char *apikey, int64_t expires_at_ms)
{
    struct fa_account account = alice;
    struct fa_object object = {.kind = "agent", .data = "{}"};
    int64_t monitor;
    int64_t id;

    account.apikey = apikey;
    account.expires_at_ms = expires_at_ms;
    ck_assert_int_eq(fa_store_account_add(store, &account, &object.account_id), 0);
    ck_assert_int_eq(fa_store_token_add(store, object.account_id, apikey, 1000), 0);
    ck_assert_int_eq(fa_store_object_add(store, &object, &id), 0);
    monitor = add_monitor(object.account_id, apikey);
    add_row(monitor, 1, 0, "a", apikey);
    return object.account_id;
}

/* How many things of add_full_account() an account has. */
static int things_of(int64_t account_id, const char *apikey)
{
    struct fa_monitor_filter filter = {.account_id = account_id};

    shown[0] = '\0';
    ck_assert_int_eq(fa_store_monitors(store, &filter, show_monitor, NULL), 0);
    ck_assert_int_eq(fa_store_objects(store, account_id, "agent", 0, 0, show_object, NULL), 0);
    return (strstr(shown, apikey) ? 1 : 0) + (strstr(shown, "agent{}") ? 1 : 0) +
           (fa_store_token_check(store, account_id, apikey, 1) == 0 ? 1 : 0);
}

static int64_t all_rows(void)
{
    int64_t monitor;
    int64_t sum = 0;

    for (monitor = 1; monitor < 10; monitor++) {
        int64_t count;

        ck_assert_int_eq(fa_store_row_count(store, monitor, &count), 0);
        sum += count;
    }
    return sum;
}

START_TEST(test_a_deleted_account_takes_along_what_is_its_own)
{
    struct fa_account client = alice;
    int64_t first;
    int64_t second;
    int64_t id;

    open_new();
    first = add_full_account("FIRST", 0);
    second = add_full_account("SECOND", 0);
    client.apikey = "CLIENT";
    client.reseller_id = first;
    ck_assert_int_eq(fa_store_account_add(store, &client, &id), 0);
    ck_assert_int_eq(fa_store_account_delete(store, first), 0);
    ck_assert_int_eq(fa_store_account_delete(store, first), FA_STORE_ABSENT);
    ck_assert_str_eq(accounts(), "SECOND:0:0;CLIENT:0:0;");
    ck_assert_int_eq(things_of(first, "FIRST"), 0);
    ck_assert_int_eq(things_of(second, "SECOND"), 3);
    ck_assert_int_eq(all_rows(), 1);
    fa_store_close(store);
}
END_TEST

START_TEST(test_a_reset_account_is_empty_and_still_there)
{
    int64_t first;
    int64_t second;

    open_new();
    first = add_full_account("FIRST", 0);
    second = add_full_account("SECOND", 0);
    ck_assert_int_eq(fa_store_account_reset(store, 0), FA_STORE_ABSENT); /* 0 is not "all" */
    ck_assert_int_eq(fa_store_account_reset(store, first), 0);
    ck_assert_str_eq(accounts(), "FIRST:0:0;SECOND:0:0;");
    ck_assert_int_eq(things_of(first, "FIRST"), 0);
    ck_assert_int_eq(things_of(second, "SECOND"), 3);
    ck_assert_int_eq(fa_store_reset_all(store), 0);
    ck_assert_str_eq(accounts(), "FIRST:0:0;SECOND:0:0;");
    ck_assert_int_eq(things_of(second, "SECOND"), 0);
    ck_assert_int_eq(all_rows(), 0);
    ck_assert_int_eq(add_monitor(first, "m"), 3); /* ids do not return */
    fa_store_close(store);
}
END_TEST

START_TEST(test_accounts_keep_when_they_end)
{
    struct fa_account account = alice;

    open_new();
    (void)add_full_account("NEVER", 0);
    (void)add_full_account("LATER", 2000);
    ck_assert_str_eq(accounts(), "NEVER:0:0;LATER:0:2000;");
    account.apikey = "LATER";
    account.expires_at_ms = 3000;
    ck_assert_int_eq(fa_store_account_set(store, &account), 0);
    ck_assert_str_eq(accounts(), "NEVER:0:0;LATER:0:3000;");
    fa_store_close(store);
}
END_TEST

START_TEST(test_tokens_belong_to_an_account_and_expire)
{
    int64_t account;

    open_new();
    account = add_account();
    ck_assert_int_eq(fa_store_token_add(store, account, "T1", 1000), 0);
    ck_assert_int_eq(fa_store_token_add(store, account, "T2", 2000), 0);
    ck_assert_int_eq(fa_store_token_check(store, account, "T1", 999), 0);
    ck_assert_int_eq(fa_store_token_check(store, account, "T1", 1000), FA_STORE_ABSENT);
    ck_assert_int_eq(fa_store_token_check(store, account + 1, "T2", 1), FA_STORE_ABSENT);
    ck_assert_int_eq(fa_store_token_check(store, account, "t2", 1), FA_STORE_ABSENT);
    ck_assert_int_eq(fa_store_tokens_expire(store, 1500), 0);
    ck_assert_int_eq(fa_store_token_check(store, account, "T1", 1), FA_STORE_ABSENT);
    ck_assert_int_eq(fa_store_token_check(store, account, "T2", 1), 0);
    ck_assert_int_lt(fa_store_token_add(store, account, "T2", 1), 0);
    fa_store_close(store);
}
END_TEST

static int show_kept(void *context, const struct fa_kept *kept)
{
    (void)context;
    snprintf(shown + strlen(shown), sizeof(shown) - strlen(shown), "%s ", kept->data);
    return 0;
}

static void check_kept(struct fa_kept_filter filter, const char *wanted)
{
    if (!filter.verdict)
        filter.verdict = "";
    if (!filter.action)
        filter.action = "";
    if (filter.before_id == 0)
        filter.before_id = INT64_MAX;
    if (filter.to_ms == 0)
        filter.to_ms = INT64_MAX;
    if (filter.limit == 0)
        filter.limit = 100;
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_journal(store, &filter, show_kept, NULL), 0);
    ck_assert_str_eq(shown, wanted);
}

START_TEST(test_the_journal_is_kept_and_filtered)
{
    static const struct fa_kept rows[] = {
        {0, 1, 1000, 200, 7, "accepted", "addResult", "a"},
        {0, 2, 2000, 403, 0, "refused", "addResult", "b"},
        {0, 1, 3000, 200, 8, "accepted", "addMonitor", "c"},
        {0, 0, 4000, 404, 0, "refused", "", "d"},
    };
    size_t i;

    open_new();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_int_eq(fa_store_journal_add(store, &rows[i]), 0);
    ck_assert_int_eq(fa_store_commit(store), 0);
    check_kept((struct fa_kept_filter){.account_id = -1}, "d c b a ");
    check_kept((struct fa_kept_filter){.account_id = -1, .oldest_first = true, .limit = 2}, "a b ");
    check_kept((struct fa_kept_filter){.account_id = 1}, "c a ");
    check_kept((struct fa_kept_filter){.account_id = 0}, "d ");
    check_kept((struct fa_kept_filter){.account_id = -1, .verdict = "refused"}, "d b ");
    check_kept((struct fa_kept_filter){.account_id = -1, .action = "addResult"}, "b a ");
    check_kept((struct fa_kept_filter){.account_id = -1, .monitor_id = 8}, "c ");
    check_kept((struct fa_kept_filter){.account_id = -1, .status = 404}, "d ");
    check_kept((struct fa_kept_filter){.account_id = -1, .from_ms = 2000, .to_ms = 3000}, "c b ");
    ck_assert_int_eq(fa_store_journal_clear(store, 1), 0);
    check_kept((struct fa_kept_filter){.account_id = -1}, "d b ");
    ck_assert_int_eq(fa_store_journal_clear(store, -1), 0);
    check_kept((struct fa_kept_filter){.account_id = -1}, "");
    fa_store_close(store);
}
END_TEST

START_TEST(test_objects_belong_to_account_kind_and_parent)
{
    struct fa_object object = {.kind = "agent", .data = "{1}"};
    int64_t agent;
    int64_t job;

    open_new();
    object.account_id = add_account();
    ck_assert_int_eq(fa_store_object_add(store, &object, &agent), 0);
    object.kind = "job";
    object.parent_id = agent;
    object.data = "{2}";
    ck_assert_int_eq(fa_store_object_add(store, &object, &job), 0);
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_objects(store, object.account_id, "agent", 0, 0, show_object, NULL),
                     0);
    ck_assert_int_eq(fa_store_objects(store, object.account_id, "job", agent, 0, show_object, NULL),
                     0);
    ck_assert_int_eq(fa_store_objects(store, object.account_id, "job", job, 0, show_object, NULL),
                     0);
    ck_assert_int_eq(
        fa_store_objects(store, object.account_id + 1, "job", 0, job, show_object, NULL), 0);
    ck_assert_str_eq(shown, "agent{1}job{2}");
    object.id = agent;
    ck_assert_int_eq(fa_store_object_set(store, &object), FA_STORE_ABSENT); /* of another kind */
    ck_assert_int_eq(fa_store_object_delete(store, object.account_id, "agent", agent), 0);
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_objects(store, object.account_id, "job", 0, 0, show_object, NULL), 0);
    ck_assert_str_eq(shown, "");
    fa_store_close(store);
}
END_TEST

START_TEST(test_a_file_keeps_what_was_committed_and_nothing_else)
{
    char dir[] = "/tmp/test_store.XXXXXX";
    char path[64];
    struct stat info;
    int64_t id;
    char command[128];

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/s.db", dir);
    ck_assert_int_eq(fa_store_open(path, &store, message, sizeof(message)), 0);
    id = add_monitor(add_account(), "m");
    add_row(id, 1, 0, "a", "committed");
    ck_assert_int_eq(fa_store_commit(store), 0);
    add_row(id, 2, 0, "a", "not committed");
    fa_store_close(store);
    ck_assert_int_eq(fa_store_open(path, &store, message, sizeof(message)), 0);
    ck_assert_str_eq(rows(id, 0, 10), "1.0(a=committed)");
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    fa_store_close(store);
    snprintf(command, sizeof(command), "rm -r %s", dir);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(test_stores_that_cannot_be_used_are_refused_with_a_reason)
{
    char dir[] = "/tmp/test_store.XXXXXX";
    char path[64];
    FILE *file;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(fa_store_open(dir, &store, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "Is a directory; name a file in that folder"));
    ck_assert_int_eq(fa_store_open("/nonexistent/s.db", &store, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "create its folder or choose another --store"));
    ck_assert_int_eq(fa_store_open("/proc/s.db", &store, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "choose another --store"));
    snprintf(path, sizeof(path), "%s/s.db", dir);
    file = fopen(path, "w");
    fputs("this is no database, and long enough to be looked at as one: ...................\n"
          "....................................................................................",
          file);
    (void)fclose(file);
    ck_assert_int_eq(fa_store_open(path, &store, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, path));
    (void)unlink(path);
    (void)rmdir(dir);
}
END_TEST

START_TEST(test_a_store_belongs_to_one_server)
{
    char dir[] = "/tmp/test_store.XXXXXX";
    char path[64];
    struct fa_store *second;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/s.db", dir);
    ck_assert_int_eq(fa_store_open(path, &store, message, sizeof(message)), 0);
    ck_assert_int_eq(fa_store_open(path, &second, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "another server has it open; stop that server"));
    fa_store_close(store);
    ck_assert_int_eq(fa_store_open(path, &second, message, sizeof(message)), 0);
    fa_store_close(second);
    (void)unlink(path);
    (void)rmdir(dir);
}
END_TEST

/* A limit on the size of files stands for a full disk. */
START_TEST(test_a_disk_without_room_for_a_store_is_told)
{
    char dir[] = "/tmp/test_store.XXXXXX";
    char path[64];
    struct rlimit before;
    struct rlimit none = {0};

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/s.db", dir);
    (void)signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    none.rlim_max = before.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    ck_assert_int_eq(fa_store_open(path, &store, message, sizeof(message)), -1);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_ptr_nonnull(strstr(message, "File too large"));
    (void)unlink(path);
    (void)rmdir(dir);
}
END_TEST

/* Run a file of SQL as another program would. */
static void make_database(const char *path, const char *script)
{
    sqlite3 *db;
    FILE *file = fopen(script, "r");
    static char sql[16384];

    ck_assert_ptr_nonnull(file);
    sql[fread(sql, 1, sizeof(sql) - 1, file)] = '\0';
    (void)fclose(file);
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

START_TEST(test_a_store_of_version_1_is_brought_forward_with_all_it_has)
{
    char dir[] = "/tmp/test_store.XXXXXX";
    char path[64];
    int opened;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/s.db", dir);
    make_database(path, PM_SOURCE_DIR "/fakeapi/tests/data/store_1.sql");
    for (opened = 0; opened < 2; opened++) {
        ck_assert_int_eq(fa_store_open(path, &store, message, sizeof(message)), 0);
        ck_assert_str_eq(accounts(), "OLD:0:0;");
        ck_assert_str_eq(rows(1, 0, 10), "5.0(a=kept)");
        fa_store_close(store);
    }
    (void)unlink(path);
    (void)rmdir(dir);
}
END_TEST

START_TEST(test_a_store_of_a_newer_version_is_refused)
{
    char dir[] = "/tmp/test_store.XXXXXX";
    char path[64];
    FILE *file;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/s.db", dir);
    ck_assert_int_eq(fa_store_open(path, &store, message, sizeof(message)), 0);
    fa_store_close(store);
    file = fopen(path, "r+");
    ck_assert_int_eq(fseek(file, 60, SEEK_SET), 0); /* user_version of the file format */
    ck_assert_uint_eq(fwrite("\0\0\0\143", 1, 4, file), 4);
    (void)fclose(file);
    ck_assert_int_eq(fa_store_open(path, &store, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "version is 99"));
    (void)unlink(path);
    (void)rmdir(dir);
}
END_TEST

/* PostgreSQL alone */

START_TEST(test_a_database_that_cannot_be_reached_is_told_without_its_password)
{
    static const char *const addresses[] = {
        "postgresql://me:s3cr3t-word@/x?host=/nonexistent",
        "postgres://me@/x?host=/nonexistent&password=s3cr3t-word",
        "postgres://me:s3cr3t-word@/x?host=/nonexistent&password=s3cr3t-word&no_such_option=1",
    };
    size_t i;

    for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        ck_assert_int_eq(fa_store_open(addresses[i], &store, message, sizeof(message)), -1);
        ck_assert_ptr_nonnull(strstr(message, "cannot use the store \"postgres"));
        ck_assert_ptr_nonnull(strstr(message, "choose another --store"));
        ck_assert_ptr_null(strstr(message, "s3cr3t-word"));
        ck_assert_ptr_null(strchr(message, '\n'));
    }
}
END_TEST

static void append(const char *path, const char *text)
{
    FILE *file = fopen(path, "a");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fchmod(fileno(file), 0600), 0);
    fputs(text, file);
    (void)fclose(file);
}

START_TEST(test_a_password_is_taken_from_a_file)
{
    char dir[] = "/tmp/test_store.XXXXXX";
    char path[64];
    char rules[256];
    char where[1024];
    const char *address = stores_new();
    const char *database = strstr(address, "@/") + strlen("@/");

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/pass", dir);
    stores_sql("CREATE ROLE locked SUPERUSER LOGIN PASSWORD 's3cr3t-word'");
    snprintf(rules, sizeof(rules), "%s/data/pg_hba.conf", stores_cluster());
    ck_assert_int_eq(truncate(rules, 0), 0);
    append(rules, "local all locked scram-sha-256\nlocal all all trust\n");
    ck_assert_int_eq(chmod(rules, 0644), 0);
    stores_sql("SELECT pg_reload_conf()");
    append(path, "*:*:*:locked:s3cr3t-word\n");
    snprintf(where, sizeof(where), "postgresql://locked@/%s&passfile=/nonexistent", database);
    ck_assert_int_eq(fa_store_open(where, &store, message, sizeof(message)), -1);
    ck_assert_ptr_nonnull(strstr(message, "no password supplied"));
    snprintf(where, sizeof(where), "postgresql://locked@/%s&passfile=%s", database, path);
    ck_assert_msg(fa_store_open(where, &store, message, sizeof(message)) == 0, "%s", message);
    fa_store_close(store);
    (void)unlink(path);
    (void)rmdir(dir);
}
END_TEST

/* Two servers of one database. */
static struct fa_store *other;

static const char *open_both(void)
{
    const char *where = stores_new();

    ck_assert_int_eq(fa_store_open(where, &store, message, sizeof(message)), 0);
    ck_assert_int_eq(fa_store_open(where, &other, message, sizeof(message)), 0);
    return where;
}

static void close_both(void)
{
    fa_store_close(store);
    fa_store_close(other);
}

static void turn_to_the_other(void)
{
    struct fa_store *former = store;

    store = other;
    other = former;
}

START_TEST(test_two_servers_know_what_either_has_committed)
{
    int64_t account;
    int64_t first;
    int64_t second;

    open_both();
    account = add_account();
    first = add_monitor(account, "one");
    add_row(first, 1, 0, "a", "1");
    ck_assert_int_eq(fa_store_token_add(store, account, "T", 1000), 0);
    ck_assert_int_eq(fa_store_commit(store), 0);
    add_row(first, 2, 0, "a", "never committed");
    turn_to_the_other();
    ck_assert_int_eq(fa_store_token_check(store, account, "T", 1), 0);
    ck_assert_str_eq(rows(first, 0, 10), "1.0(a=1)");
    second = add_monitor(account, "two");
    ck_assert_int_ne(second, first);
    add_row(first, 1, 0, "b", "2"); /* the same checktime: one row */
    add_row(first, 1, 0, "a", "3");
    ck_assert_int_eq(fa_store_commit(store), 0);
    turn_to_the_other();
    ck_assert_str_eq(rows(first, 1, 2), "1.0(a=3,b=2)");
    close_both();
}
END_TEST

START_TEST(test_a_late_failure_fails_the_commit_and_nothing_else)
{
    int64_t account;
    int64_t id;

    open_both();
    account = add_account();
    id = add_monitor(account, "m");
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert_int_eq(fa_store_monitor_delete(other, account, id), 0);
    ck_assert_int_eq(fa_store_commit(other), 0);
    add_row(id, 1, 0, "a", "1"); /* of a monitor that another server has deleted meanwhile */
    ck_assert_int_eq(fa_store_commit(store), FA_STORE_FAILED);
    ck_assert_ptr_nonnull(strstr(fa_store_message(store), "SQLSTATE 23503"));
    id = add_monitor(account, "again");
    add_row(id, 1, 0, "a", "1");
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert_str_eq(rows(id, 0, 10), "1.0(a=1)");
    close_both();
}
END_TEST

START_TEST(test_a_failed_request_spoils_no_other_of_its_turn)
{
    int64_t account;
    int64_t id;

    open_new();
    account = add_account();
    id = add_monitor(account, "m");
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert_int_eq(fa_store_begin(store), 0);
    add_row(id, 1, 0, "a", "kept");
    ck_assert_int_eq(fa_store_done(store), 0);
    ck_assert_int_eq(fa_store_begin(store), 0);
    add_row(id, 2, 0, "a", "undone");
    ck_assert_int_eq(fa_store_token_add(store, account, "T", 1000), 0);
    ck_assert_int_eq(fa_store_token_add(store, account, "T", 1000), FA_STORE_FAILED);
    fa_store_undo(store);
    ck_assert_int_eq(fa_store_begin(store), 0);
    add_row(id, 3, 0, "a", "kept");
    ck_assert_int_eq(fa_store_done(store), 0);
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert_str_eq(rows(id, 0, 10), "1.0(a=kept)3.0(a=kept)");
    ck_assert_int_eq(fa_store_token_check(store, account, "T", 1), FA_STORE_ABSENT);
    fa_store_close(store);
}
END_TEST

START_TEST(test_servers_that_write_the_same_rows_crosswise_do_not_block_each_other)
{
    int64_t id;
    int64_t i;

    open_both();
    id = add_monitor(add_account(), "m");
    ck_assert_int_eq(fa_store_commit(store), 0);
    for (i = 0; i < 20; i++) {
        add_row(id, 2 * i, 0, "a", "1");
        turn_to_the_other();
        add_row(id, 2 * i + 1, 0, "b", "1");
        add_row(id, 2 * i, 0, "b", "1");
        turn_to_the_other();
        add_row(id, 2 * i + 1, 0, "a", "1");
        ck_assert_int_eq(fa_store_commit(store), 0);
        ck_assert_int_eq(fa_store_commit(other), 0);
    }
    ck_assert_str_eq(rows(id, 38, 40), "38.0(a=1,b=1)39.0(a=1,b=1)");
    close_both();
}
END_TEST

START_TEST(test_a_restart_between_two_requests_goes_unnoticed)
{
    bool is_new;
    int64_t id;

    open_new();
    id = add_monitor(add_account(), "m");
    add_row(id, 1, 0, "a", "committed");
    ck_assert_int_eq(fa_store_replay_add(store, 1, "first", 1, &is_new), 0);
    ck_assert_int_eq(fa_store_commit(store), 0);
    stores_cluster_do("restart");
    ck_assert_str_eq(rows(id, 0, 10), "1.0(a=committed)");
    ck_assert_int_eq(fa_store_replay_add(store, 1, "second", 1, &is_new), 0);
    ck_assert(is_new);
    stores_cluster_do("restart");
    add_row(id, 2, 0, "a", "after");
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert_str_eq(rows(id, 2, 10), "2.0(a=after)");
    fa_store_close(store);
}
END_TEST

/* A server notices at its next statement at the latest, says so, and goes on when it can. */
START_TEST(test_a_database_that_was_restarted_is_found_again)
{
    int64_t deadline_ms = pm_clock_mono_ms() + 20000;
    int64_t id;
    int r;

    open_new();
    id = add_monitor(add_account(), "m");
    add_row(id, 1, 0, "a", "committed");
    ck_assert_int_eq(fa_store_commit(store), 0);
    add_row(id, 2, 0, "a", "lost with its transaction");
    stores_cluster_do("stop");
    ck_assert_int_eq(fa_store_commit(store), FA_STORE_FAILED);
    ck_assert_ptr_nonnull(strstr(fa_store_message(store), "the connection to the database broke"));
    shown[0] = '\0';
    ck_assert_int_eq(fa_store_rows(store, id, 0, 10, show_row, NULL), FA_STORE_FAILED);
    stores_cluster_do("start");
    while ((r = fa_store_rows(store, id, 0, 10, show_row, NULL)) < 0)
        ck_assert_int_lt(pm_clock_mono_ms(), deadline_ms);
    ck_assert_str_eq(shown, "1.0(a=committed)");
    add_row(id, 3, 0, "a", "after");
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert_str_eq(rows(id, 2, 10), "3.0(a=after)");
    fa_store_close(store);
}
END_TEST

/* What a monitor is and declares, as `name:param=display name;…`. */
static int show_declared(void *context, const struct fa_monitor_param *param)
{
    (void)context;
    (void)snprintf(shown + strlen(shown), sizeof(shown) - strlen(shown), "%s=%s;", param->name,
                   param->display_name);
    return 0;
}

static int show_defined(void *context, const struct fa_monitor *monitor)
{
    (void)context;
    (void)snprintf(shown, sizeof(shown), "%s:", monitor->name);
    return 0;
}

static const char *definition_of(int64_t account_id, int64_t monitor_id)
{
    if (fa_store_monitor_get(store, account_id, monitor_id, show_defined, NULL) != 0)
        return "absent";
    ck_assert_int_eq(fa_store_params(store, monitor_id, FA_PARAM_RESULT, show_declared, NULL), 0);
    return shown;
}

static void declare(int64_t monitor_id, const char *name, const char *display_name)
{
    const struct fa_monitor_param param = {.kind = FA_PARAM_RESULT,
                                           .data_type = 3,
                                           .name = name,
                                           .display_name = display_name,
                                           .uom = "",
                                           .value = "",
                                           .groups = "",
                                           .aggregate = ""};

    ck_assert_int_eq(fa_store_param_set(store, monitor_id, &param), 0);
}

START_TEST(test_definitions_are_never_stale)
{
    const struct fa_value value = {.name = "a", .text = "1"};
    int64_t account_id, other_id, id;

    open_new();
    account_id = add_account();
    id = add_monitor(account_id, "m");
    other_id = add_monitor(account_id, "other");
    declare(id, "a", "A");
    ck_assert_str_eq(definition_of(account_id, id), "m:a=A;");
    ck_assert_str_eq(definition_of(account_id + 1, id), "absent");
    ck_assert_str_eq(definition_of(0, id), "m:a=A;");
    ck_assert_int_eq(fa_store_commit(store), 0);
    ck_assert_int_eq(fa_store_row_merge(store, id, 1, 0, &value, 1), 0);
    ck_assert_str_eq(definition_of(account_id, id), "m:a=A;");
    declare(id, "b", "B");
    ck_assert_str_eq(definition_of(account_id, id), "m:a=A;b=B;");
    ck_assert_int_eq(fa_store_begin(store), 0);
    declare(id, "a", "changed");
    ck_assert_str_eq(definition_of(account_id, id), "m:a=changed;b=B;");
    fa_store_undo(store);
    ck_assert_str_eq(definition_of(account_id, id), "m:a=A;b=B;");
    ck_assert_int_eq(fa_store_monitor_delete(store, account_id, id), 0);
    ck_assert_str_eq(definition_of(account_id, id), "absent");
    ck_assert_str_eq(definition_of(account_id, other_id), "other:");
    ck_assert_int_eq(fa_store_account_reset(store, account_id), 0);
    ck_assert_str_eq(definition_of(account_id, other_id), "absent");
    fa_store_close(store);
}
END_TEST

static int declare_more(void *context, const struct fa_monitor_param *param)
{
    declare(*(int64_t *)context, "late", "L");
    ck_assert_str_eq(param->name, "a");
    return 1;
}

START_TEST(test_who_is_shown_definitions_may_change_them)
{
    int64_t account_id, id;

    open_new();
    account_id = add_account();
    id = add_monitor(account_id, "m");
    declare(id, "a", "A");
    ck_assert_str_eq(definition_of(account_id, id), "m:a=A;");
    ck_assert_int_eq(fa_store_params(store, id, FA_PARAM_RESULT, declare_more, &id), 1);
    ck_assert_str_eq(definition_of(account_id, id), "m:a=A;late=L;");
    fa_store_close(store);
}
END_TEST

static const struct test_case shared_cases[] = {
    TEST(test_rows_merge_by_name_at_one_checktime),
    TEST(test_rows_come_newest_first_in_pages),
    TEST(test_many_rows_come_in_order_until_the_visitor_has_enough),
    TEST(test_monitors_are_found_by_exact_filters),
    TEST(test_a_deleted_monitor_takes_its_rows_along_and_its_id_never_returns),
    TEST(test_an_undone_request_leaves_nothing_and_others_stay),
    TEST(test_listeners_are_told_after_the_commit_once_per_monitor),
    TEST(test_definitions_are_never_stale),
    TEST(test_who_is_shown_definitions_may_change_them),
    TEST(test_a_deleted_account_takes_along_what_is_its_own),
    TEST(test_a_reset_account_is_empty_and_still_there),
    TEST(test_accounts_keep_when_they_end),
    TEST(test_tokens_belong_to_an_account_and_expire),
    TEST(test_the_journal_is_kept_and_filtered),
    TEST(test_objects_belong_to_account_kind_and_parent),
};

static const struct test_case sqlite_cases[] = {
    TEST(test_a_file_keeps_what_was_committed_and_nothing_else),
    TEST(test_stores_that_cannot_be_used_are_refused_with_a_reason),
    TEST(test_a_store_belongs_to_one_server),
    TEST(test_a_disk_without_room_for_a_store_is_told),
    TEST(test_a_store_of_version_1_is_brought_forward_with_all_it_has),
    TEST(test_a_store_of_a_newer_version_is_refused),
};

static const struct test_case postgresql_cases[] = {
    TEST(test_a_database_that_cannot_be_reached_is_told_without_its_password),
    TEST(test_a_password_is_taken_from_a_file),
    TEST(test_two_servers_know_what_either_has_committed),
    TEST(test_a_late_failure_fails_the_commit_and_nothing_else),
    TEST(test_a_failed_request_spoils_no_other_of_its_turn),
    TEST(test_servers_that_write_the_same_rows_crosswise_do_not_block_each_other),
    TEST(test_a_restart_between_two_requests_goes_unnoticed),
    TEST(test_a_database_that_was_restarted_is_found_again),
};

#define RUN(name, cases) test_suite_run(name, cases, sizeof(cases) / sizeof((cases)[0]))

int main(void)
{
    int shared = RUN("store", shared_cases);
    int own = stores_on_postgresql() ? RUN("store on PostgreSQL", postgresql_cases)
                                     : RUN("store on SQLite", sqlite_cases);

    return shared == 0 ? own : shared;
}
