/* What all pages of the dashboard share; see dashboard_page.h. */
#include "dashboard_page.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "dashboard.h"
#include "dashboard_assets.h"
#include "dashboard_model.h"
#include "http.h"
#include "log.h"
#include "percent.h"

int fa_page_query(const struct fa_http_request *request, const char *name, char *value, size_t size)
{
    size_t name_len = strlen(name), len;
    const char *at = request->query;

    while (strncmp(at, name, name_len) != 0 || at[name_len] != '=') {
        at = strchr(at, '&');
        if (!at)
            return -1;
        at++;
    }
    at += name_len + 1;
    len = strcspn(at, "&");
    if (len >= size || pm_percent_decode(at, len, value, &len) < 0)
        return -1;
    value[len] = '\0';
    return 0;
}

/* Templates ask by `has_<name>` whether there is anything in an array, to frame it or not. */
static void add_presence(cJSON *data, const char *name)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(data, name);
    char flag[40];

    (void)snprintf(flag, sizeof(flag), "has_%s", name);
    if (array)
        cJSON_AddBoolToObject(data, flag, array->child != NULL);
}

int fa_page_render(const char *template, cJSON *data, struct fa_http_reply *reply)
{
    static const char *const arrays[] = {"crumbs",   "accounts",   "monitors", "rows",
                                         "requests", "deviations", "params",   "diagnosis"};
    char message[300];
    size_t i;
    int r;

    for (i = 0; i < PM_ARRAY_LEN(arrays); i++)
        add_presence(data, arrays[i]);
    reply->content_type = "text/html;charset=UTF-8";
    r = fa_asset_render(template, data, &reply->body, message, sizeof(message));
    cJSON_Delete(data);
    if (r == 0)
        return 0;
    pm_log_error("dashboard: %s", message);
    pm_buf_reset(&reply->body);
    return FA_PAGE_BROKEN;
}

cJSON *fa_page_data(const char *title)
{
    cJSON *data = cJSON_CreateObject();

    fa_model_add_text(data, "title", title);
    cJSON_AddStringToObject(data, "home", FA_DASHBOARD_PATH);
    cJSON_AddStringToObject(data, "version", PM_VERSION);
    cJSON_AddArrayToObject(data, "crumbs");
    cJSON_AddBoolToObject(data, "is_signed_in", true);
    return data;
}

void fa_page_add_crumb(cJSON *data, const char *label, const char *path)
{
    cJSON *crumb = cJSON_CreateObject();

    fa_model_add_text(crumb, "label", label);
    cJSON_AddStringToObject(crumb, "path", path);
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(data, "crumbs"), crumb);
}

int fa_page_message(unsigned int status, const char *title, const char *text,
                    struct fa_http_reply *reply)
{
    cJSON *data = fa_page_data(title);

    fa_model_add_text(data, "text", text);
    cJSON_AddNumberToObject(data, "status", status);
    if (status == 401)
        cJSON_ReplaceItemInObjectCaseSensitive(data, "is_signed_in", cJSON_CreateFalse());
    reply->status = status;
    return fa_page_render("message", data, reply);
}

int fa_page_redirect(const char *path, struct fa_http_reply *reply)
{
    reply->status = 303;
    return fa_http_reply_header(reply, "Location", path) < 0 ? FA_PAGE_BROKEN : 0;
}
