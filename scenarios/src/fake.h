/* What other actors know of a `fakeapi`: where it is, its first account, and how to steer it. */
#ifndef SC_FAKE_H
#define SC_FAKE_H

#include <sys/types.h>

struct cJSON;
struct sc_call;
struct sc_stage;

#define SC_KEY_SIZE 27 /* 26 characters, as the vendor's keys have (PROTOCOL.md, section 2.1) */

struct sc_fake {
    pid_t pid; /* 0: it does not run */
    int port;
    char url[64];
    char apikey[SC_KEY_SIZE], secretkey[SC_KEY_SIZE];
    char *accounts_file, *store_file, *port_file, *dashboard_file, *secret_file, *log_file;
    char *ca_file;         /* whom to trust; NULL: it speaks plain HTTP */
    struct cJSON *options; /* further ones of the command line */
};

/** The fakeapi of this name, or with NULL the newest. Errors: NULL, said in the call */
struct sc_fake *sc_fake_get(struct sc_call *call, const char *name);

/**
 * Call its control API.
 *
 * @path:       below /__fake
 * @body:       JSON, taken; NULL: none
 * @ret_answer: JSON, the caller frees it; NULL: not wanted
 *
 * Errors: -1 no reply or one that is no success, said in the call
 */
int sc_fake_control(struct sc_call *call, const struct sc_fake *fake, const char *method,
                    const char *path, struct cJSON *body, struct cJSON **ret_answer);

/**
 * What an action of the API answers to an account, asked by the control API: it is no request, so
 * that no journal holds it, no expectation counts it and no fault hits it.
 *
 * @params: of the action, taken
 *
 * Errors: NULL, said in the call; the caller frees the answer
 */
struct cJSON *sc_fake_ask(struct sc_call *call, const struct sc_fake *fake, const char *apikey,
                          const char *action, struct cJSON *params);

/** A new key. Errors: -1 no random bytes */
int sc_fake_random_key(char key[SC_KEY_SIZE]);

#endif
