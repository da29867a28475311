/* cli: the command from outside: what it prints, sends, refuses, and how it exits. */
#include "suite.h"

#include <limits.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs.h"
#include "program.h"
#include "stub.h"

#define APIKEY "1234567890ABCDEFGHIJKLMNOP"
#define SECRET "PONMLKJIHGFEDCBA0987654321"

#define DONE    STUB_HEAD("200 OK", "27") "{\"status\":\"ok\",\"data\":null}"
#define CREATED STUB_HEAD("200 OK", "26") "{\"status\":\"ok\",\"data\":305}"
#define NONE    STUB_HEAD("200 OK", "2") "[]"
#define FOUND \
    STUB_HEAD("200 OK", "49") "[{\"id\":\"7\",\"tag\":\"t\",\"name\":\"n\",\"type\":\"custom\"}]"
#define FOUND_TWO             \
    STUB_HEAD("200 OK", "65") \
    "[{\"id\":\"7\",\"tag\":\"t\",\"name\":\"n\"},{\"id\":\"9\",\"tag\":\"t\",\"name\":\"m\"}]"
#define REFUSED STUB_HEAD("403 Forbidden", "34") "{\"error\":\"Authentication failure\"}"

static char directory[] = "/tmp/pm-cli-XXXXXX";
static char secret_file[PATH_MAX], config_file[PATH_MAX];
static struct program program;
static struct stub *stub;

/* ---- scaffolding ---- */

static void prepare(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(secret_file, sizeof(secret_file), "%s/secret", directory);
    (void)snprintf(config_file, sizeof(config_file), "%s/paidmonitor.conf", directory);
    ck_assert_int_eq(pm_fs_replace(secret_file, SECRET "\n", strlen(SECRET) + 1, 0600), 0);
}

static void finish(void)
{
    (void)unlink(secret_file);
    (void)unlink(config_file);
    ck_assert_int_eq(rmdir(directory), 0);
}

static void write_config(const char *text)
{
    ck_assert_int_eq(pm_fs_replace(config_file, text, strlen(text), 0644), 0);
}

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void run(const char *const *args, const char *input)
{
    program_clear(&program);
    program_run("client/cli/paidmonitor", args, input, &program);
}

static void assert_exit(int status, const char *says)
{
    ck_assert_msg(program.status == status, "exit %d, expected %d; it said: %s", program.status,
                  status, program.err);
    ck_assert_msg(strstr(program.err, says), "it said: %s", program.err);
}

/* Run with URL, key and secret file before the arguments, against these replies. */
static void ask(const char *const *replies, size_t count, const char *const *args)
{
    const char *all[32] = {"--url", NULL, "--apikey", APIKEY, "--secret-file", secret_file};
    size_t i;

    if (!stub)
        stub = stub_start(replies, count);
    all[1] = stub_url(stub);
    for (i = 0; args[i]; i++)
        all[6 + i] = args[i];
    run(all, NULL);
}

static void stop(void)
{
    stub_stop(stub);
    stub = NULL;
    program_clear(&program);
    finish();
}

/* ---- command line ---- */

START_TEST(test_cli_explains_itself)
{
    run(ARGS("--help"), NULL);
    assert_exit(0, "");
    ck_assert_ptr_nonnull(strstr(program.out, "result add"));
    run(ARGS("result", "add", "-h"), NULL);
    assert_exit(0, "");
    ck_assert_ptr_nonnull(strstr(program.out, "-t, --checktime MS"));
    run(ARGS("--version"), NULL);
    assert_exit(0, "");
    ck_assert_str_eq(program.out, "paidmonitor " PM_VERSION "\n");
    program_clear(&program);
}
END_TEST

