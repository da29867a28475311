/* Reading PAM stacks; see stack.h. */
#include "stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "view.h"

#define DEPTH_MAX 16  /* libpam's limit is 32; files that include each other end here */
#define FILES_MAX 256 /* ours: files that include each other twice multiply at every level */
#define ALL_TYPES STACK_TYPE_MAX

static const char *const type_names[STACK_TYPE_MAX] = {
    [STACK_AUTH] = "auth",
    [STACK_ACCOUNT] = "account",
    [STACK_PASSWORD] = "password",
    [STACK_SESSION] = "session",
};

const char *stack_type_name(enum stack_type type)
{
    return type_names[type];
}

/* ---- lines ---- */

struct source {
    const struct view *view;
    struct stack *stack;
    const char *file;
    int number;
    enum stack_type wanted; /* ALL_TYPES: any */
    unsigned depth, nesting;
    unsigned *files; /* read so far */
};

static int read_file(const struct source *parent, const char *name, enum stack_type wanted,
                     unsigned depth);

/* The next word; a bracket keeps its blanks. NULL at the end. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t"), *end;

    if (*word == '\0')
        return NULL;
    if (*word == '[') {
        for (end = word; *end && *end != ']'; end++)
            end += end[0] == '\\' && end[1] == ']';
        end += *end == ']';
    } else {
        end = word + strcspn(word, " \t");
    }
    *rest = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

static bool find_type(const char *word, enum stack_type *ret_type)
{
    unsigned i;

    for (i = 0; i < STACK_TYPE_MAX; i++) {
        if (strcasecmp(type_names[i], word) != 0)
            continue;
        *ret_type = (enum stack_type)i;
        return true;
    }
    return false;
}

static bool is_known_control(const char *control)
{
    static const char *const words[] = {"required", "requisite", "sufficient", "optional"};
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(words); i++)
        if (strcasecmp(control, words[i]) == 0)
            return true;
    return control[0] == '[' && strchr(control, '=');
}

static struct stack_line *add_line(const struct source *source)
{
    struct stack_line *line;

    if (source->stack->count == STACK_LINES_MAX)
        return NULL;
    line = &source->stack->lines[source->stack->count++];
    *line = (struct stack_line){.depth = source->depth};
    (void)snprintf(line->place, sizeof(line->place), "%s:%d", source->file, source->number);
    return line;
}

static void parse_module(const struct source *source, enum stack_type type, bool may_be_missing,
                         const char *control, char *rest)
{
    struct stack_line *line = add_line(source);
    const char *module, *word;
    size_t used = 0;

    if (!line)
        return;
    line->type = type;
    line->may_be_missing = may_be_missing;
    (void)snprintf(line->control, sizeof(line->control), "%s", control);
    module = next_word(&rest);
    (void)snprintf(line->module, sizeof(line->module), "%s", module ? module : "");
    while ((word = next_word(&rest)) && used < sizeof(line->args))
        used += (size_t)snprintf(line->args + used, sizeof(line->args) - used, "%s%s",
                                 used > 0 ? " " : "", word);
    if (!module)
        line->mistake = "names no module";
    else if (!is_known_control(control))
        line->mistake = "has a control word that PAM does not know";
}

static void parse_line(const struct source *source, char *text)
{
    char *rest = text;
    char *word = next_word(&rest), *control;
    bool may_be_missing;
    enum stack_type type;

    if (!word)
        return;
    if (strcmp(word, "@include") == 0) {
        word = next_word(&rest);
        if (word)
            (void)read_file(source, word, source->wanted, source->depth);
        return;
    }
    may_be_missing = word[0] == '-';
    control = next_word(&rest);
    if (!find_type(word + may_be_missing, &type)) {
        struct stack_line *line = add_line(source);

        if (line)
            line->mistake = "begins with none of auth, account, password and session";
        return;
    }
    if (source->wanted != ALL_TYPES && type != source->wanted)
        return;
    if (control && (strcmp(control, "include") == 0 || strcmp(control, "substack") == 0)) {
        word = next_word(&rest);
        if (word)
            (void)read_file(source, word, type, source->depth + (control[0] == 's'));
        return;
    }
    parse_module(source, type, may_be_missing, control ? control : "", rest);
}

/* ---- files ---- */

