/* Telling the service manager how a program is; does nothing where there is none. */
#ifndef PM_NOTIFY_H
#define PM_NOTIFY_H

/**
 * Send a state such as "READY=1" or "STOPPING=1" to the socket that $NOTIFY_SOCKET names.
 *
 * Source: sd_notify(3), "Notes": the protocol may be spoken without the library
 */
void pm_notify(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
