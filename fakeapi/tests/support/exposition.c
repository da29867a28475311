#include "exposition.h"

#include <check.h>
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define LINE_SIZE    1024
#define FAMILIES_MAX 100
#define SAMPLES_MAX  2000
#define NAME_SIZE    128

/* What was read so far. */
struct reading {
    char families[FAMILIES_MAX][NAME_SIZE]; /* the last is the one being read */
    size_t family_count;
    char type[16]; /* "" before its TYPE */
    bool has_samples;
    char *samples[SAMPLES_MAX]; /* with labels */
    size_t sample_count;
    double bucket; /* of the histogram being read: the last one's count, */
    double le;     /* its bound, */
    double count;  /* and the count at its end */
    bool has_sum;
};

static size_t name_len(const char *at, bool is_label)
{
    size_t len = 0;

    while (isalnum((unsigned char)at[len]) || at[len] == '_' || (!is_label && at[len] == ':'))
        len++;
    return len > 0 && isdigit((unsigned char)at[0]) ? 0 : len;
}

static bool is_known(const struct reading *reading, const char *family)
{
    size_t i;

    for (i = 0; i < reading->family_count; i++)
        if (strcmp(reading->families[i], family) == 0)
            return true;
    return false;
}

static const char *end_family(struct reading *reading)
{
    if (reading->family_count == 0)
        return NULL;
    if (!reading->type[0])
        return "a family without TYPE";
    if (strcmp(reading->type, "histogram") != 0)
        return NULL;
    if (!isinf(reading->le))
        return "a histogram without the bucket +Inf";
    if (!reading->has_sum || reading->count != reading->bucket)
        return "a histogram whose sum or count is missing, or not that of its last bucket";
    return NULL;
}

static const char *begin_family(struct reading *reading, const char *name)
{
    const char *fault = end_family(reading);

    if (fault)
        return fault;
    if (is_known(reading, name))
        return "a family twice, or torn apart";
    if (reading->family_count == FAMILIES_MAX)
        return "too many families for this test";
    snprintf(reading->families[reading->family_count++], NAME_SIZE, "%s", name);
    reading->type[0] = '\0';
    reading->has_samples = reading->has_sum = false;
    reading->bucket = 0;
    reading->le = -INFINITY;
    reading->count = NAN;
    return NULL;
}

static const char *family_of(const struct reading *reading)
{
    return reading->family_count > 0 ? reading->families[reading->family_count - 1] : "";
}

static const char *read_help(struct reading *reading, const char *name, const char *text)
{
    const char *at;

    if (text[0] == '\0')
        return "HELP without a text";
    for (at = text; *at; at++)
        if (*at == '\\' && *++at != '\\' && *at != 'n')
            return "an escape that HELP does not know";
    return begin_family(reading, name);
}

static const char *read_type(struct reading *reading, const char *name, const char *type)
{
    static const char total[] = "_total";
    size_t len = strlen(name);
    bool is_total = len > strlen(total) && strcmp(name + len - strlen(total), total) == 0;

    if (strcmp(family_of(reading), name) != 0 || reading->has_samples)
        return "TYPE does not follow its HELP";
    if (reading->type[0])
        return "TYPE twice";
    if (strcmp(type, "counter") != 0 && strcmp(type, "gauge") != 0 &&
        strcmp(type, "histogram") != 0)
        return "a TYPE that is not known here";
    if (is_total != (strcmp(type, "counter") == 0))
        return "counters, and they alone, end in _total";
    snprintf(reading->type, sizeof(reading->type), "%s", type);
    return NULL;
}

static const char *read_comment(struct reading *reading, const char *line)
{
    char name[NAME_SIZE];
    size_t len = strlen("# HELP ");
    size_t name_end;

    if (strncmp(line, "# HELP ", len) != 0 && strncmp(line, "# TYPE ", len) != 0)
        return "a comment that says nothing to Prometheus";
    name_end = name_len(line + len, false);
    if (name_end == 0 || name_end >= sizeof(name) || line[len + name_end] != ' ')
        return "no name behind HELP or TYPE";
    snprintf(name, sizeof(name), "%.*s", (int)name_end, line + len);
    line += len + name_end + 1;
    return line[-(int)(name_end + 1) - 5] == 'H' ? read_help(reading, name, line)
                                                 : read_type(reading, name, line);
}

/* One quoted value: from behind the first quote to behind the last. NULL: not well formed. */
static const char *skip_value(const char *at)
{
    for (; *at && *at != '"'; at++)
        if (*at == '\\' && *++at != '\\' && *at != '"' && *at != 'n')
            return NULL;
    return *at == '"' ? at + 1 : NULL;
}

