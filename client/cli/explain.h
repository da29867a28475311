/* paidmonitor sign --explain: why a checksum is wrong, and how to mend it. Speaks to nobody. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "cli.h"

/**
 * Examine the request in the operands, or else on standard input, and print what is found.
 * Needs cli->secret.
 *
 * @checksum: the checksum in doubt; `-` for the request's own parameter of that name
 *
 * Returns CLI_OK when the checksum is right, CLI_REFUSED when it is wrong, or another exit status,
 * already explained.
 */
int explain(struct cli *cli, const char *checksum);

#endif
