/* The server's log as lines of the program's. */
#ifndef FA_CMD_LOG_H
#define FA_CMD_LOG_H

struct fa_log_record;

/** fa_server_options.log: one line, with fields where the format is JSON. @context: unused */
void cmd_log_record(void *context, const struct fa_log_record *record);

#endif
