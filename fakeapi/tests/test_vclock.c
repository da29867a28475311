/* The clock of the server and of its accounts: real, moved, frozen. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "vclock.h"

#define NOON INT64_C(1795348800000) /* 2026-11-22 12:00:00 GMT */

static int64_t host_ms;

static int64_t read_host(void)
{
    return host_ms;
}

static struct fa_vclock *new_clock(void)
{
    host_ms = NOON;
    return fa_vclock_new(read_host);
}

static void set(struct fa_vclock *clock, int64_t account_id, const char *text)
{
    char message[256];

    ck_assert_msg(fa_vclock_set_text(clock, account_id, text, message, sizeof(message)) == 0,
                  "%s: %s", text, message);
}

START_TEST(test_settings_mean_a_time)
{
    static const struct {
        const char *text;
        int64_t now_ms;
        int64_t a_second_later_ms;
    } rows[] = {
        {"real", NOON, NOON + 1000},
        {"+24h", NOON + 86400000, NOON + 86401000},
        {"-90s", NOON - 90000, NOON - 89000},
        {"+1h30m", NOON + 5400000, NOON + 5401000},
        {"+250ms", NOON + 250, NOON + 1250},
        {"-1d1ms", NOON - 86400001, NOON - 86399001},
        {"frozen", NOON, NOON},
        {"frozen@2026-11-22 12:00:01", NOON + 1000, NOON + 1000},
        {"frozen@2026-11-22T12:00:01.25Z", NOON + 1250, NOON + 1250},
        {"frozen@0", 0, 0},
        {"running@2026-11-22 13:00:00", NOON + 3600000, NOON + 3601000},
        {"running@1795348800001", NOON + 1, NOON + 1001},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fa_vclock *clock = new_clock();

        set(clock, FA_VCLOCK_SERVER, rows[i].text);
        ck_assert_msg(fa_vclock_now_ms(clock, 0) == rows[i].now_ms, "%s", rows[i].text);
        host_ms += 1000;
        ck_assert_msg(fa_vclock_now_ms(clock, 0) == rows[i].a_second_later_ms, "%s", rows[i].text);
        fa_vclock_free(clock);
    }
}
END_TEST

START_TEST(test_what_is_no_clock_is_refused_with_the_forms)
{
    static const char *const texts[] = {
        "",
        "Real",
        "+",
        "+5",
        "+5x",
        "+ 5s",
        "+5s ",
        "24h",
        "frozen@",
        "frozen@tomorrow",
        "frozen@-1",
        "frozen@2026-02-30 00:00:00",
        "frozen@2026-11-22",
        "running",
        "running@12:00",
        "thawed@0",
        "frozen@2026-11-22 12:00:00.",
        "frozen@2026-11-22 12:00:00 CET",
        "+99999999999999999999s",
        "+9999999999d",
        "frozen@999999999999999999999",
    };
    struct fa_vclock_setting setting;
    char message[256];
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        message[0] = '\0';
        ck_assert_msg(fa_vclock_parse(texts[i], NOON, NOON, &setting, message, sizeof(message)) < 0,
                      "\"%s\" was taken", texts[i]);
        ck_assert_ptr_nonnull(strstr(message, "is no clock: real, +24h"));
    }
}
END_TEST

START_TEST(test_a_clock_stays_between_1970_and_9999)
{
    static const struct fa_vclock_setting bad[] = {
        {.mode = FA_CLOCK_OFFSET, .offset_ms = -NOON - 1},
        {.mode = FA_CLOCK_OFFSET, .offset_ms = FA_VCLOCK_MAX_MS},
        {.mode = FA_CLOCK_OFFSET, .offset_ms = INT64_MIN},
        {.mode = FA_CLOCK_FROZEN, .frozen_at_ms = -1},
        {.mode = FA_CLOCK_FROZEN, .frozen_at_ms = FA_VCLOCK_MAX_MS + 1},
        {.mode = FA_CLOCK_MODE_MAX},
    };
    struct fa_vclock *clock = new_clock();
    size_t i;

    set(clock, 0, "+1s");
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_int_eq(fa_vclock_set(clock, (int64_t)i % 2, &bad[i]), -1);
    ck_assert_int_eq(fa_vclock_advance(clock, 0, INT64_MAX), -1);
    ck_assert_int_eq(fa_vclock_advance(clock, 0, -NOON - 1001), -1);
    ck_assert_int_eq(fa_vclock_now_ms(clock, 0), NOON + 1000);
    ck_assert_int_eq(fa_vclock_now_ms(clock, 1), NOON + 1000);
    fa_vclock_free(clock);
}
END_TEST

