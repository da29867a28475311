/*
 * The built module, driven by the real libpam with service files of its own: what it answers, what
 * it leaves in the drop directory, and that it leaves the host process as it was.
 */
#include "suite.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_appl.h>
#include <security/pam_modules.h>

#include "event.h"

#define SERVICE "pmtest"

/* ---- what libpam and the module say to syslog arrives here ---- */

static char syslog_text[8192];
static int syslog_lines;

__attribute__((visibility("default"))) void syslog(int priority, const char *format, ...);
__attribute__((visibility("default"))) void __syslog_chk(int priority, int flag, const char *format,
                                                         ...);

static void catch_syslog(const char *format, va_list args)
{
    size_t used = strlen(syslog_text);

    (void)vsnprintf(syslog_text + used, sizeof(syslog_text) - used, format, args);
    syslog_lines++;
}

void syslog(int priority, const char *format, ...)
{
    va_list args;

    (void)priority;
    va_start(args, format);
    catch_syslog(format, args);
    va_end(args);
}

void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list args;

    (void)priority, (void)flag;
    va_start(args, format);
    catch_syslog(format, args);
    va_end(args);
}

/* Whoever calls these changes the host's own log. */
static int log_handle_calls;

__attribute__((visibility("default"))) void openlog(const char *ident, int option, int facility);
__attribute__((visibility("default"))) void closelog(void);
__attribute__((visibility("default"))) int setlogmask(int mask);

void openlog(const char *ident, int option, int facility)
{
    (void)ident, (void)option, (void)facility;
    log_handle_calls++;
}

void closelog(void)
{
    log_handle_calls++;
}

int setlogmask(int mask)
{
    log_handle_calls++;
    return mask;
}

/* ---- the kernel's randomness, which a filter may refuse ---- */

static bool is_random_refused;

__attribute__((visibility("default"))) ssize_t getrandom(void *bytes, size_t len, unsigned flags);

ssize_t getrandom(void *bytes, size_t len, unsigned flags)
{
    if (is_random_refused) {
        errno = EPERM;
        return -1;
    }
    return syscall(SYS_getrandom, bytes, len, flags);
}

/* ---- a file system that takes short targets only, as XFS does ---- */

static size_t longest_target = PATH_MAX;

__attribute__((visibility("default"))) int symlink(const char *target, const char *path)
{
    if (strlen(target) > longest_target) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return (int)syscall(SYS_symlinkat, target, AT_FDCWD, path);
}

/* ---- a host: service file, drop directory, handle ---- */

struct host {
    char dir[64], confdir[80], drop[80];
    pam_handle_t *pamh;
};

struct record {
    char name[NAME_MAX + 1];
    char text[PM_EVENT_RECORD_SIZE];
    struct pm_event event;
};

static int no_conversation(int count, const struct pam_message **messages,
                           struct pam_response **responses, void *data)
{
    (void)count, (void)messages, (void)responses, (void)data;
    ck_abort_msg("the module must not converse");
    return PAM_CONV_ERR;
}

static const struct pam_conv conversation = {no_conversation, NULL};

static void write_lines(const struct host *host, const char *service, const char *lines)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", host->confdir, service);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(lines, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void write_service(const struct host *host, const char *words, const char *control)
{
    static const char *const stacks[] = {"auth", "account", "session", "password"};
    char lines[8192];
    size_t used = 0, i;

    for (i = 0; i < 4; i++)
        used += (size_t)snprintf(lines + used, sizeof(lines) - used,
                                 "%s %s %s %s\n%s required pam_permit.so\n", stacks[i], control,
                                 PM_MODULE, words, stacks[i]);
    ck_assert_uint_lt(used, sizeof(lines));
    write_lines(host, SERVICE, lines);
    write_lines(host, "other", "auth required pam_deny.so\n"); /* libpam misses it aloud */
}

