#include "site.h"

#include <cjson/cJSON.h>
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stores.h"

struct fa_server *site;
struct peer_reply site_reply;

void site_start(enum fa_profile profile, const char *const *checks)
{
    struct fa_server_options options = FA_SERVER_OPTIONS_INIT;
    char message[512];

    options.store = stores_new();
    options.profile = profile;
    options.checks = checks;
    ck_assert_msg(fa_server_start(&options, &site, message, sizeof(message)) == 0, "%s", message);
    ck_assert_int_eq(fa_server_account_add(site, SITE_KEY, SITE_SECRET), 0);
}

void site_stop(void)
{
    fa_server_stop(site);
}

void site_get_target(const char *target)
{
    peer_get(fa_server_port(site), target, &site_reply);
}

void site_get(const char *query)
{
    char target[2048];

    snprintf(target, sizeof(target), "/customMonitorApi?apikey=" SITE_KEY "&%s", query);
    site_get_target(target);
}

/* Whatever the control API answers as JSON is one JSON value and nothing else. */
static void check_json(void)
{
    cJSON *value;

    if (!strstr(site_reply.bytes, "\r\nContent-Type: application/json") || !site_reply.body[0])
        return;
    value = cJSON_ParseWithOpts(site_reply.body, NULL, true);
    ck_assert_msg(value != NULL, "no JSON: %s", site_reply.body);
    cJSON_Delete(value);
}

void site_control(const char *method, const char *path, const char *json)
{
    char *text;
    int len = asprintf(&text,
                       "%s /__fake%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                       "%sContent-Length: %zu\r\n\r\n%s",
                       method, path, json ? "Content-Type: application/json\r\n" : "",
                       json ? strlen(json) : (size_t)0, json ? json : "");

    ck_assert_int_gt(len, 0);
    peer_exchange(fa_server_port(site), text, (size_t)len, &site_reply);
    free(text);
    check_json();
}

char *site_text(const char *name)
{
    char member[128];
    const char *begin;

    snprintf(member, sizeof(member), "\"%s\":\"", name);
    begin = strstr(site_reply.body, member);
    ck_assert_msg(begin != NULL, "no %s in %s", name, site_reply.body);
    begin += strlen(member);
    return strndup(begin, strcspn(begin, "\""));
}

void site_post_to(const char *target, const struct peer_form *form)
{
    char *body = peer_form_encode(form);

    peer_post(fa_server_port(site), target, body, strlen(body), &site_reply);
    free(body);
}

void site_post(const struct peer_form *form)
{
    site_post_to("/customMonitorApi", form);
}

struct peer_form site_form(const char *action)
{
    struct peer_form form = {0};

    peer_form_add(&form, "action", action);
    peer_form_add(&form, "apikey", SITE_KEY);
    peer_form_add(&form, "version", "2");
    return form;
}

void site_sign_and_post(struct peer_form *form)
{
    peer_form_sign(form, SITE_SECRET);
    site_post(form);
}

void site_do(const char *target, const char *action, ...)
{
    struct peer_form form = site_form(action);
    const char *name;
    va_list list;

    va_start(list, action);
    while ((name = va_arg(list, const char *)) != NULL)
        peer_form_add(&form, name, va_arg(list, const char *));
    va_end(list);
    peer_form_sign(&form, SITE_SECRET);
    site_post_to(target, &form);
}

void site_expect(int status, const char *body)
{
    ck_assert_str_eq(site_reply.body, body);
    ck_assert_int_eq(site_reply.status, status);
}

void site_expect_part(const char *part)
{
    ck_assert_msg(strstr(site_reply.body, part) != NULL, "\"%s\" is not in \"%s\"", part,
                  site_reply.body);
}

void site_expect_reason(const char *part)
{
    char *reason = fa_server_journal_reason(site, NULL);

    ck_assert_ptr_nonnull(reason);
    ck_assert_msg(strstr(reason, part) != NULL, "\"%s\" is not in \"%s\"", part, reason);
    free(reason);
}