START_TEST(test_advancing_keeps_the_mode)
{
    struct fa_vclock *clock = new_clock();
    struct fa_vclock_setting setting;

    set(clock, 0, "frozen");
    ck_assert_int_eq(fa_vclock_advance(clock, 0, 5000), 0);
    host_ms += 77;
    ck_assert_int_eq(fa_vclock_now_ms(clock, 0), NOON + 5000);
    set(clock, 0, "real");
    ck_assert_int_eq(fa_vclock_advance(clock, 0, 5000), 0);
    ck_assert_int_eq(fa_vclock_now_ms(clock, 0), NOON + 5077);
    ck_assert_int_eq(fa_vclock_advance(clock, 0, -5000), 0);
    ck_assert(fa_vclock_get(clock, 0, &setting));
    ck_assert_int_eq(setting.mode, FA_CLOCK_REAL);
    fa_vclock_free(clock);
}
END_TEST

START_TEST(test_an_account_follows_the_server_until_it_has_a_clock)
{
    struct fa_vclock *clock = new_clock();
    struct fa_vclock_setting setting;

    set(clock, 0, "+1h");
    ck_assert(!fa_vclock_get(clock, 7, &setting));
    ck_assert_int_eq(setting.offset_ms, 3600000);
    ck_assert_int_eq(fa_vclock_advance(clock, 7, 1000), 0);
    ck_assert_int_eq(fa_vclock_now_ms(clock, 7), NOON + 3601000);
    set(clock, 0, "real");
    ck_assert_int_eq(fa_vclock_now_ms(clock, 7), NOON + 3601000);
    ck_assert_int_eq(fa_vclock_now_ms(clock, 8), NOON);
    fa_vclock_unset(clock, 7);
    fa_vclock_unset(clock, 8);
    ck_assert_int_eq(fa_vclock_now_ms(clock, 7), NOON);
    fa_vclock_free(clock);
}
END_TEST

START_TEST(test_many_accounts_have_each_their_own)
{
    struct fa_vclock *clock = new_clock();
    int64_t id;

    for (id = 1000; id > 0; id -= 3)
        ck_assert_int_eq(fa_vclock_advance(clock, id, id), 0);
    for (id = 1; id <= 1000; id++)
        ck_assert_int_eq(fa_vclock_now_ms(clock, id), NOON + (id % 3 == 1 ? id : 0));
    for (id = 1; id <= 1000; id += 2)
        fa_vclock_unset(clock, id);
    for (id = 1; id <= 1000; id++)
        ck_assert_int_eq(fa_vclock_now_ms(clock, id), NOON + (id % 3 == 1 && id % 2 == 0 ? id : 0));
    fa_vclock_free(clock);
}
END_TEST

START_TEST(test_the_earliest_time_is_that_of_the_slowest_clock)
{
    struct fa_vclock *clock = new_clock();

    set(clock, 0, "+25h");
    ck_assert_int_eq(fa_vclock_earliest_ms(clock), NOON);
    set(clock, 3, "-1s");
    set(clock, 4, "frozen@5");
    ck_assert_int_eq(fa_vclock_earliest_ms(clock), 5);
    fa_vclock_unset(clock, 4);
    ck_assert_int_eq(fa_vclock_earliest_ms(clock), NOON - 1000);
    fa_vclock_free(clock);
}
END_TEST

START_TEST(test_what_is_printed_can_be_read)
{
    static const char *const texts[] = {"real", "+86400000ms", "-1ms",
                                        "frozen@2026-11-22 12:00:00.007"};
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct fa_vclock *clock = new_clock();
        struct fa_vclock_setting setting;
        char text[FA_VCLOCK_TEXT_SIZE];

        set(clock, 0, texts[i]);
        ck_assert(fa_vclock_get(clock, 0, &setting));
        fa_vclock_print(&setting, text, sizeof(text));
        ck_assert_str_eq(text, texts[i]);
        fa_vclock_free(clock);
    }
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_settings_mean_a_time),
    TEST(test_what_is_no_clock_is_refused_with_the_forms),
    TEST(test_a_clock_stays_between_1970_and_9999),
    TEST(test_advancing_keeps_the_mode),
    TEST(test_an_account_follows_the_server_until_it_has_a_clock),
    TEST(test_many_accounts_have_each_their_own),
    TEST(test_the_earliest_time_is_that_of_the_slowest_clock),
    TEST(test_what_is_printed_can_be_read),
};

TEST_MAIN("vclock", cases)
