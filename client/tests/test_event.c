/* event: what the record of a login holds, and which records are refused. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"

#define ID    "0123456789abcdef0123456789abcdef"
#define LOGIN "fedcba9876543210fedcba9876543210"
#define HEAD  "v=1 id=" ID " t=1763830000123 phase=open"

static struct pm_event full_event(void)
{
    struct pm_event event;

    pm_event_init(&event);
    memcpy(event.id, ID, sizeof(event.id));
    event.wall_ms = INT64_C(1763830000123);
    event.mono_ms = 4711;
    event.phase = PM_EVENT_CLOSE;
    pm_event_set_text(&event, PM_EVENT_SERVICE, "sshd");
    pm_event_set_text(&event, PM_EVENT_USER, "J\xc3\xbcrgen; Smith");
    pm_event_set_text(&event, PM_EVENT_RUSER, "");
    pm_event_set_text(&event, PM_EVENT_RHOST, "2001:db8::77");
    pm_event_set_text(&event, PM_EVENT_TTY, "/dev/pts/3");
    pm_event_set_text(&event, PM_EVENT_CONN, "192.0.2.77 40000 192.0.2.1 22");
    pm_event_set_text(&event, PM_EVENT_AUTH_INFO, "publickey ssh-ed25519 AAAA+/==");
    event.numbers[PM_EVENT_UID] = 0;
    event.numbers[PM_EVENT_EUID] = 4294967295;
    event.numbers[PM_EVENT_LOGINUID] = 1000;
    event.numbers[PM_EVENT_SESSION] = 7;
    event.numbers[PM_EVENT_PID] = 4242;
    memcpy(event.login_id, LOGIN, sizeof(event.login_id));
    event.opened_ms = INT64_C(1763830000000);
    return event;
}

static size_t encode(const struct pm_event *event, char *record)
{
    size_t len = pm_event_encode(event, record, PM_EVENT_RECORD_SIZE);

    ck_assert_uint_gt(len, 0);
    ck_assert_uint_eq(strlen(record), len);
    return len;
}

static int decode_text(const char *text, struct pm_event *ret_event, const char **ret_reason)
{
    static char record[2 * PM_EVENT_RECORD_SIZE];
    size_t len = strlen(text);

    ck_assert_uint_lt(len, sizeof(record));
    memcpy(record, text, len + 1);
    return pm_event_decode(record, len, ret_event, ret_reason);
}

START_TEST(test_event_record_has_its_keys_in_order)
{
    struct pm_event event = full_event();
    char record[PM_EVENT_RECORD_SIZE];

    encode(&event, record);
    ck_assert_str_eq(
        record, "v=1 id=" ID " t=1763830000123 mono=4711 phase=close service=sshd "
                "user=J%C3%BCrgen%3B%20Smith ruser= rhost=2001:db8::77 tty=/dev/pts/3 uid=0 "
                "euid=4294967295 loginuid=1000 session=7 pid=4242 "
                "conn=192.0.2.77%2040000%20192.0.2.1%2022 "
                "auth=publickey%20ssh-ed25519%20AAAA+/%3D%3D login=" LOGIN " opened=1763830000000");
}
END_TEST

START_TEST(test_event_round_trips_every_field)
{
    struct pm_event event = full_event(), back;
    char record[PM_EVENT_RECORD_SIZE];
    const char *reason;
    size_t i;

    ck_assert_int_eq(pm_event_decode(record, encode(&event, record), &back, &reason), 0);
    ck_assert_ptr_null(reason);
    ck_assert_str_eq(back.id, event.id);
    ck_assert_str_eq(back.login_id, event.login_id);
    ck_assert_int_eq(back.wall_ms, event.wall_ms);
    ck_assert_int_eq(back.mono_ms, event.mono_ms);
    ck_assert_int_eq(back.opened_ms, event.opened_ms);
    ck_assert_int_eq(back.phase, event.phase);
    ck_assert_uint_eq(back.clipped, 0);
    ck_assert_mem_eq(back.numbers, event.numbers, sizeof(event.numbers));
    for (i = 0; i < PM_EVENT_TEXT_MAX; i++)
        ck_assert_str_eq(back.texts[i].bytes, event.texts[i].bytes);
}
END_TEST

START_TEST(test_event_absent_items_are_left_out_and_stay_absent)
{
    struct pm_event event, back;
    char record[PM_EVENT_RECORD_SIZE];
    const char *reason;
    size_t i;

    pm_event_init(&event);
    memcpy(event.id, ID, sizeof(event.id));
    ck_assert_int_eq(pm_event_decode(record, encode(&event, record), &back, &reason), 0);
    ck_assert_str_eq(back.login_id, "");
    ck_assert_int_eq(back.mono_ms, -1);
    ck_assert_int_eq(back.opened_ms, -1);
    for (i = 0; i < PM_EVENT_TEXT_MAX; i++)
        ck_assert_ptr_null(back.texts[i].bytes);
    for (i = 0; i < PM_EVENT_NUMBER_MAX; i++)
        ck_assert_int_eq(back.numbers[i], -1);
}
END_TEST

START_TEST(test_event_round_trips_every_byte_in_every_text)
{
    char all[255], record[PM_EVENT_RECORD_SIZE];
    size_t i, which;

    for (i = 0; i < sizeof(all); i++)
        all[i] = (char)(i + 1);
    for (which = 0; which < PM_EVENT_TEXT_MAX; which++) {
        struct pm_event event = full_event(), back;
        const char *reason;

        event.texts[which] = (struct pm_event_view){all, sizeof(all)};
        ck_assert_int_eq(pm_event_decode(record, encode(&event, record), &back, &reason), 0);
        ck_assert_uint_eq(back.texts[which].len, sizeof(all));
        ck_assert_mem_eq(back.texts[which].bytes, all, sizeof(all));
        ck_assert_uint_eq(back.clipped, 0);
    }
}
END_TEST

START_TEST(test_event_cuts_a_long_text_and_says_so)
{
    struct pm_event event = full_event(), back;
    char user[301] = "", record[PM_EVENT_RECORD_SIZE];
    const char *reason;

    memset(user, 'u', 300);
    pm_event_set_text(&event, PM_EVENT_USER, user);
    pm_event_set_text(&event, PM_EVENT_TTY, user);
    encode(&event, record);
    ck_assert_str_eq(strstr(record, " clip="), " clip=user,tty");
    ck_assert_int_eq(pm_event_decode(record, strlen(record), &back, &reason), 0);
    ck_assert_uint_eq(back.texts[PM_EVENT_USER].len, 256);
    ck_assert_uint_eq(back.clipped, 1u << PM_EVENT_USER | 1u << PM_EVENT_TTY);
}
END_TEST

START_TEST(test_event_cuts_between_characters)
{
    struct pm_event event = full_event(), back;
    char user[301] = "", record[PM_EVENT_RECORD_SIZE];
    const char *reason;
    size_t i;

    for (i = 0; i < 300; i += 3)
        memcpy(user + i, "\xe2\x9c\x93", 3);
    pm_event_set_text(&event, PM_EVENT_USER, user);
    ck_assert_int_eq(pm_event_decode(record, encode(&event, record), &back, &reason), 0);
    ck_assert_uint_eq(back.texts[PM_EVENT_USER].len, 255);
}
END_TEST

START_TEST(test_event_cuts_bytes_that_are_no_characters_at_the_limit)
{
    struct pm_event event = full_event(), back;
    char user[301] = "", record[PM_EVENT_RECORD_SIZE];
    const char *reason;

    memset(user, 0x80, 300);
    pm_event_set_text(&event, PM_EVENT_USER, user);
    ck_assert_int_eq(pm_event_decode(record, encode(&event, record), &back, &reason), 0);
    ck_assert_uint_eq(back.texts[PM_EVENT_USER].len, 256);
}
END_TEST

static size_t auth_kept(size_t key_len, size_t size, struct pm_event *ret_back)
{
    static char record[PM_EVENT_RECORD_SIZE];
    struct pm_event event = full_event();
    char key[4000] = "";
    const char *reason;

    memset(key, 'A', key_len);
    pm_event_set_text(&event, PM_EVENT_AUTH_INFO, key);
    ck_assert_int_eq(
        pm_event_decode(record, pm_event_encode(&event, record, size), ret_back, &reason), 0);
    return ret_back->texts[PM_EVENT_AUTH_INFO].len;
}

START_TEST(test_event_carries_a_large_key_whole)
{
    struct pm_event back;

    ck_assert_uint_eq(auth_kept(3072, PM_EVENT_RECORD_SIZE, &back), 3072);
    ck_assert_uint_eq(back.clipped, 0);
}
END_TEST

START_TEST(test_event_cuts_a_key_before_names)
{
    struct pm_event back;

    ck_assert_uint_eq(auth_kept(3072, PM_EVENT_SHORT_RECORD_SIZE, &back), 384);
    ck_assert_uint_eq(back.clipped, 1u << PM_EVENT_AUTH_INFO);
    ck_assert_str_eq(back.texts[PM_EVENT_USER].bytes, "J\xc3\xbcrgen; Smith");
}
END_TEST

START_TEST(test_event_short_record_keeps_a_short_key)
{
    struct pm_event back;

    ck_assert_uint_eq(auth_kept(100, PM_EVENT_SHORT_RECORD_SIZE, &back), 100);
    ck_assert_uint_eq(back.clipped, 0);
}
END_TEST

/* All texts of hostile length and bytes: the record fits, and is one that the reader takes. */
static void check_worst_case(size_t size)
{
    struct pm_event event = full_event(), back;
    char hostile[2001] = "", record[PM_EVENT_RECORD_SIZE];
    const char *reason;
    size_t which, len;

    memset(hostile, 0xff, 2000);
    for (which = 0; which < PM_EVENT_TEXT_MAX; which++)
        pm_event_set_text(&event, (enum pm_event_text)which, hostile);
    len = pm_event_encode(&event, record, size);
    ck_assert_uint_gt(len, size / 2);
    ck_assert_uint_lt(len, size);
    ck_assert_int_eq(pm_event_decode(record, len, &back, &reason), 0);
    ck_assert_uint_eq(back.clipped, (1u << PM_EVENT_TEXT_MAX) - 1);
    ck_assert_uint_gt(back.texts[PM_EVENT_USER].len, 8);
    ck_assert_str_eq(back.login_id, event.login_id);
}

