#include "match.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <inttypes.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "buf.h"
#include "journal.h"
#include "json.h"
#include "params.h"
#include "pattern.h"
#include "structured.h"
#include "text.h"
#include "vclock.h"

#define SECONDS_MAX     INT64_C(100000000000) /* smaller checktimes are seconds, PROTOCOL.md §3.0 */
#define ARENA_MAX       (4 * 1024 * 1024)
#define REGEX_DEPTH_MAX 16
#define REGEX_SIZE_MAX  FA_PATTERN_STEPS_MAX /* characters of an expression that is unrolled */
#define SHOWN_MAX       4096

/* What a value is held against; all that is set must hold. */
struct test {
    char **choices; /* one of them must be equal */
    size_t choice_count;
    char *contains;
    char *expression;
    struct fa_pattern *pattern; /* made of it, if there is one */
    bool has_absent;
    bool is_absent;
};

enum field {
    FIELD_ACCOUNT,
    FIELD_ACTION,
    FIELD_METHOD,
    FIELD_PATH,
    FIELD_VERDICT,
    FIELD_STATUS,
    FIELD_MONITOR,
    FIELD_REASON,
    FIELD_FAULT,
    FIELD_PEER,
    FIELD_TIME,
    FIELD_CHECKTIME,
    FIELD_PARAMS,
    FIELD_RESULTS,
    FIELD_MAX,
};

struct condition {
    enum field field;
    char *name; /* of the parameter or result; NULL for the other fields */
    struct test test;
    int64_t from_ms; /* of times */
    int64_t to_ms;
};

struct fa_match {
    struct condition *conditions;
    size_t count;
    char *text;
};

/* Making one: the message of the innermost failure stays */

struct making {
    struct fa_match *match;
    char *message;
    size_t size;
};

