#include "routes.h"

#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Parameters that many actions share. */
#define MONITOR_ID                                                                      \
    {                                                                                   \
        .name = "monitorId", .type = FA_TYPE_ID, .is_required = true, .section = "3.4", \
        .about = "the monitor's id"                                                     \
    }
#define CHECKTIME                                                                         \
    {                                                                                     \
        .name = "checktime", .type = FA_TYPE_TIME, .is_required = true, .section = "3.0", \
        .about = "when it was measured"                                                   \
    }
#define PLAIN(arg_name, needed, arg_section, text)                              \
    {                                                                           \
        .name = (arg_name), .type = FA_TYPE_PLAIN, .is_required = (needed),     \
        .len_max = FA_NAME_CHARS_MAX, .section = (arg_section), .about = (text) \
    }
#define AGENT_ID(needed, arg_section, text)                                    \
    {                                                                          \
        .name = "agentId", .aliases = "customUserAgentId", .type = FA_TYPE_ID, \
        .is_required = (needed), .section = (arg_section), .about = (text)     \
    }
#define MULTI_VALUE                                                               \
    {                                                                             \
        .name = "multiValue", .aliases = "isMultiValue", .type = FA_TYPE_BOOLEAN, \
        .section = "3.1", .about = "several rows for one checktime"               \
    }

static const struct fa_arg_spec common[] = {
    {.name = "action", .is_required = true, .section = "1.1", .about = "what to do"},
    {.name = "apikey", .section = "1.5", .about = "whose account"},
    {.name = "version", .fallback = "2", .section = "1.6", .about = "2 or 3"},
    {.name = "output", .fallback = "json", .section = "1.7", .about = "json or xml, in any case"},
    {.name = "timestamp", .section = "2.4", .about = "time of the request, GMT"},
    {.name = "validation", .section = "2.2", .about = "HMACSHA1 or token, in any case"},
    {.name = "checksum", .section = "2.3", .about = "signature over all other parameters"},
    {.name = "authToken", .section = "2.2", .about = "a token instead of a checksum"},
    {.name = "publickey", .section = "2.5", .about = "on GET, instead of apikey"},
    {.name = "clientApikey", .section = "2.6", .about = "account a reseller acts for"},
};

static const struct fa_arg_spec apikey_args[] = {
    {.name = "userName", .is_required = true, .section = "2.1", .about = "name to sign in with"},
    {.name = "password",
     .is_required = true,
     .section = "2.1",
     .about = "MD5 or SHA-256 of the password, hexadecimal"},
};

static const struct fa_arg_spec token_args[] = {
    {.name = "secretkey",
     .is_required = true,
     .section = "2.2",
     .about = "the account's secret key"},
};

static const struct fa_arg_spec add_monitor_args[] = {
    PLAIN("name", true, "3.1", "the monitor's name"),
    PLAIN("tag", true, "3.1", "the group it belongs to"),
    {.name = "resultParams",
     .type = FA_TYPE_RESULT_PARAMS,
     .is_required = true,
     .section = "3.0",
     .about = "what each row of results holds"},
    {.name = "monitorParams",
     .type = FA_TYPE_MONITOR_PARAMS,
     .section = "3.0",
     .about = "settings of the monitor"},
    {.name = "additionalResultParams",
     .type = FA_TYPE_ADDITIONAL_PARAMS,
     .section = "3.0",
     .about = "what additional results hold"},
    {.name = "type",
     .type = FA_TYPE_PLAIN,
     .len_max = FA_NAME_CHARS_MAX,
     .fallback = "custom",
     .section = "3.1",
     .about = "any text, to filter by"},
    {.name = "customUserAgentId",
     .aliases = "agentId",
     .type = FA_TYPE_ID,
     .section = "3.12",
     .about = "the agent it belongs to"},
    PLAIN("agentName", false, "3.1", "name of an agent"),
    MULTI_VALUE,
    {.name = "pluginMonitorId", .type = FA_TYPE_INTEGER, .section = "3.1", .about = "stored"},
    {.name = "orderId", .type = FA_TYPE_INTEGER, .section = "2.6", .about = "stored"},
};

