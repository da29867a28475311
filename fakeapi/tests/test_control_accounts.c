/* Accounts, what they have, and the settings, through the control API. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "clock.h"
#include "site.h"

#define ACCOUNT     "/accounts/" SITE_KEY
#define DEADLINE_MS 10000

static void start_site(void)
{
    site_start(FA_PROFILE_STRICT, NULL);
}

static void expect_refusal(int status, const char *part)
{
    ck_assert_msg(site_reply.status == status, "%d: %s", site_reply.status, site_reply.body);
    ck_assert_msg(strstr(site_reply.body, part) != NULL, "no \"%s\" in %s", part, site_reply.body);
}

/* Make an account and take over its keys. */
struct keys {
    char *apikey;
    char *secretkey;
};

static struct keys make_account(const char *json)
{
    struct keys keys;

    site_control("POST", "/accounts", json);
    ck_assert_msg(site_reply.status == 201, "%s", site_reply.body);
    keys.apikey = site_text("apikey");
    keys.secretkey = site_text("secretkey");
    return keys;
}

static void free_keys(struct keys *keys)
{
    free(keys->apikey);
    free(keys->secretkey);
}

/* What an account may do with a key: a signed request of it. */
static int sign_with(const char *apikey, const char *secretkey)
{
    struct peer_form form = site_form("addAgent");

    peer_form_set(&form, "apikey", apikey);
    peer_form_add(&form, "name", secretkey); /* a name of its own for each */
    peer_form_sign(&form, secretkey);
    site_post(&form);
    return site_reply.status;
}

/* The same request once more, which it is if it is signed in the same second as the one before. */
static int sign_again(const char *apikey, const char *secretkey)
{
    int status = sign_with(apikey, secretkey);

    return status == 200 ? sign_with(apikey, secretkey) : status; /* the second was over */
}

static void control_of(const struct keys *keys, const char *method, const char *below,
                       const char *json)
{
    char path[512];

    snprintf(path, sizeof(path), "/accounts/%s%s", keys->apikey, below);
    site_control(method, path, json);
}

START_TEST(test_an_account_is_made_with_keys_that_work)
{
    struct keys keys;

    start_site();
    keys = make_account("{\"name\":\"job 17\"}");
    ck_assert_uint_eq(strlen(keys.apikey), 26);
    ck_assert_uint_eq(strlen(keys.secretkey), 26);
    ck_assert_int_eq(sign_with(keys.apikey, keys.secretkey), 200);
    ck_assert_int_eq(sign_with(keys.apikey, SITE_SECRET), 403);
    site_control("GET", "/accounts", NULL);
    site_expect_part("\"name\":\"job 17\"");
    ck_assert_ptr_null(strstr(site_reply.body, keys.secretkey));
    free_keys(&keys);
    site_stop();
}
END_TEST

START_TEST(test_an_account_is_made_with_given_keys)
{
    struct keys keys;

    start_site();
    keys = make_account("{\"apikey\":\"MY/KEY?\",\"secretkey\":\"MYSECRET\"}");
    ck_assert_int_eq(sign_with("MY/KEY?", "MYSECRET"), 200);
    site_control("GET", "/accounts/MY%2FKEY%3F", NULL);
    site_expect_part("\"apikey\":\"MY/KEY?\"");
    site_control("POST", "/accounts", "{\"apikey\":\"MY/KEY?\"}");
    expect_refusal(409, "there is an account with this apikey");
    site_control("POST", "/accounts", "{\"apikey\":\"a b\"}");
    expect_refusal(400, "without blanks");
    site_control("POST", "/accounts", "{\"reseller\":\"NOBODY\"}");
    expect_refusal(400, "reseller must be");
    free_keys(&keys);
    site_stop();
}
END_TEST

START_TEST(test_a_password_asks_for_the_key)
{
    struct keys keys;

    start_site();
    keys = make_account("{\"user\":\"me\",\"password\":\"password\"}");
    site_get_target("/api?action=apikey&userName=me&password=5f4dcc3b5aa765d61d8327deb882cf99");
    site_expect_part(keys.apikey);
    site_get_target("/api?action=apikey&userName=me&password=6d37ba5ff05c60b8c4d45c1ba4a2b5d5");
    ck_assert_ptr_null(strstr(site_reply.body, keys.apikey));
    free_keys(&keys);
    site_stop();
}
END_TEST

