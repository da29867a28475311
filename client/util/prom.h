/*
 * Prometheus' text format, version 0.0.4: families of samples, appended to a buffer whose failure
 * sticks. Times are held in microseconds and written in seconds, as the format's users expect.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
#ifndef PM_PROM_H
#define PM_PROM_H

#include <stdint.h>

struct pm_buf;

#define PM_PROM_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define PM_PROM_BUCKETS      18

/* How often something took how long. Zeroed it is empty. */
struct pm_prom_histogram {
    int64_t counts[PM_PROM_BUCKETS + 1]; /* not cumulated; the last is beyond every bound */
    int64_t sum_us;
};

/** Count one duration, from 25 µs to 10 s in steps of 1, 2.5, 5. */
void pm_prom_observe(struct pm_prom_histogram *histogram, int64_t us);

/**
 * Begin a family; its samples follow at once.
 *
 * @type: `counter`, `gauge` or `histogram`
 * @help: any text
 */
void pm_prom_family(struct pm_buf *to, const char *name, const char *type, const char *help);

/**
 * One sample. Then come its labels, `name, value, …`, ended by NULL; a value may be any text.
 *
 * @name: the family's
 */
void pm_prom_integer(struct pm_buf *to, const char *name, int64_t value, ...)
    __attribute__((sentinel));
void pm_prom_seconds(struct pm_buf *to, const char *name, int64_t us, ...)
    __attribute__((sentinel));

/** A family that is one histogram without labels. */
void pm_prom_histogram(struct pm_buf *to, const char *name, const char *help,
                       const struct pm_prom_histogram *histogram);

#endif
