#include "fault_rule.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define GARBAGE_DEFAULT 64
#define GARBAGE_MAX     (1024 * 1024)
#define COPIES_MAX      16
#define SKEW_MAX_MS     (INT64_C(10) * 366 * 24 * 3600 * 1000)
#define WHOLE_MAX       INT64_C(9007199254740991) /* what a double tells apart */
#define DRIP_BYTES      1
#define DRIP_MS         100
#define REFUSE_MS       1000

/* A rule being read. */
struct reading {
    struct fa_fault_rule *rule;
    const char *parent; /* "effect.", for messages */
    bool has_stage;
    bool is_tls;
    char *message;
    size_t size;
};

static int fail(const struct reading *reading, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(const struct reading *reading, const char *name, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    snprintf(reading->message, reading->size, "%s%.64s: %s", reading->parent, name, text);
    return -1;
}

/* Members by a table */

enum member_type {
    TEXT,  /* const char * */
    WHOLE, /* int64_t */
    SIZE,  /* size_t */
    FLAG,  /* bool */
    OTHER, /* by `read` */
};

struct member {
    const char *name;
    enum member_type type;
    size_t offset; /* in the rule */
    int64_t min;   /* of numbers */
    int64_t max;   /* of numbers, and bytes of texts */
    int (*read)(struct reading *reading, const cJSON *value);
};

#define AT(member) offsetof(struct fa_fault_rule, member)

static void *place_of(const struct reading *reading, const struct member *member)
{
    return (char *)reading->rule + member->offset;
}

static int read_whole(const struct reading *reading, const char *name, const cJSON *value,
                      int64_t min, int64_t max, int64_t *ret_number)
{
    double number = cJSON_IsNumber(value) ? value->valuedouble : NAN;

    if (!(number >= (double)min && number <= (double)max) || number != floor(number))
        return fail(reading, name, "must be a whole number from %lld to %lld", (long long)min,
                    (long long)max);
    *ret_number = (int64_t)number;
    return 0;
}

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static int read_text(const struct reading *reading, const struct member *member, const cJSON *value)
{
    if (!cJSON_IsString(value) || strlen(value->valuestring) > (size_t)member->max)
        return fail(reading, member->name, "must be a text of at most %lld bytes",
                    (long long)member->max);
    if (member->min == 0 && !is_printable(value->valuestring))
        return fail(reading, member->name, "must not hold control characters");
    *(const char **)place_of(reading, member) = value->valuestring;
    return 0;
}

static int read_member(struct reading *reading, const struct member *member, const cJSON *value)
{
    int64_t number = 0;
    int r = 0;

    switch (member->type) {
    case TEXT:
        return read_text(reading, member, value);
    case WHOLE:
        return read_whole(reading, member->name, value, member->min, member->max,
                          place_of(reading, member));
    case SIZE:
        r = read_whole(reading, member->name, value, member->min, member->max, &number);
        *(size_t *)place_of(reading, member) = (size_t)number;
        return r;
    case FLAG:
        if (!cJSON_IsBool(value))
            return fail(reading, member->name, "must be true or false");
        *(bool *)place_of(reading, member) = cJSON_IsTrue(value);
        return 0;
    case OTHER:
        break;
    }
    return member->read(reading, value);
}

static int unknown_member(const struct reading *reading, const char *name,
                          const struct member *members, size_t count)
{
    char names[512] = "";
    size_t len = 0;
    size_t i;

    for (i = 0; i < count && len < sizeof(names); i++)
        len += (size_t)snprintf(names + len, sizeof(names) - len, " %s", members[i].name);
    return fail(reading, name, "there is no such member; there are%.400s", names);
}

static int read_object(struct reading *reading, const char *name, const cJSON *object,
                       const struct member *members, size_t count)
{
    uint64_t seen = 0;
    const cJSON *value;
    size_t i;

    if (!cJSON_IsObject(object))
        return fail(reading, name, "must be an object");
    cJSON_ArrayForEach(value, object)
    {
        for (i = 0; i < count && strcmp(members[i].name, value->string) != 0; i++)
            continue;
        if (i == count)
            return unknown_member(reading, value->string, members, count);
        if (seen & (UINT64_C(1) << i))
            return fail(reading, value->string, "stands there twice");
        seen |= UINT64_C(1) << i;
        if (read_member(reading, &members[i], value) < 0)
            return -1;
    }
    return 0;
}

/* One of several words; its index, or -1 after fail(). */
static int read_word(const struct reading *reading, const char *name, const cJSON *value,
                     const char *const *words, size_t count)
{
    char list[256] = "";
    size_t len = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        if (cJSON_IsString(value) && strcmp(value->valuestring, words[i]) == 0)
            return (int)i;
        len += (size_t)snprintf(list + len, sizeof(list) - len, "%s\"%s\"", i > 0 ? ", " : "",
                                words[i]);
    }
    return fail(reading, name, "must be one of %s", list);
}

