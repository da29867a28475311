/* The traps of PAM stacks; see traps.h. */
#include "traps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "findings.h"
#include "program.h"
#include "stack.h"
#include "view.h"

#define MODULE "pam_paidmonitor.so"

/* One service under examination, and what is known of the system. */
struct look {
    const struct view *view;
    struct findings *findings;
    const char *service;
    struct stack *stack;
    struct program programs[STACK_LINES_MAX]; /* of the lines */
    bool is_reported_somewhere;
};

enum kind {
    OTHER,
    OURS,   /* the module, or the hook */
    SCRIPT, /* pam_script, or pam_exec without the password: it cannot check one */
    CHECK,  /* pam_exec with the password: perhaps it checks it */
};

static bool is_module(const struct stack_line *line, const char *name)
{
    return strcmp(stack_module(line), name) == 0;
}

static enum kind kind_of(const struct look *look, size_t i)
{
    const struct stack_line *line = &look->stack->lines[i];

    if (is_module(line, MODULE))
        return OURS;
    if (!is_module(line, "pam_exec.so") && !is_module(line, "pam_script.so"))
        return OTHER;
    if (look->programs[i].is_ours)
        return OURS;
    return is_module(line, "pam_exec.so") && stack_has_word(line, "expose_authtok") ? CHECK
                                                                                    : SCRIPT;
}

static bool checks_password(const struct stack_line *line)
{
    static const char *const modules[] = {"pam_unix.so", "pam_sss.so", "pam_ldap.so", "pam_krb5.so",
                                          "pam_winbind.so"};
    size_t i;

    for (i = 0; line->type == STACK_AUTH && i < PM_ARRAY_LEN(modules); i++)
        if (is_module(line, modules[i]))
            return true;
    return false;
}

/* Does the line report anything? Our own report what the manuals of module and hook say. */
static bool reports(const struct look *look, size_t i)
{
    const struct stack_line *line = &look->stack->lines[i];
    bool is_session = line->type == STACK_SESSION;

    if (kind_of(look, i) != OURS)
        return kind_of(look, i) == SCRIPT && !look->programs[i].is_missing;
    if (look->programs[i].is_ours)
        return is_session || line->type == STACK_ACCOUNT;
    return is_session || (line->type == STACK_ACCOUNT && stack_has_word(line, "report=login")) ||
           (line->type == STACK_AUTH && stack_has_word(line, "report=failure"));
}

/* Is the password checked behind this line, and not before it? */
static bool is_before_check(const struct look *look, size_t i)
{
    size_t first = 0;

    while (first < look->stack->count && !checks_password(&look->stack->lines[first]))
        first++;
    return look->stack->lines[i].type == STACK_AUTH && i < first && first < look->stack->count;
}

/* The module's file, in the directory that libpam looks into. */
struct search {
    const struct view *view;
    const char *dir, *module;
    char path[512];
};

static void search_in(const char *name, void *data)
{
    struct search *search = data;
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s/security/%s", search->dir, name, search->module);
    if (search->path[0] == '\0' && view_exists(search->view, path))
        memcpy(search->path, path, sizeof(path));
}

/* Sets path; "" when it is nowhere. */
static void find_module(const struct look *look, const struct stack_line *line, char *path,
                        size_t size)
{
    static const char *const dirs[] = {"/lib", "/usr/lib", "/lib64", "/usr/lib64"};
    struct search search = {.view = look->view, .module = line->module};
    size_t i;

    if (line->module[0] == '/' && view_exists(look->view, line->module))
        (void)snprintf(search.path, sizeof(search.path), "%s", line->module);
    for (i = 0; line->module[0] != '/' && i < PM_ARRAY_LEN(dirs) && search.path[0] == '\0'; i++) {
        search.dir = dirs[i];
        search_in("", &search);
        view_list(look->view, dirs[i], search_in, &search);
    }
    (void)snprintf(path, size, "%s", search.path);
}

static bool opens_sessions(const char *service)
{
    static const char *const services[] = {"sshd", "login",  "su",      "su-l",
                                           "sudo", "sudo-i", "lightdm", "gdm-password"};
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(services); i++)
        if (strcmp(service, services[i]) == 0)
            return true;
    return false;
}

