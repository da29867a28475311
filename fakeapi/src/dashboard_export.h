/*
 * The rows of a view as a file: CSV for spreadsheets, JSON for programs. A file holds at most ten
 * thousand rows, newest first, so that nobody waits for it; where it ends, a `Link` field (and in
 * JSON the member `older`) tells the address of the next.
 *
 * CSV is RFC 4180 with a line of column names. A spreadsheet runs what begins with `=`, `+`, `-` or
 * `@`: such values get an apostrophe in front, unless they are plain numbers. Hidden characters are
 * marked as on the pages, for whoever prints the file on a terminal. JSON has the values unchanged.
 */
#ifndef FA_DASHBOARD_EXPORT_H
#define FA_DASHBOARD_EXPORT_H

#include <stddef.h>

struct fa_visit;
struct pm_buf;

int fa_export_monitor_csv(struct fa_visit *visit);
int fa_export_monitor_json(struct fa_visit *visit);
int fa_export_tag_csv(struct fa_visit *visit);
int fa_export_tag_json(struct fa_visit *visit);

/** Append one value as a CSV field with its quotes. */
void fa_export_add_csv(struct pm_buf *out, const char *text);

#endif