/* effect */

static int read_error(struct reading *reading, const cJSON *value)
{
    struct fa_fault_plan *plan = &reading->rule->effect.plan;
    char list[384] = "";
    size_t len = 0;
    int error;

    for (error = FA_OK + 1; error < FA_E_MAX; error++) {
        const char *id = fa_error_info((enum fa_error)error)->id;

        if (cJSON_IsString(value) && strcmp(value->valuestring, id) == 0) {
            plan->error = (enum fa_error)error;
            return 0;
        }
        len += (size_t)snprintf(list + len, sizeof(list) - len, " %s", id);
    }
    return fail(reading, "error", "must be one of%s", list);
}

static int read_status(struct reading *reading, const cJSON *value)
{
    int64_t status = 0;

    if (read_whole(reading, "status", value, 200, 599, &status) < 0)
        return -1;
    reading->rule->effect.plan.status = (unsigned int)status;
    return 0;
}

/* A number of seconds, a date, or whatever a client should stumble over. */
static int read_retry_after(struct reading *reading, const cJSON *value)
{
    if (cJSON_IsString(value) && is_printable(value->valuestring)) {
        reading->rule->effect.plan.retry_after = value->valuestring;
        return 0;
    }
    if (!cJSON_IsNumber(value) || value->valuedouble != floor(value->valuedouble) ||
        fabs(value->valuedouble) > (double)WHOLE_MAX)
        return fail(reading, "retry_after", "must be a number of seconds or a text");
    snprintf(reading->rule->effect.retry_after, sizeof(reading->rule->effect.retry_after), "%.0f",
             value->valuedouble);
    reading->rule->effect.plan.retry_after = reading->rule->effect.retry_after;
    return 0;
}

static int read_stage(const struct reading *reading, const char *name, const cJSON *value,
                      bool *ret_is_before)
{
    static const char *const words[] = {"before", "after"};
    int word = read_word(reading, name, value, words, PM_ARRAY_LEN(words));

    *ret_is_before = word == 0;
    return word < 0 ? -1 : 0;
}

static int read_when(struct reading *reading, const cJSON *value)
{
    reading->has_stage = true;
    return read_stage(reading, "when", value, &reading->rule->effect.plan.is_before);
}

/* How the connection ends without a byte of the reply: `true` or `"before"`, `"after"`. */
static int read_end(struct reading *reading, const cJSON *value, enum fa_http_end end)
{
    static const char *const names[FA_HTTP_END_MAX] = {"then", "close", "reset", "black_hole"};
    struct fa_fault_effect *effect = &reading->rule->effect;

    if (effect->has_end)
        return fail(reading, names[end], "there is another end of the connection beside it");
    effect->has_end = true;
    effect->plan.spoil.is_cut = true;
    effect->plan.spoil.end = end;
    reading->has_stage = true;
    effect->plan.is_before = true;
    if (cJSON_IsTrue(value))
        return 0;
    return read_stage(reading, names[end], value, &effect->plan.is_before);
}

static int read_close(struct reading *reading, const cJSON *value)
{
    return read_end(reading, value, FA_HTTP_END_CLOSE);
}

static int read_reset(struct reading *reading, const cJSON *value)
{
    return read_end(reading, value, FA_HTTP_END_RESET);
}

static int read_black_hole(struct reading *reading, const cJSON *value)
{
    return read_end(reading, value, FA_HTTP_END_HANG);
}

static int read_then(struct reading *reading, const cJSON *value)
{
    static const char *const words[] = {"close", "reset", "hang"};
    struct fa_fault_effect *effect = &reading->rule->effect;
    int word = read_word(reading, "then", value, words, PM_ARRAY_LEN(words));

    if (word < 0)
        return -1;
    if (effect->has_end)
        return fail(reading, "then", "there is another end of the connection beside it");
    effect->has_end = true;
    effect->plan.spoil.end = (enum fa_http_end)(FA_HTTP_END_CLOSE + word);
    return 0;
}

