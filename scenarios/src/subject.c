/* What `expect` and `wait` look at; see subject.h. */
#include "subject.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "agent.h"
#include "child.h"
#include "cleanup.h"
#include "clock.h"
#include "fake.h"
#include "match.h"
#include "percent.h"
#include "sign.h"
#include "stage.h"

#define SHOWN_MAX  8 /* items of a list that are shown */
#define WHY_MAX    65536
#define FILE_MAX   (8u << 20)
#define RECORD_MAX 4096
#define TRACE_MS   5000
#define LOGIN_TAG  "loginMonitor"

const char *const sc_subject_declared[] = {"met", "all", NULL};

/* ---- rows ---- */

static int by_check_time(const void *a, const void *b)
{
    const cJSON *const *x = a, *const *y = b;
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(*x, "checkTimeInGMT"));
    const char *t = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(*y, "checkTimeInGMT"));
    double m = s ? strtod(s, NULL) : 0, n = t ? strtod(t, NULL) : 0;

    return (m > n) - (m < n);
}

/* Several monitors of one tag, or two days, are one list. */
static cJSON *sorted(cJSON *list)
{
    size_t count = (size_t)cJSON_GetArraySize(list), i;
    cJSON **items = calloc(count + 1, sizeof(cJSON *));
    cJSON *all = cJSON_CreateArray();

    for (i = 0; items && i < count; i++)
        items[i] = cJSON_DetachItemFromArray(list, 0);
    if (items)
        qsort(items, count, sizeof(cJSON *), by_check_time);
    for (i = 0; items && i < count; i++)
        cJSON_AddItemToArray(all, items[i]);
    free(items);
    cJSON_Delete(list);
    return all;
}

static char *apikey_of(struct sc_call *call, const struct sc_fake *fake)
{
    const char *account = sc_arg_text(call, "account");
    char path[256], *apikey = NULL;
    cJSON *value;

    if (!account)
        return strdup(fake->apikey);
    (void)snprintf(path, sizeof(path), "%s.apikey", account);
    value = sc_vars_get(call->stage, call->scope, path);
    if (cJSON_IsString(value))
        apikey = strdup(value->valuestring);
    else
        (void)sc_call_fail(call, "there is no account '%s'", account);
    cJSON_Delete(value);
    return apikey;
}

struct reading {
    const struct sc_fake *fake;
    const char *apikey;
    cJSON *rows;
};

static int read_day(struct sc_call *call, struct reading *reading, const cJSON *monitor,
                    int64_t day_ms)
{
    time_t seconds = (time_t)(day_ms / 1000);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(monitor, "id");
    cJSON *params = cJSON_CreateObject(), *rows;
    struct tm day;

    (void)gmtime_r(&seconds, &day);
    cJSON_AddItemToObject(params, "monitorId", cJSON_Duplicate(id, true));
    cJSON_AddNumberToObject(params, "year", day.tm_year + 1900);
    cJSON_AddNumberToObject(params, "month", day.tm_mon + 1);
    cJSON_AddNumberToObject(params, "day", day.tm_mday);
    rows = sc_fake_ask(call, reading->fake, reading->apikey, "getMonitorResults", params);
    if (!rows)
        return -1;
    while (cJSON_GetArraySize(rows) > 0)
        cJSON_AddItemToArray(reading->rows, cJSON_DetachItemFromArray(rows, 0));
    cJSON_Delete(rows);
    return 0;
}

/* A case may outlive a midnight. */
static int read_monitor(struct sc_call *call, struct reading *reading, const cJSON *monitor)
{
    const char *given = sc_arg_text(call, "day");
    int64_t now_ms = pm_clock_wall_ms(), before_ms = now_ms - 15 * 60000, day_ms;
    char moment[64];

    if (given) {
        (void)snprintf(moment, sizeof(moment), "%s 00:00:00", given);
        if (pm_clock_parse_timestamp(moment, &day_ms) < 0) {
            (void)sc_call_fail(call, "'%s' is no day", given);
            return -1;
        }
        return read_day(call, reading, monitor, day_ms);
    }
    if (before_ms / 86400000 != now_ms / 86400000 &&
        read_day(call, reading, monitor, before_ms) < 0)
        return -1;
    return read_day(call, reading, monitor, now_ms);
}