START_TEST(test_cli_refuses_wrong_use)
{
    static const struct {
        const char *args[10];
        const char *says;
    } rows[] = {
        {{NULL}, "no command was given"},
        {{"nonsense"}, "'nonsense' is no command"},
        {{"monitor"}, "'monitor' is no command, or not all of one"},
        {{"monitor", "frobnicate"}, "'monitor frobnicate' is no command"},
        {{"--nonsense"}, "unknown option --nonsense"},
        {{"-x"}, "unknown option -x"},
        {{"monitor", "list", "--nonsense"}, "unknown option --nonsense"},
        {{"monitor", "list", "-x"}, "unknown option -x"},
        {{"monitor", "list", "--tag"}, "--tag needs a value"},
        {{"monitor", "list", "extra"}, "'extra' is one word too many"},
        {{"monitor", "list", "--tag", "a", "-m", "b"}, "--tag is given twice"},
        {{"monitor", "show", "abc"}, "no address of the API: give --url, set PAIDMONITOR_URL"},
        {{"monitor", "delete"}, "which monitors?"},
        {{"monitor", "delete", "1", "x"}, "'x' is not the number of a monitor"},
        {{"monitor", "delete", "-1"}, "unknown option -1"},
        {{"monitor", "delete", "99999999999999999999"}, "is not the number of a monitor"},
        {{"monitor", "add", "--name", "n"}, "a monitor needs --name, --tag and --params"},
        {{"monitor", "add", "--params", "a:b"}, "'a:b' is not name:display name:unit:type"},
        {{"monitor", "edit"}, "which monitor?"},
        {{"monitor", "colorize", "a:b"}, "'a:b' is not NAME:CONDITION:COLOR"},
        {{"monitor", "colorize", "a:5:red"}, "'5' is not <n"},
        {{"result", "add", "-i", "1"}, "--results is missing"},
        {{"result", "add", "-i", "1", "-r", "x"}, "'x' is not name:value"},
        {{"result", "add", "-i", "1", "-r", "a:1", "-t", "now"}, "--checktime takes milliseconds"},
        {{"result", "list", "--day", "today"}, "--day takes a date"},
        {{"result", "list", "--timezone", "CET"}, "--timezone takes"},
        {{"additional", "add", "-i", "1"}, "what shall be added?"},
        {{"additional", "list", "-i", "1"}, "--checktime is missing"},
        {{"report", "-i", "1", "--every", "5 minutes"}, "--every takes"},
        {{"report", "-i", "1", "--every", "0min"}, "--every takes"},
        {{"report", "-i", "1", "--from", "monday"}, "--from takes"},
        {{"report", "-i", "1", "--every", "1day", "--additional"}, "cannot be aggregated"},
        {{"agent", "add"}, "an agent needs --name"},
        {{"agent", "show"}, "which agent?"},
        {{"agent", "show", "1", "2"}, "'2' is one word too many"},
        {{"job", "add"}, "a job needs --agent"},
        {{"job", "add", "--agent", "x"}, "--agent takes a number"},
        {{"job", "list"}, "whose jobs?"},
        {{"call"}, "which action?"},
        {{"call", "getMonitors", "tag"}, "'tag' is not NAME=VALUE"},
        {{"job", "edit", "5", "--active", "maybe"}, "--active is yes or no"},
        {{"--timeout", "0", "auth-token"}, "--timeout takes 1 to 600"},
        {{"--auth", "magic", "auth-token"}, "--auth is checksum or token"},
        {{"--answer", "yaml", "auth-token"}, "--answer is json or xml"},
        {{"--api-version", "1", "auth-token"}, "--api-version is 2 or 3"},
        {{"--secret-fd", "x", "sign", "a=b"}, "--secret-fd takes"},
        {{"sign", "abc", "--secret-fd", "0"}, "is empty"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        run(rows[i].args, NULL);
        ck_assert_msg(program.status == 2 || program.status == 3, "row %zu: exit %d: %s", i,
                      program.status, program.err);
        ck_assert_msg(strstr(program.err, rows[i].says), "row %zu says: %s", i, program.err);
        ck_assert_str_eq(program.out, "");
    }
    program_clear(&program);
}
END_TEST

START_TEST(test_cli_reports_an_unwritable_output)
{
    int status = system("\"$PM_BUILD_DIR\"/client/cli/paidmonitor --help >/dev/full 2>/dev/null");

    ck_assert_int_eq(WEXITSTATUS(status), 6);
}
END_TEST

/* ---- sign ---- */

START_TEST(test_cli_signs_operands_and_forms)
{
    static const char text[] =
        "text      actionaddResultapikey" APIKEY "checktime1306929600000monitorId305"
        "resultsuser_login:root;host:10.0.0.5;srv:sshdtimestamp2011-06-01 12:00:00version2\n"
        "checksum  dU8VxeBAJvRKPdvJlLTFKanre7s=\n";

    prepare();
    run(ARGS("--secret-file", secret_file, "sign", "version=2", "action=addResult",
             "apikey=" APIKEY, "checktime=1306929600000", "monitorId=305",
             "results=user_login:root;host:10.0.0.5;srv:sshd", "timestamp=2011-06-01 12:00:00",
             "checksum=whatever"),
        NULL);
    assert_exit(0, "");
    ck_assert_str_eq(program.out, text);
    run(ARGS("--secret-file", secret_file, "sign"),
        "action=addResult&apikey=" APIKEY "&checktime=1306929600000&monitorId=305&results="
        "user_login%3Aroot%3Bhost%3A10.0.0.5%3Bsrv%3Asshd&timestamp=2011-06-01+12%3A00%3A00"
        "&version=2\n");
    ck_assert_str_eq(program.out, text);
    run(ARGS("--secret-file", secret_file, "sign", "-q", "a=1"), NULL);
    ck_assert_str_eq(program.out, "/20NGa7B6XBijxEBp0Jx1/nvpNY=\n");
    run(ARGS("--secret-file", secret_file, "--json", "sign", "a=\xff\x01"), NULL);
    ck_assert_ptr_nonnull(strstr(program.out, "{\"text\":\"a\xef\xbf\xbd\\u0001\",\"checksum\":"));
    program_clear(&program);
    finish();
}
END_TEST

START_TEST(test_cli_refuses_to_sign_junk)
{
    prepare();
    run(ARGS("--secret-file", secret_file, "sign", "novalue"), NULL);
    assert_exit(2, "'novalue' is not NAME=VALUE");
    run(ARGS("--secret-file", secret_file, "sign", "=x"), NULL);
    assert_exit(2, "'=x' is not NAME=VALUE");
    run(ARGS("--secret-file", secret_file, "sign"), "a=%zz");
    assert_exit(2, "not a form body");
    run(ARGS("--secret-file", secret_file, "sign"), "");
    assert_exit(2, "nothing to sign");
    run(ARGS("--secret-fd", "0", "sign"), SECRET);
    assert_exit(2, "both the secret key and the form");
    run(ARGS("--secret-file", "/nonexistent", "sign", "a=1"), NULL);
    assert_exit(3, "/nonexistent");
    run(ARGS("--secret-fd", "99", "sign", "a=1"), NULL);
    assert_exit(3, "descriptor 99");
    ck_assert_int_eq(chmod(secret_file, 0644), 0);
    run(ARGS("--secret-file", secret_file, "sign", "a=1"), NULL);
    assert_exit(3, "chmod 600");
    ck_assert_ptr_null(strstr(program.err, SECRET));
    program_clear(&program);
    finish();
}
END_TEST

/* ---- configuration ---- */

START_TEST(test_cli_options_count_more_than_the_file)
{
    static const char *const replies[] = {NONE};
    char text[2 * PATH_MAX];

    prepare();
    stub = stub_start(replies, 1);
    (void)snprintf(text, sizeof(text), "[api]\nurl = %s\napikey = FROMFILE\n", stub_url(stub));
    write_config(text);
    run(ARGS("-c", config_file, "monitor", "list"), NULL);
    assert_exit(0, "");
    ck_assert_ptr_nonnull(strstr(stub_request(stub, 0), "apikey=FROMFILE&"));
    run(ARGS("-c", config_file, "monitor", "list", "-a", "FROMOPTION"), NULL);
    ck_assert_ptr_nonnull(strstr(stub_request(stub, 1), "apikey=FROMOPTION&"));
    stop();
}
END_TEST

START_TEST(test_cli_names_the_line_of_a_bad_configuration)
{
    prepare();
    write_config("[api]\nurl = https://x.example\nsecret = abc\n");
    run(ARGS("-c", config_file, "monitor", "list"), NULL);
    assert_exit(3, "paidmonitor.conf:3: unknown key 'secret' in section [api]");
    run(ARGS("-c", "/nonexistent", "monitor", "list"), NULL);
    assert_exit(3, "cannot read '/nonexistent'");
    program_clear(&program);
    finish();
}
END_TEST

/* ---- monitors ---- */

START_TEST(test_cli_lists_monitors)
{
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        "[{\"id\":\"305\",\"tag\":\"loginMonitor\",\"name\":\"Z\xc3\xbcrich\",\"type\":\"custom\"},"
        "{\"id\":\"7\",\"tag\":\"\\u001b[31mred\\n\",\"name\":\"\\u202etxt\",\"type\":\"x\"}]"};

    prepare();
    ask(replies, 1, ARGS("monitor", "list"));
    assert_exit(0, "");
    ck_assert_str_eq(program.out, "ID   NAME             TAG              TYPE\n"
                                  "305  Z\xc3\xbcrich           loginMonitor     custom\n"
                                  "7    \\xe2\\x80\\xaetxt  \\x1b[31mred\\x0a  x\n");
    ask(NULL, 0, ARGS("monitor", "list", "--json"));
    ck_assert_str_eq(program.out,
                     "[{\"id\":305,\"name\":\"Z\xc3\xbcrich\",\"tag\":\"loginMonitor\",\"type\":"
                     "\"custom\"},{\"id\":7,\"name\":\"\xe2\x80\xaetxt\",\"tag\":\"\\u001b[31mred"
                     "\\u000a\",\"type\":\"x\"}]\n");
    stop();
}
END_TEST