static const struct fa_arg_spec edit_monitor_args[] = {
    MONITOR_ID,
    PLAIN("name", false, "3.2", "new name"),
    PLAIN("tag", false, "3.2", "new tag"),
    {.name = "monitorParams",
     .type = FA_TYPE_MONITOR_PARAMS,
     .section = "3.2",
     .about = "changed and new settings"},
    {.name = "resultParams",
     .type = FA_TYPE_RESULT_PARAMS,
     .section = "3.2",
     .about = "changed and new result parameters"},
    {.name = "additionalResultParams",
     .type = FA_TYPE_ADDITIONAL_PARAMS,
     .section = "3.2",
     .about = "changed and new additional result parameters"},
    MULTI_VALUE,
};

static const struct fa_arg_spec delete_monitor_args[] = {
    {.name = "monitorId",
     .aliases = "monitorId[]",
     .type = FA_TYPE_IDS,
     .is_required = true,
     .section = "3.3",
     .about = "one id or a comma list; all or none are deleted"},
};

static const struct fa_arg_spec get_monitors_args[] = {
    PLAIN("tag", false, "3.4", "only with this tag"),
    PLAIN("type", false, "3.4", "only of this type"),
    PLAIN("name", false, "3.4", "only of this name"),
    AGENT_ID(false, "3.4", "only of this agent"),
};

static const struct fa_arg_spec get_monitor_info_args[] = {
    MONITOR_ID,
    {.name = "excludeHidden",
     .aliases = "isExcludeHidden",
     .type = FA_TYPE_BOOLEAN,
     .fallback = "false",
     .section = "3.5",
     .about = "leave hidden monitorParams out"},
};

static const struct fa_arg_spec colorize_args[] = {
    MONITOR_ID,
    {.name = "guiStyle",
     .type = FA_TYPE_JSON,
     .is_required = true,
     .section = "3.11",
     .about = "colours by condition"},
};

static const struct fa_arg_spec add_result_args[] = {
    MONITOR_ID,
    CHECKTIME,
    {.name = "results",
     .type = FA_TYPE_RESULTS,
     .is_required = true,
     .section = "3.0",
     .about = "the values"},
    {.name = "additionalResults",
     .type = FA_TYPE_JSON,
     .section = "3.6",
     .about = "as addAdditionalResults"},
};

static const struct fa_arg_spec get_monitor_results_args[] = {
    MONITOR_ID,
    {.name = "year",
     .type = FA_TYPE_INTEGER,
     .is_required = true,
     .min = 1970,
     .max = 9999,
     .section = "3.7",
     .about = "of the day wanted"},
    {.name = "month",
     .type = FA_TYPE_INTEGER,
     .is_required = true,
     .min = 1,
     .max = 12,
     .section = "3.7",
     .about = "of the day wanted"},
    {.name = "day",
     .type = FA_TYPE_INTEGER,
     .is_required = true,
     .min = 1,
     .max = 31,
     .section = "3.7",
     .about = "of the day wanted"},
    {.name = "timezone",
     .type = FA_TYPE_INTEGER,
     .min = -1440,
     .max = 1440,
     .fallback = "0",
     .section = "3.7",
     .about = "minutes east of GMT"},
};

static const struct fa_arg_spec add_additional_args[] = {
    MONITOR_ID,
    CHECKTIME,
    {.name = "results",
     .type = FA_TYPE_JSON,
     .is_required = true,
     .section = "3.8",
     .about = "a list of objects"},
};

static const struct fa_arg_spec get_additional_args[] = {
    MONITOR_ID,
    CHECKTIME,
};

