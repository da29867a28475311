/* What the server's log is told: of requests, as the journal has them, and of the store. */
#ifndef FA_LOG_REQUEST_H
#define FA_LOG_REQUEST_H

struct fa_app;
struct fa_fault_welcome;
struct fa_journal_entry;

/** Tell of one request, if it is of those that are told of. */
void fa_log_request(const struct fa_app *app, const struct fa_journal_entry *entry);

/** Tell that the store could not commit, and why. */
void fa_log_failed_commit(const struct fa_app *app);

/** Tell of a connection that a fault let down. */
void fa_log_connection(const struct fa_app *app, const char *peer,
                       const struct fa_fault_welcome *welcome);

#endif