static void host_start(struct host *host, const char *more_words)
{
    char words[256];

    memset(host, 0, sizeof(*host));
    (void)strcpy(host->dir, "/tmp/pam-module-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(host->dir));
    (void)snprintf(host->confdir, sizeof(host->confdir), "%s/pam.d", host->dir);
    (void)snprintf(host->drop, sizeof(host->drop), "%s/drop", host->dir);
    ck_assert_int_eq(mkdir(host->confdir, 0700), 0);
    ck_assert_int_eq(mkdir(host->drop, 0700), 0);
    (void)snprintf(words, sizeof(words), "drop=%s %s", host->drop, more_words);
    write_service(host, words, "optional");
    syslog_text[0] = '\0';
    syslog_lines = 0;
}

static void host_begin(struct host *host, const char *user)
{
    ck_assert_int_eq(pam_start_confdir(SERVICE, user, &conversation, host->confdir, &host->pamh),
                     PAM_SUCCESS);
}

static void host_stop(struct host *host)
{
    char command[128];

    if (host->pamh)
        ck_assert_int_eq(pam_end(host->pamh, PAM_SUCCESS), PAM_SUCCESS);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", host->dir);
    ck_assert_int_eq(system(command), 0);
}

static int count_entries(const char *path)
{
    DIR *dir = opendir(path);
    int count = 0;

    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(((const struct record *)left)->name, ((const struct record *)right)->name);
}

/* All records, sorted; each must be a well-formed one under its own name. */
static size_t read_records(const struct host *host, struct record *records, size_t max)
{
    DIR *dir = opendir(host->drop);
    struct dirent *entry;
    size_t count = 0;

    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)) != NULL) {
        struct record *record = &records[count];
        char name[PM_EVENT_NAME_SIZE];
        const char *reason;
        ssize_t len;

        if (entry->d_name[0] == '.')
            continue;
        ck_assert_uint_lt(count, max);
        (void)strcpy(record->name, entry->d_name);
        len = readlinkat(dirfd(dir), record->name, record->text, sizeof(record->text));
        ck_assert_int_gt(len, 0);
        ck_assert_int_lt(len, (int)sizeof(record->text));
        ck_assert_msg(pm_event_decode(record->text, (size_t)len, &record->event, &reason) == 0,
                      "%s", reason);
        pm_event_format_name(&record->event, name);
        ck_assert_str_eq(record->name, name);
        count++;
    }
    closedir(dir);
    qsort(records, count, sizeof(*records), by_name);
    for (size_t i = 0; i < count; i++) { /* the texts point into the array: read them again */
        const char *reason;
        char path[PATH_MAX];
        ssize_t len;

        (void)snprintf(path, sizeof(path), "%s/%s", host->drop, records[i].name);
        len = readlink(path, records[i].text, sizeof(records[i].text));
        ck_assert_int_eq(pm_event_decode(records[i].text, (size_t)len, &records[i].event, &reason),
                         0);
    }
    return count;
}

static const char *text(const struct record *record, enum pm_event_text which)
{
    return record->event.texts[which].bytes;
}

/* ---- answers ---- */

typedef int (*entry_point)(pam_handle_t *pamh, int flags, int argc, const char **argv);

static const char *const entry_points[] = {
    "pam_sm_authenticate", "pam_sm_setcred",       "pam_sm_acct_mgmt",
    "pam_sm_open_session", "pam_sm_close_session", "pam_sm_chauthtok",
};

static void check_answers(struct host *host, const char *drop)
{
    const char *argv[] = {drop};
    void *module = dlopen(PM_MODULE, RTLD_NOW);
    size_t i;

    ck_assert_msg(module != NULL, "%s", dlerror());
    for (i = 0; i < 6; i++) {
        void *symbol = dlsym(module, entry_points[i]);
        entry_point call;

        ck_assert_ptr_nonnull(symbol);
        memcpy(&call, &symbol, sizeof(call));
        ck_assert_msg(call(host->pamh, 0, 1, argv) == PAM_IGNORE, "%s", entry_points[i]);
    }
    dlclose(module);
}

