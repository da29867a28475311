/* config: what a configuration file may say, and every way in which it may not be one. */
#include "suite.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "fs.h"
#include "secret.h"

static char directory[] = "/tmp/pm-config-XXXXXX";
static char path[PATH_MAX];
static struct pm_config config;
static struct pm_error err;

static void write_file(const char *text, size_t len, mode_t mode)
{
    if (path[0] == '\0') {
        ck_assert_ptr_nonnull(mkdtemp(directory));
        (void)snprintf(path, sizeof(path), "%s/paidmonitor.conf", directory);
    }
    ck_assert_int_eq(pm_fs_replace(path, text, len, mode), 0);
}

static void remove_file(void)
{
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(directory), 0);
}

static int read_text(const char *text)
{
    write_file(text, strlen(text), 0644);
    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    return pm_config_read(&config, path, &err);
}

START_TEST(test_config_has_defaults)
{
    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    ck_assert_ptr_null(config.url);
    ck_assert_ptr_null(config.apikey);
    ck_assert_str_eq(config.secret_file, "/etc/paidmonitor.secret");
    ck_assert(!config.allow_plain_http);
    ck_assert_int_eq(config.connect_timeout_ms, 5000);
    ck_assert_int_eq(config.timeout_ms, 15000);
    ck_assert_str_eq(config.monitor_name, "Login Monitor %h");
    ck_assert_str_eq(config.monitor_tag, "loginMonitor");
    ck_assert_str_eq(config.drop_dir, "/run/paidmonitor/drop");
    ck_assert_str_eq(config.journal, "/var/lib/paidmonitor/journal.db");
    pm_config_clear(&config);
}
END_TEST

START_TEST(test_config_reads_every_key)
{
    ck_assert_msg(read_text("# comment\n\n; another\n[api]\n  url = https://x.example/y  \r\n"
                            "apikey=KEY\nsecret_file = /s\nca_file = /c\nproxy = http://p:1\n"
                            "allow_plain_http = yes\nconnect_timeout_ms = 1\ntimeout_ms=600000\n"
                            "[monitor]\nname = My %h Z\xc3\xbcrich\ntag = t : u\n"
                            "[agent]\ndrop_dir = /d\njournal = /j") == 0,
                  "%s", err.message);
    ck_assert_str_eq(config.url, "https://x.example/y");
    ck_assert_str_eq(config.apikey, "KEY");
    ck_assert_str_eq(config.secret_file, "/s");
    ck_assert_str_eq(config.ca_file, "/c");
    ck_assert_str_eq(config.proxy, "http://p:1");
    ck_assert(config.allow_plain_http);
    ck_assert_int_eq(config.connect_timeout_ms, 1);
    ck_assert_int_eq(config.timeout_ms, 600000);
    ck_assert_str_eq(config.monitor_name, "My %h Z\xc3\xbcrich");
    ck_assert_str_eq(config.monitor_tag, "t : u");
    ck_assert_str_eq(config.drop_dir, "/d");
    ck_assert_str_eq(config.journal, "/j");
    pm_config_clear(&config);
    remove_file();
}
END_TEST

START_TEST(test_config_reads_what_only_the_agent_needs)
{
    ck_assert_msg(read_text("[agent]\nrequests = 2\nmax_waiting = 0\nnewest_first = yes\n"
                            "failure_burst = 0\nmetrics_file = /m\n"
                            "[filter]\nignore_services = none\nonly_networks = ::1 192.0.2.0/24\n"
                            "[result]\nwho = Who: login :%{user}: x\nb = B::b\n") == 0,
                  "%s", err.message);
    ck_assert_int_eq(config.requests, 2);
    ck_assert_int_eq(config.max_waiting, 0);
    ck_assert(config.newest_first);
    ck_assert_int_eq(config.failure_burst, 0);
    ck_assert_str_eq(config.metrics_file, "/m");
    ck_assert_str_eq(config.ignore[PM_FILTER_SERVICES], "none");
    ck_assert_ptr_null(config.only[PM_FILTER_USERS]);
    ck_assert_str_eq(config.only[PM_FILTER_NETWORKS], "::1 192.0.2.0/24");
    ck_assert_uint_eq(config.column_count, 2);
    ck_assert_str_eq(config.columns[0].name, "who");
    ck_assert_str_eq(config.columns[0].value, "Who: login :%{user}: x");
    ck_assert_str_eq(config.columns[1].name, "b");
    pm_config_clear(&config);
    remove_file();
}
END_TEST

