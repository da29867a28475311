/*
 * One request of a browser, as the page functions of the dashboard get it, and the question that
 * each of them asks first: may this visitor see that account? Whoever signed in with an account's
 * password, or by a link for it, sees that account alone; whoever used another link sees all and
 * may control.
 */
#ifndef FA_DASHBOARD_VISIT_H
#define FA_DASHBOARD_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include "app.h"
#include "dashboard_session.h"

#define FA_VISIT_ARGUMENTS     2
#define FA_VISIT_ARGUMENT_SIZE 512

struct fa_control;
struct fa_events;
struct fa_requests_live;

struct fa_dashboard {
    struct fa_app *app;
    const struct fa_control *control; /* NULL: there is none */
    struct fa_sessions sessions;
    struct fa_events *events;
    struct fa_requests_live *requests;
    bool is_tls;     /* cookies are for encrypted connections only */
    char cookie[48]; /* its name tells the port: browsers share cookies among the ports of a host */
};

struct fa_visit {
    struct fa_dashboard *dashboard;
    const struct fa_session *session; /* NULL when nobody is signed in, on public pages only */
    char arguments[FA_VISIT_ARGUMENTS][FA_VISIT_ARGUMENT_SIZE]; /* for each `*`, decoded */
    const struct fa_http_request *request;
    struct fa_http_reply *reply;
    bool is_lasting; /* set by the page: the reply never changes, browsers may keep it */
};

/** A page: see dashboard_page.h for what it returns. */
typedef int (*fa_page_fn)(struct fa_visit *visit);

struct fa_store *fa_visit_store(const struct fa_visit *visit);

/** The time by the server's clock, or by the one account's whom the visitor sees. */
int64_t fa_visit_now_ms(const struct fa_visit *visit);

/** Does the visitor have the role admin? */
bool fa_visit_is_admin(const struct fa_visit *visit);

/** May the visitor see what belongs to this account? */
bool fa_visit_may_see(const struct fa_visit *visit, int64_t account_id);

/**
 * The account with an apikey, if the visitor may see it; what is lent lives until the page is made.
 *
 * Errors: FA_STORE_ABSENT there is none, or none for this visitor: the two look the same
 */
int fa_visit_account(const struct fa_visit *visit, const char *apikey,
                     const struct fa_account **ret_account);

/** Read an argument of the path that is an id: digits and nothing else. Errors: FA_STORE_ABSENT */
int fa_visit_id(const struct fa_visit *visit, int argument, int64_t *ret_id);

#endif
