/* Printing results, shared by the commands that list some. */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "cli.h"

/**
 * Print results as a table, or as JSON with --json.
 *
 * @empty: the sentence for people when there are none
 *
 * Returns an exit status.
 */
int rows_print(const struct cli *cli, const struct pm_row_list *list, const char *empty);

#endif