START_TEST(test_config_has_room_for_so_many_columns)
{
    char line[64];
    int i;

    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    for (i = 0; i <= PM_CONFIG_COLUMNS_MAX; i++) {
        (void)snprintf(line, sizeof(line), "c%d", i);
        ck_assert_int_eq(pm_config_set(&config, "result", line, "C:c:c", &err),
                         i < PM_CONFIG_COLUMNS_MAX ? 0 : PM_ERR_CONFIG);
    }
    ck_assert_ptr_nonnull(strstr(err.message, "more than"));
    pm_config_clear(&config);
}
END_TEST

START_TEST(test_config_takes_an_empty_file)
{
    ck_assert_int_eq(read_text(""), 0);
    pm_config_clear(&config);
    remove_file();
}
END_TEST

START_TEST(test_config_names_the_line_at_fault)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"[api]\nurl = https://x\nurl = https://y\n", ":3: 'url' is given twice"},
        {"[api]\nulr = x\n", ":2: unknown key 'ulr' in section [api]"},
        {"[api]\nURL = x\n", ":2: unknown key 'URL'"},
        {"\n\n[ape]\nurl = x\n", ":4: unknown section [ape]"},
        {"url = x\n", ":1: 'url' stands before the first [section]"},
        {"[api\nurl = x\n", ":1: the section's name has no closing ]"},
        {"[api]\nurl\n", ":2: neither [section] nor key = value"},
        {"[api]\nurl =\n", ":2: 'url' has no value"},
        {"[api]\ntimeout_ms = 0\n", ":2: 'timeout_ms' is a number from 1 to 600000, not '0'"},
        {"[api]\ntimeout_ms = -1\n", ":2: 'timeout_ms'"},
        {"[api]\ntimeout_ms = 1s\n", ":2: 'timeout_ms'"},
        {"[api]\ntimeout_ms = 99999999999999999999\n", ":2: 'timeout_ms'"},
        {"[api]\nallow_plain_http = true\n", ":2: 'allow_plain_http' is yes or no, not 'true'"},
        {"[monitor]\ntag = a\n[api]\nurl = x\n[monitor]\ntag = b\n", ":6: 'tag' is given twice"},
        {"[api]\nurl = x\n  y = z\n", ":3: unknown key 'y'"},
        {"[api]\nbad1 = 1\nbad2 = 2\n", ":2: unknown key 'bad1'"},
        {"[agent]\nrequests = many\n", ":2: 'requests' is a number from 0 to 10000000"},
        {"[agent]\nmax_waiting = -1\n", ":2: 'max_waiting'"},
        {"[agent]\nnewest_first = 1\n", ":2: 'newest_first' is yes or no"},
        {"[filter]\nignore_all = x\n", ":2: unknown key 'ignore_all' in section [filter]"},
        {"[result]\na = A:a:%{user}\na = B:b:%{user}\n", ":3: 'a' is given twice"},
        {"[result]\na =\n", ":2: 'a' has no value"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(read_text(rows[i].text) == PM_ERR_CONFIG, "row %zu was taken", i);
        ck_assert_msg(strncmp(err.message, path, strlen(path)) == 0 &&
                          strstr(err.message, rows[i].says),
                      "row %zu says: %s", i, err.message);
        pm_config_clear(&config);
    }
    remove_file();
}
END_TEST

START_TEST(test_config_refuses_long_lines)
{
    char text[70000] = "[api]\nurl = ";

    memset(text + strlen(text), 'x', 5000);
    (void)strcat(text, "\n");
    ck_assert_int_eq(read_text(text), PM_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, ":2: the line is too long"));
    pm_config_clear(&config);
    memset(text, '\n', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    ck_assert_int_eq(read_text(text), PM_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "longer than"));
    pm_config_clear(&config);
    remove_file();
}
END_TEST

START_TEST(test_config_refuses_nul_bytes)
{
    write_file("[api]\0\nurl = x\n", 15, 0644);
    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    ck_assert_int_eq(pm_config_read(&config, path, &err), PM_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "NUL"));
    pm_config_clear(&config);
    remove_file();
}
END_TEST