/* Returns what is behind the closing brace. */
static const char *skip_labels(const char *at, double *ret_le)
{
    while (*at != '}') {
        size_t len = name_len(at, true);
        bool is_le = len == 2 && strncmp(at, "le", 2) == 0;

        if (len == 0 || strncmp(at + len, "=\"", 2) != 0)
            return NULL;
        if (is_le)
            *ret_le = strtod(at + len + 2, NULL);
        at = skip_value(at + len + 2);
        if (!at || (*at != ',' && *at != '}'))
            return NULL;
        at += *at == ',';
    }
    return at + 1;
}

static const char *read_bucket(struct reading *reading, double le, double value)
{
    if (!(le > reading->le))
        return "bounds of a histogram do not rise";
    if (value < reading->bucket)
        return "buckets of a histogram are not cumulated";
    reading->le = le;
    reading->bucket = value;
    return NULL;
}

static const char *read_histogram(struct reading *reading, const char *suffix, double le,
                                  double value)
{
    if (strcmp(suffix, "_bucket") == 0)
        return read_bucket(reading, le, value);
    if (strcmp(suffix, "_count") == 0)
        reading->count = value;
    else if (strcmp(suffix, "_sum") == 0)
        reading->has_sum = true;
    else
        return "a histogram has _bucket, _sum and _count";
    return NULL;
}

static const char *remember(struct reading *reading, const char *sample, size_t len)
{
    size_t i;

    for (i = 0; i < reading->sample_count; i++)
        if (strlen(reading->samples[i]) == len && strncmp(reading->samples[i], sample, len) == 0)
            return "a sample twice";
    if (reading->sample_count == SAMPLES_MAX)
        return "too many samples for this test";
    reading->samples[reading->sample_count++] = strndup(sample, len);
    return NULL;
}

static const char *judge_sample(struct reading *reading, const char *name, double le, double value)
{
    const char *family = family_of(reading);
    size_t len = strlen(family);

    if (len == 0 || strncmp(name, family, len) != 0 || !reading->type[0])
        return "a sample outside its family, or before its TYPE";
    reading->has_samples = true;
    if (strcmp(reading->type, "histogram") == 0)
        return read_histogram(reading, name + len, le, value);
    if (name[len] != '\0')
        return "a sample outside its family";
    return strcmp(reading->type, "counter") == 0 && value < 0 ? "a counter below 0" : NULL;
}

static const char *read_sample(struct reading *reading, const char *line)
{
    size_t len = name_len(line, false);
    const char *at = line + len;
    const char *fault;
    char name[NAME_SIZE];
    double le = NAN;
    double value;
    char *end;

    if (len == 0 || len >= sizeof(name))
        return "neither a comment nor a sample";
    snprintf(name, sizeof(name), "%.*s", (int)len, line);
    if (*at == '{')
        at = skip_labels(at + 1, &le);
    if (!at || *at != ' ')
        return "labels that are not well formed";
    fault = remember(reading, line, (size_t)(at - line));
    value = strtod(at + 1, &end);
    if (end == at + 1 || *end != '\0' || isspace((unsigned char)at[1]))
        return "no number behind one blank, or something behind it";
    return fault ? fault : judge_sample(reading, name, le, value);
}

static bool is_utf8(const char *line)
{
    while (*line) {
        size_t len = pm_text_utf8_len(line, strlen(line));

        if (len == 0)
            return false;
        line += len;
    }
    return true;
}

static const char *read_line(struct reading *reading, const char *line)
{
    if (!is_utf8(line))
        return "not UTF-8";
    return line[0] == '#' ? read_comment(reading, line) : read_sample(reading, line);
}

static const char *read_lines(struct reading *reading, const char *text, size_t *ret_line)
{
    const char *fault = NULL;
    const char *end;

    for (*ret_line = 1; *text && !fault; text = end + 1, ++*ret_line) {
        char line[LINE_SIZE];

        end = strchr(text, '\n');
        if (!end || (size_t)(end - text) >= sizeof(line))
            return "a line without an end, or longer than this test takes";
        memcpy(line, text, (size_t)(end - text));
        line[end - text] = '\0';
        fault = read_line(reading, line);
    }
    --*ret_line;
    return fault ? fault : end_family(reading);
}

const char *exposition_fault(const char *text, size_t *ret_line)
{
    struct reading *reading = calloc(1, sizeof(*reading));
    const char *fault;
    size_t i;

    ck_assert_ptr_nonnull(reading);
    fault = read_lines(reading, text, ret_line);
    for (i = 0; i < reading->sample_count; i++)
        free(reading->samples[i]);
    free(reading);
    return fault;
}

void exposition_check(const char *text)
{
    size_t line;
    const char *fault = exposition_fault(text, &line);

    ck_assert_msg(!fault, "line %zu: %s in:\n%s", line, fault, text);
}

double exposition_value(const char *text, const char *sample)
{
    size_t len = strlen(sample);

    while (text && *text) {
        if (strncmp(text, sample, len) == 0 && text[len] == ' ')
            return strtod(text + len, NULL);
        text = strchr(text, '\n');
        text += text ? 1 : 0;
    }
    return NAN;
}
