#include "ctl_request.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "control.h"
#include "percent.h"

#define TARGET_MAX (256 * 1024)
#define FILE_MAX   (64 * 1024 * 1024)
#define VALUE_MAX  1024 /* of an encoded piece at a time */

/* A request being made. */
struct making {
    const struct fa_control_route *route;
    struct ctl_request *request;
    cJSON *members;
    const char *path_at; /* what of the route's path is not written yet */
    struct pm_buf query;
    bool seen[FA_CONTROL_PARAMS_MAX];
    char *message;
    size_t size;
};

/* Words */

/* How many arguments the words of a route are, if they begin with them; else 0. */
static int words_fit(const char *words, int argc, char **argv)
{
    int used = 0;

    while (*words) {
        size_t len = strcspn(words, " ");

        if (used == argc || strlen(argv[used]) != len || memcmp(argv[used], words, len) != 0)
            return 0;
        used++;
        words += len + (words[len] == ' ');
    }
    return used;
}

const struct fa_control_route *ctl_route_find(int argc, char **argv, int *ret_used)
{
    size_t count;
    const struct fa_control_route *routes = fa_control_routes(&count);
    const struct fa_control_route *best = NULL;
    size_t i;

    *ret_used = 0;
    for (i = 0; i < count; i++) {
        int used = routes[i].words ? words_fit(routes[i].words, argc, argv) : 0;

        if (used <= *ret_used)
            continue;
        *ret_used = used;
        best = &routes[i];
    }
    return best;
}

/* Values */

static int complain(struct making *making, const char *what, const char *name)
{
    (void)snprintf(making->message, making->size, "%s \"%s\"", what, name);
    return -1;
}

static void add_encoded(struct pm_buf *buf, const char *text)
{
    char encoded[VALUE_MAX];
    size_t len = strlen(text);

    while (len > 0 && !buf->failed) {
        size_t done = pm_percent_encode(text, len, "", encoded, sizeof(encoded));

        (void)pm_buf_adds(buf, encoded); /* failures stick */
        text += done;
        len -= done;
    }
}

/* @path: `-` for standard input */
static int read_file(struct making *making, const char *path, struct pm_buf *buf)
{
    bool is_stdin = strcmp(path, "-") == 0;
    PM_AUTO_FCLOSE FILE *opened = is_stdin ? NULL : fopen(path, "re");
    FILE *file = is_stdin ? stdin : opened;
    char bytes[16384];
    size_t len;

    if (!file) {
        (void)snprintf(making->message, making->size, "cannot read \"%s\": %s", path,
                       strerror(errno));
        return -1;
    }
    while ((len = fread(bytes, 1, sizeof(bytes), file)) > 0)
        (void)pm_buf_add(buf, bytes, len); /* failures stick */
    if (ferror(file) || buf->failed)
        return complain(making, "cannot read, or too large:", path);
    return 0;
}

static cJSON *parse_json(struct making *making, const char *name, const char *text)
{
    struct pm_buf file;
    cJSON *json = NULL;

    pm_buf_init(&file, FILE_MAX);
    if (text[0] != '@')
        json = cJSON_ParseWithOpts(text, NULL, true);
    else if (read_file(making, text + 1, &file) < 0)
        return NULL;
    else if (file.data)
        json = cJSON_ParseWithOpts(file.data, NULL, true);
    pm_buf_clear(&file);
    if (!json)
        (void)complain(making, "this option takes JSON, or @FILE:", name);
    return json;
}

/* The value as the server's table wants it. Texts that should be numbers go as they are: the server
 * says best what is wrong with them. */