START_TEST(test_config_refuses_files_that_others_can_change)
{
    static const struct {
        mode_t mode;
        uid_t owner;
        const char *says;
    } rows[] = {
        {0664, 0, "chmod go-w"},
        {0646, 0, "chmod go-w"},
        {0644, 65534, "belongs to another user"},
    };
    size_t i;

    if (geteuid() != 0)
        return; /* only root can give files away */
    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        write_file("", 0, rows[i].mode);
        ck_assert_int_eq(chown(path, rows[i].owner, (gid_t)-1), 0);
        ck_assert_int_eq(pm_config_read(&config, path, &err), PM_ERR_CONFIG);
        ck_assert_msg(strstr(err.message, rows[i].says), "%s", err.message);
    }
    pm_config_clear(&config);
    remove_file();
}
END_TEST

START_TEST(test_config_refuses_what_is_no_file)
{
    char link_path[PATH_MAX + 8];

    write_file("", 0, 0644);
    (void)snprintf(link_path, sizeof(link_path), "%s.link", path);
    ck_assert_int_eq(symlink(path, link_path), 0);
    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    ck_assert_int_eq(pm_config_read(&config, link_path, &err), PM_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "symbolic link"));
    ck_assert_int_eq(pm_config_read(&config, directory, &err), PM_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "not a regular file"));
    ck_assert_int_eq(pm_config_read(&config, "/nonexistent/x", &err), PM_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "No such file"));
    ck_assert_int_eq(unlink(link_path), 0);
    pm_config_clear(&config);
    remove_file();
}
END_TEST

START_TEST(test_config_sets_single_values)
{
    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    ck_assert_int_eq(pm_config_set(&config, "api", "url", "https://x", &err), 0);
    ck_assert_str_eq(config.url, "https://x");
    ck_assert_int_eq(pm_config_set(&config, "api", "url", "", &err), PM_ERR_CONFIG);
    ck_assert_int_eq(pm_config_set(&config, "api", "nothing", "x", &err), PM_ERR_CONFIG);
    ck_assert_int_eq(pm_config_set(&config, "nothing", "url", "x", &err), PM_ERR_CONFIG);
    ck_assert_str_eq(config.url, "https://x");
    pm_config_clear(&config);
}
END_TEST

START_TEST(test_config_makes_the_monitors_name)
{
    static const struct {
        const char *template, *name;
    } rows[] = {
        {"Login Monitor %h", "Login Monitor web1"},
        {"%h%h", "web1web1"},
        {"100%% %h", "100% web1"},
        {"plain", "plain"},
        {"%d", NULL},
        {"%", NULL},
        {"%H", NULL},
    };
    size_t i;

    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *name = NULL;

        ck_assert_int_eq(pm_config_set(&config, "monitor", "name", rows[i].template, &err), 0);
        ck_assert_int_eq(pm_config_monitor_name(&config, "web1", &name, &err),
                         rows[i].name ? 0 : PM_ERR_CONFIG);
        if (rows[i].name)
            ck_assert_str_eq(name, rows[i].name);
        free(name);
    }
    pm_config_clear(&config);
}
END_TEST

START_TEST(test_config_reads_the_secret)
{
    struct pm_secret secret = {.len = 0};

    write_file("KEY\n", 4, 0600);
    ck_assert_int_eq(pm_config_init(&config, &err), 0);
    ck_assert_int_eq(pm_config_set(&config, "api", "secret_file", path, &err), 0);
    ck_assert_int_eq(pm_config_read_secret(&config, &secret, &err), 0);
    ck_assert_str_eq(secret.bytes, "KEY");
    write_file("KEY\n", 4, 0604);
    ck_assert_int_eq(pm_config_read_secret(&config, &secret, &err), PM_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "chmod 600"));
    ck_assert_ptr_null(strstr(err.message, "KEY"));
    pm_secret_clear(&secret);
    pm_config_clear(&config);
    remove_file();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_config_has_defaults),
    TEST(test_config_reads_every_key),
    TEST(test_config_reads_what_only_the_agent_needs),
    TEST(test_config_has_room_for_so_many_columns),
    TEST(test_config_takes_an_empty_file),
    TEST(test_config_names_the_line_at_fault),
    TEST(test_config_refuses_long_lines),
    TEST(test_config_refuses_nul_bytes),
    TEST(test_config_refuses_files_that_others_can_change),
    TEST(test_config_refuses_what_is_no_file),
    TEST(test_config_sets_single_values),
    TEST(test_config_makes_the_monitors_name),
    TEST(test_config_reads_the_secret),
};

TEST_MAIN("config", cases)