static const struct fa_arg_spec report_args[] = {
    MONITOR_ID,
    {.name = "dateFrom",
     .type = FA_TYPE_TIME,
     .is_required = true,
     .section = "3.10",
     .about = "from this time on"},
    {.name = "dateTo",
     .type = FA_TYPE_TIME,
     .is_required = true,
     .section = "3.10",
     .about = "up to but not at this time"},
    {.name = "timezone",
     .type = FA_TYPE_INTEGER,
     .min = -1440,
     .max = 1440,
     .fallback = "0",
     .section = "3.10",
     .about = "minutes east of GMT"},
    {.name = "interval",
     .type = FA_TYPE_INTEGER,
     .min = 1,
     .max = 100000,
     .section = "3.10",
     .about = "length of a bucket; without it every row"},
    {.name = "intervalType",
     .type = FA_TYPE_WORD,
     .words = "min hour day month",
     .fallback = "min",
     .section = "3.10",
     .about = "unit of interval: min, hour, day or month"},
};

static const struct fa_arg_spec additional_report_args[] = {
    MONITOR_ID,
    {.name = "dateFrom",
     .type = FA_TYPE_TIME,
     .is_required = true,
     .section = "3.10",
     .about = "from this time on"},
    {.name = "dateTo",
     .type = FA_TYPE_TIME,
     .is_required = true,
     .section = "3.10",
     .about = "up to but not at this time"},
    {.name = "timezone",
     .type = FA_TYPE_INTEGER,
     .min = -1440,
     .max = 1440,
     .fallback = "0",
     .section = "3.10",
     .about = "minutes east of GMT"},
};

static const struct fa_arg_spec add_agent_args[] = {
    PLAIN("name", true, "3.12", "the name of the agent"),
    {.name = "type",
     .type = FA_TYPE_PLAIN,
     .fallback = "custom",
     .section = "3.12",
     .about = "any text, to filter by"},
    {.name = "params", .type = FA_TYPE_JSON, .section = "3.12", .about = "an object of settings"},
    {.name = "jobPollingInterval",
     .type = FA_TYPE_INTEGER,
     .min = 0,
     .max = 2147483647,
     .fallback = "0",
     .section = "3.12",
     .about = "how often it asks for jobs"},
};

static const struct fa_arg_spec edit_agent_args[] = {
    AGENT_ID(true, "3.12", "the id of the agent"),
    PLAIN("name", false, "3.12", "new name"),
    {.name = "params", .type = FA_TYPE_JSON, .section = "3.12", .about = "an object of settings"},
    {.name = "jobPollingInterval",
     .type = FA_TYPE_INTEGER,
     .min = 0,
     .max = 2147483647,
     .section = "3.12",
     .about = "how often it asks for jobs"},
};

static const struct fa_arg_spec delete_agent_args[] = {
    {.name = "agentIds",
     .type = FA_TYPE_IDS,
     .is_required = true,
     .section = "3.12",
     .about = "one id or a comma list; all or none are deleted"},
    {.name = "deleteMonitors",
     .type = FA_TYPE_BOOLEAN,
     .fallback = "false",
     .section = "3.12",
     .about = "delete their monitors as well"},
};

static const struct fa_arg_spec get_agents_args[] = {
    PLAIN("type", false, "3.12", "only of this type"),
    {.name = "loadTests",
     .aliases = "loadTest",
     .type = FA_TYPE_BOOLEAN,
     .fallback = "false",
     .section = "3.12",
     .about = "with their monitors"},
    {.name = "loadParams",
     .aliases = "loadParametrs",
     .type = FA_TYPE_BOOLEAN,
     .fallback = "false",
     .section = "3.12",
     .about = "with their settings"},
};

static const struct fa_arg_spec agent_info_args[] = {
    AGENT_ID(true, "3.12", "the id of the agent"),
};

static const struct fa_arg_spec add_job_args[] = {
    AGENT_ID(true, "3.12", "the agent that is to do it"),
    PLAIN("name", false, "3.12", "the name of the job"),
    PLAIN("type", false, "3.12", "any text"),
    {.name = "interval",
     .aliases = "periodicity",
     .section = "3.12",
     .about = "how often, in minutes or free text"},
    {.name = "params", .section = "3.12", .about = "free text or JSON"},
    {.name = "monitorId", .type = FA_TYPE_ID, .section = "3.12", .about = "the monitor it is for"},
};

