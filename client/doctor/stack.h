/*
 * The PAM stack of a service as libpam puts it together from /etc/pam.d: pam.conf(5).
 */
#ifndef DOCTOR_STACK_H
#define DOCTOR_STACK_H

#include <stdbool.h>
#include <stddef.h>

struct view;

enum stack_type {
    STACK_AUTH,
    STACK_ACCOUNT,
    STACK_PASSWORD,
    STACK_SESSION,
    STACK_TYPE_MAX,
};

struct stack_line {
    enum stack_type type;
    bool may_be_missing; /* `-` before the type */
    char control[256];   /* a word, or `[value=action …]` without the brackets' line breaks */
    char module[256];    /* as written */
    char args[1024];     /* as written, blanks normalised */
    char place[320];     /* file:line */
    unsigned depth;      /* of substacks */
    const char *mistake; /* why libpam would not take the line; NULL: it does */
};

#define STACK_LINES_MAX 512

struct stack {
    struct stack_line lines[STACK_LINES_MAX];
    size_t count;
};

/**
 * Read the stack of a service, from /etc/pam.d or /usr/lib/pam.d.
 *
 * Errors: -1 there is no such file
 */
int stack_read(const struct view *view, const char *service, struct stack *ret_stack);

/** The name of the type: "auth", … */
const char *stack_type_name(enum stack_type type);

/** The module's file name without its directory. */
const char *stack_module(const struct stack_line *line);

/**
 * What a control does when the module answers so: "ok", "done", "bad", "die", "ignore", "reset",
 * or a number of lines to jump over.
 *
 * @value: "success", or any other; @action: at least 16 bytes
 */
void stack_action(const char *control, const char *value, char *action);

/** Does success of this line end the stack well, or jump over the lines behind it? */
bool stack_decides(const struct stack_line *line);

/** Does failure of this line refuse the login? */
bool stack_refuses(const struct stack_line *line);

/** Is this among the words after the module? */
bool stack_has_word(const struct stack_line *line, const char *word);

/** The value of `name=value` among the words. @value: @size bytes. Returns false without it. */
bool stack_word_value(const struct stack_line *line, const char *name, char *value, size_t size);

#endif