START_TEST(test_event_worst_case_fits_into_a_record)
{
    check_worst_case(PM_EVENT_RECORD_SIZE);
}
END_TEST

START_TEST(test_event_worst_case_fits_into_a_short_record)
{
    check_worst_case(PM_EVENT_SHORT_RECORD_SIZE);
}
END_TEST

START_TEST(test_event_does_not_write_into_less_than_a_short_record)
{
    struct pm_event event = full_event();
    char record[PM_EVENT_SHORT_RECORD_SIZE];

    ck_assert_uint_eq(pm_event_encode(&event, record, sizeof(record) - 1), 0);
}
END_TEST

START_TEST(test_event_links_sort_by_time)
{
    struct pm_event event = full_event();
    char name[PM_EVENT_NAME_SIZE];

    pm_event_format_name(&event, name);
    ck_assert_str_eq(name, "1763830000123-" ID);
    event.wall_ms = 5;
    pm_event_format_name(&event, name);
    ck_assert_str_eq(name, "0000000000005-" ID);
    event.wall_ms = PM_EVENT_TIME_MAX;
    pm_event_format_name(&event, name);
    ck_assert_str_eq(name, "9999999999999-" ID);
}
END_TEST

START_TEST(test_event_id_is_32_lower_case_digits)
{
    static const unsigned char bytes[16] = {0, 1, 0x7f, 0x80, 0xab, 0xff, 9, 10, 11, 12, 13, 14};
    char id[PM_EVENT_ID_SIZE];

    pm_event_format_id(bytes, id);
    ck_assert_str_eq(id, "00017f80abff090a0b0c0d0e00000000");
}
END_TEST