static int bad(struct making *making, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int bad(struct making *making, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(making->message, making->size, format, arguments);
    va_end(arguments);
    pm_text_one_line(making->message);
    return -1;
}

static int no_memory(struct making *making)
{
    return bad(making, "out of memory");
}

/* A JSON scalar as the text it stands for; NULL if it is none, or no memory. The caller frees it.
 */
static char *scalar_text(const cJSON *json)
{
    char text[40];

    if (cJSON_IsString(json))
        return strdup(json->valuestring);
    if (cJSON_IsBool(json))
        return strdup(cJSON_IsTrue(json) ? "true" : "false");
    if (!cJSON_IsNumber(json))
        return NULL;
    snprintf(text, sizeof(text), "%.17g", json->valuedouble);
    return strdup(text);
}

static int add_choice(struct making *making, struct test *test, const char *where,
                      const cJSON *json)
{
    char **choices;

    if (!cJSON_IsString(json) && !cJSON_IsNumber(json) && !cJSON_IsBool(json))
        return bad(making, "\"%s\" must be a text or a number", where);
    if (test->choice_count == FA_MATCH_CHOICES_MAX)
        return bad(making, "\"%s\" has more than %d choices", where, FA_MATCH_CHOICES_MAX);
    choices = realloc(test->choices, (test->choice_count + 1) * sizeof(*choices));
    if (!choices)
        return no_memory(making);
    test->choices = choices;
    choices[test->choice_count] = scalar_text(json);
    return choices[test->choice_count] && ++test->choice_count ? 0 : no_memory(making);
}

static int add_choices(struct making *making, struct test *test, const char *where,
                       const cJSON *list)
{
    const cJSON *item;

    if (!cJSON_IsArray(list) || !list->child)
        return bad(making, "\"%s\" must be a list that is not empty", where);
    cJSON_ArrayForEach(item, list)
    {
        if (add_choice(making, test, where, item) < 0)
            return -1;
    }
    return 0;
}

/*
 * Whoever may steer the server must not bring it to a halt. The host's regcomp() says what is
 * malformed, but unrolls repetitions, and takes forever over groups that repeat within groups that
 * repeat: the size of the unrolled expression is reckoned beforehand. What fits says pattern.h.
 */
struct regex_group {
    long size;    /* of what is unrolled so far */
    long last;    /* of the last item in it */
    bool repeats; /* a group in it is repeated */
};

struct regex_reading {
    const char *at;
    struct regex_group groups[REGEX_DEPTH_MAX + 1]; /* the open ones; the first is the whole */
    size_t depth;
    bool is_after_group; /* the last item was one, */
    bool is_after_loop;  /* which had such a group in it */
    bool is_repeated;    /* the last item has its quantifier already */
};

static void add_item(struct regex_reading *reading, long size)
{
    struct regex_group *group = &reading->groups[reading->depth];

    group->size += size;
    group->last = size;
    reading->is_after_group = reading->is_after_loop = reading->is_repeated = false;
}

static const char *open_group(struct regex_reading *reading)
{
    if (reading->depth == REGEX_DEPTH_MAX)
        return "nests too deeply";
    reading->groups[++reading->depth] = (struct regex_group){0};
    reading->is_repeated = false;
    return NULL;
}

/* Without an open one it is malformed, as regcomp() will say. */
static const char *close_group(struct regex_reading *reading)
{
    struct regex_group inner = reading->groups[reading->depth];

    if (reading->depth == 0)
        return NULL;
    reading->depth--;
    add_item(reading, inner.size + 1);
    reading->groups[reading->depth].repeats |= inner.repeats;
    reading->is_after_group = true;
    reading->is_after_loop = inner.repeats;
    return NULL;
}

/* `*`, `+`, `?`, `{n}`, `{n,m}`. */
static const char *repeat_item(struct regex_reading *reading)
{
    struct regex_group *group = &reading->groups[reading->depth];
    const char *comma;
    long times = *reading->at == '?' ? 1 : 2;

    if (reading->is_repeated)
        return "repeats a repetition";
    if (*reading->at == '{') {
        times = strtol(reading->at + 1, NULL, 10);
        comma = reading->at + 1 + strspn(reading->at + 1, "0123456789");
        if (*comma == ',' && isdigit((unsigned char)comma[1]))
            times = strtol(comma + 1, NULL, 10);
        if (times > (reading->is_after_group ? FA_MATCH_GROUP_REPEATS_MAX : FA_MATCH_REPEATS_MAX))
            return "repeats too much";
        reading->at = strchr(comma, '}') ? strchr(comma, '}') : comma;
        if (*reading->at == '\0')
            reading->at--;
    }
    if (reading->is_after_loop)
        return "repeats a group that repeats a group";
    group->repeats |= reading->is_after_group;
    group->size += times > 1 ? group->last * (times - 1) : 0;
    reading->is_repeated = true;
    return group->size > REGEX_SIZE_MAX ? "repeats too much" : NULL;
}

/* `[]a]`, `[^]a]`, `[[:alpha:]]`; to the bracket that ends it. */
static void skip_brackets(struct regex_reading *reading)
{
    const char *at = reading->at + 1;

    at += *at == '^';
    at += *at == ']';
    while (*at && *at != ']') {
        char kind = at[0] == '[' && at[1] && strchr(":.=", at[1]) ? at[1] : '\0';

        at += kind ? 2 : 1;
        while (kind && *at && !(at[0] == kind && at[1] == ']'))
            at++;
        at += kind && *at ? 2 : 0;
    }
    reading->at = *at ? at : at - 1;
    add_item(reading, 1);
}

/* One item, which ends where @reading stands afterwards. Returns what is wrong with it, or NULL. */
static const char *read_item(struct regex_reading *reading)
{
    switch (*reading->at) {
    case '(':
        return open_group(reading);
    case ')':
        return close_group(reading);
    case '*':
    case '+':
    case '?':
    case '{':
        return repeat_item(reading);
    case '[':
        skip_brackets(reading);
        return NULL;
    case '\\':
        if (isdigit((unsigned char)reading->at[1]))
            return "has a back-reference";
        reading->at += reading->at[1] != '\0';
        break;
    default:
        break;
    }
    add_item(reading, 1);
    return NULL;
}

static const char *regex_danger(const char *pattern)
{
    struct regex_reading reading = {.at = pattern};
    const char *wrong = NULL;

    if (strlen(pattern) > FA_MATCH_REGEX_MAX)
        return "is too long";
    for (; *reading.at && !wrong; reading.at++)
        wrong = read_item(&reading);
    return wrong;
}

/* Does the host's regcomp() take it? */
static int check_regex(struct making *making, const char *where, const char *expression)
{
    regex_t regex;
    char reason[128];
    int r = regcomp(&regex, expression, REG_EXTENDED | REG_NOSUB);

    if (r == 0) {
        regfree(&regex);
        return 0;
    }
    regerror(r, &regex, reason, sizeof(reason));
    return bad(making, "the regular expression of \"%s\" is malformed: %s", where, reason);
}

static int set_regex(struct making *making, struct test *test, const char *where, const cJSON *json)
{
    const char *wrong;

    if (!cJSON_IsString(json))
        return bad(making, "\"%s\" must be a regular expression", where);
    wrong = regex_danger(json->valuestring);
    if (!wrong && check_regex(making, where, json->valuestring) < 0)
        return -1;
    if (!wrong)
        test->pattern = fa_pattern_new(json->valuestring, &wrong);
    if (!test->pattern)
        return bad(making, "the regular expression of \"%s\" %s", where, wrong);
    test->expression = strdup(json->valuestring);
    return test->expression ? 0 : no_memory(making);
}

static int set_contains(struct making *making, struct test *test, const char *where,
                        const cJSON *json)
{
    if (!cJSON_IsString(json))
        return bad(making, "\"%s\" must be a text", where);
    test->contains = strdup(json->valuestring);
    return test->contains ? 0 : no_memory(making);
}

static int set_absent(struct making *making, struct test *test, const char *where,
                      const cJSON *json)
{
    if (!cJSON_IsBool(json))
        return bad(making, "\"%s\" must be true or false", where);
    test->has_absent = true;
    test->is_absent = cJSON_IsTrue(json);
    return 0;
}

static const struct {
    const char *name;
    int (*set)(struct making *making, struct test *test, const char *where, const cJSON *json);
} tests[] = {
    {"equals", add_choice}, {"one_of", add_choices}, {"contains", set_contains},
    {"matches", set_regex}, {"absent", set_absent},
};

#define TEST_COUNT (sizeof(tests) / sizeof(tests[0]))

static int bad_test(struct making *making, const char *where, const char *name)
{
    return bad(making,
               "\"%s\" has an unknown test \"%.64s\"; there are equals, one_of, contains, matches "
               "and absent",
               where, name);
}

static int read_test_object(struct making *making, struct test *test, const char *where,
                            const cJSON *json)
{
    unsigned int seen = 0;
    const cJSON *member;

    if (!json->child)
        return bad(making, "\"%s\" tests nothing", where);
    cJSON_ArrayForEach(member, json)
    {
        char path[256];
        size_t i = 0;

        while (i < TEST_COUNT && strcmp(tests[i].name, member->string) != 0)
            i++;
        if (i == TEST_COUNT)
            return bad_test(making, where, member->string);
        snprintf(path, sizeof(path), "%.180s.%s", where, tests[i].name);
        if (seen & 1U << i)
            return bad(making, "\"%s\" is there twice", path);
        seen |= 1U << i;
        if (tests[i].set(making, test, path, member) < 0)
            return -1;
    }
    if ((seen & 3) == 3)
        return bad(making, "\"%s\" has both equals and one_of", where);
    return 0;
}

static int read_test(struct making *making, struct test *test, const char *where, const cJSON *json)
{
    if (cJSON_IsNull(json)) {
        test->has_absent = true;
        test->is_absent = true;
        return 0;
    }
    if (cJSON_IsArray(json))
        return add_choices(making, test, where, json);
    if (cJSON_IsObject(json))
        return read_test_object(making, test, where, json);
    return add_choice(making, test, where, json);
}

/* Members */

static struct condition *add_condition(struct making *making, enum field field, const char *name)
{
    struct fa_match *match = making->match;
    struct condition *conditions;

    if (match->count == FA_MATCH_CONDITIONS_MAX) {
        bad(making, "more than %d conditions", FA_MATCH_CONDITIONS_MAX);
        return NULL;
    }
    conditions = realloc(match->conditions, (match->count + 1) * sizeof(*conditions));
    if (!conditions) {
        no_memory(making);
        return NULL;
    }
    match->conditions = conditions;
    conditions += match->count;
    memset(conditions, 0, sizeof(*conditions));
    conditions->field = field;
    conditions->name = name ? strdup(name) : NULL;
    if (name && !conditions->name) {
        no_memory(making);
        return NULL;
    }
    match->count++;
    return conditions;
}

static int read_field(struct making *making, enum field field, const char *name, const cJSON *json)
{
    struct condition *condition = add_condition(making, field, NULL);

    if (!condition)
        return -1;
    if (field == FIELD_FAULT && cJSON_IsBool(json)) { /* was there one? */
        condition->test.has_absent = true;
        condition->test.is_absent = cJSON_IsFalse(json);
        return 0;
    }
    return read_test(making, &condition->test, name, json);
}

static int read_verdict(struct making *making, enum field field, const char *name,
                        const cJSON *json)
{
    const struct test *test;
    size_t i;
    int verdict;

    if (read_field(making, field, name, json) < 0)
        return -1;
    test = &making->match->conditions[making->match->count - 1].test;
    for (i = 0; i < test->choice_count; i++) {
        for (verdict = 0; verdict < FA_VERDICT_MAX; verdict++)
            if (strcmp(test->choices[i], fa_verdict_text((enum fa_verdict)verdict)) == 0)
                break;
        if (verdict == FA_VERDICT_MAX)
            return bad(making, "\"verdict\" is accepted, refused or failed, not \"%.64s\"",
                       test->choices[i]);
    }
    return 0;
}

static int read_moment(struct making *making, const char *where, const cJSON *json, int64_t *ret_ms)
{
    if (cJSON_IsNumber(json) && json->valuedouble >= 0 && json->valuedouble <= FA_VCLOCK_MAX_MS) {
        *ret_ms = (int64_t)json->valuedouble;
        return 0;
    }
    if (cJSON_IsString(json) && fa_time_parse(json->valuestring, ret_ms) == 0)
        return 0;
    return bad(making, "\"%s\" must be a time: ms since 1970, or 2026-11-22T12:00:00Z", where);
}

static int read_range(struct making *making, enum field field, const char *name, const cJSON *json)
{
    struct condition *condition = add_condition(making, field, NULL);
    const cJSON *member;

    if (!condition)
        return -1;
    condition->from_ms = INT64_MIN;
    condition->to_ms = INT64_MAX;
    if (!cJSON_IsObject(json)) {
        if (read_moment(making, name, json, &condition->from_ms) < 0)
            return -1;
        condition->to_ms = condition->from_ms;
        return 0;
    }
    cJSON_ArrayForEach(member, json)
    {
        bool is_from = strcmp(member->string, "from") == 0;

        if (!is_from && strcmp(member->string, "to") != 0)
            return bad(making, "\"%s\" has an unknown member \"%.64s\"; there are from and to",
                       name, member->string);
        if (read_moment(making, name, member, is_from ? &condition->from_ms : &condition->to_ms) <
            0)
            return -1;
    }
    return json->child ? 0 : bad(making, "\"%s\" must have from, to or both", name);
}

/* What the journal masks cannot be compared; whether it was sent can. */
static bool is_masked(const char *name)
{
    return strcasecmp(name, "authToken") == 0 || strcasecmp(name, "secretkey") == 0 ||
           strcasecmp(name, "password") == 0;
}

static int read_named(struct making *making, enum field field, const char *name, const cJSON *json)
{
    const cJSON *member;

    if (!cJSON_IsObject(json) || !json->child)
        return bad(making, "\"%s\" must be an object of names and values", name);
    cJSON_ArrayForEach(member, json)
    {
        struct condition *condition = add_condition(making, field, member->string);
        char where[200];

        if (!condition)
            return -1;
        snprintf(where, sizeof(where), "%s.%.120s", name, member->string);
        if (read_test(making, &condition->test, where, member) < 0)
            return -1;
        if (field == FIELD_PARAMS && is_masked(member->string) &&
            (condition->test.choice_count > 0 || condition->test.contains ||
             condition->test.pattern))
            return bad(making,
                       "\"%s\" is a secret, which the journal masks: only absent can be "
                       "asked",
                       where);
    }
    return 0;
}

/* In the order in which they are looked at: the cheapest first. */
static const struct {
    const char *name;
    int (*read)(struct making *making, enum field field, const char *name, const cJSON *json);
} members[FIELD_MAX] = {
    [FIELD_ACCOUNT] = {"account", read_field},   [FIELD_ACTION] = {"action", read_field},
    [FIELD_METHOD] = {"method", read_field},     [FIELD_PATH] = {"path", read_field},
    [FIELD_VERDICT] = {"verdict", read_verdict}, [FIELD_STATUS] = {"status", read_field},
    [FIELD_MONITOR] = {"monitor", read_field},   [FIELD_REASON] = {"reason", read_field},
    [FIELD_FAULT] = {"fault", read_field},       [FIELD_PEER] = {"peer", read_field},
    [FIELD_TIME] = {"time", read_range},         [FIELD_CHECKTIME] = {"checktime", read_range},
    [FIELD_PARAMS] = {"params", read_named},     [FIELD_RESULTS] = {"results", read_named},
};

static int bad_member(struct making *making, const char *name)
{
    return bad(making,
               "a matcher has no member \"%.64s\"; there are account, action, method, path, "
               "verdict, status, monitor, reason, fault, peer, time, checktime, params and results",
               name);
}

static int read_members(struct making *making, const cJSON *json)
{
    unsigned int seen = 0;
    const cJSON *member;

    if (!cJSON_IsObject(json))
        return bad(making, "a matcher must be a JSON object");
    cJSON_ArrayForEach(member, json)
    {
        size_t i = 0;

        while (i < FIELD_MAX && strcmp(members[i].name, member->string) != 0)
            i++;
        if (i == FIELD_MAX)
            return bad_member(making, member->string);
        if (seen & 1U << i)
            return bad(making, "\"%s\" is there twice", members[i].name);
        seen |= 1U << i;
        if (members[i].read(making, (enum field)i, members[i].name, member) < 0)
            return -1;
    }
    return 0;
}

static int by_cost(const void *a, const void *b)
{
    const struct condition *left = a;
    const struct condition *right = b;

    return (left->field > right->field) - (left->field < right->field);
}

int fa_match_new(const struct cJSON *json, struct fa_match **ret_match, char *message, size_t size)
{
    struct making making = {
        .match = calloc(1, sizeof(struct fa_match)), .message = message, .size = size};
    struct fa_match *match = making.match;

    if (!match)
        return no_memory(&making);
    if (read_members(&making, json) < 0)
        goto fail;
    match->text = cJSON_PrintUnformatted(json);
    if (!match->text) {
        no_memory(&making);
        goto fail;
    }
    if (match->count > 1)
        qsort(match->conditions, match->count, sizeof(*match->conditions), by_cost);
    *ret_match = match;
    return 0;

fail:
    fa_match_free(match);
    return -1;
}

int fa_match_parse(const char *text, size_t len, struct fa_match **ret_match, char *message,
                   size_t size)
{
    const char *end = NULL;
    cJSON *json = NULL;
    int r = -1;

    if (fa_is_text(text, len) && !fa_json_has_nul(text, len))
        json = cJSON_ParseWithLengthOpts(text, len, &end, false);
    while (json && end < text + len && isspace((unsigned char)*end))
        end++;
    if (json && end == text + len)
        r = fa_match_new(json, ret_match, message, size);
    else
        snprintf(message, size, "a matcher must be one JSON object in UTF-8; byte %td is wrong",
                 end ? end - text : (ptrdiff_t)0);
    cJSON_Delete(json);
    return r;
}

static void clear_test(struct test *test)
{
    size_t i;

    for (i = 0; i < test->choice_count; i++)
        free(test->choices[i]);
    free(test->choices);
    free(test->contains);
    free(test->expression);
    fa_pattern_free(test->pattern);
}

void fa_match_free(struct fa_match *match)
{
    size_t i;

    if (!match)
        return;
    for (i = 0; i < match->count; i++) {
        free(match->conditions[i].name);
        clear_test(&match->conditions[i].test);
    }
    free(match->conditions);
    cJSON_free(match->text);
    free(match);
}

size_t fa_match_field_count(const struct fa_match *match)
{
    return match->count;
}

const char *fa_match_text(const struct fa_match *match)
{
    return match->text;
}

/* Values: a field may have none, one, or, as results of a multi-value monitor, several */

typedef bool (*value_fn)(void *context, const char *bytes, size_t len);

static bool give_text(const char *text, value_fn each, void *context)
{
    return text[0] != '\0' && each(context, text, strlen(text));
}

/* `lost slow, not handled, closed`: the whole, and each rule by itself. */
static bool give_faults(const char *text, value_fn each, void *context)
{
    if (give_text(text, each, context))
        return true;
    while (*text && *text != ',') {
        size_t len = strcspn(text, " ,");

        if (each(context, text, len))
            return true;
        text += len + (text[len] == ' ');
    }
    return false;
}

static bool give_number(int64_t number, value_fn each, void *context)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%" PRId64, number);

    return number != 0 && each(context, text, (size_t)len);
}

