/* The files of www/, embedded: templates for the pages, and assets that browsers ask for. */
#ifndef FA_DASHBOARD_ASSETS_H
#define FA_DASHBOARD_ASSETS_H

#include <stddef.h>

struct cJSON;
struct pm_buf;

struct fa_asset {
    const char *name; /* below /dashboard/assets/ */
    const char *content_type;
    const char *bytes;
    const size_t *len;
};

/** One asset by name, NULL if there is none. */
const struct fa_asset *fa_asset_find(const char *name);

/** Render the template `www/<name>.html`; see fa_template_render(). */
int fa_asset_render(const char *name, const struct cJSON *data, struct pm_buf *out, char *message,
                    size_t size);

#endif
