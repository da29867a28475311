/*
 * Every refusal the server knows, in one table: its HTTP status, the key and text of its body, and
 * where the protocol says so. Clients compare these texts byte by byte.
 */
#ifndef FA_ERRORS_H
#define FA_ERRORS_H

enum fa_error {
    FA_OK,
    FA_E_AUTHENTICATION,
    FA_E_PASSWORD,
    FA_E_APIKEY,
    FA_E_TOKEN,
    FA_E_ACTION, /* detail: the action */
    FA_E_NAME_EXISTS,
    FA_E_MISSING, /* detail: name of the parameter */
    FA_E_INVALID, /* likewise */
    FA_E_TOO_MANY_PARAMETERS,
    FA_E_REPLAY,
    FA_E_HEAD,
    FA_E_PATH,
    FA_E_METHOD,
    FA_E_LENGTH_REQUIRED,
    FA_E_TOO_LARGE,
    FA_E_VERSION,
    FA_E_STORE,
    FA_E_INTERNAL,
    FA_E_MAX,
};

enum fa_error_key {
    FA_KEY_ERROR,   /* {"error":…} */
    FA_KEY_STATUS,  /* {"status":…} */
    FA_KEY_BY_KIND, /* error for a reading action, status for a writing one */
};

struct fa_error_info {
    const char *id; /* stable name, for journals and documents */
    unsigned int status;
    enum fa_error_key key;
    int code;           /* errorCode */
    const char *before; /* the text is before, detail, after */
    const char *after;
    const char *section; /* of PROTOCOL.md */
};

/** Never NULL for a valid @error other than FA_OK. */
const struct fa_error_info *fa_error_info(enum fa_error error);

/** What HTTP itself refuses with this status. */
enum fa_error fa_error_of_status(unsigned int status);

#endif
