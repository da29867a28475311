/* What Prometheus' clients tell of every process, under the names that its dashboards know. */
#ifndef FA_METRICS_PROCESS_H
#define FA_METRICS_PROCESS_H

struct pm_buf;

/** Append the families process_*. What the host does not tell is left out. */
void fa_metrics_process(struct pm_buf *to);

#endif