/* ---- traps of one line: true when it is in it ---- */

static bool lets_anyone_in(const struct look *look, size_t i)
{
    const struct stack_line *line = &look->stack->lines[i];

    return kind_of(look, i) == SCRIPT && line->type == STACK_AUTH && stack_decides(line);
}

static bool lets_expired_in(const struct look *look, size_t i)
{
    const struct stack_line *line = &look->stack->lines[i];

    return kind_of(look, i) == SCRIPT && line->type == STACK_ACCOUNT && stack_decides(line);
}

static bool stands_in_for_passwd(const struct look *look, size_t i)
{
    return kind_of(look, i) == SCRIPT && look->stack->lines[i].type == STACK_PASSWORD;
}

static bool is_no_program(const struct look *look, size_t i)
{
    const struct program *program = &look->programs[i];

    return program->path[0] != '\0' && (program->is_missing || !program->is_runnable) &&
           !stack_has_word(&look->stack->lines[i], "onerr=success");
}

static bool locks_out(const struct look *look, size_t i)
{
    return is_no_program(look, i) && stack_refuses(&look->stack->lines[i]);
}

static bool vouches_wrongly(const struct look *look, size_t i)
{
    const struct stack_line *line = &look->stack->lines[i];

    return look->programs[i].is_ours && line->type != STACK_SESSION && stack_refuses(line);
}

static bool reports_failures(const struct look *look, size_t i)
{
    return kind_of(look, i) == SCRIPT && is_before_check(look, i) && !lets_anyone_in(look, i);
}

static bool reports_attempts(const struct look *look, size_t i)
{
    return kind_of(look, i) == OURS && reports(look, i) && is_before_check(look, i);
}

/* Where the auth stack goes on after success of a line; STACK_LINES_MAX: it ends. */
static size_t next_after_success(const struct look *look, size_t i)
{
    const struct stack_line *lines = look->stack->lines;
    char action[16];
    int jump;

    stack_action(lines[i].control, "success", action);
    if (strcasecmp(action, "done") == 0)
        return STACK_LINES_MAX;
    for (jump = atoi(action) + 1; jump > 0; jump--)
        do
            i++;
        while (i < look->stack->count && lines[i].type != STACK_AUTH);
    return i;
}

/* A line for failures that a right password does not pass by. */
static bool reports_successes(const struct look *look, size_t i)
{
    size_t check;

    if (look->stack->lines[i].type != STACK_AUTH || kind_of(look, i) != OURS || !reports(look, i))
        return false;
    for (check = 0; check < i; check++)
        if (checks_password(&look->stack->lines[check]) && next_after_success(look, check) <= i)
            return true;
    return false;
}

static bool may_lock_out(const struct look *look, size_t i)
{
    const struct stack_line *line = &look->stack->lines[i];

    return is_module(line, MODULE) && stack_has_word(line, "strict") && stack_refuses(line);
}

static bool runs_names_as_commands(const struct look *look, size_t i)
{
    return look->programs[i].uses_eval;
}

static bool shows_secret(const struct look *look, size_t i)
{
    return look->programs[i].passes_secret;
}

static bool keeps_secret_readable(const struct look *look, size_t i)
{
    return look->programs[i].holds_secret;
}

static bool program_is_writable(const struct look *look, size_t i)
{
    return look->programs[i].is_writable;
}

static bool holds_login_up(const struct look *look, size_t i)
{
    return look->programs[i].uses_network && look->stack->lines[i].type != STACK_SESSION;
}

static bool holds_session_up(const struct look *look, size_t i)
{
    return look->programs[i].uses_network && look->stack->lines[i].type == STACK_SESSION;
}

static bool lacks_seteuid(const struct look *look, size_t i)
{
    const struct stack_line *line = &look->stack->lines[i];

    return look->programs[i].is_ours && is_module(line, "pam_exec.so") &&
           !stack_has_word(line, "seteuid");
}

static bool is_missing(const struct look *look, size_t i)
{
    const struct stack_line *line = &look->stack->lines[i];
    char path[512];

    if (!is_module(line, MODULE))
        return false;
    find_module(look, line, path, sizeof(path));
    return path[0] == '\0';
}

