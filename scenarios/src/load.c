/* Files into cases; see case.h. */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "actor.h"
#include "case.h"
#include "cleanup.h"
#include "complaint.h"
#include "needs.h"
#include "node.h"
#include "yaml.h"

#define CASES_MAX 100000

const struct sc_key sc_case_keys[] = {
    {"name", SC_TEXT, true, "What is proved, as a sentence.", NULL, NULL},
    {"about", SC_TEXT, false, "More about it: why, and where it is written down.", NULL, NULL},
    {"tags", SC_LIST, false, "Words to choose cases by.", NULL, NULL},
    {"needs", SC_LIST, false, "What the machine must have; the case is skipped without.", NULL,
     NULL},
    {"timeout", SC_DURATION, false, "How long the case may take.", NULL, NULL},
    {"vars", SC_FIELDS, false, "Variables: ${name}.", NULL, NULL},
    {"rows", SC_ROWS, false, "A case for each row; `case` names it, ${row.…} are its values.", NULL,
     NULL},
    {"steps", SC_STEPS, true, "What happens, in order.", NULL, NULL},
    {0},
};

const struct sc_key sc_include_keys[] = {
    {"about", SC_TEXT, true, "What the steps are for.", NULL, NULL},
    {"steps", SC_STEPS, true, "The steps.", NULL, NULL},
    {0},
};

/* ---- includes ---- */

/* A path is relative to the file that names it. */
static char *resolve(const struct sc_node *path)
{
    const char *slash = strrchr(path->source->path, '/');
    PM_AUTO_FREE char *joined = NULL;

    if (path->text[0] == '/' || !slash)
        joined = strdup(path->text);
    else if (asprintf(&joined, "%.*s/%s", (int)(slash - path->source->path), path->source->path,
                      path->text) < 0)
        joined = NULL;
    return joined ? realpath(joined, NULL) : NULL;
}

static struct sc_include *find_include(const struct sc_suite *suite, const char *path)
{
    struct sc_include *include;

    for (include = suite->includes; include; include = include->next)
        if (strcmp(include->path, path) == 0)
            return include;
    return NULL;
}

const struct sc_node *sc_suite_include(const struct sc_suite *suite, const struct sc_node *path)
{
    PM_AUTO_FREE char *resolved = resolve(path);
    const struct sc_include *include = resolved ? find_include(suite, resolved) : NULL;

    return include ? sc_node_get(include->root, "steps") : NULL;
}

static int load_includes(struct sc_suite *suite, const struct sc_node *steps,
                         struct sc_complaints *complaints);

static int load_include(struct sc_suite *suite, const struct sc_node *path,
                        struct sc_complaints *complaints)
{
    PM_AUTO_FREE char *resolved = resolve(path);
    struct sc_include *include;
    int r;

    if (!resolved)
        return sc_complain(complaints, path, "cannot include '%s': %s", path->text,
                           strerror(errno));
    include = find_include(suite, resolved);
    if (include)
        return include->is_open ? sc_complain(complaints, path, "'%s' includes itself", path->text)
                                : 0;
    include = calloc(1, sizeof(*include));
    if (!include)
        return sc_complain(complaints, path, "out of memory");
    include->path = PM_TAKE(resolved);
    include->is_open = 1;
    include->next = suite->includes;
    suite->includes = include;
    r = sc_yaml_load(include->path, &suite->sources, &include->root, complaints);
    if (r == 0)
        r = sc_shape_check(include->root, sc_include_keys, "a file to include", complaints);
    if (r == 0)
        r = load_includes(suite, sc_node_get(include->root, "steps"), complaints);
    include->is_open = 0;
    return r;
}

