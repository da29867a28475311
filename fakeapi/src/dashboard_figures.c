/* Rows counted; see dashboard_figures.h. */
#include "dashboard_figures.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "dashboard_model.h"

#define BUCKETS_MAX 60 /* of a range that begins with a step */
#define STEPS_MAX   (BUCKETS_MAX + 2)
#define SLOTS       4096 /* of the hash table; a power of two, more than FA_FIGURES_VALUES */
#define OTHERS      "others"
#define TIME_MAX_MS INT64_C(253402300800000) /* year 9999: spans must fit */

/* A value of a column. */
struct value {
    char *text;
    size_t count;
};

/* The values of one column. The first stands for those that have no room. */
struct tally {
    const char *name;
    struct value values[FA_FIGURES_VALUES + 1];
    size_t count;
    uint16_t slots[SLOTS]; /* index of a value, 0 if free */
};

/* So many rows of one time have one value of the first column. */
struct sample {
    int64_t time_ms;
    uint32_t value, count;
};

struct fa_figures {
    struct tally *tallies[FA_FIGURES_TALLIES];
    size_t tally_count;
    struct sample *samples;
    size_t sample_count, sample_size;
    size_t total;
};

struct fa_figures *fa_figures_new(const char *const *columns, size_t count)
{
    struct fa_figures *figures = calloc(1, sizeof(*figures));
    size_t i;

    for (i = 0; figures && i < count && i < FA_FIGURES_TALLIES; i++) {
        figures->tallies[i] = calloc(1, sizeof(struct tally));
        if (!figures->tallies[i]) {
            fa_figures_free(figures);
            return NULL;
        }
        figures->tallies[i]->name = columns[i];
        figures->tallies[i]->count = 1;
        figures->tally_count++;
    }
    return figures;
}

void fa_figures_free(struct fa_figures *figures)
{
    size_t i, k;

    if (!figures)
        return;
    for (i = 0; i < figures->tally_count; i++) {
        for (k = 1; k < figures->tallies[i]->count; k++)
            free(figures->tallies[i]->values[k].text);
        free(figures->tallies[i]);
    }
    free(figures->samples);
    free(figures);
}

/* ---- counting ---- */

static uint32_t hash(const char *text)
{
    uint32_t value = UINT32_C(2166136261);

    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * UINT32_C(16777619);
    return value;
}

/* The index of a value, which is made if there is room. Errors: -1 out of memory */
static int find_value(struct tally *tally, const char *text)
{
    uint32_t slot = hash(text) & (SLOTS - 1);

    while (tally->slots[slot] != 0) {
        if (strcmp(tally->values[tally->slots[slot]].text, text) == 0)
            return tally->slots[slot];
        slot = (slot + 1) & (SLOTS - 1);
    }
    if (tally->count > FA_FIGURES_VALUES)
        return 0;
    tally->values[tally->count].text = strdup(text);
    if (!tally->values[tally->count].text)
        return -1;
    tally->slots[slot] = (uint16_t)tally->count;
    return (int)tally->count++;
}

static int add_sample(struct fa_figures *figures, struct sample sample)
{
    if (figures->sample_count == figures->sample_size) {
        size_t size = figures->sample_size > 0 ? 2 * figures->sample_size : 256;
        struct sample *samples = realloc(figures->samples, size * sizeof(*samples));

        if (!samples)
            return -1;
        figures->samples = samples;
        figures->sample_size = size;
    }
    figures->samples[figures->sample_count++] = sample;
    return 0;
}

static int64_t clamp(int64_t time_ms)
{
    if (time_ms > TIME_MAX_MS)
        return TIME_MAX_MS;
    return time_ms < -TIME_MAX_MS ? -TIME_MAX_MS : time_ms;
}

int fa_figures_add(struct fa_figures *figures, size_t column, int64_t time_ms, const char *value,
                   size_t count)
{
    int at = find_value(figures->tallies[column], value);

    if (at < 0)
        return -1;
    figures->tallies[column]->values[at].count += count;
    if (column != 0)
        return 0;
    figures->total += count;
    return add_sample(figures, (struct sample){clamp(time_ms), (uint32_t)at, (uint32_t)count});
}

size_t fa_figures_total(const struct fa_figures *figures)
{
    return figures->total;
}

/* ---- those that come most often ---- */

struct ranked {
    uint32_t value;
    size_t count;
    const char *text;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->text, y->text);
}