static bool is_missing_and_refuses(const struct look *look, size_t i)
{
    char action[16];

    stack_action(look->stack->lines[i].control, "module_unknown", action);
    return is_missing(look, i) &&
           (strcasecmp(action, "bad") == 0 || strcasecmp(action, "die") == 0);
}

static bool is_missing_only(const struct look *look, size_t i)
{
    return is_missing(look, i) && !is_missing_and_refuses(look, i);
}

static bool is_changeable(const struct look *look, size_t i)
{
    const struct stack_line *line = &look->stack->lines[i];
    char path[512];

    if (!is_module(line, MODULE))
        return false;
    find_module(look, line, path, sizeof(path));
    return path[0] != '\0' && view_is_writable_by_others(look->view, path);
}

/* In a service, that is: files that others include may well have one line. */
static bool is_alone(const struct look *look, size_t i)
{
    enum stack_type type = look->stack->lines[i].type;
    bool is_service = false;
    size_t j;

    for (j = 0; j < look->stack->count; j++)
        if (j != i && look->stack->lines[j].type == type &&
            !is_module(&look->stack->lines[j], MODULE))
            return false;
    for (j = 0; j < look->stack->count; j++)
        is_service |= look->stack->lines[j].type == STACK_AUTH;
    return is_service && is_module(&look->stack->lines[i], MODULE);
}

static bool is_not_reached(const struct look *look, size_t i)
{
    const struct stack_line *line = &look->stack->lines[i];
    char action[16];
    size_t j;

    for (j = 0; line->type == STACK_SESSION && kind_of(look, i) == OURS && j < i; j++) {
        stack_action(look->stack->lines[j].control, "success", action);
        if (look->stack->lines[j].type == line->type &&
            look->stack->lines[j].depth <= line->depth && strcasecmp(action, "done") == 0 &&
            !checks_password(&look->stack->lines[j]))
            return true;
    }
    return false;
}

/* A session that another line reports before; or, where sessions are opened, an account line. */
static bool is_twice(const struct look *look, size_t i)
{
    enum stack_type type = look->stack->lines[i].type;
    size_t j;

    if (kind_of(look, i) != OURS || !reports(look, i) || type == STACK_AUTH)
        return false;
    for (j = 0; j < look->stack->count; j++)
        if (look->stack->lines[j].type == STACK_SESSION && kind_of(look, j) == OURS &&
            (type == STACK_SESSION ? j < i : opens_sessions(look->service)))
            return true;
    return false;
}

static bool is_mistaken(const struct look *look, size_t i)
{
    return look->stack->lines[i].mistake != NULL;
}