/* The steps below a step: of `repeat`, `parallel` … */
static int load_nested(struct sc_suite *suite, const struct sc_actor *actor,
                       const struct sc_node *args, struct sc_complaints *complaints)
{
    const struct sc_key *key;
    size_t i;
    int r = 0;

    for (key = actor->keys; key->name; key++) {
        const struct sc_node *value = sc_node_get(args, key->name);

        if (value && key->type == SC_STEPS && load_includes(suite, value, complaints) < 0)
            r = -1;
        for (i = 0; value && key->type == SC_BRANCHES && i < value->count; i++)
            if (load_includes(suite, value->items[i], complaints) < 0)
                r = -1;
    }
    return r;
}

static int load_includes(struct sc_suite *suite, const struct sc_node *steps,
                         struct sc_complaints *complaints)
{
    size_t i;
    int r = 0;

    for (i = 0; i < steps->count; i++) {
        const struct sc_node *args = steps->items[i]->items[0];
        const struct sc_actor *actor = sc_actor_find(steps->items[i]->keys[0]->text);

        if (actor == &sc_actor_include)
            r |= load_include(
                suite, args->kind == SC_NODE_SCALAR ? args : sc_node_get(args, "file"), complaints);
        else
            r |= load_nested(suite, actor, args, complaints);
    }
    return r ? -1 : 0;
}

/* ---- cases ---- */

/* The last folder and the file's name without its ending. */
static char *case_id(const char *path, const char *row)
{
    PM_AUTO_FREE char *full = realpath(path, NULL);
    const char *name = full ? full : path, *slash = strrchr(name, '/');
    char *id, *dot;

    while (slash && slash > name && slash[-1] != '/')
        slash--;
    name = slash ? slash : name;
    if (asprintf(&id, "%s%s%s%s", name, row ? "[" : "", row ? row : "", row ? "]" : "") < 0)
        return NULL;
    dot = strstr(id, ".yaml");
    if (dot)
        memmove(dot, dot + strlen(".yaml"), strlen(dot + strlen(".yaml")) + 1);
    return id;
}

static int add_case(struct sc_suite *suite, const struct sc_node *root, const struct sc_node *row,
                    struct sc_complaints *complaints)
{
    const char *timeout = sc_node_text(root, "timeout");
    struct sc_case scase = {.root = root, .row = row};
    struct sc_case *cases = reallocarray(suite->cases, suite->count + 1, sizeof(*cases));

    if (cases)
        suite->cases = cases;
    scase.id = case_id(root->source->path, row ? sc_node_text(row, "case") : NULL);
    scase.name = sc_node_text(root, "name");
    scase.about = sc_node_text(root, "about");
    if (!cases || !scase.id || suite->count >= CASES_MAX) {
        free(scase.id);
        return sc_complain(complaints, root, "out of memory");
    }
    if (timeout)
        (void)sc_shape_duration(timeout, &scase.timeout_ms);
    cases[suite->count++] = scase;
    return 0;
}

static int check_rows(const struct sc_node *rows, struct sc_complaints *complaints)
{
    size_t i, j;
    int r = 0;

    for (i = 0; i < rows->count; i++) {
        const char *name = sc_node_text(rows->items[i], "case");

        if (!name)
            r = sc_complain(complaints, rows->items[i], "a row needs 'case', its name");
        for (j = 0; name && j < i; j++)
            if (strcmp(name, sc_node_text(rows->items[j], "case")
                                 ? sc_node_text(rows->items[j], "case")
                                 : "") == 0)
                r = sc_complain(complaints, rows->items[i], "there is a row '%s' already", name);
    }
    return r;
}

static int add_cases(struct sc_suite *suite, const struct sc_node *root,
                     struct sc_complaints *complaints)
{
    const struct sc_node *rows = sc_node_get(root, "rows");
    size_t i;

    if (!rows)
        return add_case(suite, root, NULL, complaints);
    if (check_rows(rows, complaints) < 0)
        return -1;
    for (i = 0; i < rows->count; i++)
        if (add_case(suite, root, rows->items[i], complaints) < 0)
            return -1;
    return 0;
}

static int check_file(struct sc_suite *suite, const struct sc_node *root,
                      struct sc_complaints *complaints)
{
    const struct sc_node *needs = sc_node_get(root, "needs");