/* All values, most frequent first. Returns how many; the caller frees the list. */
static size_t rank(const struct tally *tally, struct ranked **ret_list)
{
    struct ranked *list = calloc(tally->count, sizeof(*list));
    size_t i;

    *ret_list = list;
    if (!list)
        return 0;
    for (i = 1; i < tally->count; i++)
        list[i - 1] = (struct ranked){(uint32_t)i, tally->values[i].count, tally->values[i].text};
    qsort(list, tally->count - 1, sizeof(*list), compare_ranked);
    return tally->count - 1;
}

cJSON *fa_figures_top(const struct fa_figures *figures, size_t column, size_t max)
{
    PM_AUTO_FREE struct ranked *list = NULL;
    size_t count = rank(figures->tallies[column], &list), i;
    cJSON *array = cJSON_CreateArray();

    for (i = 0; i < count && i < max; i++) {
        cJSON *item = cJSON_CreateObject();

        fa_model_add_text(item, "text", list[i].text);
        cJSON_AddStringToObject(item, "raw", list[i].text); /* never shown */
        cJSON_AddNumberToObject(item, "count", (double)list[i].count);
        cJSON_AddNumberToObject(item, "most", (double)list[0].count);
        cJSON_AddItemToArray(array, item);
    }
    return array;
}

/* ---- over time ---- */

struct grid {
    struct fa_grid steps;
    size_t series_count;
    bool has_others;
    size_t counts[STEPS_MAX][FA_FIGURES_SERIES + 1];
};

static int64_t choose_step(int64_t span_ms)
{
    static const int64_t seconds[] = {1,     5,     15,    60,    300,    900,    1800,   3600,
                                      10800, 21600, 43200, 86400, 172800, 604800, 2592000};
    size_t i;
    int64_t step_ms;

    for (i = 0; i < PM_ARRAY_LEN(seconds); i++)
        if (span_ms / (seconds[i] * 1000) < BUCKETS_MAX)
            return seconds[i] * 1000;
    for (step_ms = INT64_C(7776000000); span_ms / step_ms >= BUCKETS_MAX; step_ms *= 2)
        ;
    return step_ms;
}

static int64_t floor_to(int64_t time_ms, int64_t step_ms)
{
    int64_t rest = time_ms % step_ms;

    return time_ms - (rest < 0 ? rest + step_ms : rest);
}

struct fa_grid fa_grid_choose(int64_t from_ms, int64_t to_ms)
{
    struct fa_grid grid = {.from_ms = 0, .step_ms = 1000, .count = 0};

    if (to_ms <= from_ms)
        return grid;
    from_ms = clamp(from_ms);
    to_ms = to_ms > TIME_MAX_MS ? TIME_MAX_MS + 1 : clamp(to_ms);
    grid.step_ms = choose_step(to_ms - from_ms);
    grid.from_ms = floor_to(from_ms, grid.step_ms);
    grid.count = (size_t)((to_ms - 1 - grid.from_ms) / grid.step_ms) + 1;
    return grid;
}

bool fa_grid_is_sane(const struct fa_grid *grid)
{
    return grid->count <= STEPS_MAX && grid->step_ms > 0 && grid->step_ms <= 2 * TIME_MAX_MS &&
           grid->from_ms <= TIME_MAX_MS && grid->from_ms >= -4 * TIME_MAX_MS;
}

/* Which step a time belongs to; -1: none */
static int find_step(const struct fa_grid *grid, int64_t time_ms)
{
    int64_t at = (time_ms - grid->from_ms) / grid->step_ms;

    return time_ms < grid->from_ms || at >= (int64_t)grid->count ? -1 : (int)at;
}

/* The ends of the rows where the range is open. */
static void find_ends(const struct fa_figures *figures, int64_t *from_ms, int64_t *to_ms)
{
    int64_t first = INT64_MAX, last = INT64_MIN;
    size_t i;

    for (i = 0; i < figures->sample_count; i++) {
        int64_t time_ms = figures->samples[i].time_ms;

        first = time_ms < first ? time_ms : first;
        last = time_ms > last ? time_ms : last;
    }
    if (*from_ms == INT64_MIN)
        *from_ms = first;
    if (*to_ms == INT64_MAX)
        *to_ms = last + 1;
}

static void fill_grid(struct grid *grid, const struct fa_figures *figures, const uint8_t *series_of)
{
    size_t i;

    for (i = 0; i < figures->sample_count; i++) {
        const struct sample *sample = &figures->samples[i];
        int at = find_step(&grid->steps, sample->time_ms);

        if (at < 0)
            continue;
        grid->counts[at][series_of[sample->value]] += sample->count;
        grid->has_others |= series_of[sample->value] == grid->series_count;
    }
}