static const struct trap {
    const char *code;
    enum severity severity;
    bool (*is_in)(const struct look *look, size_t i);
    const char *text, *remedy;
} traps[] = {
    {"script-lets-anyone-in", FINDING_PROBLEM, lets_anyone_in,
     "if this script exits with 0, anybody is let in, with any password",
     "remove the line (pam-auth-update --remove pam_script), and report from a session line"},
    {"script-lets-expired-in", FINDING_PROBLEM, lets_expired_in,
     "if this script exits with 0, locked and expired accounts are let in",
     "remove the line (pam-auth-update --remove pam_script)"},
    {"script-stands-in-for-passwd", FINDING_PROBLEM, stands_in_for_passwd,
     "a script stands in for the change of passwords: it fails, or changes nothing, and the "
     "password goes into the script's environment",
     "remove the line (pam-auth-update --remove pam_script)"},
    {"everybody-locked-out", FINDING_PROBLEM, locks_out,
     "the program is missing, or not executable for everybody, and the line refuses the login then",
     "make the line optional; and chmod 755 the program, without the secret key in it"},
    {"hook-refuses", FINDING_PROBLEM, vouches_wrongly,
     "paidmonitor-hook vouches for nobody, so this line refuses every login",
     "put it on a session line; see paidmonitor-hook(8)"},
    {"failures-reported-as-logins", FINDING_PROBLEM, reports_failures,
     "it runs before the password is checked, so attempts that fail are reported as logins",
     "move it to a session line, which only real logins reach"},
    {"attempts-reported-as-failures", FINDING_PROBLEM, reports_attempts,
     "it stands before the check of passwords, so that every attempt is reported as a failure",
     "put it behind pam_unix.so; see EXAMPLES of pam_paidmonitor(8)"},
    {"logins-reported-as-failures", FINDING_PROBLEM, reports_successes,
     "good logins come by this line too, and are reported as failures",
     "let the success of pam_unix.so jump over it; see EXAMPLES of pam_paidmonitor(8)"},
    {"strict", FINDING_NOTE, may_lock_out,
     "while the drop directory is full or missing, this line locks everybody out, root included",
     "leave strict away, unless that is what you want"},
    {"names-become-commands", FINDING_PROBLEM, runs_names_as_commands,
     "its script uses eval: a user name such as x$(id) becomes a command of root, before any "
     "password",
     "replace the script by the module, which runs no shell"},
    {"secret-in-process-list", FINDING_PROBLEM, shows_secret,
     "its script passes the secret key as an argument, where every local user can read it",
     "replace the script by the module; the agent keeps the key to itself"},
    {"secret-readable", FINDING_PROBLEM, keeps_secret_readable,
     "its script contains the secret key and is readable by everybody",
     "replace the script by the module, and get a new key"},
    {"program-writable", FINDING_PROBLEM, program_is_writable,
     "others than root can change the program, which runs as root",
     "chown root it, and chmod go-w"},
    {"server-holds-login-up", FINDING_PROBLEM, holds_login_up,
     "its script speaks to the network: while the server does not answer, nobody gets in",
     "replace the script by the module, which waits for nobody"},
    {"server-holds-session-up", FINDING_WARNING, holds_session_up,
     "its script speaks to the network: a server that does not answer holds the session up for "
     "ever, since PAM has no time limit there",
     "replace the script by the module, which waits for nobody"},
    {"hook-needs-seteuid", FINDING_PROBLEM, lacks_seteuid,
     "under su and sudo the hook has the rights of the caller and cannot report",
     "write seteuid in front of the program"},
    {"missing-module-refuses", FINDING_PROBLEM, is_missing_and_refuses,
     "the module is not installed, and the line refuses the login then",
     "install libpam-paidmonitor, and make the line optional"},
    {"module-missing", FINDING_PROBLEM, is_missing_only,
     "the module is not installed: nothing is reported", "install libpam-paidmonitor"},
    {"module-writable", FINDING_PROBLEM, is_changeable,
     "others than root can change the module, which runs as root", "reinstall libpam-paidmonitor"},
    {"module-alone", FINDING_PROBLEM, is_alone,
     "the module is the only one of its type here; it never says yes, so PAM refuses",
     "add pam_permit.so or the module that decides"},
    {"line-not-reached", FINDING_WARNING, is_not_reached,
     "a line before it ends the stack when it succeeds, and nothing is reported then",
     "move it to the front of its type"},
    {"reported-twice", FINDING_WARNING, is_twice, "a second line reports the same session",
     "remove one of them"},
    {"line-garbled", FINDING_PROBLEM, is_mistaken,
     "PAM cannot read this line and refuses the login", "see pam.conf(5)"},
};

/* ---- traps of a service ---- */

/* By module or hook. */
static bool has_report(const struct look *look, enum stack_type type)
{
    size_t i;

    for (i = 0; i < look->stack->count; i++)
        if (look->stack->lines[i].type == type && kind_of(look, i) == OURS && reports(look, i))
            return true;
    return false;
}

/* A script that is there. */
static bool runs_script(const struct look *look, enum stack_type type)
{
    size_t i;

    for (i = 0; i < look->stack->count; i++)
        if (look->stack->lines[i].type == type && kind_of(look, i) == SCRIPT &&
            !look->programs[i].is_missing)
            return true;
    return false;
}

static void examine_keys(const struct look *look, const char *place)
{
    if (strcmp(look->service, "sshd") != 0 || has_report(look, STACK_SESSION) ||
        runs_script(look, STACK_SESSION))
        return;
    if (runs_script(look, STACK_AUTH))
        findings_add(look->findings, FINDING_PROBLEM, "key-logins-missed", place,
                     "report from a session line",
                     "logins are reported by an auth line, which logins by key never reach");
}

