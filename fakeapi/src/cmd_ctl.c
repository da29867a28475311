/* `paidmonitor-fakeapi ctl`: every call of the control API as a subcommand, made from its table. */
#include "cmd.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "ctl_http.h"
#include "ctl_request.h"
#include "ctl_show.h"
#include "log.h"
#include "runfile.h"

#define ANSWER_MAX (64 * 1024 * 1024)
#define HELP_MAX   (64 * 1024)
#define ERROR_MAX  (64 * 1024)

static const char help_head[] =
    "Usage: " CMD_PROGRAM " ctl [OPTION]... CALL [ARGUMENT]...\n"
    "Steer a running server, and look into it, through its control API.\n"
    "\n"
    "  --url URL          the server ($PAIDMONITOR_FAKEAPI_URL, $PAIDMONITOR_URL, or the only one\n"
    "                     that this user runs here)\n"
    "  --token-file FILE  its token, if it wants one ($PAIDMONITOR_FAKEAPI_CONTROL_TOKEN_FILE)\n"
    "  --ca-file FILE     whose certificates to trust ($PAIDMONITOR_CA_FILE)\n"
    "  --json             answers as they come, for programs\n"
    "  --help             also after a CALL\n"
    "\n"
    "Calls:\n";

static const char help_tail[] =
    "\n"
    "Exit status: 0 done, or yes; 1 no; 2 wrong command line; 3 the server cannot know;\n"
    "4 refused, or no answer.\n";

enum {
    CTL_NO = 1,
    CTL_USAGE = 2,
    CTL_UNKNOWN = 3,
    CTL_FAILED = 4,
};

struct ctl {
    struct ctl_server server;
    const char *url; /* as given; NULL to look for one */
    const char *token_file;
    const char *ca_file;
    bool is_json;
    bool wants_help;
    const struct fa_control_route *route;
    struct pm_buf answer; /* of a call; or what of an event stream is no whole line yet */
};

/* Command line */

static int usage(const char *what, const char *name)
{
    fprintf(stderr, CMD_PROGRAM ": ctl: %s \"%s\"; try " CMD_PROGRAM " ctl --help\n", what, name);
    return CTL_USAGE;
}

/* Takes an option of ctl itself, as `--name value` or `--name=value`. Returns how many arguments it
 * took; 0: it is none; -1: it lacks its value. */
static int take_own_option(struct ctl *ctl, int argc, char **argv)
{
    const struct {
        const char *name;
        const char **text;
        bool *flag;
    } options[] = {
        {"--url", &ctl->url, NULL},         {"--token-file", &ctl->token_file, NULL},
        {"--ca-file", &ctl->ca_file, NULL}, {"--json", NULL, &ctl->is_json},
        {"--help", NULL, &ctl->wants_help}, {"-h", NULL, &ctl->wants_help},
    };
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(options); i++) {
        size_t len = strlen(options[i].name);
        bool has_value = options[i].text && argv[0][len > strlen(argv[0]) ? 0 : len] == '=';

        if (strncmp(argv[0], options[i].name, len) != 0 || (argv[0][len] != '\0' && !has_value))
            continue;
        if (options[i].flag) {
            *options[i].flag = true;
            return 1;
        }
        *options[i].text = has_value ? argv[0] + len + 1 : argc > 1 ? argv[1] : NULL;
        return !*options[i].text ? -1 : has_value ? 1 : 2;
    }
    return 0;
}

/* Take ctl's own options out of the arguments, wherever they stand before a `--`. */
static int take_own_options(struct ctl *ctl, int *argc, char **argv)
{
    int kept = 0;
    int i = 0;

    while (i < *argc && strcmp(argv[i], "--") != 0) {
        int used = take_own_option(ctl, *argc - i, argv + i);

        if (used < 0)
            return usage("a value must follow", argv[i]);
        if (used == 0)
            argv[kept++] = argv[i++];
        i += used;
    }
    while (i < *argc)
        argv[kept++] = argv[i++];
    *argc = kept;
    return CMD_OK;
}

/* The server */

static const char *from_environment(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] ? value : NULL;
}

static char *copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