static const struct fa_arg_spec edit_job_args[] = {
    {.name = "jobId",
     .type = FA_TYPE_ID,
     .is_required = true,
     .section = "3.12",
     .about = "the id of the job"},
    PLAIN("name", false, "3.12", "the name of the job"),
    PLAIN("type", false, "3.12", "any text"),
    {.name = "interval",
     .aliases = "periodicity",
     .section = "3.12",
     .about = "how often, in minutes or free text"},
    {.name = "params", .section = "3.12", .about = "free text or JSON"},
    {.name = "activeFlag",
     .type = FA_TYPE_INTEGER,
     .min = 0,
     .max = 1,
     .section = "3.12",
     .about = "1 when it is to be done"},
};

static const struct fa_arg_spec delete_job_args[] = {
    {.name = "jobIds",
     .type = FA_TYPE_IDS,
     .is_required = true,
     .section = "3.12",
     .about = "one id or a comma list; all or none are deleted"},
};

static const struct fa_arg_spec get_jobs_args[] = {
    AGENT_ID(true, "3.12", "whose jobs"),
    {.name = "lastJobId", .type = FA_TYPE_ID, .section = "3.12", .about = "only greater ids"},
};

static const struct fa_arg_spec add_page_args[] = {
    {.name = "title", .is_required = true, .section = "3.13", .about = "the title of the page"},
    {.name = "columnCount", .type = FA_TYPE_INTEGER, .section = "3.13", .about = "stored"},
};

static const struct fa_arg_spec page_id_args[] = {
    {.name = "pageId",
     .type = FA_TYPE_ID,
     .is_required = true,
     .section = "3.13",
     .about = "the id of the page"},
};

static const struct fa_arg_spec add_page_module_args[] = {
    {.name = "moduleName",
     .is_required = true,
     .section = "3.13",
     .about = "for instance CustomMonitor"},
    {.name = "pageId",
     .type = FA_TYPE_ID,
     .is_required = true,
     .section = "3.13",
     .about = "the id of the page"},
    {.name = "column", .type = FA_TYPE_INTEGER, .section = "3.13", .about = "stored"},
    {.name = "row", .type = FA_TYPE_INTEGER, .section = "3.13", .about = "stored"},
    {.name = "dataModuleId",
     .type = FA_TYPE_ID,
     .is_required = true,
     .section = "3.13",
     .about = "what it shows: the id of a monitor"},
    {.name = "height", .type = FA_TYPE_INTEGER, .section = "3.13", .about = "stored"},
};

static const struct fa_arg_spec page_modules_args[] = {
    {.name = "pageId", .type = FA_TYPE_ID, .section = "3.13", .about = "the id of the page, or"},
    {.name = "pageName", .section = "3.13", .about = "its title"},
};

static const struct fa_arg_spec delete_page_module_args[] = {
    {.name = "pageModuleId",
     .type = FA_TYPE_ID,
     .is_required = true,
     .section = "3.13",
     .about = "the id of the module"},
};

static const struct fa_arg_spec add_contact_args[] = {
    {.name = "firstName", .section = "3.13", .about = "stored"},
    {.name = "lastName", .section = "3.13", .about = "stored"},
    {.name = "account", .section = "3.13", .about = "stored"},
    {.name = "contactType", .section = "3.13", .about = "stored"},
    {.name = "timezone", .section = "3.13", .about = "stored"},
    {.name = "group", .section = "3.13", .about = "stored"},
    {.name = "sendDailyReport", .section = "3.13", .about = "stored"},
    {.name = "sendWeeklyReport", .section = "3.13", .about = "stored"},
    {.name = "sendMonthlyReport", .section = "3.13", .about = "stored"},
    {.name = "portable", .section = "3.13", .about = "stored"},
    {.name = "country", .section = "3.13", .about = "stored"},
    {.name = "textType", .section = "3.13", .about = "stored"},
};