START_TEST(test_cli_shows_a_monitor)
{
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        "{\"id\":\"305\",\"name\":\"n\",\"tag\":\"t\",\"type\":\"custom\",\"resultParams\":[{"
        "\"id\":"
        "\"1\",\"name\":\"a\",\"displayName\":\"A\",\"uom\":\"s\",\"dataType\":\"4\"}],"
        "\"additionalResultParams\":[],\"monitorParams\":[{\"id\":\"2\",\"name\":\"m\","
        "\"displayName\":\"\",\"value\":\"5\",\"dataType\":\"2\"}]}"};

    prepare();
    ask(replies, 1, ARGS("monitor", "show", "305"));
    ck_assert_str_eq(program.out, "ID    305\nNAME  n\nTAG   t\nTYPE  custom\n"
                                  "\nResult parameters\n"
                                  "NAME  DISPLAY NAME  TYPE   UNIT\n"
                                  "a     A             float  s\n"
                                  "\nMonitor parameters\n"
                                  "NAME  DISPLAY NAME  TYPE     VALUE\n"
                                  "m                   integer  5\n");
    ask(NULL, 0, ARGS("-j", "monitor", "show", "305"));
    ck_assert_str_eq(
        program.out,
        "{\"id\":305,\"name\":\"n\",\"tag\":\"t\",\"type\":\"custom\",\"resultParams\":"
        "[{\"name\":\"a\",\"displayName\":\"A\",\"uom\":\"s\",\"dataType\":4}],"
        "\"additionalResultParams\":[],\"monitorParams\":[{\"name\":\"m\","
        "\"displayName\":\"\",\"value\":\"5\",\"dataType\":2}]}\n");
    stop();
}
END_TEST