    if (sc_shape_check(root, sc_case_keys, "a scenario", complaints) < 0)
        return -1;
    if (needs && sc_needs_check(needs, complaints) < 0)
        return -1;
    return load_includes(suite, sc_node_get(root, "steps"), complaints);
}

static int load_file(struct sc_suite *suite, const char *path, struct sc_complaints *complaints)
{
    struct sc_node **roots =
        reallocarray(suite->roots, suite->root_count + 1, sizeof(*suite->roots));
    struct sc_node *root;

    if (!roots)
        return -1;
    suite->roots = roots;
    if (sc_yaml_load(path, &suite->sources, &root, complaints) < 0)
        return -1;
    roots[suite->root_count++] = root;
    if (check_file(suite, root, complaints) < 0)
        return -1;
    return add_cases(suite, root, complaints);
}

/* ---- folders ---- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_scenario(const FTSENT *entry)
{
    size_t len = strlen(entry->fts_name);

    return entry->fts_info == FTS_F && entry->fts_name[0] != '_' && len > 5 &&
           strcmp(entry->fts_name + len - 5, ".yaml") == 0;
}

static int load_folder(struct sc_suite *suite, const char *path, struct sc_complaints *complaints)
{
    PM_AUTO_FREE char *copy = strdup(path);
    char *const roots[] = {copy, NULL};
    FTS *tree = copy ? fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name) : NULL;
    FTSENT *entry;
    int r = tree ? 0 : -1;

    while (tree && (entry = fts_read(tree)))
        if (is_scenario(entry) && load_file(suite, entry->fts_path, complaints) < 0)
            r = -1;
    if (tree)
        (void)fts_close(tree);
    return r;
}

int sc_suite_load(struct sc_suite *suite, const char *const *paths, size_t count,
                  struct sc_complaints *complaints)
{
    struct stat status;
    size_t i;
    int r = 0;

    for (i = 0; i < count; i++) {
        bool is_folder = stat(paths[i], &status) == 0 && S_ISDIR(status.st_mode);

        if ((is_folder ? load_folder : load_file)(suite, paths[i], complaints) < 0)
            r = -1;
    }
    return r;
}

static bool uses(const struct sc_node *node, const char *actor)
{
    size_t i;

    for (i = 0; i < node->count; i++)
        if ((node->keys && strcmp(node->keys[i]->text, actor) == 0) || uses(node->items[i], actor))
            return true;
    return false;
}

/* A key of another kind by the same name counts too: it does no harm. */
bool sc_suite_uses(const struct sc_suite *suite, const char *actor)
{
    const struct sc_include *include;
    size_t i;

    for (i = 0; i < suite->root_count; i++)
        if (uses(suite->roots[i], actor))
            return true;
    for (include = suite->includes; include; include = include->next)
        if (include->root && uses(include->root, actor))
            return true;
    return false;
}

int sc_case_has_tag(const struct sc_case *scase, const char *tag)
{
    const struct sc_node *tags = sc_node_get(scase->root, "tags");
    size_t i;

    if (tags && tags->kind == SC_NODE_SCALAR)
        return strcmp(tags->text, tag) == 0;
    for (i = 0; tags && i < tags->count; i++)
        if (strcmp(tags->items[i]->text, tag) == 0)
            return 1;
    return 0;
}

void sc_suite_free(struct sc_suite *suite)
{
    size_t i;

    for (i = 0; i < suite->count; i++)
        free(suite->cases[i].id);
    for (i = 0; i < suite->root_count; i++)
        sc_node_free(suite->roots[i]);
    while (suite->includes) {
        struct sc_include *next = suite->includes->next;

        sc_node_free(suite->includes->root);
        free(suite->includes->path);
        free(suite->includes);
        suite->includes = next;
    }
    free(suite->cases);
    free(suite->roots);
    sc_sources_free(suite->sources);
    *suite = (struct sc_suite){0};
}
