/* compose: the values that a login becomes, and the fingerprints of keys. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "compose.h"
#include "event.h"
#include "fingerprint.h"
#include "text.h"

#define ID "0123456789abcdef0123456789abcdef"

/* The key in Base64; of its bytes the SHA-256, by Python's hashlib. */
#define KEY         "AAAAC3NzaC1lZDI1NTE5AAAAIGb3VbyYMGLzhADf0kqUzDkY7NZ7P8QTKm0cUUMVUnPG"
#define FINGERPRINT "SHA256:Nx3o5SJ7VNcmJkGWJ7zdR8WpcInhc8+59gff18pvg0Y"

static struct pm_event login(void)
{
    struct pm_event event;

    pm_event_init(&event);
    memcpy(event.id, ID, sizeof(event.id));
    event.wall_ms = INT64_C(1763830000123);
    pm_event_set_text(&event, PM_EVENT_SERVICE, "sshd");
    pm_event_set_text(&event, PM_EVENT_USER, "alice");
    pm_event_set_text(&event, PM_EVENT_RHOST, "192.0.2.77");
    pm_event_set_text(&event, PM_EVENT_TTY, "ssh");
    return event;
}

static const struct pm_happening itself = {PM_JOURNAL_EVENT, 1, ""};

/* As the default configuration wants it, or another one's section [result]. */
static struct pm_columns columns_of(const struct pm_config *config)
{
    static const struct pm_config none;
    struct pm_columns columns;
    struct pm_error err;

    ck_assert_msg(pm_columns_read(config ? config : &none, &columns, &err) == 0, "%s", err.message);
    return columns;
}

/* All values as one text, `name=value|name=value`. */
static const char *composed_as(const struct pm_config *config, const struct pm_event *event,
                               const struct pm_happening *happening)
{
    static char text[16384];
    struct pm_columns columns = columns_of(config);
    struct pm_result result;
    size_t used = 0, i;

    text[0] = '\0';
    ck_assert_int_eq(pm_compose(&columns, event, happening, &result), 0);
    for (i = 0; i < result.count; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s=%s", i > 0 ? "|" : "",
                                 result.values[i].name, result.values[i].value);
    pm_result_clear(&result);
    pm_columns_clear(&columns);
    return text;
}

static const char *composed(const struct pm_event *event)
{
    return composed_as(NULL, event, &itself);
}

static const char *value_of(const struct pm_event *event, const char *name)
{
    static char value[16384];
    struct pm_columns columns = columns_of(NULL);
    struct pm_result result;
    size_t i;

    ck_assert_int_eq(pm_compose(&columns, event, &itself, &result), 0);
    value[0] = '\0';
    for (i = 0; i < result.count; i++) {
        if (strcmp(result.values[i].name, name) == 0)
            (void)snprintf(value, sizeof(value), "%s", result.values[i].value);
    }
    pm_result_clear(&result);
    pm_columns_clear(&columns);
    return value;
}

START_TEST(test_compose_login)
{
    struct pm_event event = login();

    ck_assert_str_eq(composed(&event),
                     "user_login=alice|host=192.0.2.77|srv=sshd|event=login|tty=ssh|id=" ID);
}
END_TEST

START_TEST(test_compose_logout_has_a_duration)
{
    struct pm_event event = login();

    event.phase = PM_EVENT_CLOSE;
    event.opened_ms = event.wall_ms - 61007;
    pm_event_set_text(&event, PM_EVENT_RUSER, "bob");
    ck_assert_str_eq(composed(&event), "user_login=alice|host=192.0.2.77|srv=sshd|event=logout|"
                                       "tty=ssh|ruser=bob|duration=61.007|id=" ID);
}
END_TEST

START_TEST(test_compose_no_duration_where_the_clock_went_back)
{
    struct pm_event event = login();

    event.phase = PM_EVENT_CLOSE;
    event.opened_ms = event.wall_ms + 1;
    ck_assert_str_eq(value_of(&event, "duration"), "");
    event.opened_ms = event.wall_ms;
    ck_assert_str_eq(value_of(&event, "duration"), "0.000");
}
END_TEST

START_TEST(test_compose_fills_every_column_of_ours)
{
    const struct pm_happening happening = {PM_JOURNAL_FAILURES, 7, "feed"};
    struct pm_event event = login();

    event.opened_ms = 0;
    pm_event_set_text(&event, PM_EVENT_RUSER, "bob");
    pm_event_set_text(&event, PM_EVENT_AUTH_INFO, "password");
    ck_assert_str_eq(composed_as(NULL, &event, &happening),
                     "user_login=alice|host=192.0.2.77|srv=sshd|event=failures|tty=ssh|"
                     "method=password|ruser=bob|duration=1763830000.123|id=" ID
                     "|login=feed|count=7");
}
END_TEST