START_TEST(test_cli_creates_a_monitor)
{
    static const char *const replies[] = {CREATED};

    prepare();
    ask(replies, 1,
        ARGS("monitor", "add", "-n", "login monitor", "-m", "loginMonitor", "-p",
             "user_login:Login Name:logins:3", "--multi-value", "--monitor-params", "b::5:2:true"));
    assert_exit(0, "");
    ck_assert_str_eq(program.out, "305\n");
    ck_assert_ptr_nonnull(strstr(
        stub_request(stub, 0),
        "&name=login%20monitor&tag=loginMonitor&resultParams=user_login%3ALogin%2520Name%3Alogins"
        "%3A3&monitorParams=b%3A%3A5%3A2%3Atrue&multiValue=true&output=json"));
    ask(NULL, 0, ARGS("monitor", "add", "-n", "n", "-m", "t", "-p", "a:b:c:3", "--json"));
    ck_assert_str_eq(program.out, "{\"id\":305}\n");
    stop();
}
END_TEST

/* ---- results ---- */

START_TEST(test_cli_adds_a_result_as_the_article_does)
{
    static const char *const replies[] = {FOUND, DONE};

    prepare();
    stub = stub_start(replies, 2);
    run(ARGS("result", "add", "-u", stub_url(stub), "-a", APIKEY, "-s", SECRET, "-m", "t", "-t",
             "1306929600000", "-r", "user_login:root;host:10.0.0.5;srv:sshd"),
        NULL);
    assert_exit(0, "prefer --secret-file");
    ck_assert_ptr_null(strstr(program.err, SECRET));
    ck_assert_ptr_nonnull(
        strstr(stub_request(stub, 0), "action=getMonitors&apikey=" APIKEY "&tag=t&"));
    ck_assert_ptr_nonnull(strstr(stub_request(stub, 1),
                                 "&monitorId=7&checktime=1306929600000&results=user_login%3Aroot"
                                 "%3Bhost%3A10.0.0.5%3Bsrv%3Asshd&output="));
    stop();
}
END_TEST

START_TEST(test_cli_needs_exactly_one_monitor)
{
    static const char *const replies[] = {NONE, FOUND_TWO};

    prepare();
    ask(replies, 2, ARGS("result", "add", "-m", "t", "-r", "a:1"));
    assert_exit(1, "no monitor has the tag 't'");
    ask(NULL, 0, ARGS("result", "add", "-m", "t", "-r", "a:1"));
    assert_exit(1, "2 monitors have the tag 't'; pick one with --id: 7 9");
    ask(NULL, 0, ARGS("result", "add", "-r", "a:1"));
    assert_exit(2, "name the monitor by --id or --tag");
    ask(NULL, 0, ARGS("result", "add", "-i", "0", "-r", "a:1"));
    assert_exit(2, "--id takes a monitor's number");
    stop();
}
END_TEST

START_TEST(test_cli_lists_results)
{
    static const char *const replies[] = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        "[{\"user_login\":\"root\",\"host\":\"10.0.0.5\",\"checkTime\":\"2011-06-01 12:00\","
        "\"checkTimeInGMT\":1306929600000},{\"user_login\":\"a\\tb\",\"tty\":\"1\",\"checkTime\":"
        "\"2011-06-01 12:01\",\"checkTimeInGMT\":1306929660000}]"};

    prepare();
    ask(replies, 1, ARGS("result", "list", "-i", "7", "-d", "2011-06-01", "-z", "+02:00"));
    assert_exit(0, "");
    ck_assert_str_eq(program.out, "CHECKTIME                user_login  host      tty\n"
                                  "2011-06-01 12:00:00.000  root        10.0.0.5\n"
                                  "2011-06-01 12:01:00.000  a\\x09b                1\n");
    ck_assert_ptr_nonnull(
        strstr(stub_request(stub, 0), "&monitorId=7&year=2011&month=6&day=1&timezone=120&"));
    ask(NULL, 0, ARGS("result", "list", "-i", "7", "--json"));
    ck_assert_str_eq(program.out,
                     "[{\"checktime\":1306929600000,\"checkTime\":\"2011-06-01 12:00\",\"values\":{"
                     "\"user_login\":\"root\",\"host\":\"10.0.0.5\"}},{\"checktime\":1306929660000,"
                     "\"checkTime\":\"2011-06-01 12:01\",\"values\":{\"user_login\":\"a\\u0009b\","
                     "\"tty\":\"1\"}}]\n");
    stop();
}
END_TEST

