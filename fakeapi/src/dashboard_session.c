/* Who may see the dashboard; see dashboard_session.h. */
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

int fa_sessions_init(struct fa_sessions *sessions)
{
    memset(sessions, 0, sizeof(*sessions));
    return make_id(sessions->token);
}

int fa_sessions_begin(struct fa_sessions *sessions, const char *token, int64_t now_ms, char *ret_id)
{
    struct fa_session *place = &sessions->list[0];
    size_t i;

    if (!is_same(sessions->token, token))
        return -1;
    for (i = 1; i < FA_SESSION_COUNT; i++)
        if (sessions->list[i].ends_at_ms < place->ends_at_ms)
            place = &sessions->list[i];
    if (make_id(ret_id) < 0)
        return -1;
    memcpy(place->id, ret_id, FA_SESSION_ID_SIZE);
    place->ends_at_ms = now_ms + FA_SESSION_LIFETIME_MS;
    return 0;
}

bool fa_sessions_has(const struct fa_sessions *sessions, const char *id, int64_t now_ms)
{
    bool found = false;
    size_t i;

    for (i = 0; i < FA_SESSION_COUNT; i++)
        found |= is_same(sessions->list[i].id, id) && now_ms < sessions->list[i].ends_at_ms;
    return found;
}
