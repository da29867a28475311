#include "control_routes.h"

#include <string.h>

#define PARAMS(list) .params = (list), .param_count = sizeof(list) / sizeof((list)[0])

#define KEY_MAX    256 /* as accounts.c takes them */
#define NAME_MAX   255
#define FAULT_MAX  64
#define TTL_MAX_MS INT64_C(31536000000) /* a year */
#define ID_MAX     (INT64_C(1) << 53)
#define LIST_MAX   10000

/* accounts */

#define APIKEY                                                             \
    {                                                                      \
        .name = "apikey", .place = FA_IN_PATH, .type = FA_CONTROL_ACCOUNT, \
        .about = "Which account"                                           \
    }
#define ACCOUNT(text)                                                                        \
    {                                                                                        \
        .name = "account", .place = FA_IN_QUERY, .type = FA_CONTROL_ACCOUNT, .about = (text) \
    }
#define TEXT(member, max, text)                                                  \
    {                                                                            \
        .name = (member), .place = FA_IN_BODY, .len_max = (max), .about = (text) \
    }

static const struct fa_control_param account_create[] = {
    TEXT("name", NAME_MAX, "For people"),
    TEXT("apikey", KEY_MAX, "A new apikey; one is made if there is none"),
    TEXT("secretkey", KEY_MAX, "Its secret key; one is made if there is none"),
    TEXT("user", NAME_MAX, "Who may ask for the keys with a password (action=apikey)"),
    TEXT("password", NAME_MAX, "That password; only hashes of it are kept"),
    TEXT("reseller", KEY_MAX, "The apikey of an account that may act for this one"),
    {.name = "ttl",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_DURATION,
     .min = 1,
     .max = TTL_MAX_MS,
     .about = "How long it lives; then it goes with all it has (as the host's clock goes)"},
};

static const struct fa_control_param account_only[] = {APIKEY};

static const struct fa_control_param account_keys[] = {
    APIKEY,
    TEXT("secretkey", KEY_MAX, "The new secret key; one is made if there is none"),
};

/* seeds */

static const struct fa_control_param act[] = {
    APIKEY,
    {.name = "action",
     .place = FA_IN_PATH,
     .type = FA_CONTROL_TEXT,
     .len_max = 64,
     .about = "What to do: addMonitor, addAgent, getMonitors and all the others"},
    {.name = "params",
     .place = FA_IN_WHOLE,
     .type = FA_CONTROL_JSON,
     .about = "Its parameters as the API takes them: an object, name and value"},
};

static const struct fa_control_param monitor_create[] = {
    APIKEY,
    {.name = "name",
     .place = FA_IN_BODY,
     .is_required = true,
     .len_max = NAME_MAX,
     .about = "Its name"},
    TEXT("resultParams", 0, "What results have, as the API takes it: user_login:Login::3"),
    TEXT("additionalResultParams", 0, "Likewise, of additional results"),
    TEXT("monitorParams", 0, "Its settings, likewise"),
    {.name = "tag",
     .place = FA_IN_BODY,
     .is_required = true,
     .len_max = NAME_MAX,
     .about = "Its tag"},
    TEXT("type", NAME_MAX, "Its type"),
};

static const struct fa_control_param monitors_list[] = {
    APIKEY,
    {.name = "name", .place = FA_IN_QUERY, .about = "Only those of this name"},
    {.name = "tag", .place = FA_IN_QUERY, .about = "Only those with this tag"},
};

static const struct fa_control_param results_add[] = {
    APIKEY,
    {.name = "monitor",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_INTEGER,
     .is_required = true,
     .min = 1,
     .max = ID_MAX,
     .about = "Id of the monitor"},
    {.name = "rows",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_JSON,
     .is_required = true,
     .about =
         "A list of {\"time\": ms or text, now if it is not there; \"values\": {name: value}}"},
};

static const struct fa_control_param results_list[] = {
    APIKEY,
    {.name = "monitor",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_INTEGER,
     .is_required = true,
     .min = 1,
     .max = ID_MAX,
     .about = "Id of the monitor"},
    {.name = "after",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_INTEGER,
     .max = ID_MAX,
     .about = "Only what came after the row with this id"},
    {.name = "limit",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_INTEGER,
     .min = 1,
     .max = LIST_MAX,
     .about = "At most so many (1000)"},
};

/* export and import */

static const struct fa_control_param export[] = {
    ACCOUNT("Only this one"),
    {.name = "after",
     .place = FA_IN_QUERY,
     .len_max = 512,
     .about = "Go on after the answer whose last line has this as its \"next\""},
};

static const struct fa_control_param import[] = {
    ACCOUNT("This one gets it all and keeps its keys; else the accounts that the lines name"),
    {.name = "lines",
     .place = FA_IN_WHOLE,
     .type = FA_CONTROL_LINES,
     .is_required = true,
     .about = "What an export gave, or a part of it that ends with a line"},
};