/* Name, tag and type may come in two layers; they are the same text to the server. */
static bool give_param(const struct condition *condition, const struct fa_match_subject *subject,
                       value_fn each, void *context)
{
    const struct fa_param *param = fa_params_find(subject->params, condition->name);
    const char *plain;

    if (!param)
        return false;
    if (each(context, param->value, param->value_len))
        return true;
    if (!fa_is_text(param->value, param->value_len) ||
        (!fa_param_is(param, "name") && !fa_param_is(param, "tag") && !fa_param_is(param, "type")))
        return false;
    plain = fa_plain_parse(subject->arena, param->value);
    return plain && strcmp(plain, param->value) != 0 && each(context, plain, strlen(plain));
}

static bool give_elements(const struct fa_match_subject *subject, const char *value, value_fn each,
                          void *context)
{
    const char **elements;
    size_t count;
    size_t i;

    if (value[0] != '[' || fa_elements_parse(subject->arena, value, &elements, &count) < 0)
        return false;
    for (i = 0; i < count; i++)
        if (each(context, elements[i], strlen(elements[i])))
            return true;
    return false;
}

static bool give_results(const struct condition *condition, const struct fa_match_subject *subject,
                         value_fn each, void *context)
{
    const struct fa_param *param = fa_params_find(subject->params, "results");
    struct fa_item *items;
    size_t count;
    size_t i;

    if (!param || !fa_is_text(param->value, param->value_len) ||
        fa_structured_parse(subject->arena, param->value, FA_FORM_RESULTS, &items, &count) < 0)
        return false;
    for (i = 0; i < count; i++) {
        if (items[i].field_count < 2 || strcmp(items[i].fields[0], condition->name) != 0)
            continue;
        if (each(context, items[i].fields[1], strlen(items[i].fields[1])) ||
            give_elements(subject, items[i].fields[1], each, context))
            return true;
    }
    return false;
}