START_TEST(test_cli_sends_what_the_other_commands_say)
{
    static const struct {
        const char *args[16];
        const char *reply;
        const char *sends, *prints;
    } rows[] = {
        {{"monitor", "list", "--tag", "a b"}, NONE, "&tag=a%20b&output", "ID  NAME  TAG  TYPE\n"},
        {{"monitor", "edit", "7", "--tag", "u"}, DONE, "&monitorId=7&tag=u&output", "7\n"},
        {{"monitor", "delete", "7", "8"}, DONE, "&monitorId=7%2C8&output", ""},
        {{"monitor", "colorize", "-i", "7", "a:>5:red", "a:<2:green", "b:!=1:#fff"},
         DONE,
         "&guiStyle=%5B%7B%22name%22%3A%22a%22%2C%22colors%22%3A%5B%7B%22condition%22%3A%22%3E5"
         "%22%2C%22color%22%3A%22red%22%7D%2C%7B%22condition%22%3A%22%3C2%22%2C%22color%22%3A%22"
         "green%22%7D%5D%7D%2C%7B%22name%22%3A%22b%22%2C%22colors%22%3A%5B%7B%22condition%22%3A"
         "%22%21%3D1%22%2C%22color%22%3A%22%23fff%22%7D%5D%7D%5D&output",
         ""},
        {{"monitor", "colorize", "-i", "7"}, DONE, "&guiStyle=%5B%5D&output", ""},
        {{"result", "list", "-i", "7"},
         NONE,
         "action=getMonitorResults&",
         "No results on that day.\n"},
        {{"result", "add", "-i", "7", "-r", "a:1", "-t", "5", "-j"},
         DONE,
         "&monitorId=7&checktime=5&results=a%3A1&output",
         "{\"status\":\"ok\",\"monitorId\":7,\"checktime\":5}\n"},
        {{"additional", "add", "-i", "7", "-t", "5", "a:1;b:x\"y", "a:2"},
         DONE,
         "action=addAdditionalResults&apikey=" APIKEY "&monitorId=7&checktime=5&results=%5B%7B%22a"
         "%22%3A%221%22%2C%22b%22%3A%22x%5C%22y%22%7D%2C%7B%22a%22%3A%222%22%7D%5D&output",
         ""},
        {{"additional", "list", "-i", "7", "-t", "5"},
         STUB_HEAD("200 OK", "19") "[{\"bar\":90,\"x\":\"\"}]",
         "action=getAdditionalResults&apikey=" APIKEY "&monitorId=7&checktime=5&output",
         "bar  x\n90\n"},
        {{"report", "-i", "7", "--from", "2011-06-01", "--to", "1307016000000", "--every", "2hour",
          "-z", "60"},
         NONE,
         "action=getReport&apikey=" APIKEY "&monitorId=7&dateFrom=1306882800000&dateTo="
         "1307016000000&timezone=60&interval=2&intervalType=hour&output",
         "No results in that time.\n"},
        {{"report", "-i", "7", "--to", "100000000", "--additional", "-j"},
         NONE,
         "action=getAdditionalDataReport&apikey=" APIKEY
         "&monitorId=7&dateFrom=13600000&dateTo=100000000&output",
         "[]\n"},
        {{"agent", "add", "-n", "a1", "--type", "internal", "-p", "drivelist:C,D",
          "--polling-interval", "5"},
         CREATED,
         "action=addAgent&apikey=" APIKEY "&name=a1&jobPollingInterval=5&params=%7B%22drivelist%22"
         "%3A%22C%2CD%22%7D&type=internal&output",
         "305\n"},
        {{"agent", "edit", "43", "-n", "a2"}, DONE, "&agentId=43&name=a2&output", "43\n"},
        {{"agent", "delete", "43", "44", "--delete-monitors"},
         DONE,
         "&agentIds=43%2C44&deleteMonitors=true&output",
         ""},
        {{"agent", "list", "--type", "x"},
         STUB_HEAD("200 OK", "106") "[{\"id\":\"43\",\"name\":\"a1\",\"type\":\"x\","
                                    "\"jobPollingInterval\":5,\"createdOn\":"
                                    "\"2011-07-01 10:00\",\"lastAccess\":\"\"}]",
         "action=getAgents&apikey=" APIKEY "&type=x&output",
         "ID  NAME  TYPE  POLLING  CREATED           LAST ACCESS\n"
         "43  a1    x     5        2011-07-01 10:00\n"},
        {{"agent", "show", "43", "-j"},
         STUB_HEAD(
             "200 OK",
             "130") "{\"id\":\"43\",\"name\":\"a1\",\"monitors\":[{\"id\":\"305\",\"name\":\"n\"}],"
                    "\"params\":"
                    "[{\"id\":\"1\",\"name\":\"drivelist\",\"value\":\"C,D\"}],\"createdOn\":\"\"}",
         "action=agentInfo&apikey=" APIKEY "&agentId=43&output",
         "{\"id\":43,\"name\":\"a1\",\"type\":\"\",\"jobPollingInterval\":0,\"createdOn\":\"\","
         "\"lastAccess\":\"\",\"params\":{\"drivelist\":\"C,D\"},\"monitors\":[305]}\n"},
        {{"job", "add", "--agent", "43", "--monitor", "305", "--interval", "3", "-p", "x:ms"},
         CREATED,
         "action=addJob&apikey=" APIKEY "&agentId=43&interval=3&params=x%3Ams&monitorId=305&output",
         "305\n"},
        {{"job", "edit", "77", "--active", "no"}, DONE, "&jobId=77&activeFlag=0&output", "77\n"},
        {{"job", "delete", "77"}, DONE, "&jobIds=77&output", ""},
        {{"job", "list", "--agent", "43", "--after", "70"},
         STUB_HEAD("200 OK",
                   "55") "[{\"id\":\"77\",\"interval\":\"3\",\"params\":\"x:ms\",\"type\":\"c\"}]",
         "action=getJobs&apikey=" APIKEY "&agentId=43&lastJobId=70&output",
         "ID  TYPE  INTERVAL  PARAMS\n77  c     3         x:ms\n"},
        {{"call", "-P", "-A", "addPage", "title=a b", "columnCount=2"},
         STUB_HEAD("200 OK", "35") "{\"status\":\"ok\",\"data\":{\"pageId\":5}}",
         "action=addPage&apikey=" APIKEY "&title=a%20b&columnCount=2&output",
         "{\"status\":\"ok\",\"data\":{\"pageId\":5}}\n"},
        {{"call", "--client-apikey", "C1", "getMonitors", "--answer", "xml"},
         STUB_HEAD("200 OK", "11") "<monitors/>",
         "GET /customMonitorApi?action=getMonitors&apikey=" APIKEY "&clientApikey=C1&output=xml",
         "<monitors/>\n"},
        {{"auth-token"},
         STUB_HEAD("200 OK", "18") "{\"authToken\":\"T1\"}",
         "GET /api?action=authToken&apikey=" APIKEY "&secretkey=" SECRET "&",
         "T1\n"},
        {{"auth-token", "--answer", "xml", "-j"},
         STUB_HEAD("200 OK", "42") "<result><authToken>T1</authToken></result>",
         "&output=xml&",
         "{\"authToken\":\"T1\"}\n"},
    };
    size_t i;

    prepare();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ask(&rows[i].reply, 1, rows[i].args);
        ck_assert_msg(program.status == 0, "row %zu: %s", i, program.err);
        ck_assert_msg(strstr(stub_request(stub, 0), rows[i].sends), "row %zu sent:\n%s", i,
                      stub_request(stub, 0));
        ck_assert_msg(strcmp(program.out, rows[i].prints) == 0, "row %zu printed:\n%s", i,
                      program.out);
        stub_stop(stub);
        stub = NULL;
    }
    program_clear(&program);
    finish();
}
END_TEST