static cJSON *value_of(struct making *making, const struct fa_control_param *param,
                       const char *text)
{
    char *end;
    double number;

    if (param->type == FA_CONTROL_JSON)
        return parse_json(making, param->name, text);
    if (param->type == FA_CONTROL_FLAG && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        return cJSON_CreateBool(text[0] == 't');
    if (param->type == FA_CONTROL_INTEGER || param->type == FA_CONTROL_REAL) {
        number = strtod(text, &end);
        if (end != text && *end == '\0')
            return cJSON_CreateNumber(number);
    }
    return cJSON_CreateString(text);
}

static int add_member(struct making *making, const struct fa_control_param *param, const char *text)
{
    cJSON *value = value_of(making, param, text);

    if (!value)
        return -1;
    if (cJSON_AddItemToObject(making->members, param->name, value))
        return 0;
    cJSON_Delete(value);
    return complain(making, "no memory for", param->name);
}

static void add_query(struct making *making, const struct fa_control_param *param, const char *text)
{
    (void)pm_buf_addf(&making->query, "%c%s=", making->query.len > 0 ? '&' : '?', param->name);
    add_encoded(&making->query, text);
}

static int take_value(struct making *making, const struct fa_control_param *param, const char *text)
{
    if (param->place == FA_IN_BODY)
        return add_member(making, param, text);
    add_query(making, param, text);
    return 0;
}

/* `--some-name` is the parameter some_name. */
static bool is_option_of(const char *option, size_t len, const char *name)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (option[i] != name[i] && !(option[i] == '-' && name[i] == '_'))
            return false;
    return name[len] == '\0';
}

static const struct fa_control_param *find_option(struct making *making, const char *option,
                                                  size_t len)
{
    const struct fa_control_route *route = making->route;
    size_t i;

    for (i = 0; i < route->param_count; i++) {
        const struct fa_control_param *param = &route->params[i];

        if ((param->place != FA_IN_QUERY && param->place != FA_IN_BODY) ||
            !is_option_of(option, len, param->name))
            continue;
        if (making->seen[i]) {
            (void)complain(making, "this option is there twice:", option);
            return NULL;
        }
        making->seen[i] = true;
        return param;
    }
    (void)complain(making, "this call has no option", option);
    return NULL;
}

/* Takes `--name value`, `--name=value`, and for a flag `--name`. Returns how many arguments. */
static int take_option(struct making *making, int argc, char **argv)
{
    const char *option = argv[0] + 2;
    size_t len = strcspn(option, "=");
    const struct fa_control_param *param = find_option(making, option, len);
    const char *value = option[len] == '=' ? option + len + 1 : NULL;
    int used = 1;

    if (!param)
        return -1;
    if (!value && param->type == FA_CONTROL_FLAG)
        value = "true";
    if (!value && argc > 1) {
        value = argv[1];
        used = 2;
    }
    if (!value)
        return complain(making, "a value must follow", argv[0]);
    return take_value(making, param, value) < 0 ? -1 : used;
}

/* The path up to the next `{name}`. */
static void add_path(struct making *making)
{
    size_t len = strcspn(making->path_at, "{");

    (void)pm_buf_add(&making->request->target, making->path_at, len); /* failures stick */
    making->path_at += len;
}

static const struct fa_control_param *whole_param(const struct fa_control_route *route)
{
    size_t i;

    for (i = 0; i < route->param_count; i++)
        if (route->params[i].place == FA_IN_WHOLE)
            return &route->params[i];
    return NULL;
}

/* A parameter that needs no name and has no value yet; NULL if there is none. */
static const struct fa_control_param *next_argument(struct making *making)
{
    const struct fa_control_route *route = making->route;
    size_t i;

    for (i = 0; i < route->param_count; i++) {
        if (!route->params[i].is_argument || making->seen[i])
            continue;
        making->seen[i] = true;
        return &route->params[i];
    }
    return NULL;
}

/* The body as a whole: JSON itself, or the name of a file with it. */
static int take_whole(struct making *making, const struct fa_control_param *whole,
                      const char *argument)
{
    bool is_lines = whole->type == FA_CONTROL_LINES;
    struct pm_buf *body = &making->request->body;

    making->request->content_type = is_lines ? "application/x-ndjson" : "application/json";
    if (!is_lines && (argument[0] == '{' || argument[0] == '['))
        return pm_buf_adds(body, argument);
    return read_file(making, argument, body);
}

static int take_argument(struct making *making, const char *argument)
{
    const struct fa_control_param *whole = whole_param(making->route);
    const struct fa_control_param *param;

    if (making->path_at[0] == '{') {
        if (argument[0] == '\0')
            return complain(making, "an argument must not be empty:", argument);
        add_encoded(&making->request->target, argument);
        making->path_at = strchr(making->path_at, '}') + 1;
        add_path(making);
        return 0;
    }
    param = next_argument(making);
    if (param)
        return take_value(making, param, argument);
    if (!whole || making->request->content_type)
        return complain(making, "one argument too many:", argument);
    return take_whole(making, whole, argument);
}