START_TEST(test_event_skips_keys_it_does_not_know)
{
    struct pm_event event;
    const char *reason;

    ck_assert_int_eq(
        decode_text(HEAD " colour=blue user=alice colour=%zz clip=colour,user", &event, &reason),
        0);
    ck_assert_str_eq(event.texts[PM_EVENT_USER].bytes, "alice");
    ck_assert_uint_eq(event.clipped, 1u << PM_EVENT_USER);
}
END_TEST

START_TEST(test_event_refuses_what_nobody_writes)
{
    static const struct {
        const char *name;
        const char *record;
    } rows[] = {
        {"empty", ""},
        {"a blank", " "},
        {"junk", "../../etc/passwd"},
        {"no version", "id=" ID " t=1 phase=open"},
        {"version not first", "id=" ID " v=1 t=1 phase=open"},
        {"an unknown key before the version", "x=1 " HEAD},
        {"version 2", "v=2 id=" ID " t=1 phase=open"},
        {"version 1.0", "v=1.0 id=" ID " t=1 phase=open"},
        {"empty version", "v= id=" ID " t=1 phase=open"},
        {"version twice", "v=1 " HEAD},
        {"no id", "v=1 t=1 phase=open"},
        {"no time", "v=1 id=" ID " phase=open"},
        {"no phase", "v=1 id=" ID " t=1"},
        {"short id", "v=1 id=0123 t=1 phase=open"},
        {"long id", "v=1 id=" ID "0 t=1 phase=open"},
        {"upper-case id", "v=1 id=0123456789ABCDEF0123456789ABCDEF t=1 phase=open"},
        {"negative time", "v=1 id=" ID " t=-1 phase=open"},
        {"empty time", "v=1 id=" ID " t= phase=open"},
        {"time of 14 digits", "v=1 id=" ID " t=10000000000000 phase=open"},
        {"time beyond 64 bits", "v=1 id=" ID " t=99999999999999999999 phase=open"},
        {"leading zero", "v=1 id=" ID " t=01 phase=open"},
        {"hexadecimal time", "v=1 id=" ID " t=0x10 phase=open"},
        {"unknown phase", "v=1 id=" ID " t=1 phase=chauthtok"},
        {"empty phase", "v=1 id=" ID " t=1 phase="},
        {"phase in upper case", "v=1 id=" ID " t=1 phase=OPEN"},
        {"two blanks", HEAD "  user=alice"},
        {"blank at the end", HEAD " user=alice "},
        {"blank at the start", " " HEAD},
        {"tab for blank", HEAD "\tuser=alice"},
        {"newline at the end", HEAD " user=alice\n"},
        {"key without value", HEAD " user"},
        {"value without key", HEAD " =alice"},
        {"key in upper case", HEAD " USER=alice"},
        {"user twice", HEAD " user=alice user=root"},
        {"time twice", HEAD " t=1"},
        {"raw byte", HEAD " user=al\x80"},
        {"raw control byte", HEAD " user=al\x1b[31m"},
        {"raw semicolon", HEAD " user=a;b"},
        {"equals sign in a value", HEAD " user=a=b"},
        {"cut escape", HEAD " user=alice%2"},
        {"empty escape", HEAD " user=alice%"},
        {"escape of no digits", HEAD " user=%GG"},
        {"encoded NUL", HEAD " user=al%00ice"},
        {"uid with a sign", HEAD " uid=+1"},
        {"uid of letters", HEAD " uid=root"},
        {"uid encoded", HEAD " uid=%31"},
        {"bad login", HEAD " login=1"},
        {"bad opened", HEAD " opened=yesterday"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_event event;
        const char *reason = NULL;

        ck_assert_msg(decode_text(rows[i].record, &event, &reason) == -1, "accepted: %s",
                      rows[i].name);
        ck_assert_msg(reason != NULL, "no reason: %s", rows[i].name);
    }
}
END_TEST

START_TEST(test_event_refuses_texts_over_their_limits)
{
    static const struct {
        const char *key;
        size_t limit;
    } rows[] = {{"user", 256}, {"rhost", 256}, {"tty", 256}, {"conn", 256}, {"auth", 3072}};
    struct pm_event event;
    const char *reason;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[PM_EVENT_RECORD_SIZE];
        int used = snprintf(text, sizeof(text), HEAD " %s=", rows[i].key);

        memset(text + used, 'x', rows[i].limit + 1);
        text[(size_t)used + rows[i].limit] = '\0';
        ck_assert_int_eq(decode_text(text, &event, &reason), 0);
        text[(size_t)used + rows[i].limit] = 'x';
        text[(size_t)used + rows[i].limit + 1] = '\0';
        ck_assert_msg(decode_text(text, &event, &reason) == -1, "accepted: %s", rows[i].key);
    }
}
END_TEST

