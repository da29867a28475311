/* Configuration files; see config.h. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "cleanup.h"
#include "fake.h"
#include "stage.h"

/* {"api.url": …} gets a default. */
static void add_default(cJSON *all, const char *name, const char *value)
{
    if (!cJSON_GetObjectItemCaseSensitive(all, name))
        cJSON_AddStringToObject(all, name, value);
}

/* Is this the first setting of its section? */
static bool is_first(const cJSON *all, const cJSON *setting, size_t len)
{
    const cJSON *item;

    for (item = all->child; item != setting; item = item->next)
        if (strncmp(item->string, setting->string, len + 1) == 0)
            return false;
    return true;
}

static void print_section(FILE *file, const cJSON *all, const char *section, size_t len)
{
    const cJSON *item;

    (void)fprintf(file, "[%.*s]\n", (int)len, section);
    cJSON_ArrayForEach(item, all)
    {
        if (strncmp(item->string, section, len) == 0 && item->string[len] == '.')
            (void)fprintf(file, "%s = %s\n", item->string + len + 1, item->valuestring);
    }
}

static int print_all(const char *path, const cJSON *all)
{
    PM_AUTO_FCLOSE FILE *file = fopen(path, "we");
    const cJSON *item;

    if (!file || chmod(path, 0600) < 0)
        return -1;
    cJSON_ArrayForEach(item, all)
    {
        size_t len = strcspn(item->string, ".");

        if (is_first(all, item, len))
            print_section(file, all, item->string, len);
    }
    return fflush(file) == 0 ? 0 : -1;
}

int sc_config_write(struct sc_call *call, const char *path, const struct sc_fake *fake,
                    const cJSON *settings)
{
    cJSON *all = settings ? cJSON_Duplicate(settings, true) : cJSON_CreateObject();
    int r;

    if (fake) {
        add_default(all, "api.url", fake->url);
        add_default(all, "api.apikey", fake->apikey);
        add_default(all, "api.secret_file", fake->secret_file);
        if (fake->ca_file)
            add_default(all, "api.ca_file", fake->ca_file);
    }
    r = print_all(path, all);
    cJSON_Delete(all);
    if (r < 0)
        (void)sc_call_fail(call, "cannot write %s: %m", path);
    return r;
}