/* What stands at the end of the address of the API belongs to another path. */
static void cut_slashes(char *url)
{
    size_t len = strlen(url);

    while (len > 0 && url[len - 1] == '/')
        url[--len] = '\0';
}

static void prefer(char **member, const char *given)
{
    if (!given)
        return;
    free(*member);
    *member = copy(given);
}

/* What is not said is looked up among the servers that run here. */
static int find_server(struct ctl *ctl)
{
    struct ctl_server *server = &ctl->server;
    const char *url = ctl->url ? ctl->url : from_environment("PAIDMONITOR_FAKEAPI_URL");
    PM_AUTO_FREE char *wanted = copy(url ? url : from_environment("PAIDMONITOR_URL"));
    const char *token = ctl->token_file
                            ? ctl->token_file
                            : from_environment("PAIDMONITOR_FAKEAPI_CONTROL_TOKEN_FILE");
    const char *ca = ctl->ca_file ? ctl->ca_file : from_environment("PAIDMONITOR_CA_FILE");
    char message[512];

    if (wanted)
        cut_slashes(wanted);
    if (runfile_find(wanted, server, message, sizeof(message)) < 0) {
        if (!wanted) {
            pm_log_error("%s", message);
            return CTL_FAILED;
        }
        server->url = PM_TAKE(wanted);
    }
    prefer(&server->token_file, token);
    prefer(&server->ca_file, ca);
    return CMD_OK;
}

/* Answers */

/* `answer` says yes, no, or why nobody can know. */
static int status_of(const cJSON *json)
{
    const char *answer = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "answer"));

    if (!answer || strcmp(answer, "yes") == 0)
        return CMD_OK;
    return strcmp(answer, "no") == 0 ? CTL_NO : CTL_UNKNOWN;
}

static int print_text(const struct pm_buf *buf)
{
    if (buf->len > 0)
        (void)fwrite(buf->data, 1, buf->len, stdout); /* cmd_flush() sees what failed */
    return cmd_flush() == CMD_OK ? CMD_OK : CTL_FAILED;
}

static int print_table(struct ctl *ctl, const cJSON *json)
{
    struct pm_buf text;
    int status = CTL_FAILED;

    pm_buf_init(&text, ANSWER_MAX);
    if (ctl_show(&text, ctl->route, json) == 0)
        status = print_text(&text);
    else
        pm_log_error("the answer is too large to be shown; use --json");
    pm_buf_clear(&text);
    return status;
}

/* Another form was asked for, as `--as vector`: that is no table. */
static bool wants_form(const struct ctl_request *request)
{
    const char *query = strchr(request->target.data, '?');

    return query && (strncmp(query, "?as=", 4) == 0 || strstr(query, "&as="));
}

static int print_answer(struct ctl *ctl, const struct ctl_request *request)
{
    bool is_lines = ctl->route->flags & FA_CONTROL_PAGED;
    cJSON *json = ctl->answer.len > 0 && !is_lines
                      ? cJSON_ParseWithLengthOpts(ctl->answer.data, ctl->answer.len, NULL, false)
                      : NULL;
    bool is_object = cJSON_IsObject(json);
    int status;

    if (is_object && !ctl->is_json && !wants_form(request)) {
        status = print_table(ctl, json);
    } else {
        if (is_object)
            (void)pm_buf_addc(&ctl->answer, '\n');
        status = print_text(&ctl->answer);
    }
    if (status == CMD_OK)
        status = status_of(json);
    cJSON_Delete(json);
    return status;
}

/* {"error":…,"hint":…} for a person. */
static int print_refusal(const struct pm_buf *body, int http_status)
{
    cJSON *json = body->len > 0 ? cJSON_ParseWithLength(body->data, body->len) : NULL;
    const char *error = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "error"));
    const char *hint = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "hint"));

    if (error)
        pm_log_error("%s%s%s", error, hint ? "; " : "", hint ? hint : "");
    else
        pm_log_error("the server answers %d: %.200s", http_status, body->data ? body->data : "");
    cJSON_Delete(json);
    return CTL_FAILED;
}

/* ctl_call.take: an answer that is shown when it is complete */
static int keep(void *context, const char *bytes, size_t len)
{
    struct ctl *ctl = context;

    return pm_buf_add(&ctl->answer, bytes, len);
}