static cJSON *make_buckets(const struct grid *grid)
{
    cJSON *buckets = cJSON_CreateArray(), *counts, *count;
    size_t i, k, shown = grid->series_count + (grid->has_others ? 1 : 0);

    for (i = 0; i < grid->steps.count; i++) {
        int64_t from_ms = grid->steps.from_ms + (int64_t)i * grid->steps.step_ms;
        cJSON *bucket = cJSON_CreateObject();

        cJSON_AddNumberToObject(bucket, "from", (double)from_ms);
        cJSON_AddNumberToObject(bucket, "to", (double)(from_ms + grid->steps.step_ms));
        fa_model_add_time(bucket, "time", from_ms);
        counts = cJSON_AddArrayToObject(bucket, "counts");
        for (k = 0; k < shown; k++) {
            count = cJSON_CreateObject();
            cJSON_AddNumberToObject(count, "count", (double)grid->counts[i][k]);
            cJSON_AddItemToArray(counts, count);
        }
        cJSON_AddItemToArray(buckets, bucket);
    }
    return buckets;
}

static void add_series(cJSON *list, const char *name, bool is_others)
{
    cJSON *item = cJSON_CreateObject();

    fa_model_add_text(item, "name", name);
    cJSON_AddBoolToObject(item, "is_others", is_others);
    cJSON_AddItemToArray(list, item);
}

cJSON *fa_figures_chart(const struct fa_figures *figures, int64_t from_ms, int64_t to_ms)
{
    PM_AUTO_FREE struct ranked *list = NULL;
    PM_AUTO_FREE uint8_t *series_of = calloc(figures->tallies[0]->count, 1);
    size_t values = rank(figures->tallies[0], &list), i;
    struct grid grid = {0};
    cJSON *chart = cJSON_CreateObject(), *series = cJSON_AddArrayToObject(chart, "series");

    if (!series_of || figures->sample_count == 0)
        return chart;
    find_ends(figures, &from_ms, &to_ms);
    grid.steps = fa_grid_choose(from_ms, to_ms);
    if (grid.steps.count == 0)
        return chart;
    grid.series_count = values < FA_FIGURES_SERIES ? values : FA_FIGURES_SERIES;
    memset(series_of, (int)grid.series_count, figures->tallies[0]->count);
    for (i = 0; i < grid.series_count; i++) {
        series_of[list[i].value] = (uint8_t)i;
        add_series(series, list[i].text[0] ? list[i].text : "(none)", false);
    }
    fill_grid(&grid, figures, series_of);
    if (grid.has_others)
        add_series(series, OTHERS, true);
    cJSON_AddNumberToObject(chart, "step_ms", (double)grid.steps.step_ms);
    cJSON_AddItemToObject(chart, "buckets", make_buckets(&grid));
    return chart;
}

/* ---- to be added up elsewhere ---- */

static void add_counts(cJSON *item, const char *name, const uint32_t *counts, size_t count)
{
    cJSON *list = cJSON_AddArrayToObject(item, name);
    size_t i;

    for (i = 0; i < count; i++)
        if (counts[i] > 0) {
            cJSON_AddItemToArray(list, cJSON_CreateNumber((double)i));
            cJSON_AddItemToArray(list, cJSON_CreateNumber((double)counts[i]));
        }
}

void fa_figures_add_steps(const struct fa_figures *figures, const struct fa_grid *grid, cJSON *data)
{
    const struct tally *tally = figures->tallies[0];
    uint32_t(*counts)[STEPS_MAX] = calloc(tally->count, sizeof(*counts));
    cJSON *values = cJSON_AddArrayToObject(data, "values");
    size_t i;

    if (!counts)
        return; /* what is printed lacks them, and is refused by who reads it */
    for (i = 0; i < figures->sample_count; i++) {
        int at = find_step(grid, figures->samples[i].time_ms);

        if (at >= 0)
            counts[figures->samples[i].value][at] += figures->samples[i].count;
    }
    add_counts(data, "others", counts[0], grid->count);
    for (i = 1; i < tally->count; i++) {
        cJSON *item = cJSON_CreateObject();

        fa_model_add_text(item, "text", tally->values[i].text);
        cJSON_AddStringToObject(item, "raw", tally->values[i].text); /* never shown */
        add_counts(item, "counts", counts[i], grid->count);
        cJSON_AddItemToArray(values, item);
    }
    free(counts);
}
