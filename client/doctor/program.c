/* The program of a pam_exec or pam_script line; see program.h. */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "view.h"

#define SCRIPT_DIR  "/usr/share/libpam-script" /* where Debian's pam_script looks */
#define FOLLOWED    8                          /* scripts that a script calls */
#define EVERYBODY_X (S_IXUSR | S_IXGRP | S_IXOTH)

static const char *const script_names[STACK_TYPE_MAX] = {
    [STACK_AUTH] = "pam_script_auth",
    [STACK_ACCOUNT] = "pam_script_acct",
    [STACK_PASSWORD] = "pam_script_passwd",
    [STACK_SESSION] = "pam_script_ses_open",
};

/* pam_exec: the first word with a slash; a `log=` has one too. */
static void find_executed(const struct stack_line *line, char *path, size_t size)
{
    const char *at = line->args;

    while (*at) {
        size_t len = strcspn(at, " ");

        if (at[0] == '/') {
            (void)snprintf(path, size, "%.*s", (int)len, at);
            return;
        }
        at += len + (at[len] == ' ');
    }
}

static void find_program(const struct stack_line *line, char *path, size_t size)
{
    char dir[256] = SCRIPT_DIR;

    path[0] = '\0';
    if (strcmp(stack_module(line), "pam_exec.so") == 0) {
        find_executed(line, path, size);
    } else if (strcmp(stack_module(line), "pam_script.so") == 0) {
        (void)stack_word_value(line, "dir=", dir, sizeof(dir));
        (void)snprintf(path, size, "%s/%s", dir, script_names[line->type]);
    }
}

/* A word of its own, not a part of another one. */
static bool has_word(const char *text, const char *word)
{
    static const char joins[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t len = strlen(word);
    const char *at = text;

    while ((at = strstr(at, word))) {
        if ((at == text || !strchr(joins, at[-1])) && (at[len] == '\0' || !strchr(joins, at[len])))
            return true;
        at += len;
    }
    return false;
}

static bool has_any_word(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (has_word(text, *words))
            return true;
    return false;
}

/* `SECRETKEY=literal`, and not `SECRETKEY=$…`. */
static bool assigns_secret(const char *text)
{
    const char *at = text;

    while ((at = strcasestr(at, "secret"))) {
        at += strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
        if (at[0] != '=')
            continue;
        at += 1 + strspn(at + 1, "\"'");
        if (*at != '$' &&
            strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") >= 8)
            return true;
    }
    return false;
}

static bool is_script(const char *text)
{
    return strncmp(text, "#!", 2) == 0;
}

/* Without the lines that are only comments. */
static void drop_comments(char *text)
{
    char *line;

    for (line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        char *first = line + strspn(line, " \t");

        for (; *first == '#' && *line && *line != '\n'; line++)
            *line = ' ';
    }
}

static void judge_text(const struct view *view, const char *path, const char *text,
                       struct program *program)
{
    static const char *const network[] = {"curl",     "wget",   "nc",   "ncat",
                                          "socat",    "telnet", "mail", "sendmail",
                                          "requests", "urllib", NULL};
    static const char *const eval[] = {"eval", NULL};
    struct stat status;

    program->uses_network |= has_any_word(text, network);
    program->uses_eval |= has_any_word(text, eval);
    program->passes_secret |= has_word(text, "-hmac") || strstr(text, "hexkey:") ||
                              (strcasestr(text, "secret=") && has_word(text, "curl"));
    program->holds_secret |=
        assigns_secret(text) && view_stat(view, path, &status) && (status.st_mode & S_IROTH);
}

/* Scripts under absolute paths in the text are looked at as well, but not what these name. */
static void follow(const struct view *view, const char *text, struct program *program)
{
    const char *at = text;
    int count = 0;

    while ((at = strchr(at, '/')) && count < FOLLOWED) {
        size_t len =
            strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-");
        PM_AUTO_FREE char *other = NULL;
        char path[256];

        if (len > 1 && len < sizeof(path) && (at == text || strchr(" \t\n\"'`(=;&|", at[-1]))) {
            (void)snprintf(path, sizeof(path), "%.*s", (int)len, at);
            other = view_read(view, path);
        }
        if (other && is_script(other)) {
            drop_comments(other);
            judge_text(view, path, other, program);
            program->is_writable |= view_is_writable_by_others(view, path);
            count++;
        }
        at += len;
    }
}

void program_examine(const struct view *view, const struct stack_line *line,
                     struct program *ret_program)
{
    struct program program = {.is_missing = true};
    PM_AUTO_FREE char *text = NULL;
    struct stat status;
    const char *slash;

    find_program(line, program.path, sizeof(program.path));
    slash = strrchr(program.path, '/');
    if (program.path[0] != '\0' && view_stat(view, program.path, &status)) {
        program.is_missing = false;
        program.is_runnable = (status.st_mode & EVERYBODY_X) == EVERYBODY_X;
        program.is_writable = view_is_writable_by_others(view, program.path);
        text = view_read(view, program.path);
    }
    program.is_ours = (slash && strcmp(slash + 1, "paidmonitor-hook") == 0) ||
                      strstr(program.path, "/paidmonitor/pam_script/");
    if (text && is_script(text)) {
        drop_comments(text);
        judge_text(view, program.path, text, &program);
        follow(view, text, &program);
    }
    *ret_program = program;
}