START_TEST(test_another_secret_key_ends_the_first)
{
    struct keys keys;
    char *secretkey;

    start_site();
    keys = make_account("{\"name\":\"n\",\"user\":\"u\"}");
    control_of(&keys, "POST", "/keys", NULL);
    ck_assert_int_eq(site_reply.status, 200);
    secretkey = site_text("secretkey");
    ck_assert_str_ne(secretkey, keys.secretkey);
    ck_assert_int_eq(sign_with(keys.apikey, keys.secretkey), 403);
    ck_assert_int_eq(sign_with(keys.apikey, secretkey), 200);
    control_of(&keys, "GET", "", NULL);
    site_expect_part("\"name\":\"n\",\"user\":\"u\"");
    control_of(&keys, "POST", "/keys", "{\"secretkey\":\"CHOSEN\"}");
    ck_assert_int_eq(sign_with(keys.apikey, "CHOSEN"), 200);
    free(secretkey);
    free_keys(&keys);
    site_stop();
}
END_TEST

START_TEST(test_a_deleted_account_is_nobodys)
{
    struct keys keys;

    start_site();
    keys = make_account(NULL);
    control_of(&keys, "DELETE", "", NULL);
    site_expect(200, "{}");
    ck_assert_int_eq(sign_with(keys.apikey, keys.secretkey), 403);
    control_of(&keys, "GET", "", NULL);
    expect_refusal(404, "there is no account");
    control_of(&keys, "DELETE", "", NULL);
    expect_refusal(404, "there is no account");
    free_keys(&keys);
    site_stop();
}
END_TEST

/* Ask until the account has gone. */
static void wait_until_gone(const struct keys *keys)
{
    int64_t deadline_ms = pm_clock_mono_ms() + DEADLINE_MS;
    const struct timespec pause = {.tv_nsec = 2000000};

    do {
        ck_assert_int_lt(pm_clock_mono_ms(), deadline_ms);
        (void)nanosleep(&pause, NULL);
        control_of(keys, "GET", "", NULL);
    } while (site_reply.status == 200);
    ck_assert_int_eq(site_reply.status, 404);
}

START_TEST(test_an_account_ends_with_its_time)
{
    struct keys keys;
    struct keys other;

    start_site();
    other = make_account("{\"ttl\":\"1h\"}");
    keys = make_account("{\"ttl\":\"50ms\"}");
    wait_until_gone(&keys);
    ck_assert_int_eq(sign_with(keys.apikey, keys.secretkey), 403);
    ck_assert_int_eq(sign_with(other.apikey, other.secretkey), 200);
    free_keys(&keys);
    free_keys(&other);
    site_stop();
}
END_TEST

START_TEST(test_a_moved_clock_ends_no_account)
{
    struct keys keys;
    struct keys short_lived;
    char message[256];

    start_site();
    keys = make_account("{\"ttl\":\"1h\"}");
    ck_assert_int_eq(fa_server_clock_set(site, NULL, "+48h", message, sizeof(message)), 0);
    short_lived = make_account("{\"ttl\":1}");
    wait_until_gone(&short_lived); /* so that time was looked at */
    control_of(&keys, "GET", "", NULL);
    ck_assert_int_eq(site_reply.status, 200);
    free_keys(&keys);
    free_keys(&short_lived);
    site_stop();
}
END_TEST

START_TEST(test_times_to_live_have_limits)
{
    static const char *const bodies[] = {"{\"ttl\":0}", "{\"ttl\":-5}", "{\"ttl\":\"soon\"}",
                                         "{\"ttl\":\"400d\"}", "{\"ttl\":true}"};
    size_t i;

    start_site();
    for (i = 0; i < PM_ARRAY_LEN(bodies); i++) {
        site_control("POST", "/accounts", bodies[i]);
        expect_refusal(400, "\\\"ttl\\\" must be milliseconds, or text as");
    }
    site_stop();
}
END_TEST

/* Seeds */

static void seed_monitor(const struct keys *keys)
{
    control_of(keys, "POST", "/monitors",
               "{\"name\":\"m\",\"tag\":\"t\",\"resultParams\":\"user_login:Login::3\"}");
    ck_assert_msg(site_reply.status == 201, "%s", site_reply.body);
}

