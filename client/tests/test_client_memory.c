/*
 * The library without memory: each of its allocations fails once, and every call either succeeds
 * or says so, without a crash and (under the sanitizers) without a leak.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "config.h"
#include "login_monitor.h"
#include "paidmonitor.h"
#include "stub.h"

/* ---- allocations that fail ---- */

static _Thread_local long left = -1; /* allocations until one fails; below 0: none does */

static bool fails(void)
{
    return left >= 0 && left-- == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(memory, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

/* ---- what is tried ---- */

static struct stub *stub;

static int connect_client(struct pm_client **ret_client, struct pm_error *err)
{
    struct pm_client_options options = PM_CLIENT_OPTIONS_INIT;

    options.url = stub_url(stub);
    options.apikey = "KEY";
    options.secret = "SECRET";
    options.secret_len = strlen("SECRET");
    options.proxy = stub_url(stub);
    return pm_client_new(&options, ret_client, err);
}

static int try_list(struct pm_error *err)
{
    const struct pm_monitor_filter filter = {.tag = "a+b"};
    struct pm_client *client;
    struct pm_monitor_list list;
    int r = connect_client(&client, err);

    if (r < 0)
        return r;
    r = pm_monitor_list(client, &filter, &list, err);
    if (r == 0)
        pm_monitor_list_clear(&list);
    pm_client_free(client);
    return r;
}

static int try_add(struct pm_error *err)
{
    static const struct pm_param column = {.name = "user_login", .data_type = PM_TYPE_STRING};
    const struct pm_param_list params = {&column, 1};
    struct pm_client *client;
    int64_t id;
    int r = connect_client(&client, err);

    if (r < 0)
        return r;
    r = pm_login_monitor_ensure(client, "n", "t", params, &id, NULL, err);
    pm_client_free(client);
    return r;
}

static int try_form(struct pm_error *err)
{
    static const char form[] = "b=2&a=1&c=%20&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=1&l=2&m=3&n=4&o=5&p=6"
                               "&q=7";
    struct pm_params *params = pm_params_new();
    char checksum[PM_CHECKSUM_SIZE];
    int r = params ? pm_params_add_form(params, form, strlen(form)) : PM_ERR_SYSTEM;

    if (r == 0)
        r = pm_sign(params, "s", 1, checksum);
    pm_params_free(params);
    err->code = r;
    return r;
}

static int try_config(struct pm_error *err)
{
    struct pm_config config;
    char *name = NULL;
    int r = pm_config_init(&config, err);

    if (r < 0)
        return r;
    r = pm_config_set(&config, "api", "url", "https://x", err);
    if (r == 0)
        r = pm_config_monitor_name(&config, "web1", &name, err);
    free(name);
    pm_config_clear(&config);
    return r;
}

static int try_read_config(struct pm_error *err)
{
    struct pm_config config;
    int r = pm_config_init(&config, err);

    if (r == 0)
        r = pm_config_read(&config, "/dev/null", err);
    pm_config_clear(&config);
    return r == PM_ERR_CONFIG ? 0 : r; /* not a regular file */
}

/* Let allocation n fail for every n there is. */
static void fail_each(const char *name, int (*attempt)(struct pm_error *err))
{
    struct pm_error err = {.code = 0};
    long n;
    int r;

    for (n = 0; n < 100000; n++) {
        left = n;
        r = attempt(&err);
        if (left >= 0)
            break; /* nothing failed: it needs no more allocations than that */
        left = -1;
        ck_assert_msg(r == 0 || r == PM_ERR_SYSTEM || r == PM_ERR_LIMIT,
                      "%s, allocation %ld: %d %s", name, n, r, err.message);
        ck_assert(r == 0 || err.code == r);
    }
    left = -1;
    ck_assert_msg(r == 0, "%s: %s", name, err.message);
    ck_assert_int_gt(n, 0);
}

START_TEST(test_every_allocation_may_fail)
{
    static const char *const lists[] = {
        STUB_HEAD("200 OK", "72") "[{\"id\":\"7\",\"tag\":\"t\",\"name\":\"n\",\"resultParams\":[{"
                                  "\"name\":\"a\",\"uom\":\"\"}"
                                  "]}]"};
    static const char *const created[] = {
        STUB_HEAD("200 OK", "26") "{\"status\":\"ok\",\"data\":305}"};

    stub = stub_start(lists, 1);
    fail_each("list", try_list);
    fail_each("find", try_add);
    stub_stop(stub);
    stub = stub_start(created, 1);
    fail_each("form", try_form);
    fail_each("config", try_config);
    fail_each("read config", try_read_config);
    stub_stop(stub);
}
END_TEST

static const struct test_case cases[] = {TEST(test_every_allocation_may_fail)};

TEST_MAIN("client without memory", cases)