/* ---- exit statuses ---- */

START_TEST(test_cli_exit_status_tells_whose_fault_it_was)
{
    static const struct {
        const char *reply;
        int status;
        const char *says;
    } rows[] = {
        {REFUSED, 1, "the API refused: Authentication failure (HTTP 403)"},
        {"HTTP/1.1 302 Found\r\nLocation: https://x.example/\r\nContent-Length: 0\r\n\r\n", 3,
         "https://x.example/"},
        {STUB_HEAD("503 Service Unavailable", "2") "{}", 4, "cannot answer now"},
        {STUB_CLOSE, 4, "without an answer"},
        {STUB_HEAD("200 OK", "6") "<html>", 5, "no answer of the API"},
        {STUB_HEAD("200 OK", "2") "{}", 5, "no list of monitors"},
    };
    size_t i;

    prepare();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ask(&rows[i].reply, 1, ARGS("monitor", "list"));
        assert_exit(rows[i].status, rows[i].says);
        stub_stop(stub);
        stub = NULL;
    }
    run(ARGS("-u", "http://x.example", "-a", "A", "monitor", "list"), NULL);
    assert_exit(3, "in the clear");
    run(ARGS("-u", "https://x.example", "monitor", "list"), NULL);
    assert_exit(3, "no API key: give --apikey, set PAIDMONITOR_APIKEY");
    program_clear(&program);
    finish();
}
END_TEST

