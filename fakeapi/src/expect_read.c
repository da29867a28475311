/* Expectations out of JSON; see expect.h. */
#include <cjson/cJSON.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect_private.h"
#include "journal.h"
#include "text.h"
#include "vclock.h"

#define COUNT_MAX  1000000000.0
#define WITHIN_MAX (INT64_C(7) * 24 * 3600 * 1000)

struct reading {
    struct fa_group *group;
    struct fa_expectation *chain; /* what was read so far */
    struct fa_expectation **last;
    size_t count;
    int64_t named;
    char *message;
    size_t size;
};

static int bad(struct reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int bad(struct reading *reading, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reading->message, reading->size, format, arguments);
    va_end(arguments);
    pm_text_one_line(reading->message);
    return -1;
}

/* Names */

static bool is_name(const char *text)
{
    size_t len = strlen(text);
    size_t i;

    for (i = 0; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("-_.", text[i]))
            return false;
    return len > 0 && len <= FA_EXPECT_NAME_MAX;
}

/* Among what there was, and what was read before it. */
static struct fa_expectation *find(const struct reading *reading, const char *name)
{
    struct fa_expectation *one = fa_expectation_find(reading->group, name);

    if (one)
        return one;
    for (one = reading->chain; one; one = one->next)
        if (strcmp(one->name, name) == 0)
            return one;
    return NULL;
}

static int read_name(struct reading *reading, struct fa_expectation *one, const cJSON *json)
{
    if (!cJSON_IsString(json) || !is_name(json->valuestring))
        return bad(reading, "\"id\" must be 1 to %d letters, digits and -_.", FA_EXPECT_NAME_MAX);
    if (find(reading, json->valuestring))
        return bad(reading, "there is an expectation \"%s\" already", json->valuestring);
    snprintf(one->name, sizeof(one->name), "%s", json->valuestring);
    return 0;
}

static void make_name(struct reading *reading, struct fa_expectation *one)
{
    do
        snprintf(one->name, sizeof(one->name), "expectation-%lld", (long long)++reading->named);
    while (find(reading, one->name));
}

/* Members */

static const char *const kinds[FA_EXPECT_KIND_MAX] = {
    [FA_EXPECT_MUST] = "must", [FA_EXPECT_MAY] = "may", [FA_EXPECT_MUST_NOT] = "must_not"};

static int read_match(struct reading *reading, struct fa_expectation *one, const cJSON *json)
{
    char message[400];
    int kind = 0;

    if (one->match)
        return bad(reading, "an expectation has one of must, may and must_not");
    while (strcmp(kinds[kind], json->string) != 0)
        kind++;
    one->kind = (enum fa_expect_kind)kind;
    if (fa_match_new(json, &one->match, message, sizeof(message)) < 0)
        return bad(reading, "%s: %s", json->string, message);
    return 0;
}

static int read_count(struct reading *reading, const cJSON *json, int64_t *ret_count)
{
    if (!cJSON_IsNumber(json) || json->valuedouble < 0 || json->valuedouble > COUNT_MAX ||
        json->valuedouble != (double)(int64_t)json->valuedouble)
        return bad(reading, "\"%s\" must be a number from 0 to %.0f", json->string, COUNT_MAX);
    *ret_count = (int64_t)json->valuedouble;
    return 0;
}

static int read_at_least(struct reading *reading, struct fa_expectation *one, const cJSON *json)
{
    return read_count(reading, json, &one->at_least);
}

static int read_at_most(struct reading *reading, struct fa_expectation *one, const cJSON *json)
{
    return read_count(reading, json, &one->at_most);
}

static int read_exactly(struct reading *reading, struct fa_expectation *one, const cJSON *json)
{
    if (one->at_least >= 0 || one->at_most != FA_UNLIMITED)
        return bad(reading, "\"exactly\" stands alone, without at_least and at_most");
    if (read_count(reading, json, &one->at_least) < 0)
        return -1;
    one->at_most = one->at_least;
    return 0;
}

static int read_within(struct reading *reading, struct fa_expectation *one, const cJSON *json)
{
    if (cJSON_IsNumber(json))
        one->within_ms = (int64_t)json->valuedouble;
    else if (!cJSON_IsString(json) || fa_duration_parse(json->valuestring, &one->within_ms) < 0)
        one->within_ms = 0;
    if (one->within_ms <= 0 || one->within_ms > WITHIN_MAX)
        return bad(reading, "\"within\" must be a duration of at most 7d: ms, or as 5s, 2m");
    return 0;
}

static int add_after(struct reading *reading, struct fa_expectation *one, const cJSON *json)
{
    struct fa_expectation *other = cJSON_IsString(json) ? find(reading, json->valuestring) : NULL;

    if (!other)
        return bad(reading,
                   "\"after\" must name expectations that were declared before; \"%.64s\" "
                   "was not",
                   cJSON_IsString(json) ? json->valuestring : "");
    if (one->after_count == FA_EXPECT_AFTER_MAX)
        return bad(reading, "\"after\" names more than %d", FA_EXPECT_AFTER_MAX);
    one->after[one->after_count++] = other;
    return 0;
}

static int read_after(struct reading *reading, struct fa_expectation *one, const cJSON *json)
{
    const cJSON *item;

    if (!cJSON_IsArray(json))
        return add_after(reading, one, json);
    cJSON_ArrayForEach(item, json)
    {
        if (add_after(reading, one, item) < 0)
            return -1;
    }
    return 0;
}

