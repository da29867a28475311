/* --fault: what goes wrong from the start on. */
#ifndef FA_CMD_FAULTS_H
#define FA_CMD_FAULTS_H

struct fa_server;

/**
 * Give a server the faults of one option; see fa_server_fault().
 *
 * @text: JSON, or `@` and the name of a file with it
 *
 * Returns an exit status; what was wrong is logged.
 */
int cmd_fault(struct fa_server *server, const char *text);

#endif