START_TEST(test_cli_gives_up_in_time)
{
    static const char *const replies[] = {STUB_SILENT};

    prepare();
    ask(replies, 1, ARGS("--timeout", "1", "monitor", "list"));
    assert_exit(4, "in time");
    stop();
}
END_TEST

START_TEST(test_cli_reports_errors_as_json_too)
{
    static const char *const replies[] = {REFUSED};

    prepare();
    ask(replies, 1, ARGS("--json", "monitor", "list"));
    assert_exit(1, "Authentication failure");
    ck_assert_str_eq(
        program.out,
        "{\"error\":{\"kind\":\"the API refused\",\"message\":\"the API refused: "
        "Authentication failure (HTTP 403)\",\"vendorText\":\"Authentication failure\","
        "\"httpStatus\":403,\"errorCode\":0}}\n");
    stop();
}
END_TEST

/* ---- secrets ---- */

START_TEST(test_cli_wipes_the_secret_from_its_command_line)
{
    static const char *const replies[] = {STUB_SILENT};
    char path[64], bytes[4096] = "";
    const char *args[] = {"-s" SECRET, "--timeout", "5",  "result", "add", "-i", "1",
                          "-r",        "a:1",       "-a", APIKEY,   "-u",  NULL, NULL};
    FILE *file;
    size_t len, i;
    pid_t pid;

    stub = stub_start(replies, 1);
    args[12] = stub_url(stub);
    pid = fork();
    if (pid == 0) {
        struct program ignored;

        /* program_run() forks once more; its child is the only one in this process group */
        if (setpgid(0, 0) == 0)
            program_run("client/cli/paidmonitor", args, NULL, &ignored);
        _exit(0);
    }
    ck_assert_int_gt(pid, 0);
    stub_wait(stub, 1); /* it runs and has sent its request */
    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%zu", &len), 1);
    (void)fclose(file);
    (void)snprintf(path, sizeof(path), "/proc/%zu/cmdline", len);
    file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    len = fread(bytes, 1, sizeof(bytes) - 1, file);
    (void)fclose(file);
    for (i = 0; i + 1 < len; i++)
        bytes[i] = bytes[i] ? bytes[i] : ' ';
    ck_assert_msg(strstr(bytes, "result add"), "read: %s", bytes);
    ck_assert_ptr_null(strstr(bytes, SECRET));
    ck_assert_ptr_null(strstr(bytes, "PONM"));
    ck_assert_ptr_nonnull(strstr(stub_request(stub, 0), "&checksum="));
    stub_stop(stub);
    stub = NULL;
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

/* Answer the command's questions on a terminal of its own. Returns everything the terminal showed.
 */
static int converse(const char *const *args, const char *answer, char *shown, size_t size)
{
    const char *build = getenv("PM_BUILD_DIR");
    char program_path[PATH_MAX], *argv[16] = {program_path};
    size_t len = 0, i;
    int terminal, status = -1;
    ssize_t n;
    pid_t pid;

    (void)snprintf(program_path, sizeof(program_path), "%s/client/cli/paidmonitor", build);
    for (i = 0; args[i]; i++)
        argv[i + 1] = strdup(args[i]);
    pid = forkpty(&terminal, NULL, NULL, NULL);
    if (pid == 0) {
        (void)execv(program_path, argv);
        _exit(127);
    }
    ck_assert_int_gt(pid, 0);
    while (len < size - 1 && (n = read(terminal, shown + len, size - 1 - len)) > 0) {
        len += (size_t)n;
        shown[len] = '\0';
        if (answer && strstr(shown, "Secret key: ")) { /* the question is there: answer it */
            ck_assert_int_eq(write(terminal, answer, strlen(answer)), (ssize_t)strlen(answer));
            answer = NULL;
        }
    }
    (void)close(terminal);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    for (i = 0; args[i]; i++)
        free(argv[i + 1]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(test_cli_asks_for_the_secret_without_echo)
{
    char shown[4096] = "";

    prepare();
    write_config("[api]\nsecret_file = /nonexistent/secret\n");
    ck_assert_int_eq(
        converse(ARGS("-c", config_file, "sign", "-q", "a=1"), SECRET "\n", shown, sizeof(shown)),
        0);
    ck_assert_msg(strstr(shown, "Secret key: \r\n/20NGa7B6XBijxEBp0Jx1/nvpNY="), "%s", shown);
    ck_assert_ptr_null(strstr(shown, SECRET));
    finish();
}
END_TEST

START_TEST(test_cli_takes_no_answer_and_an_interrupt_for_a_no)
{
    static const char *const answers[] = {"\n", "\x03\n", "abc\x03\n"};
    size_t i;

    prepare();
    write_config("[api]\nsecret_file = /nonexistent/secret\n");
    for (i = 0; i < 3; i++) {
        char shown[4096] = "";

        ck_assert_int_eq(converse(ARGS("-c", config_file, "sign", "-q", "a=1"), answers[i], shown,
                                  sizeof(shown)),
                         3);
        ck_assert_msg(strstr(shown, "no secret key was given"), "%s", shown);
    }
    finish();
}
END_TEST

/* ---- setup ---- */

START_TEST(test_cli_setup_creates_the_monitor_and_writes_the_files)
{
    static const char *const replies[] = {NONE, CREATED, NONE};
    char other_secret[PATH_MAX + 8], expected[4 * PATH_MAX];
    struct stat status;

    prepare();
    (void)snprintf(other_secret, sizeof(other_secret), "%s.new", secret_file);
    stub = stub_start(replies, 3);
    run(ARGS("setup", "--write", "-c", config_file, "-u", stub_url(stub), "-a", APIKEY,
             "--secret-file", other_secret, "--secret-fd", "0", "--name", "Monitor of %h", "--tag",
             "mine"),
        SECRET "\n");
    assert_exit(0, "");
    ck_assert_ptr_nonnull(strstr(program.out, "monitor 305 'Monitor of "));
    ck_assert_ptr_nonnull(strstr(program.out, "' (tag mine) created\n"));
    ck_assert_int_eq(stat(other_secret, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    ck_assert_int_eq(stat(config_file, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0644);

    /* What was written is enough for the next command. */
    run(ARGS("-c", config_file, "--json", "monitor", "list"), NULL);
    assert_exit(0, "");
    ck_assert_str_eq(program.out, "[]\n");

    /* And is not overwritten. */
    run(ARGS("setup", "--write", "-c", config_file), NULL);
    (void)snprintf(expected, sizeof(expected), "'%s' exists; replace it with --force", config_file);
    assert_exit(3, expected);
    ck_assert_uint_eq(stub_requests(stub), 3);
    ck_assert_int_eq(unlink(other_secret), 0);
    stop();
}
END_TEST

START_TEST(test_cli_setup_finds_the_monitor_again)
{
    static const char *const replies[] = {FOUND};

    prepare();
    ask(replies, 1, ARGS("setup", "--name", "n", "--tag", "t", "--json"));
    assert_exit(0, "");
    ck_assert_str_eq(program.out, "{\"id\":7,\"name\":\"n\",\"tag\":\"t\",\"created\":false}\n");
    stop();
}
END_TEST

START_TEST(test_cli_setup_writes_only_what_reads_back_the_same)
{
    static const char *const names[] = {"A\nurl = http://evil.example", "A ; B", ";A", " A", "A "};
    size_t i;

    prepare();
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ask(NULL, 0, ARGS("setup", "--write", "-c", config_file, "-n", names[i]));
        assert_exit(2, "cannot stand in a configuration file");
        ck_assert_int_ne(access(config_file, F_OK), 0);
    }
    stop();
}
END_TEST

START_TEST(test_cli_setup_writes_nothing_when_the_server_refuses)
{
    static const char *const replies[] = {REFUSED};

    prepare();
    ask(replies, 1, ARGS("setup", "--write", "-c", config_file));
    assert_exit(1, "Authentication failure");
    ck_assert_int_eq(access(config_file, F_OK), -1);
    ask(NULL, 0, ARGS("setup", "--name", "%d"));
    assert_exit(3, "that neither h nor % follows");
    ask(NULL, 0, ARGS("setup", "--tag", ""));
    assert_exit(3, "'tag' has no value");
    stop();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_cli_explains_itself),
    TEST(test_cli_refuses_wrong_use),
    TEST(test_cli_reports_an_unwritable_output),
    TEST(test_cli_signs_operands_and_forms),
    TEST(test_cli_refuses_to_sign_junk),
    TEST(test_cli_options_count_more_than_the_file),
    TEST(test_cli_names_the_line_of_a_bad_configuration),
    TEST(test_cli_lists_monitors),
    TEST(test_cli_shows_a_monitor),
    TEST(test_cli_creates_a_monitor),
    TEST(test_cli_adds_a_result_as_the_article_does),
    TEST(test_cli_needs_exactly_one_monitor),
    TEST(test_cli_lists_results),
    TEST(test_cli_sends_what_the_other_commands_say),
    TEST(test_cli_exit_status_tells_whose_fault_it_was),
    TEST(test_cli_gives_up_in_time),
    TEST(test_cli_reports_errors_as_json_too),
    TEST(test_cli_wipes_the_secret_from_its_command_line),
    TEST(test_cli_asks_for_the_secret_without_echo),
    TEST(test_cli_takes_no_answer_and_an_interrupt_for_a_no),
    TEST(test_cli_setup_creates_the_monitor_and_writes_the_files),
    TEST(test_cli_setup_finds_the_monitor_again),
    TEST(test_cli_setup_writes_only_what_reads_back_the_same),
    TEST(test_cli_setup_writes_nothing_when_the_server_refuses),
};

TEST_MAIN("cli", cases)