static int read_since(struct reading *reading, struct fa_expectation *one, const cJSON *json)
{
    int64_t newest = fa_journal_newest(reading->group->expects->journal);

    if (cJSON_IsString(json) && strcmp(json->valuestring, "now") == 0) {
        one->since_id = newest;
        return 0;
    }
    if (!cJSON_IsNumber(json) || json->valuedouble < 0)
        return bad(reading, "\"since\" must be \"now\" or the id of a request");
    if (json->valuedouble > (double)newest)
        return bad(reading,
                   "there was no request %.0f since this server was started: cannot know what came "
                   "after it",
                   json->valuedouble);
    one->since_id = (int64_t)json->valuedouble;
    return 0;
}

static const struct {
    const char *name;
    int (*read)(struct reading *reading, struct fa_expectation *one, const cJSON *json);
} members[] = {
    {"id", read_name},         {"must", read_match},        {"may", read_match},
    {"must_not", read_match},  {"at_least", read_at_least}, {"at_most", read_at_most},
    {"exactly", read_exactly}, {"within", read_within},     {"after", read_after},
    {"since", read_since},
};

#define MEMBER_COUNT (sizeof(members) / sizeof(members[0]))

static int read_member(struct reading *reading, struct fa_expectation *one, unsigned int *seen,
                       const cJSON *member)
{
    size_t i = 0;

    while (i < MEMBER_COUNT && strcmp(members[i].name, member->string) != 0)
        i++;
    if (i == MEMBER_COUNT)
        return bad(reading,
                   "an expectation has no member \"%.64s\"; there are id, must, may, must_not, "
                   "at_least, at_most, exactly, within, after and since",
                   member->string);
    if (*seen & 1U << i)
        return bad(reading, "\"%s\" is there twice", members[i].name);
    *seen |= 1U << i;
    return cJSON_IsNull(member) ? 0 : members[i].read(reading, one, member);
}

/* How often, where that was left out or cannot be. */
static int complete(struct reading *reading, struct fa_expectation *one)
{
    bool has_counts = one->at_least >= 0 || one->at_most != FA_UNLIMITED;

    if (!one->match)
        return bad(reading, "an expectation needs one of must, may and must_not");
    if (one->kind == FA_EXPECT_MUST_NOT && has_counts)
        return bad(reading, "must_not takes no counts");
    if (one->kind == FA_EXPECT_MAY && one->at_least > 0)
        return bad(reading, "may takes no at_least; must does");
    if (one->at_least < 0)
        one->at_least = one->kind == FA_EXPECT_MUST && one->at_most > 0 ? 1 : 0;
    if (one->kind == FA_EXPECT_MUST_NOT)
        one->at_most = 0;
    if (one->at_least > one->at_most)
        return bad(reading, "at_least is more than at_most");
    if (one->name[0] == '\0')
        make_name(reading, one);
    return 0;
}

static int read_one(struct reading *reading, const cJSON *json, bool follows)
{
    struct fa_group *group = reading->group;
    struct fa_expectation *before = NULL;
    struct fa_expectation *one = calloc(1, sizeof(*one));
    unsigned int seen = 0;
    const cJSON *member;

    if (!one)
        return bad(reading, "out of memory");
    *one = (struct fa_expectation){
        .at_least = -1,
        .at_most = FA_UNLIMITED,
        .declared_ms = group->expects->mono_ms(),
        .since_id = fa_journal_count(group->expects->journal, group->account_id).cleared_id,
    };
    if (follows)
        for (before = reading->chain; before && before->next; before = before->next)
            continue;
    if (before)
        one->after[one->after_count++] = before;
    if (!cJSON_IsObject(json)) {
        (void)bad(reading, "an expectation must be a JSON object");
        goto fail;
    }
    cJSON_ArrayForEach(member, json)
    {
        if (read_member(reading, one, &seen, member) < 0)
            goto fail;
    }
    if (complete(reading, one) < 0)
        goto fail;
    *reading->last = one;
    reading->last = &one->next;
    reading->count++;
    return 0;

fail:
    fa_expectation_free(one);
    return -1;
}

static int read_list(struct reading *reading, const cJSON *list, bool in_order)
{
    const cJSON *item;

    if (!list->child)
        return bad(reading, "an empty list declares nothing");
    cJSON_ArrayForEach(item, list)
    {
        if (reading->group->count + reading->count == FA_EXPECTS_MAX)
            return bad(reading, "more than %d expectations", FA_EXPECTS_MAX);
        if (read_one(reading, item, in_order) < 0)
            return -1;
    }
    return 0;
}

int fa_expectations_read(struct fa_group *group, const struct cJSON *json, bool in_order,
                         struct fa_expectation **ret_chain, char *message, size_t size)
{
    struct reading reading = {
        .group = group, .named = group->named, .message = message, .size = size};
    int r;

    reading.last = &reading.chain;
    if (cJSON_IsArray(json))
        r = read_list(&reading, json, in_order);
    else if (group->count == FA_EXPECTS_MAX)
        r = bad(&reading, "more than %d expectations", FA_EXPECTS_MAX);
    else
        r = read_one(&reading, json, false);
    if (r < 0) {
        while (reading.chain) {
            struct fa_expectation *next = reading.chain->next;

            fa_expectation_free(reading.chain);
            reading.chain = next;
        }
        return -1;
    }
    group->named = reading.named;
    *ret_chain = reading.chain;
    return 0;
}