/* "50%" */
static int parse_percent(const char *text, int64_t *ret_percent)
{
    int64_t percent = 0;

    if (!isdigit((unsigned char)*text))
        return -1;
    for (; isdigit((unsigned char)*text) && percent <= 100; text++)
        percent = 10 * percent + (*text - '0');
    *ret_percent = percent;
    return strcmp(text, "%") == 0 && percent <= 100 ? 0 : -1;
}

/* Bytes from the start, negative ones from the end, or "50%". */
static int read_truncate(struct reading *reading, const cJSON *value)
{
    struct fa_http_spoil *spoil = &reading->rule->effect.plan.spoil;

    spoil->is_cut = true;
    if (cJSON_IsNumber(value))
        return read_whole(reading, "truncate", value, -FA_HTTP_REPLY_MAX, FA_HTTP_REPLY_MAX,
                          &spoil->cut);
    if (!cJSON_IsString(value) || parse_percent(value->valuestring, &spoil->cut) < 0)
        return fail(reading, "truncate", "must be a number of bytes or a text like \"50%%\"");
    spoil->is_cut_by_percent = true;
    return 0;
}

static const struct member drip_members[] = {
    {"bytes", SIZE, AT(effect.plan.spoil.drip_bytes), 1, FA_HTTP_REPLY_MAX, NULL},
    {"every_ms", WHOLE, AT(effect.plan.spoil.drip_ms), 1, FA_FAULT_DELAY_MAX_MS, NULL},
};

static int read_drip(struct reading *reading, const cJSON *value)
{
    struct fa_http_spoil *spoil = &reading->rule->effect.plan.spoil;
    int r;

    spoil->drip_bytes = DRIP_BYTES;
    spoil->drip_ms = DRIP_MS;
    if (cJSON_IsTrue(value))
        return 0;
    reading->parent = "effect.drip.";
    r = read_object(reading, "", value, drip_members, PM_ARRAY_LEN(drip_members));
    reading->parent = "effect.";
    return r;
}

static int read_content_length(struct reading *reading, const cJSON *value)
{
    int64_t *offset = &reading->rule->effect.plan.spoil.length_offset;

    if (read_whole(reading, "content_length", value, -FA_HTTP_REPLY_MAX, FA_HTTP_REPLY_MAX,
                   offset) < 0)
        return -1;
    return *offset != 0 ? 0 : fail(reading, "content_length", "a lie by 0 is none");
}

/* Delays */

struct distribution {
    const char *name;
    enum fa_fault_distribution distribution;
    const char *a;
    const char *b; /* NULL if it has no second figure */
};

static const struct distribution distributions[] = {
    {"fixed", FA_FAULT_FIXED, "ms", NULL},
    {"uniform", FA_FAULT_UNIFORM, "min", "max"},
    {"exponential", FA_FAULT_EXPONENTIAL, "mean", NULL},
    {"lognormal", FA_FAULT_LOGNORMAL, "median", "sigma"},
};

static int read_figure(const struct reading *reading, const cJSON *object, const char *name,
                       double max, double *ret_figure)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0 && value->valuedouble <= max))
        return fail(reading, name, "must be a number from 0 to %.0f", max);
    *ret_figure = value->valuedouble;
    return 0;
}

/* All members must be known; `max` caps every distribution but has a meaning of its own in one. */
static int check_delay_members(const struct reading *reading, const cJSON *object,
                               const struct distribution *kind)
{
    const cJSON *value;

    cJSON_ArrayForEach(value, object)
    {
        if (strcmp(value->string, "distribution") != 0 && strcmp(value->string, kind->a) != 0 &&
            (!kind->b || strcmp(value->string, kind->b) != 0) && strcmp(value->string, "max") != 0)
            return fail(reading, value->string,
                        "there is no such member in \"%s\"; there are %s%s%s%s", kind->name,
                        kind->a, kind->b ? " " : "", kind->b ? kind->b : "",
                        kind->b && strcmp(kind->b, "max") == 0 ? "" : " max");
    }
    return 0;
}

