/*
 * Links that sign a browser in to the dashboard: each is good once, for some hours, and known to
 * this server alone. One is printed at the start; whoever may call the control API makes others.
 */
#ifndef FA_SIGNIN_LINKS_H
#define FA_SIGNIN_LINKS_H

#include <stddef.h>
#include <stdint.h>

#include "mac.h"

#define FA_LINK_COUNT       64 /* unused ones; beyond that a new one takes the oldest one's place */
#define FA_LINK_LIFETIME_MS (12 * 60 * 60 * INT64_C(1000))
#define FA_LINK_PATH_SIZE   80

struct fa_link {
    char token[FA_KEY_SIZE]; /* "" if this place is free */
    int64_t account_id;
    int64_t ends_at_ms; /* monotonic */
};

/* Begins as zeros. */
struct fa_links {
    struct fa_link list[FA_LINK_COUNT];
};

/**
 * Make a link.
 *
 * @account_id: the account that its session may see; 0: all, as admin
 * @now_ms:     monotonic
 * @path:       receives path and query, `/dashboard/signin?token=…`; FA_LINK_PATH_SIZE bytes
 *
 * Errors: -1 no random bytes
 */
int fa_links_add(struct fa_links *links, int64_t account_id, int64_t now_ms, char *path);

/**
 * Use a link up. Takes as long for a near miss as for any other.
 *
 * Errors: -1 there is none with this token: it was never made, was used, or has ended
 */
int fa_links_use(struct fa_links *links, const char *token, int64_t now_ms,
                 int64_t *ret_account_id);

#endif