static void examine_session(const struct look *look, const char *place)
{
    if (!opens_sessions(look->service) || has_report(look, STACK_SESSION) ||
        !look->is_reported_somewhere)
        return;
    findings_add(look->findings, FINDING_WARNING, "service-not-reported", place,
                 "add 'session optional " MODULE "', or run pam-auth-update",
                 "logins through %s are not reported: no session line does it", look->service);
}

/* The value of the last line `name=value`, as vsftpd reads its file. */
static bool says_yes(const char *text, const char *name)
{
    const char *at = text;
    bool yes = false;

    for (; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, name, strlen(name)) == 0)
            yes = strncasecmp(at + strlen(name), "yes", 3) == 0;
    }
    return yes;
}

static void examine_ftp(const struct look *look, const char *place)
{
    PM_AUTO_FREE char *text = NULL;

    if (strcmp(look->service, "vsftpd") != 0 || has_report(look, STACK_ACCOUNT))
        return;
    text = view_read(look->view, "/etc/vsftpd.conf");
    if (text && says_yes(text, "session_support="))
        return;
    findings_add(look->findings, FINDING_PROBLEM, "vsftpd-opens-no-session", place,
                 "add 'account optional " MODULE
                 " report=login' to it, or session_support=YES to vsftpd.conf",
                 "vsftpd opens no sessions unless told to, so its logins are not reported");
}

static void examine_service(struct look *look)
{
    char place[320];
    size_t i, t;

    (void)snprintf(place, sizeof(place), "/etc/pam.d/%s", look->service);
    for (i = 0; i < look->stack->count; i++) {
        for (t = 0; t < PM_ARRAY_LEN(traps); t++) {
            if (traps[t].is_in(look, i))
                findings_add(look->findings, traps[t].severity, traps[t].code,
                             look->stack->lines[i].place, traps[t].remedy, "%s", traps[t].text);
        }
    }
    examine_keys(look, place);
    examine_session(look, place);
    examine_ftp(look, place);
    if (view_is_writable_by_others(look->view, place))
        findings_add(look->findings, FINDING_PROBLEM, "stack-writable", place,
                     "chown root it, and chmod 644", "others than root can change who may log in");
}

/* ---- sshd ---- */

/* The first word after a keyword, which is what counts for sshd; "" when it is not said. */
static void ssh_setting(const char *text, const char *keyword, char *value, size_t size)
{
    const char *line = text;

    value[0] = '\0';
    for (; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        line += strspn(line, " \t");
        if (strncasecmp(line, "match", 5) == 0)
            return;
        if (strncasecmp(line, keyword, strlen(keyword)) != 0 ||
            !strchr(" \t=", line[strlen(keyword)]))
            continue;
        line += strlen(keyword);
        line += strspn(line, " \t=\"");
        (void)snprintf(value, size, "%.*s", (int)strcspn(line, " \t\r\n\""), line);
        return;
    }
}

/* sshd_config.d is read in the order of names, and its first word counts. */
struct snippets {
    const struct view *view;
    const char *keyword;
    char name[256], value[64];
};

static void read_snippet(const char *name, void *data)
{
    struct snippets *snippets = data;
    PM_AUTO_FREE char *text = NULL;
    char path[512], value[64];
    const char *dot = strrchr(name, '.');

    if (!dot || strcmp(dot, ".conf") != 0)
        return;
    (void)snprintf(path, sizeof(path), "/etc/ssh/sshd_config.d/%s", name);
    text = view_read(snippets->view, path);
    if (!text)
        return;
    ssh_setting(text, snippets->keyword, value, sizeof(value));
    if (value[0] == '\0' || (snippets->name[0] != '\0' && strcmp(name, snippets->name) > 0))
        return;
    (void)snprintf(snippets->name, sizeof(snippets->name), "%s", name);
    memcpy(snippets->value, value, sizeof(value));
}