static int read_distribution(struct reading *reading, const cJSON *object)
{
    struct fa_fault_delay *delay = &reading->rule->effect.delay;
    const char *words[PM_ARRAY_LEN(distributions)];
    const struct distribution *kind;
    double max = FA_FAULT_DELAY_MAX_MS;
    int word;
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(distributions); i++)
        words[i] = distributions[i].name;
    word =
        read_word(reading, "distribution", cJSON_GetObjectItemCaseSensitive(object, "distribution"),
                  words, PM_ARRAY_LEN(words));
    if (word < 0)
        return -1;
    kind = &distributions[word];
    delay->distribution = kind->distribution;
    if (check_delay_members(reading, object, kind) < 0 ||
        read_figure(reading, object, kind->a, FA_FAULT_DELAY_MAX_MS, &delay->a) < 0 ||
        (kind->b && read_figure(reading, object, kind->b, FA_FAULT_DELAY_MAX_MS, &delay->b) < 0) ||
        (cJSON_GetObjectItemCaseSensitive(object, "max") &&
         read_figure(reading, object, "max", FA_FAULT_DELAY_MAX_MS, &max) < 0))
        return -1;
    delay->max_ms = (int64_t)max;
    if (kind->distribution == FA_FAULT_UNIFORM && delay->b < delay->a)
        return fail(reading, "max", "must not be less than min");
    return 0;
}

static int read_delay(struct reading *reading, const cJSON *value)
{
    struct fa_fault_delay *delay = &reading->rule->effect.delay;
    int64_t fixed_ms = 0;
    int r;

    if (cJSON_IsObject(value)) {
        reading->parent = "effect.delay_ms.";
        r = read_distribution(reading, value);
        reading->parent = "effect.";
        return r;
    }
    if (!cJSON_IsNumber(value))
        return fail(reading, "delay_ms", "must be a number or an object with a distribution");
    r = read_whole(reading, "delay_ms", value, 1, FA_FAULT_DELAY_MAX_MS, &fixed_ms);
    *delay = (struct fa_fault_delay){
        .distribution = FA_FAULT_FIXED, .a = (double)fixed_ms, .max_ms = FA_FAULT_DELAY_MAX_MS};
    return r;
}

/* Connections */

static int read_connection(struct reading *reading, const cJSON *value)
{
    static const char *const words[] = {"close", "reset", "refuse", "hang", "garbage"};
    int word = read_word(reading, "connection", value, words, PM_ARRAY_LEN(words));

    if (word < 0)
        return -1;
    if (reading->rule->effect.connection != FA_FAULT_SERVE)
        return fail(reading, "connection", "there is \"tls\" beside it");
    reading->rule->effect.connection = (enum fa_fault_connection)(FA_FAULT_CONNECT_CLOSE + word);
    return 0;
}

static int read_tls(struct reading *reading, const cJSON *value)
{
    static const char *const words[] = {"alert",   "garbage",       "close",      "hang",
                                        "expired", "not_yet_valid", "other_name", "unknown_ca"};
    int word = read_word(reading, "tls", value, words, PM_ARRAY_LEN(words));

    if (word < 0)
        return -1;
    if (reading->rule->effect.connection != FA_FAULT_SERVE)
        return fail(reading, "tls", "there is \"connection\" beside it");
    if (!reading->is_tls)
        return fail(reading, "tls", "this server does not speak TLS: start it with --tls");
    reading->rule->effect.connection = (enum fa_fault_connection)(FA_FAULT_TLS_ALERT + word);
    return 0;
}

static const struct member effect_members[] = {
    {"status", OTHER, 0, 0, 0, read_status},
    {"error", OTHER, 0, 0, 0, read_error},
    {"detail", TEXT, AT(effect.plan.detail), 0, 256, NULL},
    {"body", TEXT, AT(effect.plan.body), 1, FA_FAULT_JSON_MAX, NULL},
    {"content_type", TEXT, AT(effect.plan.content_type), 0, 256, NULL},
    {"retry_after", OTHER, 0, 0, 0, read_retry_after},
    {"when", OTHER, 0, 0, 0, read_when},
    {"delay_ms", OTHER, 0, 0, 0, read_delay},
    {"malformed", FLAG, AT(effect.plan.is_malformed), 0, 0, NULL},
    {"garbage_body", SIZE, AT(effect.plan.body_noise), 1, GARBAGE_MAX, NULL},
    {"garbage", SIZE, AT(effect.plan.spoil.noise), 1, GARBAGE_MAX, NULL},
    {"truncate", OTHER, 0, 0, 0, read_truncate},
    {"content_length", OTHER, 0, 0, 0, read_content_length},
    {"drip", OTHER, 0, 0, 0, read_drip},
    {"duplicate", SIZE, AT(effect.plan.spoil.copies), 2, COPIES_MAX, NULL},
    {"then", OTHER, 0, 0, 0, read_then},
    {"close", OTHER, 0, 0, 0, read_close},
    {"reset", OTHER, 0, 0, 0, read_reset},
    {"black_hole", OTHER, 0, 0, 0, read_black_hole},
    {"clock_skew_ms", WHOLE, AT(effect.plan.clock_skew_ms), -SKEW_MAX_MS, SKEW_MAX_MS, NULL},
    {"expire_token", FLAG, AT(effect.plan.expires_token), 0, 0, NULL},
    {"connection", OTHER, 0, 0, 0, read_connection},
    {"refuse_ms", WHOLE, AT(effect.refuse_ms), 1, FA_FAULT_DELAY_MAX_MS, NULL},
    {"tls", OTHER, 0, 0, 0, read_tls},
};