START_TEST(test_event_refuses_a_record_longer_than_a_link)
{
    char text[PM_EVENT_RECORD_SIZE + 1];
    struct pm_event event;
    const char *reason;
    int used = snprintf(text, sizeof(text), HEAD " x=");

    memset(text + used, 'x', sizeof(text) - (size_t)used);
    text[PM_EVENT_RECORD_SIZE - 1] = '\0';
    ck_assert_int_eq(decode_text(text, &event, &reason), 0);
    text[PM_EVENT_RECORD_SIZE - 1] = 'x';
    text[PM_EVENT_RECORD_SIZE] = '\0';
    ck_assert_int_eq(decode_text(text, &event, &reason), -1);
}
END_TEST

START_TEST(test_event_refuses_a_nul_byte)
{
    char record[] = HEAD " user=al\0ice";
    struct pm_event event;
    const char *reason;

    ck_assert_int_eq(pm_event_decode(record, sizeof(record) - 1, &event, &reason), -1);
}
END_TEST

/* A record cut anywhere is refused or is a record: never more than was there. */
START_TEST(test_event_survives_truncation_at_every_byte)
{
    struct pm_event full = full_event();
    char whole[PM_EVENT_RECORD_SIZE];
    size_t len = encode(&full, whole), cut;

    for (cut = 0; cut < len; cut++) {
        char *record = malloc(cut + 1);
        struct pm_event event;
        const char *reason;

        memcpy(record, whole, cut);
        if (pm_event_decode(record, cut, &event, &reason) == 0)
            ck_assert_str_eq(event.id, ID);
        free(record);
    }
}
END_TEST

