/* Every subcommand: its row for the table in main.c, defined in cmd_<name>.c. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli.h"

extern const struct cli_command cmd_sign;
extern const struct cli_command cmd_conformance;
extern const struct cli_command cmd_auth_token;
extern const struct cli_command cmd_call;
extern const struct cli_command cmd_setup;
extern const struct cli_command cmd_doctor;
extern const struct cli_command cmd_status;
extern const struct cli_command cmd_flush;
extern const struct cli_command cmd_trace;
extern const struct cli_command cmd_monitor_add;
extern const struct cli_command cmd_monitor_list;
extern const struct cli_command cmd_monitor_show;
extern const struct cli_command cmd_monitor_edit;
extern const struct cli_command cmd_monitor_delete;
extern const struct cli_command cmd_result_add;
extern const struct cli_command cmd_result_list;
extern const struct cli_command cmd_additional_add;
extern const struct cli_command cmd_additional_list;
extern const struct cli_command cmd_report;
extern const struct cli_command cmd_monitor_colorize;
extern const struct cli_command cmd_agent_add;
extern const struct cli_command cmd_agent_list;
extern const struct cli_command cmd_agent_show;
extern const struct cli_command cmd_agent_edit;
extern const struct cli_command cmd_agent_delete;
extern const struct cli_command cmd_job_add;
extern const struct cli_command cmd_job_list;
extern const struct cli_command cmd_job_edit;
extern const struct cli_command cmd_job_delete;

#endif
