/*
 * A server between ready and stopped: signals and the service manager. SIGTERM and SIGINT stop it
 * in order, a second one ends the process at once; SIGHUP reloads.
 */
#ifndef FA_CMD_SIGNALS_H
#define FA_CMD_SIGNALS_H

/** Keep the signals for cmd_signals_serve(). Before any thread is started. */
void cmd_signals_block(void);

/**
 * Tell the service manager that the server is ready, and return when it is to stop.
 *
 * @reload: called for each SIGHUP
 * @turn:   called as often as the service manager's watchdog wants; returns when the server is
 * alive
 */
void cmd_signals_serve(void (*reload)(void *context), void (*turn)(void *context), void *context);

/**
 * The listening socket that the service manager has passed on, or 0. Not for children.
 *
 * Source: sd_listen_fds(3), "Notes"
 *
 * Errors: -1 there are several, or it is no listening stream socket
 */
int cmd_signals_socket(void);

#endif
