/* The files of www/; see dashboard_assets.h. */
#include "dashboard_assets.h"

#include <string.h>

#include "cleanup.h"
#include "template.h"

#define EMBEDDED(symbol)                   \
    extern const char pm_embed_##symbol[]; \
    extern const size_t pm_embed_##symbol##_size

EMBEDDED(account_html);
EMBEDDED(accounts_html);
EMBEDDED(foot_html);
EMBEDDED(head_html);
EMBEDDED(message_html);
EMBEDDED(monitor_html);
EMBEDDED(request_html);
EMBEDDED(requests_html);
EMBEDDED(row_html);

EMBEDDED(dashboard_css);
EMBEDDED(dashboard_js);
EMBEDDED(icon_svg);
EMBEDDED(live_js);
EMBEDDED(times_js);

#define CSS    "text/css;charset=UTF-8"
#define SCRIPT "text/javascript;charset=UTF-8"
#define SVG    "image/svg+xml"

static const struct {
    const char *name, *text;
    const size_t *len;
} templates[] = {
    {"account", pm_embed_account_html, &pm_embed_account_html_size},
    {"accounts", pm_embed_accounts_html, &pm_embed_accounts_html_size},
    {"foot", pm_embed_foot_html, &pm_embed_foot_html_size},
    {"head", pm_embed_head_html, &pm_embed_head_html_size},
    {"message", pm_embed_message_html, &pm_embed_message_html_size},
    {"monitor", pm_embed_monitor_html, &pm_embed_monitor_html_size},
    {"request", pm_embed_request_html, &pm_embed_request_html_size},
    {"requests", pm_embed_requests_html, &pm_embed_requests_html_size},
    {"row", pm_embed_row_html, &pm_embed_row_html_size},
};

static const struct fa_asset assets[] = {
    {"dashboard.css", CSS, pm_embed_dashboard_css, &pm_embed_dashboard_css_size},
    {"dashboard.js", SCRIPT, pm_embed_dashboard_js, &pm_embed_dashboard_js_size},
    {"icon.svg", SVG, pm_embed_icon_svg, &pm_embed_icon_svg_size},
    {"live.js", SCRIPT, pm_embed_live_js, &pm_embed_live_js_size},
    {"times.js", SCRIPT, pm_embed_times_js, &pm_embed_times_js_size},
};

const struct fa_asset *fa_asset_find(const char *name)
{
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(assets); i++)
        if (strcmp(assets[i].name, name) == 0)
            return &assets[i];
    return NULL;
}

int fa_asset_render(const char *name, const struct cJSON *data, struct pm_buf *out, char *message,
                    size_t size)
{
    struct fa_template set[PM_ARRAY_LEN(templates)];
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(templates); i++)
        set[i] = (struct fa_template){templates[i].name, templates[i].text, *templates[i].len};
    return fa_template_render(set, PM_ARRAY_LEN(set), name, data, out, message, size);
}