static cJSON *read_rows(struct sc_call *call)
{
    const struct sc_fake *fake = sc_fake_get(call, sc_arg_text(call, "on"));
    PM_AUTO_FREE char *apikey = fake ? apikey_of(call, fake) : NULL;
    const char *tag = sc_arg_text(call, "monitor");
    struct reading reading = {.fake = fake, .apikey = apikey};
    cJSON *params, *monitors;
    const cJSON *monitor;
    int r = 0;

    if (!apikey)
        return NULL;
    params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "tag", tag ? tag : LOGIN_TAG);
    monitors = sc_fake_ask(call, fake, apikey, "getMonitors", params);
    if (!monitors)
        return NULL;
    reading.rows = cJSON_CreateArray();
    cJSON_ArrayForEach(monitor, monitors)
    {
        if (r == 0)
            r = read_monitor(call, &reading, monitor);
    }
    cJSON_Delete(monitors);
    if (r == 0)
        return sorted(reading.rows);
    cJSON_Delete(reading.rows);
    return NULL;
}

/* ---- requests ---- */

/* What only an entry as a whole has. */
static bool wants_whole(const cJSON *expected)
{
    static const char *const members[] = {"params",     "checks", "mistake", "diagnosis",
                                          "deviations", "reply",  "request"};
    PM_AUTO_FREE char *text = cJSON_PrintUnformatted(expected);
    size_t i;

    for (i = 0; text && i < PM_ARRAY_LEN(members); i++)
        if (strstr(text, members[i]))
            return true;
    return false;
}

/* [{"name":…,"value":…}] becomes {name: value}. */
static void simplify_params(cJSON *entry)
{
    cJSON *params = cJSON_DetachItemFromObjectCaseSensitive(entry, "params");
    cJSON *map = cJSON_CreateObject();
    const cJSON *item;

    cJSON_ArrayForEach(item, params)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "name"));

        cJSON_AddItemToObject(
            map, name ? name : "?",
            cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(item, "value"), true));
    }
    cJSON_Delete(params);
    cJSON_AddItemToObject(entry, "params", map);
}

static cJSON *whole_entries(struct sc_call *call, const struct sc_fake *fake, const cJSON *entries)
{
    cJSON *whole = cJSON_CreateArray();
    const cJSON *entry;

    cJSON_ArrayForEach(entry, entries)
    {
        cJSON *answer = NULL;
        char path[64];

        (void)snprintf(path, sizeof(path), "/journal/%.0f",
                       cJSON_GetObjectItemCaseSensitive(entry, "id")->valuedouble);
        if (sc_fake_control(call, fake, "GET", path, NULL, &answer) < 0) {
            cJSON_Delete(whole);
            return NULL;
        }
        simplify_params(answer);
        cJSON_AddItemToArray(whole, answer);
    }
    return whole;
}

static cJSON *read_requests(struct sc_call *call)
{
    const struct sc_fake *fake = sc_fake_get(call, sc_arg_text(call, "on"));
    PM_AUTO_FREE char *apikey = NULL;
    cJSON *answer = NULL, *entries, *whole;
    char path[256];

    if (!fake)
        return NULL;
    if (sc_arg_text(call, "account")) {
        apikey = apikey_of(call, fake);
        if (!apikey)
            return NULL;
    }
    (void)snprintf(path, sizeof(path), "/journal?order=oldest&limit=10000%s%s",
                   apikey ? "&account=" : "", apikey ? apikey : "");
    if (sc_fake_control(call, fake, "GET", path, NULL, &answer) < 0)
        return NULL;
    entries = cJSON_DetachItemFromObjectCaseSensitive(answer, "requests");
    cJSON_Delete(answer);
    if (!entries)
        (void)sc_call_fail(call, "the server's journal has no requests in it");
    if (!entries || !wants_whole(sc_arg(call, "requests")))
        return entries;
    whole = whole_entries(call, fake, entries);
    cJSON_Delete(entries);
    return whole;
}

