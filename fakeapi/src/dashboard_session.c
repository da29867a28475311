/* Who is signed in; see dashboard_session.h. */
#include "dashboard_session.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static int make_id(char *id)
{
    unsigned char bytes[(FA_SESSION_ID_SIZE - 1) / 2];
    size_t i;

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return -1;
    for (i = 0; i < sizeof(bytes); i++)
        (void)snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

/* Compare in constant time; an unused place equals nothing. */
static bool is_same(const char *known, const char *given)
{
    unsigned char difference = 0;
    size_t i;

    if (known[0] == '\0' || strlen(given) != FA_SESSION_ID_SIZE - 1)
        return false;
    for (i = 0; i < FA_SESSION_ID_SIZE - 1; i++)
        difference |= (unsigned char)(known[i] ^ given[i]);
    return difference == 0;
}

const struct fa_session *fa_sessions_begin(struct fa_sessions *sessions, int64_t account_id,
                                           int64_t now_ms)
{
    struct fa_session *place = &sessions->list[0];
    struct fa_session made = {.account_id = account_id,
                              .ends_at_ms = now_ms + FA_SESSION_LIFETIME_MS};
    size_t i;

    for (i = 1; i < FA_SESSION_COUNT; i++)
        if (sessions->list[i].ends_at_ms < place->ends_at_ms)
            place = &sessions->list[i];
    if (make_id(made.id) < 0 || make_id(made.csrf) < 0)
        return NULL;
    *place = made;
    return place;
}

const struct fa_session *fa_sessions_find(const struct fa_sessions *sessions, const char *id,
                                          int64_t now_ms)
{
    const struct fa_session *found = NULL;
    size_t i;

    for (i = 0; i < FA_SESSION_COUNT; i++)
        if (is_same(sessions->list[i].id, id) && now_ms < sessions->list[i].ends_at_ms)
            found = &sessions->list[i];
    return found;
}

void fa_sessions_end(struct fa_sessions *sessions, const char *id)
{
    size_t i;

    for (i = 0; i < FA_SESSION_COUNT; i++)
        if (is_same(sessions->list[i].id, id))
            memset(&sessions->list[i], 0, sizeof(sessions->list[i]));
}

bool fa_session_has_csrf(const struct fa_session *session, const char *csrf)
{
    return is_same(session->csrf, csrf);
}

/* ---- guessing ---- */

/* FNV-1a; whoever finds another name with the same value shares its patience, nothing more. */
static uint64_t hash(const char *text)
{
    uint64_t value = UINT64_C(14695981039346656037);

    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return value != 0 ? value : 1;
}

/* Where it is remembered; else the place that is forgotten first. */
static struct fa_guess *find_guess(struct fa_sessions *sessions, uint64_t who)
{
    struct fa_guess *place = &sessions->guesses[0];
    size_t i;

    for (i = 0; i < FA_GUESS_COUNT; i++) {
        if (sessions->guesses[i].who == who)
            return &sessions->guesses[i];
        if (sessions->guesses[i].free_at < place->free_at)
            place = &sessions->guesses[i];
    }
    *place = (struct fa_guess){.who = who};
    return place;
}

/* Each guess costs a pause; so many pauses may be owed. */
int64_t fa_sessions_guess(struct fa_sessions *sessions, const char *who, int64_t now_ms)
{
    struct fa_guess *guess = find_guess(sessions, hash(who));
    int64_t owed = guess->free_at > now_ms ? guess->free_at - now_ms : 0;
    int64_t allowed = (FA_GUESS_MAX - 1) * FA_GUESS_PAUSE_MS;

    if (owed > allowed)
        return owed - allowed;
    guess->free_at = now_ms + owed + FA_GUESS_PAUSE_MS;
    return 0;
}

void fa_sessions_guessed(struct fa_sessions *sessions, const char *who)
{
    find_guess(sessions, hash(who))->free_at -= FA_GUESS_PAUSE_MS;
}

void fa_sessions_note(struct fa_sessions *sessions, enum fa_signin_result result,
                      int64_t account_id, const char *user, const char *peer, int64_t wall_ms)
{
    struct fa_signin *signin = &sessions->signins[sessions->signin_count++ % FA_SIGNIN_COUNT];

    signin->time_ms = wall_ms;
    signin->account_id = account_id;
    signin->result = result;
    (void)snprintf(signin->user, sizeof(signin->user), "%s", user);
    (void)snprintf(signin->peer, sizeof(signin->peer), "%s", peer);
}