START_TEST(test_pam_every_function_answers_ignore)
{
    struct record records[2];
    struct host host;
    char word[128];

    host_start(&host, "");
    host_begin(&host, "alice");
    (void)snprintf(word, sizeof(word), "drop=%s", host.drop);
    check_answers(&host, word);
    ck_assert_uint_eq(read_records(&host, records, 2), 2);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_every_function_answers_ignore_when_the_record_cannot_be_left)
{
    struct host host;

    host_start(&host, "");
    host_begin(&host, "alice");
    check_answers(&host, "drop=/nonexistent/drop");
    ck_assert_int_eq(syslog_lines, 2);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_control_words_do_not_change_the_login)
{
    static const char *const controls[] = {"optional", "required", "requisite", "sufficient"};
    struct host host;
    size_t i;

    for (i = 0; i < 4; i++) {
        host_start(&host, "");
        write_service(&host, "drop=/nonexistent", controls[i]);
        host_begin(&host, "alice");
        ck_assert_int_eq(pam_authenticate(host.pamh, 0), PAM_SUCCESS);
        ck_assert_int_eq(pam_acct_mgmt(host.pamh, 0), PAM_SUCCESS);
        ck_assert_int_eq(pam_setcred(host.pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
        ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
        ck_assert_int_eq(pam_close_session(host.pamh, 0), PAM_SUCCESS);
        ck_assert_int_eq(pam_chauthtok(host.pamh, 0), PAM_SUCCESS);
        host_stop(&host);
    }
}
END_TEST

/* A line of ours alone above pam_deny lets nobody in. */
START_TEST(test_pam_sufficient_is_no_way_in)
{
    struct host host;

    host_start(&host, "");
    write_lines(&host, SERVICE, "auth sufficient " PM_MODULE "\nauth required pam_deny.so\n");
    host_begin(&host, "alice");
    ck_assert_int_ne(pam_authenticate(host.pamh, 0), PAM_SUCCESS);
    host_stop(&host);
}
END_TEST

/* libpam refuses where every module of a stack answers PAM_IGNORE; the manual says so. */
START_TEST(test_pam_cannot_be_the_only_module_of_a_stack)
{
    struct host host;

    host_start(&host, "");
    write_lines(&host, SERVICE, "session optional " PM_MODULE "\n");
    host_begin(&host, "alice");
    ck_assert_int_ne(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    host_stop(&host);
}
END_TEST

/* ---- records ---- */

START_TEST(test_pam_open_and_close_leave_a_pair)
{
    struct record records[2];
    const struct record *opened, *closed;
    struct host host;

    host_start(&host, "");
    host_begin(&host, "alice");
    pam_set_item(host.pamh, PAM_RHOST, "192.0.2.77");
    pam_set_item(host.pamh, PAM_TTY, "ssh");
    pam_putenv(host.pamh, "SSH_CONNECTION=192.0.2.77 40000 192.0.2.1 22");
    pam_putenv(host.pamh, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAAC3Nz\npassword\n");
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_close_session(host.pamh, PAM_SILENT), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&host, records, 2), 2);
    opened = &records[records[0].event.phase == PM_EVENT_OPEN ? 0 : 1];
    closed = &records[records[0].event.phase == PM_EVENT_OPEN ? 1 : 0];

    ck_assert_str_eq(text(opened, PM_EVENT_SERVICE), SERVICE);
    ck_assert_str_eq(text(opened, PM_EVENT_USER), "alice");
    ck_assert_str_eq(text(opened, PM_EVENT_RHOST), "192.0.2.77");
    ck_assert_str_eq(text(opened, PM_EVENT_TTY), "ssh");
    ck_assert_str_eq(text(opened, PM_EVENT_CONN), "192.0.2.77 40000 192.0.2.1 22");
    ck_assert_str_eq(text(opened, PM_EVENT_AUTH_INFO), "publickey ssh-ed25519 AAAAC3Nz");
    ck_assert_ptr_null(text(opened, PM_EVENT_RUSER));
    ck_assert_int_eq(opened->event.numbers[PM_EVENT_UID], getuid());
    ck_assert_int_eq(opened->event.numbers[PM_EVENT_EUID], geteuid());
    ck_assert_int_eq(opened->event.numbers[PM_EVENT_PID], getpid());
    ck_assert_int_gt(opened->event.mono_ms, 0);
    ck_assert_str_eq(opened->event.login_id, "");
    ck_assert_int_eq(closed->event.phase, PM_EVENT_CLOSE);
    ck_assert_str_eq(closed->event.login_id, opened->event.id);
    ck_assert_int_eq(closed->event.opened_ms, opened->event.wall_ms);
    ck_assert_str_ne(closed->event.id, opened->event.id);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_close_without_open_is_reported_alone)
{
    struct record record;
    struct host host;

    host_start(&host, "");
    host_begin(&host, "alice");
    ck_assert_int_eq(pam_close_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&host, &record, 1), 1);
    ck_assert_str_eq(record.event.login_id, "");
    ck_assert_int_eq(record.event.opened_ms, -1);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_handles_do_not_mix)
{
    struct record records[4];
    struct host first, second;
    size_t i, paired = 0;

    host_start(&first, "");
    second = first;
    host_begin(&first, "alice");
    host_begin(&second, "bob");
    ck_assert_int_eq(pam_open_session(first.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_open_session(second.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_close_session(first.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_close_session(second.pamh, 0), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&first, records, 4), 4);
    for (i = 0; i < 16; i++) {
        const struct record *opened = &records[i / 4], *closed = &records[i % 4];

        if (strcmp(opened->event.id, closed->event.login_id) != 0)
            continue;
        ck_assert_str_eq(text(opened, PM_EVENT_USER), text(closed, PM_EVENT_USER));
        paired++;
    }
    ck_assert_uint_eq(paired, 2);
    ck_assert_int_eq(pam_end(second.pamh, PAM_SUCCESS), PAM_SUCCESS);
    host_stop(&first);
}
END_TEST

START_TEST(test_pam_items_of_any_bytes_arrive_as_they_are)
{
    char bytes[256];
    struct record record;
    struct host host;
    size_t i;

    for (i = 0; i < 255; i++)
        bytes[i] = (char)(i + 1);
    bytes[255] = '\0';
    host_start(&host, "");
    host_begin(&host, bytes);
    pam_set_item(host.pamh, PAM_RHOST, bytes);
    pam_set_item(host.pamh, PAM_RUSER, "../../../etc/passwd");
    pam_set_item(host.pamh, PAM_TTY, "");
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&host, &record, 1), 1);
    ck_assert_str_eq(text(&record, PM_EVENT_USER), bytes);
    ck_assert_str_eq(text(&record, PM_EVENT_RHOST), bytes);
    ck_assert_str_eq(text(&record, PM_EVENT_RUSER), "../../../etc/passwd");
    ck_assert_str_eq(text(&record, PM_EVENT_TTY), "");
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_huge_items_are_cut)
{
    enum { HUGE = 1024 * 1024 };
    struct record record;
    struct host host;
    char *huge = malloc(HUGE + 1), *variable = malloc(HUGE + 32);

    memset(huge, '\xfe', HUGE);
    huge[HUGE] = '\0';
    (void)sprintf(variable, "SSH_AUTH_INFO_0=%s", huge);
    host_start(&host, "");
    host_begin(&host, huge + HUGE - 1000); /* libpam's audit line takes not much more */
    pam_set_item(host.pamh, PAM_RHOST, huge + HUGE - 1000);
    pam_set_item(host.pamh, PAM_TTY, huge + HUGE - 1000);
    pam_set_item(host.pamh, PAM_RUSER, huge);
    pam_putenv(host.pamh, variable);
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&host, &record, 1), 1);
    ck_assert_uint_ge(record.event.texts[PM_EVENT_USER].len, 64);
    ck_assert_uint_ne(record.event.clipped & 1u << PM_EVENT_USER, 0);
    ck_assert_uint_ne(record.event.clipped & 1u << PM_EVENT_AUTH_INFO, 0);
    host_stop(&host);
    free(huge);
    free(variable);
}
END_TEST

