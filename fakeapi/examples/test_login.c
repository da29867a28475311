/*
 * A Check test of code that reports logins, here that of libpaidmonitor, against a server inside
 * the test program. cc test_login.c $(pkg-config --cflags --libs fakeapi paidmonitor check)
 */
#include <check.h>
#include <fakeapi.h>
#include <paidmonitor.h>
#include <stdlib.h>
#include <string.h>

START_TEST(test_a_login_is_one_row)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    struct pm_client_options client_options = PM_CLIENT_OPTIONS_INIT;
    const struct pm_value login = {"user_login", "alice"};
    struct fa_server *server;
    struct fa_account_keys keys;
    struct pm_client *client;
    struct pm_error error;
    char message[1024];
    int64_t monitor;

    ck_assert_msg(fa_server_start(&options, &server, message, sizeof(message)) == 0, "%s", message);
    ck_assert_int_eq(fa_server_account_new(server, 0, &keys), 0);
    monitor = fa_server_monitor_add(server, keys.apikey, "Login Monitor", "logins",
                                    "user_login:Login::3", message, sizeof(message));
    client_options.url = fa_server_url(server);
    client_options.apikey = keys.apikey;
    client_options.secret = keys.secretkey;
    client_options.secret_len = strlen(keys.secretkey);
    ck_assert_int_eq(pm_client_new(&client_options, &client, &error), 0);

    /* what is tested */
    ck_assert_int_eq(pm_result_add(client, monitor, 1306929600000, &login, 1, &error), 0);

    ck_assert_int_eq(fa_server_rows(server, monitor), 1);
    ck_assert_msg(fa_server_check_nothing_left(server, NULL, message, sizeof(message)) == 0, "%s",
                  message);
    pm_client_free(client);
    fa_server_stop(server);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("login");
    TCase *test_case = tcase_create("login");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(test_case, test_a_login_is_one_row);
    suite_add_tcase(suite, test_case);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
