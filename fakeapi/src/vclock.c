#include "vclock.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define OWN_MIN 8 /* clocks of accounts there is room for at first */

struct own {
    int64_t account_id;
    struct fa_vclock_setting setting;
};

struct fa_vclock {
    int64_t (*wall_ms)(void);
    struct fa_vclock_setting server;
    struct own *own; /* sorted by account */
    size_t count;
    size_t size;
};

struct fa_vclock *fa_vclock_new(int64_t (*wall_ms)(void))
{
    struct fa_vclock *clock = calloc(1, sizeof(*clock));

    if (clock)
        clock->wall_ms = wall_ms ? wall_ms : pm_clock_wall_ms;
    return clock;
}

void fa_vclock_free(struct fa_vclock *clock)
{
    if (!clock)
        return;
    free(clock->own);
    free(clock);
}

/* Where the account's clock is, or would be. */
static size_t place_of(const struct fa_vclock *clock, int64_t account_id)
{
    size_t from = 0;
    size_t to = clock->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (clock->own[middle].account_id < account_id)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static bool has_own(const struct fa_vclock *clock, int64_t account_id, size_t place)
{
    return place < clock->count && clock->own[place].account_id == account_id;
}

static const struct fa_vclock_setting *find(const struct fa_vclock *clock, int64_t account_id)
{
    size_t place;

    if (clock->count == 0 || account_id == FA_VCLOCK_SERVER)
        return &clock->server;
    place = place_of(clock, account_id);
    return has_own(clock, account_id, place) ? &clock->own[place].setting : &clock->server;
}

static int64_t read_setting(const struct fa_vclock_setting *setting, int64_t wall_ms)
{
    if (setting->mode == FA_CLOCK_FROZEN)
        return setting->frozen_at_ms;
    return setting->mode == FA_CLOCK_OFFSET ? wall_ms + setting->offset_ms : wall_ms;
}

int64_t fa_vclock_now_ms(const struct fa_vclock *clock, int64_t account_id)
{
    return read_setting(find(clock, account_id), clock->wall_ms());
}

int64_t fa_vclock_earliest_ms(const struct fa_vclock *clock)
{
    int64_t wall_ms = clock->wall_ms();
    int64_t earliest_ms = read_setting(&clock->server, wall_ms);
    size_t i;

    if (wall_ms < earliest_ms)
        earliest_ms = wall_ms;
    for (i = 0; i < clock->count; i++) {
        int64_t own_ms = read_setting(&clock->own[i].setting, wall_ms);

        if (own_ms < earliest_ms)
            earliest_ms = own_ms;
    }
    return earliest_ms;
}

static bool is_sane(const struct fa_vclock *clock, const struct fa_vclock_setting *setting)
{
    int64_t shown_ms;

    if (setting->mode < 0 || setting->mode >= FA_CLOCK_MODE_MAX ||
        setting->offset_ms > FA_VCLOCK_MAX_MS || setting->offset_ms < -FA_VCLOCK_MAX_MS)
        return false;
    shown_ms = read_setting(setting, clock->wall_ms());
    return shown_ms >= 0 && shown_ms <= FA_VCLOCK_MAX_MS;
}

static int make_room(struct fa_vclock *clock)
{
    size_t size = clock->size ? 2 * clock->size : OWN_MIN;
    struct own *own;

    if (clock->count < clock->size)
        return 0;
    own = realloc(clock->own, size * sizeof(*own));
    if (!own)
        return -1;
    clock->own = own;
    clock->size = size;
    return 0;
}

static int set_own(struct fa_vclock *clock, int64_t account_id,
                   const struct fa_vclock_setting *setting)
{
    size_t place = place_of(clock, account_id);

    if (!has_own(clock, account_id, place)) {
        if (make_room(clock) < 0)
            return -1;
        memmove(clock->own + place + 1, clock->own + place,
                (clock->count - place) * sizeof(*clock->own));
        clock->count++;
    }
    clock->own[place] = (struct own){.account_id = account_id, .setting = *setting};
    return 0;
}

int fa_vclock_set(struct fa_vclock *clock, int64_t account_id,
                  const struct fa_vclock_setting *setting)
{
    if (!is_sane(clock, setting))
        return -1;
    if (account_id != FA_VCLOCK_SERVER)
        return set_own(clock, account_id, setting);
    clock->server = *setting;
    return 0;
}

void fa_vclock_unset(struct fa_vclock *clock, int64_t account_id)
{
    size_t place = place_of(clock, account_id);

    if (account_id == FA_VCLOCK_SERVER) {
        clock->server = (struct fa_vclock_setting){.mode = FA_CLOCK_REAL};
    } else if (has_own(clock, account_id, place)) {
        clock->count--;
        memmove(clock->own + place, clock->own + place + 1,
                (clock->count - place) * sizeof(*clock->own));
    }
}

bool fa_vclock_get(const struct fa_vclock *clock, int64_t account_id,
                   struct fa_vclock_setting *ret_setting)
{
    const struct fa_vclock_setting *setting = find(clock, account_id);

    *ret_setting = *setting;
    return account_id == FA_VCLOCK_SERVER || setting != &clock->server;
}

int fa_vclock_advance(struct fa_vclock *clock, int64_t account_id, int64_t by_ms)
{
    struct fa_vclock_setting setting = *find(clock, account_id);

    if (by_ms > FA_VCLOCK_MAX_MS || by_ms < -FA_VCLOCK_MAX_MS)
        return -1;
    if (setting.mode == FA_CLOCK_FROZEN) {
        setting.frozen_at_ms += by_ms;
    } else {
        setting.offset_ms = (setting.mode == FA_CLOCK_OFFSET ? setting.offset_ms : 0) + by_ms;
        setting.mode = setting.offset_ms == 0 ? FA_CLOCK_REAL : FA_CLOCK_OFFSET;
    }
    return fa_vclock_set(clock, account_id, &setting);
}

/* As text */

int fa_duration_parse(const char *text, int64_t *ret_ms)
{
    /* `ms` stands before `m`, whose beginning it is. */
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    bool is_negative = text[0] == '-';
    const char *at = text + (text[0] == '-' || text[0] == '+');
    int64_t total = 0;

    do {
        int64_t number = 0;
        size_t i = 0;

        if (!isdigit((unsigned char)*at))
            return -1;
        for (; isdigit((unsigned char)*at) && number <= FA_VCLOCK_MAX_MS; at++)
            number = number * 10 + (*at - '0');
        while (i < sizeof(units) / sizeof(units[0]) &&
               strncmp(at, units[i].name, strlen(units[i].name)) != 0)
            i++;
        if (i == sizeof(units) / sizeof(units[0]) || number > FA_VCLOCK_MAX_MS / units[i].ms)
            return -1;
        at += strlen(units[i].name);
        total += number * units[i].ms;
        if (total > FA_VCLOCK_MAX_MS)
            return -1;
    } while (*at);
    *ret_ms = is_negative ? -total : total;
    return 0;
}

/* `.5`, `.123456`: what is finer than a millisecond is cut off. */
static int parse_fraction(const char **at, int64_t *ret_ms)
{
    int64_t scale = 100;

    *ret_ms = 0;
    if (**at != '.')
        return 0;
    if (!isdigit((unsigned char)(*at)[1]))
        return -1;
    for ((*at)++; isdigit((unsigned char)**at); (*at)++, scale /= 10)
        *ret_ms += (**at - '0') * scale;
    return 0;
}

static int parse_ms(const char *text, int64_t *ret_ms)
{
    char *end;
    long long ms;

    errno = 0;
    ms = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || ms > FA_VCLOCK_MAX_MS)
        return -1;
    *ret_ms = ms;
    return 0;
}

