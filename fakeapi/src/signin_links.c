/* One-time links; see signin_links.h. */
#include "signin_links.h"

#include <stdio.h>
#include <string.h>

#include "dashboard.h"

int fa_links_add(struct fa_links *links, int64_t account_id, int64_t now_ms, char *path)
{
    struct fa_link *place = &links->list[0];
    struct fa_link made = {.account_id = account_id, .ends_at_ms = now_ms + FA_LINK_LIFETIME_MS};
    size_t i;

    if (fa_random_key(made.token) < 0)
        return -1;
    for (i = 1; i < FA_LINK_COUNT; i++)
        if (links->list[i].ends_at_ms < place->ends_at_ms)
            place = &links->list[i];
    *place = made;
    (void)snprintf(path, FA_LINK_PATH_SIZE, FA_DASHBOARD_PATH "/signin?token=%s", made.token);
    return 0;
}

int fa_links_use(struct fa_links *links, const char *token, int64_t now_ms, int64_t *ret_account_id)
{
    struct fa_link *found = NULL;
    size_t i;

    for (i = 0; i < FA_LINK_COUNT; i++) {
        struct fa_link *link = &links->list[i];

        if (fa_is_same(link->token, strlen(link->token), token, strlen(token)) &&
            now_ms < link->ends_at_ms)
            found = link;
    }
    if (!found) /* also for an empty token: the free places have ended long ago */
        return -1;
    *ret_account_id = found->account_id;
    memset(found, 0, sizeof(*found));
    return 0;
}