/* Options may stand anywhere, up to a `--`. */
static int take_all(struct making *making, int argc, char **argv)
{
    bool has_ended = false;
    int i = 0;

    while (i < argc) {
        bool is_option = !has_ended && strncmp(argv[i], "--", 2) == 0;
        int used = 1;

        if (is_option && argv[i][2] == '\0')
            has_ended = true;
        else if (is_option)
            used = take_option(making, argc - i, argv + i);
        else if (take_argument(making, argv[i]) < 0)
            used = -1;
        if (used < 0)
            return -1;
        i += used;
    }
    return 0;
}

/* The first parameter that is needed and not there. */
static int complain_of_missing(struct making *making, const struct fa_control_param *param)
{
    bool is_named =
        (param->place == FA_IN_QUERY || param->place == FA_IN_BODY) && !param->is_argument;

    (void)snprintf(making->message, making->size, "%s%s is missing: %s", is_named ? "--" : "",
                   param->place == FA_IN_WHOLE ? "FILE" : param->name, param->about);
    return -1;
}

static bool is_there(const struct making *making, size_t index)
{
    const struct fa_control_param *param = &making->route->params[index];

    if (param->place == FA_IN_PATH) /* its place has been filled in, and left behind */
        return !strstr(making->path_at, param->name);
    if (param->place == FA_IN_WHOLE)
        return making->request->content_type != NULL;
    return making->seen[index];
}

static int check_complete(struct making *making)
{
    const struct fa_control_route *route = making->route;
    size_t i;

    for (i = 0; i < route->param_count; i++) {
        const struct fa_control_param *param = &route->params[i];

        if ((param->is_required || param->place == FA_IN_PATH) && !is_there(making, i))
            return complain_of_missing(making, param);
    }
    return 0;
}

static int print_members(struct making *making)
{
    struct ctl_request *request = making->request;
    char *text;

    if (!making->members->child)
        return 0;
    text = cJSON_PrintUnformatted(making->members);
    if (!text)
        return complain(making, "no memory for", "the body");
    (void)pm_buf_adds(&request->body, text);
    free(text);
    request->content_type = "application/json";
    return 0;
}

static int make(struct making *making, int argc, char **argv)
{
    struct ctl_request *request = making->request;

    (void)pm_buf_adds(&request->target, FA_CONTROL_PATH); /* failures stick */
    add_path(making);
    if (take_all(making, argc, argv) < 0 || check_complete(making) < 0 || print_members(making) < 0)
        return -1;
    if (making->query.data)
        (void)pm_buf_adds(&request->target, making->query.data);
    if (request->target.failed || request->body.failed || making->query.failed)
        return complain(making, "no memory, or too large:", making->route->words);
    return 0;
}

int ctl_request_make(const struct fa_control_route *route, int argc, char **argv,
                     struct ctl_request *ret_request, char *message, size_t size)
{
    struct making making = {
        .route = route,
        .request = ret_request,
        .members = cJSON_CreateObject(),
        .path_at = route->path,
        .message = message,
        .size = size,
    };
    int r;

    *ret_request = (struct ctl_request){.route = route};
    pm_buf_init(&ret_request->target, TARGET_MAX);
    pm_buf_init(&ret_request->body, FILE_MAX);
    pm_buf_init(&making.query, TARGET_MAX);
    r = making.members ? make(&making, argc, argv) : complain(&making, "no memory for", "a call");
    cJSON_Delete(making.members);
    pm_buf_clear(&making.query);
    if (r < 0)
        ctl_request_clear(ret_request);
    return r;
}

void ctl_request_clear(struct ctl_request *request)
{
    pm_buf_clear(&request->target);
    pm_buf_clear(&request->body);
}

int ctl_request_set(struct ctl_request *request, size_t target_len, const char *name,
                    const char *value)
{
    struct pm_buf *target = &request->target;

    target->len = target_len;
    target->data[target_len] = '\0';
    (void)pm_buf_addf(target, "%c%s=", strchr(target->data, '?') ? '&' : '?', name);
    add_encoded(target, value);
    return target->failed ? -1 : 0;
}

/* Help */