START_TEST(test_seeded_monitors_and_results_are_those_of_the_api)
{
    const struct keys keys = {.apikey = (char *)(uintptr_t)SITE_KEY};

    start_site();
    seed_monitor(&keys);
    site_expect(201, "{\"result\":{\"status\":\"ok\",\"data\":1}}");
    site_control("POST", ACCOUNT "/results",
                 "{\"monitor\":1,\"rows\":[{\"time\":\"2011-06-01 12:00:00\",\"values\":"
                 "{\"user_login\":\"alice\"}},{\"time\":1306929600000,\"values\":"
                 "{\"user_login\":\"<b>\",\"other\":7}}]}");
    site_expect(201, "{\"added\":2}");
    site_get("action=getMonitors");
    site_expect_part("\"name\":\"m\"");
    site_get("action=getMonitorResults&monitorId=1&year=2011&month=6&day=1");
    site_expect_part("alice");
    site_expect_part("<b>");
    site_control("GET", ACCOUNT "/results?monitor=1&after=1", NULL);
    site_expect(200, "{\"results\":[{\"id\":2,\"time_ms\":1306929600000,\"number\":1,\"values\":"
                     "{\"user_login\":\"<b>\",\"other\":\"7\"}}]}");
    site_control("GET", ACCOUNT "/monitors?tag=t", NULL);
    site_expect(200, "{\"monitors\":[{\"id\":1,\"name\":\"m\",\"tag\":\"t\",\"type\":\"custom\","
                     "\"rows\":2}]}");
    site_control("GET", ACCOUNT "/monitors?tag=other", NULL);
    site_expect(200, "{\"monitors\":[]}");
    site_stop();
}
END_TEST

START_TEST(test_wrong_seeds_leave_nothing)
{
    static const struct {
        const char *json;
        int status;
        const char *part;
    } rows[] = {
        {"{\"monitor\":9,\"rows\":[]}", 404, "the account has no monitor 9"},
        {"{\"rows\":[]}", 400, "\\\"monitor\\\" is missing"},
        {"{\"monitor\":1,\"rows\":{}}", 400, "must be a list"},
        {"{\"monitor\":1,\"rows\":[{\"values\":{\"a\":\"b\"}},{}]}", 400, "row 2 is none"},
        {"{\"monitor\":1,\"rows\":[{\"values\":{\"a\":\"b\"}},{\"time\":\"x\",\"values\":{}}]}",
         400, "row 2 is none"},
        {"{\"monitor\":1,\"rows\":[{\"values\":{\"a\":\"b\"}},{\"time\":-1,\"values\":{}}]}", 400,
         "row 2 is none"},
    };
    const struct keys keys = {.apikey = (char *)(uintptr_t)SITE_KEY};
    size_t i;

    start_site();
    seed_monitor(&keys);
    for (i = 0; i < PM_ARRAY_LEN(rows); i++) {
        site_control("POST", ACCOUNT "/results", rows[i].json);
        expect_refusal(rows[i].status, rows[i].part);
    }
    ck_assert_int_eq(fa_server_rows(site, 1), 0);
    site_control("POST", ACCOUNT "/monitors",
                 "{\"name\":\"m\",\"tag\":\"t\",\"resultParams\":\"::\"}");
    ck_assert_int_eq(site_reply.status, 400);
    site_stop();
}
END_TEST

START_TEST(test_every_action_can_be_done_without_signing)
{
    start_site();
    site_control("POST", ACCOUNT "/actions/addPage", "{\"title\":\"a & b\",\"columnCount\":2}");
    site_expect_part("{\"result\":{\"status\":\"ok\",\"data\":{\"pageId\":1}}}");
    site_control("POST", ACCOUNT "/actions/pages", NULL);
    site_expect_part("a & b");
    site_control("POST", ACCOUNT "/actions/nothing", "{}");
    expect_refusal(400, "there is no action");
    site_control("POST", ACCOUNT "/actions/addPage", "{\"action\":\"deletePage\"}");
    expect_refusal(400, "title");
    site_control("POST", ACCOUNT "/actions/addPage", "[]");
    expect_refusal(400, "must be an object");
    ck_assert_uint_eq(fa_server_journal_count(site, NULL, FA_VERDICT_ANY), 0);
    site_stop();
}
END_TEST

