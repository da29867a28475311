/* Signing in and out; see dashboard_signin.h. */
#include "dashboard_signin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "accounts.h"
#include "clock.h"
#include "dashboard.h"
#include "dashboard_model.h"
#include "dashboard_page.h"
#include "dashboard_visit.h"
#include "log.h"
#include "mac.h"

#define PASSWORD_SIZE 1000 /* longer ones are wrong */
#define NEXT_SIZE     600

static const char *const results[FA_SIGNIN_RESULT_MAX] = {
    [FA_SIGNIN_DONE] = "signed in",
    [FA_SIGNIN_WRONG_LINK] = "wrong link",
    [FA_SIGNIN_WRONG_PASSWORD] = "wrong password",
    [FA_SIGNIN_TOO_MANY] = "too many attempts",
    [FA_SIGNIN_OUT] = "signed out",
};

static void note(struct fa_visit *visit, enum fa_signin_result result, int64_t account_id,
                 const char *user)
{
    const char *peer = visit->request->peer;

    fa_sessions_note(&visit->dashboard->sessions, result, account_id, user, peer,
                     fa_visit_now_ms(visit));
    pm_log(result == FA_SIGNIN_DONE || result == FA_SIGNIN_OUT ? PM_LOG_DEBUG : PM_LOG_WARNING,
           "dashboard: %s: user \"%.80s\" from %.64s", results[result], user, peer);
}

/* ---- the form ---- */

/* Where to go after signing in: only paths of the dashboard, never another site. */
static bool is_own_path(const char *path)
{
    size_t len = strlen(FA_DASHBOARD_PATH);

    return strncmp(path, FA_DASHBOARD_PATH, len) == 0 && strchr("/?", path[len]) &&
           !strpbrk(path, "\\\r\n");
}

static int show_form(struct fa_visit *visit, unsigned int status, const char *problem,
                     const char *next)
{
    cJSON *data = fa_page_data(visit, "Sign in");

    fa_model_add_text(data, "problem", problem);
    fa_model_add_text(data, "next", next);
    visit->reply->status = status;
    return fa_page_render("signin", data, visit);
}

int fa_page_signin_first(struct fa_visit *visit)
{
    char next[NEXT_SIZE] = "";
    bool is_page = strcmp(visit->request->method, "GET") == 0;

    if (is_page)
        (void)snprintf(next, sizeof(next), "%s%s%s", visit->request->path,
                       visit->request->query_len > 0 ? "?" : "", visit->request->query);
    return show_form(visit, 401, "", is_own_path(next) ? next : "");
}

/* ---- beginning ---- */

static int begin(struct fa_visit *visit, int64_t account_id, const char *user, const char *next)
{
    struct fa_dashboard *dashboard = visit->dashboard;
    const struct fa_session *session =
        fa_sessions_begin(&dashboard->sessions, account_id, pm_clock_mono_ms());
    char cookie[200];

    if (!session)
        return FA_PAGE_BROKEN;
    (void)snprintf(cookie, sizeof(cookie),
                   "%s=%s; Path=" FA_DASHBOARD_PATH "; Max-Age=%" PRId64
                   "; HttpOnly; SameSite=Strict%s",
                   dashboard->cookie, session->id, FA_SESSION_LIFETIME_MS / 1000,
                   dashboard->is_tls ? "; Secure" : "");
    if (fa_http_reply_header(visit->reply, "Set-Cookie", cookie) < 0)
        return FA_PAGE_BROKEN;
    note(visit, FA_SIGNIN_DONE, account_id, user);
    return fa_page_redirect(is_own_path(next) ? next : FA_DASHBOARD_PATH, visit);
}

/* Programs that look at links found in a text must not use them up. */
static bool is_head(const struct fa_visit *visit)
{
    return strcmp(visit->request->method, "HEAD") == 0;
}

/* Errors: -1 the link is not good, or its account was deleted meanwhile */
static int use_link(struct fa_visit *visit, int64_t *ret_account_id)
{
    struct fa_app *app = visit->dashboard->app;
    char token[FA_KEY_SIZE];

    if (fa_page_query(visit, "token", token, sizeof(token)) < 0 ||
        fa_links_use(&app->links, token, pm_clock_mono_ms(), ret_account_id) < 0)
        return -1;
    return *ret_account_id == 0 || fa_accounts_find_id(app->accounts, *ret_account_id) ? 0 : -1;
}

int fa_page_signin(struct fa_visit *visit)
{
    int64_t account_id;

    if (strstr(visit->request->query, "token") == NULL || is_head(visit))
        return show_form(visit, 200, "", "");
    if (fa_http_header(visit->request, "Sec-Purpose")) /* a prefetch: nobody has come yet */
        return show_form(visit, 503, "", "");
    if (use_link(visit, &account_id) == 0)
        return begin(visit, account_id, "", "");
    note(visit, FA_SIGNIN_WRONG_LINK, 0, "");
    return show_form(visit, 401,
                     "This address does not sign in, or no longer: each does so once, within 12 "
                     "hours, at the server that made it. Whoever runs the server gets another "
                     "with: paidmonitor-fakeapi ctl signin",
                     "");
}

/* ---- by password ---- */