static int read_effect(struct reading *reading, const cJSON *value)
{
    int r;

    reading->parent = "effect.";
    r = read_object(reading, "", value, effect_members, PM_ARRAY_LEN(effect_members));
    reading->parent = "";
    return r;
}

/* match */

static int read_actions(struct reading *reading, const cJSON *value)
{
    const cJSON *item;
    bool is_good = cJSON_IsString(value) || cJSON_IsArray(value);

    if (cJSON_IsArray(value))
        cJSON_ArrayForEach(item, value) is_good = is_good && cJSON_IsString(item);
    if (!is_good)
        return fail(reading, "action", "must be the name of an action, or an array of names");
    reading->rule->actions = value;
    return 0;
}

static bool is_condition(const cJSON *value)
{
    const cJSON *part = cJSON_GetObjectItemCaseSensitive(value, "contains");

    return cJSON_IsString(value) || cJSON_IsNull(value) ||
           (cJSON_IsString(part) && cJSON_GetArraySize(value) == 1);
}

static int read_params(struct reading *reading, const cJSON *value)
{
    const cJSON *item;

    if (!cJSON_IsObject(value))
        return fail(reading, "params", "must be an object");
    cJSON_ArrayForEach(item, value)
    {
        if (!is_condition(item))
            return fail(reading, "params",
                        "\"%.64s\" must be a text, null for absent, or {\"contains\": text}",
                        item->string);
    }
    reading->rule->params = value;
    return 0;
}

static const struct member match_members[] = {
    {"action", OTHER, 0, 0, 0, read_actions},
    {"monitor", WHOLE, AT(monitor_id), 1, WHOLE_MAX, NULL},
    {"method", TEXT, AT(method), 0, 16, NULL},
    {"path", TEXT, AT(path), 0, 1024, NULL},
    {"peer", TEXT, AT(peer), 0, 64, NULL},
    {"params", OTHER, 0, 0, 0, read_params},
};

static int read_match(struct reading *reading, const cJSON *value)
{
    int r;

    reading->parent = "match.";
    r = read_object(reading, "", value, match_members, PM_ARRAY_LEN(match_members));
    reading->parent = "";
    return r;
}

/* The rule */

static bool is_id(const char *text)
{
    size_t i;

    for (i = 0; text[i]; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i]))
            return false;
    return i > 0 && i <= FA_FAULT_ID_MAX;
}

static int read_id(struct reading *reading, const cJSON *value)
{
    if (!cJSON_IsString(value) || !is_id(value->valuestring))
        return fail(reading, "id", "must be 1 to %d letters, digits, \".\", \"_\" or \"-\"",
                    FA_FAULT_ID_MAX);
    strcpy(reading->rule->id, value->valuestring);
    return 0;
}

static int read_number_text(const char **text, int64_t *ret_number)
{
    int64_t number = 0;

    if (!isdigit((unsigned char)**text))
        return -1;
    for (; isdigit((unsigned char)**text); (*text)++) {
        number = 10 * number + (**text - '0');
        if (number > WHOLE_MAX)
            return -1;
    }
    *ret_number = number;
    return number > 0 ? 0 : -1;
}