/* Isolation */

START_TEST(test_accounts_do_not_see_each_other)
{
    struct keys one;
    struct keys two;

    start_site();
    one = make_account(NULL);
    two = make_account(NULL);
    seed_monitor(&one);
    seed_monitor(&two); /* the same name is no duplicate there */
    control_of(&two, "GET", "/results?monitor=1", NULL);
    expect_refusal(404, "the account has no monitor 1");
    control_of(&two, "POST", "/results", "{\"monitor\":1,\"rows\":[{\"values\":{}}]}");
    expect_refusal(404, "the account has no monitor 1");
    control_of(&one, "POST", "/reset", NULL);
    site_expect(200, "{}");
    control_of(&one, "GET", "", NULL);
    site_expect_part("\"monitors\":0,\"rows\":0");
    control_of(&two, "GET", "", NULL);
    site_expect_part("\"monitors\":1");
    ck_assert_int_eq(sign_with(one.apikey, one.secretkey), 200);
    free_keys(&one);
    free_keys(&two);
    site_stop();
}
END_TEST

START_TEST(test_a_reset_sets_the_accounts_clock_right)
{
    struct keys one;
    char message[256];

    start_site();
    one = make_account(NULL);
    ck_assert_int_eq(
        fa_server_clock_set(site, one.apikey, "frozen@2011-06-01 12:00:00", message, 256), 0);
    control_of(&one, "POST", "/reset", NULL);
    ck_assert_int_gt(fa_server_clock_ms(site, one.apikey), INT64_C(1600000000000));
    ck_assert_int_eq(fa_server_clock_set(site, one.apikey, "frozen@2011-06-01 12:00:00", message,
                                         sizeof(message)),
                     0);
    ck_assert_int_eq(fa_server_clock_set(site, NULL, "+48h", message, sizeof(message)), 0);
    site_control("POST", "/reset", NULL);
    site_expect(200, "{}");
    ck_assert_int_gt(fa_server_clock_ms(site, one.apikey), INT64_C(1600000000000));
    ck_assert_int_lt(fa_server_clock_ms(site, NULL), pm_clock_wall_ms() + 60000);
    free_keys(&one);
    site_stop();
}
END_TEST

/* One account's faults and journal are nothing to the others, and go with it. */
START_TEST(test_faults_and_journal_are_the_accounts_own)
{
    struct keys one;
    struct keys two;
    char path[256];
    char message[256];

    start_site();
    one = make_account(NULL);
    two = make_account(NULL);
    snprintf(path, sizeof(path), "/faults?account=%s", one.apikey);
    site_control("POST", path, "{\"effect\":{\"status\":503}}");
    ck_assert_msg(site_reply.status < 300, "%s", site_reply.body);
    ck_assert_int_eq(sign_with(one.apikey, one.secretkey), 503);
    ck_assert_int_eq(sign_with(two.apikey, two.secretkey), 200);
    ck_assert_int_eq(sign_with(two.apikey, "wrong"), 403);
    control_of(&one, "POST", "/reset", NULL);
    ck_assert_int_eq(sign_with(one.apikey, one.secretkey), 200);
    ck_assert_int_eq(fa_server_check_nothing_left(site, one.apikey, message, sizeof(message)), 0);
    ck_assert_int_eq(fa_server_check_nothing_left(site, two.apikey, message, sizeof(message)), -1);
    free_keys(&one);
    free_keys(&two);
    site_stop();
}
END_TEST

START_TEST(test_a_reset_of_all_leaves_the_accounts)
{
    struct keys one;

    start_site();
    one = make_account(NULL);
    seed_monitor(&one);
    site_control("POST", "/reset", NULL);
    control_of(&one, "GET", "", NULL);
    site_expect_part("\"monitors\":0");
    ck_assert_int_eq(sign_with(SITE_KEY, SITE_SECRET), 200);
    free_keys(&one);
    site_stop();
}
END_TEST

/* Settings */

