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

static const struct fa_control_param signin_link[] = {
    ACCOUNT("Only this account is seen, and nothing controlled; else all are"),
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
     .is_argument = true,
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
     .is_argument = true,
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

static const struct fa_control_param settings_show[] = {
    ACCOUNT("Those of this account; else the server's, which the others follow"),
};

static const struct fa_control_param settings_unset[] = {
    {.name = "account",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_ACCOUNT,
     .is_required = true,
     .about = "Which account"},
};

static const struct fa_control_param settings_set[] = {
    ACCOUNT("For this account only; else for the server and all accounts without own ones"),
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

/* the journal */

#define OF_ACCOUNT(where)                                                                      \
    {                                                                                          \
        .name = "account", .place = (where), .type = FA_CONTROL_ACCOUNT, .about = "Its apikey" \
    }
#define VERDICT(where)                                                            \
    {                                                                             \
        .name = "verdict", .place = (where), .type = FA_CONTROL_WORD,             \
        .words = "accepted refused failed",                                       \
        .about = "accepted; refused, the client's fault; or failed, the server's" \
    }
#define IDS_AND_ORDER(where)                                                                  \
    {.name = "after",                                                                         \
     .place = (where),                                                                        \
     .type = FA_CONTROL_INTEGER,                                                              \
     .about = "Only requests with a greater id"},                                             \
        {.name = "before",                                                                    \
         .place = (where),                                                                    \
         .type = FA_CONTROL_INTEGER,                                                          \
         .about = "Only requests with a smaller id"},                                         \
        {.name = "limit",                                                                     \
         .place = (where),                                                                    \
         .type = FA_CONTROL_INTEGER,                                                          \
         .min = 1,                                                                            \
         .max = 10000,                                                                        \
         .about = "At most so many (100)"},                                                   \
    {                                                                                         \
        .name = "order", .place = (where), .type = FA_CONTROL_WORD, .words = "newest oldest", \
        .about = "Which come first (newest)"                                                  \
    }
#define AS                                                                                        \
    {                                                                                             \
        .name = "as", .place = FA_IN_QUERY, .type = FA_CONTROL_WORD, .words = "json curl vector", \
        .about = "curl: commands for the shell; vector: known answers for paidmonitor "           \
                 "conformance"                                                                    \
    }
#define INSTANCE(where)                                                                       \
    {                                                                                         \
        .name = "instance", .place = (where), .len_max = 64,                                  \
        .about = "As an earlier answer gave it: if the server was restarted since then, the " \
                 "answer is that it cannot know"                                              \
    }
#define SINCE_ABOUT \
    "\"now\", or the id of a request; otherwise all since the journal was cleared count"

static const struct fa_control_param journal_list[] = {
    OF_ACCOUNT(FA_IN_QUERY),
    {.name = "action", .place = FA_IN_QUERY, .about = "Only this action"},
    VERDICT(FA_IN_QUERY),
    {.name = "status",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_INTEGER,
     .min = 100,
     .max = 599,
     .about = "Only answers with this status"},
    {.name = "monitor",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_INTEGER,
     .about = "Only what concerns this monitor"},
    {.name = "method", .place = FA_IN_QUERY, .about = "GET, POST"},
    {.name = "path", .place = FA_IN_QUERY, .about = "Only this path"},
    {.name = "reason", .place = FA_IN_QUERY, .about = "Part of the reason of a refusal"},
    {.name = "since",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_TIME,
     .about = "Not before, by the clock that judged the request"},
    {.name = "until", .place = FA_IN_QUERY, .type = FA_CONTROL_TIME, .about = "Not after"},
    {.name = "kept",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_FLAG,
     .about = "Those that the store keeps (serve --journal-store), in full; their ids are `kept`"},
    IDS_AND_ORDER(FA_IN_QUERY),
    AS,
};

static const struct fa_control_param journal_find[] = {
    OF_ACCOUNT(FA_IN_BODY),
    {.name = "match",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_JSON,
     .is_required = true,
     .about = "A matcher"},
    IDS_AND_ORDER(FA_IN_BODY),
};

static const struct fa_control_param journal_show[] = {
    {.name = "id", .place = FA_IN_PATH, .type = FA_CONTROL_INTEGER, .about = "Of the request"},
    AS,
};

static const struct fa_control_param journal_stream[] = {
    OF_ACCOUNT(FA_IN_QUERY),
    {.name = "action", .place = FA_IN_QUERY, .about = "Only this action"},
    VERDICT(FA_IN_QUERY),
    {.name = "monitor",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_INTEGER,
     .about = "Only what concerns this monitor"},
    {.name = "after",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_INTEGER,
     .about = "Begin after the request with this id; otherwise with the next that comes"},
};

static const struct fa_control_param of_account[] = {OF_ACCOUNT(FA_IN_QUERY)};

/* expectations */

static const struct fa_control_param expect[] = {
    OF_ACCOUNT(FA_IN_BODY),
    {.name = "id", .place = FA_IN_BODY, .len_max = 64, .about = "Its name; one is made if absent"},
    {.name = "must",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_JSON,
     .about = "A matcher: at least one such request must come, or as many as the counts say"},
    {.name = "may",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_JSON,
     .about = "A matcher: such requests may come"},
    {.name = "must_not",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_JSON,
     .about = "A matcher: no such request may come"},
    {.name = "at_least", .place = FA_IN_BODY, .type = FA_CONTROL_INTEGER, .about = "How often"},
    {.name = "at_most", .place = FA_IN_BODY, .type = FA_CONTROL_INTEGER, .about = "How often"},
    {.name = "exactly", .place = FA_IN_BODY, .type = FA_CONTROL_INTEGER, .about = "How often"},
    {.name = "within",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_DURATION,
     .about = "From now on; what comes later is not counted"},
    {.name = "after",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_JSON,
     .about = "Names of expectations that must be met before"},
    {.name = "since", .place = FA_IN_BODY, .type = FA_CONTROL_JSON, .about = SINCE_ABOUT},
    {.name = "expectations",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_JSON,
     .about = "A list of such objects, in place of one: all are declared, or none"},
    {.name = "in_order",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_FLAG,
     .about = "Each of the list comes after the one before"},
};

static const struct fa_control_param expectation[] = {
    {.name = "id", .place = FA_IN_PATH, .about = "Its name"},
    OF_ACCOUNT(FA_IN_QUERY),
};

static const struct fa_control_param verify[] = {
    OF_ACCOUNT(FA_IN_QUERY),
    {.name = "nothing_else",
     .place = FA_IN_QUERY,
     .type = FA_CONTROL_FLAG,
     .about = "Nothing that no expectation takes may have come either"},
    INSTANCE(FA_IN_QUERY),
};

static const struct fa_control_param wait[] = {
    OF_ACCOUNT(FA_IN_BODY),
    {.name = "match",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_JSON,
     .about = "A matcher; action, verdict and monitor are short for its members"},
    {.name = "action", .place = FA_IN_BODY, .about = "Only this action"},
    VERDICT(FA_IN_BODY),
    {.name = "monitor",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_INTEGER,
     .about = "Only what concerns this monitor"},
    {.name = "at_least",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_INTEGER,
     .min = 1,
     .max = 1000000000,
     .about = "So many requests (1)"},
    {.name = "within",
     .place = FA_IN_BODY,
     .type = FA_CONTROL_DURATION,
     .max = 3600000,
     .about = "At most so long (10s); 0 asks without waiting"},
    {.name = "since", .place = FA_IN_BODY, .about = SINCE_ABOUT},
    INSTANCE(FA_IN_BODY),
};

/* clocks */

static const struct fa_control_param clock_set[] = {
    {.name = "clock",
     .place = FA_IN_BODY,
     .len_max = 100,
     .is_required = true,
     .is_argument = true,
     .about =
         "real, +24h, -90s, frozen, frozen@TIME, running@TIME with TIME as 2026-11-22 12:00:00 "
         "in GMT; for an account also server"},
    OF_ACCOUNT(FA_IN_BODY),
};

static const struct fa_control_param clock_advance[] = {
    {.name = "by",
     .place = FA_IN_BODY,
     .len_max = 100,
     .is_required = true,
     .is_argument = true,
     .about = "A duration, back if negative: 10m, 24h, -90s"},
    OF_ACCOUNT(FA_IN_BODY),
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

    {
        .method = "POST",
        .path = "/signin-links",
        .words = "signin",
        .status = 201,
        PARAMS(signin_link),
        .handle = fa_control_signin_link,
        .about = "Make an address that signs a browser in to the dashboard, once",
        .answers = "`url`; `lasts_ms`, how long it is good if nobody uses it; `text`, the same "
                   "address as a line",
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
        PARAMS(settings_show),
        .handle = fa_control_settings_show,
        .about = "Show the switches of the checks",
        .answers = "`checks`: name and value of each; of an account `follows_server`",
        .list = "checks",
    },
    {
        .method = "PUT",
        .path = "/settings",
        .words = "settings set",
        PARAMS(settings_set),
        .handle = fa_control_settings_set,
        .about = "Set switches of the checks",
        .answers = "`checks`, as they are now",
        .list = "checks",
    },
    {
        .method = "DELETE",
        .path = "/settings",
        .words = "settings unset",
        PARAMS(settings_unset),
        .handle = fa_control_settings_unset,
        .about = "Let an account follow the server's switches again",
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

    /* the journal */
    {
        .method = "GET",
        .path = "/journal",
        .words = "journal list",
        PARAMS(journal_list),
        .handle = fa_control_journal_list,
        .about = "List what came: requests to the API, with verdict and reason",
        .answers = "`requests`; `oldest` and `newest` id that is remembered; `before` or `after`, "
                   "with which to ask for the rest; of an account `total` and how many are "
                   "`forgotten`",
        .list = "requests",
        .columns = "id time verdict status action monitor reason",
    },
    {
        .method = "POST",
        .path = "/journal/find",
        .words = "journal find",
        PARAMS(journal_find),
        .handle = fa_control_journal_list,
        .about = "List the requests that fit a matcher",
        .answers = "As GET /__fake/journal",
        .list = "requests",
        .columns = "id time verdict status action monitor reason",
    },
    {
        .method = "GET",
        .path = "/journal/stream",
        .words = "journal follow",
        .columns = "id time verdict status action reason",
        .flags = FA_CONTROL_EVENTS,
        PARAMS(journal_stream),
        .handle = fa_control_journal_stream,
        .about = "Follow what comes, each request once it is committed",
        .answers = "One event per request, with its `id`; `gap` when some were forgotten meanwhile",
    },
    {
        .method = "GET",
        .path = "/journal/{id}",
        .words = "journal show",
        PARAMS(journal_show),
        .handle = fa_control_journal_show,
        .about = "Everything about one request: each check with its evidence, the diagnosis of a "
                 "wrong checksum, the fault that spoiled the answer, times, request and reply",
        .answers = "The members of the list, and `checks`, `params`, `timing_us`, `deviations`, "
                   "`mistake`, `diagnosis`, `request`, `reply`",
        .list = "checks",
        .columns = "check verdict evidence section",
    },
    {
        .method = "DELETE",
        .path = "/journal",
        .words = "journal clear",
        PARAMS(of_account),
        .handle = fa_control_journal_clear,
        .about = "Forget what came, of one account or of all; expectations count anew",
        .answers = "`cleared`: how many",
    },

    /* expectations */
    {
        .method = "POST",
        .path = "/expectations",
        .words = "expect",
        .status = 201,
        PARAMS(expect),
        .handle = fa_control_expect,
        .about = "Declare what must, may or must not come",
        .answers = "`ids`: their names",
    },
    {
        .method = "GET",
        .path = "/expectations",
        .words = "expectation list",
        PARAMS(of_account),
        .handle = fa_control_expectations_list,
        .about = "Every expectation of an account and how it stands",
        .answers = "As GET /__fake/verify",
        .list = "expectations",
        .columns = "id kind answer count reason",
    },
    {
        .method = "GET",
        .path = "/expectations/{id}",
        .words = "expectation show",
        PARAMS(expectation),
        .handle = fa_control_expectation_show,
        .about = "How one expectation stands, with its nearest misses",
        .answers = "As GET /__fake/verify",
        .list = "expectations",
        .columns = "id kind answer count reason",
    },
    {
        .method = "DELETE",
        .path = "/expectations/{id}",
        .words = "expectation delete",
        PARAMS(expectation),
        .handle = fa_control_expectation_delete,
        .about = "Take one expectation back",
        .answers = "`deleted`: its name",
    },
    {
        .method = "DELETE",
        .path = "/expectations",
        .words = "expectation clear",
        PARAMS(of_account),
        .handle = fa_control_expectations_delete,
        .about = "Take all expectations of an account back",
        .answers = "`deleted`: how many",
    },
    {
        .method = "GET",
        .path = "/verify",
        .words = "verify",
        PARAMS(verify),
        .handle = fa_control_verify,
        .about = "Has come what must, and nothing that must not?",
        .answers =
            "`answer`: yes, no, or cannot know, with the `reason`; `expectations`, each with "
            "its answer, its counts and its `nearest` misses or the `requests` that are too "
            "many; `unexpected`; `text`, the same for people",
        .list = "expectations",
        .columns = "id kind answer count reason",
    },
    {
        .method = "POST",
        .path = "/wait",
        .words = "wait",
        .flags = FA_CONTROL_WAITS,
        PARAMS(wait),
        .handle = fa_control_wait,
        .about = "Wait until at least so many requests have come that fit",
        .answers = "`answer`: yes as soon as it is so; no, or cannot know, when the time is over; "
                   "`count`, `reason`, the `requests`, the `nearest` misses, `waited_ms`",
        .list = "requests",
        .columns = "id time verdict status action monitor reason",
    },

    /* clocks */
    {
        .method = "GET",
        .path = "/clock",
        .words = "clock show",
        PARAMS(of_account),
        .handle = fa_control_clock_show,
        .about = "What time it is for the server, or for an account",
        .answers = "`clock`, `time`, `time_ms`; `follows_server`: the account has none of its own",
    },
    {
        .method = "PUT",
        .path = "/clock",
        .words = "clock set",
        PARAMS(clock_set),
        .handle = fa_control_clock_set,
        .about = "Move the clock, or let it stand still",
        .answers = "As GET /__fake/clock",
    },
    {
        .method = "POST",
        .path = "/clock/advance",
        .words = "clock advance",
        PARAMS(clock_advance),
        .handle = fa_control_clock_advance,
        .about = "Move the clock on: a frozen one stays frozen, a running one runs on",
        .answers = "As GET /__fake/clock",
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