/* faults */

#define FAULT_ID                                                                        \
    {                                                                                   \
        .name = "id", .place = FA_IN_PATH, .len_max = FAULT_MAX, .about = "Which fault" \
    }

static const struct fa_control_param fault_account[] = {ACCOUNT("Only those of this account")};

static const struct fa_control_param fault_add[] = {
    ACCOUNT("Whose requests are meant where the fault itself does not say; else everybody's"),
    {.name = "fault",
     .place = FA_IN_WHOLE,
     .type = FA_CONTROL_JSON,
     .is_required = true,
     .about = "One fault, or an array of faults, as in FAULTS.md"},
};

static const struct fa_control_param fault_one[] = {
    FAULT_ID,
    ACCOUNT("Whose fault, where several have the same id"),
};

static const struct fa_control_param fault_enable[] = {
    FAULT_ID,
    ACCOUNT("Whose fault, where several have the same id"),
    {.name = "enabled",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_FLAG,
     .is_required = true,
     .about = "Whether it is to happen"},
};

/* settings */

static const struct fa_control_param settings_set[] = {
    {.name = "profile",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_WORD,
     .words = "strict vendor",
     .about = "Set all checks as this profile has them, first"},
    {.name = "checks",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_JSON,
     .about = "Then set these: an object, name and value as text"},
};

/* All of them */

