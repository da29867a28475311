/* The command against the fake server: the article's steps, one command each. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fakeapi.h"
#include "fs.h"
#include "program.h"

#define APIKEY "1234567890ABCDEFGHIJKLMNOP"
#define SECRET "PONMLKJIHGFEDCBA0987654321"

static char secret_file[] = "/tmp/pm-secret-XXXXXX";
static struct fa_server *server;
static struct program program;

static void start(void)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[256];
    int fd = mkstemp(secret_file);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, SECRET "\n", strlen(SECRET) + 1), (ssize_t)strlen(SECRET) + 1);
    (void)close(fd);
    ck_assert_msg(fa_server_start(&options, &server, message, sizeof(message)) == 0, "%s", message);
    ck_assert_int_eq(fa_server_account_add(server, APIKEY, SECRET), 0);
}

static void stop(void)
{
    program_clear(&program);
    fa_server_stop(server);
    (void)unlink(secret_file);
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

/* Run with URL, key and secret; returns the exit status. */
static int run(const char *const *args)
{
    const char *all[32] = {"-u", fa_server_url(server), "-a", APIKEY, "--secret-file", secret_file};
    size_t i;

    for (i = 0; args[i]; i++)
        all[6 + i] = args[i];
    program_clear(&program);
    program_run("client/cli/paidmonitor", all, NULL, &program);
    return program.status;
}

START_TEST(test_cli_walks_the_articles_path)
{
    start();
    ck_assert_int_eq(RUN("auth-token"), 0);
    ck_assert_uint_eq(strlen(program.out), strlen("3TVQN32TIP1DN71OB4GOML1D7N\n"));
    ck_assert_int_eq(RUN("monitor", "add", "-n", "login monitor", "-m", "loginMonitor", "-p",
                         "user_login:Login Name:logins:3;host:Host Address:hostaddress:3;"
                         "srv:Service:service:3"),
                     0);
    ck_assert_str_eq(program.out, "1\n");
    ck_assert_int_eq(RUN("result", "add", "-m", "loginMonitor", "-t", "1306929600000", "-r",
                         "user_login:root;host:10.0.0.5;srv:sshd"),
                     0);
    ck_assert_int_eq(RUN("result", "list", "-m", "loginMonitor", "-d", "2011-06-01"), 0);
    ck_assert_str_eq(program.out, "CHECKTIME                user_login  host      srv\n"
                                  "2011-06-01 12:00:00.000  root        10.0.0.5  sshd\n");
    ck_assert_int_eq(RUN("call", "getMonitors", "tag=loginMonitor", "--answer", "xml"), 0);
    ck_assert_str_eq(program.out,
                     "<monitors><monitor><id>1</id><tag>loginMonitor</tag><name>login monitor"
                     "</name><type>custom</type></monitor></monitors>\n");
    ck_assert_uint_eq(fa_server_journal_count(server, NULL, FA_VERDICT_REFUSED), 0);
    stop();
}
END_TEST

START_TEST(test_cli_setup_is_repeatable)
{
    char *first;

    start();
    ck_assert_int_eq(RUN("setup", "--name", "Logins of %h", "--json"), 0);
    ck_assert_ptr_nonnull(strstr(program.out, "{\"id\":1,\"name\":\"Logins of "));
    ck_assert_ptr_nonnull(strstr(program.out, "\"created\":true}"));
    ck_assert_int_eq(RUN("setup", "--name", "Logins of %h", "--json", "--auth", "token"), 0);
    ck_assert_ptr_nonnull(strstr(program.out, "{\"id\":1,"));
    ck_assert_ptr_nonnull(strstr(program.out, "\"created\":false}"));
    ck_assert_int_eq(RUN("monitor", "show", "-m", "loginMonitor", "--json"), 0);
    first = strdup(program.out);
    ck_assert_int_eq(RUN("monitor", "show", "1", "--json", "--answer", "xml", "--api-version", "3"),
                     0);
    ck_assert_str_eq(program.out, first);
    free(first);
    stop();
}
END_TEST

START_TEST(test_cli_reports_what_the_server_refuses)
{
    start();
    ck_assert_int_eq(RUN("result", "add", "-i", "99", "-r", "a:1"), 1);
    ck_assert_ptr_nonnull(strstr(program.err, "the API refused: Invalid monitorId (HTTP 400)"));
    ck_assert_int_eq(RUN("result", "add", "-m", "nothing", "-r", "a:1"), 1);
    ck_assert_ptr_nonnull(strstr(program.err, "no monitor has the tag 'nothing'"));
    ck_assert_int_eq(pm_fs_replace(secret_file, "WRONG\n", 6, 0600), 0);
    ck_assert_int_eq(RUN("result", "add", "-i", "1", "-r", "a:1"), 1);
    ck_assert_ptr_nonnull(strstr(program.err, "Authentication failure (HTTP 403)"));
    ck_assert_ptr_null(strstr(program.err, "WRONG"));
    ck_assert_int_eq(RUN("auth-token"), 1);
    stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_cli_walks_the_articles_path),
    TEST(test_cli_setup_is_repeatable),
    TEST(test_cli_reports_what_the_server_refuses),
};

TEST_MAIN("command and server", cases)