static const char *const placeholders[FA_CONTROL_TYPE_MAX] = {
    [FA_CONTROL_TEXT] = "TEXT", [FA_CONTROL_WORD] = "WORD",
    [FA_CONTROL_INTEGER] = "N", [FA_CONTROL_REAL] = "NUMBER",
    [FA_CONTROL_FLAG] = NULL,   [FA_CONTROL_DURATION] = "DURATION",
    [FA_CONTROL_TIME] = "TIME", [FA_CONTROL_ACCOUNT] = "APIKEY",
    [FA_CONTROL_JSON] = "JSON", [FA_CONTROL_LINES] = "FILE",
};

/* `{apikey}` becomes ` APIKEY`. */
static void add_arguments(struct pm_buf *buf, const struct fa_control_route *route)
{
    size_t i;

    for (i = 0; i < route->param_count; i++) {
        const char *at = route->params[i].name;

        if (route->params[i].place == FA_IN_WHOLE)
            (void)pm_buf_adds(buf, route->params[i].is_required ? " FILE" : " [FILE]");
        if (route->params[i].place != FA_IN_PATH && !route->params[i].is_argument)
            continue;
        (void)pm_buf_addc(buf, ' ');
        for (; *at; at++)
            (void)pm_buf_addc(buf, (char)(*at >= 'a' && *at <= 'z' ? *at - 32 : *at));
    }
}

static bool is_option(const struct fa_control_param *param)
{
    return (param->place == FA_IN_QUERY || param->place == FA_IN_BODY) && !param->is_argument;
}

static bool has_options(const struct fa_control_route *route)
{
    size_t i;

    for (i = 0; i < route->param_count; i++)
        if (is_option(&route->params[i]))
            return true;
    return false;
}

static void add_option(struct pm_buf *buf, const struct fa_control_param *param)
{
    char name[80];
    char *at;

    (void)snprintf(name, sizeof(name), "--%s%s%s", param->name,
                   placeholders[param->type] ? " " : "",
                   placeholders[param->type] ? placeholders[param->type] : "");
    for (at = name; *at && *at != ' '; at++)
        if (*at == '_')
            *at = '-';
    (void)pm_buf_addf(buf, "  %-26s %s%s", name, param->about,
                      param->is_required ? " (needed)" : "");
    if (param->words)
        (void)pm_buf_addf(buf, ": %s", param->words);
    (void)pm_buf_addc(buf, '\n');
}

void ctl_help_route(struct pm_buf *buf, const struct fa_control_route *route)
{
    size_t i;

    (void)pm_buf_addf(buf, "Usage: paidmonitor-fakeapi ctl %s", route->words);
    add_arguments(buf, route);
    (void)pm_buf_addf(buf, "%s\n%s%s\nAnswers: %s.\nThe same as %s " FA_CONTROL_PATH "%s.\n\n",
                      has_options(route) ? " [OPTION]..." : "", route->about,
                      strchr(route->about, '?') ? "" : ".", route->answers, route->method,
                      route->path);
    for (i = 0; i < route->param_count; i++) {
        const struct fa_control_param *param = &route->params[i];

        if (is_option(param))
            add_option(buf, param);
        else
            (void)pm_buf_addf(buf, "  %-26s %s\n",
                              param->place == FA_IN_WHOLE ? "FILE" : param->name, param->about);
    }
}

/* Do the words of a route begin with all arguments? */
static bool begins_with(const char *words, int argc, char **argv)
{
    int i;

    for (i = 0; i < argc; i++) {
        size_t len = strcspn(words, " ");

        if (strlen(argv[i]) != len || memcmp(words, argv[i], len) != 0)
            return false;
        words += len + (words[len] == ' ');
    }
    return true;
}

static void add_route(struct pm_buf *buf, const struct fa_control_route *route)
{
    struct pm_buf left;

    pm_buf_init(&left, 256);
    (void)pm_buf_adds(&left, route->words);
    add_arguments(&left, route);
    (void)pm_buf_addf(buf, "  %-30s %s\n", left.data ? left.data : "", route->about);
    pm_buf_clear(&left);
}

size_t ctl_help_routes(struct pm_buf *buf, int argc, char **argv)
{
    size_t count;
    const struct fa_control_route *routes = fa_control_routes(&count);
    size_t shown = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        if (!routes[i].words || !begins_with(routes[i].words, argc, argv))
            continue;
        add_route(buf, &routes[i]);
        shown++;
    }
    return shown;
}
