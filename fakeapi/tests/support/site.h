/*
 * A running server with one account, and requests to it in a word, for tests of the protocol. Run
 * by `ci/postgresql run`, it stores there, else in memory.
 */
#ifndef TEST_SITE_H
#define TEST_SITE_H

#include "fakeapi.h"
#include "peer.h"

#define SITE_KEY    "1234567890ABCDEFGHIJKLMNOP"
#define SITE_SECRET "PONMLKJIHGFEDCBA0987654321"

extern struct fa_server *site;
extern struct peer_reply site_reply;

/** @checks: `NAME=VALUE` ended by NULL, or NULL */
void site_start(enum fa_profile profile, const char *const *checks);
void site_stop(void);

/** GET `/customMonitorApi?apikey=…&<query>`. */
void site_get(const char *query);

/** GET any target. */
void site_get_target(const char *target);

/**
 * Call the control API.
 *
 * @path: below `/__fake`, with its query
 * @json: the body, or NULL
 */
void site_control(const char *method, const char *path, const char *json);

/** The text of a string in the last reply, `"name":"text"`, as a copy that the caller frees. */
char *site_text(const char *name);

/** POST a form to `/customMonitorApi`, or to another target. */
void site_post(const struct peer_form *form);
void site_post_to(const char *target, const struct peer_form *form);

/** A form with action, apikey and version. */
struct peer_form site_form(const char *action);

/** Sign with the account's key and post. */
void site_sign_and_post(struct peer_form *form);

/** Sign and post an action with these parameters: `name, value, …, NULL`. */
void site_do(const char *target, const char *action, ...) __attribute__((sentinel));

/** Assert status and body of the last reply. */
void site_expect(int status, const char *body);
/** Assert that the body holds the part. */
void site_expect_part(const char *part);
/** Assert that the journal's reason for the newest request holds the part. */
void site_expect_reason(const char *part);

#endif
