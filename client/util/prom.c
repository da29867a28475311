/* Prometheus' text format; see prom.h. */
#include "prom.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "buf.h"

static const struct {
    int64_t us;
    const char *seconds;
} bounds[PM_PROM_BUCKETS] = {
    {25, "2.5e-05"},  {50, "5e-05"},    {100, "0.0001"},  {250, "0.00025"}, {500, "0.0005"},
    {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},  {25000, "0.025"},
    {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},  {1000000, "1"},
    {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"},
};

void pm_prom_observe(struct pm_prom_histogram *histogram, int64_t us)
{
    size_t i = 0;

    while (i < PM_PROM_BUCKETS && us > bounds[i].us)
        i++;
    histogram->counts[i]++;
    histogram->sum_us += us;
}

/* Help keeps its quotes, values do not. */
static void add_escaped(struct pm_buf *to, const char *text, bool is_value)
{
    for (; *text; text++) {
        if (*text == '\n')
            (void)pm_buf_adds(to, "\\n");
        else if (*text == '\\' || (is_value && *text == '"'))
            (void)pm_buf_addf(to, "\\%c", *text);
        else
            (void)pm_buf_addc(to, *text);
    }
}

void pm_prom_family(struct pm_buf *to, const char *name, const char *type, const char *help)
{
    (void)pm_buf_addf(to, "# HELP %s ", name);
    add_escaped(to, help, false);
    (void)pm_buf_addf(to, "\n# TYPE %s %s\n", name, type);
}

static void begin_sample(struct pm_buf *to, const char *name, va_list labels)
{
    const char *label;
    char before = '{';

    (void)pm_buf_adds(to, name);
    while ((label = va_arg(labels, const char *)) != NULL) {
        (void)pm_buf_addf(to, "%c%s=\"", before, label);
        add_escaped(to, va_arg(labels, const char *), true);
        (void)pm_buf_addc(to, '"');
        before = ',';
    }
    (void)pm_buf_adds(to, before == ',' ? "} " : " ");
}

static void end_integer(struct pm_buf *to, int64_t value)
{
    (void)pm_buf_addf(to, "%" PRId64 "\n", value);
}

static void end_seconds(struct pm_buf *to, int64_t us)
{
    const char *sign = us < 0 ? "-" : "";

    us = us < 0 ? -us : us;
    (void)pm_buf_addf(to, "%s%" PRId64 ".%06" PRId64 "\n", sign, us / 1000000, us % 1000000);
}

void pm_prom_integer(struct pm_buf *to, const char *name, int64_t value, ...)
{
    va_list labels;

    va_start(labels, value);
    begin_sample(to, name, labels);
    va_end(labels);
    end_integer(to, value);
}

void pm_prom_seconds(struct pm_buf *to, const char *name, int64_t us, ...)
{
    va_list labels;

    va_start(labels, us);
    begin_sample(to, name, labels);
    va_end(labels);
    end_seconds(to, us);
}

void pm_prom_histogram(struct pm_buf *to, const char *name, const char *help,
                       const struct pm_prom_histogram *histogram)
{
    int64_t count = 0;
    size_t i;

    pm_prom_family(to, name, "histogram", help);
    for (i = 0; i < PM_PROM_BUCKETS; i++) {
        count += histogram->counts[i];
        (void)pm_buf_addf(to, "%s_bucket{le=\"%s\"} %" PRId64 "\n", name, bounds[i].seconds, count);
    }
    count += histogram->counts[PM_PROM_BUCKETS];
    (void)pm_buf_addf(to, "%s_bucket{le=\"+Inf\"} %" PRId64 "\n%s_sum ", name, count, name);
    end_seconds(to, histogram->sum_us);
    (void)pm_buf_addf(to, "%s_count ", name);
    end_integer(to, count);
}
