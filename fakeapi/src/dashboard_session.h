/* Who may see the dashboard: whoever knows the sign-in token gets a session that ends by itself. */
#ifndef FA_DASHBOARD_SESSION_H
#define FA_DASHBOARD_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#define FA_SESSION_ID_SIZE     33 /* 128 random bits, hexadecimal, and a NUL */
#define FA_SESSION_COUNT       64 /* beyond that a new session takes the place of the oldest */
#define FA_SESSION_LIFETIME_MS (12 * 60 * 60 * INT64_C(1000))

struct fa_session {
    char id[FA_SESSION_ID_SIZE]; /* "" if unused */
    int64_t ends_at_ms;          /* monotonic */
};

struct fa_sessions {
    char token[FA_SESSION_ID_SIZE];
    struct fa_session list[FA_SESSION_COUNT];
};

/** Make a token. Errors: -1 no random bytes */
int fa_sessions_init(struct fa_sessions *sessions);

/**
 * Begin a session.
 *
 * @ret_id: FA_SESSION_ID_SIZE bytes
 *
 * Errors: -1 not the token, or no random bytes
 */
int fa_sessions_begin(struct fa_sessions *sessions, const char *token, int64_t now_ms,
                      char *ret_id);

/** Is this the id of a session that has not ended? Takes as long for a near miss as for any other.
 */
bool fa_sessions_has(const struct fa_sessions *sessions, const char *id, int64_t now_ms);

#endif
