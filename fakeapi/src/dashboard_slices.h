/*
 * `counts.json`: the figures of all rows of a view, however many, a slice at a time. Each answer
 * has what one slice counted and the path of the next; whoever adds them up (www/counts.js) has the
 * whole. The server remembers nothing: the path carries the steps of the chart and up to which row
 * is counted, so that all slices of one count fit each other while rows come in. (Where servers
 * share a store, a row that another one was just storing when the count began may be missed.)
 *
 * {"from","step","count": the chart's steps, "by", "upto": rows with a greater id are not counted,
 *  "total": of this slice, "values":[{"text","raw","counts":[step,count,…]}], "others":[step,…],
 *  "tops":[{"name","values":[{"text","raw","count"}]}], "reached": time, "next": path or null}
 */
#ifndef FA_DASHBOARD_SLICES_H
#define FA_DASHBOARD_SLICES_H

struct fa_visit;

int fa_slice_of_monitor(struct fa_visit *visit);
int fa_slice_of_tag(struct fa_visit *visit);

#endif
