#include "control.h"

#include <string.h>

#include "app.h"
#include "dashboard.h"
#include "describe.h"

static void ready(struct fa_app *app, struct fa_http_reply *reply)
{
    (void)app;
    reply->content_type = FA_CONTENT_JSON;
    (void)pm_buf_adds(&reply->body, "{\"ready\":true}"); /* cannot exceed the body's ceiling */
}

/* Alive means that the store answers. */
static void health(struct fa_app *app, struct fa_http_reply *reply)
{
    int64_t id;
    bool is_well = fa_store_last_row_id(app->store, &id) == 0;

    reply->content_type = FA_CONTENT_JSON;
    reply->status = is_well ? 200 : 500;
    (void)pm_buf_adds(&reply->body, is_well ? "{\"health\":\"ok\"}" : "{\"health\":\"store\"}");
}

static void openapi(struct fa_app *app, struct fa_http_reply *reply)
{
    (void)app;
    reply->content_type = FA_CONTENT_JSON;
    if (fa_describe_openapi(&reply->body) < 0)
        reply->status = 500;
}

/* For somebody who types the address into a browser. */
static void root(struct fa_app *app, struct fa_http_reply *reply)
{
    (void)app;
    reply->content_type = "text/plain;charset=UTF-8";
    (void)pm_buf_adds(&reply->body, "This is a fake of the Paid Monitor API: " FA_API_PATH
                                    " and " FA_CUSTOM_PATH ".\n"
                                    "Its dashboard is " FA_DASHBOARD_PATH "; to sign in, open the"
                                    " address that the server\nprinted when it started.\n");
}

struct page {
    const char *path;
    void (*answer)(struct fa_app *app, struct fa_http_reply *reply);
};

static const struct page pages[] = {
    {FA_CONTROL_PATH "/ready", ready},
    {FA_CONTROL_PATH "/health", health},
    {FA_CONTROL_PATH "/openapi.json", openapi},
    {FA_ROOT_PATH, root},
};

static const struct page *find_page(const char *path)
{
    size_t i;

    for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (strcmp(pages[i].path, path) == 0)
            return &pages[i];
    return NULL;
}

void fa_control_handle(void *app, const struct fa_http_request *request,
                       struct fa_http_reply *reply)
{
    const struct page *page = find_page(request->path);
    bool is_reading = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;

    if (page && is_reading) {
        page->answer(app, reply);
        return;
    }
    reply->status = page ? 405 : 404;
    fa_app_fail(app, request, reply);
}
