#include "checks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define NAME_SHOWN 64

static const struct fa_checks profiles[] = {
    [FA_PROFILE_STRICT] =
        {
            .timestamp_form = true,
            .timestamp_window_ms = FA_TIMESTAMP_WINDOW_MS,
            .order_is_bytes = true,
            .refuses_unknown = true,
            .refuses_duplicates = true,
            .results_are_declared = true,
            .results_are_typed = true,
            .names_fit_xml = true,
            .tells_diagnosis = true,
            .replay = FA_REPLAY_NOTE,
        },
    [FA_PROFILE_VENDOR] =
        {
            .allows_raw = true,
            .allows_repair = true,
            .replay = FA_REPLAY_NOTE,
        },
};

void fa_checks_init(struct fa_checks *checks, enum fa_profile profile)
{
    *checks = profiles[profile];
}

int fa_profile_parse(const char *text, enum fa_profile *ret_profile)
{
    if (strcmp(text, "strict") != 0 && strcmp(text, "vendor") != 0)
        return -1;
    *ret_profile = strcmp(text, "strict") == 0 ? FA_PROFILE_STRICT : FA_PROFILE_VENDOR;
    return 0;
}

/* Which of the words, separated by blanks, @value is; -1 for none. */
static int word_index(const char *words, const char *value)
{
    size_t len = strlen(value);
    int i;

    for (i = 0; *words; i++) {
        size_t word = strcspn(words, " ");

        if (word == len && strncmp(words, value, len) == 0)
            return i;
        words += word + (words[word] == ' ');
    }
    return -1;
}

static int set_bool(void *field, const char *words, const char *value)
{
    int index = word_index(words, value);

    if (index < 0)
        return -1;
    *(bool *)field = index == 1;
    return 0;
}

static int set_scope(void *field, const char *words, const char *value)
{
    int index = word_index(words, value);

    if (index < 0)
        return -1;
    *(enum fa_name_scope *)field = (enum fa_name_scope)index;
    return 0;
}

static int set_replay(void *field, const char *words, const char *value)
{
    int index = word_index(words, value);

    if (index < 0)
        return -1;
    *(enum fa_replay *)field = (enum fa_replay)index;
    return 0;
}

/* `off`, or seconds up to a week. */
static int set_window(void *field, const char *words, const char *value)
{
    char *end;
    long seconds;

    (void)words;
    errno = 0;
    seconds = strcmp(value, "off") == 0 ? 0 : strtol(value, &end, 10);
    if (strcmp(value, "off") != 0 &&
        (*end != '\0' || end == value || errno != 0 || seconds < 1 || seconds > 7L * 24 * 3600))
        return -1;
    *(int64_t *)field = seconds * 1000;
    return 0;
}

/* The values as text: the inverse of the above. */

static void get_word(const char *words, int index, char *text, size_t size)
{
    while (index-- > 0)
        words += strcspn(words, " ") + 1;
    (void)snprintf(text, size, "%.*s", (int)strcspn(words, " "), words);
}

static void get_bool(const void *field, const char *words, char *text, size_t size)
{
    get_word(words, *(const bool *)field, text, size);
}

static void get_scope(const void *field, const char *words, char *text, size_t size)
{
    get_word(words, (int)*(const enum fa_name_scope *)field, text, size);
}

static void get_replay(const void *field, const char *words, char *text, size_t size)
{
    get_word(words, (int)*(const enum fa_replay *)field, text, size);
}

static void get_window(const void *field, const char *words, char *text, size_t size)
{
    int64_t seconds = *(const int64_t *)field / 1000;

    (void)words;
    if (seconds == 0)
        (void)snprintf(text, size, "off");
    else
        (void)snprintf(text, size, "%" PRId64, seconds);
}

static const struct {
    const char *name;
    int (*set)(void *field, const char *words, const char *value);
    void (*get)(const void *field, const char *words, char *text, size_t size);
    size_t offset;
    const char *words; /* the values, the one meaning false or 0 first */
} switches[] = {
    {"timestamp-form", set_bool, get_bool, offsetof(struct fa_checks, timestamp_form), "off on"},
    {"timestamp-window", set_window, get_window, offsetof(struct fa_checks, timestamp_window_ms),
     "off SECONDS"},
    {"checksum-order", set_bool, get_bool, offsetof(struct fa_checks, order_is_bytes), "any byte"},
    {"checksum-raw", set_bool, get_bool, offsetof(struct fa_checks, allows_raw), "off on"},
    {"checksum-repair", set_bool, get_bool, offsetof(struct fa_checks, allows_repair), "off on"},
    {"unknown-parameters", set_bool, get_bool, offsetof(struct fa_checks, refuses_unknown),
     "ignore refuse"},
    {"duplicate-parameters", set_bool, get_bool, offsetof(struct fa_checks, refuses_duplicates),
     "last refuse"},
    {"declared-results", set_bool, get_bool, offsetof(struct fa_checks, results_are_declared),
     "off on"},
    {"typed-results", set_bool, get_bool, offsetof(struct fa_checks, results_are_typed), "off on"},
    {"names-fit-xml", set_bool, get_bool, offsetof(struct fa_checks, names_fit_xml), "off on"},
    {"diagnosis-header", set_bool, get_bool, offsetof(struct fa_checks, tells_diagnosis), "off on"},
    {"duplicate-names", set_scope, get_scope, offsetof(struct fa_checks, name_scope),
     "name+tag+type name allow"},
    {"replay", set_replay, get_replay, offsetof(struct fa_checks, replay), "off note refuse"},
};

#define SWITCH_COUNT (sizeof(switches) / sizeof(switches[0]))

static void list_switches(const char *name, size_t name_len, char *message, size_t size)
{
    size_t used = (size_t)snprintf(message, size, "there is no check \"%.*s\"; there are",
                                   name_len < NAME_SHOWN ? (int)name_len : NAME_SHOWN, name);
    size_t i;

    for (i = 0; i < SWITCH_COUNT && used < size; i++)
        used += (size_t)snprintf(message + used, size - used, " %s", switches[i].name);
}

int fa_checks_set(struct fa_checks *checks, const char *text, char *message, size_t size)
{
    size_t name_len = strcspn(text, "=");
    const char *value = text[name_len] == '=' ? text + name_len + 1 : "";
    size_t i;

    for (i = 0; i < SWITCH_COUNT; i++) {
        if (strlen(switches[i].name) != name_len || strncmp(switches[i].name, text, name_len) != 0)
            continue;
        if (switches[i].set((char *)checks + switches[i].offset, switches[i].words, value) == 0)
            return 0;
        snprintf(message, size, "check %s takes one of: %s", switches[i].name, switches[i].words);
        return -1;
    }
    list_switches(text, name_len, message, size);
    return -1;
}

void fa_checks_each(const struct fa_checks *checks,
                    void (*visit)(void *context, const char *name, const char *value),
                    void *context)
{
    size_t i;

    for (i = 0; i < SWITCH_COUNT; i++) {
        char value[64];

        switches[i].get((const char *)checks + switches[i].offset, switches[i].words, value,
                        sizeof(value));
        visit(context, switches[i].name, value);
    }
}

void fa_checks_describe(struct pm_buf *buf)
{
    size_t i;

    for (i = 0; i < SWITCH_COUNT; i++)
        (void)pm_buf_addf(buf, "| `%s` | %s |\n", switches[i].name, switches[i].words);
}