/* Give the values of the condition's field until @each is content; was it? */
static bool give_values(const struct condition *condition, const struct fa_match_subject *subject,
                        value_fn each, void *context)
{
    const struct fa_journal_entry *entry = subject->entry;

    switch (condition->field) {
    case FIELD_ACCOUNT:
        return give_text(entry->apikey, each, context);
    case FIELD_ACTION:
        return give_text(entry->action, each, context);
    case FIELD_METHOD:
        return give_text(entry->method, each, context);
    case FIELD_PATH:
        return give_text(entry->path, each, context);
    case FIELD_VERDICT:
        return give_text(fa_verdict_text(entry->verdict), each, context);
    case FIELD_STATUS:
        return give_number(entry->status, each, context);
    case FIELD_MONITOR:
        return give_number(entry->monitor_id, each, context);
    case FIELD_REASON:
        return give_text(entry->reason, each, context);
    case FIELD_FAULT:
        return give_faults(entry->fault, each, context);
    case FIELD_PEER:
        return give_text(entry->peer, each, context);
    case FIELD_PARAMS:
        return give_param(condition, subject, each, context);
    case FIELD_RESULTS:
        return give_results(condition, subject, each, context);
    case FIELD_TIME:
    case FIELD_CHECKTIME:
    case FIELD_MAX:
        break;
    }
    return false;
}