static const struct fa_arg_spec delete_contact_args[] = {
    {.name = "contactId",
     .type = FA_TYPE_ID,
     .is_required = true,
     .section = "3.13",
     .about = "the id of the contact"},
};

static const struct fa_arg_spec add_rule_args[] = {
    MONITOR_ID,
    {.name = "contactId", .type = FA_TYPE_ID, .section = "3.13", .about = "who is told"},
    {.name = "monitorType", .section = "3.13", .about = "stored"},
    {.name = "contactGroup", .section = "3.13", .about = "stored"},
    {.name = "period", .section = "3.13", .about = "stored"},
    {.name = "notifyBackup", .section = "3.13", .about = "stored"},
    {.name = "continuousAlerts", .section = "3.13", .about = "stored"},
    {.name = "failureCount", .section = "3.13", .about = "stored"},
    {.name = "weekdayFrom", .section = "3.13", .about = "stored"},
    {.name = "weekdayTo", .section = "3.13", .about = "stored"},
    {.name = "timeFrom", .section = "3.13", .about = "stored"},
    {.name = "timeTo", .section = "3.13", .about = "stored"},
    {.name = "paramName", .section = "3.13", .about = "stored"},
    {.name = "paramValue", .section = "3.13", .about = "stored"},
    {.name = "comparingMethod", .section = "3.13", .about = "stored"},
    {.name = "minFailedLocationCount", .section = "3.13", .about = "stored"},
};

static const struct fa_arg_spec get_rules_args[] = {
    MONITOR_ID,
    {.name = "monitorType", .section = "3.13", .about = "not looked at"},
};

static const struct fa_arg_spec delete_rule_args[] = {
    MONITOR_ID,
    {.name = "monitorType", .section = "3.13", .about = "not looked at"},
    {.name = "contactIds",
     .type = FA_TYPE_IDS,
     .section = "3.13",
     .about = "only the rules for these contacts"},
};

static const struct fa_arg_spec add_public_key_args[] = {
    {.name = "params",
     .type = FA_TYPE_JSON,
     .fallback = "{}",
     .section = "2.5",
     .about = "an object: the parameters it stands for"},
};

static const struct fa_arg_spec update_public_key_args[] = {
    {.name = "key", .is_required = true, .section = "2.5", .about = "the public key"},
    {.name = "params",
     .type = FA_TYPE_JSON,
     .is_required = true,
     .section = "2.5",
     .about = "an object: the parameters it stands for"},
};

static const struct fa_arg_spec delete_public_keys_args[] = {
    {.name = "keys",
     .is_required = true,
     .section = "2.5",
     .about = "a comma list; all or none are deleted"},
};

#define READ(action_name, on_paths, rule, table, function, in_section, text)                      \
    {                                                                                             \
        .action = (action_name), .paths = (on_paths), .auth = (rule), .args = (table),            \
        .arg_count = COUNT(table), .handle = (function), .section = (in_section), .about = (text) \
    }
#define WRITE(action_name, on_paths, table, function, in_section, text)                            \
    {                                                                                              \
        .action = (action_name), .paths = (on_paths), .is_writing = true, .auth = FA_AUTH_SIGNED,  \
        .args = (table), .arg_count = COUNT(table), .handle = (function), .section = (in_section), \
        .about = (text)                                                                            \
    }

#define ADD(action_name, table, function, in_section, text)                                       \
    {                                                                                             \
        .action = (action_name), .paths = FA_PATH_CUSTOM, .is_writing = true, .is_adding = true,  \
        .auth = FA_AUTH_SIGNED, .args = (table), .arg_count = COUNT(table), .handle = (function), \
        .section = (in_section), .about = (text)                                                  \
    }