START_TEST(test_compose_dropped_events_are_a_number_and_nobodys_login)
{
    const struct pm_happening happening = {PM_JOURNAL_DROPPED, 12, "feed"};
    struct pm_event event = login();

    ck_assert_str_eq(composed_as(NULL, &event, &happening),
                     "user_login=(12 events dropped)|event=dropped|id=" ID "|count=12");
}
END_TEST

START_TEST(test_compose_a_logout_belongs_to_the_login_of_its_record)
{
    const struct pm_happening happening = {PM_JOURNAL_EVENT, 1, "feed"};
    struct pm_event event = login();

    memcpy(event.login_id, "00000000000000000000000000000001", sizeof(event.login_id));
    ck_assert_ptr_nonnull(
        strstr(composed_as(NULL, &event, &happening), "|login=00000000000000000000000000000001"));
}
END_TEST

/* ---- templates ---- */

static void add_column(struct pm_config *config, const char *name, const char *value)
{
    struct pm_error err;

    ck_assert_msg(pm_config_set(config, "result", name, value, &err) == 0, "%s", err.message);
}

START_TEST(test_compose_templates_mix_fields_and_text)
{
    struct pm_config config = {.column_count = 0};
    struct pm_event event = login();

    event.numbers[PM_EVENT_UID] = 1000;
    add_column(&config, "who", "Who:login:%{user} from %{rhost}, 100%%");
    add_column(&config, "uid", "User ID::%{uid}");
    add_column(&config, "nobody", "None::by %{ruser}%{tty}%{ruser}");
    add_column(&config, "absent", "Absent::by %{ruser}");
    add_column(&config, "fixed", "Fixed::always");
    ck_assert_str_eq(composed_as(&config, &event, &itself),
                     "who=alice from 192.0.2.77, 100%|uid=1000|nobody=by ssh");
    pm_config_clear(&config);
}
END_TEST

START_TEST(test_columns_have_the_type_of_their_only_field)
{
    static const struct {
        const char *value;
        int type;
    } rows[] = {
        {"D:s:%{duration}", PM_TYPE_FLOAT}, {"D:s:%{duration} s", PM_TYPE_STRING},
        {"C::%{count}", PM_TYPE_INTEGER},   {"C::%{count}%{count}", PM_TYPE_STRING},
        {"U:u:%{user}", PM_TYPE_STRING},    {"P::%%", PM_TYPE_STRING},
        {"T:u:text", PM_TYPE_STRING},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_config config = {.column_count = 0};
        struct pm_columns columns;

        add_column(&config, "x", rows[i].value);
        columns = columns_of(&config);
        ck_assert_uint_eq(columns.count, 1);
        ck_assert_str_eq(columns.params[0].name, "x");
        ck_assert_msg(columns.params[0].data_type == rows[i].type, "%s", rows[i].value);
        pm_columns_clear(&columns);
        pm_config_clear(&config);
    }
}
END_TEST

START_TEST(test_columns_that_make_no_sense_are_refused)
{
    static const char *const rows[] = {
        "no colons", "One:colon",    "No:template:",  "N:u:%",   "N:u:%x",
        "N:u:%{",    "N:u:%{user",   "N:u:%{nobody}", "N:u:%{}", "N:u:%{User}",
        "N:u:100% ", "N:u:%{user}%", "N:u:%{user }",  "N:u:%%%", "::",
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_config config = {.column_count = 0};
        struct pm_columns columns;
        struct pm_error err;

        add_column(&config, "x", rows[i]);
        ck_assert_msg(pm_columns_read(&config, &columns, &err) == PM_ERR_CONFIG, "%s", rows[i]);
        ck_assert_ptr_nonnull(strstr(err.message, "'x'"));
        pm_config_clear(&config);
    }
}
END_TEST

START_TEST(test_compose_empty_values_are_left_out)
{
    struct pm_event event;

    pm_event_init(&event);
    memcpy(event.id, ID, sizeof(event.id));
    pm_event_set_text(&event, PM_EVENT_USER, "");
    ck_assert_str_eq(composed(&event), "event=login|id=" ID);
}
END_TEST

START_TEST(test_compose_sends_what_servers_take_as_it_is)
{
    static const char *const rows[] = {
        "CORP\\admin",
        "a:b;c=d&e%20+f",
        "J\xc3\xbcrgen",
        "\xe2\x9c\x93",
        "<script>alert(1)</script>",
        "  two  blanks ",
        "\xf0\x9f\x98\x80",
        "\xe2\x80\xaegnp.exe", /* right to left */
        "\xef\xbf\xbd",
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_event event = login();

        pm_event_set_text(&event, PM_EVENT_USER, rows[i]);
        ck_assert_str_eq(value_of(&event, "user_login"), rows[i]);
    }
}
END_TEST

