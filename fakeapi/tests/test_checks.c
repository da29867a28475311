/* The switches: what the profiles set, and what each takes. */
#include "suite.h"

#include <string.h>

#include "checks.h"
#include "replay.h"

static char message[512];

START_TEST(test_profiles_are_those_of_the_protocol)
{
    struct fa_checks strict;
    struct fa_checks vendor;

    fa_checks_init(&strict, FA_PROFILE_STRICT);
    fa_checks_init(&vendor, FA_PROFILE_VENDOR);
    ck_assert(strict.timestamp_form && !vendor.timestamp_form);
    ck_assert_int_eq(strict.timestamp_window_ms, 300000);
    ck_assert_int_eq(vendor.timestamp_window_ms, 0);
    ck_assert(strict.order_is_bytes && !vendor.order_is_bytes);
    ck_assert(!strict.allows_raw && vendor.allows_raw);
    ck_assert(!strict.allows_repair && vendor.allows_repair);
    ck_assert(strict.refuses_unknown && !vendor.refuses_unknown);
    ck_assert(strict.refuses_duplicates && !vendor.refuses_duplicates);
    ck_assert(strict.results_are_declared && !vendor.results_are_declared);
    ck_assert(strict.results_are_typed && !vendor.results_are_typed);
    ck_assert_int_eq(strict.name_scope, FA_SCOPE_NAME_TAG_TYPE);
    ck_assert_int_eq(vendor.name_scope, FA_SCOPE_NAME_TAG_TYPE);
    ck_assert_int_eq(strict.replay, FA_REPLAY_NOTE);
    ck_assert_int_eq(vendor.replay, FA_REPLAY_NOTE);
}
END_TEST

START_TEST(test_switches_are_set_by_name)
{
    static const char *const good[] = {
        "timestamp-form=off",
        "timestamp-window=off",
        "timestamp-window=1",
        "timestamp-window=604800",
        "checksum-order=any",
        "checksum-order=byte",
        "checksum-raw=on",
        "checksum-repair=on",
        "unknown-parameters=ignore",
        "duplicate-parameters=last",
        "declared-results=off",
        "typed-results=off",
        "duplicate-names=name",
        "duplicate-names=allow",
        "duplicate-names=name+tag+type",
        "replay=off",
        "replay=refuse",
        "names-fit-xml=off",
        "diagnosis-header=off",
    };
    struct fa_checks checks;
    size_t i;

    fa_checks_init(&checks, FA_PROFILE_STRICT);
    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(fa_checks_set(&checks, good[i], message, sizeof(message)) == 0, "%s",
                      good[i]);
    ck_assert(!checks.timestamp_form && checks.allows_raw && checks.allows_repair);
    ck_assert(!checks.refuses_unknown && !checks.results_are_typed && !checks.tells_diagnosis);
    ck_assert_int_eq(checks.timestamp_window_ms, 604800000);
    ck_assert_int_eq(checks.replay, FA_REPLAY_REFUSE);
}
END_TEST

START_TEST(test_wrong_switches_are_refused_with_what_there_is)
{
    static const char *const bad[] = {
        "",
        "=",
        "replay",
        "replay=",
        "replay=yes",
        "Replay=off",
        "timestamp-window=0",
        "timestamp-window=-5",
        "timestamp-window=604801",
        "timestamp-window=x",
        "timestamp-window=5s",
        "checksum-order=on",
        "duplicate-names=tag",
        "typed-results=1",
        "replay =off",
    };
    struct fa_checks checks;
    size_t i;

    fa_checks_init(&checks, FA_PROFILE_STRICT);
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        message[0] = '\0';
        ck_assert_msg(fa_checks_set(&checks, bad[i], message, sizeof(message)) < 0, "%s", bad[i]);
        ck_assert(strstr(message, "takes one of") || strstr(message, "there are"));
    }
}
END_TEST

static const char one_checksum[] = "dexfAwt5is7TkVH+td+9mMoNgck=";
static const char another_checksum[] = "dU8VxeBAJvRKPdvJlLTFKanre7s=";

static bool is_seen(struct fa_replays *replays, int64_t account_id, const char *checksum)
{
    bool answer = false;

    ck_assert_int_eq(fa_replays_seen(replays, account_id, checksum, &answer), 0);
    return answer;
}

START_TEST(test_replays_are_seen_per_account)
{
    struct fa_replays *replays = fa_replays_new(NULL);

    ck_assert(!is_seen(replays, 1, one_checksum));
    ck_assert(is_seen(replays, 1, one_checksum));
    ck_assert(!is_seen(replays, 2, one_checksum));
    ck_assert(!is_seen(replays, 1, another_checksum));
    ck_assert(is_seen(replays, 1, one_checksum));
    fa_replays_free(replays);
}
END_TEST

START_TEST(test_requests_whose_commit_failed_may_come_again)
{
    struct fa_replays *replays = fa_replays_new(NULL);

    ck_assert(!is_seen(replays, 1, one_checksum));
    fa_replays_settle(replays, false);
    ck_assert(!is_seen(replays, 1, another_checksum));
    fa_replays_settle(replays, true);
    ck_assert(is_seen(replays, 1, one_checksum));
    ck_assert(!is_seen(replays, 1, another_checksum));
    fa_replays_free(replays);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_profiles_are_those_of_the_protocol),
    TEST(test_switches_are_set_by_name),
    TEST(test_wrong_switches_are_refused_with_what_there_is),
    TEST(test_replays_are_seen_per_account),
    TEST(test_requests_whose_commit_failed_may_come_again),
};

TEST_MAIN("checks", cases)