/* "3", "2-5", "4-", "every 4" */
static int parse_occurrence(const char *text, struct fa_fault_occurrence *occurrence)
{
    *occurrence = (struct fa_fault_occurrence){.first = 1, .last = INT64_MAX};
    if (strncmp(text, "every ", 6) == 0) {
        text += 6;
        return read_number_text(&text, &occurrence->every) == 0 && *text == '\0' ? 0 : -1;
    }
    if (read_number_text(&text, &occurrence->first) < 0)
        return -1;
    if (*text == '\0')
        occurrence->last = occurrence->first;
    if (*text != '-' || *++text == '\0')
        return *text == '\0' ? 0 : -1;
    if (read_number_text(&text, &occurrence->last) < 0 || *text != '\0')
        return -1;
    return occurrence->last >= occurrence->first ? 0 : -1;
}

static int read_occurrence(struct reading *reading, const cJSON *value)
{
    struct fa_fault_occurrence *occurrence = &reading->rule->occurrence;
    int r = -1;

    if (cJSON_IsNumber(value)) {
        r = read_whole(reading, "occurrence", value, 1, WHOLE_MAX, &occurrence->first);
        occurrence->last = occurrence->first;
    } else if (cJSON_IsString(value)) {
        r = parse_occurrence(value->valuestring, occurrence);
    }
    return r == 0 ? 0
                  : fail(reading, "occurrence",
                         "must be a number from 1, or a text like \"2-5\", \"4-\", \"every 4\"");
}

static int read_probability(struct reading *reading, const cJSON *value)
{
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0 && value->valuedouble <= 1))
        return fail(reading, "probability", "must be a number from 0 to 1");
    reading->rule->probability = value->valuedouble;
    return 0;
}

static int read_seed(struct reading *reading, const cJSON *value)
{
    int64_t seed = 0;
    int r = read_whole(reading, "seed", value, 0, WHOLE_MAX, &seed);

    reading->rule->seed = (uint64_t)seed;
    return r;
}

static int read_account(struct reading *reading, const cJSON *value)
{
    if (!cJSON_IsString(value) && !cJSON_IsNull(value))
        return fail(reading, "account", "must be an apikey, or null for all accounts");
    reading->rule->account = cJSON_IsString(value) ? value->valuestring : NULL;
    return 0;
}

static int read_counter(struct reading *reading, const cJSON *value)
{
    int64_t ignored;

    return read_whole(reading, value->string, value, 0, WHOLE_MAX, &ignored);
}

static const struct member rule_members[] = {
    {"id", OTHER, 0, 0, 0, read_id},
    {"account", OTHER, 0, 0, 0, read_account},
    {"note", TEXT, AT(note), 0, 1024, NULL},
    {"enabled", FLAG, AT(is_enabled), 0, 0, NULL},
    {"match", OTHER, 0, 0, 0, read_match},
    {"occurrence", OTHER, 0, 0, 0, read_occurrence},
    {"times", WHOLE, AT(times), 1, WHOLE_MAX, NULL},
    {"probability", OTHER, 0, 0, 0, read_probability},
    {"seed", OTHER, 0, 0, 0, read_seed},
    {"effect", OTHER, 0, 0, 0, read_effect},
    /* so that what was printed can be read again */
    {"matched", OTHER, 0, 0, 0, read_counter},
    {"applied", OTHER, 0, 0, 0, read_counter},
};

/* What the members say together */

static int check_early(const struct reading *reading, const cJSON *effect)
{
    const struct fa_fault_rule *rule = reading->rule;
    const cJSON *member;

    if (rule->account)
        return fail(reading, "account", "a connection has none: leave it out, for all accounts");
    if (rule->actions || rule->monitor_id || rule->method || rule->path || rule->params)
        return fail(reading, "match", "of a connection only the peer is known");
    cJSON_ArrayForEach(member, effect)
    {
        if (strcmp(member->string, "connection") != 0 && strcmp(member->string, "tls") != 0 &&
            strcmp(member->string, "refuse_ms") != 0 && strcmp(member->string, "garbage") != 0)
            return fail(reading, "effect", "\"%.32s\" does not go with \"connection\" or \"tls\"",
                        member->string);
    }
    return 0;
}

/* An answer of the rule's own takes the place of handling the request unless it says otherwise. */
static void settle_stage(const struct reading *reading)
{
    struct fa_fault_plan *plan = &reading->rule->effect.plan;

    plan->is_answered = plan->status != 0 || plan->error != FA_OK || plan->body != NULL;
    if (!reading->has_stage)
        plan->is_before = plan->status != 0 || plan->error != FA_OK;
}