/* ---- expectations of the server ---- */

static cJSON *read_verify(struct sc_call *call)
{
    const struct sc_fake *fake = sc_fake_get(call, sc_arg_text(call, "on"));
    PM_AUTO_FREE char *apikey = fake ? apikey_of(call, fake) : NULL;
    cJSON *answer = NULL;
    char path[256];

    if (!apikey)
        return NULL;
    (void)snprintf(path, sizeof(path), "/verify?account=%s&nothing_else=%s", apikey,
                   strcmp(sc_arg_text(call, "declared"), "all") == 0 ? "true" : "false");
    return sc_fake_control(call, fake, "GET", path, NULL, &answer) < 0 ? NULL : answer;
}

int sc_subject_declare(struct sc_call *call)
{
    const struct sc_fake *fake = sc_fake_get(call, sc_arg_text(call, "on"));
    PM_AUTO_FREE char *apikey = fake ? apikey_of(call, fake) : NULL;
    cJSON *body;

    if (!apikey)
        return -1;
    body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "account", apikey);
    cJSON_AddItemToObject(body, "expectations", cJSON_Duplicate(sc_arg(call, "declare"), true));
    return sc_fake_control(call, fake, "POST", "/expectations", body, NULL);
}

/* ---- records ---- */

/* `name=value name=value`, percent-encoded: paidmonitor-record(5). */
static cJSON *parse_record(char *text)
{
    cJSON *record = cJSON_CreateObject();
    char *save = NULL, *field;

    for (field = strtok_r(text, " ", &save); field; field = strtok_r(NULL, " ", &save)) {
        char *value = strchr(field, '=');
        size_t len;

        if (!value)
            continue;
        *value++ = '\0';
        if (pm_percent_decode(value, strlen(value), value, &len) == 0)
            value[len] = '\0';
        cJSON_AddStringToObject(record, field, value);
    }
    return record;
}

