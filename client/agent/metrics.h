/* Figures about the agent for the textfile collector of Prometheus' node_exporter. */
#ifndef PM_METRICS_H
#define PM_METRICS_H

#include "buf.h"
#include "deliver.h"
#include "journal.h"

/**
 * Write the figures in Prometheus' text format.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
void pm_metrics_format(const struct pm_journal_counts *counts, const struct pm_deliver_stats *stats,
                       int64_t now_ms, struct pm_buf *to);

/** Replace a file by the figures, readable by all. Errors: -1 with errno */
int pm_metrics_write(const char *path, const struct pm_journal_counts *counts,
                     const struct pm_deliver_stats *stats, int64_t now_ms);

#endif
