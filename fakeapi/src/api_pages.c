/*
 * What scripts for custom monitors touch of the rest of the API: dashboard pages, contacts and
 * notification rules (PROTOCOL.md §3.13). They are kept and listed, and have no effect.
 */
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "mac.h"
#include "objects.h"
#include "routes.h"

#define PAGE    "page"
#define MODULE  "page module"
#define CONTACT "contact"
#define RULE    "notification rule"

static enum fa_error delete_things(struct fa_call *call, const char *kind, const char *arg)
{
    enum fa_error error = fa_things_delete(call, kind, arg);

    return error == FA_OK ? fa_answer_ok(call) : error;
}

static enum fa_error list_things(struct fa_call *call, const char *kind, int64_t parent_id,
                                 const char *element,
                                 void (*show)(struct fa_call *call, const struct fa_thing *thing))
{
    enum fa_error error;

    fa_write_list(call->out, element);
    error = fa_things_list(call, kind, parent_id, show);
    fa_write_end(call->out);
    return error;
}

/* Pages */

enum fa_error fa_api_add_page(struct fa_call *call)
{
    int64_t id = 0;
    enum fa_error error = fa_thing_add(call, PAGE, 0, NULL, &id);

    return error == FA_OK ? fa_answer_named_id(call, "pageId", id) : error;
}

static void show_page(struct fa_call *call, const struct fa_thing *page)
{
    fa_thing_write(call, "page", "id", page);
}

enum fa_error fa_api_pages(struct fa_call *call)
{
    return list_things(call, PAGE, 0, "pages", show_page);
}

enum fa_error fa_api_delete_page(struct fa_call *call)
{
    return delete_things(call, PAGE, "pageId");
}

enum fa_error fa_api_add_page_module(struct fa_call *call)
{
    struct fa_thing page;
    int64_t id = 0;
    enum fa_error error = fa_thing_find(call, PAGE, "pageId", &page);

    if (error == FA_OK)
        error = fa_thing_add(call, MODULE, page.id, NULL, &id);
    return error == FA_OK ? fa_answer_named_id(call, "pageModuleId", id) : error;
}

static void show_module(struct fa_call *call, const struct fa_thing *module)
{
    fa_thing_write(call, "pageModule", "id", module);
}

static void show_modules_of_named(struct fa_call *call, const struct fa_thing *page)
{
    if (strcmp(fa_thing_text(page, "title"), fa_arg_text(call, "pageName")) == 0)
        (void)fa_things_list(call, MODULE, page->id, show_module); /* what fails is not listed */
}

enum fa_error fa_api_page_modules(struct fa_call *call)
{
    struct fa_thing page;
    enum fa_error error;

    if (!fa_arg_is_sent(call, "pageId") && !fa_arg_is_sent(call, "pageName"))
        return fa_refuse(call, FA_E_MISSING, "pageId", "neither pageId nor pageName was sent");
    if (!fa_arg_is_sent(call, "pageId"))
        return list_things(call, PAGE, 0, "pageModules", show_modules_of_named);
    error = fa_thing_find(call, PAGE, "pageId", &page);
    return error == FA_OK ? list_things(call, MODULE, page.id, "pageModules", show_module) : error;
}

enum fa_error fa_api_delete_page_module(struct fa_call *call)
{
    return delete_things(call, MODULE, "pageModuleId");
}

/* Contacts */

enum fa_error fa_api_add_contact(struct fa_call *call)
{
    char key[FA_KEY_SIZE];
    const char *const extra[] = {"confirmationKey", key, NULL};
    int64_t id = 0;
    enum fa_error error;

    if (fa_random_key(key) < 0)
        return fa_refuse(call, FA_E_INTERNAL, NULL, "no random bytes");
    error = fa_thing_add(call, CONTACT, 0, extra, &id);
    if (error != FA_OK)
        return error;
    fa_write_object(call->out, "result");
    fa_write_text(call->out, "status", "ok");
    fa_write_object(call->out, "data");
    fa_write_integer(call->out, "contactId", id);
    fa_write_text(call->out, "confirmationKey", key);
    return FA_OK;
}

static void show_contact(struct fa_call *call, const struct fa_thing *contact)
{
    fa_thing_write(call, "contact", "contactId", contact);
}

enum fa_error fa_api_contacts_list(struct fa_call *call)
{
    return list_things(call, CONTACT, 0, "contacts", show_contact);
}

enum fa_error fa_api_delete_contact(struct fa_call *call)
{
    return delete_things(call, CONTACT, "contactId");
}

/* Notification rules belong to a monitor. */

enum fa_error fa_api_add_notification_rule(struct fa_call *call)
{
    struct fa_monitor monitor;
    int64_t id = 0;
    enum fa_error error = fa_find_monitor(call, &monitor);

    if (error == FA_OK)
        error = fa_thing_add(call, RULE, monitor.id, NULL, &id);
    return error == FA_OK ? fa_answer_ok(call) : error;
}

static void show_rule(struct fa_call *call, const struct fa_thing *rule)
{
    fa_thing_write(call, "rule", "id", rule);
}

enum fa_error fa_api_get_notification_rules(struct fa_call *call)
{
    struct fa_monitor monitor;
    enum fa_error error = fa_find_monitor(call, &monitor);

    return error == FA_OK ? list_things(call, RULE, monitor.id, "rules", show_rule) : error;
}

static bool is_for(const struct fa_call *call, const struct fa_thing *rule)
{
    const struct fa_arg *contacts = fa_arg(call, "contactIds");
    int64_t contact = atoll(fa_thing_text(rule, "contactId"));
    size_t i;

    for (i = 0; i < contacts->count; i++)
        if (contacts->ids[i] == contact)
            return true;
    return !contacts->param; /* none named: all */
}

static void delete_rule(struct fa_call *call, const struct fa_thing *rule)
{
    if (is_for(call, rule))
        (void)fa_store_object_delete(call->app->store, rule->account_id, RULE,
                                     rule->id); /* when the store fails, so does the commit */
}

enum fa_error fa_api_delete_notification_rule(struct fa_call *call)
{
    struct fa_monitor monitor;
    enum fa_error error = fa_find_monitor(call, &monitor);

    if (error == FA_OK)
        error = fa_things_list(call, RULE, monitor.id, delete_rule);
    return error == FA_OK ? fa_answer_ok(call) : error;
}