/* Holding one against the other */

static bool is_chosen(const struct test *test, const char *bytes, size_t len)
{
    size_t i;

    for (i = 0; i < test->choice_count; i++)
        if (strlen(test->choices[i]) == len && memcmp(test->choices[i], bytes, len) == 0)
            return true;
    return test->choice_count == 0;
}

/* value_fn: an empty value is as good as none, as it is to the server. */
static bool fits(void *context, const char *bytes, size_t len)
{
    const struct test *test = context;

    if (test->has_absent && test->is_absent)
        return len > 0; /* stop: there is one */
    return is_chosen(test, bytes, len) &&
           (!test->contains || memmem(bytes, len, test->contains, strlen(test->contains))) &&
           (!test->pattern || fa_pattern_fits(test->pattern, bytes, len)) &&
           !(test->has_absent && len == 0);
}

/* A value of the test's own, that it takes when the request has none. */
static bool takes_nothing(const struct test *test)
{
    return !test->has_absent && !test->contains && !test->pattern && test->choice_count == 1 &&
           test->choices[0][0] == '\0';
}

static bool test_holds(const struct condition *condition, const struct fa_match_subject *subject)
{
    struct test test = condition->test; /* a copy, for the context is not const */
    bool has_fit = give_values(condition, subject, fits, &test);

    if (test.has_absent && test.is_absent)
        return !has_fit;
    return has_fit || takes_nothing(&test);
}