START_TEST(test_compose_escapes_what_servers_may_refuse)
{
    static const struct {
        const char *text, *sent;
    } rows[] = {
        {"a\nb", "a\\x0ab"},
        {"\x1b[31mred", "\\x1b[31mred"},
        {"\x7f", "\\x7f"},
        {"a\\x0ab", "a\\x5cx0ab"}, /* not the same as a line feed */
        {"CORP\\admin", "CORP\\admin"},
        {"\x01\x1f\t\r", "\\x01\\x1f\\x09\\x0d"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"\xc3", "\\xc3"},
        {"\xc3(", "\\xc3("},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
        {"\xc0\xaf", "\\xc0\\xaf"},          /* overlong */
        {"\xef\xbf\xbe", "\\xef\\xbf\\xbe"}, /* U+FFFE */
        {"\xef\xbf\xbf", "\\xef\\xbf\\xbf"},
        {"ok\xc3\xbc\x80", "ok\xc3\xbc\\x80"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_event event = login();

        pm_event_set_text(&event, PM_EVENT_USER, rows[i].text);
        ck_assert_str_eq(value_of(&event, "user_login"), rows[i].sent);
    }
}
END_TEST

START_TEST(test_compose_every_byte_becomes_utf8)
{
    char all[256];
    struct pm_event event = login();
    const char *value;
    size_t i;

    for (i = 0; i < 255; i++)
        all[i] = (char)(i + 1);
    all[255] = '\0';
    pm_event_set_text(&event, PM_EVENT_RHOST, all);
    value = value_of(&event, "host");
    for (i = 0; value[i];) {
        size_t count = pm_text_utf8_len(value + i, strlen(value + i));

        ck_assert_uint_gt(count, 0);
        i += count;
    }
}
END_TEST

START_TEST(test_compose_method)
{
    static const struct {
        const char *auth, *method;
    } rows[] = {
        {"password", "password"},
        {"keyboard-interactive/pam", "keyboard-interactive/pam"},
        {"publickey ssh-ed25519 " KEY, "publickey ssh-ed25519 " FINGERPRINT},
        {"publickey ssh-ed25519 SHA256:AbC", "publickey ssh-ed25519 SHA256:AbC"},
        {"publickey ssh-ed25519 !!!!", "publickey ssh-ed25519 !!!!"},
        {"publickey ssh-ed25519 ", "publickey ssh-ed25519 "},
        {"publickey ", "publickey "},
        {"publickey", "publickey"},
        {"gssapi-with-mic alice@EXAMPLE.ORG", "gssapi-with-mic alice@EXAMPLE.ORG"},
        {"", ""},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_event event = login();

        pm_event_set_text(&event, PM_EVENT_AUTH_INFO, rows[i].auth);
        ck_assert_str_eq(value_of(&event, "method"), rows[i].method);
    }
}
END_TEST

START_TEST(test_compose_a_clipped_key_has_no_fingerprint)
{
    struct pm_event event = login();

    pm_event_set_text(&event, PM_EVENT_AUTH_INFO, "publickey ssh-rsa " KEY);
    event.clipped = 1u << PM_EVENT_AUTH_INFO;
    ck_assert_str_eq(value_of(&event, "method"), "publickey ssh-rsa");
}
END_TEST

START_TEST(test_fingerprint_refuses_what_is_no_base64)
{
    static const char *const rows[] = {"",      "A",    "AAA",  "AAAAA",  "AA A",
                                       "AA\nA", "A===", "====", "AAA\x80"};
    char fingerprint[PM_FINGERPRINT_SIZE];
    char large[4096];
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(pm_fingerprint(rows[i], strlen(rows[i]), fingerprint) == -1, "'%s'", rows[i]);
    }
    memset(large, 'A', sizeof(large));
    ck_assert_int_eq(pm_fingerprint(large, sizeof(large), fingerprint), -1);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_compose_login),
    TEST(test_compose_logout_has_a_duration),
    TEST(test_compose_no_duration_where_the_clock_went_back),
    TEST(test_compose_fills_every_column_of_ours),
    TEST(test_compose_dropped_events_are_a_number_and_nobodys_login),
    TEST(test_compose_a_logout_belongs_to_the_login_of_its_record),
    TEST(test_compose_templates_mix_fields_and_text),
    TEST(test_columns_have_the_type_of_their_only_field),
    TEST(test_columns_that_make_no_sense_are_refused),
    TEST(test_compose_empty_values_are_left_out),
    TEST(test_compose_sends_what_servers_take_as_it_is),
    TEST(test_compose_escapes_what_servers_may_refuse),
    TEST(test_compose_every_byte_becomes_utf8),
    TEST(test_compose_method),
    TEST(test_compose_a_clipped_key_has_no_fingerprint),
    TEST(test_fingerprint_refuses_what_is_no_base64),
};

TEST_MAIN("agent_compose", cases)