static const struct fa_control_route routes[] = {
    /* is it there, and what does it speak */
    {
        .method = "GET",
        .path = "/health",
        .words = "health",
        .flags = FA_CONTROL_PUBLIC,
        .handle = fa_control_health,
        .about = "Is the server well? 500 while its store does not answer",
        .answers = "`health`: `ok`, or what is not",
    },
    {
        .method = "GET",
        .path = "/ready",
        .words = "ready",
        .flags = FA_CONTROL_PUBLIC,
        .handle = fa_control_ready,
        .about = "Answers once requests are taken",
        .answers = "`ready`: true",
    },
    {
        .method = "GET",
        .path = "/openapi.json",
        .flags = FA_CONTROL_PUBLIC,
        .handle = fa_control_openapi,
        .about = "The vendor's API as it is served here, as an OpenAPI document",
        .answers = "The document",
    },
    {
        .method = "GET",
        .path = "/control.json",
        .flags = FA_CONTROL_PUBLIC,
        .handle = fa_control_document,
        .about = "This control API as an OpenAPI document",
        .answers = "The document",
    },

    /* accounts */
    {
        .method = "GET",
        .path = "/accounts",
        .words = "account list",
        .handle = fa_control_accounts_list,
        .about = "List the accounts, without their secret keys",
        .answers = "`accounts`: a list of `apikey`, `name`, `user`, `expires_at_ms`",
        .list = "accounts",
        .columns = "apikey name user expires_at_ms",
    },
    {
        .method = "POST",
        .path = "/accounts",
        .words = "account create",
        .status = 201,
        PARAMS(account_create),
        .handle = fa_control_account_create,
        .about = "Make an account with keys of its own",
        .answers = "`apikey`, `secretkey`, `expires_at_ms`",
    },
    {
        .method = "GET",
        .path = "/accounts/{apikey}",
        .words = "account show",
        PARAMS(account_only),
        .handle = fa_control_account_show,
        .about = "Show an account and how much it has",
        .answers = "`apikey`, `name`, `user`, `expires_at_ms`, and how many `monitors`, `rows`",
    },
    {
        .method = "DELETE",
        .path = "/accounts/{apikey}",
        .words = "account delete",
        PARAMS(account_only),
        .handle = fa_control_account_delete,
        .about = "Delete an account with all it has",
        .answers = "An empty object",
    },
    {
        .method = "POST",
        .path = "/accounts/{apikey}/keys",
        .words = "account keys",
        PARAMS(account_keys),
        .handle = fa_control_account_keys,
        .about = "Give an account another secret key",
        .answers = "`apikey`, `secretkey`",
    },
    {
        .method = "POST",
        .path = "/accounts/{apikey}/reset",
        .words = "account reset",
        PARAMS(account_only),
        .handle = fa_control_account_reset,
        .about = "Delete all that an account has, its clock, faults and journal too; its keys stay",
        .answers = "An empty object",
    },
    {
        .method = "POST",
        .path = "/reset",
        .words = "reset",
        .handle = fa_control_reset,
        .about =
            "Delete all that any account has, all faults, clocks and the journal; accounts stay",
        .answers = "An empty object",
    },

    /* seeds, and what came of them */
    {
        .method = "POST",
        .path = "/accounts/{apikey}/actions/{action}",
        .words = "act",
        PARAMS(act),
        .handle = fa_control_act,
        .about = "Do any action of the API without signing it",
        .answers = "`result`: what the API answers",
    },
    {
        .method = "GET",
        .path = "/accounts/{apikey}/monitors",
        .words = "monitor list",
        PARAMS(monitors_list),
        .handle = fa_control_monitors_list,
        .about = "List the monitors of an account",
        .answers = "`monitors`: a list of `id`, `name`, `tag`, `type`, `rows`",
        .list = "monitors",
        .columns = "id name tag type rows",
    },
    {
        .method = "POST",
        .path = "/accounts/{apikey}/monitors",
        .words = "monitor create",
        .status = 201,
        PARAMS(monitor_create),
        .handle = fa_control_monitor_create,
        .about = "Make a monitor",
        .answers = "`result`: what addMonitor answers, the id in `data`",
    },
    {
        .method = "GET",
        .path = "/accounts/{apikey}/results",
        .words = "result list",
        PARAMS(results_list),
        .handle = fa_control_results_list,
        .about = "List the results of a monitor in the order of their arrival",
        .answers = "`results`: a list of `id`, `time_ms`, `number`, `values`",
        .list = "results",
        .columns = "id time_ms number values",
    },
    {
        .method = "POST",
        .path = "/accounts/{apikey}/results",
        .words = "result add",
        .status = 201,
        PARAMS(results_add),
        .handle = fa_control_results_add,
        .about = "Add results, many at a time, with whatever values: nothing is checked",
        .answers = "`added`: how many",
    },

    /* export and import */
    {
        .method = "GET",
        .path = "/export",
        .words = "export",
        .flags = FA_CONTROL_PAGED,
        PARAMS(export),
        .handle = fa_control_export,
        .about = "Accounts with all they have, secret keys too, as lines of JSON",
        .answers = "Lines (application/x-ndjson); `{\"next\":…}` is the last while there is more",
    },
    {
        .method = "POST",
        .path = "/import",
        .words = "import",
        PARAMS(import),
        .handle = fa_control_import,
        .about = "Take what an export gave; the accounts lose what they had",
        .answers = "How many `accounts`, `monitors`, `rows`",
    },

    /* settings */
    {
        .method = "GET",
        .path = "/settings",
        .words = "settings show",
        .handle = fa_control_settings_show,
        .about = "Show the switches of the checks",
        .answers = "`checks`: name and value of each",
        .list = "checks",
    },
    {
        .method = "PUT",
        .path = "/settings",
        .words = "settings set",
        PARAMS(settings_set),
        .handle = fa_control_settings_set,
        .about = "Set the switches of the checks, for all accounts",
        .answers = "`checks`, as they are now",
        .list = "checks",
    },

    /* faults */
    {
        .method = "GET",
        .path = "/faults",
        .words = "fault list",
        PARAMS(fault_account),
        .handle = fa_control_faults_list,
        .about = "List the faults, in the order in which they are asked",
        .answers = "`faults`: a list of faults, each with `matched` and `applied`",
        .list = "faults",
        .columns = "id account enabled matched applied effect",
    },
    {
        .method = "POST",
        .path = "/faults",
        .words = "fault add",
        .status = 201,
        PARAMS(fault_add),
        .handle = fa_control_fault_add,
        .about = "Have something go wrong",
        .answers = "The fault, the last one of an array, with its `id`",
    },
    {
        .method = "DELETE",
        .path = "/faults",
        .words = "fault clear",
        PARAMS(fault_account),
        .handle = fa_control_faults_clear,
        .about = "Remove all faults",
        .answers = "`removed`: how many there were",
    },
    {
        .method = "GET",
        .path = "/faults/{id}",
        .words = "fault show",
        PARAMS(fault_one),
        .handle = fa_control_fault_show,
        .about = "Show a fault",
        .answers = "The fault, with `matched` and `applied`",
    },
    {
        .method = "PATCH",
        .path = "/faults/{id}",
        .words = "fault enable",
        PARAMS(fault_enable),
        .handle = fa_control_fault_enable,
        .about = "Switch a fault on or off; its counters stay",
        .answers = "The fault",
    },
    {
        .method = "DELETE",
        .path = "/faults/{id}",
        .words = "fault remove",
        PARAMS(fault_one),
        .handle = fa_control_fault_remove,
        .about = "Remove a fault",
        .answers = "`removed`: 1",
    },
};

const struct fa_control_route *fa_control_routes(size_t *ret_count)
{
    *ret_count = sizeof(routes) / sizeof(routes[0]);
    return routes;
}

bool fa_control_path_fits(const char *pattern, const char *path, const char **segments,
                          size_t *lens, size_t max)
{
    size_t count = 0;

    while (*pattern) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        if (count == max || path[0] == '\0' || path[0] == '/')
            return false;
        segments[count] = path;
        lens[count] = strcspn(path, "/");
        path += lens[count++];
        pattern = strchr(pattern, '}') + 1;
    }
    return *path == '\0';
}