/* PROTOCOL.md §3.0. -1 for none. */
static int64_t checktime_of(const struct fa_match_subject *subject)
{
    const struct fa_param *param = fa_params_find(subject->params, "checktime");
    int64_t time_ms = 0;
    size_t i;

    if (!param || param->value_len == 0)
        return -1;
    for (i = 0; i < param->value_len; i++) {
        if (!isdigit((unsigned char)param->value[i]) || time_ms > FA_VCLOCK_MAX_MS)
            return -1;
        time_ms = time_ms * 10 + (param->value[i] - '0');
    }
    return time_ms < SECONDS_MAX ? time_ms * 1000 : time_ms;
}

static int64_t time_of(const struct condition *condition, const struct fa_match_subject *subject)
{
    return condition->field == FIELD_TIME ? subject->entry->time_ms : checktime_of(subject);
}

static bool is_time(const struct condition *condition)
{
    return condition->field == FIELD_TIME || condition->field == FIELD_CHECKTIME;
}

static bool holds(const struct condition *condition, const struct fa_match_subject *subject)
{
    int64_t time_ms;

    if (!is_time(condition))
        return test_holds(condition, subject);
    time_ms = time_of(condition, subject);
    return time_ms >= 0 && time_ms >= condition->from_ms && time_ms <= condition->to_ms;
}

