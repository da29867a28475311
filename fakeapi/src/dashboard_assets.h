/*
 * The files of www/ and the chart library: templates for the pages, and assets that browsers ask
 * for, embedded at build time, compressed as well. While working on them they come from a directory
 * instead, read again each time.
 */
#ifndef FA_DASHBOARD_ASSETS_H
#define FA_DASHBOARD_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

struct cJSON;
struct pm_buf;

struct fa_asset {
    const char *content_type;
    const char *bytes; /* valid until the next call */
    size_t len;
    bool is_gzip;
};

/** Take templates and assets that are in @dir from there; the others stay embedded. NULL: none.
 * @dir: borrowed for ever */
void fa_assets_from(const char *dir);

/** Changes whenever an asset does: part of their addresses, so that browsers may keep them. */
const char *fa_asset_version(void);

/** The path that all assets of this version are below of, without a slash at the end. */
const char *fa_asset_path(void);

/**
 * One asset by name.
 *
 * @may_gzip: the browser takes compressed bytes
 *
 * Errors: -1 there is none
 */
int fa_asset_find(const char *name, bool may_gzip, struct fa_asset *ret_asset);

/** Render the template `www/<name>.html`; see fa_template_render(). */
int fa_asset_render(const char *name, const struct cJSON *data, struct pm_buf *out, char *message,
                    size_t size);

#endif