START_TEST(test_pam_large_key_gives_way_where_targets_are_short)
{
    char variable[1024] = "SSH_AUTH_INFO_0=publickey ssh-rsa ";
    struct record record;
    struct host host;

    memset(variable + strlen(variable), 'A', 900);
    longest_target = PM_EVENT_SHORT_RECORD_SIZE - 1;
    host_start(&host, "");
    host_begin(&host, "alice");
    pam_putenv(host.pamh, variable);
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    longest_target = PATH_MAX;
    ck_assert_uint_eq(read_records(&host, &record, 1), 1);
    ck_assert_str_eq(text(&record, PM_EVENT_USER), "alice");
    ck_assert_ptr_nonnull(strstr(text(&record, PM_EVENT_AUTH_INFO), "publickey ssh-rsa AAAA"));
    ck_assert_uint_eq(record.event.clipped, 1u << PM_EVENT_AUTH_INFO);
    ck_assert_int_eq(syslog_lines, 0);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_process_environment_is_not_read)
{
    struct record record;
    struct host host;

    ck_assert_int_eq(setenv("SSH_CONNECTION", "6.6.6.6 1 6.6.6.6 2", 1), 0);
    ck_assert_int_eq(setenv("SSH_AUTH_INFO_0", "publickey forged", 1), 0);
    host_start(&host, "");
    host_begin(&host, "alice");
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&host, &record, 1), 1);
    ck_assert_ptr_null(text(&record, PM_EVENT_CONN));
    ck_assert_ptr_null(text(&record, PM_EVENT_AUTH_INFO));
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_a_password_in_the_handle_goes_nowhere)
{
    struct record record;
    struct host host;

    host_start(&host, "");
    host_begin(&host, "alice");
    (void)pam_set_item(host.pamh, PAM_AUTHTOK, "hunter2"); /* refused to applications; tried */
    pam_putenv(host.pamh, "PAM_AUTHTOK=hunter2");
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&host, &record, 1), 1);
    ck_assert_ptr_null(memmem(record.text, sizeof(record.text), "hunter2", 7));
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_other_phases_leave_nothing)
{
    struct record record;
    struct host host;

    host_start(&host, "");
    host_begin(&host, "alice");
    ck_assert_int_eq(pam_authenticate(host.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_acct_mgmt(host.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_setcred(host.pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&host, &record, 1), 0);
    ck_assert_int_eq(syslog_lines, 0);
    host_stop(&host);
}
END_TEST

/* ---- lines of other types ---- */

START_TEST(test_pam_account_line_reports_a_login_when_asked)
{
    struct record record;
    struct host host;

    host_start(&host, "report=login");
    host_begin(&host, "alice");
    pam_set_item(host.pamh, PAM_RHOST, "192.0.2.77");
    ck_assert_int_eq(pam_acct_mgmt(host.pamh, 0), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&host, &record, 1), 1);
    ck_assert_int_eq(record.event.phase, PM_EVENT_ACCOUNT);
    ck_assert_str_eq(text(&record, PM_EVENT_USER), "alice");
    ck_assert_str_eq(text(&record, PM_EVENT_RHOST), "192.0.2.77");
    ck_assert_int_eq(syslog_lines, 0);
    host_stop(&host);
}
END_TEST

/* pam-auth-update's shape of a stack, our line behind the modules that can let somebody in. */
static int authenticate_through(struct host *host, const char *verdict)
{
    char lines[1024];

    (void)snprintf(lines, sizeof(lines),
                   "auth [success=2 default=ignore] %s\n"
                   "auth [default=ignore] " PM_MODULE " drop=%s report=failure\n"
                   "auth requisite pam_deny.so\n"
                   "auth required pam_permit.so\n",
                   verdict, host->drop);
    write_lines(host, SERVICE, lines);
    host_begin(host, "mallory");
    return pam_authenticate(host->pamh, 0);
}

START_TEST(test_pam_auth_line_behind_the_others_reports_a_failure)
{
    struct record record;
    struct host host;

    host_start(&host, "");
    ck_assert_int_eq(authenticate_through(&host, "pam_deny.so"), PAM_AUTH_ERR);
    ck_assert_uint_eq(read_records(&host, &record, 1), 1);
    ck_assert_int_eq(record.event.phase, PM_EVENT_AUTH);
    ck_assert_str_eq(text(&record, PM_EVENT_USER), "mallory");
    ck_assert_int_eq(syslog_lines, 0);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_auth_line_behind_the_others_reports_no_success)
{
    struct record record;
    struct host host;

    host_start(&host, "");
    ck_assert_int_eq(authenticate_through(&host, "pam_permit.so"), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&host, &record, 1), 0);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_words_of_another_line_are_named_and_ignored)
{
    static const struct {
        const char *words;
        int (*call)(pam_handle_t *pamh, int flags);
        size_t records;
    } rows[] = {
        {"report=failure", pam_acct_mgmt, 0},  {"report=login", pam_authenticate, 0},
        {"report=login", pam_open_session, 1}, {"report=failure", pam_open_session, 1},
        {"report=", pam_acct_mgmt, 0},         {"report", pam_authenticate, 0},
        {"report=all", pam_acct_mgmt, 0},      {"strict", pam_authenticate, 0},
        {"strict=yes", pam_open_session, 1},   {"debug=1", pam_open_session, 1},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct record record;
        struct host host;

        host_start(&host, rows[i].words);
        host_begin(&host, "alice");
        ck_assert_int_eq(rows[i].call(host.pamh, 0), PAM_SUCCESS);
        ck_assert_msg(syslog_lines == 1 && strstr(syslog_text, rows[i].words), "%s: %s",
                      rows[i].words, syslog_text);
        ck_assert_msg(read_records(&host, &record, 1) == rows[i].records, "%s", rows[i].words);
        host_stop(&host);
    }
}
END_TEST

