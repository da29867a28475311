#include "control_routes.h"

#include <string.h>

#define PARAMS(list) .params = (list), .param_count = sizeof(list) / sizeof((list)[0])

#define KEY_MAX  256 /* as accounts.c takes them */
#define NAME_MAX 255

/* accounts */

static const struct fa_control_param account_create[] = {
    {.name = "name", .place = FA_IN_BODY, .len_max = NAME_MAX, .about = "For people"},
    {.name = "apikey",
     .place = FA_IN_BODY,
     .len_max = KEY_MAX,
     .about = "A new apikey; one is made if there is none"},
    {.name = "secretkey",
     .place = FA_IN_BODY,
     .len_max = KEY_MAX,
     .about = "Its secret key; one is made if there is none"},
    {.name = "user",
     .place = FA_IN_BODY,
     .len_max = NAME_MAX,
     .about = "Who may ask for the keys with a password (action=apikey)"},
    {.name = "password",
     .place = FA_IN_BODY,
     .len_max = NAME_MAX,
     .about = "That password; only hashes of it are kept"},
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
        .answers = "`accounts`: a list of `apikey`, `name`, `user`",
        .list = "accounts",
        .columns = "apikey name user",
    },
    {
        .method = "POST",
        .path = "/accounts",
        .words = "account create",
        .status = 201,
        PARAMS(account_create),
        .handle = fa_control_account_create,
        .about = "Make an account with keys of its own",
        .answers = "`apikey`, `secretkey`",
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
