#include "settings.h"

#include <stdlib.h>

struct own {
    int64_t account_id;
    struct fa_checks checks;
};

struct fa_settings {
    struct fa_checks server;
    struct own *own;
    size_t count;
};

struct fa_settings *fa_settings_new(enum fa_profile profile)
{
    struct fa_settings *settings = calloc(1, sizeof(*settings));

    if (settings)
        fa_checks_init(&settings->server, profile);
    return settings;
}

void fa_settings_free(struct fa_settings *settings)
{
    if (!settings)
        return;
    free(settings->own);
    free(settings);
}

/* NULL if it has none. */
static struct own *find(const struct fa_settings *settings, int64_t account_id)
{
    size_t i;

    for (i = 0; i < settings->count; i++)
        if (settings->own[i].account_id == account_id)
            return &settings->own[i];
    return NULL;
}

const struct fa_checks *fa_settings_get(const struct fa_settings *settings, int64_t account_id)
{
    const struct own *own = find(settings, account_id);

    return own ? &own->checks : &settings->server;
}

bool fa_settings_are_own(const struct fa_settings *settings, int64_t account_id)
{
    return find(settings, account_id) != NULL;
}

int fa_settings_set(struct fa_settings *settings, int64_t account_id,
                    const struct fa_checks *checks)
{
    const struct fa_checks copy = *checks; /* may be one of those that move */
    struct own *own = find(settings, account_id);

    if (account_id == FA_SETTINGS_SERVER) {
        settings->server = copy;
        return 0;
    }
    if (!own) {
        own = realloc(settings->own, (settings->count + 1) * sizeof(*own));
        if (!own)
            return -1;
        settings->own = own;
        own = &settings->own[settings->count++];
    }
    *own = (struct own){account_id, copy};
    return 0;
}

void fa_settings_unset(struct fa_settings *settings, int64_t account_id)
{
    struct own *own = find(settings, account_id);

    if (own)
        *own = settings->own[--settings->count];
}