static int is_record(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static cJSON *read_records(struct sc_call *call)
{
    const struct sc_agent *agent = sc_agent_get(call, sc_arg_text(call, "on"));
    struct dirent **entries;
    cJSON *records;
    int count, i;

    if (!agent)
        return NULL;
    count = scandir(agent->drop_dir, &entries, is_record, alphasort);
    if (count < 0) {
        (void)sc_call_fail(call, "cannot read %s: %m", agent->drop_dir);
        return NULL;
    }
    records = cJSON_CreateArray();
    for (i = 0; i < count; i++) {
        char path[RECORD_MAX], text[RECORD_MAX];
        ssize_t len;

        (void)snprintf(path, sizeof(path), "%s/%s", agent->drop_dir, entries[i]->d_name);
        len = readlink(path, text, sizeof(text) - 1);
        if (len >= 0) {
            text[len] = '\0';
            cJSON_AddItemToArray(records, parse_record(text));
        }
        free(entries[i]);
    }
    free(entries);
    return records;
}

/* ---- files ---- */

static cJSON *read_path(struct sc_call *call, const char *path)
{
    PM_AUTO_FCLOSE FILE *file = fopen(path, "re");
    char part[16384];
    struct pm_buf text;
    cJSON *value;
    size_t len;

    if (!file) {
        (void)sc_call_fail(call, "cannot read %s: %m", path);
        return NULL;
    }
    pm_buf_init(&text, FILE_MAX);
    while ((len = fread(part, 1, sizeof(part), file)) > 0)
        if (pm_buf_add(&text, part, len) < 0)
            break;
    value = cJSON_CreateString(text.data ? text.data : "");
    pm_buf_clear(&text);
    return value;
}

static cJSON *read_file(struct sc_call *call)
{
    const char *name = sc_arg_text(call, "file");
    PM_AUTO_FREE char *path = name[0] == '/' ? strdup(name) : sc_stage_path(call->stage, name);

    return path ? read_path(call, path) : NULL;
}

static cJSON *read_log(struct sc_call *call)
{
    PM_AUTO_FREE char *name = NULL;
    PM_AUTO_FREE char *path = NULL;

    if (asprintf(&name, "%s.log", sc_arg_text(call, "log")) < 0)
        return NULL;
    path = sc_stage_path(call->stage, name);
    return path ? read_path(call, path) : NULL;
}

static cJSON *read_value(struct sc_call *call)
{
    return cJSON_Duplicate(sc_arg(call, "value"), true);
}

static const struct {
    const char *key;
    bool is_list; /* the key itself is the expectation; else it is `is` */
    cJSON *(*read)(struct sc_call *call);
} subjects[] = {
    {"rows", true, read_rows},        {"requests", true, read_requests},
    {"records", true, read_records},  {"value", false, read_value},
    {"file", false, read_file},       {"log", false, read_log},
    {"declared", false, read_verify},
};

#define SUBJECT_COUNT PM_ARRAY_LEN(subjects)

static size_t find_subject(const struct sc_call *call)
{
    size_t i = 0;

    while (i < SUBJECT_COUNT && !sc_arg(call, subjects[i].key))
        i++;
    return i;
}

int sc_subject_check(struct sc_call *call)
{
    size_t first = find_subject(call), i;

    if (first == SUBJECT_COUNT) {
        (void)sc_call_fail(call,
                           "'%s' needs one of rows, requests, records, value, file, log, declared",
                           call->actor->name);
        return -1;
    }
    for (i = first + 1; i < SUBJECT_COUNT; i++) {
        if (sc_arg(call, subjects[i].key)) {
            (void)sc_call_fail(call, "'%s' can look at '%s' or at '%s', not at both",
                               call->actor->name, subjects[first].key, subjects[i].key);
            return -1;
        }
    }
    if (!subjects[first].is_list && !sc_arg(call, "is") && !sc_arg(call, "declared")) {
        (void)sc_call_fail(call, "'%s' needs 'is'", subjects[first].key);
        return -1;
    }
    return 0;
}

/* ---- comparing ---- */

static void add_json(struct pm_buf *out, const cJSON *value)
{
    PM_AUTO_FREE char *printed = value ? cJSON_PrintUnformatted(value) : NULL;

    (void)pm_buf_adds(out, printed ? printed : "at least 1");
}

/* The newest items, and what is different in each. */
static void show_items(struct pm_buf *why, const cJSON *expected, const cJSON *items)
{
    int count = cJSON_GetArraySize(items), i = count > SHOWN_MAX ? count - SHOWN_MAX : 0;

    if (i > 0)
        (void)pm_buf_addf(why, "    … %d more\n", i);
    for (; i < count; i++) {
        const cJSON *item = cJSON_GetArrayItem(items, i);
        struct pm_buf differences;
        char *line, *save = NULL;

        (void)pm_buf_adds(why, "    ");
        add_json(why, item);
        (void)pm_buf_adds(why, "\n");
        pm_buf_init(&differences, WHY_MAX);
        (void)sc_match(expected, item, "", &differences);
        for (line = differences.data ? strtok_r(differences.data, "\n", &save) : NULL; line;
             line = strtok_r(NULL, "\n", &save))
            (void)pm_buf_addf(why, "        %s\n", line);
        pm_buf_clear(&differences);
    }
}

static int count_matches(const cJSON *expected, const cJSON *items)
{
    const cJSON *item;
    int count = 0;

    cJSON_ArrayForEach(item, items)
    {
        count += sc_match(expected, item, "", NULL);
    }
    return count;
}

/* How many items are as expected? */
static bool compare_count(struct sc_call *call, const char *what, const cJSON *expected,
                          const cJSON *items, struct pm_buf *why)
{
    const cJSON *wanted = sc_arg(call, "count");
    int matches = count_matches(expected, items);
    cJSON *count = cJSON_CreateNumber(matches);
    bool is_match = wanted ? sc_match(wanted, count, "", NULL) : matches >= 1;

    cJSON_Delete(count);
    if (is_match)
        return true;
    (void)pm_buf_adds(why, "expected: ");
    add_json(why, wanted);
    (void)pm_buf_addf(why, " of the %s like ", what);
    add_json(why, expected);
    (void)pm_buf_addf(why, "\nbut is:   %d of %d %s\n", matches, cJSON_GetArraySize(items), what);
    show_items(why, expected, items);
    return false;
}

static bool compare_all(const char *what, const cJSON *expected, const cJSON *items,
                        struct pm_buf *why)
{
    if (sc_match(expected, items, "", NULL))
        return true;
    (void)pm_buf_addf(why, "expected: %d %s: ", cJSON_GetArraySize(expected), what);
    add_json(why, expected);
    (void)pm_buf_addf(why, "\nbut is:   %d %s: ", cJSON_GetArraySize(items), what);
    add_json(why, items);
    (void)pm_buf_adds(why, "\n");
    if (cJSON_GetArraySize(expected) == cJSON_GetArraySize(items))
        (void)sc_match(expected, items, what, why);
    return false;
}

/* The value, or of a list the first item that is as expected. */
static void publish(struct sc_call *call, const cJSON *expected, const cJSON *actual, bool is_item)
{
    const cJSON *found = is_item ? actual->child : actual;

    while (is_item && found && !sc_match(expected, found, "", NULL))
        found = found->next;
    sc_vars_set(call->stage, sc_arg_text(call, "as"),
                found ? cJSON_Duplicate(found, true) : cJSON_CreateNull());
}

static const char *text_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    return text ? text : "";
}