/* Lines, those that end in a backslash joined, without comments. */
static void parse_text(struct source *source, char *text)
{
    char *line = text;

    while (*line) {
        char *end = line + strcspn(line, "\n"), *next = *end ? end + 1 : end;
        int joined = 0;

        while (end > line && end[-1] == '\\' && *end) {
            end[-1] = ' ';
            *end = ' ';
            end += strcspn(end, "\n");
            next = *end ? end + 1 : end;
            joined++;
        }
        *end = '\0';
        line[strcspn(line, "#")] = '\0';
        parse_line(source, line);
        source->number += 1 + joined;
        line = next;
    }
}

static int read_file(const struct source *parent, const char *name, enum stack_type wanted,
                     unsigned depth)
{
    static const char *const dirs[] = {"/etc/pam.d", "/usr/lib/pam.d"};
    struct source source = *parent;
    PM_AUTO_FREE char *text = NULL;
    char path[300];
    size_t i;

    if (++source.nesting > DEPTH_MAX || ++*source.files > FILES_MAX)
        return -1;
    for (i = 0; i < PM_ARRAY_LEN(dirs) && !text; i++) {
        if (name[0] == '/')
            (void)snprintf(path, sizeof(path), "%s", name);
        else
            (void)snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
        text = view_read(source.view, path);
    }
    if (!text)
        return -1;
    source.file = path;
    source.number = 1;
    source.wanted = wanted;
    source.depth = depth;
    parse_text(&source, text);
    return 0;
}

int stack_read(const struct view *view, const char *service, struct stack *ret_stack)
{
    unsigned files = 0;
    const struct source source = {
        .view = view, .stack = ret_stack, .wanted = ALL_TYPES, .files = &files};

    ret_stack->count = 0;
    return read_file(&source, service, ALL_TYPES, 0);
}

/* ---- controls ---- */

/* The action of `value=action` inside brackets. */
static bool find_action(const char *control, const char *value, char *action)
{
    size_t len = strlen(value);
    const char *at = control;

    while ((at = strcasestr(at, value))) {
        if ((at == control || strchr("[ \t", at[-1])) && at[len] == '=') {
            (void)snprintf(action, 16, "%.*s", (int)strcspn(at + len + 1, " \t]"), at + len + 1);
            return true;
        }
        at += len;
    }
    return false;
}

void stack_action(const char *control, const char *value, char *action)
{
    static const struct {
        const char *word, *on_success, *otherwise;
    } words[] = {
        {"required", "ok", "bad"},
        {"requisite", "ok", "die"},
        {"sufficient", "done", "ignore"},
        {"optional", "ok", "ignore"},
    };
    bool is_success = strcmp(value, "success") == 0;
    size_t i;

    (void)snprintf(action, 16, "bad"); /* what PAM does with values that brackets leave out */
    for (i = 0; i < PM_ARRAY_LEN(words); i++)
        if (strcasecmp(words[i].word, control) == 0)
            (void)snprintf(action, 16, "%s", is_success ? words[i].on_success : words[i].otherwise);
    if (control[0] == '[' && !find_action(control, value, action))
        (void)find_action(control, "default", action);
}

bool stack_decides(const struct stack_line *line)
{
    char action[16];

    stack_action(line->control, "success", action);
    return strcasecmp(action, "done") == 0 || atoi(action) > 0;
}

bool stack_refuses(const struct stack_line *line)
{
    static const char *const values[STACK_TYPE_MAX] = {
        [STACK_AUTH] = "auth_err",
        [STACK_ACCOUNT] = "acct_expired",
        [STACK_PASSWORD] = "authtok_err",
        [STACK_SESSION] = "session_err",
    };
    char action[16];

    stack_action(line->control, values[line->type], action);
    return strcasecmp(action, "bad") == 0 || strcasecmp(action, "die") == 0;
}

/* ---- modules and their words ---- */

const char *stack_module(const struct stack_line *line)
{
    const char *slash = strrchr(line->module, '/');

    return slash ? slash + 1 : line->module;
}

/* The word that begins so, or NULL. @is_whole: it also ends there. */
static const char *find_word(const struct stack_line *line, const char *begin, bool is_whole)
{
    size_t len = strlen(begin);
    const char *at = line->args;

    while ((at = strstr(at, begin))) {
        if ((at == line->args || at[-1] == ' ') && (!is_whole || at[len] == ' ' || at[len] == '\0'))
            return at;
        at += len;
    }
    return NULL;
}

bool stack_has_word(const struct stack_line *line, const char *word)
{
    return find_word(line, word, true) != NULL;
}

bool stack_word_value(const struct stack_line *line, const char *name, char *value, size_t size)
{
    const char *at = find_word(line, name, false);

    if (!at)
        return false;
    at += strlen(name);
    (void)snprintf(value, size, "%.*s", (int)strcspn(at, " "), at);
    return true;
}
