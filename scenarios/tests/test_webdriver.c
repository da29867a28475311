/* The browser of the tests, on pages that need no server; and that nothing of it stays behind. */
#include "suite.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "error.h"
#include "proc.h"
#include "webdriver.h"

#define PAGE                                                                    \
    "data:text/html,<title>t</title><h1 id=a lang=de>One  two</h1><input id=i>" \
    "<button id=b onclick=\"a.textContent=i.value;console.error('clicked')\">go</button>"

static struct sc_error err;

#define OK(call) ck_assert_msg((call) == 0, "%s: %s", #call, err.message)

static void check_text(struct sc_browser *browser, const char *css, const char *expected)
{
    char *text = NULL;

    OK(sc_browser_text(browser, css, &text, &err));
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(test_browser_reads_types_and_clicks)
{
    struct sc_browser *browser = NULL;
    cJSON *messages = NULL;
    char *value = NULL;
    size_t count = 0;

    OK(sc_browser_open(&browser, &err));
    OK(sc_browser_go(browser, PAGE, &err));
    check_text(browser, "#a", "One two");
    OK(sc_browser_attribute(browser, "#a", "lang", &value, &err));
    ck_assert_str_eq(value, "de");
    free(value);
    OK(sc_browser_attribute(browser, "#a", "none", &value, &err));
    ck_assert_ptr_null(value);

    OK(sc_browser_type(browser, "#i", "typed <b>", &err));
    OK(sc_browser_click(browser, "#b", &err));
    OK(sc_browser_wait(browser, "a.textContent === 'typed <b>'", 5000, &err));
    check_text(browser, "#a", "typed <b>");
    OK(sc_browser_console(browser, &messages, &err));
    ck_assert_int_eq(cJSON_GetArraySize(messages), 1);
    ck_assert_ptr_nonnull(strstr(cJSON_GetArrayItem(messages, 0)->valuestring, "clicked"));
    cJSON_Delete(messages);

    OK(sc_browser_count(browser, "#a, #b", &count, &err));
    ck_assert_uint_eq(count, 2);
    OK(sc_browser_count(browser, "#nothing", &count, &err));
    ck_assert_uint_eq(count, 0);
    sc_browser_close(browser);
}
END_TEST

START_TEST(test_browser_shows_sizes_colours_and_zones)
{
    static const struct sc_browser_view view = {320, 500, true, "Asia/Kathmandu"};
    char path[] = "/tmp/pm-shot-XXXXXX/a/page.png";
    struct sc_browser *browser = NULL;
    struct stat status;

    *strstr(path, "/a/page.png") = '\0';
    ck_assert_ptr_nonnull(mkdtemp(path));
    path[strlen(path)] = '/';
    OK(sc_browser_open(&browser, &err));
    OK(sc_browser_set_view(browser, &view, &err));
    OK(sc_browser_go(browser, PAGE, &err));
    OK(sc_browser_wait(browser, "innerWidth === 320", 5000, &err));
    OK(sc_browser_wait(browser, "matchMedia('(prefers-color-scheme: dark)').matches", 5000, &err));
    OK(sc_browser_wait(browser, "new Date(0).getTimezoneOffset() === -330", 5000, &err));
    OK(sc_browser_screenshot(browser, path, &err));
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_gt(status.st_size, 500);
    ck_assert_int_eq(unlink(path), 0);
    *strrchr(path, '/') = '\0';
    ck_assert_int_eq(rmdir(path), 0);
    *strrchr(path, '/') = '\0';
    ck_assert_int_eq(rmdir(path), 0);
    sc_browser_close(browser);
}
END_TEST

START_TEST(test_browser_says_what_failed)
{
    struct sc_browser *browser = NULL;
    char *text = NULL;

    OK(sc_browser_open(&browser, &err));
    OK(sc_browser_go(browser, PAGE, &err));
    ck_assert_int_eq(sc_browser_text(browser, "#nothing", &text, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.message, "no such element"));
    ck_assert_int_eq(sc_browser_click(browser, "][", &err), -1);
    ck_assert_int_eq(sc_browser_run(browser, "return undefinedName", NULL, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.message, "undefinedName"));
    ck_assert_int_eq(sc_browser_wait(browser, "false", 60, &err), -1);
    ck_assert_str_eq(err.message, "still false after 60 ms: false");
    sc_browser_close(browser);
}
END_TEST

/* A program whose child would survive it; tells that child's pid. */
static struct sc_proc *start_family(pid_t *ret_grandchild)
{
    static const char *const argv[] = {"sh", "-c", "setsid sleep 600 & echo pid $!; wait", NULL};
    struct sc_proc *proc = NULL;
    char line[100];

    OK(sc_proc_start(argv, &proc, &err));
    OK(sc_proc_wait_line(proc, "pid ", 10000, line, sizeof(line), &err));
    *ret_grandchild = atoi(line + 4);
    ck_assert_int_eq(kill(*ret_grandchild, 0), 0);
    return proc;
}

START_TEST(test_proc_stop_ends_children_and_removes_the_scratch_directory)
{
    pid_t grandchild;
    struct sc_proc *proc = start_family(&grandchild);
    char scratch[100];

    (void)snprintf(scratch, sizeof(scratch), "%s", sc_proc_scratch(proc));
    sc_proc_stop(proc);
    ck_assert_int_eq(kill(grandchild, 0), -1);
    ck_assert_int_eq(access(scratch, F_OK), -1);
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(test_proc_ends_when_the_test_is_killed)
{
    pid_t test, grandchild = 0;
    int pipe_fds[2];

    ck_assert_int_eq(pipe(pipe_fds), 0);
    test = fork();
    if (test == 0) {
        (void)start_family(&grandchild);
        (void)!write(pipe_fds[1], &grandchild, sizeof(grandchild));
        (void)raise(SIGKILL);
    }
    (void)close(pipe_fds[1]);
    ck_assert_int_eq(read(pipe_fds[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
    ck_assert_int_eq(waitpid(test, NULL, 0), test);
    while (kill(grandchild, 0) == 0) /* the guardian sees to it; ctest holds the deadline */
        (void)sched_yield();
}
END_TEST

START_TEST(test_proc_reports_a_program_that_prints_nothing)
{
    static const char *const argv[] = {"/nonexistent/program", NULL};
    struct sc_proc *proc = NULL;
    char line[100];

    OK(sc_proc_start(argv, &proc, &err));
    ck_assert_int_eq(sc_proc_wait_line(proc, "ready", 10000, line, sizeof(line), &err), -1);
    ck_assert_str_eq(err.message, "the program did not print 'ready'");
    sc_proc_stop(proc);
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_browser_reads_types_and_clicks),
    TEST(test_browser_shows_sizes_colours_and_zones),
    TEST(test_browser_says_what_failed),
    TEST(test_proc_stop_ends_children_and_removes_the_scratch_directory),
    TEST(test_proc_ends_when_the_test_is_killed),
    TEST(test_proc_reports_a_program_that_prints_nothing),
};

int main(void)
{
    if (!sc_browser_is_installed()) {
        (void)puts("skipped: there is no chromedriver; ci/deps installs it");
        return 77;
    }
    return test_suite_run("webdriver", cases, sizeof(cases) / sizeof(cases[0]));
}
