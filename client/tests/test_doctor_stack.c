/* stack: PAM files are put together as libpam does it, and controls mean what they mean there. */
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "stack.h"
#include "view.h"

static char root[64];
static struct view view;
static struct stack stack;

static void begin(void)
{
    char path[128];

    (void)strcpy(root, "/tmp/doctor-stack-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    (void)snprintf(path, sizeof(path), "%s/etc", root);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    (void)snprintf(path, sizeof(path), "%s/etc/pam.d", root);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    ck_assert_int_eq(view_open(&view, root), 0);
}

static void write_service(const char *name, const char *text)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/etc/pam.d/%s", root, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void end(void)
{
    char command[128];

    view_close(&view);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", root);
    ck_assert_int_eq(system(command), 0);
}

static const struct {
    const char *control, *value, *action;
} actions[] = {
    {"required", "success", "ok"},
    {"required", "auth_err", "bad"},
    {"requisite", "auth_err", "die"},
    {"Sufficient", "success", "done"},
    {"sufficient", "auth_err", "ignore"},
    {"optional", "auth_err", "ignore"},
    {"[success=1 default=ignore]", "success", "1"},
    {"[success=1 default=ignore]", "auth_err", "ignore"},
    {"[default=die success=done]", "success", "done"},
    {"[default=die]", "success", "die"},
    {"[new_authtok_reqd=done]", "success", "bad"},
    {"[auth_err=die default=ok]", "auth_err", "die"},
    {"[user_unknown=ignore success=ok]", "success", "ok"},
    {"nonsense", "success", "bad"},
};

START_TEST(test_stack_knows_what_controls_do)
{
    char action[16];
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(actions); i++) {
        stack_action(actions[i].control, actions[i].value, action);
        ck_assert_msg(strcmp(action, actions[i].action) == 0, "%s, %s: %s, not %s",
                      actions[i].control, actions[i].value, action, actions[i].action);
    }
}
END_TEST

START_TEST(test_stack_reads_types_controls_modules_and_words)
{
    begin();
    write_service("x", "# a comment\n"
                       "-session\t[success=ok default=ignore]  /lib/pam_x.so  a=1   b # c\n"
                       "AUTH required pam_y.so\n");
    ck_assert_int_eq(stack_read(&view, "x", &stack), 0);
    ck_assert_uint_eq(stack.count, 2);
    ck_assert_int_eq(stack.lines[0].type, STACK_SESSION);
    ck_assert(stack.lines[0].may_be_missing);
    ck_assert_str_eq(stack.lines[0].control, "[success=ok default=ignore]");
    ck_assert_str_eq(stack_module(&stack.lines[0]), "pam_x.so");
    ck_assert_str_eq(stack.lines[0].args, "a=1 b");
    ck_assert_str_eq(stack.lines[0].place, "/etc/pam.d/x:2");
    ck_assert_int_eq(stack.lines[1].type, STACK_AUTH);
    ck_assert_ptr_null(stack.lines[1].mistake);
    end();
}
END_TEST

START_TEST(test_stack_finds_words_as_wholes)
{
    char value[16];

    begin();
    write_service("x", "auth optional pam_exec.so quietly report=login dir=/a /usr/bin/quiet\n");
    ck_assert_int_eq(stack_read(&view, "x", &stack), 0);
    ck_assert(!stack_has_word(&stack.lines[0], "quiet"));
    ck_assert(!stack_has_word(&stack.lines[0], "report"));
    ck_assert(stack_has_word(&stack.lines[0], "report=login"));
    ck_assert(stack_word_value(&stack.lines[0], "dir=", value, sizeof(value)));
    ck_assert_str_eq(value, "/a");
    ck_assert(!stack_word_value(&stack.lines[0], "ir=", value, sizeof(value)));
    end();
}
END_TEST

START_TEST(test_stack_includes_one_type_or_all)
{
    begin();
    write_service("common", "auth required a.so\nsession required s.so\n");
    write_service("x", "@include common\nsession include common\nauth substack common\n");
    ck_assert_int_eq(stack_read(&view, "x", &stack), 0);
    ck_assert_uint_eq(stack.count, 4);
    ck_assert_str_eq(stack.lines[0].module, "a.so");
    ck_assert_str_eq(stack.lines[1].module, "s.so");
    ck_assert_str_eq(stack.lines[2].module, "s.so");
    ck_assert_uint_eq(stack.lines[2].depth, 0);
    ck_assert_str_eq(stack.lines[3].module, "a.so");
    ck_assert_uint_eq(stack.lines[3].depth, 1);
    ck_assert_str_eq(stack.lines[3].place, "/etc/pam.d/common:1");
    end();
}
END_TEST

START_TEST(test_stack_joins_lines_and_counts_them)
{
    begin();
    write_service("x", "auth required \\\n  a.so \\\n one\nauth required b.so\n");
    ck_assert_int_eq(stack_read(&view, "x", &stack), 0);
    ck_assert_uint_eq(stack.count, 2);
    ck_assert_str_eq(stack.lines[0].module, "a.so");
    ck_assert_str_eq(stack.lines[0].args, "one");
    ck_assert_str_eq(stack.lines[1].place, "/etc/pam.d/x:4");
    end();
}
END_TEST

START_TEST(test_stack_ends_where_files_include_each_other)
{
    begin();
    write_service("x", "@include y\nauth required a.so\n");
    write_service("y", "@include x\n@include x\n");
    ck_assert_int_eq(stack_read(&view, "x", &stack), 0);
    ck_assert_uint_le(stack.count, STACK_LINES_MAX);
    end();
}
END_TEST

START_TEST(test_stack_marks_lines_that_pam_refuses)
{
    size_t i;

    begin();
    write_service("x",
                  "auth\nauth required\nauht required a.so\nauth sometimes a.so\n[\nauth [ a.so\n");
    ck_assert_int_eq(stack_read(&view, "x", &stack), 0);
    ck_assert_uint_eq(stack.count, 6);
    for (i = 0; i < stack.count; i++)
        ck_assert_msg(stack.lines[i].mistake != NULL, "%s", stack.lines[i].place);
    end();
}
END_TEST

START_TEST(test_stack_stays_inside_the_system_it_looks_at)
{
    char path[128];

    begin();
    (void)snprintf(path, sizeof(path), "%s/etc/pam.d/out", root);
    ck_assert_int_eq(symlink("../../../../../../../../etc/passwd", path), 0);
    ck_assert_int_eq(stack_read(&view, "out", &stack), -1);
    ck_assert_int_eq(stack_read(&view, "../../../../../../../etc/passwd", &stack), -1);
    ck_assert_int_eq(stack_read(&view, "nowhere", &stack), -1);
    end();
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_stack_knows_what_controls_do),
    TEST(test_stack_reads_types_controls_modules_and_words),
    TEST(test_stack_finds_words_as_wholes),
    TEST(test_stack_includes_one_type_or_all),
    TEST(test_stack_joins_lines_and_counts_them),
    TEST(test_stack_ends_where_files_include_each_other),
    TEST(test_stack_marks_lines_that_pam_refuses),
    TEST(test_stack_stays_inside_the_system_it_looks_at),
};

TEST_MAIN("doctor_stack", cases)