static bool needs_params(const struct condition *condition)
{
    return condition->field >= FIELD_CHECKTIME;
}

enum fa_match_answer fa_match_run(const struct fa_match *match,
                                  const struct fa_match_subject *subject)
{
    enum fa_match_answer answer = FA_MATCH_YES;
    size_t i;

    for (i = 0; i < match->count; i++) {
        const struct condition *condition = &match->conditions[i];

        if (needs_params(condition) && !subject->params_are_whole)
            answer = FA_MATCH_UNKNOWN;
        else if (!holds(condition, subject))
            return FA_MATCH_NO;
    }
    return answer;
}

enum fa_match_answer fa_match_kept(const struct fa_match *match,
                                   const struct fa_journal_entry *entry)
{
    enum fa_match_answer answer = FA_MATCH_UNKNOWN;
    struct fa_arena arena;
    struct fa_params params;
    struct fa_match_subject subject = {.entry = entry, .params = &params, .arena = &arena};

    fa_arena_init(&arena, ARENA_MAX);
    if (fa_journal_params(entry, &arena, &params, &subject.params_are_whole) == 0)
        answer = fa_match_run(match, &subject);
    fa_arena_clear(&arena);
    return answer;
}

/* For people */

static void show_time(struct pm_buf *buf, int64_t time_ms)
{
    const struct fa_vclock_setting moment = {.mode = FA_CLOCK_FROZEN, .frozen_at_ms = time_ms};
    char text[FA_VCLOCK_TEXT_SIZE];

    fa_vclock_print(&moment, text, sizeof(text));
    (void)pm_buf_adds(buf, text + strlen("frozen@"));
}

