/* The files of www/ and the chart library; see dashboard_assets.h. */
#include "dashboard_assets.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cleanup.h"
#include "dashboard.h"
#include "template.h"

#define FILE_MAX (4 * 1024 * 1024)

#define EMBEDDED(symbol)                   \
    extern const char pm_embed_##symbol[]; \
    extern const size_t pm_embed_##symbol##_size

#define TEMPLATES(X) \
    X(accounts)      \
    X(chart)         \
    X(clock)         \
    X(confirm)       \
    X(controls)      \
    X(expectations)  \
    X(faults)        \
    X(foot)          \
    X(head)          \
    X(keys)          \
    X(message)       \
    X(monitors)      \
    X(overview)      \
    X(problem)       \
    X(request)       \
    X(requests)      \
    X(row)           \
    X(rows)          \
    X(signin)        \
    X(signins)       \
    X(table)

#define CSS    "text/css;charset=UTF-8"
#define SCRIPT "text/javascript;charset=UTF-8"
#define SVG    "image/svg+xml"

#define ASSETS(X)            \
    X(chart, js, SCRIPT)     \
    X(charts, js, SCRIPT)    \
    X(copy, js, SCRIPT)      \
    X(counts, js, SCRIPT)    \
    X(dashboard, css, CSS)   \
    X(dashboard, js, SCRIPT) \
    X(forms, js, SCRIPT)     \
    X(icon, svg, SVG)        \
    X(live, js, SCRIPT)      \
    X(menus, js, SCRIPT)     \
    X(requests, js, SCRIPT)  \
    X(stream, js, SCRIPT)    \
    X(times, js, SCRIPT)

#define DECLARE_TEMPLATE(name) EMBEDDED(name##_html);
#define DECLARE_ASSET(name, extension, type) \
    EMBEDDED(name##_##extension);            \
    EMBEDDED(name##_##extension##_gz);
TEMPLATES(DECLARE_TEMPLATE)
ASSETS(DECLARE_ASSET)

struct embedded {
    const char *name, *content_type;
    const char *bytes;
    const size_t *len;
    const char *gzip;
    const size_t *gzip_len;
};

#define ROW_TEMPLATE(name) \
    {#name, NULL, pm_embed_##name##_html, &pm_embed_##name##_html_size, NULL, NULL},
#define ROW_ASSET(name, extension, type)    \
    {#name "." #extension,                  \
     type,                                  \
     pm_embed_##name##_##extension,         \
     &pm_embed_##name##_##extension##_size, \
     pm_embed_##name##_##extension##_gz,    \
     &pm_embed_##name##_##extension##_gz_size},
static const struct embedded templates[] = {TEMPLATES(ROW_TEMPLATE)};
static const struct embedded assets[] = {ASSETS(ROW_ASSET)};

/* Servers of one process share them. */
static const char *directory;
static char *disk_asset; /* the last that came from the directory; development only */
static char version[17], path[sizeof(FA_DASHBOARD_PATH "/assets/") + sizeof(version)];
static pthread_once_t once = PTHREAD_ONCE_INIT;

void fa_assets_from(const char *dir)
{
    directory = dir;
}

/* FNV-1a over what browsers are given. */
static void make_version(void)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t i, k;

    for (i = 0; i < PM_ARRAY_LEN(assets); i++)
        for (k = 0; k < *assets[i].gzip_len; k++)
            hash = (hash ^ (unsigned char)assets[i].gzip[k]) * UINT64_C(1099511628211);
    (void)snprintf(version, sizeof(version), "%016" PRIx64, hash);
    (void)snprintf(path, sizeof(path), FA_DASHBOARD_PATH "/assets/%s", version);
}

const char *fa_asset_version(void)
{
    if (directory)
        return "";                           /* no address is of a version that lasts */
    (void)pthread_once(&once, make_version); /* cannot fail */
    return version;
}

const char *fa_asset_path(void)
{
    return fa_asset_version()[0] ? path : FA_DASHBOARD_PATH "/assets";
}

/* A file of the directory, or NULL. The caller frees it. @name: from a table of ours */
static char *read_file(const char *name, const char *extension, size_t *ret_len)
{
    char file_path[1000];
    PM_AUTO_FCLOSE FILE *file = NULL;
    char *text;

    if (!directory)
        return NULL;
    (void)snprintf(file_path, sizeof(file_path), "%s/%s%s", directory, name, extension);
    file = fopen(file_path, "re");
    text = file ? malloc(FILE_MAX + 1) : NULL;
    if (!text)
        return NULL;
    *ret_len = fread(text, 1, FILE_MAX, file);
    text[*ret_len] = '\0';
    return text;
}

static const struct embedded *find_asset(const char *name)
{
    size_t i;

    for (i = 0; i < PM_ARRAY_LEN(assets); i++)
        if (strcmp(assets[i].name, name) == 0)
            return &assets[i];
    return NULL;
}

int fa_asset_find(const char *name, bool may_gzip, struct fa_asset *ret_asset)
{
    const struct embedded *found = find_asset(name);
    size_t len;
    char *text;

    if (!found)
        return -1;
    text = read_file(found->name, "", &len);
    if (text) {
        free(disk_asset);
        disk_asset = text;
        *ret_asset = (struct fa_asset){found->content_type, text, len, false};
    } else if (may_gzip) {
        *ret_asset = (struct fa_asset){found->content_type, found->gzip, *found->gzip_len, true};
    } else {
        *ret_asset = (struct fa_asset){found->content_type, found->bytes, *found->len, false};
    }
    return 0;
}

int fa_asset_render(const char *name, const struct cJSON *data, struct pm_buf *out, char *message,
                    size_t size)
{
    struct fa_template set[PM_ARRAY_LEN(templates)];
    char *read[PM_ARRAY_LEN(templates)] = {NULL};
    size_t i;
    int r;

    for (i = 0; i < PM_ARRAY_LEN(templates); i++) {
        const struct embedded *template = &templates[i];

        set[i] = (struct fa_template){template->name, template->bytes, *template->len};
        read[i] = read_file(template->name, ".html", &set[i].len);
        if (read[i])
            set[i].text = read[i];
    }
    r = fa_template_render(set, PM_ARRAY_LEN(set), name, data, out, message, size);
    for (i = 0; i < PM_ARRAY_LEN(templates); i++)
        free(read[i]);
    return r;
}