START_TEST(test_settings_change_what_is_refused)
{
    start_site();
    site_control("GET", "/settings", NULL);
    site_expect_part("\"timestamp-window\":\"300\"");
    site_get("action=getMonitors&nothing=1&version=3");
    site_control("PUT", "/settings",
                 "{\"profile\":\"vendor\",\"checks\":{\"replay\":\"refuse\","
                 "\"timestamp-window\":\"60\"}}");
    ck_assert_int_eq(site_reply.status, 200);
    site_expect_part("\"replay\":\"refuse\"");
    site_expect_part("\"timestamp-window\":\"60\"");
    site_expect_part("\"unknown-parameters\":\"ignore\"");
    ck_assert_int_eq(sign_with(SITE_KEY, SITE_SECRET), 200);
    ck_assert_int_eq(sign_again(SITE_KEY, SITE_SECRET), 403); /* a replay */
    site_stop();
}
END_TEST

START_TEST(test_an_account_can_have_settings_of_its_own)
{
    struct keys one;
    char path[256];

    start_site();
    one = make_account(NULL);
    snprintf(path, sizeof(path), "/settings?account=%s", one.apikey);
    site_control("PUT", path, "{\"checks\":{\"replay\":\"refuse\"}}");
    site_expect_part("{\"follows_server\":false,\"checks\":{");
    site_expect_part("\"replay\":\"refuse\"");
    ck_assert_int_eq(sign_with(one.apikey, one.secretkey), 200);
    ck_assert_int_eq(sign_again(one.apikey, one.secretkey), 403); /* a replay */
    site_expect_reason("seen before");
    ck_assert_int_eq(sign_with(SITE_KEY, SITE_SECRET), 200);
    ck_assert_int_ne(sign_with(SITE_KEY, SITE_SECRET), 403);
    site_control("GET", "/settings", NULL);
    site_expect_part("{\"checks\":{");
    site_expect_part("\"replay\":\"note\"");
    site_control("PUT", "/settings", "{\"checks\":{\"replay\":\"off\"}}");
    site_control("GET", path, NULL);
    site_expect_part("\"replay\":\"refuse\"");
    site_control("DELETE", path, NULL);
    site_expect_part("{\"follows_server\":true,\"checks\":{");
    site_expect_part("\"replay\":\"off\"");
    site_control("PUT", path, "{\"profile\":\"vendor\"}");
    control_of(&one, "POST", "/reset", NULL);
    site_control("GET", path, NULL);
    site_expect_part("{\"follows_server\":true,");
    free_keys(&one);
    site_stop();
}
END_TEST

START_TEST(test_wrong_settings_change_nothing)
{
    static const char *const bodies[] = {
        "{\"profile\":\"lenient\"}",
        "{\"checks\":{\"replay\":\"off\",\"nothing\":\"on\"}}",
        "{\"checks\":{\"replay\":\"sometimes\"}}",
        "{\"checks\":{\"replay\":1}}",
        "{\"checks\":[]}",
        "{\"profile\":\"vendor\",\"checks\":{\"replay\":\"\"}}",
    };
    char *before;
    size_t i;

    start_site();
    site_control("GET", "/settings", NULL);
    before = strdup(site_reply.body);
    for (i = 0; i < PM_ARRAY_LEN(bodies); i++) {
        site_control("PUT", "/settings", bodies[i]);
        ck_assert_msg(site_reply.status == 400, "%s", bodies[i]);
    }
    site_control("GET", "/settings", NULL);
    site_expect(200, before);
    free(before);
    site_stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_an_account_is_made_with_keys_that_work),
    TEST(test_an_account_is_made_with_given_keys),
    TEST(test_a_password_asks_for_the_key),
    TEST(test_another_secret_key_ends_the_first),
    TEST(test_a_deleted_account_is_nobodys),
    TEST(test_an_account_ends_with_its_time),
    TEST(test_a_moved_clock_ends_no_account),
    TEST(test_times_to_live_have_limits),
    TEST(test_seeded_monitors_and_results_are_those_of_the_api),
    TEST(test_wrong_seeds_leave_nothing),
    TEST(test_every_action_can_be_done_without_signing),
    TEST(test_accounts_do_not_see_each_other),
    TEST(test_a_reset_sets_the_accounts_clock_right),
    TEST(test_faults_and_journal_are_the_accounts_own),
    TEST(test_a_reset_of_all_leaves_the_accounts),
    TEST(test_settings_change_what_is_refused),
    TEST(test_an_account_can_have_settings_of_its_own),
    TEST(test_wrong_settings_change_nothing),
};

TEST_MAIN("control_accounts", cases)
