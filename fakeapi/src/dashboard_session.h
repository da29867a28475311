/*
 * Who is signed in. Whoever has a link (signin_links.h) gets a session with the role admin, or of
 * the account that it is for; whoever knows the password of an account gets one with the role
 * viewer, which sees that account alone. Sessions end by themselves, and every attempt to begin one
 * is remembered.
 */
#ifndef FA_DASHBOARD_SESSION_H
#define FA_DASHBOARD_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FA_SESSION_ID_SIZE     33 /* 128 random bits, hexadecimal, and a NUL */
#define FA_SESSION_COUNT       64 /* beyond that a new session takes the place of the oldest */
#define FA_SESSION_LIFETIME_MS (12 * 60 * 60 * INT64_C(1000))
#define FA_SIGNIN_COUNT        200 /* attempts remembered */
#define FA_SIGNIN_USER_SIZE    80
#define FA_SIGNIN_PEER_SIZE    64

/* Guessing passwords: so many wrong ones from one address, or for one user, are answered at once;
 * each that follows must wait. A right one in between does not make the wrong ones forgotten. */
#define FA_GUESS_MAX      5
#define FA_GUESS_PAUSE_MS (30 * INT64_C(1000)) /* until one more is allowed */
#define FA_GUESS_COUNT    256                  /* addresses and users remembered */

struct fa_session {
    char id[FA_SESSION_ID_SIZE];   /* "" if unused */
    char csrf[FA_SESSION_ID_SIZE]; /* what each form of this session brings along */
    int64_t account_id;            /* the one account that is seen; 0: all, as admin */
    int64_t ends_at_ms;            /* monotonic */
};

enum fa_signin_result {
    FA_SIGNIN_DONE,
    FA_SIGNIN_WRONG_LINK,
    FA_SIGNIN_WRONG_PASSWORD,
    FA_SIGNIN_TOO_MANY,
    FA_SIGNIN_OUT, /* somebody signed out */
    FA_SIGNIN_RESULT_MAX,
};

struct fa_signin {
    int64_t time_ms;    /* wall clock */
    int64_t account_id; /* whose password was asked for, or whose link it was; 0 for the
                           other links, or an unknown user */
    enum fa_signin_result result;
    char user[FA_SIGNIN_USER_SIZE]; /* hostile; "" for the link */
    char peer[FA_SIGNIN_PEER_SIZE];
};

struct fa_guess {
    uint64_t who;    /* 0 if unused */
    int64_t free_at; /* monotonic: when all is forgotten */
};

/* Begins as zeros. */
struct fa_sessions {
    struct fa_session list[FA_SESSION_COUNT];
    struct fa_guess guesses[FA_GUESS_COUNT];
    struct fa_signin signins[FA_SIGNIN_COUNT];
    size_t signin_count; /* so far; the newest is at (count - 1) % FA_SIGNIN_COUNT */
};

/**
 * Begin a session.
 *
 * @account_id: 0 for the role admin
 *
 * Errors: NULL no random bytes
 */
const struct fa_session *fa_sessions_begin(struct fa_sessions *sessions, int64_t account_id,
                                           int64_t now_ms);

/** The session with this id that has not ended, or NULL. Takes as long for a near miss as for any
 * other. */
const struct fa_session *fa_sessions_find(const struct fa_sessions *sessions, const char *id,
                                          int64_t now_ms);

void fa_sessions_end(struct fa_sessions *sessions, const char *id);

/** Does the form that came with this text belong to the session? */
bool fa_session_has_csrf(const struct fa_session *session, const char *csrf);

/**
 * May somebody guess, who is known by an address or a user's name?
 *
 * Returns how long to wait first, ms; 0: now, and it is counted.
 */
int64_t fa_sessions_guess(struct fa_sessions *sessions, const char *who, int64_t now_ms);

/** The last guess of this one was right: it does not count. */
void fa_sessions_guessed(struct fa_sessions *sessions, const char *who);

/** Remember an attempt. The texts are copied, and cut. */
void fa_sessions_note(struct fa_sessions *sessions, enum fa_signin_result result,
                      int64_t account_id, const char *user, const char *peer, int64_t wall_ms);

#endif