/* ---- strict ---- */

START_TEST(test_pam_strict_refuses_what_cannot_be_reported)
{
    struct host host;

    host_start(&host, "");
    write_service(&host, "drop=/nonexistent strict report=login", "required");
    host_begin(&host, "alice");
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SESSION_ERR);
    ck_assert_int_eq(pam_acct_mgmt(host.pamh, 0), PAM_PERM_DENIED);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_strict_does_not_mind_the_end_of_a_session)
{
    struct host host;

    host_start(&host, "");
    write_service(&host, "drop=/nonexistent strict", "required");
    host_begin(&host, "alice");
    ck_assert_int_eq(pam_close_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_ptr_nonnull(strstr(syslog_text, "not reported"));
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_strict_lets_pass_what_is_reported)
{
    struct record records[3];
    struct host host;
    char words[256];

    host_start(&host, "");
    (void)snprintf(words, sizeof(words), "strict report=login drop=%s", host.drop);
    write_service(&host, words, "required");
    host_begin(&host, "alice");
    ck_assert_int_eq(pam_acct_mgmt(host.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_close_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&host, records, 3), 3);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_strict_under_an_optional_line_refuses_nobody)
{
    struct host host;

    host_start(&host, "");
    write_service(&host, "drop=/nonexistent strict", "optional");
    host_begin(&host, "alice");
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    host_stop(&host);
}
END_TEST

/* ---- failures ---- */

START_TEST(test_pam_without_randomness_ids_still_differ)
{
    enum { LOGINS = 50, CHILDREN = 4 };
    struct host host;
    int i, status;

    is_random_refused = true;
    host_start(&host, "");
    host_begin(&host, "alice");
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    for (i = 0; i < CHILDREN; i++) {
        if (fork() == 0) {
            for (i = 0; i < LOGINS; i++)
                (void)pam_open_session(host.pamh, 0);
            _exit(0);
        }
    }
    while (wait(&status) > 0)
        ck_assert_int_eq(status, 0);
    is_random_refused = false;
    ck_assert_int_eq(count_entries(host.drop), 2 + 1 + CHILDREN * LOGINS);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_missing_drop_directory_is_said_once_and_the_login_goes_on)
{
    struct host host;

    host_start(&host, "");
    ck_assert_int_eq(rmdir(host.drop), 0);
    host_begin(&host, "alice\nJan 1 forged: line");
    pam_set_item(host.pamh, PAM_RHOST, "192.0.2.77\x1b[31m");
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(syslog_lines, 1);
    ck_assert_ptr_nonnull(strstr(syslog_text, "not reported"));
    ck_assert_ptr_nonnull(strstr(syslog_text, "of user alice%0AJan%201%20forged:%20line from"));
    ck_assert_ptr_nonnull(strstr(syslog_text, "from 192.0.2.77%1B%5B31m "));
    ck_assert_ptr_nonnull(strstr(syslog_text, "through " SERVICE));
    ck_assert_ptr_nonnull(strstr(syslog_text, "No such file or directory"));
    ck_assert_ptr_null(strchr(syslog_text, '\n'));
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_drop_that_is_a_file_is_said)
{
    struct host host;
    int fd;

    host_start(&host, "");
    ck_assert_int_eq(rmdir(host.drop), 0);
    fd = open(host.drop, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
    host_begin(&host, "alice");
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_ptr_nonnull(strstr(syslog_text, "Not a directory"));
    host_stop(&host);
}
END_TEST

/* Where the machine allows mounting; elsewhere an unwritable directory stands for it. */
START_TEST(test_pam_full_drop_directory_is_said)
{
    struct host host;
    bool mounted;

    host_start(&host, "");
    mounted = mount("drop", host.drop, "tmpfs", MS_NODEV, "size=4k,nr_inodes=2,mode=700") == 0;
    if (!mounted)
        ck_assert_int_eq(chmod(host.drop, 0500), 0);
    host_begin(&host, "alice");
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    if (mounted || geteuid() != 0)
        ck_assert_ptr_nonnull(strstr(syslog_text, mounted ? "No space left" : "Permission denied"));
    if (mounted)
        ck_assert_int_eq(umount(host.drop), 0);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_read_only_drop_directory_is_said)
{
    struct host host;

    host_start(&host, "");
    host_begin(&host, "alice");
    if (mount("drop", host.drop, "tmpfs", MS_RDONLY | MS_NODEV, "size=4k") == 0) {
        ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
        ck_assert_ptr_nonnull(strstr(syslog_text, "Read-only file system"));
        ck_assert_int_eq(umount(host.drop), 0);
    }
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_wrong_words_are_named_once_and_ignored)
{
    struct record records[2];
    struct host host;

    host_start(&host, "colour=blue debugging drop=relative/path");
    host_begin(&host, "alice");
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_close_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(syslog_lines, 3);
    ck_assert_ptr_nonnull(strstr(syslog_text, "unknown option 'colour=blue'"));
    ck_assert_ptr_nonnull(strstr(syslog_text, "'debugging'"));
    ck_assert_ptr_nonnull(strstr(syslog_text, "'drop=relative/path': an absolute path"));
    ck_assert_uint_eq(read_records(&host, records, 2), 2);
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_debug_says_what_was_left)
{
    struct record record;
    struct host host;

    host_start(&host, "debug");
    host_begin(&host, "alice");
    ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
    ck_assert_uint_eq(read_records(&host, &record, 1), 1);
    ck_assert_int_eq(syslog_lines, 1);
    ck_assert_ptr_nonnull(strstr(syslog_text, record.event.id));
    host_stop(&host);
}
END_TEST

START_TEST(test_pam_drop_path_of_any_length_is_safe)
{
    static char words[8192];
    struct host host;

    host_start(&host, "");
    memset(words, 'x', sizeof(words) - 1);
    memcpy(words, "drop=/", 6);
    for (size_t len = 500; len <= 900; len += 13) { /* libpam takes lines of about 1 KiB */
        char word[1024];

        (void)snprintf(word, sizeof(word), "%.*s", (int)len, words);
        write_service(&host, word, "optional");
        host_begin(&host, "alice");
        ck_assert_int_eq(pam_open_session(host.pamh, 0), PAM_SUCCESS);
        pam_end(host.pamh, PAM_SUCCESS);
        host.pamh = NULL;
    }
    host_stop(&host);
}
END_TEST

/* ---- the host process ---- */

struct state {
    int threads, log_handle_calls;
    mode_t mask;
    uid_t uids[3];
    gid_t gids[3], groups[64];
    char cwd[PATH_MAX], locale[256], environment[8192];
    char fds[64][80];
    sighandler_t handlers[NSIG];
    int flags[NSIG];
    sigset_t blocked;
    struct itimerval timer;
    struct rlimit limits[RLIM_NLIMITS];
    size_t heap;
};

static void take_descriptors(struct state *state)
{
    int fd;

    for (fd = 0; fd < 64; fd++) {
        char path[64];

        (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        if (readlink(path, state->fds[fd], sizeof(state->fds[fd]) - 1) < 0)
            state->fds[fd][0] = '\0';
    }
}

static void take_signals(struct state *state)
{
    int i;

    for (i = 1; i < NSIG; i++) {
        struct sigaction action = {.sa_flags = 0};

        (void)sigaction(i, NULL, &action);
        state->handlers[i] = action.sa_handler;
        state->flags[i] = action.sa_flags;
    }
    (void)sigprocmask(SIG_BLOCK, NULL, &state->blocked);
    ck_assert_int_eq(getitimer(ITIMER_REAL, &state->timer), 0);
}

static void take_state(struct state *state)
{
    size_t used = 0;
    int i;

    memset(state, 0, sizeof(*state));
    state->threads = count_entries("/proc/self/task");
    state->log_handle_calls = log_handle_calls;
    state->mask = umask(0);
    (void)umask(state->mask);
    ck_assert_int_eq(getresuid(&state->uids[0], &state->uids[1], &state->uids[2]), 0);
    ck_assert_int_eq(getresgid(&state->gids[0], &state->gids[1], &state->gids[2]), 0);
    ck_assert_int_ge(getgroups(64, state->groups), 0);
    ck_assert_ptr_nonnull(getcwd(state->cwd, sizeof(state->cwd)));
    (void)snprintf(state->locale, sizeof(state->locale), "%s", setlocale(LC_ALL, NULL));
    take_descriptors(state);
    take_signals(state);
    for (i = 0; i < RLIM_NLIMITS; i++)
        (void)getrlimit((__rlimit_resource_t)i, &state->limits[i]);
    for (i = 0; environ[i]; i++)
        used += (size_t)snprintf(state->environment + used, sizeof(state->environment) - used,
                                 "%s\n", environ[i]);
    state->heap = mallinfo2().uordblks;
}

#define SAME(member)                                                                    \
    ck_assert_msg(memcmp(&before->member, &after->member, sizeof(before->member)) == 0, \
                  "%s changes " #member, what)

static void check_same(const struct state *before, const struct state *after, const char *what)
{
    SAME(threads);
    SAME(log_handle_calls);
    SAME(mask);
    SAME(uids);
    SAME(gids);
    SAME(groups);
    SAME(cwd);
    SAME(locale);
    SAME(environment);
    SAME(fds);
    SAME(handlers);
    SAME(flags);
    SAME(blocked);
    SAME(timer);
    SAME(limits);
    /* The allocator's caches hold up to 1 KiB; 50 calls that leak 32 bytes each lose more. */
    ck_assert_msg(after->heap < before->heap + 1024, "%s loses memory", what);
}

static entry_point find_entry_point(const char *name)
{
    void *module = dlopen(PM_MODULE, RTLD_NOW), *symbol;
    entry_point call;

    ck_assert_msg(module != NULL, "%s", dlerror());
    symbol = dlsym(module, name);
    ck_assert_ptr_nonnull(symbol);
    memcpy(&call, &symbol, sizeof(call));
    dlclose(module); /* it stays, as it says of itself */
    return call;
}

/* The ways a call can end; drop is put in front of the words. */
static const struct outcome {
    const char *name;
    const char *drop; /* NULL: the host's own */
    const char *words[3];
    bool is_random_refused;
} outcomes[] = {
    {"a record", NULL, {"report=login", "strict", "debug"}, false},
    {"a failure's record", NULL, {"report=failure", "debug", "debug"}, false},
    {"no directory", "drop=/nonexistent", {"report=login", "debug", "debug"}, false},
    {"no directory for a failure", "drop=/nonexistent", {"report=failure", "", ""}, false},
    {"a refusal", "drop=/nonexistent", {"report=login", "strict", "debug"}, false},
    {"no place", "drop=/proc/self", {"report=login", "strict", "debug"}, false},
    {"no randomness", NULL, {"report=login", "strict", "debug"}, true},
    {"wrong words", "drop=relative", {"report=all", "colour=blue", "strict=no"}, false},
};

static void check_outcome(struct host *host, const char *entry, const struct outcome *outcome)
{
    static struct state before, after;
    char drop[128], what[128];
    const char *argv[] = {drop, outcome->words[0], outcome->words[1], outcome->words[2]};
    entry_point call = find_entry_point(entry);
    int i;

    (void)snprintf(drop, sizeof(drop), "drop=%s", host->drop);
    if (outcome->drop)
        (void)strcpy(drop, outcome->drop);
    (void)snprintf(what, sizeof(what), "%s with %s", entry, outcome->name);
    is_random_refused = outcome->is_random_refused;
    for (i = 0; i < 60; i++) {
        if (i == 10)
            take_state(&before);
        syslog_text[0] = '\0';
        (void)call(host->pamh, 0, 4, argv);
    }
    take_state(&after);
    is_random_refused = false;
    check_same(&before, &after, what);
}

START_TEST(test_pam_host_process_is_left_as_it_was)
{
    struct host host;
    size_t i, entry;

    ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
    host_start(&host, "");
    host_begin(&host, "alice");
    for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        for (entry = 0; entry < 6; entry++)
            check_outcome(&host, entry_points[entry], &outcomes[i]);
    }
    host_stop(&host);
}
END_TEST

/*
 * What the caller of a setuid program may choose, each in a process of its own. No assertions of
 * Check in there: they write to a file.
 */
static int limit(__rlimit_resource_t resource, rlim_t value)
{
    struct rlimit both = {value, value};

    return setrlimit(resource, &both);
}

static int limit_files(void)
{
    return limit(RLIMIT_NOFILE, 3);
}

static int limit_size(void)
{
    return limit(RLIMIT_FSIZE, 0); /* SIGXFSZ keeps its deadly default */
}

static int limit_processes(void)
{
    return limit(RLIMIT_NPROC, 0);
}

static int close_standard_descriptors(void)
{
    return close(0) + close(1) + close(2);
}

static int ignore_signals(void)
{
    return signal(SIGCHLD, SIG_IGN) == SIG_ERR || signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
           signal(SIGXFSZ, SIG_IGN) == SIG_ERR;
}

static int lose_directory(void)
{
    char dir[] = "/tmp/pam-gone-XXXXXX";

    return !mkdtemp(dir) || chdir(dir) != 0 || rmdir(dir) != 0;
}

static int open_mask(void)
{
    (void)umask(0);
    return 0;
}

static int shut_mask(void)
{
    (void)umask(0777);
    return 0;
}

static int empty_environment(void)
{
    return clearenv();
}

START_TEST(test_pam_no_caller_can_suppress_the_record)
{
    static const struct {
        const char *name;
        int (*set_up)(void);
    } rows[] = {
        {"no descriptors", limit_files},
        {"no file size", limit_size},
        {"no processes", limit_processes},
        {"closed descriptors", close_standard_descriptors},
        {"ignored signals", ignore_signals},
        {"deleted directory", lose_directory},
        {"umask 0", open_mask},
        {"umask 0777", shut_mask},
        {"empty environment", empty_environment},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct record record;
        struct host host;
        int status;
        pid_t pid;

        host_start(&host, "");
        host_begin(&host, "alice");
        ck_assert_int_eq(pam_authenticate(host.pamh, 0), PAM_SUCCESS); /* loads all modules */
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            if (rows[i].set_up() != 0)
                _exit(127);
            (void)pam_open_session(host.pamh, 0);
            _exit(0); /* whatever libpam said: without descriptors it has no audit socket */
        }
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_msg(status == 0, "%s: status %d", rows[i].name, status);
        ck_assert_msg(read_records(&host, &record, 1) == 1, "no record: %s", rows[i].name);
        ck_assert_str_eq(text(&record, PM_EVENT_USER), "alice");
        host_stop(&host);
    }
}
END_TEST

static const struct test_case cases[] = {
    TEST(test_pam_every_function_answers_ignore),
    TEST(test_pam_every_function_answers_ignore_when_the_record_cannot_be_left),
    TEST(test_pam_control_words_do_not_change_the_login),
    TEST(test_pam_sufficient_is_no_way_in),
    TEST(test_pam_cannot_be_the_only_module_of_a_stack),
    TEST(test_pam_open_and_close_leave_a_pair),
    TEST(test_pam_close_without_open_is_reported_alone),
    TEST(test_pam_handles_do_not_mix),
    TEST(test_pam_items_of_any_bytes_arrive_as_they_are),
    TEST(test_pam_huge_items_are_cut),
    TEST(test_pam_large_key_gives_way_where_targets_are_short),
    TEST(test_pam_process_environment_is_not_read),
    TEST(test_pam_a_password_in_the_handle_goes_nowhere),
    TEST(test_pam_other_phases_leave_nothing),
    TEST(test_pam_account_line_reports_a_login_when_asked),
    TEST(test_pam_auth_line_behind_the_others_reports_a_failure),
    TEST(test_pam_auth_line_behind_the_others_reports_no_success),
    TEST(test_pam_words_of_another_line_are_named_and_ignored),
    TEST(test_pam_strict_refuses_what_cannot_be_reported),
    TEST(test_pam_strict_does_not_mind_the_end_of_a_session),
    TEST(test_pam_strict_lets_pass_what_is_reported),
    TEST(test_pam_strict_under_an_optional_line_refuses_nobody),
    TEST(test_pam_without_randomness_ids_still_differ),
    TEST(test_pam_missing_drop_directory_is_said_once_and_the_login_goes_on),
    TEST(test_pam_drop_that_is_a_file_is_said),
    TEST(test_pam_full_drop_directory_is_said),
    TEST(test_pam_read_only_drop_directory_is_said),
    TEST(test_pam_wrong_words_are_named_once_and_ignored),
    TEST(test_pam_debug_says_what_was_left),
    TEST(test_pam_drop_path_of_any_length_is_safe),
    TEST(test_pam_host_process_is_left_as_it_was),
    TEST(test_pam_no_caller_can_suppress_the_record),
};

TEST_MAIN("pam_module", cases)