static void find_ssh_setting(const struct view *view, const char *config, const char *keyword,
                             char *value, size_t size)
{
    static const char snippets_dir[] = "/etc/ssh/sshd_config.d/";
    struct snippets snippets = {.view = view, .keyword = keyword};

    ssh_setting(config, "Include", value, size);
    if (strncmp(value, snippets_dir, strlen(snippets_dir)) == 0)
        view_list(view, snippets_dir, read_snippet, &snippets);
    if (snippets.value[0] != '\0')
        (void)snprintf(value, size, "%s", snippets.value);
    else
        ssh_setting(config, keyword, value, size);
}

static bool has_finding(const struct findings *findings, const char *code)
{
    size_t i;

    for (i = 0; i < findings->count; i++)
        if (strcmp(findings->items[i].code, code) == 0)
            return true;
    return false;
}

static void examine_sshd(const struct view *view, struct findings *findings)
{
    static const char path[] = "/etc/ssh/sshd_config";
    PM_AUTO_FREE char *config = view_read(view, path);
    char value[64];

    if (!config || !view_exists(view, "/etc/pam.d/sshd"))
        return;
    find_ssh_setting(view, config, "UsePAM", value, sizeof(value));
    if (strcasecmp(value, "yes") != 0)
        findings_add(findings, FINDING_PROBLEM, "sshd-without-pam", path, "set UsePAM yes",
                     "sshd does not use PAM, so logins through it are not reported");
    if (!has_finding(findings, "server-holds-login-up"))
        return;
    find_ssh_setting(view, config, "LoginGraceTime", value, sizeof(value));
    findings_add(
        findings, FINDING_PROBLEM, "login-grace-time", path,
        "replace the script by the module, which waits for nobody",
        "logins that wait for the server are cut off after LoginGraceTime (%s), and as long "
        "count for MaxStartups, which refuses others meanwhile",
        value[0] != '\0' ? value : "120");
}

/* ---- all services ---- */

#define SERVICES_MAX 256

struct services {
    char names[SERVICES_MAX][64];
    size_t count;
};

static void add_service(const char *name, void *data)
{
    struct services *services = data;
    size_t i;

    for (i = 0; i < services->count; i++)
        if (strcmp(services->names[i], name) == 0)
            return;
    if (services->count < SERVICES_MAX && strlen(name) < sizeof(services->names[0]) &&
        !strchr(name, '~') && !strstr(name, ".dpkg-"))
        (void)strcpy(services->names[services->count++], name); /* NOLINT: it fits */
}

static int compare_names(const void *one, const void *other)
{
    return strcmp(one, other);
}

static bool read_service(struct look *look, const char *service)
{
    size_t i;

    look->service = service;
    if (stack_read(look->view, service, look->stack) < 0)
        return false;
    for (i = 0; i < look->stack->count; i++)
        program_examine(look->view, &look->stack->lines[i], &look->programs[i]);
    return true;
}

static void examine_all(struct look *look, struct services *services)
{
    static const enum stack_type types[] = {STACK_SESSION, STACK_ACCOUNT};
    size_t i, t;

    for (i = 0; i < services->count; i++)
        for (t = 0; t < PM_ARRAY_LEN(types); t++)
            if (read_service(look, services->names[i]) && has_report(look, types[t]))
                look->is_reported_somewhere = true;
    if (!look->is_reported_somewhere)
        findings_add(look->findings, FINDING_PROBLEM, "not-enabled", "/etc/pam.d",
                     "run 'pam-auth-update --enable paidmonitor', or add 'session optional " MODULE
                     "' to the services",
                     "no service has a line that reports its logins");
    for (i = 0; i < services->count; i++)
        if (read_service(look, services->names[i]))
            examine_service(look);
}

void traps_examine(const struct view *view, struct findings *findings)
{
    struct look *look = calloc(1, sizeof(*look));
    struct stack *stack = calloc(1, sizeof(*stack));
    struct services *services = calloc(1, sizeof(*services));

    if (!look || !stack || !services) {
        findings->failed = true;
    } else {
        look->view = view;
        look->findings = findings;
        look->stack = stack;
        view_list(view, "/etc/pam.d", add_service, services);
        qsort(services->names, services->count, sizeof(services->names[0]), compare_names);
        examine_all(look, services);
        examine_sshd(view, findings);
    }
    free(services);
    free(stack);
    free(look);
}