static void show_range(struct pm_buf *buf, const struct condition *condition)
{
    if (condition->from_ms == condition->to_ms) {
        show_time(buf, condition->from_ms);
        return;
    }
    if (condition->from_ms != INT64_MIN) {
        (void)pm_buf_adds(buf, "from ");
        show_time(buf, condition->from_ms);
    }
    if (condition->to_ms != INT64_MAX) {
        (void)pm_buf_adds(buf, condition->from_ms != INT64_MIN ? " to " : "up to ");
        show_time(buf, condition->to_ms);
    }
}

static void show_and(struct pm_buf *buf)
{
    if (buf->len > 0)
        (void)pm_buf_adds(buf, " and ");
}

static void show_test(struct pm_buf *buf, const struct test *test)
{
    size_t i;

    for (i = 0; i < test->choice_count; i++)
        (void)pm_buf_addf(buf, "%s%s", i > 0 ? " or " : "", test->choices[i]);
    if (test->contains) {
        show_and(buf);
        (void)pm_buf_addf(buf, "something with %s", test->contains);
    }
    if (test->pattern) {
        show_and(buf);
        (void)pm_buf_addf(buf, "something like /%s/", test->expression);
    }
    if (test->has_absent) {
        show_and(buf);
        (void)pm_buf_adds(buf, test->is_absent ? "nothing" : "anything");
    }
}

/* value_fn: collect what there is. */
static bool collect(void *context, const char *bytes, size_t len)
{
    struct pm_buf *buf = context;

    if (buf->len > 0)
        (void)pm_buf_adds(buf, ", ");
    (void)pm_buf_add(buf, bytes, len);
    return false;
}

static void show_found(struct pm_buf *buf, const struct condition *condition,
                       const struct fa_match_subject *subject)
{
    if (is_time(condition) && time_of(condition, subject) >= 0)
        show_time(buf, time_of(condition, subject));
    else if (!is_time(condition))
        (void)give_values(condition, subject, collect, buf);
    if (needs_params(condition) && !subject->params_are_whole && buf->len == 0)
        (void)pm_buf_adds(buf, "not kept");
}

static const char *text_or(const struct pm_buf *buf, const char *other)
{
    return buf->len > 0 ? buf->data : other;
}

static void tell(const struct condition *condition, const struct fa_match_subject *subject,
                 void (*each)(void *context, const char *field, const char *wanted,
                              const char *found),
                 void *context)
{
    struct pm_buf wanted;
    struct pm_buf found;
    char field[200];

    pm_buf_init(&wanted, SHOWN_MAX);
    pm_buf_init(&found, SHOWN_MAX);
    snprintf(field, sizeof(field), "%s%s%.150s", members[condition->field].name,
             condition->name ? "." : "", condition->name ? condition->name : "");
    if (is_time(condition))
        show_range(&wanted, condition);
    else
        show_test(&wanted, &condition->test);
    show_found(&found, condition, subject);
    each(context, field, text_or(&wanted, ""), text_or(&found, "nothing"));
    pm_buf_clear(&wanted);
    pm_buf_clear(&found);
}

size_t fa_match_differences(const struct fa_match *match, const struct fa_match_subject *subject,
                            void (*each)(void *context, const char *field, const char *wanted,
                                         const char *found),
                            void *context)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < match->count; i++) {
        if (holds(&match->conditions[i], subject))
            continue;
        count++;
        if (each)
            tell(&match->conditions[i], subject, each, context);
    }
    return count;
}