static const struct fa_route routes[] = {
    READ("apikey", FA_PATH_BOTH, FA_AUTH_NONE, apikey_args, fa_api_apikey, "2.1",
         "Get the keys of an account by user name and password"),
    {.action = "secretkey",
     .paths = FA_PATH_BOTH,
     .auth = FA_AUTH_OWNER,
     .handle = fa_api_secretkey,
     .section = "2.1",
     .about = "Get the secret key of an account"},
    READ("userkey", FA_PATH_BOTH, FA_AUTH_NONE, apikey_args, fa_api_userkey, "2.1",
         "Get the user key of an account by user name and password"),
    READ("authToken", FA_PATH_BOTH, FA_AUTH_NONE, token_args, fa_api_auth_token, "2.2",
         "Get a token that is good for 24 hours"),
    WRITE("addMonitor", FA_PATH_CUSTOM, add_monitor_args, fa_api_add_monitor, "3.1",
          "Create a monitor"),
    WRITE("editMonitor", FA_PATH_CUSTOM, edit_monitor_args, fa_api_edit_monitor, "3.2",
          "Change a monitor"),
    WRITE("deleteMonitor", FA_PATH_CUSTOM, delete_monitor_args, fa_api_delete_monitor, "3.3",
          "Delete monitors and their results"),
    READ("getMonitors", FA_PATH_CUSTOM, FA_AUTH_APIKEY, get_monitors_args, fa_api_get_monitors,
         "3.4", "List monitors"),
    READ("getMonitorInfo", FA_PATH_CUSTOM, FA_AUTH_APIKEY, get_monitor_info_args,
         fa_api_get_monitor_info, "3.5", "Show a monitor and its parameters"),
    ADD("addResult", add_result_args, fa_api_add_result, "3.6", "Report results"),
    READ("getMonitorResults", FA_PATH_CUSTOM, FA_AUTH_APIKEY, get_monitor_results_args,
         fa_api_get_monitor_results, "3.7", "List the results of one day"),
    ADD("addAdditionalResults", add_additional_args, fa_api_add_additional_results, "3.8",
        "Report additional results"),
    READ("getAdditionalResults", FA_PATH_CUSTOM, FA_AUTH_APIKEY, get_additional_args,
         fa_api_get_additional_results, "3.9", "List the additional results of one checktime"),
    WRITE("colorizeMonitors", FA_PATH_CUSTOM, colorize_args, fa_api_colorize_monitors, "3.11",
          "Keep how a monitor is to be coloured"),
    READ("getReport", FA_PATH_CUSTOM, FA_AUTH_APIKEY, report_args, fa_api_get_report, "3.10",
         "List results over a span of time, or their aggregates"),
    READ("getAdditionalDataReport", FA_PATH_CUSTOM, FA_AUTH_APIKEY, additional_report_args,
         fa_api_get_additional_data_report, "3.10", "List additional results over a span of time"),
    WRITE("addAgent", FA_PATH_CUSTOM, add_agent_args, fa_api_add_agent, "3.12", "Create an agent"),
    WRITE("editAgent", FA_PATH_CUSTOM, edit_agent_args, fa_api_edit_agent, "3.12",
          "Change an agent"),
    WRITE("deleteAgent", FA_PATH_CUSTOM, delete_agent_args, fa_api_delete_agent, "3.12",
          "Delete agents"),
    READ("getAgents", FA_PATH_CUSTOM, FA_AUTH_APIKEY, get_agents_args, fa_api_get_agents, "3.12",
         "List agents"),
    READ("agentInfo", FA_PATH_CUSTOM, FA_AUTH_APIKEY, agent_info_args, fa_api_agent_info, "3.12",
         "Show an agent"),
    WRITE("addJob", FA_PATH_CUSTOM, add_job_args, fa_api_add_job, "3.12", "Give an agent a job"),
    WRITE("editJob", FA_PATH_CUSTOM, edit_job_args, fa_api_edit_job, "3.12", "Change a job"),
    WRITE("deleteJob", FA_PATH_CUSTOM, delete_job_args, fa_api_delete_job, "3.12", "Delete jobs"),
    READ("getJobs", FA_PATH_CUSTOM, FA_AUTH_APIKEY, get_jobs_args, fa_api_get_jobs, "3.12",
         "List the jobs of an agent"),
    {.action = "getPublicKeys",
     .paths = FA_PATH_BOTH,
     .auth = FA_AUTH_OWNER,
     .handle = fa_api_get_public_keys,
     .section = "2.5",
     .about = "List the public keys"},
    WRITE("addPublicKey", FA_PATH_BOTH, add_public_key_args, fa_api_add_public_key, "2.5",
          "Create a public key"),
    WRITE("updatePublicKey", FA_PATH_BOTH, update_public_key_args, fa_api_update_public_key, "2.5",
          "Change what a public key stands for"),
    WRITE("deletePublicKeys", FA_PATH_BOTH, delete_public_keys_args, fa_api_delete_public_keys,
          "2.5", "Delete public keys"),
    WRITE("addPage", FA_PATH_API, add_page_args, fa_api_add_page, "3.13",
          "Create a dashboard page"),
    {.action = "pages",
     .paths = FA_PATH_API,
     .auth = FA_AUTH_APIKEY,
     .handle = fa_api_pages,
     .section = "3.13",
     .about = "List dashboard pages"},
    WRITE("deletePage", FA_PATH_API, page_id_args, fa_api_delete_page, "3.13",
          "Delete a dashboard page"),
    WRITE("addPageModule", FA_PATH_API, add_page_module_args, fa_api_add_page_module, "3.13",
          "Put a module on a page"),
    READ("pageModules", FA_PATH_API, FA_AUTH_APIKEY, page_modules_args, fa_api_page_modules, "3.13",
         "List the modules of a page"),
    WRITE("deletePageModule", FA_PATH_API, delete_page_module_args, fa_api_delete_page_module,
          "3.13", "Take a module off its page"),
    WRITE("addContact", FA_PATH_API, add_contact_args, fa_api_add_contact, "3.13",
          "Create a contact"),
    {.action = "contactsList",
     .paths = FA_PATH_API,
     .auth = FA_AUTH_APIKEY,
     .handle = fa_api_contacts_list,
     .section = "3.13",
     .about = "List contacts"},
    WRITE("deleteContact", FA_PATH_API, delete_contact_args, fa_api_delete_contact, "3.13",
          "Delete a contact"),
    WRITE("addNotificationRule", FA_PATH_API, add_rule_args, fa_api_add_notification_rule, "3.13",
          "Create a notification rule"),
    READ("getNotificationRules", FA_PATH_API, FA_AUTH_APIKEY, get_rules_args,
         fa_api_get_notification_rules, "3.13", "List the notification rules of a monitor"),
    WRITE("deleteNotificationRule", FA_PATH_API, delete_rule_args, fa_api_delete_notification_rule,
          "3.13", "Delete notification rules of a monitor"),
};

const struct fa_route *fa_routes(size_t *ret_count)
{
    *ret_count = COUNT(routes);
    return routes;
}

const struct fa_arg_spec *fa_common_args(size_t *ret_count)
{
    *ret_count = COUNT(common);
    return common;
}

const struct fa_route *fa_route_find(const char *action, enum fa_route_paths path)
{
    size_t i;

    for (i = 0; i < COUNT(routes); i++)
        if ((routes[i].paths & path) && strcmp(routes[i].action, action) == 0)
            return &routes[i];
    return NULL;
}

bool fa_arg_spec_is(const struct fa_arg_spec *spec, const char *name, size_t len)
{
    const char *word = spec->aliases ? spec->aliases : "";

    if (strlen(spec->name) == len && strncasecmp(spec->name, name, len) == 0)
        return true;
    while (*word) {
        size_t word_len = strcspn(word, " ");

        if (word_len == len && strncasecmp(word, name, len) == 0)
            return true;
        word += word_len + (word[word_len] == ' ');
    }
    return false;
}