static int check_rule(const struct reading *reading, const cJSON *json)
{
    const cJSON *effect = cJSON_GetObjectItemCaseSensitive(json, "effect");
    struct fa_fault_rule *rule = reading->rule;

    if (!effect || !effect->child)
        return fail(reading, "effect", "is missing or empty: the rule does nothing");
    if (rule->effect.plan.detail && rule->effect.plan.error == FA_OK)
        return fail(reading, "effect.detail", "needs an \"error\" that names it");
    settle_stage(reading);
    if (!fa_fault_rule_is_early(rule))
        return cJSON_GetObjectItemCaseSensitive(effect, "refuse_ms")
                   ? fail(reading, "effect.refuse_ms", "goes with \"connection\": \"refuse\"")
                   : 0;
    return check_early(reading, effect);
}

static void init_rule(struct fa_fault_rule *rule, cJSON *json, const char *account)
{
    rule->json = json;
    rule->account = account;
    rule->is_enabled = true;
    rule->occurrence = (struct fa_fault_occurrence){.first = 1, .last = INT64_MAX};
    rule->times = INT64_MAX;
    rule->probability = 1;
    rule->seed = 1;
    rule->effect.refuse_ms = REFUSE_MS;
}

static int own_account(struct fa_fault_rule *rule)
{
    if (!rule->account)
        return 0;
    rule->account = rule->own_account = strdup(rule->account);
    return rule->account ? 0 : -1;
}

struct fa_fault_rule *fa_fault_rule_new(cJSON *json, const struct fa_fault_setting *setting,
                                        char *message, size_t size)
{
    struct fa_fault_rule *rule = calloc(1, sizeof(*rule));
    struct reading reading = {
        .rule = rule, .parent = "", .is_tls = setting->is_tls, .message = message, .size = size};

    if (!rule) {
        cJSON_Delete(json);
        snprintf(message, size, "out of memory");
        return NULL;
    }
    init_rule(rule, json, setting->account);
    if (read_object(&reading, "a fault", json, rule_members, PM_ARRAY_LEN(rule_members)) < 0 ||
        check_rule(&reading, json) < 0)
        goto fail;
    if (own_account(rule) < 0) {
        snprintf(message, size, "out of memory");
        goto fail;
    }
    if (rule->effect.connection != FA_FAULT_SERVE && rule->effect.plan.spoil.noise == 0)
        rule->effect.plan.spoil.noise = GARBAGE_DEFAULT;
    rule->random.state = rule->seed;
    return rule;

fail:
    fa_fault_rule_free(rule);
    return NULL;
}

void fa_fault_rule_free(struct fa_fault_rule *rule)
{
    if (!rule)
        return;
    cJSON_Delete(rule->json);
    free(rule->own_account);
    free(rule);
}

bool fa_fault_rule_is_early(const struct fa_fault_rule *rule)
{
    return rule->effect.connection != FA_FAULT_SERVE;
}

/* Printing */

static void copy_members(cJSON *copy, const cJSON *json)
{
    static const char *const names[] = {"note", "match", "occurrence", "times", "probability"};
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(names); i++) {
        cJSON *value = cJSON_GetObjectItemCaseSensitive(json, names[i]);

        if (value)
            (void)cJSON_AddItemReferenceToObject(copy, names[i], value);
    }
}

void fa_fault_rule_write(const struct fa_fault_rule *rule, struct pm_buf *buf)
{
    cJSON *copy = cJSON_CreateObject();
    PM_AUTO_FREE char *text = NULL;

    (void)cJSON_AddStringToObject(copy, "id", rule->id);
    if (rule->account)
        (void)cJSON_AddStringToObject(copy, "account", rule->account);
    (void)cJSON_AddBoolToObject(copy, "enabled", rule->is_enabled);
    copy_members(copy, rule->json);
    (void)cJSON_AddNumberToObject(copy, "seed", (double)rule->seed);
    (void)cJSON_AddItemReferenceToObject(copy, "effect",
                                         cJSON_GetObjectItemCaseSensitive(rule->json, "effect"));
    (void)cJSON_AddNumberToObject(copy, "matched", (double)rule->matched);
    (void)cJSON_AddNumberToObject(copy, "applied", (double)rule->applied);
    text = cJSON_PrintUnformatted(copy);
    cJSON_Delete(copy);
    if (text)
        (void)pm_buf_adds(buf, text);
    else
        buf->failed = true;
}