/* The longer of two pauses: for the address that asks, and for the user who is asked for. */
static int64_t count_guess(struct fa_visit *visit, const char *user)
{
    struct fa_sessions *sessions = &visit->dashboard->sessions;
    int64_t now_ms = pm_clock_mono_ms();
    int64_t by_peer = fa_sessions_guess(sessions, visit->request->peer, now_ms);
    int64_t by_user = fa_sessions_guess(sessions, user, now_ms);

    return by_peer > by_user ? by_peer : by_user;
}

static int refuse_guess(struct fa_visit *visit, const char *user, const char *next,
                        int64_t pause_ms)
{
    char text[120], seconds[24];

    (void)snprintf(seconds, sizeof(seconds), "%" PRId64, pause_ms / 1000 + 1);
    (void)snprintf(text, sizeof(text), "Too many wrong attempts. Try again in %s seconds.",
                   seconds);
    (void)fa_http_reply_header(visit->reply, "Retry-After", seconds);
    note(visit, FA_SIGNIN_TOO_MANY, 0, user);
    return show_form(visit, 429, text, next);
}

/* Both digests are made and compared whether or not there is such a user. */
static bool is_password(const struct fa_account *account, const char *password)
{
    char md5[FA_DIGEST_SIZE], sha256[FA_DIGEST_SIZE];
    const char *known_md5 = account ? account->password_md5 : "";
    const char *known_sha256 = account ? account->password_sha256 : "";
    bool has_md5, has_sha256;

    fa_digest_hex(FA_DIGEST_MD5, password, md5);
    fa_digest_hex(FA_DIGEST_SHA256, password, sha256);
    has_md5 = fa_is_same(known_md5, strlen(known_md5), md5, strlen(md5));
    has_sha256 = fa_is_same(known_sha256, strlen(known_sha256), sha256, strlen(sha256));
    return has_md5 || has_sha256;
}

int fa_page_signin_password(struct fa_visit *visit)
{
    struct fa_sessions *sessions = &visit->dashboard->sessions;
    char user[FA_SIGNIN_USER_SIZE] = "", password[PASSWORD_SIZE] = "", next[NEXT_SIZE] = "";
    const struct fa_principal *found;
    int64_t pause_ms;

    (void)fa_page_form(visit, "user", user, sizeof(user)); /* absent is as wrong as unknown */
    (void)fa_page_form(visit, "password", password, sizeof(password));
    (void)fa_page_form(visit, "next", next, sizeof(next));
    pause_ms = count_guess(visit, user);
    if (pause_ms > 0)
        return refuse_guess(visit, user, next, pause_ms);
    found = fa_accounts_find_user(visit->dashboard->app->accounts, user);
    if (!is_password(found ? &found->account : NULL, password)) {
        note(visit, FA_SIGNIN_WRONG_PASSWORD, found ? found->account.id : 0, user);
        return show_form(visit, 401, "No account has this user and password.", next);
    }
    fa_sessions_guessed(sessions, visit->request->peer);
    fa_sessions_guessed(sessions, user);
    return begin(visit, found->account.id, user, next);
}

/* ---- ending ---- */

int fa_page_signout(struct fa_visit *visit)
{
    struct fa_dashboard *dashboard = visit->dashboard;
    char cookie[120];

    note(visit, FA_SIGNIN_OUT, visit->session->account_id, "");
    fa_sessions_end(&dashboard->sessions, visit->session->id);
    (void)snprintf(cookie, sizeof(cookie), "%s=; Path=" FA_DASHBOARD_PATH "; Max-Age=0",
                   dashboard->cookie);
    if (fa_http_reply_header(visit->reply, "Set-Cookie", cookie) < 0)
        return FA_PAGE_BROKEN;
    return fa_page_redirect(FA_DASHBOARD_PATH "/signin", visit);
}

/* ---- the log ---- */

static void add_signin(cJSON *list, const struct fa_visit *visit, const struct fa_signin *signin)
{
    const struct fa_principal *account =
        fa_accounts_find_id(visit->dashboard->app->accounts, signin->account_id);
    cJSON *item = cJSON_CreateObject();

    fa_model_add_time(item, "time", signin->time_ms);
    fa_model_add_text(item, "user", signin->user);
    fa_model_add_text(item, "peer", signin->peer);
    fa_model_add_text(item, "account", account ? fa_page_account_label(&account->account) : "");
    cJSON_AddStringToObject(item, "result", results[signin->result]);
    cJSON_AddBoolToObject(item, "is_done",
                          signin->result == FA_SIGNIN_DONE || signin->result == FA_SIGNIN_OUT);
    cJSON_AddItemToArray(list, item);
}

int fa_page_signins(struct fa_visit *visit)
{
    const struct fa_sessions *sessions = &visit->dashboard->sessions;
    cJSON *data = fa_page_data(visit, "Sign-ins");
    cJSON *list = cJSON_AddArrayToObject(data, "signins");
    size_t oldest =
        sessions->signin_count > FA_SIGNIN_COUNT ? sessions->signin_count - FA_SIGNIN_COUNT : 0;
    size_t i;

    for (i = sessions->signin_count; i > oldest; i--) {
        const struct fa_signin *signin = &sessions->signins[(i - 1) % FA_SIGNIN_COUNT];

        if (fa_visit_may_see(visit, signin->account_id))
            add_signin(list, visit, signin);
    }
    fa_page_set_section(data, "in_signins");
    return fa_page_render("signins", data, visit);
}