/* The server says in its own words what is missing, and what came near. */
static bool compare_declared(const cJSON *verdict, struct pm_buf *why)
{
    if (strcmp(text_of(verdict, "answer"), "yes") == 0)
        return true;
    (void)pm_buf_addf(why, "the server answers: %s\n%s\n%s\n", text_of(verdict, "answer"),
                      text_of(verdict, "reason"), text_of(verdict, "text"));
    return false;
}

enum sc_answer sc_subject_look(struct sc_call *call, struct pm_buf *why)
{
    size_t i = find_subject(call);
    const char *what = subjects[i].key;
    const cJSON *expected = sc_arg(call, subjects[i].is_list ? what : "is");
    cJSON *actual = subjects[i].read(call);
    bool is_match;

    if (!actual)
        return SC_CANNOT_KNOW;
    if (strcmp(what, "declared") == 0)
        is_match = compare_declared(actual, why);
    else if (subjects[i].is_list && cJSON_IsArray(expected))
        is_match = compare_all(what, expected, actual, why);
    else if (subjects[i].is_list)
        is_match = compare_count(call, what, expected, actual, why);
    else
        is_match = sc_match(expected, actual, what, why);
    if (is_match && sc_arg_text(call, "as"))
        publish(call, expected, actual, subjects[i].is_list && cJSON_IsObject(expected));
    cJSON_Delete(actual);
    return is_match ? SC_YES : SC_NO;
}

void sc_subject_trace(struct sc_call *call, struct pm_buf *why)
{
    const struct sc_agent *agent = sc_agent_newest(call->stage);
    PM_AUTO_FREE char *program = sc_stage_program(call->stage, "paidmonitor");
    struct sc_output output;

    if (!sc_arg(call, "rows") || !agent || !program)
        return;
    if (sc_child_run(call->stage,
                     &(struct sc_launch){.argv = (const char *const[]){program, "--config",
                                                                       agent->config_file, "trace",
                                                                       "--last", NULL}},
                     pm_clock_mono_ms() + TRACE_MS, &output) == 0)
        (void)pm_buf_addf(why, "the newest login on its way:\n%s%s",
                          output.out.data ? output.out.data : "",
                          output.err.data ? output.err.data : "");
    sc_output_clear(&output);
}
