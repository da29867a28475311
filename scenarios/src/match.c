/* Expectations and values; see match.h. */
#include "match.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "buf.h"
#include "cleanup.h"

/* ---- values ---- */

/* A scalar as text; a compound as JSON. The caller frees it. */
static char *text_of(const cJSON *value)
{
    if (cJSON_IsString(value))
        return strdup(value->valuestring);
    return value ? cJSON_PrintUnformatted(value) : NULL;
}

static bool is_compound(const cJSON *value)
{
    return cJSON_IsArray(value) || cJSON_IsObject(value);
}

static bool is_same_scalar(const cJSON *a, const cJSON *b)
{
    PM_AUTO_FREE char *x = text_of(a);
    PM_AUTO_FREE char *y = text_of(b);

    return x && y && !is_compound(b) && strcmp(x, y) == 0;
}

/* A number, or a text that is one. */
static bool number_of(const cJSON *value, double *ret_number)
{
    char *end;

    if (cJSON_IsNumber(value)) {
        *ret_number = value->valuedouble;
        return true;
    }
    if (!cJSON_IsString(value) || value->valuestring[0] == '\0')
        return false;
    *ret_number = strtod(value->valuestring, &end);
    return *end == '\0';
}

/* ---- operators ---- */

static bool contains(const cJSON *operand, const cJSON *actual)
{
    PM_AUTO_FREE char *part = text_of(operand);
    PM_AUTO_FREE char *whole = NULL;
    const cJSON *item;

    if (cJSON_IsArray(actual)) {
        cJSON_ArrayForEach(item, actual)
        {
            if (sc_match(operand, item, "", NULL))
                return true;
        }
        return false;
    }
    whole = text_of(actual);
    return part && whole && strstr(whole, part);
}

static bool matches(const cJSON *operand, const cJSON *actual)
{
    PM_AUTO_FREE char *pattern = text_of(operand);
    PM_AUTO_FREE char *text = text_of(actual);
    regex_t regex;
    bool is_match;

    if (!pattern || !text || regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0)
        return false;
    is_match = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return is_match;
}

static bool differs(const cJSON *operand, const cJSON *actual)
{
    return !sc_match(operand, actual, "", NULL);
}

static bool is_any_of(const cJSON *operand, const cJSON *actual)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, operand)
    {
        if (sc_match(item, actual, "", NULL))
            return true;
    }
    return false;
}

static bool is_all_of(const cJSON *operand, const cJSON *actual)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, operand)
    {
        if (!sc_match(item, actual, "", NULL))
            return false;
    }
    return true;
}

static bool is_at_least(const cJSON *operand, const cJSON *actual)
{
    double least, number;

    return number_of(operand, &least) && number_of(actual, &number) && number >= least;
}

static bool is_at_most(const cJSON *operand, const cJSON *actual)
{
    double most, number;

    return number_of(operand, &most) && number_of(actual, &number) && number <= most;
}

static bool has_length(const cJSON *operand, const cJSON *actual)
{
    cJSON *length = NULL;
    bool is_match;

    if (is_compound(actual))
        length = cJSON_CreateNumber(cJSON_GetArraySize(actual));
    else if (cJSON_IsString(actual))
        length = cJSON_CreateNumber((double)strlen(actual->valuestring));
    is_match = length && sc_match(operand, length, "", NULL);
    cJSON_Delete(length);
    return is_match;
}

static bool is_each(const cJSON *operand, const cJSON *actual)
{
    const cJSON *item;

    if (!is_compound(actual))
        return false;
    cJSON_ArrayForEach(item, actual)
    {
        if (!sc_match(operand, item, "", NULL))
            return false;
    }
    return true;
}

static bool is_absent(const cJSON *operand, const cJSON *actual)
{
    return cJSON_IsTrue(operand) ? !actual || cJSON_IsNull(actual)
                                 : actual && !cJSON_IsNull(actual);
}

static bool match_fields(const cJSON *expected, const cJSON *actual, const char *path,
                         struct pm_buf *why);

static bool has_fields(const cJSON *operand, const cJSON *actual)
{
    return cJSON_IsObject(operand) && match_fields(operand, actual, "", NULL);
}

/* Is every item of the list somewhere in the value, each in a place of its own, whatever the order?
 */