static int show_event(struct ctl *ctl, const char *text, size_t len)
{
    cJSON *json = ctl->is_json ? NULL : cJSON_ParseWithLength(text, len);
    struct pm_buf line;
    int r = 0;

    pm_buf_init(&line, ANSWER_MAX);
    if (json)
        r = ctl_show_event(&line, ctl->route, json);
    else
        (void)(pm_buf_add(&line, text, len) < 0 || pm_buf_addc(&line, '\n') < 0);
    if (r == 0)
        r = print_text(&line) == CMD_OK ? 0 : -1;
    pm_buf_clear(&line);
    cJSON_Delete(json);
    return r;
}

/* ctl_call.take: the data of server-sent events, each as soon as its line is there */
static int follow(void *context, const char *bytes, size_t len)
{
    static const char field[] = "data: ";
    struct ctl *ctl = context;
    const char *line;
    const char *end;

    if (pm_buf_add(&ctl->answer, bytes, len) < 0)
        return -1;
    line = ctl->answer.data;
    while ((end = memchr(line, '\n', ctl->answer.len - (size_t)(line - ctl->answer.data)))) {
        if (strncmp(line, field, sizeof(field) - 1) == 0 &&
            show_event(ctl, line + sizeof(field) - 1, (size_t)(end - line) - (sizeof(field) - 1)) <
                0)
            return -1;
        line = end + 1;
    }
    ctl->answer.len -= (size_t)(line - ctl->answer.data);
    memmove(ctl->answer.data, line, ctl->answer.len + 1);
    return 0;
}

/* Calling */

static int call_once(struct ctl *ctl, struct ctl_http *http, const struct ctl_request *request,
                     const char *body, size_t len)
{
    bool is_events = ctl->route->flags & FA_CONTROL_EVENTS;
    const struct ctl_call call = {
        .method = ctl->route->method,
        .target = request->target.data,
        .content_type = request->content_type,
        .body = body,
        .body_len = len,
        .is_patient = ctl->route->flags & (FA_CONTROL_EVENTS | FA_CONTROL_WAITS),
        .take = is_events ? follow : keep,
        .context = ctl,
    };
    struct pm_buf error;
    char message[512];
    int status;

    pm_buf_init(&error, ERROR_MAX);
    pm_buf_reset(&ctl->answer);
    status = ctl_http_call(http, &call, &error, message, sizeof(message));
    if (status < 0)
        pm_log_error("%s", message);
    if (status >= 400)
        status = print_refusal(&error, status);
    else
        status = status < 0 ? CTL_FAILED : CMD_OK;
    pm_buf_clear(&error);
    return status;
}

/* How much of a file of lines goes into the next request: whole lines. */
static size_t next_lines(const char *bytes, size_t len)
{
    const char *end;

    if (len <= CTL_LINES_MAX)
        return len;
    end = memrchr(bytes, '\n', CTL_LINES_MAX);
    return end ? (size_t)(end - bytes) + 1 : len;
}

/* The value of `after` for the next page, cut off the answer; NULL after the last. The caller frees
 * it. */
static char *take_next(struct pm_buf *answer)
{
    const char *line;
    cJSON *json;
    const char *next;
    char *copy = NULL;

    if (answer->len < 2)
        return NULL;
    line = memrchr(answer->data, '\n', answer->len - 1);
    line = line ? line + 1 : answer->data;
    json = cJSON_ParseWithLength(line, answer->len - (size_t)(line - answer->data));
    next = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "next"));
    if (next && (copy = strdup(next)) != NULL)
        answer->len = (size_t)(line - answer->data);
    cJSON_Delete(json);
    return copy;
}

/* Page after page; the last one is left to be printed. */
static int call_pages(struct ctl *ctl, struct ctl_http *http, struct ctl_request *request)
{
    size_t target_len = request->target.len;
    char *next;
    int status;

    do {
        status = call_once(ctl, http, request, "", 0);
        next = status == CMD_OK ? take_next(&ctl->answer) : NULL;
        if (next && (print_text(&ctl->answer) != CMD_OK ||
                     ctl_request_set(request, target_len, "after", next) < 0))
            status = CTL_FAILED;
        free(next);
    } while (next && status == CMD_OK);
    return status;
}

