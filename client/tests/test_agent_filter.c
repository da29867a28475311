/* filter: which events are left out, and by which rule. */
#include "suite.h"

#include <string.h>

#include "config.h"
#include "event.h"
#include "filter.h"

static const struct row {
    const char *key, *list;
    const char *service, *user, *tty, *rhost, *conn;
    bool is_left_out;
} rows[] = {
    {"ignore_services", "cron, systemd-user", "cron", "root", "", "", "", true},
    {"ignore_services", "cron systemd-user", "systemd-user", "root", "", "", "", true},
    {"ignore_services", "cron", "crond", "root", "", "", "", false},
    {"ignore_services", "cron*", "crond", "root", "", "", "", true},
    {"ignore_services", "none", "cron", "root", "", "", "", false},
    {"only_services", "sshd login", "sshd", "root", "", "", "", false},
    {"only_services", "sshd login", "su", "root", "", "", "", true},
    {"only_services", "none", "su", "root", "", "", "", false},
    {"ignore_users", "backup nagios", "sshd", "backup", "", "", "", true},
    {"ignore_users", "backup", "sshd", "backup2", "", "", "", false},
    {"ignore_users", "backup", "sshd", "", "", "", "", false},
    {"only_users", "root", "sshd", "alice", "", "", "", true},
    {"ignore_groups", "root", "sshd", "root", "", "", "", true},
    {"ignore_groups", "root", "sshd", "no-such-user", "", "", "", false},
    {"ignore_groups", "no-such-group", "sshd", "root", "", "", "", false},
    {"only_groups", "root", "sshd", "root", "", "", "", false},
    {"only_groups", "root", "sshd", "no-such-user", "", "", "", true},
    {"ignore_ttys", "tty*", "login", "root", "tty1", "", "", true},
    {"ignore_ttys", "tty*", "login", "root", "pts/0", "", "", false},
    {"ignore_ttys", "pts/*", "login", "root", "pts/0", "", "", true},
    {"ignore_networks", "192.0.2.0/24", "sshd", "root", "", "192.0.2.77", "", true},
    {"ignore_networks", "192.0.2.0/24", "sshd", "root", "", "192.0.3.77", "", false},
    {"ignore_networks", "192.0.2.77", "sshd", "root", "", "192.0.2.77", "", true},
    {"ignore_networks", "192.0.2.64/26", "sshd", "root", "", "192.0.2.128", "", false},
    {"ignore_networks", "192.0.2.64/26", "sshd", "root", "", "192.0.2.127", "", true},
    {"ignore_networks", "0.0.0.0/0", "sshd", "root", "", "203.0.113.9", "", true},
    {"ignore_networks", "0.0.0.0/0", "sshd", "root", "", "2001:db8::1", "", false},
    {"ignore_networks", "2001:db8::/32", "sshd", "root", "", "2001:db8:1::1", "", true},
    {"ignore_networks", "2001:db8::/32", "sshd", "root", "", "2001:db9::1", "", false},
    {"ignore_networks", "192.0.2.0/24", "sshd", "root", "", "::ffff:192.0.2.1", "", true},
    {"ignore_networks", "192.0.2.0/24", "sshd", "root", "", "host.example",
     "192.0.2.5 4711 192.0.2.1 22", true},
    {"ignore_networks", "192.0.2.0/24", "login", "root", "", "", "", false},
    {"only_networks", "198.51.100.0/24 ::1", "sshd", "root", "", "::1", "", false},
    {"only_networks", "198.51.100.0/24 ::1", "sshd", "root", "", "::2", "", true},
    {"only_networks", "::1", "login", "root", "tty1", "", "", true},
};

static void set_texts(struct pm_event *event, const struct row *row)
{
    pm_event_init(event);
    pm_event_set_text(event, PM_EVENT_SERVICE, row->service);
    pm_event_set_text(event, PM_EVENT_USER, row->user);
    pm_event_set_text(event, PM_EVENT_TTY, row->tty);
    pm_event_set_text(event, PM_EVENT_RHOST, row->rhost);
    pm_event_set_text(event, PM_EVENT_CONN, row->conn);
}

START_TEST(test_filter_rules)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pm_config config = {.url = NULL};
        struct pm_event event;
        struct pm_error err;
        const char *rule;

        ck_assert_int_eq(pm_config_set(&config, "filter", rows[i].key, rows[i].list, &err), 0);
        ck_assert_int_eq(pm_filter_check(&config, &err), 0);
        set_texts(&event, &rows[i]);
        rule = pm_filter_rule(&config, &event);
        ck_assert_msg((rule != NULL) == rows[i].is_left_out, "row %zu: %s = %s", i, rows[i].key,
                      rows[i].list);
        if (rule)
            ck_assert_str_eq(rule, rows[i].key);
        pm_config_clear(&config);
    }
}
END_TEST

START_TEST(test_filter_of_an_event_without_any_text)
{
    struct pm_config config;
    struct pm_event event;
    struct pm_error err;

    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    pm_event_init(&event);
    ck_assert_ptr_null(pm_filter_rule(&config, &event));
    pm_config_clear(&config);
}
END_TEST

START_TEST(test_filter_leaves_out_noise_by_default)
{
    static const char *const noise[] = {"cron", "crond", "atd", "systemd-user"};
    struct pm_config config;
    struct pm_event event;
    struct pm_error err;
    size_t i;

    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    for (i = 0; i < sizeof(noise) / sizeof(noise[0]); i++) {
        pm_event_init(&event);
        pm_event_set_text(&event, PM_EVENT_SERVICE, noise[i]);
        ck_assert_ptr_nonnull(pm_filter_rule(&config, &event));
    }
    pm_event_set_text(&event, PM_EVENT_SERVICE, "sshd");
    ck_assert_ptr_null(pm_filter_rule(&config, &event));
    pm_config_clear(&config);
}
END_TEST

START_TEST(test_filter_refuses_what_is_no_network)
{
    static const char *const lists[] = {
        "192.0.2.0/33", "192.0.2/24",     "host.example",    "192.0.2.0/", "192.0.2.0/-1",
        "192.0.2.0/2x", "2001:db8::/129", "::1 192.0.2.256", "/24",        "192.0.2.0/ 24",
    };
    size_t i;

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct pm_config config = {.url = NULL};
        struct pm_error err;

        ck_assert_int_eq(pm_config_set(&config, "filter", "only_networks", lists[i], &err), 0);
        ck_assert_msg(pm_filter_check(&config, &err) == PM_ERR_CONFIG, "%s", lists[i]);
        ck_assert_ptr_nonnull(strstr(err.message, lists[i]));
        pm_config_clear(&config);
    }
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_filter_rules),
    TEST(test_filter_of_an_event_without_any_text),
    TEST(test_filter_leaves_out_noise_by_default),
    TEST(test_filter_refuses_what_is_no_network),
};

TEST_MAIN("agent_filter", cases)