static bool has_unordered(const cJSON *operand, const cJSON *actual)
{
    cJSON *left = cJSON_IsArray(actual) ? cJSON_Duplicate(actual, true) : NULL;
    const cJSON *item;
    bool is_match = left && cJSON_GetArraySize(left) == cJSON_GetArraySize(operand);

    cJSON_ArrayForEach(item, operand)
    {
        int i, count = cJSON_GetArraySize(left);

        for (i = 0; is_match && i < count; i++)
            if (sc_match(item, cJSON_GetArrayItem(left, i), "", NULL))
                break;
        if (is_match && i < count)
            cJSON_DeleteItemFromArray(left, i);
        else
            is_match = false;
    }
    cJSON_Delete(left);
    return is_match;
}

static const struct sc_operator operators[] = {
    {"contains", "a text that has this in it; a list with an item like this", contains},
    {"matches", "a text that this POSIX extended regular expression finds", matches},
    {"not", "anything but this", differs},
    {"any", "like one of this list", is_any_of},
    {"all", "like all of this list", is_all_of},
    {"at_least", "a number not below this", is_at_least},
    {"at_most", "a number not above this", is_at_most},
    {"length", "a text, list or map as long as this", has_length},
    {"each", "a list whose items are all like this", is_each},
    {"unordered", "a list with items like these, in any order", has_unordered},
    {"absent", "true: it is not there; false: it is", is_absent},
    {"fields", "a map with these members, whatever their names", has_fields},
    {NULL, NULL, NULL},
};

const struct sc_operator *sc_match_operators(void)
{
    return operators;
}

static const struct sc_operator *find_operator(const cJSON *item)
{
    const struct sc_operator *op;

    for (op = operators; item && op->name; op++)
        if (strcmp(op->name, item->string) == 0)
            return op;
    return NULL;
}

/* ---- saying what differs ---- */

static void explain(struct pm_buf *why, const char *path, const cJSON *expected,
                    const cJSON *actual)
{
    PM_AUTO_FREE char *wanted = NULL;
    PM_AUTO_FREE char *is = NULL;

    if (!why)
        return;
    wanted = cJSON_PrintUnformatted(expected);
    is = actual ? cJSON_PrintUnformatted(actual) : strdup("not there");
    (void)pm_buf_addf(why, "%s%sexpected %s, is %s\n", path, path[0] ? ": " : "",
                      wanted ? wanted : "?", is ? is : "?");
}

static char *path_below(const char *path, const char *name)
{
    char *below;

    return asprintf(&below, "%s%s%s", path, path[0] ? "." : "", name) < 0 ? NULL : below;
}

/* ---- comparing ---- */

static bool match_operators(const cJSON *expected, const cJSON *actual, const char *path,
                            struct pm_buf *why)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, expected)
    {
        const struct sc_operator *op = find_operator(item);

        if (!op || !op->holds(item, actual)) {
            explain(why, path, expected, actual);
            return false;
        }
    }
    return true;
}

static bool match_fields(const cJSON *expected, const cJSON *actual, const char *path,
                         struct pm_buf *why)
{
    const cJSON *item;
    bool is_match = true;

    if (!cJSON_IsObject(actual)) {
        explain(why, path, expected, actual);
        return false;
    }
    cJSON_ArrayForEach(item, expected)
    {
        PM_AUTO_FREE char *below = path_below(path, item->string);

        if (!sc_match(item, cJSON_GetObjectItemCaseSensitive(actual, item->string),
                      below ? below : "", why))
            is_match = false;
    }
    return is_match;
}

static bool match_list(const cJSON *expected, const cJSON *actual, const char *path,
                       struct pm_buf *why)
{
    int count = cJSON_GetArraySize(expected), i;
    bool is_match = true;
    char number[16];

    if (!cJSON_IsArray(actual) || cJSON_GetArraySize(actual) != count) {
        explain(why, path, expected, actual);
        return false;
    }
    for (i = 0; i < count; i++) {
        PM_AUTO_FREE char *below = NULL;

        (void)snprintf(number, sizeof(number), "%d", i);
        below = path_below(path, number);
        if (!sc_match(cJSON_GetArrayItem(expected, i), cJSON_GetArrayItem(actual, i),
                      below ? below : "", why))
            is_match = false;
    }
    return is_match;
}

bool sc_match(const cJSON *expected, const cJSON *actual, const char *path, struct pm_buf *why)
{
    if (cJSON_IsObject(expected))
        return (find_operator(expected->child) ? match_operators : match_fields)(expected, actual,
                                                                                 path, why);
    if (cJSON_IsArray(expected))
        return match_list(expected, actual, path, why);
    if (actual && is_same_scalar(expected, actual))
        return true;
    explain(why, path, expected, actual);
    return false;
}