int fa_time_parse(const char *text, int64_t *ret_ms)
{
    char stamp[] = "yyyy-MM-dd HH:mm:ss";
    const char *at = text + sizeof(stamp) - 1;
    int64_t fraction_ms;

    if (isdigit((unsigned char)text[0]) && text[strspn(text, "0123456789")] == '\0')
        return parse_ms(text, ret_ms);
    if (strlen(text) < sizeof(stamp) - 1)
        return -1;
    memcpy(stamp, text, sizeof(stamp) - 1);
    if (stamp[10] == 'T')
        stamp[10] = ' ';
    if (pm_clock_parse_timestamp(stamp, ret_ms) < 0 || parse_fraction(&at, &fraction_ms) < 0)
        return -1;
    *ret_ms += fraction_ms;
    return *at == '\0' || strcmp(at, "Z") == 0 ? 0 : -1;
}

static int bad_clock(const char *text, char *message, size_t size)
{
    snprintf(message, size,
             "\"%.64s\" is no clock: real, +24h, -90s (units ms s m h d), frozen, "
             "frozen@TIME or running@TIME, with TIME as 2026-11-22 12:00:00 in GMT or in ms",
             text);
    return -1;
}

static int parse_moment(const char *text, int64_t wall_ms, struct fa_vclock_setting *ret_setting)
{
    size_t word = strcspn(text, "@");
    int64_t time_ms;

    if (text[word] != '@' || fa_time_parse(text + word + 1, &time_ms) < 0 || time_ms < 0)
        return -1;
    if (strncmp(text, "frozen", word) == 0 && word == strlen("frozen")) {
        ret_setting->mode = FA_CLOCK_FROZEN;
        ret_setting->frozen_at_ms = time_ms;
        return 0;
    }
    if (strncmp(text, "running", word) != 0 || word != strlen("running"))
        return -1;
    ret_setting->mode = FA_CLOCK_OFFSET;
    ret_setting->offset_ms = time_ms - wall_ms;
    return 0;
}

