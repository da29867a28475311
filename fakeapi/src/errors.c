#include "errors.h"

#include <stddef.h>

/* errorCode 4 is the vendor's; ours begin at 100 (PROTOCOL.md §4). */
static const struct fa_error_info errors[FA_E_MAX] = {
    [FA_E_AUTHENTICATION] = {"authentication", 403, FA_KEY_ERROR, 100, "Authentication failure", "",
                             "2.3"},
    [FA_E_PASSWORD] = {"password", 403, FA_KEY_ERROR, 101, "Invalid username or password", "",
                       "2.1"},
    [FA_E_APIKEY] = {"apikey", 403, FA_KEY_ERROR, 102, "Invalid api key", "", "4"},
    [FA_E_TOKEN] = {"token", 403, FA_KEY_ERROR, 4, "Invalid or expired authToken", "", "2.2"},
    [FA_E_ACTION] = {"action", 400, FA_KEY_STATUS, 103, "Action '", "' is not supported", "4"},
    [FA_E_NAME_EXISTS] = {"name-exists", 400, FA_KEY_STATUS, 104,
                          "Monitor with that name already exists", "", "3.1"},
    [FA_E_MISSING] = {"missing", 400, FA_KEY_BY_KIND, 105, "Missing parameter: ", "", "4"},
    [FA_E_INVALID] = {"invalid", 400, FA_KEY_BY_KIND, 106, "Invalid ", "", "4"},
    [FA_E_TOO_MANY_PARAMETERS] = {"too-many-parameters", 400, FA_KEY_BY_KIND, 107,
                                  "Too many parameters", "", "4"},
    [FA_E_REPLAY] = {"replay", 403, FA_KEY_ERROR, 108, "Authentication failure", "", "2.3"},
    [FA_E_HEAD] = {"head", 400, FA_KEY_ERROR, 109, "Bad request", "", "4"},
    [FA_E_PATH] = {"path", 404, FA_KEY_ERROR, 110, "Not found", "", "1.1"},
    [FA_E_METHOD] = {"method", 405, FA_KEY_ERROR, 111, "Method not allowed", "", "1.2"},
    [FA_E_LENGTH_REQUIRED] = {"length-required", 411, FA_KEY_ERROR, 112, "Length required", "",
                              "4"},
    [FA_E_TOO_LARGE] = {"too-large", 413, FA_KEY_ERROR, 113, "Request too large", "", "4"},
    [FA_E_VERSION] = {"http-version", 505, FA_KEY_ERROR, 114, "HTTP version not supported", "",
                      "4"},
    [FA_E_STORE] = {"store", 500, FA_KEY_ERROR, 115, "Internal server error", "", "4"},
    [FA_E_INTERNAL] = {"internal", 500, FA_KEY_ERROR, 116, "Internal server error", "", "4"},
};

const struct fa_error_info *fa_error_info(enum fa_error error)
{
    return &errors[error];
}

enum fa_error fa_error_of_status(unsigned int status)
{
    static const enum fa_error transport[] = {
        FA_E_HEAD,      FA_E_PATH,    FA_E_METHOD, FA_E_LENGTH_REQUIRED,
        FA_E_TOO_LARGE, FA_E_VERSION, FA_E_STORE};
    size_t i;

    for (i = 0; i < sizeof(transport) / sizeof(transport[0]); i++)
        if (errors[transport[i]].status == status)
            return transport[i];
    return FA_E_INTERNAL;
}