START_TEST(test_event_survives_any_byte_anywhere)
{
    struct pm_event full = full_event();
    char whole[PM_EVENT_RECORD_SIZE];
    size_t len = encode(&full, whole), at;
    int byte;

    for (at = 0; at < len; at++) {
        for (byte = 0; byte < 256; byte++) {
            char record[PM_EVENT_RECORD_SIZE];
            struct pm_event event;
            const char *reason;

            memcpy(record, whole, len);
            record[at] = (char)byte;
            if (pm_event_decode(record, len, &event, &reason) == 0)
                ck_assert_uint_eq(strlen(event.id), 32);
        }
    }
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_event_record_has_its_keys_in_order),
    TEST(test_event_round_trips_every_field),
    TEST(test_event_absent_items_are_left_out_and_stay_absent),
    TEST(test_event_round_trips_every_byte_in_every_text),
    TEST(test_event_cuts_a_long_text_and_says_so),
    TEST(test_event_cuts_between_characters),
    TEST(test_event_cuts_bytes_that_are_no_characters_at_the_limit),
    TEST(test_event_carries_a_large_key_whole),
    TEST(test_event_cuts_a_key_before_names),
    TEST(test_event_short_record_keeps_a_short_key),
    TEST(test_event_worst_case_fits_into_a_record),
    TEST(test_event_worst_case_fits_into_a_short_record),
    TEST(test_event_does_not_write_into_less_than_a_short_record),
    TEST(test_event_links_sort_by_time),
    TEST(test_event_id_is_32_lower_case_digits),
    TEST(test_event_skips_keys_it_does_not_know),
    TEST(test_event_refuses_what_nobody_writes),
    TEST(test_event_refuses_texts_over_their_limits),
    TEST(test_event_refuses_a_record_longer_than_a_link),
    TEST(test_event_refuses_a_nul_byte),
    TEST(test_event_survives_truncation_at_every_byte),
    TEST(test_event_survives_any_byte_anywhere),
};

TEST_MAIN("event", cases)