int fa_vclock_parse(const char *text, int64_t now_ms, int64_t wall_ms,
                    struct fa_vclock_setting *ret_setting, char *message, size_t size)
{
    struct fa_vclock_setting setting = {.mode = FA_CLOCK_REAL};

    if (strcmp(text, "frozen") == 0) {
        setting.mode = FA_CLOCK_FROZEN;
        setting.frozen_at_ms = now_ms;
    } else if (text[0] == '+' || text[0] == '-') {
        setting.mode = FA_CLOCK_OFFSET;
        if (fa_duration_parse(text, &setting.offset_ms) < 0)
            return bad_clock(text, message, size);
    } else if (strcmp(text, "real") != 0 && parse_moment(text, wall_ms, &setting) < 0) {
        return bad_clock(text, message, size);
    }
    *ret_setting = setting;
    return 0;
}

int fa_vclock_set_text(struct fa_vclock *clock, int64_t account_id, const char *text, char *message,
                       size_t size)
{
    struct fa_vclock_setting setting;

    if (strcmp(text, "server") == 0 && account_id != FA_VCLOCK_SERVER) {
        fa_vclock_unset(clock, account_id);
        return 0;
    }
    if (fa_vclock_parse(text, fa_vclock_now_ms(clock, account_id), clock->wall_ms(), &setting,
                        message, size) < 0)
        return -1;
    if (fa_vclock_set(clock, account_id, &setting) == 0)
        return 0;
    snprintf(message, size, "\"%.64s\" would leave the years 1970 to 9999", text);
    return -1;
}

void fa_vclock_print(const struct fa_vclock_setting *setting, char *text, size_t size)
{
    char stamp[PM_CLOCK_TIMESTAMP_SIZE];

    if (setting->mode == FA_CLOCK_FROZEN) {
        pm_clock_timestamp(setting->frozen_at_ms, stamp, sizeof(stamp));
        snprintf(text, size, "frozen@%s.%03d", stamp, (int)(setting->frozen_at_ms % 1000));
    } else if (setting->mode == FA_CLOCK_OFFSET) {
        snprintf(text, size, "%+lldms", (long long)setting->offset_ms);
    } else {
        snprintf(text, size, "real");
    }
}
