/* Which events are not worth a row; see filter.h. */
#include "filter.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "config.h"
#include "error.h"
#include "event.h"

#define WORD_SIZE  256
#define GROUPS_MAX 256

/* Call a function for each word of a list until it returns true. Returns what it returned last. */
static bool any_word(const char *list, bool (*matches)(const char *word, const void *what),
                     const void *what)
{
    static const char separators[] = ", \t";
    char word[WORD_SIZE];

    for (list += strspn(list, separators); *list != '\0'; list += strspn(list, separators)) {
        size_t len = strcspn(list, separators);

        (void)snprintf(word, sizeof(word), "%.*s", (int)len, list);
        if (strcmp(word, "none") != 0 && matches(word, what))
            return true;
        list += len;
    }
    return false;
}

/* ---- networks ---- */

struct network {
    unsigned char bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned bits;
};

static bool read_address(const char *text, struct network *ret_network)
{
    struct in_addr v4;

    memset(ret_network, 0, sizeof(*ret_network));
    ret_network->bits = 128;
    if (inet_pton(AF_INET6, text, ret_network->bytes) == 1)
        return true;
    if (inet_pton(AF_INET, text, &v4) != 1)
        return false;
    memset(ret_network->bytes + 10, 0xff, 2);
    memcpy(ret_network->bytes + 12, &v4, 4);
    return true;
}

/* `192.0.2.0/24`, `2001:db8::/32`, or one address. */
static bool read_network(const char *word, struct network *ret_network)
{
    char address[WORD_SIZE], *slash, *end;
    unsigned long bits, width;

    (void)snprintf(address, sizeof(address), "%s", word);
    slash = strchr(address, '/');
    if (slash)
        *slash = '\0';
    if (!read_address(address, ret_network))
        return false;
    if (!slash)
        return true;
    width = strchr(address, ':') ? 128 : 32;
    bits = strtoul(slash + 1, &end, 10);
    if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > width)
        return false;
    ret_network->bits = (unsigned)(bits + 128 - width);
    return true;
}

static bool contains(const struct network *network, const struct network *address)
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;

    return memcmp(network->bytes, address->bytes, whole) == 0 &&
           (rest == 0 || (network->bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0);
}

static bool is_in_network(const char *word, const void *what)
{
    struct network network;

    return read_network(word, &network) && contains(&network, what);
}

static bool is_no_network(const char *word, const void *what)
{
    struct network network;

    (void)what;
    return !read_network(word, &network);
}

/* ---- texts and groups ---- */

static bool matches_text(const char *word, const void *what)
{
    return fnmatch(word, what, 0) == 0;
}

struct membership {
    gid_t groups[GROUPS_MAX];
    int count;
};

static bool is_member(const char *word, const void *what)
{
    const struct membership *membership = what;
    struct group group, *found = NULL;
    char buffer[16384];
    int i;

    if (getgrnam_r(word, &group, buffer, sizeof(buffer), &found) != 0 || !found)
        return false;
    for (i = 0; i < membership->count; i++) {
        if (membership->groups[i] == group.gr_gid)
            return true;
    }
    return false;
}

/* ---- rules ---- */

/* A text of the event, NUL-terminated, "" when absent. */
static void copy_text(const struct pm_event *event, enum pm_event_text which, char *text)
{
    const struct pm_event_view *view = &event->texts[which];

    (void)snprintf(text, WORD_SIZE, "%.*s", (int)view->len, view->bytes ? view->bytes : "");
}

static bool text_matches(const char *list, const struct pm_event *event, enum pm_event_text which)
{
    char text[WORD_SIZE];

    copy_text(event, which, text);
    return any_word(list, matches_text, text);
}

/* The remote address, or the one of SSH_CONNECTION where sshd resolved names. */
static bool network_matches(const char *list, const struct pm_event *event,
                            enum pm_event_text which)
{
    struct network address;
    char text[WORD_SIZE];

    copy_text(event, which, text);
    if (!read_address(text, &address)) {
        copy_text(event, PM_EVENT_CONN, text);
        text[strcspn(text, " ")] = '\0';
        if (!read_address(text, &address))
            return false;
    }
    return any_word(list, is_in_network, &address);
}

static bool group_matches(const char *list, const struct pm_event *event, enum pm_event_text which)
{
    struct membership membership = {.count = GROUPS_MAX};
    struct passwd user, *found = NULL;
    char name[WORD_SIZE], buffer[16384];

    copy_text(event, which, name);
    if (getpwnam_r(name, &user, buffer, sizeof(buffer), &found) != 0 || !found)
        return false;
    if (getgrouplist(name, user.pw_gid, membership.groups, &membership.count) < 0)
        membership.count = GROUPS_MAX; /* as many as there is room for */
    return any_word(list, is_member, &membership);
}

static const struct rule {
    const char *ignore, *only; /* names in the configuration */
    enum pm_event_text text;
    bool (*matches)(const char *list, const struct pm_event *event, enum pm_event_text which);
} rules[PM_FILTER_MAX] = {
    [PM_FILTER_SERVICES] = {"ignore_services", "only_services", PM_EVENT_SERVICE, text_matches},
    [PM_FILTER_USERS] = {"ignore_users", "only_users", PM_EVENT_USER, text_matches},
    [PM_FILTER_GROUPS] = {"ignore_groups", "only_groups", PM_EVENT_USER, group_matches},
    [PM_FILTER_TTYS] = {"ignore_ttys", "only_ttys", PM_EVENT_TTY, text_matches},
    [PM_FILTER_NETWORKS] = {"ignore_networks", "only_networks", PM_EVENT_RHOST, network_matches},
};

const char *pm_filter_rule(const struct pm_config *config, const struct pm_event *event)
{
    size_t i;

    for (i = 0; i < PM_FILTER_MAX; i++) {
        const struct rule *rule = &rules[i];
        const char *ignore = config->ignore[i], *only = config->only[i];

        if (ignore && rule->matches(ignore, event, rule->text))
            return rule->ignore;
        if (only && strcmp(only, "none") != 0 && !rule->matches(only, event, rule->text))
            return rule->only;
    }
    return NULL;
}

int pm_filter_check(const struct pm_config *config, struct pm_error *err)
{
    const char *const lists[] = {config->ignore[PM_FILTER_NETWORKS],
                                 config->only[PM_FILTER_NETWORKS]};
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(lists); i++) {
        if (lists[i] && any_word(lists[i], is_no_network, NULL))
            return pm_error_set(err, PM_ERR_CONFIG,
                                "[filter] '%s' holds something that is neither an address nor a "
                                "network such as 192.0.2.0/24",
                                lists[i]);
    }
    return 0;
}