static int call_all(struct ctl *ctl, struct ctl_http *http, const struct ctl_request *request)
{
    bool is_lines =
        request->content_type && strcmp(request->content_type, "application/x-ndjson") == 0;
    size_t done = 0;
    int status;

    do {
        size_t left = request->body.len - done;
        size_t len = is_lines ? next_lines(request->body.data + done, left) : left;

        status =
            call_once(ctl, http, request, request->body.data ? request->body.data + done : "", len);
        done += len;
    } while (status == CMD_OK && done < request->body.len);
    return status;
}

static int run(struct ctl *ctl, struct ctl_request *request)
{
    struct ctl_http *http;
    char message[512];
    int status = find_server(ctl);

    if (status != CMD_OK)
        return status;
    if (ctl_http_new(&ctl->server, &http, message, sizeof(message)) < 0) {
        pm_log_error("%s", message);
        return CTL_FAILED;
    }
    pm_buf_init(&ctl->answer, ANSWER_MAX);
    status = ctl->route->flags & FA_CONTROL_PAGED ? call_pages(ctl, http, request)
                                                  : call_all(ctl, http, request);
    if (status == CMD_OK && !(ctl->route->flags & FA_CONTROL_EVENTS))
        status = print_answer(ctl, request);
    pm_buf_clear(&ctl->answer);
    ctl_http_free(http);
    return status;
}

static int print_help(const struct fa_control_route *route)
{
    struct pm_buf text;
    int status;

    pm_buf_init(&text, HELP_MAX);
    if (route) {
        ctl_help_route(&text, route);
    } else {
        (void)pm_buf_adds(&text, help_head);
        (void)ctl_help_routes(&text, 0, NULL);
        (void)pm_buf_adds(&text, help_tail);
    }
    status = print_text(&text);
    pm_buf_clear(&text);
    return status;
}

/* `ctl account` is the beginning of several calls: name them. */
static int print_beginnings(const struct ctl *ctl, int argc, char **argv)
{
    struct pm_buf text;
    int status = CTL_USAGE;

    pm_buf_init(&text, HELP_MAX);
    if (ctl_help_routes(&text, argc, argv) == 0)
        (void)usage("there is no call", argv[0]);
    else if (ctl->wants_help)
        status = print_text(&text);
    else
        fprintf(stderr, CMD_PROGRAM ": ctl: which one?\n%s", text.data ? text.data : "");
    pm_buf_clear(&text);
    return status;
}

static int run_words(struct ctl *ctl, int argc, char **argv)
{
    struct ctl_request request;
    char message[512];
    int used;
    int status;

    ctl->route = ctl_route_find(argc, argv, &used);
    if (ctl->wants_help && (ctl->route || argc == 0))
        return print_help(ctl->route);
    if (argc == 0)
        return usage("a call is missing after", "ctl");
    if (!ctl->route)
        return print_beginnings(ctl, argc, argv);
    if (ctl_request_make(ctl->route, argc - used, argv + used, &request, message, sizeof(message)) <
        0) {
        fprintf(stderr, CMD_PROGRAM ": ctl %s: %s\n", ctl->route->words, message);
        return CTL_USAGE;
    }
    status = run(ctl, &request);
    ctl_request_clear(&request);
    return status;
}

int cmd_verify(int argc, char **argv)
{
    static char program[] = CMD_PROGRAM;
    static char word[] = "verify";
    PM_AUTO_FREE char **words = calloc((size_t)argc + 2, sizeof(*words));
    int i;

    if (!words)
        return CTL_FAILED;
    words[0] = program;
    words[1] = word;
    for (i = 1; i < argc; i++)
        words[i + 1] = argv[i];
    return cmd_ctl(argc + 1, words);
}

int cmd_ctl(int argc, char **argv)
{
    struct ctl ctl = {0};
    int status;

    argc--; /* the program */
    argv++;
    status = take_own_options(&ctl, &argc, argv);
    if (status == CMD_OK)
        status = run_words(&ctl, argc, argv);
    runfile_clear(&ctl.server);
    return status;
}
